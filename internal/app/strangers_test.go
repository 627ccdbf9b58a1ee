package app

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"langnghe/internal/bus"
	"langnghe/internal/news"
	"langnghe/official"
	"langnghe/review"
	"langnghe/web"
)

// TestStrangersFindNothing walks the running service as every role that has no
// business with the matters at hand, with their ids: the police before a slip
// has left, a unit and a board whose complaint it is not, the editor before
// an approval, the administrator, the office. No page, answer of the API or
// file tells them a word, and no form that they send changes anything.
func TestStrangersFindNothing(t *testing.T) {
	s := newStand(t)
	s.cfg.NoSecondFactor, s.cfg.Sources = true, nil
	o := s.options(t.TempDir())
	o.Listen = "127.0.0.1:0"
	svc, _ := start(t, o)
	ctx := t.Context()
	const password = "mot mat khau dai 27"
	// A word of its own stands in each thing that somebody is not to read.
	const post, complaint, claim, draft, evidence = "conbovang", "giengnuocdo", "tenmienxanh", "loidinhchinh", "bangchungmoi"
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	take := func(id, text string, stance news.Stance, cue string) {
		t.Helper()
		it := &news.Item{ID: id, Kind: news.Post, Source: "nhom", Text: text, Published: time.Now(), Observed: time.Now(), Reading: &news.Reading{Area: news.Area{Fit: news.InArea}, Stance: stance, Story: id}}
		if cue != "" {
			it.Reading.Cues = []news.Cue{{Family: cue, Level: news.High}}
		}
		must(svc.desk.Take(ctx, []news.Flag{{ID: "f-" + id, Rule: "r", Version: 1, Level: news.High, Status: "stable", Topic: "water", At: time.Now(), Title: news.Text{VI: "Dấu hiệu"}, Item: it}}))
	}
	decide := func(id string, c news.Choice) string {
		t.Helper()
		e, err := svc.desk.Decide(ctx, review.DecideRequest{Entry: id, Choice: c, By: officer})
		must(err)
		return e.Case
	}
	_, err := svc.desk.AddDocument(ctx, official.Document{No: "42/TB-UBND", Issuer: "UBND phường", Date: "2026-01-05", From: "2026-01-05", Title: "Thông báo", Text: "**1. Mức thu**\nHộ dân nộp 30.000 đồng/hộ/tháng.\n"}, officer)
	must(err)
	take("i-scam", "nhận quà 100k tại https://quatang-vneid.top/nhan cả nhà ơi "+post, news.Claiming, "free_gift_scam")
	take("i-water", "Nhà tôi mất nước ba ngày "+complaint, news.Complaint, "")
	scam, water := decide("i-scam", news.Scam), decide("i-water", news.Answer)
	must(svc.desk.SetClaim(ctx, scam, "", "Trang mạo danh phường hứa tặng quà "+claim, nil, officer))
	must(svc.desk.SetVerdict(ctx, scam, review.Fake, news.Citation{Document: "42/TB-UBND"}, officer))
	must(svc.desk.DraftCorrection(ctx, scam, "Phường không tặng quà qua mạng "+draft, "", "", officer))
	must(svc.desk.ProposeHandoff(ctx, scam, review.Handoff{Category: review.FraudOrScam, Evidence: "Xin mã OTP " + evidence, Request: "Cảnh báo", Citation: news.Citation{Document: "42/TB-UBND"}}, officer))
	must(svc.desk.Assign(ctx, water, "Đội Một", time.Time{}, officer))
	ids := []string{"i-scam", "i-water", scam, water, "f-i-scam"}

	all := []string{post, complaint, claim, draft, evidence}
	people := []struct {
		name string
		role review.Role
		unit string
		not  []string // what they must not read
		acts []string // what they may do all the same, with these very ids
	}{
		{"congan", review.Liaison, "", all, nil},
		{"doihai", review.Unit, "Đội Hai", all, nil},
		{"khoihai", review.Khoi, "Khối Hai", all, nil},
		{"bientap", review.Editor, "", all, nil},
		{"quantri", review.Admin, "", all, nil},
		{"vanphong", review.Office, "", []string{post, complaint, evidence}, []string{"answer.reply", "case.view"}},
	}
	client := func(name string, role review.Role, unit string) *http.Client {
		t.Helper()
		_, err := bus.Ask(ctx, svc.bus, AskUsers, UserRequest{Add: &review.Account{Name: name, Role: role, Unit: unit}, Password: password, By: "test"})
		must(err)
		jar, _ := cookiejar.New(nil)
		c := &http.Client{Jar: jar, Timeout: 20 * time.Second}
		res, err := c.PostForm(svc.URL+"/sign-in", url.Values{"name": {name}, "password": {password}})
		must(err)
		res.Body.Close()
		if strings.Contains(res.Request.URL.Path, "sign-in") {
			t.Fatalf("%s did not get in", name)
		}
		return c
	}
	read := func(res *http.Response, err error) (int, string) {
		t.Helper()
		must(err)
		defer res.Body.Close()
		if res.StatusCode == http.StatusTooManyRequests {
			t.Fatal("the walk is too quick: most of it is refused for its pace")
		}
		body, err := io.ReadAll(res.Body)
		must(err)
		return res.StatusCode, unpacked(t, body)
	}
	paths := walked(ids, all, "i-scam")
	seen := map[string]bool{}
	reviewer := client("kiemduyet", review.Reviewer, "")
	for _, path := range []string{"/inbox/i-scam", "/inbox/i-water", "/cases/" + scam} {
		_, body := read(reviewer.Get(svc.URL + path))
		for _, w := range all {
			seen[w] = seen[w] || strings.Contains(body, w)
		}
	}
	for _, w := range all {
		if !seen[w] {
			t.Fatalf("the reviewer does not read %s either: the walk proves nothing", w)
		}
	}
	// One form for everything: each handler takes the fields that it knows.
	form := url.Values{}
	for k, v := range map[string]string{"choice": "stat", "level": "1", "similar": "1", "note": "ghi chú lạ", "reason": "lý do lạ đủ dài", "why": "lý do lạ", "text": "chữ lạ", "reply": "trả lời lạ", "claim": "lời lạ", "title": "tên lạ",
		"verdict": "false_info", "document": "42/TB-UBND", "portal": "bản lạ", "url": "https://phuong.example/la", "where": "bảng tin", "unit": "Đội Hai", "category": "fraud_or_scam", "evidence": "lạ", "request": "lạ",
		"outcome": "received", "wrong": "sai ở chỗ lạ", "answer": "lạ", "same": "1", "item": "i-scam", "case": "verify " + scam, "group": "story/i-scam", "topic": "water", "hours": "3"} {
		form.Set(k, v)
	}
	for _, p := range people {
		c := client(p.name, p.role, p.unit)
		for _, path := range paths {
			status, body := read(c.Get(svc.URL + path))
			if status >= 500 && status != http.StatusServiceUnavailable {
				t.Errorf("%s: GET %s: %d", p.role, path, status)
			}
			asked, _ := url.QueryUnescape(path)
			for _, w := range p.not {
				if i := strings.Index(body, w); status < 400 && i >= 0 && !strings.Contains(asked, w) {
					t.Errorf("%s reads %s at %s: …%s…", p.role, w, path, body[max(0, i-120):min(len(body), i+60)])
				}
			}
		}
		for _, pattern := range web.Patterns() {
			method, path, _ := strings.Cut(pattern, " ")
			if method == http.MethodGet || !strings.Contains(path, "{id}") {
				continue
			}
			for _, id := range ids {
				at := svc.URL + strings.Replace(path, "{id}", url.PathEscape(id), 1)
				req, err := http.NewRequestWithContext(ctx, method, at, strings.NewReader(form.Encode()))
				must(err)
				req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				if strings.HasPrefix(path, "/api/") {
					req.Body = io.NopCloser(strings.NewReader(`{"text":"chữ lạ","why":"lý do lạ","url":"https://phuong.example/la","note":"ghi chú lạ","outcome":"received"}`))
					req.ContentLength = -1
					req.Header.Set("Content-Type", "application/json")
				}
				if status, body := read(c.Do(req)); status >= 500 && status != http.StatusServiceUnavailable {
					t.Errorf("%s: %s %s: %d %s", p.role, method, at, status, body[:min(len(body), 200)])
				}
			}
		}
		page, err := svc.desk.Audit(ctx, review.AuditQuery{Who: p.name, Limit: 1000})
		must(err)
		for _, e := range page.Entries {
			if slices.Contains(ids, e.Object) && !slices.Contains(p.acts, e.Act) {
				t.Errorf("%s has done %s to %s", p.role, e.Act, e.Object)
			}
		}
	}
	c, err := svc.desk.Case(ctx, scam, officer)
	must(err)
	if c.State != review.Correcting || c.Handoff == nil || !c.Handoff.ApprovedAt.IsZero() || c.Handoff.Proposed != officer.Name {
		t.Errorf("the case is not as it was: %s %+v", c.State, c.Handoff)
	}
	slips, err := svc.desk.Handoffs(ctx, review.User{Name: "congan", Role: review.Liaison})
	must(err)
	if len(slips) != 0 {
		t.Errorf("the police have %+v", slips)
	}
}
