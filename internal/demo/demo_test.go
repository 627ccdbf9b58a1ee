package demo

import (
	"encoding/xml"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

func world(t *testing.T, at string) *World {
	t.Helper()
	now, err := time.ParseInLocation("2006-01-02 15:04", at, Zone)
	if err != nil {
		t.Fatal(err)
	}
	w, err := New(now)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// The content is what the issue promises: enough of it, well-formed, and
// every story there.
func TestContent(t *testing.T) {
	w := world(t, "2026-11-24 15:00")
	if w.Len() < 500 {
		t.Errorf("%d items in the history, want at least 500", w.Len())
	}
	stories, seen := map[string]int{}, map[string]string{}
	for _, p := range append(w.pieces, w.live...) {
		stories[p.Story]++
		if !norm.NFC.IsNormalString(p.Text + p.Title) {
			t.Errorf("%s is not NFC", p.ID)
		}
		if strings.TrimSpace(p.Text) == "" || strings.IndexFunc(p.Text, unicode.IsLetter) < 0 {
			t.Errorf("%s has no text", p.ID)
		}
		if other := seen[p.Text]; other != "" {
			t.Errorf("%s repeats the text of %s", p.ID, other)
		}
		seen[p.Text] = p.ID
		if p.Thread != "" {
			post, ok := w.byID[p.Thread]
			if !ok || post.Site != p.Site {
				t.Errorf("%s answers %q, which is not there", p.ID, p.Thread)
			} else if !p.At.IsZero() && p.At.Before(post.At) {
				t.Errorf("%s answers %s before it was written", p.ID, p.Thread)
			}
		}
		if (p.Site == "community") != (p.Title == "") {
			t.Errorf("%s: articles have titles, posts have none", p.ID)
		}
		switch p.Want {
		case "answer", "verify", "scam", "stat", "out", "none":
		default:
			t.Errorf("%s: want %q", p.ID, p.Want)
		}
	}
	for _, s := range []string{"water", "dam", "school", "gift", "fee", "praise", "police", "elsewhere", "daily"} {
		if stories[s] < 8 {
			t.Errorf("story %s has %d items", s, stories[s])
		}
	}
}

func TestDatesFollowToday(t *testing.T) {
	for at, last := range map[string]string{"2026-11-24 15:00": "2026-11-24", "2026-11-24 08:00": "2026-11-23"} {
		w := world(t, at)
		end := w.First.AddDate(0, 0, Days-1).Format("2006-01-02")
		if end != last {
			t.Errorf("at %s the last day is %s, want %s", at, end, last)
		}
		if got := w.Clock.Now(); !got.Equal(w.First) {
			t.Errorf("the clock starts at %v, want %v", got, w.First)
		}
	}
	papers, err := world(t, "2026-11-24 15:00").Papers()
	if err != nil || len(papers) < 6 {
		t.Fatalf("%d papers, %v", len(papers), err)
	}
	for _, p := range papers {
		if strings.Contains(string(p.Data), "{{") {
			t.Errorf("%s: a mark is left", p.Name)
		}
		if p.From.IsZero() {
			t.Errorf("%s: no effective_from", p.Name)
		}
	}
}

// What is still to come on the clock is on no page and in no feed.
func TestServe(t *testing.T) {
	w := world(t, "2026-11-24 15:00")
	sites, err := w.Serve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	get := func(url, tag string) (int, string, string) {
		t.Helper()
		req, _ := http.NewRequest("GET", url, nil)
		req.Header.Set("If-None-Match", tag)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(body), resp.Header.Get("ETag")
	}
	for _, day := range []int{0, 10, 60} {
		w.Clock.Set(w.First.AddDate(0, 0, day))
		for _, s := range sites {
			code, body, tag := get(s.URL+"/rss.xml", "")
			var feed struct {
				Items []struct {
					Link string `xml:"link"`
					Date string `xml:"pubDate"`
				} `xml:"channel>item"`
			}
			if err := xml.Unmarshal([]byte(body), &feed); err != nil || code != 200 {
				t.Fatalf("%s on day %d: %d, %v", s.ID, day, code, err)
			}
			if day == 0 && len(feed.Items) != 0 || day == 60 && len(feed.Items) == 0 {
				t.Errorf("%s has %d items on day %d", s.ID, len(feed.Items), day)
			}
			for _, it := range feed.Items {
				at, err := time.Parse(time.RFC1123Z, it.Date)
				if err != nil || at.After(w.Clock.Now()) {
					t.Errorf("%s: %s is dated %s on day %d", s.ID, it.Link, it.Date, day)
				}
			}
			if code, _, _ := get(s.URL+"/rss.xml", tag); code != http.StatusNotModified {
				t.Errorf("%s: %d for a known ETag, want 304", s.ID, code)
			}
			if len(feed.Items) > 0 {
				code, body, _ := get(feed.Items[0].Link, "")
				p, ok := w.ByURL(feed.Items[0].Link)
				if code != 200 || !ok || !strings.Contains(body, strings.SplitN(p.Text, "\n", 2)[0][:20]) {
					t.Errorf("%s: page %s: %d", s.ID, feed.Items[0].Link, code)
				}
			}
		}
	}
	w.Clock.Set(w.First)
	if code, _, _ := get(sites[1].URL+"/tin/n070.html", ""); code != 404 {
		t.Errorf("an article of the future: %d, want 404", code)
	}
}

func TestLive(t *testing.T) {
	w := world(t, "2026-11-24 15:00")
	w.Clock.Set(w.Last)
	n := len(w.visible("community"))
	for range 20 {
		if _, ok := w.Publish(); !ok {
			t.Fatal("nothing left to publish")
		}
	}
	if got := len(w.visible("community")); got <= n {
		t.Errorf("%d posts after publishing, had %d", got, n)
	}
}
