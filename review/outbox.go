package review

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"langnghe/internal/news"
)

// batch is how many messages one Forward hands over of each kind.
const batch = 200

// alert puts a notice into the outbox. From says when it may leave.
func alert(tx Tx, a news.Alert, ref string, from time.Time) error {
	if len(a.To) == 0 && len(a.Not) > 0 {
		return nil // of a drill that only outsiders would hear of
	}
	return send(tx, AlertMessage, "alert/"+a.ID, ref, from, a)
}

func send(tx Tx, kind MessageKind, id, ref string, from time.Time, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode %s: %w", id, err)
	}
	return tx.Send(Message{ID: id, Kind: kind, Ref: ref, From: from, Body: body})
}

// Forward hands over what the outbox holds and marks it afterwards, so that
// a crash repeats a message and never loses one. A receiver that fails does
// not hold up the others; Forward returns their errors.
func (d *Desk) Forward(ctx context.Context) error {
	err := errors.Join(
		forward(ctx, d, AlertMessage, d.Due),
		forward(ctx, d, DecidedMessage, d.Decided),
		forward(ctx, d, FactsMessage, each(d.Facts)),
		forward(ctx, d, ErasedMessage, each(d.Erased)),
	)
	if n, oldest, berr := d.Store.Backlog(ctx, d.now()); berr == nil {
		d.metrics.waiting.Set(float64(n))
		age := 0.0
		if n > 0 {
			age = max(0, d.now().Sub(oldest).Seconds())
		}
		d.metrics.age.Set(age)
	}
	return err
}

// each makes a receiver of single values one of many.
func each[T any](f func(context.Context, T) error) func(context.Context, []T) error {
	if f == nil {
		return nil
	}
	return func(ctx context.Context, vs []T) error {
		for _, v := range vs {
			if err := f(ctx, v); err != nil {
				return err
			}
		}
		return nil
	}
}

func forward[T any](ctx context.Context, d *Desk, kind MessageKind, f func(context.Context, []T) error) error {
	if f == nil {
		return nil
	}
	for {
		ms, err := d.Store.TakeMessages(ctx, kind, d.now(), batch)
		if err != nil {
			return fmt.Errorf("review: forward %s: %w", kind, err)
		}
		if len(ms) == 0 {
			return nil
		}
		vs, ids := make([]T, len(ms)), make([]string, len(ms))
		for i, m := range ms {
			if err := json.Unmarshal(m.Body, &vs[i]); err != nil {
				return fmt.Errorf("review: forward %s: %w", m.ID, err)
			}
			ids[i] = m.ID
		}
		if err := f(ctx, vs); err != nil {
			return fmt.Errorf("review: forward %d %s from %s: %w", len(ms), kind, ids[0], err)
		}
		if err := d.Store.Sent(ctx, d.now(), ids); err != nil {
			return fmt.Errorf("review: forward %s: %w", kind, err)
		}
		if len(ms) < batch {
			return nil
		}
	}
}

// Release lets out what waited for the undo window: hand-offs are sealed and
// sent. (Notices that wait stand in the outbox with their time.) A hand-off
// whose citation is no longer in force, or whose case is locked by now, does
// not leave.
func (d *Desk) Release(ctx context.Context) error {
	ids, err := d.Store.Releasable(ctx, d.now())
	if err != nil {
		return fmt.Errorf("review: release: %w", err)
	}
	var errs []error
	for _, id := range ids {
		if err := d.release(ctx, id); err != nil {
			errs = append(errs, fmt.Errorf("review: release %s: %w", id, err))
		}
	}
	return errors.Join(errs...)
}

func (d *Desk) release(ctx context.Context, id string) error {
	return d.Store.Update(ctx, func(tx Tx) error {
		now := d.now()
		c, err := tx.Case(id)
		if err != nil {
			return err
		}
		if !c.Handoff.waiting() || c.Handoff.ApprovedAt.IsZero() || now.Before(c.Handoff.ApprovedAt.Add(UndoWindow)) {
			return nil // somebody was faster
		}
		if err := heed(tx, &c); err != nil {
			return err
		}
		entries, err := entriesOf(tx, &c)
		if err != nil {
			return err
		}
		act := "handoff.stop"
		if _, err := d.inForce(tx, c.Handoff.Citation, &c); err != nil {
			var refused *Error
			if !errors.As(err, &refused) {
				return err
			}
			c.stop(refused.Text.VI, now)
		} else if c.Paused != "" {
			c.stop(refuse("paused", c.Paused).Text.VI, now)
		} else if c.Drill {
			c.stop(drillText.VI, now)
		} else if c.State == Closed {
			c.stop(refuse("closed").Text.VI, now)
		} else if err := c.answered(c.Handoff.Category); err != nil {
			c.stop(err.Text.VI, now)
		} else if c.Handoff.clean(c.Kind, entries) != nil {
			c.stop(refuse("resident_join").Text.VI, now) // without the words: notices carry the reason
		} else if c.release(now) {
			act = "handoff.send"
			if err := alert(tx, sentNotice(&c, now), c.ID, now); err != nil {
				return err
			}
		}
		if err := d.retract(tx, &c, proposed, signed); err != nil {
			return err
		}
		if act == "handoff.stop" {
			if err := alert(tx, stoppedNotice(&c, now), c.ID, now); err != nil {
				return err
			}
		}
		if err := tx.PutCase(c); err != nil {
			return err
		}
		return tx.Chain(d.entry("system", act, c.ID, c.Handoff.Seal))
	})
}

// Notices of the desk. Bodies say what the matter is in the desk's own words:
// the claim at most, never what somebody wrote.

func casePath(id string) string { return "/cases/" + id }

var choiceNames = map[news.Choice]news.Text{
	news.Answer:    {VI: "Cần trả lời", EN: "To be answered"},
	news.Verify:    {VI: "Cần xác minh", EN: "To be verified"},
	news.Scam:      {VI: "Lừa đảo, mạo danh", EN: "Scam or impersonation"},
	news.Danger:    {VI: "Nguy cơ bạo lực", EN: "Risk of violence"},
	news.Emergency: {VI: "Khẩn cấp về người", EN: "A person in danger"},
	news.Stat:      {VI: "Chỉ thống kê", EN: "Counted only"},
	news.Out:       {VI: "Ngoài địa bàn", EN: "Another place"},
}

// flaggedNotice tells reviewers, and at level 4 the leader, of a first flag.
func flaggedNotice(e *Entry, f *news.Flag, now time.Time) news.Alert {
	to := []string{string(Reviewer)}
	if f.Level >= news.Critical {
		to = append(to, string(Leader))
	}
	play := PlaybookOf(f.Level, e.Suggest, e.Topic).text()
	return asDrill(pastLeader(news.Alert{
		ID: "flagged/" + f.ID, Kind: "flagged", Level: f.Level, To: to,
		Subject: f.Title,
		Body: news.Text{
			VI: f.Why.VI + "\n\nVì sao có thể sai: " + or(f.Doubt.VI, "máy chỉ thấy dấu hiệu.") + play.VI + "\n\nMở hộp duyệt để xem và quyết định.",
			EN: or(f.Why.EN, f.Why.VI) + "\n\nWhy it may be wrong: " + or(f.Doubt.EN, "the machine sees signs only.") + play.EN + "\n\nOpen the inbox to look and decide.",
		},
		Path: "/inbox/" + url.PathEscape(e.ID), Group: noticeKey(e, f), Topic: e.Topic, Event: f.At, Created: now,
	}, e.Subject == SubjectLeader), e.Drill)
}

// toUnit is the address of a unit's notices: those of one unit are no
// business of another.
func toUnit(unit string) string { return string(Unit) + "/" + unit }

// decidedNotice tells who must act after a decision; the zero Alert when
// nobody is told. Wait says that it leaves after the undo window, because
// its reader is not on the team that can take the decision back.
func (d *Desk) decidedNotice(c *Case, e *Entry, now time.Time) (a news.Alert, wait bool) {
	a = news.Alert{
		ID: "decided/" + e.Decision.ID, Kind: "decided", Level: c.Level, Path: casePath(c.ID),
		Group: "case/" + c.ID, Topic: c.Topic, Event: e.at(), Created: now,
	}
	name := choiceNames[c.Kind]
	a.Subject = news.Text{VI: name.VI + ": " + c.name(), EN: name.EN + ": " + c.name()}
	switch c.Kind {
	case news.Answer:
		if c.Unit == "" {
			return news.Alert{}, false
		}
		a.To, wait = []string{toUnit(c.Unit)}, true
		due := c.Due.In(d.Zone).Format("15:04 02/01/2006")
		a.Body = news.Text{
			VI: "Phản ánh được giao cho " + c.Unit + ". Hạn trả lời: " + due + ".",
			EN: "Assigned to " + c.Unit + ". To be answered by " + due + ".",
		}
	case news.Emergency:
		a.To, a.Level = []string{string(Leader)}, news.Critical
		call := dial(e)
		a.Body = news.Text{
			VI: "Có người gặp nguy hiểm. " + call.VI + " Rồi ghi việc đã làm vào vụ việc.",
			EN: "A person is in danger. " + call.EN + " Then note in the case what was done.",
		}
	case news.Danger:
		a.To = []string{string(Leader)}
		a.Body = news.Text{
			VI: "Người duyệt thấy nguy cơ bạo lực. Hãy xem sáu mục đánh giá và quyết định bước tiếp theo.",
			EN: "The reviewer sees a risk of violence. Look at the six-part checklist and decide what follows.",
		}
	case news.Verify, news.Scam:
		a.To = []string{string(Leader)}
		a.Body = news.Text{
			VI: "Vụ việc " + c.ID + " được mở để xác minh. Chưa có kết luận; đính chính sẽ chờ lãnh đạo duyệt.",
			EN: "Case " + c.ID + " was opened to be verified. There is no verdict yet; a correction will wait for the leader's approval.",
		}
	}
	return asDrill(pastLeader(a, c.KeptFromLeader() || e.Subject == SubjectLeader && c.Kind != news.Emergency), c.Drill), wait
}

// caseNotice is a step of a case that somebody must act on. The step makes
// the notice unique.
func caseNotice(c *Case, step string, to []string, now time.Time, vi, en string) news.Alert {
	return asDrill(pastLeader(news.Alert{
		ID: step + "/" + c.ID + "/" + strconv.Itoa(len(c.Timeline)), Kind: "decided", Level: max(c.Level, news.Medium), To: to,
		Subject: news.Text{VI: vi + ": " + c.name(), EN: en + ": " + c.name()},
		Body:    news.Text{VI: "Vụ việc " + c.ID + ". " + vi + ".", EN: "Case " + c.ID + ". " + en + "."},
		Path:    casePath(c.ID), Group: "case/" + c.ID, Topic: c.Topic, Event: now, Created: now,
	}, c.KeptFromLeader()), c.Drill)
}

// accusationNotice tells those who handle what is about an official or the
// police.
func accusationNotice(c *Case, now time.Time) news.Alert {
	return caseNotice(c, "accusation", []string{string(Leader), string(Justice)}, now,
		"Có nội dung tố cáo hoặc phê bình cán bộ, Công an; xử lý theo Luật Tố cáo", "It accuses or criticises an official or the police; handle it by the law on denunciations")
}

func sentNotice(c *Case, now time.Time) news.Alert {
	return news.Alert{
		ID: "handoff/" + c.ID + "/" + c.Handoff.Seal[:16], Kind: "handoff", Level: max(c.Level, news.High), To: []string{string(Liaison)},
		Subject: news.Text{VI: "Phiếu chuyển thông tin " + c.ID, EN: "Hand-off " + c.ID},
		Body: news.Text{
			VI: "Có phiếu chuyển đã được duyệt và niêm phong. Mở phiếu, xác nhận đã nhận và trả kết quả.\nMã niêm phong: " + c.Handoff.Seal,
			EN: "An approved and sealed hand-off is there. Open it, acknowledge it and return the outcome.\nSeal: " + c.Handoff.Seal,
		},
		Path: "/handoffs", Group: "handoff/" + c.ID, Event: now, Created: now,
	}
}

func stoppedNotice(c *Case, now time.Time) news.Alert {
	to := []string{string(Leader), string(Reviewer)}
	if c.Locked && Unlockable(c.LockWhy) {
		to = append(to, string(Justice)) // whose co-signature opens it
	}
	a := caseNotice(c, "stopped", to, now, "Phiếu chuyển không được gửi đi", "The hand-off did not leave")
	a.Body.VI += " " + c.Handoff.VetoWhy
	a.Body.EN += " " + c.Handoff.VetoWhy
	return a
}

// withdrawal takes back a notice that was handed over already.
func withdrawal(m Message, now time.Time) (news.Alert, error) {
	var was news.Alert
	if err := json.Unmarshal(m.Body, &was); err != nil {
		return news.Alert{}, fmt.Errorf("decode %s: %w", m.ID, err)
	}
	a := was
	a.ID, a.Kind, a.Withdraw, a.Created, a.Event = "withdraw/"+was.ID, "withdrawn", was.ID, now, now
	a.Subject = news.Text{VI: "Rút lại: " + was.Subject.VI, EN: "Withdrawn: " + was.Subject.In("en")}
	a.Body = news.Text{
		VI: "Thông báo trước đã được rút lại, không cần làm gì thêm.",
		EN: "The earlier notice has been taken back; nothing needs to be done.",
	}
	return a, nil
}

// Steps of a case whose notices are taken back when the step is.
const (
	drafted  = "drafted"
	approved = "approved"
	assigned = "assigned"
	returned = "returned"    // a draft, until it is drafted anew
	handed   = "handed-back" // an assignment, until it is assigned anew or answered
	sentBack = "sent-back"   // a slip, until another one is proposed
	mended   = "mended"
	proposed = "proposed" // a hand-off, until it is signed or ends
	signed   = "signed"
)

// ref is what the notices of a step of the case are recalled by.
func (c *Case) ref(step string) string { return c.ID + "/" + step }

// retract takes back the notices of steps that no longer hold: nobody is to
// act on them.
func (d *Desk) retract(tx Tx, c *Case, steps ...string) error {
	for _, s := range steps {
		if err := d.recall(tx, c.ref(s)); err != nil {
			return err
		}
	}
	return nil
}

// recall drops the waiting messages about a decision; what left is followed
// by its withdrawal.
func (d *Desk) recall(tx Tx, ref string) error {
	sent, err := tx.Recall(ref)
	if err != nil {
		return err
	}
	for _, m := range sent {
		switch {
		case strings.HasPrefix(m.ID, "alert/withdraw/"):
		case m.Kind == AlertMessage:
			a, err := withdrawal(m, d.now())
			if err != nil {
				return err
			}
			if err := alert(tx, a, ref, d.now()); err != nil {
				return err
			}
		case m.Kind == DecidedMessage:
			var v news.Decided
			if err := json.Unmarshal(m.Body, &v); err != nil {
				return fmt.Errorf("decode %s: %w", m.ID, err)
			}
			if v.Undone {
				continue
			}
			v.Undone = true
			if err := send(tx, DecidedMessage, m.ID+"/undone", ref, d.now(), v); err != nil {
				return err
			}
		}
	}
	return nil
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
