package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"langnghe/review"
	"langnghe/web"
)

var _ web.SavedSearches = (*Desk)(nil)

const (
	deskSearches = `
	SELECT id, owner, name, query, shared, at FROM saved_search
	WHERE owner = ? OR shared = 1 ORDER BY name, owner`
	deskCountSearches = `SELECT count(*) FROM saved_search WHERE owner = ? AND name <> ?`
	deskPutSearch     = `
	INSERT INTO saved_search (owner, name, query, shared, at) VALUES (?, ?, ?, ?, ?)
	ON CONFLICT (owner, name) DO UPDATE SET query = excluded.query, shared = excluded.shared, at = excluded.at
	RETURNING id`
	deskDropSearch = `DELETE FROM saved_search WHERE id = ? AND owner = ?`
)

// Searches lists what a person saved and what others share, by name.
func (d *Desk) Searches(ctx context.Context, owner string) (_ []web.SavedSearch, err error) {
	defer wrap(&err, "saved searches")
	return collect(ctx, d.read, func(rows *sql.Rows) (s web.SavedSearch, err error) {
		var at int64
		err = rows.Scan(&s.ID, &s.Owner, &s.Name, &s.Query, &s.Shared, &at)
		s.At = fromUnix(at)
		return s, err
	}, deskSearches, accountName(owner))
}

// SaveSearch keeps a search; one of the same name and person is replaced. More
// than most is web.ErrTooManySearches.
func (d *Desk) SaveSearch(ctx context.Context, s web.SavedSearch, most int) (id int64, err error) {
	owner := accountName(s.Owner)
	err = d.tx(ctx, func(tx *sql.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, deskCountSearches, owner, s.Name).Scan(&n); err != nil {
			return err
		}
		if n >= most {
			return web.ErrTooManySearches
		}
		return tx.QueryRowContext(ctx, deskPutSearch, owner, s.Name, s.Query, s.Shared, s.At.UTC().Truncate(time.Millisecond).UnixMilli()).Scan(&id)
	})
	if !errors.Is(err, web.ErrTooManySearches) {
		wrap(&err, "save search")
	}
	return id, err
}

// DropSearch forgets a search of this person. Somebody else's is
// review.ErrNotFound, as is one that is not there.
func (d *Desk) DropSearch(ctx context.Context, id int64, owner string) (err error) {
	res, err := d.write.ExecContext(ctx, deskDropSearch, id, accountName(owner))
	if err == nil {
		var n int64
		if n, err = res.RowsAffected(); err == nil && n == 0 {
			return review.ErrNotFound
		}
	}
	wrap(&err, "drop search")
	return err
}
