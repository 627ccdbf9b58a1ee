package rules

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"langnghe/internal/news"
	"langnghe/internal/query"
)

// The codes of mistakes in rule files.
const (
	BadYAML     = "R_YAML"
	BadKey      = "R_KEY"
	Missing     = "R_MISSING"
	BadValue    = "R_VALUE"
	BadRef      = "R_REF"
	BadQuery    = "R_QUERY"
	FewTests    = "R_TESTS"
	NoCriticism = "R_CRITICISM"
	BadExpiry   = "R_EXPIRY"
	TestFailed  = "R_FAILED" // a test beside the rule, or a rule that may not be saved

	NotPreviewed = "R_PREVIEW" // nobody has looked at what the rule would flag
	OverBudget   = "R_BUDGET"  // too many false notices for the ward
)

// commonKeys are of every rule; optional ones are in optionalKeys.
var commonKeys = []string{"id", "version", "title", "type", "level", "status", "owner", "topic", "references", "falsepositives", "when", "tests"}
var optionalKeys = []string{"replaced_by", "enabled"}

// fields are the keys of each type: required ones, then optional ones.
var fields = map[string][2][]string{
	"match":        {},
	"count":        {{"at_least", "within"}, {"by", "distinct", "quiet"}},
	"spike":        {{}, {"by", "sensitivity", "floor"}},
	"ratio":        {{"share", "at_least", "min", "within"}, {"by", "quiet"}},
	"new_term":     {{"terms", "at_least", "within"}, {"absent"}},
	"coordination": {{"at_least", "within"}, {"min_words", "quiet"}},
	"sequence":     {{"steps", "within"}, {"by", "quiet"}},
	"together":     {{"steps", "within"}, {"by", "quiet"}},
	"silence":      {{"for"}, {"by"}},
	"gap":          {{"at_least", "within", "by"}, {"quiet"}},
	"contradicts":  {{"fact", "value", "near"}, {"distance"}},
	"outdated":     {{"fact", "value", "near"}, {"distance"}},
	"list":         {{"field"}, {"allow", "deny"}},
	"filter":       {{"suppress", "reason", "created", "expires"}, {}},
}

// An entry is one key of a mapping.
type entry struct {
	line int
	node ast.Node
}

// A fileParser reads one rule file and collects every mistake in it.
type fileParser struct {
	file     string
	lists    query.Lists
	known    func(id string) bool
	keys     map[string]entry
	problems []Problem
	r        *Rule
}

// parseRule reads the text of a rule file. known tells whether a rule of that
// id exists, for references; nil knows none. A rule with problems must not be
// used.
func parseRule(file, src string, lists query.Lists, known func(string) bool) (*Rule, []Problem) {
	p := &fileParser{file: file, lists: lists, known: known, r: &Rule{File: file, Source: src, Enabled: true}}
	p.read(src)
	slices.SortStableFunc(p.problems, func(a, b Problem) int { return a.Line - b.Line })
	if len(p.problems) == 0 {
		p.r.seal()
	}
	return p.r, p.problems
}

func (p *fileParser) fail(line int, code, path, vi, en string) {
	p.problems = append(p.problems, Problem{File: p.file, Line: line, Code: code, Path: path, VI: vi, EN: en})
}

// yamlPlace finds the line in an error of the YAML parser.
var yamlPlace = regexp.MustCompile(`\[(\d+):\d+\] ?(.*)`)

// yamlProblem turns an error of the YAML parser into a problem.
func yamlProblem(file string, err error) Problem {
	pr := Problem{File: file, Line: 1, Code: BadYAML, VI: "Không đọc được YAML", EN: err.Error()}
	if m := yamlPlace.FindStringSubmatch(err.Error()); m != nil {
		pr.Line, _ = strconv.Atoi(m[1])
		pr.EN = m[2]
	}
	pr.VI += ": " + pr.EN
	return pr
}

// parseYAML parses one document and returns the body.
func parseYAML(src string) (body ast.Node, err error) {
	defer func() { // the parser has met input that it does not expect
		if x := recover(); x != nil {
			err = fmt.Errorf("[1:1] %v", x)
		}
	}()
	f, err := parser.ParseBytes([]byte(src), 0)
	if err != nil {
		return nil, err
	}
	for _, d := range f.Docs {
		if d.Body == nil {
			continue
		}
		if body != nil {
			return nil, fmt.Errorf("[%d:1] more than one document", d.Body.GetToken().Position.Line)
		}
		body = d.Body
	}
	return body, nil
}

func mapping(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

func line(n ast.Node) int {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 1
}

func (p *fileParser) read(src string) {
	if !p.open(src, nil, "Tệp phải là các cặp khóa: giá trị", "the file must be a mapping of keys to values") {
		return
	}
	p.known0()
	p.common()
	p.typed()
	p.tests()
}

// known0 checks that every key exists and belongs to the type, and that none
// is missing.
func (p *fileParser) known0() {
	typ, _ := p.scalar("type")
	of, typeKnown := fields[typ]
	all := append(append(slices.Clone(commonKeys), optionalKeys...), append(slices.Clone(of[0]), of[1]...)...)
	if !typeKnown {
		for _, f := range fields {
			all = append(append(all, f[0]...), f[1]...)
		}
	}
	for k, e := range p.keys {
		if !slices.Contains(all, k) {
			p.fail(e.line, BadKey, k, "Không có khóa “"+k+"” cho loại này", fmt.Sprintf("no key %q for a rule of this type", k))
		}
	}
	for _, k := range append(slices.Clone(commonKeys), of[0]...) {
		if _, ok := p.keys[k]; !ok {
			p.missing(1, k)
		}
	}
	if typ != "list" {
		return
	}
	_, allow := p.keys["allow"]
	deny, both := p.keys["deny"]
	switch {
	case allow && both:
		p.fail(deny.line, BadKey, "deny", "Chỉ dùng một trong allow và deny", "only one of allow and deny")
	case !allow && !both:
		p.missing(1, "deny")
	}
}

func (p *fileParser) missing(line int, path string) {
	p.fail(line, Missing, path, "Thiếu “"+path+"”", fmt.Sprintf("%q is missing", path))
}

func (p *fileParser) bad(line int, path, vi, en string) { p.fail(line, BadValue, path, vi, en) }

// text reads a string, plain, quoted or a block.
func text(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	}
	return "", false
}

// scalar is the string at a top-level key.
func (p *fileParser) scalar(key string) (string, bool) {
	e, ok := p.keys[key]
	if !ok {
		return "", false
	}
	return text(e.node)
}

// str reads a string that must not be empty; absent keys are somebody
// else's mistake.
func (p *fileParser) str(key string) string {
	e, ok := p.keys[key]
	if !ok {
		return ""
	}
	s, ok := text(e.node)
	if s = strings.TrimSpace(s); !ok || s == "" {
		p.bad(e.line, key, "“"+key+"” phải là chữ", fmt.Sprintf("%q must be text", key))
		return ""
	}
	return s
}

// number reads a whole number from lo to hi, or def when the key is absent.
func (p *fileParser) number(key string, lo, hi, def int) int {
	e, ok := p.keys[key]
	if !ok {
		return def
	}
	if n, ok := e.node.(*ast.IntegerNode); ok {
		var v int
		if yaml.NodeToValue(n, &v) == nil && v >= lo && v <= hi {
			return v
		}
	}
	p.bad(e.line, key, fmt.Sprintf("“%s” phải là số nguyên từ %d đến %d", key, lo, hi), fmt.Sprintf("%q must be a whole number from %d to %d", key, lo, hi))
	return def
}

// oneOf reads one of words, or def when the key is absent.
func (p *fileParser) oneOf(key, def string, words ...string) string {
	e, ok := p.keys[key]
	if !ok {
		return def
	}
	if s, ok := text(e.node); ok && slices.Contains(words, s) {
		return s
	}
	list := strings.Join(words, ", ")
	p.bad(e.line, key, "“"+key+"” phải là một trong: "+list, fmt.Sprintf("%q must be one of: %s", key, list))
	return def
}

// duration reads 1 minute to 90 days, or def when the key is absent.
func (p *fileParser) duration(key string, def time.Duration) time.Duration {
	e, ok := p.keys[key]
	if !ok {
		return def
	}
	if s, ok := text(e.node); ok {
		if d, ok := parseDuration(s); ok && d >= time.Minute && d <= 90*24*time.Hour {
			return d
		}
	}
	p.bad(e.line, key, "“"+key+"” phải là khoảng thời gian như 1d6h30m, từ 1 phút đến 90 ngày", fmt.Sprintf("%q must be a duration like 1d6h30m, from 1 minute to 90 days", key))
	return def
}

// strings reads a list of at least lo and at most hi strings.
func (p *fileParser) strings(key string, lo, hi int) (out []string, lines []int) {
	e, ok := p.keys[key]
	if !ok {
		return nil, nil
	}
	seq, ok := e.node.(*ast.SequenceNode)
	if !ok || len(seq.Values) < lo || len(seq.Values) > hi {
		p.bad(e.line, key, fmt.Sprintf("“%s” phải là danh sách có từ %d mục", key, lo), fmt.Sprintf("%q must be a list of at least %d", key, lo))
		return nil, nil
	}
	for i, v := range seq.Values {
		s, ok := text(v)
		if s = strings.TrimSpace(s); !ok || s == "" {
			path := fmt.Sprintf("%s[%d]", key, i)
			p.bad(line(v), path, "“"+path+"” phải là chữ", fmt.Sprintf("%q must be text", path))
		}
		out, lines = append(out, s), append(lines, line(v))
	}
	return out, lines
}

// query parses one query of the file.
func (p *fileParser) query(at int, path, src string) *query.Query {
	q, err := query.Parse(src, p.lists)
	if err != nil {
		e := err.(*query.Error)
		p.problems = append(p.problems, Problem{File: p.file, Line: at, Column: e.Column, Code: BadQuery, Path: path,
			VI: e.Code + ": " + e.VI, EN: e.Code + ": " + e.EN, Fix: e.FixVI, FixEN: e.FixEN})
		return nil
	}
	return q
}

var idForm = regexp.MustCompile(`^[a-z][a-z0-9-]{2,63}$`)

func (p *fileParser) common() {
	r := p.r
	if r.ID = p.str("id"); r.ID != "" && !idForm.MatchString(r.ID) {
		p.bad(p.keys["id"].line, "id", "id gồm a-z 0-9 -, 3–64 ký tự, bắt đầu bằng chữ", "an id is a-z 0-9 -, 3–64 characters, and starts with a letter")
	}
	r.Version = p.number("version", 1, 1<<30, 0)
	if e, ok := p.keys["title"]; ok {
		p.title(e)
	}
	types := make([]string, 0, len(fields))
	for t := range fields {
		types = append(types, t)
	}
	slices.Sort(types)
	r.Type = p.oneOf("type", "", types...)
	r.Level, _ = news.ParseLevel(p.oneOf("level", "informational", "informational", "low", "medium", "high", "critical"))
	r.Status = p.oneOf("status", "", "experimental", "test", "stable", "deprecated")
	r.Owner, r.Topic = p.str("owner"), p.str("topic")
	r.References, _ = p.strings("references", 1, 50)
	r.FalsePositives, _ = p.strings("falsepositives", 1, 50)
	if e, ok := p.keys["when"]; ok {
		s, isText := text(e.node)
		if !isText {
			p.bad(e.line, "when", "“when” phải là câu lệnh", `"when" must be a query`)
		} else {
			r.When = strings.TrimRight(s, "\n")
			r.when = p.query(e.line, "when", r.When)
		}
	}
	if _, ok := p.keys["replaced_by"]; ok {
		r.ReplacedBy = p.str("replaced_by")
	}
	if e, ok := p.keys["enabled"]; ok {
		b, isBool := e.node.(*ast.BoolNode)
		if isBool {
			r.Enabled = b.Value
		} else {
			p.bad(e.line, "enabled", "“enabled” phải là true hoặc false", `"enabled" must be true or false`)
		}
	}
}

func (p *fileParser) title(e entry) {
	values, ok := mapping(e.node)
	if !ok {
		p.bad(e.line, "title", "“title” phải có vi và en", `"title" must have vi and en`)
		return
	}
	for _, v := range values {
		s, ok := text(v.Value)
		switch k := v.Key.GetToken().Value; {
		case k != "vi" && k != "en":
			p.fail(line(v.Key), BadKey, "title."+k, "Không có khóa “title."+k+"”", fmt.Sprintf("no key %q", "title."+k))
		case !ok || strings.TrimSpace(s) == "":
			p.bad(line(v.Key), "title."+k, "“title."+k+"” phải là chữ", fmt.Sprintf("%q must be text", "title."+k))
		case k == "vi":
			p.r.Title.VI = s
		default:
			p.r.Title.EN = s
		}
	}
	has := func(k string) bool {
		return slices.ContainsFunc(values, func(v *ast.MappingValueNode) bool { return v.Key.GetToken().Value == k })
	}
	for _, k := range []string{"vi", "en"} {
		if !has(k) {
			p.missing(e.line, "title."+k)
		}
	}
}

// typed reads the fields of the rule's type.
func (p *fileParser) typed() {
	r := p.r
	r.Quiet, r.Absent, r.MinWords, r.Distance, r.Floor, r.Distinct, r.Sensitivity = 0, 30*24*time.Hour, 8, 5, 3, "account", "medium"
	if r.Type == "" {
		return
	}
	has := func(k string) bool {
		return slices.Contains(fields[r.Type][0], k) || slices.Contains(fields[r.Type][1], k)
	}
	if has("at_least") {
		lo, hi := 2, 1000
		switch r.Type {
		case "ratio":
			lo, hi = 1, 100
		case "new_term":
			lo = 1
		}
		r.AtLeast = p.number("at_least", lo, hi, 0)
	}
	if has("within") {
		r.Within = p.duration("within", 0)
		r.Quiet = r.Within
	}
	if has("quiet") {
		r.Quiet = p.duration("quiet", r.Within)
	}
	if has("by") {
		by := []string{"topic", "story", "source", "cue"}
		def := ""
		switch r.Type {
		case "spike":
			def = "topic"
		case "silence":
			by, def = []string{"source"}, ""
		case "gap":
			by = []string{"topic", "story"}
		}
		r.By = p.oneOf("by", def, by...)
	}
	switch r.Type {
	case "count":
		r.Distinct = p.oneOf("distinct", "account", "account", "source")
	case "spike":
		r.Sensitivity = p.oneOf("sensitivity", "medium", "low", "medium", "high")
		r.Floor = p.number("floor", 1, 1000, 3)
		r.Quiet = 24 * time.Hour
	case "ratio":
		r.Min = p.number("min", 3, 100000, 3)
		if e, ok := p.keys["share"]; ok {
			r.Share = p.str("share")
			r.share = p.query(e.line, "share", r.Share)
		}
	case "new_term":
		r.Absent = p.duration("absent", 30*24*time.Hour)
		p.newTerm()
	case "coordination":
		r.MinWords = p.number("min_words", 1, 1000, 8)
	case "sequence", "together":
		var lines []int
		r.Steps, lines = p.strings("steps", 2, 5)
		for i, s := range r.Steps {
			r.steps = append(r.steps, p.query(lines[i], fmt.Sprintf("steps[%d]", i), s))
		}
	case "silence":
		r.For = p.duration("for", 0)
	case "contradicts", "outdated":
		p.against()
	case "list":
		p.register()
	case "filter":
		p.filter()
	}
}

// listName reads $name of a list that exists.
func (p *fileParser) listName(key string) (string, bool) {
	e, ok := p.keys[key]
	if !ok {
		return "", false
	}
	s, _ := text(e.node)
	name, ok := strings.CutPrefix(s, "$")
	if !ok {
		p.bad(e.line, key, "“"+key+"” phải là $danh_sách", fmt.Sprintf("%q must be a $list", key))
		return "", false
	}
	if _, ok := p.lists[name]; !ok {
		p.fail(e.line, BadRef, key, "Không có danh sách $"+name, "there is no list $"+name)
		return "", false
	}
	return name, true
}

func (p *fileParser) newTerm() {
	r := p.r
	e, ok := p.keys["terms"]
	if r.Terms, _ = p.scalar("terms"); !ok || r.Terms == "DOCNO" {
		return
	}
	name, ok := p.listName("terms")
	if !ok {
		return
	}
	for _, t := range p.lists[name] {
		q, err := query.Parse("$t", query.Lists{"t": {t}})
		if err != nil {
			p.fail(e.line, BadRef, "terms", "Mục “"+t+"” của $"+name+" không dùng được", fmt.Sprintf("entry %q of $%s cannot be used", t, name))
			continue
		}
		r.terms, r.termNames = append(r.terms, q), append(r.termNames, strings.TrimLeft(t, "~= "))
	}
}

func (p *fileParser) against() {
	r := p.r
	r.Fact = p.str("fact")
	r.Value = strings.ToUpper(p.oneOf("value", "", "money", "num", "percent", "date", "docno", "MONEY", "NUM", "PERCENT", "DATE", "DOCNO"))
	r.Distance = p.number("distance", 0, 10, 5)
	e, ok := p.keys["near"]
	if !ok {
		return
	}
	r.Near = p.str("near")
	if r.Near == "" || r.Value == "" {
		return
	}
	if q, err := query.Parse("("+r.Near+") NEAR/"+strconv.Itoa(r.Distance)+" "+r.Value, p.lists); err == nil {
		r.near = q
		return
	}
	// Name the mistake as the officer wrote it, not in what was made of it.
	if p.query(e.line, "near", r.Near) != nil {
		p.bad(e.line, "near", "“near” chỉ nhận từ, giá trị hoặc nhóm OR", `"near" takes words, values or OR-groups only`)
	}
}

func (p *fileParser) register() {
	r := p.r
	r.Field = p.oneOf("field", "", "source", "site")
	for _, key := range []string{"allow", "deny"} {
		name, ok := p.listName(key)
		if !ok || r.Field == "" {
			continue
		}
		if key == "allow" {
			r.Allow = "$" + name
		} else {
			r.Deny = "$" + name
		}
		q, err := query.Parse(r.Field+":$"+name, p.lists)
		if err != nil {
			p.fail(p.keys[key].line, BadRef, key, "Danh sách $"+name+" rỗng hoặc có mục sai", "list $"+name+" is empty or has a bad entry")
			continue
		}
		r.list = q
	}
}

func (p *fileParser) filter() {
	r := p.r
	var lines []int
	r.Suppress, lines = p.strings("suppress", 1, 1000)
	for i, id := range r.Suppress {
		if id != "*" && (p.known == nil || !p.known(id)) {
			p.fail(lines[i], BadRef, fmt.Sprintf("suppress[%d]", i), "Không có quy tắc “"+id+"”", fmt.Sprintf("there is no rule %q", id))
		}
	}
	r.Reason = p.str("reason")
	day := func(key string) time.Time {
		s := p.str(key)
		t, err := time.ParseInLocation(time.DateOnly, s, ward)
		if s != "" && err != nil {
			p.bad(p.keys[key].line, key, "“"+key+"” phải là ngày như 2026-11-02", fmt.Sprintf("%q must be a day like 2026-11-02", key))
		}
		return t
	}
	r.Created, r.Expires = day("created"), day("expires")
	if r.Created.IsZero() || r.Expires.IsZero() {
		return
	}
	if r.Expires.Before(r.Created) || r.Expires.Sub(r.Created) > 90*24*time.Hour {
		p.fail(p.keys["expires"].line, BadExpiry, "expires", "Bộ lọc phải hết hạn trong vòng 90 ngày", "a filter must expire within 90 days")
	}
	r.Expires = r.Expires.AddDate(0, 0, 1)
}

func (p *fileParser) tests() {
	e, ok := p.keys["tests"]
	if !ok {
		return
	}
	values, ok := mapping(e.node)
	if !ok {
		p.bad(e.line, "tests", "“tests” phải có match và no_match", `"tests" must have match and no_match`)
		return
	}
	found := map[string]bool{}
	for _, v := range values {
		k := v.Key.GetToken().Value
		path := "tests." + k
		found[k] = true
		if k != "match" && k != "no_match" {
			p.fail(line(v.Key), BadKey, path, "Không có khóa “"+path+"”", fmt.Sprintf("no key %q", path))
			continue
		}
		seq, ok := v.Value.(*ast.SequenceNode)
		if !ok {
			p.bad(line(v.Key), path, "“"+path+"” phải là danh sách", fmt.Sprintf("%q must be a list", path))
			continue
		}
		var out []Sample
		for i, n := range seq.Values {
			if s, ok := p.sample(n, fmt.Sprintf("%s[%d]", path, i)); ok {
				out = append(out, s)
			}
		}
		if len(seq.Values) < 3 {
			p.fail(line(v.Key), FewTests, path, "Cần ít nhất 3 ví dụ", "at least 3 samples are needed")
		}
		if k == "match" {
			p.r.Tests.Match = out
			continue
		}
		p.r.Tests.NoMatch = out
		if !slices.ContainsFunc(out, func(s Sample) bool { return s.Criticism }) {
			p.fail(line(v.Key), NoCriticism, path, "Cần ít nhất một ví dụ phê bình chính đáng (criticism: true)", "at least one sample of fair criticism is needed (criticism: true)")
		}
	}
	for _, k := range []string{"match", "no_match"} {
		if !found[k] {
			p.missing(e.line, "tests."+k)
		}
	}
}

// sample reads an item; a bare string is its text.
func (p *fileParser) sample(n ast.Node, path string) (Sample, bool) {
	s := Sample{Line: line(n)}
	if t, ok := text(n); ok {
		s.Item.Text = t
		return s, true
	}
	values, ok := mapping(n)
	if !ok {
		p.bad(line(n), path, "“"+path+"” phải là chữ hoặc một mục", fmt.Sprintf("%q must be text or an item", path))
		return s, false
	}
	for _, v := range values {
		if b, isBool := v.Value.(*ast.BoolNode); isBool && v.Key.GetToken().Value == "criticism" {
			s.Criticism = b.Value
		}
	}
	if err := nodeItem(n, &s.Item); err != nil {
		p.bad(line(n), path, "“"+path+"” không phải là một mục: "+err.Error(), fmt.Sprintf("%q is no item: %v", path, err))
		return s, false
	}
	return s, true
}

// nodeItem reads a YAML mapping as the JSON of an item.
func nodeItem(n ast.Node, into any) error {
	var v any
	if err := yaml.NodeToValue(n, &v); err != nil {
		return err
	}
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}

// open takes in a file that is a mapping; vi and en say so when it is not.
// Keys names those that may stand there, nil is any; none may stand twice. It
// reports whether there is something to go on with.
func (p *fileParser) open(src string, keys []string, vi, en string) bool {
	body, err := parseYAML(src)
	if err != nil {
		p.problems = append(p.problems, yamlProblem(p.file, err))
		return false
	}
	values, ok := mapping(body)
	if !ok {
		p.fail(1, BadYAML, "", vi, en)
		return false
	}
	p.keys = map[string]entry{}
	for _, v := range values {
		k := v.Key.GetToken().Value
		if _, twice := p.keys[k]; twice {
			p.fail(line(v.Key), BadYAML, "", "Khóa “"+k+"” lặp lại", fmt.Sprintf("key %q is repeated", k))
			return false
		}
		p.keys[k] = entry{line(v.Key), v.Value}
		if keys != nil && !slices.Contains(keys, k) {
			p.fail(line(v.Key), BadKey, k, "Không có khóa “"+k+"”", fmt.Sprintf("no key %q", k))
		}
	}
	return true
}

// parseList reads lists/<name>.yaml: name version title terms.
func parseList(file, src string) (name string, terms []string, problems []Problem) {
	p := &fileParser{file: file}
	if !p.open(src, []string{"name", "version", "title", "terms"}, "Tệp phải là các cặp khóa: giá trị", "the file must be a mapping of keys to values") {
		return "", nil, p.problems
	}
	for _, k := range []string{"name", "version", "title", "terms"} {
		if _, ok := p.keys[k]; !ok {
			p.missing(1, k)
		}
	}
	name = p.str("name")
	if name != "" && !regexp.MustCompile(`^[a-z0-9_]+$`).MatchString(name) {
		p.bad(p.keys["name"].line, "name", "Tên danh sách gồm a-z 0-9 _", "a list's name is a-z 0-9 _")
	}
	p.number("version", 1, 1<<30, 0)
	terms, _ = p.strings("terms", 1, 100000)
	return name, terms, p.problems
}
