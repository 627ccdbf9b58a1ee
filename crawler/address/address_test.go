package address

import (
	"net/url"
	"strings"
	"testing"
)

func TestSimple(t *testing.T) {
	for in, want := range map[string]bool{
		"https://bao.example/tin-moi/nuoc-sach-4321.html": true, "http://bao.example/": true, "https://a-1.example/X_y.Z": true,
		"https://bao.example": false, "https://Bao.example/": false, "https://bao.example:8080/": false, "https://bao.example/a?b=c": false,
		"https://bao.example/a#b": false, "https://bao.example/a%20b": false, "https://u@bao.example/": false, "https://bao.example/~an": false,
		"https://bao.example/../a": false, "https://bao.example//a": false, "https://bao.example/tin/./a": false, "https://bao.example/tin-mới": false,
		"ftp://bao.example/": false, "": false, "https:///a": false, "https://[::1]/": false, " https://bao.example/": false,
	} {
		if _, _, ok := Simple(in); ok != want {
			t.Errorf("Simple(%q) = %v", in, ok)
		}
	}
}

// What is simple comes back from package url as it is, also as a reference.
func FuzzSimple(f *testing.F) {
	f.Add("https://bao.example/tin-moi/nuoc-sach-4321.html")
	f.Add("http://a.example/./b/..")
	f.Add("https://bao.example/a//b")
	base := &url.URL{Scheme: "https", Host: "other.example", Path: "/x/y"}
	f.Fuzz(func(t *testing.T, s string) {
		host, path, ok := Simple(s)
		if !ok {
			return
		}
		u, err := url.Parse(s)
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		if u.String() != s || u.Host != host || u.Path != path || base.ResolveReference(u).String() != s || u.Hostname() != host || strings.TrimSpace(s) != s {
			t.Errorf("%q: %q, %q, as a reference %q", s, host, path, base.ResolveReference(u))
		}
	})
}
