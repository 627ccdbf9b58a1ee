package crawler

import (
	"context"
	"fmt"
	"time"
)

// goneReason stands in the audit chain of what its platform reports as
// deleted.
const goneReason = "đã bị xóa tại nguồn (deleted at its source)"

// alias is the id of the row that leads from a name by which a platform may
// speak of an item later, and by which nothing else knows it, to the item.
// The name holds its author's identity, so it is hashed with the key of the
// period; when the key is gone nobody can tell any more whose it was.
func (r *round) alias(ctx context.Context, name string) (string, error) {
	ref, err := r.voices.ref(ctx, name, true)
	if err != nil {
		return "", fmt.Errorf("alias: %w", err)
	}
	return id("alias", ref), nil
}

const (
	// goneMark marks what its source said is gone before it was seen. The
	// marks of what was listed are hashes.
	goneMark = "gone"
	// mostGone is how many such marks a source may leave in a day: what has
	// never been seen costs a document nothing to make up.
	mostGone = 200
)

// withdraw erases what a platform says has been deleted there: everywhere, if
// it was published and is this source's, and by nobody else's word. What was
// not seen yet is remembered as gone, for the report may come before the
// item; only what is the source's own by its name, only so much a day, only
// for this source, and only as long as rows are kept.
func (r *round) withdraw(ctx context.Context, gone []lead) error {
	if len(gone) == 0 {
		return nil
	}
	ids := make([]string, len(gone))
	for i := range gone {
		ids[i] = gone[i].id(r.s, r.voices.own)
		if name := gone[i].alias; name != "" {
			key, err := r.alias(ctx, name)
			if err != nil {
				return err
			}
			ids[i] = key
		}
	}
	rows, err := r.c.o.Store.Seen(ctx, ids)
	if err != nil {
		return err
	}
	items := make([]string, 0, len(ids))
	named := map[string]bool{}
	for i, id := range ids {
		row := rows[id]
		switch {
		case row.Item != "" && row.Source == r.s.ID: // an alias, or the page that led to it
			items = append(items, row.Item)
		case gone[i].alias == "":
			items = append(items, id)
			named[id] = r.named(&gone[i], id)
		}
	}
	if rows, err = r.c.o.Store.Seen(ctx, items); err != nil {
		return err
	}
	var marks []Seen
	for _, id := range items {
		row, known := rows[id]
		switch {
		case row.Erased || known && row.Source != r.s.ID:
			continue
		case row.Hash == "":
			if named[id] && r.remembers(&row) {
				marks = append(marks, Seen{ID: id, Source: r.s.ID, Mark: goneMark, At: r.now, First: r.now, Checked: r.now, Tries: mostTries})
			}
			named[id] = false // once is enough
			continue
		}
		if err := r.erase(ctx, id, goneReason); err != nil {
			return err
		}
		rows[id] = Seen{Erased: true} // the document may say it twice
	}
	if len(marks) == 0 {
		return nil
	}
	return r.c.o.Store.MarkSeen(ctx, marks)
}

// named reports whether what a deletion is about is this source's by its
// name: its number there, or an address on its site. Of an address elsewhere
// anybody could say that it is gone.
func (r *round) named(l *lead, name string) bool {
	if handleFree(Canonical(l.item.URL, false), r.voices.own) != "" {
		return r.ours(l.item.URL)
	}
	return name != id("content", string(l.item.Kind), "", "")
}

// remembers reports whether one more item may be remembered as gone. One that
// is already is renewed once a day.
func (r *round) remembers(row *Seen) bool {
	const day = 24 * time.Hour
	if row.Mark == goneMark {
		return r.now.Sub(row.Checked) >= day
	}
	r.c.mu.Lock()
	defer r.c.mu.Unlock()
	t := r.c.marks[r.s.ID]
	if r.now.Sub(t.since) >= day {
		t = allowance{since: r.now}
	}
	if t.n >= mostGone {
		return false
	}
	t.n++
	r.c.marks[r.s.ID] = t
	return true
}

// An allowance counts since a time.
type allowance struct {
	since time.Time
	n     int
}

// may reports whether what has a row may be taken from this source: not what
// is gone for good, what this source said is gone, or what another source
// brought first. What only another source said is gone begins anew.
func (r *round) may(row Seen, known bool, id string) (Seen, bool) {
	switch {
	case !known, row.Mark == goneMark && row.Source != r.s.ID:
		return Seen{ID: id, Source: r.s.ID}, true
	case row.Erased, row.Mark == goneMark, row.Source != r.s.ID && r.c.listens(row.Source):
		return row, false
	}
	return row, true
}
