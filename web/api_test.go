package web

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"langnghe/alerts"
	"langnghe/internal/news"
	"langnghe/review"
	"langnghe/web/api"
)

var update = flag.Bool("update", false, "write testdata/openapi.json anew")

// apart says which pages and forms have their endpoint somewhere else, and
// which have none on purpose.
var apart = map[string]string{
	"POST /inbox/{id}/decision":    "POST /api/v1/entries/{id}/decision",
	"POST /inbox/{id}/undo":        "DELETE /api/v1/entries/{id}/decision",
	"POST /inbox/{id}/reclassify":  "POST /api/v1/entries/{id}/reclassify",
	"POST /inbox/{id}/level":       "POST /api/v1/entries/{id}/level",
	"GET /inbox/{id}":              "GET /api/v1/entries/{id}",
	"POST /search/saved":           "POST /api/v1/searches",
	"POST /search/saved/{id}/drop": "DELETE /api/v1/searches/{id}",
	"GET /alerts":                  "GET /api/v1/alerts/deliveries",
	"GET /alerts/xlsx":             "GET /api/v1/alerts/deliveries/xlsx",
	"GET /account":                 "GET /api/v1/account/sessions",
	"GET /{$}":                     "GET /api/v1/me",
	"POST /inbox/drill":            "POST /api/v1/drills",
	"POST /inbox/{id}/drill/end":   "DELETE /api/v1/drills/{id}",

	"GET /static/{file}": "- a file of the pages", "GET /sw.js": "- a file of the pages",
	"GET /livez": "- has one answer for programs already", "GET /readyz": "- has one answer for programs already", "GET /metrics": "- for Prometheus",
	"GET /sign-in": "- signing in is a person's", "POST /sign-in": "- signing in is a person's", "POST /sign-in/code": "- signing in is a person's", "POST /sign-out": "- a token has no session",
	"GET /sign-in/oidc": "- signing in is a person's", "GET /sign-in/oidc/back": "- signing in is a person's",
	"GET /setup": "- the first account is made at the machine", "POST /setup": "- the first account is made at the machine", "POST /language": "- Accept-Language says it",
	"POST /account/password": "- a stolen token must not outlive itself", "POST /account/token": "- a stolen token must not make another",
	"GET /account/second": "- a second factor is in a person's hand", "POST /account/second": "- a second factor is in a person's hand",
	"POST /account/push": "- the browser's own subscription",
	"GET /help":          "- the handbook, to read",
	"GET /reports/form":  "- the form alone", "GET /import": "- the form alone", "GET /board": "- the form alone",
	"GET /report": "- for people without an account, with its own limits", "POST /report": "- for people without an account, with its own limits",
	"POST /documents/fetch": "- fills in the form of a page; POST /api/v1/documents takes the document",
	"GET /confirm":          "- for people without an account", "POST /confirm": "- for people without an account",
}

// TestAPICoversPages: whatever a page shows or a form does, the API does.
func TestAPICoversPages(t *testing.T) {
	have := map[string]who{}
	for _, rt := range allRoutes() {
		have[rt.pattern] = rt.who
	}
	used := map[string]bool{}
	for _, rt := range allRoutes() {
		method, path, _ := strings.Cut(rt.pattern, " ")
		if strings.HasPrefix(path, "/api/") {
			continue
		}
		to := method + " /api/v1" + path
		if x, ok := apart[rt.pattern]; ok {
			used[rt.pattern] = true
			if to = x; strings.HasPrefix(to, "- ") {
				continue
			}
		}
		w, ok := have[to]
		if !ok {
			t.Errorf("%s has no %s", rt.pattern, to)
		} else if !reflect.DeepEqual(w, rt.who) {
			t.Errorf("%s is for %v, %s for %v", rt.pattern, rt.who, to, w)
		}
	}
	for p := range apart {
		if !used[p] {
			t.Errorf("%s is no page any more", p)
		}
	}
}

// openAPIOf reads the document as the site serves it.
func openAPIOf(t *testing.T, s *site, lang string) map[string]any {
	t.Helper()
	w := s.do("", "GET", "/api/v1/openapi.json", nil, "Accept-Language", lang)
	var doc map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil || w.Code != 200 {
		t.Fatalf("%d, %v", w.Code, err)
	}
	return doc
}

// TestOpenAPI holds the document to the one in testdata: fields and endpoints
// are only ever added. -update writes it anew after an addition.
func TestOpenAPI(t *testing.T) {
	s := newSite(t)
	doc := openAPIOf(t, s, "en")
	const file = "testdata/openapi.json"
	raw, err := json.MarshalIndent(doc, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, append(raw, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	was, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var old map[string]any
	if err := json.Unmarshal(was, &old); err != nil {
		t.Fatal(err)
	}
	lost(t, "", old, doc)
	if !bytes.Equal(bytes.TrimSpace(was), raw) && !t.Failed() {
		t.Errorf("the API has grown: go test ./web -run TestOpenAPI -update, and look at the difference")
	}

	scoped := map[string]bool{}
	for path, ops := range doc["paths"].(map[string]any) {
		for method, op := range ops.(map[string]any) {
			name, o := method+" "+path, op.(map[string]any)
			if o["operationId"] == "" || o["summary"] == "" || o["description"] == "" {
				t.Errorf("%s: no operationId, summary or roles", name)
			}
			if o["responses"].(map[string]any)["default"] == nil {
				t.Errorf("%s: no error described", name)
			}
			token := o["security"].([]any)[1].(map[string]any)["token"]
			if list, ok := token.([]any); ok && len(list) == 0 && !strings.HasPrefix(path, "/api/v1/account/") && path != "/api/v1/me" && path != "/api/v1/settings" {
				t.Errorf("%s: needs no scope", name)
			} else if ok && len(list) == 1 {
				scoped[list[0].(string)] = true
			}
		}
	}
	for _, x := range scopes {
		if !scoped[x] {
			t.Errorf("no endpoint needs the scope %s", x)
		}
		delete(scoped, x)
	}
	if len(scoped) > 0 {
		t.Errorf("scopes that nobody can choose: %v", scoped)
	}
	vi := openAPIOf(t, s, "vi")["paths"].(map[string]any)["/api/v1/inbox"].(map[string]any)["get"].(map[string]any)
	if vi["summary"] != "Hộp duyệt, mức cao trước" || vi["description"] != "Vai trò: Người duyệt, Lãnh đạo." {
		t.Errorf("in Vietnamese: %v, %v", vi["summary"], vi["description"])
	}
}

// lost names what a document no longer has.
func lost(t *testing.T, at string, old, now any) {
	t.Helper()
	switch old := old.(type) {
	case map[string]any:
		m, ok := now.(map[string]any)
		if !ok {
			t.Errorf("%s is no object any more", at)
			return
		}
		for k, v := range old {
			switch x, ok := m[k]; {
			case !ok && (strings.HasSuffix(at, "/properties") || strings.HasSuffix(at, "/paths") || strings.HasSuffix(at, "/schemas") || strings.Count(at, "/") == 2):
				t.Errorf("%s/%s is gone", at, k)
			case ok:
				lost(t, at+"/"+k, v, x)
			}
		}
	case string:
		if strings.HasSuffix(at, "/type") && !reflect.DeepEqual(now, any(old)) {
			t.Errorf("%s was %s and is %v", at, old, now)
		}
	}
}

// A request to one endpoint that it answers with success.
type apiExample struct {
	who, path string // with its query
	body      any    // of JSON, or text
	kind      string
}

const ruleYAML = "id: mat-nuoc\n"

// requests has one request to every endpoint.
var requests = map[string]apiExample{
	"GET /api/v1/openapi.json":                {"", "", nil, ""},
	"GET /api/v1/me":                          {"lan", "", nil, ""},
	"GET /api/v1/settings":                    {"lan", "", nil, ""},
	"GET /api/v1/account/sessions":            {"lan", "", nil, ""},
	"POST /api/v1/account/sessions":           {"lan", "", obj{}, ""},
	"GET /api/v1/account/tokens":              {"lan", "", nil, ""},
	"DELETE /api/v1/account/tokens/{id}":      {"lan", "/api/v1/account/tokens/1", nil, ""},
	"GET /api/v1/audit":                       {"tu.phap", "/api/v1/audit?act=flag&from=2026-11-01", nil, ""},
	"GET /api/v1/audit/verification":          {"tu.phap", "", nil, ""},
	"GET /api/v1/privacy":                     {"", "", nil, ""},
	"GET /api/v1/privacy/requests":            {"tu.phap", "", nil, ""},
	"POST /api/v1/privacy/requests":           {"tu.phap", "", obj{"kind": "erase", "about": "https://example.com/1"}, ""},
	"POST /api/v1/privacy/requests/{id}":      {"tu.phap", "/api/v1/privacy/requests/D-2026-0002", obj{"answer": "đã xóa", "items": []string{"a"}}, ""},
	"GET /api/v1/users":                       {"quan.tri", "", nil, ""},
	"POST /api/v1/users":                      {"quan.tri", "", obj{"name": "moi", "role": "unit", "unit": "Nhà máy nước", "password": "một câu đủ dài"}, ""},
	"POST /api/v1/users/{name}/password":      {"quan.tri", "", obj{"password": "một câu đủ dài"}, ""},
	"POST /api/v1/users/{name}/disable":       {"quan.tri", "", obj{"disabled": true}, ""},
	"POST /api/v1/users/{name}/second":        {"quan.tri", "", nil, ""},
	"POST /api/v1/users/{name}/unlock":        {"quan.tri", "", nil, ""},
	"GET /api/v1/inbox":                       {"lan", "/api/v1/inbox?limit=3&level=2", nil, ""},
	"POST /api/v1/inbox/take":                 {"lan", "", obj{"topic": "water"}, ""},
	"POST /api/v1/inbox/release":              {"lan", "", nil, ""},
	"GET /api/v1/entries/{id}":                {"lan", "", nil, ""},
	"POST /api/v1/entries/{id}/decision":      {"lan", "", obj{"choice": "answer", "similar": true}, ""},
	"DELETE /api/v1/entries/{id}/decision":    {"lan", "", nil, ""}, // decided before
	"POST /api/v1/entries/{id}/reclassify":    {"lan", "", obj{"choice": "stat", "note": "nhầm"}, ""},
	"POST /api/v1/entries/{id}/level":         {"lan", "", obj{"level": 3}, ""},
	"GET /api/v1/cases":                       {"lan", "/api/v1/cases?limit=2", nil, ""},
	"GET /api/v1/cases/waiting":               {"chu.tich", "", nil, ""},
	"GET /api/v1/complaints":                  {"nuoc", "", nil, ""},
	"GET /api/v1/cases/{id}":                  {"lan", "/api/v1/cases/V-2026-0030", nil, ""},
	"GET /api/v1/cases/{id}/official":         {"lan", "/api/v1/cases/V-2026-0030/official", nil, ""},
	"POST /api/v1/cases/{id}/claim":           {"lan", "", obj{"claim": "Đập sắp vỡ", "indicators": []string{"x.top"}}, ""},
	"POST /api/v1/cases/{id}/verdict":         {"lan", "", obj{"verdict": "false_info", "document": "42/TB-UBND", "clause": "khoản 2"}, ""},
	"POST /api/v1/cases/{id}/correction":      {"lan", "", obj{"portal": "a", "post": "b", "radio": "c"}, ""},
	"POST /api/v1/cases/{id}/approve":         {"chu.tich", "", nil, ""},
	"POST /api/v1/cases/{id}/publish":         {"lan", "", obj{"url": "https://phuong.example/1"}, ""},
	"POST /api/v1/cases/{id}/assign":          {"lan", "", obj{"unit": "Nhà máy nước", "due": "2026-11-27"}, ""},
	"POST /api/v1/drills":                     {"lan", "", obj{"text": "đập sắp vỡ", "level": 4}, ""},
	"DELETE /api/v1/drills/{id}":              {"lan", "", nil, ""},
	"POST /api/v1/cases/{id}/return":          {"chu.tich", "", obj{"why": "ghi rõ hơn"}, ""},
	"POST /api/v1/cases/{id}/mend":            {"lan", "", obj{"wrong": "ghi nhầm số"}, ""},
	"POST /api/v1/cases/{id}/hand-back":       {"nuoc", "", obj{"why": "của đội khác"}, ""},
	"POST /api/v1/cases/{id}/reply":           {"nuoc", "", obj{"reply": "Đã sửa xong."}, ""},
	"POST /api/v1/cases/{id}/level":           {"lan", "", obj{"level": 0}, ""},
	"POST /api/v1/cases/{id}/escalate":        {"chu.tich", "", obj{"note": "gấp"}, ""},
	"POST /api/v1/cases/{id}/close":           {"lan", "", obj{"note": "xong"}, ""},
	"POST /api/v1/cases/{id}/suggest":         {"lan", "/api/v1/cases/V-2026-0030/suggest", nil, ""},
	"POST /api/v1/cases/{id}/handoff":         {"lan", "", obj{"category": "incitement_to_violence", "claim": "x", "evidence": "y", "request": "z", "document": "42/TB-UBND", "checklist": obj{"context": "a", "speaker": "b", "intent": "c", "content": "d", "extent": "e", "likelihood": "f"}}, ""},
	"POST /api/v1/cases/{id}/handoff/approve": {"chu.tich", "", nil, ""},
	"POST /api/v1/cases/{id}/handoff/recall":  {"lan", "", obj{"why": "nhầm"}, ""},
	"POST /api/v1/cases/{id}/handoff/veto":    {"tu.phap", "", obj{"why": "thiếu căn cứ"}, ""},
	"POST /api/v1/cases/{id}/unlock":          {"tu.phap", "", obj{"reason": "đe dọa tính mạng"}, ""},
	"GET /api/v1/handoffs":                    {"cong.an", "", nil, ""},
	"POST /api/v1/handoffs/{id}":              {"cong.an", "", obj{"outcome": "received"}, ""},
	"GET /api/v1/search":                      {"lan", "/api/v1/search?q=n%C6%B0%E1%BB%9Bc&topic=water&sort=new&limit=1", nil, ""},
	"GET /api/v1/searches":                    {"lan", "", nil, ""},
	"POST /api/v1/searches":                   {"lan", "", obj{"name": "Nước", "query": "q=nước"}, ""},
	"DELETE /api/v1/searches/{id}":            {"lan", "/api/v1/searches/1", nil, ""}, // saved before
	"GET /api/v1/items/{id}":                  {"lan", "", nil, ""},
	"GET /api/v1/trends":                      {"lan", "/api/v1/trends?days=14", nil, ""},
	"GET /api/v1/counts":                      {"van.phong", "/api/v1/counts?by=topic&from=2026-11-01&to=2026-11-23", nil, ""},
	"GET /api/v1/radar":                       {"lan", "", nil, ""},
	"POST /api/v1/documents/check":            {"bien.tap", "/api/v1/documents/check", obj{"text": "Phí gửi xe máy ở chợ là 20.000 đồng"}, ""},
	"GET /api/v1/documents":                   {"bien.tap", "/api/v1/documents?limit=1", nil, ""},
	"POST /api/v1/documents":                  {"van.phong", "", obj{"docno": "58/TB-UBND", "date": "2026-11-23", "title": "x", "text": "y"}, ""},
	"POST /api/v1/documents/read":             {"van.phong", "/api/v1/documents/read?name=tb.txt", "Số: 60/TB-UBND\nTHÔNG BÁO\nVề việc cấp nước", "text/plain"},
	"POST /api/v1/documents/fact":             {"lan", "", obj{"fact": "57/TB-UBND#1.date.1"}, ""},
	"POST /api/v1/documents/facts":            {"lan", "", obj{"facts": []string{"57/TB-UBND#1.date.1"}}, ""},
	"GET /api/v1/rumours":                     {"lan", "", nil, ""},
	"POST /api/v1/rumours":                    {"lan", "", obj{"text": "Đập sắp vỡ", "source": "vafc"}, ""},
	"GET /api/v1/rumours/{id}":                {"lan", "", nil, ""},
	"POST /api/v1/rumours/{id}/take":          {"lan", "", obj{"text": "x", "keep": true}, ""},
	"POST /api/v1/rumours/{id}/link":          {"lan", "", obj{"item": "i-e-dap", "same": false}, ""},
	"GET /api/v1/rules":                       {"lan", "/api/v1/rules?limit=1", nil, ""},
	"POST /api/v1/rules/check":                {"lan", "", obj{"file": "bad"}, ""},
	"POST /api/v1/rules/preview":              {"lan", "", obj{"file": ruleYAML, "days": 14}, ""},
	"POST /api/v1/rules":                      {"lan", "", obj{"file": ruleYAML, "hash": "h1"}, ""},
	"GET /api/v1/sources":                     {"quan.tri", "", nil, ""},
	"POST /api/v1/sources":                    {"lan", "", obj{"url": "https://dien-dan.example/1"}, ""},
	"GET /api/v1/machine":                     {"quan.tri", "", nil, ""},
	"POST /api/v1/machine":                    {"quan.tri", "", nil, ""},
	"GET /api/v1/machine/backup":              {"quan.tri", "", nil, ""},
	"POST /api/v1/machine/backup":             {"quan.tri", "", nil, ""},
	"POST /api/v1/import":                     {"lan", "/api/v1/import?name=a.csv", "text,title\nMất nước ba ngày,Nước\n", "text/csv"},
	"POST /api/v1/import/{token}":             {"lan", "", obj{"columns": obj{"text": 1}}, ""}, // opened before
	"POST /api/v1/board":                      {"khoi", "", obj{"text": "Ống nước vỡ ở ngõ 5 từ sáng nay."}, ""},
	"GET /api/v1/alerts/deliveries":           {"quan.tri", "/api/v1/alerts/deliveries?limit=3", nil, ""},
	"GET /api/v1/alerts/routes":               {"quan.tri", "", nil, ""},
	"GET /api/v1/alerts/silences":             {"lan", "", nil, ""},
	"POST /api/v1/alerts/silence":             {"lan", "", obj{"topic": "water", "hours": 4, "reason": "đã báo"}, ""},
	"POST /api/v1/alerts/end":                 {"lan", "", obj{"id": "s1"}, ""},
	"GET /api/v1/alerts/muted":                {"quan.tri", "", nil, ""},
	"POST /api/v1/alerts/ack":                 {"lan", "", obj{"group": "story/x"}, ""},
	"POST /api/v1/alerts/test":                {"quan.tri", "", obj{}, ""},
	"POST /api/v1/alerts/confirm":             {"lan", "", obj{"code": "RIGHT"}, ""},
	"GET /api/v1/reports":                     {"lan", "/api/v1/reports?limit=1", nil, ""},
	"POST /api/v1/reports":                    {"lan", "", obj{"kind": "weekly"}, ""},
	"POST /api/v1/reports/form":               {"lan", "", document(), "application/octet-stream"},
	"GET /api/v1/reports/{id}":                {"lan", "", nil, ""},
	"GET /api/v1/reports/{id}/figures/{n}":    {"lan", "/api/v1/reports/BC-2026-0001/figures/f1", nil, ""},
	"GET /api/v1/reports/{id}/verification":   {"lan", "", nil, ""},
	"GET /api/v1/reports/{id}/{format}":       {"lan", "", nil, ""},
	"POST /api/v1/reports/{id}":               {"lan", "", obj{"notes": obj{"good": "Tốt."}}, ""},
	"POST /api/v1/reports/{id}/approve":       {"chu.tich", "", nil, ""},
	"POST /api/v1/reports/{id}/recall":        {"chu.tich", "", obj{"why": "sai số"}, ""},
	"POST /api/v1/reports/{id}/return":        {"chu.tich", "", obj{"why": "thiếu"}, ""},
	"POST /api/v1/reports/{id}/issue":         {"van.phong", "", obj{"number": 5, "day": "2026-11-23"}, ""},
	"GET /api/v1/ledgers":                     {"lan", "", nil, ""},
	"GET /api/v1/ledgers/answers":             {"lan", "", nil, ""},
	"GET /api/v1/ledgers/answers/xlsx":        {"lan", "", nil, ""},
	"GET /api/v1/ledgers/{ledger}":            {"lan", "/api/v1/ledgers/policies", nil, ""},
	"POST /api/v1/ledgers/{ledger}":           {"lan", "/api/v1/ledgers/policies", obj{"values": obj{"title": "Quy định mới", "issued": "2026-11-01", "level": "central", "stage": "promulgated", "affects": "yes"}}, ""},
	"GET /api/v1/ledgers/{ledger}/xlsx":       {"lan", "", nil, ""},
	"GET /api/v1/cases/xlsx":                  {"lan", "", nil, ""},
	"GET /api/v1/complaints/xlsx":             {"nuoc", "", nil, ""},
	"GET /api/v1/handoffs/xlsx":               {"cong.an", "", nil, ""},
	"GET /api/v1/rumours/xlsx":                {"lan", "", nil, ""},
	"GET /api/v1/documents/xlsx":              {"bien.tap", "", nil, ""},
	"GET /api/v1/privacy/requests/xlsx":       {"tu.phap", "", nil, ""},
	"GET /api/v1/audit/xlsx":                  {"tu.phap", "", nil, ""},
	"GET /api/v1/alerts/deliveries/xlsx":      {"lan", "", nil, ""},
	"GET /api/v1/sources/xlsx":                {"quan.tri", "", nil, ""},
	"GET /api/v1/users/xlsx":                  {"quan.tri", "", nil, ""},
	"GET /api/v1/rumours/{id}/xlsx":           {"lan", "", nil, ""},
	"GET /api/v1/trends/xlsx":                 {"van.phong", "/api/v1/trends/xlsx?days=14", nil, ""},
	"GET /api/v1/radar/xlsx":                  {"lan", "", nil, ""},
	"GET /api/v1/rules/xlsx":                  {"lan", "", nil, ""},
	"GET /api/v1/alerts/muted/xlsx":           {"quan.tri", "", nil, ""},
	"GET /api/v1/reports/xlsx":                {"bien.tap", "", nil, ""},
	"GET /api/v1/ledgers/xlsx":                {"nuoc", "", nil, ""},
	"GET /api/v1/machine/xlsx":                {"quan.tri", "", nil, ""},
}

type obj = map[string]any

// send makes a request as JSON, or as it is.
func (s *site) send(who, method, path string, body any, header ...string) *httptest.ResponseRecorder {
	var raw []byte
	kind := "application/json"
	switch b := body.(type) {
	case nil:
	case string:
		raw = []byte(b)
	default:
		raw, _ = json.Marshal(b)
	}
	r := httptest.NewRequest(method, "http://desk.example"+path, bytes.NewReader(raw))
	if raw != nil {
		r.Header.Set("Content-Type", kind)
	}
	if who != "" {
		r.AddCookie(s.as(who))
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// schemas compiles those of the document; nothing that they do not name may
// be in an answer.
func schemas(t *testing.T, doc map[string]any) func(pointer string) *jsonschema.Schema {
	t.Helper()
	var strict func(any)
	strict = func(x any) {
		switch x := x.(type) {
		case map[string]any:
			if x["type"] == "object" && x["properties"] != nil {
				x["additionalProperties"] = false
			}
			for _, v := range x {
				strict(v)
			}
		case []any:
			for _, v := range x {
				strict(v)
			}
		}
	}
	strict(doc["components"])
	raw, _ := json.Marshal(doc)
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("api.json", parsed); err != nil {
		t.Fatal(err)
	}
	return func(pointer string) *jsonschema.Schema {
		t.Helper()
		s, err := c.Compile("api.json#" + pointer)
		if err != nil {
			t.Fatalf("%s: %v", pointer, err)
		}
		return s
	}
}

func pointed(s string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(s) }

func valid(t *testing.T, s *jsonschema.Schema, name string, body []byte) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err == nil {
		err = s.Validate(v)
	}
	if err != nil {
		t.Errorf("%s: %v\n%.600s", name, err, body)
	}
}

// TestAPIAnswers asks every endpoint and holds its answer, and an error of
// it, to the document.
func TestAPIAnswers(t *testing.T) {
	s := newSite(t, func(o *Options) {
		o.Suggest = suggests
		o.Saved = &fakeSaved{list: []SavedSearch{{ID: 1, Owner: "lan", Name: "a", Query: "q=a"}}}
		o.Silences = func(_ context.Context, r alerts.SilenceRequest) ([]alerts.Silence, error) {
			return []alerts.Silence{{ID: "s1", Topic: "water", Created: now, Until: now}}, nil
		}
	})
	doc := openAPIOf(t, s, "en")
	compile := schemas(t, doc)
	problemSchema := compile("/components/schemas/ProblemDetails")
	for _, e := range (&server{}).endpoints() {
		if e.pattern == "GET /api/v1/events" {
			continue // TestEvents
		}
		x, ok := requests[e.pattern]
		if !ok {
			t.Errorf("%s is not asked here", e.pattern)
			continue
		}
		s.reset()
		method, target := concrete(e.pattern)
		if x.path != "" {
			target = x.path
		}
		switch e.pattern { // what has to be done before
		case "DELETE /api/v1/entries/{id}/decision":
			s.send("lan", "POST", target, obj{"choice": "stat"})
		case "POST /api/v1/import/{token}":
			w := s.send("lan", "POST", "/api/v1/import?name=a.csv", "text\nMất nước ba ngày\n")
			var got uploadOut
			_ = json.Unmarshal(w.Body.Bytes(), &got)
			target = "/api/v1/import/" + got.Token
		}
		w := s.send(x.who, method, target, x.body)
		want := e.Status
		if want == 0 {
			want = 200
		}
		if strings.Contains(e.pattern, "/reports/{id}/") && (w.Code == 403 || w.Code == 409 || w.Code == 422) && method == "POST" {
			valid(t, problemSchema, e.pattern, w.Body.Bytes()) // a step that the report does not allow now
			continue
		}
		if w.Code != want {
			t.Errorf("%s as %s: %d, want %d: %s", e.pattern, x.who, w.Code, want, w.Body)
			continue
		}
		switch {
		case want == http.StatusNoContent:
			if w.Body.Len() > 0 {
				t.Errorf("%s: a body with 204", e.pattern)
			}
		case e.Answer != nil:
			if kind := w.Header().Get("Content-Type"); !slices.ContainsFunc(e.Answer, func(a string) bool { return strings.HasPrefix(kind, a) }) {
				t.Errorf("%s answers %s", e.pattern, kind)
			}
		default:
			valid(t, compile(fmt.Sprintf("/paths/%s/%s/responses/%d/content/application~1json/schema", pointed(e.Path), strings.ToLower(method), want)), e.pattern, w.Body.Bytes())
		}
		if b, ok := x.body.(obj); ok && e.Body == nil && len(b) > 0 {
			raw, _ := json.Marshal(b)
			valid(t, compile(fmt.Sprintf("/paths/%s/%s/requestBody/content/application~1json/schema", pointed(e.Path), strings.ToLower(method))), e.pattern+" (request)", raw)
			w := s.send(x.who, method, target, obj{"no_such_field": 1})
			valid(t, problemSchema, e.pattern, w.Body.Bytes())
			if w.Code != 400 || !strings.Contains(w.Body.String(), `"pointer":"/no_such_field"`) {
				t.Errorf("%s with an unknown field: %d %s, want its place", e.pattern, w.Code, w.Body)
			}
		}
		if e.In != nil {
			if w := s.send(x.who, method, strings.SplitN(target, "?", 2)[0]+"?nonsense=1", x.body); w.Code != 400 || !strings.Contains(w.Body.String(), `"parameter":"nonsense"`) {
				t.Errorf("%s with an unknown parameter: %d %s, want its place", e.pattern, w.Code, w.Body)
			}
		}
	}
	for p := range requests {
		if !slices.ContainsFunc((&server{}).endpoints(), func(e endpoint) bool { return e.pattern == p }) {
			t.Errorf("%s is no endpoint", p)
		}
	}
}

// TestAPIPlaces: every place that is wrong is named, in the caller's language.
func TestAPIPlaces(t *testing.T) {
	s := newSite(t)
	for _, tt := range []struct {
		path   string
		body   any
		status int
		want   []string
	}{
		{"/api/v1/alerts/silence", obj{"topic": "water", "hours": 999}, 422, []string{`"pointer":"/hours"`, `từ 1 đến 72`, `"pointer":"/reason"`, `phải có`}},
		{"/api/v1/alerts/silence", obj{"topic": "nope", "hours": 1, "reason": "x"}, 422, []string{`"pointer":"/topic"`, `"code":"topic"`}},
		{"/api/v1/entries/e-nuoc/level", obj{"level": 9}, 422, []string{`"pointer":"/level"`, "từ 0 đến 4"}},
		{"/api/v1/entries/e-nuoc/level", obj{"level": "high"}, 400, []string{`"pointer":"/level"`, "phải là number"}},
		{"/api/v1/entries/e-nuoc/level", `{"level":1} {"level":2}`, 400, []string{"thừa"}},
		{"/api/v1/entries/e-nuoc/level", `{"level":`, 400, []string{`"code":"invalid"`}},
		{"/api/v1/entries/e-nuoc/level", `[1]`, 400, []string{`"code":"invalid"`}},
		{"/api/v1/entries/e-nuoc/level", "{\"level\":1,\"x\":\"\xff\"}", 400, []string{"UTF-8"}},
		{"/api/v1/entries/e-nuoc/decision", obj{"choice": "all"}, 422, []string{`"pointer":"/choice"`, "answer, verify"}},
		{"/api/v1/entries/e-nuoc/decision", obj{"choice": "danger"}, 409, []string{`"code":"sure"`}},
		{"/api/v1/cases/V-2026-0039/assign", obj{"unit": "x", "due": "27/11/2026"}, 422, []string{`"pointer":"/due"`}},
		{"/api/v1/cases/V-2026-0039/claim", obj{"claim": strings.Repeat("ă", 4001)}, 422, []string{`"pointer":"/claim"`, "4000"}},
		{"/api/v1/rules", obj{"file": "bad", "hash": "x"}, 201, nil}, // the fake saves all
		{"/api/v1/rules/preview", obj{"file": "bad"}, 422, []string{`"pointer":"/file"`, "3:1", "Thiếu điều kiện"}},
		{"/api/v1/sources", obj{"url": "javascript:alert(1)"}, 422, []string{`"pointer":"/url"`}},
		{"/api/v1/import?name=a.csv", "", 422, []string{`"code":"file"`}},
	} {
		w := s.send("lan", "POST", tt.path, tt.body, "Accept-Language", "vi")
		if w.Code != tt.status {
			t.Errorf("%s %v: %d, want %d: %s", tt.path, tt.body, w.Code, tt.status, w.Body)
		}
		for _, want := range tt.want {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s %v: no %s in %s", tt.path, tt.body, want, w.Body)
			}
		}
	}
	for path, want := range map[string]string{
		"/api/v1/inbox?limit=0": "limit", "/api/v1/inbox?limit=201": "limit", "/api/v1/inbox?limit=x": "limit", "/api/v1/inbox?after=!!": "after", "/api/v1/inbox?after=MQ": "after",
		"/api/v1/cases?kind=x": "kind", "/api/v1/search?from=1.11.2026": "from", "/api/v1/counts": "from", "/api/v1/trends?days=9": "days",
		"/api/v1/counts?from=2016-01-01&to=2026-11-01&bucket=hour": "to",
	} {
		if w := s.send("lan", "GET", path, nil); w.Code != 400 && w.Code != 422 || !strings.Contains(w.Body.String(), `"parameter":"`+want+`"`) {
			t.Errorf("%s: %d %s, want the place %s", path, w.Code, w.Body, want)
		}
	}
}

// TestAPIPages walks lists page by page, while rows come and go.
func TestAPIPages(t *testing.T) {
	s := newSite(t)
	var seen []string
	next := "/api/v1/handoffs?limit=1"
	for i := range 3 { // more hand-offs than the morning has
		c := s.desk.cases[0]
		h := review.Handoff{Category: review.FraudOrScam, Sent: ago(time.Hour)}
		c.ID, c.Handoff = fmt.Sprintf("V-2026-100%d", i), &h
		s.desk.cases = append(s.desk.cases, c)
	}
	for range 20 {
		w := s.send("cong.an", "GET", next, nil)
		var out handoffsOut
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || len(out.Handoffs) != 1 {
			t.Fatalf("%s: %d %s", next, w.Code, w.Body)
		}
		seen = append(seen, out.Handoffs[0].Case)
		if len(seen) == 1 { // one comes in at the beginning
			c := s.desk.cases[len(s.desk.cases)-1]
			c.ID = "V-2026-2000"
			s.desk.cases = slices.Insert(s.desk.cases, 0, c)
		}
		link := w.Header().Get("Link")
		if out.Next == "" {
			if link != "" {
				t.Errorf("a link after the last page: %s", link)
			}
			break
		}
		to, rest, _ := strings.Cut(strings.TrimPrefix(link, "<"), ">")
		if rest != `; rel="next"` {
			t.Fatalf("link %q", link)
		}
		next = to
	}
	if n := len(seen); n < 4 || len(slices.Compact(slices.Sorted(slices.Values(seen)))) != n || slices.Contains(seen, "V-2026-2000") {
		t.Errorf("seen %v, want each once and none that came before the first page", seen)
	}
}

func TestCut(t *testing.T) {
	rows := []int{1, 2, 3, 4, 5}
	key := func(n int) string { return fmt.Sprint(n) }
	before := func(n int, k string) bool { return fmt.Sprint(n) < k }
	_, more, _ := api.Cut(rows, api.Page{Limit: 2}, key, before)
	got, _, err := api.Cut([]int{1, 3, 4, 5}, api.Page{Limit: 2, After: more.Next}, key, before) // 2 is gone
	if err != nil || !slices.Equal(got, []int{3, 4}) {
		t.Errorf("%v, %v; want what follows the place of 2", got, err)
	}
}

// memoryAnswers keeps answers in memory.
type memoryAnswers map[string]struct {
	digest string
	body   []byte
}

func (m memoryAnswers) Claim(_ context.Context, owner, key, digest string, _ time.Time) (bool, string, []byte, error) {
	x, ok := m[owner+"/"+key]
	if !ok {
		x.digest = digest
		m[owner+"/"+key] = x
		return false, "", nil, nil
	}
	return true, x.digest, x.body, nil
}

func (m memoryAnswers) Keep(_ context.Context, owner, key string, body []byte) error {
	x := m[owner+"/"+key]
	x.body = body
	m[owner+"/"+key] = x
	return nil
}

func (m memoryAnswers) Release(_ context.Context, owner, key string) error {
	delete(m, owner+"/"+key)
	return nil
}

func TestIdempotency(t *testing.T) {
	kept := memoryAnswers{}
	s := newSite(t, func(o *Options) { o.Answers = kept })
	silence := func(hours int, who, key string) *httptest.ResponseRecorder {
		return s.send(who, "POST", "/api/v1/alerts/silence", obj{"topic": "water", "hours": hours, "reason": "đã báo"}, "Idempotency-Key", key)
	}
	first, again := silence(4, "lan", "k1"), silence(4, "lan", "k1")
	if first.Code != 201 || again.Code != 201 || first.Body.String() != again.Body.String() || again.Header().Get("Idempotency-Replayed") != "true" {
		t.Errorf("%d %s, then %d %s", first.Code, first.Body, again.Code, again.Body)
	}
	if n := len(slices.DeleteFunc(slices.Clone(s.desk.acts), func(a string) bool { return !strings.HasPrefix(a, "silence ") })); n != 1 {
		t.Errorf("done %d times", n)
	}
	if w := silence(5, "lan", "k1"); w.Code != 422 || !strings.Contains(w.Body.String(), `"code":"key_used"`) {
		t.Errorf("the key of another request: %d %s", w.Code, w.Body)
	}
	if w := silence(4, "chu.tich", "k1"); w.Code != 201 || w.Header().Get("Idempotency-Replayed") != "" {
		t.Errorf("the same key of somebody else: %d", w.Code)
	}
	if w := silence(999, "lan", "k2"); w.Code != 422 {
		t.Errorf("a wrong request: %d", w.Code)
	}
	if w := silence(4, "lan", "k2"); w.Code != 201 {
		t.Errorf("mended, under the key of the refused one: %d %s", w.Code, w.Body)
	}
	_, _, _, _ = kept.Claim(t.Context(), "lan", "k3", "?", now)
	if w := silence(4, "lan", "k3"); w.Code != 422 {
		t.Errorf("under way with another body: %d", w.Code)
	}
	if w := silence(4, "lan", strings.Repeat("k", 101)); w.Code != 400 {
		t.Errorf("a long key: %d", w.Code)
	}
	w := s.send("quan.tri", "POST", "/api/v1/users/lan/password", obj{"password": "một câu đủ dài"}, "Idempotency-Key", "k9")
	if _, ok := kept["quan.tri/k9"]; ok || w.Code != 204 {
		t.Errorf("%d; something of a request with a password is kept", w.Code)
	}
}

// TestIfMatch: who has read something that changed since does not write over
// it.
func TestIfMatch(t *testing.T) {
	s := newSite(t)
	path := "/api/v1/cases/V-2026-0040"
	w := s.send("lan", "GET", path, nil)
	tag := w.Header().Get("ETag")
	if w.Code != 200 || tag == "" {
		t.Fatalf("%d, tag %q", w.Code, tag)
	}
	if w := s.send("lan", "GET", path, nil, "If-None-Match", tag); w.Code != 304 || w.Body.Len() > 0 {
		t.Errorf("unchanged: %d with %d bytes", w.Code, w.Body.Len())
	}
	if w := s.send("lan", "POST", path+"/claim", obj{"claim": "a"}, "If-Match", tag); w.Code != 200 {
		t.Errorf("unchanged: %d %s", w.Code, w.Body)
	}
	i := slices.IndexFunc(s.desk.cases, func(c review.Case) bool { return c.ID == "V-2026-0040" })
	s.desk.cases[i].Claim = "người khác vừa sửa"
	before := len(s.desk.acts)
	w = s.send("lan", "POST", path+"/claim", obj{"claim": "b"}, "If-Match", tag)
	if w.Code != 412 || !strings.Contains(w.Body.String(), `"code":"changed"`) || slices.ContainsFunc(s.desk.acts[before:], func(a string) bool { return strings.HasPrefix(a, "claim ") }) {
		t.Errorf("changed since: %d %s, did %q", w.Code, w.Body, s.desk.acts[before:])
	}
}

// TestAPIReadsAreAccounted: content that is read over the API is in the audit
// chain, and what cannot be recorded is not answered.
func TestAPIReadsAreAccounted(t *testing.T) {
	for path, want := range map[string]string{
		"/api/v1/items/i-e-nuoc": "audit lan item.view i-e-nuoc", "/api/v1/search?q=a": "audit lan item.search ", "/api/v1/entries/e-nuoc": "see lan e-nuoc",
		"/api/v1/rumours/K-1": "audit lan item.search K-1", "/api/v1/radar": "audit lan item.search radar", "/api/v1/ledgers/policies/xlsx": "audit lan ledger.export policies",
	} {
		s := newSite(t)
		if w := s.send("lan", "GET", path, nil); w.Code != 200 || !slices.Contains(s.desk.acts, want) {
			t.Errorf("%s: %d, did %q; want %q", path, w.Code, s.desk.acts, want)
		}
		if strings.HasPrefix(want, "see ") {
			continue
		}
		s = newSite(t, func(o *Options) {
			o.Audit = func(context.Context, news.Audit) error { return fmt.Errorf("disk full") }
		})
		if w := s.send("lan", "GET", path, nil); w.Code != 500 {
			t.Errorf("%s without an audit chain: %d", path, w.Code)
		}
	}
	s := newSite(t)
	if s.send("lan", "POST", "/api/v1/rules/preview", obj{"file": ruleYAML}); !slices.Contains(s.desk.acts, "audit lan rule.preview ") {
		t.Errorf("a preview shows items: %q", s.desk.acts)
	}
}

// TestAPIAdminReadsNoContent: the administrator manages notices and does not
// read what they are about.
func TestAPIAdminReadsNoContent(t *testing.T) {
	s := newSite(t)
	for _, p := range []string{"/api/v1/alerts/deliveries", "/api/v1/alerts/muted"} {
		if body := s.send("quan.tri", "GET", p, nil).Body.String(); strings.Contains(body, "vỡ đập") {
			t.Errorf("%s tells the administrator what notices are about", p)
		}
		if body := s.send("lan", "GET", p, nil).Body.String(); !strings.Contains(body, "vỡ đập") {
			t.Errorf("%s does not tell the reviewer either", p)
		}
	}
}

func TestSessions(t *testing.T) {
	s := newSite(t)
	other := s.as("lan")
	var out sessionsOut
	_ = json.Unmarshal(s.send("lan", "GET", "/api/v1/account/sessions", nil).Body.Bytes(), &out)
	if len(out.Sessions) != 2 {
		t.Fatalf("%+v, want two", out)
	}
	id := sessionID(storedToken(other.Value))
	if w := s.do("cong.an", "POST", "/account/sessions", form("id", id)); w.Code != 404 {
		t.Errorf("somebody else's session: %d", w.Code)
	}
	if w := s.do("lan", "POST", "/account/sessions", form("id", id)); w.Code != 303 || w.Header().Get("Location") != "/account?done=session" {
		t.Errorf("%d to %s", w.Code, w.Header().Get("Location"))
	}
	if _, ok := s.accounts.sessions[storedToken(other.Value)]; ok {
		t.Error("the session is there still")
	}
	if body := s.do("lan", "GET", "/account", nil).Body.String(); strings.Contains(body, storedToken(other.Value)) || strings.Count(body, `name="id" value="`) != len(s.accounts.sessions)-1 {
		t.Errorf("the page lists others, or names a key")
	}
}

func TestPace(t *testing.T) {
	s := newSite(t)
	for i := range paceAnyone + 1 {
		w := s.do("", "GET", "/privacy", nil)
		if i < paceAnyone && w.Code != 200 {
			t.Fatalf("request %d: %d", i, w.Code)
		}
		if i == paceAnyone && (w.Code != 429 || w.Header().Get("Retry-After") == "") {
			t.Errorf("request %d: %d, Retry-After %q", i, w.Code, w.Header().Get("Retry-After"))
		}
	}
	if w := s.do("lan", "GET", "/account", nil); w.Code != 200 {
		t.Errorf("somebody else: %d", w.Code)
	}
	s.clock = s.clock.Add(time.Minute)
	if w := s.do("", "GET", "/privacy", nil); w.Code != 200 {
		t.Errorf("a minute later: %d", w.Code)
	}
}
