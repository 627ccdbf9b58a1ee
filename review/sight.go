package review

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"langnghe/internal/news"
)

// Who may not see what: an allegation against those who lead the ward never
// reaches them. This file is the one place that says so; every page, question,
// report, digest, notice and export asks here, by the subject of an item, an
// entry or a case. The justice officer takes what is kept from the leader, as
// the law on denunciations has it.

// kept reports whether what accuses the subject is kept from the role.
func kept(r Role, subject string) bool { return r == Leader && subject == SubjectLeader }

// Sighted reports whether anything at all is kept from the role.
func Sighted(r Role) bool { return r == Leader }

// hides reports whether an entry is kept from the person: that there is one
// is a word too much.
func (e *Entry) hides(by User) bool { return kept(by.Role, e.Subject) }

// KeptFrom reports whether the whole case is kept from a role.
func (c *Case) KeptFrom(r Role) bool { return kept(r, SubjectLeader) && c.KeptFromLeader() }

// ItemSubject says whom an item criticises, as [Entry.Subject] does of one
// that stands in the inbox.
func ItemSubject(it *news.Item) string { return subject(&Entry{Item: it}) }

// Hidden says which of the items are kept from a person, by id: those whose
// words accuse, and those that stand in the inbox as accusations for what a
// rule saw in them.
func (d *Desk) Hidden(ctx context.Context, items []news.Item, by User) (map[string]bool, error) {
	if !Sighted(by.Role) {
		return nil, nil
	}
	out := map[string]bool{}
	for i := range items {
		it := &items[i]
		hide := kept(by.Role, ItemSubject(it))
		if !hide {
			e, err := d.Store.Entry(ctx, it.ID)
			if err != nil && !errors.Is(err, ErrNotFound) {
				return nil, fmt.Errorf("review: hidden: %w", err)
			}
			hide = err == nil && e.hides(by)
		}
		if hide {
			out[it.ID] = true
		}
	}
	return out, nil
}

// HiddenIDs names the items of the inbox, decided or not, that are kept from
// a person, newest first.
func (d *Desk) HiddenIDs(ctx context.Context, by User) ([]string, error) {
	if !Sighted(by.Role) {
		return nil, nil
	}
	ids, err := d.Store.Accusing(ctx, SubjectLeader)
	if err != nil {
		return nil, fmt.Errorf("review: hidden: %w", err)
	}
	return ids, nil
}

// Keeps reports whether a case is kept from a person. Of one that does not
// exist nobody can say, so it is kept from those from whom any is.
func (d *Desk) Keeps(ctx context.Context, id string, by User) (bool, error) {
	if !Sighted(by.Role) || id == "" {
		return false, nil
	}
	c, err := d.Store.Case(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("review: case %s: %w", id, err)
	}
	return c.KeptFrom(by.Role), nil
}

// without is the subject of what is kept from the role, "" for nothing.
func without(r Role) string {
	if kept(r, SubjectLeader) {
		return SubjectLeader
	}
	return ""
}

// veil takes what is kept from the person off an entry that they do see.
func (d *Desk) veil(ctx context.Context, e *Entry, by User) error {
	hide, err := d.Keeps(ctx, e.Case, by)
	if hide {
		e.Case = ""
	}
	if Sighted(by.Role) {
		// Evidence is named by ids, and whom those items accuse is not known
		// here: the count says enough.
		e.Flags = slices.Clone(e.Flags)
		for i := range e.Flags {
			e.Flags[i].Items = nil
		}
	}
	return err
}

// visible leaves the entries of a list that the person may see.
func visible(tx Tx, ids []string, by User) ([]string, error) {
	if !Sighted(by.Role) {
		return ids, nil
	}
	var out []string
	for _, id := range ids {
		e, err := tx.Entry(id)
		if err != nil {
			return nil, err
		}
		if !e.hides(by) {
			out = append(out, id)
		}
	}
	return out, nil
}

// keptMark stands in the log before the id of an item that is kept from the
// leader and that the desk need not know: it never came to the inbox.
const keptMark = "kept:"

// AuditItem is how the audit log names an item that somebody has seen, see
// [Desk.Audit].
func AuditItem(it *news.Item) string {
	if ItemSubject(it) == SubjectLeader {
		return keptMark + it.ID
	}
	return it.ID
}
