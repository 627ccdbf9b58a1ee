package crawler

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"langnghe/crawler/charset"
	"langnghe/crawler/polite"
	"langnghe/internal/news"
)

// ParseOptions says what a saved document cannot say itself.
type ParseOptions struct {
	Zone   *time.Location // of times without one; default Asia/Ho_Chi_Minh
	Now    time.Time      // when it was fetched; default the current time
	Source Source         // whose document it is; its Kind is not used
}

// parseLimit is the size over which a saved document is refused.
const parseLimit = 64 << 20

// Parse reads a saved document of one of [Kinds] into items, exactly as the crawler would but for what it would
// fetch in addition: an item of a listing has the listing's text, which may
// be empty. Pseudonyms are of a key that is thrown away.
//
// What could be read is returned with the error when the rest could not.
func Parse(as, address string, data []byte, o ParseOptions) ([]news.Item, error) {
	read := readers[as]
	if read == nil {
		return nil, fmt.Errorf("crawler: cannot read a document as %q; use one of %s", as, strings.Join(Kinds, ", "))
	}
	s := o.Source
	s.Kind = as
	if s.ID == "" {
		s.ID = "parse"
	}
	s, err := defaults(s)
	if err != nil {
		return nil, fmt.Errorf("crawler: %w", err)
	}
	c := reading{source: s, zone: o.Zone, now: o.Now, saved: true}
	if c.now.IsZero() {
		c.now = time.Now()
	}
	if c.zone == nil {
		if c.zone, err = time.LoadLocation(s.Zone); err != nil {
			return nil, fmt.Errorf("crawler: zone %q: %w", s.Zone, err)
		}
	}
	if address != "" {
		if c.url, err = url.Parse(address); err != nil || c.url.Host == "" {
			return nil, fmt.Errorf("crawler: url %q: needs a whole http:// or https:// address", address)
		}
	}
	if data, err = polite.Inflate(data, parseLimit); err != nil {
		return nil, fmt.Errorf("crawler: %s: %w", address, err)
	}
	list, readErr := read.read(charset.UTF8(data, ""), c)
	v := &voices{now: c.now, own: channels(s, Source{URL: address})}
	items := make([]news.Item, 0, len(list.leads))
	for _, l := range list.leads {
		it, err := finish(context.Background(), l, c, v)
		if err != nil && !errors.Is(err, errNoText) {
			return items, fmt.Errorf("crawler: %w", err)
		}
		items = append(items, it)
	}
	if readErr != nil {
		return items, fmt.Errorf("crawler: %s: %w", address, readErr)
	}
	return items, nil
}
