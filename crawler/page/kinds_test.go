package page

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

// Each archive is one page of a sort of site, with the text that a person
// would copy from it. Sites and stories are made up.
func TestKindsOfPages(t *testing.T) {
	files, err := filepath.Glob("testdata/kinds/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no pages", err)
	}
	zone, err := time.LoadLocation("Asia/Ho_Chi_Minh")
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, file := range files {
		ar, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		part := map[string]string{}
		for _, f := range ar.Files {
			part[f.Name] = strings.TrimSpace(string(f.Data))
		}
		u, _ := url.Parse("https://trang.example/tin/bai-viet-so-mot-12345.html")
		p, err := Parse([]byte(part["page.html"]), Options{URL: u, Zone: zone, Now: time.Date(2026, 11, 20, 12, 0, 0, 0, zone)})
		if err != nil {
			t.Fatal(err)
		}
		a, err := p.Article()
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		precision, recall, f1 := score(a.Text, part["text"])
		sum += f1
		if f1 < 0.95 || a.Title != part["title"] || !a.Published.IsZero() && a.Published.In(zone).Format("2006-01-02 15:04") != part["time"] || a.Published.IsZero() && part["time"] != "" {
			t.Errorf("%s: F1 %.3f (P %.3f R %.3f), title %q, time %v\n%s", filepath.Base(file), f1, precision, recall, a.Title, a.Published.In(zone), a.Text)
		}
		if os.Getenv("DUMP") != "" {
			t.Logf("%s: F1 %.3f\n%s", filepath.Base(file), f1, a.Text)
		}
	}
	t.Logf("mean F1 %.3f over %d pages", sum/float64(len(files)), len(files))
}
