package polite

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

type keyed struct{}

// WithKey marks the requests of a context as calls of an interface that its
// owner has given us a key for, or has asked us to call. robots.txt, which
// speaks to crawlers, is not asked; all other manners hold.
func WithKey(ctx context.Context) context.Context {
	return context.WithValue(ctx, keyed{}, true)
}

// hasKey reports whether [WithKey] marked ctx.
func hasKey(ctx context.Context) bool { return ctx.Value(keyed{}) != nil }

// Stream is the transport for a connection that stays open, such as a
// WebSocket: turn, budget, pace, user agent, the pause that a host asks for and
// the guard of the dialler hold as for every request, but the body is left to
// the caller. robots.txt is not asked: a stream is a public interface that its
// owner documents for programs, not a page that a crawler comes upon, and its
// host need not serve files at all.
func (t *Transport) Stream() http.RoundTripper { return stream{t} }

type stream struct{ t *Transport }

// RoundTrip implements http.RoundTripper.
func (s stream) RoundTrip(req *http.Request) (*http.Response, error) {
	t := s.t
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
	pace, err := t.admit(req.Context(), h, req.URL.Host, &rules{})
	if err != nil {
		return nil, err
	}
	out := req.Clone(req.Context())
	out.Header.Set("User-Agent", t.o.UserAgent)
	res, err := t.o.Base.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	if later := t.later(h, req.URL.Host, res, pace, retryAfter(res.Header, time.Now())); later != nil {
		_ = res.Body.Close()
		return nil, later
	}
	h.fine()
	return res, nil
}
