package feed

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

var (
	hanoi, _ = time.LoadLocation("Asia/Ho_Chi_Minh")
	now      = time.Date(2026, 11, 20, 9, 0, 0, 0, hanoi)
	base, _  = url.Parse("https://bao.example/rss/home.rss")
)

func parse(t *testing.T, doc string) *Feed {
	t.Helper()
	f, err := Parse([]byte(doc), Options{URL: base, Zone: hanoi, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestRSS(t *testing.T) {
	f := parse(t, `<?xml version="1.0"?><?xml-stylesheet href="x.xsl"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0" xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:wfw="http://wellformedweb.org/CommentAPI/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Báo &amp; đài</title><atom:link rel="hub" href="https://hub.example/"/>
<item><title><![CDATA[Mưa &amp;amp; gió <b>lớn</b>]]></title><link>/tin/1.html</link><guid isPermaLink="false">n1</guid><dc:creator>Lê Na</dc:creator>
<description>&lt;img src=x&gt;&lt;p&gt;Đoạn một.&lt;/p&gt;&lt;p&gt;Đoạn hai.&lt;/p&gt;</description><slash:comments>3</slash:comments><wfw:commentRss>/c/1.xml</wfw:commentRss></item>
<item><guid>https://bao.example/tin/2.html</guid><title>`+norm.NFD.String("Nghệ An")+`</title><thr:in-reply-to ref="tag:x" href="/bai/9.html"/></item>
<item><title>Không có gì cả & sai</title><link>javascript:alert(1)</link></item>
</channel></rss>`)
	if f.Title != "Báo & đài" || f.Hub != "https://hub.example/" || len(f.Entries) != 3 {
		t.Fatalf("feed %+v", f)
	}
	a, b, c := f.Entries[0], f.Entries[1], f.Entries[2]
	if a.URL != "https://bao.example/tin/1.html" || a.Title != "Mưa & gió lớn" || a.Summary != "Đoạn một.\n\nĐoạn hai." || a.Author != "Lê Na" || a.Replies != 3 || a.Comments != "https://bao.example/c/1.xml" {
		t.Errorf("first entry %+v", a)
	}
	if b.URL != "https://bao.example/tin/2.html" || b.Title != "Nghệ An" || b.Parent != "https://bao.example/bai/9.html" || b.Replies != -1 {
		t.Errorf("second entry %+v", b)
	}
	if c.URL != "" || c.Title != "Không có gì cả & sai" {
		t.Errorf("third entry %+v", c)
	}
}

func TestAtomAndJSON(t *testing.T) {
	atom := parse(t, `<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><id>tag:1</id><title>Một</title><link href="/1"/><updated>2026-11-20T08:00:00+07:00</updated><content type="html">&lt;p&gt;Chữ&lt;/p&gt;</content><author><name>Na</name></author></entry></feed>`)
	json := parse(t, `{"version":"https://jsonfeed.org/version/1.1","title":"A","items":[{"id":"tag:1","url":"https://bao.example/1","title":"Một","content_html":"<p>Chữ</p>","date_published":"2026-11-20T08:00:00+07:00","authors":[{"name":"Na"}]}]}`)
	for _, f := range []*Feed{atom, json} {
		if len(f.Entries) != 1 {
			t.Fatalf("feed %+v", f)
		}
		e := f.Entries[0]
		if e.URL != "https://bao.example/1" || e.Title != "Một" || e.Content != "Chữ" || e.Author != "Na" || !e.Published.Equal(time.Date(2026, 11, 20, 8, 0, 0, 0, hanoi)) {
			t.Errorf("entry %+v", e)
		}
	}
}

func TestDeletedEntries(t *testing.T) {
	f := parse(t, `<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0"><at:deleted-entry ref="yt:video:abc" when="2026-11-20T08:00:00Z"><link href="https://video.example/watch?v=abc"/></at:deleted-entry>
<at:deleted-entry ref=" tag:2 "/><at:deleted-entry when="2026-11-20T08:00:00Z"/></feed>`)
	if len(f.Entries) != 0 || len(f.Gone) != 2 || f.Gone[0].URL != "https://video.example/watch?v=abc" || f.Gone[1].ID != "tag:2" {
		t.Errorf("feed %+v", f)
	}
}

func TestRefuses(t *testing.T) {
	for doc, want := range map[string]string{
		"":                             "empty",
		"<!doctype html><html></html>": "page of HTML",
		"<html><script>document.cookie='D1N=1'</script></html>": "page of HTML",
		"<rss><channel>\n<item>\n<title></item><<<":             "line 3",
		"just words": "feed",
	} {
		if f, err := Parse([]byte(doc), Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%q) = %+v, %v, want %q", doc, f, err, want)
		}
	}
}

func TestTooMany(t *testing.T) {
	var b strings.Builder
	b.WriteString("<rss><channel>")
	for i := range MaxEntries + 7 {
		fmt.Fprintf(&b, "<item><title>mục %d</title></item>", i)
	}
	f := parse(t, b.String()+"</channel></rss>")
	if len(f.Entries) != MaxEntries || f.Dropped != 7 || f.Entries[0].Title != "mục 0" {
		t.Errorf("%d entries, %d dropped", len(f.Entries), f.Dropped)
	}
}

// The recorded feeds of nine outlets: every entry has an address, a title
// and the right hour.
func TestRecordedFeeds(t *testing.T) {
	dir := os.Getenv("LANGNGHE_TEST_DATA")
	if dir == "" {
		t.Skip("LANGNGHE_TEST_DATA is not set")
	}
	first := map[string]time.Time{
		"baochinhphu_trimmed.rss": time.Date(2026, 9, 14, 18, 44, 0, 0, hanoi), "dantri_trimmed.rss": time.Date(2026, 9, 14, 14, 18, 47, 0, hanoi),
		"nhandan_trimmed.rss": time.Date(2026, 9, 14, 18, 48, 23, 0, hanoi), "thanhnien_trimmed.rss": time.Date(2026, 9, 14, 9, 13, 0, 0, hanoi),
		"tuoitre_trimmed.rss": time.Date(2026, 9, 14, 7, 37, 0, 0, hanoi), "vtv_trimmed.rss": time.Date(2026, 9, 14, 19, 46, 22, 0, hanoi),
		"vnexpress_tin-moi-nhat_2017-Apr-19.xml": time.Date(2017, 4, 19, 19, 45, 55, 0, hanoi),
	}
	files, err := filepath.Glob(filepath.Join(dir, "vn_rss", "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no feeds: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		f, err := Parse(data, Options{Zone: hanoi, Now: now})
		name := filepath.Base(file)
		if err != nil || len(f.Entries) == 0 {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i, e := range f.Entries {
			if e.URL == "" || e.Title == "" || e.Published.IsZero() || e.Rough || strings.ContainsAny(e.Title+e.Summary, "<>") {
				t.Errorf("%s entry %d: %+v", name, i+1, e)
			}
		}
		if want, ok := first[name]; ok && !f.Entries[0].Published.Equal(want) {
			t.Errorf("%s: first entry published %v, want %v", name, f.Entries[0].Published, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`<rss><channel><item><title>a</title><link>http://x/1</link><pubDate>Mon, 14 Sep 26 09:13:00 GMT+7</pubDate></item></channel></rss>`))
	f.Add([]byte(`<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="html">&lt;b&gt;</title></entry></feed>`))
	f.Add([]byte(`{"version":"https://jsonfeed.org/version/1","items":[{"id":1}]}`))
	f.Add([]byte(`<html>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := Parse([]byte(strings.ToValidUTF8(string(data), "?")), Options{URL: base, Zone: hanoi, Now: now})
		if err != nil {
			return // refusing is fine; what is accepted must be clean
		}
		for _, e := range got.Entries {
			if e.URL != "" && !strings.HasPrefix(e.URL, "http") {
				t.Errorf("address %q", e.URL)
			}
			for _, s := range []string{e.Title, e.Summary, e.Content, e.Author} {
				if !utf8.ValidString(s) || !norm.NFC.IsNormalString(s) {
					t.Errorf("text %q is not clean", s)
				}
			}
			if strings.ContainsAny(e.Title, "\r\n") {
				t.Errorf("title %q has lines", e.Title)
			}
		}
	})
}
