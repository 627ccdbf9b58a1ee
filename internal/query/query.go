// Package query is the language of standing queries: it parses a query,
// names the first mistake with its column and its remedy, prints the one
// canonical form and finds what matches, with the spans that show why.
//
// The language is small on purpose: phrases of whole syllables, AND OR NOT,
// NEAR, SAME, OF, SCORE, ATLEAST, typed values, lists and the attributes of
// an item and its reading. There is no search by author. A query always
// contains something that must be present. Everything here is a pure function
// of query, lists and item; a Query and a Set are safe for concurrent use, a
// Doc belongs to one goroutine.
package query

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"langnghe/internal/lang"
)

// Lists are the named lists that queries mention as $name.
type Lists map[string][]string

// A Query is a query that was understood.
type Query struct {
	src      string
	root     *node
	canon    string
	hash     string
	warnings []Warning
	lists    []string
}

// Parse reads a query. An error is always an *[Error].
func Parse(src string, lists Lists) (*Query, error) {
	return parseWith(src, lists, false)
}

// Lenient reads what is typed into a search box: the language with ~ implied
// for terms typed without diacritics or, when [IsPlain], plain words of which
// any may be present and diacritics do not matter. The order of results is
// the caller's business.
func Lenient(src string, lists Lists) (*Query, error) {
	if !IsPlain(src) {
		return parseWith(src, lists, true)
	}
	toks := lang.Tokens(nil, src)
	if len(toks) == 0 {
		return nil, newError(Empty, 1)
	}
	root := &node{kind: or, col: 1}
	for _, t := range toks[:min(len(toks), maxClauses)] {
		n := &node{kind: term, col: t.RuneStart + 1, ncol: t.RuneStart + 1, text: src[t.Start:t.End], mark: '~', quote: true, foldOne: true}
		n.setTerm()
		root.kids = append(root.kids, n)
	}
	q := &Query{src: src, root: root, canon: canonical(root).text}
	q.sum(nil)
	return q, nil
}

// IsPlain reports whether src is plain words: it holds no operator, quote,
// field or sign of the language.
func IsPlain(src string) bool {
	if strings.ContainsFunc(src, func(r rune) bool { return isQuote(r) || strings.ContainsRune("(){}~=<>*$", r) }) {
		return false
	}
	for w := range strings.FieldsSeq(src) {
		if keyword(w) != "" {
			return false
		}
		if name, _, ok := strings.Cut(w, ":"); ok && (slices.Contains(scopeNames, name) || slices.Contains(attrNames, name) || slices.Contains(authorNames, name)) {
			return false
		}
	}
	return true
}

func parseWith(src string, lists Lists, lenient bool) (*Query, error) {
	ls, err := lex(src)
	if err != nil {
		return nil, err
	}
	root, err := parse(ls)
	if err != nil {
		return nil, err
	}
	c := checker{lists: lists, implied: lenient}
	c.check(root, place{})
	if err := c.worst(); err != nil {
		return nil, err
	}
	if len(c.clauses) > maxClauses {
		return nil, newError(TooManyLeaves, c.clauses[maxClauses])
	}
	if !positive(root, true) {
		return nil, negative(root)
	}
	q := &Query{src: src, root: root, canon: canonical(root).text, warnings: c.warnings, lists: c.used}
	slices.Sort(q.lists)
	q.sum(lists)
	q.foldOnes(root, lenient || positive(root, false))
	slices.SortStableFunc(q.warnings, func(a, b Warning) int { return a.Column - b.Column })
	return q, nil
}

// foldOnes settles whether terms of one syllable fold everywhere or only in
// accentless text.
func (q *Query) foldOnes(n *node, everywhere bool) {
	if n.kind == term && n.mark == '~' && len(n.keys) == 1 {
		n.foldOne = everywhere
		known := slices.ContainsFunc(q.warnings, func(w Warning) bool { return w.Code == FoldWarning && w.Column == n.col })
		if !everywhere && !known {
			q.warnings = append(q.warnings, Warning{FoldWarning, n.col,
				"~ trước một âm tiết chỉ bỏ dấu trong bài viết không dấu",
				"~ before one syllable will fold only in accentless posts"})
		}
	}
	for _, k := range n.kids {
		q.foldOnes(k, everywhere)
	}
	if n.kind == list {
		for _, k := range n.alts {
			q.foldOnes(k, everywhere)
		}
	}
}

// sum computes the hash: the canonical form and the lists that were used.
func (q *Query) sum(lists Lists) {
	h := sha256.New()
	h.Write([]byte(q.canon))
	for _, name := range q.lists {
		entries := slices.Clone(lists[name])
		slices.Sort(entries)
		h.Write([]byte("\n$" + name + "=" + strings.Join(slices.Compact(entries), "|")))
	}
	q.hash = hex.EncodeToString(h.Sum(nil))
}

// Canonical is the one form in which the query prints.
func (q *Query) Canonical() string { return q.canon }

// Hash identifies what the query means, lists included.
func (q *Query) Hash() string { return q.hash }

// Warnings are what is allowed and probably not meant, by column.
func (q *Query) Warnings() []Warning { return q.warnings }

// Lists are the names of the lists that the query uses, sorted.
func (q *Query) Lists() []string { return q.lists }

// String is the query as written.
func (q *Query) String() string { return q.src }
