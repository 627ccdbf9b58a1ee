package web

import (
	"context"
	"fmt"
	"io/fs"
	"langnghe/crawler"
	"langnghe/crawler/intake"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"langnghe/internal/news"
	"langnghe/review"
	"langnghe/rules"
)

// enumerated lists the values that are named by Label, by kind.
func enumerated() map[string][]string {
	str := func(list any) []string { return strings.Fields(strings.Trim(fmt.Sprint(list), "[]")) }
	acts := review.Actions()
	return map[string][]string{
		"length": {"post", "radio"},
		"level":  {"0", "1", "2", "3", "4"}, "help.level": {"0", "1", "2", "3", "4"},
		"choice": str(news.Choices), "help.when": str(news.Choices), "help.then": str(news.Choices),
		"topic":  append(slices.Clone(news.TopicIDs), "general"),
		"stance": str([]news.Stance{news.Complaint, news.Question, news.Suggestion, news.Opinion, news.Satire, news.Praise, news.Warning, news.Denial, news.Report, news.RumourQuery, news.Claiming, news.Other}),
		"tone":   {"negative", "neutral", "positive", "mixed"}, "impact": {"favourable", "useful", "neutral", "adverse"},
		"area": {news.InArea, news.Ambiguous, news.OutOfArea}, "kind": str([]news.Kind{news.Article, news.Post, news.Comment, news.Official, news.Tip}),
		"state": str(states), "verdict": str(verdicts), "category": str(review.Categories), "role": str(roles), "outcome": review.Outcomes,
		"slip": {"proposed", "approved", "vetoed", "sent", "received"}, "rulestatus": {"experimental", "test", "stable"},
		"ruletype": {"match", "count", "spike", "ratio", "new_term", "coordination", "sequence", "together", "silence", "gap", "contradicts", "outdated", "list", "filter"},
		"check":    Checks, "checkstate": checkStates, "sourcestate": trouble, "sourcekind": crawler.Kinds, "importfield": intake.Fields, "delivery": deliveryStates, "request": review.RequestKinds, "channel": {"email", "webhook", "telegram", "zalo", "webpush", "alertmanager"},
		"alertkind": {"flagged", "decided", "withdrawn", "handoff", "heartbeat", "test", "escalated", "resolved", "source", "digest", "confirm", "trend"}, "docstate": {"in_force", "coming", "over"},
		"factstatus": {"proposed", "confirmed"}, "facttype": {"money", "date", "place", "eligibility", "procedure", "percent", "docno"},
		"rabat": {"context", "speaker", "intent", "content", "extent", "likelihood"}, "facet": append(slices.Clone(facetNames), "story", "like"),
		"cue": {"urgency", "hearsay", "disaster_rumour", "kidnap_rumour", "health_rumour", "school_rumour", "merger_rumour", "land_rumour", "fee_rumour", "free_gift_scam",
			"impersonation_police", "impersonation_bank", "impersonation_school", "impersonation_ward", "impersonation_utility", "impersonation_relative", "forged_document", "fake_domain", "charity_scam", "invest_job_scam", "recycled_media", "incitement", "premium_number", "spoofed_number", "unknown_place", "old_news", "known_claim", "season"},
		"limit": {"look", "say"}, "scope": scopes, "tier": {"suggested", "confirmed"}, "known": {"suggested", "confirmed", "denies"}, "compare": {"agrees", "contradicts", "outdated", "not_covered"}, "comparedoubt": {"agrees", "contradicts", "outdated"}, "rumoursource": {"own", "claimreview", "vafc", "police"},
		"act": append(str(acts), "case.open", "rumour.propose", "clock.out", "entry.join", "entry.leave", "citation.superseded", "correction.measure", "answer.overdue", "answer.due", "handoff.send", "handoff.stop",
			"alert.test", "alert.ack", "alert.confirm", "alert.sent", "alert.failed", "alert.dead", "alert.muted", "item.import", "items.expire", "rule.save", "source.ok", "source.new", "source.degraded", "source.silent", "source.blocked", "source.empty", "item.export", "item.fetch", "item.search", "search.save", "search.drop", "silence.add", "silence.end", "user.add", "user.disable", "user.enable", "user.password", "user.setup", "request.overdue", "user.sign_in", "user.unlock", "push.add", "token.add", "token.drop", "push.drop", "second.on", "second.off", "second.reset", "second.recovery"),
	}
}

// composed are keys that the code puts together.
var composed = regexp.MustCompile(`^(done|ago|in)\.`)

// TestMessages finds keys that are missing or unused, both ways, and
// Vietnamese without diacritics.
func TestMessages(t *testing.T) {
	ts, err := tongues()
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for kind, values := range withReports(enumerated()) {
		for _, v := range values {
			used[kind+"."+v] = true
		}
	}
	literal := regexp.MustCompile("[\"`]([a-z][a-z0-9_]*(?:\\.[a-z0-9_]+)*)[\"`]")
	for _, fsys := range []fs.FS{os.DirFS("."), os.DirFS("templates")} {
		names, err := fs.Glob(fsys, "*.*")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") || !strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, ".html") {
				continue
			}
			raw, err := fs.ReadFile(fsys, name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range literal.FindAllStringSubmatch(string(raw), -1) {
				used[m[1]] = true
			}
		}
	}
	for _, m := range regexp.MustCompile(`s\.act\(w, r, "(\w+)"|, "(\w+)"\)`).FindAllStringSubmatch(code(t), -1) {
		if key := "done." + m[1] + m[2]; ts["vi"].text[key] != "" {
			used[key] = true
		}
	}
	asked := regexp.MustCompile(`\b[tn] "([a-z0-9_.]+)"`)
	for _, name := range globAll(t, "templates", "*.html") {
		raw, err := os.ReadFile("templates/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range asked.FindAllStringSubmatch(string(raw), -1) {
			for _, lang := range langs {
				if _, ok := ts[lang].text[m[1]]; !ok {
					t.Errorf("%s: %s has no message %q", name, lang, m[1])
				}
			}
		}
	}
	for kind, values := range withReports(enumerated()) {
		for _, v := range values {
			for _, lang := range langs {
				if _, ok := ts[lang].text[kind+"."+v]; !ok {
					t.Errorf("%s has no name for %s %q", lang, kind, v)
				}
			}
		}
	}
	vi, en := ts["vi"], ts["en"]
	for _, k := range vi.keys() {
		if _, ok := en.text[k]; !ok {
			t.Errorf("en has no %q", k)
		}
		if !used[k] && !composed.MatchString(k) {
			t.Errorf("%q is used nowhere", k)
		}
		if !norm.NFC.IsNormalString(vi.text[k]) {
			t.Errorf("vi %q is not NFC", k)
		}
		if strings.TrimSpace(vi.text[k]) == "" || strings.TrimSpace(en.text[k]) == "" {
			t.Errorf("%q is empty", k)
		}
		if got, want := places(en.text[k]), places(vi.text[k]); got != want {
			t.Errorf("%q takes %s in en and %s in vi", k, got, want)
		}
		// A Vietnamese sentence of any length has a mark somewhere.
		words := slices.DeleteFunc(strings.Fields(vi.text[k]), func(w string) bool { return w == strings.ToUpper(w) }) // BHYT
		if len(words) >= 3 && !strings.ContainsFunc(norm.NFD.String(vi.text[k]), func(c rune) bool { return c >= 0x300 && c < 0x370 || c == 'đ' || c == 'Đ' }) {
			t.Errorf("vi %q has no diacritics: %q", k, vi.text[k])
		}
	}
	for _, k := range en.keys() {
		base := strings.TrimSuffix(k, "_1")
		if _, ok := vi.text[base]; !ok {
			t.Errorf("vi has no %q", base)
		}
	}
}

// code is all Go code of the package that is not a test.
func code(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, name := range globAll(t, ".", "*.go") {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(raw)
	}
	return all.String()
}

func globAll(t *testing.T, dir, pattern string) []string {
	t.Helper()
	names, err := fs.Glob(os.DirFS(dir), pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("%s/%s: %v, %d files", dir, pattern, err, len(names))
	}
	return names
}

var place = regexp.MustCompile(`\{\d\}`)

func places(s string) string {
	all := place.FindAllString(s, -1)
	slices.Sort(all)
	return strings.Join(slices.Compact(all), "")
}

func TestNumbersAndDates(t *testing.T) {
	ts, err := tongues()
	if err != nil {
		t.Fatal(err)
	}
	vi, en := ts["vi"], ts["en"]
	for _, tt := range []struct {
		v      any
		vi, en string
	}{
		{0, "0", "0"}, {999, "999", "999"}, {1000, "1.000", "1,000"}, {1234567, "1.234.567", "1,234,567"}, {-1234, "−1.234", "−1,234"}, {1234.5, "1.234,5", "1,234.5"}, {0.7, "0,7", "0.7"}, {2.0, "2", "2"},
	} {
		if got := vi.Number(tt.v); got != tt.vi {
			t.Errorf("vi %v = %q, want %q", tt.v, got, tt.vi)
		}
		if got := en.Number(tt.v); got != tt.en {
			t.Errorf("en %v = %q, want %q", tt.v, got, tt.en)
		}
	}
	at := time.Date(2026, 1, 2, 20, 4, 0, 0, time.UTC) // the third in the ward
	if got := vi.DateTime(at); got != "03:04 03/01/2026" {
		t.Errorf("vi %s", got)
	}
	if got := en.DateTime(at); got != "03:04 3 Jan 2026" {
		t.Errorf("en %s", got)
	}
	for _, tt := range []struct {
		d      time.Duration
		vi, en string
	}{
		{10 * time.Second, "vừa xong", "just now"}, {time.Minute, "1 phút trước", "1 minute ago"}, {90 * time.Minute, "1 giờ trước", "1 hour ago"}, {47 * time.Hour, "47 giờ trước", "47 hours ago"},
		{72 * time.Hour, "3 ngày trước", "3 days ago"}, {-2 * time.Hour, "2 giờ nữa", "in 2 hours"}, {100 * 24 * time.Hour, "15/08/2026", "15 Aug 2026"},
	} {
		if got := vi.Ago(now.Add(-tt.d), now); got != tt.vi {
			t.Errorf("vi %v = %q, want %q", tt.d, got, tt.vi)
		}
		if got := en.Ago(now.Add(-tt.d), now); got != tt.en {
			t.Errorf("en %v = %q, want %q", tt.d, got, tt.en)
		}
	}
	if got := vi.Day("2026-11-05"); got != "05/11/2026" {
		t.Errorf("Day = %q", got)
	}
	if got := vi.Label("topic", "unheard_of"); got != "unheard of" {
		t.Errorf("a topic of another list is %q", got)
	}
}

// Why a built-in rule may be wrong is said in the language of the page; a
// rule of the ward keeps its own words.
func TestDoubtInEnglish(t *testing.T) {
	const vi, en, own = "tin cũ được chia sẻ lại", "old news that is shared again", "người dân hỏi thăm khi nước lên"
	s := newSite(t, func(o *Options) {
		list := o.Rules
		o.Rules = func(ctx context.Context) (rules.List, error) {
			l, err := list(ctx)
			for i := range l.Rules {
				l.Rules[i].FalsePositives = []string{vi, own}
			}
			return l, err
		}
	})
	for lang, want := range map[string]string{"vi": vi, "en": en} {
		page := s.do("lan", "GET", "/rules", nil, "language", lang).Body.String()
		if !strings.Contains(page, "<li>"+want+"</li>") || !strings.Contains(page, "<li>"+own+"</li>") || lang == "en" && strings.Contains(page, "<li>"+vi) {
			t.Errorf("%s: the page of rules lacks %q", lang, want)
		}
	}
}

func TestLanguage(t *testing.T) {
	s := newSite(t)
	srv := &server{tongues: map[string]*tongue{"vi": {lang: "vi"}, "en": {lang: "en"}}}
	// Pages are Vietnamese until a person chooses; programs say what they want.
	for _, tt := range [][3]string{
		{"/sign-in", "", "vi"}, {"/sign-in", "en-GB,vi;q=0.5", "vi"}, {"/sign-in", "de", "vi"},
		{"/api/v1/cases", "en-GB,vi;q=0.5", "en"}, {"/api/v1/cases", "fr,vi", "vi"}, {"/api/v1/cases", "", "vi"},
	} {
		r := httptest.NewRequest("GET", tt[0], nil)
		r.Header.Set("Accept-Language", tt[1])
		if got := srv.tongue(r).lang; got != tt[2] {
			t.Errorf("%s with Accept-Language %q is in %q, want %q", tt[0], tt[1], got, tt[2])
		}
	}
	if w := s.do("", "GET", "/sign-in", nil, "language", "en", "Accept-Language", "vi"); w.Header().Get("Content-Language") != "en" {
		t.Errorf("chosen English gives %q", w.Header().Get("Content-Language"))
	}
	w := s.do("", "POST", "/language", form("lang", "en", "back", "//evil.example"))
	if w.Code != 303 || w.Header().Get("Location") != "/" || w.Result().Cookies()[0].Value != "en" {
		t.Errorf("%d to %s with %v", w.Code, w.Header().Get("Location"), w.Result().Cookies())
	}
	for back, want := range map[string]string{"/trends?days=14": "/trends?days=14", "/\t/evil.example": "/", "/\n/evil.example": "/", "/\\evil.example": "/", "evil.example": "/", "": "/"} {
		if got := localPath(back); got != want {
			t.Errorf("localPath(%q) = %q, want %q", back, got, want)
		}
	}
	if w := s.do("", "POST", "/language", form("lang", "xx")); w.Code != 400 {
		t.Errorf("unknown language: %d", w.Code)
	}
}
