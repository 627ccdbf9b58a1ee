package crawler

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"langnghe/crawler/polite"
)

// The traps of colly, through colly itself; package polite has those that
// the transport alone can show. The numbers are the rows of the list of
// sixteen that this crawler is built against.
func TestCollyTraps(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	z.Write(bytes.Repeat([]byte("x"), 8<<20))
	z.Close()
	robots, cookies, failures, visits := http.StatusOK, 0, 0, 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Cookie") != "" {
			cookies++
		}
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b", Path: "/"})
		switch r.URL.Path {
		case "/robots.txt":
			w.WriteHeader(robots)
			io.WriteString(w, "User-agent: *\nDisallow: /private/\n")
		case "/redirect":
			http.Redirect(w, r, "/private/x", http.StatusFound)
		case "/private/x":
			t.Error("a forbidden page was fetched")
		case "/again":
			visits++
		case "/flaky":
			if failures++; failures == 1 {
				w.WriteHeader(http.StatusInternalServerError)
			}
		case "/tagged":
			w.Header().Set("ETag", `"1"`)
			if r.Header.Get("If-None-Match") == `"1"` {
				w.WriteHeader(http.StatusNotModified)
			}
		case "/bomb.xml.gz":
			w.Header().Set("Content-Type", "application/x-gzip")
			w.Write(bomb.Bytes())
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/cp1258":
			w.Header().Set("Content-Type", "text/html; charset=windows-1258")
			w.Write([]byte("\xd0\xe0 N\xe3\xfdng"))
		default:
			io.WriteString(w, r.Header.Get("User-Agent"))
		}
	}))
	defer srv.Close()
	u, _ := url.Parse(srv.URL)
	open := func() *fetcher {
		tr, err := polite.New(polite.Options{UserAgent: "langnghe/1.0", MaxBytes: 64 << 10, Hosts: func(host string) polite.Host {
			return polite.Host{Internal: host == u.Host, Pace: time.Microsecond}
		}})
		if err != nil {
			t.Fatal(err)
		}
		f, err := newFetcher(tr)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	f := open()
	get := func(path string) (reply, error) { return f.get(t.Context(), srv.URL+path, "", "") }

	var forbidden *polite.Forbidden
	if _, err := get("/private/x"); !errors.As(err, &forbidden) {
		t.Errorf("row 1, robots.txt: %v", err)
	}
	if _, err := get("/redirect"); !errors.As(err, &forbidden) {
		t.Errorf("row 5, a redirect to a forbidden page: %v", err)
	}
	if _, err := get("/loop"); err == nil {
		t.Error("a circle of redirects gave a document")
	}
	if rep, err := f.get(t.Context(), srv.URL+"/tagged", `"1"`, ""); err != nil || !rep.unchanged {
		t.Errorf("row 11, 304: %+v, %v", rep, err)
	}
	if rep, err := get("/tagged"); err != nil || rep.unchanged || rep.etag != `"1"` {
		t.Errorf("row 11, validators: %+v, %v", rep, err)
	}
	var large *polite.TooLarge
	if rep, err := get("/bomb.xml.gz"); !errors.As(err, &large) {
		t.Errorf("row 12, a bomb of 8 MiB: %d bytes, %v", len(rep.data), err)
	}
	var status *StatusError
	if _, err := get("/flaky"); !errors.As(err, &status) || status.Code != 500 {
		t.Errorf("row 10, an error is typed: %v", err)
	}
	if _, err := get("/flaky"); err != nil {
		t.Errorf("row 13, a failed address is tried again: %v", err)
	}
	for range 3 {
		if _, err := get("/again"); err != nil {
			t.Error(err)
		}
	}
	if visits != 3 {
		t.Errorf("row 13, an address was fetched %d times, want 3", visits)
	}
	if rep, err := get("/cp1258"); err != nil || string(rep.data) != "Đà Nă\u0303́ng" && !strings.HasPrefix(string(rep.data), "Đà N") {
		t.Errorf("row 14, charset: %q, %v", rep.data, err)
	}
	if rep, err := get("/agent"); err != nil || string(rep.data) != "langnghe/1.0" {
		t.Errorf("user agent %q, %v", rep.data, err)
	}
	if cookies != 0 {
		t.Errorf("row 16, %d requests carried a cookie", cookies)
	}
	robots = http.StatusInternalServerError
	f = open()
	if _, err := get("/x"); !errors.As(err, &forbidden) {
		t.Errorf("row 2, robots.txt answers 500: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.get(ctx, srv.URL+"/x", "", ""); !errors.Is(err, context.Canceled) {
		t.Errorf("row 8, a request of an ended context: %v", err)
	}
}

// Row 15: what would override our settings stops the start.
func TestEnvironment(t *testing.T) {
	if err := checkEnvironment([]string{"HOME=/", "COLLY_MAX_BODY_SIZE=0"}); err == nil || !strings.Contains(err.Error(), "COLLY_MAX_BODY_SIZE") {
		t.Errorf("err = %v, want the variable named", err)
	}
	if err := checkEnvironment([]string{"HOME=/", "MY_COLLY_X=1"}); err != nil {
		t.Error(err)
	}
}

// Row 9: a panic costs the document.
func TestReaderPanics(t *testing.T) {
	var r reader = func([]byte, reading) (listing, error) { panic("boo") }
	if _, err := r.read(nil, reading{}); err == nil || !strings.Contains(err.Error(), "boo") {
		t.Errorf("err = %v", err)
	}
}
