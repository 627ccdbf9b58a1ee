package alerts

import (
	"context"
	"slices"
	"time"
)

// impatience is the failed try of a critical alert after which somebody else
// hears too, while the tries go on.
const impatience = 3

// fallback adds rows for those who hear instead: the same person on another
// channel; else, unless somebody of the role is told anyway, the others of
// the role; else the desk.
func (d *Dispatcher) fallback(ctx context.Context, c *Change, rows []Row, now time.Time) error {
	lead := map[string]string{} // by person: the identity of the message that stands in
	for _, r := range rows {
		if r.Alert.Kind == probe || r.Alert.Kind == confirm {
			continue // it would hide what the test has found, or hand a code to somebody else
		}
		have, err := d.opts.Store.Rows(ctx, r.Alert.ID)
		if err != nil {
			return err
		}
		for _, t := range d.instead(r, have) {
			if lead[t.Name] == "" {
				lead[t.Name] = identity(r.Alert.ID, t.Name)
			}
			id := lead[t.Name]
			if t.Name == r.Recipient {
				id = r.Message // one person sees one identity
			}
			c.Rows = append(c.Rows, Row{
				Alert: r.Alert, Recipient: t.Name, Channel: t.Channel, Role: r.Role, State: Waiting, Message: id,
				Why: whyFallback + ": " + r.Recipient + ", " + r.Channel, Created: now, Due: d.open(now, r.Alert, t),
			})
		}
	}
	return nil
}

// instead chooses who hears in place of r's recipient, given all the rows of
// the alert.
func (d *Dispatcher) instead(r Row, have []Row) (out []Recipient) {
	known := func(name, channel string) bool {
		for _, h := range have {
			if h.Recipient == name && (channel == "" || h.Channel == channel) {
				return true
			}
		}
		return false
	}
	for _, t := range d.opts.Recipients {
		if t.Name == r.Recipient && !known(t.Name, t.Channel) {
			return []Recipient{t}
		}
	}
	for _, h := range have {
		if h.Role == r.Role && h.Recipient != r.Recipient && (h.live() || h.State == Sent) {
			return nil // another of the role hears
		}
	}
	pick := func(fits func(Recipient) bool) {
		names := map[string]bool{}
		for _, t := range d.opts.Recipients {
			if fits(t) && !slices.Contains(r.Alert.Not, t.Role) && !names[t.Name] && !known(t.Name, "") {
				names[t.Name] = true
				out = append(out, t)
			}
		}
	}
	if pick(func(t Recipient) bool { return t.Role == r.Role }); len(out) == 0 {
		pick(desk)
	}
	return out
}
