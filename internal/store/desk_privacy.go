package store

import (
	"context"
	"encoding/json"

	"langnghe/review"
)

const (
	deskRequest    = `SELECT body FROM data_request WHERE id = ?`
	deskRequests   = `SELECT body FROM data_request ORDER BY done > 0, CASE done WHEN 0 THEN due ELSE -done END, id LIMIT ?`
	deskPutRequest = `
	INSERT INTO data_request (id, due, done, body) VALUES (?, ?, ?, ?)
	ON CONFLICT (id) DO UPDATE SET due = excluded.due, done = excluded.done, body = excluded.body`
)

// Requests implements review.Store.
func (d *Desk) Requests(ctx context.Context, limit int) ([]review.DataRequest, error) {
	return deskRows[review.DataRequest](d.read.QueryContext(ctx, deskRequests, limit))
}

func (t *deskTx) Request(id string) (review.DataRequest, error) {
	return deskRow[review.DataRequest](t.row(deskRequest, id))
}

func (t *deskTx) PutRequest(r review.DataRequest) error {
	body, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return t.exec(deskPutRequest, r.ID, unix(r.Due), unix(r.Done), string(body))
}
