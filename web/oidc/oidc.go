// Package oidc signs people in with an account that they have elsewhere: an
// OpenID Connect provider of the province or the ward, by the code flow with
// state, nonce and PKCE.
//
// It answers one question, whom the provider vouches for. Which account of
// ours that is and what it may do is decided elsewhere: nothing in a token
// makes an account or a role. The provider is looked for when it is first
// needed, so that a provider which is down stops nobody but those who sign in
// with it.
package oidc

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	provider "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Patience bounds each question to the provider, AttemptLife how long a
// person may take over there.
const (
	Patience    = 10 * time.Second
	AttemptLife = 10 * time.Minute
	maxAnswer   = 1 << 20 // bytes of an answer of the provider
	maxCookie   = 4 << 10
)

// Options says which provider, and who we are there.
type Options struct {
	Issuer   string // exactly as the provider spells it
	ClientID string
	Secret   string
	Redirect string   // our address that the provider sends people back to
	Scopes   []string // beside openid
	Claim    string   // that says who the person is; empty is sub
	Name     string   // of the provider, for people; empty is its host
	// Accounts says which account a value of the claim is. It must name one:
	// what the provider says is never the name of an account by itself.
	Accounts map[string]string

	Transport http.RoundTripper // nil is the default one
	Now       func() time.Time  // nil is time.Now
}

// A Client is one provider as we use it. It is safe for concurrent use.
type Client struct {
	Options
	key  []byte // seals attempts; new in every process
	http *http.Client

	mu    sync.Mutex
	found *provider.Provider   // nil until it has answered once
	used  map[string]time.Time // states that came back, until they expire
}

// Refusals. Their detail is for the log, never for the person.
var (
	ErrDown    = errors.New("the provider does not answer")
	ErrAttempt = errors.New("no sign-in was begun in this browser, or it is too old or was used")
	ErrRefused = errors.New("the provider did not sign the person in")
	ErrToken   = errors.New("the provider's token is not for us")
	ErrClaim   = errors.New("the token does not name a person")
)

// New checks the options and starts nothing.
func New(o Options) (*Client, error) {
	for what, s := range map[string]string{"issuer": o.Issuer, "client id": o.ClientID, "redirect address": o.Redirect} {
		if s == "" {
			return nil, fmt.Errorf("oidc: no %s", what)
		}
	}
	if o.Claim == "" {
		o.Claim = "sub"
	}
	if len(o.Accounts) == 0 {
		return nil, errors.New("oidc: no accounts")
	}
	if o.Name == "" {
		if u, err := url.Parse(o.Issuer); err == nil {
			o.Name = u.Host
		}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	c := &Client{Options: o, key: make([]byte, 32), used: map[string]time.Time{}}
	_, _ = rand.Read(c.key) // never fails
	c.http = &http.Client{Timeout: Patience, Transport: bounded{o.Transport}}
	return c, nil
}

// bounded reads no more of an answer than a provider has to say.
type bounded struct{ next http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	next := b.next
	if next == nil {
		next = http.DefaultTransport
	}
	res, err := next.RoundTrip(r)
	if err == nil {
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(res.Body, maxAnswer), res.Body}
	}
	return res, err
}

// Find asks the provider for its endpoints, once it is needed. What has been
// found is kept.
func (c *Client) Find(ctx context.Context) error {
	_, err := c.find(ctx)
	return err
}

func (c *Client) find(ctx context.Context) (*provider.Provider, error) {
	c.mu.Lock()
	found := c.found
	c.mu.Unlock()
	if found != nil {
		return found, nil
	}
	found, err := provider.NewProvider(c.with(ctx), c.Issuer)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDown, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.found = found
	return found, nil
}

func (c *Client) with(ctx context.Context) context.Context {
	return provider.ClientContext(ctx, c.http)
}

func (c *Client) config(p *provider.Provider) *oauth2.Config {
	return &oauth2.Config{
		ClientID: c.ClientID, ClientSecret: c.Secret, Endpoint: p.Endpoint(), RedirectURL: c.Redirect,
		Scopes: append([]string{provider.ScopeOpenID}, c.Scopes...),
	}
}

// An attempt is a sign-in that was begun in one browser.
type attempt struct {
	State    string    `json:"s"`
	Nonce    string    `json:"n"`
	Verifier string    `json:"v"` // of PKCE
	Next     string    `json:"x"` // page to go on to
	Until    time.Time `json:"u"`
}

// Begin returns where to send the person, and a cookie's value that ties the
// attempt to their browser.
func (c *Client) Begin(ctx context.Context, next string) (to, cookie string, err error) {
	p, err := c.find(ctx)
	if err != nil {
		return "", "", err
	}
	if len(next) > 1000 {
		next = "/"
	}
	a := attempt{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Next: next, Until: c.Now().Add(AttemptLife)}
	to = c.config(p).AuthCodeURL(a.State, provider.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier))
	return to, c.seal(a), nil
}

// Finish takes what the provider sent the person back with, and the cookie of
// the attempt. It returns the name of the account that the provider vouches
// for and the page to go on to. Every attempt comes back once.
func (c *Client) Finish(ctx context.Context, back url.Values, cookie string) (account, next string, err error) {
	a, err := c.open(cookie)
	if err != nil {
		return "", "", err
	}
	if subtle.ConstantTimeCompare([]byte(a.State), []byte(back.Get("state"))) != 1 {
		return "", "", fmt.Errorf("%w: another state", ErrAttempt)
	}
	if !c.use(a) {
		return "", "", fmt.Errorf("%w: it came back before", ErrAttempt)
	}
	if iss := back.Get("iss"); iss != "" && iss != c.Issuer { // RFC 9207
		return "", "", fmt.Errorf("%w: the answer is another provider's", ErrToken)
	}
	if back.Get("error") != "" {
		return "", "", fmt.Errorf("%w: %.60q", ErrRefused, back.Get("error"))
	}
	p, err := c.find(ctx)
	if err != nil {
		return "", "", err
	}
	token, err := c.config(p).Exchange(c.with(ctx), back.Get("code"), oauth2.VerifierOption(a.Verifier))
	if err != nil {
		var r *oauth2.RetrieveError
		if errors.As(err, &r) { // its text would repeat the whole answer
			return "", "", fmt.Errorf("%w: status %d, %.60q", ErrRefused, r.Response.StatusCode, r.ErrorCode)
		}
		return "", "", fmt.Errorf("%w: %w", ErrDown, err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := p.Verifier(&provider.Config{ClientID: c.ClientID, Now: c.Now}).Verify(c.with(ctx), raw)
	if err != nil {
		return "", "", fmt.Errorf("%w: %w", ErrToken, err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(a.Nonce)) != 1 {
		return "", "", fmt.Errorf("%w: another nonce", ErrToken)
	}
	account, err = c.account(id)
	return account, a.Next, err
}

// account finds the account that a token names.
func (c *Client) account(id *provider.IDToken) (string, error) {
	claims := map[string]any{}
	if err := id.Claims(&claims); err != nil {
		return "", fmt.Errorf("%w: %w", ErrToken, err)
	}
	// A token for several that was made out to another one is not ours.
	if azp, ok := claims["azp"]; ok && azp != c.ClientID || !ok && len(id.Audience) > 1 {
		return "", fmt.Errorf("%w: made out to another client", ErrToken)
	}
	value, _ := claims[c.Claim].(string)
	if value == "" {
		return "", fmt.Errorf("%w: no %s", ErrClaim, c.Claim)
	}
	if c.Claim == "email" && claims["email_verified"] != true {
		return "", fmt.Errorf("%w: the address is not verified", ErrClaim)
	}
	if name := c.Accounts[value]; name != "" {
		return name, nil
	}
	return "", fmt.Errorf("%w: no account is listed for the %s %.255q", ErrClaim, c.Claim, value)
}

// seal makes a cookie's value of an attempt that nobody else can make.
func (c *Client) seal(a attempt) string {
	raw, _ := json.Marshal(a) // strings and a time
	body := base64.RawURLEncoding.EncodeToString(raw)
	return body + "." + c.mac(body)
}

func (c *Client) open(cookie string) (a attempt, err error) {
	body, mac, _ := strings.Cut(cookie, ".")
	if len(cookie) > maxCookie || !hmac.Equal([]byte(mac), []byte(c.mac(body))) {
		return a, ErrAttempt
	}
	raw, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil || json.Unmarshal(raw, &a) != nil || !c.Now().Before(a.Until) || a.State == "" {
		return attempt{}, ErrAttempt
	}
	return a, nil
}

func (c *Client) mac(body string) string {
	m := hmac.New(sha256.New, c.key)
	m.Write([]byte(body))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// use marks an attempt as come back, and reports whether it was the first
// time.
func (c *Client) use(a attempt) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.Now()
	for state, until := range c.used {
		if !now.Before(until) {
			delete(c.used, state)
		}
	}
	if _, again := c.used[a.State]; again || len(c.used) >= 10_000 {
		return false
	}
	c.used[a.State] = a.Until
	return true
}
