package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"langnghe/indexer"
	"langnghe/internal/news"
	"langnghe/review"
)

// A site is the whole handler with its fakes.
type site struct {
	http.Handler
	desk     *fakeDesk
	accounts *fakeAccounts
	clock    time.Time
}

func newSite(t *testing.T, change ...func(*Options)) *site {
	t.Helper()
	s := &site{desk: newDesk(), accounts: newAccounts(people...), clock: now}
	o := options(s.desk, s.accounts)
	o.Reports, _ = books(nil)
	o.Clock = func() time.Time { return s.clock }
	for _, f := range change {
		f(&o)
	}
	h, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Handler = h
	return s
}

// as returns the cookie of somebody who is signed in; "" is nobody.
func (s *site) as(name string) *http.Cookie {
	token, id := newToken()
	if name != "" {
		_ = s.accounts.AddSession(context.Background(), review.Session{Token: id, User: name, Created: s.clock, Expires: s.clock.Add(sessionLife)})
	}
	return &http.Cookie{Name: "langnghe", Value: token}
}

// reset puts the desk and the accounts back to the morning.
func (s *site) reset() {
	d, a := newDesk(), newAccounts(people...)
	s.desk.entries, s.desk.cases, s.desk.docs, s.desk.acts, s.desk.audit, s.desk.refuse = d.entries, d.cases, d.docs, nil, d.audit, nil
	s.accounts.users, s.accounts.sessions = a.users, a.sessions
}

func (s *site) do(name, method, target string, form url.Values, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://desk.example"+target, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if name != "" {
		r.AddCookie(s.as(name))
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "language" { // as a person chose it
			r.AddCookie(&http.Cookie{Name: langCookie, Value: header[i+1]})
			continue
		}
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// concrete puts ids that exist into a pattern.
func concrete(pattern string) (method, target string) {
	method, target, _ = strings.Cut(pattern, " ")
	id, page := "e-nuoc", strings.TrimPrefix(target, "/api/v1")
	switch {
	case strings.HasPrefix(page, "/cases/"):
		id = "V-2026-0039"
	case strings.HasPrefix(page, "/handoffs/"):
		id = "V-2026-0030"
	case strings.HasPrefix(page, "/items/"):
		id = "i-e-nuoc"
	case strings.HasPrefix(page, "/reports/"):
		id = "BC-2026-0001"
	case strings.HasPrefix(page, "/rumours/"):
		id = "K-1"
	}
	return method, strings.NewReplacer("{id}", id, "{ledger}", "publications", "{format}", "docx", "{name}", "lan", "{file}", "app.css", "{$}", "").Replace(target)
}

func allRoutes() []route { return (&server{}).routes() }

// TestMatrix walks every route as every role and as nobody.
func TestMatrix(t *testing.T) {
	s := newSite(t)
	for _, rt := range allRoutes() {
		if strings.HasSuffix(rt.pattern, "/events") {
			continue // TestEvents
		}
		method, target := concrete(rt.pattern)
		for _, u := range append([]review.User{{}}, people...) {
			s.reset()
			w := s.do(u.Name, method, target, url.Values{})
			loc := w.Header().Get("Location")
			out := w.Code == http.StatusUnauthorized || w.Code == http.StatusSeeOther && strings.HasPrefix(loc, "/sign-in")
			switch name := fmt.Sprintf("%s as %q: %d %s", rt.pattern, u.Role, w.Code, loc); {
			case rt.who == nil:
				if w.Code == http.StatusForbidden {
					t.Errorf("%s; everybody may", name)
				}
			case u.Name == "":
				if !out && !(target == "/sign-out") {
					t.Errorf("%s; want sign-in", name)
				}
			case !slices.Contains(rt.who, u.Role):
				if w.Code != http.StatusForbidden || len(s.desk.acts) > 0 {
					t.Errorf("%s, did %q; want 403 and nothing done", name, s.desk.acts)
				}
			case w.Code == http.StatusForbidden && (strings.Contains(rt.pattern, "/reports") || strings.Contains(rt.pattern, "/ledgers")):
				// which kinds and ledgers is for the desk to say: TestReportPages
			case w.Code == http.StatusForbidden || w.Code >= 500:
				t.Errorf("%s; want an answer", name)
			}
		}
	}
}

// TestNarrowRoles spells out everything that the roles with the least may
// reach, so that a slip in the table of roles does not go unnoticed.
func TestNarrowRoles(t *testing.T) {
	own := []string{"GET /{$}", "POST /sign-out", "GET /account", "POST /account/password", "POST /account/sessions", "POST /account/push", "POST /account/token", "GET /account/second", "POST /account/second", "GET /help",
		"GET /api/v1/me", "GET /api/v1/settings", "GET /api/v1/account/sessions", "POST /api/v1/account/sessions", "GET /api/v1/account/tokens", "DELETE /api/v1/account/tokens/{id}"}
	books := []string{"GET /reports", "GET /reports/{id}", "GET /reports/{id}/{format}", "GET /ledgers", "GET /ledgers/{ledger}", "POST /ledgers/{ledger}", "GET /ledgers/{ledger}/xlsx", "GET /reports/xlsx", "GET /ledgers/xlsx"}
	for _, p := range books {
		method, path, _ := strings.Cut(p, " ")
		books = append(books, method+" /api/v1"+path)
	}
	books = append(books, "GET /api/v1/reports/{id}/verification", "GET /api/v1/reports/{id}/figures/{n}")
	want := map[review.Role][]string{
		review.Liaison: {"GET /handoffs/xlsx", "GET /api/v1/handoffs/xlsx", "GET /handoffs", "POST /handoffs/{id}", "GET /api/v1/handoffs", "POST /api/v1/handoffs/{id}"},
		review.Admin: {"GET /sources/xlsx", "GET /api/v1/sources/xlsx", "GET /users/xlsx", "GET /api/v1/users/xlsx", "GET /alerts/xlsx", "GET /api/v1/alerts/deliveries/xlsx", "GET /alerts/muted/xlsx", "GET /api/v1/alerts/muted/xlsx", "GET /machine/xlsx", "GET /api/v1/machine/xlsx", "GET /api/v1/sources", "GET /api/v1/machine", "POST /api/v1/machine", "POST /machine/backup", "GET /api/v1/machine/backup", "POST /api/v1/machine/backup", "GET /api/v1/alerts/deliveries", "GET /api/v1/alerts/routes", "GET /api/v1/alerts/silences", "GET /api/v1/alerts/muted", "POST /api/v1/alerts/confirm", "POST /api/v1/alerts/test", "GET /api/v1/users", "POST /api/v1/users",
			"POST /api/v1/users/{name}/password", "POST /api/v1/users/{name}/second", "POST /api/v1/users/{name}/disable", "POST /api/v1/users/{name}/unlock", "GET /sources", "GET /alerts", "GET /alerts/muted", "POST /alerts/confirm", "POST /alerts/test", "GET /machine", "POST /machine", "GET /users", "POST /users",
			"POST /users/{name}/password", "POST /users/{name}/second", "POST /users/{name}/disable", "POST /users/{name}/unlock"},
		review.Unit: append([]string{"GET /complaints/xlsx", "GET /api/v1/complaints/xlsx", "GET /api/v1/complaints", "GET /api/v1/cases/{id}", "POST /api/v1/cases/{id}/reply", "POST /api/v1/cases/{id}/hand-back", "GET /complaints", "GET /cases/{id}", "POST /cases/{id}/reply", "POST /cases/{id}/hand-back"}, books...),
		review.Khoi: append([]string{"GET /complaints/xlsx", "GET /api/v1/complaints/xlsx", "GET /api/v1/complaints", "GET /api/v1/cases/{id}", "POST /api/v1/cases/{id}/reply", "POST /api/v1/cases/{id}/hand-back", "POST /api/v1/board", "GET /board", "POST /board", "GET /complaints", "GET /cases/{id}", "POST /cases/{id}/reply", "POST /cases/{id}/hand-back"}, books...),
		review.Editor: {"GET /reports/form", "POST /reports/form", "POST /api/v1/reports/form", "GET /cases/xlsx", "GET /api/v1/cases/xlsx", "GET /documents/xlsx", "GET /api/v1/documents/xlsx", "GET /cases", "GET /cases/{id}", "POST /cases/{id}/publish", "GET /documents", "POST /documents/check", "POST /api/v1/documents/check",
			"GET /api/v1/cases", "GET /api/v1/cases/waiting", "GET /api/v1/cases/{id}", "POST /api/v1/cases/{id}/publish", "GET /api/v1/documents",
			"POST /api/v1/reports", "POST /api/v1/reports/{id}", "GET /api/v1/reports", "GET /api/v1/reports/{id}", "GET /api/v1/reports/{id}/verification", "GET /api/v1/reports/{id}/figures/{n}", "GET /api/v1/reports/{id}/{format}",
			"GET /api/v1/ledgers", "GET /api/v1/ledgers/{ledger}", "POST /api/v1/ledgers/{ledger}", "GET /api/v1/ledgers/{ledger}/xlsx",
			"POST /reports", "POST /reports/{id}", "GET /reports", "GET /reports/{id}", "GET /reports/{id}/{format}", "GET /ledgers", "GET /ledgers/{ledger}", "POST /ledgers/{ledger}", "GET /ledgers/{ledger}/xlsx",
			"GET /reports/xlsx", "GET /api/v1/reports/xlsx", "GET /ledgers/xlsx", "GET /api/v1/ledgers/xlsx"},
	}
	for role, extra := range want {
		var got []string
		for _, rt := range allRoutes() {
			if slices.Contains(rt.who, role) {
				got = append(got, rt.pattern)
			}
		}
		all := append(slices.Clone(own), extra...)
		slices.Sort(got)
		slices.Sort(all)
		if !slices.Equal(got, all) {
			t.Errorf("%s may use\n%q, want\n%q", role, got, all)
		}
	}
}

// TestDeskAgrees checks that the pages offer nothing that the desk refuses.
func TestDeskAgrees(t *testing.T) {
	actions := map[string]review.Action{
		"GET /inbox": review.ReadInbox, "POST /inbox/{id}/decision": review.DecideEntry, "POST /inbox/{id}/undo": review.UndoEntry, "POST /inbox/{id}/level": review.SetLevel,
		"GET /inbox/{id}": review.ReadItem, "GET /cases": review.ReadCase, "GET /complaints": review.ReadCase, "GET /cases/{id}": review.ReadCase,
		"POST /cases/{id}/claim": review.SetClaim, "POST /cases/{id}/verdict": review.SetVerdict, "POST /cases/{id}/correction": review.DraftCorrection,
		"POST /cases/{id}/approve": review.ApproveCorrection, "POST /cases/{id}/publish": review.PublishCorrection, "POST /cases/{id}/assign": review.AssignAnswer,
		"POST /cases/{id}/reply": review.ReplyAnswer, "POST /cases/{id}/hand-back": review.ReturnAnswer, "POST /cases/{id}/return": review.ReturnCorrection, "POST /cases/{id}/mend": review.MendCorrection, "POST /cases/{id}/escalate": review.EscalateCase, "POST /cases/{id}/close": review.CloseCase, "POST /cases/{id}/level": review.SetLevel,
		"POST /cases/{id}/handoff": review.ProposeHandoff, "POST /cases/{id}/handoff/approve": review.ApproveHandoff, "POST /cases/{id}/handoff/recall": review.RecallHandoff,
		"POST /cases/{id}/handoff/veto": review.VetoHandoff, "POST /cases/{id}/unlock": review.UnlockCase, "GET /handoffs": review.ReadHandoffs, "POST /handoffs/{id}": review.AckHandoff,
		"GET /audit": review.ReadAudit, "POST /documents": review.AddDocument, "POST /documents/fact": review.ConfirmFact, "POST /documents/facts": review.ConfirmFact, "POST /documents/read": review.AddDocument, "POST /documents/fetch": review.AddDocument, "POST /rumours": review.AddRumour, "POST /rumours/{id}/take": review.AddRumour, "POST /rumours/{id}/link": review.LinkRumour,
	}
	seen := 0
	for _, rt := range allRoutes() {
		a, ok := actions[rt.pattern]
		if !ok {
			continue
		}
		seen++
		for _, role := range rt.who {
			if !review.May(role, a) {
				t.Errorf("%s is offered to %s, the desk refuses %s", rt.pattern, role, a)
			}
		}
	}
	if seen != len(actions) {
		t.Errorf("%d of %d routes found", seen, len(actions))
	}
}

// form builds the fields of a form from pairs.
func form(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

func TestForms(t *testing.T) {
	tests := []struct {
		name, who, path string
		form            url.Values
		header          []string
		status          int
		did             string // the last act, "" is none
		want            string // in the body or the Location
	}{
		{"decide", "lan", "/inbox/e-nuoc/decision", form("choice", "answer", "similar", "1"), nil, 303, "decide lan e-nuoc answer similar=true", "/inbox?last=e-nuoc"},
		{"decide alone", "lan", "/inbox/e-nuoc/decision", form("choice", "stat"), nil, 303, "decide lan e-nuoc stat similar=false", ""},
		{"decide by script", "lan", "/inbox/e-nuoc/decision", form("choice", "answer"), []string{"Accept", "application/json"}, 200, "decide lan e-nuoc answer similar=false", `"open":7`},
		{"no such choice", "lan", "/inbox/e-nuoc/decision", form("choice", "arrest"), nil, 400, "", "Không có quyết định như vậy"},
		{"danger asks", "lan", "/inbox/e-nuoc/decision", form("choice", "danger"), nil, 200, "see lan e-nuoc", `name="sure" value="1"`},
		{"danger by script asks", "lan", "/inbox/e-nuoc/decision", form("choice", "danger"), []string{"Accept", "application/json"}, 409, "", "cần xác nhận"},
		{"danger", "lan", "/inbox/e-nuoc/decision", form("choice", "danger", "sure", "1"), nil, 303, "decide lan e-nuoc danger similar=false", ""},
		{"gone", "lan", "/inbox/nothing/decision", form("choice", "stat"), nil, 404, "", "Không tìm thấy"},
		{"take a batch", "lan", "/inbox/take", form("topic", "water"), nil, 303, "take lan water", "/inbox?mine=1"},
		{"take when there is none", "lan", "/inbox/take", form("topic", "sport"), nil, 303, "take lan ", "mine=1"},
		{"give it back", "lan", "/inbox/release", form(), nil, 303, "release lan", "done=released"},
		{"reclassify", "lan", "/inbox/e-nuoc/reclassify", form("choice", "stat", "note", "đọc lại"), nil, 303, `reclassify lan e-nuoc stat "đọc lại"`, "done=reclassified"},
		{"reclassify as nothing", "lan", "/inbox/e-nuoc/reclassify", form("choice", "arrest", "note", "x"), nil, 400, "", "Không có quyết định như vậy"},
		{"undo nothing", "lan", "/inbox/e-nuoc/undo", form(), nil, 409, "", "chưa có quyết định nào"},
		{"level", "lan", "/inbox/e-nuoc/level", form("level", "3"), nil, 303, "level lan e-nuoc high", ""},
		{"claim", "lan", "/cases/V-2026-0040/claim", form("title", "T", "claim", "C", "indicators", "a.top\r\n\r\n b.top "), nil, 303, `claim lan "T" "C" ["a.top" "b.top"] V-2026-0040`, "done=claim"},
		{"verdict by document", "lan", "/cases/V-2026-0040/verdict", form("verdict", "false_info", "document", "42/TB-UBND", "clause", "khoản 2"), nil, 303, `verdict lan false_info "42/TB-UBND|khoản 2|Điều 2. Mức thu tiền rác đối với hộ gia đình là 40.000 đồng/hộ/tháng, áp dụng đến hết năm 2026." V-2026-0040`, ""},
		{"verdict by clause", "lan", "/cases/V-2026-0040/verdict", form("verdict", "false_info", "document", "42/TB-UBND#2.money.1"), nil, 303, `verdict lan false_info "42/TB-UBND|2|Mức thu tiền rác đối với hộ gia đình là 40.000 đồng/hộ/tháng" V-2026-0040`, ""},
		{"assign until the evening", "lan", "/cases/V-2026-0038/assign", form("unit", "Nhà máy nước", "due", "2026-11-27"), nil, 303, `assign lan "Nhà máy nước" 2026-11-27T10:00:00Z V-2026-0038`, ""},
		{"assign without a date", "lan", "/cases/V-2026-0038/assign", form("unit", "Nhà máy nước", "due", "mai"), nil, 400, "", "Ngày chưa đúng"},
		{"reply", "nuoc", "/cases/V-2026-0039/reply", form("reply", "Sửa xong"), nil, 303, `reply nuoc "Sửa xong" V-2026-0039`, ""},
		{"hand back", "nuoc", "/cases/V-2026-0039/hand-back", form("why", "của đội khác"), nil, 303, `hand back nuoc của đội khác V-2026-0039`, ""},
		{"hand back another's", "nuoc", "/cases/V-2026-0038/hand-back", form("why", "của đội khác"), nil, 404, "", ""},
		{"drill", "lan", "/inbox/drill", form("text", "đập sắp vỡ", "level", "4"), nil, 303, `drill lan "đập sắp vỡ" critical`, "done=drill"},
		{"end a drill", "lan", "/inbox/e-nuoc/drill/end", form(), nil, 303, "end drill lan e-nuoc", "done=drill_end"},
		{"return", "chu.tich", "/cases/V-2026-0038/return", form("why", "ghi rõ hơn"), nil, 303, `return chu.tich ghi rõ hơn V-2026-0038`, ""},
		{"mend", "lan", "/cases/V-2026-0038/mend", form("wrong", "ghi nhầm số"), nil, 303, `mend lan ghi nhầm số V-2026-0038`, ""},
		{"reply to another's", "nuoc", "/cases/V-2026-0038/reply", form("reply", "Sửa xong"), nil, 404, "", ""},
		{"approve", "chu.tich", "/cases/V-2026-0040/approve", form(), nil, 303, "approve chu.tich V-2026-0040", ""},
		{"publish another state", "bien.tap", "/cases/V-2026-0040/publish", form("url", "x"), nil, 404, "", ""},
		{"publish", "bien.tap", "/cases/V-2026-0028/publish", form("url", "https://phuong.example/1"), nil, 303, `publish bien.tap "https://phuong.example/1" V-2026-0028`, ""},
		{"propose", "lan", "/cases/V-2026-0041/handoff", form("category", "impersonation", "claim", "c", "evidence", "e", "request", "r", "document", "42/TB-UBND", "capture", "e-dap"), nil, 303, `propose lan impersonation "42/TB-UBND" ["e-dap"] V-2026-0041`, ""},
		{"veto", "tu.phap", "/cases/V-2026-0041/handoff/veto", form("why", "chưa đủ"), nil, 303, `veto tu.phap "chưa đủ" V-2026-0041`, ""},
		{"unlock", "tu.phap", "/cases/V-2026-0040/unlock", form("reason", "có mã độc"), nil, 303, `unlock tu.phap "có mã độc" V-2026-0040`, ""},
		{"acknowledge", "cong.an", "/handoffs/V-2026-0030", form("outcome", "received"), nil, 303, "acknowledge cong.an received V-2026-0030", ""},
		{"confirm all facts", "lan", "/documents/facts", url.Values{"fact": {"a#1", "a#2"}}, nil, 303, "confirm all lan [a#1 a#2]", ""},
		{"add a rumour", "lan", "/rumours", form("text", "Đập sắp vỡ", "source", "vafc"), nil, 303, `rumours lan 1 "Đập sắp vỡ" vafc`, ""},
		{"paste a review", "lan", "/rumours", form("paste", `{"@type":"ClaimReview","claimReviewed":"Đập sắp vỡ"}`), nil, 303, `rumours lan 1 "Đập sắp vỡ" claimreview`, ""},
		{"take a rumour", "lan", "/rumours/K-2/take", form("text", "Đập Khe Son sắp vỡ", "keep", "1"), nil, 303, "take lan K-2 \"Đập Khe Son sắp vỡ\" true", ""},
		{"refuse a rumour", "lan", "/rumours/K-2/take", form("keep", "0"), nil, 303, "take lan K-2 \"\" false", ""},
		{"link a rumour", "lan", "/rumours/K-1/link", form("item", "i1", "same", "1"), nil, 303, "link lan K-1 i1 true", ""},
		{"confirm a fact", "lan", "/documents/fact", form("fact", "57/TB-UBND#1.date.1"), nil, 303, "confirm lan 57/TB-UBND#1.date.1", ""},
		{"add a document", "van.phong", "/documents", form("docno", "58/TB-UBND", "date", "2026-11-23", "title", "x", "text", "y"), nil, 303, `document van.phong "58/TB-UBND" 2026-11-23`, ""},
		{"check a bad rule", "lan", "/rules", form("file", "bad", "act", "check"), nil, 422, "", "Thiếu điều kiện"},
		{"save without preview", "lan", "/rules", form("file", "ok", "act", "save"), nil, 422, "", "chạy thử trước"},
		{"preview", "lan", "/rules", form("file", "ok", "act", "preview"), nil, 200, "audit lan rule.preview ", `value="h1"`},
		{"save", "lan", "/rules", form("file", "ok", "act", "save", "hash", "h1"), nil, 303, "audit lan rule.save h1", ""},
		{"paste", "lan", "/sources", form("url", "https://dien-dan.example/1"), nil, 200, "fetch lan https://dien-dan.example/1", "robots.txt"},
		{"paste rubbish", "lan", "/sources", form("url", "javascript:alert(1)"), nil, 422, "", "http://"},
		{"silence", "lan", "/alerts/silence", form("topic", "water", "hours", "4", "reason", "đã báo"), nil, 303, "silence lan water", ""},
		{"silence without reason", "lan", "/alerts/silence", form("topic", "water", "hours", "4"), nil, 422, "", "lý do"},
		{"silence for ever", "lan", "/alerts/silence", form("topic", "water", "hours", "9999", "reason", "x"), nil, 422, "", "72"},
		{"take a group in hand", "lan", "/alerts/ack", form("group", "story/x"), nil, 303, "ack lan story/x", "done=ack"},
		{"confirm an address", "", "/confirm", form("code", " RIGHT "), nil, 200, "confirm ", "Đã xác nhận: lan"},
		{"confirm for somebody", "quan.tri", "/alerts/confirm", form("code", "RIGHT"), nil, 200, "confirm quan.tri", ""},
		{"confirm with a wrong code", "", "/confirm", form("code", "x<b>"), nil, 422, "", "Mã không đúng"},
		{"subscribe a browser", "lan", "/account/push", form("endpoint", "https://push.example/1", "p256dh", "k", "auth", "a", "user", "quan.tri"), nil, 303, "audit lan push.add lan", "done=push"},
		{"write down a request", "tu.phap", "/privacy/requests", form("kind", "erase", "about", "https://example.com/1"), nil, 303, `request tu.phap erase "https://example.com/1"`, "done=request"},
		{"answer a request", "tu.phap", "/privacy/requests/D-2026-0002", form("answer", "đã xóa", "items", "a b"), nil, 303, `answer tu.phap D-2026-0002 "đã xóa" false [a b]`, "done=request"},
		{"test alert", "quan.tri", "/alerts/test", form("recipient", "lan"), nil, 303, `test quan.tri "lan"`, ""},
		{"other site", "lan", "/inbox/e-nuoc/decision", form("choice", "stat"), []string{"Sec-Fetch-Site", "cross-site"}, 403, "", "trang khác"},
		{"other origin", "lan", "/inbox/e-nuoc/decision", form("choice", "stat"), []string{"Origin", "https://evil.example"}, 403, "", "trang khác"},
		{"too much", "lan", "/cases/V-2026-0040/claim", form("claim", strings.Repeat("x", maxBody)), nil, 413, "", ""},
	}
	s := newSite(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s.reset()
			w := s.do(tt.who, "POST", tt.path, tt.form, tt.header...)
			if w.Code != tt.status {
				t.Errorf("status = %d, want %d", w.Code, tt.status)
			}
			did := ""
			if n := len(s.desk.acts); n > 0 {
				did = s.desk.acts[n-1]
			}
			if tt.status >= 400 && strings.HasPrefix(did, "see ") {
				did = ""
			}
			if did != tt.did {
				t.Errorf("did %q, want %q", did, tt.did)
			}
			if got := w.Header().Get("Location") + w.Body.String(); !strings.Contains(got, tt.want) {
				t.Errorf("answer has no %q:\n%s", tt.want, got)
			}
		})
	}
}

// TestRefusal checks that a form that the desk refuses comes back with the
// reason in the person's language and with what was typed.
func TestRefusal(t *testing.T) {
	s := newSite(t)
	s.desk.refuse = fmt.Errorf("desk: %w", &review.Error{Kind: "no_citation", Text: news.Text{VI: "Phải trích dẫn.", EN: "Cite a document."}})
	for lang, want := range map[string]string{"vi": "Phải trích dẫn.", "en": "Cite a document."} {
		w := s.do("lan", "POST", "/cases/V-2026-0040/verdict", form("verdict", "fake", "clause", "khoản <9>"), "language", lang)
		body := w.Body.String()
		if w.Code != http.StatusConflict || !strings.Contains(body, want) || !strings.Contains(body, "khoản &lt;9&gt;") || !strings.Contains(body, `value="fake" required checked`) {
			t.Errorf("%s: status %d; want the reason and the form again:\n%s", lang, w.Code, body)
		}
	}
}

// coded is an error of another part, as it comes over the bus.
type coded struct{ code string }

func (e coded) Error() string { return "query:1: " + e.code }
func (e coded) Code() string  { return e.code }

// TestBadQuery: a mistake in a query is explained where it was typed.
func TestBadQuery(t *testing.T) {
	s := newSite(t, func(o *Options) {
		o.Search = func(context.Context, indexer.Query) (indexer.Result, error) {
			return indexer.Result{}, fmt.Errorf("search: %w", coded{"E_QUOTE"})
		}
	})
	w := s.do("lan", "GET", "/search?q=%22m%E1%BA%A5t", nil)
	if body := w.Body.String(); w.Code != 422 || !strings.Contains(body, "Ngoặc kép chưa đóng") || !strings.Contains(body, `value="&#34;mất"`) {
		t.Errorf("%d, want the mistake and the query again:\n%s", w.Code, body)
	}
	w = s.do("lan", "GET", "/api/v1/search?q=%22m", nil, "Accept-Language", "en")
	if w.Code != 422 || !strings.Contains(w.Body.String(), "Quote is not closed") {
		t.Errorf("api: %d %s", w.Code, w.Body)
	}
}

func TestErrors(t *testing.T) {
	s := newSite(t, func(o *Options) {
		o.Search = func(context.Context, indexer.Query) (indexer.Result, error) {
			return indexer.Result{}, errors.New("bleve: secret path /var/lib")
		}
		o.Rules, o.Sources, o.Counts, o.Deliveries, o.Item = nil, nil, nil, nil, nil
	})
	w := s.do("lan", "GET", "/search?q=x", nil)
	if w.Code != 500 || strings.Contains(w.Body.String(), "secret") || !strings.Contains(w.Body.String(), "Có lỗi ở phía hệ thống") {
		t.Errorf("broken search: %d %s; want 500 without detail", w.Code, w.Body)
	}
	for _, p := range []string{"/rules", "/sources", "/trends", "/alerts"} {
		if w := s.do("lan", "GET", p, nil); w.Code != 200 || !strings.Contains(w.Body.String(), "đang không trả lời") {
			t.Errorf("%s without its part: %d, want a calm page", p, w.Code)
		}
	}
	for _, p := range []string{"/nothing", "/cases/V-1", "/inbox/x", "/static/none.js"} {
		if w := s.do("lan", "GET", p, nil); w.Code != 404 {
			t.Errorf("%s: %d, want 404", p, w.Code)
		}
	}
	if w := s.do("lan", "GET", "/inbox/e-nuoc/decision", nil); w.Code != 404 && w.Code != 405 {
		t.Errorf("decide by link: %d, want it refused", w.Code)
	}
	if len(s.desk.acts) > 0 && strings.HasPrefix(s.desk.acts[len(s.desk.acts)-1], "decide") {
		t.Error("a link decided")
	}
	w = s.do("lan", "GET", "/api/v1/entries/none", nil)
	if w.Code != 404 || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("api: %d %s, want a problem", w.Code, w.Header().Get("Content-Type"))
	}
	w = s.do("", "GET", "/cases/V-2026-0040?x=1", nil)
	if got := w.Header().Get("Location"); got != "/sign-in?next=%2Fcases%2FV-2026-0040%3Fx%3D1" {
		t.Errorf("redirect to %q, want the way back in it", got)
	}
}

// TestAccounted checks that looking at an item is recorded before it is
// shown, and that what can not be recorded is not shown.
func TestAccounted(t *testing.T) {
	s := newSite(t)
	if w := s.do("lan", "GET", "/items/i-e-nuoc", nil); w.Code != 200 || !slices.Contains(s.desk.acts, "audit lan item.view i-e-nuoc") {
		t.Errorf("%d, did %q; want the view recorded", w.Code, s.desk.acts)
	}
	s = newSite(t, func(o *Options) {
		o.Audit = func(context.Context, news.Audit) error { return errors.New("disk full") }
	})
	if w := s.do("lan", "GET", "/items/i-e-nuoc", nil); w.Code != 500 || strings.Contains(w.Body.String(), "Nác") {
		t.Errorf("%d; want nothing shown", w.Code)
	}
}

// pagesToSee are the addresses of every page, and who looks.
var pagesToSee = []struct{ who, path string }{
	{"", "/sign-in"}, {"lan", "/inbox"}, {"lan", "/inbox?decided=1"}, {"lan", "/inbox?last=e-dap"}, {"lan", "/inbox/e-dap"}, {"lan", "/inbox/s-nuoc"}, {"chu.tich", "/cases"}, {"lan", "/cases?closed=1"},
	{"nuoc", "/complaints"}, {"van.phong", "/complaints?overdue=1"}, {"lan", "/cases/V-2026-0040"}, {"chu.tich", "/cases/V-2026-0040"}, {"chu.tich", "/cases/V-2026-0041"}, {"tu.phap", "/cases/V-2026-0040"}, {"tu.phap", "/cases/V-2026-0041"},
	{"lan", "/cases/V-2026-0030"}, {"lan", "/cases/V-2026-0029"}, {"lan", "/cases/V-2026-0038"}, {"nuoc", "/cases/V-2026-0039"}, {"bien.tap", "/cases/V-2026-0028"}, {"van.phong", "/cases/V-2026-0040"}, {"cong.an", "/handoffs"}, {"tu.phap", "/handoffs"},
	{"lan", "/search"}, {"lan", "/search?q=n%C6%B0%E1%BB%9Bc&topic=water&story=s"}, {"lan", "/items/i-e-dap"}, {"lan", "/trends"}, {"van.phong", "/trends?days=14"}, {"lan", "/documents"}, {"lan", "/rumours"}, {"lan", "/rumours/K-1"}, {"tu.phap", "/radar"}, {"lan", "/rules?edit=mat-nuoc"},
	{"lan", "/sources"}, {"quan.tri", "/sources"}, {"lan", "/alerts"}, {"quan.tri", "/alerts"}, {"tu.phap", "/audit?verify=1"}, {"quan.tri", "/users"}, {"quan.tri", "/machine"}, {"lan", "/account"}, {"lan", "/help"}, {"lan", "/nothing"},
}

// hostile are texts that want to be more than text.
var hostile = []string{
	`<script>alert(1)</script><img src=x onerror=alert(1)>`, `"><svg onload=alert(1)>`, `javascript:alert(1)`, `{{.User}} ${1} ' " & <`,
	strings.Repeat("khôngcókhoảngtrắng", 600), "\u202eđảo ngược\u202c \u2066trong\u2069", strings.Repeat("👩‍👩‍👧‍👦", 400), "a\u0301\u0302\u0303\u0304\x00\x01\x7f\ufeff", "\xff\xfe sai mã",
}

// spoil puts a text wherever the crawl or a person can.
func (d *fakeDesk) spoil(text string) {
	two := news.Text{VI: text, EN: text}
	cite := &news.Citation{Document: text, Clause: text, Text: text, URL: text, From: text, To: text}
	spans := []news.Span{{Start: -3, End: 5, Text: text}, {Start: 2, End: 1 << 30, Text: text}, {Start: 9, End: 4}, {Start: 0, End: 7, In: "title"}}
	for i := range d.rumours {
		c := &d.rumours[i]
		c.Text, c.Says, c.By, c.URL, c.Verdict, c.Case, c.Cite.Document = text, text, text, text, text, text, text
	}
	for i := range d.entries {
		e := &d.entries[i]
		for j := range e.Flags {
			f := &e.Flags[j]
			f.Title, f.Why, f.Doubt, f.Because, f.Citation, f.Rule, f.Muted = two, two, two, spans, cite, text, text
		}
		e.Topic = text
		if e.Item != nil {
			it := *e.Item
			it.Title, it.Text, it.Source, it.URL = text, text+"\n"+text, text, text
			it.Counts = &news.Counts{Reactions: 1234567}
			rd := *it.Reading
			rd.Topics = []news.Topic{{ID: text, Because: spans}}
			rd.Tone.Label, rd.Impact, rd.Stance, rd.Area.Fit, rd.Story = text, text, news.Stance(text), text, text
			rd.Cues = []news.Cue{{Family: text, Level: 3, Because: spans}}
			it.Reading = &rd
			e.Item = &it
		}
	}
	for i := range d.cases {
		c := &d.cases[i]
		c.Title, c.Claim, c.Reply, c.Outcome, c.By, c.Paused = text, text, text, text, text, text
		c.Indicators = []string{text}
		c.Timeline = []review.Event{{At: now, Who: text, Act: text, Text: text}}
		if c.Citation != nil {
			c.Citation = cite
		}
		if k := c.Correction; k != nil {
			k.Portal, k.Post, k.Radio, k.URL = text, text, text, text
		}
		if h := c.Handoff; h != nil {
			h.Claim, h.Evidence, h.Harm, h.Request, h.Citation, h.URLs, h.VetoWhy, h.Outcome = text, text, text, text, *cite, []string{text}, text, text
			h.Checklist = &review.Checklist{Context: text, Speaker: text, Intent: text, Content: text, Extent: text, Likelihood: text}
		}
	}
	for i := range d.docs {
		x := &d.docs[i]
		x.Title, x.Text, x.Issuer, x.URL, x.Supersedes = text, text, text, text, text
		for j := range x.Facts {
			x.Facts[j].Subject, x.Facts[j].Value, x.Facts[j].Clause = text, text, text
		}
	}
	for i := range d.audit {
		d.audit[i].Who, d.audit[i].Act, d.audit[i].Object, d.audit[i].Detail = text, text, text, text
	}
}

// TestHostileText executes every page in both languages with texts that try
// to break out, and looks at the tree that a browser would build.
func TestHostileText(t *testing.T) {
	s := newSite(t)
	for i, text := range append([]string{""}, hostile...) {
		s.reset()
		if i > 0 {
			s.desk.spoil(text)
		}
		for _, p := range pagesToSee {
			for _, lang := range langs {
				w := s.do(p.who, "GET", p.path, nil, "language", lang)
				if w.Code >= 500 {
					t.Errorf("text %d: %s as %s: %d %.300s", i, p.path, p.who, w.Code, w.Body)
					continue
				}
				checkHTML(t, fmt.Sprintf("text %d: %s %s as %s", i, lang, p.path, p.who), w.Body.String())
			}
		}
	}
}

var listed = regexp.MustCompile(`^(https?://|/|#|hxxp)|^$`)

// checkHTML refuses what the security policy would block and what a page of
// ours never has.
func checkHTML(t *testing.T, name, body string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	ids := map[string]bool{}
	mains, h1 := 0, 0
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "script":
			if n.FirstChild != nil {
				t.Errorf("%s: script in the page: %q", name, n.FirstChild.Data)
			}
		case "style", "iframe", "object", "base":
			t.Errorf("%s: <%s> in the page", name, n.Data)
		case "img":
			t.Errorf("%s: an image from a text: %v", name, n.Attr)
		case "main":
			mains++
		case "h1":
			h1++
		}
		for _, a := range n.Attr {
			switch {
			case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "srcdoc":
				t.Errorf("%s: <%s %s=%q>", name, n.Data, a.Key, a.Val)
			case (a.Key == "href" || a.Key == "src" || a.Key == "action") && !listed.MatchString(a.Val):
				t.Errorf("%s: <%s %s=%q>", name, n.Data, a.Key, a.Val)
			case a.Key == "id" && ids[a.Val]:
				t.Errorf("%s: id %q twice", name, a.Val)
			case a.Key == "id":
				ids[a.Val] = true
			}
		}
	}
	if mains != 1 || h1 != 1 {
		t.Errorf("%s: %d <main>, %d <h1>, want one of each", name, mains, h1)
	}
	if strings.Contains(name, "/audit") {
		return // acts are shown as they are, too
	}
	for _, key := range leaks.FindAllString(body, -1) {
		t.Errorf("%s: message key %q on the page", name, key)
	}
}

// leaks finds keys that were printed instead of their message.
var leaks = regexp.MustCompile(`>(inbox|case|cases|entry|nav|help|problem|search|trends|rules|sources|alerts|audit|users|documents|rumours|radar|play|handoff|correction|due|done)\.[a-z_]+<`)

func TestHeaders(t *testing.T) {
	s := newSite(t)
	w := s.do("lan", "GET", "/inbox", nil)
	csp := w.Header().Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
		if !strings.Contains(csp, want) {
			t.Errorf("CSP has no %q: %s", want, csp)
		}
	}
	if strings.Contains(csp, "unsafe") {
		t.Errorf("CSP: %s", csp)
	}
	for k, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cache-Control": "no-store"} {
		if got := w.Header().Get(k); got != want {
			t.Errorf("%s: %q, want %q", k, got, want)
		}
	}
}

// TestFirstLoad adds up what a browser fetches for the inbox with a full
// page of entries, as it goes over the wire.
func TestFirstLoad(t *testing.T) {
	s := newSite(t)
	for i := range pageSize {
		e := seeds[i%len(seeds)].entry()
		e.ID = fmt.Sprintf("n%d", i)
		s.desk.entries = append(s.desk.entries, e)
	}
	total := 0
	fetch := func(p string) string {
		w := s.do("lan", "GET", p, nil, "Accept-Encoding", "gzip")
		if w.Code != 200 {
			t.Fatalf("%s: %d", p, w.Code)
		}
		total += w.Body.Len()
		return s.do("lan", "GET", p, nil).Body.String()
	}
	body := fetch("/inbox")
	for _, m := range regexp.MustCompile(`(?:src|href)="(/static/[^"]+)"`).FindAllStringSubmatch(body, -1) {
		fetch(html.UnescapeString(m[1]))
	}
	t.Logf("%d bytes", total)
	if total > 60<<10 {
		t.Errorf("first load is %d bytes, want at most 60 KB", total)
	}
}

// TestStatic keeps the promise of the script: short, ours, and quiet.
func TestStatic(t *testing.T) {
	err := fs.WalkDir(static, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := static.ReadFile(name)
		if err != nil {
			return err
		}
		text := strings.ReplaceAll(string(raw), "http://www.w3.org/2000/svg", "")
		if i := strings.Index(text, "//"); strings.Contains(text, "http://") || strings.Contains(text, "https://") {
			t.Errorf("%s names another host near %q", name, text[i:min(i+60, len(text))])
		}
		if lines := strings.Count(text, "\n"); path.Ext(name) == ".js" && lines >= 300 {
			t.Errorf("%s has %d lines, want fewer than 300", name, lines)
		}
		for _, bad := range []string{"innerHTML", "eval(", "document.write", "localStorage", "insertAdjacentHTML"} {
			if strings.Contains(text, bad) {
				t.Errorf("%s uses %s", name, bad)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t)
	w := s.do("", "GET", "/static/app.js", nil)
	if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/javascript") {
		t.Errorf("app.js: %d %s", w.Code, w.Header().Get("Content-Type"))
	}
	if w := s.do("", "GET", "/static/app.js", nil, "If-None-Match", w.Header().Get("ETag")); w.Code != http.StatusNotModified {
		t.Errorf("unchanged app.js: %d, want 304", w.Code)
	}
}

// TestKeys checks that the letters on the buttons are the ones that the
// script and the help know, and that none collides.
func TestKeys(t *testing.T) {
	taken := map[string]bool{"j": true, "k": true, "o": true, "u": true, "r": true, "?": true}
	body := newSite(t).do("lan", "GET", "/inbox", nil).Body.String()
	for _, c := range news.Choices {
		key := keys[c]
		if key == "" || taken[key] {
			t.Errorf("%s has key %q, which is none or taken", c, key)
		}
		taken[key] = true
		if !strings.Contains(body, fmt.Sprintf(`value="%s" data-key="%s"`, c, key)) {
			t.Errorf("no button for %s with key %s", c, key)
		}
		if !strings.Contains(body, fmt.Sprintf(`<kbd>%s</kbd></th><td>`, key)) {
			t.Errorf("the key table does not tell %s", key)
		}
	}
}

func TestMarked(t *testing.T) {
	tests := []struct {
		text  string
		spans []news.Span
		want  string // marks in brackets
	}{
		{"", nil, ""},
		{"mất nước", nil, "mất nước"},
		{"mất nước rồi", []news.Span{{Start: 4, End: 8}}, "mất [nước] rồi"},
		{"mâ\u0301t nước", []news.Span{{Start: 0, End: 4}}, "[mâ\u0301t] nước"}, // NFD counts its marks
		{"abc", []news.Span{{Start: 1, End: 2}, {Start: 0, End: 2}}, "[ab]c"},
		{"abc", []news.Span{{Start: 0, End: 1}, {Start: 1, End: 2}}, "[ab]c"},
		{"abc", []news.Span{{Start: -4, End: 1}, {Start: 2, End: 99}}, "[a]b[c]"},
		{"abc", []news.Span{{Start: 2, End: 1}, {Start: 7, End: 9}}, "abc"},
		{"😀 vỡ đập", []news.Span{{Start: 2, End: 4}}, "😀 [vỡ] đập"},
	}
	for _, tt := range tests {
		got := ""
		for _, p := range marked(tt.text, tt.spans) {
			if p.Mark {
				got += "[" + p.Text + "]"
			} else {
				got += p.Text
			}
		}
		if got != tt.want {
			t.Errorf("marked(%q, %v) = %q, want %q", tt.text, tt.spans, got, tt.want)
		}
	}
}

// TestMarkedKeepsText: whatever the spans, the parts are the text, but for addresses made harmless.
func TestMarkedKeepsText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		var spans []news.Span
		for range rapid.IntRange(0, 6).Draw(t, "n") {
			spans = append(spans, news.Span{Start: rapid.IntRange(-5, 60).Draw(t, "start"), End: rapid.IntRange(-5, 60).Draw(t, "end")})
		}
		got, before := "", false
		for _, p := range marked(text, spans) {
			if p.Mark && before {
				t.Fatal("two marks touch")
			}
			got, before = got+p.Text, p.Mark
		}
		harmless := strings.NewReplacer("[.]", ".", "hxxp", "http") // what looks like an imitated address is shown so
		if got = harmless.Replace(got); got != harmless.Replace(strings.ToValidUTF8(text, "\ufffd")) && got != harmless.Replace(text) {
			t.Fatalf("parts make %q of %q", got, text)
		}
	})
}

func TestClip(t *testing.T) {
	long := strings.Repeat("a ", 300) + "vỡ đập" + strings.Repeat(" b", 300)
	parts, cut := clip(marked(long, []news.Span{{Start: 600, End: 606}}), 200)
	n, found := 0, false
	for _, p := range parts {
		n += len([]rune(p.Text))
		found = found || p.Mark && p.Text == "vỡ đập"
	}
	if !cut || !found || n > 210 || !strings.HasPrefix(parts[0].Text, "… ") {
		t.Errorf("clip = %d code points, cut %t, mark in view %t: %v", n, cut, found, parts)
	}
	if parts, cut := clip(marked("ngắn", nil), 200); cut || len(parts) != 1 {
		t.Errorf("a short text was cut: %v", parts)
	}
}

// A citation shows the words of its clause, or that none was chosen; never an
// empty frame.
func TestCitationShowsItsClause(t *testing.T) {
	for _, text := range []string{"", "Hộ dân: 30.000 đồng."} {
		s := newSite(t)
		for i := range s.desk.cases {
			if c := &s.desk.cases[i]; c.Citation != nil {
				c.Citation = &news.Citation{Document: "42/TB-UBND", Text: text}
			}
		}
		page := s.do("lan", "GET", "/cases/V-2026-0040", nil).Body.String()
		if has := strings.Contains(page, `<blockquote class="text" dir="auto">Hộ dân: 30.000 đồng.</blockquote>`); has != (text != "") {
			t.Errorf("%q is shown: %t", text, has)
		}
		if none := strings.Contains(page, "chưa chọn điều khoản"); none != (text == "") || strings.Contains(page, `dir="auto"></blockquote>`) {
			t.Errorf("with %q: none chosen %t", text, none)
		}
	}
}

func TestDefang(t *testing.T) {
	for in, want := range map[string]string{
		"https://qua.top/a": "hxxps://qua[.]top/a", "qua.top": "qua[.]top", "hxxp://qua[.]top": "hxxp://qua[.]top",
	} {
		if got := defang(in); got != want {
			t.Errorf("defang(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLocalPath(t *testing.T) {
	for in, want := range map[string]string{
		"": "/", "/cases?x=1": "/cases?x=1", "//evil.example": "/", "https://evil.example": "/", `/\evil.example`: "/", "/a\r\nSet-Cookie: x": "/", "javascript:alert(1)": "/",
	} {
		if got := localPath(in); got != want {
			t.Errorf("localPath(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestAPI(t *testing.T) {
	s := newSite(t)
	var in review.Inbox
	w := s.do("lan", "GET", "/api/v1/inbox?limit=3&level=2", nil)
	if err := json.Unmarshal(w.Body.Bytes(), &in); err != nil || w.Code != 200 || len(in.Entries) != 3 || in.Open != 8 {
		t.Errorf("inbox: %d, %v, %d entries of %d", w.Code, err, len(in.Entries), in.Open)
	}
	if w := s.do("lan", "GET", "/api/v1/inbox?limit=9999", nil); w.Code != 400 {
		t.Errorf("limit too high: %d, want 400", w.Code)
	}
	post := func(body, kind string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", "/api/v1/entries/e-nuoc/decision", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		r.AddCookie(s.as("lan"))
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w
	}
	for _, tt := range []struct {
		body, kind string
		status     int
	}{
		{`{"choice":"answer"}`, "text/plain", 415}, // what a form of another site could send
		{`{"choice":"answer","who":"x"}`, "application/json", 400},
		{`{`, "application/json", 400},
		{`{"choice":"arrest"}`, "application/json", 422},
		{`{"choice":"emergency"}`, "application/json", 409},
		{`{"choice":"answer","similar":true}`, "application/json; charset=utf-8", 200},
		{`{"choice":"answer"}`, "application/json", 409}, // decided already
	} {
		if w := post(tt.body, tt.kind); w.Code != tt.status {
			t.Errorf("%s as %s: %d, want %d: %s", tt.body, tt.kind, w.Code, tt.status, w.Body)
		}
	}
	if w := s.do("lan", "DELETE", "/api/v1/entries/e-nuoc/decision", nil); w.Code != 204 {
		t.Errorf("undo: %d, want 204", w.Code)
	}
	if w := s.do("bien.tap", "GET", "/api/v1/cases", nil); strings.Contains(w.Body.String(), "V-2026-0040") || !strings.Contains(w.Body.String(), "V-2026-0028") {
		t.Errorf("the editor sees %s, want approved corrections only", w.Body)
	}
}

func TestHealth(t *testing.T) {
	s := newSite(t, func(o *Options) {
		o.Ready = func(context.Context) map[string]error {
			return map[string]error{"desk": nil, "indexer": errors.New("open /secret/path")}
		}
		o.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "langnghe_up 1\n") })
	})
	if w := s.do("", "GET", "/livez", nil); w.Code != 200 {
		t.Errorf("livez: %d", w.Code)
	}
	if w := s.do("", "GET", "/readyz", nil); w.Code != 503 || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("readyz from elsewhere: %d %s, want 503 without detail", w.Code, w.Body)
	}
	local := func(p string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", "http://127.0.0.1:8080"+p, nil)
		r.RemoteAddr = "127.0.0.1:50000"
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w
	}
	if w := local("/readyz"); w.Code != 503 || !strings.Contains(w.Body.String(), "secret") {
		t.Errorf("readyz from the machine: %d %s, want the reason", w.Code, w.Body)
	}
	if w := local("/metrics"); w.Code != 200 {
		t.Errorf("metrics from the machine: %d", w.Code)
	}
	if w := local("/metrics", "X-Forwarded-For", "203.0.113.9"); w.Code != 404 {
		t.Errorf("metrics through a proxy: %d, want 404", w.Code)
	}
	for who, want := range map[string]int{"": 404, "lan": 404, "quan.tri": 200} {
		if w := s.do(who, "GET", "/metrics", nil); w.Code != want {
			t.Errorf("metrics as %q: %d, want %d", who, w.Code, want)
		}
	}
}

// TestAdminReadsNoContent looks for words of items on the administrator's
// pages.
func TestAdminReadsNoContent(t *testing.T) {
	s := newSite(t)
	for _, p := range []string{"/sources", "/alerts", "/users", "/machine"} {
		if body := s.do("quan.tri", "GET", p, nil).Body.String(); strings.Contains(body, "vỡ đập") {
			t.Errorf("%s shows the administrator what notices are about", p)
		}
	}
	if body := s.do("lan", "GET", "/alerts", nil).Body.String(); !strings.Contains(body, "vỡ đập") {
		t.Error("the reviewer does not see it either: the test looks for the wrong words")
	}
}

// TestTrendsAhead looks for what the board of trends adds to the page: the
// rise in words, the posts that began it, the fan with its table; for leaders
// too, without links to single posts.
func TestTrendsAhead(t *testing.T) {
	s := newSite(t)
	body := s.do("lan", "GET", "/trends", nil).Body.String()
	for _, want := range []string{"Cảnh báo", "bài trong 24 giờ, thường ngày", "Có thể sai vì", `href="/items/t59-`, `class="chart fan"`, "Bảng dự báo", "Khả năng gấp đôi"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(body, "<b>tân sơn") || strings.Contains(body, "<script>x") {
		t.Error("the name of a place or story is markup")
	}
}

func TestTrends(t *testing.T) {
	from := time.Date(2026, 11, 1, 0, 0, 0, 0, zone)
	c := draw("water", from, 14, map[string]int{"2026-11-02": 1, "2026-11-03": 3, "2026-11-13": 9, "2026-11-14": 2}, []time.Time{from.Add(300 * time.Hour)}, 140, 60)
	if c.Total != 15 || c.Week != 11 || c.Before != 4 || c.Max != 9 || c.Median != 0 || c.Change() != "up" {
		t.Errorf("total %d, week %d, before %d, max %d, median %v, change %s", c.Total, c.Week, c.Before, c.Max, c.Median, c.Change())
	}
	if len(c.Marked) != 1 || c.Marked[0].Day() != 13 || strings.Count(c.Marks, "M") != 1 || strings.Count(c.Bars, "M") != 2 || strings.Count(c.Last, "M") != 2 {
		t.Errorf("marks %v %q, bars %q, last %q", c.Marked, c.Marks, c.Bars, c.Last)
	}
	if few := draw("land", from, 14, map[string]int{"2026-11-02": 1}, nil, 140, 60); !few.Few {
		t.Error("one item is called enough")
	}
}

// TestCapturesOnSlips: the liaison reads what was said as plain text, with its
// hash, and nothing that leads back into the desk.
func TestCapturesOnSlips(t *testing.T) {
	s := newSite(t)
	page := s.do("cong.an", "GET", "/handoffs", nil).Body.String()
	for _, want := range []string{"gọi [số] &lt;b&gt;ngay&lt;/b&gt;", strings.Repeat("0f", 32), strings.Repeat("1e", 32), "hxxps://mang[.]example/bai/7"} {
		if !strings.Contains(page, want) {
			t.Errorf("the slip lacks %q", want)
		}
	}
	for _, no := range []string{"e-x", "e-y", "/inbox/", "/items/", "/cases/", "<b>ngay"} {
		if strings.Contains(page, no) {
			t.Errorf("the liaison's page holds %q", no)
		}
	}
}
