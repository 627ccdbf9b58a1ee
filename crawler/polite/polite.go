// Package polite is the one door to the network: a [Transport] through which
// every request of the crawler goes, whoever makes it and however it was
// reached.
//
// It keeps the promises that we make to the sites: robots.txt is obeyed on
// every hop of a redirect, one request at a time goes to a host and the next
// one waits for the host's pace, a server that says "later" is left alone,
// and we say who we are. And it keeps the promises that we make to ourselves:
// a document is at most so large after decompression and takes at most so
// long, an address inside our own network is refused when it is dialled, and
// text arrives as UTF-8. Waiting ends at once when the request's context does.
package polite

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A Host is what the configuration says of a host.
type Host struct {
	Internal bool          // may have a private address and a pace of its own
	Pace     time.Duration // between the starts of two requests
}

// Options configures a [Transport]. UserAgent is required.
type Options struct {
	// UserAgent is the whole header; its first word up to the slash is the
	// product token that robots.txt is searched for.
	UserAgent string
	Pace      time.Duration          // for hosts that Hosts does not slow down; default 2s, the least for others' hosts
	Timeout   time.Duration          // of one request with its body, waiting not counted; default 30s
	MaxBytes  int64                  // of a body after decompression; default 8 MiB
	Hosts     func(host string) Host // host is host:port as in a URL; may be nil
	Budget    int                    // requests to a host in an hour, robots.txt included; default 600; internal hosts have none
	Turns     Turns                  // of hosts among several processes; nil when this one is alone
	Base      http.RoundTripper      // does the request; default a transport that guards its dialler
	// Clock is told what a host that is not internal says of the time, in an answer that no cache has kept; may be nil.
	Clock func(host string, at time.Time)
	Log   *slog.Logger // default discards
}

// Turns gives one process at a time the turn of a host.
type Turns interface {
	// Take waits until this process has the turn and returns what the last
	// one left; of one that died with it, Last is now. give ends the turn and leaves a record for the next one.
	Take(ctx context.Context, host string) (r Record, give func(Record), err error)
}

// A Record is what one process has to tell the next one of a host.
type Record struct {
	Last  time.Time `json:"last,omitzero"`  // start of the last request
	Until time.Time `json:"until,omitzero"` // not asked before
	Shuts int       `json:"shuts,omitempty"`
	Code  int       `json:"code,omitempty"`

	Slow  time.Duration `json:"slow,omitempty"` // pace since it said "too many requests"
	Eased time.Time     `json:"eased,omitzero"` // when Slow was last set or halved

	Hour  time.Time `json:"hour,omitzero"` // since when Spent counts
	Spent int       `json:"spent,omitempty"`
}

// defaultBudget is how many requests a host gets in an hour at most.
const defaultBudget = 600

// minPace is the least pause between two requests to a host of others.
const minPace = 2 * time.Second

// A Transport is an http.RoundTripper with manners. It is safe for use by
// several goroutines.
type Transport struct {
	o       Options
	product string
	hosts   hosts
}

// New returns a transport, or an error naming the option that is wrong.
func New(o Options) (*Transport, error) {
	product, _, _ := strings.Cut(o.UserAgent, "/")
	product, _, _ = strings.Cut(strings.TrimSpace(product), " ")
	if product == "" {
		return nil, errors.New("polite: UserAgent is required: we say who we are")
	}
	if o.Pace == 0 {
		o.Pace = minPace
	}
	if o.Pace < minPace {
		return nil, fmt.Errorf("polite: Pace %v is below %v; only internal hosts may be faster", o.Pace, minPace)
	}
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 8 << 20
	}
	if o.Budget == 0 {
		o.Budget = defaultBudget
	}
	if o.Hosts == nil {
		o.Hosts = func(string) Host { return Host{} }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Base == nil {
		o.Base = guarded(o.Hosts)
	}
	return &Transport{o: o, product: product}, nil
}

// Forbidden is returned when robots.txt keeps us out, or cannot be read, which
// keeps us out as well.
type Forbidden struct {
	URL string
	Why string // in words
	Err error  // why robots.txt could not be read; nil when it says no
}

func (e *Forbidden) Error() string {
	return fmt.Sprintf("robots.txt keeps us out of %s: %s", e.URL, e.Why)
}

// Unwrap returns why robots.txt could not be read.
func (e *Forbidden) Unwrap() error { return e.Err }

// RetryLater is returned when a host has asked to be left alone, or is in
// trouble, until a time. Status 0 means that it has had its requests of the
// hour and that we leave it alone by ourselves.
type RetryLater struct {
	Host   string
	Status int
	After  time.Duration // from when the error was made
}

func (e *RetryLater) Error() string {
	if e.Status == 0 {
		return fmt.Sprintf("%s has had its requests of this hour; not asked again for %v", e.Host, e.After.Round(time.Second))
	}
	return fmt.Sprintf("%s answered %d; not asked again for %v", e.Host, e.Status, e.After.Round(time.Second))
}

// TooLarge is returned for a document over the limit. Nothing of it is used.
type TooLarge struct {
	URL   string
	Limit int64
}

func (e *TooLarge) Error() string {
	return fmt.Sprintf("%s is larger than %d bytes after decompression", e.URL, e.Limit)
}

// RoundTrip implements http.RoundTripper. The body of the response is in
// memory, decompressed and, if it is text, UTF-8.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close()
	}
	if s := req.URL.Scheme; s != "http" && s != "https" {
		return nil, fmt.Errorf("scheme %q of %s: only http and https are fetched", s, req.URL)
	}
	if req.URL.User != nil {
		return nil, fmt.Errorf("%s: an address with a password is not fetched", req.URL.Redacted())
	}
	h := t.hosts.of(req.URL)
	release, err := t.enter(req.Context(), h)
	if err != nil {
		return nil, err
	}
	defer release()
	if err := h.open(time.Now()); err != nil {
		return nil, err
	}
	rules, err := t.robots(req.Context(), h, req.URL)
	if err != nil {
		return nil, err
	}
	if why := rules.test(req.URL, t.product); why != "" {
		return nil, &Forbidden{URL: req.URL.String(), Why: why, Err: rules.err}
	}
	pace, err := t.admit(req.Context(), h, req.URL.Host, rules)
	if err != nil {
		return nil, err
	}
	res, err := t.do(req, t.o.MaxBytes)
	if err != nil {
		return nil, err
	}
	if later := t.later(h, req.URL.Host, res, pace, retryAfter(res.Header, time.Now())); later != nil {
		return nil, later
	}
	h.fine()
	return res, nil
}

// admit lets a request to a host through when the budget of the hour has one
// left and the pace, which it returns, has passed. Every request comes by
// here, those for robots.txt and for streams too.
func (t *Transport) admit(ctx context.Context, h *host, name string, rules *rules) (pace time.Duration, err error) {
	if err := t.spend(h, name); err != nil {
		return 0, err
	}
	pace = t.pace(name, rules)
	return pace, h.wait(ctx, h.pace(time.Now(), pace))
}

// later shuts a host whose answer asks for a pause, for the time asked or for
// a doubling one when that is 0. It returns nil for any other answer.
func (t *Transport) later(h *host, name string, res *http.Response, pace, asked time.Duration) error {
	switch res.StatusCode {
	default:
		return nil
	case http.StatusTooManyRequests:
		h.slower(time.Now(), pace)
	case http.StatusServiceUnavailable:
	}
	after := h.shut(time.Now(), res.StatusCode, asked)
	t.o.Log.Warn("host asks for a pause", "host", name, "status", res.StatusCode, "after", after)
	return &RetryLater{Host: name, Status: res.StatusCode, After: after}
}

// pace is the pause that the host's policy, our own and its robots.txt ask
// for, whichever is longest. Crawl-delay counts up to a minute: some sites
// ask for hours, which is "no" in other words, and our visits are few.
func (t *Transport) pace(host string, rules *rules) time.Duration {
	p := t.o.Hosts(host)
	pace := max(p.Pace, t.o.Pace)
	if p.Internal && p.Pace > 0 {
		pace = p.Pace
	}
	return max(pace, min(rules.delay(t.product), time.Minute))
}

// do makes one request and reads its body whole.
func (t *Transport) do(req *http.Request, limit int64) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(req.Context(), t.o.Timeout)
	defer cancel()
	out := req.Clone(ctx)
	out.Header.Set("User-Agent", t.o.UserAgent)
	out.Header.Del("Accept-Encoding") // the base transport adds gzip and undoes it
	out.Header.Del("Cookie")
	res, err := t.o.Base.RoundTrip(out)
	if err != nil {
		return nil, t.slow(ctx, req, err)
	}
	defer res.Body.Close()
	if t.o.Clock != nil && res.Header.Get("Age") == "" && !t.o.Hosts(req.URL.Host).Internal {
		if at, err := http.ParseTime(res.Header.Get("Date")); err == nil {
			t.o.Clock(req.URL.Host, at)
		}
	}
	if err := read(res, req.URL, limit); err != nil {
		return nil, t.slow(ctx, req, err)
	}
	res.Request = req
	return res, nil
}

// slow names the time cap when it was the reason.
func (t *Transport) slow(ctx context.Context, req *http.Request, err error) error {
	if ctx.Err() != nil && req.Context().Err() == nil {
		return fmt.Errorf("no whole answer within %v", t.o.Timeout)
	}
	return err
}

// retryAfter reads the header of that name; 0 when there is none.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.Atoi(v); err == nil && n >= 0 {
		return time.Duration(min(n, int(maxShut/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}
