package polite

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/text/encoding/charmap"
)

// A web answers requests in memory, so that hours pass in no time.
type web struct {
	mu      sync.Mutex
	pages   map[string]func(*http.Request) *http.Response // by URL; default 200
	asked   []string                                      // "12s http://a.example/x"
	agents  []string
	start   time.Time
	running map[string]int // by host
	most    int            // requests at a time to one host
	takes   time.Duration  // per request
}

func newWeb() *web {
	return &web{pages: map[string]func(*http.Request) *http.Response{}, start: time.Now(), running: map[string]int{}}
}

func (w *web) RoundTrip(req *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.asked = append(w.asked, fmt.Sprintf("%v %s", time.Since(w.start).Round(time.Second), req.URL))
	w.agents = append(w.agents, req.Header.Get("User-Agent"))
	w.running[req.URL.Host]++
	w.most = max(w.most, w.running[req.URL.Host])
	page, takes := w.pages[req.URL.String()], w.takes
	w.mu.Unlock()
	defer func() { w.mu.Lock(); w.running[req.URL.Host]--; w.mu.Unlock() }()
	select {
	case <-time.After(takes):
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
	res := answer(http.StatusOK, "")
	switch {
	case page != nil:
		res = page(req)
	case req.URL.Path == "/robots.txt":
		res = answer(http.StatusNotFound, "")
	}
	res.Request = req
	return res, nil
}

func (w *web) set(url string, status int, body string, header ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pages[url] = func(*http.Request) *http.Response { return answer(status, body, header...) }
}

func (w *web) times(path string) (out []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range w.asked {
		if at, u, _ := strings.Cut(a, " "); strings.HasSuffix(u, path) {
			out = append(out, at)
		}
	}
	return out
}

func answer(status int, body string, header ...string) *http.Response {
	h := http.Header{}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

func client(t *testing.T, w *web, change ...func(*Options)) *http.Client {
	t.Helper()
	o := Options{UserAgent: "langnghe/1.0 (+it@ward.example)", Base: w}
	for _, f := range change {
		f(&o)
	}
	tr, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Transport: tr}
}

func get(c *http.Client, address string) (string, error) {
	res, err := c.Get(address)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	return string(data), err
}

// Row 1, 3: robots.txt is obeyed, for our product token, with the longest
// match, and read again after a day.
func TestRobots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWeb()
		w.set("http://a.example/robots.txt", 200, "User-agent: *\nDisallow: /\n\nUser-agent: LangNghe\nDisallow: /private/\nAllow: /private/open\n")
		c := client(t, w)
		for path, allowed := range map[string]bool{"/": true, "/tin": true, "/private/x": false, "/private/open/x": true, "/private/x?q=1": false} {
			_, err := get(c, "http://a.example"+path)
			var f *Forbidden
			if allowed != (err == nil) || !allowed && (!errors.As(err, &f) || f.Err != nil) {
				t.Errorf("%s: %v, want allowed %v", path, err, allowed)
			}
		}
		if n := len(w.times("/robots.txt")); n != 1 {
			t.Errorf("robots.txt was asked for %d times, want once", n)
		}
		w.set("http://a.example/robots.txt", 200, "User-agent: *\nDisallow:\n")
		time.Sleep(25 * time.Hour)
		if _, err := get(c, "http://a.example/private/x"); err != nil {
			t.Errorf("after a day the new robots.txt counts: %v", err)
		}
	})
}

// Row 2: what robots.txt answers decides, as RFC 9309 says.
func TestRobotsAnswers(t *testing.T) {
	tests := []struct {
		name    string
		status  int
		body    string
		header  []string
		allowed bool
	}{
		{"not there", 404, "", nil, true},
		{"forbidden", 403, "", nil, true},
		{"server error", 500, "", nil, false},
		{"unavailable", 503, "", nil, false},
		{"too many requests", 429, "", nil, false},
		{"redirect to the rules", 301, "", []string{"Location", "http://b.example/rules"}, false},
		{"redirect in a circle", 302, "", []string{"Location", "/robots.txt"}, true},
		{"html", 200, "<html><body>404</body></html>", nil, true},
		{"empty", 200, "", nil, true},
		{"byte order mark", 200, "\ufeffUser-agent: *\nDisallow: /", nil, false},
		{"rules behind 500 KiB are not read", 200, "#" + strings.Repeat("x", robotsSize) + "\nUser-agent: *\nDisallow: /", nil, true},
		{"far too large", 200, strings.Repeat("x", 9<<20), nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWeb()
				w.set("http://a.example/robots.txt", tt.status, tt.body, tt.header...)
				w.set("http://b.example/rules", 200, "User-agent: *\nDisallow: /")
				_, err := get(client(t, w), "http://a.example/x")
				if (err == nil) != tt.allowed {
					t.Errorf("%v, want allowed %v", err, tt.allowed)
				}
			})
		})
	}
}

// A server error of robots.txt is looked at again soon.
func TestRobotsRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWeb()
		w.set("http://a.example/robots.txt", 500, "")
		c := client(t, w)
		if _, err := get(c, "http://a.example/x"); err == nil {
			t.Fatal("fetched while robots.txt answers 500")
		}
		if n := len(w.times("/x")); n != 0 {
			t.Fatalf("the page was asked for %d times", n)
		}
		w.set("http://a.example/robots.txt", 404, "")
		time.Sleep(11 * time.Minute)
		if _, err := get(c, "http://a.example/x"); err != nil {
			t.Errorf("after it recovered: %v", err)
		}
	})
}

// A host whose robots.txt asks for a pause is left alone for that long, at
// least for the ten minutes of any failure and at most for a day; a server
// error keeps us out for as long as it says.
func TestRobotsRetryAfter(t *testing.T) {
	for _, tt := range []struct {
		status int
		after  string
		want   time.Duration
		shut   bool
	}{
		{429, "7200", 2 * time.Hour, true},
		{503, "3600", time.Hour, true},
		{503, "60", 10 * time.Minute, true},
		{429, "", 10 * time.Minute, true},
		{503, "99999999", 24 * time.Hour, true},
		{500, "1800", 30 * time.Minute, false},
		{500, "", 10 * time.Minute, false},
	} {
		t.Run(fmt.Sprint(tt.status, tt.after), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWeb()
				w.set("http://a.example/robots.txt", tt.status, "", "Retry-After", tt.after)
				c := client(t, w)
				_, err := get(c, "http://a.example/x")
				var f *Forbidden
				var later *RetryLater
				if !errors.As(err, &f) || errors.As(err, &later) != tt.shut || tt.shut && (later.After != tt.want || later.Status != tt.status) {
					t.Fatalf("%v, want to be kept out, asked to wait %v: %v", err, tt.want, tt.shut)
				}
				begin := time.Now()
				w.set("http://a.example/robots.txt", 404, "")
				for time.Since(begin) < tt.want-time.Minute {
					_, err := get(c, "http://a.example/x")
					if err == nil || errors.As(err, &later) != tt.shut {
						t.Fatalf("after %v of %v: %v", time.Since(begin), tt.want, err)
					}
					time.Sleep(tt.want / 20)
				}
				if n := len(w.times("/robots.txt")); n != 1 {
					t.Errorf("robots.txt was asked for %d times in its pause", n)
				}
				time.Sleep(time.Until(begin.Add(tt.want + time.Minute)))
				if _, err := get(c, "http://a.example/x"); err != nil {
					t.Errorf("after the pause: %v", err)
				}
			})
		})
	}
}

// The pause is the host's that asks: one that serves another's robots.txt.
func TestRobotsRetryAfterElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWeb()
		w.set("http://a.example/robots.txt", 301, "", "Location", "http://b.example/robots.txt")
		w.set("http://b.example/robots.txt", 429, "", "Retry-After", "7200")
		c := client(t, w)
		var later *RetryLater
		if _, err := get(c, "http://a.example/x"); err == nil || errors.As(err, &later) {
			t.Errorf("a.example did not ask for a pause itself: %v", err)
		}
		if _, err := get(c, "http://b.example/x"); !errors.As(err, &later) || later.Status != 429 {
			t.Errorf("b.example asked for a pause: %v", err)
		}
		if n := len(w.times("/x")); n != 0 {
			t.Errorf("%d pages were asked for", n)
		}
	})
}

// A stream is a request like others but for robots.txt and its body.
func TestStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWeb()
		w.set("http://busy.example/s", 429, "", "Retry-After", "120")
		tr, err := New(Options{UserAgent: "langnghe/1", Base: w, Budget: 3, Hosts: func(h string) Host {
			if h == "own.example" {
				return Host{Internal: true, Pace: time.Second}
			}
			return Host{}
		}})
		if err != nil {
			t.Fatal(err)
		}
		c := &http.Client{Transport: tr.Stream()}
		for range 3 {
			if _, err := get(c, "http://a.example/s"); err != nil {
				t.Fatal(err)
			}
			if _, err := get(c, "http://own.example/s"); err != nil {
				t.Fatal(err)
			}
		}
		if got, want := w.times("a.example/s"), []string{"0s", "2s", "4s"}; !slices.Equal(got, want) {
			t.Errorf("asked at %v, want %v: the pace of everybody", got, want)
		}
		var later *RetryLater
		if _, err := get(c, "http://a.example/s"); !errors.As(err, &later) || later.Status != 0 || later.After > time.Hour {
			t.Errorf("over the budget of the hour: %v", err)
		}
		if _, err := get(c, "http://own.example/s"); err != nil {
			t.Errorf("an internal host has no budget: %v", err)
		}
		if _, err := get(c, "http://busy.example/s"); !errors.As(err, &later) || later.After != 2*time.Minute {
			t.Errorf("busy: %v", err)
		}
		if _, err := get(&http.Client{Transport: tr}, "http://busy.example/x"); !errors.As(err, &later) || later.Status != 429 {
			t.Errorf("the pause that a stream was asked for does not hold for pages: %v", err)
		}
		if n := len(w.times("/robots.txt")); n != 0 {
			t.Errorf("robots.txt was asked for %d times", n)
		}
	})
}

// Row 4, 8: one request at a time and host, paced from start to start by the
// policy or by Crawl-delay; hosts do not wait for each other.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWeb()
		w.takes = 500 * time.Millisecond
		w.set("http://slow.example/robots.txt", 200, "User-agent: *\nCrawl-delay: 7\n")
		w.set("http://never.example/robots.txt", 200, "User-agent: *\nCrawl-delay: 86400\n")
		c := client(t, w, func(o *Options) {
			o.Hosts = func(host string) Host {
				switch host {
				case "own.example":
					return Host{Internal: true, Pace: time.Second}
				case "cheat.example":
					return Host{Pace: time.Millisecond}
				}
				return Host{}
			}
		})
		var wg sync.WaitGroup
		for _, host := range []string{"a.example", "slow.example", "never.example", "own.example", "cheat.example"} {
			for range 3 {
				wg.Go(func() {
					if _, err := get(c, "http://"+host+"/x"); err != nil {
						t.Error(err)
					}
				})
			}
		}
		wg.Wait()
		for host, want := range map[string][]string{
			"a.example": {"2s", "4s", "6s"}, "cheat.example": {"2s", "4s", "6s"}, "own.example": {"1s", "2s", "3s"},
			"slow.example": {"7s", "14s", "21s"}, "never.example": {"1m0s", "2m0s", "3m0s"},
		} {
			if got := w.times(host + "/x"); !slices.Equal(got, want) {
				t.Errorf("%s was asked at %v, want %v", host, got, want)
			}
		}
		if w.most != 1 {
			t.Errorf("%d requests at a time to one host", w.most)
		}
	})
}

// Row 8: waiting ends with the context, not with the pace.
func TestWaitEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWeb()
		c := client(t, w, func(o *Options) { o.Pace = time.Hour })
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		start := time.Now()
		var wg sync.WaitGroup
		for range 4 { // one waits for the pace, three for the turn
			wg.Go(func() {
				req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://a.example/x", nil)
				if _, err := c.Do(req); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("err = %v", err)
				}
			})
		}
		wg.Wait()
		if d := time.Since(start); d != 3*time.Second {
			t.Errorf("returned after %v, want 3s", d)
		}
	})
}

// Row 5, 6, 7: each hop of a redirect is checked and paced, whatever the
// client does about redirects.
func TestRedirects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWeb()
		w.set("http://a.example/robots.txt", 200, "User-agent: *\nDisallow: /private/\n")
		w.set("http://a.example/out", 302, "", "Location", "http://b.example/in")
		w.set("http://b.example/in", 302, "", "Location", "http://a.example/private/x")
		w.set("http://a.example/self", 302, "", "Location", "/there")
		c := client(t, w)
		var f *Forbidden
		if _, err := get(c, "http://a.example/out"); !errors.As(err, &f) {
			t.Errorf("a redirect led to a forbidden page: %v", err)
		}
		if len(w.times("/private/x")) != 0 {
			t.Error("the forbidden page was asked for")
		}
		// http and https are one host: the hop to the other waits as well.
		w.asked, w.start = nil, time.Now()
		w.set("http://a.example/secure", 301, "", "Location", "https://a.example/secure2")
		if _, err := get(c, "http://a.example/secure"); err != nil {
			t.Fatal(err)
		}
		if a, b := w.times("/secure"), w.times("/secure2"); len(a) != 1 || len(b) != 1 || a[0] == b[0] || len(w.times("https://a.example/robots.txt")) != 1 {
			t.Errorf("http at %v, https at %v, %v", a, b, w.asked)
		}
		w.asked, w.start = nil, time.Now()
		if _, err := get(c, "http://a.example/self"); err != nil {
			t.Fatal(err)
		}
		if a, b := w.times("/self"), w.times("/there"); a[0] != "2s" && a[0] != "0s" || b[0] == a[0] {
			t.Errorf("the redirect was followed at %v after %v: no pace", b, a)
		}
	})
}

// Row 9, 10: "later" is an error that says when, and no request until then.
func TestRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWeb()
		now := time.Now()
		w.set("http://seconds.example/x", 429, "", "Retry-After", "120")
		w.set("http://date.example/x", 503, "", "Retry-After", now.Add(5*time.Minute).UTC().Format(http.TimeFormat))
		w.set("http://silent.example/x", 503, "")
		w.set("http://years.example/x", 429, "", "Retry-After", "99999999999")
		c := client(t, w)
		for host, want := range map[string]time.Duration{"seconds": 2 * time.Minute, "date": 5 * time.Minute, "silent": time.Minute, "years": 24 * time.Hour} {
			var later *RetryLater
			_, err := get(c, "http://"+host+".example/x")
			if !errors.As(err, &later) || later.After < want-30*time.Second || later.After > want {
				t.Errorf("%s: %v, want RetryLater after %v", host, err, want)
			}
			if _, err := get(c, "http://"+host+".example/y"); !errors.As(err, &later) {
				t.Errorf("%s: asked again at once: %v", host, err)
			}
		}
		if n := len(w.times("/y")); n != 0 {
			t.Errorf("%d requests to hosts that asked for a pause", n)
		}
		// Without a wish the pause doubles, and ends with the first success.
		for _, want := range []time.Duration{2, 4, 8} {
			time.Sleep(want * time.Minute / 2)
			var later *RetryLater
			if _, err := get(c, "http://silent.example/x"); !errors.As(err, &later) || later.After != want*time.Minute {
				t.Errorf("pause %v, want %vm", err, want)
			}
		}
		time.Sleep(time.Hour)
		if _, err := get(c, "http://silent.example/y"); err != nil {
			t.Error(err)
		}
		var later *RetryLater
		if _, err := get(c, "http://silent.example/x"); !errors.As(err, &later) || later.After != time.Minute {
			t.Errorf("pause after a success: %v, want 1m again", err)
		}
	})
}

func TestTimeCap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWeb()
		w.set("http://a.example/robots.txt", 404, "")
		c := client(t, w, func(o *Options) { o.Timeout = 5 * time.Second })
		if _, err := get(c, "http://a.example/x"); err != nil {
			t.Fatal(err)
		}
		w.takes = time.Minute
		start := time.Now()
		_, err := get(c, "http://a.example/y")
		if err == nil || !strings.Contains(err.Error(), "within 5s") {
			t.Errorf("err = %v, want the cap named", err)
		}
		if d := time.Since(start); d > 8*time.Second {
			t.Errorf("gave up after %v", d)
		}
	})
}

func zip(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(s))
	z.Close()
	return b.String()
}

// Row 12, 14: the cap holds after decompression and is an error; what
// arrives is decompressed and UTF-8.
func TestBody(t *testing.T) {
	latin, err := charmap.Windows1258.NewEncoder().String("Đa\u0300 Nă\u0303ng")
	if err != nil {
		t.Fatal(err)
	}
	const limit = 64 << 10
	tests := []struct {
		name, body string
		header     []string
		want       string // "" is TooLarge
		err        string
	}{
		{"plain", "chữ", nil, "chữ", ""},
		{"at the limit", strings.Repeat("x", limit), nil, strings.Repeat("x", limit), ""},
		{"over the limit", strings.Repeat("x", limit+1), nil, "", ""},
		{"file.xml.gz", zip("<urlset/>"), []string{"Content-Type", "application/gzip"}, "<urlset/>", ""},
		{"bomb.xml.gz", zip(strings.Repeat("x", 8<<20)), []string{"Content-Type", "application/x-gzip"}, "", ""},
		{"gzip that breaks off", zip(strings.Repeat("abc", 999))[:40], nil, "", "gzip"},
		{"encoding that was not asked for", "x", []string{"Content-Encoding", "br"}, "", `"br"`},
		{"charset of the header", latin, []string{"Content-Type", "text/html; charset=windows-1258"}, "Đa\u0300 Nă\u0303ng", ""},
		{"charset of the meta element", "<meta charset=windows-1258>" + latin, []string{"Content-Type", "text/html"}, "<meta charset=windows-1258>Đa\u0300 Nă\u0303ng", ""},
		{"pictures are left alone", "\xff\xd8\xff", []string{"Content-Type", "image/jpeg"}, "\xff\xd8\xff", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWeb()
				w.set("http://a.example/x", 200, tt.body, tt.header...)
				got, err := get(client(t, w, func(o *Options) { o.MaxBytes = limit }), "http://a.example/x")
				var large *TooLarge
				switch {
				case tt.err != "":
					if err == nil || !strings.Contains(err.Error(), tt.err) {
						t.Errorf("err = %v, want %q", err, tt.err)
					}
				case tt.want == "":
					if !errors.As(err, &large) || large.Limit != limit {
						t.Errorf("got %d bytes, %v, want TooLarge", len(got), err)
					}
				case err != nil || got != tt.want:
					t.Errorf("got %.80q, %v, want %.80q", got, err, tt.want)
				}
			})
		})
	}
}

// The encoding gzip, by a real server and the real base transport.
func TestBodyBomb(t *testing.T) {
	bomb := zip(strings.Repeat("x", 8<<20))
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		io.WriteString(w, bomb)
	}))
	defer srv.Close()
	tr, err := New(Options{UserAgent: "langnghe", MaxBytes: 64 << 10, Hosts: func(string) Host { return Host{Internal: true, Pace: 1} }})
	if err != nil {
		t.Fatal(err)
	}
	var large *TooLarge
	if _, err := get(&http.Client{Transport: tr}, srv.URL+"/x"); !errors.As(err, &large) {
		t.Errorf("err = %v, want TooLarge", err)
	}
}

// Addresses inside our own network are refused when they are dialled: named
// directly, by a redirect, or by a name that resolves to them.
func TestPrivate(t *testing.T) {
	inside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { t.Errorf("the inside was reached: %s", r.URL) }))
	defer inside.Close()
	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		http.Redirect(w, r, inside.URL+"/secret", http.StatusFound)
	}))
	defer door.Close()
	open, err := url.Parse(door.URL)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := New(Options{UserAgent: "langnghe", Hosts: func(host string) Host { return Host{Internal: host == open.Host, Pace: 1} }})
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Transport: tr}
	_, port, _ := strings.Cut(strings.TrimPrefix(inside.URL, "http://"), ":")
	for _, address := range []string{door.URL + "/x", inside.URL, "http://localhost:" + port + "/", "http://[::ffff:127.0.0.1]:" + port + "/", "http://2130706433:" + port + "/"} {
		var private *PrivateAddress
		_, err := get(c, address)
		if !errors.As(err, &private) && !strings.Contains(fmt.Sprint(err), "no such host") {
			t.Errorf("%s: %v, want PrivateAddress", address, err)
		}
	}
}

func TestPublic(t *testing.T) {
	for s, want := range map[string]bool{
		"8.8.8.8": true, "113.160.0.1": true, "2400:cb00::1": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "0.0.0.0": false,
		"100.64.0.1": false, "192.0.0.8": false, "198.18.0.1": false, "224.0.0.1": false, "255.255.255.255": false, "240.0.0.1": false,
		"::1": false, "::": false, "fe80::1": false, "fd00::1": false, "ff02::1": false, "::ffff:10.0.0.1": false, "64:ff9b::a00:1": false,
		"2002:a00:1::": false, "::127.0.0.1": false, "::ffff:0:10.0.0.1": false, "3fff::1": false, "192.88.99.1": false, "fec0::1": false, "2001:db8::1": false, "fe80::1%eth0": false,
	} {
		if got := public(netip.MustParseAddr(s)); got != want {
			t.Errorf("public(%s) = %v, want %v", s, got, want)
		}
	}
}

// Row 16 and manners: we say who we are, whatever the caller sets; no
// cookies, no strange schemes, no passwords in addresses.
func TestRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWeb()
		c := client(t, w)
		req, _ := http.NewRequest(http.MethodGet, "http://a.example/x", nil)
		req.Header.Set("User-Agent", "Mozilla/5.0")
		req.Header.Set("Cookie", "a=b")
		w.pages["http://a.example/x"] = func(r *http.Request) *http.Response {
			if r.Header.Get("Cookie") != "" || r.Header.Get("Accept-Encoding") != "" {
				t.Errorf("header %v", r.Header)
			}
			return answer(200, "")
		}
		if _, err := c.Do(req); err != nil {
			t.Fatal(err)
		}
		for _, a := range w.agents {
			if a != "langnghe/1.0 (+it@ward.example)" {
				t.Errorf("user agent %q", a)
			}
		}
		for _, address := range []string{"ftp://a.example/x", "file:///etc/passwd", "http://u:p@a.example/"} {
			if _, err := get(c, address); err == nil || strings.Contains(err.Error(), "u:p@") {
				t.Errorf("%s: %v", address, err)
			}
		}
	})
}

func TestNew(t *testing.T) {
	for _, o := range []Options{{}, {UserAgent: "x", Pace: time.Second}, {UserAgent: " / "}} {
		if _, err := New(o); err == nil {
			t.Errorf("New(%+v) accepted", o)
		}
	}
}
