package alerts

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"langnghe/internal/news"
)

// An Address is one way to a person, and whether that person has said that
// it is theirs. Until then it gets notices without content: somebody else's
// mailbox learns nothing, and the right person is not left in the dark.
type Address struct {
	Recipient string    `json:"recipient"`
	Channel   string    `json:"channel"`
	Hash      string    `json:"-"` // of the address, so that a changed one is a new one
	Code      string    `json:"-"`
	Asked     time.Time `json:"asked"`
	Confirmed time.Time `json:"confirmed,omitzero"`
}

func addressHash(r Recipient) string {
	sum := sha256.Sum256([]byte(r.Channel + "\x00" + r.Address))
	return hex.EncodeToString(sum[:])
}

// personal reports whether a channel leads to a person who can confirm: it
// has a method Personal() bool that says so.
func (d *Dispatcher) personal(channel string) bool {
	p, ok := d.opts.Channels[channel].(interface{ Personal() bool })
	return ok && p.Personal()
}

// known reads which addresses are confirmed.
func (d *Dispatcher) known(ctx context.Context) error {
	list, err := d.opts.Store.Addresses(ctx)
	if err != nil {
		return fmt.Errorf("read addresses: %w", err)
	}
	d.confirmed = map[string]bool{}
	for _, a := range list {
		if !a.Confirmed.IsZero() {
			d.confirmed[a.Hash] = true
		}
	}
	return nil
}

// sure reports whether a recipient may get content.
func (d *Dispatcher) sure(r Recipient) bool {
	return !d.opts.Confirm || !d.personal(r.Channel) || d.confirmed[addressHash(r)]
}

// greet asks the owners of new addresses to confirm them.
func (d *Dispatcher) greet(ctx context.Context) error {
	if !d.opts.Confirm {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	list, err := d.opts.Store.Addresses(ctx)
	if err != nil {
		return fmt.Errorf("read addresses: %w", err)
	}
	now := d.now()
	for _, r := range d.opts.Recipients {
		if !d.personal(r.Channel) || slices.ContainsFunc(list, func(a Address) bool {
			return a.Recipient == r.Name && a.Channel == r.Channel && a.Hash == addressHash(r)
		}) {
			continue
		}
		a := Address{Recipient: r.Name, Channel: r.Channel, Hash: addressHash(r), Code: rand.Text()[:10], Asked: now}
		c := Change{At: now, Addresses: []Address{a}}
		c.Alert = d.question(a, now)
		c.Rows = []Row{{Alert: *c.Alert, Recipient: r.Name, Channel: r.Channel, Role: r.Role, State: Waiting, Created: now, Due: now}}
		if err := d.save(ctx, c); err != nil {
			return err
		}
		list = append(list, a)
	}
	return nil
}

func (d *Dispatcher) question(a Address, now time.Time) *news.Alert {
	return &news.Alert{
		ID: "confirm/" + a.Hash[:16] + "/" + a.Code[:4], Kind: confirm, Level: news.Medium, Created: now, Event: now, Path: "/confirm?code=" + a.Code,
		Subject: news.Text{VI: "Xác nhận nơi nhận thông báo", EN: "Confirm where notices go"},
		Body: news.Text{
			VI: "Địa chỉ này được khai báo cho “" + a.Recipient + "”. Nếu đúng là bạn, mở đường dẫn dưới đây hoặc đọc mã cho quản trị: " + a.Code +
				"\nTrước khi xác nhận, thông báo gửi đến đây không có nội dung. Nếu không phải bạn, hãy bỏ qua thư này.",
			EN: "This address is registered for “" + a.Recipient + "”. If that is you, open the link below or tell the administrator the code: " + a.Code +
				"\nUntil then notices come here without their content. If it is not you, ignore this notice.",
		},
	}
}

// maxWrong is how many wrong codes are heard in an hour. A code has 50 bits:
// the bound is for the machine's sake, and low enough would let a stranger keep
// everybody from confirming.
const maxWrong = 10_000

// Confirm takes the code that was sent to an address. Wrong codes are
// bounded; a code is used once.
func (d *Dispatcher) Confirm(ctx context.Context, q ConfirmRequest) (Confirmed, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	if wall := time.Now(); wall.Sub(d.wrongSince) > time.Hour {
		d.wrong, d.wrongSince = 0, wall
	}
	if d.wrong >= maxWrong {
		return Confirmed{}, invalid("đã nhập sai quá nhiều lần, hãy thử lại sau một giờ", "too many wrong codes; try again in an hour")
	}
	list, err := d.opts.Store.Addresses(ctx)
	if err != nil {
		return Confirmed{}, fmt.Errorf("alerts: confirm: %w", err)
	}
	code := strings.ToUpper(strings.TrimSpace(q.Code))
	for _, a := range list {
		if a.Code == "" || subtle.ConstantTimeCompare([]byte(a.Code), []byte(code)) != 1 {
			continue
		}
		a.Confirmed, a.Code = now, ""
		who := q.By
		if who == "" {
			who = a.Recipient
		}
		c := Change{At: now, Addresses: []Address{a}, Audit: []news.Audit{{
			ID: "alerts/confirm/" + a.Hash[:16], At: now, Role: "alerts", Who: who, Act: "alert.confirm", Object: a.Recipient, Detail: a.Channel,
		}}}
		if err := d.save(ctx, c); err != nil {
			return Confirmed{}, fmt.Errorf("alerts: confirm: %w", errors.Unwrap(err))
		}
		d.confirmed[a.Hash] = true
		return Confirmed{Recipient: a.Recipient, Channel: a.Channel}, nil
	}
	d.wrong++
	return Confirmed{}, &Error{Kind: "not_found", Text: news.Text{VI: "mã không đúng hoặc đã dùng", EN: "the code is wrong or was used already"}}
}

// veil leaves out what an address that nobody has confirmed must not learn.
func veil(a news.Alert) news.Alert {
	switch a.Kind {
	case probe, heartbeat, confirm:
		return a
	}
	a.Subject = news.Text{VI: "Có thông báo mới", EN: "There is a notice"}
	a.Body = news.Text{
		VI: "Địa chỉ này chưa được xác nhận nên nội dung không được gửi kèm. Đăng nhập để xem.",
		EN: "This address has not been confirmed, so the content is left out. Sign in to read it.",
	}
	a.Attach = ""
	return a
}

// Overview answers what is muted and why, and what nobody has in hand.
func (d *Dispatcher) Overview(ctx context.Context) (o Overview, err error) {
	now := d.now()
	s := d.opts.Store
	if o.Silences, err = s.Silences(ctx, now); err != nil {
		return o, fmt.Errorf("alerts: overview: %w", err)
	}
	if err := d.aimed(ctx, o.Silences); err != nil {
		return o, err
	}
	if o.Acks, err = s.Quiets(ctx, now); err != nil {
		return o, fmt.Errorf("alerts: overview: %w", err)
	}
	if o.Muted, err = s.MutedBy(ctx, now.Add(-recent)); err != nil {
		return o, fmt.Errorf("alerts: overview: %w", err)
	}
	for i := range o.Muted {
		o.Muted[i].Reason = reason(o.Muted[i].Why)
	}
	if o.Watches, err = s.Watches(ctx, now.Add(-recent)); err != nil {
		return o, fmt.Errorf("alerts: overview: %w", err)
	}
	for i := range o.Watches {
		if o.Watches[i].Not, err = d.past(ctx, o.Watches[i].Group); err != nil {
			return o, err
		}
	}
	for i := range o.Acks {
		if o.Acks[i].Not, err = d.past(ctx, o.Acks[i].Group); err != nil {
			return o, err
		}
	}
	all, err := s.Addresses(ctx)
	if err != nil {
		return o, fmt.Errorf("alerts: overview: %w", err)
	}
	for _, a := range all {
		if r, ok := d.way(a.Recipient, a.Channel); ok && a.Confirmed.IsZero() && a.Hash == addressHash(r) && d.opts.Confirm {
			o.Addresses = append(o.Addresses, a)
		}
	}
	return o, nil
}

// veiled are the roles that any notice ever goes past because it is about
// them.
var veiled = []string{"leader"}

// past names the roles that notices of a group go past. Of a group whose
// notices are not known any more nobody can say whom they were about, so it
// goes past everybody that any goes past.
func (d *Dispatcher) past(ctx context.Context, group string) ([]string, error) {
	roles, known, err := d.opts.Store.Past(ctx, group)
	if err != nil {
		return nil, fmt.Errorf("alerts: %s: %w", group, err)
	}
	if !known {
		return veiled, nil
	}
	return roles, nil
}
