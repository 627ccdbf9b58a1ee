package crawler

import (
	"net/url"
	"testing"
)

func TestDocumentLink(t *testing.T) {
	base, err := url.Parse("https://phuong.example/tin/42")
	if err != nil {
		t.Fatal(err)
	}
	for page, want := range map[string]string{
		`<a href="/tep/42-tb.pdf">Tải</a> <a href='/tep/42-tb.docx?v=1'>Tải</a>`: "https://phuong.example/tep/42-tb.docx?v=1",
		`<a href="https://datafiles.nghean.gov.vn/42.PDF">Tải</a>`:               "https://datafiles.nghean.gov.vn/42.PDF",
		`<a href="https://khac.example/42.pdf">Tải</a><a href="/tin/43">Tin</a>`: "",
		`<a href="javascript:alert(1)//a.pdf">x</a><a href="file:///etc/a.pdf">`: "",
		`<a href="//gov.vn.khac.example/a.pdf">`:                                 "",
		`không phải trang`:                                                       "",
	} {
		if got := documentLink([]byte(page), base); got != want {
			t.Errorf("%s leads to %q, want %q", page, got, want)
		}
	}
}
