package webhook

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"langnghe/alerts"
	"langnghe/alerts/wire"
	"langnghe/internal/news"
)

var secret = "whsec_" + base64.StdEncoding.EncodeToString([]byte("0123456789abcdef0123456789abcdef"))

func message(address string) alerts.Message {
	at := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	return alerts.Message{
		ID: "ln-0123", To: alerts.Recipient{Name: "hệ thống", Channel: "webhook", Address: address, Secret: secret, Lang: "vi"},
		Alert:   news.Alert{ID: "flagged/1", Kind: "flagged", Level: news.High, Topic: "water", Group: "dam", Event: at.Add(-time.Hour)},
		More:    []news.Alert{{ID: "flagged/2"}},
		Subject: "[Khẩn] Vỡ đập? <script>", Text: "Mức: Khẩn\n", Link: "https://desk.example/inbox/1", Try: 1, At: at,
	}
}

func TestSigned(t *testing.T) {
	var body []byte
	var header http.Header
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		header = r.Header
		w.WriteHeader(http.StatusNoContent)
	}))
	defer s.Close()
	if err := New(Options{}).Send(t.Context(), message(s.URL)); err != nil {
		t.Fatal(err)
	}
	verify, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	if err := verify.Verify(body, header); err != nil {
		t.Errorf("Verify = %v", err)
	}
	if err := verify.Verify(append(body, ' '), header); err == nil {
		t.Error("Verify of a changed body = nil, want an error")
	}
	if header.Get("webhook-id") != "ln-0123" || header.Get("Content-Type") != "application/cloudevents+json; charset=utf-8" {
		t.Errorf("header = %v", header)
	}
	var got map[string]any
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatal(err)
	}
	for k, want := range map[string]any{
		"specversion": "1.0", "id": "ln-0123", "source": "/langnghe", "type": "vn.langnghe.alert.flagged",
		"subject": "flagged/1", "time": "2026-03-02T01:00:00Z", "datacontenttype": "application/json",
	} {
		if got[k] != want {
			t.Errorf("%s = %v, want %v", k, got[k], want)
		}
	}
	d := got["data"].(map[string]any)
	if d["level"] != 3.0 || d["level_name"] != "high" || d["subject"] != "[Khẩn] Vỡ đập? <script>" || d["automatic"] != true || len(d["alerts"].([]any)) != 2 {
		t.Errorf("data = %v", d)
	}
}

func TestAnswers(t *testing.T) {
	tests := []struct {
		status int
		after  string
		temp   bool
		pause  time.Duration
	}{
		{http.StatusTooManyRequests, "7", true, 7 * time.Second},
		{http.StatusServiceUnavailable, time.Now().Add(time.Hour).UTC().Format(http.TimeFormat), true, time.Hour},
		{http.StatusServiceUnavailable, "Fri, 01 Jan 2021 00:00:00 GMT", true, 0},
		{http.StatusServiceUnavailable, "soon", true, 0},
		{http.StatusServiceUnavailable, "-5", true, 0},
		{http.StatusInternalServerError, "", true, 0},
		{http.StatusRequestTimeout, "", true, 0},
		{http.StatusNotFound, "", false, 0},
		{http.StatusGone, "", false, 0},
		{http.StatusUnauthorized, "", false, 0},
		{http.StatusFound, "", false, 0},
		{http.StatusNotModified, "", false, 0},
	}
	for _, tt := range tests {
		elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("followed a redirect") }))
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", tt.after)
			w.Header().Set("Location", elsewhere.URL)
			w.WriteHeader(tt.status)
		}))
		err := New(Options{}).Send(t.Context(), message(s.URL))
		var e *wire.Error
		if !errors.As(err, &e) || e.Temporary() != tt.temp || (tt.pause-e.RetryAfter()).Abs() > 2*time.Second {
			t.Errorf("%d, Retry-After %q: %v, want temporary %v, pause %v", tt.status, tt.after, err, tt.temp, tt.pause)
		}
		s.Close()
		elsewhere.Close()
	}
}

// Servers that hang, break off, talk for ever or are away are tried again,
// and the error does not show the address, which may hold a key.
func TestBadServers(t *testing.T) {
	hang := func(r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then the server notices that the client has left
		<-r.Context().Done()
	}
	tests := map[string]http.HandlerFunc{
		"hangs": func(_ http.ResponseWriter, r *http.Request) { hang(r) },
		"cuts":  func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"talks and hangs": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusInternalServerError)
			_ = http.NewResponseController(w).Flush()
			hang(r)
		},
		"talks for ever": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusInternalServerError)
			for {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		},
	}
	for name, handler := range tests {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(handler)
			defer s.Close()
			defer s.CloseClientConnections()
			begun := time.Now()
			check(t, New(Options{Timeout: 100 * time.Millisecond}).Send(t.Context(), message(s.URL+"/key-123")))
			if d := time.Since(begun); d > 10*time.Second {
				t.Errorf("Send took %v", d)
			}
		})
	}
	t.Run("away", func(t *testing.T) {
		s := httptest.NewServer(nil)
		s.Close()
		check(t, New(Options{}).Send(t.Context(), message(s.URL+"/key-123")))
	})
	t.Run("time is up", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		check(t, New(Options{}).Send(ctx, message("http://127.0.0.1:9/key-123")))
	})
}

func check(t *testing.T, err error) {
	t.Helper()
	var e *wire.Error
	if !errors.As(err, &e) || !e.Temporary() || strings.Contains(err.Error(), "key-123") {
		t.Errorf("Send = %v, want a temporary error without the address", err)
	}
}

func TestCheck(t *testing.T) {
	tests := []struct{ address, secret, want string }{
		{"https://hooks.example/x", secret, ""},
		{"http://127.0.0.1:1/x", secret, ""},
		{"http://hooks.example/x", secret, "in the clear"},
		{"hooks.example", secret, "not an https:// address"},
		{"file:///etc/passwd", secret, "not an https:// address"},
		{"https://hooks.example/x", "", "must start with whsec_"},
		{"https://hooks.example/x", "whsec_%%%", "is not base64"},
		{"https://hooks.example/x", "whsec_c2hvcnQ=", "has 5 bytes"},
	}
	for _, tt := range tests {
		err := New(Options{}).Check(alerts.Recipient{Address: tt.address, Secret: tt.secret})
		if (err == nil) != (tt.want == "") || err != nil && (!strings.Contains(err.Error(), tt.want) || tt.secret != "" && strings.Contains(err.Error(), tt.secret)) {
			t.Errorf("Check(%s, %s) = %v, want %q", tt.address, tt.secret, err, tt.want)
		}
	}
	m := message("https://hooks.example")
	m.To.Secret = "whsec_c2hvcnQ="
	var e *wire.Error
	if err := New(Options{}).Send(t.Context(), m); !errors.As(err, &e) || e.Temporary() {
		t.Errorf("Send with a bad secret = %v, want a permanent error", err)
	}
}
