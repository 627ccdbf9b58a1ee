package web

import (
	_ "embed" // openapi.json
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"

	"langnghe/internal/news"
	"langnghe/review"
)

// The JSON API answers what the pages show, under the same sessions and the
// same table of roles. openapi.json describes it; a test compares the two.

//go:embed openapi.json
var openAPI []byte

func (s *server) openAPI(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/json")
	_, err := w.Write(openAPI)
	return err
}

func (s *server) apiInbox(w http.ResponseWriter, r *http.Request) error {
	q := inboxQuery(r)
	limit, err := limitOf(r, 25, 200)
	if err != nil {
		return err
	}
	q.Limit = limit
	in, err := s.Desk.Inbox(r.Context(), q)
	if err != nil {
		return err
	}
	if in.Entries == nil {
		in.Entries = []review.Entry{}
	}
	return writeJSON(w, in)
}

func limitOf(r *http.Request, normal, most int) (int, error) {
	v := r.FormValue("limit")
	if v == "" {
		return normal, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > most {
		return 0, &problem{status: http.StatusBadRequest, key: "problem.limit", args: []any{most}}
	}
	return n, nil
}

func (s *server) apiEntry(w http.ResponseWriter, r *http.Request) error {
	e, err := s.Desk.Entry(r.Context(), r.PathValue("id"), by(r))
	if err != nil {
		return err
	}
	return writeJSON(w, e)
}

// apiDecide takes {"choice","note","similar","sure"}; grave decisions need
// "sure": true.
func (s *server) apiDecide(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Choice  news.Choice `json:"choice"`
		Note    string      `json:"note"`
		Similar bool        `json:"similar"`
		Sure    bool        `json:"sure"`
	}
	if err := readJSON(r, &in); err != nil {
		return err
	}
	switch {
	case !slices.Contains(news.Choices, in.Choice):
		return &problem{status: http.StatusBadRequest, key: "problem.choice"}
	case grave(in.Choice) && !in.Sure:
		return &problem{status: http.StatusConflict, key: "problem.sure"}
	}
	e, err := s.Desk.Decide(r.Context(), review.DecideRequest{Entry: r.PathValue("id"), Choice: in.Choice, Note: in.Note, Similar: in.Similar, By: by(r)})
	if err != nil {
		return err
	}
	return writeJSON(w, e)
}

// readJSON reads a body that says it is JSON. Browsers send that type to
// another site only after asking, so forms can not forge it.
func readJSON(r *http.Request, v any) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return &problem{status: http.StatusUnsupportedMediaType, key: "problem.json_type"}
	}
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return large
		}
		return &problem{status: http.StatusBadRequest, key: "problem.json", args: []any{err.Error()}}
	}
	return nil
}

func (s *server) apiUndo(w http.ResponseWriter, r *http.Request) error {
	if err := s.Desk.Undo(r.Context(), r.PathValue("id"), by(r)); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *server) apiSearch(w http.ResponseWriter, r *http.Request) error {
	if s.Search == nil {
		return errOff
	}
	q := searchQuery(r)
	limit, err := limitOf(r, hitsPerPage, 200)
	if err != nil {
		return err
	}
	q.Limit = limit
	if err := s.record(r, "item.search", "", searched(r.Form)); err != nil {
		return err
	}
	res, err := s.Search(r.Context(), q)
	if text, _, ok := s.queryProblem(r, q.Text, err); ok {
		return &problem{status: http.StatusUnprocessableEntity, key: "problem.query", args: []any{text}}
	}
	if err != nil {
		return err
	}
	return writeJSON(w, res)
}

func (s *server) apiCases(w http.ResponseWriter, r *http.Request) error {
	limit, err := limitOf(r, 50, 200)
	if err != nil {
		return err
	}
	q := s.caseQuery(r, new(casesPage))
	q.Limit, q.Unit, q.Overdue = limit, r.FormValue("unit"), r.FormValue("overdue") == "1"
	list, err := s.Desk.Cases(r.Context(), q)
	if err != nil {
		return err
	}
	out := struct {
		Cases []review.Case `json:"cases"`
	}{Cases: []review.Case{}}
	for _, c := range list {
		if own(by(r), &c) {
			out.Cases = append(out.Cases, c)
		}
	}
	return writeJSON(w, out)
}

func (s *server) apiCase(w http.ResponseWriter, r *http.Request) error {
	c, err := s.Desk.Case(r.Context(), r.PathValue("id"), by(r))
	if err != nil {
		return err
	}
	if !own(by(r), &c) {
		return fmt.Errorf("case %s: %w", c.ID, errNotFound)
	}
	return writeJSON(w, c)
}
