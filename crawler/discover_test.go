package crawler_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"langnghe/crawler"
	"langnghe/crawler/page"
	"langnghe/internal/news"
)

func publishNothing(context.Context, []news.Found) error { return nil }

func discover(t *testing.T, address string) []crawler.Offer {
	t.Helper()
	offers, err := crawler.Discover(t.Context(), crawler.DiscoverOptions{
		URL: address, Internal: true, Pace: time.Microsecond, Now: func() time.Time { return time.Date(2026, 11, 20, 9, 0, 0, 0, hanoi) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return offers
}

func TestDiscover(t *testing.T) {
	s := newSite(t, "portal.txtar")
	s.set("/", string(s.files["/index.html"]))
	s.set("/robots.txt", "Sitemap: "+s.URL+"/sitemap.xml\n")
	s.set("/sitemap.xml", `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>`+s.URL+`/a-1.html</loc><lastmod>2026-11-19</lastmod></url></urlset>`)
	offers := discover(t, s.URL+"/")
	best := offers[0]
	if best.Kind != "feed" || best.URL != s.URL+"/rss/tin-moi.rss" || best.Items != 2 || best.Error != "" || best.Title != "Tin mới" || !strings.Contains(best.Why, "/rss") {
		t.Errorf("the best offer is %+v", best)
	}
	kinds, failed := map[string]int{}, 0
	for _, o := range offers {
		kinds[o.Kind]++
		if o.Error != "" {
			failed++
		}
	}
	if kinds["page"] != 1 || kinds["sitemap"] != 1 || kinds["feed"] != 3 || failed != 1 {
		t.Errorf("offers %+v: want three feeds, one of them gone, the page and the sitemap", offers)
	}
	if asked := s.requests(); len(asked) > 14 {
		t.Errorf("%d requests in search of a listing: %v", len(asked), asked)
	}
	// A feed's own address needs no search.
	if offers := discover(t, s.URL+"/rss/tin-moi.rss"); len(offers) != 1 || offers[0].Kind != "feed" {
		t.Errorf("a feed offers %+v", offers)
	}
}

// A source of kind site finds its listing, keeps it over a restart, and looks
// again when it is gone.
func TestSiteSource(t *testing.T) {
	s := newSite(t, "portal.txtar")
	s.set("/", string(s.files["/index.html"]))
	src := internal("ward", "site", s.URL+"/")
	src.FullText = true
	r := newRig(t, src)
	if found := r.round(0); len(found) != 2 {
		t.Fatalf("found %s", describe(s.URL, found))
	}
	if st := r.status("ward"); st.State != "ok" || st.Found != s.URL+"/rss/tin-moi.rss" {
		t.Errorf("the source is %+v", st)
	}
	s.requests()
	r.open()
	r.round(20 * time.Minute)
	if asked := s.requests(); len(asked) != 2 || asked[1] != "304 /rss/tin-moi.rss" {
		t.Errorf("a known listing was looked for: %v", asked)
	}
	s.set("/rss/tin-dung.rss", string(s.files["/rss/tin-moi.rss"]))
	s.edit("/rss", "/rss/tin-moi.rss", "/rss/tin-dung.rss")
	s.rule("/rss/tin-moi.rss", "404")
	for range 6 {
		r.round(2 * time.Hour)
	}
	if st := r.status("ward"); st.State != "ok" || st.Found != s.URL+"/rss/tin-dung.rss" {
		t.Errorf("after the listing moved: %+v", st)
	}
}

// A site with nothing to listen to says so.
func TestSiteWithoutListing(t *testing.T) {
	s := newSite(t, "portal.txtar")
	for p := range s.files {
		s.rule(p, "404")
	}
	s.rule("/", "200")
	s.set("/", "<html><body><p>Đang xây dựng.</p></body></html>")
	r := newRig(t, internal("ward", "site", s.URL+"/"))
	r.round(0)
	if st := r.status("ward"); st.State != "degraded" || !strings.Contains(st.Why.EN, "no feed") || !strings.Contains(st.Why.VI, "RSS") {
		t.Errorf("the source is %+v", st)
	}
}

func TestSelectors(t *testing.T) {
	s := newSite(t, "portal.txtar")
	s.set("/muc", `<html><body><div class="menu"><a href="/a/1">Giới thiệu chung về phường</a></div><div id="ds"><h3><a href="/a/7">Thông báo số 7</a></h3><h3><a href="/a/8">Thông báo số 8</a></h3></div></body></html>`)
	s.set("/a/7", `<html><head><title>x</title></head><body><h1>Cổng thông tin</h1><h2 class="td">Thông báo số 7 về cắt điện</h2><span class="ngay">20/11/2026 07:30</span>
<div class="nd"><p>Điện lực cắt điện khối Tân Thành từ 8 giờ đến 16 giờ ngày 21/11 để thay trạm biến áp, bà con không đóng cầu dao trong thời gian này.</p><div class="related"><p>Tin khác trong ngày của phường.</p></div></div><div class="nd"><p>Bà con chuẩn bị nước.</p></div></body></html>`)
	s.set("/a/8", `<html><body><h2 class="td">Thông báo số 8</h2><div class="nd">Không có gì.</div></body></html>`)
	src := internal("muc", "page", s.URL+"/muc")
	src.Select = page.Select{Links: "#ds", Title: ".td", Text: ".nd", Time: ".ngay"}
	r := newRig(t, src)
	found := r.round(0)
	if len(found) != 2 {
		t.Fatalf("found %s", describe(s.URL, found))
	}
	var it news.Item
	for _, f := range found {
		if strings.HasSuffix(f.Item.URL, "/a/7") {
			it = f.Item
		}
	}
	if it.Title != "Thông báo số 7 về cắt điện" || it.Text != "Điện lực cắt điện khối Tân Thành từ 8 giờ đến 16 giờ ngày 21/11 để thay trạm biến áp, bà con không đóng cầu dao trong thời gian này.\n\nBà con chuẩn bị nước." || it.Published.In(hanoi).Format("02/01 15:04") != "20/11 07:30" {
		t.Errorf("item %+v", it)
	}
	for _, bad := range []page.Select{{Text: "div["}, {Links: "::"}} {
		src.Select = bad
		o := r.o
		o.Sources, o.Store, o.Publish = []crawler.Source{src}, r.store, publishNothing
		if _, err := crawler.New(o); err == nil || !strings.Contains(err.Error(), `source "muc"`) {
			t.Errorf("selector %+v: %v", bad, err)
		}
	}
	src.Kind, src.Select = "feed", page.Select{Links: "a"}
	o := r.o
	o.Sources, o.Store, o.Publish = []crawler.Source{src}, r.store, publishNothing
	if _, err := crawler.New(o); err == nil {
		t.Error("links were selected in a feed")
	}
}
