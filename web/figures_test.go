package web

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"langnghe/reports"
)

// TestEveryNumberLinks: each number of a report is a link, and the page that
// it leads to shows the number with rows that make it.
func TestEveryNumberLinks(t *testing.T) {
	d, _ := reporting(nil)
	s := newSite(t, reportsOf(d))
	get := func(path string) (int, string) {
		w := s.do("lan", "GET", path, nil)
		return w.Code, w.Body.String()
	}
	var ids []string
	ctx := context.Background()
	by := reports.Person{Name: "lan", Role: "reviewer"}
	for _, k := range []reports.Kind{reports.Weekly, reports.Daily, reports.Annual, reports.Plan} {
		r, err := d.Create(ctx, reports.Request{Kind: k}, by)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, r.ID)
	}
	rows := regexp.MustCompile(`class="part">([^<]+)<`)
	n := 0
	for _, id := range ids {
		r, err := d.Open(ctx, id, by)
		if err != nil {
			t.Fatal(err)
		}
		_, page := get("/reports/" + id)
		for _, f := range r.Figures {
			link := "/reports/" + id + "?figure=" + f.ID
			if !strings.Contains(page, `href="`+link+`#figure">`+f.Text+`</a>`) {
				t.Errorf("%s: no link on %s (%s)", id, f.Text, f.Query.What)
				continue
			}
			code, body := get(link)
			i := strings.Index(body, `id="figure"`)
			if code != http.StatusOK || i < 0 || !strings.Contains(body[i:], "<b>"+f.Text+"</b>") {
				t.Errorf("%s: the page of %s does not show it", link, f.Text)
				continue
			}
			b, err := d.Behind(ctx, &r, f.ID, by)
			if err != nil {
				t.Fatal(err)
			}
			got := rows.FindAllStringSubmatch(body[i:], -1)
			if len(got) != len(b.Parts) {
				t.Errorf("%s shows %d rows of %d", link, len(got), len(b.Parts))
			}
			for j, p := range b.Parts {
				if j < len(got) && got[j][1] != p.Text {
					t.Errorf("%s: row %d says %s, not %s", link, j+1, got[j][1], p.Text)
				}
			}
			if n++; n%40 == 1 { // what it counts is a file as well, all of it
				w := s.do("lan", "GET", "/reports/"+id+"/xlsx?figure="+f.ID, nil)
				if w.Code != http.StatusOK || strings.Count(workbook(t, w.Body.Bytes()), "<row ") != len(b.Parts)+2 {
					t.Errorf("%s as a file: %d, want %d rows", link, w.Code, len(b.Parts)+2)
				}
			}
		}
	}
	if w := s.do("lan", "GET", "/reports/"+ids[0]+"/xlsx?figure=f999", nil); w.Code != http.StatusNotFound {
		t.Errorf("a number that is not there: %d", w.Code)
	}
	if n < 100 {
		t.Errorf("only %d numbers", n)
	}
}
