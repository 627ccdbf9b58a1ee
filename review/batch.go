package review

import (
	"context"
	"strings"
	"time"

	"langnghe/internal/news"
)

const (
	// BatchSize is how many entries a person takes at a time.
	BatchSize = 25
	// LeaseFor is how long they are that person's alone, from the last sign
	// that the person is at work.
	LeaseFor = 5 * time.Minute
)

// A Lease says who has an undecided entry in hand, with what is folded under
// it. It ends by itself.
type Lease struct {
	By    string    `json:"by"`
	Until time.Time `json:"until"`
}

// held reports whether somebody else than the person holds it at now.
func (l Lease) held(by string, now time.Time) bool {
	return l.By != "" && !same(l.By, by) && now.Before(l.Until)
}

// Fold names what belongs together in the inbox: the story, else the entry.
func (e *Entry) Fold() string {
	if e.Story != "" {
		return "story/" + e.Story
	}
	return e.ID
}

// A BatchRequest asks for work. Zero fields are any topic and level, and
// [BatchSize] entries.
type BatchRequest struct {
	Topic string     `json:"topic,omitempty"`
	Min   news.Level `json:"min,omitempty"`
	Size  int        `json:"size,omitempty"`
	By    User       `json:"-"`
	// Without leaves out the entries with this subject; set by the desk.
	Without string `json:"-"`
}

// A Batch is what a person has in hand.
type Batch struct {
	Entries []Entry   `json:"entries"`
	Until   time.Time `json:"until"`
}

// TakeBatch gives a person the next entries that nobody else has in hand,
// highest level first, then oldest, and keeps others from them for
// [LeaseFor]. What the person holds already comes first and is held anew, so
// asking twice gives no second batch. The texts that are shown are in the
// audit chain.
func (d *Desk) TakeBatch(ctx context.Context, q BatchRequest) (b Batch, err error) {
	if q.Size <= 0 || q.Size > BatchSize {
		q.Size = BatchSize
	}
	if err := allow(q.By, TakeEntries); err != nil {
		return Batch{}, d.refusal(string(TakeEntries), "", err)
	}
	q.Without = without(q.By.Role)
	err = d.Store.Update(ctx, func(tx Tx) error {
		now := d.now()
		b = Batch{Until: now.Add(LeaseFor)}
		ids, err := tx.Batch(q, now)
		if err != nil {
			return err
		}
		for _, id := range ids {
			e, err := tx.Entry(id)
			if err != nil {
				return err
			}
			l := Lease{By: q.By.Name, Until: b.Until}
			if err := tx.PutLease(e.Fold(), l); err != nil {
				return err
			}
			e.Lease = &l
			b.Entries = append(b.Entries, e)
		}
		if len(ids) == 0 {
			return nil // nothing was seen
		}
		return tx.Chain(d.entry(q.By.Name, string(TakeEntries), "", strings.Join(ids, " ")))
	})
	for i := range b.Entries {
		if err == nil {
			err = d.veil(ctx, &b.Entries[i], q.By)
		}
	}
	if err != nil {
		return Batch{}, d.refusal(string(TakeEntries), "", err)
	}
	return b, nil
}

// ReleaseBatch gives back what a person has in hand.
func (d *Desk) ReleaseBatch(ctx context.Context, by User) error {
	return d.act(ctx, by, ReleaseEntries, "", "", func(tx Tx) error { return tx.EndLeases(by.Name) })
}

// mine refuses when somebody else has the entry in hand, and holds what the
// person has for another while. A person in danger does not wait for a
// lease.
func (d *Desk) mine(tx Tx, e *Entry, r DecideRequest, now time.Time) error {
	l, err := tx.Lease(e.Fold())
	if err != nil {
		return err
	}
	if r.Choice != news.Emergency && l.held(r.By.Name, now) {
		return refuse("leased", l.By, l.Until.In(d.Zone).Format("15:04"))
	}
	return tx.ExtendLeases(r.By.Name, now, now.Add(LeaseFor))
}
