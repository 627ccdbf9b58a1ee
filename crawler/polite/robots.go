package polite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/temoto/robotstxt"
)

const (
	robotsTTL   = 24 * time.Hour   // RFC 9309 §2.4
	robotsRetry = 10 * time.Minute // after a failure
	robotsSize  = 500 << 10        // §2.5; what is behind it is not read
	robotsHops  = 5                // §2.3.1.2
)

// rules are what one host's robots.txt says.
type rules struct {
	data    *robotstxt.RobotsData
	shut    string // why nothing may be fetched
	err     error  // behind shut
	expires time.Time
}

// test returns why the address may not be fetched, or "".
func (r *rules) test(u *url.URL, product string) string {
	if r.shut != "" {
		return r.shut
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	if path != "/robots.txt" && !r.data.TestAgent(path, product) {
		return "disallowed"
	}
	return ""
}

// delay is the Crawl-delay for us.
func (r *rules) delay(product string) time.Duration {
	if r.data == nil {
		return 0
	}
	if g := r.data.FindGroup(product); g != nil {
		return g.CrawlDelay
	}
	return 0
}

// robots returns the host's rules, fetching them when they are not known or
// old. The caller has the host's turn.
func (t *Transport) robots(ctx context.Context, h *host, u *url.URL) (*rules, error) {
	if hasKey(ctx) {
		data, _ := robotstxt.FromStatusAndBytes(http.StatusNotFound, nil)
		return &rules{data: data}, nil
	}
	key := u.Scheme + "://" + u.Host
	if r := h.rules[key]; r != nil && time.Now().Before(r.expires) {
		return r, nil
	}
	r, err := t.fetchRobots(ctx, h, u)
	if err != nil {
		return nil, err
	}
	h.rules[key] = r
	return r, nil
}

// fetchRobots reads robots.txt as RFC 9309 §2.3.1 says: what cannot be
// reached or answers with a server error keeps us out, what is not there
// lets us in. 429 is counted with the former: who wants fewer requests gets
// none. A failure holds for robotsRetry, or for as long as the host asks; when
// it asks, by 429 or 503, the host is left alone altogether for so long. Only
// the context ends it with an error.
func (t *Transport) fetchRobots(ctx context.Context, h *host, u *url.URL) (*rules, error) {
	at := &url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/robots.txt"}
	away := func(err error) *rules {
		return &rules{shut: err.Error(), err: err, expires: time.Now().Add(robotsRetry)}
	}
	var later error // of our own host
	for range robotsHops + 1 {
		release, to := func() {}, h
		if to = t.hosts.of(at); to != h {
			// Another host's turn is asked for with ours in hand; two hosts
			// that point at each other would wait for ever, so only briefly.
			wait, cancel := context.WithTimeout(ctx, t.o.Timeout)
			var err error
			release, err = t.enter(wait, to)
			cancel()
			if err != nil {
				if ctx.Err() != nil {
					return nil, ctx.Err()
				}
				return away(errors.New("robots.txt redirects to a busy host")), nil
			}
		}
		res, asks, err := t.askRobots(ctx, to, at)
		release()
		if to == h {
			later = asks
		}
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			return away(fmt.Errorf("robots.txt cannot be reached: %w", err)), nil
		}
		if res.StatusCode >= 300 && res.StatusCode < 400 {
			next, err := res.Location()
			if err != nil || next.Scheme != "http" && next.Scheme != "https" {
				break
			}
			at = next
			continue
		}
		if res.StatusCode == http.StatusTooManyRequests || res.StatusCode >= 500 || res.StatusCode < 200 {
			r := away(fmt.Errorf("robots.txt answers %d", res.StatusCode))
			if later != nil {
				r.err = fmt.Errorf("%w: %w", r.err, later)
			}
			r.expires = time.Now().Add(robotsPause(res))
			return r, nil
		}
		return parseRobots(res, time.Now()), nil
	}
	// More redirects than the RFC asks to follow, or one to nowhere: as if
	// there were no file.
	data, _ := robotstxt.FromStatusAndBytes(http.StatusNotFound, nil)
	return &rules{data: data, expires: time.Now().Add(robotsTTL)}, nil
}

// askRobots makes one request for robots.txt to a host whose turn the caller
// has. later is the pause that the host asks for instead; the response stands
// beside it.
func (t *Transport) askRobots(ctx context.Context, h *host, at *url.URL) (res *http.Response, later, err error) {
	if err := h.open(time.Now()); err != nil {
		return nil, nil, err
	}
	pace, err := t.admit(ctx, h, at.Host, &rules{})
	if err != nil {
		return nil, nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, nil, err
	}
	if res, err = t.do(req, t.o.MaxBytes); err != nil {
		return nil, nil, err
	}
	return res, t.later(h, at.Host, res, pace, robotsPause(res)), nil
}

// robotsPause is how long an answer in place of robots.txt holds.
func robotsPause(res *http.Response) time.Duration {
	return max(robotsRetry, min(retryAfter(res.Header, time.Now()), maxShut))
}

func parseRobots(res *http.Response, now time.Time) *rules {
	body, _ := io.ReadAll(io.LimitReader(res.Body, robotsSize)) // from memory
	data, err := robotstxt.FromStatusAndBytes(res.StatusCode, body)
	if err != nil {
		// A file that cannot be parsed at all: the parser is lenient, so
		// this is a page of HTML or binary. It forbids nothing.
		data, _ = robotstxt.FromStatusAndBytes(http.StatusNotFound, nil)
	}
	return &rules{data: data, expires: now.Add(robotsTTL)}
}
