// Package zalo delivers notices through a Zalo Official Account to people
// who follow it; a recipient's address is the follower's user id.
//
// Zalo's access token lasts about a day and its refresh token can be used
// once, so the new pair is written to the token file before it is used. When
// that file is lost, an administrator signs in at Zalo again. As Zalo has no
// identity for a message that is sent twice, each one ends with that of the
// notice.
package zalo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"langnghe/alerts"
	"langnghe/alerts/wire"
)

// Config of the Official Account.
type Config struct {
	AppID      string        `yaml:"app_id"`
	Secret     string        `yaml:"secret"`      // of the application
	SecretFile string        `yaml:"secret_file"` // instead of Secret; relative to the config file
	TokenFile  string        `yaml:"token_file"`  // {"access_token":…,"refresh_token":…}; the service renews it
	Server     string        `yaml:"server"`      // default https://openapi.zalo.me
	SignIn     string        `yaml:"sign_in"`     // default https://oauth.zaloapp.com
	Timeout    time.Duration `yaml:"timeout"`     // of a request, default 15s
}

// Check fills in the defaults, reads the secret and looks at the token file.
func (c *Config) Check(dir string) error {
	at := func(name string) string {
		if name == "" || filepath.IsAbs(name) {
			return name
		}
		return filepath.Join(dir, name)
	}
	if c.SecretFile != "" {
		raw, err := os.ReadFile(at(c.SecretFile))
		if err != nil {
			return fmt.Errorf("secret_file: %w", err)
		}
		c.Secret = strings.TrimSpace(string(raw))
	}
	if c.Server == "" {
		c.Server = "https://openapi.zalo.me"
	}
	if c.SignIn == "" {
		c.SignIn = "https://oauth.zaloapp.com"
	}
	c.TokenFile = at(c.TokenFile)
	switch {
	case c.AppID == "" || c.Secret == "":
		return errors.New("app_id and secret of the application are needed")
	case c.TokenFile == "":
		return errors.New(`token_file: needs a file with {"access_token":"…","refresh_token":"…"} from developers.zalo.me`)
	}
	for _, s := range []string{c.Server, c.SignIn} {
		if err := wire.Safe(s); err != nil {
			return err
		}
	}
	_, err := readTokens(c.TokenFile)
	return err
}

// tokens are what lets the account send.
type tokens struct {
	Access  string    `json:"access_token"`
	Refresh string    `json:"refresh_token"`
	Until   time.Time `json:"until,omitzero"`
}

func readTokens(name string) (t tokens, err error) {
	raw, err := os.ReadFile(name)
	if err != nil {
		return t, fmt.Errorf("token_file: %w", err)
	}
	if err := json.Unmarshal(raw, &t); err != nil {
		return t, fmt.Errorf("token_file %s: %w", name, err)
	}
	if t.Access == "" || t.Refresh == "" {
		return t, fmt.Errorf("token_file %s: access_token and refresh_token are needed", name)
	}
	return t, nil
}

// write puts the tokens in the place of the old ones; a crash leaves one of
// both whole.
func (t tokens) write(name string) error {
	raw, err := json.Marshal(t)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".zalo-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err = f.Write(raw); err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// A Channel sends as one Official Account.
type Channel struct {
	cfg    Config
	client *http.Client
	mu     sync.Mutex // one renewal at a time
}

var _ alerts.Channel = (*Channel)(nil)

// New returns the channel of a checked configuration.
func New(c Config) *Channel { return &Channel{cfg: c, client: wire.Client(c.Timeout)} }

var userForm = regexp.MustCompile(`^\d{6,25}$`)

// Check reports whether the recipient's address is a follower.
func (c *Channel) Check(r alerts.Recipient) error {
	if !userForm.MatchString(r.Address) {
		return errors.New("address is not the user id of a follower (digits, from the account's list of followers)")
	}
	return nil
}

// Personal reports that a follower is a person, who confirms.
func (c *Channel) Personal() bool { return true }

// maxText is how many characters a message may have.
const maxText = 2000

// What Zalo answers, from its list of error codes. 200 OK says nothing.
const (
	done       = 0
	tokenEnded = -216 // also -220 and -124 for an access token that is not valid
	tooMany    = -32
)

// Send implements [alerts.Channel].
func (c *Channel) Send(ctx context.Context, m alerts.Message) error {
	c.mu.Lock()
	t, err := readTokens(c.cfg.TokenFile)
	c.mu.Unlock()
	if err != nil {
		return wire.Final("zalo: %w", err)
	}
	code, err := c.send(ctx, m, t.Access)
	if err == nil && (code == tokenEnded || code == -220 || code == -124) {
		if t, err = c.renew(ctx, t); err == nil {
			code, err = c.send(ctx, m, t.Access)
		}
	}
	switch {
	case err != nil:
		return err
	case code == done:
		return nil
	case code == tooMany:
		return &wire.Error{Err: errors.New("zalo: too many messages (-32)"), After: time.Minute}
	case code <= -1 && code > -10: // "unknown exception" and other faults of theirs
		return &wire.Error{Err: fmt.Errorf("zalo: error %d", code)}
	}
	return wire.Final("zalo: refused with error %d; see developers.zalo.me for its meaning", code)
}

func (c *Channel) send(ctx context.Context, m alerts.Message, token string) (code int, err error) {
	body, err := json.Marshal(map[string]any{
		"recipient": map[string]string{"user_id": m.To.Address},
		"message":   map[string]string{"text": text(m)},
	})
	if err != nil {
		return 0, wire.Final("zalo: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(c.cfg.Server, "/")+"/v3.0/oa/message/cs", bytes.NewReader(body))
	if err != nil {
		return 0, wire.Final("zalo: the server's address is not a URL")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("access_token", token)
	a, err := wire.Do(c.client, req)
	if err != nil {
		return 0, fmt.Errorf("zalo: %w", err)
	}
	if err := a.Failure(req.URL.Host); err != nil {
		return 0, fmt.Errorf("zalo: %w", err)
	}
	var answer struct {
		Error *int `json:"error"`
	}
	if err := json.Unmarshal(a.Body, &answer); err != nil || answer.Error == nil {
		return 0, &wire.Error{Err: fmt.Errorf("zalo: %s answers something else than Zalo", req.URL.Host)}
	}
	return *answer.Error, nil
}

// renew gets a new pair of tokens, unless another sender has done so since.
func (c *Channel) renew(ctx context.Context, old tokens) (tokens, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t, err := readTokens(c.cfg.TokenFile); err == nil && t.Access != old.Access {
		return t, nil
	}
	form := url.Values{"refresh_token": {old.Refresh}, "app_id": {c.cfg.AppID}, "grant_type": {"refresh_token"}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(c.cfg.SignIn, "/")+"/v4/oa/access_token", strings.NewReader(form.Encode()))
	if err != nil {
		return old, wire.Final("zalo: the sign-in address is not a URL")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("secret_key", c.cfg.Secret)
	a, err := wire.Do(c.client, req)
	if err != nil {
		return old, fmt.Errorf("zalo: renew the token: %w", err)
	}
	if err := a.Failure(req.URL.Host); err != nil {
		return old, fmt.Errorf("zalo: renew the token: %w", err)
	}
	var answer struct {
		tokens
		Expires json.RawMessage `json:"expires_in"` // "90000", a string
		Error   int             `json:"error"`
	}
	if err := json.Unmarshal(a.Body, &answer); err != nil || answer.Access == "" || answer.Refresh == "" {
		return old, wire.Final("zalo: the token could not be renewed (error %d); sign in at developers.zalo.me and write the new pair to token_file", answer.Error)
	}
	if n, err := strconv.Atoi(strings.Trim(string(answer.Expires), `"`)); err == nil {
		answer.Until = time.Now().Add(time.Duration(n) * time.Second).UTC()
	}
	if err := answer.tokens.write(c.cfg.TokenFile); err != nil {
		return old, wire.Final("zalo: write token_file: %w", err)
	}
	return answer.tokens, nil
}

// text is the notice within Zalo's limit, with its identity at the end.
func text(m alerts.Message) string {
	end := "\n#" + m.ID
	s := m.Subject + "\n\n" + m.Text
	if n := maxText - utf8.RuneCountInString(end); utf8.RuneCountInString(s) > n {
		s = string([]rune(s)[:n-1]) + "…"
	}
	return s + end
}
