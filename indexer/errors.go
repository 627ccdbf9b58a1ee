package indexer

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"langnghe/internal/query"
)

// A QueryError is a query that cannot be searched for. Err says what is
// wrong, at which column, and what to do about it, in Vietnamese and English.
type QueryError struct{ Err *query.Error }

func (e *QueryError) Error() string { return fmt.Sprintf("query:%v", e.Err) }
func (e *QueryError) Unwrap() error { return e.Err }

// Code is the code of the catalogue of mistakes, E_….
func (e *QueryError) Code() string { return e.Err.Code }

// Column is the code point of the query, from 1, at which the mistake is.
func (e *QueryError) Column() int { return e.Err.Column }

// Permanent says that asking again does not help.
func (e *QueryError) Permanent() bool { return true }

// mistakeForm is how a [QueryError] reads where only its words and its code
// arrive: on the way from another role.
var mistakeForm = regexp.MustCompile(`query:([0-9]+): (E_[A-Z_]+)`)

// Mistake is what is wrong with a query when that is why err came about,
// whole again wherever the search was done.
func Mistake(err error) (*QueryError, bool) {
	var here *QueryError
	if errors.As(err, &here) {
		return here, true
	}
	var coded interface {
		error
		Code() string
	}
	if !errors.As(err, &coded) {
		return nil, false
	}
	m := mistakeForm.FindStringSubmatch(coded.Error())
	if m == nil || m[2] != coded.Code() {
		return nil, false
	}
	column, _ := strconv.Atoi(m[1])
	e, ok := query.ErrorAt(m[2], column)
	return &QueryError{e}, ok
}

type requestError struct{ msg string }

func badRequest(format string, args ...any) error {
	return &requestError{fmt.Sprintf("indexer: "+format, args...)}
}

func (e *requestError) Error() string   { return e.msg }
func (e *requestError) Code() string    { return "bad_request" }
func (e *requestError) Permanent() bool { return true }
