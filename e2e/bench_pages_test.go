package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"langnghe/internal/app"
	"langnghe/internal/bus"
	"langnghe/internal/news"
)

// TestServerTime asks for every page of [pages], as each person who has it,
// on a desk with 100,000 items, and prints how long a reader waits: from the
// request until the last byte of the compressed page, on one connection.
// LANGNGHE_BENCH=1 fills the demo first, which takes minutes; LANGNGHE_DEMO
// names a desk that is already filled. LANGNGHE_PAGES asks for some only.
func TestServerTime(t *testing.T) {
	if os.Getenv("LANGNGHE_BENCH") == "" {
		t.Skip("LANGNGHE_BENCH is not set (make bench-pages)")
	}
	desk := os.Getenv("LANGNGHE_DEMO")
	if desk == "" {
		desk = crowdedDemo(t)
	}
	const asks = 60
	only := regexp.MustCompile(os.Getenv("LANGNGHE_PAGES"))
	clients := map[string]*http.Client{}
	slow := 0
	for _, pg := range pages {
		if !only.MatchString(pg.path) {
			continue
		}
		client := clients[pg.who]
		if client == nil {
			client = browserOf(t, desk, pg.who)
			clients[pg.who] = client
		}
		path := strings.ReplaceAll(pg.path, " ", "+")
		if pg.link != "" {
			if path = linked(t, client, desk+path, pg); path == "" {
				t.Errorf("%s has no link to %s", pg.path, pg.route)
				continue
			}
		}
		var took []time.Duration
		var size int64
		for range asks {
			begin := time.Now()
			size = weigh(t, client, desk+path)
			took = append(took, time.Since(begin))
		}
		first := took[0]
		slices.Sort(took)
		p50, p95 := took[asks/2], took[asks*95/100]
		limit, mark := 50*time.Millisecond, ""
		if pg.route == "GET /inbox" {
			limit = 20 * time.Millisecond
		}
		if p95 > limit {
			slow++
			mark = "  OVER " + limit.String()
		}
		t.Logf("%-28s %-8s first %6.1f  p50 %6.1f  p95 %6.1f ms  %6.1f KB%s", pg.route[4:], pg.who, ms(first), ms(p50), ms(p95), float64(size)/1024, mark)
	}
	t.Logf("%d pages over their limit", slow)
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// browserOf is a browser of the sample account; of nobody when it is "".
func browserOf(t *testing.T, desk, who string) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	if who == "" {
		return client
	}
	res, err := client.PostForm(desk+"/sign-in", url.Values{"name": {who}, "password": {"langnghe-mau"}})
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode >= 400 && res.StatusCode != http.StatusNotFound {
		t.Fatalf("sign in as %s: %s", who, res.Status)
	}
	return client
}

// linked finds the page behind a view's link as the text of the page has it.
func linked(t *testing.T, client *http.Client, from string, pg view) string {
	t.Helper()
	res, err := client.Get(from)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var page bytes.Buffer
	if _, err := page.ReadFrom(res.Body); err != nil {
		t.Fatal(err)
	}
	base, _, _ := strings.Cut(pg.route[4:], "{")
	m := regexp.MustCompile(`<a [^>]*href="(` + regexp.QuoteMeta(base) + `[^"?#]+)"`).FindStringSubmatch(page.String()[strings.Index(page.String(), "<main"):])
	if m == nil {
		return ""
	}
	return html.UnescapeString(m[1])
}

// weigh reads a page as a browser does and returns its bytes as sent.
func weigh(t *testing.T, client *http.Client, url string) int64 {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "gzip")
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var body bytes.Buffer
	n, err := body.ReadFrom(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode >= 400 && res.StatusCode != http.StatusForbidden && res.StatusCode != http.StatusNotFound {
		t.Fatalf("%s: %s", url, res.Status)
	}
	return n
}

// saidIn are sentences about the ward, a topic or more each; %d is a number.
var saidIn = strings.Split(strings.TrimSpace(`
Khối %d phường Thái Hòa mất nước từ sáng, bà con hỏi bao giờ có nước lại
Đường vào khối %d phường Thái Hòa ổ gà sâu, xe máy đi rất nguy hiểm, đề nghị sửa
Phường Thái Hòa cắt điện lịch %d giờ chiều nay để bảo dưỡng lưới điện
Trường tiểu học phường Thái Hòa thu khoản %d nghìn đồng quỹ lớp có đúng không
Rác khối %d phường Thái Hòa ba ngày chưa thu gom, mùi hôi nồng nặc
Trạm y tế phường Thái Hòa tiêm vắc xin cho %d cháu, bác sĩ tư vấn tận tình
Bảo hiểm y tế hộ gia đình năm nay phường Thái Hòa đóng %d nghìn đồng phải không
Làm thủ tục khai sinh ở trung tâm hành chính công phường Thái Hòa mất %d ngày
Sau sáp nhập phường Thái Hòa phải đổi giấy tờ gì, hồ sơ số %d nộp ở đâu
Thuế đất phi nông nghiệp phường Thái Hòa năm nay tăng %d phần trăm
Tối qua thanh niên tụ tập đua xe ở khối %d phường Thái Hòa gây mất trật tự
Mưa lớn gây ngập cục bộ khối %d phường Thái Hòa, nước lên %d phân
Giá cam ở chợ Thái Hòa hôm nay còn %d nghìn đồng một cân, bà con lo đầu ra
Lễ hội văn hóa phường Thái Hòa có %d đội tham gia hát dân ca ví giặm
Phường Thái Hòa trao %d suất quà cho hộ nghèo, cảm ơn các nhà hảo tâm
Đền bù giải phóng mặt bằng khối %d phường Thái Hòa, giá đất áp thế nào
Lúa vụ này ở phường Thái Hòa bị bệnh đạo ôn, cán bộ khuyến nông hướng dẫn %d hộ phun thuốc
Chợ phường Thái Hòa sắp xếp lại %d ki ốt, tiểu thương kiến nghị giảm phí
`), "\n")

// crowdedDemo starts the demo and imports 100,000 posts of sixty days, one in
// eighty of them the bait of a swindle, so that the inbox has a thousand
// entries. It returns when everything has passed the rules.
func crowdedDemo(t *testing.T) string {
	t.Helper()
	begun := time.Now()
	dir := t.TempDir()
	data, file := filepath.Join(dir, "data"), filepath.Join(dir, "items.jsonl")
	crowd(t, file, manyItems)
	p := launch(t, "demo", "-data", data, "-every", "1h", "-listen", freeAddr(t))
	for !strings.Contains(p.out.String(), "Đã phát lại") {
		if time.Since(begun) > 5*time.Minute {
			t.Fatalf("the replay did not end within 5 minutes\n%s", p.out.String())
		}
		time.Sleep(50 * time.Millisecond)
	}
	c := launch(t, "import", "-data", data, "-source", "cho-cu", file)
	if err := <-c.end; err != nil {
		t.Fatalf("import: %v\n%s", err, c.out.String())
	}
	client := bus.Dial(app.SocketPath(data))
	eventually(t, t.Context(), "everything has passed the rules", func() bool {
		c, err := bus.Ask(t.Context(), client, app.AskCondition(data), app.None{})
		return err == nil && c.Waiting == 0 && count(t.Context(), t, data) >= manyItems
	}, p)
	t.Logf("%d items imported into the demo after %v", manyItems, time.Since(begun).Round(time.Second))
	return address.FindString(p.out.String())
}

// crowd writes n posts of the last sixty days.
func crowd(t *testing.T, file string, n int) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	rng := rand.New(rand.NewPCG(8, 17))
	step := 60 * 24 * time.Hour / time.Duration(n)
	at := time.Now().Add(-60 * 24 * time.Hour)
	for i := range n {
		at = at.Add(step)
		head := saidIn[rng.IntN(len(saidIn))]
		if k := strings.Count(head, "%d"); k == 2 {
			head = fmt.Sprintf(head, 1+rng.IntN(20), 10+rng.IntN(90))
		} else {
			head = fmt.Sprintf(head, 1+rng.IntN(90))
		}
		text := head + ". " + post(rng, 40) + "."
		if i%80 == 0 {
			text = fmt.Sprintf("%s. UBND phường Thái Hòa hỗ trợ mỗi hộ 500k, bấm vào link quatang%d.top điền CCCD và mã OTP để nhận tiền. %s", post(rng, 40), i, post(rng, 40))
		}
		it := news.Item{Kind: news.Post, Source: "cho-cu", Platform: "forum", URL: fmt.Sprintf("https://dien-dan.example/bai/%d", i), Text: text, Published: at, Observed: at}
		if err := enc.Encode(it); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		t.Fatal(err)
	}
}
