package crawler_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// A portal with one post a week turns silent after three weeks, not before,
// and works again with the next post.
func TestRareSourceTurnsSilent(t *testing.T) {
	s := newSite(t, "ward.txtar")
	r := newRig(t, internal("cong", "feed", s.URL+"/cong.xml"))
	posts := ""
	post := func(n int) {
		s.set(fmt.Sprintf("/tin/bai-%d.html", n), fmt.Sprintf(readable, n, n))
		posts = fmt.Sprintf(`<item><title>Bài %d</title><link>/tin/bai-%d.html</link><pubDate>%s</pubDate></item>`, n, n, r.now.Add(-time.Hour).Format(time.RFC1123Z)) + posts
		s.set("/cong.xml", `<rss version="2.0"><channel><title>Cổng</title>`+posts+`</channel></rss>`)
	}
	const day = 24 * time.Hour
	for n := range 5 {
		if n > 0 {
			r.round(7 * day)
		}
		post(n)
		r.round(time.Hour)
		if st := r.status("cong"); st.State != "ok" {
			t.Fatalf("post %d: %s, %s", n, st.State, st.Why.EN)
		}
	}
	for d := 1; d <= 30; d++ {
		r.round(day)
		st := r.status("cong")
		if want := d > 21; (st.State == "silent") != want {
			t.Fatalf("%d days after the last post: %s, %s", d, st.State, st.Why.EN)
		}
		if d == 30 && (!strings.Contains(st.Why.VI, "7 ngày") || !strings.Contains(st.Why.EN, "7 days")) {
			t.Errorf("the reason does not name the usual gap: %q / %q", st.Why.VI, st.Why.EN)
		}
	}
	post(9)
	r.round(time.Hour)
	if st := r.status("cong"); st.State != "ok" {
		t.Errorf("after a new post: %s, %s", st.State, st.Why.EN)
	}
}
