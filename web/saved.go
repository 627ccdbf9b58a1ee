package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// SavedSearches keeps searches for people. They are content: a query may hold
// a name, so the audit chain has a fingerprint of it only, and what is dropped
// is gone.
type SavedSearches interface {
	// Searches lists what a person saved and what others share.
	Searches(ctx context.Context, owner string) ([]SavedSearch, error)
	// SaveSearch keeps a search in place of one with the same name and owner,
	// unless the owner has most others: [ErrTooManySearches].
	SaveSearch(ctx context.Context, s SavedSearch, most int) (id int64, err error)
	// DropSearch forgets one; only its owner may.
	DropSearch(ctx context.Context, id int64, owner string) error
}

// ErrTooManySearches refuses a search beyond what one person may keep.
var ErrTooManySearches = errors.New("too many saved searches")

// A SavedSearch is a search that somebody wants to make again.
type SavedSearch struct {
	ID     int64     `json:"id"`
	Owner  string    `json:"owner"`
	Name   string    `json:"name"`
	Query  string    `json:"query"` // parameters of /search, as a URL has them
	Shared bool      `json:"shared"`
	At     time.Time `json:"at"`
}

// Path is the address of the search.
func (s SavedSearch) Path() string { return "/search?" + s.Query }

const (
	maxSearches   = 50 // of one person
	maxSearchName = 60 // code points
)

// searchParams are what makes a search: no page of it and nothing else that an
// address may carry.
var searchParams = []string{"q", "strict", "like", "topic", "area", "tone", "stance", "source", "kind", "story", "from", "to", "sort"}

// savable keeps of a query what makes the search.
func savable(raw string) (string, bool) {
	v, err := url.ParseQuery(strings.TrimPrefix(raw, "?"))
	if err != nil || len(raw) > 4000 {
		return "", false
	}
	for k, values := range v {
		values = slices.DeleteFunc(values, func(s string) bool { return strings.TrimSpace(s) == "" })
		if len(values) == 0 || !slices.Contains(searchParams, k) {
			delete(v, k)
			continue
		}
		v[k] = values
	}
	out := v.Encode()
	return out, out != ""
}

// keepSearch checks and keeps a search of whoever asks.
func (s *server) keepSearch(r *http.Request, x SavedSearch) (SavedSearch, error) {
	if s.Saved == nil {
		return x, errOff
	}
	x.Name = strings.Join(strings.Fields(x.Name), " ")
	if n := utf8.RuneCountInString(x.Name); n == 0 || n > maxSearchName {
		return x, &problem{status: http.StatusUnprocessableEntity, key: "problem.search_name", args: []any{maxSearchName}}
	}
	var ok bool
	if x.Query, ok = savable(x.Query); !ok {
		return x, &problem{status: http.StatusUnprocessableEntity, key: "problem.search_empty"}
	}
	x.Owner, x.At = by(r).Name, s.Now()
	form, _ := url.ParseQuery(x.Query) // savable has made it
	if err := s.record(r, "search.save", "", searched(form)); err != nil {
		return x, err
	}
	var err error
	x.ID, err = s.Saved.SaveSearch(r.Context(), x, maxSearches)
	if errors.Is(err, ErrTooManySearches) {
		return x, &problem{status: http.StatusConflict, key: "problem.search_many", args: []any{maxSearches}}
	}
	return x, err
}

func (s *server) dropSearch(r *http.Request) error {
	if s.Saved == nil {
		return errOff
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return errNotFound
	}
	if err := s.record(r, "search.drop", strconv.FormatInt(id, 10), ""); err != nil {
		return err
	}
	return s.Saved.DropSearch(r.Context(), id, by(r).Name)
}

func (s *server) saveSearchForm(w http.ResponseWriter, r *http.Request) error {
	x, err := s.keepSearch(r, SavedSearch{Name: r.PostFormValue("name"), Query: r.PostFormValue("query"), Shared: r.PostFormValue("shared") == "1"})
	if err != nil {
		return err
	}
	http.Redirect(w, r, x.Path(), http.StatusSeeOther)
	return nil
}

func (s *server) dropSearchForm(w http.ResponseWriter, r *http.Request) error {
	if err := s.dropSearch(r); err != nil {
		return err
	}
	http.Redirect(w, r, "/search", http.StatusSeeOther)
	return nil
}
