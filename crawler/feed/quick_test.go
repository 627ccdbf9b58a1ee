package feed

import (
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// wild is a feed with much of what real ones have.
const wild = `<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="/rss.xsl"?>
<!-- generated 2026 -->
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:a10="http://www.w3.org/2005/Atom"
	xmlns:slash='http://purl.org/rss/1.0/modules/slash/' xmlns:wfw="http://wellformedweb.org/CommentAPI/" xmlns:media="http://search.yahoo.com/mrss/" xmlns:geo="http://www.georss.org/georss">
<channel>
	<title>Trang tin &amp; đời sống</title><link>https://bao.example/</link><language>vi-VN</language>
	<a10:link rel="self" href="/rss/home.rss" /><a10:link rel="hub" href="https://hub.example/?a=1&amp;b=2"/>
	<image><url>https://bao.example/l.png</url><title>Trang tin</title><link>https://bao.example/</link></image>
	<skipHours><hour>1</hour></skipHours>
	<item>
		<title><![CDATA[ Mưa lớn, <b>ngập</b> ở khối 3 ]]></title>
		<link> https://bao.example/1.html?a=1&amp;b=2&copy=3 </link>
		<guid isPermaLink="false">tag:1</guid>
		<pubDate>Fri, 20 Nov 2026 08:15:00 GMT+7</pubDate>
		<dc:creator><![CDATA[Phóng viên A]]></dc:creator><dc:date>2026-11-20T08:20:00+07:00</dc:date><dc:subject>Mưa</dc:subject>
		<category domain="x"><![CDATA[Thời sự]]></category>
		<description><![CDATA[<a href="/1.html"><img src="/1.jpg"></a></br>Nước lên nhanh.]]> &quot;thêm&quot; <![CDATA[ và nữa]]></description>
		<content:encoded><![CDATA[<p>Đoạn một.</p><p>Đoạn hai &hellip;</p>]]></content:encoded>
		<enclosure url="/1.jpg" type="image/jpeg" length="1"/>
		<media:content url="/1.jpg" medium="image"><media:title>Ảnh</media:title><![CDATA[x]]></media:content>
		<slash:comments>7</slash:comments><wfw:commentRss>https://bao.example/1/feed/</wfw:commentRss>
		<geo:point>19.3 105.4</geo:point>
		<image>/1.jpg</image>
	</item>
	<!-- one more -->
	<item><title>H&#7885;c ph&iacute; &lt;mới&gt; &unknown; A & B &#x1F600;</title><guid>https://bao.example/2.html</guid><author>Ban biên tập</author><pubDate/><a10:updated>2026-11-20T09:00:00Z</a10:updated></item>
	<item/>
	<Item><Title>Chữ hoa</Title><LINK>/3.html</LINK></Item>
</channel>
</rss>
trailing words`

// alike compares what both readers make of a document, if the quick one
// reads it.
func alike(t *testing.T, doc string) (read bool) {
	t.Helper()
	fast, ok := quick(doc)
	if !ok {
		return false
	}
	want, err := slow([]byte(doc))
	if err != nil {
		t.Errorf("read although gofeed says %v: %.2000q", err, doc)
		return true
	}
	o := Options{URL: base, Zone: hanoi, Now: now}
	if got, want := finish(fast, []byte(doc), o), finish(want, []byte(doc), o); !reflect.DeepEqual(got, want) {
		t.Errorf("read as\n%+v, want\n%+v\nof %.2000q", got, want, doc)
	}
	return true
}

func TestQuick(t *testing.T) {
	if !alike(t, wild) {
		t.Error("an ordinary feed was left to gofeed")
	}
	f := parse(t, wild)
	if len(f.Entries) != 3 || f.Hub != "https://hub.example/?a=1&b=2" || f.Self != "https://bao.example/rss/home.rss" || f.Lang != "vi-VN" {
		t.Fatalf("feed %+v", f)
	}
	if e := f.Entries[0]; e.URL != "https://bao.example/1.html?a=1&b=2&copy=3" || e.Title != "Mưa lớn, ngập ở khối 3" || e.Author != "Phóng viên A" || e.Replies != 7 || e.Content != "Đoạn một.\n\nĐoạn hai …" || e.Comments == "" {
		t.Errorf("first entry %+v", e)
	}
	if e := f.Entries[1]; e.Title != "Học phí <mới> &unknown; A & B 😀" && e.Title != "Học phí &unknown; A & B 😀" {
		t.Errorf("second title %q", e.Title)
	}
	if crlf := strings.ReplaceAll(wild, "\n", "\r\n"); !alike(t, crlf) {
		t.Error("a feed with the line ends of Windows was left to gofeed")
	}
}

// What is not quite as most feeds are is gofeed's, or read alike.
func TestQuickOdd(t *testing.T) {
	item := func(inside string) string {
		return `<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>x</title><item><title>một</title>` + inside + `</item></channel></rss>`
	}
	odd := []string{
		`<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>một</title></entry></feed>`,
		`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><item><title>x</title></item></rdf:RDF>`,
		`<rss xmlns="http://backend.userland.com/rss2"><channel><item><title>x</title></item></channel></rss>`,
		`<!DOCTYPE rss [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]><rss><channel><item><title>&lol2;</title></item></channel></rss>`,
		`<?xml version="1.0" encoding="windows-1258"?><rss><channel><item><title>x</title></item></channel></rss>`,
		`<rss><channel><item><title>x</title></item>`,
		`<rss><channel><item><title>x</item></channel></rss>`,
		`<rss><channel><title>x</title></channel><item><title>y</title></item></rss>`,
		`<rss><channel><dc:title>x</dc:title></channel></rss>`,
		`<rss xmlns:dc="http://purl.org/dc/terms/"><channel><item><dc:creator>x</dc:creator></item></channel></rss>`,
		`<rss xmlns:thr="http://purl.org/syndication/thread/1.0"><channel><item><thr:in-reply-to ref="x"/></item></channel></rss>`,
		"<rss><channel><item><title>a\x01b</title></item></channel></rss>",
		"<rss><channel><item><title>a\ufffeb</title></item></channel></rss>",
		item(`<description>a <b>c</b></description>`), item(`<description>a <!-- c --> b</description>`), item(`<description>a ]]> b</description>`),
		item(`<description>&#0;</description>`), item(`<category>&#xFFFF;</category>`), item(`<description><![CDATA[a</description>`),
		item(`<link href="/1.html"/>`), item(`<author>a@b.example (Na)</author>`), item(`<dc:title>x</dc:title>`), item(`<atom:summary>x</atom:summary>`),
		item(`<media:group><media:description>x</media:description></media:group>`), item(`<itunes:summary>x</itunes:summary>`),
		item(`<link xml:base="https://a.example/">x</link>`), item(`<description a=b>x</description>`), item(`<description a="1"b="2">x</description>`),
		item(`<description a="<">x</description>`), item(`<!-- a -- b -->`), item(`<?php x ?>`), item(`<a:b:c>x</a:b:c>`), item(`<category>x`),
		item(`<dc:creator>a&nbsp;b</dc:creator>`), item("<dc:creator>a\r\nb</dc:creator>"),
		item(strings.Repeat("<a>", 40) + strings.Repeat("</a>", 40)),
	}
	for _, doc := range odd {
		if alike(t, doc) {
			t.Errorf("read quickly: %.300s", doc)
		}
	}
	for _, doc := range []string{
		item(`<description/>`), item(`<description></description>`), item(`<description> </description>`), item(`<description><![CDATA[]]></description>`), item(`<title>hai</title>`),
		item(`<description>a<![CDATA[ b ]]>c</description>`), item(`<description>&amp;amp; &ampx; &amp &#65; &#x41;&notin; &not;</description>`), item(`<dc:creator/>`), item(`<dc:creator></dc:creator><author>Na</author>`),
		item(`<dc:date>2026-11-20</dc:date><dc:date>2026-11-21</dc:date>`), item(`<pubDate>hôm qua</pubDate>`), item(`<a><b c='d'><![CDATA[x]]></b><e/></a >`), item(`text between`),
		item(`<guid isPermaLink="true"> https://bao.example/9 </guid>`), item(`<dc:Creator>x</dc:Creator>`), item(`<comments>https://bao.example/9#c</comments>`),
		item(`<atom:updated>2026-11-20T09:00:00Z</atom:updated><atom:updated>2026-11-21T09:00:00Z</atom:updated>`),
		`<rss><channel></channel></rss>`, `<rss><channel><item/></channel></rss>`, ` <rss><channel><item></item></channel></rss >`,
	} {
		if !alike(t, doc) {
			t.Errorf("left to gofeed: %.300s", doc)
		}
	}
}

// The recorded feeds are ordinary.
func TestQuickRecorded(t *testing.T) {
	dir := os.Getenv("LANGNGHE_TEST_DATA")
	if dir == "" {
		t.Skip("LANGNGHE_TEST_DATA is not set")
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
		if !alike(t, string(data)) {
			t.Errorf("%s was left to gofeed", filepath.Base(file))
		}
	}
}

// Hostile documents take time in proportion to their size.
func TestQuickHostile(t *testing.T) {
	const n = 1 << 20
	for name, doc := range map[string]string{
		"references":       `<rss><channel><item><title>` + strings.Repeat("&", n),
		"long references":  `<rss><channel><item><title>` + strings.Repeat("&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;", n/58) + `</title></item></channel></rss>`,
		"open sections":    `<rss><channel><item><title>` + strings.Repeat("<![CDATA[", n/9),
		"sections":         `<rss><channel><item><title>` + strings.Repeat("<![CDATA[]]>", n/12) + `</title></item></channel></rss>`,
		"comments":         `<rss><channel>` + strings.Repeat("<!---->", n/7),
		"open comments":    `<rss><channel>` + strings.Repeat("<!--", n/4),
		"nested":           `<rss><channel>` + strings.Repeat("<a>", n/3),
		"attributes":       `<rss ` + strings.Repeat(`a="" `, n/5) + `><channel/></rss>`,
		"a huge attribute": `<rss a="` + strings.Repeat("x", n),
		"empty items":      `<rss><channel>` + strings.Repeat("<item/>", n/7) + `</channel></rss>`,
		"style sheets":     strings.Repeat("<?xml-stylesheet ?>", n/19),
		"links":            `<rss xmlns:a="http://www.w3.org/2005/Atom"><channel>` + strings.Repeat("<a:link/>", n/9) + `</channel></rss>`,
		"creators":         `<rss xmlns:a="http://purl.org/dc/elements/1.1/"><channel><item>` + strings.Repeat("<a:creator/>", n/12) + `</item></channel></rss>`,
	} {
		begun := time.Now()
		quick(doc)
		if took := time.Since(begun); took > 10*time.Second { // a thousand times what it takes
			t.Errorf("%s: %v for a megabyte", name, took)
		}
	}
}

// Documents put together at random, mostly well-formed, are read alike.
func TestQuickAlike(t *testing.T) {
	names := []string{"title", "Title", "link", "description", "guid", "pubDate", "author", "category", "source", "comments", "encoded", "image", "item", "channel",
		"content:encoded", "dc:creator", "dc:date", "dc:subject", "dc:title", "slash:comments", "wfw:commentRss", "media:content", "media:group", "a:link", "a:updated", "geo:lat", "x:y"}
	texts := []string{"chữ", " ", "\n", "\r\n", "&amp;", "&lt;b&gt;", "&", ";", "&#7885;", "&#0;", "&nbsp;", "&copy=2;", "&bad;", "<![CDATA[ a <b> & ]]>", "<![CDATA[]]>", "]]>", "<!-- c -->", "a@b.vn (Na)",
		"2026-11-20", "Fri, 20 Nov 2026 08:15:00 +0700", "7", "https://bao.example/1?a=1&amp;b=2", "/1.html", "'", "\""}
	attrs := []string{"", "", "", ` a="1"`, ` href='/x'`, ` rel="hub" href="https://h.example/?a&amp;b"`, ` isPermaLink="false"`, ` a="&quot;"`, ` a="<"`, ` xml:lang="vi"`, ` xmlns:q="u"`}
	var element func(depth int) *rapid.Generator[string]
	element = func(depth int) *rapid.Generator[string] {
		return rapid.Custom(func(t *rapid.T) string {
			name, attr := rapid.SampledFrom(names).Draw(t, "name"), rapid.SampledFrom(attrs).Draw(t, "attr")
			if rapid.IntRange(0, 9).Draw(t, "empty") == 0 {
				return "<" + name + attr + "/>"
			}
			inside := strings.Join(rapid.SliceOfN(rapid.SampledFrom(texts), 0, 4).Draw(t, "text"), "")
			if depth < 3 && (name == "item" || rapid.IntRange(0, 5).Draw(t, "deeper") == 0) {
				inside = strings.Join(rapid.SliceOfN(element(depth+1), 0, 6).Draw(t, "inside"), "")
			}
			end := name
			if rapid.IntRange(0, 60).Draw(t, "wrong") == 0 {
				end = "title"
			}
			return "<" + name + attr + ">" + inside + "</" + end + ">"
		})
	}
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue { // they are quick
		if err := flag.Set("rapid.checks", "4000"); err != nil {
			t.Fatal(err)
		}
		defer flag.Set("rapid.checks", checks.DefValue)
	}
	read, all := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		items := strings.Join(rapid.SliceOfN(element(1), 0, 8).Draw(rt, "elements"), "")
		if rapid.Bool().Draw(rt, "in an item") {
			items = "<item>" + items + "</item>"
		}
		doc := `<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:a="http://www.w3.org/2005/Atom" xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:wfw="http://wellformedweb.org/CommentAPI/" xmlns:media="http://search.yahoo.com/mrss/" xmlns:geo="http://www.georss.org/georss"><channel><title>x</title>` +
			items + `</channel></rss>`
		all++
		if alike(t, doc) {
			read++
		}
		if t.Failed() {
			rt.FailNow()
		}
	})
	if read < all/20 {
		t.Errorf("%d of %d documents were read quickly: the test shows nothing", read, all)
	}
}

func FuzzQuick(f *testing.F) {
	f.Add(wild)
	f.Add(`<rss><channel><item><title>a &amp; b</title><link>/1</link><description><![CDATA[<p>x</p>]]> y</description></item></channel></rss>`)
	f.Add(`<rss xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><item><dc:creator>Na</dc:creator><dc:date>2026-11-20</dc:date></item></channel></rss>`)
	f.Add(`<?xml version='1.0'?><rss><channel><language>vi</language><a b="c"><d/></a></channel></rss>`)
	f.Fuzz(func(t *testing.T, doc string) {
		if len(doc) < 1<<14 {
			alike(t, strings.TrimLeft(doc, " \t\r\n\ufeff"))
		}
	})
}
