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
// WebSocket: turn, pace, user agent and the guard of the dialler hold as for
// every request, but the body is left to the caller.
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
	if err := h.wait(req.Context(), max(t.o.Hosts(req.URL.Host).Pace, 0)); err != nil {
		return nil, err
	}
	out := req.Clone(req.Context())
	out.Header.Set("User-Agent", t.o.UserAgent)
	res, err := t.o.Base.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	switch res.StatusCode {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		_ = res.Body.Close()
		after := h.shut(time.Now(), res.StatusCode, retryAfter(res.Header, time.Now()))
		return nil, &RetryLater{Host: req.URL.Host, Status: res.StatusCode, After: after}
	}
	h.fine()
	return res, nil
}
