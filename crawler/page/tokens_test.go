package page

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// viaTree is Plain as the tree has it.
func viaTree(fragment string) string {
	nodes, err := html.ParseFragment(strings.NewReader(fragment), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		return ""
	}
	root := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	return join(blocks(root))
}

// The quick way says what the tree says.
func TestTokens(t *testing.T) {
	for _, in := range []string{
		`<a href="/x"><img src="a.jpg"></a></br>Sở Y tế cho biết &amp; khuyến cáo người dân.`,
		`<p>Một</p><p>Hai <b>ba</b></p>bốn<br>năm<br><br>sáu`,
		"<div>dòng\nmột</div><ul><li>a</li><li>b</li></ul>",
		`Tiếng Viê&#803;t &lt;b&gt; 5 &lt; 6 &amp;amp; <i>nghiêng</i>`,
		`<![CDATA[x]]>y<!-- chú thích -->z`, `<h2>Tiêu đề</h2>chữ<blockquote>lời</blockquote>`, `a < b và c > d`, `&nbsp;&nbsp;x&nbsp;y`,
	} {
		if got, ok := quick(in); ok && got != viaTree(in) {
			t.Errorf("quick(%q) = %q; the tree says %q", in, got, viaTree(in))
		}
		got, ok := tokens(in)
		if want := viaTree(in); !ok || got != want {
			t.Errorf("tokens(%q) = %q, %v; the tree says %q", in, got, ok, want)
		}
	}
	for _, in := range []string{`<script>x</script>a`, `<table><tr><td>a<td>b</table>`, `<p hidden>a</p>b`, `<pre>a
b</pre>`} {
		if _, ok := tokens(in); ok {
			t.Errorf("tokens(%q) was not left to the tree", in)
		}
	}
}

// TestQuick: what the quickest way takes, it reads as the slow ones do.
func TestQuick(t *testing.T) {
	bits := []string{"<p>", "</p>", "<br>", "<br/>", "</br>", "<br />", "<b>", "</b>", "<a href=\"/x?a=1&b=2\">", "</a>", "<img src='a.jpg' width=130 >", "<div class=\"a\">", "</div>", "<h2>", "</h2>",
		"<p hidden>", "<p style=\"display:none\">", "<span\nid=a>", "<!-- a -->", "<table>", "<td>", "<x>", "<", ">", "&", "&amp;", "&lt;b>", "&nbsp;", "&#803;", "<p title='<b>'>", "<a href=x/>", "<li>", "\r\n", "\n", "\t", " ", "  ",
		"Nước sạch", "xóm 3", "e\u0323", "\u00a0", "\u200b", "</ p>", "<p<b>", "<a href=>", "<p a=\"b\"c=\"d\">", "</p class=\"a\">", "<hr>", "<ul>", "<blockquote>", "\x00", "<script>", "<textarea>", "</img>"}
	taken := 0
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(rapid.SampledFrom(bits), 1, 12).Draw(t, "bits"), "")
		got, ok := quick(s)
		if !ok {
			return
		}
		taken++
		if want, ok := tokens(s); !ok || got != want {
			t.Fatalf("quick(%q) = %q, tokens %q, %v", s, got, want, ok)
		}
	})
	if taken == 0 {
		t.Error("nothing was read the quick way")
	}
}

// TestEven: a line that is left as it is has nothing to squeeze.
func TestEven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{"a", "ệ", " ", "\n", "\t", "\u00a0", "\u3000", "\u00ad", "\ufeff", "\u200b", "\x7f", "\x01", "中", "\xff"})).Draw(t, "s"), "")
		if even(s) && squeeze(s) != s {
			t.Fatalf("%q is not even", s)
		}
	})
}

func FuzzPlain(f *testing.F) {
	f.Add(`<p>Một</p><br><br>hai &amp; ba`)
	f.Add(`<svg><p>a`)
	f.Add(`<a href="/x"><img width=130 src="a.jpg" ></a></br>Sở Y tế<br/>cho biết`)
	f.Fuzz(func(t *testing.T, s string) {
		if got, ok := quick(s); ok {
			if want, ok := tokens(s); !ok || got != want {
				t.Errorf("quick(%q) = %q, tokens %q, %v", s, got, want, ok)
			}
		}
		if got := Plain(s); !norm.NFC.IsNormalString(got) && utf8.ValidString(s) {
			t.Errorf("Plain(%q) = %q, which is not NFC", s, got)
		}
	})
}

// What an operator writes as a selector may be refused and not more.
func FuzzSelect(f *testing.F) {
	f.Add("div.content > p:first-child", "a[href^='/tin']", "h1", "time[datetime]")
	f.Add(":not(", "::before", "", "*")
	f.Fuzz(func(t *testing.T, text, links, title, when string) {
		sel, err := Select{Links: links, Title: title, Text: text, Time: when}.Compile()
		if err != nil {
			return
		}
		p, err := Parse([]byte(`<html><body><h1>Tin</h1><time datetime="2026-11-20">20/11</time><div class="content"><p>Một đoạn văn.</p><a href="/tin/1">Xem</a></div></body></html>`), Options{Select: sel})
		if err != nil {
			t.Fatal(err)
		}
		p.Links()
		p.Feeds()
		_, _ = p.Article()
	})
}
