package crawler

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"langnghe/crawler/polite"
	"langnghe/crawler/social"
	"langnghe/internal/news"
)

// The states of a source.
const (
	stateNew      = "new"
	stateOK       = "ok"
	stateDegraded = "degraded" // fails again and again, or gives much less than usual
	stateSilent   = "silent"   // nothing for much longer than usual
	stateBlocked  = "blocked"  // does not want us, or may not be fetched
	stateEmpty    = "empty"    // answers, with nothing in it
)

// What a source is measured against.
const (
	memory      = 28 * 24 * time.Hour
	recent      = 7 * 24 * time.Hour
	leastItems  = 5              // fewer in the memory say nothing about what is usual
	leastGap    = 24 * time.Hour // no silence is shorter: nights and Sundays are quiet
	usualGaps   = 6              // mean gaps without an item before we speak of silence
	flakyVisits = 2              // failures in a row before a source is degraded

	// A source with fewer than leastItems in the memory, such as a portal with
	// one item a week, is measured by the gaps between its last items instead:
	// it is silent when nothing came for rareGaps times the longest of them,
	// two weeks at least.
	rareItems = 6 // the last ones, so five gaps
	leastGaps = 2 // fewer say nothing about what is usual
	rareGaps  = 3
	rareQuiet = 14 * 24 * time.Hour
)

// outcome is what a visit met.
type outcome struct {
	err   error // of the listing
	leads int   // listed; meaningless when unchanged or err is set
	same  bool  // the listing answered 304
	waits bool  // there is nothing to ask: the platform comes to us
}

// judge says how a source is doing after a visit and why.
//
// usual is its activity in the memory before its last item, so that a long
// silence does not become the new normal; gap is the longest between the last
// items of a source that has too few for that, 0 when it is not known; week and
// before are the last seven days and the three weeks before them.
func judge(v Visit, o outcome, usual Activity, gap time.Duration, week, before Activity, now time.Time) (state string, why news.Text) {
	if ownBudget(o.err) {
		return v.State, v.Why
	}
	if o.err != nil {
		why = explain(o.err)
		switch {
		case refused(o.err):
			return stateBlocked, why
		case v.Failures >= flakyVisits || v.State == stateNew || v.State == "":
			return stateDegraded, why
		case v.Unread.State != "":
			return v.Unread.State, v.Unread.Why
		}
		return v.State, v.Why // once is no pattern
	}
	if o.waits && v.LastItem.IsZero() {
		return stateNew, news.Text{
			VI: "Chờ nền tảng gửi tới; chưa nhận được mục nào. Nếu lâu, hãy kiểm tra địa chỉ webhook và khóa đã khai.",
			EN: "Waits for the platform to send; nothing has come yet. If that lasts, check the webhook's address and the secret.",
		}
	}
	if !o.same && o.leads == 0 {
		return stateEmpty, news.Text{
			VI: "Trang vẫn trả lời nhưng không có mục nào; có thể địa chỉ đã đổi hoặc trang chặn máy đọc.",
			EN: "The site answers but lists nothing; its address may have changed or it may turn robots away.",
		}
	}
	if o.same && v.State == stateEmpty {
		return v.State, v.Why
	}
	if v.Unread.State != "" {
		return v.Unread.State, v.Unread.Why
	}
	if usual.Items >= leastItems && !v.LastItem.IsZero() {
		span := max(usual.Last.Sub(usual.First), recent)
		gap := span / time.Duration(usual.Items)
		if quiet := now.Sub(v.LastItem); quiet > max(leastGap, usualGaps*gap) {
			return stateSilent, news.Text{
				VI: fmt.Sprintf("Không có mục mới từ %s; thường có khoảng %s.", v.LastItem.In(local).Format("15:04 02/01/2006"), rate(gap, "vi")),
				EN: fmt.Sprintf("Nothing new since %s; usually about %s.", v.LastItem.In(local).Format("2 Jan 2006 15:04"), rate(gap, "en")),
			}
		}
	}
	if quiet := now.Sub(v.LastItem); usual.Items < leastItems && !v.LastItem.IsZero() && quiet > rareQuiet {
		switch {
		case gap == 0 && v.State == stateSilent:
			return v.State, v.Why // so long that what was usual is forgotten
		case gap > 0 && quiet > rareGaps*gap:
			days := max(int((gap+12*time.Hour)/(24*time.Hour)), 1)
			return stateSilent, news.Text{
				VI: fmt.Sprintf("Không có mục mới từ %s; trước đó hai mục cách nhau lâu nhất khoảng %d ngày.", v.LastItem.In(local).Format("15:04 02/01/2006"), days),
				EN: fmt.Sprintf("Nothing new since %s; the longest gap before was about %s.", v.LastItem.In(local).Format("2 Jan 2006 15:04"), plural(days, "day")),
			}
		}
	}
	if weekly := before.Items / 3; weekly >= 6 && week.Items*3 < weekly {
		return stateDegraded, news.Text{
			VI: fmt.Sprintf("Bảy ngày qua có %d mục, ba tuần trước trung bình %d mục mỗi tuần.", week.Items, weekly),
			EN: fmt.Sprintf("%d items in the last seven days, %d a week in the three weeks before.", week.Items, weekly),
		}
	}
	return stateOK, news.Text{VI: "Hoạt động bình thường.", EN: "Works as usual."}
}

// gap is the longest time between two of a source's last items, 0 when there
// are too few to say.
func (c *Crawler) gap(ctx context.Context, source string, last time.Time) (time.Duration, error) {
	var longest time.Duration
	n := 0
	for at := last; n < rareItems-1; n++ {
		before, err := c.o.Store.Activity(ctx, source, at.Add(-c.o.Remember), at)
		if err != nil {
			return 0, err
		}
		if before.Items == 0 {
			break
		}
		longest, at = max(longest, at.Sub(before.Last)), before.Last
	}
	if n < leastGaps {
		return 0, nil
	}
	return longest, nil
}

// plural is a count with its English word.
func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// local is the zone in which people on the team read times.
var local = func() *time.Location {
	z, err := time.LoadLocation(defaultZone)
	if err != nil {
		return time.FixedZone("+07", 7*3600)
	}
	return z
}()

// rate words a mean gap as "12 mục mỗi ngày" or "2 mục mỗi tuần".
func rate(gap time.Duration, lang string) string {
	n, vi, en := float64(24*time.Hour)/float64(gap), "ngày", "day"
	if n < 1 {
		n, vi, en = n*7, "tuần", "week"
	}
	count := max(int(n+0.5), 1)
	if lang == "vi" {
		return fmt.Sprintf("%d mục mỗi %s", count, vi)
	}
	if count == 1 {
		return "1 item a " + en
	}
	return fmt.Sprintf("%d items a %s", count, en)
}

// refused reports whether an error means that we are not wanted.
func refused(err error) bool {
	var f *polite.Forbidden
	var r *polite.RetryLater
	var p *polite.PrivateAddress
	var s *StatusError
	var t *social.Fault
	switch {
	case errors.As(err, &t):
		return t.Why != social.Trouble
	case errors.As(err, &p):
		return true
	case errors.As(err, &f):
		return f.Err == nil
	case errors.As(err, &r):
		return r.Status == 429
	case errors.As(err, &s):
		return s.Code == 401 || s.Code == 403 || s.Code == 406 || s.Code == 451
	}
	return false
}

// explain words an error for the team.
func explain(err error) news.Text {
	var f *polite.Forbidden
	var r *polite.RetryLater
	var p *polite.PrivateAddress
	var l *polite.TooLarge
	var s *StatusError
	var n net.Error
	var t *social.Fault
	if errors.As(err, &t) {
		return t.Words()
	}
	if noText(err) {
		return news.Text{VI: "Trang không có chữ nào đọc được.", EN: "The page has no text that can be read."}
	}
	vi := "Không đọc được nội dung: "
	switch {
	case errors.Is(err, errNoListing):
		return news.Text{VI: "Không tìm thấy RSS, sitemap hay trang danh sách nào của trang; hãy ghi địa chỉ vào cấu hình.", EN: err.Error()}
	case errors.As(err, &p):
		vi = "Địa chỉ nằm trong mạng nội bộ, bị chặn vì an toàn: "
	case errors.As(err, &f) && f.Err == nil:
		vi = "Tệp robots.txt của trang không cho phép đọc: "
	case errors.As(err, &f):
		vi = "Không lấy được tệp robots.txt nên không đọc trang: "
	case errors.As(err, &r):
		vi = "Trang yêu cầu tạm dừng: "
	case errors.As(err, &l):
		vi = "Tài liệu quá lớn: "
	case errors.As(err, &s) && (s.Code == 401 || s.Code == 403):
		vi = "Trang từ chối: "
	case errors.As(err, &s) && (s.Code == 404 || s.Code == 410):
		vi = "Địa chỉ không còn: "
	case errors.As(err, &s):
		vi = "Trang gặp lỗi: "
	case errors.As(err, &n), errors.Is(err, context.DeadlineExceeded):
		vi = "Không kết nối được: "
	}
	return news.Text{VI: vi + err.Error(), EN: err.Error()}
}
