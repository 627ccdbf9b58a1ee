package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"langnghe/internal/news"
	"langnghe/reports"
	"langnghe/reports/lint"
	"langnghe/review"
)

// A deskClient is somebody signed in to the demo without a browser.
type deskClient struct {
	t    *testing.T
	base string
	http *http.Client
}

func signedIn(t *testing.T, base, name string) *deskClient {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	r := &deskClient{t, base, &http.Client{Jar: jar}}
	if to, _ := r.post("/sign-in", url.Values{"name": {name}, "password": {"langnghe-mau"}}); strings.Contains(to, "sign-in") {
		t.Fatalf("%s cannot sign in", name)
	}
	return r
}

func (r *deskClient) post(to string, form url.Values) (landed, body string) {
	r.t.Helper()
	res, err := r.http.PostForm(r.base+to, form)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		r.t.Fatalf("%s %v: %s %v %.600s", to, form, res.Status, err, data)
	}
	return res.Request.URL.Path, string(data)
}

func (r *deskClient) get(from string) []byte {
	r.t.Helper()
	res, err := r.http.Get(r.base + from)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		r.t.Fatalf("%s: %s %v %.300s", from, res.Status, err, data)
	}
	return data
}

// cases of the demo, closed ones too.
func (r *deskClient) cases() (out []review.Case) {
	r.t.Helper()
	for {
		var page struct {
			Cases []review.Case `json:"cases"`
		}
		if err := json.Unmarshal(r.get(fmt.Sprintf("/api/v1/cases?closed=1&offset=%d", len(out))), &page); err != nil {
			r.t.Fatal(err)
		}
		if out = append(out, page.Cases...); len(page.Cases) == 0 {
			return out
		}
	}
}

// TestEveryReportInOffice has every kind of report written on the sample
// data, opens each in LibreOffice and compares what it prints with our own
// PDF; the linter has nothing to say, and no letter is lost.
func TestEveryReportInOffice(t *testing.T) {
	for _, tool := range []string{"soffice", "pdftotext", "pdftoppm"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not here", tool)
		}
	}
	base := demo(t)
	who := map[string]*deskClient{"reviewer": signedIn(t, base, "canbo"), "leader": signedIn(t, base, "chutich")}
	cases := who["reviewer"].cases()
	find := func(what string, ok func(c *review.Case) bool) string {
		i := slices.IndexFunc(cases, func(c review.Case) bool { return ok(&c) })
		if i < 0 {
			t.Fatalf("the sample data have no %s", what)
		}
		return cases[i].ID
	}
	claim := find("approved correction", func(c *review.Case) bool { return c.Correction != nil && !c.Correction.At.IsZero() })
	complaint := find("assigned complaint", func(c *review.Case) bool { return c.Kind == news.Answer && c.Unit != "" })
	handoff := find("hand-off that was sent", func(c *review.Case) bool { return c.Handoff != nil && !c.Handoff.Sent.IsZero() })
	of := map[reports.Kind]string{reports.Urgent: claim, reports.Police: handoff, reports.Complaint: complaint, reports.Correction: claim, reports.Radio: claim, reports.Notice: claim}

	dir := t.TempDir()
	var files []string
	for _, k := range reports.Kinds {
		r := who["reviewer"]
		if !k.MayWrite("reviewer") {
			r = who["leader"]
		}
		at, _ := r.post("/reports", url.Values{"kind": {string(k)}, "case": {of[k]}})
		for _, form := range []string{"docx", "pdf"} {
			name := filepath.Join(dir, string(k)+".docx")
			if form == "pdf" {
				name = filepath.Join(dir, "ours-"+string(k)+".pdf")
			} else {
				files = append(files, name)
			}
			if err := os.WriteFile(name, r.get(path.Join(at, form)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	office(t, dir, "pdf", dir, files...)
	for _, k := range reports.Kinds {
		t.Run(string(k), func(t *testing.T) {
			doc, err := os.ReadFile(filepath.Join(dir, string(k)+".docx"))
			if err != nil {
				t.Fatal(err)
			}
			fs, err := lint.File(bytes.NewReader(doc), int64(len(doc)))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range fs {
				t.Errorf("linter: %v", f)
			}
			theirs, ours := filepath.Join(dir, string(k)+".pdf"), filepath.Join(dir, "ours-"+string(k)+".pdf")
			words, pages := samePages(t, theirs, ours)
			if words < 60 || k == reports.Weekly && pages > 2 {
				t.Errorf("%d words on %d pages", words, pages)
			}
			a, b := letters(placed(t, theirs)), letters(placed(t, ours))
			for r, n := range a {
				if b[r] != n {
					t.Errorf("%q stands %d times in LibreOffice's print, %d times in ours", r, n, b[r])
				}
			}
		})
	}
}

// letters counts the letters with marks: those that a font or an encoding
// loses first.
func letters(ws []word) map[rune]int {
	n := map[rune]int{}
	for _, w := range ws {
		for _, r := range norm.NFC.String(w.text) {
			if r > unicode.MaxASCII && unicode.IsLetter(r) {
				n[r]++
			}
		}
	}
	return n
}
