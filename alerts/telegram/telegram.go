// Package telegram delivers notices by a Telegram bot: one chat or group for
// each recipient, whose address is the chat's number. The bot only sends; it
// reads nothing.
//
// Telegram has no identity for a message that is sent twice, so every one
// ends with the identity of the notice: a repeat is seen as such.
package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
	"unicode/utf16"

	"langnghe/alerts"
	"langnghe/alerts/wire"
)

// Config of the bot.
type Config struct {
	Token     string        `yaml:"token"`      // from @BotFather
	TokenFile string        `yaml:"token_file"` // instead of Token; relative to the config file
	Server    string        `yaml:"server"`     // default https://api.telegram.org
	Timeout   time.Duration `yaml:"timeout"`    // of a request, default 15s
}

var tokenForm = regexp.MustCompile(`^\d+:[\w-]{20,}$`)

// Check fills in the defaults and reads the token's file.
func (c *Config) Check(dir string) error {
	if c.TokenFile != "" {
		name := c.TokenFile
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("token_file: %w", err)
		}
		c.Token = strings.TrimSpace(string(raw))
	}
	if c.Server == "" {
		c.Server = "https://api.telegram.org"
	}
	if !tokenForm.MatchString(c.Token) {
		return errors.New("token: needs the bot's token from @BotFather, like 123456:ABC…")
	}
	if err := wire.Safe(c.Server); err != nil {
		return fmt.Errorf("server: %w", err)
	}
	return nil
}

// A Channel sends as one bot.
type Channel struct {
	url    string
	client *http.Client
}

var _ alerts.Channel = (*Channel)(nil)

// New returns the channel of a checked configuration.
func New(c Config) *Channel {
	return &Channel{url: strings.TrimRight(c.Server, "/") + "/bot" + c.Token + "/sendMessage", client: wire.Client(c.Timeout)}
}

var chatForm = regexp.MustCompile(`^(?:-?\d{3,20}|@[A-Za-z]\w{4,31})$`)

// Check reports whether the recipient's address is a chat.
func (c *Channel) Check(r alerts.Recipient) error {
	if !chatForm.MatchString(r.Address) {
		return errors.New("address is not the number of a chat (write to the bot, then ask it for the number) or the @name of a channel")
	}
	return nil
}

// Personal reports that a chat belongs to people, who confirm it.
func (c *Channel) Personal() bool { return true }

// maxText is how many UTF-16 units a message may have.
const maxText = 4096

// Send implements [alerts.Channel].
func (c *Channel) Send(ctx context.Context, m alerts.Message) error {
	body, err := json.Marshal(map[string]any{
		"chat_id": m.To.Address, "text": text(m),
		"link_preview_options": map[string]bool{"is_disabled": true},
		"disable_notification": m.Alert.Level < 3,
	})
	if err != nil {
		return wire.Final("telegram: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return wire.Final("telegram: the server's address is not a URL")
	}
	req.Header.Set("Content-Type", "application/json")
	a, err := wire.Do(c.client, req)
	if err != nil {
		return fmt.Errorf("telegram: %w", err)
	}
	var answer struct {
		OK          bool   `json:"ok"`
		Description string `json:"description"`
		Parameters  struct {
			RetryAfter int `json:"retry_after"`
		} `json:"parameters"`
	}
	bad := json.Unmarshal(a.Body, &answer)
	if a.Status/100 == 2 && bad == nil && answer.OK {
		return nil
	}
	if answer.Parameters.RetryAfter > 0 {
		a.After = max(a.After, time.Duration(min(answer.Parameters.RetryAfter, 24*3600))*time.Second)
	}
	failure := &wire.Error{Err: fmt.Errorf("telegram: %s answers %s: %.200s", req.URL.Host, a.StatusText, answer.Description), Final: !wire.Temporary(a.Status), After: a.After}
	if a.Status/100 == 2 {
		failure.Final = false // something between us and Telegram answers
	}
	return failure
}

// text is the notice within Telegram's limit, with its identity at the end.
func text(m alerts.Message) string {
	end := "\n#" + strings.ReplaceAll(m.ID, "-", "_")
	s := m.Subject + "\n\n" + m.Text
	units := utf16.Encode([]rune(s))
	if limit := maxText - len(utf16.Encode([]rune(end))); len(units) > limit {
		units = units[:limit-1]
		for len(units) > 0 && utf16.IsSurrogate(rune(units[len(units)-1])) {
			units = units[:len(units)-1]
		}
		s = string(utf16.Decode(units)) + "…"
	}
	return s + end
}
