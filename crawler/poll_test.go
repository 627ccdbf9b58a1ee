package crawler_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"langnghe/crawler"
	"langnghe/crawler/crawlertest"
	"langnghe/internal/news"
)

// A platform is a local server that speaks one platform's forms and
// remembers what it was asked.
type platform struct {
	*httptest.Server
	mu     sync.Mutex
	routes map[string]http.HandlerFunc // by path, robots.txt forbids everything
	asked  []string
}

func newPlatform(t *testing.T) *platform {
	p := &platform{routes: map[string]http.HandlerFunc{}}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		h := p.routes[r.URL.Path]
		p.asked = append(p.asked, r.URL.String())
		p.mu.Unlock()
		if h == nil {
			http.NotFound(w, r)
			return
		}
		h(w, r)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *platform) on(path string, h http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.routes[path] = h
}

// took returns what was asked since the last call, without robots.txt.
func (p *platform) took() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := slices.DeleteFunc(p.asked, func(s string) bool { return s == "/robots.txt" })
	p.asked = nil
	return out
}

func say(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func texts(found []news.Found) []string {
	var out []string
	for _, f := range found {
		out = append(out, string(f.Item.Kind)+" "+f.Item.Text)
	}
	return out
}

const channelFeed = `<?xml version="1.0" encoding="UTF-8"?><feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns:media="http://search.yahoo.com/mrss/" xmlns="http://www.w3.org/2005/Atom">
<link rel="hub" href="https://pubsubhubbub.appspot.com/"/><link rel="self" href="https://www.youtube.com/feeds/videos.xml?channel_id=UCphuong0001"/><title>Kênh phường</title>
<entry><id>yt:video:vidNuoc0001</id><yt:videoId>vidNuoc0001</yt:videoId><title>Bản tin tối</title><link rel="alternate" href="https://www.youtube.com/watch?v=vidNuoc0001"/><author><name>Kênh phường</name><uri>https://www.youtube.com/channel/UCphuong0001</uri></author><published>2026-11-18T12:00:00+00:00</published><updated>2026-11-18T12:00:00+00:00</updated>
<media:group><media:title>Bản tin tối</media:title><media:description>Lịch cấp nước tuần này.</media:description><media:community><media:statistics views="321"/></media:community></media:group></entry></feed>`

func thread(id, text, at string, replies int) string {
	return fmt.Sprintf(`{"kind":"youtube#commentThread","id":%q,"snippet":{"videoId":"vidNuoc0001","totalReplyCount":%d,"topLevelComment":{"id":%q,"snippet":{"authorDisplayName":"Người Bịa","authorChannelId":{"value":"UCnguoibia01"},"textOriginal":%q,"publishedAt":%q}}}}`, id, replies, id, text, at)
}

func TestYouTube(t *testing.T) {
	p := newPlatform(t)
	p.on("/feeds/videos.xml", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(channelFeed)) })
	comments := func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Goog-Api-Key") != "khoa-bi-mat" || strings.Contains(r.URL.String(), "khoa-bi-mat") {
			say(403, `{"error":{"code":403,"errors":[{"reason":"forbidden"}]}}`)(w, r)
			return
		}
		switch r.URL.Query().Get("pageToken") {
		case "":
			say(200, `{"nextPageToken":"P2","items":[`+thread("UgyA00001", "Nước yếu quá", "2026-11-19T01:00:00Z", 1)+`]}`)(w, r)
		default:
			say(200, `{"items":[`+thread("UgyB00001", "Hôm qua mất nước", "2026-11-18T13:00:00Z", 0)+`]}`)(w, r)
		}
	}
	p.on("/youtube/v3/commentThreads", comments)
	p.on("/youtube/v3/comments", say(200, `{"items":[{"id":"UgyA00001.R000001","snippet":{"textOriginal":"Bên mình cũng yếu","authorDisplayName":"Người Bịa Hai","publishedAt":"2026-11-19T01:30:00Z"}}]}`))
	s := internal("kenh", "youtube", p.URL+"/channel/UCphuong0001")
	s.Token = "khoa-bi-mat"
	r := newRig(t, s)
	got := r.round(0)
	if want := []string{"post Lịch cấp nước tuần này.", "comment Hôm qua mất nước", "comment Nước yếu quá", "comment Bên mình cũng yếu"}; !slices.Equal(texts(got), want) {
		t.Fatalf("found %q, want %q\n%s", texts(got), want, r.log)
	}
	video, reply := got[0].Item, got[3].Item
	if video.Title != "Bản tin tối" || video.URL != "https://www.youtube.com/watch?v=vidNuoc0001" || video.Platform != "youtube" || video.Counts == nil || video.Counts.Views != 321 {
		t.Errorf("video %+v", video)
	}
	if got[1].Item.Thread != video.ID || reply.Thread != video.ID || reply.Parent != got[2].Item.ID || reply.URL != "https://www.youtube.com/watch?lc=UgyA00001.R000001&v=vidNuoc0001" {
		t.Errorf("threads: video %s, comment %+v, reply %+v", video.ID, got[1].Item, reply)
	}
	all, _ := json.Marshal(got)
	for _, name := range []string{"Người Bịa", "UCnguoibia01", "khoa-bi-mat", "Kênh phường"} {
		if strings.Contains(string(all)+r.log.String(), name) {
			t.Errorf("%q got out", name)
		}
	}
	if st := r.status("kenh"); st.State != "ok" {
		t.Errorf("state %s: %s", st.State, st.Why.EN)
	}

	// Nothing new: one page of comments, no replies.
	p.took()
	if again := r.round(time.Hour); len(again) != 0 {
		t.Errorf("found again: %q", texts(again))
	}
	if asked := p.took(); len(asked) != 2 {
		t.Errorf("asked %q, want the feed and one page", asked)
	}

	// The quota is used up: said, waited for, and over by itself.
	p.on("/youtube/v3/commentThreads", say(403, `{"error":{"code":403,"message":"exceeded your quota","errors":[{"reason":"quotaExceeded"}]}}`))
	r.round(time.Hour)
	st := r.status("kenh")
	if st.State != "blocked" || !strings.Contains(st.Why.VI, "hạn mức") || st.Next.Sub(r.now) < time.Hour {
		t.Errorf("quota: %s %q next in %v", st.State, st.Why.VI, st.Next.Sub(r.now))
	}
	p.on("/youtube/v3/commentThreads", comments)
	r.round(24 * time.Hour)
	if st := r.status("kenh"); st.State != "ok" {
		t.Errorf("after the quota: %s %s", st.State, st.Why.EN)
	}
}

// Our own limit stops before the platform's does.
func TestOwnQuota(t *testing.T) {
	p := newPlatform(t)
	p.on("/feeds/videos.xml", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(channelFeed)) })
	p.on("/youtube/v3/commentThreads", say(200, `{"items":[]}`))
	s := internal("kenh", "youtube", p.URL+"/channel/UCphuong0001")
	s.Token, s.Quota = "k", 2
	r := newRig(t, s)
	for range 3 {
		r.round(20 * time.Minute)
	}
	n := 0
	for _, a := range p.took() {
		if strings.HasPrefix(a, "/youtube/") {
			n++
		}
	}
	if st := r.status("kenh"); n != 2 || st.State != "blocked" || !strings.Contains(st.Why.EN, "daily limit") {
		t.Errorf("%d questions, state %s %s", n, st.State, st.Why.EN)
	}
}

func TestFacebook(t *testing.T) {
	p := newPlatform(t)
	post := func(n int, text string, comments int) string {
		return fmt.Sprintf(`{"id":"111_%d","message":%q,"created_time":"2026-11-19T0%d:00:00+0000","permalink_url":"https://www.facebook.com/ten.trang/posts/%d","comments":{"summary":{"total_count":%d}}}`, n, text, n%10, n, comments)
	}
	page1 := `{"data":[` + post(2003, "Lịch tiêm chủng", 0) + `,` + post(2002, "Lịch cúp nước", 2) + `],"paging":{"next":"https://graph.facebook.com/v23.0/111/feed?access_token=MA-TRANG&after=A"}}`
	feed := func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("Authorization") != "Bearer MA-TRANG":
			say(401, `{"error":{"code":190,"message":"no token"}}`)(w, r)
		case r.URL.Query().Get("after") == "A":
			say(200, `{"data":[`+post(2001, "Chào mừng", 0)+`]}`)(w, r)
		default:
			say(200, page1)(w, r)
		}
	}
	p.on("/v23.0/111/feed", feed)
	p.on("/v23.0/111_2002/comments", say(200, `{"data":[{"id":"2002_31","message":"Khi nào có lại?","created_time":"2026-11-19T03:00:00+0000","comment_count":1,"from":{"id":"777","name":"Người Bịa"}},{"id":"2002_32","message":"Tối nay ạ","created_time":"2026-11-19T03:10:00+0000","comment_count":0,"parent":{"id":"2002_31"}}]}`))
	s := internal("trang", "facebook", p.URL+"/v23.0/111")
	s.Token = "MA-TRANG"
	r := newRig(t, s)
	got := r.round(0)
	if want := []string{"post Chào mừng", "post Lịch cúp nước", "post Lịch tiêm chủng", "comment Khi nào có lại?", "comment Tối nay ạ"}; !slices.Equal(texts(got), want) {
		t.Fatalf("found %q, want %q\n%s", texts(got), want, r.log)
	}
	if c := got[4].Item; c.URL != "https://www.facebook.com/posts/2002?comment_id=31&reply_comment_id=32" || c.Parent != got[3].Item.ID || c.Thread != got[1].Item.ID {
		t.Errorf("reply %+v", c)
	}
	for _, a := range p.took() {
		if strings.Contains(a, "MA-TRANG") {
			t.Errorf("the token is in an address: %s", a)
		}
	}

	// The token expires: blocked, with what to do, and nothing is lost.
	p.on("/v23.0/111/feed", say(400, `{"error":{"message":"Error validating access token: Session has expired","type":"OAuthException","code":190,"error_subcode":463}}`))
	r.round(time.Hour)
	if st := r.status("trang"); st.State != "blocked" || !strings.Contains(st.Why.VI, "mã truy cập sai hoặc đã hết hạn") {
		t.Errorf("expired: %s %s", st.State, st.Why.VI)
	}
	page1 = `{"data":[` + post(2004, "Có nước lại", 0) + `,` + post(2003, "Lịch tiêm chủng", 0) + `]}`
	p.on("/v23.0/111/feed", feed)
	if got := texts(r.round(2 * time.Hour)); !slices.Equal(got, []string{"post Có nước lại"}) {
		t.Errorf("after a new token: %q", got)
	}
	if st := r.status("trang"); st.State != "ok" {
		t.Errorf("state %s: %s", st.State, st.Why.EN)
	}
	if strings.Contains(r.log.String(), "MA-TRANG") {
		t.Error("the token is in the log")
	}
}

func toot(n int, text string) string {
	return fmt.Sprintf(`{"id":"11500000000000000%d","created_at":"2026-11-19T0%d:00:00Z","visibility":"public","url":"https://m.example/@bia/11500000000000000%d","content":"<p>%s</p>","account":{"url":"https://m.example/@bia"}}`, n, n, n, text)
}

// A list is read page by page to what is known; an answer that breaks off,
// a refusal or a crash half-way leaves no gap.
func TestMastodon(t *testing.T) {
	p := newPlatform(t)
	second := say(200, `[`+toot(2, "hai")+`,`+toot(1, "một")+`]`)
	p.on("/api/v1/timelines/tag/nghean", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("max_id") != "" {
			second(w, r)
			return
		}
		w.Header().Set("Link", `<`+p.URL+`/api/v1/timelines/tag/nghean?max_id=3>; rel="next"`)
		say(200, `[`+toot(4, "bốn")+`,`+toot(3, "ba")+`]`)(w, r)
	})
	good := second
	second = say(200, `[`+toot(2, "hai")+`,{"id":"1150000`) // cut off
	s := internal("the", "mastodon", p.URL+"/tags/nghean")
	r := newRig(t, s)
	if got := texts(r.round(0)); !slices.Equal(got, []string{"post hai", "post ba", "post bốn"}) {
		t.Fatalf("found %q\n%s", got, r.log)
	}
	second = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }
	if got := texts(r.round(time.Hour)); len(got) != 0 {
		t.Errorf("found %q", got)
	}
	second = good
	if got := texts(r.round(2 * time.Hour)); !slices.Equal(got, []string{"post một"}) {
		t.Errorf("after the gap: %q\n%s", got, r.log)
	}
	p.took()
	r.round(time.Hour)
	if asked := p.took(); len(asked) != 1 {
		t.Errorf("asked %q when nothing is new", asked)
	}

	// 429 with a time is believed; nothing at all is not ok.
	p.on("/api/v1/timelines/tag/nghean", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7200")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	r.round(time.Hour)
	if st := r.status("the"); st.State != "blocked" || st.Next.Sub(r.now) < 119*time.Minute {
		t.Errorf("429: %s, next in %v", st.State, st.Next.Sub(r.now))
	}
	p2 := newPlatform(t)
	p2.on("/api/v1/timelines/tag/nghean", say(200, `[]`))
	r2 := newRig(t, internal("trong", "mastodon", p2.URL+"/tags/nghean"))
	r2.round(0)
	if st := r2.status("trong"); st.State != "empty" {
		t.Errorf("nothing: %s", st.State)
	}
	p2.on("/api/v1/timelines/tag/nghean", say(500, ``))
	for range 3 {
		r2.round(2 * time.Hour)
	}
	if st := r2.status("trong"); st.State != "degraded" || st.Failures < 3 {
		t.Errorf("5xx: %s after %d failures", st.State, st.Failures)
	}
}

func TestTelegram(t *testing.T) {
	p := newPlatform(t)
	message := func(n int) string {
		return fmt.Sprintf(`<div class="tgme_widget_message" data-post="tin_phuong/%d"><div class="tgme_widget_message_text">tin số %d</div><a class="tgme_widget_message_date"><time datetime="2026-11-19T0%d:00:00+07:00"></time></a></div>`, n, n, n)
	}
	p.on("/s/tin_phuong", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if r.URL.Query().Get("before") != "" {
			_, _ = w.Write([]byte(message(1) + message(2)))
			return
		}
		_, _ = w.Write([]byte(`<a class="tme_messages_more" data-before="3"></a>` + message(3) + message(4)))
	})
	r := newRig(t, internal("kenh", "telegram", p.URL+"/tin_phuong"))
	if got := texts(r.round(0)); !slices.Equal(got, []string{"post tin số 1", "post tin số 2", "post tin số 3", "post tin số 4"}) {
		t.Fatalf("found %q\n%s", got, r.log)
	}
	p.on("/s/tin_phuong", say(200, `<html>View in Telegram</html>`))
	r.round(time.Hour)
	r.round(time.Hour)
	if st := r.status("kenh"); st.State != "degraded" || !strings.Contains(st.Why.EN, "not public") {
		t.Errorf("no preview: %s %s", st.State, st.Why.EN)
	}
}

// robots.txt speaks to whoever has no key.
func TestPlatformRobots(t *testing.T) {
	p := newPlatform(t)
	p.on("/robots.txt", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("User-agent: *\nDisallow: /\n")) })
	p.on("/s/tin_phuong", say(200, `x`))
	p.on("/v23.0/111/feed", say(200, `{"data":[{"id":"111_5","message":"có khóa","created_time":"2026-11-19T01:00:00+0000"}]}`))
	fb := internal("trang", "facebook", p.URL+"/v23.0/111")
	fb.Token = "t"
	r := newRig(t, fb, internal("kenh", "telegram", p.URL+"/tin_phuong"))
	if got := texts(r.round(0)); !slices.Equal(got, []string{"post có khóa"}) {
		t.Errorf("found %q\n%s", got, r.log)
	}
	if st := r.status("kenh"); st.State != "blocked" {
		t.Errorf("telegram against robots.txt: %s", st.State)
	}
}

// The index leads to the papers' own pages.
func TestGDELT(t *testing.T) {
	paper := newSite(t, "ward.txtar")
	var page string
	for path := range paper.files {
		if strings.HasPrefix(path, "/tin/") && strings.HasSuffix(path, ".html") {
			page = path
			break
		}
	}
	p := newPlatform(t)
	p.on("/api/v2/doc/doc", func(w http.ResponseWriter, r *http.Request) {
		if q := r.URL.Query(); q.Get("format") != "json" || q.Get("mode") != "artlist" {
			t.Errorf("asked %s", r.URL)
		}
		say(200, fmt.Sprintf(`{"articles":[{"url":%q,"title":"Tựa của chỉ mục","seendate":"20261120T010000Z","language":"Vietnamese"}]}`, paper.URL+page))(w, r)
	})
	index := internal("gdelt", "gdelt", p.URL+"/api/v2/doc/doc?query=phuong+vi+du")
	talk := internal("y-kien", "feed", paper.URL+"/khong-co") // comments alone: no source of the paper's articles
	talk.Items = news.Comment
	r := newRig(t, index, talk)
	got := r.round(0)
	if len(got) != 1 || got[0].Item.Source != "gdelt" || got[0].Item.Platform != "web" || got[0].Item.Kind != news.Article || len(got[0].Item.Text) < 40 {
		t.Fatalf("found %+v from %s\n%s", got, page, r.log)
	}

	// An article of a site that the ward listens to is that site's, though the
	// index had it first, and does not come twice.
	own := internal("bao", "page", paper.URL+"/tin/")
	own.Prior, own.Items, own.Reference = 2, news.Official, true
	r = newRig(t, index, own)
	got = r.round(0)
	if len(got) != 1 || got[0].Item.Source != "bao" || got[0].Item.Kind != news.Official || got[0].Prior != 2 || !got[0].Keep {
		t.Fatalf("found %+v\n%s", got, r.log)
	}
	if st := r.status("bao"); st.Items != 1 {
		t.Errorf("the site's own source has %d items", st.Items)
	}
	paper.set("/tin/", `<html><body><ul><li><a href="`+page+`">Bài mà chỉ mục đã thấy trước</a></li></ul></body></html>`)
	if got = r.round(time.Hour); len(got) != 0 {
		t.Errorf("it came again: %+v", got)
	}
	if st := r.status("bao"); st.State != "ok" {
		t.Errorf("its own source is %s: %s", st.State, st.Why.EN)
	}
	p.on("/api/v2/doc/doc", say(200, "Please limit requests to one every 5 seconds or contact us."))
	r.round(time.Hour)
	if st := r.status("gdelt"); st.State != "blocked" || !strings.Contains(st.Why.EN, "quota") {
		t.Errorf("limit: %s %s", st.State, st.Why.EN)
	}
}

// Each visit of the stream goes on where the last one stopped.
func TestBluesky(t *testing.T) {
	var mu sync.Mutex
	var cursors []string
	var from []int64 // of the events there are, their microseconds
	texts := map[int64]string{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/subscribe" {
			http.NotFound(w, r)
			return
		}
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer c.CloseNow()
		mu.Lock()
		cursors = append(cursors, r.URL.Query().Get("cursor"))
		at, _ := strconv.ParseInt(r.URL.Query().Get("cursor"), 10, 64)
		events := slices.Clone(from)
		mu.Unlock()
		for _, us := range events {
			if us <= at {
				continue
			}
			mu.Lock()
			text := texts[us]
			mu.Unlock()
			who := "did:plc:nguoibia"
			if rkey, ok := strings.CutPrefix(text, "xóa "); ok {
				if rkey == "của người khác" {
					who, rkey = "did:plc:khac", strconv.FormatInt(from[0], 10)
				} else if rkey == "một" {
					rkey = strconv.FormatInt(from[0], 10)
				}
				line := fmt.Sprintf(`{"did":%q,"time_us":%d,"kind":"commit","commit":{"operation":"delete","collection":"app.bsky.feed.post","rkey":%q}}`, who, us, rkey)
				if c.Write(r.Context(), websocket.MessageText, []byte(line)) != nil {
					return
				}
				continue
			}
			line := fmt.Sprintf(`{"did":"did:plc:nguoibia","time_us":%d,"kind":"commit","commit":{"operation":"create","collection":"app.bsky.feed.post","rkey":"%d","cid":"bafyrei%d","record":{"text":%q,"langs":["vi"],"createdAt":%q}}}`, us, us, us, text, time.UnixMicro(us).UTC().Format(time.RFC3339))
			if c.Write(r.Context(), websocket.MessageText, []byte(line)) != nil {
				return
			}
		}
		<-c.CloseRead(r.Context()).Done()
	}))
	t.Cleanup(srv.Close)
	r := newRig(t, internal("sky", "bluesky", srv.URL+"/subscribe"))
	event := func(after time.Duration, text string) {
		mu.Lock()
		defer mu.Unlock()
		us := r.now.Add(after).UnixMicro()
		from, texts[us] = append(from, us), text
	}
	event(-time.Minute, "một")
	event(time.Second, "hai") // ends the first visit
	got := r.round(0)
	if len(got) != 2 || got[0].Item.Text != "một" || got[0].Item.URL != "" || strings.Contains(fmt.Sprint(got), "nguoibia") {
		t.Fatalf("found %+v\n%s", got, r.log)
	}
	event(5*time.Minute, "ba")
	event(21*time.Minute, "bốn")
	if got := r.round(20 * time.Minute); len(got) != 2 || got[0].Item.Text != "ba" {
		t.Fatalf("found %+v\n%s", got, r.log)
	}
	event(22*time.Minute, "xóa của người khác")
	event(23*time.Minute, "xóa chưa thấy")
	event(24*time.Minute, "xóa một")
	event(61*time.Minute, "năm")
	one := got[0].Item.ID
	if got := r.round(40 * time.Minute); len(got) != 1 || len(r.gone) != 1 || r.gone[0].ID != one {
		t.Fatalf("found %+v, erased %+v, want only the first post gone\n%s", got, r.gone, r.log)
	}
	if st := r.status("sky"); st.State != "ok" || len(cursors) != 3 || cursors[1] != strconv.FormatInt(from[1], 10) {
		t.Errorf("state %s %s, cursors %v of %v", st.State, st.Why.EN, cursors, from)
	}
	srv.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	r.round(time.Hour)
	r.round(3 * time.Hour)
	if st := r.status("sky"); st.State != "degraded" {
		t.Errorf("503: %s %s", st.State, st.Why.EN)
	}
}

// A new crawler refuses a source that cannot work.
func TestPlatformChecks(t *testing.T) {
	for url, want := range map[string]string{"https://t.me/+abc": "public channel", "https://t.me/ok_kenh": ""} {
		_, err := crawler.New(crawler.Options{Store: crawlertest.NewMemory(), Publish: func(context.Context, []news.Found) error { return nil }, Sources: []crawler.Source{{ID: "aa", Kind: "telegram", URL: url}}})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", url, err)
		}
	}
}
