package zalo

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"langnghe/alerts"
	"langnghe/alerts/alertstest"
	"langnghe/alerts/wire"
)

func tokenFile(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "zalo.json")
	if err := os.WriteFile(name, []byte(`{"access_token":"acc-1","refresh_token":"ref-1"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func open(t *testing.T, server string, timeout time.Duration) (alerts.Channel, alerts.Recipient) {
	return New(Config{AppID: "1", Secret: "app-secret", TokenFile: tokenFile(t), Server: server, SignIn: server, Timeout: timeout}),
		alerts.Recipient{Name: "lan", Channel: "zalo", Address: "2512523625412515", Lang: "vi"}
}

func TestConformance(t *testing.T) {
	alertstest.Channel(t, alertstest.Door{Open: open, Secrets: []string{"acc-1", "ref-1", "app-secret"},
		Good: func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"error":0,"message":"Success","data":{"message_id":"x"}}`)
		}})
}

// What Zalo means by its codes; it answers 200 to all of them.
func TestCodes(t *testing.T) {
	for answer, temp := range map[string]bool{
		`{"error":-32,"message":"rate"}`: true, `{"error":-1}`: true, `<html>`: true, `{}`: true,
		`{"error":-213}`: false, `{"error":-201}`: false, `{"error":-230}`: false,
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, answer) }))
		c, to := open(t, s.URL, time.Second)
		var e *wire.Error
		if err := c.Send(t.Context(), alertstest.Message(to)); !errors.As(err, &e) || e.Temporary() != temp {
			t.Errorf("%s: %v, want temporary %v", answer, err, temp)
		}
		s.Close()
	}
}

// A token that has ended is renewed once, whoever meets it first, and the new
// pair is on the disk before it is used.
func TestRenewal(t *testing.T) {
	var renewals atomic.Int32
	var file string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/v4/oa/access_token":
			if r.FormValue("refresh_token") != "ref-1" || r.FormValue("app_id") != "1" || r.Header.Get("secret_key") != "app-secret" || renewals.Add(1) > 1 {
				fmt.Fprint(w, `{"error":-14014,"error_name":"used"}`)
				return
			}
			fmt.Fprint(w, `{"access_token":"acc-2","refresh_token":"ref-2","expires_in":"90000"}`)
		case "/v3.0/oa/message/cs":
			if r.Header.Get("access_token") != "acc-2" {
				fmt.Fprint(w, `{"error":-216,"message":"Access token has expired"}`)
				return
			}
			if got, err := readTokens(file); err != nil || got.Access != "acc-2" || got.Refresh != "ref-2" {
				t.Errorf("used before it was written: %+v, %v", got, err)
			}
			var body struct {
				Recipient struct {
					ID string `json:"user_id"`
				} `json:"recipient"`
				Message struct {
					Text string `json:"text"`
				} `json:"message"`
			}
			if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.Recipient.ID != "2512523625412515" || utf8.RuneCountInString(body.Message.Text) > maxText || !strings.Contains(body.Message.Text, "#ln-") {
				t.Errorf("message = %+v, %v", body, err)
			}
			fmt.Fprint(w, `{"error":0}`)
		}
	}))
	defer s.Close()
	c, to := open(t, s.URL, time.Second)
	file = c.(*Channel).cfg.TokenFile
	m := alertstest.Message(to)
	m.Text = strings.Repeat("nước ", 3000)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := c.Send(t.Context(), m); err != nil {
				t.Errorf("Send = %v", err)
			}
		})
	}
	wg.Wait()
	if renewals.Load() != 1 {
		t.Errorf("%d renewals with a token that can be used once", renewals.Load())
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("token file: %v, %v", info, err)
	}
}

// When the pair is lost, the administrator is told what to do.
func TestLostTokens(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/v4") {
			fmt.Fprint(w, `{"error":-14014}`)
			return
		}
		fmt.Fprint(w, `{"error":-216}`)
	}))
	defer s.Close()
	c, to := open(t, s.URL, time.Second)
	var e *wire.Error
	if err := c.Send(t.Context(), alertstest.Message(to)); !errors.As(err, &e) || e.Temporary() || !strings.Contains(err.Error(), "token_file") {
		t.Errorf("Send = %v", err)
	}
}

func TestCheck(t *testing.T) {
	name := tokenFile(t)
	c := Config{AppID: "1", Secret: "s", TokenFile: filepath.Base(name)}
	if err := c.Check(filepath.Dir(name)); err != nil || c.Server != "https://openapi.zalo.me" || c.SignIn != "https://oauth.zaloapp.com" {
		t.Errorf("Check = %v, %+v", err, c)
	}
	for _, bad := range []Config{{}, {AppID: "1", Secret: "s"}, {AppID: "1", Secret: "s", TokenFile: "none"}, {AppID: "1", SecretFile: "none", TokenFile: name}, {AppID: "1", Secret: "s", TokenFile: name, Server: "http://zalo.example"}} {
		if err := bad.Check(filepath.Dir(name)); err == nil {
			t.Errorf("Check of %+v = nil", bad)
		}
	}
	for address, ok := range map[string]bool{"2512523625412515": true, "": false, "0912 345 678": false, "lan": false} {
		if err := New(c).Check(alerts.Recipient{Address: address}); (err == nil) != ok {
			t.Errorf("Check(%q) = %v", address, err)
		}
	}
}
