package query

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"langnghe/internal/lang"
)

// A checker does the stage of meaning: it fills in what the parser left open
// and collects every mistake; the leftmost is reported.
type checker struct {
	lists    Lists
	implied  bool // ~ is implied for terms without diacritics
	errs     []*Error
	clauses  []int // column of each clause
	stars    int
	used     []string // lists
	warnings []Warning
}

// place says what a clause stands in.
type place struct{ scope, same, operand bool }

func (c *checker) fail(code string, column int) { c.errs = append(c.errs, newError(code, column)) }

// worst is the leftmost mistake, by the order of the catalogue on a tie.
func (c *checker) worst() *Error {
	if len(c.errs) == 0 {
		return nil
	}
	return slices.MinFunc(c.errs, func(a, b *Error) int {
		if a.Column != b.Column {
			return a.Column - b.Column
		}
		return rank(a.Code) - rank(b.Code)
	})
}

func (c *checker) check(n *node, at place) {
	switch n.kind {
	case term:
		c.clauses = append(c.clauses, n.col)
		c.term(n)
	case wild:
		c.clauses = append(c.clauses, n.col)
		c.wild(n, at)
	case list:
		c.list(n)
	case typed:
		c.clauses = append(c.clauses, n.col)
		c.typed(n)
	case attr:
		c.attr(n)
		if at.scope || at.same {
			c.fail(BadScope, n.col)
		}
	case count:
		c.clauses = append(c.clauses, n.col)
		if !isDigits(n.text) || len(n.text) > 15 {
			c.fail(BadValue, n.ncol)
		}
		n.n, _ = strconv.Atoi(n.text)
		if at.scope || at.same {
			c.fail(BadScope, n.col)
		}
	case near:
		n.n = c.number(n.num, 0, 10, n.ncol)
		c.operands(n, at)
	case atleast:
		n.n = c.number(n.num, 2, 20, n.ncol)
		c.operands(n, at)
	case scope:
		if at.scope || at.same {
			c.fail(BadScope, n.col)
		}
		at.scope = true
		c.check(n.kids[0], at)
	case same:
		if at.same {
			c.fail(BadScope, n.col)
		}
		at.same = true
		c.check(n.kids[0], at)
	case of:
		c.of(n, at)
	case score:
		c.score(n, at)
	default:
		for _, k := range n.kids {
			c.check(k, at)
		}
	}
}

// number reads s as a whole number from lo to hi.
func (c *checker) number(s string, lo, hi, column int) int {
	n, err := strconv.Atoi(s)
	if err != nil || !isDigits(s) || n < lo || n > hi {
		c.fail(OutOfRange, column)
	}
	return n
}

func (c *checker) operands(n *node, at place) {
	at.operand = true
	for _, k := range n.kids {
		if !operand(k) {
			c.fail(BadOperand, k.outer())
		}
		c.check(k, at)
	}
}

// operand reports whether n may stand below NEAR and ATLEAST; a wildcard has
// an error of its own.
func operand(n *node) bool {
	switch n.kind {
	case term, list, typed, wild:
		return true
	case or:
		for _, k := range n.kids {
			if !operand(k) {
				return false
			}
		}
		return true
	}
	return false
}

func (c *checker) term(n *node) {
	if !n.setTerm() {
		c.fail(NoToken, n.ncol)
		return
	}
	if c.implied && n.mark == 0 && !slices.ContainsFunc(n.keys, func(k string) bool { return lang.Fold(k) != k }) {
		n.mark = '~'
	}
	if n.quote || n.mark == '=' {
		return
	}
	for w := range strings.FieldsSeq(n.text) {
		if w == "and" || w == "or" || w == "not" {
			c.warnings = append(c.warnings, Warning{LowerWarning, n.col,
				"“" + w + "” viết thường là một từ trong cụm từ; toán tử phải viết hoa",
				"“" + w + "” in lower case is a word of the phrase; operators are upper case"})
			return
		}
	}
}

// setTerm finds the tokens of a term; it reports whether there are any.
func (n *node) setTerm() bool {
	toks := lang.Tokens(nil, n.text)
	if len(toks) == 0 {
		return false
	}
	for _, t := range toks {
		n.keys = append(n.keys, string(lang.AppendKey(nil, n.text[t.Start:t.End])))
		n.hashes = append(n.hashes, t.Key)
		n.folds = append(n.folds, t.Fold)
	}
	if n.mark == '=' {
		n.raw = pieces(n.text, toks)
	}
	return true
}

// A piece is one token of a raw term and what stands before it.
type piece struct{ gap, text string }

// pieces cuts text at its tokens.
func pieces(text string, toks []lang.Token) []piece {
	out := make([]piece, len(toks))
	for i, t := range toks {
		if i > 0 {
			out[i].gap = spaces(text[toks[i-1].End:t.Start])
		}
		out[i].text = surface(text[t.Start:t.End])
	}
	return out
}

// surface is a token as raw terms compare it.
func surface(s string) string { return norm.NFC.String(plain(s)) }

// spaces is a gap as raw terms compare it: a run of white space is one space.
func spaces(s string) string {
	var b strings.Builder
	was := false
	for _, r := range plain(s) {
		if lang.Space(r) {
			if !was {
				b.WriteByte(' ')
			}
			was = true
			continue
		}
		was = false
		b.WriteRune(r)
	}
	return norm.NFC.String(b.String())
}

func (c *checker) wild(n *node, at place) {
	c.stars++
	toks := lang.Tokens(nil, n.text)
	if len(toks) == 1 {
		n.keys = []string{string(lang.AppendKey(nil, n.text[toks[0].Start:toks[0].End]))}
	}
	if len(toks) != 1 || utf8.RuneCountInString(n.keys[0]) < 4 || at.operand || c.stars > maxStars {
		c.fail(BadWildcard, n.ncol)
	}
}

// entries finds the list called name; ok is false when there is none.
func (c *checker) entries(name string) (entries []string, ok bool) {
	entries, ok = c.lists[name]
	if ok && !slices.Contains(c.used, name) {
		c.used = append(c.used, name)
	}
	return entries, ok
}

func (c *checker) list(n *node) {
	entries, ok := c.entries(n.name)
	if !ok {
		c.fail(ListUnknown, n.ncol)
		return
	}
	for _, e := range entries {
		alt, ok := entry(e, n)
		if !ok {
			c.fail(BadList, n.ncol)
			return
		}
		c.clauses = append(c.clauses, n.ncol)
		n.alts = append(n.alts, alt)
	}
	if len(n.alts) == 0 {
		c.fail(BadList, n.ncol)
	}
}

// entry reads one entry of the list n as a term.
func entry(e string, n *node) (*node, bool) {
	e = strings.TrimFunc(plain(e), lang.Space)
	alt := &node{kind: term, col: n.col, ncol: n.ncol, mark: n.mark, quote: true}
	if e != "" && (e[0] == '~' || e[0] == '=') {
		alt.mark = e[0]
		e = strings.TrimLeftFunc(e[1:], lang.Space)
	}
	if strings.ContainsFunc(e, func(r rune) bool { return isQuote(r) || strings.ContainsRune("*~=<>(){}$", r) }) {
		return nil, false
	}
	for w := range strings.FieldsSeq(e) {
		if k := keyword(w); k != "" && !slices.Contains(typedWords, k) {
			return nil, false
		}
	}
	alt.text = e
	return alt, alt.setTerm()
}

func (c *checker) typed(n *node) {
	if n.op == "" {
		return
	}
	if n.name == "DOCNO" && n.op != "=" {
		c.fail(BadValue, n.ncol)
		return
	}
	lo, hi, isRange := strings.Cut(n.text, "..")
	if !isRange {
		hi = lo
	}
	var ok, ok2 bool
	n.lo, ok = readValue(n.name, lo)
	n.hi, ok2 = readValue(n.name, hi)
	if !ok || !ok2 || isRange && (n.op != "=" || n.name == "DOCNO" || n.lo.compare(n.hi) > 0) {
		c.fail(BadValue, n.ncol)
	}
}

// attrWords are the values of attributes that have a closed set.
var attrWords = map[string][]string{
	"kind":     {"article", "post", "comment", "official", "tip"},
	"platform": {"web", "facebook", "youtube", "telegram", "zalo", "mastodon", "bluesky", "forum", "sms", "radio", "file"},
	"area":     {"in_area", "ambiguous", "out_of_area"},
	"tone":     {"negative", "neutral", "positive", "mixed"},
	"stance":   {"complaint", "question", "suggestion", "opinion", "satire", "praise", "warning", "denial", "report", "rumour_query", "claim", "other"},
}

// Words are the values that an attribute may have; nil for one that takes any.
func Words(attr string) []string { return slices.Clone(attrWords[attr]) }

func (c *checker) attr(n *node) {
	if n.mark != '$' {
		c.clauses = append(c.clauses, n.ncol)
		v, ok := attrValue(n.name, n.text)
		if !ok {
			c.fail(BadValue, n.ncol)
		}
		n.values = []string{v}
		return
	}
	entries, ok := c.entries(n.text)
	if !ok {
		c.fail(ListUnknown, n.ncol)
		return
	}
	for _, e := range entries {
		c.clauses = append(c.clauses, n.ncol)
		v, ok := attrValue(n.name, e)
		if !ok {
			c.fail(BadList, n.ncol)
			return
		}
		n.values = append(n.values, v)
	}
	if len(entries) == 0 {
		c.fail(BadList, n.ncol)
	}
}

// attrValue is a value of an attribute as it is compared.
func attrValue(name, text string) (string, bool) {
	v := lower(text)
	if words := attrWords[name]; words != nil {
		return v, slices.Contains(words, v)
	}
	switch name {
	case "site":
		v = strings.TrimSuffix(v, ".")
		return v, strings.Contains(v, ".") && !strings.HasPrefix(v, ".") && !strings.ContainsAny(v, "/:@ ")
	case "url":
		return v, utf8.RuneCountInString(v) >= 4
	}
	return v, strings.TrimFunc(v, lang.Space) != ""
}

// lower is how attributes compare: NFC, simple lower case.
func lower(s string) string {
	return norm.NFC.String(strings.Map(unicode.ToLower, norm.NFC.String(s)))
}

// host is the host of a URL as site: compares it.
func host(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(lower(u.Hostname()), ".")
}

func (c *checker) of(n *node, at place) {
	before := len(c.errs)
	for _, k := range n.kids {
		c.check(k, at)
	}
	if len(c.errs) > before {
		return // its number is judged only when its alternatives are right
	}
	seen := map[string]bool{}
	for _, k := range n.kids {
		alts := []*node{k}
		if k.kind == list {
			alts = k.alts
		}
		for _, a := range alts {
			if s := canonical(a).text; !seen[s] {
				seen[s] = true
				n.alts = append(n.alts, a)
			}
		}
	}
	n.n = c.number(n.num, 1, len(n.alts), n.ncol)
}

func (c *checker) score(n *node, at place) {
	if at.same {
		c.fail(BadScope, n.col)
	}
	before := len(c.errs)
	sum := 0
	for i, k := range n.kids {
		c.check(k, at)
		w := &n.wts[i]
		v, err := strconv.Atoi(w.text)
		if err != nil || v == 0 || v < -99 || v > 99 {
			c.fail(OutOfRange, w.col)
		}
		w.n = v
		sum += max(v, 0)
	}
	if len(c.errs) > before {
		sum = 1 << 30 // something to the left is reported anyway
	}
	n.n = c.number(n.num, 1, sum, n.ncol)
}

// positive reports whether n must find something. Terms of one syllable with
// ~ are left out unless folds is set.
func positive(n *node, folds bool) bool {
	some := func(kids []*node) bool {
		return slices.ContainsFunc(kids, func(k *node) bool { return positive(k, folds) })
	}
	lacking := func(kids []*node) (sum int) {
		for _, k := range kids {
			if !positive(k, folds) {
				sum++
			}
		}
		return sum
	}
	switch n.kind {
	case term:
		return folds || n.mark != '~' || len(n.keys) > 1
	case typed, attr:
		return true
	case not, count, wild:
		return false
	case and, near:
		return some(n.kids)
	case or:
		return lacking(n.kids) == 0
	case list:
		return lacking(n.alts) == 0
	case of:
		return lacking(n.alts) < n.n
	case score:
		for i, k := range n.kids {
			if n.wts[i].n > 0 && !positive(k, folds) {
				return false
			}
		}
		return true
	}
	return positive(n.kids[0], folds) // scope, same, atleast
}

// negative finds what makes n not positive.
func negative(n *node) *Error {
	switch n.kind {
	case not, count:
		return newError(NoPositive, n.col)
	case wild:
		return newError(WildcardAlone, n.ncol)
	case or, of:
		for _, k := range n.kids {
			if !positive(k, true) {
				return negative(k)
			}
		}
	case score:
		for i, k := range n.kids {
			if n.wts[i].n > 0 && !positive(k, true) {
				return negative(k)
			}
		}
	}
	return negative(n.kids[0])
}
