package store

import (
	"context"
	"database/sql"
	"fmt"

	"langnghe/crawler/websub"
)

var _ websub.Store = (*Crawler)(nil)

const crawlerSubscriptions = `SELECT source, topic, hub, token, secret, state, asked, expires, tries FROM subscription ORDER BY source`

// Subscriptions implements websub.Store.
func (c *Crawler) Subscriptions(ctx context.Context) ([]websub.Subscription, error) {
	rows, err := c.read.QueryContext(ctx, crawlerSubscriptions)
	if err != nil {
		return nil, fmt.Errorf("store: subscriptions: %w", err)
	}
	defer rows.Close()
	var out []websub.Subscription
	for rows.Next() {
		var s websub.Subscription
		var asked, expires int64
		if err := rows.Scan(&s.Source, &s.Topic, &s.Hub, &s.Token, &s.Secret, &s.State, &asked, &expires, &s.Tries); err != nil {
			return nil, fmt.Errorf("store: subscriptions: %w", err)
		}
		s.Asked, s.Expires = fromUnix(asked), fromUnix(expires)
		out = append(out, s)
	}
	return out, rows.Err()
}

const crawlerSaveSubscription = `
	INSERT INTO subscription (source, topic, hub, token, secret, state, asked, expires, tries)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT (source) DO UPDATE SET topic = excluded.topic, hub = excluded.hub, token = excluded.token, secret = excluded.secret,
		state = excluded.state, asked = excluded.asked, expires = excluded.expires, tries = excluded.tries`

// SaveSubscription implements websub.Store.
func (c *Crawler) SaveSubscription(ctx context.Context, s websub.Subscription) error {
	err := c.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, crawlerSaveSubscription, s.Source, s.Topic, s.Hub, s.Token, s.Secret, s.State, unix(s.Asked), unix(s.Expires), s.Tries)
		return err
	})
	if err != nil {
		return fmt.Errorf("store: save subscription of %s: %w", s.Source, err)
	}
	return nil
}

const crawlerDropSubscription = `DELETE FROM subscription WHERE source = ?`

// DropSubscription implements websub.Store.
func (c *Crawler) DropSubscription(ctx context.Context, source string) error {
	err := c.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, crawlerDropSubscription, source)
		return err
	})
	if err != nil {
		return fmt.Errorf("store: drop subscription of %s: %w", source, err)
	}
	return nil
}
