package indexer

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"langnghe/internal/lang"
	"langnghe/internal/news"
)

// settled is what becomes of a batch.
type settled struct {
	changes []*Change
	late    []Version      // contents that are only kept as versions
	results map[string]int // what became of the items, counted
}

// settle decides what becomes of a batch: which items are new or changed,
// which contents are only kept as versions. The result does not depend on
// the order in which contents of an item arrive, nor on how often.
func (ix *Indexer) settle(ctx context.Context, found []news.Found) (*settled, error) {
	out := &settled{results: map[string]int{}}
	now := ix.opts.Now().UTC()
	items := make([]news.Item, 0, len(found))
	ids := make([]string, 0, len(found))
	kept := make([]*news.Found, 0, len(found))
	for i := range found {
		it, reason := ix.accept(found[i].Item, now)
		if reason != "" {
			out.results[reason]++
			if reason == resultRefused {
				ix.opts.Log.Warn("item without id or text is refused", "item", it.ID, "source", it.Source)
			}
			continue
		}
		items, ids, kept = append(items, it), append(ids, it.ID), append(kept, &found[i])
	}
	known, err := ix.opts.Store.Known(ctx, ids)
	if err != nil {
		return nil, err
	}
	pending := map[string]*Change{}
	for i := range items {
		it := &items[i]
		k, ok := known[it.ID]
		if k.Erased {
			out.results[resultErased]++
			continue
		}
		seen, hash := it.Seen(), it.Hash()
		if ok {
			switch old := hash == k.Hash || slices.Contains(k.Hashes, hash); {
			case hash == k.Hash, old && !seen.After(k.Seen):
				out.results[resultRepeated]++
				continue
			case seen.Before(k.Seen):
				out.late = append(out.late, Version{Item: *it, Hash: hash, Seen: seen})
				k.Hashes = append(k.Hashes, hash)
				out.results[resultLate]++
				if it.Observed.Before(k.Item.Observed) {
					// The item is older than we thought; its content stays.
					c := pending[it.ID]
					if c == nil {
						old := k.Stored
						c = &Change{Stored: old, Replaces: &old}
						pending[it.ID] = c
						out.changes = append(out.changes, c)
					}
					c.Item.Observed, c.Item.Edited = it.Observed, k.Seen
					if c.Item.Published.IsZero() {
						c.Item.Published = it.Published
					}
					c.rekey()
					k.Stored = c.Stored
				}
				known[it.ID] = k
				continue
			}
			it.Edited = seen
			inherit(it, &k.Item, ix.horizon(now))
		}
		c := pending[it.ID]
		if c == nil {
			c = new(Change)
			if ok {
				old := k.Stored
				c.Replaces = &old
			}
		}
		c.Stored = Stored{Item: *it, Hash: hash, Seen: seen}
		c.rekey()
		ix.read(&c.Item, kept[i].Prior)
		if !ok && !kept[i].Keep && elsewhere(&c.Item) {
			out.results[resultOutside]++
			continue
		}
		if err := ix.stories.assign(c); err != nil {
			return nil, fmt.Errorf("item %s: %w", it.ID, err)
		}
		if pending[it.ID] == nil {
			pending[it.ID] = c
			out.changes = append(out.changes, c)
		} else {
			// Its earlier content never reached the store.
			out.late = append(out.late, Version{Item: k.Item, Hash: k.Hash, Seen: k.Seen})
		}
		if ok {
			out.results[resultChanged]++
			k.Hashes = append(k.Hashes, k.Hash)
		} else {
			out.results[resultStored]++
		}
		k.Stored = c.Stored
		known[it.ID] = k
	}
	return out, nil
}

// rekey gives the item the key of its event time; the one that it has, if
// that still says the time.
func (c *Change) rekey() {
	c.Key = newKey(c.Item.At(), c.Item.ID)
	if c.Replaces != nil && c.Replaces.Key.At().Equal(c.Key.At()) {
		c.Key = c.Replaces.Key
	}
}

// accept brings an item into the form in which it is stored, or says why it
// is not.
func (ix *Indexer) accept(it news.Item, now time.Time) (_ news.Item, reason string) {
	it.Title, it.Text = lang.Normalise(it.Title), lang.Normalise(it.Text)
	if it.ID == "" || it.Text == "" && it.Title == "" {
		return it, resultRefused
	}
	it.Observed, it.Published, it.Edited = stamp(it.Observed), stamp(it.Published), stamp(it.Edited)
	if it.Observed.IsZero() || it.Observed.After(now) {
		it.Observed = stamp(now)
	}
	if it.Edited.After(now) {
		it.Edited = stamp(now)
	}
	if it.At().Before(ix.horizon(now)) {
		return it, resultExpired
	}
	return it, ""
}

// stamp is a time as it is stored.
func stamp(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC().Truncate(time.Millisecond)
}

// horizon is the time before which no text is kept: the start of a day of
// the ward, so that the counts of a day are settled at once.
func (ix *Indexer) horizon(now time.Time) time.Time {
	h := DayStart(now.In(Zone).AddDate(0, 0, -ix.opts.TextDays))
	if ix.settled.After(h) {
		return ix.settled
	}
	return h
}

// inherit gives a new content what belongs to the item and not to it: when
// it was first seen, and what the source left out this time.
func inherit(it, old *news.Item, horizon time.Time) {
	if old.Observed.Before(it.Observed) {
		it.Observed = old.Observed
	}
	if it.Published.IsZero() {
		it.Published = old.Published
	}
	if it.At().Before(horizon) {
		it.Published, it.Observed = old.Published, old.Observed
	}
	if it.Counts == nil {
		it.Counts = old.Counts
	}
}

// elsewhere reports whether an item is what people of another place say.
func elsewhere(it *news.Item) bool {
	social := it.Kind == news.Post || it.Kind == news.Comment
	return social && it.Reading != nil && it.Reading.Area.Fit == news.OutOfArea
}

// givenReading is the version of a reading that came with its item and does
// not say which program made it. Nothing reads such an item again.
const givenReading = "given"

// read adds what the program understands of the item, unless it comes with
// its reading.
func (ix *Indexer) read(it *news.Item, prior int) {
	var r news.Reading
	if it.Reading != nil {
		r = *it.Reading
		r.Version = cmp.Or(r.Version, givenReading)
	} else {
		r = ix.opts.Reader.Read(it, prior)
		r.Version = cmp.Or(r.Version, ix.opts.Reader.Version())
	}
	it.Reading = &r
}
