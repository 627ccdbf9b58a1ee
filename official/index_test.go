package official

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"langnghe/internal/lang"
)

// plainAbout says by the definition how much of a claim a statement is about:
// concept by concept, by looking for it in the statement, its line, its
// heading, the title and the rest of the document.
func (c *Checker) plainAbout(s *said, st *statement, at int, memo map[string][]bool) (share float64, own int) {
	total, hit, above := 0.0, 0.0, 0
	for _, m := range s.means {
		has := memo[m.fold] // of each statement: it has the concept
		if has == nil {
			for _, x := range c.sts {
				has = append(has, slices.ContainsFunc(slices.Concat(x.means, x.head), func(o mean) bool { return o.fold == m.fold }))
			}
			memo[m.fold] = has
		}
		seen, inDoc := 0, slices.ContainsFunc(slices.Concat(c.title[st.doc], c.issuer[st.doc]), func(o mean) bool { return o.fold == m.fold })
		for i, yes := range has {
			if yes {
				seen++
				inDoc = inDoc || c.sts[i].doc == st.doc
			}
		}
		g := c.rarity(seen)
		if at >= 0 && s.chunk[m.at] != s.chunk[at] {
			g *= 0.5
			if !inDoc {
				g *= 0.5
			}
		}
		elsewhere := at >= 0 && s.part[m.at] != s.part[at]
		if !elsewhere {
			total += g
		}
		switch {
		case elsewhere && (contains(st.means, m) || contains(st.line, m) || contains(st.head, m) || contains(c.title[st.doc], m)):
			total, hit = total+g/2, hit+g/2
		case elsewhere:
		case contains(st.means, m):
			hit += g
			own++
		case contains(st.line, m):
			hit += 0.85 * g
			above++
		case contains(st.head, m):
			hit += 0.75 * g
			above++
		case contains(c.title[st.doc], m):
			hit += 0.65 * g
			above++
		case inDoc:
			hit += 0.2 * g
		}
	}
	if total == 0 || s.long && own+above < enoughSame {
		return 0, 0
	}
	return hit / total, own
}

// TestIndex compares the index with the definition, on claims put together
// from the words of others: every statement gets the same share, and those
// without a row have nothing of what the claim says.
func TestIndex(t *testing.T) {
	files, err := filepath.Glob("testdata/world/*.md")
	if err != nil || len(files) == 0 {
		t.Fatal("no documents", err)
	}
	var docs []Document
	var texts []string
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d, err := ParseDocument(file, data)
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, d)
		texts = append(texts, strings.Split(d.Text, "\n")...)
	}
	data, err := os.ReadFile("testdata/world/claims.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(data), "\n") {
		texts = append(texts, line[strings.LastIndexByte(line, '\t')+1:])
	}
	c := NewChecker(docs)
	r := rand.New(rand.NewPCG(1, 9))
	rows, memo := 0, map[string][]bool{}
	for n := range 60 {
		a, b := strings.Fields(texts[r.IntN(len(texts))]), strings.Fields(texts[r.IntN(len(texts))])
		for i := range a {
			if len(b) > 0 && r.IntN(4) == 0 {
				a[i] = b[r.IntN(len(b))]
			}
		}
		text := strings.Join(a, " ")
		if n%4 == 0 {
			text = lang.Fold(strings.ToLower(text))
		}
		s := understand(Claim{Text: text, At: "2026-09-10"})
		s.values = slices.DeleteFunc(s.values, func(v value) bool { return v.kind == label })
		done := c.place(&s, n%5 == 0)
		at := -1
		if n%3 > 0 && len(s.words) > 0 {
			at = r.IntN(len(s.words))
		}
		row := 0
		for i := range c.sts {
			share, own := c.plainAbout(&s, &c.sts[i], at, memo)
			if row < len(s.near) && s.near[row] == int32(i) {
				got, gotOwn := c.about(&s, row, at, nil).share(&s)
				if got != share || gotOwn != own {
					t.Errorf("%q beside %q: %v, %d; want %v, %d", text, c.sts[i].text, got, gotOwn, share, own)
				}
				row++
				continue
			}
			if own > 0 {
				t.Errorf("%q has no row for %q", text, c.sts[i].text)
			}
		}
		rows += row
		done()
	}
	if rows < 1000 {
		t.Errorf("only %d rows were compared", rows)
	}
}

// Two papers that each say they replace the other are a mistake that must not
// hold the service up.
func TestReplaceEachOther(t *testing.T) {
	doc := func(no, replaces, from string) Document {
		return Document{No: no, Supersedes: replaces, Date: from, From: from, Title: "Giá gửi xe ở chợ", Text: "Gửi xe máy ở chợ: 5.000 đồng/lượt."}
	}
	c := NewChecker([]Document{doc("1/TB-UBND", "3/TB-UBND", "2026-01-01"), doc("2/TB-UBND", "1/TB-UBND", "2026-02-01"), doc("3/TB-UBND", "2/TB-UBND", "2026-03-01")})
	for _, day := range []string{"2025-12-31", "2026-01-15", "2026-02-15", "2026-06-01"} {
		if f := c.Check(Claim{Text: "gửi xe máy ở chợ 5.000 đồng một lượt", At: day}); f.Verdict == "contradicts" {
			t.Errorf("%s: %+v", day, f)
		}
	}
}
