package crawler_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"langnghe/crawler"
	"langnghe/internal/news"
	"langnghe/internal/store"
)

// A comment meets its post however both of them name it.
func TestImportThreads(t *testing.T) {
	const fbPost = "https://www.facebook.com/bimat.nguyen/posts/123"
	tests := []struct {
		name   string
		post   news.Item
		thread string
	}{
		{"plain id", news.Item{ID: "a1"}, "a1"},
		{"id with a handle", news.Item{ID: "nguyen.van.bimat@facebook"}, "nguyen.van.bimat@facebook"},
		{"id that is an address", news.Item{ID: fbPost}, "https://m.facebook.com/bimat.nguyen/posts/123?fbclid=x"},
		{"address with a handle", news.Item{URL: fbPost}, fbPost},
		{"plain address", news.Item{URL: "https://a.example/bai/1"}, "http://a.example/bai/1"},
		{"post of a forum", news.Item{URL: "https://a.example/chu-de/1#post-2"}, "https://a.example/chu-de/1#post-2"},
		{"address that is not kept", news.Item{URL: "https://a.example/u/bimat/bai"}, "https://a.example/u/bimat/bai"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, r := wardRig(t)
			tt.post.Text, tt.post.Kind = "Mất nước", news.Post
			comment := news.Item{Text: "Nhà em cũng vậy", Kind: news.Comment, Thread: tt.thread}
			for _, batch := range [][]news.Item{{comment, tt.post}, {{Text: "Ở đâu vậy?", Kind: news.Comment, Thread: tt.thread, Parent: "ai.do@facebook"}}} {
				if res, err := r.Fetch(t.Context(), crawler.FetchRequest{Items: batch}); err != nil || len(res.Refused) > 0 {
					t.Fatalf("Fetch = %+v, %v", res, err)
				}
			}
			post := r.found[1].Item
			want := post.ID
			if post.Thread != "" {
				want = post.Thread
			}
			for _, i := range []int{0, 2} {
				if it := r.found[i].Item; it.Thread != want {
					t.Errorf("a comment is in thread %q, its post is %q in %q", it.Thread, post.ID, post.Thread)
				}
			}
			if plain := r.found[0].Item; plain.Parent != plain.Thread {
				t.Errorf("a comment without a parent answers %q, want its thread %q", plain.Parent, plain.Thread)
			}
			if out, _ := json.Marshal(r.found); bytes.Contains(out, []byte("bimat")) || bytes.Contains(out, []byte("ai.do")) {
				t.Errorf("a handle was published: %s", out)
			}
		})
	}
}

func TestImportIDs(t *testing.T) {
	_, r := wardRig(t)
	kept := []string{"a1", "own-1", "tin_20.11", strings.Repeat("x", 64), "bai-20251120084512345", "0123456789abcdef0123"}
	hashed := []string{"bimat@facebook", "fb:bimat", "a b", "0912345678", "sdt-0912.345.678", "hoa@gmail.com", "040091012345", strings.Repeat("x", 65), strings.Repeat("x", 200), "bimat/1", "x\u202ey"}
	var items []news.Item
	for i, id := range append(kept, hashed...) {
		items = append(items, news.Item{ID: id, Text: fmt.Sprint("Tin số ", i)})
	}
	res, err := r.Fetch(t.Context(), crawler.FetchRequest{Items: items})
	if err != nil || len(res.Taken) != len(items) {
		t.Fatalf("Fetch = %+v, %v", res, err)
	}
	made := regexp.MustCompile(`^[0-9a-f]{20}$`)
	for i, id := range res.Taken {
		if i < len(kept) && id != kept[i] {
			t.Errorf("id %q came back as %q", kept[i], id)
		}
		if i >= len(kept) && (id == items[i].ID || !made.MatchString(id)) {
			t.Errorf("id %q came back as %q, want a hash", items[i].ID, id)
		}
	}
	if again, err := r.Fetch(t.Context(), crawler.FetchRequest{Items: items}); err != nil || fmt.Sprint(again.Taken) != fmt.Sprint(res.Taken) {
		t.Errorf("the same rows have other ids now: %v, %v", again.Taken, err)
	}
	// The hash of a handle is keyed: it is another one elsewhere and later.
	r.now = r.now.Add(31 * 24 * time.Hour)
	later, err := r.Fetch(t.Context(), crawler.FetchRequest{Items: items})
	if err != nil || later.Taken[0] != res.Taken[0] || later.Taken[len(kept)] == res.Taken[len(kept)] {
		t.Errorf("after the key is gone: %v, %v", later.Taken, err)
	}
}

// A person who asks for an erasure by the id of the file means the item.
func TestEraseByGivenID(t *testing.T) {
	_, r := wardRig(t)
	items := []news.Item{{ID: "nguyen.van.bimat@facebook", Text: "Mất nước"}}
	res, err := r.Fetch(t.Context(), crawler.FetchRequest{Items: items})
	if err != nil || len(res.Taken) != 1 {
		t.Fatalf("Fetch = %+v, %v", res, err)
	}
	if err := r.Erase(t.Context(), items[0].ID); err != nil {
		t.Fatal(err)
	}
	if again, err := r.Fetch(t.Context(), crawler.FetchRequest{Items: items}); err != nil || len(again.Refused) != 1 {
		t.Errorf("an erased item was imported: %+v, %v", again, err)
	}
	if rows, err := r.store.Seen(t.Context(), []string{items[0].ID}); err != nil || len(rows) > 0 {
		t.Errorf("the handle is a row: %v, %v", rows, err)
	}
}

// The posts of a community and their comments come by two feeds, as in the
// demo, and meet whatever stands in their addresses.
func TestFeedThreads(t *testing.T) {
	for _, post := range []string{"/bai/7.html", "/bai/7.html?user=bimat", "/u/bimat/bai-7.html", "/@bimat/112345678901234567", "https://www.facebook.com/bimat/posts/123"} {
		t.Run(post, func(t *testing.T) {
			s := newSite(t, "ward.txtar")
			at := post
			if post[0] == '/' {
				at = s.URL + post
			}
			s.set("/posts.xml", string(rss([]news.Item{{ID: at, URL: at, Title: "Mất nước", Text: "Mất nước mấy hôm rồi", Account: "bimat"}})))
			s.set("/talk.xml", string(rss([]news.Item{{ID: "c1", URL: at + "#c1", Text: "Nhà em cũng vậy", Account: "na", Thread: at, Parent: at}, {ID: "c2", URL: at + "#c2", Text: "Ở đâu ạ?", Account: "tu"}})))
			talk := internal("talk", "feed", s.URL+"/talk.xml")
			talk.Items, talk.FullText = news.Comment, true
			r := newRig(t, internal("posts", "forum", s.URL+"/posts.xml"), talk)
			var root news.Item
			comments := 0
			for _, f := range r.round(0) {
				if f.Item.Kind == news.Post {
					root = f.Item
				}
			}
			want := root.ID
			if root.Thread != "" {
				want = root.Thread
			}
			for _, f := range r.found {
				if it := f.Item; it.Kind == news.Comment {
					comments++
					if it.Thread != want || it.Parent != want {
						t.Errorf("%q is in thread %q and answers %q, the post is %q", it.Text, it.Thread, it.Parent, want)
					}
				}
			}
			if out, _ := json.Marshal(r.found); comments != 2 || want == "" || bytes.Contains(out, []byte("bimat")) {
				t.Errorf("published %s", out)
			}
			if again := r.round(20 * time.Minute); len(again) > 0 {
				t.Errorf("the second visit brought %d items again", len(again))
			}
		})
	}
}

// What turns the direction of writing is no part of a stored text, nor a way
// around redaction.
func TestImportFormatCharacters(t *testing.T) {
	_, r := wardRig(t)
	_, err := r.Fetch(t.Context(), crawler.FetchRequest{Items: []news.Item{{Title: "\u2067Tin\u2069 \u202enóng", Text: "Gọi 09\u202a12\u2066345\u200e678 \u061cngay\U000e0041, gia đình 👨\u200d👩\u200d👧"}}})
	if err != nil {
		t.Fatal(err)
	}
	if it := r.found[0].Item; it.Title != "Tin nóng" || it.Text != "Gọi [số điện thoại] ngay, gia đình 👨\u200d👩\u200d👧" {
		t.Errorf("stored as %+q, %+q", it.Title, it.Text)
	}
}

// A public channel that is a source keeps its addresses; others do not.
func TestChannelIsASource(t *testing.T) {
	s := internal("kenh", "page", "https://t.me/s/phuongthaihoa")
	r := newRig(t, s)
	_, err := r.Fetch(t.Context(), crawler.FetchRequest{Items: []news.Item{
		{Text: "Tin của phường", URL: "https://t.me/phuongthaihoa/12"}, {Text: "Tin của ai đó", URL: "https://t.me/bimatnguyen/12"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if a, b := r.found[0].Item, r.found[1].Item; a.URL != "https://t.me/phuongthaihoa/12" || b.URL != "" || b.Notes[0] != "url_withheld" {
		t.Errorf("addresses %q and %q, notes %v", a.URL, b.URL, b.Notes)
	}
}

// planted is what identifies somebody, in a text that a person may write.
type planted struct {
	text    string   // as it is written
	needles []string // what must not be found
}

// Where things are planted: %s stands for them.
var sentences = map[string][]string{
	"phone":   {"Gọi em %s nhé", "lh %s để được giải quyết", "Số của ông ấy: %s.", "%s"},
	"email":   {"Gửi về %s trước thứ sáu", "thư của chị là %s", "%s"},
	"citizen": {"CCCD %s bị lộ", "căn cước của tôi số %s", "tra thử %s xem"},
	"plate":   {"xe %s lấn đường", "biển số %s vượt đèn đỏ", "bks %s, tài xế say"},
	"account": {"STK %s ngân hàng VCB", "số tài khoản %s Đông Á", "chuyển vào tài khoản %s người nhận Hoa", "chuyển khoản về %s Agribank", "số tk: %s Họ tên Hoa"},
	"handle":  {"hỏi @%s xem", "https://www.facebook.com/%s đăng lúc sáng", "xem tiktok.com/@%s", "https://www.facebook.com/%s/posts/9 nói vậy"},
}

func drawSecret(t *rapid.T, kind string) planted {
	d := func(n int) string { return rapid.StringMatching(fmt.Sprintf(`[1-9][0-9]{%d}`, n-1)).Draw(t, kind) }
	var raw string
	switch kind {
	case "phone":
		raw = rapid.SampledFrom([]string{"09", "03", "08", "+849", "849"}).Draw(t, "prefix") + d(8)
	case "email":
		raw = "bimat" + d(4) + "@gmail.com"
	case "citizen":
		raw = "0400" + d(8)
	case "plate":
		n := d(5)
		raw = "37A-" + n[:3] + "." + n[3:]
	case "account":
		raw = "1903" + d(10)
	case "handle":
		raw = "bimat.nguyen" + d(4)
	}
	p := planted{text: raw, needles: []string{raw}}
	if plain := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, raw); len(plain) >= 8 && kind != "plate" {
		p.needles = append(p.needles, plain)
		step := rapid.SampledFrom([]int{0, 3, 4}).Draw(t, "groups")
		if sep := rapid.SampledFrom([]string{" ", ".", "-", "\u200b", "\u202e"}).Draw(t, "separator"); step > 0 {
			p.text = raw[:4]
			for rest := raw[4:]; rest != ""; {
				n := min(step, len(rest))
				if len(rest)-n < 2 {
					n = len(rest)
				}
				p.text += sep + rest[:n]
				rest = rest[n:]
			}
			p.needles = append(p.needles, p.text)
		}
	}
	return p
}

func drawForm(t *rapid.T, s string) string {
	switch rapid.IntRange(0, 2).Draw(t, "form") {
	case 0:
		return norm.NFD.String(s)
	case 1:
		s = strings.NewReplacer("đ", "d", "Đ", "D").Replace(s)
		return strings.Map(func(r rune) rune {
			if unicode.Is(unicode.Mn, r) {
				return -1
			}
			return r
		}, norm.NFD.String(s))
	}
	return norm.NFC.String(s)
}

var addresses = []string{
	"https://www.facebook.com/%s/posts/123", "https://m.facebook.com/%s", "https://www.facebook.com/profile.php?id=%s", "https://www.facebook.com/groups/thaihoa/user/%s",
	"https://www.tiktok.com/@%s/video/1", "https://www.youtube.com/@%s", "https://www.youtube.com/c/%s", "https://x.com/%s/status/1", "https://twitter.com/%s",
	"https://t.me/%s/1", "https://www.instagram.com/%s", "https://www.threads.net/@%s", "https://zalo.me/%s", "https://www.linkedin.com/in/%s",
	"https://mastodon.example/@%s/112345678901234567", "https://mastodon.example/@%s", "https://a.example/u/%s/bai", "https://a.example/bai?id=3&user=%s", "https://a.example/thanh-vien/%s.1/",
}

var numbered = []string{"https://a.example/bai?x=%s", "https://a.example/bai/3?sdt=%s", "https://a.example/lh-%s.html", "https://a.example/bai/3#%s", "https://zalo.me/%s"}

// drawItem is an item with something planted in each of its fields.
func drawItem(t *rapid.T) (it news.Item, needles []string) {
	add := func(kinds ...string) string {
		kind := rapid.SampledFrom(kinds).Draw(t, "kind")
		p := drawSecret(t, kind)
		needles = append(needles, p.needles...)
		return drawForm(t, fmt.Sprintf(rapid.SampledFrom(sentences[kind]).Draw(t, "sentence"), p.text))
	}
	secret := func(kind string) string {
		p := drawSecret(t, kind)
		needles = append(needles, p.needles...)
		return p.needles[0]
	}
	all := []string{"phone", "email", "citizen", "plate", "account", "handle"}
	address := func() string {
		if rapid.Bool().Draw(t, "number") {
			return fmt.Sprintf(rapid.SampledFrom(numbered).Draw(t, "address"), strings.TrimPrefix(secret("phone"), "+"))
		}
		return fmt.Sprintf(rapid.SampledFrom(addresses).Draw(t, "address"), secret("handle"))
	}
	reference := func() string {
		switch rapid.IntRange(0, 3).Draw(t, "reference") {
		case 0:
			return address()
		case 1:
			return secret("handle") + "@facebook"
		case 2:
			return "fb:" + secret("handle")
		}
		return secret(rapid.SampledFrom([]string{"phone", "email", "citizen"}).Draw(t, "kind"))
	}
	it.Kind = rapid.SampledFrom([]news.Kind{news.Post, news.Comment}).Draw(t, "is")
	it.Text = add(all...) + ".\n" + add(all...) + rapid.StringMatching(`( [a-z]{3,6}){0,3}`).Draw(t, "rest")
	it.Title = add(all...)
	it.Account = rapid.SampledFrom([]string{"Nguyễn Văn ", "p:"}).Draw(t, "name") + secret(rapid.SampledFrom([]string{"handle", "phone"}).Draw(t, "kind"))
	if rapid.Bool().Draw(t, "url") {
		it.URL = address()
	}
	if rapid.Bool().Draw(t, "id") {
		it.ID = reference()
	}
	if rapid.Bool().Draw(t, "thread") {
		it.Thread, it.Parent = reference(), reference()
		if rapid.Bool().Draw(t, "plain") {
			it.Thread = secret("handle")
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "harmless") == 0 {
		it.Title, it.Text = "Tin khối", "Nước chảy lại rồi"+rapid.StringMatching(`( [a-z]{3,6}){0,3}`).Draw(t, "rest")
	}
	it.Notes = []string{secret("handle")}
	it.Reading = &news.Reading{Area: news.Area{Fit: news.InArea, Because: []news.Span{{Text: secret("phone")}}}}
	return it, needles
}

// foldAll lowers s and takes marks away, so that no form hides a needle.
func foldAll(s string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(s)))
}

// Invariant 4: whatever comes in, by a file or by a feed, nothing that
// identifies somebody is published or on the crawler's disk.
func TestNobodyIsStored(t *testing.T) {
	var mu sync.Mutex
	var doc []byte
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.URL.Path != "/rss.xml" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(doc)
	}))
	defer srv.Close()
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		s, err := store.OpenCrawler(t.Context(), filepath.Join(dir, "crawler.db"))
		if err != nil {
			rt.Fatal(err)
		}
		defer s.Close()
		r := &rig{t: t, store: s, log: new(strings.Builder), now: time.Date(2026, 11, 20, 9, 0, 0, 0, hanoi)}
		r.o = crawler.Options{Sources: []crawler.Source{internal("forum", "forum", srv.URL+"/rss.xml")}}
		r.open()

		var needles []string
		draw := func() (items []news.Item) {
			for range rapid.IntRange(1, 4).Draw(rt, "items") {
				it, n := drawItem(rt)
				items, needles = append(items, it), append(needles, n...)
			}
			return items
		}
		items := draw()
		res, err := r.Fetch(t.Context(), crawler.FetchRequest{Items: items, By: "hoa"})
		if err != nil || len(res.Taken) == 0 {
			rt.Fatalf("Fetch = %+v, %v", res, err)
		}
		listed := append(draw(), news.Item{ID: "last", Text: "Tin mà chỉ bảng tin có"})
		published := append([]news.Found(nil), r.found...)
		mu.Lock()
		doc = rss(listed)
		mu.Unlock()
		published = append(published, r.round(0)...)
		if len(published) == len(res.Taken) {
			rt.Fatalf("the feed brought nothing:\n%s\n%s", doc, r.log)
		}
		if err := r.Erase(t.Context(), res.Taken[0]); err != nil {
			rt.Fatal(err)
		}
		out, err := json.Marshal([]any{published, r.audit, r.health, res.Taken})
		if err != nil {
			rt.Fatal(err)
		}
		if err := s.Close(); err != nil {
			rt.Fatal(err)
		}
		places := map[string]string{"what is published": string(out), "the log": r.log.String()}
		files, _ := filepath.Glob(filepath.Join(dir, "*"))
		for _, f := range files {
			data, err := os.ReadFile(f)
			if err != nil {
				rt.Fatal(err)
			}
			places[filepath.Base(f)] = string(data)
		}
		if len(places) < 3 {
			rt.Fatalf("no database in %v", files)
		}
		for name, text := range places {
			folded := foldAll(text)
			for _, n := range needles {
				if strings.Contains(folded, foldAll(n)) {
					at := strings.Index(folded, foldAll(n))
					rt.Errorf("%s holds %q: …%s…", name, n, folded[max(0, at-120):min(len(folded), at+80)])
				}
			}
		}
	})
}

// rss writes items as a careless feed does, with the authors' names.
func rss(items []news.Item) []byte {
	var b bytes.Buffer
	b.WriteString(`<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:thr="http://purl.org/syndication/thread/1.0"><channel><title>x</title>`)
	escape := func(s string) string {
		var e bytes.Buffer
		_ = xml.EscapeText(&e, []byte(s))
		return e.String()
	}
	for _, it := range items {
		fmt.Fprintf(&b, "<item><title>%s</title><link>%s</link><guid>%s</guid><description>%s</description><dc:creator>%s</dc:creator>", escape(it.Title), escape(it.URL), escape(it.ID), escape(it.Text), escape(it.Account))
		if it.Thread != "" {
			fmt.Fprintf(&b, `<thr:in-reply-to ref="%s" href="%s"/>`, escape(it.Thread), escape(it.Parent))
		}
		b.WriteString("</item>")
	}
	b.WriteString("</channel></rss>")
	return b.Bytes()
}
