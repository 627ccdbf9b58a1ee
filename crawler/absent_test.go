package crawler_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"langnghe/crawler"
)

// goneTexts are the texts of what was erased.
func goneTexts(r *rig) (out []string) {
	for _, g := range r.gone {
		for _, f := range r.all {
			if f.Item.ID == g.ID && !slices.Contains(out, f.Item.Text) {
				out = append(out, f.Item.Text)
			}
		}
	}
	slices.Sort(out)
	return out
}

// channel is a Telegram channel whose messages are numbered by the hour.
func channel(t *testing.T) (p *platform, show func(messages ...int), edit map[int]string) {
	p, edit = newPlatform(t), map[int]string{}
	return p, func(messages ...int) {
		var b strings.Builder
		for _, n := range messages {
			text := fmt.Sprintf("tin số %d", n)
			if edit[n] != "" {
				text = edit[n]
			}
			fmt.Fprintf(&b, `<div class="tgme_widget_message" data-post="tin_phuong/%d"><div class="tgme_widget_message_text">%s</div><a class="tgme_widget_message_date"><time datetime="2026-11-19T%02d:00:00+07:00"></time></a></div>`, n, text, n)
		}
		p.on("/s/tin_phuong", say(200, b.String()))
	}, edit
}

// TestTelegramDeleted: what a channel's page no longer shows between its
// messages is erased, after a second look; what is only below the page is not.
func TestTelegramDeleted(t *testing.T) {
	p, show, edit := channel(t)
	r := newRig(t, internal("kenh", "telegram", p.URL+"/tin_phuong"))
	show(1, 2, 3, 4, 5)
	if got := r.round(0); len(got) != 5 {
		t.Fatalf("found %q\n%s", texts(got), r.log)
	}
	show(2, 4, 5, 6) // 1 is below, 3 is deleted
	r.round(time.Hour)
	if len(r.gone) != 0 {
		t.Fatalf("erased %q at the first look", goneTexts(r))
	}
	edit[4] = "tin số 4 (đã sửa)"
	show(2, 4, 5) // 6 is deleted, which was the last
	r.round(time.Hour)
	if got := goneTexts(r); !slices.Equal(got, []string{"tin số 3"}) || !strings.Contains(r.gone[0].Reason, "no longer at its source") {
		t.Errorf("erased %q: %+v\n%s", got, r.gone, r.log)
	}
	if got := texts(r.all[len(r.all)-1:]); !slices.Equal(got, []string{"post tin số 4 (đã sửa)"}) {
		t.Errorf("the edit came as %q", got)
	}
	r.round(time.Hour)
	if got := goneTexts(r); !slices.Equal(got, []string{"tin số 3", "tin số 6"}) {
		t.Errorf("erased %q, want 3 and 6\n%s", got, r.log)
	}
	show(2, 3, 4, 5)
	if got := r.round(time.Hour); len(got) != 0 {
		t.Errorf("what was deleted came back: %q", texts(got))
	}
}

// TestAbsentAndBack: one look at a page that shows less proves nothing, nor
// do pages that show nearly nothing, out of order, or no time.
func TestAbsentAndBack(t *testing.T) {
	p, show, _ := channel(t)
	r := newRig(t, internal("kenh", "telegram", p.URL+"/tin_phuong"))
	show(1, 2, 3, 4, 5, 6, 7, 8, 9)
	r.round(0)
	show(1, 2, 9)
	r.round(time.Hour)
	show(1, 2, 3, 4, 5, 6, 7, 8, 9)
	r.round(time.Hour)
	show(1, 2, 9)
	r.round(time.Hour)
	r.round(time.Hour)
	r.round(time.Hour)
	if len(r.gone) != 0 {
		t.Errorf("erased %q of a page that shows less than half", goneTexts(r))
	}
	show(1, 9, 2)
	r.round(time.Hour)
	r.round(30 * time.Hour)
	if len(r.gone) != 0 {
		t.Errorf("erased %q of a page that is out of order", goneTexts(r))
	}
	show(1, 2, 9)
	r.round(time.Hour)
	r.round(30 * time.Hour)
	if len(r.gone) != 6 {
		t.Errorf("erased %q, want six that were away for a day", goneTexts(r))
	}
}

// TestMastodonDeleted: of a timeline, and nobody else's posts; what came as an
// answer in another thread is not looked for there.
func TestMastodonDeleted(t *testing.T) {
	p := newPlatform(t)
	shown := []int{3, 2, 1}
	p.on("/api/v1/timelines/tag/nghean", func(w http.ResponseWriter, req *http.Request) {
		var all []string
		for _, n := range shown {
			all = append(all, toot(n, fmt.Sprint("bài ", n)))
		}
		say(200, "["+strings.Join(all, ",")+"]")(w, req)
	})
	r := newRig(t, internal("the", "mastodon", p.URL+"/tags/nghean"))
	r.round(0)
	shown = []int{3, 1}
	r.round(time.Hour)
	r.open() // a restart forgets what it was unsure of and looks twice again
	r.round(time.Hour)
	r.round(time.Hour)
	if got := goneTexts(r); !slices.Equal(got, []string{"bài 2"}) {
		t.Errorf("erased %q\n%s", got, r.log)
	}
}

// TestFacebookCommentDeleted: the list of a post's comments, asked for again
// because their number changed, no longer has one.
func TestFacebookCommentDeleted(t *testing.T) {
	p := newPlatform(t)
	shown := []int{3, 2, 1}
	p.on("/v23.0/111/feed", func(w http.ResponseWriter, req *http.Request) {
		say(200, fmt.Sprintf(`{"data":[{"id":"111_5","message":"Lịch cắt nước","created_time":"2026-11-19T01:00:00+0000","comments":{"data":[],"summary":{"total_count":%d}}}]}`, len(shown)))(w, req)
	})
	p.on("/v23.0/111_5/comments", func(w http.ResponseWriter, req *http.Request) {
		var all []string
		for _, n := range shown {
			all = append(all, fmt.Sprintf(`{"id":"5_%d","message":"ý kiến %d","created_time":"2026-11-19T0%d:00:00+0000"}`, n, n, 1+n))
		}
		say(200, `{"data":[`+strings.Join(all, ",")+`]}`)(w, req)
	})
	fb := internal("trang", "facebook", p.URL+"/v23.0/111")
	fb.Token = crawler.Secret("t")
	r := newRig(t, fb)
	if got := texts(r.round(0)); len(got) != 4 {
		t.Fatalf("found %q\n%s", got, r.log)
	}
	shown = []int{3, 1}
	r.round(time.Hour)
	r.round(time.Hour)
	if got := goneTexts(r); !slices.Equal(got, []string{"ý kiến 2"}) {
		t.Errorf("erased %q\n%s", got, r.log)
	}
	p.took()
	r.round(time.Hour)
	if asked := p.took(); len(asked) != 1 {
		t.Errorf("asked %q when nothing has changed", asked)
	}
}

// TestAnotherQuestion: a timeline that is asked for in another way has another
// answer, which says nothing of what came before.
func TestAnotherQuestion(t *testing.T) {
	p := newPlatform(t)
	p.on("/api/v1/timelines/public", func(w http.ResponseWriter, req *http.Request) {
		shown := []int{4, 2}
		if req.URL.Query().Get("local") != "" {
			shown = []int{5, 1}
		}
		var all []string
		for _, n := range shown {
			all = append(all, toot(n, fmt.Sprint("bài ", n)))
		}
		say(200, "["+strings.Join(all, ",")+"]")(w, req)
	})
	r := newRig(t, internal("the", "mastodon", p.URL+"/public/remote"))
	if got := r.round(0); len(got) != 2 {
		t.Fatalf("found %q\n%s", texts(got), r.log)
	}
	r.o.Sources[0] = internal("the", "mastodon", p.URL+"/public/local")
	r.open()
	for range 4 {
		r.round(time.Hour)
	}
	if len(r.gone) != 0 || len(r.all) != 4 {
		t.Errorf("erased %q, found %q\n%s", goneTexts(r), texts(r.all), r.log)
	}
}

// TestDeletedBelow: what was deleted below the first page is noticed when the
// list is read further, and looks at the first page in between forget nothing.
func TestDeletedBelow(t *testing.T) {
	p := newPlatform(t)
	gone := false
	page := func(messages ...int) string {
		var b strings.Builder
		for _, n := range messages {
			if n == 3 && gone {
				continue
			}
			fmt.Fprintf(&b, `<div class="tgme_widget_message" data-post="tin_phuong/%d"><div class="tgme_widget_message_text">tin số %d</div><a class="tgme_widget_message_date"><time datetime="2026-11-19T%02d:00:00+07:00"></time></a></div>`, n, n, n)
		}
		return b.String()
	}
	p.on("/s/tin_phuong", func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Query().Get("before") != "" {
			say(200, page(1, 2, 3, 4))(w, req)
			return
		}
		say(200, page(5, 6, 7, 8)+`<a class="tme_messages_more" data-before="5" href="/s/tin_phuong?before=5"></a>`)(w, req)
	})
	r := newRig(t, internal("kenh", "telegram", p.URL+"/tin_phuong"))
	if got := r.round(0); len(got) != 8 {
		t.Fatalf("the first visit reads %d messages", len(got))
	}
	gone = true
	for range 30 {
		r.round(time.Hour)
	}
	if got := goneTexts(r); !slices.Equal(got, []string{"tin số 3"}) {
		t.Errorf("erased %q, want 3\n%s", got, r.log)
	}
}
