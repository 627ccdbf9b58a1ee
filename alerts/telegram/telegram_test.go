package telegram

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"langnghe/alerts"
	"langnghe/alerts/alertstest"
	"langnghe/alerts/wire"
)

const token = "123456:AAAA-bbbb_cccc-dddd-eeee"

func open(_ *testing.T, server string, timeout time.Duration) (alerts.Channel, alerts.Recipient) {
	return New(Config{Token: token, Server: server, Timeout: timeout}), alerts.Recipient{Name: "lan", Channel: "telegram", Address: "-100123", Lang: "vi"}
}

func good(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprint(w, `{"ok":true,"result":{"message_id":1}}`)
}

func TestConformance(t *testing.T) {
	alertstest.Channel(t, alertstest.Door{Open: open, Good: good, Secrets: []string{token, "AAAA-bbbb"}})
}

func TestSend(t *testing.T) {
	var got struct {
		Chat    string `json:"chat_id"`
		Text    string `json:"text"`
		Parse   string `json:"parse_mode"`
		Preview struct {
			Off bool `json:"is_disabled"`
		} `json:"link_preview_options"`
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/bot"+token+"/sendMessage" {
			t.Errorf("path %s", r.URL.Path)
		}
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
			t.Error(err)
		}
		good(w, r)
	}))
	defer s.Close()
	c, to := open(t, s.URL, time.Second)
	m := alertstest.Message(to)
	m.Text = strings.Repeat("đập 🌊 ", 2000)
	if err := c.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if n := len(utf16.Encode([]rune(got.Text))); n > maxText || !strings.HasSuffix(got.Text, "…\n#ln_0123456789abcdef0123456789abcdef") {
		t.Errorf("text of %d units ends %q", n, got.Text[len(got.Text)-60:])
	}
	if got.Chat != "-100123" || got.Parse != "" || !got.Preview.Off {
		t.Errorf("request = %+v: want plain text without a preview", got)
	}
}

// Telegram says how long to wait in its body.
func TestFlood(t *testing.T) {
	for answer, want := range map[string]time.Duration{
		`{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 33","parameters":{"retry_after":33}}`: 33 * time.Second,
		`{"ok":false,"error_code":429,"parameters":{"retry_after":99999999}}`:                                             24 * time.Hour,
		`nonsense`: 0,
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = io.WriteString(w, answer)
		}))
		c, to := open(t, s.URL, time.Second)
		var e *wire.Error
		if err := c.Send(t.Context(), alertstest.Message(to)); !errors.As(err, &e) || !e.Temporary() || e.RetryAfter() != want {
			t.Errorf("%s: %v, want a pause of %v", answer, err, want)
		}
		s.Close()
	}
}

// A proxy that answers 200 with something else has delivered nothing.
func TestNotTelegram(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>sign in to the network</html>") }))
	defer s.Close()
	c, to := open(t, s.URL, time.Second)
	var e *wire.Error
	if err := c.Send(t.Context(), alertstest.Message(to)); !errors.As(err, &e) || !e.Temporary() {
		t.Errorf("Send = %v, want a temporary error", err)
	}
}

func TestCheck(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "bot"), []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := Config{TokenFile: "bot"}
	if err := c.Check(dir); err != nil || c.Token != token || c.Server != "https://api.telegram.org" {
		t.Errorf("Check = %v, %+v", err, c)
	}
	for _, bad := range []Config{{}, {Token: "x"}, {TokenFile: "none"}, {Token: token, Server: "http://api.example"}} {
		if err := bad.Check(dir); err == nil || strings.Contains(err.Error(), token) {
			t.Errorf("Check of %+v = %v", bad, err)
		}
	}
	ch := New(c)
	for address, ok := range map[string]bool{"123456": true, "-1001234567890": true, "@kenhphuong": true, "": false, "lan": false, "12; drop": false} {
		if err := ch.Check(alerts.Recipient{Address: address}); (err == nil) != ok {
			t.Errorf("Check(%q) = %v", address, err)
		}
	}
}
