package app

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"langnghe/internal/bus"
	"langnghe/internal/config"
	"langnghe/internal/news"
)

// TestDeadLettersStandOverEveryPage: a notice that reaches nobody is not lost
// in a list that somebody would have to open.
func TestDeadLettersStandOverEveryPage(t *testing.T) {
	cfg := config.Default() // nobody is a recipient
	o := (&stand{cfg: cfg}).options(t.TempDir())
	o.Listen = "127.0.0.1:0"
	svc, _ := start(t, o)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	page := func(path string) string {
		t.Helper()
		res, err := client.Get(svc.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	res, err := client.PostForm(svc.URL+"/setup", url.Values{"name": {"quantri"}, "password": {"mật khẩu dài lắm"}, "again": {"mật khẩu dài lắm"}})
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	const banner = "thông báo không gửi được"
	if text := page("/help"); !strings.Contains(text, "quantri") {
		t.Fatalf("not signed in:\n%s", text)
	}
	err = bus.Publish(t.Context(), svc.bus, due, news.Alert{ID: "flagged/x", Kind: "flagged", Level: news.Critical, To: []string{"reviewer"}, Path: "/inbox/x", Event: time.Now(), Created: time.Now(), Subject: news.Text{VI: "Tin đồn vỡ đập"}})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, 20*time.Second, "the banner", func() bool { return strings.Contains(page("/help"), banner) })
	if strings.Contains(page("/help"), "vỡ đập") {
		t.Error("the banner says to everybody what the notice was about")
	}
}
