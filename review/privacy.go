package review

import (
	"context"
	"fmt"
	"slices"
	"time"

	"langnghe/internal/news"
)

// Requests of people about what is kept of their words: to see it, to have
// it corrected or erased, or to object. Nothing leads from here to a person:
// a request names addresses or items, and how to answer stays with the
// justice officer.

// RequestKinds are what people may ask for.
var RequestKinds = []string{"access", "correct", "erase", "object"}

// requestDays is how many working days an answer may take.
const requestDays = 2

// A DataRequest is one request and its clock.
type DataRequest struct {
	ID       string    `json:"id"` // "D-2026-0001"
	Kind     string    `json:"kind"`
	About    string    `json:"about"`           // addresses of posts, or words to look for
	Items    []string  `json:"items,omitempty"` // that were erased for it
	Received time.Time `json:"received"`
	Due      time.Time `json:"due"` // two working days later, 17:00
	By       string    `json:"by"`  // who wrote it down
	Answer   string    `json:"answer,omitempty"`
	Refused  bool      `json:"refused,omitempty"`
	Done     time.Time `json:"done,omitzero"`
	DoneBy   string    `json:"done_by,omitempty"`
}

// Late reports whether the request has waited longer than it may.
func (r DataRequest) Late(now time.Time) bool { return r.Done.IsZero() && now.After(r.Due) }

// AddRequest writes down a request; its clock starts. The justice officer is
// told.
func (d *Desk) AddRequest(ctx context.Context, kind, about string, by User) (r DataRequest, err error) {
	err = d.act(ctx, by, HandleRequest, "", kind, func(tx Tx) error {
		about = tidy(about)
		switch {
		case !slices.Contains(RequestKinds, kind):
			return refuse("request_kind", kind)
		case about == "":
			return refuse("empty", missing["about"])
		}
		now := d.now()
		year := now.In(d.Zone).Year()
		n, err := tx.Next(fmt.Sprintf("request-%d", year))
		if err != nil {
			return err
		}
		r = DataRequest{ID: fmt.Sprintf("D-%d-%04d", year, n), Kind: kind, About: about, Received: now, Due: d.workingDay(now, requestDays), By: by.Name}
		if err := tx.PutRequest(r); err != nil {
			return err
		}
		due := r.Due.In(d.Zone).Format("15:04 02/01/2006")
		return alert(tx, news.Alert{
			ID: "request/" + r.ID, Kind: "decided", Level: news.High, To: []string{string(Justice)}, Path: "/privacy/requests", Group: "request/" + r.ID, Event: now, Created: now,
			Subject: news.Text{VI: "Yêu cầu về dữ liệu cá nhân " + r.ID, EN: "Request about personal data " + r.ID},
			Body:    news.Text{VI: "Hạn trả lời: " + due + ".", EN: "To be answered by " + due + "."},
		}, r.ID, now)
	})
	if err != nil {
		return DataRequest{}, err
	}
	return r, nil
}

// AnswerRequest ends a request. For an erasure, items are the ids to erase;
// they go from every role.
func (d *Desk) AnswerRequest(ctx context.Context, id, answer string, refused bool, items []string, by User) error {
	// The chain never forgets, so it holds no words of the answer.
	outcome := "done"
	if refused {
		outcome = "refused"
	}
	err := d.act(ctx, by, HandleRequest, id, outcome, func(tx Tx) error {
		r, err := tx.Request(id)
		if err != nil {
			return err
		}
		switch {
		case !r.Done.IsZero():
			return refuse("closed")
		case tidy(answer) == "":
			return refuse("empty", missing["reply"])
		case len(items) > 0 && (r.Kind != "erase" || refused):
			return refuse("request_kind", r.Kind)
		}
		r.Answer, r.Refused, r.Done, r.DoneBy, r.Items = tidy(answer), refused, d.now(), by.Name, items
		if r.Kind == "erase" && !refused {
			r.About = "" // what led to the post goes with it
		}
		for _, item := range items {
			er := news.Erased{ID: item, Reason: r.ID, At: d.now()}
			if err := send(tx, ErasedMessage, "erased/"+item, item, d.now(), er); err != nil {
				return err
			}
			if err := tx.Chain(d.entry(by.Name, string(EraseItem), item, r.ID)); err != nil {
				return err
			}
		}
		return tx.PutRequest(r)
	})
	if err != nil {
		return err
	}
	for _, item := range items {
		if err := d.Erase(ctx, news.Erased{ID: item, Reason: id, At: d.now()}); err != nil {
			return err
		}
	}
	return nil
}

// Requests lists them, the open ones first, by their due time.
func (d *Desk) Requests(ctx context.Context, by User) ([]DataRequest, error) {
	if err := d.act(ctx, by, ReadRequests, "", "", func(Tx) error { return nil }); err != nil {
		return nil, err
	}
	rs, err := d.Store.Requests(ctx, 200)
	if err != nil {
		return nil, fmt.Errorf("review: requests: %w", err)
	}
	return rs, nil
}

// lateRequests tells the justice officer and the leader, once each, of
// requests whose clock has run out.
func (d *Desk) lateRequests(ctx context.Context) error {
	rs, err := d.Store.Requests(ctx, 200) // the open ones come first
	if err != nil {
		return fmt.Errorf("review: requests: %w", err)
	}
	now := d.now()
	for _, r := range rs {
		if !r.Late(now) {
			continue
		}
		key := "request-late/" + r.ID
		err := d.Store.Update(ctx, func(tx Tx) error {
			if n, err := tx.Notice(key); err != nil || n.Alert != "" {
				return err
			}
			if err := tx.PutNotice(key, Notice{At: now, Level: news.High, Alert: key}); err != nil {
				return err
			}
			due := r.Due.In(d.Zone).Format("15:04 02/01/2006")
			a := news.Alert{
				ID: key, Kind: "decided", Level: news.High, To: []string{string(Justice), string(Leader)}, Path: "/privacy/requests", Group: "request/" + r.ID, Event: now, Created: now,
				Subject: news.Text{VI: "Quá hạn trả lời yêu cầu về dữ liệu cá nhân " + r.ID, EN: "A request about personal data is overdue: " + r.ID},
				Body:    news.Text{VI: "Hạn trả lời là " + due + ".", EN: "It was to be answered by " + due + "."},
			}
			if err := alert(tx, a, r.ID, now); err != nil {
				return err
			}
			return tx.Chain(d.entry("system", "request.overdue", r.ID, ""))
		})
		if err != nil {
			return fmt.Errorf("review: request %s: %w", r.ID, err)
		}
	}
	return nil
}

// Figures are what everybody may know of the desk's work: counts alone.
type Figures struct {
	Corrections  int `json:"corrections"` // published, ever, those that were mended included
	Errata       int `json:"errata"`      // corrections of ours that were wrong
	Handoffs     int `json:"handoffs"`    // sent to the police, ever
	Vetoed       int `json:"vetoed"`      // stopped before they left
	RequestsOpen int `json:"requests_open"`
	RequestsLate int `json:"requests_late"`
	RequestsDone int `json:"requests_done"`
	Erased       int `json:"erased"`
}

// Figures counts them.
func (d *Desk) Figures(ctx context.Context) (f Figures, err error) {
	cs, err := d.Store.Cases(ctx, CaseQuery{Handoff: true, Closed: true, Now: d.now(), Limit: 10_000})
	if err != nil {
		return f, fmt.Errorf("review: figures: %w", err)
	}
	for _, c := range realCases(cs) {
		for _, h := range c.slips() {
			switch {
			case !h.Sent.IsZero():
				f.Handoffs++
			case h.Vetoed != "":
				f.Vetoed++
			}
		}
	}
	for _, kind := range claims {
		// A correction that is mended is no longer approved: all claims count.
		cs, err := d.Store.Cases(ctx, CaseQuery{Kind: kind, Closed: true, Now: d.now(), Limit: 10_000})
		if err != nil {
			return f, fmt.Errorf("review: figures: %w", err)
		}
		for _, c := range realCases(cs) {
			f.Corrections += len(c.Errata)
			f.Errata += len(c.Errata)
			if c.Correction != nil && !c.Correction.Out.IsZero() {
				f.Corrections++
			}
		}
	}
	rs, err := d.Store.Requests(ctx, 10_000)
	if err != nil {
		return f, fmt.Errorf("review: figures: %w", err)
	}
	for _, r := range rs {
		switch {
		case !r.Done.IsZero():
			f.RequestsDone++
			f.Erased += len(r.Items)
		default:
			f.RequestsOpen++
			if r.Late(d.now()) {
				f.RequestsLate++
			}
		}
	}
	return f, nil
}
