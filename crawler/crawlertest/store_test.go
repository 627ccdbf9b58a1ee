package crawlertest

import (
	"testing"

	"langnghe/crawler"
)

func TestMemory(t *testing.T) {
	m := NewMemory()
	TestStore(t, func(*testing.T) crawler.Store { return m })
}
