package crawlertest

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"langnghe/crawler"
	"langnghe/internal/news"
)

// A World is a web of simulated sites, one feed each, of which a third
// misbehaves in some way. It is the base of a crawler's transport, so that a
// day of it passes in no time under testing/synctest, and it watches what is
// asked of it.
type World struct {
	begin, end time.Time
	hosts      []*simHost
	byName     map[string]*simHost
}

// A fault is what a host does wrong, for a spell or always.
type fault int

const (
	fine       fault = iota
	busy             // answers 503 with Retry-After for two hours
	strict           // answers 429 to who asks within five seconds
	slow             // takes twenty seconds
	hangs            // does not answer at all for three hours
	robotsDown       // robots.txt answers 500 for two hours
	delayed          // asks for a Crawl-delay of ten seconds
	broken           // sends half a document for two hours
	flaky            // drops one connection in five
	hollow           // answers 200 with nothing for two hours
	faults
)

type simHost struct {
	name     string
	fault    fault
	from, to time.Time // of the spell
	perDay   float64
	articles []*article // by time
	pace     time.Duration

	mu       sync.Mutex
	requests int
	running  int
	last     time.Time
	tooFast  int // requests before the pace allowed
	together int // requests at the same time as another
}

type article struct {
	host *simHost
	at   time.Time
	seen time.Time
}

// listed is how many articles a feed lists.
const listed = 20

// NewWorld makes a world of so many hosts, always the same for a seed, whose
// day begins at begin and lasts so long. How much a host publishes follows a
// log-normal law: a median of four articles a day, some with a hundred.
func NewWorld(seed uint64, hosts int, begin time.Time, long time.Duration) *World {
	w := &World{begin: begin, end: begin.Add(long), byName: map[string]*simHost{}}
	r := rand.New(rand.NewPCG(seed, 7))
	for i := range hosts {
		h := &simHost{name: fmt.Sprintf("h%d.example", i), perDay: min(4*math.Exp(1.2*r.NormFloat64()), 300), pace: 2 * time.Second}
		if i%3 == 0 {
			h.fault = 1 + fault(i/3)%(faults-1)
			spell := 2 * time.Hour
			if h.fault == hangs {
				spell = 3 * time.Hour
			}
			spell = min(spell, long/6)
			h.from = begin.Add(time.Duration(r.Int64N(int64(long * 2 / 3))))
			h.to = h.from.Add(spell)
			if h.fault == delayed {
				h.pace = 10 * time.Second
			}
		}
		gap := float64(24*time.Hour) / h.perDay
		for at := begin.Add(-7 * 24 * time.Hour); ; {
			at = at.Add(time.Duration(r.ExpFloat64() * gap))
			if !at.Before(w.end) {
				break
			}
			h.articles = append(h.articles, &article{host: h, at: at})
		}
		w.hosts = append(w.hosts, h)
		w.byName[h.name] = h
	}
	return w
}

// Sources are one source for each host.
func (w *World) Sources() []crawler.Source {
	out := make([]crawler.Source, len(w.hosts))
	for i, h := range w.hosts {
		out[i] = crawler.Source{ID: fmt.Sprint("s", i), URL: "http://" + h.name + "/rss.xml"}
	}
	return out
}

// Publish is the crawler's: it notes when each article was seen.
func (w *World) Publish(_ context.Context, found []news.Found) error {
	now := time.Now()
	for _, f := range found {
		name, rest, _ := strings.Cut(strings.TrimPrefix(f.Item.URL, "http://"), "/")
		h := w.byName[name]
		var n int
		if _, err := fmt.Sscanf(rest, "tin/bai-%d.html", &n); err != nil || h == nil || n >= len(h.articles) {
			return fmt.Errorf("an item with the address %s", f.Item.URL)
		}
		h.mu.Lock()
		if a := h.articles[n]; a.seen.IsZero() {
			a.seen = now
		}
		h.mu.Unlock()
	}
	return nil
}

// RoundTrip implements http.RoundTripper.
func (w *World) RoundTrip(req *http.Request) (*http.Response, error) {
	h := w.byName[req.URL.Host]
	if h == nil {
		return nil, fmt.Errorf("no such host: %s", req.URL.Host)
	}
	now := time.Now()
	h.mu.Lock()
	since := now.Sub(h.last)
	if !h.last.IsZero() && since < h.pace && !(h.fault == delayed && h.requests == 1) { // the first wait is for robots.txt, which names the delay
		h.tooFast++
	}
	if h.running > 0 {
		h.together++
	}
	h.last = now
	h.requests++
	n := h.requests
	h.running++
	h.mu.Unlock()
	defer func() { h.mu.Lock(); h.running--; h.mu.Unlock() }()
	spell := !now.Before(h.from) && now.Before(h.to)
	takes := 150 * time.Millisecond
	switch {
	case h.fault == slow:
		takes = 20 * time.Second
	case h.fault == hangs && spell:
		takes = time.Hour
	}
	select {
	case <-time.After(takes):
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
	switch {
	case h.fault == flaky && lot(h.name, n) < 20:
		return nil, io.ErrUnexpectedEOF
	case h.fault == strict && since < 5*time.Second && n > 2:
		return respond(req, 429, "", "Retry-After", "60"), nil
	case h.fault == busy && spell:
		return respond(req, 503, "", "Retry-After", "1800"), nil
	}
	if req.URL.Path == "/robots.txt" {
		switch {
		case h.fault == robotsDown && spell:
			return respond(req, 500, ""), nil
		case h.fault == delayed:
			return respond(req, 200, "User-agent: *\nCrawl-delay: 10\n"), nil
		}
		return respond(req, 404, ""), nil
	}
	if req.URL.Path == "/rss.xml" {
		return h.feed(req, now, spell), nil
	}
	var k int
	if _, err := fmt.Sscanf(req.URL.Path, "/tin/bai-%d.html", &k); err != nil || k >= len(h.articles) {
		return respond(req, 404, ""), nil
	}
	tag := fmt.Sprintf(`"%d"`, k)
	if req.Header.Get("If-None-Match") == tag {
		return respond(req, 304, ""), nil
	}
	return respond(req, 200, fmt.Sprintf(`<html><body><article><h1>Bài số %d của %s</h1><p>Nội dung bài viết số %d về chuyện trong phường, dài vừa đủ để là một đoạn văn của tờ báo.</p><p>Đoạn thứ hai nói thêm vài điều bà con cần biết về việc này trong tuần.</p></article></body></html>`, k, h.name, k),
		"Content-Type", "text/html; charset=utf-8", "ETag", tag), nil
}

func (h *simHost) feed(req *http.Request, now time.Time, spell bool) *http.Response {
	n, _ := slices.BinarySearchFunc(h.articles, now, func(a *article, t time.Time) int { return a.at.Compare(t) })
	if spell && h.fault == hollow {
		return respond(req, 200, `<rss version="2.0"><channel></channel></rss>`, "Content-Type", "application/rss+xml")
	}
	tag := fmt.Sprintf(`"n%d"`, n)
	if h.fault != flaky && req.Header.Get("If-None-Match") == tag {
		return respond(req, 304, "")
	}
	var b strings.Builder
	b.WriteString(`<rss version="2.0"><channel><title>` + h.name + `</title>`)
	for i := n - 1; i >= max(0, n-listed); i-- {
		fmt.Fprintf(&b, `<item><title>Bài số %d của %s</title><link>http://%s/tin/bai-%d.html</link><guid>%d</guid><pubDate>%s</pubDate><description>Tóm tắt bài số %d.</description></item>`,
			i, h.name, h.name, i, i, h.articles[i].at.Format(time.RFC1123Z), i)
		if spell && h.fault == broken {
			return respond(req, 200, b.String()+"<item><ti", "Content-Type", "application/rss+xml")
		}
	}
	b.WriteString(`</channel></rss>`)
	return respond(req, 200, b.String(), "Content-Type", "application/rss+xml", "ETag", tag)
}

// lot draws from 0 to 99, always the same for a host's request.
func lot(name string, n int) int {
	h := fnv.New32a()
	fmt.Fprint(h, name, n)
	return int(h.Sum32() % 100)
}

func respond(req *http.Request, status int, body string, header ...string) *http.Response {
	h := http.Header{}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: h,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: req}
}

// A Report is how a crawler did in a world.
type Report struct {
	Requests int
	Ideal    float64  // requests of a crawler that knows how much each host publishes; see ideal
	TooFast  int      // requests before their host's pace allowed
	Together int      // requests at the same time as another one to the host
	Articles int      // published in the day, but for its last hour
	Hidden   int      // of them, off their feed's list before the host could be read again: nobody can see those
	Unseen   int      // of the others, not seen
	Why      []string // of each unseen one: host, fault, when and for how long it was listed
	Median   time.Duration
	P95      time.Duration // from when the host could first serve the article until it was seen
	Lost     []string      // hosts of whose articles of the last hours none was seen, though there are some
}

// Report tells how it went.
func (w *World) Report() Report {
	var r Report
	var waits []time.Duration
	last := w.end.Add(-time.Hour)
	for _, h := range w.hosts {
		r.Requests += h.requests
		r.TooFast += h.tooFast
		r.Together += h.together
		late, got := 0, 0
		for i, a := range h.articles {
			if a.at.Before(w.begin) || a.at.After(last) {
				continue
			}
			r.Articles++
			until := w.end
			if i+listed < len(h.articles) {
				until = h.articles[i+listed].at
			}
			if a.seen.IsZero() && stops(h.fault) && !a.at.Before(h.from) && !until.After(h.to) {
				r.Hidden++
				continue
			}
			could := a.at
			if stops(h.fault) && !a.at.Before(h.from) && a.at.Before(h.to) {
				could = h.to
			}
			if could.After(h.to.Add(2 * time.Hour)) {
				late++
				if !a.seen.IsZero() {
					got++
				}
			}
			if a.seen.IsZero() {
				r.Unseen++
				r.Why = append(r.Why, fmt.Sprintf("%s (fault %d, %.0f a day): published %v into the day, listed for %v, could be read for %v of it",
					h.name, h.fault, h.perDay, a.at.Sub(w.begin).Round(time.Second), until.Sub(a.at).Round(time.Second), until.Sub(could).Round(time.Second)))
				waits = append(waits, w.end.Sub(could))
				continue
			}
			waits = append(waits, max(a.seen.Sub(could), 0))
		}
		if late > 0 && got == 0 {
			r.Lost = append(r.Lost, h.name)
		}
	}
	slices.Sort(waits)
	if len(waits) > 0 {
		r.Median, r.P95 = waits[len(waits)/2], waits[len(waits)*95/100]
	}
	r.Ideal = w.ideal()
	return r
}

// stops reports whether a fault keeps everybody from a host for its spell.
func stops(f fault) bool {
	return f == busy || f == hangs || f == robotsDown || f == broken || f == hollow
}

// ideal counts the requests that nobody can do without who wants 95 of 100
// articles within ten minutes and knows in advance how much each host
// publishes: robots.txt once a day; each article's page, and the look at it
// after an hour that finds edits; and the listing every ten minutes where
// that brings the most articles for its requests, every hour elsewhere, of
// whose articles a sixth comes in time by luck.
func (w *World) ideal() float64 {
	long := w.end.Sub(w.begin)
	sum, total := 0.0, 0.0
	hosts := slices.Clone(w.hosts)
	slices.SortFunc(hosts, func(a, b *simHost) int { return int(math.Copysign(1, b.perDay-a.perDay)) })
	for _, h := range hosts {
		total += h.perDay
		sum++ // robots.txt
		n, _ := slices.BinarySearchFunc(h.articles, w.begin, func(a *article, t time.Time) int { return a.at.Compare(t) })
		backlog := min(n, listed)
		for _, a := range h.articles[n-backlog:] {
			sum++
			if later := a.at.Add(time.Hour); later.Before(w.end) {
				sum++
			}
		}
	}
	often, seldom := float64(long/(10*time.Minute)), float64(long/time.Hour)
	inTime := total / 6
	for _, h := range hosts {
		if inTime < .95*total {
			inTime += h.perDay * 5 / 6
			sum += often
		} else {
			sum += seldom
		}
	}
	return sum
}
