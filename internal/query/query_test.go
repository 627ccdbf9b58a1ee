package query

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"langnghe/internal/lang"
	"langnghe/internal/news"
)

func mustParse(t *testing.T, src string) *Query {
	t.Helper()
	q, err := Parse(src, Lists{"nuoc": {"mất nước", "~cúp nước", "=MN"}, "kinh": {"post", "tip"}})
	if err != nil {
		t.Fatalf("Parse(%q) = %v", src, err)
	}
	return q
}

// show marks the spans of a match in the text.
func show(text string, spans []news.Span) string {
	rs := []rune(text)
	var b strings.Builder
	at := 0
	for _, s := range spans {
		b.WriteString(string(rs[at:s.Start]) + "[" + string(rs[s.Start:s.End]) + "]")
		at = s.End
	}
	return b.String() + string(rs[at:])
}

func TestMatch(t *testing.T) {
	tests := []struct{ query, text, want string }{
		{"mất nước", "Khối 5 mất nước từ sáng", "Khối 5 [mất nước] từ sáng"},
		{"mất nước", "MẤT NƯỚC rồi", "[MẤT NƯỚC] rồi"},
		{"mất nước", "Mất. Nước đâu?", ""},
		{"mất nước", "mat nuoc tu sang", ""},
		{`~"mất nước"`, "mat nuoc tu sang", "[mat nuoc] tu sang"},
		{`~"mất nước"`, norm.NFD.String("khối tôi mất nước"), norm.NFD.String("khối tôi [mất nước]")},
		{"Thái Hoà", "phường Thái Hòa", "phường [Thái Hòa]"},
		{"quý 3", "quí 3", "[quí 3]"},
		{"$nuoc AND khối", "khối 2 cup nuoc", "[khối] 2 [cup nuoc]"},
		{"$nuoc", "MN cả phường", "[MN] cả phường"},
		{"$nuoc", "mn cả phường", ""},
		{"phí vệ sinh NEAR/6 MONEY>=500k", "nghe nói phí vệ sinh lên 500.000 ₫", "nghe nói [phí vệ sinh] lên [500.000] ₫"},
		{"phí vệ sinh NEAR/6 MONEY>=500k", "phí vệ sinh năm trăm nghìn đồng", "[phí vệ sinh] [năm trăm nghìn đồng]"},
		{"MONEY=2500k", "2 triệu rưỡi", "[2 triệu rưỡi]"},
		{"MONEY=100trđ", "giá 100trđ", "giá [100trđ]"},
		{"ATLEAST/2 nước", "nước, nước đâu", "[nước], [nước] đâu"},
		{"SAME(s){vỡ AND đập}", "Vỡ rồi. Đập vỡ!", "Vỡ rồi. [Đập] [vỡ]!"},
		{"SAME(p){vỡ AND đập}", "Vỡ rồi.\nĐập đâu", ""},
		{"2 OF ($nuoc, khối, phường)", "khối 4, phường mình", "[khối] 4, [phường] mình"},
		{"hok AND nước", "hok có nước", "[hok] có [nước]"}, // teencode is a word like any other
		{"mất nác OR cúp nác", "răng mà mất nác miết", "răng mà [mất nác] miết"},
	}
	for _, tt := range tests {
		ok, spans := mustParse(t, tt.query).Match(NewDoc(&news.Item{Text: tt.text}))
		got := ""
		if ok {
			got = show(tt.text, spans)
		}
		if got != tt.want {
			t.Errorf("%s on %q = %q, want %q", tt.query, tt.text, got, tt.want)
		}
	}
}

func TestGrammarEdges(t *testing.T) {
	tests := []struct {
		query  string
		code   string
		column int
	}{
		{"~title:a", BadSyntax, 7},
		{"a AND b OR c \"d\"", Mixed, 9},
		{"x NEAR/3 (a OR (b AND c))", BadOperand, 10},
		{"trường* mầm*", BadWildcard, 7},
		{"SCORE(a AND b:1)>=1", BadSyntax, 9},
		{"SCORE(a:x)>=1", OutOfRange, 9},
		{"source:AND", NoOperand, 8},
		{"source:abc*", BadWildcard, 11},
		{"kind:(post AND tip)", BadSyntax, 12},
		{"kind:(post tip)", NoOperator, 12},
		{"a OF (b)", OutOfRange, 1},
		{"MONEY phí", NoOperator, 7},
		{"$khong", ListUnknown, 1},
		{"\u200b", Empty, 1},
	}
	for _, tt := range tests {
		_, err := Parse(tt.query, nil)
		var e *Error
		if !errors.As(err, &e) || e.Code != tt.code || e.Column != tt.column {
			t.Errorf("Parse(%q) = %v, want %s at %d", tt.query, err, tt.code, tt.column)
		}
	}
}

func TestCaret(t *testing.T) {
	src := "ngập\nAND \"a\" b"
	_, err := Parse(src, nil)
	var e *Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	if got, want := e.Caret(src), "AND \"a\" b\n        ^"; got != want {
		t.Errorf("Caret =\n%s\nwant\n%s", got, want)
	}
	long := strings.Repeat("mất nước OR ", 60)
	for _, tt := range []struct {
		name, src string
		column    int
		want      string
	}{
		{"at the end", "NOT ", 5, "NOT \n    ^"},
		{"at the end of a line", "a AND\nb", 6, "a AND\n     ^"},
		{"decomposed letters take one column", norm.NFD.String("mất ("), len([]rune(norm.NFD.String("mất ("))), norm.NFD.String("mất (") + "\n    ^"},
		{"a mark is under its letter", norm.NFD.String("mất"), 4, norm.NFD.String("mất") + "\n ^"},
		{"emoji take two", "😀😀 (", 4, "😀😀 (\n     ^"},
		{"tabs and escapes are spaces", "a\tb\x1b[2J (", 9, "a b [2J (\n        ^"},
		{"what nobody sees takes no room", "l\u200bừa\u202e (", 7, "lừa (\n    ^"},
		{"carriage returns", "a AND\r\n(", 8, "(\n^"},
		{"outside", "ab", 99, "ab\n  ^"},
		{"the end of a long query", long + "(", len([]rune(long)) + 1, "… OR mất nước OR mất nước OR mất nước OR mất nước OR (\n"},
		{"the beginning of a long query", "(" + long, 1, "(mất nước OR mất nước OR mất …\n^"},
	} {
		e, ok := ErrorAt(NoOperand, tt.column)
		if !ok {
			t.Fatal("no such code")
		}
		got := e.Caret(tt.src)
		if strings.HasPrefix(tt.name, "the end of a long") {
			lines := strings.Split(got, "\n")
			if n := len([]rune(lines[0])); n > caretBefore+caretAfter+4 || []rune(lines[0])[len([]rune(lines[1]))-1] != '(' {
				t.Errorf("%s:\n%s", tt.name, got)
			}
			continue
		}
		if got != tt.want {
			t.Errorf("%s: Caret =\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
	if _, ok := ErrorAt("bad_request", 1); ok {
		t.Error("a code of something else is a mistake of a query")
	}
	for _, m := range catalogue {
		if m.vi == "" || m.en == "" || m.fixVI == "" || m.fixEN == "" {
			t.Errorf("%s lacks a text", m.code)
		}
	}
}

func TestWarnings(t *testing.T) {
	tests := map[string]string{
		"~lũ":              "W_FOLD",
		"~lũ AND mưa":      "",
		"mưa and gió":      "W_LOWERCASE",
		`"mưa and gió"`:    "",
		"~bão AND ~lũ":     "W_FOLD W_FOLD",
		"~lũ OR ngập lụt":  "W_FOLD",
		"~\"vỡ đập\"":      "",
		"kind:post AND ~x": "",
	}
	for src, want := range tests {
		var got []string
		for _, w := range mustParse(t, src).Warnings() {
			got = append(got, w.Code)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("Warnings(%q) = %v, want %q", src, got, want)
		}
	}
}

func TestLenient(t *testing.T) {
	plain := map[string]bool{
		"mất nước khối 5":   true,
		"họp lúc 8:30":      true,
		"vỡ đập AND":        false,
		`"vỡ đập"`:          false,
		"title:ngập":        false,
		"and or not":        true,
		"~vo":               false,
		"NEAR/3":            false,
		"500.000đ, gấp lắm": true,
	}
	for src, want := range plain {
		if got := IsPlain(src); got != want {
			t.Errorf("IsPlain(%q) = %v, want %v", src, got, want)
		}
	}
	tests := []struct{ query, text, want string }{
		{"mat nuoc", "khối 5 mất nước", "khối 5 [mất] [nước]"},
		{"mất nước", "mat nuoc roi", "[mat] [nuoc] roi"},
		{`"mat nuoc"`, "khối 5 mất nước", "khối 5 [mất nước]"},
		{`"mất nuoc"`, "khối 5 mất nước", ""},
		{"bao AND lut", "bão và lụt", "[bão] và [lụt]"},
		{"bão AND lụt", "bao va lut", ""},
	}
	for _, tt := range tests {
		q, err := Lenient(tt.query, nil)
		if err != nil {
			t.Fatal(err)
		}
		ok, spans := q.Match(NewDoc(&news.Item{Text: tt.text}))
		got := ""
		if ok {
			got = show(tt.text, spans)
		}
		if got != tt.want {
			t.Errorf("Lenient(%q) on %q = %q, want %q", tt.query, tt.text, got, tt.want)
		}
	}
	if _, err := Lenient("  !? ", nil); err == nil {
		t.Error("Lenient of signs only is no error")
	}
}

// samples draws a query out of well-formed parts.
func samples(t *rapid.T) string {
	words := []string{"mất", "nước", "đập", "vỡ", "~lũ", `~"vỡ đập"`, "mất nước", "=MN", "$nuoc", "MONEY>=500k", "DATE", "PERCENT", `"đập, nước"`}
	attrs := []string{"kind:post", "source:nhom", "topic:water", "cue:scam", "site:a.vn", "stance:(claim OR report)", "reactions>3", "kind:$kinh"}
	var gen func(depth int, text bool) string
	gen = func(depth int, text bool) string {
		if depth == 0 || rapid.IntRange(0, 3).Draw(t, "leaf") == 0 {
			if !text && rapid.IntRange(0, 3).Draw(t, "attr") == 0 {
				return rapid.SampledFrom(attrs).Draw(t, "attr")
			}
			return rapid.SampledFrom(words).Draw(t, "word")
		}
		sub := func() string { return gen(depth-1, text) }
		switch rapid.IntRange(0, 8).Draw(t, "op") {
		case 0:
			return "(" + sub() + " OR " + sub() + ")"
		case 1, 2:
			return "(" + sub() + " AND " + sub() + ")"
		case 3:
			return "(" + sub() + " AND NOT " + sub() + ")"
		case 4:
			return "(" + rapid.SampledFrom(words).Draw(t, "l") + rapid.SampledFrom([]string{" NEAR/1 ", " ONEAR ", " NEAR "}).Draw(t, "near") + rapid.SampledFrom(words).Draw(t, "r") + ")"
		case 5:
			return "1 OF (" + sub() + ", " + sub() + ")"
		case 6:
			return "SCORE((" + sub() + "):2, (" + sub() + "):-1)>=1"
		case 7:
			if !text {
				return "title:(" + gen(depth-1, true) + ")"
			}
		}
		return "ATLEAST/2 " + rapid.SampledFrom(words[:6]).Draw(t, "word")
	}
	return gen(3, false)
}

var someTexts = []string{
	"Khối 3 mất nước, mất nước hoài", "vo dap roi ba con oi", "Vỡ đập! Nước lũ 600k một hộ", "MN cả ngày 20/11/2026",
	"đập vỡ nước tràn", "", "lũ về giảm 50% phí", "mat nuoc lu lut roi",
}

func someItem(t *rapid.T) *news.Item {
	pick := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(t, name) }
	it := &news.Item{
		Kind: news.Kind(pick("kind", "post", "tip", "article")), Source: pick("source", "nhom", "bao"), URL: pick("url", "", "https://x.a.vn/1"),
		Title: rapid.SampledFrom(someTexts).Draw(t, "title"), Text: rapid.SampledFrom(someTexts).Draw(t, "text"),
		Observed: time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC),
	}
	if rapid.Bool().Draw(t, "read") {
		it.Reading = &news.Reading{Stance: news.Stance(pick("stance", "claim", "complaint")), Topics: []news.Topic{{ID: "water"}}, Cues: []news.Cue{{Family: "scam"}}}
	}
	if rapid.Bool().Draw(t, "counted") {
		it.Counts = &news.Counts{Reactions: 5}
	}
	return it
}

// TestSet checks that the filter loses nothing: a set finds what its queries
// find one by one, and no plan misses a match.
func TestSet(t *testing.T) {
	lists := Lists{"nuoc": {"mất nước", "~cúp nước", "=MN"}, "kinh": {"post", "tip"}}
	rapid.Check(t, func(t *rapid.T) {
		var qs []*Query
		for range rapid.IntRange(1, 6).Draw(t, "n") {
			src := samples(t)
			q, err := Parse(src, lists)
			if err != nil {
				var e *Error
				if !errors.As(err, &e) || e.Code != NoPositive {
					t.Fatalf("Parse(%q) = %v", src, err)
				}
				continue
			}
			again, err := Parse(q.Canonical(), lists)
			if err != nil || again.Canonical() != q.Canonical() || again.Hash() != q.Hash() {
				t.Fatalf("%q prints %q, which reads as %v, %v", src, q.Canonical(), again, err)
			}
			qs = append(qs, q, again)
		}
		it := someItem(t)
		var sample Sample
		sample.Add(NewDoc(it))
		set := NewSet(qs)
		if rapid.Bool().Draw(t, "sampled") {
			set = SetOptions{Sample: &sample}.NewSet(qs)
		}
		d := NewDoc(&news.Item{Title: "mất nước", Text: "phí 500k", URL: "https://b.vn"})
		set.Match(d, func(int) {}) // what is kept of an item must not reach the next
		d.Reset(it)
		got := map[int]bool{}
		set.Match(d, func(i int) { got[i] = true })
		for i, q := range qs {
			ok, spans := q.Match(NewDoc(it))
			if got[i] != ok || ok && !slices.Equal(spans, q.Spans(d)) {
				t.Fatalf("%s on %+v: set %v, alone %v", q, it, got[i], ok)
			}
			plan := q.Plan()
			if found := planFinds(plan, it); ok && !found || plan.Exact && found != ok {
				t.Fatalf("%s on %+v: matches %v, the plan %+v finds it %v", q, it, ok, plan, found)
			}
			if q.TextOnly() && ok != q.Holds(NewDoc(&news.Item{Title: it.Title, Text: it.Text})) {
				t.Fatalf("%s on %+v: needs more than the text", q, it)
			}
			if i%2 == 1 && ok != qs[i-1].Holds(NewDoc(it)) {
				t.Fatalf("%s and its canonical form differ on %+v", qs[i-1], it)
			}
		}
	})
}

// planFinds evaluates a plan the slow way.
func planFinds(p Plan, it *news.Item) bool {
	switch p.Kind {
	case PlanAnd:
		return !slices.ContainsFunc(p.Kids, func(k Plan) bool { return !planFinds(k, it) })
	case PlanOr:
		n := 0
		for _, k := range p.Kids {
			if planFinds(k, it) {
				n++
			}
		}
		return n >= p.Min
	case PlanNot:
		return !planFinds(p.Kids[0], it)
	case PlanPhrase:
		n := &node{kind: term, keys: p.Phrase}
		if p.Fold {
			n.mark, n.foldOne = '~', true
		}
		for _, k := range p.Phrase {
			n.hashes, n.folds = append(n.hashes, lang.Hash(k)), append(n.folds, lang.Hash(k))
		}
		root := n
		switch p.Field {
		case "title":
			root = &node{kind: scope, name: "title", kids: []*node{n}}
		case "text":
			root = &node{kind: scope, name: "body", kids: []*node{n}}
		}
		return (&Query{root: root}).Holds(NewDoc(it))
	case PlanAttr:
		var vs []string
		for _, v := range p.Values {
			vs = append(vs, `"`+v+`"`)
		}
		q, err := Parse(p.Name+":("+strings.Join(vs, " OR ")+")", nil)
		if err != nil {
			panic(err)
		}
		return q.Holds(NewDoc(it))
	}
	return true
}

// FuzzParse checks that whatever is accepted prints a canonical form that
// reads as itself, that errors point into the query and that matching any
// text gives spans that lie in it.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"mất nước", `~"vỡ đập" NEAR/3 MONEY>=500k AND NOT (đính chính OR bác bỏ)`, "2 OF (a, b, $x)", "SCORE(a:1, b:-2)>=1",
		"title:(a OR b)", "SAME(s){a AND b}", "ATLEAST/3 ~$x", `DATE=1/11/2026..30/11/2026`, `DOCNO="12/2026/QĐ-UBND"`, "kind:(post OR tip)",
		"site:$h AND trường*", `MONEY="0,123456 nghìn rưỡi"`, "“a", "((a)", "=QĐ 12.3", "reactions>=3 AND a", "NOT NOT a AND b", "PERCENT=12,5", "ONEAR", "a \ufdfa",
	} {
		f.Add(s, "Mất nước ở khối 3, phí 500k!")
	}
	lists := Lists{"x": {"mất nước", "~lũ", "=MN"}, "h": {"a.vn"}}
	f.Fuzz(func(t *testing.T, src, text string) {
		q, err := Parse(src, lists)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Column < 1 || e.Column > max(len([]rune(src))+1, 1) {
				t.Fatalf("Parse(%q) = %v", src, err)
			}
			if c := e.Caret(src); strings.Count(c, "\n") != 1 {
				t.Fatalf("Caret of %q at %d is %q", src, e.Column, c)
			}
			return
		}
		again, err := Parse(q.Canonical(), lists)
		if err != nil {
			if len([]rune(q.Canonical())) > maxLength {
				return // quotes made it longer
			}
			t.Fatalf("%q prints %q: %v", src, q.Canonical(), err)
		}
		if again.Canonical() != q.Canonical() || again.Hash() != q.Hash() {
			t.Fatalf("%q prints %q, which prints %q", src, q.Canonical(), again.Canonical())
		}
		n := len([]rune(text))
		ok, spans := q.Match(NewDoc(&news.Item{Text: text}))
		if twice, _ := again.Match(NewDoc(&news.Item{Text: text})); twice != ok {
			t.Fatalf("%q and %q differ on %q", src, q.Canonical(), text)
		}
		last := -1
		for _, s := range spans {
			if s.Start <= last && last >= 0 && s.Start < last || s.Start < 0 || s.End <= s.Start || s.End > n {
				t.Fatalf("%q on %q: spans %v", src, text, spans)
			}
			last = s.End
		}
		if planFinds(q.Plan(), &news.Item{Text: text}) == false && ok {
			t.Fatalf("%q on %q: the plan misses it", src, text)
		}
	})
}

func ExampleParse() {
	q, err := Parse(`phí vệ sinh NEAR/6 MONEY>=500k AND NOT (đính chính OR bác bỏ)`, nil)
	fmt.Println(q.Canonical(), err)
	_, err = Parse(`mất nước OR cúp điện AND khối 5`, nil)
	fmt.Println(err)
	// Output:
	// "phí vệ sinh" NEAR/6 MONEY>=500000 AND NOT ("bác bỏ" OR "đính chính") <nil>
	// 22: E_MIXED: AND and OR mixed
}

func BenchmarkSet(b *testing.B) {
	var qs []*Query
	syll := strings.Fields("mất nước vỡ đập phí vệ sinh khối phường đường điện rác chợ trường học sáp nhập đất đai tiền công an lừa đảo hỗ trợ")
	for i := range 10000 {
		w := func(k int) string { return syll[(i*7+k*13+i/31)%len(syll)] + " " + syll[(i*3+k*5+i/17)%len(syll)] }
		src := `~"` + w(1) + `" AND (` + w(2) + ` OR ` + w(3) + `) AND NOT ` + w(4)
		q, err := Parse(src, nil)
		if err != nil {
			b.Fatal(err)
		}
		qs = append(qs, q)
	}
	s := NewSet(qs)
	it := &news.Item{Text: "Khối mình mất nước từ tối qua tới giờ, ai biết khi nào có lại không? Phường nói là sửa đường ống ở chợ mà tới nay chưa xong, dân kêu trời. Trường học cũng không có nước cho các cháu."}
	d := NewDoc(it)
	b.ReportAllocs()
	for b.Loop() {
		d.Reset(it)
		s.Match(d, func(int) {})
	}
}

func TestNearValues(t *testing.T) {
	q := mustParse(t, `~"phí vệ sinh" NEAR/5 MONEY`)
	d := NewDoc(&news.Item{Text: "Tiền điện 70k, phí vệ sinh lên 500.000đ một hộ, không phải 30 nghìn như trước"})
	var got []string
	for _, f := range q.NearValues(d) {
		got = append(got, f.Text+" "+f.Span.Text+" / "+f.Near[0].Text)
		if f.Is("500k") != (f.Text == "500000") {
			t.Errorf("Is(500k) of %s = %v", f.Text, f.Is("500k"))
		}
	}
	if want := []string{"70000 70k / phí vệ sinh", "500000 500.000đ / phí vệ sinh"}; !slices.Equal(got, want) {
		t.Errorf("NearValues = %q, want %q", got, want)
	}
}

func TestAttrs(t *testing.T) {
	q := mustParse(t, "cue:(scam OR fraud) AND NOT area:out_of_area AND (topic:water OR nước)")
	it := &news.Item{Text: "x", Reading: &news.Reading{Cues: []news.Cue{{Family: "scam"}}, Topics: []news.Topic{{ID: "water"}}}}
	if got, want := q.Attrs(NewDoc(it)), []Attr{{"cue", "scam"}, {"topic", "water"}}; !slices.Equal(got, want) {
		t.Errorf("Attrs = %v, want %v", got, want)
	}
}
