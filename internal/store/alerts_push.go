package store

import (
	"context"
	"database/sql"
	"time"

	"langnghe/alerts"
)

// maxBrowsers is how many browsers of one person are kept, the newest.
const maxBrowsers = 10

const (
	insertPush = `
	INSERT INTO push_subscription (endpoint, user, key, auth, added) VALUES (?, ?, ?, ?, ?)
	ON CONFLICT (endpoint) DO UPDATE SET user = excluded.user, key = excluded.key, auth = excluded.auth, added = excluded.added`
	prunePush = `
	DELETE FROM push_subscription WHERE user = ?1 AND endpoint NOT IN
		(SELECT endpoint FROM push_subscription WHERE user = ?1 ORDER BY added DESC, endpoint LIMIT ?2)`
	selectPush = `SELECT endpoint, key, auth FROM push_subscription WHERE user = ? ORDER BY added DESC, endpoint`
)

// AddSubscription keeps a browser of a person; one that another person had
// is theirs no more.
func (s *Alerts) AddSubscription(ctx context.Context, user string, x alerts.Subscription, now time.Time) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, insertPush, x.Endpoint, user, x.Key, x.Auth, unix(now)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, prunePush, user, maxBrowsers)
		return err
	})
}

// Subscriptions lists the browsers of a person, newest first.
func (s *Alerts) Subscriptions(ctx context.Context, user string) (out []alerts.Subscription, err error) {
	rows, err := s.read.QueryContext(ctx, selectPush, user)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var x alerts.Subscription
		if err := rows.Scan(&x.Endpoint, &x.Key, &x.Auth); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, rows.Err()
}

// DropSubscription forgets a browser.
func (s *Alerts) DropSubscription(ctx context.Context, endpoint string) error {
	_, err := s.write.ExecContext(ctx, `DELETE FROM push_subscription WHERE endpoint = ?`, endpoint)
	return err
}

// DropSubscriptions forgets every browser of a person.
func (s *Alerts) DropSubscriptions(ctx context.Context, user string) error {
	_, err := s.write.ExecContext(ctx, `DELETE FROM push_subscription WHERE user = ?`, user)
	return err
}
