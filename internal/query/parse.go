package query

import (
	"slices"
	"strings"
)

type kind uint8

const (
	and kind = iota
	or
	not
	near
	term
	wild
	list
	typed
	scope
	attr
	count
	same
	of
	score
	atleast
)

// A node is one clause. The parser fills the upper part, check the lower.
type node struct {
	kind kind
	col  int // of the clause
	open int // of the bracket around it, or 0
	kids []*node

	op    string // near: NEAR or ONEAR; typed, count: the comparison; same: s or p
	name  string // field, typed keyword, count, list
	num   string // as written: distance, how many, threshold
	ncol  int    // column of num, of a value, of $
	mark  byte   // term, list: '~', '=' or 0
	text  string // term, wild, value
	quote bool
	wts   []weight // score, one for each kid

	n       int      // num as a number
	keys    []string // term: keys of its tokens
	hashes  []uint64 // of keys
	folds   []uint64 // of the folded keys
	raw     []piece  // raw term
	lo, hi  value    // typed: bounds, both inclusive when op is "="
	alts    []*node  // of: the alternatives that count; list: its entries
	values  []string // attr: accepted values
	foldOne bool     // term of one syllable that folds everywhere
}

type weight struct {
	text string
	col  int
	n    int
}

var keywords = []string{"AND", "OR", "NOT", "NEAR", "ONEAR", "SAME", "OF", "SCORE", "ATLEAST", "MONEY", "NUM", "PERCENT", "DATE", "DOCNO"}
var typedWords = keywords[9:]
var countNames = []string{"reactions", "comments", "shares", "views"}
var authorNames = []string{"author", "account", "user", "profile"}
var scopeNames = []string{"title", "body"}

// attrNames are the attributes; attrCount is how many there are.
var attrNames = []string{"source", "site", "url", "kind", "platform", "area", "tone", "stance", "lang", "topic", "cue"}

const attrCount = 11

// keyword returns the keyword that the word w is, without its /n, or "".
func keyword(w string) string {
	if slices.Contains(keywords, w) {
		return w
	}
	if head, _, ok := strings.Cut(w, "/"); ok && (head == "NEAR" || head == "ONEAR" || head == "ATLEAST") {
		return head
	}
	return ""
}

// outer is the column at which the clause starts, brackets included.
func (n *node) outer() int {
	if n.open > 0 {
		return n.open
	}
	return n.col
}

// A parser reads lexemes by recursive descent; the first token that cannot
// continue a query stops it.
type parser struct {
	ls    []lexeme
	i     int
	score bool // directly in a SCORE element: a colon is the weight's
}

func (p *parser) cur() *lexeme { return &p.ls[p.i] }
func (p *parser) peek() *lexeme {
	return &p.ls[min(p.i+1, len(p.ls)-1)]
}
func (p *parser) sign(s string) bool { return p.cur().kind == lexSign && p.cur().text == s }

// key is the keyword at lexeme i, or "".
func (p *parser) key(i int) string {
	if i < len(p.ls) && p.ls[i].kind == lexWord && p.ls[i].star == 0 {
		return keyword(p.ls[i].text)
	}
	return ""
}

func fail(code string, l *lexeme) *Error { return newError(code, l.col) }

// parse does the stage of grammar.
func parse(ls []lexeme) (*node, *Error) {
	p := &parser{ls: ls}
	n, err := p.expr()
	if err != nil {
		return nil, err
	}
	if p.cur().kind != lexEnd {
		return nil, p.excess()
	}
	return n, nil
}

// excess is the error at a token behind a complete clause.
func (p *parser) excess() *Error {
	l := p.cur()
	switch k := p.key(p.i); {
	case k == "NEAR" || k == "ONEAR":
		return fail(NearChain, l)
	case k == "AND" || k == "OR" || k == "OF":
		return fail(BadSyntax, l)
	case l.kind == lexWord || l.kind == lexQuote:
		return fail(NoOperator, l)
	case l.kind == lexSign && strings.Contains("(~=$", l.text):
		return fail(NoOperator, l)
	}
	return fail(BadSyntax, l)
}

func (p *parser) expr() (*node, *Error) {
	first, err := p.unary()
	if err != nil {
		return nil, err
	}
	op := p.key(p.i)
	if op != "AND" && op != "OR" {
		return first, nil
	}
	n := &node{kind: and, col: first.outer(), kids: []*node{first}}
	if op == "OR" {
		n.kind = or
	}
	for {
		switch k := p.key(p.i); {
		case k == op:
			p.i++
			kid, err := p.unary()
			if err != nil {
				return nil, err
			}
			n.kids = append(n.kids, kid)
		case k == "AND" || k == "OR":
			return nil, fail(Mixed, p.cur())
		default:
			return n, nil
		}
	}
}

func (p *parser) unary() (*node, *Error) {
	if p.key(p.i) != "NOT" {
		return p.prox()
	}
	n := &node{kind: not, col: p.cur().col}
	p.i++
	kid, err := p.unary()
	n.kids = []*node{kid}
	return n, err
}

func (p *parser) prox() (*node, *Error) {
	left, err := p.primary()
	if err != nil {
		return nil, err
	}
	op := p.key(p.i)
	if op != "NEAR" && op != "ONEAR" {
		return left, nil
	}
	n := &node{kind: near, col: left.outer(), op: op, num: "4", ncol: p.cur().col}
	if _, d, ok := strings.Cut(p.cur().text, "/"); ok {
		n.num = d
	}
	p.i++
	right, err := p.primary()
	if err != nil {
		return nil, err
	}
	if k := p.key(p.i); k == "NEAR" || k == "ONEAR" {
		return nil, fail(NearChain, p.cur())
	}
	n.kids = []*node{left, right}
	return n, nil
}

func (p *parser) primary() (*node, *Error) {
	l := p.cur()
	switch l.kind {
	case lexQuote:
		p.i++
		return &node{kind: term, col: l.col, ncol: l.col, text: l.text, quote: true}, nil
	case lexWord:
		return p.word()
	case lexSign:
		switch l.text {
		case "(":
			return p.bracket(")")
		case "~", "=":
			return p.marked()
		case "$":
			return p.list()
		}
	}
	return nil, fail(NoOperand, l)
}

// bracket reads a bracketed expression; the brackets leave no node behind.
func (p *parser) bracket(closing string) (*node, *Error) {
	col, was := p.cur().col, p.score
	p.i++
	p.score = false
	n, err := p.expr()
	if err != nil {
		return nil, err
	}
	if !p.sign(closing) {
		return nil, p.excess()
	}
	p.i++
	p.score = was
	n.open = col
	return n, nil
}

func (p *parser) marked() (*node, *Error) {
	l := p.cur()
	p.i++
	next := p.cur()
	switch {
	case next.kind == lexSign && next.text == "$" && l.text == "~":
		n, err := p.list()
		if err != nil {
			return nil, err
		}
		n.mark, n.col = '~', l.col
		return n, nil
	case next.kind == lexQuote:
		p.i++
		return &node{kind: term, col: l.col, ncol: next.col, text: next.text, quote: true, mark: l.text[0]}, nil
	case next.kind == lexWord && next.star > 0:
		return nil, newError(BadWildcard, next.star)
	case next.kind == lexWord:
		n, err := p.run()
		if err != nil {
			return nil, err
		}
		n.mark, n.col = l.text[0], l.col
		return n, nil
	}
	return nil, fail(NoOperand, next)
}

// list reads $name; the name touches the sign.
func (p *parser) list() (*node, *Error) {
	l, name := p.cur(), p.peek()
	if name.kind != lexWord || name.col != l.end || name.star > 0 {
		return nil, fail(ListUnknown, l)
	}
	p.i += 2
	return &node{kind: list, col: l.col, ncol: l.col, name: name.text}, nil
}

// isField reports whether the word at lexeme i touches a colon.
func (p *parser) isField(i int) bool {
	next := &p.ls[i+1]
	return !p.score && next.kind == lexSign && next.text == ":" && next.col == p.ls[i].end
}

// isCount reports whether the word at lexeme i comes before a comparison.
func (p *parser) isCount(i int) bool {
	next := &p.ls[i+1]
	if next.kind != lexSign {
		return false
	}
	switch next.text {
	case "<", ">", "<=", ">=":
		return true
	case "=":
		return next.col == p.ls[i].end || slices.Contains(countNames, p.ls[i].text)
	}
	return false
}

// inRun reports whether lexeme i can go on a run of bare words.
func (p *parser) inRun(i int) bool {
	l := &p.ls[i]
	return l.kind == lexWord && keyword(l.text) == "" && !p.isField(i) && !p.isCount(i) && p.key(i+1) != "OF"
}

// run reads bare words side by side: one phrase. The first is a word whatever
// it looks like.
func (p *parser) run() (*node, *Error) {
	first := p.cur()
	words := []string{first.text}
	for p.i++; p.cur().kind == lexWord; p.i++ {
		l := p.cur()
		if l.star > 0 {
			return nil, newError(BadWildcard, l.star)
		}
		if !p.inRun(p.i) {
			break
		}
		words = append(words, l.text)
	}
	return &node{kind: term, col: first.col, ncol: first.col, text: strings.Join(words, " ")}, nil
}

func (p *parser) word() (*node, *Error) {
	l := p.cur()
	if l.star > 0 {
		p.i++
		if next := p.cur(); next.kind == lexWord && (next.star > 0 || p.inRun(p.i)) {
			return nil, newError(BadWildcard, l.star)
		}
		return &node{kind: wild, col: l.col, ncol: l.star, text: l.text}, nil
	}
	switch k := keyword(l.text); {
	case k == "SAME":
		return p.same()
	case k == "SCORE":
		return p.scoring()
	case k == "ATLEAST":
		n := &node{kind: atleast, col: l.col, ncol: l.col}
		_, n.num, _ = strings.Cut(l.text, "/")
		p.i++
		kid, err := p.primary()
		n.kids = []*node{kid}
		return n, err
	case slices.Contains(typedWords, k):
		return p.typed()
	case k != "":
		return nil, fail(NoOperand, l)
	}
	switch {
	case p.key(p.i+1) == "OF":
		return p.of()
	case p.isField(p.i):
		return p.field()
	case p.isCount(p.i):
		if !slices.Contains(countNames, l.text) {
			return nil, fail(BadField, l)
		}
		p.i++
		n := &node{kind: count, col: l.col, name: l.text, op: p.cur().text}
		p.i++
		return n, p.value(n)
	}
	return p.run()
}

// value reads a word or a quoted text into n.
func (p *parser) value(n *node) *Error {
	l := p.cur()
	switch {
	case l.kind == lexWord && l.star > 0:
		return newError(BadWildcard, l.star)
	case l.kind == lexQuote, l.kind == lexWord && keyword(l.text) == "":
		n.text, n.ncol, n.quote = l.text, l.col, l.kind == lexQuote
		p.i++
		return nil
	}
	return fail(NoOperand, l)
}

func (p *parser) typed() (*node, *Error) {
	n := &node{kind: typed, col: p.cur().col, name: p.cur().text}
	p.i++
	if l := p.cur(); l.kind == lexSign && slices.Contains([]string{"<", ">", "<=", ">=", "="}, l.text) {
		n.op = l.text
		p.i++
		return n, p.value(n)
	}
	return n, nil
}

func (p *parser) field() (*node, *Error) {
	l := p.cur()
	switch {
	case slices.Contains(scopeNames, l.text):
		p.i += 2
		n := &node{kind: scope, col: l.col, name: l.text}
		kid, err := p.primary()
		n.kids = []*node{kid}
		return n, err
	case slices.Contains(attrNames, l.text):
	case slices.Contains(authorNames, l.text):
		return nil, fail(ByAuthor, l)
	default:
		return nil, fail(BadField, l)
	}
	p.i += 2
	if !p.sign("(") {
		return p.attrValue(l)
	}
	p.i++
	n := &node{kind: or, col: l.col}
	for {
		kid, err := p.attrValue(l)
		if err != nil {
			return nil, err
		}
		n.kids = append(n.kids, kid)
		switch {
		case p.sign(")"):
			p.i++
			if len(n.kids) == 1 {
				return kid, nil
			}
			return n, nil
		case p.key(p.i) == "OR":
			p.i++
		default:
			return nil, p.excess()
		}
	}
}

// attrValue reads one value of the attribute named by l.
func (p *parser) attrValue(l *lexeme) (*node, *Error) {
	n := &node{kind: attr, col: l.col, name: l.text}
	fold := p.sign("~")
	if fold {
		p.i++
	}
	if p.sign("$") {
		of, err := p.list()
		if err != nil {
			return nil, err
		}
		n.ncol, n.text, n.mark = of.ncol, of.name, '$'
		return n, nil
	}
	if fold {
		return nil, fail(NoOperand, p.cur())
	}
	return n, p.value(n)
}

// want passes the sign s or fails.
func (p *parser) want(s string) *Error {
	if !p.sign(s) {
		return fail(BadSyntax, p.cur())
	}
	p.i++
	return nil
}

func (p *parser) same() (*node, *Error) {
	n := &node{kind: same, col: p.cur().col}
	p.i++
	if err := p.want("("); err != nil {
		return nil, err
	}
	if l := p.cur(); l.kind != lexWord || l.text != "s" && l.text != "p" || l.star > 0 {
		return nil, fail(BadSyntax, l)
	}
	n.op = p.cur().text
	p.i++
	if err := p.want(")"); err != nil {
		return nil, err
	}
	if !p.sign("{") {
		return nil, fail(BadSyntax, p.cur())
	}
	kid, err := p.bracket("}")
	n.kids = []*node{kid}
	return n, err
}

func (p *parser) of() (*node, *Error) {
	n := &node{kind: of, col: p.cur().col, num: p.cur().text, ncol: p.cur().col}
	p.i += 2
	if err := p.want("("); err != nil {
		return nil, err
	}
	was := p.score
	p.score = false
	for {
		kid, err := p.expr()
		if err != nil {
			return nil, err
		}
		n.kids = append(n.kids, kid)
		switch {
		case p.sign(","):
			p.i++
		case p.sign(")"):
			p.i++
			p.score = was
			return n, nil
		default:
			return nil, p.excess()
		}
	}
}

func (p *parser) scoring() (*node, *Error) {
	n := &node{kind: score, col: p.cur().col}
	p.i++
	if err := p.want("("); err != nil {
		return nil, err
	}
	was := p.score
	for {
		p.score = true
		kid, err := p.primary()
		if err != nil {
			return nil, err
		}
		if !p.sign(":") {
			return nil, p.excess0()
		}
		p.i++
		w, err := p.number()
		if err != nil {
			return nil, err
		}
		n.kids, n.wts = append(n.kids, kid), append(n.wts, w)
		if p.sign(",") {
			p.i++
			continue
		}
		if !p.sign(")") {
			return nil, p.excess0()
		}
		p.i++
		break
	}
	p.score = was
	if err := p.want(">="); err != nil {
		return nil, err
	}
	w, err := p.number()
	n.num, n.ncol = w.text, w.col
	return n, err
}

// excess0 is excess where not even NEAR could have joined.
func (p *parser) excess0() *Error {
	if k := p.key(p.i); k == "NEAR" || k == "ONEAR" {
		return fail(BadSyntax, p.cur())
	}
	return p.excess()
}

// number reads a weight or a threshold; whether it is one is a question of
// meaning.
func (p *parser) number() (weight, *Error) {
	l := p.cur()
	if l.kind != lexWord || keyword(l.text) != "" {
		return weight{}, fail(NoOperand, l)
	}
	if l.star > 0 {
		return weight{}, newError(BadWildcard, l.star)
	}
	p.i++
	return weight{text: l.text, col: l.col}, nil
}
