package app

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"langnghe/crawler"
	"langnghe/internal/config"
	"langnghe/internal/news"
)

// A site of checks: one page with a ClaimReview, one denial, one warning, one
// page that is about neither.
func checksSite(t *testing.T, now time.Time) string {
	const text = "Cơ quan chức năng đã kiểm tra tại hiện trường, gặp gỡ người dân và ghi nhận tình hình bình thường. Người dân theo dõi thông tin từ nguồn chính thống và bình tĩnh sinh hoạt."
	pages := map[string]string{
		"/1.html": `<title>Kiểm chứng: đập Khe Son</title><script type="application/ld+json">{"@type":"ClaimReview","claimReviewed":"Đập Khe Son sắp vỡ, nước tràn về hạ du trong đêm","url":"https://kiem-chung.example/1","datePublished":"2026-11-01","reviewRating":{"alternateName":"Sai"}}</script><article><h1>Kiểm chứng: đập Khe Son</h1><p>` + text + `</p></article>`,
		"/2.html": `<title>x</title><article><h1>Bác bỏ tin đồn bắt cóc trẻ em ở chợ Đồi Cam</h1><p>Công an khẳng định thông tin bắt cóc trẻ em là sai sự thật, hoàn toàn bịa đặt. ` + text + `</p></article>`,
		"/3.html": `<title>x</title><article><h1>Lễ hội ẩm thực khai mạc cuối tuần</h1><p>Lễ hội có ba mươi gian hàng, mở cửa từ chín giờ sáng, vào cửa tự do, có chỗ gửi xe cho khách ở xa.</p></article>`,
	}
	mux := http.NewServeMux()
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	feed := `<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>`
	for i, title := range []string{"Kiểm chứng: đập Khe Son", "Bác bỏ tin đồn bắt cóc trẻ em ở chợ Đồi Cam", "Lễ hội ẩm thực khai mạc cuối tuần"} {
		path := fmt.Sprintf("/%d.html", i+1)
		feed += fmt.Sprintf("<item><title>%s</title><link>%s%s</link><pubDate>%s</pubDate></item>", title, srv.URL, path, now.Add(-time.Hour).Format(time.RFC1123Z))
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, `<!doctype html><html lang="vi"><meta charset="utf-8">`+pages[path])
		})
	}
	mux.HandleFunc("/rss", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
		fmt.Fprint(w, feed+"</channel></rss>")
	})
	return srv.URL + "/rss"
}

// What checkers publish reaches the register as proposals: by its ClaimReview
// or by a headline that denies; rules hear of it, and of the claim of a case
// with a verdict, when a person has said so.
func TestChecksBecomeProposals(t *testing.T) {
	now := time.Now()
	cfg := config.Default()
	cfg.Sources = []crawler.Source{{ID: "kiem-chung", Name: "Trang kiểm chứng", Kind: "feed", URL: checksSite(t, now), Reference: true, Claims: "vafc", Internal: true, Pace: time.Millisecond, Every: 200 * time.Millisecond}}
	svc, _ := start(t, Options{Config: cfg, DataDir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	ctx := t.Context()
	byText := map[string]string{}
	eventually(t, 20*time.Second, "two proposals", func() bool {
		list, err := svc.desk.ProposedRumours(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			if c.Source != "vafc" || c.By == "" || c.URL == "" || c.Verdict != "" {
				t.Fatalf("proposal %+v", c)
			}
			byText[c.Text] = c.ID
		}
		return len(list) >= 2
	})
	dam, kidnap := byText["Đập Khe Son sắp vỡ, nước tràn về hạ du trong đêm"], byText["bắt cóc trẻ em ở chợ Đồi Cam"]
	if dam == "" || kidnap == "" {
		t.Fatalf("proposals %v", byText)
	}
	if list, err := svc.desk.Rumours(ctx); err != nil || len(list) != 0 {
		t.Fatalf("a machine put %+v into the register, %v", list, err)
	}
	if err := svc.desk.TakeRumour(ctx, dam, "", true, officer); err != nil {
		t.Fatal(err)
	}
	if err := svc.desk.TakeRumour(ctx, kidnap, "", false, officer); err != nil {
		t.Fatal(err)
	}
	found, err := svc.desk.Known(ctx, []news.Item{{ID: "x", Text: "Đập Khe Son sắp vỡ, nước tràn về hạ du trong đêm!"}})
	if err != nil || len(found["x"]) != 1 || !found["x"][0].Travels() || found["x"][0].Claim.Says != "Sai" {
		t.Errorf("known: %+v, %v", found, err)
	}
	if n, err := svc.desk.VerifyAudit(ctx); err != nil || n == 0 {
		t.Errorf("audit chain: %d, %v", n, err)
	}
}
