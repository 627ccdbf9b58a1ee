package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"langnghe/crawler"
)

// runDiscover looks for what a site offers to listen to, and prints it as a
// source of the configuration.
func runDiscover(ctx context.Context, c *call) error {
	var contact, id string
	var asJSON, internal bool
	fs, err := c.flags("zone", func(fs *flag.FlagSet) {
		fs.StringVar(&contact, "contact", "", "`address` or page at which the site's owner can reach you")
		fs.StringVar(&id, "id", "", "`id` of the source to print; default from the host")
		fs.BoolVar(&asJSON, "json", false, "print the offers as JSON Lines")
		fs.BoolVar(&internal, "internal", false, "the site is our own and may live at a private address")
	})
	if err != nil {
		return err
	}
	if fs.NArg() != 1 {
		return usagef("needs the address of one site")
	}
	zone, err := time.LoadLocation(c.zone)
	if err != nil {
		return usagef("there is no time zone %q", c.zone)
	}
	address := fs.Arg(0)
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	fmt.Fprintln(c.err, "Đang hỏi trang, mỗi yêu cầu cách nhau 2 giây… / Asking the site, a request every 2 seconds…")
	offers, err := crawler.Discover(ctx, crawler.DiscoverOptions{URL: address, Contact: contact, Zone: zone, Internal: internal})
	if err != nil {
		return err
	}
	if asJSON {
		enc, flush := jsonLines(c.out)
		for _, o := range offers {
			if err := enc.Encode(o); err != nil {
				return err
			}
		}
		return flush()
	}
	w := tabwriter.NewWriter(c.err, 0, 4, 2, ' ', 0)
	for _, o := range offers {
		state := fmt.Sprintf("%d mục/items", o.Items)
		if !o.Newest.IsZero() {
			state += ", mới nhất/newest " + o.Newest.In(zone).Format("02/01/2006 15:04")
		}
		if o.Error != "" {
			state = "✗ " + o.Error
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t(%s)\n", o.Kind, o.URL, state, o.Why)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(offers) == 0 || offers[0].Error != "" || offers[0].Items == 0 {
		return fmt.Errorf("%s: không tìm thấy RSS, sitemap hay trang danh sách nào (nothing to listen to was found)", address)
	}
	best := offers[0]
	if id == "" {
		id = sourceID(address)
	}
	// JSON strings are YAML strings: whatever the address holds stays one.
	quoted, err := json.Marshal(best.URL)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "  - id: %s\n    kind: %s\n    url: %s\n", id, best.Kind, quoted)
	return nil
}

// sourceID makes an id of a host: letters, digits and dashes.
func sourceID(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	host, _, _ := strings.Cut(rest, "/")
	host = strings.TrimPrefix(strings.ToLower(host), "www.")
	id := strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, host), "-")
	if id == "" || id[0] < 'a' {
		id = "s-" + id
	}
	return id[:min(len(id), 40)]
}
