package store

import (
	"context"

	"langnghe/review"
)

// A case that is not closed keeps the evidence of its entries; so does a
// closed one for a while. Times in a body are RFC 3339 in UTC.
const (
	deskOldEntries = `
	SELECT e.id FROM entry e LEFT JOIN case_file c ON c.id = json_extract(e.body, '$.case')
	WHERE e.words = 1 AND e.received < ?1 AND (c.id IS NULL OR c.closed > 0 AND c.closed < ?2)
	ORDER BY e.received LIMIT ?3`
	deskOldCaptures = `
	SELECT c.id FROM case_file c
	WHERE (c.handoff = 2 AND unixepoch(json_extract(c.body, '$.handoff.sent')) < ?1 OR c.handoff = 1 AND c.closed > 0 AND c.closed < ?2)
		AND (EXISTS (SELECT 1 FROM json_each(c.body, '$.handoff.captures') x WHERE coalesce(json_extract(x.value, '$.text'), '') <> '')
			OR EXISTS (SELECT 1 FROM json_each(c.body, '$.slips') s, json_each(s.value, '$.captures') x WHERE coalesce(json_extract(x.value, '$.text'), '') <> ''))
	ORDER BY c.id LIMIT ?3`
)

// Outlived implements review.Store.
func (d *Desk) Outlived(ctx context.Context, h review.Horizon, limit int) (entries, cases []string, err error) {
	if entries, err = deskStrings(d.read.QueryContext(ctx, deskOldEntries, unix(h.Text), unix(h.Closed), limit)); err != nil {
		return nil, nil, err
	}
	cases, err = deskStrings(d.read.QueryContext(ctx, deskOldCaptures, h.Sent.Unix(), unix(h.Closed), limit))
	return entries, cases, err
}
