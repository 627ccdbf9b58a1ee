package web

import (
	"net/http"
	"net/url"
	"strconv"

	"langnghe/review"
)

type auditPage struct {
	frame
	Page       review.AuditPage
	Query      review.AuditQuery
	Prev, Next string
	From, To   int
	Checked    bool // the chain was verified just now
	Length     int
	Broken     string
}

// audit shows who saw, decided, approved and exported what. ?verify=1 walks
// the whole chain; it reads everything and changes nothing.
func (s *server) audit(w http.ResponseWriter, r *http.Request) error {
	const limit = 50
	offset, _ := strconv.Atoi(r.FormValue("offset"))
	q := review.AuditQuery{Who: r.FormValue("who"), Act: r.FormValue("act"), Object: r.FormValue("object"), Offset: max(offset, 0), Limit: limit, By: by(r)}
	page, err := s.Desk.Audit(r.Context(), q)
	if err != nil {
		return err
	}
	p := auditPage{frame: s.frame(r, visitorOf(r).t.T("audit.title")), Page: page, Query: q, From: q.Offset + 1, To: q.Offset + len(page.Entries)}
	at := func(offset int) string {
		v := url.Values{}
		for name, x := range map[string]string{"who": q.Who, "act": q.Act, "object": q.Object} {
			if x != "" {
				v.Set(name, x)
			}
		}
		if offset > 0 {
			v.Set("offset", strconv.Itoa(offset))
		}
		return "/audit?" + v.Encode()
	}
	if q.Offset > 0 {
		p.Prev = at(max(q.Offset-limit, 0))
	}
	if p.To < page.Total {
		p.Next = at(p.To)
	}
	if r.FormValue("verify") == "1" {
		p.Checked = true
		if p.Length, err = s.Desk.VerifyAudit(r.Context()); err != nil {
			p.Broken = err.Error() // names the first entry that does not fit
		}
	}
	return s.render(w, r, "audit", p)
}
