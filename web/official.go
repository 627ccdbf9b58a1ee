package web

import (
	"context"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"langnghe/internal/news"
	"langnghe/official"
	"langnghe/review"
)

// A comparison is what the register of official documents says beside a text:
// the finding of `official check`, with both spans ready to print. It is the
// machine's, and the page says so.
type comparison struct {
	official.Finding
	Title  string // of the document
	Says   string // the claim's words, guarded
	Clause string // the document's
}

// compare sets a text beside the register. Without the register the page still
// serves: what is missing is a hint.
func (s *server) compare(ctx context.Context, c official.Claim, guard func(string) string) *comparison {
	f, err := s.Desk.Check(ctx, c)
	if err != nil {
		s.Log.Warn("official check", "err", err)
		return nil
	}
	out := &comparison{Finding: f}
	for _, sp := range f.Because {
		switch sp.In {
		case "claim":
			out.Says = guard(sp.Text)
		case "document":
			out.Clause = sp.Text
		}
	}
	if f.Document != "" {
		if docs, err := s.Desk.Documents(ctx); err == nil {
			for _, d := range docs {
				if d.No == f.Document {
					out.Title = d.Title
				}
			}
		}
	}
	return out
}

// claimOf is what an item claims, and whether it is compared with the
// register at all: an official paper is not, nor what denies or warns of a
// claim, for it repeats the claim's words, nor what speaks of another place.
func claimOf(it *news.Item) (official.Claim, bool) {
	c := official.Claim{ID: it.ID, Text: it.Text, At: it.At().Format(time.RFC3339)}
	if strings.TrimSpace(c.Text) == "" || it.Kind == news.Official {
		return c, false
	}
	if rd := it.Reading; rd != nil && (rd.Stance == news.Denial || rd.Stance == news.Warning || rd.Area.Fit == news.OutOfArea) {
		return c, false
	}
	return c, true
}

// compareItem sets an item beside the register, nil when it is not compared.
func (s *server) compareItem(ctx context.Context, it *news.Item) *comparison {
	c, ok := claimOf(it)
	if !ok {
		return nil
	}
	return s.compare(ctx, c, s.careOf(it).guard)
}

// claimOfCase is the claim of a case, as of the day on which it came up.
func claimOfCase(c *review.Case) (official.Claim, bool) {
	return official.Claim{ID: c.ID, Text: c.Claim, At: c.Opened.Format(time.RFC3339)},
		(c.Kind == news.Verify || c.Kind == news.Scam) && strings.TrimSpace(c.Claim) != ""
}

type officialIn struct {
	Text string `json:"text" required:"true" max:"20000" doc:"What is said"`
	At   string `json:"at,omitempty" max:"40" doc:"When, RFC 3339 or 2006-01-02; now when left out"`
}

// apiOfficialCheck compares any text with the register, as the command does.
func (s *server) apiOfficialCheck(c *call, in officialIn) (official.Finding, error) {
	at, err := s.claimDay(in.At)
	if err != nil {
		return official.Finding{}, err
	}
	return s.Desk.Check(c.ctx(), official.Claim{Text: in.Text, At: at})
}

// claimDay is the time of a claim that a person typed, now when they did not.
func (s *server) claimDay(at string) (string, error) {
	if at = strings.TrimSpace(at); at == "" {
		return s.Now().Format(time.RFC3339), nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if _, err := time.Parse(layout, at); err == nil {
			return at, nil
		}
	}
	return "", &problem{status: 422, key: "compare.bad_day", field: "at", code: "bad_date"}
}

// apiCaseOfficial compares the claim of a case with the register.
func (s *server) apiCaseOfficial(c *call, _ none) (official.Finding, error) {
	x, err := s.caseNow(c)
	if err != nil {
		return official.Finding{}, err
	}
	k := x.(review.Case)
	claim, ok := claimOfCase(&k)
	if !ok {
		return official.Finding{ID: k.ID, Verdict: "not_covered", Because: []news.Span{}}, nil
	}
	return s.Desk.Check(c.ctx(), claim)
}

// checkText compares what a person typed with the register and shows the
// answer above it. Nothing is kept.
func (s *server) checkText(w http.ResponseWriter, r *http.Request) error {
	in := officialIn{Text: strings.TrimSpace(r.FormValue("text")), At: r.FormValue("at")}
	show := func(status int, refused string, c *comparison) error {
		return s.documentsPage(w, r, status, nil, refused, func(p *documentsPage) { p.Asked, p.Compared = in, c })
	}
	at, err := s.claimDay(in.At)
	if err != nil || in.Text == "" || utf8.RuneCountInString(in.Text) > 20_000 {
		return show(http.StatusUnprocessableEntity, visitorOf(r).t.T("compare.bad"), nil)
	}
	c := s.compare(r.Context(), official.Claim{Text: in.Text, At: at}, guard)
	if c == nil {
		return errOff
	}
	return show(http.StatusOK, "", c)
}
