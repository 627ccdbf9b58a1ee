package store

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"langnghe/crawler"
	"langnghe/crawler/crawlertest"
)

func TestCrawler(t *testing.T) {
	file := filepath.Join(t.TempDir(), "crawler.db")
	crawlertest.TestStore(t, func(t *testing.T) crawler.Store {
		s, err := OpenCrawler(t.Context(), file)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	})
}

// A destroyed key is on no page of the file nor of its log.
func TestCrawlerKeyIsGone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "crawler.db")
	s, err := OpenCrawler(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	key, err := s.Key(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	holds := func() bool {
		for _, f := range []string{file, file + "-wal"} {
			data, err := os.ReadFile(f)
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			if bytes.Contains(data, key) {
				return true
			}
		}
		return false
	}
	if !holds() {
		t.Fatal("the key is not where the test looks for it")
	}
	if err := s.DropKeys(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	if holds() {
		t.Error("the destroyed key can still be read from the disk")
	}
}
