package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
)

// BenchmarkInbox is what the page of the inbox costs beside its queries: thirty
// entries, signed in, compressed.
func BenchmarkInbox(b *testing.B) {
	d := newDesk()
	d.entries = d.entries[:0]
	for i := range pageSize {
		e := seeds[i%len(seeds)].entry()
		e.ID = fmt.Sprintf("%s-%d", e.ID, i)
		d.entries = append(d.entries, e)
	}
	s := &site{desk: d, accounts: newAccounts(people...), clock: now}
	o := options(s.desk, s.accounts)
	o.Clock = o.Now
	h, err := New(o)
	if err != nil {
		b.Fatal(err)
	}
	cookie := s.as("lan")
	for _, zip := range []string{"", "gzip"} {
		b.Run("encoding="+zip, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequest(http.MethodGet, "/inbox", nil)
				r.AddCookie(cookie)
				r.Header.Set("Accept-Encoding", zip)
				w := httptest.NewRecorder()
				if h.ServeHTTP(w, r); w.Code != http.StatusOK {
					b.Fatal(w.Code, w.Body)
				}
				b.SetBytes(int64(w.Body.Len()))
			}
		})
	}
}
