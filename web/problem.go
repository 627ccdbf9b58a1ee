package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"langnghe/alerts"
	"langnghe/internal/news"
	"langnghe/reports"
	"langnghe/review"
	"langnghe/web/api"
)

// A problem is an answer that is not the page: why, in the words of the key.
type problem struct {
	status int
	key    string
	args   []any
	field  string // of the form, or of the JSON body, that is wrong
	code   string // for programs; empty is made of the status
}

func (p *problem) Error() string { return p.key }

var (
	errNotFound  = &problem{status: http.StatusNotFound, key: "problem.not_found"}
	errSignIn    = &problem{status: http.StatusUnauthorized, key: "problem.sign_in"}
	errForbidden = &problem{status: http.StatusForbidden, key: "problem.forbidden"}
	errOff       = &problem{status: http.StatusServiceUnavailable, key: "problem.off"}
)

// houseRule returns what a person did that the rules of the house refuse, in
// their language. Such an error is an answer to show beside the form.
func houseRule(err error, t *tongue) (string, bool) {
	var e *review.Error
	if errors.As(err, &e) {
		return e.Text.In(t.lang), true
	}
	var rep *reports.Error
	if errors.As(err, &rep) {
		return rep.Text.In(t.lang), true
	}
	return "", false
}

// refused returns what an answer to a form says beside it: a [problem] about
// what was filled in, which a person can mend.
func refused(err error, t *tongue) (text string, ok bool) {
	var p *problem
	if errors.As(err, &p) && p.status == http.StatusUnprocessableEntity {
		return t.T(p.key, p.args...), true
	}
	return "", false
}

// codeOf is the stable word for an error, and the places of the request that
// are wrong.
func codeOf(err error, status int, t *tongue) (code string, places []placeJSON) {
	var (
		p     *problem
		in    *api.Invalid
		coded interface{ Code() string }
	)
	switch {
	case errors.As(err, &in):
		for _, x := range in.Places {
			places = append(places, placeJSON{x.Pointer, x.Parameter, x.Say.In(t.lang), x.Code, x.Column})
		}
		return "invalid", places
	case errors.As(err, &p):
		if code = p.code; code == "" {
			code = strings.TrimPrefix(p.key, "problem.")
		}
		if p.field != "" {
			places = []placeJSON{{Pointer: "/" + p.field, Detail: t.T(p.key, p.args...)}}
		}
		return code, places
	case errors.As(err, &coded):
		return coded.Code(), nil
	case status == http.StatusRequestEntityTooLarge:
		return "too_large", nil
	}
	return "", nil
}

// A placeJSON is a place of a request as RFC 9457 problems carry it.
type placeJSON struct {
	Pointer   string `json:"pointer,omitempty"`
	Parameter string `json:"parameter,omitempty"`
	Detail    string `json:"detail"`
	Code      string `json:"code,omitempty"`   // of a mistake in a query, E_…
	Column    int    `json:"column,omitempty"` // of it, in code points from 1
}

// explain maps an error to a status and a sentence. Errors of other parts
// keep their code on the way here: "not_found" and the like.
func explain(err error, t *tongue) (status int, text string) {
	var (
		p     *problem
		in    *api.Invalid
		large *http.MaxBytesError
		coded interface {
			error
			Code() string
		}
	)
	switch {
	case errors.As(err, &p):
		return p.status, t.T(p.key, p.args...)
	case errors.As(err, &in):
		var said []string
		for _, x := range in.Places {
			said = append(said, strings.TrimPrefix(x.Pointer, "/")+x.Parameter+": "+x.Say.In(t.lang))
		}
		return in.Status, t.T("problem.invalid", strings.Join(said, "; "))
	case errors.Is(err, review.ErrNotFound):
		return http.StatusNotFound, t.T("problem.not_found")
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusServiceUnavailable, t.T("problem.off")
	case errors.As(err, &large):
		return http.StatusRequestEntityTooLarge, t.T("problem.too_large")
	case errors.As(err, &coded):
		switch coded.Code() {
		case "not_found":
			return http.StatusNotFound, t.T("problem.not_found")
		case "forbidden", "role":
			if text, ok := houseRule(err, t); ok {
				return http.StatusForbidden, text
			}
			return http.StatusForbidden, t.T("problem.forbidden")
		case "invalid", "bad_request", "bad_document", "undelivered":
			var e *alerts.Error
			if errors.As(err, &e) {
				return http.StatusUnprocessableEntity, e.Text.In(t.lang)
			}
			return http.StatusUnprocessableEntity, t.T("problem.refused", coded.Error())
		case "unavailable", "no_responders", "timeout":
			return http.StatusServiceUnavailable, t.T("problem.off")
		}
		if text, ok := houseRule(err, t); ok {
			return http.StatusConflict, text
		}
	}
	return http.StatusInternalServerError, t.T("problem.ours")
}

// fail answers with a problem page, problem+json, or the sign-in page.
func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	v := visitorOf(r)
	if v.t == nil {
		v.t = s.tongue(r)
	}
	status, text := explain(err, v.t)
	if status >= 500 && r.Context().Err() == nil {
		s.Log.Error("serve", "method", r.Method, "pattern", r.Pattern, "err", err)
	}
	if wantsJSON(r) {
		code, places := codeOf(err, status, v.t)
		writeProblem(w, status, text, code, places)
		return
	}
	if status == http.StatusUnauthorized && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		to := "/sign-in"
		if r.URL.Path != "/" {
			to += "?next=" + escape(r.URL.RequestURI())
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	}
	page := problemPage{frame: s.frame(r, v.t.T("problem.title")), Status: status, Text: text}
	if err := s.renderStatus(w, r, status, "problem", page); err != nil {
		s.Log.Error("serve", "method", r.Method, "pattern", r.Pattern, "err", err)
		http.Error(w, text, status)
	}
}

type problemPage struct {
	frame
	Status int
	Text   string
}

// wantsJSON reports whether a program asks, or the script of a page.
func wantsJSON(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/api/") || strings.HasPrefix(r.Header.Get("Accept"), "application/json")
}

// writeProblem answers as RFC 9457 says.
func writeProblem(w http.ResponseWriter, status int, text, code string, places []placeJSON) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(struct {
		Type   string      `json:"type"`
		Title  string      `json:"title"`
		Status int         `json:"status"`
		Detail string      `json:"detail"`
		Code   string      `json:"code,omitempty"`
		Errors []placeJSON `json:"errors,omitempty"`
	}{"about:blank", http.StatusText(status), status, text, code, places})
}

// writeJSON answers with a value.
func writeJSON(w http.ResponseWriter, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(raw) // the client may be gone
	return nil
}

// record writes who saw what outside of the desk into the audit chain. It
// fails closed: what can not be accounted for is not shown.
func (s *server) record(r *http.Request, act, object, detail string) error {
	name := "-"
	if u := visitorOf(r).user; u != nil {
		name = u.Name
	}
	return s.recordAs(r, name, act, object, detail)
}

// recordAs is record for somebody who is not signed in yet.
func (s *server) recordAs(r *http.Request, name, act, object, detail string) error {
	if s.Audit == nil {
		return nil
	}
	return s.Audit(r.Context(), news.Audit{ID: newID(), At: s.Now().UTC(), Role: "desk", Who: name, Act: act, Object: object, Detail: detail})
}
