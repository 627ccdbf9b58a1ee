// Package crawler listens to the sources: it fetches politely, reads feeds
// and pages into items, and publishes what is new or changed.
//
// Everything that reaches the network goes through one polite transport
// (robots.txt, one request per host at a time, pace, size and time caps,
// private addresses refused). Names of authors are dropped and numbers of
// people redacted before an item leaves the package.
package crawler

import (
	"time"

	"langnghe/crawler/page"
	"langnghe/internal/news"
)

// A Source is one place that the ward listens to, as the config names it.
type Source struct {
	ID        string        `yaml:"id" json:"id"`
	Name      string        `yaml:"name" json:"name"`
	Kind      string        `yaml:"kind" json:"kind"` // feed, page, sitemap, forum, site …
	URL       string        `yaml:"url" json:"url"`
	Platform  string        `yaml:"platform" json:"platform"`       // default web
	Items     news.Kind     `yaml:"items" json:"items"`             // kind of its items; default article
	Zone      string        `yaml:"zone" json:"zone"`               // of times without one; default Asia/Ho_Chi_Minh
	Every     time.Duration `yaml:"every" json:"every"`             // fixed rhythm; default as often as its items come
	Prior     int           `yaml:"prior" json:"prior"`             // points of the area score
	Internal  bool          `yaml:"internal" json:"internal"`       // may live at a private address
	Reference bool          `yaml:"reference" json:"reference"`     // kept whatever its area
	Claims    string        `yaml:"claims" json:"claims,omitempty"` // checks facts: claimreview, vafc or police; needs reference
	FullText  bool          `yaml:"full_text" json:"full_text"`     // the feed carries the whole text; pages are not fetched
	Pace      time.Duration `yaml:"pace" json:"pace"`               // between requests to its host; default 2s, less only when internal
	App       string        `yaml:"app" json:"-"`                   // id of the app that a platform's webhook belongs to
	Quota     int           `yaml:"quota" json:"-"`                 // questions a day with the token; default 8000
	Keys      `yaml:",inline"`
	Select    page.Select `yaml:"select" json:"select,omitzero"` // where the parts of a stubborn site's pages are
}

// A Status is how a source is doing.
type Status struct {
	Source    Source    `json:"source"`
	State     string    `json:"state"` // new, ok, degraded, silent, blocked, empty
	Since     time.Time `json:"since,omitzero"`
	Why       news.Text `json:"why"`
	LastFetch time.Time `json:"last_fetch,omitzero"`
	LastItem  time.Time `json:"last_item,omitzero"`
	Next      time.Time `json:"next,omitzero"`
	Items     int       `json:"items"` // in the last seven days
	Total     int       `json:"total"`
	Failures  int       `json:"failures"`        // in a row
	PerDay    float64   `json:"per_day"`         // items, of late
	Found     string    `json:"found,omitempty"` // address of the listing that was found for a site
}

// A Check is what a source that checks facts has published: its item, and
// the page as it came (nil when the feed carried the whole text).
type Check struct {
	Source Source
	Item   news.Item
	Page   []byte
}

// A FetchRequest asks the crawler to take something in now: a link that a
// person pasted, or items from a file.
type FetchRequest struct {
	URL    string      `json:"url,omitempty"`
	Items  []news.Item `json:"items,omitempty"`
	Source string      `json:"source,omitempty"` // of Items; default "import"
	By     string      `json:"by,omitempty"`
	// Readings keeps the readings that Items bring, and lets them replace items
	// of other sources: for the command line, whose user owns the machine. What
	// comes over the network is read here and stays with its source.
	Readings bool `json:"readings,omitempty"`
}

// A FetchResult says what was taken and what was refused, row by row.
type FetchResult struct {
	Taken   []string  `json:"taken"` // ids
	Refused []Refusal `json:"refused,omitempty"`
}

// A Refusal names the row (from 1) and the reason.
type Refusal struct {
	Row    int    `json:"row"`
	Reason string `json:"reason"`
}
