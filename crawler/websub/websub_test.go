package websub

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

type memory map[string]Subscription

func (m memory) Subscriptions(context.Context) (out []Subscription, err error) {
	for _, s := range m {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b Subscription) int { return strings.Compare(a.Source, b.Source) })
	return out, nil
}

func (m memory) SaveSubscription(_ context.Context, s Subscription) error {
	m[s.Source] = s
	return nil
}

func (m memory) DropSubscription(_ context.Context, source string) error {
	delete(m, source)
	return nil
}

type rig struct {
	*Subscriber
	store  memory
	now    time.Time
	status int
	asked  []url.Values
}

func newRig(t interface{ Fatal(...any) }) *rig {
	r := &rig{store: memory{}, now: time.Date(2026, 11, 20, 2, 0, 0, 0, time.UTC), status: 202}
	s, err := New(Options{
		Store: r.store, Callback: "https://ward.example/hooks/websub", Sources: []string{"bao"}, Now: func() time.Time { return r.now },
		Post: func(_ context.Context, _ string, form url.Values) (int, error) {
			r.asked = append(r.asked, form)
			if r.status == 0 {
				return 0, errors.New("no answer")
			}
			return r.status, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	r.Subscriber = s
	return r
}

const topic = "https://bao.example/rss"

func confirm(lease string) url.Values {
	return url.Values{"hub.mode": {"subscribe"}, "hub.topic": {topic}, "hub.challenge": {"thu-thach"}, "hub.lease_seconds": {lease}}
}

func TestLife(t *testing.T) {
	ctx := t.Context()
	r := newRig(t)
	for range 3 { // each visit says the same
		if err := r.Offered(ctx, "bao", "https://hub.example/", topic); err != nil {
			t.Fatal(err)
		}
	}
	if len(r.asked) != 1 {
		t.Fatalf("asked %d times", len(r.asked))
	}
	sub := r.store["bao"]
	f := r.asked[0]
	if f.Get("hub.mode") != "subscribe" || f.Get("hub.topic") != topic || f.Get("hub.callback") != "https://ward.example/hooks/websub/"+sub.Token || len(f.Get("hub.secret")) < 32 || sub.State != Asked {
		t.Errorf("request %v of %+v", f, sub)
	}
	// Only what was asked for is confirmed.
	for name, q := range map[string]url.Values{
		"another topic": {"hub.mode": {"subscribe"}, "hub.topic": {"https://xau.example/"}, "hub.challenge": {"x"}},
		"no challenge":  {"hub.mode": {"subscribe"}, "hub.topic": {topic}},
		"an end":        {"hub.mode": {"unsubscribe"}, "hub.topic": {topic}, "hub.challenge": {"x"}},
		"nothing":       {},
	} {
		if _, err := r.Verify(ctx, sub.Token, q); !errors.Is(err, ErrUnknown) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := r.Verify(ctx, "doan-bua", confirm("100")); !errors.Is(err, ErrUnknown) {
		t.Errorf("a guessed token: %v", err)
	}
	if c, err := r.Verify(ctx, sub.Token, confirm("864000")); err != nil || c != "thu-thach" {
		t.Fatalf("confirm: %q %v", c, err)
	}
	if s := r.store["bao"]; s.State != Active || s.Expires.Sub(r.now) != 240*time.Hour {
		t.Errorf("after it: %+v", s)
	}
	// Content.
	body := []byte("<rss/>")
	mac := hmac.New(sha256.New, []byte(sub.Secret))
	mac.Write(body)
	good := "sha256=" + hex.EncodeToString(mac.Sum(nil))
	one := hmac.New(sha1.New, []byte(sub.Secret))
	one.Write(body)
	for signature, want := range map[string]error{good: nil, "sha1=" + hex.EncodeToString(one.Sum(nil)): nil, "": ErrSignature, "sha256=00": ErrSignature, "md5=00": ErrSignature, strings.Replace(good, "sha256", "sha512", 1): ErrSignature} {
		if src, err := r.Content(ctx, sub.Token, signature, body); !errors.Is(err, want) || want == nil && src != "bao" {
			t.Errorf("Content(%q) = %q, %v, want %v", signature, src, err, want)
		}
	}
	if _, err := r.Content(ctx, "khac", good, body); !errors.Is(err, ErrUnknown) {
		t.Errorf("content for nobody: %v", err)
	}
	// Renewed in the last quarter, with the same token and secret.
	r.now = r.now.Add(170 * time.Hour)
	if err := r.Tick(ctx); err != nil || len(r.asked) != 1 {
		t.Errorf("too early: %v, asked %d", err, len(r.asked))
	}
	r.now = r.now.Add(20 * time.Hour)
	for range 3 {
		if err := r.Tick(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if len(r.asked) != 2 || r.asked[1].Get("hub.secret") != sub.Secret || r.store["bao"].State != Active {
		t.Errorf("renewal: asked %d, %+v", len(r.asked), r.store["bao"])
	}
	if _, err := r.Verify(ctx, sub.Token, confirm("3600")); err != nil || r.store["bao"].Expires.Sub(r.now) != time.Hour {
		t.Errorf("shorter lease: %v %+v", err, r.store["bao"])
	}
	// Gone from the config: ended, and the hub's question about it answered.
	r.o.Sources = nil
	if err := r.Tick(ctx); err != nil || len(r.store) != 0 || r.asked[len(r.asked)-1].Get("hub.mode") != "unsubscribe" {
		t.Errorf("end: %v %v %v", err, r.store, r.asked[len(r.asked)-1])
	}
	if c, err := r.Verify(ctx, sub.Token, url.Values{"hub.mode": {"unsubscribe"}, "hub.topic": {topic}, "hub.challenge": {"bye"}}); err != nil || c != "bye" {
		t.Errorf("end confirmed: %q %v", c, err)
	}
}

// A hub that fails, refuses or is silent is asked again, less and less.
func TestBackOff(t *testing.T) {
	r := newRig(t)
	r.status = 0
	if err := r.Offered(t.Context(), "bao", "https://hub.example/", topic); err != nil {
		t.Fatal(err)
	}
	hours := 0
	for range 24 * 4 {
		r.now = r.now.Add(time.Hour)
		hours++
		if err := r.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(r.asked); n < 6 || n > 10 {
		t.Errorf("asked %d times in %d hours", n, hours)
	}
	for _, bad := range []string{"ftp://hub.example/", "hub", "https://user:pw@hub.example/", ""} {
		before := len(r.asked)
		if err := r.Offered(t.Context(), "bao", bad, topic); err != nil || len(r.asked) != before {
			t.Errorf("hub %q is asked", bad)
		}
	}
	before := len(r.asked)
	if err := r.Offered(t.Context(), "la", "https://hub.example/", topic); err != nil || len(r.asked) != before {
		t.Error("a source that is not ours is subscribed to")
	}
}

// Whatever happens in which order: no request more often than once an hour
// for one hub and topic, and Active always has an end ahead.
func TestStates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := newRig(t)
		ctx := context.Background()
		var last time.Time
		asked := 0
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0:
				_ = r.Offered(ctx, "bao", "https://hub.example/", topic)
			case 1:
				_, _ = r.Verify(ctx, r.store["bao"].Token, confirm(rapid.SampledFrom([]string{"60", "3600", "864000", "-1", "9999999999999999999"}).Draw(t, "lease")))
			case 2:
				r.now = r.now.Add(time.Duration(rapid.IntRange(1, 600).Draw(t, "minutes")) * time.Minute)
			case 3:
				_ = r.Tick(ctx)
			case 4:
				r.status = rapid.SampledFrom([]int{0, 202, 400, 500}).Draw(t, "status")
			}
			if s, ok := r.store["bao"]; ok && s.State == Active && s.Expires.Sub(r.now) > longest {
				t.Fatalf("a lease of %v", s.Expires.Sub(r.now))
			}
			if len(r.asked) > asked {
				if !last.IsZero() && r.store["bao"].Expires.IsZero() && r.now.Sub(last) < time.Hour {
					t.Fatalf("asked again after %v", r.now.Sub(last))
				}
				asked, last = len(r.asked), r.now
			}
		}
	})
}

func FuzzContent(f *testing.F) {
	f.Add("sha256=00", "x")
	f.Fuzz(func(t *testing.T, signature, body string) {
		r := newRig(t)
		r.store["bao"] = Subscription{Source: "bao", Token: "t", Secret: "s"}
		if _, err := r.Content(context.Background(), "t", signature, []byte(body)); err == nil {
			mac := hmac.New(sha256.New, []byte("s"))
			mac.Write([]byte(body))
			if !strings.Contains(strings.ToLower(signature), hex.EncodeToString(mac.Sum(nil))) && !strings.HasPrefix(strings.ToLower(signature), "sha1") && len(signature) < 90 {
				t.Errorf("%q is taken", signature)
			}
		}
	})
}
