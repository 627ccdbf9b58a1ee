// Package wire is what the channels over HTTP have in common: a client that
// follows no redirect, errors that say whether another try may help and when,
// and messages that never repeat an address, which may hold a key.
package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// MaxAnswer is how much of an answer is read.
const MaxAnswer = 64 << 10

// Client returns a client with bounded patience; zero is 15 seconds.
func Client(timeout time.Duration) *http.Client {
	return ClientWith(timeout, &net.Dialer{Timeout: 5 * time.Second})
}

// ClientWith is Client over a dialer of the caller's.
func ClientWith(timeout time.Duration, dialer *net.Dialer) *http.Client {
	if timeout <= 0 {
		timeout = 15 * time.Second
	}
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, TLSHandshakeTimeout: 5 * time.Second,
			ResponseHeaderTimeout: timeout, IdleConnTimeout: time.Minute, MaxIdleConnsPerHost: 2, ForceAttemptHTTP2: true,
		},
		// What is signed or secret goes where the configuration says.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// An Answer is what the other side said.
type Answer struct {
	Status     int
	StatusText string
	Body       []byte
	After      time.Duration // Retry-After
}

// Do sends the request and reads the answer, whatever its status. The error
// is an [*Error] that may be tried again.
func Do(c *http.Client, req *http.Request) (Answer, error) {
	req.Header.Set("User-Agent", "langnghe")
	res, err := c.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // without the address
		}
		return Answer{}, &Error{Err: fmt.Errorf("%s: %w", req.URL.Host, err)}
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, MaxAnswer))
	if err != nil {
		return Answer{}, &Error{Err: fmt.Errorf("%s: read the answer: %w", req.URL.Host, err)}
	}
	return Answer{Status: res.StatusCode, StatusText: res.Status, Body: body, After: pause(res.Header.Get("Retry-After"), time.Now())}, nil
}

// Failure judges a status that is not 2xx; nil for one that is. 408, 425, 429
// and 5xx may be tried again, all others not, redirects included.
func (a Answer) Failure(host string) error {
	if a.Status/100 == 2 {
		return nil
	}
	return &Error{Err: fmt.Errorf("%s answers %s", host, a.StatusText), Final: !Temporary(a.Status), After: a.After}
}

// Post sends the request and judges the answer by its status alone.
func Post(c *http.Client, req *http.Request) error {
	a, err := Do(c, req)
	if err != nil {
		return err
	}
	return a.Failure(req.URL.Host)
}

// Temporary reports whether another try may end differently.
func Temporary(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return status >= 500
}

// pause reads Retry-After, seconds or a date; what it cannot read is zero.
func pause(s string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(s); err == nil {
		return time.Duration(min(max(n, 0), 24*3600)) * time.Second
	}
	if t, err := http.ParseTime(s); err == nil {
		return min(max(t.Sub(now), 0), 24*time.Hour)
	}
	return 0
}

// An Error is a failed delivery.
type Error struct {
	Err   error
	Final bool
	After time.Duration
}

func (e *Error) Error() string { return e.Err.Error() }

func (e *Error) Unwrap() error { return e.Err }

// Temporary reports whether another try may help.
func (e *Error) Temporary() bool { return !e.Final }

// RetryAfter is the pause that the receiver asked for, or zero.
func (e *Error) RetryAfter() time.Duration { return e.After }

// Final makes an error of one that no further try changes.
func Final(format string, args ...any) error {
	return &Error{Err: fmt.Errorf(format, args...), Final: true}
}

// Safe reports whether an address may carry notices: https, or http to this
// machine.
func Safe(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return errors.New("address is not an https:// address") // not repeated: addresses hold keys
	}
	ip := net.ParseIP(u.Hostname())
	if u.Scheme == "http" && u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return errors.New("address would send notices in the clear; use https://")
	}
	return nil
}

// Public is the dialer's Control for addresses that a person who signed in
// has brought: it connects to public addresses only, so that the service is
// no way into the ward's own network.
func Public(_ context.Context, _, address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	ip := net.ParseIP(host)
	if ip == nil || !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() || shared.Contains(ip) {
		return fmt.Errorf("%s is no public address", host)
	}
	return nil
}

// shared is the address space of carriers (RFC 6598).
var shared = net.IPNet{IP: net.IPv4(100, 64, 0, 0).To4(), Mask: net.CIDRMask(10, 32)}
