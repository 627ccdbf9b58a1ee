package rumour

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/net/html"

	"langnghe/internal/calendar"
	"langnghe/internal/lang"
)

// maxReview is the most that a page or file of checks may hold, in bytes.
const maxReview = 4 << 20

// ErrNoReview is returned for data without a check in it.
var ErrNoReview = errors.New("no ClaimReview in it")

// ParseClaimReview reads checks that other people published: schema.org
// ClaimReview as JSON-LD, alone, in a list, in a graph, or in the script
// elements of a web page. What they concluded is kept as they wrote it
// (Says); a verdict of ours is given by a person who cites a document.
func ParseClaimReview(data []byte) ([]Claim, error) {
	if len(data) > maxReview {
		return nil, fmt.Errorf("claim review: %d bytes, at most %d are read", len(data), maxReview)
	}
	trimmed := bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\uFEFF")))
	var blocks [][]byte
	if len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '[') {
		blocks = append(blocks, trimmed)
	} else {
		blocks = scripts(trimmed)
	}
	var out []Claim
	var bad error
	for _, b := range blocks {
		var v any
		if err := json.Unmarshal(b, &v); err != nil {
			bad = fmt.Errorf("claim review: %w", err)
			continue // another block of the page may be whole
		}
		collect(v, 0, func(m map[string]any) {
			if c, ok := reviewed(m); ok {
				out = append(out, c)
			}
		})
	}
	if len(out) == 0 {
		if bad != nil {
			return nil, bad
		}
		return nil, ErrNoReview
	}
	return out, nil
}

// scripts are the JSON-LD blocks of a page.
func scripts(page []byte) (out [][]byte) {
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out
		case html.StartTagToken:
			name, more := z.TagName()
			if string(name) != "script" {
				continue
			}
			ld := false
			for more {
				var k, v []byte
				k, v, more = z.TagAttr()
				ld = ld || string(k) == "type" && strings.EqualFold(strings.TrimSpace(string(v)), "application/ld+json")
			}
			if ld && z.Next() == html.TextToken {
				out = append(out, bytes.Clone(z.Text()))
			}
		}
	}
}

// collect calls see for every object of a document, to a sane depth.
func collect(v any, depth int, see func(map[string]any)) {
	if depth > 12 {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			collect(x, depth+1, see)
		}
	case map[string]any:
		if is(v["@type"], "ClaimReview") {
			see(v)
			return
		}
		for _, x := range v {
			collect(x, depth+1, see)
		}
	}
}

func is(v any, name string) bool {
	switch v := v.(type) {
	case string:
		return v == name || strings.HasSuffix(v, "/"+name)
	case []any:
		for _, x := range v {
			if is(x, name) {
				return true
			}
		}
	}
	return false
}

func reviewed(m map[string]any) (Claim, bool) {
	c := Claim{Source: "claimreview", Text: text(m["claimReviewed"]), URL: link(m["url"]), By: text(m["author"], "name"), Says: text(m["reviewRating"], "alternateName")}
	if c.Says == "" {
		c.Says = text(m["reviewRating"], "name")
	}
	c.Checked = when(text(m["datePublished"]))
	if it, ok := m["itemReviewed"].(map[string]any); ok {
		c.First = when(text(it["datePublished"]))
		if c.Text == "" {
			c.Text = text(it["text"])
		}
	}
	if len([]rune(c.Text)) > 1000 {
		c.Text = string([]rune(c.Text)[:1000])
	}
	return c, c.Text != ""
}

func text(v any, path ...string) string {
	switch v := v.(type) {
	case string:
		if len(path) == 0 || path[len(path)-1] == "name" {
			return strings.Join(strings.Fields(lang.Normalise(v)), " ")
		}
	case []any:
		if len(v) > 0 {
			return text(v[0], path...)
		}
	case map[string]any:
		if len(path) > 0 {
			return text(v[path[0]], path[1:]...)
		}
	}
	return ""
}

// link keeps an address of the web and nothing else.
func link(v any) string {
	s := text(v)
	if l := strings.ToLower(s); strings.HasPrefix(l, "https://") || strings.HasPrefix(l, "http://") {
		return s[:min(len(s), 1000)]
	}
	return ""
}

func when(s string) time.Time {
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02"} {
		if t, err := time.ParseInLocation(form, s, calendar.Zone); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
