package crawler_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"langnghe/crawler"
)

// Whatever a document of any kind holds, what is read of it is clean: it has
// an id, NFC, no direct name of an account, an address of the web or none, and
// a time that has been.
func FuzzParseAs(f *testing.F) {
	for i := range crawler.Kinds {
		f.Add(i, `<rss><channel><item><title>a</title><link>https://a.example/1</link><author>na@a.example (Na)</author><pubDate>Fri, 20 Nov 2099 08:15:00 +0700</pubDate></item></channel></rss>`)
		f.Add(i, `{"items":[{"id":"x","snippet":{"textOriginal":"mất nước","authorChannelId":{"value":"UC1"}}}],"data":[{"id":"1_2","message":"a","from":{"id":"3"}}]}`)
		f.Add(i, `<html><head><title>a</title></head><body><article><h1>Đường hỏng ở khối</h1><p>Sáng nay, tổ công tác đã đến từng ngõ của khối để ghi lại những đoạn đường bị sụt lún.</p></article></body></html>`)
		f.Add(i, `{"did":"did:plc:x","time_us":1,"kind":"commit","commit":{"operation":"create","collection":"app.bsky.feed.post","rkey":"r","cid":"c","record":{"text":"a"}}}`)
	}
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, hanoi)
	f.Fuzz(func(t *testing.T, kind int, doc string) {
		as := crawler.Kinds[uint(kind)%uint(len(crawler.Kinds))]
		items, _ := crawler.Parse(as, "https://a.example/x", []byte(doc), crawler.ParseOptions{Now: now}) // what could be read comes with the error
		for _, it := range items {
			if it.ID == "" || it.Account != "" && !strings.HasPrefix(it.Account, "p:") {
				t.Errorf("%s: id %q, account %q", as, it.ID, it.Account)
			}
			if it.URL != "" && !strings.HasPrefix(it.URL, "http://") && !strings.HasPrefix(it.URL, "https://") {
				t.Errorf("%s: address %q", as, it.URL)
			}
			if it.Published.After(now) || it.Observed.After(now) {
				t.Errorf("%s: published %v, observed %v", as, it.Published, it.Observed)
			}
			for _, s := range []string{it.Title, it.Text} {
				if !utf8.ValidString(s) || !norm.NFC.IsNormalString(s) {
					t.Errorf("%s: text %q is not clean", as, s)
				}
			}
		}
	})
}
