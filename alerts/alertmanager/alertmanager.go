// Package alertmanager hands notices to a Prometheus Alertmanager through its
// API v2, for those who run one: its routes, silences and receivers then do
// the rest. A recipient's address is the server's, "https://am.example:9093".
//
// A notice is an alert whose labels are its kind, level, topic and group, so
// that the same group is one alert there; a withdrawal ends it. Titles and
// texts are annotations, never labels.
package alertmanager

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"langnghe/alerts"
	"langnghe/alerts/wire"
	"langnghe/internal/news"
)

// Options of a [Channel]. The zero value works.
type Options struct {
	Timeout time.Duration // of a request, default 15 seconds
	Lasts   time.Duration // how long an alert stands that nobody withdraws, default 4 hours
}

// A Channel posts to the Alertmanagers of its recipients.
type Channel struct {
	opts   Options
	client *http.Client
}

var _ alerts.Channel = (*Channel)(nil)

// New returns a channel.
func New(o Options) *Channel {
	if o.Lasts <= 0 {
		o.Lasts = 4 * time.Hour
	}
	return &Channel{opts: o, client: wire.Client(o.Timeout)}
}

// Check reports whether the recipient has an address.
func (c *Channel) Check(r alerts.Recipient) error { return wire.Safe(r.Address) }

// A posted alert, as the API wants it.
type posted struct {
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"`
	GeneratorURL string            `json:"generatorURL,omitempty"`
}

func (c *Channel) body(m alerts.Message) ([]byte, error) {
	var out []posted
	for i, a := range append([]news.Alert{m.Alert}, m.More...) {
		key := a.Group
		if key == "" {
			if key = a.ID; a.Withdraw != "" {
				key = a.Withdraw
			}
		}
		p := posted{
			Labels:      map[string]string{"alertname": "Langnghe", "severity": a.Level.String(), "notice": key},
			Annotations: map[string]string{"summary": a.Subject.In(m.To.Lang), "kind": a.Kind, "id": m.ID},
			StartsAt:    m.At.UTC(), EndsAt: m.At.Add(c.opts.Lasts).UTC(), GeneratorURL: m.Link,
		}
		if i == 0 {
			p.Annotations["summary"], p.Annotations["description"] = m.Subject, m.Text
		}
		if a.Topic != "" {
			p.Labels["topic"] = a.Topic
		}
		if a.Withdraw != "" {
			p.EndsAt = m.At.UTC()
		}
		out = append(out, p)
	}
	return json.Marshal(out)
}

// Send implements [alerts.Channel].
func (c *Channel) Send(ctx context.Context, m alerts.Message) error {
	body, err := c.body(m)
	if err != nil {
		return wire.Final("alertmanager: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(m.To.Address, "/")+"/api/v2/alerts", bytes.NewReader(body))
	if err != nil {
		return wire.Final("alertmanager: the address is not a URL")
	}
	req.Header.Set("Content-Type", "application/json")
	if m.To.Secret != "" {
		req.Header.Set("Authorization", "Bearer "+m.To.Secret)
	}
	if err := wire.Post(c.client, req); err != nil {
		return fmt.Errorf("alertmanager: %w", err)
	}
	return nil
}
