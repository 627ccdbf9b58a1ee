package alertstest

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"langnghe/alerts"
	"langnghe/internal/news"
)

// A Door is a channel over HTTP as its conformance test needs it.
type Door struct {
	// Open makes the channel for a server on this machine, and a recipient
	// that it reaches. The timeout is that of a request.
	Open func(t *testing.T, server string, timeout time.Duration) (alerts.Channel, alerts.Recipient)
	// Good is what the server answers when it has taken a message.
	Good func(w http.ResponseWriter, r *http.Request)
	// Secrets must stand in no error.
	Secrets []string
	// Opaque says that the request carries no readable text.
	Opaque bool
}

// Message is the one that the conformance test sends.
func Message(to alerts.Recipient) alerts.Message {
	at := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	return alerts.Message{
		ID: "ln-0123456789abcdef0123456789abcdef", To: to, Subject: "[Khẩn] Mất nước ở khối 3", Text: "Mức: Khẩn\nBa bài trong một giờ <b>đậm</b> & \"trích\".\n",
		Alert: news.Alert{ID: "flagged/1", Kind: "flagged", Level: news.High, Topic: "water", Group: "story/1", Path: "/inbox/1",
			Subject: news.Text{VI: "Mất nước ở khối 3"}, Body: news.Text{VI: "Ba bài trong một giờ."}, Event: at, Created: at},
		Link: "https://desk.example/inbox/1", Try: 1, At: at,
	}
}

// Channel tests what every channel over HTTP does with a good server and with
// bad ones: it delivers, tells temporary failures from final ones, heeds
// Retry-After, follows no redirect, is not held up by a server that hangs,
// and repeats no secret.
func Channel(t *testing.T, d Door) {
	send := func(t *testing.T, timeout time.Duration, h http.HandlerFunc) error {
		t.Helper()
		s := httptest.NewServer(h)
		defer s.Close()
		c, to := d.Open(t, s.URL, timeout)
		err := c.Send(t.Context(), Message(to))
		if err != nil {
			for _, secret := range d.Secrets {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the error %q holds a secret", err)
				}
			}
		}
		return err
	}
	temporary := func(err error) bool {
		var e interface{ Temporary() bool }
		return err != nil && (!errors.As(err, &e) || e.Temporary())
	}
	after := func(err error) time.Duration {
		var e interface{ RetryAfter() time.Duration }
		if errors.As(err, &e) {
			return e.RetryAfter()
		}
		return 0
	}

	t.Run("delivers, and repeats look alike", func(t *testing.T) {
		var mu sync.Mutex
		var bodies []string
		h := func(w http.ResponseWriter, r *http.Request) {
			b, _ := io.ReadAll(r.Body)
			mu.Lock()
			bodies = append(bodies, string(b)+r.Header.Get("webhook-id")+r.Header.Get("Topic"))
			mu.Unlock()
			d.Good(w, r)
		}
		for range 2 {
			if err := send(t, 5*time.Second, h); err != nil {
				t.Fatalf("Send = %v", err)
			}
		}
		if len(bodies) != 2 {
			t.Fatalf("%d requests, want one a message", len(bodies))
		}
		if id := Message(alerts.Recipient{}).ID; !d.Opaque && (!strings.Contains(strings.ReplaceAll(bodies[0], "_", "-"), id) || !strings.Contains(bodies[0], "Mất nước")) {
			t.Errorf("the request has no identity or no text: %s", bodies[0])
		}
	})
	for _, tt := range []struct {
		name   string
		status int
		after  string
		temp   bool
		pause  time.Duration
	}{
		{"too many", 429, "7", true, 7 * time.Second},
		{"server error", 500, "", true, 0},
		{"away", 503, "120", true, 2 * time.Minute},
		{"gateway", 504, "nonsense", true, 0},
		{"refused", 400, "", false, 0},
		{"forbidden", 403, "", false, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := send(t, 5*time.Second, func(w http.ResponseWriter, _ *http.Request) {
				if tt.after != "" {
					w.Header().Set("Retry-After", tt.after)
				}
				w.WriteHeader(tt.status)
			})
			if err == nil || temporary(err) != tt.temp || after(err) != tt.pause {
				t.Errorf("Send = %v (temporary %v, pause %v), want temporary %v, pause %v", err, temporary(err), after(err), tt.temp, tt.pause)
			}
		})
	}
	t.Run("follows no redirect", func(t *testing.T) {
		elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the message went elsewhere") }))
		defer elsewhere.Close()
		if err := send(t, 5*time.Second, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", elsewhere.URL)
			w.WriteHeader(http.StatusTemporaryRedirect)
		}); err == nil {
			t.Error("Send = nil, want an error")
		}
	})
	t.Run("a server that hangs", func(t *testing.T) {
		free := make(chan struct{})
		begun := time.Now()
		err := send(t, 100*time.Millisecond, func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // or the server never learns that the client is gone
			select {
			case <-r.Context().Done():
			case <-free:
			case <-time.After(5 * time.Second):
			}
		})
		close(free)
		if !temporary(err) || time.Since(begun) > 4*time.Second {
			t.Errorf("Send = %v after %v, want a temporary error soon", err, time.Since(begun))
		}
	})
	t.Run("a server that hangs up", func(t *testing.T) {
		for _, half := range []string{"", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"ok\":"} {
			err := send(t, 5*time.Second, func(w http.ResponseWriter, _ *http.Request) {
				conn, _, err := w.(http.Hijacker).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.WriteString(conn, half)
				if tcp, ok := conn.(*net.TCPConn); ok {
					_ = tcp.SetLinger(0) // a reset
				}
				_ = conn.Close()
			})
			if !temporary(err) {
				t.Errorf("Send with the answer %q = %v, want a temporary error", half, err)
			}
		}
	})
	t.Run("nobody listens", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addr := l.Addr().String()
		_ = l.Close()
		c, to := d.Open(t, "http://"+addr, time.Second)
		if err := c.Send(t.Context(), Message(to)); !temporary(err) {
			t.Errorf("Send = %v, want a temporary error", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := c.Send(ctx, Message(to)); !temporary(err) {
			t.Errorf("Send after the stop = %v, want a temporary error", err)
		}
	})
}
