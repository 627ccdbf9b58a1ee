package app

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"langnghe/indexer"
	"langnghe/internal/bus"
	"langnghe/internal/demo"
	"langnghe/internal/news"
	"langnghe/reports"
	"langnghe/review"
	"langnghe/web"
)

// TestNothingToTheAccused walks every address of the running service as the
// chair: no page, answer of the API, report, workbook or notice holds a word or
// the id of what accuses the chair, or names its case. The justice officer and
// the reviewer do find it, so the walk can fail.
func TestNothingToTheAccused(t *testing.T) {
	s := newStand(t)
	s.cfg.NoSecondFactor = true
	o := s.options(t.TempDir())
	o.Listen = "127.0.0.1:0"
	svc, _ := start(t, o)
	ctx := t.Context()
	const mark, quiet = "quyển sổ bìa xanh", "chiếc phong bì màu tím"
	const password = "mot mat khau dai 27"
	say := func(id, text string) {
		s.world.Add(demo.Piece{ID: id, Site: "community", By: "u" + id, Text: text})
	}
	say("zz-accuser", "Chủ tịch phường Thái Hòa nhận hối lộ của nhà thầu làm đường khối Đồng Tâm, có ghi trong "+mark)
	say("zz-quiet", "Bí thư phường Thái Hòa nhận tiền của chủ quán ven sông Hiếu ở khối Đồng Tâm, đưa trong "+quiet)
	say("zz-dam2", dam)
	var accuser, other review.Entry
	eventually(t, time.Minute, "the posts in the inbox", func() bool {
		a, ok := find(t, svc.desk, "zz-accuser")
		b, too := find(t, svc.desk, "zz-dam2")
		accuser, other = a, b
		return ok && too
	})
	if accuser.Subject != review.SubjectLeader || other.Subject != "" {
		t.Fatalf("subjects %q and %q", accuser.Subject, other.Subject)
	}
	open, err := svc.desk.Decide(ctx, review.DecideRequest{Entry: other.ID, Choice: news.Verify, By: officer})
	if err != nil {
		t.Fatal(err)
	}
	e, err := svc.desk.Decide(ctx, review.DecideRequest{Entry: accuser.ID, Choice: news.Answer, By: officer})
	if err != nil {
		t.Fatal(err)
	}
	kept := e.Case
	slip, err := svc.reports.Create(ctx, reports.Request{Kind: reports.Urgent, Case: kept, At: time.Now()}, reports.Person{Name: officer.Name, Role: string(officer.Role)})
	if err != nil {
		t.Fatal(err)
	}
	var hidden string // the id of what nobody has decided
	eventually(t, 20*time.Second, "the second accusation in the index", func() bool {
		res, err := bus.Ask(ctx, svc.bus, AskSearch, indexer.Query{Text: `"` + quiet + `"`})
		if err == nil && len(res.Hits) == 1 {
			hidden = res.Hits[0].Item.ID
		}
		return hidden != ""
	})

	ids := []string{accuser.ID, hidden, kept, slip.ID, other.ID, open.Case}
	client := func(name string, role review.Role) *http.Client {
		if _, err := bus.Ask(ctx, svc.bus, AskUsers, UserRequest{Add: &review.Account{Name: name, Role: role}, Password: password, By: "test"}); err != nil {
			t.Fatal(err)
		}
		jar, _ := cookiejar.New(nil)
		c := &http.Client{Jar: jar, Timeout: 20 * time.Second}
		res, err := c.PostForm(svc.URL+"/sign-in", url.Values{"name": {name}, "password": {password}})
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if strings.Contains(res.Request.URL.Path, "sign-in") {
			t.Fatalf("%s did not get in: %s", name, res.Request.URL)
		}
		return c
	}
	walk := func(c *http.Client, see func(path, body string)) {
		t.Helper()
		for _, path := range walked(ids, []string{mark, quiet}, accuser.Story) {
			req, _ := http.NewRequestWithContext(ctx, http.MethodGet, svc.URL+path, nil)
			res, err := c.Do(req)
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			body, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			if res.StatusCode >= 500 && res.StatusCode != http.StatusServiceUnavailable {
				t.Errorf("%s: %s", path, res.Status)
			}
			if res.StatusCode < 400 {
				see(path, unpacked(t, body))
			}
		}
	}
	// What a page repeats of its own address is no find: "no results for …".
	find := func(path, body string) string {
		asked, _ := url.QueryUnescape(path)
		for _, secret := range []string{mark, quiet, accuser.ID, hidden, kept, slip.ID} {
			if secret == slip.ID && strings.Contains(path, "/audit") {
				continue // that a report was written is no secret, of what it was is
			}
			if strings.Contains(body, secret) && !strings.Contains(asked, secret) {
				return secret
			}
		}
		return ""
	}
	found := map[string]bool{}
	walk(client("phanbien", review.Justice), func(path, body string) { found["justice "+find(path, body)] = true })
	walk(client("kiemduyet", review.Reviewer), func(path, body string) { found["reviewer "+find(path, body)] = true })
	for _, want := range []string{"justice " + mark, "justice " + kept, "reviewer " + mark, "reviewer " + accuser.ID} {
		if !found[want] {
			t.Errorf("nobody finds %q: the walk proves nothing (%v)", want, found)
		}
	}
	walk(client("chanh", review.Leader), func(path, body string) {
		if secret := find(path, body); secret != "" {
			i := strings.Index(body, secret)
			t.Errorf("GET %s tells the chair %q: …%s…", path, secret, body[max(0, i-200):min(len(body), i+200)])
		}
	})
	for _, m := range mails(s.box, "chutich@", "") {
		if find("", m.Subject+m.Text) != "" {
			t.Errorf("mail to the chair: %s", m.Subject)
		}
	}
}

// walked are the addresses of every GET of the site, with each of the ids
// where one belongs, and the questions by which something could be found.
func walked(ids, words []string, story string) (out []string) {
	for _, p := range web.Patterns() {
		method, path, _ := strings.Cut(p, " ")
		if method != http.MethodGet || path == "/events" || path == "/api/v1/events" || strings.HasPrefix(path, "/static/") || strings.HasSuffix(path, "openapi.json") {
			continue
		}
		path = strings.Replace(path, "{$}", "", 1)
		paths := []string{path}
		for name, values := range map[string][]string{"{id}": ids, "{ledger}": {"publications", "requests", "opinions"}, "{format}": {"docx", "xlsx"}, "{name}": {"chanh"}} {
			var next []string
			for _, p := range paths {
				if !strings.Contains(p, name) {
					next = append(next, p)
					continue
				}
				for _, v := range values {
					next = append(next, strings.Replace(p, name, url.PathEscape(v), 1))
				}
			}
			paths = next
		}
		out = append(out, paths...)
	}
	for _, base := range []string{"/search?", "/api/v1/search?"} {
		for _, w := range words {
			out = append(out, base+url.Values{"q": {w}}.Encode(), base+url.Values{"q": {`"` + w + `"`}}.Encode(), base+url.Values{"q": {`"` + w + `"`}, "strict": {"1"}, "sort": {"new"}}.Encode())
		}
		for _, id := range ids {
			out = append(out, base+"like="+url.QueryEscape(id))
		}
		out = append(out, base+"sort=new", base+"story="+url.QueryEscape(story), base+"q=nhận+tiền")
	}
	for _, base := range []string{"/audit?", "/api/v1/audit?"} {
		for _, id := range ids {
			out = append(out, base+"object="+url.QueryEscape(id))
		}
	}
	out = append(out, "/inbox?decided=1", "/api/v1/inbox?decided=true", "/inbox?mine=1", "/cases?closed=1", "/api/v1/cases?closed=true", "/alerts?state=muted", "/alerts?state=sent", "/api/v1/deliveries?state=sent",
		"/reports?kind=urgent", "/trends?days=14", "/api/v1/counts?from=2026-01-01&to=2026-12-31&by=topic")
	return out
}

// unpacked is what a person reads in an answer: workbooks and documents are
// archives.
func unpacked(t *testing.T, body []byte) string {
	t.Helper()
	if !bytes.HasPrefix(body, []byte("PK\x03\x04")) {
		return string(body)
	}
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&b, r); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&b)
		r.Close()
	}
	return b.String()
}
