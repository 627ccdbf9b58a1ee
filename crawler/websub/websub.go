// Package websub has hubs push what feeds publish, as the W3C recommendation
// WebSub says, so that a new entry is here within seconds. It is an addition
// to polling and never in place of it: whatever a hub does, fails to do or
// loses, the next visit of the source finds the rest.
//
// A subscription begins when a feed names its hub ([Subscriber.Offered]), is
// confirmed when the hub asks back ([Subscriber.Verify]), and is renewed by
// [Subscriber.Tick] when three quarters of its lease are over. Each has an
// address of its own that nobody can guess and a secret of its own; content
// that is not signed with it is dropped ([Subscriber.Content]). The address of a hub is
// from outside: requests to it go through the crawler's guarded door.
package websub

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// States of a subscription.
const (
	Asked   = "asked"   // the hub was asked and has not asked back yet
	Active  = "active"  // the hub pushes until Expires
	Refused = "refused" // the hub does not want to, or cannot be reached; asked again later
)

// A Subscription is what is remembered of one source's.
type Subscription struct {
	Source  string
	Topic   string // address of the feed, as its hub knows it
	Hub     string
	Token   string // end of our callback's address
	Secret  string // the hub signs with it
	State   string
	Asked   time.Time // when the hub was last asked
	Expires time.Time // of the lease; zero before the first
	Tries   int       // requests without success, in a row
}

// Store keeps subscriptions.
type Store interface {
	Subscriptions(ctx context.Context) ([]Subscription, error)
	SaveSubscription(ctx context.Context, s Subscription) error
	DropSubscription(ctx context.Context, source string) error
}

// Options configures a [Subscriber]. All but Now and Log are required.
type Options struct {
	Store    Store
	Callback string   // address under which Verify and Content are reached; a token is added
	Sources  []string // whose offers count; subscriptions of others end
	// Post sends a form to a hub and returns the answer's status.
	Post func(ctx context.Context, hub string, form url.Values) (status int, err error)
	Now  func() time.Time // default time.Now
	Log  *slog.Logger     // default discards
}

// A Subscriber holds the subscriptions of the sources.
type Subscriber struct{ o Options }

const (
	leaseFor   = 10 * 24 * time.Hour // asked for
	longest    = 90 * 24 * time.Hour // believed
	shortest   = 5 * time.Minute
	answersIn  = time.Hour // a hub that has not asked back by then is asked again
	retryFirst = time.Hour
	retryMost  = 24 * time.Hour
)

// New returns a subscriber, or an error naming the option that is wrong.
func New(o Options) (*Subscriber, error) {
	u, err := url.Parse(o.Callback)
	if o.Store == nil || o.Post == nil || err != nil || u.Host == "" {
		return nil, errors.New("websub: Store, Post and Callback are required")
	}
	o.Callback = strings.TrimSuffix(o.Callback, "/") + "/"
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Subscriber{o}, nil
}

// ErrUnknown is returned for a callback that belongs to no subscription of
// ours, or a request that we did not make.
var ErrUnknown = errors.New("websub: there is no such subscription")

// ErrSignature is returned for content that is not signed with the
// subscription's secret.
var ErrSignature = errors.New("websub: the signature does not fit")

func address(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && u.User == nil && (u.Scheme == "https" || u.Scheme == "http") && len(s) <= 2048
}

// Offered notes which hub the feed of a source names and asks it when that
// is news. The error is of the store.
func (s *Subscriber) Offered(ctx context.Context, source, hub, topic string) error {
	if !slices.Contains(s.o.Sources, source) || !address(hub) || !address(topic) {
		return nil
	}
	sub, known, err := s.of(ctx, func(x Subscription) bool { return x.Source == source })
	if err != nil {
		return err
	}
	if known && sub.Hub == hub && sub.Topic == topic {
		return nil
	}
	return s.ask(ctx, Subscription{Source: source, Hub: hub, Topic: topic, Token: rand.Text(), Secret: rand.Text() + rand.Text()})
}

func (s *Subscriber) of(ctx context.Context, want func(Subscription) bool) (Subscription, bool, error) {
	all, err := s.o.Store.Subscriptions(ctx)
	if err != nil {
		return Subscription{}, false, fmt.Errorf("websub: %w", err)
	}
	if i := slices.IndexFunc(all, want); i >= 0 {
		return all[i], true, nil
	}
	return Subscription{}, false, nil
}

// ask requests a subscription. It is stored first: a quick hub asks back
// while the request is still open.
func (s *Subscriber) ask(ctx context.Context, sub Subscription) error {
	sub.Asked = s.o.Now().UTC()
	if sub.State != Active {
		sub.State = Asked
	}
	sub.Tries++
	if err := s.o.Store.SaveSubscription(ctx, sub); err != nil {
		return fmt.Errorf("websub: %w", err)
	}
	status, err := s.o.Post(ctx, sub.Hub, url.Values{
		"hub.mode": {"subscribe"}, "hub.topic": {sub.Topic}, "hub.callback": {s.o.Callback + sub.Token},
		"hub.secret": {sub.Secret}, "hub.lease_seconds": {strconv.Itoa(int(leaseFor.Seconds()))},
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err == nil && status >= 200 && status < 300 {
		return nil
	}
	if err == nil {
		err = fmt.Errorf("it answers %d", status)
	}
	s.o.Log.Warn("subscribe at hub", "source", sub.Source, "hub", host(sub.Hub), "err", err, "tries", sub.Tries)
	now, known, gerr := s.of(ctx, func(x Subscription) bool { return x.Token == sub.Token })
	if gerr != nil || !known || now.State == Active {
		return gerr
	}
	now.State = Refused
	return s.o.Store.SaveSubscription(ctx, now)
}

func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// Tick renews what is about to end, asks hubs again that did not answer, and
// ends the subscriptions of sources that are gone from the config.
func (s *Subscriber) Tick(ctx context.Context) error {
	all, err := s.o.Store.Subscriptions(ctx)
	if err != nil {
		return fmt.Errorf("websub: %w", err)
	}
	now := s.o.Now()
	var errs []error
	for _, sub := range all {
		if !slices.Contains(s.o.Sources, sub.Source) {
			errs = append(errs, s.o.Store.DropSubscription(ctx, sub.Source))
			_, _ = s.o.Post(ctx, sub.Hub, url.Values{"hub.mode": {"unsubscribe"}, "hub.topic": {sub.Topic}, "hub.callback": {s.o.Callback + sub.Token}})
			continue // a hub that did not hear it finds nobody at the next push
		}
		if sub.State == Active && !sub.Expires.After(now) {
			sub.State = Refused
			errs = append(errs, s.o.Store.SaveSubscription(ctx, sub))
		}
		if s.wants(sub, now) {
			errs = append(errs, s.ask(ctx, sub))
		}
	}
	return errors.Join(errs...)
}

// wants reports whether it is time to ask a hub.
func (s *Subscriber) wants(sub Subscription, now time.Time) bool {
	wait := min(retryFirst<<min(max(sub.Tries-1, 0), 8), retryMost)
	switch sub.State {
	case Active:
		left := sub.Expires.Sub(now)
		lease := sub.Expires.Sub(sub.Asked)
		return left < lease/4 && now.Sub(sub.Asked) >= min(wait, lease/8)
	case Asked:
		return now.Sub(sub.Asked) >= max(wait, answersIn)
	}
	return now.Sub(sub.Asked) >= wait
}

// Verify answers a hub that asks whether we meant it: the challenge to send
// back, or [ErrUnknown].
func (s *Subscriber) Verify(ctx context.Context, token string, q url.Values) (challenge string, err error) {
	sub, known, err := s.byToken(ctx, token)
	if err != nil {
		return "", err
	}
	topic, challenge := q.Get("hub.topic"), q.Get("hub.challenge")
	now := s.o.Now()
	switch q.Get("hub.mode") {
	case "subscribe":
		if !known || topic != sub.Topic || challenge == "" || len(challenge) > 4096 || now.Sub(sub.Asked) > 25*time.Hour {
			return "", ErrUnknown
		}
		lease := leaseFor
		if n, err := strconv.ParseInt(q.Get("hub.lease_seconds"), 10, 64); err == nil && n > 0 {
			lease = time.Duration(min(n, int64(longest/time.Second))) * time.Second
		}
		sub.State, sub.Expires, sub.Tries = Active, now.Add(max(lease, shortest)).UTC(), 0
		s.o.Log.Info("hub confirmed", "source", sub.Source, "hub", host(sub.Hub), "until", sub.Expires)
		return challenge, s.o.Store.SaveSubscription(ctx, sub)
	case "unsubscribe":
		if known || challenge == "" || len(challenge) > 4096 { // what we still want does not end
			return "", ErrUnknown
		}
		return challenge, nil
	case "denied":
		if !known || topic != sub.Topic {
			return "", ErrUnknown
		}
		sub.State, sub.Tries = Refused, max(sub.Tries, 6)
		s.o.Log.Warn("hub refuses", "source", sub.Source, "hub", host(sub.Hub))
		return "", s.o.Store.SaveSubscription(ctx, sub)
	}
	return "", ErrUnknown
}

func (s *Subscriber) byToken(ctx context.Context, token string) (Subscription, bool, error) {
	if token == "" {
		return Subscription{}, false, nil
	}
	return s.of(ctx, func(x Subscription) bool { return subtle.ConstantTimeCompare([]byte(x.Token), []byte(token)) == 1 })
}

var methods = map[string]func() hash.Hash{"sha1": sha1.New, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New}

// Content checks what was pushed to a callback and returns the source that it
// is for. signature is the header X-Hub-Signature.
func (s *Subscriber) Content(ctx context.Context, token, signature string, body []byte) (source string, err error) {
	sub, known, err := s.byToken(ctx, token)
	if err != nil {
		return "", err
	}
	if !known {
		return "", ErrUnknown
	}
	method, sum, _ := strings.Cut(signature, "=")
	h := methods[strings.ToLower(method)]
	got, err := hex.DecodeString(strings.TrimSpace(sum))
	if h == nil || err != nil {
		return "", ErrSignature
	}
	mac := hmac.New(h, []byte(sub.Secret))
	mac.Write(body)
	if !hmac.Equal(mac.Sum(nil), got) {
		return "", ErrSignature
	}
	return sub.Source, nil
}
