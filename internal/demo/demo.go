// Package demo is the sample world of "langnghe demo": a small web of our
// own (ward portal, newspaper, community page, police warnings, a paper of
// another place), sixty days of it, and the mailbox in which notices arrive.
//
// All of it is invented. The service meets it as it meets the real world:
// over HTTP, through the crawler. What has not been published yet on the
// demo's clock is not on the pages.
package demo

import (
	"bufio"
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed content
var content embed.FS

// Days is how long the replayed history is.
const Days = 60

// A Piece is one thing published on the sample web. Want is what a careful
// officer would decide; the sample staff decides so, and tests hold the
// pipeline against it.
type Piece struct {
	ID     string `json:"id"`
	Site   string `json:"site"` // portal, paper, community, police, elsewhere
	Day    int    `json:"day"`  // 1…Days; Days is the last one
	Time   string `json:"time"` // 15:04
	Story  string `json:"story"`
	Title  string `json:"title"`
	Text   string `json:"text"`
	By     string `json:"by"`     // account code on the community page
	Thread string `json:"thread"` // id of the post that a comment belongs to
	Want   string `json:"want"`
	Stance string `json:"stance"`

	At time.Time `json:"-"` // set by New or, for live ones, when they appear
}

// Zone is where the sample ward lives.
var Zone = func() *time.Location {
	z, err := time.LoadLocation("Asia/Ho_Chi_Minh")
	if err != nil {
		return time.FixedZone("+07", 7*3600)
	}
	return z
}()

// A Clock is the time that the demo's world and service see: set while the
// history is replayed, real afterwards.
type Clock struct {
	mu  sync.Mutex
	set time.Time // zero means real
}

// Now is the time on the clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.set.IsZero() {
		return time.Now()
	}
	return c.set
}

// Set stops the clock at t.
func (c *Clock) Set(t time.Time) { c.mu.Lock(); c.set = t; c.mu.Unlock() }

// Release lets the clock show the real time from now on.
func (c *Clock) Release() { c.mu.Lock(); c.set = time.Time{}; c.mu.Unlock() }

// A World is everything there is to be published.
type World struct {
	Clock  *Clock
	First  time.Time // midnight before the first day
	Last   time.Time // when the replay ends and real time begins
	pieces []*Piece  // by time
	live   []*Piece  // not yet published, in order
	byID   map[string]*Piece
	mu     sync.RWMutex
}

// New loads the content and dates it so that its last day is that of now,
// or the day before when now is earlier than noon and most of today is
// still to come.
func New(now time.Time) (*World, error) {
	w := &World{Clock: new(Clock), byID: map[string]*Piece{}, Last: now}
	local := now.In(Zone)
	last := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, Zone)
	if local.Hour() < 12 {
		last = last.AddDate(0, 0, -1)
	}
	w.First = last.AddDate(0, 0, -(Days - 1))
	files, err := fs.Glob(content, "content/*.jsonl")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		pieces, err := load(f)
		if err != nil {
			return nil, err
		}
		for _, p := range pieces {
			if w.byID[p.ID] != nil {
				return nil, fmt.Errorf("demo: %s: id %s is used twice", f, p.ID)
			}
			w.byID[p.ID] = p
			if path.Base(f) == "live.jsonl" {
				w.live = append(w.live, p)
				continue
			}
			if p.At, err = w.date(p); err != nil {
				return nil, fmt.Errorf("demo: %s: %s: %w", f, p.ID, err)
			}
			w.pieces = append(w.pieces, p)
		}
	}
	slices.SortStableFunc(w.pieces, func(a, b *Piece) int { return a.At.Compare(b.At) })
	w.Clock.Set(w.First)
	return w, nil
}

func (w *World) date(p *Piece) (time.Time, error) {
	hm, err := time.Parse("15:04", p.Time)
	if err != nil || p.Day < 1 || p.Day > Days {
		return time.Time{}, fmt.Errorf("day %d, time %q", p.Day, p.Time)
	}
	d := w.First.AddDate(0, 0, p.Day-1)
	return time.Date(d.Year(), d.Month(), d.Day(), hm.Hour(), hm.Minute(), 0, 0, Zone), nil
}

func load(file string) ([]*Piece, error) {
	data, err := content.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var out []*Piece
	sc := bufio.NewScanner(bytes.NewReader(data))
	sc.Buffer(nil, 1<<20)
	for n := 1; sc.Scan(); n++ {
		if len(bytes.TrimSpace(sc.Bytes())) == 0 {
			continue
		}
		p := new(Piece)
		if err := json.Unmarshal(sc.Bytes(), p); err != nil {
			return nil, fmt.Errorf("demo: %s:%d: %w", file, n, err)
		}
		out = append(out, p)
	}
	return out, sc.Err()
}

// Piece returns what was published under the id.
func (w *World) Piece(id string) (Piece, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	p, ok := w.byID[id]
	if !ok {
		return Piece{}, false
	}
	return *p, true
}

// ByURL returns the piece that a page of the sample web shows.
func (w *World) ByURL(url string) (Piece, bool) {
	url, frag, found := strings.Cut(url, "#")
	if found {
		if p, ok := w.Piece(frag); ok {
			return p, true
		}
	}
	return w.Piece(strings.TrimSuffix(path.Base(url), ".html"))
}

// Len is how many pieces were published so far or dated.
func (w *World) Len() int {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return len(w.pieces)
}

// Publish puts the next live piece on its site now and returns it; false
// when there is none left.
func (w *World) Publish() (Piece, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.live) == 0 {
		return Piece{}, false
	}
	p := w.live[0]
	w.live = w.live[1:]
	p.At = w.Clock.Now()
	w.pieces = append(w.pieces, p)
	return *p, true
}

// Add publishes a piece of a test's own now.
func (w *World) Add(p Piece) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p.At = w.Clock.Now()
	w.byID[p.ID] = &p
	w.pieces = append(w.pieces, &p)
}

// visible are the pieces of a site that are published by now, newest first.
func (w *World) visible(site string) []*Piece {
	now := w.Clock.Now()
	w.mu.RLock()
	defer w.mu.RUnlock()
	var out []*Piece
	for _, p := range slices.Backward(w.pieces) {
		if p.Site == site && !p.At.After(now) {
			out = append(out, p)
		}
	}
	return out
}

// A Paper is an official document of the sample ward, in the form that
// "official facts" reads, with its dates filled in.
type Paper struct {
	Name string // file name
	Data []byte
	From time.Time // in force
}

var (
	dayMark  = regexp.MustCompile(`\{\{(day|ngày) ([+-]?\d+)\}\}`)
	yearMark = regexp.MustCompile(`\{\{year\}\}`)
)

// Papers are the official documents, dated relative to the last day.
func (w *World) Papers() ([]Paper, error) {
	files, err := fs.Glob(content, "content/documents/*.md")
	if err != nil {
		return nil, err
	}
	var out []Paper
	for _, f := range files {
		data, err := content.ReadFile(f)
		if err != nil {
			return nil, err
		}
		text := w.dated(string(data))
		p := Paper{Name: path.Base(f), Data: []byte(text)}
		if m := fromLine.FindStringSubmatch(text); m != nil {
			p.From, _ = time.ParseInLocation("2006-01-02", m[1], Zone)
		}
		out = append(out, p)
	}
	return out, nil
}

var fromLine = regexp.MustCompile(`(?m)^effective_from:\s*"?(\d{4}-\d{2}-\d{2})`)

// longDate writes a date as official papers do (Decree 30/2020: days under
// ten and the months 1 and 2 with a leading zero).
func longDate(d time.Time) string {
	month := strconv.Itoa(int(d.Month()))
	if d.Month() <= 2 {
		month = "0" + month
	}
	return fmt.Sprintf("ngày %02d tháng %s năm %d", d.Day(), month, d.Year())
}

// Pieces is everything published so far or dated, by time.
func (w *World) Pieces() []Piece {
	w.mu.RLock()
	defer w.mu.RUnlock()
	out := make([]Piece, len(w.pieces))
	for i, p := range w.pieces {
		out[i] = *p
	}
	return out
}
