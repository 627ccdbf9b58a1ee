package social

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"langnghe/internal/news"
)

// The payloads here are written for the tests, in the platforms' forms;
// recorded ones are in recorded_test.go.
const (
	youtubeThreads = `{"kind":"youtube#commentThreadListResponse","nextPageToken":"TRANG2","items":[
 {"kind":"youtube#commentThread","id":"UgyThread0001","snippet":{"videoId":"vidNuoc0001","totalReplyCount":3,"isPublic":true,
  "topLevelComment":{"kind":"youtube#comment","id":"UgyThread0001","snippet":{"authorDisplayName":"Tên Bịa Một","authorChannelId":{"value":"UCgiaLap000000000000001"},"authorProfileImageUrl":"https://yt.example/a.jpg",
   "textOriginal":"Mất nước từ hôm qua, gọi 0912 345 678 không ai nghe","likeCount":4,"publishedAt":"2026-11-20T01:02:03.000Z","updatedAt":"2026-11-20T01:02:03.000Z"}}},
  "replies":{"comments":[{"kind":"youtube#comment","id":"UgyThread0001.traLoi01","snippet":{"authorDisplayName":"Tên Bịa Hai","textOriginal":"@tenbia1 bên em cũng thế","parentId":"UgyThread0001","publishedAt":"2026-11-20T02:00:00Z"}}]}},
 {"kind":"youtube#commentThread","id":7,"snippet":"hỏng"},
 {"kind":"youtube#commentThread","id":"UgyRieng","snippet":{"videoId":"vidNuoc0001","isPublic":false,"topLevelComment":{"id":"UgyRieng","snippet":{"textOriginal":"chờ duyệt"}}}}
]}`
	facebookFeed = `{"data":[
 {"id":"111_222","message":"Lịch cúp nước tuần này, cảm ơn Tên Bịa Ba","message_tags":[{"id":"9","name":"Tên Bịa Ba","type":"user","offset":31,"length":10}],"created_time":"2026-11-20T01:00:00+0000","permalink_url":"https://www.facebook.com/ten.bia/posts/pfbidXYZ","shares":{"count":2},"comments":{"data":[],"summary":{"total_count":2}},"reactions":{"data":[],"summary":{"total_count":9}}},
 {"id":"111_223","created_time":"2026-11-20T02:00:00+0000"}],
 "paging":{"cursors":{"after":"X"},"next":"https://graph.facebook.com/v23.0/111/feed?access_token=BIMAT&after=X&limit=25"}}`
	facebookHookBody = `{"object":"page","entry":[{"id":"111","time":1795136400,"changes":[
 {"field":"feed","value":{"item":"comment","verb":"add","post_id":"111_222","comment_id":"222_333","parent_id":"111_222","message":"bao giờ có nước lại ạ","created_time":1795136400,"from":{"id":"42","name":"Tên Bịa Bốn"}}},
 {"field":"feed","value":{"item":"comment","verb":"add","post_id":"111_222","comment_id":"222_334","parent_id":"222_333","message":"chiều nay","created_time":1795136500,"from":{"id":"43","name":"Tên Bịa Năm"}}},
 {"field":"feed","value":{"item":"comment","verb":"remove","post_id":"111_222","comment_id":"222_335","message":"đã xóa"}},
 {"field":"feed","value":{"item":"reaction","verb":"add","post_id":"111_222"}}]},
 {"id":"111","time":1795136400,"messaging":[{"sender":{"id":"5"},"message":{"text":"tin nhắn riêng"}}]}]}`
	zaloText      = `{"app_id":"98","sender":{"id":"556"},"user_id_by_app":"557","recipient":{"id":"1234567890"},"event_name":"user_send_text","message":{"text":"Cột điện nghiêng ở ngõ 5","msg_id":"a1b2c3"},"timestamp":"1795136400123"}`
	mastoTimeline = `[{"id":"115000000000000002","created_at":"2026-11-20T03:00:00.000Z","in_reply_to_id":"115000000000000001","visibility":"public","language":"vi","url":"https://masto.example/@tenbia/115000000000000002","content":"<p><span class=\"h-card\"><a href=\"https://masto.example/@tenkhac\" class=\"u-url mention\">@<span>tenkhac</span></a></span> đúng rồi<br>nước đục</p>","replies_count":0,"account":{"acct":"tenbia","url":"https://masto.example/@tenbia"}},
 {"id":"115000000000000001","created_at":"2026-11-20T02:00:00.000Z","visibility":"public","language":"vi","url":"https://masto.example/@tenkhac/115000000000000001","content":"<p>Nước máy phường mình có mùi lạ</p>","replies_count":1,"account":{"acct":"tenkhac","url":"https://masto.example/@tenkhac"}},
 {"id":"115000000000000003","visibility":"private","content":"<p>riêng</p>","account":{}},
 {"id":"115000000000000004","visibility":"public","content":"","reblog":{"id":"115000000000000005","created_at":"2026-11-20T02:30:00Z","visibility":"public","url":"https://khac.example/@ai/115000000000000005","content":"<p>Tin chuyển tiếp</p>","account":{"url":"https://khac.example/@ai"}},"account":{}}]`
	blueskyEvents = `{"did":"did:plc:aaaaaaaaaaaaaaaaaaaaaaaa","time_us":1795136400000001,"kind":"commit","commit":{"operation":"create","collection":"app.bsky.feed.post","rkey":"3k","cid":"bafyreiaaaa","record":{"text":"Cầu Kênh đang ngập, đi vòng nhé","langs":["vi"],"createdAt":"2026-11-20T01:00:00.000Z"}}}
{"did":"did:plc:bbbbbbbbbbbbbbbbbbbbbbbb","time_us":1795136400000002,"kind":"commit","commit":{"operation":"create","collection":"app.bsky.feed.post","rkey":"3l","cid":"bafyreibbbb","record":{"text":"cảm ơn bạn","langs":["vi-VN"],"createdAt":"2026-11-20T01:01:00.000Z","reply":{"root":{"cid":"bafyreiaaaa","uri":"at://x"},"parent":{"cid":"bafyreiaaaa","uri":"at://x"}}}}}
{"did":"did:plc:cccccccccccccccccccccccc","time_us":1795136400000003,"kind":"commit","commit":{"operation":"create","collection":"app.bsky.feed.post","cid":"bafyreicccc","record":{"text":"flood in Nghệ An today","langs":["en"]}}}
{"did":"did:plc:d","time_us":1795136400000004,"kind":"commit","commit":{"operation":"create","collection":"app.bsky.feed.post","cid":"bafyreidddd","record":{"text":"hello","langs":["en"]}}}
{"did":"did:plc:d","time_us":1795136400000005,"kind":"commit","commit":{"operation":"delete","collection":"app.bsky.feed.post","rkey":"3l"}}
hỏng
{"did":"did:plc:d","time_us":1795136400000006,"kind":"identity"}
`
	telegramPage = `<html><body><div class="tgme_header_info"></div><a class="tme_messages_more js-messages_more" data-before="40" href="/s/tin_phuong?before=40"></a>
<div class="tgme_widget_message js-widget_message" data-post="tin_phuong/41"><div class="tgme_widget_message_forwarded_from">Tên Bịa</div><a class="tgme_widget_message_reply"><div class="tgme_widget_message_text js-message_reply_text">câu được trích</div></a>
<div class="tgme_widget_message_text js-message_text">Sáng mai <b>cúp điện</b> khu 3<br/>từ 7h đến 11h <i class="emoji"><b>⚡</b></i></div><a class="tgme_widget_message_link_preview"><div class="link_preview_title">Trang khác</div></a>
<span class="tgme_widget_message_views">1.2K</span><span class="tgme_widget_message_from_author">Tên Bịa</span><a class="tgme_widget_message_date" href="https://t.me/tin_phuong/41"><time datetime="2026-11-20T08:15:00+07:00">08:15</time></a></div>
<div class="tgme_widget_message service_message" data-post="tin_phuong/42"><div class="tgme_widget_message_text">Channel photo updated</div></div>
<div class="tgme_widget_message" data-post="tin_phuong/43"><i>ảnh</i></div></body></html>`
	gdeltList = `{"articles": [ { "url": "https://bao.example/tin/ngap-1.html", "url_mobile": "", "title": "Ngập nặng ở Nghệ An , giao thông tê liệt", "seendate": "20261120T011500Z", "domain": "bao.example", "language": "Vietnamese", "sourcecountry": "Vietnam" } ] }`
)

func address(t testing.TB, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

var now = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// line is what matters of a post.
func line(p Post) string {
	s := fmt.Sprintf("%s %s %s", p.Kind, p.Published.UTC().Format("01-02T15:04"), strings.ReplaceAll(p.Text, "\n", "|"))
	if p.Title != "" {
		s += " T:" + p.Title
	}
	if p.URL != "" {
		s += " @" + p.URL
	}
	if p.Parent+p.Root != "" {
		s += " ^" + p.Parent + " /" + p.Root
	}
	if p.ParentID+p.RootID != "" {
		s += " #" + p.ParentID + "/" + p.RootID
	}
	if p.Counts != (news.Counts{}) {
		s += fmt.Sprint(" ", p.Counts)
	}
	if p.Replies != nil {
		s += " +" + p.ReplyMark
	}
	return s
}

func TestRead(t *testing.T) {
	for _, tt := range []struct {
		platform, from, source, data string
		read                         int
		want                         []string
		next                         string
		notes                        int
	}{
		{"youtube", "https://www.googleapis.com/youtube/v3/commentThreads?part=snippet", "", youtubeThreads, 3, []string{
			"comment 11-20T01:02 Mất nước từ hôm qua, gọi 0912 345 678 không ai nghe @https://www.youtube.com/watch?v=vidNuoc0001&lc=UgyThread0001 ^https://www.youtube.com/watch?v=vidNuoc0001 /https://www.youtube.com/watch?v=vidNuoc0001 {4 3 0 0} +3",
			"comment 11-20T02:00 @tenbia1 bên em cũng thế @https://www.youtube.com/watch?v=vidNuoc0001&lc=UgyThread0001.traLoi01 ^https://www.youtube.com/watch?v=vidNuoc0001&lc=UgyThread0001 /https://www.youtube.com/watch?v=vidNuoc0001",
		}, "https://www.googleapis.com/youtube/v3/commentThreads?pageToken=TRANG2&part=snippet", 1},
		{"facebook", "https://graph.facebook.com/v23.0/111/feed", "", facebookFeed, 2, []string{
			"post 11-20T01:00 Lịch cúp nước tuần này, cảm ơn [nhắc tên] @https://www.facebook.com/posts/222 {9 2 2 0} +2",
			"post 11-20T02:00  @https://www.facebook.com/posts/223",
		}, "https://graph.facebook.com/v23.0/111/feed?after=X&limit=25", 0},
		{"facebook", "", "", facebookHookBody, 3, []string{
			"comment 11-20T01:00 bao giờ có nước lại ạ @https://www.facebook.com/posts/222?comment_id=333 ^https://www.facebook.com/posts/222 /https://www.facebook.com/posts/222",
			"comment 11-20T01:01 chiều nay @https://www.facebook.com/posts/222?comment_id=333&reply_comment_id=334 ^https://www.facebook.com/posts/222?comment_id=333 /https://www.facebook.com/posts/222",
		}, "", 0},
		{"zalo", "", "https://zalo.me/1234567890", zaloText, 1, []string{"tip 11-20T01:00 Cột điện nghiêng ở ngõ 5"}, "", 0},
		{"zalo", "", "https://zalo.me/999999", zaloText, 1, nil, "", 1},
		{"mastodon", "https://masto.example/api/v1/timelines/tag/nghean", "", mastoTimeline, 4, []string{
			"comment 11-20T03:00 @tenkhac đúng rồi|nước đục @https://masto.example/@tenbia/115000000000000002 ^https://masto.example/@tenkhac/115000000000000001 /https://masto.example/@tenkhac/115000000000000001",
			"post 11-20T02:00 Nước máy phường mình có mùi lạ @https://masto.example/@tenkhac/115000000000000001 {0 1 0 0} +1",
			"post 11-20T02:30 Tin chuyển tiếp @https://khac.example/@ai/115000000000000005",
		}, "", 0},
		{"bluesky", "", "https://j.example/subscribe?words=ngh%E1%BB%87+an", blueskyEvents, 6, []string{
			"post 11-20T01:00 Cầu Kênh đang ngập, đi vòng nhé",
			"comment 11-20T01:01 cảm ơn bạn #bafyreiaaaa/bafyreiaaaa",
			"post 11-20T01:00 flood in Nghệ An today",
		}, "", 1},
		{"telegram", "https://t.me/s/tin_phuong", "", telegramPage, 3, []string{
			"post 11-20T01:15 Sáng mai cúp điện khu 3|từ 7h đến 11h ⚡ @https://t.me/tin_phuong/41 {0 0 0 1200}",
		}, "https://t.me/s/tin_phuong?before=40", 0},
		{"gdelt", "", "", gdeltList, 1, []string{"article 11-20T01:15  T:Ngập nặng ở Nghệ An, giao thông tê liệt @https://bao.example/tin/ngap-1.html"}, "", 0},
		{"gdelt", "", "", "{}", 0, nil, "", 0},
	} {
		o := Options{Zone: time.UTC, Now: now}
		if tt.from != "" {
			o.URL = address(t, tt.from)
		}
		if tt.source != "" {
			o.Source = address(t, tt.source)
		}
		p, err := Platforms[tt.platform].Read([]byte(tt.data), o)
		if err != nil {
			t.Errorf("%s: %v", tt.platform, err)
		}
		if p.Read != tt.read || len(p.Notes) != tt.notes || p.Next != tt.next {
			t.Errorf("%s: read %d notes %q next %q, want %d, %d, %q", tt.platform, p.Read, p.Notes, p.Next, tt.read, tt.notes, tt.next)
		}
		var got []string
		for _, post := range p.Posts {
			got = append(got, line(post))
		}
		if strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.platform, strings.Join(got, "\n     "), strings.Join(tt.want, "\n     "))
		}
	}
}

// What came before the cut is kept, and the error says where it is.
func TestTruncated(t *testing.T) {
	for platform, data := range map[string]string{"youtube": youtubeThreads, "facebook": facebookFeed, "mastodon": mastoTimeline, "gdelt": `{"articles":[{"url":"https://a.example/1"},{"url":"https://a.example/2"},{"url":"https://`} {
		cut := data[:len(data)*4/5]
		p, err := Platforms[platform].Read([]byte(cut), Options{URL: address(t, "https://x.example/api/youtube/v3/commentThreads"), Now: now})
		var b *Broken
		if !errors.As(err, &b) || b.At < 2 || b.At > int64(len(cut))+1 {
			t.Errorf("%s: error %v, want the byte", platform, err)
		}
		if len(p.Posts) == 0 {
			t.Errorf("%s: nothing kept of what could be read", platform)
		}
	}
	for name, p := range Platforms {
		if name == "telegram" {
			continue
		}
		if _, err := p.Read([]byte("<html><body>Đăng nhập</body></html>"), Options{Now: now}); err == nil && name != "youtube" {
			t.Errorf("%s: a page of HTML is no error", name)
		}
	}
	if _, err := telegram.Read([]byte("<html><body>View in Telegram</body></html>"), Options{}); err == nil {
		t.Error("telegram: a page without a preview is no error")
	}
}

func TestFaults(t *testing.T) {
	for _, tt := range []struct {
		platform string
		status   int
		data     string
		why      Why
		after    time.Duration
	}{
		{"youtube", 403, `{"error":{"code":403,"message":"The request cannot be completed because you have exceeded your <a href=\"/youtube/v3/getting-started#quota\">quota</a>.","errors":[{"reason":"quotaExceeded","domain":"youtube.quota"}]}}`, Quota, 23*time.Hour + time.Minute},
		{"youtube", 403, `{"error":{"code":403,"message":"rate","errors":[{"reason":"rateLimitExceeded"}]}}`, Quota, 10 * time.Minute},
		{"youtube", 400, `{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","errors":[{"reason":"badRequest"}]}}`, Key, 0},
		{"youtube", 404, `{"error":{"code":404,"errors":[{"reason":"channelNotFound"}]}}`, Gone, 0},
		{"youtube", 500, `{"error":{"code":500,"errors":[{"reason":"backendError"}]}}`, Trouble, 0},
		{"facebook", 401, `{"error":{"message":"Error validating access token: Session has expired on Thursday","type":"OAuthException","code":190,"error_subcode":463}}`, Key, 0},
		{"facebook", 400, `{"error":{"message":"(#32) Page request limit reached","code":32}}`, Quota, time.Hour},
		{"facebook", 403, `{"error":{"message":"(#200) Requires pages_read_user_content","code":200}}`, Permission, 0},
		{"facebook", 500, `{"error":{"message":"An unknown error occurred","code":1}}`, Trouble, 0},
		{"gdelt", 429, `Please limit requests to one every 5 seconds`, Quota, 10 * time.Minute},
	} {
		err := Platforms[tt.platform].Fault(tt.status, []byte(tt.data), time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC))
		var f *Fault
		if !errors.As(err, &f) || f.Why != tt.why || f.After != tt.after {
			t.Errorf("%s %d %s: %#v, want %s after %v", tt.platform, tt.status, tt.data, err, tt.why, tt.after)
			continue
		}
		if w := f.Words(); w.VI == "" || w.EN == "" || strings.Contains(w.EN, "<a") {
			t.Errorf("words %+v", w)
		}
	}
	if err := youtube.Fault(418, []byte("no JSON"), now); err != nil {
		t.Error(err)
	}
	if s := short("see https://x.example/?access_token=abc&x=1 " + strings.Repeat("k", 80)); strings.Contains(s, "abc") || strings.Contains(s, "kkk") {
		t.Errorf("a message keeps a key: %q", s)
	}
	if _, err := gdelt.Read([]byte("Your query was too short or too long."), Options{}); err == nil || !strings.Contains(err.Error(), "too short") {
		t.Errorf("gdelt's sentence: %v", err)
	}
}

func TestStart(t *testing.T) {
	for _, tt := range []struct{ platform, url, want string }{
		{"youtube", "https://www.youtube.com/channel/UCabcdefghij", "https://www.youtube.com/feeds/videos.xml?channel_id=UCabcdefghij https://www.googleapis.com/youtube/v3/commentThreads?allThreadsRelatedToChannelId=UCabcdefghij&maxResults=100&order=time&part=snippet%2Creplies&textFormat=plainText"},
		{"youtube", "https://www.youtube.com/feeds/videos.xml?channel_id=UCabcdefghij", "https://www.youtube.com/feeds/videos.xml?channel_id=UCabcdefghij https://www.googleapis.com/youtube/v3/commentThreads?allThreadsRelatedToChannelId=UCabcdefghij&maxResults=100&order=time&part=snippet%2Creplies&textFormat=plainText"},
		{"mastodon", "https://m.example/tags/nghean", "https://m.example/api/v1/timelines/tag/nghean?limit=40"},
		{"mastodon", "https://m.example/public/local", "https://m.example/api/v1/timelines/public?limit=40&local=true"},
		{"mastodon", "https://m.example/api/v1/timelines/public?local=true", "https://m.example/api/v1/timelines/public?limit=40&local=true"},
		{"telegram", "https://t.me/tin_phuong", "https://t.me/s/tin_phuong"},
		{"zalo", "https://zalo.me/1234567890", ""},
		{"bluesky", "https://j.example/subscribe?words=a&langs=vi&cursor=5", "wss://j.example/subscribe?wantedCollections=app.bsky.feed.post"},
		{"gdelt", "https://api.gdeltproject.org/api/v2/doc/doc?query=nghe+an", "https://api.gdeltproject.org/api/v2/doc/doc?format=json&maxrecords=100&mode=artlist&query=nghe+an&sort=datedesc&timespan=1d"},
	} {
		got, err := Platforms[tt.platform].Start(address(t, tt.url), true)
		if err != nil {
			t.Errorf("%s: %v", tt.url, err)
		}
		var all []string
		for _, r := range got {
			all = append(all, r.URL)
		}
		if s := strings.Join(all, " "); s != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.url, s, tt.want)
		}
	}
	got, err := facebook.Start(address(t, "https://www.facebook.com/phuong.vidu"), true)
	if err != nil || len(got) != 1 || !strings.HasPrefix(got[0].URL, "https://graph.facebook.com/"+GraphVersion+"/phuong.vidu/feed?") || !got[0].Key {
		t.Errorf("facebook: %v, %v", got, err)
	}
	if got, err := facebook.Start(address(t, "https://www.facebook.com/phuong.vidu"), false); err != nil || len(got) != 0 {
		t.Errorf("facebook without a token asks %v, %v", got, err)
	}
	for platform, u := range map[string]string{"youtube": "https://www.youtube.com/@ten", "facebook": "https://www.facebook.com/groups/1", "mastodon": "https://m.example/@ai", "telegram": "https://t.me/joinchat/x", "zalo": "https://zalo.me/g/abc", "bluesky": "https://bsky.app/profile/x", "gdelt": "https://api.gdeltproject.org/?query=a"} {
		if _, err := Platforms[platform].Start(address(t, u), true); err == nil {
			t.Errorf("%s is taken", u)
		}
	}
}

func TestLinkNext(t *testing.T) {
	h := http.Header{"Link": {`<https://m.example/api/v1/timelines/tag/x?max_id=5>; rel="next", <https://m.example/api/v1/timelines/tag/x?min_id=9>; rel="prev"`}}
	if got := linkNext(Options{URL: address(t, "https://m.example/api/v1/timelines/tag/x"), Header: h}); got != "https://m.example/api/v1/timelines/tag/x?max_id=5" {
		t.Errorf("next %q", got)
	}
	if got := linkNext(Options{URL: address(t, "https://other.example/"), Header: h}); got != "" {
		t.Errorf("a page on another host is followed: %q", got)
	}
}

func TestCompactNumber(t *testing.T) {
	for s, want := range map[string]int{"436.6K": 436600, "3.1M": 3100000, "2": 2, "": 0, "abc": 0, "NaN": 0, "-5": 0, "9e99": 0} {
		if got := compactNumber(s); got != want {
			t.Errorf("compactNumber(%q) = %d, want %d", s, got, want)
		}
	}
}

// FuzzRead holds every reader to: no panic, counted entries, valid JSON of
// what it keeps, and a next page on the host that was asked.
func FuzzRead(f *testing.F) {
	for i, s := range []string{youtubeThreads, facebookFeed, facebookHookBody, zaloText, mastoTimeline, blueskyEvents, telegramPage, gdeltList} {
		f.Add(i, s)
		f.Add(i, s[:len(s)/2])
	}
	names := []string{"youtube", "facebook", "facebook", "zalo", "mastodon", "bluesky", "telegram", "gdelt"}
	f.Fuzz(func(t *testing.T, n int, data string) {
		name := names[uint(n)%uint(len(names))]
		u := address(t, "https://host.example/api/v1/youtube/v3/commentThreads")
		p, _ := Platforms[name].Read([]byte(data), Options{URL: u, Source: address(t, "https://host.example/1"), Zone: time.UTC, Now: now, Header: http.Header{}})
		if _, err := json.Marshal(p); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if p.Next != "" {
			if next, err := url.Parse(p.Next); err != nil || next.Host != u.Host {
				t.Errorf("%s: next page %q", name, p.Next)
			}
		}
		for _, post := range p.Posts {
			if post.Kind == "" || post.Counts.Views < 0 {
				t.Errorf("%s: post %+v", name, post)
			}
		}
	})
}

func FuzzFault(f *testing.F) {
	f.Add("youtube", 403, `{"error":{"code":403,"errors":[{"reason":"quotaExceeded"}]}}`)
	f.Add("facebook", 400, `{"error":{"code":190,"message":"x"}}`)
	f.Fuzz(func(t *testing.T, name string, status int, data string) {
		p := Platforms[name]
		if p == nil || p.Fault == nil {
			return
		}
		var fault *Fault
		if err := p.Fault(status, []byte(data), now); errors.As(err, &fault) && (fault.Why == "" || fault.After < 0 || len(fault.Message) > 200) {
			t.Errorf("%+v", fault)
		}
	})
}
