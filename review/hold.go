package review

import (
	"maps"
	"slices"
)

// A holding is a transaction that writes each case once, at its end: a
// thousand entries that join a case would otherwise write it, with all that
// joined before, a thousand times.
type holding struct {
	Tx
	cases map[string]Case
}

// hold runs f with a holding over tx and writes what it holds.
func hold(tx Tx, f func(Tx) error) error {
	h := &holding{tx, map[string]Case{}}
	if err := f(h); err != nil {
		return err
	}
	return h.flush()
}

func (h *holding) flush() error {
	for _, id := range slices.Sorted(maps.Keys(h.cases)) {
		if err := h.Tx.PutCase(h.cases[id]); err != nil {
			return err
		}
	}
	clear(h.cases)
	return nil
}

func (h *holding) Case(id string) (Case, error) {
	if c, ok := h.cases[id]; ok {
		return c, nil
	}
	return h.Tx.Case(id)
}

func (h *holding) PutCase(c Case) error {
	h.cases[c.ID] = c
	return nil
}

func (h *holding) OpenCase(kind CaseKind, story string) (string, error) {
	var found *Case
	for _, c := range h.cases {
		if c.Kind == kind && c.State != Closed && slices.Contains(c.Stories, story) && (found == nil || c.Opened.After(found.Opened) || c.Opened.Equal(found.Opened) && c.ID > found.ID) {
			found = &c
		}
	}
	if found != nil {
		return found.ID, nil
	}
	id, err := h.Tx.OpenCase(kind, story)
	if _, held := h.cases[id]; err != nil || !held {
		return id, err
	}
	if err := h.flush(); err != nil { // it was closed meanwhile: another one may be open
		return "", err
	}
	return h.Tx.OpenCase(kind, story)
}

func (h *holding) Citing(document string) ([]Case, error) {
	if err := h.flush(); err != nil {
		return nil, err
	}
	return h.Tx.Citing(document)
}

func (h *holding) Judged() ([]Case, error) {
	if err := h.flush(); err != nil {
		return nil, err
	}
	return h.Tx.Judged()
}
