package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// statements keeps the prepared form of what the one writing connection runs
// again and again; parsing was a quarter of the time of a decision. A query
// is prepared when the transaction that met it first has ended, because that
// transaction holds the connection.
type statements struct {
	mu   sync.Mutex
	have map[string]*sql.Stmt
	want map[string]bool
}

// maxStatements bounds what is kept; the constant queries are fewer.
const maxStatements = 100

// of returns the prepared query for the transaction, or nil.
func (s *statements) of(ctx context.Context, tx *sql.Tx, query string) *sql.Stmt {
	s.mu.Lock()
	defer s.mu.Unlock()
	if st := s.have[query]; st != nil {
		return tx.StmtContext(ctx, st)
	}
	if s.want == nil {
		s.want = map[string]bool{}
	}
	if len(s.have)+len(s.want) < maxStatements {
		s.want[query] = true
	}
	return nil
}

// prepare prepares what was met since. It must not run in a transaction.
func (s *statements) prepare(ctx context.Context, db *sql.DB) {
	s.mu.Lock()
	want := s.want
	s.want = nil
	s.mu.Unlock()
	for query := range want {
		st, err := db.PrepareContext(ctx, query)
		if err != nil {
			continue // it will be parsed each time, as before
		}
		s.mu.Lock()
		if s.have == nil {
			s.have = map[string]*sql.Stmt{}
		}
		if old := s.have[query]; old != nil {
			_ = st.Close() // another transaction was faster
		} else {
			s.have[query] = st
		}
		s.mu.Unlock()
	}
}

func (s *statements) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, st := range s.have {
		errs = append(errs, st.Close())
	}
	s.have = nil
	return errors.Join(errs...)
}
