package bus

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// ServeSocket answers the questions of commands on a Unix socket that only
// its owner may open, until ctx is done. It forwards to whichever role
// answers, so it works the same in one process and split.
func (b *Bus) ServeSocket(ctx context.Context, path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("bus: socket: %w", err)
	}
	l, err := listenPrivate(path)
	if err != nil {
		return fmt.Errorf("bus: socket %s: %w", path, err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{subject}", func(w http.ResponseWriter, r *http.Request) {
		subject := r.PathValue("subject")
		if !strings.HasPrefix(subject, "ask.") {
			http.Error(w, "not a question", http.StatusNotFound)
			return
		}
		data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPayload))
		if err != nil {
			http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
			return
		}
		out, err := b.Request(r.Context(), subject, data)
		if errors.Is(err, ErrNobody) {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(out)
	})
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = srv.Close() })
	defer stop()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("bus: socket %s: %w", path, err)
	}
	return nil
}

// listenPrivate makes the socket with mode 0600. The data folder itself is
// 0700, so there is no moment in which another user could connect.
func listenPrivate(path string) (net.Listener, error) {
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		_ = l.Close()
		return nil, err
	}
	return l, nil
}

// A Client asks a running service over its socket.
type Client struct{ http *http.Client }

// Dial returns a client of the socket at path. It connects with the first
// question.
func Dial(path string) *Client {
	return &Client{&http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		},
	}}}
}

// Request implements [Asker].
func (c *Client) Request(ctx context.Context, subject string, data []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://service/"+subject, bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask the running service: %w", err)
	}
	defer resp.Body.Close()
	out, err := io.ReadAll(io.LimitReader(resp.Body, maxPayload+1))
	if err != nil {
		return nil, err
	}
	switch resp.StatusCode {
	case http.StatusOK:
		return out, nil
	case http.StatusServiceUnavailable:
		return nil, ErrNobody
	default:
		return nil, errors.New(strings.TrimSpace(string(out)))
	}
}
