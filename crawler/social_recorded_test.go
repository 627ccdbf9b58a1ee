package crawler_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"langnghe/crawler"
	"langnghe/internal/news"
)

func payloads(t *testing.T) string {
	dir := os.Getenv("LANGNGHE_TEST_DATA")
	if dir == "" {
		t.Skip("LANGNGHE_TEST_DATA is not set")
	}
	return filepath.Join(dir, "social_api_payloads")
}

func mustRead(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// handles are what a recorded answer says of who wrote.
var handles = regexp.MustCompile(`"(?:authorDisplayName|authorChannelUrl|authorProfileImageUrl|acct|display_name|avatar|did)"\s*:\s*"([^"]{6,})"`)

// Every recorded answer of a platform is read, and nothing of its authors
// gets through.
func TestRecordedPlatforms(t *testing.T) {
	dir := payloads(t)
	for _, tt := range []struct {
		as, url, files string
		items          int
	}{
		{"youtube", "https://www.googleapis.com/youtube/v3/commentThreads", "youtube/comment_threads/*.json", 21},
		{"youtube", "https://www.googleapis.com/youtube/v3/comments", "youtube/comments/*.json", 7},
		{"youtube", "https://www.googleapis.com/youtube/v3/videos", "youtube/videos/*.json", 15},
		{"youtube", "https://www.googleapis.com/youtube/v3/search", "youtube/search/*.json", 97},
		{"facebook", "https://graph.facebook.com/v10.0/19292868552/feed", "facebook_graph/posts/*.json", 41},
		{"facebook", "https://graph.facebook.com/v10.0/19292868552/comments", "facebook_graph/comments/*.json", 19},
		{"facebook", "https://graph.facebook.com/v10.0/19292868552", "facebook_graph/pages/*.json", 0},
		{"bluesky", "https://jetstream2.us-east.bsky.network/subscribe", "bluesky_jetstream/*.jsonl", 17},
		{"telegram", "https://t.me/s/tchantest", "telegram_preview_html/*.html", 17},
	} {
		names, err := filepath.Glob(filepath.Join(dir, tt.files))
		if err != nil || len(names) == 0 {
			t.Fatal(tt.files, err)
		}
		total := 0
		for _, name := range names {
			data := mustRead(t, name)
			items, err := crawler.Parse(tt.as, tt.url, data, crawler.ParseOptions{})
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			total += len(items)
			checkItems(t, name, tt.as, data, items)
		}
		if total != tt.items {
			t.Errorf("%s: %d items, want %d", tt.files, total, tt.items)
		}
	}
}

func checkItems(t *testing.T, name, as string, data []byte, items []news.Item) {
	t.Helper()
	ids := map[string]bool{}
	for _, it := range items {
		if it.ID == "" || ids[it.ID] || it.Text == "" || it.Platform != as || it.Published.IsZero() {
			t.Errorf("%s: item %+v", name, it)
		}
		ids[it.ID] = true
	}
	all, err := json.Marshal(items)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range handles.FindAllSubmatch(data, -1) {
		// A name that people also wrote about is in the text.
		quoted := slices.ContainsFunc(items, func(it news.Item) bool { return strings.Contains(it.Text+it.Title, string(m[1])) })
		if !quoted && strings.Contains(string(all), string(m[1])) {
			t.Errorf("%s: %s got out", name, m[1])
		}
	}
}

// The recorded Mastodon sessions: every answer that holds posts, and none of
// the others a failure.
func TestRecordedMastodon(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(payloads(t), "mastodon", "*.yaml"))
	if err != nil || len(names) == 0 {
		t.Fatal("no sessions", err)
	}
	total, comments := 0, 0
	for _, name := range names {
		var session struct {
			Interactions []struct {
				Request  struct{ URI string } `yaml:"request"`
				Response struct {
					Body struct{ String string } `yaml:"body"`
				} `yaml:"response"`
			} `yaml:"interactions"`
		}
		if err := yaml.Unmarshal(mustRead(t, name), &session); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, x := range session.Interactions {
			body := []byte(x.Response.Body.String)
			items, err := crawler.Parse("mastodon", x.Request.URI, body, crawler.ParseOptions{})
			if err != nil {
				t.Errorf("%s: %s: %v", name, x.Request.URI, err)
			}
			checkItems(t, name, "mastodon", body, items)
			total += len(items)
			for _, it := range items {
				if it.Kind == news.Comment {
					comments++
				}
			}
		}
	}
	if total < 40 || comments == 0 {
		t.Errorf("%d posts, %d comments", total, comments)
	}
}

// A crawler asks a local server that answers with the recorded pages.
func TestRecordedPaging(t *testing.T) {
	dir := payloads(t)
	p := newPlatform(t)
	file := func(name string) []byte { return mustRead(t, filepath.Join(dir, name)) }
	two := func(param, first, second string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			name := first
			if r.URL.Query().Get(param) != "" {
				name = second
			}
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(file(name))
		}
	}
	p.on("/feeds/videos.xml", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(channelFeed)) })
	p.on("/youtube/v3/commentThreads", two("pageToken", "youtube/comment_threads/comment_threads_by_video_paged_1.json", "youtube/comment_threads/comment_threads_by_video_paged_2.json"))
	p.on("/youtube/v3/comments", two("pageToken", "youtube/comments/comments_by_parent_paged_1.json", "youtube/comments/comments_by_parent_paged_2.json"))
	p.on("/v10.0/19292868552/feed", two("after", "facebook_graph/posts/feeds_default_fields_p1.json", "facebook_graph/posts/feeds_default_fields_p2.json"))
	for i := range 2 {
		for _, m := range regexp.MustCompile(`"id":"(19292868552_\d+)"`).FindAllSubmatch(file(fmt.Sprintf("facebook_graph/posts/feeds_default_fields_p%d.json", i+1)), -1) {
			p.on("/v10.0/"+string(m[1])+"/comments", say(200, `{"data":[]}`))
		}
	}
	p.on("/v10.0/19292868552_10158349356748553/comments", two("after", "facebook_graph/comments/comments_p1.json", "facebook_graph/comments/comments_p2.json"))
	p.on("/v11.0/19292868552_10158407654328553/comments", two("", "facebook_graph/comments/comments_p2.json", "")) // where its first page says
	yt, fb := internal("yt", "youtube", p.URL+"/channel/UCphuong0001"), internal("fb", "facebook", p.URL+"/v10.0/19292868552")
	yt.Token, fb.Token = "k", "t"
	r := newRig(t, yt, fb)
	count := map[string]int{}
	for _, f := range r.round(0) {
		count[f.Item.Source+" "+string(f.Item.Kind)]++
	}
	want := map[string]int{"yt post": 1, "yt comment": 8, "fb post": 10, "fb comment": 15}
	for k, n := range want {
		if count[k] != n {
			t.Errorf("%s: %d, want %d\n%s", k, count[k], n, r.log)
		}
	}
	if again := r.round(20 * 60e9); len(again) != 0 {
		t.Errorf("%d found again", len(again))
	}
}
