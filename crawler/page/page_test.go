package page

import (
	"errors"
	"net/url"
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
)

func parse(t testing.TB, doc string) *Page {
	u, _ := url.Parse("https://bao.example/tin/bai-1.html")
	p, err := Parse([]byte(doc), Options{URL: u, Zone: hanoi, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// prose is long enough to be an article.
const prose = `<p>Sáng nay, tổ công tác của phường đã đến từng ngõ của khối Đồng Tâm để ghi lại những đoạn đường bị sụt lún sau đợt mưa kéo dài.</p>
<p>Bà con cho biết nhiều hố sâu nằm ngay trước cổng trường, trẻ em đi học phải xuống xe dắt bộ, nhất là vào buổi chiều tối khi đèn đường chưa sáng.</p>
<p>Phường đã lập danh sách mười hai điểm cần sửa ngay và hẹn trả lời bà con về tiến độ trước cuối tháng này.</p>`

func TestTimes(t *testing.T) {
	at := func(h, m, s int) time.Time { return time.Date(2026, 11, 20, h, m, s, 0, hanoi) }
	tests := []struct {
		name, head, body string
		want             time.Time
		rough            bool
	}{
		{"json-ld without zone is the source's", `<script type="application/ld+json">{"@graph":[{"@type":"NewsArticle","datePublished":"2026-11-20T08:15:00"}]}</script>`, "", at(8, 15, 0), false},
		{"json-ld with a line break in a string", "<script type=\"application/ld+json\">{\"@type\":\"NewsArticle\",\"description\":\"a\nb\",\"datePublished\":\"2026-11-20T01:15:00Z\"}</script>", "", at(8, 15, 0), false},
		{"meta", `<meta property="article:published_time" content="2026-11-20T08:15:00.000 +07:00">`, "", at(8, 15, 0), false},
		{"the same minute, more exactly", `<meta name="pubdate" content="2026-11-20T08:15:42+07:00"><script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2026-11-20T08:15:00+07:00"}</script>`, "", at(8, 15, 42), false},
		{"time element", "", `<time datetime="2026-11-20T08:15:00+07:00">hôm nay</time>`, at(8, 15, 0), false},
		{"visible", "", `<div class="ngay">Thứ Sáu, 20/11/2026 08:15 (GMT+7)</div>`, at(8, 15, 0), false},
		{"relative", "", `<span>3 giờ trước</span>`, at(6, 0, 0), true},
		{"day in meta, clock in the page", `<meta name="date" content="2026-11-20">`, `<div>20/11/2026 - 08:15</div>`, at(8, 15, 0), false},
		{"day only", "", `<div>ngày 20 tháng 11 năm 2026</div>`, at(0, 0, 0), true},
		{"nothing", "", "", time.Time{}, false},
		{"broken meta", `<meta property="article:published_time" content="soon">`, `<div>20/11/2026 - 08:15</div>`, at(8, 15, 0), false},
	}
	for _, tt := range tests {
		a, err := parse(t, `<html><head>`+tt.head+`</head><body><h1>Đường khối Đồng Tâm</h1>`+tt.body+prose+`</body></html>`).Article()
		if err != nil || !a.Published.Equal(tt.want) || a.Rough != tt.rough {
			t.Errorf("%s: published %v rough %v, %v, want %v rough %v", tt.name, a.Published.In(hanoi), a.Rough, err, tt.want, tt.rough)
		}
		if !strings.HasPrefix(a.Text, "Sáng nay, tổ công tác") || !strings.HasSuffix(a.Text, "trước cuối tháng này.") {
			t.Errorf("%s: text %q", tt.name, a.Text)
		}
	}
}

func TestTitles(t *testing.T) {
	tests := []struct{ name, head, h1, want string }{
		{"og with the site's name, h1 without", `<title>Đường hỏng ở khối Đồng Tâm - Báo Mẫu</title><meta property="og:title" content="Đường hỏng ở khối Đồng Tâm - Báo Mẫu">`, "Đường hỏng ở khối Đồng Tâm", "Đường hỏng ở khối Đồng Tâm"},
		{"title element alone", `<title>Đường hỏng ở khối Đồng Tâm | Báo Mẫu</title>`, "", "Đường hỏng ở khối Đồng Tâm"},
		{"a dash of its own", `<title>Giá xăng - dầu tăng mạnh từ chiều nay - Báo Mẫu</title>`, "", "Giá xăng - dầu tăng mạnh từ chiều nay"},
		{"decomposed", `<meta property="og:title" content="` + norm.NFD.String("Đường hỏng") + `">`, norm.NFD.String("Đường hỏng ở khối"), "Đường hỏng"},
		{"escaped twice", `<script type="application/ld+json">{"@type":"NewsArticle","headline":"Mưa &amp;amp; gió l&amp;#7899;n"}</script>`, "", "Mưa & gió lớn"},
	}
	for _, tt := range tests {
		a, err := parse(t, `<html><head>`+tt.head+`</head><body><h1>`+tt.h1+`</h1>`+prose+`</body></html>`).Article()
		if err != nil || a.Title != tt.want {
			t.Errorf("%s: title %q, %v, want %q", tt.name, a.Title, err, tt.want)
		}
	}
}

func TestTextIsTheArticle(t *testing.T) {
	a, err := parse(t, `<html><head><title>Đường hỏng ở khối Đồng Tâm - Báo Mẫu</title><meta name="description" content="Mười hai điểm sụt lún được ghi lại sau mưa, phường hẹn trả lời trước cuối tháng."></head><body>
<nav><ul><li><a href="/a">Thời sự</a></li><li><a href="/b">Pháp luật</a></li></ul></nav>
<ol class="breadcrumb"><li>Trang chủ</li></ol>
<div class="detail"><h1>Đường hỏng ở khối Đồng Tâm</h1><p class="meta">Thứ Sáu, 20/11/2026 08:15 (GMT+7)</p>
<h2 class="sapo">(Báo Mẫu) - Mười hai điểm sụt lún được ghi lại sau mưa, phường hẹn trả lời trước cuối tháng.</h2>
<div class="body">`+prose+`
<figure><img src="x.jpg"><figcaption>Hố sâu trước cổng trường tiểu học. Ảnh: Lê Na</figcaption></figure>
<p><a href="/tin/khac-2.html">>> Xem thêm: Khối Tân Sơn cũng chờ sửa đường từ đầu năm</a></p>
<p style="display:none">chữ ẩn để lừa máy</p>
<p style="text-align:right"><strong>Lê Na</strong></p></div>
<div class="box-tin-lien-quan"><h3>Tin liên quan</h3><ul><li><a href="/tin/3.html">Phường họp bàn về đường sá và thoát nước</a></li></ul></div>
<div class="tags">Từ khóa: đường, mưa</div></div>
<div id="comments"><p>Bạn đọc: Mong phường sửa sớm cho bà con chúng tôi được nhờ ạ, cảm ơn nhiều.</p></div>
<footer><p>Giấy phép số 1, tổng biên tập Nguyễn Văn B. Điện thoại 0238 3881 234.</p></footer></body></html>`).Article()
	if err != nil {
		t.Fatal(err)
	}
	want := "Mười hai điểm sụt lún được ghi lại sau mưa, phường hẹn trả lời trước cuối tháng.\n\n" + Plain(prose)
	if a.Text != want {
		t.Errorf("text\n%s\nwant\n%s", a.Text, want)
	}
}

func TestCanonical(t *testing.T) {
	for ref, want := range map[string]string{
		"/tin/goc-1.html":                "https://bao.example/tin/goc-1.html",
		"https://www.bao.example/tin/1":  "https://www.bao.example/tin/1",
		"https://ke-gian.example/tin/1":  "https://bao.example/tin/bai-1.html",
		"https://bao.example/":           "https://bao.example/tin/bai-1.html",
		"javascript:void(0)":             "https://bao.example/tin/bai-1.html",
		"":                               "https://bao.example/tin/bai-1.html",
		"http://[::1":                    "https://bao.example/tin/bai-1.html",
		"//m.bao.example/tin/bai-1.html": "https://m.bao.example/tin/bai-1.html",
	} {
		a, err := parse(t, `<html><head><link rel="canonical" href="`+ref+`"></head><body>`+prose+`</body></html>`).Article()
		if err != nil || a.URL != want {
			t.Errorf("canonical %q: %q, %v, want %q", ref, a.URL, err, want)
		}
	}
}

func TestLinks(t *testing.T) {
	u, _ := url.Parse("https://bao.example/thoi-su")
	p, err := Parse([]byte(`<body><nav><a href="/tin/trong-menu-12345.html">Một bài trong thực đơn</a></nav>
<a href="/tin/duong-hong-12345.html"><img></a><a href="/tin/duong-hong-12345.html#bl">Đường hỏng ở khối Đồng Tâm</a>
<a href="https://vn.bao.example/mot-slug-dai-khong-so">Một bài có địa chỉ dài</a><a href="https://khac.example/tin-12345.html">Bài của báo khác xa</a>
<a href="/tag/mua-lu-12345">Thẻ mưa lũ lớn</a><a href="/anh-12345.jpg">Một tấm ảnh đẹp</a><a href="/thoi-su">Thời sự hôm nay</a><a href="mailto:a@b.vn">Gửi thư tòa soạn</a>
<a href="/tin/ngan-99999.html">Ngắn</a></body>`), Options{URL: u})
	if err != nil {
		t.Fatal(err)
	}
	got := p.Links()
	want := []Link{{"https://bao.example/tin/duong-hong-12345.html", "Đường hỏng ở khối Đồng Tâm"}, {"https://vn.bao.example/mot-slug-dai-khong-so", "Một bài có địa chỉ dài"}}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("links %+v, want %+v", got, want)
	}
}

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"chữ  thường\n\n":                   "chữ thường",
		"<p>một</p><p>hai<br>ba</p>":        "một\n\nhai\nba",
		"một<br><br>hai":                    "một\n\nhai",
		"a &lt; b &amp; c":                  "a < b & c",
		"<script>x</script>chữ<style>y":     "chữ",
		"giá < 5 & > 3":                     "giá < 5 & > 3",
		"<ul><li>một<li>hai</ul>":           "một\n\nhai",
		norm.NFD.String("<b>Nghệ</b> An"):   "Nghệ An",
		"zero\u200bwidth \u00adsoft\ufeff.": "zero width soft .",
	} {
		if got := Plain(in); got != want {
			t.Errorf("Plain(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestNoText(t *testing.T) {
	for _, doc := range []string{"", "<html><body><script>x</script></body></html>"} {
		if _, err := parse(t, doc).Article(); !errors.Is(err, ErrNoText) {
			t.Errorf("Article(%q) = %v, want ErrNoText", doc, err)
		}
	}
}

func TestDeep(t *testing.T) {
	doc := strings.Repeat("<div><span>", 5000) + prose
	p, err := Parse([]byte(doc), Options{})
	if err == nil {
		_, _ = p.Article() // whatever it is, it ends
	}
}

// Pages made to be slow cost in proportion to their size.
func TestHostilePages(t *testing.T) {
	const n = 5_000
	for name, doc := range map[string]string{
		"headings":          strings.Repeat("<div><b>Xem thêm</b><i>một hai ba bốn năm sáu</i></div>", n),
		"comments":          strings.Repeat("<div><b>Bình luận</b><p>một hai ba bốn năm sáu</p></div>", n),
		"pictures":          "<div>" + strings.Repeat("<img src=x>", n) + "chữ</div>",
		"pictures in boxes": strings.Repeat("<div><img src=x><p><em>chữ</em></p></div>", n),
		"empty boxes":       "<div>" + strings.Repeat("<i></i>", 2*n) + strings.Repeat("<img src=x>", 200) + "</div>",
		"line breaks":       strings.Repeat("<br><br>chữ", n),
	} {
		begun := time.Now()
		p, err := Parse([]byte("<html><body><h1>Tên bài viết dài</h1>"+prose+doc), Options{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		_, _ = p.Article()
		if took := time.Since(begun); took > 30*time.Second { // a hundred times what it takes
			t.Errorf("%s: %v", name, took)
		} else {
			t.Logf("%s: %v", name, took.Round(time.Millisecond))
		}
	}
}

// Whatever a page is, its text is clean and its address is of the web.
func FuzzArticle(f *testing.F) {
	f.Add(`<html><head><title>a - b</title><meta property="og:title" content="a"></head><body><h1>a</h1>` + prose)
	f.Add(`<script type="application/ld+json">[{"@type":["NewsArticle"],"headline":"x","articleBody":"<p>y"}]</script>`)
	f.Add(`<time datetime="2026-11-20">x</time><a href="//x/12345">một hai ba bốn`)
	f.Fuzz(func(t *testing.T, doc string) {
		u, _ := url.Parse("https://bao.example/x")
		p, err := Parse([]byte(strings.ToValidUTF8(doc, "?")), Options{URL: u, Zone: hanoi, Now: now})
		if err != nil {
			return
		}
		for _, l := range p.Links() {
			if !strings.HasPrefix(l.URL, "http") {
				t.Errorf("link %q", l.URL)
			}
		}
		a, err := p.Article()
		if err != nil {
			return
		}
		if !strings.HasPrefix(a.URL, "http") {
			t.Errorf("address %q", a.URL)
		}
		for _, s := range []string{a.Title, a.Text} {
			if !utf8.ValidString(s) || !norm.NFC.IsNormalString(s) || strings.TrimSpace(s) != s {
				t.Errorf("text %q is not clean", s)
			}
		}
	})
}
