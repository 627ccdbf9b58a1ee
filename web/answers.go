package web

import (
	"bytes"
	"net/http"
	"strconv"

	"langnghe/reports"
)

type answersPage struct {
	frame
	reports.AnswerBook
	Year       int
	Label      string // the year, as text
	Prev, Next int    // 0 when there is none
}

// answerYear is the year that is asked for; the ward's own when none is.
func (s *server) answerYear(r *http.Request) (int, error) {
	now := s.Now().In(zone).Year()
	if r.FormValue("year") == "" {
		return now, nil
	}
	y, err := strconv.Atoi(r.FormValue("year"))
	if err != nil || y < 2000 || y > now {
		return 0, &problem{status: http.StatusBadRequest, key: "problem.form"}
	}
	return y, nil
}

// answers is the ledger of complaints answered on time, read off the cases.
func (s *server) answers(w http.ResponseWriter, r *http.Request) error {
	d, err := s.reporter()
	if err != nil {
		return err
	}
	y, err := s.answerYear(r)
	if err != nil {
		return err
	}
	p := answersPage{frame: s.frame(r, visitorOf(r).t.T("answers.title")), Year: y, Label: strconv.Itoa(y), Prev: y - 1}
	if p.AnswerBook, err = d.AnswersOf(r.Context(), y, person(by(r))); err != nil {
		return err
	}
	if y < s.Now().In(zone).Year() {
		p.Next = y + 1
	}
	return s.render(w, r, "answers", p)
}

func (s *server) answersFile(w http.ResponseWriter, r *http.Request) error {
	d, err := s.reporter()
	if err != nil {
		return err
	}
	y, err := s.answerYear(r)
	if err != nil {
		return err
	}
	book, err := d.AnswersOf(r.Context(), y, person(by(r)))
	if err != nil {
		return err
	}
	if err := s.record(r, "ledger.export", "answers", strconv.Itoa(book.Total.Received)); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := d.WriteAnswers(r.Context(), &b, book, visitorOf(r).t.lang); err != nil {
		return err
	}
	return handOut(w, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "answers-"+strconv.Itoa(y)+".xlsx", b.Bytes())
}
