package polite

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// Whatever a robots.txt holds, it is read to its end, it may always be
// fetched again, and a wish for pauses is none from the future or the past.
func FuzzRobots(f *testing.F) {
	f.Add("User-agent: *\nDisallow: /a*b$\nCrawl-delay: 3\n", "/axb?c=d")
	f.Add("user-agent: langnghe\nuser-agent: x\nallow: /\ndisallow: /%E1%BA%A1\nsitemap: x\n", "/ạ")
	f.Add("\ufeffUser-agent *\nDisallow: *?*\nCrawl-delay: -1e9\n", "//")
	f.Fuzz(func(t *testing.T, body, path string) {
		res := &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(body))}
		r := parseRobots(res, time.Now())
		r.test(&url.URL{Scheme: "https", Host: "a.example", Path: "/" + path}, "langnghe")
		if why := r.test(&url.URL{Scheme: "https", Host: "a.example", Path: "/robots.txt"}, "langnghe"); why != "" {
			t.Errorf("robots.txt keeps us out of itself: %s", why)
		}
		if d := (&Transport{o: Options{Pace: minPace, Hosts: func(string) Host { return Host{} }}, product: "langnghe"}).pace("a.example", r); d < minPace || d > time.Minute {
			t.Errorf("a pace of %v", d)
		}
	})
}
