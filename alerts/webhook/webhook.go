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
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"langnghe/alerts"
	"langnghe/alerts/wire"
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
	return &Channel{opts: o, client: wire.Client(o.Timeout)}
}

// Check reports whether the recipient has an address and a usable secret.
func (c *Channel) Check(r alerts.Recipient) error {
	if err := wire.Safe(r.Address); err != nil {
		return err
	}
	if _, err := signer(r.Secret); err != nil {
		return fmt.Errorf("secret: %w", err)
	}
	return nil
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
			Automatic: a.Kind == "flagged" || a.Kind == "trend",
		},
	})
}

// Send implements [alerts.Channel].
func (c *Channel) Send(ctx context.Context, m alerts.Message) error {
	sign, err := signer(m.To.Secret)
	if err != nil {
		return wire.Final("webhook: secret: %w", err)
	}
	body, err := c.body(m)
	if err != nil {
		return wire.Final("webhook: %w", err)
	}
	now := time.Now() // receivers compare it with their own clocks
	signature, err := sign.Sign(m.ID, now, body)
	if err != nil {
		return wire.Final("webhook: sign: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.To.Address, bytes.NewReader(body))
	if err != nil {
		return wire.Final("webhook: the address is not a URL")
	}
	req.Header.Set("Content-Type", "application/cloudevents+json; charset=utf-8")
	req.Header.Set("User-Agent", "langnghe")
	req.Header.Set(standardwebhooks.HeaderWebhookID, m.ID)
	req.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	req.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	if err := wire.Post(c.client, req); err != nil {
		return fmt.Errorf("webhook: %w", err)
	}
	return nil
}
