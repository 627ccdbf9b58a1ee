package reports_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"langnghe/internal/calendar"
	"langnghe/internal/news"
	"langnghe/internal/store"
	"langnghe/reports"
)

// A world is a ward's year, made of dice: what was said each day, and cases.
type world struct {
	t     testing.TB
	desk  *reports.Desk
	store *store.Desk
	now   time.Time
	items []item
	cases []reports.Case
	sum   map[reports.CountQuery][]reports.Count
}

type item struct {
	day                           time.Time
	topic, tone, stance, sourceID string
}

var (
	reviewer = reports.Person{Name: "canbo", Role: "reviewer"}
	leader   = reports.Person{Name: "chutich", Role: "leader"}
	office   = reports.Person{Name: "vanphong", Role: "office"}
	justice  = reports.Person{Name: "tuphap", Role: "justice"}
	police   = reports.Person{Name: "congan", Role: "police_liaison"}
	editor   = reports.Person{Name: "bientap", Role: "editor"}
	unit     = reports.Person{Name: "hatang", Role: "unit", Unit: "Phòng Kinh tế, Hạ tầng và Đô thị"}
)

func date(s string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, s, calendar.Zone)
	if err != nil {
		panic(err)
	}
	return t
}

func newWorld(t testing.TB, seed uint64, perDay int) *world {
	t.Helper()
	s, err := store.OpenDesk(context.Background(), filepath.Join(t.TempDir(), "desk.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	w := &world{t: t, store: s, now: date("2026-11-20").Add(15 * time.Hour), sum: map[reports.CountQuery][]reports.Count{}}
	r := rand.New(rand.NewPCG(seed, 1))
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	first := date("2026-01-01")
	for day := first; day.Before(w.now); day = day.AddDate(0, 0, 1) {
		n := perDay/2 + r.IntN(perDay+1)
		hot := news.TopicIDs[r.IntN(len(news.TopicIDs))]
		for range n {
			it := item{day, news.TopicIDs[r.IntN(len(news.TopicIDs))], pick("negative", "neutral", "positive", "neutral"),
				pick("complaint", "question", "praise", "rumour_query", "report", "opinion", "satire"), pick("baonghean", "cong-phuong", "facebook", "zalo")}
			if r.IntN(4) == 0 {
				it.topic = hot
			}
			w.items = append(w.items, it)
		}
		for range r.IntN(3) {
			w.cases = append(w.cases, w.newCase(r, len(w.cases), day.Add(time.Duration(r.IntN(24))*time.Hour)))
		}
	}
	w.desk, err = reports.New(reports.Options{
		Store: s.Reports(), Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return w.now },
		Counts: w.counts, Cases: func(context.Context, time.Time) ([]reports.Case, error) { return w.cases, nil },
		Sources: func(context.Context) (int, int, error) { return 12, 11, nil },
		Headlines: func(context.Context, time.Time, time.Time, int) ([]reports.Headline, error) {
			return []reports.Headline{{Title: "Phường khánh thành 2 cây cầu dân sinh trong năm 2026", Source: "Báo Nghệ An", Day: w.now}}, nil
		},
		Forecast: func(_ context.Context, first time.Time, daily []float64, n int) ([]reports.Band, error) {
			sum := 0.0
			for _, v := range daily {
				sum += v
			}
			mean := sum / float64(len(daily))
			var out []reports.Band
			for range n {
				out = append(out, reports.Band{Expected: mean, Low: mean * 0.8, High: mean * 1.2})
			}
			return out, nil
		},
		Unit: func(topic string) string {
			return map[string]string{"water": "Đơn vị cấp nước", "roads": unit.Unit}[topic]
		},
		House: reports.House{Ward: "Phường Thái Hòa", Superior: "UBND tỉnh Nghệ An", Contact: "Văn phòng HĐND và UBND phường, số 0238 3881 234"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) newCase(r *rand.Rand, n int, at time.Time) reports.Case {
	kinds := []news.Choice{news.Answer, news.Answer, news.Answer, news.Verify, news.Scam, news.Danger}
	c := reports.Case{ID: fmt.Sprintf("V-2026-%04d", n+1), Kind: kinds[r.IntN(len(kinds))], Topic: news.TopicIDs[r.IntN(len(news.TopicIDs))], Opened: at, Level: news.Level(1 + r.IntN(4))}
	later := func(max int) time.Time { return at.Add(time.Duration(1+r.IntN(max)) * time.Hour) }
	switch c.Kind {
	case news.Answer:
		c.Title, c.Claim = "PHẢN ÁNH-KÍN", "PHẢN ÁNH-KÍN" // must stand nowhere
		c.Unit, c.Due = unit.Unit, at.AddDate(0, 0, 5)
		c.Place = []string{"Khối Đồng Tâm", "", "Khối 3"}[n%3]
		if r.IntN(3) > 0 {
			c.Answered = later(200)
			c.Closed = c.Answered.Add(time.Hour)
		}
	case news.Verify, news.Scam:
		c.Title, c.Claim, c.Verdict = "Tin đồn về đập nước", "Có người nói đập đã vỡ", "unverified"
		if r.IntN(3) > 0 {
			c.Verdict, c.Citation = "false_info", &news.Citation{Document: "42/TB-UBND", Clause: "Điều 1"}
			c.Drafted = later(20)
			c.Waits = []reports.Span{{From: c.Drafted}}
			if r.IntN(3) > 0 {
				c.Approved = c.Drafted.Add(2 * time.Hour)
				c.Waits[0].To = c.Approved
				c.Published = c.Approved.Add(3 * time.Hour)
				c.Outs = []time.Time{c.Published}
				for i, hours := range []int{24, 72} {
					c.Effects = append(c.Effects, reports.Effect{At: c.Published.Add(time.Duration(hours) * time.Hour), Hours: hours, Before: 4 + len(c.ID) + 3*i, After: n % (3 + i)})
				}
				c.Places = []reports.Place{{At: c.Published, Where: "https://thaihoa.example/dinh-chinh"}, {At: c.Published.Add(time.Hour), Where: "Loa khối 3, 17:00"}}
				c.Correct = &reports.CorrectionText{Portal: "Đập an toàn. Mực nước lúc 18 giờ ngày 24/11/2026 thấp hơn mức báo động 1 là 2,5 m.", Post: "Đập an toàn, bà con yên tâm.", Radio: "Đập an toàn tính đến 18:00 ngày 24/11/2026."}
				if r.IntN(2) == 0 {
					c.Closed = c.Published.Add(72 * time.Hour)
				}
				if c.Kind == news.Scam {
					c.Proposals = []reports.Span{{From: c.Drafted, To: c.Approved}}
					c.Handoff = &reports.Handoff{Category: "fraud_or_scam", Claim: c.Claim, URLs: []string{"hxxps://dichvucong-gia[.]top"}, Evidence: "Tên miền không thuộc cơ quan nhà nước", Request: "Cảnh báo người dân",
						Citation: *c.Citation, Proposed: "canbo", At: c.Drafted, Approved: "chutich", ApprovedAt: c.Approved, Sent: c.Approved.Add(10 * time.Minute), Seal: "ab12", Outcome: "received", Received: c.Approved.Add(time.Hour),
						Captures: []reports.Capture{{URL: "hxxps://mang[.]example/1", Text: "Nhận quà 500.000 đồng, gọi [số].", SHA256: strings.Repeat("0f", 32), At: c.Opened}}}
				}
			}
		}
	}
	return c
}

func (w *world) counts(_ context.Context, q reports.CountQuery) ([]reports.Count, error) {
	type key struct {
		k   string
		day time.Time
	}
	sum := map[key]int{}
	for _, it := range w.items {
		if it.day.Before(q.From) || !it.day.Before(q.To) || q.Topic != "" && it.topic != q.Topic {
			continue
		}
		k := map[string]string{"": "", "topic": it.topic, "tone": it.tone, "stance": it.stance, "source": it.sourceID}[q.By]
		sum[key{k, it.day}]++
	}
	var out []reports.Count
	for k, n := range sum {
		out = append(out, reports.Count{Key: k.k, Day: k.day, Items: n})
	}
	return out, nil
}

// fill writes a few entries into every ledger.
func (w *world) fill() {
	w.t.Helper()
	ctx := context.Background()
	save := func(by reports.Person, ledger string, v map[string]string) string {
		r, err := w.desk.Save(ctx, ledger, "", v, by)
		if err != nil {
			w.t.Fatalf("%s: %v", ledger, err)
		}
		return r.ID
	}
	was := w.now
	w.now = date("2026-02-01")
	p := save(reviewer, "policies", map[string]string{"title": "Mức đóng bảo hiểm y tế hộ gia đình 2026", "docno": "15/2026/NĐ-CP", "issued": "2026-01-10", "level": "central", "stage": "promulgated", "affects": "yes", "topic": "health_insurance"})
	save(reviewer, "policies", map[string]string{"title": "Bảng giá đất", "issued": "2026-01-20", "level": "province", "stage": "promulgated", "affects": "yes", "topic": "land"})
	save(reviewer, "policies", map[string]string{"title": "Sắp xếp nội bộ", "issued": "2026-01-20", "level": "ward", "stage": "promulgated", "affects": "no"})
	save(editor, "publications", map[string]string{"policy": p, "title": "Bài hỏi đáp", "channel": "portal", "day": "2026-01-15", "evidence": "https://thaihoa.example/bhyt", "views": "1250"})
	save(editor, "publications", map[string]string{"policy": p, "title": "Bản tin 12", "channel": "radio", "day": "2026-01-16", "evidence": "Bản tin số 12", "plays": "4", "minutes": "3"})
	c := save(justice, "consultations", map[string]string{"title": "Quy chế chợ", "from": "2026-01-05", "to": "2026-01-30", "unit": unit.Unit, "impact": "yes"})
	save(justice, "opinions", map[string]string{"consultation": c, "article": "Điều 3", "text": "Bố trí chỗ để xe miễn phí 15 phút", "count": "7", "day": "2026-01-12", "result": "accepted", "response": "Đã bổ sung khoản 2"})
	save(justice, "opinions", map[string]string{"consultation": c, "article": "Điều 1", "text": "Giữ tên chợ", "count": "2", "day": "2026-01-13"})
	save(justice, "disclosure", map[string]string{"title": "Thủ tục hành chính", "url": "https://thaihoa.example/tthc", "since": "2026-01-02", "updated": "2026-01-20", "every": "30", "unit": "Văn phòng"})
	save(justice, "disclosure", map[string]string{"title": "Dự toán ngân sách", "unit": "Phòng Kinh tế"})
	save(justice, "requests", map[string]string{"title": "Quy hoạch đường 2026", "received": "2026-01-12", "days": "5", "answered": "2026-01-15", "result": "given"})
	save(justice, "requests", map[string]string{"title": "Hồ sơ đất", "received": "2026-01-12", "days": "5", "answered": "2026-01-29", "result": "given"})
	save(reviewer, "tasks", map[string]string{"title": "Phát thanh 2 buổi mỗi tuần", "year": "2026", "unit": "Đài truyền thanh phường", "due": "2026-12-01", "done": "2026-01-30"})
	save(reviewer, "tasks", map[string]string{"title": "Mở lớp cho cộng tác viên", "year": "2026", "unit": "Phòng Văn hóa - Xã hội"})
	save(reviewer, "events", map[string]string{"title": "Thu phí vệ sinh quý IV", "day": "2026-11-24"})
	w.now = was
}

// requests are one of every kind; those of a case have one that fits.
func (w *world) requests() []reports.Request {
	find := func(ok func(c *reports.Case) bool) string {
		for i := range w.cases {
			if ok(&w.cases[i]) {
				return w.cases[i].ID
			}
		}
		w.t.Fatal("the world has no such case")
		return ""
	}
	claim := find(func(c *reports.Case) bool { return c.Correct != nil })
	return []reports.Request{
		{Kind: reports.Weekly}, {Kind: reports.Daily}, {Kind: reports.Annual}, {Kind: reports.Plan},
		{Kind: reports.Urgent, Case: claim}, {Kind: reports.Urgent, Case: find(func(c *reports.Case) bool { return c.Kind == news.Answer })},
		{Kind: reports.Police, Case: find(func(c *reports.Case) bool { return c.Handoff != nil })},
		{Kind: reports.Complaint, Case: find(func(c *reports.Case) bool { return c.Kind == news.Answer })},
		{Kind: reports.Correction, Case: claim}, {Kind: reports.Radio, Case: claim}, {Kind: reports.Notice, Case: claim},
	}
}

// writerOf is somebody who may write a kind.
func writerOf(k reports.Kind) reports.Person {
	for _, p := range []reports.Person{reviewer, leader} {
		if k.MayWrite(p.Role) {
			return p
		}
	}
	return office
}
