// Package webhook delivers alerts to other systems as signed HTTP requests.
//
// The body is a CloudEvents 1.0 event in JSON, the signature is that of
// https://www.standardwebhooks.com. Every try of a message carries the same
// webhook-id, which is the event's id as well; receivers drop what they have
// seen. Answers 2xx are success; 408, 425, 429 and 5xx are temporary and
// their Retry-After is honoured; everything else, redirects included, is
// permanent.
package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"langnghe/alerts"
	"langnghe/internal/news"
)

// Options configures a [Channel]. The zero value works.
type Options struct {
	Source  string        // of the events, default "/langnghe"
	Timeout time.Duration // of a request, default 15 seconds
}

// A Channel posts to the addresses of its recipients.
type Channel struct {
	opts   Options
	client *http.Client
}

var _ alerts.Channel = (*Channel)(nil)

// New returns a channel.
func New(o Options) *Channel {
	if o.Source == "" {
		o.Source = "/langnghe"
	}
	if o.Timeout <= 0 {
		o.Timeout = 15 * time.Second
	}
	transport := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		TLSHandshakeTimeout:   5 * time.Second,
		ResponseHeaderTimeout: o.Timeout,
		IdleConnTimeout:       time.Minute,
		MaxIdleConnsPerHost:   2,
		ForceAttemptHTTP2:     true,
	}
	return &Channel{opts: o, client: &http.Client{
		Transport: transport, Timeout: o.Timeout,
		// A signed message goes where the configuration says and nowhere else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Check reports whether the recipient has an address and a usable secret.
func (c *Channel) Check(r alerts.Recipient) error {
	u, err := url.Parse(r.Address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return errors.New("address is not an https:// address") // not repeated: webhook addresses hold keys
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return errors.New("address would send notices in the clear; use https://")
	}
	if _, err := signer(r.Secret); err != nil {
		return fmt.Errorf("secret: %w", err)
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// signer reads "whsec_" and 24 to 64 bytes in base64.
func signer(secret string) (*standardwebhooks.Webhook, error) {
	if !strings.HasPrefix(secret, "whsec_") {
		return nil, errors.New("must start with whsec_")
	}
	w, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return nil, errors.New("is not base64 after whsec_")
	}
	if n := len(strings.TrimRight(secret[len("whsec_"):], "=")) * 3 / 4; n < 24 || n > 64 {
		return nil, fmt.Errorf("has %d bytes; 24 to 64 are needed (whsec_$(openssl rand -base64 32))", n)
	}
	return w, nil
}

// event is a CloudEvents 1.0 event in the JSON format.
type event struct {
	SpecVersion string    `json:"specversion"`
	ID          string    `json:"id"`
	Source      string    `json:"source"`
	Type        string    `json:"type"`
	Subject     string    `json:"subject"` // the alert's id
	Time        time.Time `json:"time"`
	ContentType string    `json:"datacontenttype"`
	Data        data      `json:"data"`
}

// data is what an alert says. Fields are only ever added.
type data struct {
	Kind      string     `json:"kind"`
	Level     news.Level `json:"level"`
	LevelName string     `json:"level_name"`
	Topic     string     `json:"topic,omitempty"`
	Group     string     `json:"group,omitempty"`
	Subject   string     `json:"subject"`
	Text      string     `json:"text"`
	Link      string     `json:"link,omitempty"`
	Event     time.Time  `json:"event,omitzero"`      // when what it is about happened
	Alerts    []string   `json:"alerts"`              // ids of all that this message tells
	Withdraws string     `json:"withdraws,omitempty"` // id of the event that is taken back
	Automatic bool       `json:"automatic"`           // a machine's suggestion that a person must check
}

// Body writes the event.
func (c *Channel) body(m alerts.Message) ([]byte, error) {
	a := m.Alert
	ids := []string{a.ID}
	for _, o := range m.More {
		ids = append(ids, o.ID)
	}
	return json.Marshal(event{
		SpecVersion: "1.0", ID: m.ID, Source: c.opts.Source, Type: "vn.langnghe.alert." + a.Kind, Subject: a.ID,
		Time: m.At.UTC(), ContentType: "application/json",
		Data: data{
			Kind: a.Kind, Level: a.Level, LevelName: a.Level.String(), Topic: a.Topic, Group: a.Group,
			Subject: m.Subject, Text: m.Text, Link: m.Link, Event: a.Event, Alerts: ids, Withdraws: m.Replies,
			Automatic: a.Kind == "flagged",
		},
	})
}

// Send implements [alerts.Channel].
func (c *Channel) Send(ctx context.Context, m alerts.Message) error {
	sign, err := signer(m.To.Secret)
	if err != nil {
		return &Error{err: fmt.Errorf("webhook: secret: %w", err), final: true}
	}
	body, err := c.body(m)
	if err != nil {
		return &Error{err: fmt.Errorf("webhook: %w", err), final: true}
	}
	now := time.Now() // receivers compare it with their own clocks
	signature, err := sign.Sign(m.ID, now, body)
	if err != nil {
		return &Error{err: fmt.Errorf("webhook: sign: %w", err), final: true}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.To.Address, bytes.NewReader(body))
	if err != nil {
		return &Error{err: errors.New("webhook: the address is not a URL"), final: true}
	}
	req.Header.Set("Content-Type", "application/cloudevents+json; charset=utf-8")
	req.Header.Set("User-Agent", "langnghe")
	req.Header.Set(standardwebhooks.HeaderWebhookID, m.ID)
	req.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	req.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return c.post(req, now)
}

func (c *Channel) post(req *http.Request, now time.Time) error {
	res, err := c.client.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // without the URL, which may hold a key
		}
		return &Error{err: fmt.Errorf("webhook: %s: %w", req.URL.Host, err)}
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10)) // so that the connection is used again
	if res.StatusCode/100 == 2 {
		return nil
	}
	return &Error{
		err:   fmt.Errorf("webhook: %s answers %s", req.URL.Host, res.Status),
		final: !temporary(res.StatusCode),
		after: pause(res.Header.Get("Retry-After"), now),
	}
}

func temporary(status int) bool {
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
	err   error
	final bool
	after time.Duration
}

func (e *Error) Error() string { return e.err.Error() }

func (e *Error) Unwrap() error { return e.err }

// Temporary reports whether another try may help.
func (e *Error) Temporary() bool { return !e.final }

// RetryAfter is the pause that the receiver asked for, or zero.
func (e *Error) RetryAfter() time.Duration { return e.after }
