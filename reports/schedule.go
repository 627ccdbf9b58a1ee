package reports

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"langnghe/internal/calendar"
	"langnghe/internal/news"
	"langnghe/reports/paper"
)

// system is who writes what is due by the calendar.
var system = Person{Name: "system", Role: "office"}

// Tick writes the drafts that are due, reminds people of deadlines, and marks
// what has left. It may run as often as one likes: everything happens once,
// also after a restart. A draft that nobody approves goes nowhere.
func (d *Desk) Tick(ctx context.Context) error {
	now := d.now().In(calendar.Zone)
	var errs []error
	if at, ok := d.lastWeekly(now); ok {
		errs = append(errs, d.draft(ctx, Request{Kind: Weekly, At: at}, "weekly/"+at.Format(time.DateOnly)))
	}
	if at, ok := clockOn(now, d.House.DailyAt); ok && !now.Before(at) && d.Days.Working(now) {
		errs = append(errs, d.draft(ctx, Request{Kind: Daily, At: at}, "daily/"+at.Format(time.DateOnly)))
	}
	return errors.Join(append(errs, d.remind(ctx, now), d.left(ctx), d.logCorrections(ctx))...)
}

// logCorrections writes into the ledger of publications where corrections went
// out, with the place as evidence. What a person has written there, or taken
// out, stays as it is.
func (d *Desk) logCorrections(ctx context.Context) error {
	c := d.counter(ctx)
	cs, err := c.allCases()
	if err != nil {
		return err
	}
	have := map[string]bool{}
	rs, err := c.ledger("publications")
	if err != nil {
		return err
	}
	for _, r := range rs {
		for _, v := range r.Past {
			have[v.Values["case"]+"\x00"+v.Values["evidence"]] = true
		}
	}
	var errs []error
	for i := range cs {
		k := &cs[i]
		for _, p := range k.Places {
			where := clip(p.Where, maxText)
			if have[k.ID+"\x00"+where] {
				continue
			}
			have[k.ID+"\x00"+where] = true
			priority := "normal"
			switch {
			case k.Level >= news.Critical:
				priority = "emergency"
			case k.Level >= news.High:
				priority = "priority"
			}
			_, err := d.Save(ctx, "publications", "", map[string]string{"title": clip("Đính chính: "+k.title(), maxText-1), "channel": channelOf(where), "day": p.At.In(calendar.Zone).Format(time.DateOnly),
				"evidence": where, "priority": priority, "case": k.ID}, system)
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// channelOf tells by where a correction went out on which channel that is.
func channelOf(where string) string {
	low := strings.ToLower(where)
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(low, w) })
	}
	switch {
	case has("facebook.", "fb.com", "zalo.", "tiktok.", "youtube.", "youtu.be", "fb.watch") || !has("://") && has("facebook", "zalo", "tiktok", "mạng xã hội"):
		return "social"
	case has("://"):
		return "portal"
	case has("loa"):
		return "speaker"
	case has("đài", "truyền thanh", "phát thanh"):
		return "radio"
	case has("họp", "hội nghị"):
		return "meeting"
	case has("báo "):
		return "press"
	case has("trang", "cổng"):
		return "portal"
	}
	return "board"
}

// lastWeekly is the last time at which a weekly summary was due, when that is
// less than two days ago: an older one is not written after the fact.
func (d *Desk) lastWeekly(now time.Time) (time.Time, bool) {
	for back := range 2 {
		day := now.AddDate(0, 0, -back)
		at, ok := clockOn(day, d.House.WeeklyAt)
		if ok && weekdays[day.Weekday()] == d.House.WeeklyDay && !now.Before(at) {
			return at, true
		}
	}
	return time.Time{}, false
}

// clockOn is a time of day on a day of the ward.
func clockOn(day time.Time, clock string) (time.Time, bool) {
	t, err := time.Parse("15:04", clock)
	if err != nil {
		return time.Time{}, false
	}
	return time.Date(day.Year(), day.Month(), day.Day(), t.Hour(), t.Minute(), 0, 0, calendar.Zone), true
}

// draft writes a report once and tells those who approve.
func (d *Desk) draft(ctx context.Context, q Request, key string) error {
	if done, err := d.Store.Happened(ctx, key); err != nil || done {
		return err
	}
	r, err := d.Build(q, d.counter(ctx))
	if err != nil {
		return fmt.Errorf("reports: %s: %w", key, err)
	}
	r.By = system.Name
	return d.Store.Update(ctx, func(tx Tx) error {
		isNew, err := tx.Once(key, d.now())
		if err != nil || !isNew {
			return err
		}
		if err := d.keep(tx, &r); err != nil {
			return err
		}
		name := r.Kind.Name()
		return tx.Notify(news.Alert{
			ID: "report-draft/" + r.ID, Kind: "decided", Level: news.Medium, To: []string{"leader", "reviewer"},
			Subject: news.Text{VI: name.VI + " chờ duyệt: " + r.Paper.Head.Subject, EN: name.EN + " waits for approval"},
			Body: news.Text{VI: "Bản thảo " + r.ID + " đã lập xong. Xem, bổ sung rồi duyệt; chưa duyệt thì không gửi cho ai.",
				EN: "The draft " + r.ID + " is ready. Read it, add to it, approve it; until then it goes to nobody."},
			Path: "/reports/" + r.ID, Group: "report/" + r.ID, Event: d.now(), Created: d.now(),
		}, "report-draft/"+r.ID, d.now())
	})
}

// remind tells people of the annual report's deadline, so many days before
// it. Days that passed while the service was down are made up for by the
// nearest one.
func (d *Desk) remind(ctx context.Context, now time.Time) error {
	y := now.Year()
	due := d.House.DueOn(y)
	left := int(due.Sub(d.Days.Day(now)).Hours()/24 + 0.5)
	if left < 0 {
		return nil
	}
	nearest := -1
	for _, n := range d.House.Remind {
		if left <= n && (nearest < 0 || n < nearest) {
			nearest = n
		}
	}
	if nearest < 0 {
		return nil
	}
	key := fmt.Sprintf("remind/%d/%d", y, nearest)
	if done, err := d.Store.Happened(ctx, key); err != nil || done {
		return err
	}
	if done, err := d.annualDone(ctx, y); err != nil || done {
		return err
	}
	return d.Store.Update(ctx, func(tx Tx) error {
		isNew, err := tx.Once(key, d.now())
		if err != nil || !isNew {
			return err
		}
		when := paper.ShortDate(due)
		return tx.Notify(news.Alert{
			ID: fmt.Sprintf("report-due/%d/%d", y, nearest), Kind: "decided", Level: news.Medium, To: []string{"reviewer", "leader", "office"},
			Subject: news.Text{VI: fmt.Sprintf("Còn %d ngày đến hạn báo cáo năm %d", left, y), EN: fmt.Sprintf("The annual report of %d is due in %d days", y, left)},
			Body: news.Text{VI: "Báo cáo kết quả truyền thông chính sách năm " + strconv.Itoa(y) + " gửi " + d.House.Addressee + " trước ngày " + when + ". Mở mục Báo cáo để lập và duyệt.",
				EN: "The annual report goes to " + d.House.Addressee + " by " + when + ". Open Reports to write and approve it."},
			Path: "/reports?kind=annual", Group: fmt.Sprintf("report-due/%d", y), Event: d.now(), Created: d.now(),
		}, "report-due", d.now())
	})
}

// annualDone reports whether the annual report of a year is approved: nobody
// is reminded of what is done.
func (d *Desk) annualDone(ctx context.Context, y int) (bool, error) {
	const page = 50
	for offset := 0; ; offset += page {
		rs, err := d.Store.Reports(ctx, Annual, offset, page)
		if err != nil {
			return false, fmt.Errorf("reports: the annual report: %w", err)
		}
		for i := range rs {
			if r := &rs[i]; yearOf(r) == y && (r.State == Approved || r.State == Sent) {
				return true, nil
			}
		}
		if len(rs) < page {
			return false, nil
		}
	}
}

// left marks approved reports whose time to recall is over.
func (d *Desk) left(ctx context.Context) error {
	ids, err := d.Store.Leaving(ctx, d.now())
	if err != nil {
		return fmt.Errorf("reports: what leaves: %w", err)
	}
	for _, id := range ids {
		err := d.change(ctx, id, "report.send", system, "", func(_ Tx, r *Report) error {
			if r.State == Approved {
				r.State = Sent
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
