package crawler_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"langnghe/crawler"
	"langnghe/internal/news"
)

func wardRig(t *testing.T) (*site, *rig) {
	s := newSite(t, "ward.txtar")
	community := internal("community", "forum", s.URL+"/cong-dong.xml")
	portal := internal("portal", "feed", s.URL+"/rss.xml")
	portal.Prior, portal.Reference = 3, true
	return s, newRig(t, portal, community)
}

func TestSite(t *testing.T) {
	s, r := wardRig(t)
	found := r.round(0)
	if diff := cmp.Diff(s.want, describe(s.URL, found)); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
	asked := s.requests()
	if slices.Contains(asked, "200 /noi-bo/lich-10004.html") {
		t.Error("a page was fetched that robots.txt keeps us out of")
	}
	all, err := json.Marshal(found)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Tèo", "Na\"", "teo.tran", "0912"} {
		if strings.Contains(string(all), name) {
			t.Errorf("%q of an author left the crawler", name)
		}
	}
	for _, f := range found {
		if f.Item.ID == "" || !f.Item.Observed.Equal(r.now) || f.Item.Lang != "vi" && f.Item.Text != "nha minh cung rua, het nuoc tu hom kia" {
			t.Errorf("item %+v: want an id, observed now, lang vi", f.Item)
		}
		if portal := f.Item.Source == "portal"; portal != f.Keep || portal != (f.Prior == 3) {
			t.Errorf("found of %s: keep %v prior %d", f.Item.Source, f.Keep, f.Prior)
		}
	}
	if !strings.Contains(r.log.String(), "robots.txt keeps us out of "+s.URL+"/noi-bo/lich-10004.html") {
		t.Errorf("no line about the page that robots.txt forbids:\n%s", r.log)
	}

	// Nothing changed: the lists are asked for conditionally, and only the
	// page that failed is tried again.
	if again := r.round(20 * time.Minute); len(again) != 0 {
		t.Errorf("an unchanged site gave %s", describe(s.URL, again))
	}
	if asked := s.requests(); slices.Contains(asked, "200 /tin/lich-cat-nuoc-10001.html") || slices.Contains(asked, "200 /comments/7.xml") || !slices.Contains(asked, "304 /cong-dong.xml") {
		t.Errorf("an unchanged site was asked %v", asked)
	}
	if st := r.status("portal"); st.State != "ok" || st.Total != 3 || st.Items != 3 || st.Failures != 0 {
		t.Errorf("portal is %+v", st)
	}
	if len(r.health) != 2 || r.health[0].State != "ok" {
		t.Errorf("health was told %+v, want ok of both, once", r.health)
	}
}

func TestEdit(t *testing.T) {
	s, r := wardRig(t)
	first := r.round(0)
	i := slices.IndexFunc(first, func(f news.Found) bool { return strings.HasPrefix(f.Item.Title, "Lịch cắt nước") })
	was := first[i].Item

	// The page changes and the feed does not: seen at the next look.
	s.edit("/tin/lich-cat-nuoc-10001.html", "Từ 13 giờ", "Từ 14 giờ")
	found := r.round(2 * time.Hour)
	if len(found) != 1 || found[0].Item.ID != was.ID || found[0].Item.Hash() == was.Hash() ||
		!slices.Contains(found[0].Item.Notes, "edited") || !found[0].Item.Observed.Equal(was.Observed) || !found[0].Item.Edited.Equal(r.now) || !strings.HasPrefix(found[0].Item.Text, "Từ 14 giờ") {
		t.Fatalf("an edited page gave %s", describe(s.URL, found))
	}
	// The feed says that the entry changed: looked at without waiting.
	s.edit("/tin/lich-cat-nuoc-10001.html", "Từ 14 giờ", "Từ 15 giờ")
	s.edit("/rss.xml", "Cắt nước từ 13 giờ.", "Cắt nước từ 15 giờ.")
	if found := r.round(20 * time.Minute); len(found) != 1 || !strings.HasPrefix(found[0].Item.Text, "Từ 15 giờ") {
		t.Fatalf("an entry that changed gave %s", describe(s.URL, found))
	}
	// A new comment arrives when the count says so, alone.
	s.edit("/cong-dong.xml", "<slash:comments>2", "<slash:comments>3")
	s.edit("/comments/7.xml", "<item>", `<item><link>/bai/7.html#c4</link><guid>c4</guid><pubDate>Fri, 20 Nov 2026 10:45:00 +0700</pubDate><description>Có nước lại rồi bà con ơi.</description></item><item>`)
	if found := r.round(20 * time.Minute); len(found) != 1 || found[0].Item.Text != "Có nước lại rồi bà con ơi." || found[0].Item.Account != "" {
		t.Fatalf("a new comment gave %s", describe(s.URL, found))
	}
	if st := r.status("portal"); st.Total != 3 {
		t.Errorf("portal has %d items in all, want 3: an edit is no item", st.Total)
	}
}

// failing is a store that cannot be written to.
type failing struct {
	crawler.Store
	err error
}

func (f *failing) MarkSeen(ctx context.Context, rows []crawler.Seen) error {
	if f.err != nil {
		return f.err
	}
	return f.Store.MarkSeen(ctx, rows)
}

// A crash between publishing and marking repeats items; a stage that cannot
// take them gets them again. Neither loses one.
func TestNothingIsLost(t *testing.T) {
	s, r := wardRig(t)
	r.refuse = errors.New("stream is down")
	if n, err := r.Round(t.Context()); n != 0 || err == nil || !strings.Contains(err.Error(), "stream is down") {
		t.Fatalf("Round = %d, %v while Publish fails", n, err)
	}
	r.refuse = nil
	store := &failing{r.store, errors.New("disk is full")}
	r.store = store
	r.open()
	r.now = r.now.Add(2 * time.Minute)
	if _, err := r.Round(t.Context()); err == nil || !strings.Contains(err.Error(), "disk is full") {
		t.Fatalf("Round = %v while the store fails", err)
	}
	published := len(r.found)
	if published == 0 {
		t.Fatal("nothing was published before the crash")
	}
	store.err = nil
	r.open() // what was in memory is gone
	if found := r.round(2 * time.Minute); describe(s.URL, found) != s.want {
		t.Errorf("after the crash: %s", cmp.Diff(s.want, describe(s.URL, found)))
	}
	r.open()
	if found := r.round(20 * time.Minute); len(found) != 0 {
		t.Errorf("after a restart: %s", describe(s.URL, found))
	}
}

func TestErase(t *testing.T) {
	s, r := wardRig(t)
	for _, f := range r.round(0) {
		if err := r.Erase(t.Context(), f.Item.ID); err != nil {
			t.Fatal(err)
		}
	}
	s.edit("/tin/lich-cat-nuoc-10001.html", "Từ 13 giờ", "Từ 14 giờ")
	s.edit("/rss.xml", "Cắt nước từ 13 giờ.", "Cắt nước từ 15 giờ.")
	s.edit("/cong-dong.xml", "mấy hôm rồi mà", "cả tuần rồi mà")
	s.edit("/comments/7.xml", "Cảm ơn chị", "Cám ơn chị")
	r.open()
	if found := r.round(2 * time.Hour); len(found) != 0 {
		t.Errorf("erased items came back:\n%s", describe(s.URL, found))
	}
}

func TestPseudonyms(t *testing.T) {
	s, r := wardRig(t)
	account := func(found []news.Found, text string) string {
		for _, f := range found {
			if strings.Contains(f.Item.Text, text) {
				return f.Item.Account
			}
		}
		t.Fatalf("no item with %q in %s", text, describe(s.URL, found))
		return ""
	}
	post := func(id, date, text string) {
		s.edit("/cong-dong.xml", "<item>", `<item><link>/bai/`+id+`.html</link><guid>`+id+`</guid><dc:creator>  trần văn TÈO </dc:creator><pubDate>`+date+`</pubDate><description>`+text+`</description></item><item>`)
	}
	first := account(r.round(0), "mất nước mấy hôm")
	post("8", "Fri, 20 Nov 2026 10:00:00 +0700", "bài thứ hai của anh")
	if same := account(r.round(2*time.Hour), "bài thứ hai"); same != first || !strings.HasPrefix(first, "p:") {
		t.Errorf("the same account is %q and %q", first, same)
	}
	r.open() // the key outlives a restart
	post("9", "Fri, 20 Nov 2026 11:30:00 +0700", "bài thứ ba của anh")
	if same := account(r.round(time.Hour), "bài thứ ba"); same != first {
		t.Errorf("after a restart the account is %q, was %q", same, first)
	}
	post("10", "Fri, 25 Dec 2026 10:00:00 +0700", "bài tháng sau của anh")
	post("11", "Fri, 20 Nov 2026 12:00:00 +0700", "bài cũ đến muộn của anh")
	found := r.round(36 * 24 * time.Hour)
	next, late := account(found, "tháng sau"), account(found, "đến muộn")
	if next == first || late == first || late == next || next == "" || late == "" {
		t.Errorf("accounts over the boundary: %q, then %q, late %q; want three", first, next, late)
	}
	if k, err := r.store.Key(t.Context(), time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC).Unix()/(30*24*3600)); err != nil || len(k) != 32 {
		t.Fatal(err)
	}
	post("12", "Fri, 20 Nov 2026 12:30:00 +0700", "thêm một bài cũ nữa")
	if again := account(r.round(time.Hour), "cũ nữa"); again == late || again == first {
		t.Errorf("an item that is too late for its key was linked: %q", again)
	}
}

// One bad source costs one line and itself.
func TestBadSources(t *testing.T) {
	s := newSite(t, "bad.txtar")
	sources := []crawler.Source{
		internal("broken", "feed", s.URL+"/broken.xml"), internal("html", "feed", s.URL+"/html.xml"),
		internal("empty", "feed", s.URL+"/empty.xml"), internal("gone", "feed", s.URL+"/gone.xml"),
		internal("denied", "feed", s.URL+"/denied.xml"), internal("busy", "feed", s.URL+"/busy.xml"),
		internal("down", "feed", s.URL+"/down.xml"), internal("cut", "sitemap", s.URL+"/cut.xml"),
		internal("good", "feed", s.URL+"/good.xml"),
	}
	for i := range sources {
		sources[i].FullText = true
		// A host that is left alone would take its neighbours with it.
		if id := sources[i].ID; id == "busy" || id == "down" {
			other := newSite(t, "bad.txtar")
			sources[i].URL = other.URL + "/" + id + ".xml"
		}
	}
	r := newRig(t, sources...)
	if found := r.round(0); len(found) != 1 || found[0].Item.Source != "good" {
		t.Errorf("found %s, want the good item alone", describe(s.URL, found))
	}
	tests := []struct{ source, state, why, log string }{
		{"broken", "degraded", "", "line 4"},
		{"html", "degraded", "HTML", "HTML, not a feed"},
		{"empty", "empty", "", ""},
		{"gone", "degraded", "404", "404 Not Found"},
		{"denied", "blocked", "403", "403 Forbidden"},
		{"busy", "blocked", "429", "not asked again for 2h0m0s"},
		{"down", "degraded", "503", "503"},
		{"cut", "degraded", "", "line 4"},
		{"good", "ok", "", ""},
	}
	for _, tt := range tests {
		st := r.status(tt.source)
		if st.State != tt.state || !strings.Contains(st.Why.VI, tt.why) || !strings.Contains(st.Why.EN, tt.why) || st.Since.IsZero() || st.Why.VI == "" || st.Why.EN == "" {
			t.Errorf("%s is %s: %q / %q, want %s with %q", tt.source, st.State, st.Why.VI, st.Why.EN, tt.state, tt.why)
		}
		if tt.log == "" {
			continue
		}
		var lines []string
		for line := range strings.Lines(r.log.String()) {
			if strings.Contains(line, "source="+tt.source+" ") && strings.Contains(line, "level=WARN") {
				lines = append(lines, line)
			}
		}
		if len(lines) != 1 || !strings.Contains(lines[0], tt.log) || !strings.Contains(lines[0], "/"+tt.source+".xml") {
			t.Errorf("%s has %d lines in the log, want one with %q and its address: %q", tt.source, len(lines), tt.log, lines)
		}
	}
	if st := r.status("busy"); st.Next.Sub(r.now) < 2*time.Hour {
		t.Errorf("busy asked for two hours and gets %v", st.Next.Sub(r.now))
	}
	// Mended: told once.
	s.set("/broken.xml", string(s.files["/good.xml"]))
	r.health = nil
	r.round(time.Hour)
	if st := r.status("broken"); st.State != "ok" || st.Failures != 0 {
		t.Errorf("mended source is %+v", st)
	}
	if n := len(slices.DeleteFunc(r.health, func(h news.Health) bool { return h.Source != "broken" })); n != 1 {
		t.Errorf("health was told %d times that broken works again", n)
	}
}

func TestRunEnds(t *testing.T) {
	s, r := wardRig(t)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	deadline := time.Now().Add(10 * time.Second)
	for time.Now().Before(deadline) {
		r.mu.Lock()
		n := len(r.found)
		r.mu.Unlock()
		if n == 6 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("Run = %v, want nil: being stopped is no error", err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("Run did not return")
	}
	if got := describe(s.URL, r.found); got != s.want {
		t.Errorf("Run published:\n%s", cmp.Diff(s.want, got))
	}
	v, err := r.store.Visit(t.Context(), "portal")
	if err != nil || v.State != "ok" || !v.LastFetch.Equal(r.now) {
		t.Errorf("the last visit was not written down: %+v, %v", v, err)
	}
}

// A visit that waits for a slow site ends at once.
func TestRunEndsInTheMiddle(t *testing.T) {
	s := newSite(t, "ward.txtar")
	slow := internal("slow", "feed", s.URL+"/rss.xml")
	slow.Pace = time.Hour
	r := newRig(t, slow)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	for len(s.requests()) == 0 { // robots.txt was asked for; the feed waits an hour
		time.Sleep(time.Millisecond)
	}
	stop()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("Run waits for the site's pace after its context has ended")
	}
}

func TestNewRefuses(t *testing.T) {
	good := crawler.Source{ID: "a", URL: "https://a.example/rss"}
	with := func(f func(*crawler.Source)) []crawler.Source { s := good; f(&s); return []crawler.Source{s} }
	tests := []struct {
		name    string
		sources []crawler.Source
		want    string
	}{
		{"kind", with(func(s *crawler.Source) { s.Kind = "telepathy" }), "feed, page, sitemap, forum"},
		{"url", with(func(s *crawler.Source) { s.URL = "ftp://a.example" }), "http:// or https://"},
		{"zone", with(func(s *crawler.Source) { s.Zone = "Mars/Olympus" }), "Mars/Olympus"},
		{"pace", with(func(s *crawler.Source) { s.Pace = time.Second }), "internal sources only"},
		{"items", with(func(s *crawler.Source) { s.Items = "poem" }), "poem"},
		{"twice", []crawler.Source{good, good}, "used twice"},
	}
	for _, tt := range tests {
		_, err := crawler.New(crawler.Options{Sources: tt.sources, Store: newRig(t).store, Publish: func(context.Context, []news.Found) error { return nil }})
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), `"a"`) {
			t.Errorf("%s: New = %v, want the source named and %q", tt.name, err, tt.want)
		}
	}
	t.Setenv("COLLY_IGNORE_ROBOTSTXT", "y")
	if _, err := crawler.New(crawler.Options{Store: newRigStore(t), Publish: func(context.Context, []news.Found) error { return nil }}); err == nil || !strings.Contains(err.Error(), "COLLY_IGNORE_ROBOTSTXT") {
		t.Errorf("New = %v with a COLLY_ variable set", err)
	}
}

func newRigStore(t *testing.T) crawler.Store { t.Helper(); return &failing{} }

// A page that fails is tried again, later each time, while the rest goes on;
// one visit fetches so many pages and the next goes on.
func TestPagesInTurn(t *testing.T) {
	s := newSite(t, "ward.txtar")
	s.rule("/tin/tap-huan-10002.html", "500")
	r := newRig(t, internal("portal", "feed", s.URL+"/rss.xml"))
	r.o.PerVisit = 2
	r.open()
	titles := func(found []news.Found) (out []string) {
		for _, f := range found {
			out = append(out, f.Item.Title)
		}
		return out
	}
	var all []string
	for range 6 {
		all = append(all, titles(r.round(11*time.Minute))...)
	}
	if want := []string{"Thông báo nghỉ học", "Lịch cắt nước khối Tân Sơn"}; !slices.Equal(all, want) {
		t.Errorf("published %q, want %q while a page fails", all, want)
	}
	n := 0
	for _, a := range s.requests() {
		if strings.HasSuffix(a, " /tin/tap-huan-10002.html") {
			n++
		}
	}
	if n < 2 || n > 4 {
		t.Errorf("the page that fails was asked for %d times in an hour, want 2 to 4", n)
	}
	s.rule("/tin/tap-huan-10002.html", "200", "charset=windows-1258")
	if got := append(titles(r.round(3*time.Hour)), titles(r.round(11*time.Minute))...); !slices.Contains(got, "Tập huấn chữa cháy") {
		t.Errorf("the page that works again gave %q", got)
	}
}

// Two sources that list one article bring one item, and it stays with the
// first: two readings of one page would make it change for ever.
func TestOneItemOfTwoSources(t *testing.T) {
	s := newSite(t, "ward.txtar")
	a := internal("first", "feed", s.URL+"/rss.xml")
	r := newRig(t, a)
	n := len(r.round(0))
	b := internal("second", "feed", s.URL+"/rss.xml")
	b.FullText = true
	r.o.Sources = []crawler.Source{a, b}
	r.open()
	for _, f := range r.round(time.Minute) {
		if !strings.Contains(f.Item.URL, "10004") && !strings.Contains(f.Item.URL, "10005") && !strings.Contains(f.Item.URL, "/cu.html") {
			t.Errorf("%s was published again by %s", f.Item.URL, f.Item.Source)
		}
	}
	if n != 3 {
		t.Errorf("the first source gave %d items, want 3", n)
	}
}

func TestSection(t *testing.T) {
	s := newSite(t, "ward.txtar")
	s.set("/tin/", `<html><body><nav><a href="/">Trang chủ</a></nav><ul>
<li><a href="/tin/lich-cat-nuoc-10001.html">Lịch cắt nước khối Tân Sơn</a></li>
<li><a href="/tin/thong-bao-nghi-hoc-10003.html">Thông báo nghỉ học</a></li></ul></body></html>`)
	s.set("/sitemap.xml", `<sitemapindex><sitemap><loc>`+s.URL+`/s1.xml</loc></sitemap></sitemapindex>`)
	s.set("/s1.xml", `<urlset><url><loc>`+s.URL+`/tin/tap-huan-10002.html</loc><lastmod>2026-11-19</lastmod></url><url><loc>`+s.URL+`/tin/da-cu-1.html</loc><lastmod>2020-01-01</lastmod></url></urlset>`)
	r := newRig(t, internal("section", "page", s.URL+"/tin/"), internal("map", "sitemap", s.URL+"/sitemap.xml"))
	var got []string
	for _, f := range r.round(0) {
		got = append(got, f.Item.Source+" "+f.Item.Title)
	}
	slices.Sort(got)
	want := []string{"map Tập huấn chữa cháy", "section Lịch cắt nước khối Tân Sơn", "section Thông báo nghỉ học"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if slices.Contains(s.requests(), "404 /tin/da-cu-1.html") {
		t.Error("a page of years ago was asked for")
	}
}

// Every request says who we are, robots.txt included.
func TestUserAgent(t *testing.T) {
	s := newSite(t, "ward.txtar")
	agents := make(chan string, 100)
	inner := s.Config.Handler
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		agents <- req.Header.Get("User-Agent")
		inner.ServeHTTP(w, req)
	})
	newRig(t, internal("portal", "feed", s.URL+"/rss.xml")).round(0)
	close(agents)
	for a := range agents {
		if a != "langnghe/1.0 (+it@ward.example)" {
			t.Errorf("user agent %q", a)
		}
	}
}
