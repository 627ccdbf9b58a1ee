package page

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"langnghe/crawler/nfc"
	"langnghe/crawler/vitime"
	"time"
)

// clutter are class and id words of boxes that stand beside an article.
var clutter = regexp.MustCompile(`(?i)(?:^|[\s_-])(?:` +
	`related|relate|lienquan|lien-quan|(?:box-?)?tinlienquan|box-?other|other-?(?:news|posts|articles)|tin-lien-quan|tinkhac|tin-khac|doc-them|docthem|xem-them|xemthem|read-?more|readmore|recommend(?:ed|ation)?s?|suggest(?:ion)?s?|most-?(?:read|view(?:ed)?)|popular|trending|also-?read` +
	`|comments?|binhluan|binh-luan|disqus|fb-comments|ykien` +
	`|share|sharing|socials?|social-?share|like-?box|follow-?us|newsletter|subscribe|subscription` +
	`|breadcrumbs?|pagination|pager|navbar|navigation|menu|sidebar|side-bar|widget` +
	`|tags|tag-?list|keywords|advert(?:s|isement|ising)?|ads|adsbygoogle|banner|sponsor(?:ed)?|promo(?:tion)?|popup|modal|cookie(?:s|-consent)?` +
	`|captions?|photo-?caption|image-?caption|img-?caption|wp-caption-text|credit|photocms_caption` +
	`|author-?(?:box|bio|info)|byline|(?:post|entry|article|news)-?(?:meta|info)|view-?count|luot-?xem|copyright|print-only|toolbar` +
	`)(?:v?\d{1,2})?(?:$|[\s_-])`)

// prune removes what is certainly beside the article, so that the extractor
// has less to be wrong about. A box that holds a good part of the page's
// words stays, whatever it is called.
func (p *Page) prune() { prune(p.doc) }

// footer are class and id words of what stands under every page of a site,
// however long it is beside a short text.
var footer = regexp.MustCompile(`(?i)(?:^|[\s_-])(?:footer|foot|site-info|bottom-info|chan-?trang)(?:$|[\s_-])`)

func foot(n *html.Node) bool {
	return n.DataAtom == atom.Footer && !in(n.Parent, atom.Article, atom.Blockquote) ||
		n.DataAtom != atom.Body && (attr(n, "role") == "contentinfo" || footer.MatchString(attr(n, "class")) || footer.MatchString(attr(n, "id")))
}

// holds reports whether a tree has an element of one of the sorts.
func holds(n *html.Node, tags ...atom.Atom) bool {
	for d := range n.Descendants() {
		if slices.Contains(tags, d.DataAtom) {
			return true
		}
	}
	return false
}

func prune(root *html.Node) {
	total := 0
	for _, b := range blocks(root) {
		if !b.linked() {
			total += b.runes()
		}
	}
	var drop []*html.Node
	var walk func(n *html.Node, depth int)
	walk = func(n *html.Node, depth int) {
		for c := n.FirstChild; c != nil && depth < maxDepth; c = c.NextSibling {
			if c.Type != html.ElementNode {
				continue
			}
			if foot(c) && total > 0 && !holds(c, atom.H1, atom.Article) || beside(c) && own(c)*4 < total {
				drop = append(drop, c)
				continue
			}
			walk(c, depth+1)
		}
	}
	walk(root, 0)
	for _, n := range drop {
		n.Parent.RemoveChild(n)
	}
}

// paragraphs makes elements of the paragraphs that old pages part by two line
// breaks, which extractors run together, and takes the words of pictures out.
// total is how many code points of text the page has.
func paragraphs(root *html.Node, total int) {
	var parents, images []*html.Node
	all(root, func(n *html.Node) bool {
		if n.DataAtom == atom.Img || n.DataAtom == 0 && n.Data == "amp-img" {
			images = append(images, n)
		}
		if n.DataAtom == atom.Br && next(n) != nil && next(n).DataAtom == atom.Br && n.Parent != nil && n.Parent.DataAtom != atom.P && n.Parent.DataAtom != atom.Pre &&
			(len(parents) == 0 || parents[len(parents)-1] != n.Parent) {
			parents = append(parents, n.Parent)
		}
		return true
	})
	captions(images, total)
	for _, parent := range parents {
		var p *html.Node
		for c := parent.FirstChild; c != nil; {
			after := c.NextSibling
			switch {
			case c.DataAtom == atom.Br && next(c) != nil && next(c).DataAtom == atom.Br:
				for after != nil && (after.DataAtom == atom.Br || blank(after)) {
					gone := after
					after = after.NextSibling
					parent.RemoveChild(gone)
				}
				parent.RemoveChild(c)
				p = nil
			case c.Type == html.ElementNode && (blockLevel(c) || c.DataAtom == atom.Script || c.DataAtom == atom.Style):
				p = nil
			case p == nil && (c.Type == html.TextNode && !blank(c) || c.Type == html.ElementNode):
				p = &html.Node{Type: html.ElementNode, Data: "p", DataAtom: atom.P}
				parent.InsertBefore(p, c)
				fallthrough
			case p != nil:
				parent.RemoveChild(c)
				p.AppendChild(c)
			}
			c = after
		}
	}
}

// next is the sibling behind a node, white space left out.
func next(n *html.Node) *html.Node {
	for n = n.NextSibling; n != nil && blank(n); {
		n = n.NextSibling
	}
	return n
}

func blank(n *html.Node) bool { return n.Type == html.TextNode && strings.TrimSpace(n.Data) == "" }

// own counts the runes of a tree's text that is not in links.
func own(n *html.Node) int {
	total := 0
	for _, b := range blocks(n) {
		total += b.runes() - b.links
	}
	return total
}

func beside(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Body, atom.Html, atom.Main, atom.Article, atom.Head:
		return false
	case atom.Nav, atom.Aside, atom.Form, atom.Button, atom.Figcaption, atom.Dialog, atom.Iframe, atom.Script, atom.Style, atom.Footer:
		return true
	}
	if skipped(n) {
		return true
	}
	switch attr(n, "role") {
	case "navigation", "complementary", "banner", "search", "dialog", "contentinfo":
		return true
	}
	return clutter.MatchString(attr(n, "class")) || clutter.MatchString(attr(n, "id"))
}

// title picks the headline: what structured data, Open Graph and a visible
// h1 agree on; the title element, without the site's name, comes last.
func (p *Page) title(visible []block) string {
	var h1 string
	for _, b := range visible {
		if in(b.node, atom.H1) && b.runes() > 8 && !in(b.node, atom.Header, atom.Nav) {
			h1 = tidyLine(b.text)
			break
		}
	}
	og, headline, title := tidyLine(unescape(p.meta.ogTitle)), tidyLine(p.meta.headline), p.meta.title
	for _, c := range []string{og, headline} {
		if c != "" && h1 != "" && fold(c) == fold(h1) {
			return c
		}
	}
	switch {
	case h1 != "" && title != "" && strings.Contains(fold(title), fold(h1)):
		return h1
	case headline != "":
		return headline
	case og != "":
		return withoutSite(og, visible)
	case h1 != "":
		return h1
	}
	cut := withoutSite(title, visible)
	if cut == "" || general.MatchString(cut) {
		if h := calledTitle(visible); h != "" {
			return h
		}
	}
	return cut
}

var siteSeparator = regexp.MustCompile(`\s+[|–—-]\s+|\s*[|»]\s*`)

// withoutSite cuts " - Báo Sông Hiếu" off a title when the page shows the
// rest as a line of its own; else it drops a last part of at most six words.
func withoutSite(title string, visible []block) string {
	cuts := siteSeparator.FindAllStringIndex(title, -1)
	if len(cuts) == 0 {
		return title
	}
	for i := len(cuts) - 1; i >= 0; i-- {
		head := title[:cuts[i][0]]
		for _, b := range visible {
			if fold(b.text) == fold(head) {
				return head
			}
		}
	}
	last := cuts[len(cuts)-1]
	if head := title[:last[0]]; len(strings.Fields(title[last[1]:])) <= 6 && len(strings.Fields(head)) >= 3 {
		return head
	}
	return title
}

// lead finds the paragraph that the page's description repeats: papers set
// it apart from the text, where extractors miss it.
func (p *Page) lead(visible []block) string {
	d := fold(unescape(p.meta.description))
	if len([]rune(d)) < 40 {
		return ""
	}
	for _, b := range visible {
		f := fold(b.text)
		if in(b.node, atom.A, atom.Aside, atom.Nav, atom.Footer, atom.H1) || len([]rune(f)) < 40 {
			continue
		}
		if f == d || strings.HasSuffix(f, d) || strings.HasPrefix(f, strings.TrimSuffix(strings.TrimSuffix(d, "…"), "...")) {
			return outlet.ReplaceAllString(b.text, "")
		}
	}
	return ""
}

// starts reports whether the lead stands among the first blocks.
func starts(bs []block, lead string) bool {
	l := fold(lead)
	for i, b := range bs {
		if i > 4 {
			break
		}
		if f := fold(b.text); strings.Contains(f, l) || strings.Contains(l, f) && len(f)*2 > len(l) {
			return true
		}
	}
	return false
}

var (
	// outlet is the "(Dân trí) - " or "TTO - " in front of a lead.
	outlet = regexp.MustCompile(`^(?:\([\pL .]{2,24}\)|[\p{Lu}\d]{2,6}) ?[-–—] `)
	byline = regexp.MustCompile(`^(?:theo|tác giả|bài|bài, ảnh|bài và ảnh|ảnh|nguồn|thực hiện|by|source|photo|pv|nhóm pv|biên tập)(?: ?[:–-] ?| )\S.{0,60}$`)
	// pointer starts a line that leads somewhere else.
	pointer = regexp.MustCompile(`(?i)^(?:(?:số )?(?:lượt|người) truy cập|liên kết(?: website)?$|>>|»|►|▶|\* ?mời|xem thêm|đọc thêm|xem tiếp|tin liên quan|bài liên quan|mời (?:bạn |độc giả |quý vị )|click|bấm vào|read more|related|see also|share this|follow us|từ khóa|tags?:|chủ đề:|chia sẻ|bình luận)`)
	// invitation is a line that wants something of the reader.
	invitation = regexp.MustCompile(`(?i)^(?:you may also like|you might also like|don['’]t miss|tell us what|have a tip|sign up|subscribe|get the latest|get access to|follow (?:us|@)|download our|join our|` +
		`theo dõi .{0,60}(?:facebook|zalo|google|youtube|tiktok)|đăng ký (?:nhận|theo dõi|kênh)|tải ứng dụng|có thể bạn|bạn (?:có thể )?quan tâm|gửi (?:ý kiến|bình luận)|bạn (?:thấy|có thấy) (?:bài viết|bài|tin|nội dung|trang) |was this (?:article|page) |ý kiến bạn đọc|đọc nhiều|xem nhiều|cùng chuyên mục|cùng chủ đề|các tin khác|tin khác|tin cùng)` +
		`|^(?:advert(?:isement)?s?|quảng cáo|comments?|bình luận|\(?\d+\)? comments?)[.:…]?$|^(?:©|\(c\)) ?\S.{0,60}$|^https?://\S+$`)
	// stamp is a line that says when the page was changed, not what happened.
	stamp = regexp.MustCompile(`(?i)^(?:(?:last |first )?(?:updated|posted|published|modified)\b|cập nhật(?: lúc| lần cuối)?|đăng (?:lúc|ngày)|ngày đăng|xuất bản)[^.]{0,100}\d`)
	name  = regexp.MustCompile(`^(?:\p{Lu}[\p{L}\p{M}.]*[ ,&–-]*){1,6}(?:\((?:theo|tổng hợp|ghi|dịch)[^)]*\))?$`)
)

// clean drops the lines around and inside the text that are not the text.
func clean(bs []block, title string) []block {
	var out []block
	ft := fold(title)
	seen := map[string]bool{}
	begun := false // there was a line of the text itself
	for i, b := range bs {
		if !begun && i < 3 {
			b.text = withoutHead(b.text, ft)
		}
		f := fold(b.text)
		short := b.runes() < 90
		switch {
		case f == "":
			continue
		case i < 6 && ft != "" && (f == ft || b.heading() && short && strings.Contains(ft, f) && len(f)*3 > len(ft)*2):
			continue // the title again
		case b.linked() && !sentence(b.text):
			continue // menus, tags, related articles
		case pointer.MatchString(b.text) && b.runes() < 160:
			continue
		case invitation.MatchString(b.text) && b.runes() < 160, stamp.MatchString(b.text) && short && !sentence(b.text):
			continue
		case in(b.node, atom.Figcaption):
			continue
		case short && !begun && len(out) < 3 && dateLine(b.text), !begun && toolLine(b.text):
			continue
		case seen[f] && b.runes() > 40:
			continue // the same paragraph twice
		}
		seen[f] = true
		begun = begun || sentence(b.text) || b.runes() > 60 && !b.heading()
		out = append(out, b)
	}
	// Bylines stand at the end, and at the start above the first sentence.
	for len(out) > 1 && (signature(out[len(out)-1].text) || signed(&out[len(out)-1])) {
		out = out[:len(out)-1]
	}
	for len(out) > 1 && (signature(out[0].text) || !sentence(out[0].text) && byline.MatchString(strings.ToLower(out[0].text))) {
		out = out[1:]
	}
	if len(out) > 0 {
		out[0].text = outlet.ReplaceAllString(out[0].text, "")
	}
	return out
}

// withoutHead drops the lines of a first paragraph that are the title or a
// date.
func withoutHead(text, title string) string {
	for {
		line, rest, more := strings.Cut(text, "\n")
		if !more || (title == "" || fold(line) != title) && !dateLine(line) && !toolLine(line) {
			return text
		}
		text = rest
	}
}

// signature reports whether a line is the writer's name or the source.
func signature(s string) bool {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") {
		s = strings.TrimSpace(s[1 : len(s)-1]) // (Theo …)
	}
	if len([]rune(s)) > 70 || strings.HasSuffix(s, ".") && !byline.MatchString(strings.ToLower(s)) {
		return false
	}
	return name.MatchString(s) || byline.MatchString(strings.ToLower(s))
}

func sentence(s string) bool {
	s = strings.TrimRight(s, `"”’)] `)
	return strings.HasSuffix(s, ".") || strings.HasSuffix(s, "!") || strings.HasSuffix(s, "?") || strings.HasSuffix(s, "…") || len([]rune(s)) > 240
}

var longWord = regexp.MustCompile(`\pL{2,}`)

// dateLine reports whether a line is a date and little else.
func dateLine(s string) bool {
	if _, err := vitime.Parse(s, time.Now(), time.UTC); err != nil {
		return false
	}
	return len(longWord.FindAllString(s, 12)) < 8 && !sentence(s)
}

func in(n *html.Node, tags ...atom.Atom) bool {
	for ; n != nil; n = n.Parent {
		for _, t := range tags {
			if n.DataAtom == t {
				return true
			}
		}
	}
	return false
}

// fold is for comparing lines: lower case, letters and digits only.
func fold(s string) string {
	var b strings.Builder
	space := false
	for _, r := range nfc.String(s) {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r) {
			space = true
			continue
		}
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
