package review

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"langnghe/internal/news"
)

// What people hear although nothing urgent happened: that a source fell
// silent, twice a day what waits, and every morning that the system is alive.

// Health handles sources.health: the state is remembered, and told when a
// source falls silent or works again. A repeat changes nothing.
func (d *Desk) Health(ctx context.Context, h news.Health) error {
	err := d.Store.Update(ctx, func(tx Tx) error {
		was, err := tx.Notice(sourceKey(h.Source))
		if err != nil {
			return err
		}
		if was.At.After(h.At) {
			return nil // it came late; what is known is newer
		}
		if err := tx.PutNotice(sourceKey(h.Source), Notice{At: h.At, Alert: h.State}); err != nil {
			return err
		}
		if down(was.Alert) != down(h.State) {
			if err := alert(tx, sourceNotice(h, d.now()), sourceKey(h.Source), d.now()); err != nil {
				return err
			}
		}
		return tx.Chain(news.Audit{
			ID: fmt.Sprintf("source/%s/%s/%d", h.Source, h.State, h.At.UnixMilli()), At: h.At, Role: "crawler", Who: "system",
			Act: "source." + h.State, Object: h.Source, Detail: h.Why.VI,
		})
	})
	if err != nil {
		return fmt.Errorf("review: source %s: %w", h.Source, err)
	}
	return nil
}

// The ward's clock of the reports; each is made once, at its time or, when
// the service was down, up to lateFor later.
const (
	morning   = 7*time.Hour + 30*time.Minute
	afternoon = 16 * time.Hour
	lateFor   = 4 * time.Hour
)

// Pulse makes the reports that are due: every morning a sign of life with
// what the system says of itself (vitals), and on working days at 07:30 and
// 16:00 a digest of what waits for people. Silence on a morning means that
// something is wrong.
func (d *Desk) Pulse(ctx context.Context, vitals func(context.Context) news.Text) error {
	now := d.now()
	local := now.In(d.Zone)
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, d.Zone)
	due := func(at time.Duration) bool {
		return !local.Before(midnight.Add(at)) && local.Before(midnight.Add(at+lateFor))
	}
	day := local.Format(time.DateOnly)
	var errs []error
	if due(morning) {
		errs = append(errs, d.once(ctx, "heartbeat/"+day, func() (news.Alert, error) { return d.heartbeat(ctx, vitals(ctx)) }))
	}
	if d.Workday(midnight) {
		part := ""
		switch {
		case due(morning):
			part = "morning"
		case due(afternoon):
			part = "afternoon"
		}
		if part != "" {
			// One for each role: what is kept from the leader is not counted
			// for the leader either.
			errs = append(errs,
				d.once(ctx, "digest/"+day+"/"+part, func() (news.Alert, error) { return d.withOpen(ctx, part) }),
				d.once(ctx, "digest/"+day+"/"+part+"/leader", func() (news.Alert, error) { return d.digest(ctx, Leader) }))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("review: pulse: %w", err)
	}
	return nil
}

// once puts the report with the id into the outbox, unless that was done.
func (d *Desk) once(ctx context.Context, id string, write func() (news.Alert, error)) error {
	known := false
	err := d.Store.Update(ctx, func(tx Tx) error {
		n, err := tx.Notice(id)
		known = n.Alert != ""
		return err
	})
	if err != nil || known {
		return err
	}
	a, err := write()
	if err != nil {
		return err
	}
	now := d.now()
	a.ID, a.Event, a.Created = id, now, now
	return d.Store.Update(ctx, func(tx Tx) error {
		if n, err := tx.Notice(id); err != nil || n.Alert != "" {
			return err
		}
		if err := tx.PutNotice(id, Notice{At: now, Alert: id}); err != nil {
			return err
		}
		return alert(tx, a, id, now)
	})
}

// heartbeat says that the system lives, and how.
func (d *Desk) heartbeat(ctx context.Context, vitals news.Text) (news.Alert, error) {
	in, err := d.Store.Inbox(ctx, InboxQuery{Limit: 1, Now: d.now()})
	if err != nil {
		return news.Alert{}, err
	}
	return news.Alert{
		Kind: "heartbeat", Level: news.Informational, To: []string{string(Admin), string(Reviewer)}, Path: "/",
		Subject: news.Text{VI: "Lắng Nghe đang chạy", EN: "Lắng Nghe is running"},
		Body: news.Text{
			VI: strings.TrimSpace(vitals.VI + fmt.Sprintf("\nHộp duyệt còn %d mục, trong đó %d mức khẩn trở lên.", in.Open, in.ByLevel[3]+in.ByLevel[4])),
			EN: strings.TrimSpace(vitals.In("en") + fmt.Sprintf("\n%d entries wait in the inbox, %d of them high or critical.", in.Open, in.ByLevel[3]+in.ByLevel[4])),
		},
	}, nil
}

// listed is how many titles a digest names.
const listed = 10

// withOpen is the reviewers' digest, in the morning with what people ask and
// no document answers.
func (d *Desk) withOpen(ctx context.Context, part string) (news.Alert, error) {
	a, err := d.digest(ctx, Reviewer)
	if err == nil && part == "morning" {
		lines := d.toPublish(ctx)
		a.Body.VI, a.Body.EN = a.Body.VI+lines.VI, a.Body.EN+lines.EN
	}
	return a, err
}

// digest says what waits for people of the role: the inbox by level with its
// first titles, answers that are overdue, and what needs a signature. It holds
// what the role may see, and is for nobody from whom any of it is kept.
func (d *Desk) digest(ctx context.Context, to Role) (news.Alert, error) {
	now := d.now()
	in, err := d.Store.Inbox(ctx, InboxQuery{Limit: listed, Now: now, Without: without(to)})
	if err != nil {
		return news.Alert{}, err
	}
	count := func(q CaseQuery) (int, error) {
		q.Now, q.Limit = now, 500
		cs, err := d.Store.Cases(ctx, q)
		return len(slices.DeleteFunc(cs, func(c Case) bool { return c.KeptFrom(to) })), err
	}
	late, err1 := count(CaseQuery{Overdue: true})
	drafts, err2 := count(CaseQuery{State: Correcting})
	slips, err3 := d.Store.Cases(ctx, CaseQuery{Handoff: true, Now: now, Limit: 500})
	if err := errors.Join(err1, err2, err3); err != nil {
		return news.Alert{}, err
	}
	sign := drafts
	for _, c := range slips {
		if c.Handoff.waiting() && c.Handoff.ApprovedAt.IsZero() && !c.KeptFrom(to) {
			sign++
		}
	}
	var vi, en strings.Builder
	fmt.Fprintf(&vi, "Hộp duyệt: %d mục (khẩn cấp %d, khẩn %d, theo dõi %d). Quá hạn trả lời: %d. Chờ lãnh đạo duyệt: %d.\n", in.Open, in.ByLevel[4], in.ByLevel[3], in.ByLevel[2], late, sign)
	fmt.Fprintf(&en, "Inbox: %d entries (critical %d, high %d, medium %d). Overdue answers: %d. For the leader's signature: %d.\n", in.Open, in.ByLevel[4], in.ByLevel[3], in.ByLevel[2], late, sign)
	for i := range in.Entries {
		e := &in.Entries[i]
		f := e.strongest()
		if f == nil {
			continue
		}
		more := ""
		if e.Folded > 0 {
			more = fmt.Sprintf(" (+%d)", e.Folded)
		}
		fmt.Fprintf(&vi, "- %s%s\n", or(f.Title.VI, f.Rule), more)
		fmt.Fprintf(&en, "- %s%s\n", or(f.Title.EN, or(f.Title.VI, f.Rule)), more)
	}
	var not []string
	if !Sighted(to) {
		not = []string{string(Leader)} // who gets one of their own
	}
	return news.Alert{
		Kind: "digest", Level: news.Medium, To: []string{string(to)}, Not: not, Path: "/inbox",
		Subject: news.Text{VI: fmt.Sprintf("Tổng hợp: %d mục chờ duyệt, %d quá hạn", in.Open, late), EN: fmt.Sprintf("Digest: %d entries wait, %d overdue", in.Open, late)},
		Body:    news.Text{VI: strings.TrimSpace(vi.String()), EN: strings.TrimSpace(en.String())},
	}, nil
}
