package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// A slow body says when somebody begins to read it, and holds what it has
// until it may go on.
type slow struct {
	begun, goOn chan struct{}
	rest        io.Reader
}

func (b *slow) Read(p []byte) (int, error) {
	select {
	case <-b.begun:
	default:
		close(b.begun)
	}
	<-b.goOn
	return b.rest.Read(p)
}

// A slow reader says when it is answered, and takes nothing until it may go on.
type slowReader struct {
	*httptest.ResponseRecorder
	begun, goOn chan struct{}
}

func (w *slowReader) Write(p []byte) (int, error) {
	select {
	case <-w.begun:
	default:
		close(w.begun)
	}
	<-w.goOn
	return w.ResponseRecorder.Write(p)
}

// soon waits for what comes at once unless it never comes.
func soon(t *testing.T, what string, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(20 * time.Second):
		t.Fatalf("%s: not within 20 seconds", what)
	}
}

// TestSlow: whoever sends or reads slowly keeps nobody else from changing the
// same thing, and is served in the end.
func TestSlow(t *testing.T) {
	const form, upload = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
	multipart := "--x\r\nContent-Disposition: form-data; name=\"level\"\r\n\r\n2\r\n--x--\r\n"
	tests := []struct {
		name, target, kind, body string
		taken                    bool
	}{
		{"a program", "/api/v1/cases/V-2026-0030/level", "application/json", `{"level": 2}`, true},
		{"under a key", "/api/v1/cases/V-2026-0030/level", "application/json", `{"level": 2}`, true},
		{"a form", "/cases/V-2026-0030/level", form, "level=2", true},
		{"a form in parts", "/cases/V-2026-0030/level", upload, multipart, false},
		{"no JSON", "/api/v1/cases/V-2026-0030/level", "application/json", `[`, false},
	}
	for _, tt := range tests {
		for _, reads := range []bool{false, true} {
			name := tt.name + ", sent slowly"
			if reads {
				name = tt.name + ", read slowly"
			}
			t.Run(name, func(t *testing.T) {
				s := newSite(t)
				begun, goOn, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
				var body io.Reader = strings.NewReader(tt.body)
				rec := httptest.NewRecorder()
				var w http.ResponseWriter = rec
				if reads {
					w = &slowReader{rec, begun, goOn}
				} else {
					body = &slow{begun, goOn, body}
				}
				r := httptest.NewRequest("POST", "http://desk.example"+tt.target, body)
				r.Header.Set("Content-Type", tt.kind)
				if tt.name == "under a key" {
					r.Header.Set("Idempotency-Key", "1")
				}
				r.AddCookie(s.as("lan"))
				go func() { s.ServeHTTP(w, r); close(done) }()
				if reads && strings.HasPrefix(tt.kind, "application/x-") || reads && tt.kind == upload {
					soon(t, "the answer", either(begun, done)) // a redirect has no body
				} else {
					soon(t, "the slow request", begun)
				}
				other := make(chan struct{})
				go func() {
					defer close(other)
					if w := s.send("lan", "POST", "/api/v1/cases/V-2026-0030/level", obj{"level": 1}); w.Code != http.StatusOK {
						t.Errorf("the other request: %d %s", w.Code, w.Body)
					}
				}()
				soon(t, "the other request", other)
				close(goOn)
				soon(t, "the slow request's end", done)
				if (rec.Code < 400) != tt.taken {
					t.Errorf("the slow request: %d %s", rec.Code, rec.Body)
				}
			})
		}
	}
}

// either is closed when one of two is.
func either(a, b <-chan struct{}) <-chan struct{} {
	c := make(chan struct{})
	go func() {
		defer close(c)
		select {
		case <-a:
		case <-b:
		}
	}()
	return c
}

// TestPanicEndsTurn: a handler that fails hard leaves its turn.
func TestPanicEndsTurn(t *testing.T) {
	s := &server{}
	r := httptest.NewRequest("POST", "/", nil)
	r.SetPathValue("id", "1")
	func() {
		defer func() { _ = recover() }()
		_ = s.alone(route{handle: func(http.ResponseWriter, *http.Request) error { panic("hard") }}, httptest.NewRecorder(), r)
	}()
	if !s.turns.of("1").TryLock() {
		t.Error("the turn was kept")
	}
}
