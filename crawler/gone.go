package crawler

import (
	"context"
	"fmt"

	"langnghe/internal/news"
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

// withdraw erases what a platform says has been deleted there: everywhere, if
// it was published and is this source's, and by nobody else's word. What was
// not seen yet is remembered as gone, for the report may come before the item.
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
	for i, id := range ids {
		if gone[i].alias == "" {
			items = append(items, id)
		} else if row := rows[id]; row.Item != "" && row.Source == r.s.ID {
			items = append(items, row.Item)
		}
	}
	if rows, err = r.c.o.Store.Seen(ctx, items); err != nil {
		return err
	}
	for _, id := range items {
		row, known := rows[id]
		if row.Erased || known && row.Source != r.s.ID {
			continue
		}
		if row.Hash != "" && r.c.o.Gone != nil {
			if err := r.c.o.Gone(ctx, news.Erased{ID: id, Reason: goneReason, At: r.now.UTC()}); err != nil {
				return fmt.Errorf("publish erasure: %w", err)
			}
			r.c.o.Log.Info("deleted at its source", "source", r.s.ID, "item", id)
		}
		if err := r.c.o.Store.Erase(ctx, id); err != nil {
			return err
		}
		r.c.metrics.gone.WithLabelValues(r.s.ID).Inc()
	}
	return nil
}
