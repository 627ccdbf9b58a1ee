package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"langnghe/internal/bus"
	"langnghe/internal/config"
	"langnghe/internal/news"
	"langnghe/official"
	"langnghe/review"
)

// signIn makes the first user, then one of a role, and returns a client that
// is signed in as that one.
func signIn(t *testing.T, base string, role review.Role) *http.Client {
	t.Helper()
	const password = "mật khẩu dài lắm"
	client := func() *http.Client {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		return &http.Client{Jar: jar}
	}
	post := func(c *http.Client, path string, v url.Values) {
		t.Helper()
		res, err := c.PostForm(base+path, v)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %s", path, res.StatusCode, body)
		}
	}
	admin, c := client(), client()
	post(admin, "/setup", url.Values{"name": {"quantri"}, "password": {password}, "again": {password}})
	post(admin, "/users", url.Values{"name": {"nguoi.xem"}, "role": {string(role)}, "password": {password}})
	post(c, "/sign-in", url.Values{"name": {"nguoi.xem"}, "password": {password}})
	return c
}

// read fetches a page of the service, or its JSON into out.
func read(t *testing.T, c *http.Client, at string, out any) string {
	t.Helper()
	res, err := c.Get(at)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %v %s", at, res.StatusCode, err, body)
	}
	if out != nil {
		if err := json.NewDecoder(bytes.NewReader(body)).Decode(out); err != nil {
			t.Fatalf("%s: %v", at, err)
		}
	}
	return string(body)
}

// TestClaimOfACase: the page of a claim of the ward's own shows when it was
// first seen, its copies, sources and speed, the answer, and how much was said
// before and after it, though the claim is in a person's words; what denies
// it and what is about something else does not count.
func TestClaimOfACase(t *testing.T) {
	var mu sync.Mutex
	now := time.Date(2026, 11, 16, 1, 0, 0, 0, time.UTC) // Monday, 8:00 in the ward
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	to := func(at time.Time) { mu.Lock(); defer mu.Unlock(); now = at }
	cfg := config.Default()
	cfg.Unconfirmed = true
	o := (&stand{cfg: cfg}).options(t.TempDir())
	o.Now, o.Manual, o.Listen = clock, true, "127.0.0.1:0"
	svc, _ := start(t, o)
	ctx := t.Context()
	begin := now
	const text = "Khẩn: từ tháng sau mỗi hộ phường Thái Hòa phải đóng phí vệ sinh 200k một tháng, tổ trưởng đi thu tận nhà, ai không nộp phạt 5 triệu, chia sẻ ngay cho bà con biết"
	say := func(id, source, text string, at time.Time) {
		t.Helper()
		to(at)
		it := news.Item{ID: id, Kind: news.Post, Source: source, Platform: "facebook", URL: "https://mang.example/" + id, Text: text, Published: at, Observed: at, Account: "p:" + id}
		if err := bus.Publish(ctx, svc.bus, found, news.Found{Item: it, Prior: 3, Keep: true}); err != nil {
			t.Fatal(err)
		}
		if _, err := svc.Step(ctx); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 4 { // two sources, three within 24 hours
		say(fmt.Sprint("som", i), []string{"nhom-a", "nhom-b"}[i%2], text+strings.Repeat("!", i), begin.Add(time.Duration([]int{0, 2, 5, 30}[i])*time.Hour))
	}
	say("bac-bo", "cong", "Phường bác bỏ: thông tin từ tháng sau mỗi hộ phường Thái Hòa phải đóng phí vệ sinh 200k một tháng, tổ trưởng đi thu tận nhà là sai sự thật", begin.Add(31*time.Hour))
	say("khac", "nhom-a", "Đường vào chợ Hiếu phường Thái Hòa ngập cả tuần chưa ai sửa", begin.Add(31*time.Hour))
	var e review.Entry
	eventually(t, 20*time.Second, "the entry in the inbox", func() bool {
		var err error
		e, err = svc.desk.Entry(ctx, "som0", officer)
		return err == nil
	})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	d, chair := svc.desk, review.User{Name: "chutich", Role: review.Leader}
	e, err := d.Decide(ctx, review.DecideRequest{Entry: e.ID, Choice: news.Verify, By: officer})
	must(err)
	_, err = d.AddDocument(ctx, official.Document{No: "42/TB-UBND", Issuer: "UBND phường", Title: "Thông báo giá thu gom rác", Date: "2026-01-05", From: "2026-01-05", Text: "**1. Mức thu**\nHộ gia đình: 40.000 đồng/hộ/tháng."}, officer)
	must(err)
	must(d.SetClaim(ctx, e.Case, "Tiền rác", "Có tin phường tăng mức thu gom rác lên gấp năm lần.", nil, officer))
	must(d.SetVerdict(ctx, e.Case, review.FalseInfo, news.Citation{Document: "42/TB-UBND"}, officer))
	must(d.DraftCorrection(ctx, e.Case, "Mức thu không đổi.", "", "", officer))
	must(d.ApproveCorrection(ctx, e.Case, chair))
	answered := begin.Add(36 * time.Hour)
	to(answered)
	must(d.PublishCorrection(ctx, e.Case, "https://phuong.example/1", officer))
	say("muon", "nhom-c", text, answered.Add(20*time.Hour))

	c := signIn(t, svc.URL, review.Reviewer)
	var out struct {
		First                                   time.Time
		Copies, Sources, Busiest, Before, After int
		Claim                                   struct{ Answer time.Time }
		Days                                    []struct {
			Day   string
			Count int
			After bool
		}
		Items []struct {
			Item   struct{ ID string }
			Person string
			Denies bool
		}
	}
	read(t, c, svc.URL+"/api/v1/rumours/"+e.Case, &out)
	if !out.First.Equal(begin) || out.Copies != 5 || out.Sources != 3 || out.Busiest != 3 || out.Before != 4 || out.After != 1 || !out.Claim.Answer.Equal(answered) {
		t.Errorf("the claim: %+v", out)
	}
	days := ""
	for _, x := range out.Days[:4] {
		days += fmt.Sprintf("%s %d %v; ", x.Day, x.Count, x.After)
	}
	if want := "2026-11-16 3 false; 2026-11-17 1 false; 2026-11-18 1 true; 2026-11-19 0 true; "; days != want {
		t.Errorf("by day: %s want %s", days, want)
	}
	for _, x := range out.Items {
		if x.Item.ID == "khac" || x.Item.ID == "bac-bo" && !x.Denies || x.Item.ID == "som0" && x.Person != "same" {
			t.Errorf("%+v", x)
		}
	}
	page := read(t, c, svc.URL+"/rumours/"+e.Case, nil)
	for _, want := range []string{"4 bài trước khi trả lời, 1 bài từ khi trả lời", "18/11/2026", "42/TB-UBND", "người xác nhận: đúng"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	// A person takes one out of the count.
	must(d.LinkRumour(ctx, e.Case, "som3", false, officer))
	read(t, c, svc.URL+"/api/v1/rumours/"+e.Case, &out)
	if out.Copies != 4 || out.Before != 3 {
		t.Errorf("after a person said that one is another matter: %+v", out)
	}
}
