package alerts

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"langnghe/internal/news"
)

// Kinds of alerts. What a person did (decided, handoff, withdrawn) is not
// held back for its age, and a machine's flag is.
const (
	flagged   = "flagged"
	decided   = "decided"
	withdrawn = "withdrawn"
	handoff   = "handoff"
	heartbeat = "heartbeat"
	probe     = "test"
	escalated = "escalated" // a flagged one that nobody has answered
	resolved  = "resolved"  // a group was decided: it is told to nobody
	source    = "source"    // a source fell silent, or speaks again
	digest    = "digest"
	confirm   = "confirm" // whether an address is right
	rising    = "trend"   // a topic that stands out of the ward's day
)

// Why a delivery is muted, in Row.Why before the colon.
const (
	whyOld       = "old"       // older than MaxAge
	whyBelow     = "below"     // below the recipient's level
	whySilence   = "silence"   // a silence fits
	whyAck       = "ack"       // the group is acknowledged
	whyWithdrawn = "withdrawn" // taken back before it was sent
	whyUnseen    = "unseen"    // takes back what this recipient never got
	whyErased    = "erased"    // its item is erased
	whyNobody    = "nobody"    // dead: there is no recipient at all
	whyInhibited = "inhibited" // something else is the cause, or is in hand already
	whyFallback  = "fallback"  // sent instead of another way or role
)

// Take is the handler of alerts.due: it writes one row for each recipient of
// the alert to the outbox. A repeat changes nothing.
func (d *Dispatcher) Take(ctx context.Context, a news.Alert) error {
	if a.ID == "" {
		return &Error{Kind: "invalid", Text: news.Text{VI: "thông báo không có mã", EN: "the alert has no id"}}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	switch _, err := d.opts.Store.Alert(ctx, a.ID); {
	case err == nil:
		return nil
	case !errors.Is(err, ErrUnknown):
		return fmt.Errorf("alerts: take %s: %w", a.ID, err)
	}
	c := Change{At: d.now(), Alert: &a, Refs: refs(a)}
	if err := d.plan(ctx, &c, c.At); err != nil {
		return fmt.Errorf("alerts: take %s: %w", a.ID, err)
	}
	if err := d.watch(ctx, &c, c.At); err != nil {
		return fmt.Errorf("alerts: take %s: %w", a.ID, err)
	}
	if err := d.opts.Store.Save(ctx, c); err != nil {
		return fmt.Errorf("alerts: take %s: %w", a.ID, err)
	}
	d.m.taken.Inc()
	d.count(c)
	d.log.Info("took alert", "alert", a.ID, "kind", a.Kind, "level", a.Level.String(), "rows", len(c.Rows))
	d.rouse()
	return nil
}

// plan decides what becomes of the change's alert at each recipient.
func (d *Dispatcher) plan(ctx context.Context, c *Change, now time.Time) error {
	a := *c.Alert
	erased, err := d.opts.Store.Erased(ctx, c.Refs)
	if err != nil {
		return err
	}
	if erased {
		c.Blank = append(c.Blank, a.ID)
	}
	switch {
	case a.Kind == resolved:
		return d.resolve(ctx, c, a.Group, now, false)
	case strings.HasPrefix(a.Withdraw, resolved+"/"):
		return d.resolve(ctx, c, a.Group, now, true)
	case a.Withdraw != "":
		if err := d.resolve(ctx, c, a.Group, now, false); err != nil {
			return err
		}
		return d.planWithdrawal(ctx, c, now)
	}
	mute, err := d.mute(ctx, a, now)
	if err != nil {
		return err
	}
	if erased {
		mute = whyErased
	}
	for _, t := range d.targets(a) {
		r := Row{Alert: a, Recipient: t.Name, Channel: t.Channel, Role: t.role, Fold: fold(a), State: Waiting, Why: t.why, Created: now, Due: now}
		switch {
		case t.Name == "":
			settle(c, &r, Dead, whyNobody, now)
			d.log.Error("nobody to tell", "alert", a.ID, "role", t.role)
		case mute != "":
			settle(c, &r, Muted, mute, now)
		case t.why == "" && a.Level < t.Min && (a.Kind == flagged || a.Kind == rising || a.Kind == source):
			settle(c, &r, Muted, whyBelow, now)
		default:
			if r.Due, err = d.due(ctx, r, t.Recipient, now); err != nil {
				return err
			}
		}
		c.Rows = append(c.Rows, r)
	}
	return nil
}

// hears reports whether a recipient is meant by a role of an alert. "unit/X"
// is the unit or board X; one of those roles without a unit hears for all.
// "list/X" is whoever gets reports by the list X.
func (r *Recipient) hears(role string) bool {
	role, unit, named := strings.Cut(role, "/")
	if !named {
		return r.Role == role
	}
	if role == "list" && r.Unit == "" {
		return false // a recipient on no list hears of none
	}
	return (r.Role == role || role == "unit" && r.Role == "khoi") && (r.Unit == unit || r.Unit == "")
}

// machine reports whether an alert says what the machine has noticed.
func machine(a news.Alert) bool {
	return a.Kind == flagged || a.Kind == escalated || a.Kind == rising
}

// wants reports whether the recipient has asked for what the notice is
// about. Only a machine's notices below critical can be left out.
func (r *Recipient) wants(a news.Alert) bool {
	if !machine(a) || a.Level >= news.Critical {
		return true
	}
	return (len(r.Topics) == 0 || slices.Contains(r.Topics, a.Topic)) &&
		(len(r.Places) == 0 || slices.ContainsFunc(r.Places, func(p string) bool { return strings.EqualFold(p, a.Place) }))
}

// A target is a recipient and the role that it is to hear for.
type target struct {
	Recipient
	role string
	why  string
}

// targets finds who hears: each recipient of each role, once. A role without
// recipients falls back to the reviewers and administrators, then to the
// leader; never to the police, who see approved hand-offs and nothing else.
func (d *Dispatcher) targets(a news.Alert) (out []target) {
	add := func(role, why string, fits func(Recipient) bool) (found bool) {
		for _, r := range d.opts.Recipients {
			if !fits(r) || slices.Contains(a.Not, r.Role) {
				continue
			}
			found = true
			if !slices.ContainsFunc(out, func(t target) bool { return t.Name == r.Name }) {
				out = append(out, target{r, role, why})
			}
		}
		return found
	}
	to := slices.DeleteFunc(slices.Clone(a.To), func(role string) bool { return slices.Contains(a.Not, role) })
	if len(to) == 0 {
		to = []string{"reviewer"}
	}
	for _, role := range to {
		if add(role, "", func(r Recipient) bool { return r.hears(role) && r.wants(a) }) {
			continue
		}
		if add(role, whyFallback+": "+role, func(r Recipient) bool { return r.hears(role) }) {
			continue // nobody of the role has asked for it: all of them hear
		}
		d.log.Warn("no recipient has the role; telling the reviewers", "alert", a.ID, "role", role)
		why := whyFallback + ": " + role
		if !add(role, why, desk) && !add(role, why, func(r Recipient) bool { return r.Role == "leader" }) {
			out = append(out, target{role: role})
		}
	}
	return out
}

// desk reports whether a recipient stands in for roles without one. The
// administrator does not: they see no content.
func desk(r Recipient) bool { return r.Role == "reviewer" }

// fold names what may share a message: a machine's alerts of one group. What
// a person did is news each time.
func fold(a news.Alert) string {
	switch a.Kind {
	case decided, withdrawn, handoff, heartbeat, probe, escalated, digest, confirm:
		return ""
	case flagged:
		if a.Level < news.High {
			return "digest" // what is not urgent shares one message
		}
	}
	return a.Group
}

// refs are the ids that an alert names, as the segments of its id, group and
// path; an item that is among them can be erased from it.
func refs(a news.Alert) (out []string) {
	for _, s := range append([]string{a.ID, a.Group}, strings.Split(a.Path, "/")...) {
		if u, err := url.PathUnescape(s); err == nil {
			s = u
		}
		out = append(out, s)
		out = append(out, strings.Split(s, "/")...)
	}
	slices.Sort(out)
	out = slices.Compact(out)
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}

// mute says why nobody is to hear of the alert, or "".
func (d *Dispatcher) mute(ctx context.Context, a news.Alert, now time.Time) (string, error) {
	switch back, err := d.opts.Store.Withdrawn(ctx, a.ID); {
	case err != nil:
		return "", err
	case back:
		return whyWithdrawn, nil
	case a.Muted != "":
		return whyInhibited + ": " + a.Muted, nil
	}
	if old(a, now) {
		return whyOld, nil
	}
	if a.Level >= news.Critical {
		return "", nil
	}
	silences, err := d.opts.Store.Silences(ctx, now)
	if err != nil {
		return "", err
	}
	for _, s := range silences {
		if s.fits(a) {
			return s.why(), nil
		}
	}
	if machine(a) && a.Group != "" {
		q, err := d.opts.Store.Quiet(ctx, a.Group)
		if err != nil {
			return "", err
		}
		if now.Before(q.Until) && a.Level <= q.Level {
			return whyAck + ": " + q.By, nil
		}
	}
	return "", nil
}

// old reports whether it is too late to page anyone. A flag is as old as
// what it is about; what a person did is as old as the act.
func old(a news.Alert, now time.Time) bool {
	at := a.Event
	if at.IsZero() || !machine(a) {
		at = a.Created
	}
	return a.Kind != withdrawn && !at.IsZero() && now.Sub(at) > MaxAge
}

// fits reports whether the silence mutes the alert.
func (s Silence) fits(a news.Alert) bool {
	return a.Level < news.Critical && (machine(a) || a.Kind == decided || a.Kind == source) &&
		(s.Topic == "" || s.Topic == a.Topic) && (s.Group == "" || s.Group == a.Group)
}

func (s Silence) why() string { return whySilence + ": " + s.Owner + ": " + s.Reason }

// due says when a row goes out: the first of a group at once, the next ones
// together when the group's quiet time is over, a higher level at once; and
// none but critical ones outside of working hours.
func (d *Dispatcher) due(ctx context.Context, r Row, to Recipient, now time.Time) (time.Time, error) {
	due := now
	if r.Alert.Kind == flagged && r.Alert.Level < news.High && !to.Always {
		return d.hours.digest(now), nil
	}
	if r.Fold != "" {
		w, err := d.opts.Store.Window(ctx, r.Recipient, r.Fold)
		if err != nil {
			return due, err
		}
		last, pending, err := d.opts.Store.Last(ctx, r.Recipient, r.Fold)
		if err != nil {
			return due, err
		}
		switch {
		case now.Before(w.Until) && r.Alert.Level <= w.Level:
			due = w.Until
		case pending && r.Alert.Level <= last.Alert.Level:
			due = last.Due
		}
	}
	return d.open(due, r.Alert, to), nil
}

// open is the next moment from t on at which the recipient may be told.
func (d *Dispatcher) open(t time.Time, a news.Alert, to Recipient) time.Time {
	if a.Level >= news.Critical || to.Always || a.Kind == heartbeat || a.Kind == probe || a.Kind == confirm {
		return t
	}
	if h, ok := d.own[to.Name]; ok {
		return h.next(t)
	}
	return d.hours.next(t)
}

// planWithdrawal sends the withdrawal to those who may have got the notice,
// and stops the notice at the others.
func (d *Dispatcher) planWithdrawal(ctx context.Context, c *Change, now time.Time) error {
	rows, err := d.opts.Store.Rows(ctx, c.Alert.Withdraw)
	if err != nil {
		return err
	}
	if len(rows) > 0 {
		// What came at night is taken back at night.
		c.Alert.Level = max(c.Alert.Level, rows[0].Alert.Level)
	}
	for _, r := range rows {
		if r.Recipient == "" {
			continue
		}
		back := Row{Alert: *c.Alert, Recipient: r.Recipient, Channel: r.Channel, Role: r.Role, State: Waiting, Created: now, Due: now}
		if to, ok := d.way(r.Recipient, r.Channel); ok {
			back.Due = d.open(now, *c.Alert, to)
		}
		reached := r.State == Sent || r.live() && r.Tries > 0
		if r.live() {
			d.drop(c, r, whyWithdrawn, now)
		}
		if !reached {
			settle(c, &back, Muted, whyUnseen, now)
		}
		c.Rows = append(c.Rows, back)
	}
	return nil
}

// drop mutes a live row; one whose try is in hand, when that try fails.
func (d *Dispatcher) drop(c *Change, r Row, why string, now time.Time) {
	if j := d.busy[r.Recipient]; j != nil {
		for i := range j.rows {
			if j.rows[i].Seq == r.Seq {
				j.rows[i].Drop, r.Drop = why, why
				c.Rows = append(c.Rows, r)
				return
			}
		}
	}
	settle(c, &r, Muted, why, now)
	c.Rows = append(c.Rows, r)
}

// settle ends a row and lets the other roles know.
func settle(c *Change, r *Row, state, why string, now time.Time) {
	r.State, r.Done = state, now
	if why != "" {
		r.Why = why
	}
	report(c, *r, now)
}

func report(c *Change, r Row, now time.Time) {
	c.Delivered = append(c.Delivered, news.Delivered{Alert: r.Alert.ID, Recipient: r.Recipient, Channel: r.Channel, State: r.State, Tries: r.Tries, At: now, Error: r.Error})
}

// way finds a recipient by name and channel.
func (d *Dispatcher) way(name, channel string) (Recipient, bool) {
	for _, r := range d.opts.Recipients {
		if r.Name == name && r.Channel == channel {
			return r, true
		}
	}
	return Recipient{}, false
}

// count keeps the metrics of what was settled.
func (d *Dispatcher) count(c Change) {
	for _, r := range c.Delivered {
		if r.State != Failed {
			d.m.settled.WithLabelValues(r.Channel, r.State).Inc()
		}
	}
}
