package config

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
)

// many is a configuration with n sources in the ways in which people write
// them.
func many(n int) string {
	var b strings.Builder
	b.WriteString("# Nguồn tin của phường\nprofile: long-son-2024\nsources: # nhiều nguồn\n\n  # báo chí\n")
	for i := range n {
		switch i % 3 {
		case 0:
			fmt.Fprintf(&b, "  - {id: s%d, name: \"Trang %d\", url: \"https://s%d.example/rss?a=1&b=2\", every: 6h}\n", i, i, i)
		case 1:
			fmt.Fprintf(&b, "  - id: s%d\n    name: Trang số %d # ghi chú\n    url: https://s%d.example/rss\n\n    select:\n      links: .tin a\n    kind: page\n", i, i, i)
		default:
			fmt.Fprintf(&b, "  - id: s%d\n    name: >-\n      Trang\n      số %d\n    url: 'https://s%d.example/rss'\n# hết mục\n", i, i, i)
		}
	}
	b.WriteString("retention:\n  text_days: 30\n")
	return b.String()
}

// TestLarge: a file with many sources says the same whether it is read in
// parts or as a whole.
func TestLarge(t *testing.T) {
	text := many(3000)
	if len(text) < largeFile {
		t.Fatalf("%d bytes are not large", len(text))
	}
	parts, ok := parseLarge([]byte(text))
	if !ok {
		t.Fatal("an ordinary file is not read in parts")
	}
	whole, err := parseWhole("c.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	(&checker{}).check(&parts, ".")
	if !reflect.DeepEqual(parts, whole) || len(parts.Sources) != 3000 || parts.Retention.TextDays != 30 || parts.Sources[2996].Name != "Trang số 2996" {
		t.Errorf("%d sources, %d as a whole; days %d", len(parts.Sources), len(whole.Sources), parts.Retention.TextDays)
	}
}

// TestLargeMistakes: mistakes in a large file are named with their lines.
func TestLargeMistakes(t *testing.T) {
	defer func(n int) { largeFile = n }(largeFile)
	largeFile = 1
	text := many(30)
	for wrong, want := range map[string]string{
		strings.Replace(text, "id: s27,", "id: s24,", 1):                                                  `is already in use`,
		strings.Replace(text, "id: s28\n", "id: s28\n    colour: red\n", 1):                               "colour",
		strings.Replace(text, "url: https://s28.example", "url: ftp://s28.example", 1):                    "sources[28].url: needs an http:// or https:// address",
		strings.Replace(text, "retention:", "retentoin:", 1):                                              "retentoin",
		strings.Replace(text, "url: 'https://s29.example/rss'", "url: 'https://s29.example/rss'\n  x", 1): "c.yaml:",
		text + "sources: []\n": "sources",
	} {
		_, err := Parse("c.yaml", []byte(wrong))
		var p *Problem
		if !errors.As(err, &p) || p.Line == 0 || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want a line and %q", err, want)
		}
	}
}

// FuzzLarge holds the reading in parts to the reading as a whole.
func FuzzLarge(f *testing.F) {
	f.Add([]byte(many(7)))
	f.Add([]byte("sources:\n- id: aa\n  url: https://x.example/\n- {id: bb,\n   url: https://y.example/}\nprofile: long-son-2024\n"))
	f.Add([]byte("sources:\n  - id: aa\n    name: \"a\n    - b\"\n    url: https://x.example/\n"))
	f.Add([]byte("sources:\n  - &a {id: aa, url: 'https://x.example/'}\n  - *a\n"))
	if data, err := os.ReadFile("../../deploy/example.yaml"); err == nil {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		parts, ok := parseLarge(data)
		if !ok {
			return
		}
		v := &checker{}
		if v.check(&parts, "."); len(v.problems) > 0 {
			return
		}
		whole, err := parseWhole("f.yaml", data)
		if err != nil {
			t.Fatalf("taken in parts, refused as a whole: %v\n%s", err, data)
		}
		if !reflect.DeepEqual(parts, whole) {
			t.Fatalf("in parts %+v\nas a whole %+v\n%s", parts, whole, data)
		}
	})
}
