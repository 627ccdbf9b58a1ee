// Package api is what every endpoint of a JSON API has in common: reading a
// request into a struct, saying which place of it is wrong, going through a
// list page by page, and describing it all as OpenAPI 3.1. It knows nothing
// of the product; package web has the table of endpoints.
//
// One struct is the whole input of an endpoint, but for the parts of its path.
// A field is a part of the query when a tag says so, and of the JSON body
// otherwise:
//
//	Limit int    `json:"-" query:"limit" min:"1" max:"200" default:"50" doc:"Rows in the answer"`
//	Note  string `json:"note,omitempty" max:"500" doc:"For the record"`
//
// Tags min and max bound a number, or the length of a text in code points.
// format:"date" is a day, 2006-01-02. required:"true" refuses an empty value;
// enum:"a b" lists what is allowed, and [Types] knows the enumerations by
// type. [Types.Read] checks what [Types.Document] describes, because both
// read the same tags.
package api

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"langnghe/internal/news"
)

// A Place is one place of a request that is wrong, and why: a JSON pointer
// into the body, or the name of a parameter.
type Place struct {
	Pointer   string
	Parameter string
	Say       news.Text
	// Of a mistake in a query: its code and the code point, from 1, where it is.
	Code   string
	Column int
}

// An Invalid request. Status is 400 for one that cannot be read, 415 for a
// body of another type, 422 for one whose values are refused.
type Invalid struct {
	Status int
	Places []Place
}

func (e *Invalid) Error() string {
	var all []string
	for _, p := range e.Places {
		all = append(all, p.Pointer+p.Parameter+": "+p.Say.EN)
	}
	return "invalid request: " + strings.Join(all, "; ")
}

// A Page is what a list takes: how many rows, and the cursor of the answer
// before.
type Page struct {
	Limit int    `json:"-" query:"limit" min:"1" max:"200" default:"50" doc:"Rows in the answer"`
	After string `json:"-" query:"after" max:"2000" doc:"The cursor next of the answer before; empty is the beginning"`
}

// More is what a list answers beside its rows: the cursor of the following
// page, empty on the last one. An entry keeps its place while others come and
// go, so that no page repeats or leaves out a row that stays.
type More struct {
	Next string `json:"next,omitempty"`
}

// Cursor of the following page.
func (m More) Cursor() string { return m.Next }

// Cursor makes an opaque cursor of the keys of a row.
func Cursor(keys any) string {
	raw, err := json.Marshal(keys)
	if err != nil {
		panic(err) // keys are numbers, texts and times
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// Keys reads a cursor; empty leaves keys as they are.
func Keys(cursor string, keys any) error {
	if cursor == "" {
		return nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(raw, keys)
	}
	if err != nil {
		return &Invalid{Status: http.StatusBadRequest, Places: []Place{{Parameter: "after", Say: news.Text{VI: "không phải con trỏ trang của hệ thống này", EN: "is no cursor of this service"}}}}
	}
	return nil
}

// Cut takes one page out of a whole list whose rows have a key each, in a
// stable order: the rows that follow the one with the cursor's key. When that
// row is gone, those that follow its place do, as far as before says which
// keys stand before another; nil starts again.
func Cut[T any](rows []T, p Page, key func(T) string, before func(row T, key string) bool) ([]T, More, error) {
	var after string
	if err := Keys(p.After, &after); err != nil {
		return nil, More{}, err
	}
	from := 0
	if p.After != "" {
		for i, r := range rows {
			if key(r) == after {
				from = i + 1
				break
			}
			if before != nil && before(r, after) {
				from = i + 1
			}
		}
	}
	rows = rows[from:]
	if len(rows) <= p.Limit {
		return append([]T{}, rows...), More{}, nil
	}
	rows = rows[:p.Limit]
	return append([]T{}, rows...), More{Cursor(key(rows[len(rows)-1]))}, nil
}
