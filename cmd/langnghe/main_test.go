package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"langnghe/internal/app"
	"langnghe/internal/calendar"
	"langnghe/internal/config"
)

// do runs the program as a person would and returns what it printed.
func do(t *testing.T, in string, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), args, std{strings.NewReader(in), &o, &e})
	return code, o.String(), e.String()
}

func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const page = `<html lang="vi"><head><title>Phường vá đường</title><meta property="article:published_time" content="2026-11-20T08:15:00+07:00"></head>
<body><nav><a href="/">Trang chủ</a></nav><article><h1>Phường vá đường</h1><p>Sáng nay, phường Thái Hòa vá các ổ gà trên đường Lý Thường Kiệt, đoạn trước cổng trường tiểu học.</p><p>Việc sửa chữa kéo dài đến hết tuần, người dân đi lại chú ý biển báo.</p></article></body></html>`

func TestOffline(t *testing.T) {
	items := `{"id":"a","text":"Khối mình mất nước từ tối qua, gọi mãi không ai nghe máy"}
{"id":"b","text":"UBND phường hỗ trợ mỗi hộ 500k, bấm vào link điền số tài khoản và mã OTP để nhận"}
`
	doc := t.TempDir()
	if err := os.WriteFile(filepath.Join(doc, "42.md"), []byte("---\ndocno: 42/TB-UBND\nissuer: UBND phường Thái Hòa\ndate: 2026-09-10\neffective_from: 2026-09-15\ntitle: Mức thu phí vệ sinh\n---\n**Điều 1. Mức thu**\n1. Phí vệ sinh: 30.000 đồng/hộ/tháng.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, in string
		args     []string
		code     int
		out, err string // parts of what is printed
	}{
		{"no command", "", nil, 2, "langnghe demo", ""},
		{"help", "", []string{"help"}, 0, "langnghe serve", ""},
		{"help of a command", "", []string{"search", "-h"}, 0, "", "-strict"},
		{"help card of the search", "", []string{"search", "-h"}, 0, "", "không dấu"},
		{"search for nothing", "", []string{"search"}, 2, "", "needs a query"},
		{"search for a query and a likeness", "", []string{"search", "-like", "x", "nước"}, 2, "", "do not go together"},
		{"search in no day", "", []string{"search", "-from", "20/11", "nước"}, 2, "", "2026-11-20"},
		{"days the wrong way round", "", []string{"search", "-from", "2026-11-20", "-to", "2026-11-19", "nước"}, 2, "", "comes after"},
		{"no such tone", "", []string{"search", "-tone", "angry", "nước"}, 2, "", "want one of negative, neutral"},
		{"too many hits", "", []string{"search", "-limit", "5000", "nước"}, 2, "", "want 1 to 200"},
		{"no hits", "", []string{"search", "-limit", "-1", "nước"}, 2, "", "want 1 to 200"},
		{"too deep", "", []string{"search", "-offset", "10001", "nước"}, 2, "", "want 0 to 10000"},
		{"a flag behind the query", "", []string{"search", "mất nước", "-json"}, 2, "", "flags come first"},
		{"export of a word", "", []string{"export", "nước"}, 2, "", "flags only"},
		{"export the wrong way round", "", []string{"export", "-from", "2026-11-20", "-to", "2026-11-19"}, 2, "", "comes after"},
		{"reindex of a word", "", []string{"reindex", "2026-11"}, 2, "", "flags only"},
		{"import and look", "", []string{"import", "-preview", "-json", "x"}, 2, "", "do not go together"},
		{"decomposed mistake in a query", "", []string{"search", norm.NFD.String("nước AND (")}, 1, "", "\n         ^\n"},
		{"mistake in a query", "", []string{"search", `"mất nước" AND (điện OR`}, 1, "", "(điện OR\n               ^\nNgoặc thiếu hoặc thừa"},
		{"unknown command", "", []string{"dance"}, 2, "", `no command "dance"`},
		{"unknown flag", "", []string{"serve", "-speed", "9"}, 2, "", "-speed"},
		{"roles without server", "", []string{"serve", "-roles", "crawler"}, 2, "", "-nats"},
		{"open to the network", "", []string{"serve", "-listen", "0.0.0.0:80"}, 2, "", "HTTPS"},
		{"open in a container", "", []string{"serve", "-listen", "0.0.0.0:0", "-data", "/dev/null/x", "-config", file(t, "c.yaml", "plain_http: true\n")}, 1, "", "data folder"},
		{"no such role", "", []string{"user", "-role", "king", "add", "lan"}, 2, "", `no role "king"`},
		{"unit without unit", "", []string{"user", "-role", "unit", "add", "lan"}, 2, "", "needs -unit"},
		{"version", "", []string{"version"}, 0, "dev", ""},
		{"parse", page, []string{"parse", "-as", "page", "-url", "https://bao.example/va-duong.html", "-"}, 0, `"title":"Phường vá đường"`, ""},
		{"parse what is no feed", "<html><body>không phải nguồn cấp</body></html>", []string{"parse", "-as", "feed", "-url", "https://bao.example/rss", "-"}, 1, "", "-: "},
		{"parse without kind", "", []string{"parse", "-"}, 2, "", "needs -as"},
		{"read", items, []string{"read"}, 0, `"stance":"complaint"`, ""},
		{"read keeps the order", items, []string{"read", "-"}, 0, `{"id":"a"`, ""},
		{"read without text", "{\"id\":\"a\",\"text\":\"x\"}\n{\"id\":\"b\"}\n", []string{"read"}, 1, `"id":"a"`, `standard input:2: the item has no "text"`},
		{"read no JSON", "text\n", []string{"read"}, 1, "", "standard input:1: "},
		{"read unknown ward", items, []string{"read", "-profile", "atlantis"}, 2, "", "atlantis"},
		{"stories", items, []string{"stories"}, 0, `"story":"a"`, ""},
		{"check a query", "", []string{"rules", "check", "-query", "mất nước OR cúp nước"}, 0, `"canonical":`, ""},
		{"check a bad query", "", []string{"rules", "check", "-query", "a AND (b OR"}, 1, `"error":`, ""},
		{"match", items, []string{"rules", "match", "-query", `"mất nước"`}, 0, `{"id":"a","rule":"query","because":[{"start":10,"end":18`, ""},
		{"match a bad query", items, []string{"rules", "match", "-query", "a AND (b"}, 1, "", "query:7: E_BRACKET"},
		{"match needs one", items, []string{"rules", "match"}, 2, "", "-query or -rules"},
		{"built-in rules", "", []string{"rules", "test", "../../rules/builtin"}, 0, "ok: ", ""},
		{"rules in no folder", "", []string{"rules", "check", "nowhere"}, 1, "", "nowhere"},
		{"facts", "", []string{"official", "facts", "-documents", doc}, 0, `"value":"30000"`, ""},
		{"check a claim", `{"id":"1","text":"Phí vệ sinh lên 500.000 đồng một hộ một tháng","at":"2026-11-20"}`, []string{"official", "check", "-documents", doc}, 0, `"verdict":"contradicts"`, ""},
		{"check what no paper says", `{"id":"1","text":"Mai trời mưa","at":"2026-11-20"}`, []string{"official", "check", "-documents", doc}, 0, `"verdict":"not_covered"`, ""},
		{"official without folder", "", []string{"official", "facts"}, 2, "", "-documents"},
		{"detect", "timestamp,value\n2026-11-01 00:00:00,1\n2026-11-01 01:00:00,2\n", []string{"trend", "detect"}, 0, "timestamp,value,expected,low,high,score,alarm", ""},
		{"detect series", "series,timestamp,value\nwater,2026-11-01 00:00:00,1\nwater,2026-11-01 01:00:00,2\n", []string{"trend", "detect"}, 0, "water,2026-11-01 01:00:00,2,", ""},
		{"forecast", "timestamp,value\n2026-11-01 00:00:00,1\n2026-11-01 01:00:00,2\n", []string{"trend", "forecast", "-horizon", "2"}, 0, "2026-11-01 03:00:00,", ""},
		{"detect no number", "timestamp,value\n2026-11-01 00:00:00,viele\n", []string{"trend", "detect"}, 1, "", "line 2: "},
		{"report of nothing", "", []string{"report"}, 2, "", "needs a kind"},
		{"report of no kind", "", []string{"report", "poem"}, 2, "", "poem"},
		{"report in no format", "", []string{"report", "weekly", "-format", "odt"}, 2, "", "docx"},
		{"report of no day", "", []string{"report", "weekly", "-at", "20/11"}, 2, "", "2026-11-20"},
		{"slip without a case", "", []string{"report", "radio"}, 2, "", "-case"},
		{"lint of nothing", "", []string{"report", "lint"}, 2, "", ".docx"},
		{"lint of what is no document", "", []string{"report", "lint", file(t, "x.docx", "x")}, 1, "", "x.docx"},
		{"config", "", []string{"config", "check", file(t, "ok.yaml", "profile: thai-hoa-2026\n")}, 0, "ok, 0 sources", ""},
		{"bad config", "", []string{"config", "check", file(t, "bad.yaml", "profile: thai-hoa-2026\nsorces: []\n")}, 1, "", "bad.yaml:2: "},
		{"serve a bad config", "", []string{"serve", "-data", t.TempDir(), "-config", file(t, "bad.yaml", "profile: nowhere\n")}, 1, "", "bad.yaml:1: profile: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, out, errs := do(t, tt.in, tt.args...)
			if code != tt.code || !strings.Contains(out, tt.out) || !strings.Contains(errs, tt.err) {
				t.Errorf("langnghe %q\nexit %d, want %d\nout %q, want %q\nerr %q, want %q", tt.args, code, tt.code, out, tt.out, errs, tt.err)
			}
		})
	}
}

// full is a disk that is full.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

// TestState walks the commands that need state, first without a service,
// then against a running one: the same answers.
func TestState(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	walk := func(t *testing.T, suffix string) {
		row := func(id, text string) string {
			b, err := json.Marshal(map[string]any{"id": id + suffix, "text": text, "source": "tay", "published": time.Now().Add(-time.Hour).Format(time.RFC3339)})
			if err != nil {
				t.Fatal(err)
			}
			return string(b) + "\n"
		}
		in := row("a", "Đường khối Tân Sơn có ổ gà sâu "+suffix) + "{\"id\":\"x\",\"text\":\"\"}\nkhông phải JSON\n" + row("b", "Chợ Hiếu hôm nay đông vui "+suffix)
		code, _, errs := do(t, in, "import", "-data", data, "-")
		if code != 1 || !strings.Contains(errs, "2 taken, 2 refused") || !strings.Contains(errs, "-:2: ") || !strings.Contains(errs, "-:3: ") {
			t.Fatalf("import: exit %d\n%s", code, errs)
		}
		code, out, errs := do(t, "", "search", "-data", data, "-json", "o ga sau")
		if code != 0 || !strings.Contains(out, `"id":"a`+suffix) || !strings.Contains(out, `"because":[{`) {
			t.Errorf("search: exit %d\n%s%s", code, out, errs)
		}
		if code, out, errs := do(t, "", "search", "-data", data, "-facets", "-source", "không-có,"+"import,tay", "-from", "2020-01-01", "ổ gà"); code != 0 || !strings.Contains(out, "ổ gà sâu "+suffix) || !strings.Contains(errs, "source: ") {
			t.Errorf("a filtered search: exit %d\n%s%s", code, out, errs)
		}
		if code, out, errs := do(t, "", "search", "-data", data, "-like", "a"+suffix); code != 0 || strings.Contains(out, "Chợ Hiếu") {
			t.Errorf("more like this: exit %d\n%s%s", code, out, errs)
		}
		code, out, _ = do(t, "", "search", "-data", data, "-json", "-strict", "o ga sau")
		if code != 0 || out != "" {
			t.Errorf("a strict search without diacritics: exit %d, %q; want nothing", code, out)
		}
		code, _, errs = do(t, "", "search", "-data", data, "a AND (b")
		if code != 1 || !strings.Contains(errs, "E_BRACKET") && !strings.Contains(errs, "goặc") {
			t.Errorf("a bad query: exit %d\n%s", code, errs)
		}
		if code, _, errs := do(t, "", "search", "-data", data, "chợ AND $khong_co"); code != 1 || !strings.Contains(errs, "chợ AND $khong_co\n        ^\nKhông có danh sách này") {
			t.Errorf("an unknown list: exit %d\n%s", code, errs)
		}
		// What cannot be written is not lost in silence.
		for _, args := range [][]string{{"export", "-data", data}, {"search", "-data", data, "ổ gà"}} {
			var errs strings.Builder
			if code := run(t.Context(), args, std{strings.NewReader(""), full{}, &errs}); code != 1 || !strings.Contains(errs.String(), "no space left") {
				t.Errorf("%s to a full disk: exit %d\n%s", args[0], code, &errs)
			}
		}
		day := func(back time.Duration) string {
			return time.Now().Add(-back).In(calendar.Zone).Format(time.DateOnly)
		}
		if code, out, errs := do(t, "", "export", "-data", data, "-json", "-from", day(2*time.Hour), "-to", day(0)); code != 0 || !strings.Contains(out, `"id":"a`+suffix) || !strings.Contains(errs, " mục tin / items\n") {
			t.Errorf("export of one day: exit %d\n%s%s", code, out, errs)
		}
		if code, out, errs = do(t, "", "export", "-data", data); code != 0 || strings.Count(out, "\n") < 2 || !strings.Contains(out, "Chợ Hiếu hôm nay đông vui "+suffix) {
			t.Errorf("export: exit %d\n%s%s", code, out, errs)
		}
		if code, out, errs = do(t, "mật khẩu dài\n", "user", "-data", data, "-role", "reviewer", "add", "lan"+suffix); code != 0 || !strings.Contains(out, "lan"+suffix) {
			t.Errorf("user add: exit %d\n%s%s", code, out, errs)
		}
		if code, _, errs = do(t, "ngắn\n", "user", "-data", data, "add", "mai"+suffix); code != 1 || !strings.Contains(errs, "at least") {
			t.Errorf("a short password: exit %d\n%s", code, errs)
		}
		if code, out, errs = do(t, "", "user", "-data", data, "list"); code != 0 || !strings.Contains(out, "lan"+suffix) || strings.Contains(out, "argon2") {
			t.Errorf("user list: exit %d\n%s%s", code, out, errs)
		}
		for _, verb := range []string{"disable", "enable", "unlock", "second"} {
			code, out, errs = do(t, "", "user", "-data", data, verb, "lan"+suffix)
			if code != 0 || strings.Contains(out, "disabled") != (verb == "disable") {
				t.Errorf("user %s: exit %d\n%s%s", verb, code, out, errs)
			}
			if code, _, errs = do(t, "", "user", "-data", data, verb, "khong.co"); code != 1 || !strings.Contains(errs, "khong.co") {
				t.Errorf("user %s of nobody: exit %d\n%s", verb, code, errs)
			}
		}
		if code, _, errs = do(t, "", "erase", "-data", data, "-reason", "thử", "b"+suffix); code != 0 || !strings.Contains(errs, "erased everywhere") {
			t.Errorf("erase: exit %d\n%s", code, errs)
		}
		for _, word := range []string{"đông vui " + suffix, "Chợ Hiếu hôm nay"} { // in no file, at once
			err := filepath.WalkDir(data, func(path string, d os.DirEntry, err error) error {
				if err != nil || !d.Type().IsRegular() {
					return err
				}
				b, err := os.ReadFile(path)
				if err == nil && bytes.Contains(b, []byte(word+" ")) || bytes.Contains(b, []byte(word+`"`)) {
					t.Errorf("%s still holds %q", path, word)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
		if code, out, _ = do(t, "", "search", "-data", data, `"Chợ Hiếu" AND `+suffix); code != 0 || out != "" {
			t.Errorf("the erased item is found: exit %d\n%s", code, out)
		}
		if code, _, errs = do(t, "", "erase", "-data", data, "-reason", "thử", "b"+suffix); code != 0 || !strings.Contains(errs, "there is no such item") {
			t.Errorf("erase again: exit %d\n%s", code, errs)
		}
		if code, out, errs = do(t, "", "audit", "-data", data, "verify"); code != 0 || !strings.Contains(out, "chain unbroken") {
			t.Errorf("audit verify: exit %d\n%s%s", code, out, errs)
		}
		// What other roles did reaches the chain a moment later; what was
		// searched stands there as a fingerprint.
		for range 100 {
			code, out, _ = do(t, "", "audit", "-data", data, "list")
			if strings.Contains(out, "item.export") && strings.Contains(out, "item.search") {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		for _, act := range []string{"user.add", "user.disable", "user.enable", "user.unlock", "second.reset", "item.erase", "item.search", "item.export"} {
			if code != 0 || !strings.Contains(out, act) || strings.Contains(out, "o ga sau") {
				t.Errorf("audit list: exit %d, want %s and no words\n%s", code, act, out)
			}
		}
		if code, out, errs = do(t, "", "reindex", "-data", data); code != 0 || !strings.Contains(out, "items indexed") {
			t.Errorf("reindex: exit %d\n%s%s", code, out, errs)
		}
		if code, out, errs = do(t, "", "reindex", "-data", data, "-json"); code != 0 || !strings.Contains(out, `"mapping":`) {
			t.Errorf("reindex -json: exit %d\n%s%s", code, out, errs)
		}
		rule, err := os.ReadFile("../../rules/builtin/rules/phan-anh-can-tra-loi.yaml")
		if err != nil {
			t.Fatal(err)
		}
		name := file(t, "phan-anh-can-tra-loi.yaml", strings.Replace(string(rule), "version: 1", "version: 9", 1))
		if code, out, errs = do(t, "", "rules", "preview", "-data", data, "-rule", name, "-days", "7"); code != 0 || !strings.Contains(out, "flags in 7 days") || !strings.Contains(out, "false alerts to expect") {
			t.Errorf("preview: exit %d\n%s%s", code, out, errs)
		}
		walkReports(t, data)
	}
	for _, args := range [][]string{{"search", "x"}, {"reindex"}, {"export"}, {"rules", "preview", "-rule", "../../rules/builtin/rules/phan-anh-can-tra-loi.yaml"}} {
		args = append(args[:1:1], append([]string{"-data", filepath.Join(data, "typo")}, args[1:]...)...)
		if args[0] == "rules" {
			args = []string{"rules", "preview", "-data", filepath.Join(data, "typo"), "-rule", args[len(args)-1]}
		}
		if code, _, errs := do(t, "", args...); code != 1 || !strings.Contains(errs, "holds no data") {
			t.Errorf("%q on a folder that is not there: exit %d\n%s", args, code, errs)
		}
	}
	t.Run("alone", func(t *testing.T) { walk(t, "một") })
	t.Run("with a service", func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		up, done := make(chan bool), make(chan error, 1)
		go func() {
			done <- app.Run(ctx, app.Options{Config: config.Default(), DataDir: data, Listen: "127.0.0.1:0", Started: func(*app.Service) { close(up) }})
		}()
		select {
		case <-up:
		case err := <-done:
			t.Fatal(err)
		}
		for range 200 { // the socket is there a moment later
			if code, _, _ := do(t, "", "audit", "-data", data, "verify"); code == 0 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		walk(t, "hai")
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
