package alerts

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"langnghe/internal/news"
)

// recent is how long a dead letter counts for the banner.
const recent = 7 * 24 * time.Hour

// Deliveries answers what became of alerts, newest first.
func (d *Dispatcher) Deliveries(ctx context.Context, q DeliveriesQuery) (Deliveries, error) {
	switch q.State {
	case "", Waiting, Failed, Sent, Muted, Dead:
	default:
		return Deliveries{}, invalid("không có trạng thái %q", "there is no state %q", q.State)
	}
	if q.Limit <= 0 {
		q.Limit = 100
	}
	rows, err := d.opts.Store.Deliveries(ctx, q.State, q.Before, min(q.Limit, 1000))
	if err != nil {
		return Deliveries{}, fmt.Errorf("alerts: deliveries: %w", err)
	}
	out := Deliveries{Deliveries: make([]Delivery, 0, len(rows))}
	for _, r := range rows {
		v := Delivery{
			Seq: r.Seq, Alert: r.Alert.ID, Kind: r.Alert.Kind, Level: r.Alert.Level, Subject: r.Alert.Subject,
			Recipient: r.Recipient, Channel: r.Channel, State: r.State, Why: r.Why, Reason: reason(r.Why),
			Message: r.Message, Tries: r.Tries, Created: r.Created, Done: r.Done, Error: r.Error, Not: r.Alert.Not,
		}
		switch r.State {
		case Waiting:
			v.Next = r.Due
		case Failed:
			v.Next = r.Retry
		}
		out.Deliveries = append(out.Deliveries, v)
	}
	out.Waiting, out.Dead, _, err = d.opts.Store.Count(ctx, d.now().Add(-recent))
	if err != nil {
		return Deliveries{}, fmt.Errorf("alerts: deliveries: %w", err)
	}
	return out, nil
}

// LongestSilence is how far ahead a silence may reach: somebody says again,
// after a week-end, that it is still right.
const LongestSilence = 72 * time.Hour

// Silences answers which silences are in force, after the change that the
// request asks for. A new one also mutes what waits and fits.
func (d *Dispatcher) Silences(ctx context.Context, q SilenceRequest) ([]Silence, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	var err error
	switch {
	case q.Add != nil:
		err = d.addSilence(ctx, *q.Add, now)
	case q.End != "":
		err = d.endSilence(ctx, q.End, q.By, now)
	}
	if err != nil {
		return nil, err
	}
	list, err := d.opts.Store.Silences(ctx, now)
	if err != nil {
		return nil, fmt.Errorf("alerts: silences: %w", err)
	}
	return list, d.aimed(ctx, list)
}

// aimed notes whom the groups of silences are kept from.
func (d *Dispatcher) aimed(ctx context.Context, list []Silence) (err error) {
	for i := range list {
		if list[i].Group == "" {
			continue // a topic is nobody's secret
		}
		if list[i].Not, err = d.past(ctx, list[i].Group); err != nil {
			return err
		}
	}
	return nil
}

func (d *Dispatcher) addSilence(ctx context.Context, s Silence, now time.Time) error {
	s.Reason = line(s.Reason, 200)
	switch {
	case s.Topic == "" && s.Group == "":
		return invalid("hãy chọn chủ đề hoặc nhóm để tắt", "name the topic or group to silence")
	case s.Owner == "" || s.Reason == "":
		return invalid("cần người chịu trách nhiệm và lý do", "a silence needs an owner and a reason")
	case !s.Until.After(now):
		return invalid("thời hạn phải ở sau lúc này", "the end must lie in the future")
	case s.Until.After(now.Add(LongestSilence)):
		return invalid("không tắt quá 72 giờ", "a silence may last 72 hours at most")
	}
	if s.ID == "" {
		s.ID = "S-" + rand.Text()[:10]
	}
	s.Created, s.Until = now, s.Until.UTC()
	c := Change{At: now, Silence: &s, Audit: []news.Audit{{
		ID: "alerts/silence.add/" + s.ID, At: now, Role: "alerts", Who: s.Owner, Act: "silence.add",
		Object: s.ID, Detail: strings.TrimSpace(s.Topic + " " + s.Group + " " + s.Until.Format(time.RFC3339) + " " + s.Reason),
	}}}
	return d.quieten(ctx, &c, now, s.why(), s.fits)
}

func (d *Dispatcher) endSilence(ctx context.Context, id, by string, now time.Time) error {
	if by == "" {
		return invalid("thiếu tên người thực hiện", "the request does not say who ends it")
	}
	list, err := d.opts.Store.Silences(ctx, now)
	if err != nil {
		return fmt.Errorf("alerts: end silence: %w", err)
	}
	for _, s := range list {
		if s.ID == id {
			s.Until = now
			return d.save(ctx, Change{At: now, Silence: &s, Audit: []news.Audit{{
				ID: "alerts/silence.end/" + id, At: now, Role: "alerts", Who: by, Act: "silence.end", Object: id,
			}}})
		}
	}
	return &Error{Kind: "not_found", Text: news.Text{VI: "không có lệnh tắt " + id, EN: "there is no silence " + id + " in force"}}
}

// Ack notes that a person took notice of a group: notices of it, up to the
// level that it has reached lately, are quiet for [QuietFor].
func (d *Dispatcher) Ack(ctx context.Context, q AckRequest) error {
	if q.Group == "" || q.By == "" {
		return invalid("cần nhóm và tên người xác nhận", "an acknowledgement needs a group and a name")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	level, err := d.opts.Store.Level(ctx, q.Group, now.Add(-MaxAge))
	if err != nil {
		return fmt.Errorf("alerts: ack %s: %w", q.Group, err)
	}
	a := Quiet{Group: q.Group, By: q.By, Level: level, Until: now.Add(QuietFor)}
	w, err := d.opts.Store.Watch(ctx, q.Group)
	if err != nil {
		return fmt.Errorf("alerts: ack %s: %w", q.Group, err)
	}
	var ws []Watch
	if w.Group != "" && w.Done.IsZero() {
		// It speaks again when the time is over and nobody has decided it.
		w.By, w.Next = q.By, a.Until
		ws = append(ws, w)
	}
	c := Change{At: now, Quiet: &a, Watches: ws, Audit: []news.Audit{{
		ID: fmt.Sprintf("alerts/ack/%s/%d", q.Group, now.UnixMilli()), At: now, Role: "alerts", Who: q.By, Act: "alert.ack", Object: q.Group,
	}}}
	return d.quieten(ctx, &c, now, whyAck+": "+q.By, func(n news.Alert) bool {
		return (n.Kind == flagged || n.Kind == escalated) && n.Group == q.Group && n.Level < news.Critical
	})
}

// quieten saves the change and mutes with it the untried rows that fit.
func (d *Dispatcher) quieten(ctx context.Context, c *Change, now time.Time, why string, fits func(news.Alert) bool) error {
	rows, err := d.opts.Store.Untried(ctx)
	if err != nil {
		return fmt.Errorf("alerts: %w", err)
	}
	for _, r := range rows {
		if fits(r.Alert) {
			settle(c, &r, Muted, why, now)
			c.Rows = append(c.Rows, r)
		}
	}
	return d.save(ctx, *c)
}

func (d *Dispatcher) save(ctx context.Context, c Change) error {
	if err := d.opts.Store.Save(ctx, c); err != nil {
		return fmt.Errorf("alerts: %w", err)
	}
	d.count(c)
	d.rouse()
	return nil
}

// testWait is how long Test waits for what becomes of its notice.
const testWait = 4 * time.Second

// Test sends a real notice to a recipient on every channel it has, or to
// all. It reports failures that show within a few seconds; what takes longer
// is in the deliveries.
func (d *Dispatcher) Test(ctx context.Context, q TestRequest) error {
	if q.By == "" {
		return invalid("thiếu tên người gửi thử", "the request does not say who tests")
	}
	now := d.now()
	a := news.Alert{
		ID: "test-" + rand.Text(), Kind: probe, Level: news.Medium, Event: now, Created: now, Path: "/",
		Subject: news.Text{VI: "Thư thử từ Lắng Nghe", EN: "A test notice from Lắng Nghe"},
		Body:    news.Text{VI: q.By + " đã bấm nút gửi thử. Nhận được thư này nghĩa là đường gửi thông suốt.", EN: q.By + " pressed the test button. This notice shows that delivery works."},
	}
	c := Change{At: now, Alert: &a, Audit: []news.Audit{{
		ID: "alerts/test/" + a.ID, At: now, Role: "alerts", Who: q.By, Act: "alert.test", Object: q.Recipient,
	}}}
	for _, r := range d.opts.Recipients {
		if q.Recipient == "" || r.Name == q.Recipient {
			c.Rows = append(c.Rows, Row{Alert: a, Recipient: r.Name, Channel: r.Channel, Role: r.Role, State: Waiting, Created: now, Due: now})
		}
	}
	if len(c.Rows) == 0 {
		return &Error{Kind: "not_found", Text: news.Text{VI: fmt.Sprintf("không có người nhận %q", q.Recipient), EN: fmt.Sprintf("there is no recipient %q", q.Recipient)}}
	}
	d.mu.Lock()
	err := d.save(ctx, c)
	d.mu.Unlock()
	if err != nil {
		return err
	}
	return d.outcome(ctx, a.ID)
}

// outcome waits until the rows of an alert are tried and reports what failed.
func (d *Dispatcher) outcome(ctx context.Context, alert string) error {
	ctx, cancel := context.WithTimeout(ctx, testWait)
	defer cancel()
	for {
		rows, err := d.opts.Store.Rows(ctx, alert)
		var open bool
		var bad []string
		for _, r := range rows {
			open = open || r.State == Waiting
			if r.Error != "" {
				bad = append(bad, r.Recipient+" ("+r.Channel+"): "+r.Error)
			}
		}
		if len(bad) > 0 && !open {
			list := strings.Join(bad, "; ")
			return &Error{Kind: "undelivered", Text: news.Text{VI: "chưa gửi được cho " + list, EN: "not delivered to " + list}}
		}
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("alerts: test: %w", err)
		}
		if ctx.Err() != nil || !open {
			return nil
		}
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Erase removes the words of every alert that names the item, and stops
// those that wait. An alert about it that comes later stays empty.
func (d *Dispatcher) Erase(ctx context.Context, item string) error {
	if item == "" {
		return invalid("thiếu mã tin cần xóa", "the item to erase has no id")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	ids, err := d.opts.Store.Mentioning(ctx, item)
	if err != nil {
		return fmt.Errorf("alerts: erase %s: %w", item, err)
	}
	c := Change{At: now, Erase: item, Blank: ids}
	for _, id := range ids {
		rows, err := d.opts.Store.Rows(ctx, id)
		if err != nil {
			return fmt.Errorf("alerts: erase %s: %w", item, err)
		}
		for _, r := range rows {
			if r.live() {
				d.drop(&c, r, whyErased, now)
			}
		}
	}
	if err := d.save(ctx, c); err != nil {
		return fmt.Errorf("alerts: erase %s: %w", item, errors.Unwrap(err))
	}
	return nil
}

func invalid(vi, en string, args ...any) error {
	return &Error{Kind: "invalid", Text: news.Text{VI: fmt.Sprintf(vi, args...), EN: fmt.Sprintf(en, args...)}}
}
