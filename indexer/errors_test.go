package indexer_test

import (
	"errors"
	"fmt"
	"testing"

	"langnghe/indexer"
	"langnghe/internal/query"
)

// told is an error as another role's arrives: its words and its code.
type told struct{ msg, code string }

func (e told) Error() string { return e.msg }
func (e told) Code() string  { return e.code }

// TestMistake: what is wrong with a query is whole again on the other side.
func TestMistake(t *testing.T) {
	_, err := query.Parse("mất AND", nil)
	here := &indexer.QueryError{Err: err.(*query.Error)}
	for _, err := range []error{here, fmt.Errorf("search: %w", here), fmt.Errorf("ask: %w", told{here.Error(), here.Code()})} {
		m, ok := indexer.Mistake(err)
		if !ok || m.Code() != "E_OPERAND" || m.Column() != 8 || *m.Err != *here.Err {
			t.Errorf("Mistake(%v) = %v, %v", err, m, ok)
		}
	}
	for _, err := range []error{nil, errors.New("query:1: E_CHAR: x"), told{"query:1: E_CHAR: x", "bad_request"}, told{"down", "E_CHAR"}, told{"query:0: E_CHAR", "E_CHAR"}, told{"query:1: E_NONE", "E_NONE"}} {
		if m, ok := indexer.Mistake(err); ok {
			t.Errorf("Mistake(%v) = %v, want none", err, m)
		}
	}
}
