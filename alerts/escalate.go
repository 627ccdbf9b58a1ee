package alerts

import (
	"context"
	"fmt"
	"slices"
	"time"

	"langnghe/internal/news"
)

// Escalation says what happens when nobody takes an urgent notice in hand:
// after each interval those who were told are told again, and the next role
// with them.
type Escalation struct {
	Off      bool          `yaml:"off"`      // nobody is told again
	Critical time.Duration `yaml:"critical"` // default 10 minutes
	High     time.Duration `yaml:"high"`     // of working hours, default 1 hour
	To       []string      `yaml:"to"`       // roles, one more each time; default leader, office
	Repeats  int           `yaml:"repeats"`  // then it stands in the report as unanswered; default 5
}

func (e *Escalation) defaults() error {
	if e.Critical <= 0 {
		e.Critical = 10 * time.Minute
	}
	if e.High <= 0 {
		e.High = time.Hour
	}
	if e.Repeats <= 0 {
		e.Repeats = 5
	}
	if e.To == nil {
		e.To = []string{"leader", "office"}
	}
	for _, r := range e.To {
		switch {
		case !slices.Contains(Roles, r):
			return fmt.Errorf("escalation: to: there is no role %q", r)
		case r == "police_liaison":
			return fmt.Errorf("escalation: to: the police see approved hand-offs and nothing else")
		}
	}
	return nil
}

// A Watch follows one group of urgent notices until somebody decides it.
type Watch struct {
	Group   string     `json:"group"`
	Alert   string     `json:"alert"` // the most urgent one of it
	Level   news.Level `json:"level"`
	Subject news.Text  `json:"subject"`
	Opened  time.Time  `json:"opened"`
	Next    time.Time  `json:"next,omitzero"` // when people are told again; zero when nobody is any more
	Step    int        `json:"step"`          // how often they were
	By      string     `json:"by,omitempty"`  // who has acknowledged it last
	Done    time.Time  `json:"done,omitzero"` // decided, or withdrawn
	Not     []string   `json:"not,omitempty"` // roles that are not to know of it; set when it is asked for
}

// watch starts to follow the group of a notice that somebody is told of.
func (d *Dispatcher) watch(ctx context.Context, c *Change, now time.Time) error {
	a := c.Alert
	told := slices.ContainsFunc(c.Rows, func(r Row) bool { return r.live() })
	if d.opts.Escalation.Off || a.Kind != flagged || a.Level < news.High || a.Group == "" || !told {
		return nil
	}
	w, err := d.opts.Store.Watch(ctx, a.Group)
	if err != nil {
		return err
	}
	fresh := Watch{Group: a.Group, Alert: a.ID, Level: a.Level, Subject: a.Subject, Opened: now, Next: d.nudgeAt(now, a.Level)}
	switch {
	case w.Group == "" || !w.Done.IsZero():
		w = fresh
	case a.Level > w.Level:
		w.Alert, w.Level, w.Subject, w.Next = fresh.Alert, fresh.Level, fresh.Subject, fresh.Next
	default:
		return nil
	}
	c.Watches = append(c.Watches, w)
	return nil
}

// nudgeAt is when a group that nobody takes in hand speaks again.
func (d *Dispatcher) nudgeAt(now time.Time, l news.Level) time.Time {
	if l >= news.Critical {
		return now.Add(d.opts.Escalation.Critical)
	}
	return d.hours.next(now.Add(d.opts.Escalation.High))
}

// resolve ends the watch of a group that somebody has decided; reopen takes
// that back.
func (d *Dispatcher) resolve(ctx context.Context, c *Change, group string, now time.Time, undo bool) error {
	w, err := d.opts.Store.Watch(ctx, group)
	if err != nil || w.Group == "" || w.Done.IsZero() != !undo {
		return err
	}
	w.Done = now
	if undo {
		w.Done, w.Next = time.Time{}, d.nudgeAt(now, w.Level)
	}
	c.Watches = append(c.Watches, w)
	return nil
}

// nudge tells people again of the groups that nobody has decided.
func (d *Dispatcher) nudge(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	ws, err := d.opts.Store.Nudges(ctx, now)
	if err != nil {
		return fmt.Errorf("look for what nobody has answered: %w", err)
	}
	for _, w := range ws {
		if err := d.again(ctx, w, now); err != nil {
			return fmt.Errorf("tell again of %s: %w", w.Group, err)
		}
	}
	return nil
}

func (d *Dispatcher) again(ctx context.Context, w Watch, now time.Time) error {
	was, err := d.opts.Store.Alert(ctx, w.Alert)
	if err != nil {
		return err
	}
	w.Step++
	a := was
	a.ID, a.Kind, a.Created = fmt.Sprintf("again/%s/%d", w.Alert, w.Step), escalated, now
	if len(a.To) == 0 {
		a.To = []string{"reviewer"}
	}
	a.To = slices.Clone(a.To)
	for _, r := range d.opts.Escalation.To[:min(w.Step, len(d.opts.Escalation.To))] {
		if !slices.Contains(a.To, r) {
			a.To = append(a.To, r)
		}
	}
	a.Subject, a.Body = d.againText(was, w, now)
	w.Next = d.nudgeAt(now, w.Level)
	if w.Step >= d.opts.Escalation.Repeats || old(was, now) {
		w.Next = time.Time{}
	}
	c := Change{At: now, Alert: &a, Refs: refs(a), Watches: []Watch{w}}
	if err := d.plan(ctx, &c, now); err != nil {
		return err
	}
	if err := d.opts.Store.Save(ctx, c); err != nil {
		return err
	}
	d.m.escalated.Inc()
	d.count(c)
	d.rouse()
	return nil
}

func (d *Dispatcher) againText(was news.Alert, w Watch, now time.Time) (subject, body news.Text) {
	first := w.Opened.In(d.hours.zone).Format("15:04 02/01")
	after := int(now.Sub(w.Opened).Minutes())
	body = news.Text{
		VI: fmt.Sprintf("Đã %d phút kể từ %s mà chưa ai quyết định (lần nhắc %d).", after, first, w.Step),
		EN: fmt.Sprintf("%d minutes since %s and nobody has decided it (reminder %d).", after, first, w.Step),
	}
	if w.By != "" {
		body.VI += " " + w.By + " đã nhận việc nhưng thời gian giữ đã hết."
		body.EN += " " + w.By + " had taken it in hand; that time is over."
	}
	body.VI, body.EN = body.VI+"\n\n"+was.Body.VI, body.EN+"\n\n"+was.Body.In("en")
	return news.Text{VI: "Chưa ai xử lý: " + was.Subject.VI, EN: "Nobody has answered: " + was.Subject.In("en")}, body
}
