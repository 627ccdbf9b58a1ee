package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"langnghe/internal/news"
	"langnghe/reports"
	"langnghe/review"
)

// Reports is what package reports keeps in the desk's database.
type Reports struct{ desk *Desk }

var _ reports.Store = Reports{}

// Reports returns the reports and ledgers of the desk.
func (d *Desk) Reports() Reports { return Reports{d} }

const (
	reportByID   = `SELECT body FROM report WHERE id = ?`
	reportList   = `SELECT body FROM report WHERE ?1 = '' OR kind = ?1 ORDER BY at DESC, id DESC LIMIT ?2 OFFSET ?3`
	reportPut    = `INSERT INTO report (id, kind, at, state, leaves, body) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at, state = excluded.state, leaves = excluded.leaves, body = excluded.body`
	countedByID  = `SELECT counts FROM report_counted WHERE report = ?`
	countedPut   = `INSERT INTO report_counted (report, counts) VALUES (?, ?) ON CONFLICT (report) DO UPDATE SET counts = excluded.counts`
	recordByID   = `SELECT body FROM ledger WHERE id = ?`
	recordList   = `SELECT body FROM ledger WHERE ledger = ? ORDER BY created, id`
	recordPut    = `INSERT INTO ledger (id, ledger, parent, created, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET parent = excluded.parent, body = excluded.body`
	reportLeave  = `SELECT id FROM report WHERE state = 'approved' AND leaves <= ? ORDER BY leaves, id`
	reportKnown  = `SELECT EXISTS (SELECT 1 FROM report_once WHERE key = ?)`
	reportOnce   = `INSERT INTO report_once (key, at) VALUES (?, ?) ON CONFLICT DO NOTHING`
	reportPrefix = "reports/" // of counters
)

func reportRow[T any](row *sql.Row) (T, error) {
	v, err := deskRow[T](row)
	if errors.Is(err, review.ErrNotFound) {
		err = reports.ErrNotFound
	}
	return v, err
}

// Report implements reports.Store.
func (s Reports) Report(ctx context.Context, id string) (reports.Report, error) {
	return reportRow[reports.Report](s.desk.read.QueryRowContext(ctx, reportByID, id))
}

// Reports implements reports.Store.
func (s Reports) Reports(ctx context.Context, kind reports.Kind, offset, limit int) ([]reports.Report, error) {
	return deskRows[reports.Report](s.desk.read.QueryContext(ctx, reportList, string(kind), limit, offset))
}

// Counted implements reports.Store.
func (s Reports) Counted(ctx context.Context, id string) (counts []byte, err error) {
	err = s.desk.read.QueryRowContext(ctx, countedByID, id).Scan(&counts)
	if errors.Is(err, sql.ErrNoRows) {
		err = reports.ErrNotFound
	}
	return counts, err
}

// Leaving implements reports.Store.
func (s Reports) Leaving(ctx context.Context, now time.Time) ([]string, error) {
	return deskStrings(s.desk.read.QueryContext(ctx, reportLeave, unix(now)))
}

// Happened implements reports.Store.
func (s Reports) Happened(ctx context.Context, key string) (yes bool, err error) {
	return yes, s.desk.read.QueryRowContext(ctx, reportKnown, key).Scan(&yes)
}

// Records implements reports.Store.
func (s Reports) Records(ctx context.Context, ledger string) ([]reports.Record, error) {
	return deskRows[reports.Record](s.desk.read.QueryContext(ctx, recordList, ledger))
}

// Record implements reports.Store.
func (s Reports) Record(ctx context.Context, id string) (reports.Record, error) {
	return reportRow[reports.Record](s.desk.read.QueryRowContext(ctx, recordByID, id))
}

// Update implements reports.Store.
func (s Reports) Update(ctx context.Context, f func(reports.Tx) error) error {
	return s.desk.tx(ctx, func(tx *sql.Tx) error { return f(&reportTx{deskTx{ctx, tx, &s.desk.kept}}) })
}

// A reportTx is a write transaction of the desk as reports see it.
type reportTx struct{ desk deskTx }

func (t *reportTx) Report(id string) (reports.Report, error) {
	return reportRow[reports.Report](t.desk.row(reportByID, id))
}

func (t *reportTx) PutReport(r reports.Report) error {
	body, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := t.desk.exec(reportPut, r.ID, string(r.Kind), unix(r.At), string(r.State), unix(r.Leaves), string(body)); err != nil {
		return fmt.Errorf("report %s: %w", r.ID, err)
	}
	return nil
}

func (t *reportTx) PutCounted(id string, counts []byte) error {
	if err := t.desk.exec(countedPut, id, counts); err != nil {
		return fmt.Errorf("counts of report %s: %w", id, err)
	}
	return nil
}

func (t *reportTx) Record(id string) (reports.Record, error) {
	return reportRow[reports.Record](t.desk.row(recordByID, id))
}

func (t *reportTx) PutRecord(r reports.Record) error {
	body, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := t.desk.exec(recordPut, r.ID, r.Ledger, r.Parent, unix(r.Created), string(body)); err != nil {
		return fmt.Errorf("ledger entry %s: %w", r.ID, err)
	}
	return nil
}

func (t *reportTx) Next(counter string) (int, error) { return t.desk.Next(reportPrefix + counter) }

func (t *reportTx) Once(key string, at time.Time) (bool, error) {
	res, err := t.desk.ExecContext(t.desk.ctx, reportOnce, key, unix(at))
	if err != nil {
		return false, fmt.Errorf("remember %s: %w", key, err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

func (t *reportTx) Notify(a news.Alert, ref string, from time.Time) error {
	body, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return t.desk.Send(review.Message{ID: "alert/" + a.ID, Kind: review.AlertMessage, Ref: ref, From: from, Body: body})
}

func (t *reportTx) Recall(ref string) (bool, error) {
	seen, err := t.desk.Recall(ref)
	return len(seen) == 0, err
}

func (t *reportTx) Chain(a news.Audit) error { return t.desk.Chain(a) }
