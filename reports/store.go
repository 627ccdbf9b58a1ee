package reports

import (
	"context"
	"time"

	"langnghe/internal/news"
	"langnghe/reports/paper"
)

// State of a report.
type State string

// The states: a draft waits for approval; an approved one leaves after the
// time to recall it; a returned one is not used.
const (
	Draft    State = "draft"
	Approved State = "approved"
	Sent     State = "sent"
	Returned State = "returned"
)

// A Report is one document with the numbers that it rests on.
type Report struct {
	ID       string            `json:"id"` // "BC-2026-0001"
	Kind     Kind              `json:"kind"`
	Case     string            `json:"case,omitempty"`
	From     time.Time         `json:"from,omitzero"`
	To       time.Time         `json:"to,omitzero"`
	At       time.Time         `json:"at"`                // as of when it was written
	Known    time.Time         `json:"known,omitzero"`    // when its numbers were computed: they rest on what was known then
	Counted  string            `json:"counted,omitempty"` // SHA-256 of the counts of items that are kept with it
	By       string            `json:"by"`
	Writers  []string          `json:"writers,omitempty"` // who has changed it since; none of them may approve it
	State    State             `json:"state"`
	Approver string            `json:"approver,omitempty"`
	Approved time.Time         `json:"approved,omitzero"`
	Leaves   time.Time         `json:"leaves,omitzero"` // when it goes to its list
	Note     string            `json:"note,omitempty"`  // why it was returned
	Number   int               `json:"number,omitempty"`
	Issued   time.Time         `json:"issued,omitzero"`
	Lines    []Line            `json:"lines,omitempty"` // the five lines of a summary
	Figures  []Figure          `json:"figures,omitempty"`
	Notes    map[string]string `json:"notes,omitempty"` // what people wrote into it, by section
	Script   []string          `json:"script,omitempty"`
	Priority string            `json:"priority,omitempty"`
	Paper    paper.Paper       `json:"paper"`

	counted []byte // what Counted is the hash of, until it is kept
}

// Figure finds a number of the report.
func (r *Report) Figure(id string) (Figure, bool) {
	for _, f := range r.Figures {
		if f.ID == id {
			return f, true
		}
	}
	return Figure{}, false
}

// A Line is one of the five that a leader reads first: a number, what it is
// compared with, and who must act.
type Line struct {
	Spans  []paper.Span `json:"spans"`
	Figure string       `json:"figure"`
	Beside string       `json:"beside"`
	Who    string       `json:"who"`
}

// Store keeps reports and ledgers. What a transaction wrote is on the disk
// when Update returns.
type Store interface {
	// Update runs f in one write transaction. When f fails, nothing has
	// happened, and Update returns its error.
	Update(ctx context.Context, f func(Tx) error) error
	// Report returns one report, or [ErrNotFound].
	Report(ctx context.Context, id string) (Report, error)
	// Reports lists reports, newest first; an empty kind is every kind.
	Reports(ctx context.Context, kind Kind, offset, limit int) ([]Report, error)
	// Counted returns the counts that are kept with a report, or [ErrNotFound].
	Counted(ctx context.Context, id string) ([]byte, error)
	// Leaving names the approved reports that may leave at a time.
	Leaving(ctx context.Context, now time.Time) ([]string, error)
	// Happened reports whether Once has remembered the key.
	Happened(ctx context.Context, key string) (bool, error)
	// Records returns all entries of a ledger, oldest first.
	Records(ctx context.Context, ledger string) ([]Record, error)
	// Record returns one entry, or [ErrNotFound].
	Record(ctx context.Context, id string) (Record, error)
}

// Tx is one write transaction.
type Tx interface {
	Report(id string) (Report, error)
	PutReport(r Report) error
	// PutCounted keeps the counts that a report rests on, which is there.
	PutCounted(id string, counts []byte) error
	Record(id string) (Record, error)
	PutRecord(r Record) error
	// Next counts up the counter and returns its new value, from 1.
	Next(counter string) (int, error)
	// Once reports whether the key is new, and remembers it.
	Once(key string, at time.Time) (bool, error)
	// Notify puts a notice into the outbox, to be handed over from a time
	// on; a second one with its ID is ignored. Recall takes out those about
	// ref that nobody has seen and reports whether all of them were.
	Notify(a news.Alert, ref string, from time.Time) error
	Recall(ref string) (all bool, err error)
	// Chain appends to the audit chain.
	Chain(a news.Audit) error
}
