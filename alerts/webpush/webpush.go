// Package webpush delivers notices to browsers that people have subscribed
// (RFC 8030), encrypted for the browser alone (RFC 8291) and signed with the
// service's own key (VAPID, RFC 8292), so that the push service in between
// reads nothing.
//
// A recipient's name is that of a person who signs in; a message goes to each
// of the person's browsers and is delivered when one has taken it. A browser
// that the push service no longer knows is forgotten. Repeats carry one Topic
// and one tag, so that the browser shows one notice.
package webpush

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	"langnghe/alerts"
	"langnghe/alerts/wire"
	"langnghe/internal/disk"
	"langnghe/internal/news"
)

// Subscriptions keeps the browsers of each person.
type Subscriptions interface {
	Subscriptions(ctx context.Context, user string) ([]alerts.Subscription, error)
	DropSubscription(ctx context.Context, endpoint string) error
}

// Options configures a [Channel]. Key and Browsers are required.
type Options struct {
	Key      *ecdsa.PrivateKey // P-256, see LoadKey
	Contact  string            // mailto: or https:, told to push services
	Browsers Subscriptions
	Timeout  time.Duration // of a request, default 15 seconds
	Local    bool          // push services on this machine are allowed: tests
	Now      func() time.Time
}

// A Channel signs with one key.
type Channel struct {
	opts   Options
	client *http.Client
}

var _ alerts.Channel = (*Channel)(nil)

// New returns a channel.
func New(o Options) (*Channel, error) {
	if o.Key == nil || o.Key.Curve != elliptic.P256() || o.Browsers == nil {
		return nil, errors.New("webpush: a P-256 key and subscriptions are needed")
	}
	if o.Contact == "" {
		o.Contact = "mailto:langnghe@localhost"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	if !o.Local {
		// The address comes out of a browser: it must not lead into the
		// ward's own network.
		dialer.ControlContext = func(ctx context.Context, network, address string, _ syscall.RawConn) error {
			return wire.Public(ctx, network, address)
		}
	}
	c := &Channel{opts: o, client: wire.ClientWith(o.Timeout, dialer)}
	if t, ok := c.client.Transport.(*http.Transport); ok && !o.Local {
		t.Proxy = nil // a proxy would dial for us
	}
	return c, nil
}

// PublicKey is what a browser needs to subscribe, in base64url.
func (c *Channel) PublicKey() string { return publicKey(c.opts.Key) }

func publicKey(k *ecdsa.PrivateKey) string {
	pub, err := k.PublicKey.ECDH()
	if err != nil {
		panic(err) // the curve was checked
	}
	return enc.EncodeToString(pub.Bytes())
}

var enc = base64.RawURLEncoding

// LoadKey reads the service's key from a file, or makes it there (0600). It
// must be kept: browsers are subscribed to it.
func LoadKey(name string) (*ecdsa.PrivateKey, error) {
	raw, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(raw) == 0 { // a power cut left an empty one once
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, err
		}
		der, err := x509.MarshalECPrivateKey(k)
		if err != nil {
			return nil, err
		}
		return k, disk.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}))
	}
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil, fmt.Errorf("%s is no PEM file", name)
	}
	k, err := x509.ParseECPrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return k, nil
}

// Valid checks what a browser has sent before it is stored.
func Valid(s alerts.Subscription, local bool) error {
	u, err := url.Parse(s.Endpoint)
	switch {
	case err != nil || u.Host == "" || u.User != nil || len(s.Endpoint) > 2000 || u.Scheme != "https" && !(local && u.Scheme == "http"):
		return errors.New("endpoint is not an https:// address")
	case !local && (u.Port() != "" && u.Port() != "443" || !strings.Contains(u.Hostname(), ".") || net.ParseIP(u.Hostname()) != nil):
		return errors.New("endpoint is no push service")
	}
	_, _, err = keys(s)
	return err
}

func keys(s alerts.Subscription) (*ecdh.PublicKey, []byte, error) {
	raw, err := enc.DecodeString(strings.TrimRight(s.Key, "="))
	if err != nil {
		return nil, nil, errors.New("key is not base64url")
	}
	pub, err := ecdh.P256().NewPublicKey(raw)
	if err != nil {
		return nil, nil, errors.New("key is no point of P-256")
	}
	auth, err := enc.DecodeString(strings.TrimRight(s.Auth, "="))
	if err != nil || len(auth) != 16 {
		return nil, nil, errors.New("auth is not 16 bytes in base64url")
	}
	return pub, auth, nil
}

// notice is what the service worker gets and shows.
type notice struct {
	Title string `json:"title"`
	Body  string `json:"body"`
	Tag   string `json:"tag"`
	URL   string `json:"url,omitempty"`
	Level int    `json:"level"`
}

// maxBody keeps a notice readable on a lock screen.
const maxBody = 600

func payload(m alerts.Message) ([]byte, error) {
	body := m.Body() // links defanged
	if utf8.RuneCountInString(body) > maxBody {
		body = string([]rune(body)[:maxBody-1]) + "…"
	}
	tag := m.ID
	if m.Replies != "" {
		tag = m.Replies // it takes the place of what it takes back
	}
	return json.Marshal(notice{Title: m.Subject, Body: body, Tag: tag, URL: m.Alert.Path, Level: int(m.Alert.Level)})
}

// Send implements [alerts.Channel].
func (c *Channel) Send(ctx context.Context, m alerts.Message) error {
	subs, err := c.opts.Browsers.Subscriptions(ctx, m.To.Name)
	if err != nil {
		return &wire.Error{Err: fmt.Errorf("webpush: %w", err)}
	}
	body, err := payload(m)
	if err != nil {
		return wire.Final("webpush: %w", err)
	}
	var errs []error
	for _, s := range subs {
		err := c.push(ctx, s, body, m)
		var gone *goneError
		switch {
		case err == nil:
		case errors.As(err, &gone):
			if err := c.opts.Browsers.DropSubscription(ctx, s.Endpoint); err != nil {
				errs = append(errs, &wire.Error{Err: fmt.Errorf("webpush: %w", err)})
			}
			continue
		default:
			errs = append(errs, err)
			continue
		}
		return c.rest(ctx, subs, s, body, m)
	}
	for _, err := range errs {
		var e *wire.Error
		if errors.As(err, &e) && !e.Final {
			return err // one of them may work later
		}
	}
	if len(errs) > 0 {
		return errs[0]
	}
	return wire.Final("webpush: %s has no browser that takes notices; open the page Account and switch them on", m.To.Name)
}

// rest tells the other browsers once one has the notice; they are a comfort,
// not a promise.
func (c *Channel) rest(ctx context.Context, subs []alerts.Subscription, done alerts.Subscription, body []byte, m alerts.Message) error {
	after := false
	for _, s := range subs {
		if s.Endpoint == done.Endpoint {
			after = true
			continue
		}
		if !after {
			continue // it was tried
		}
		var gone *goneError
		if err := c.push(ctx, s, body, m); errors.As(err, &gone) {
			_ = c.opts.Browsers.DropSubscription(ctx, s.Endpoint) // the next message finds out again
		}
	}
	return nil
}

type goneError struct{ status string }

func (e *goneError) Error() string {
	return "the push service no longer knows the browser: " + e.status
}

// ttl is how long a push service keeps a notice for a browser that is off.
const ttl = 24 * time.Hour

func (c *Channel) push(ctx context.Context, s alerts.Subscription, body []byte, m alerts.Message) error {
	theirs, auth, err := keys(s)
	if err != nil {
		return wire.Final("webpush: %w", err)
	}
	ours, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return wire.Final("webpush: %w", err)
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails
	sealed, err := encrypt(body, theirs, auth, ours, salt)
	if err != nil {
		return wire.Final("webpush: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.Endpoint, bytes.NewReader(sealed))
	if err != nil {
		return wire.Final("webpush: the endpoint is not a URL")
	}
	signed, err := c.vapid(req.URL)
	if err != nil {
		return wire.Final("webpush: sign: %w", err)
	}
	urgency := "normal"
	if m.Alert.Level >= news.High {
		urgency = "high"
	}
	sum := sha256.Sum256([]byte(m.ID))
	for k, v := range map[string]string{
		"Content-Type": "application/octet-stream", "Content-Encoding": "aes128gcm", "Urgency": urgency,
		"TTL": strconv.Itoa(int(ttl.Seconds())), "Topic": enc.EncodeToString(sum[:])[:32], // one notice, one place in the queue
		"Authorization": signed,
	} {
		req.Header.Set(k, v)
	}
	a, err := wire.Do(c.client, req)
	if err != nil {
		return fmt.Errorf("webpush: %w", err)
	}
	if a.Status == http.StatusNotFound || a.Status == http.StatusGone {
		return &goneError{a.StatusText}
	}
	if err := a.Failure(req.URL.Host); err != nil {
		return fmt.Errorf("webpush: %w", err)
	}
	return nil
}

// vapid signs who sends (RFC 8292): a token for the push service's origin,
// good for an hour.
func (c *Channel) vapid(endpoint *url.URL) (string, error) {
	head := enc.EncodeToString([]byte(`{"typ":"JWT","alg":"ES256"}`))
	claims, err := json.Marshal(map[string]any{"aud": endpoint.Scheme + "://" + endpoint.Host, "exp": c.opts.Now().Add(time.Hour).Unix(), "sub": c.opts.Contact})
	if err != nil {
		return "", err
	}
	signing := head + "." + enc.EncodeToString(claims)
	sum := sha256.Sum256([]byte(signing))
	r, s, err := ecdsa.Sign(rand.Reader, c.opts.Key, sum[:])
	if err != nil {
		return "", err
	}
	sig := make([]byte, 64)
	r.FillBytes(sig[:32])
	s.FillBytes(sig[32:])
	return "vapid t=" + signing + "." + enc.EncodeToString(sig) + ", k=" + publicKey(c.opts.Key), nil
}
