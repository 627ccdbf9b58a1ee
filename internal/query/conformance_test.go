package query

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"langnghe/internal/news"
)

// TestConformance runs the query cases of the specification.
func TestConformance(t *testing.T) {
	dir := os.Getenv("LANGNGHE_TEST_DATA")
	if dir == "" {
		t.Skip("LANGNGHE_TEST_DATA is not set")
	}
	files, err := filepath.Glob(filepath.Join(dir, "rules_conformance", "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Skipf("no conformance files: %v", err)
	}
	for _, name := range files {
		if base := filepath.Base(name); base == "rule_files.jsonl" || base == "time_axis.jsonl" {
			continue // the rules package runs them
		}
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var c struct {
				Name, Query string
				Lists       Lists
				Item        news.Item
				Reading     *news.Reading
				Want        struct {
					Match     *bool
					Spans     []news.Span
					Error     string
					Column    int
					Canonical string
					Hash      string
				}
			}
			if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
				t.Fatal(err)
			}
			t.Run(c.Name, func(t *testing.T) {
				q, err := Parse(c.Query, c.Lists)
				if c.Want.Error != "" {
					var e *Error
					if !errors.As(err, &e) || e.Code != c.Want.Error || e.Column != c.Want.Column {
						t.Errorf("Parse(%q) = %v, want %s at %d", c.Query, err, c.Want.Error, c.Want.Column)
					}
					return
				}
				if err != nil {
					t.Fatalf("Parse(%q) = %v", c.Query, err)
				}
				if c.Want.Canonical != "" && q.Canonical() != c.Want.Canonical {
					t.Errorf("Canonical(%q)\n got %s\nwant %s", c.Query, q.Canonical(), c.Want.Canonical)
				}
				if c.Want.Hash != "" && q.Hash() != c.Want.Hash {
					t.Errorf("Hash(%q) = %s, want %s", c.Query, q.Hash(), c.Want.Hash)
				}
				again, err := Parse(q.Canonical(), c.Lists)
				if err != nil || again.Canonical() != q.Canonical() || again.Hash() != q.Hash() {
					t.Errorf("canonical form %q of %q reads as %v, %v", q.Canonical(), c.Query, again, err)
				}
				if c.Want.Match == nil {
					return
				}
				c.Item.Reading = c.Reading
				for _, q := range []*Query{q, again} {
					ok, spans := q.Match(NewDoc(&c.Item))
					for i := range spans {
						spans[i].Text = ""
					}
					if ok != *c.Want.Match {
						t.Fatalf("%s on %q: match %v, want %v", q, c.Item.Text, ok, *c.Want.Match)
					}
					if len(spans)+len(c.Want.Spans) > 0 && !cmp.Equal(spans, c.Want.Spans) {
						t.Errorf("%s on %q:\n%s", q, c.Item.Text, cmp.Diff(c.Want.Spans, spans))
					}
				}
			})
		}
		if err := lines.Err(); err != nil {
			t.Fatal(err)
		}
	}
}
