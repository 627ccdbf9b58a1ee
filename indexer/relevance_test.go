package indexer_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"langnghe/indexer"
	"langnghe/internal/news"
)

func jsonl[T any](t *testing.T, f func(T), path ...string) {
	t.Helper()
	file, err := os.Open(filepath.Join(path...))
	if err != nil {
		t.Skip(err)
	}
	defer file.Close()
	sc := bufio.NewScanner(file)
	sc.Buffer(nil, 16<<20)
	for sc.Scan() {
		var v T
		if err := json.Unmarshal(sc.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		f(v)
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
}

// TestRelevance searches real articles in clusters of one event, among other
// articles, with queries that people wrote.
func TestRelevance(t *testing.T) {
	dir := os.Getenv("LANGNGHE_TEST_DATA")
	if dir == "" {
		t.Skip("LANGNGHE_TEST_DATA is not set")
	}
	r := newRig(t)
	type doc struct{ ID, Title, Summary, Text, Body, Content string }
	var batch []news.Found
	add := func(prefix string) func(doc) {
		return func(d doc) {
			f := news.Found{Keep: true, Item: news.Item{ID: prefix + d.ID, Kind: news.Article, Source: "x", Title: d.Title,
				Text: d.Summary + "\n" + d.Text + d.Body + d.Content, Published: start.Add(-time.Hour)}}
			if batch = append(batch, f); len(batch) == 1000 {
				r.take(batch...)
				batch = nil
			}
		}
	}
	jsonl(t, add(""), dir, "vn_event_clusters_docs", "dev.jsonl")
	jsonl(t, add("other-"), dir, "vn_news_2016", "articles.jsonl")
	r.take(batch...)
	type query struct {
		Query    string
		Nodia    string `json:"query_nodia"`
		Relevant []string
	}
	for _, nodia := range []bool{false, true} {
		var n, mrr, recall float64
		jsonl(t, func(q query) {
			relevant := map[string]bool{}
			for _, id := range q.Relevant {
				relevant[id] = true
			}
			text := q.Query
			if nodia {
				text = q.Nodia
			}
			text = strings.NewReplacer(`"`, " ", "(", " ", ")", " ", "=", " ").Replace(text) // they would make it the language
			first, hits := 0, 0
			for i, id := range ids(r.search(indexer.Query{Text: text, Limit: 10})) {
				if relevant[id] {
					if hits++; first == 0 {
						first = i + 1
					}
				}
			}
			if n++; first > 0 {
				mrr += 1 / float64(first)
			}
			recall += float64(hits) / float64(len(relevant))
		}, dir, "vn_event_clusters_queries", "dev.jsonl")
		t.Logf("without diacritics %v: %v queries, MRR@10 %.3f, R@10 %.3f", nodia, n, mrr/n, recall/n)
		if want := map[bool][2]float64{false: {.965, .955}, true: {.955, .93}}[nodia]; mrr/n < want[0] || recall/n < want[1] {
			t.Errorf("want at least MRR@10 %.3f, R@10 %.3f", want[0], want[1])
		}
	}
}
