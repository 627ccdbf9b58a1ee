package page

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// talk are the headings over what readers say, elsewhere those over other
// articles. They tell a box by what people see, whatever it is called.
var (
	talk      = regexp.MustCompile(`(?i)^(?:\(?\d+\)? )?(?:bình luận|ý kiến|comments?)(?: (?:bạn đọc|độc giả|của bạn(?: đọc)?|về .{0,160}))?(?: ?\(?\d+\)?)?[:.]?$`)
	elsewhere = regexp.MustCompile(`(?i)^(?:(?:các )?(?:tin|bài)(?: viết)?(?: tức)? (?:liên quan|khác|cùng (?:chuyên mục|chủ đề|loại)|đọc nhiều|xem nhiều|mới(?: nhất)?|nổi bật)|(?:tin )?cùng (?:chuyên mục|chủ đề|tác giả)|có thể bạn quan tâm|xem thêm|đọc thêm|đọc tiếp|xem tiếp|đọc nhiều|xem nhiều|đáng chú ý|có liên quan|related(?: articles| posts| news)?|read more|more (?:news|from .{0,30})|most (?:read|viewed|popular)|you may also like)[:.…]?$`)
)

// headed are the boxes that begin with such a heading. They stand behind the
// text or in it, so a box before all of it, or with the page's title in it,
// is none.
func headed(visible []block) (boxes []*html.Node) {
	total, before := 0, 0
	for _, b := range visible {
		total += b.runes() - b.links
	}
	for _, b := range visible {
		n := b.runes()
		before += n - b.links
		if n > 200 || n < 5 || before < 150 && before*4 < total {
			continue
		}
		readers := talk.MatchString(b.text)
		if !readers && !elsewhere.MatchString(b.text) {
			continue
		}
		box := boxOf(b.node)
		if box == nil || holds(box, atom.H1) || slices.Contains(boxes, box) {
			continue
		}
		if readers || own(box)*2 < total {
			if boxes = append(boxes, box); len(boxes) == mostBoxes {
				break
			}
		}
	}
	return boxes
}

// What a page may cost here, whatever it holds.
const (
	mostBoxes  = 60
	mostImages = 200
	mostNodes  = 4000 // that are looked at for words
)

// boxOf is the smallest element that has more than a heading and begins with
// it; nil when the heading stands among what it is over.
func boxOf(n *html.Node) *html.Node {
	grown := false
	for ; n != nil && n.Parent != nil; n = n.Parent {
		switch n.Parent.DataAtom {
		case atom.Body, atom.Html, atom.Main, atom.Article, atom.Form, 0:
			if !grown {
				return nil
			}
			return n
		}
		for s := n.PrevSibling; s != nil; s = s.PrevSibling {
			if words(s, 1) > 0 {
				if !grown {
					return nil
				}
				return n
			}
		}
		for s := n.NextSibling; s != nil && !grown; s = s.NextSibling {
			grown = words(s, 1) > 0
		}
	}
	return nil
}

// words counts the letters and signs that a tree shows, up to a limit, which
// it also says of a tree that is too large to look at.
func words(n *html.Node, limit int) (count int) {
	nodes := 0
	var walk func(n *html.Node, depth int)
	walk = func(n *html.Node, depth int) {
		if nodes++; nodes > mostNodes {
			count = limit
		}
		switch {
		case count >= limit || depth > maxDepth:
			return
		case n.Type == html.TextNode:
			count += len([]rune(squeeze(n.Data)))
		case n.Type == html.ElementNode && skipped(n):
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, depth+1)
		}
	}
	walk(n, 0)
	return count
}

const mostWords = 200 // of a caption, in code points

var photo = regexp.MustCompile(`(?i)(?:^|[\s.(])(?:ảnh|nguồn ảnh|photo)(?: minh họa)?(?: ?[:：]|\))`)

// captions removes the words that belong to pictures: those in a box with a
// picture and nothing else, the picture first, and an emphasised or centred
// line under a picture.
func captions(images []*html.Node, total int) {
	for _, img := range images[:min(len(images), mostImages)] {
		n := img
		for range 6 {
			if n.Parent == nil || words(n.Parent, 1) > 0 {
				break
			}
			n = n.Parent
		}
		box := n.Parent
		if box == nil || box.DataAtom == atom.A {
			continue
		}
		alone := n != img // the picture has a block of its own
		for s := n.PrevSibling; s != nil; s = s.PrevSibling {
			if words(s, 1) > 0 {
				box = nil // there are words before it
				break
			}
		}
		if box != nil && box.DataAtom != atom.Body && box.DataAtom != atom.Article && box.DataAtom != atom.Main {
			if k := words(box, mostWords+1); k <= mostWords && k*4 < total && !holds(box, atom.H1, atom.H2, atom.H3) && (box.DataAtom != atom.P && box.DataAtom != atom.Li && box.DataAtom != atom.Span || quoted(box)) {
				if box.Parent != nil {
					box.Parent.RemoveChild(box)
				}
				continue
			}
		}
		if under := next(n); alone && under != nil && under.Type == html.ElementNode && blockLevel(under) {
			if k := words(under, mostWords+1); k <= mostWords && k*4 < total && quoted(under) && under.Parent != nil {
				under.Parent.RemoveChild(under)
			}
		}
	}
}

// quoted reports whether a line looks like the words under a picture: all of
// it emphasised, or centred and no sentence, or with the name of who took it.
func quoted(n *html.Node) bool {
	text := textOf(n)
	if photo.MatchString(text) {
		return true
	}
	if centred(n) && !sentence(text) {
		return true
	}
	plain := false
	var walk func(n *html.Node, depth int)
	walk = func(n *html.Node, depth int) {
		if n.Type == html.TextNode && strings.TrimSpace(n.Data) != "" {
			plain = true
		}
		if n.DataAtom == atom.Em || n.DataAtom == atom.I || depth > 20 {
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, depth+1)
		}
	}
	walk(n, 0)
	return !plain
}

func centred(n *html.Node) bool { return aligned(n, "center") }

func aligned(n *html.Node, side string) bool {
	return strings.EqualFold(attr(n, "align"), side) || strings.Contains(strings.ReplaceAll(strings.ToLower(attr(n, "style")), " ", ""), "text-align:"+side)
}

// signed reports whether a short last line is set to the right, as the names
// of those who wrote or signed a text are.
func signed(b *block) bool {
	if b.runes() > 80 || sentence(b.text) {
		return false
	}
	for n, i := b.node, 0; n != nil && i < 4; n, i = n.Parent, i+1 {
		if aligned(n, "right") {
			return true
		}
	}
	return false
}

// tools are the words of the row of buttons over a text.
var tools = regexp.MustCompile(`(?i)bản in|in (?:trang|bài)(?: này| viết)?|gửi (?:e-?mail|bài|cho bạn bè)|e-?mail|cỡ chữ|độ tương phản|tương phản|đọc bài(?: viết)?|nghe(?: bài)?|chia sẻ|lưu(?: bài)?|facebook|zalo|twitter|print|share|font size|(?:số )?lượt (?:xem|đọc)|số lần xem|views?|hits|\bin\b|\ba\s?[+-]|\baa\b`)

// toolLine reports whether a line has such words and nothing else.
func toolLine(s string) bool {
	return len(s) < 120 && tools.MatchString(s) && !longWord.MatchString(tools.ReplaceAllString(s, " "))
}

// named are class and id words of the headline where it is no heading.
var named = regexp.MustCompile(`(?i)tieu_?-?de|head-?line|(?:article|news|post|detail|entry|story|bai|tin)[-_]?tit(?:le)?(?:$|[^a-z])|(?:^|[\s_-])tit(?:le)?[-_]?(?:news|detail|article|post|bai|tin|amp)?(?:$|[\s])`)

// general are titles of templates, which no article has.
var general = regexp.MustCompile(`(?i)^(?:chi tiết|trang chủ|tin tức|bài viết|nội dung|xem tin|thông tin|cổng (?:thông tin|tttđt)|trang thông tin|news|detail|article|home|untitled|default)(?:$|[ \-–|:])`)

// calledTitle is the first line that its box calls a headline.
func calledTitle(visible []block) string {
	for i := range visible {
		b := &visible[i]
		line, _, _ := strings.Cut(b.text, "\n")
		if k := len(strings.Fields(line)); k < 4 || k > 40 || b.linked() {
			continue
		}
		for n, depth := b.node, 0; n != nil && depth < 3; n, depth = n.Parent, depth+1 {
			if n.Type == html.ElementNode && (named.MatchString(attr(n, "class")) || named.MatchString(attr(n, "id"))) {
				return tidyLine(line)
			}
		}
	}
	return ""
}
