package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"strings"
	"sync/atomic"
	"time"

	"langnghe/internal/audit"
	"langnghe/internal/news"
	"langnghe/official"
	"langnghe/review"
)

// Desk is the state of the desk role: entries, cases, outbox, audit chain,
// official documents, accounts. It implements review.Store and what the
// pages need of accounts.
type Desk struct {
	*db
	version atomic.Int64
}

var _ review.Store = (*Desk)(nil)

// OpenDesk opens or creates the desk's file.
func OpenDesk(ctx context.Context, file string) (*Desk, error) {
	d, err := open(ctx, file, "desk")
	if err != nil {
		return nil, err
	}
	if err := d.behind(ctx, uriOf(file)); err != nil {
		return nil, errors.Join(fmt.Errorf("store: %s: %w", file, err), d.Close())
	}
	return &Desk{db: d}, nil
}

// scan decodes the JSON body of one row; no row is review.ErrNotFound.
func deskRow[T any](row *sql.Row) (v T, err error) {
	var body []byte
	if err := row.Scan(&body); err != nil {
		if errors.Is(err, sql.ErrNoRows) {
			err = review.ErrNotFound
		}
		return v, err
	}
	return v, json.Unmarshal(body, &v)
}

// deskRows decodes the JSON bodies of all rows.
func deskRows[T any](rows *sql.Rows, err error) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var vs []T
	for rows.Next() {
		var body []byte
		var v T
		if err := rows.Scan(&body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(body, &v); err != nil {
			return nil, err
		}
		vs = append(vs, v)
	}
	return vs, rows.Err()
}

// deskStrings reads one column of text.
func deskStrings(rows *sql.Rows, err error) ([]string, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

const deskEntry = `SELECT body FROM entry WHERE id = ?`

// Entry implements review.Store.
func (d *Desk) Entry(ctx context.Context, id string) (review.Entry, error) {
	return deskRow[review.Entry](d.read.QueryRowContext(ctx, deskEntry, id))
}

// One line of the inbox stands for its fold: the entry of the highest level,
// of those the oldest. The lines and their counts are kept by triggers of the
// database (0010_piles.sql), with a veil for those who lead the ward.
const (
	deskLines = `
	SELECT head, n FROM pile
	WHERE veil = ?10 AND level >= ?1 AND (?5 = '' OR fold IN (SELECT fold FROM lease WHERE by = ?5 AND until > ?6))
		AND (?7 = '' OR level < ?8 OR level = ?8 AND (received, head) > (?9, ?7))`
	deskPage    = ` ORDER BY level DESC, received, head LIMIT ?3 OFFSET ?4`
	deskInbox   = deskLines + deskPage
	deskInTopic = deskLines + ` AND topic = ?2` + deskPage
	deskFolded  = `
	SELECT id FROM entry WHERE open = 1 AND fold = (SELECT fold FROM entry WHERE id = ?1) AND id <> ?1 AND (?2 = 0 OR subject <> 'leader')
	ORDER BY received, id LIMIT 50`
	deskDecided = `
	SELECT body FROM entry WHERE decided > 0 AND level >= ?1 AND (?2 = '' OR topic = ?2)
		AND (?5 = '' OR (-decided, id) > (-?6, ?5)) AND (?7 = 0 OR subject <> 'leader')
	ORDER BY decided DESC, id LIMIT ?3 OFFSET ?4`
	deskSignals = `
	SELECT body FROM entry WHERE json_extract(body, '$.item') IS NULL AND (open = 1 OR decided > 0) AND (?3 = 0 OR subject <> 'leader')
	ORDER BY received DESC, id LIMIT ?1 OFFSET ?2`
	deskOpen = `SELECT level, topic, n FROM pile_count WHERE veil = ? AND n > 0`
)

// veil is 1 when what accuses those who lead the ward is left out, the one
// subject that anything is ever kept without.
func veil(without string) (int, error) {
	switch without {
	case "":
		return 0, nil
	case review.SubjectLeader:
		return 1, nil
	}
	return 0, fmt.Errorf("nothing is kept without the subject %q", without)
}

// Inbox implements review.Store.
func (d *Desk) Inbox(ctx context.Context, q review.InboxQuery) (in review.Inbox, err error) {
	// One snapshot, so that counts and entries agree.
	tx, err := d.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return in, err
	}
	defer tx.Rollback()
	in.ByTopic = map[string]int{}
	veiled, err := veil(q.Without)
	if err != nil {
		return in, err
	}
	rows, err := tx.QueryContext(ctx, deskOpen, veiled)
	if err != nil {
		return in, err
	}
	defer rows.Close()
	for rows.Next() {
		var level, n int
		var topic string
		if err := rows.Scan(&level, &topic, &n); err != nil {
			return in, err
		}
		in.Open += n
		in.ByLevel[level] += n
		if topic != "" {
			in.ByTopic[topic] += n
		}
	}
	if err := rows.Err(); err != nil {
		return in, err
	}
	if q.Signals {
		in.Entries, err = deskRows[review.Entry](tx.QueryContext(ctx, deskSignals, q.Limit, q.Offset, veiled))
		return in, err
	}
	if q.Decided {
		in.Entries, err = deskRows[review.Entry](tx.QueryContext(ctx, deskDecided, int(q.Min), q.Topic, q.Limit, q.Offset, q.After.ID, unix(q.After.At), veiled))
		return in, err
	}
	mine := ""
	if q.Mine {
		mine = accountName(q.By.Name)
	}
	query := deskInbox
	if q.Topic != "" {
		query = deskInTopic
	}
	heads, counts, err := deskPile(tx.QueryContext(ctx, query, int(q.Min), q.Topic, q.Limit, q.Offset, mine, unix(q.Now), q.After.ID, int(q.After.Level), unix(q.After.At), veiled))
	if err != nil || len(heads) == 0 {
		return in, err
	}
	bodies, err := deskEntriesOf(ctx, tx, heads, q.Now)
	if err != nil {
		return in, err
	}
	var folded *sql.Stmt // parsed once for all lines
	for i, id := range heads {
		e, ok := bodies[id]
		if !ok {
			return in, review.ErrNotFound
		}
		if e.Folded = counts[i] - 1; e.Folded > 0 {
			if folded == nil {
				if folded, err = tx.PrepareContext(ctx, deskFolded); err != nil {
					return in, err
				}
				defer folded.Close()
			}
			if e.Similar, err = deskStrings(folded.QueryContext(ctx, id, veiled)); err != nil {
				return in, err
			}
		}
		in.Entries = append(in.Entries, e)
	}
	return in, nil
}

// deskPile reads lines of the inbox: who stands for the fold, and how many
// are in it.
func deskPile(rows *sql.Rows, err error) (heads []string, counts []int, _ error) {
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var n int
		if err := rows.Scan(&id, &n); err != nil {
			return nil, nil, err
		}
		heads, counts = append(heads, id), append(counts, n)
	}
	return heads, counts, rows.Err()
}

const deskEntriesWith = `
	SELECT entry.body, lease.by, lease.until FROM json_each(?) AS wanted
	JOIN entry ON entry.id = wanted.value LEFT JOIN lease ON lease.fold = entry.fold`

// deskEntriesOf reads entries by id in one question, each with the lease that
// holds it now.
func deskEntriesOf(ctx context.Context, tx *sql.Tx, ids []string, now time.Time) (map[string]review.Entry, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	rows, err := tx.QueryContext(ctx, deskEntriesWith, string(list))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := make(map[string]review.Entry, len(ids))
	for rows.Next() {
		var body sql.RawBytes
		var who sql.NullString
		var until sql.NullInt64
		if err := rows.Scan(&body, &who, &until); err != nil {
			return nil, err
		}
		var e review.Entry
		if err := json.Unmarshal(body, &e); err != nil {
			return nil, err
		}
		if l := (review.Lease{By: who.String, Until: fromUnix(until.Int64)}); who.Valid && l.Until.After(now) {
			e.Lease = &l
		}
		out[e.ID] = e
	}
	return out, rows.Err()
}

const deskCase = `SELECT body FROM case_file WHERE id = ?`

// Case implements review.Store.
func (d *Desk) Case(ctx context.Context, id string) (review.Case, error) {
	return deskRow[review.Case](d.read.QueryRowContext(ctx, deskCase, id))
}

// Cases implements review.Store.
func (d *Desk) Cases(ctx context.Context, q review.CaseQuery) ([]review.Case, error) {
	where, args := []string{"1 = 1"}, []any{}
	add := func(cond string, arg ...any) { where, args = append(where, cond), append(args, arg...) }
	order := "level DESC, due = 0, due, opened, id"
	if q.Closed {
		order = "opened DESC, id DESC"
	} else {
		add("closed = 0")
	}
	switch due := unix(q.After.Due); {
	case q.After.ID == "":
	case q.Closed:
		add("(opened, id) < (?, ?)", unix(q.After.At), q.After.ID)
	default:
		add("(-level, due = 0, due, opened, id) > (?, ?, ?, ?, ?)", -int(q.After.Level), due == 0, due, unix(q.After.At), q.After.ID)
	}
	if q.Kind != "" {
		add("kind = ?", string(q.Kind))
	}
	if q.State != "" {
		add("state = ?", string(q.State))
	}
	if q.Unit != "" {
		add("unit = ?", strings.ToLower(q.Unit))
	}
	switch {
	case q.Sent:
		add("handoff = 2")
	case q.Handoff:
		add("handoff > 0")
	}
	if q.Public {
		add("approved = 1")
	}
	if q.Claimed { // the index case_claimed is on this very expression
		add("json_extract(body, '$.claim') IS NOT NULL")
	}
	if q.Overdue {
		add("due > 0 AND due < ? AND state IN ('open', 'forwarded')", unix(q.Now))
	}
	// The bodies are long: only those that are wanted are read and sorted.
	query := "WITH chosen AS MATERIALIZED (SELECT id FROM case_file WHERE " + strings.Join(where, " AND ") + " ORDER BY " + order + " LIMIT ? OFFSET ?)" +
		" SELECT body FROM case_file WHERE id IN (SELECT id FROM chosen) ORDER BY " + order
	return deskRows[review.Case](d.read.QueryContext(ctx, query, append(args, q.Limit, q.Offset)...))
}

// The index case_joinable is on this very expression and these conditions.
const deskJoinable = `
	SELECT body FROM case_file WHERE closed = 0 AND kind IN ('verify', 'scam') AND json_extract(body, '$.topic') = ?
	ORDER BY opened DESC, id DESC LIMIT ?`

// Joinable implements review.Store.
func (d *Desk) Joinable(ctx context.Context, topic string, limit int) ([]review.Case, error) {
	return deskRows[review.Case](d.read.QueryContext(ctx, deskJoinable, topic, limit))
}

const deskWaking = `SELECT id FROM case_file WHERE wake > 0 AND wake <= ? ORDER BY wake, id LIMIT 500`

// Waking implements review.Store.
func (d *Desk) Waking(ctx context.Context, now time.Time) ([]string, error) {
	return deskStrings(d.read.QueryContext(ctx, deskWaking, unix(now)))
}

const deskOverlooked = `
	SELECT id FROM entry WHERE open = 1 AND received <= CASE level WHEN 0 THEN ?1 WHEN 1 THEN ?2 WHEN 2 THEN ?3 WHEN 3 THEN ?4 ELSE ?5 END
		AND json_extract(body, '$.overlooked') IS NULL
	ORDER BY level DESC, received, id LIMIT ?6`

// Overlooked implements review.Store.
func (d *Desk) Overlooked(ctx context.Context, before [5]time.Time, limit int) ([]string, error) {
	args := make([]any, 0, 6)
	for _, t := range before {
		if t.IsZero() {
			args = append(args, int64(math.MinInt64)) // nothing is as old
			continue
		}
		args = append(args, unix(t))
	}
	return deskStrings(d.read.QueryContext(ctx, deskOverlooked, append(args, limit)...))
}

const deskAccusing = `SELECT id FROM entry WHERE subject = ? AND subject <> '' ORDER BY received DESC, id LIMIT 5000`

// Accusing implements review.Store.
func (d *Desk) Accusing(ctx context.Context, subject string) ([]string, error) {
	return deskStrings(d.read.QueryContext(ctx, deskAccusing, subject))
}

const deskReleasable = `SELECT id FROM case_file WHERE leaves > 0 AND leaves <= ? ORDER BY leaves, id`

// Releasable implements review.Store.
func (d *Desk) Releasable(ctx context.Context, now time.Time) ([]string, error) {
	return deskStrings(d.read.QueryContext(ctx, deskReleasable, unix(now)))
}

const deskPrecision = `
	SELECT rule, version, sum(live), sum(choice <> ''), sum(useful) FROM flag
	GROUP BY rule, version HAVING sum(live OR choice <> '') > 0 ORDER BY rule, version`

// Precision implements review.Store.
func (d *Desk) Precision(ctx context.Context) ([]review.Precision, error) {
	rows, err := d.read.QueryContext(ctx, deskPrecision)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ps []review.Precision
	for rows.Next() {
		var p review.Precision
		if err := rows.Scan(&p.Rule, &p.Version, &p.Flags, &p.Decided, &p.Useful); err != nil {
			return nil, err
		}
		ps = append(ps, p)
	}
	return ps, rows.Err()
}

const deskDocuments = `SELECT body FROM document ORDER BY day DESC, no`

// Documents implements review.Store.
func (d *Desk) Documents(ctx context.Context) ([]official.Document, error) {
	return deskRows[official.Document](d.read.QueryContext(ctx, deskDocuments))
}

const (
	deskDue     = `SELECT id, kind, ref, due, body FROM outbox WHERE kind = ? AND sent = 0 AND due <= ? ORDER BY seq LIMIT ?`
	deskTaken   = `UPDATE outbox SET taken = 1 WHERE id = ? AND taken = 0`
	deskSent    = `UPDATE outbox SET sent = ? WHERE id = ?`
	deskPrune   = `DELETE FROM outbox WHERE sent > 0 AND sent < ?`
	deskBacklog = `SELECT count(*), coalesce(min(due), 0) FROM outbox WHERE sent = 0 AND due <= ?`
)

// outboxKeep is how long a message can still be withdrawn by its id.
const outboxKeep = 30 * 24 * time.Hour

// TakeMessages implements review.Store.
func (d *Desk) TakeMessages(ctx context.Context, kind review.MessageKind, now time.Time, limit int) ([]review.Message, error) {
	// Mostly there is nothing, which a reader finds out without a lock.
	if ms, err := deskMessages(d.read.QueryContext(ctx, deskDue, string(kind), unix(now), 1)); err != nil || len(ms) == 0 {
		return nil, err
	}
	var ms []review.Message
	err := d.tx(ctx, func(tx *sql.Tx) (err error) {
		if ms, err = deskMessages(tx.QueryContext(ctx, deskDue, string(kind), unix(now), limit)); err != nil {
			return err
		}
		for _, m := range ms {
			if _, err := tx.ExecContext(ctx, deskTaken, m.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return ms, nil
}

func deskMessages(rows *sql.Rows, err error) ([]review.Message, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ms []review.Message
	for rows.Next() {
		var m review.Message
		var due int64
		if err := rows.Scan(&m.ID, &m.Kind, &m.Ref, &due, &m.Body); err != nil {
			return nil, err
		}
		m.From = fromUnix(due)
		ms = append(ms, m)
	}
	return ms, rows.Err()
}

// Sent implements review.Store.
func (d *Desk) Sent(ctx context.Context, now time.Time, ids []string) error {
	return d.tx(ctx, func(tx *sql.Tx) error {
		for _, id := range ids {
			if _, err := tx.ExecContext(ctx, deskSent, unix(now), id); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, deskPrune, unix(now.Add(-outboxKeep)))
		return err
	})
}

// Backlog implements review.Store.
func (d *Desk) Backlog(ctx context.Context, now time.Time) (n int, oldest time.Time, err error) {
	var ms int64
	err = d.read.QueryRowContext(ctx, deskBacklog, unix(now)).Scan(&n, &ms)
	return n, fromUnix(ms), err
}

const deskChain = `SELECT seq, id, at, role, who, act, object, detail, prev, hash FROM audit`

// Audit implements review.Store.
func (d *Desk) Audit(ctx context.Context, q review.AuditQuery) (p review.AuditPage, err error) {
	where, args := []string{"1 = 1"}, []any{}
	add := func(cond string, arg ...any) { where, args = append(where, cond), append(args, arg...) }
	if q.Who != "" {
		add("who = ?", q.Who)
	}
	if q.Act != "" {
		add("(act = ? OR substr(act, 1, ?) = ?)", q.Act, len(q.Act)+1, q.Act+".")
	}
	if q.Object != "" {
		add("object = ?", q.Object)
	}
	if q.Before > 0 {
		add("seq < ?", q.Before)
	}
	if !q.From.IsZero() {
		add("at >= ?", unix(q.From))
	}
	if !q.To.IsZero() {
		add("at < ?", unix(q.To))
	}
	cond := " WHERE " + strings.Join(where, " AND ")
	if err := d.read.QueryRowContext(ctx, "SELECT count(*) FROM audit"+cond, args...).Scan(&p.Total); err != nil {
		return p, err
	}
	for e, err := range deskAudit(d.read.QueryContext(ctx, deskChain+cond+" ORDER BY seq DESC LIMIT ? OFFSET ?", append(args, q.Limit, q.Offset)...)) {
		if err != nil {
			return p, err
		}
		p.Entries = append(p.Entries, review.AuditEntry{
			Seq: e.Seq, Prev: e.Prev, Hash: e.Hash,
			Audit: news.Audit{ID: e.ID, At: e.At, Role: e.Role, Who: e.Who, Act: e.Act, Object: e.Object, Detail: e.Detail},
		})
	}
	return p, nil
}

// VerifyAudit implements review.Store.
func (d *Desk) VerifyAudit(ctx context.Context) (int, error) {
	return audit.Verify(deskAudit(d.read.QueryContext(ctx, deskChain+" ORDER BY seq")))
}

// deskAudit yields the entries of a query, once.
func deskAudit(rows *sql.Rows, err error) iter.Seq2[audit.Entry, error] {
	return func(yield func(audit.Entry, error) bool) {
		if err != nil {
			yield(audit.Entry{}, err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			e, err := deskLink(rows)
			if !yield(e, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(audit.Entry{}, err)
		}
	}
}

func deskLink(row interface{ Scan(...any) error }) (e audit.Entry, err error) {
	var at int64
	err = row.Scan(&e.Seq, &e.ID, &at, &e.Role, &e.Who, &e.Act, &e.Object, &e.Detail, &e.Prev, &e.Hash)
	e.At = fromUnix(at)
	return e, err
}

// Update implements review.Store.
func (d *Desk) Update(ctx context.Context, f func(review.Tx) error) error {
	err := d.tx(ctx, func(tx *sql.Tx) error { return f(&deskTx{ctx, tx, &d.kept}) })
	d.kept.prepare(ctx, d.write)
	d.version.Add(1)
	return err
}

// Version changes whenever an Update may have changed something. Nothing else
// changes the inbox.
func (d *Desk) Version() int64 { return d.version.Load() }

// A deskTx is one write transaction. The context is that of the call of
// Update, which it does not outlive.
type deskTx struct {
	ctx context.Context
	*sql.Tx
	kept *statements
}

func (t *deskTx) exec(query string, args ...any) error {
	if st := t.kept.of(t.ctx, t.Tx, query); st != nil {
		_, err := st.ExecContext(t.ctx, args...)
		return err
	}
	_, err := t.ExecContext(t.ctx, query, args...)
	return err
}

func (t *deskTx) row(query string, args ...any) *sql.Row {
	if st := t.kept.of(t.ctx, t.Tx, query); st != nil {
		return st.QueryRowContext(t.ctx, args...)
	}
	return t.QueryRowContext(t.ctx, query, args...)
}

func (t *deskTx) query(query string, args ...any) (*sql.Rows, error) {
	if st := t.kept.of(t.ctx, t.Tx, query); st != nil {
		return st.QueryContext(t.ctx, args...)
	}
	return t.QueryContext(t.ctx, query, args...)
}

func (t *deskTx) Entry(id string) (review.Entry, error) {
	return deskRow[review.Entry](t.row(deskEntry, id))
}

const (
	deskPutEntry = `
	INSERT INTO entry (id, fold, story, level, topic, received, open, decided, joint, words, subject, body)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT (id) DO UPDATE SET fold = excluded.fold, story = excluded.story, level = excluded.level,
		topic = excluded.topic, open = excluded.open, decided = excluded.decided, joint = excluded.joint, words = excluded.words, subject = excluded.subject, body = excluded.body`
	deskPutFlag = `
	INSERT INTO flag (id, entry, rule, version, live, choice, useful) VALUES (?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT (id) DO UPDATE SET live = excluded.live, choice = excluded.choice, useful = excluded.useful`
)

func (t *deskTx) PutEntry(e review.Entry) error {
	e.Similar, e.Folded, e.Lease = nil, 0, nil // computed when it is read
	body, err := json.Marshal(e)
	if err != nil {
		return err
	}
	fold := e.Fold()
	open, decided, joint, choice, useful, words := 0, int64(0), "", "", 0, 0
	if e.Worded() {
		words = 1
	}
	switch {
	case e.Decision != nil:
		decided, joint, choice = unix(e.Decision.At), e.Decision.With, string(e.Decision.Choice)
		if review.Useful(e.Decision.Choice) {
			useful = 1
		}
	case !e.Hidden:
		open = 1
	}
	if err := t.exec(deskPutEntry, e.ID, fold, e.Story, int(e.Level), e.Topic, unix(e.Received), open, decided, joint, words, e.Subject, string(body)); err != nil {
		return fmt.Errorf("entry %s: %w", e.ID, err)
	}
	for _, f := range e.Flags {
		live := 1
		if f.Withdrawn {
			live = 0
		}
		if err := t.exec(deskPutFlag, f.ID, e.ID, f.Rule, f.Version, live, choice, useful); err != nil {
			return fmt.Errorf("flag %s: %w", f.ID, err)
		}
	}
	return nil
}

func (t *deskTx) Flagged(flag string) (entry string, err error) {
	return t.text(`SELECT entry FROM flag WHERE id = ?`, flag)
}

// text reads one value; no row is "".
func (t *deskTx) text(query string, args ...any) (s string, err error) {
	if err = t.row(query, args...).Scan(&s); errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return s, err
}

const (
	deskLease = `SELECT by, until FROM lease WHERE fold = ?`
	deskHeld  = `
	SELECT head FROM pile WHERE veil = ?4 AND fold IN (SELECT fold FROM lease WHERE by = ?1 AND until > ?2)
	ORDER BY level DESC, received, head LIMIT ?3`
	deskFree = `
	SELECT head FROM pile
	WHERE veil = ?5 AND level >= ?1 AND (?2 = '' OR topic = ?2) AND fold NOT IN (SELECT fold FROM lease WHERE until > ?3)
	ORDER BY level DESC, received, head LIMIT ?4`
	deskPutLease = `
	INSERT INTO lease (fold, by, until) VALUES (?, ?, ?)
	ON CONFLICT (fold) DO UPDATE SET by = excluded.by, until = excluded.until`
)

func deskLeaseOf(row *sql.Row) (l review.Lease, err error) {
	var until int64
	err = row.Scan(&l.By, &until)
	if errors.Is(err, sql.ErrNoRows) {
		return l, nil
	}
	l.Until = fromUnix(until)
	return l, err
}

func (t *deskTx) Lease(fold string) (review.Lease, error) { return deskLeaseOf(t.row(deskLease, fold)) }

func (t *deskTx) PutLease(fold string, l review.Lease) error {
	return t.exec(deskPutLease, fold, accountName(l.By), unix(l.Until))
}

func (t *deskTx) ExtendLeases(by string, now, until time.Time) error {
	return t.exec(`UPDATE lease SET until = ? WHERE by = ? AND until > ?`, unix(until), accountName(by), unix(now))
}

func (t *deskTx) EndLeases(by string) error {
	return t.exec(`DELETE FROM lease WHERE by = ?`, accountName(by))
}

func (t *deskTx) Batch(q review.BatchRequest, now time.Time) ([]string, error) {
	if err := t.exec(`DELETE FROM lease WHERE until <= ?`, unix(now)); err != nil {
		return nil, err
	}
	veiled, err := veil(q.Without)
	if err != nil {
		return nil, err
	}
	ids, err := deskStrings(t.query(deskHeld, accountName(q.By.Name), unix(now), q.Size, veiled))
	if err != nil || len(ids) >= q.Size {
		return ids, err
	}
	more, err := deskStrings(t.query(deskFree, int(q.Min), q.Topic, unix(now), q.Size-len(ids), veiled))
	return append(ids, more...), err
}

func (t *deskTx) Undecided(story string) ([]string, error) {
	return deskStrings(t.query(`SELECT id FROM entry WHERE open = 1 AND fold = ? ORDER BY received, id`, "story/"+story))
}

func (t *deskTx) Together(decision string) ([]string, error) {
	return deskStrings(t.query(`SELECT id FROM entry WHERE joint = ? AND joint <> '' ORDER BY received, id`, decision))
}

func (t *deskTx) Case(id string) (review.Case, error) {
	return deskRow[review.Case](t.row(deskCase, id))
}

const deskPutCase = `
	INSERT INTO case_file (id, kind, state, level, unit, due, opened, closed, handoff, leaves, approved, cites, slip_cites, wake, body)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT (id) DO UPDATE SET state = excluded.state, level = excluded.level, unit = excluded.unit, due = excluded.due,
		closed = excluded.closed, handoff = excluded.handoff, leaves = excluded.leaves, approved = excluded.approved,
		cites = excluded.cites, slip_cites = excluded.slip_cites, wake = excluded.wake, body = excluded.body`

func (t *deskTx) PutCase(c review.Case) error {
	body, err := json.Marshal(c)
	if err != nil {
		return err
	}
	handoff, leaves, approved, cites, slipCites := 0, int64(0), 0, "", ""
	if h := c.Handoff; h != nil {
		handoff, slipCites = 1, h.Citation.Document
		if !h.Sent.IsZero() {
			handoff = 2
		} else if h.Vetoed == "" && !h.ApprovedAt.IsZero() {
			leaves = unix(h.ApprovedAt.Add(review.UndoWindow))
		}
	}
	if c.Correction != nil && !c.Correction.At.IsZero() {
		approved = 1
	}
	if c.Citation != nil {
		cites = c.Citation.Document
	}
	if err := t.exec(deskPutCase, c.ID, string(c.Kind), string(c.State), int(c.Level), strings.ToLower(c.Unit), unix(c.Due), unix(c.Opened),
		unix(c.Closed), handoff, leaves, approved, cites, slipCites, unix(c.Wake()), string(body)); err != nil {
		return fmt.Errorf("case %s: %w", c.ID, err)
	}
	for _, s := range c.Stories {
		if err := t.exec(`INSERT INTO case_story (story, case_file) VALUES (?, ?) ON CONFLICT DO NOTHING`, s, c.ID); err != nil {
			return fmt.Errorf("case %s: %w", c.ID, err)
		}
	}
	return nil
}

const deskOpenCase = `
	SELECT c.id FROM case_story s JOIN case_file c ON c.id = s.case_file
	WHERE s.story = ? AND c.kind = ? AND c.closed = 0 ORDER BY c.opened DESC, c.id DESC LIMIT 1`

func (t *deskTx) OpenCase(kind review.CaseKind, story string) (string, error) {
	return t.text(deskOpenCase, story, string(kind))
}

func (t *deskTx) Citing(document string) ([]review.Case, error) {
	return deskRows[review.Case](t.query(`SELECT body FROM case_file WHERE (cites = ?1 OR slip_cites = ?1) AND ?1 <> '' AND closed = 0 ORDER BY id`, document))
}

const deskNext = `
	INSERT INTO counter (name, value) VALUES (?, 1)
	ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value`

func (t *deskTx) Next(counter string) (n int, err error) {
	return n, t.row(deskNext, counter).Scan(&n)
}

func (t *deskTx) Count(counter string) (n int, err error) {
	if err = t.row(`SELECT value FROM counter WHERE name = ?`, counter).Scan(&n); errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return n, err
}

func (t *deskTx) Notice(key string) (n review.Notice, err error) {
	var at int64
	err = t.row(`SELECT at, level, alert FROM notice WHERE key = ?`, key).Scan(&at, &n.Level, &n.Alert)
	if errors.Is(err, sql.ErrNoRows) {
		return n, nil
	}
	n.At = fromUnix(at)
	return n, err
}

const deskPutNotice = `
	INSERT INTO notice (key, at, level, alert) VALUES (?, ?, ?, ?)
	ON CONFLICT (key) DO UPDATE SET at = excluded.at, level = excluded.level, alert = excluded.alert`

func (t *deskTx) PutNotice(key string, n review.Notice) error {
	return t.exec(deskPutNotice, key, unix(n.At), int(n.Level), n.Alert)
}

const deskSend = `
	INSERT INTO outbox (id, kind, ref, due, taken, sent, body) VALUES (?, ?, ?, ?, 0, 0, ?)
	ON CONFLICT (id) DO NOTHING`

func (t *deskTx) Send(m review.Message) error {
	return t.exec(deskSend, m.ID, string(m.Kind), m.Ref, unix(m.From), string(m.Body))
}

func (t *deskTx) Recall(ref string) ([]review.Message, error) {
	if err := t.exec(`DELETE FROM outbox WHERE ref = ? AND taken = 0`, ref); err != nil {
		return nil, err
	}
	return deskMessages(t.query(`SELECT id, kind, ref, due, body FROM outbox WHERE ref = ? ORDER BY seq`, ref))
}

func (t *deskTx) Erased(item string) (yes bool, err error) {
	return yes, t.row(`SELECT EXISTS (SELECT 1 FROM erased WHERE item = ?)`, item).Scan(&yes)
}

func (t *deskTx) SetErased(e news.Erased) error {
	if err := t.exec(deskBlankAnswers); err != nil { // one may hold its text
		return err
	}
	return t.exec(`INSERT INTO erased (item, at, reason) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, e.ID, unix(e.At), e.Reason)
}

func (t *deskTx) Vetoed(story string) (time.Time, error) {
	var at int64
	err := t.row(`SELECT at FROM veto WHERE story = ?`, story).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return fromUnix(at), err
}

const deskSetVetoed = `
	INSERT INTO veto (story, at) VALUES (?, ?)
	ON CONFLICT (story) DO UPDATE SET at = max(at, excluded.at)`

func (t *deskTx) SetVetoed(story string, at time.Time) error {
	return t.exec(deskSetVetoed, story, unix(at))
}

// The index entry_url is on this very expression.
const deskPosted = `SELECT body FROM entry WHERE json_extract(body, '$.item.url') IN (SELECT value FROM json_each(?)) ORDER BY id`

func (t *deskTx) Posted(urls []string) ([]review.Entry, error) {
	list, err := json.Marshal(urls)
	if err != nil {
		return nil, err
	}
	return deskRows[review.Entry](t.query(deskPosted, string(list)))
}

func (t *deskTx) Document(no string) (official.Document, error) {
	return deskRow[official.Document](t.row(`SELECT body FROM document WHERE no = ?`, no))
}

func (t *deskTx) Documents() ([]official.Document, error) {
	return deskRows[official.Document](t.query(deskDocuments))
}

const deskPutDocument = `
	INSERT INTO document (no, day, body) VALUES (?, ?, ?)
	ON CONFLICT (no) DO UPDATE SET day = excluded.day, body = excluded.body`

func (t *deskTx) PutDocument(doc official.Document) error {
	body, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	return t.exec(deskPutDocument, doc.No, doc.Date, string(body))
}

const deskAppend = `
	INSERT INTO audit (seq, id, at, role, who, act, object, detail, prev, hash)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

func (t *deskTx) Chain(a news.Audit) error {
	var known bool
	if err := t.row(`SELECT EXISTS (SELECT 1 FROM audit WHERE id = ?)`, a.ID).Scan(&known); err != nil || known {
		return err
	}
	prev, err := deskLink(t.row(deskChain + " ORDER BY seq DESC LIMIT 1"))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("audit: %w", err)
	}
	e := audit.Seal(prev, a)
	if err := t.exec(deskAppend, e.Seq, e.ID, unix(e.At), e.Role, e.Who, e.Act, e.Object, e.Detail, e.Prev, e.Hash); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}
