package alerts

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"langnghe/internal/news"
)

// Limits of what a message carries.
const (
	maxSubject = 160  // characters
	maxBody    = 4000 // characters
	maxListed  = 10   // alerts of the group that are named
)

var levelWords = [...]news.Text{
	{VI: "Thông tin", EN: "Informational"},
	{VI: "Ghi nhận", EN: "Low"},
	{VI: "Theo dõi", EN: "Medium"},
	{VI: "Khẩn", EN: "High"},
	{VI: "Khẩn cấp", EN: "Critical"},
}

// clocks say how fast a level is.
var clocks = [...]news.Text{
	{VI: "để biết", EN: "for information"},
	{VI: "xem trong bản tổng hợp tuần", EN: "for the weekly summary"},
	{VI: "xem trong hai ngày làm việc", EN: "look at it within two working days"},
	{VI: "kiểm tra trong 4 giờ, trả lời người dân trong 24 giờ", EN: "check within 4 hours, answer in public within 24"},
	{VI: "gọi người phụ trách trong 10 phút, ra thông báo trong 60 phút", EN: "call the person in charge within 10 minutes, make a statement within 60"},
}

// words is the text for a level; out of range is the nearest one.
func words(list [5]news.Text, l news.Level) news.Text {
	return list[min(max(int(l), 0), len(list)-1)]
}

// todo says what the recipient is asked to do.
func todo(a news.Alert) news.Text {
	switch a.Kind {
	case decided:
		return news.Text{VI: "Đã có người quyết định. Mở để xem phần việc của mình.", EN: "A person has decided. Open it to see what is yours to do."}
	case handoff:
		return news.Text{VI: "Mở phiếu chuyển, xác nhận đã nhận, rồi ghi kết quả xử lý.", EN: "Open the hand-off, acknowledge it, and return the outcome."}
	case withdrawn:
		return news.Text{VI: "Thông báo trước đã được rút lại: đừng làm theo. Nếu đã làm gì theo thông báo đó, hãy báo lại cho tổ.", EN: "The earlier notice is taken back: do not act on it. If you already did, tell the team."}
	case heartbeat:
		return news.Text{VI: "Không cần làm gì. Sáng nào không nhận được thư này, hãy báo quản trị.", EN: "Nothing. On a morning without this notice, tell the administrator."}
	case digest:
		return news.Text{VI: "Xem khi bắt đầu buổi làm việc.", EN: "Look at it when you start to work."}
	case source:
		return news.Text{VI: "Mở trang Nguồn tin để xem. Khi nguồn chạy lại, sẽ có thông báo.", EN: "Open the page Sources. You will hear when it works again."}
	case confirm:
		return news.Text{VI: "Mở đường dẫn và bấm xác nhận, nếu địa chỉ này là của bạn.", EN: "Open the link and press confirm, if the address is yours."}
	case probe:
		return news.Text{VI: "Không cần làm gì: đây là thư thử.", EN: "Nothing: this is a test."}
	}
	switch {
	case a.Level >= news.Critical:
		return news.Text{VI: "Mở ngay và gọi người phụ trách. Nếu có người đang gặp nguy hiểm, gọi 113, 114 hoặc 115 trước.", EN: "Open it now and call the person in charge. If somebody is in danger, call 113, 114 or 115 first."}
	case a.Level == news.High:
		return news.Text{VI: "Mở ra, đối chiếu với văn bản chính thức, rồi chọn quyết định.", EN: "Open it, compare it with the official documents, and decide."}
	}
	return news.Text{VI: "Xem khi đến lượt trong hộp tin.", EN: "Look at it when its turn comes in the inbox."}
}

// suggestion stands under everything in which a machine had a say.
var suggestion = news.Text{VI: "Gợi ý tự động, cần người kiểm tra.", EN: "An automatic suggestion; a person must check it."}

// message writes what the recipient gets for rows. It holds no more of what
// people posted than the alerts' own words, and never who posted it.
func (d *Dispatcher) message(ctx context.Context, to Recipient, rows []Row, now time.Time) (Message, error) {
	all := make([]news.Alert, len(rows))
	for i, r := range rows {
		all[i] = r.Alert
		if !d.sure(to) {
			all[i] = veil(r.Alert)
		}
	}
	slices.SortStableFunc(all, func(a, b news.Alert) int { return cmp.Compare(b.Level, a.Level) })
	a := all[0]
	m := Message{ID: rows[0].Message, To: to, Alert: a, More: all[1:], Try: rows[0].Tries, At: now}
	if strings.HasPrefix(a.Path, "/") && d.opts.BaseURL != "" && to.Role != "list" { // who is on a list has no account
		m.Link = d.opts.BaseURL + a.Path
	}
	if a.Withdraw != "" {
		had, err := d.opts.Store.Rows(ctx, a.Withdraw)
		if err != nil {
			return m, err
		}
		for _, r := range had {
			if r.Recipient == to.Name && r.Message != "" {
				m.Replies = r.Message
			}
		}
	}
	m.Subject, m.Text = write(a, m.More, to.Lang, m.Link, d.opts.Ward)
	return m, nil
}

// write composes subject and text in lang.
func write(a news.Alert, more []news.Alert, lang, link string, ward news.Text) (subject, text string) {
	in := func(vi, en string) string { return news.Text{VI: vi, EN: en}.In(lang) }
	level := words(levelWords, a.Level).In(lang)
	what := defang(line(a.Subject.In(lang), maxSubject))
	if what == "" {
		what = in("Thông báo", "Notice")
	}

	subject = "[" + level + "] " + what
	if a.Kind == withdrawn {
		subject = in("[Rút lại] ", "[Withdrawn] ") + what
	}
	if n := len(more); n > 0 {
		subject += " (+" + strconv.Itoa(n) + ")"
	}

	var b strings.Builder
	para := func(s string) {
		if s != "" {
			b.WriteString(s + "\n\n")
		}
	}
	switch a.Kind {
	case heartbeat, probe, digest, confirm: // they have no urgency
	default:
		para(in("Mức: ", "Level: ") + level + " – " + words(clocks, a.Level).In(lang))
	}
	para(in("Việc: ", "What: ") + what)
	if body := body(a.Body.In(lang)); body != "" {
		para(in("Nội dung và lý do:", "Details and why:") + "\n" + body)
	}
	para(in("Cần làm: ", "What to do: ") + todo(a).In(lang))
	if link != "" {
		para(in("Mở trên Lắng Nghe: ", "Open in Lắng Nghe: ") + link)
	}
	if n := len(more); n > 0 {
		b.WriteString(fmt.Sprintf(in("Cùng nhóm, %d thông báo nữa:\n", "%d more of the same group:\n"), n))
		for i, o := range more {
			if i == maxListed {
				b.WriteString(fmt.Sprintf(in("- và %d thông báo khác\n", "- and %d others\n"), n-i))
				break
			}
			b.WriteString("- [" + words(levelWords, o.Level).In(lang) + "] " + defang(line(o.Subject.In(lang), maxSubject)) + "\n")
		}
		b.WriteString("\n")
	}
	b.WriteString("-- \n")
	if a.Kind == flagged || a.Kind == escalated || a.Kind == decided || a.Kind == withdrawn || a.Kind == "" {
		b.WriteString(suggestion.In(lang) + "\n")
	}
	b.WriteString(strings.TrimSuffix("Lắng Nghe · "+ward.In(lang), " · ") + "\n")
	return subject, b.String()
}

// body is the alert's own text, made harmless.
func body(s string) string {
	s = strings.TrimSpace(clean(s))
	if r := []rune(s); len(r) > maxBody {
		s = string(r[:maxBody-1]) + "…"
	}
	return defang(s)
}

// reason puts Row.Why into words.
func reason(why string) news.Text {
	if why == "" {
		return news.Text{}
	}
	id, detail, _ := strings.Cut(why, ": ")
	t, ok := map[string]news.Text{
		whyOld:       {VI: "đã quá 72 giờ", EN: "older than 72 hours"},
		whyBelow:     {VI: "dưới mức người nhận đã chọn", EN: "below the recipient's level"},
		whySilence:   {VI: "đang tắt theo yêu cầu", EN: "silenced"},
		whyAck:       {VI: "đã có người nhận việc", EN: "acknowledged"},
		whyWithdrawn: {VI: "đã rút lại trước khi gửi", EN: "taken back before it was sent"},
		whyUnseen:    {VI: "người này chưa nhận thông báo bị rút", EN: "the recipient never got what is taken back"},
		whyErased:    {VI: "nội dung đã xóa", EN: "the item was erased"},
		whyNobody:    {VI: "chưa khai báo ai để nhận", EN: "no recipient is configured"},
		whyInhibited: {VI: "không báo riêng vì đã có", EN: "not told on its own because of"},
		whyFallback:  {VI: "gửi thay", EN: "sent instead of"},
	}[id]
	if !ok {
		return news.Text{VI: why, EN: why}
	}
	if detail != "" {
		return news.Text{VI: t.VI + ": " + detail, EN: t.EN + ": " + detail}
	}
	return t
}
