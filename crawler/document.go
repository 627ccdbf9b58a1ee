package crawler

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"langnghe/internal/news"
)

// A DocumentRequest asks for the document that a page of a portal is about.
type DocumentRequest struct {
	URL string `json:"url"`
	By  string `json:"by,omitempty"`
}

// A DocumentFile is what was found: the file that the page links to or, when
// it links to none, the page itself.
type DocumentFile struct {
	Name string // of the file
	URL  string // after redirects
	Data []byte
}

// documentEnds are the kinds of files that documents come in, best first:
// text is read surest out of a DOCX.
var documentEnds = []string{".docx", ".pdf"}

// Document fetches the document behind an address, through the polite door
// like everything else. A link to a file counts when it stays on the page's
// own site or leads to one of gov.vn.
func (c *Crawler) Document(ctx context.Context, q DocumentRequest) (DocumentFile, error) {
	address := Canonical(q.URL, true)
	if address == "" {
		return DocumentFile{}, fmt.Errorf("crawler: %q không phải địa chỉ web (is no http or https address)", q.URL)
	}
	rep, err := c.net.get(ctx, address, "", "")
	if err != nil {
		return DocumentFile{}, fmt.Errorf("crawler: %s", why(err))
	}
	out := DocumentFile{Name: path.Base(rep.url.Path), URL: rep.url.String(), Data: rep.data}
	if !fileOf(rep.data) {
		out.Name = "trang.html"
		if to := documentLink(rep.data, rep.url); to != "" {
			if rep, err = c.net.get(ctx, to, "", ""); err != nil {
				return DocumentFile{}, fmt.Errorf("crawler: %s: %s", to, why(err))
			}
			out = DocumentFile{Name: path.Base(rep.url.Path), URL: rep.url.String(), Data: rep.data}
		}
	}
	if q.By != "" && c.o.Audit != nil {
		a := news.Audit{ID: rand.Text(), At: c.o.Now().UTC(), Role: "crawler", Who: q.By, Act: "item.fetch", Object: host(address), Detail: "document"}
		if err := c.o.Audit(ctx, a); err != nil {
			return DocumentFile{}, fmt.Errorf("crawler: audit item.fetch: %w", err)
		}
	}
	return out, nil
}

// fileOf reports whether data is a PDF or a DOCX.
func fileOf(data []byte) bool {
	return bytes.HasPrefix(data, []byte("%PDF-")) || bytes.HasPrefix(data, []byte("PK\x03\x04"))
}

// documentLink is the file that a page links to, "" when there is none.
func documentLink(page []byte, base *url.URL) string {
	best, rank := "", len(documentEnds)
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return best
		case html.StartTagToken:
			t := z.Token()
			if t.DataAtom != atom.A {
				continue
			}
			for _, a := range t.Attr {
				if a.Key != "href" {
					continue
				}
				u, err := base.Parse(strings.TrimSpace(a.Val))
				if err != nil || u.Scheme != "http" && u.Scheme != "https" {
					continue
				}
				own := u.Hostname() == base.Hostname() || strings.HasSuffix(u.Hostname(), ".gov.vn")
				if i := slices.Index(documentEnds, strings.ToLower(path.Ext(u.Path))); own && i >= 0 && i < rank {
					best, rank = u.String(), i
				}
			}
		}
	}
}
