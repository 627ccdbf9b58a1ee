package app

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"langnghe/alerts"
	"langnghe/indexer"
	"langnghe/internal/lang"
	"langnghe/internal/news"
	"langnghe/internal/reading"
)

// vitals is what the system says of itself each morning. A role that does
// not answer is named: that is what the report is for.
func (b *builder) vitals(ctx context.Context) news.Text {
	var vi, en []string
	say := func(v, e string, args ...any) {
		vi, en = append(vi, fmt.Sprintf(v, args...)), append(en, fmt.Sprintf(e, args...))
	}
	if all, err := askNone(b, AskSources)(ctx); err != nil {
		say("Phần thu thập KHÔNG trả lời.", "The crawler does NOT answer.")
	} else {
		well, bad := 0, []string{}
		for _, s := range all {
			if s.State == "ok" || s.State == "new" {
				well++
			} else {
				bad = append(bad, s.Source.ID)
			}
		}
		if say("Nguồn tin chạy tốt: %d/%d.", "Sources that are well: %d of %d.", well, len(all)); len(bad) > 0 {
			say("Nguồn có vấn đề: %s.", "In trouble: %s.", strings.Join(bad, ", "))
		}
	}
	now := b.now()
	if c, err := ask(b, AskCounts)(ctx, indexer.CountQuery{Bucket: "hour", From: now.Add(-24 * time.Hour), To: now}); err != nil {
		say("Phần lập chỉ mục KHÔNG trả lời.", "The indexer does NOT answer.")
	} else {
		n := 0
		for _, r := range c.Rows {
			n += r.Items
		}
		say("Mục tin trong địa bàn 24 giờ qua: %d.", "Items about the ward in 24 hours: %d.", n)
	}
	if l, err := askNone(b, AskRules)(ctx); err != nil {
		say("Phần quy tắc KHÔNG trả lời.", "The rules do NOT answer.")
	} else {
		say("Quy tắc đang chạy: %d.", "Rules in force: %d.", len(l.Rules))
	}
	if d, err := ask(b, AskDeliveries)(ctx, alerts.DeliveriesQuery{Limit: 1}); err != nil {
		say("Phần cảnh báo KHÔNG trả lời.", "The alerts do NOT answer.")
	} else {
		say("Thông báo đang chờ gửi: %d, không gửi được trong 7 ngày: %d.", "Notices on their way: %d, given up in 7 days: %d.", d.Waiting, d.Dead)
	}
	if o, err := askNone(b, AskOverview)(ctx); err == nil && len(o.Watches) > 0 {
		say("Tin khẩn chưa ai xử lý: %d.", "Urgent and unanswered: %d.", len(o.Watches))
	}
	return news.Text{VI: strings.Join(vi, "\n"), EN: strings.Join(en, "\n")}
}

// deadMan says, in a metric and to an address outside, that all parts of
// this process are well. When they are not, or the machine is gone, it says
// nothing, and whoever listens there tells somebody.
func (b *builder) deadMan() {
	alive := promauto.With(b.reg).NewGauge(prometheus.GaugeOpts{
		Name: "langnghe_app_alive_timestamp_seconds", Help: "When all parts of this process were last well.",
	})
	b.every("self-check", 15*time.Second, func(ctx context.Context) error {
		if b.well(ctx) == nil {
			alive.SetToCurrentTime()
		}
		return nil
	})
	c := b.opts.Config.DeadMan
	if c.URL == "" || b.opts.Manual {
		return
	}
	client := &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	b.every("dead man", c.Every, func(ctx context.Context) error {
		if err := b.well(ctx); err != nil {
			return fmt.Errorf("not called: %w", err)
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL, nil)
		if err != nil {
			return err
		}
		req.Header.Set("User-Agent", "langnghe")
		res, err := client.Do(req)
		if err != nil {
			return fmt.Errorf("%s: no answer", req.URL.Host) // the address holds a key
		}
		defer res.Body.Close()
		_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 4<<10))
		if res.StatusCode/100 != 2 {
			return fmt.Errorf("%s answers %s", req.URL.Host, res.Status)
		}
		return nil
	})
}

// well returns an error that names a part which is not.
func (b *builder) well(ctx context.Context) error {
	for name, err := range b.readiness(ctx) {
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// places finds the neighbourhood that an item is about among the words that
// place it in the ward.
func places(p reading.Profile) func(*news.Item) string {
	// The words were found as a place of the ward already, so what they are
	// without diacritics is enough: "khoi 3" is Khối 3.
	fold := func(s string) string { return lang.Fold(lang.Key(s)) }
	return func(it *news.Item) string {
		if it.Reading == nil {
			return ""
		}
		for _, sp := range it.Reading.Area.Because {
			for _, k := range p.Khoi {
				if fold(sp.Text) == fold(k.Name.VI) {
					return k.Name.VI
				}
			}
		}
		return ""
	}
}

// escalation is what the configuration says; in a replay nobody answers, and
// nobody is to be told again.
func (b *builder) escalation() alerts.Escalation {
	e := b.opts.Config.Escalation
	e.Off = e.Off || b.opts.Manual
	return e
}
