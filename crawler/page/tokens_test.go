package page

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
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
