package app

import (
	"context"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"langnghe/indexer"
	"langnghe/internal/bus"
	"langnghe/internal/demo"
	"langnghe/internal/news"
	"langnghe/reports"
	"langnghe/review"
)

// recount answers the queries of reports by reading every item and every case
// itself, one by one.
type recount struct {
	t     *testing.T
	items []news.Item
	cases []review.Case
}

func newRecount(t *testing.T, ctx context.Context, svc *Service, before time.Time) *recount {
	t.Helper()
	c := &recount{t: t}
	for q := (indexer.ItemsQuery{To: before}); ; {
		page, err := bus.Ask(ctx, svc.bus, AskItems, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range page.Items {
			if it.Reading != nil && it.Reading.Area.Fit != news.OutOfArea {
				c.items = append(c.items, it)
			}
		}
		if q.Cursor = page.Next; page.Next == "" {
			break
		}
	}
	for {
		page, err := svc.desk.Cases(ctx, review.CaseQuery{Closed: true, Offset: len(c.cases), Limit: 200})
		if err != nil {
			t.Fatal(err)
		}
		c.cases = append(c.cases, page...)
		if len(page) < 200 {
			break
		}
	}
	return c
}

func (c *recount) value(q reports.Query) float64 {
	c.t.Helper()
	earlier := func(q reports.Query, n int) reports.Query {
		days := int(math.Round(q.To.Sub(q.From).Hours() / 24)) // the ward has no summer time
		q.From, q.To = q.From.AddDate(0, 0, -n*days), q.To.AddDate(0, 0, -n*days)
		return q
	}
	switch q.What {
	case "items":
		n := 0
		for i := range c.items {
			if at := c.items[i].At(); !at.Before(q.From) && at.Before(q.To) && c.fits(q, &c.items[i]) {
				n++
			}
		}
		return float64(n)
	case "mean":
		sum := 0.0
		for i := 1; i <= q.N; i++ {
			sum += c.value(earlier(*q.Of, i))
		}
		return sum / float64(q.N)
	case "forecast.weeks", "forecast.hits":
		n := 0
		for i := range q.N { // the week of the report is the last of them
			if made, held := c.foreseen(earlier(q, i)); made && (held || q.What == "forecast.weeks") {
				n++
			}
		}
		return float64(n)
	}
	n := 0
	for i := range c.cases {
		if k := &c.cases[i]; len(k.Entries) > 0 && (q.Topic == "" || k.Topic == q.Topic) && (q.By != "place" || k.Place == q.Key) && c.counts(q, k) {
			n++
		}
	}
	return float64(n)
}

// foreseen says whether a week could be forecast from the four weeks before
// it, and whether what came lay within that range. The forecast is made anew,
// from items counted one by one.
func (c *recount) foreseen(week reports.Query) (made, held bool) {
	c.t.Helper()
	day := func(n int) float64 {
		return c.value(reports.Query{What: "items", Topic: week.Topic, From: week.From.AddDate(0, 0, n), To: week.From.AddDate(0, 0, n+1)})
	}
	var series []float64
	for n := range 28 {
		series = append(series, day(n-28))
	}
	if slices.Max(series) == 0 {
		return false, false
	}
	bands, err := forecastDays(c.t.Context(), week.From.AddDate(0, 0, -28), series, 7)
	if err != nil {
		c.t.Fatal(err)
	}
	came, low, high := 0.0, 0.0, 0.0
	for n, b := range bands {
		came, low, high = came+day(n), low+b.Low, high+b.High
	}
	return true, low <= came && came <= high
}

func (c *recount) fits(q reports.Query, it *news.Item) bool {
	if q.Topic != "" && !slices.ContainsFunc(it.Reading.Topics, func(m news.Topic) bool { return m.ID == q.Topic }) {
		return false
	}
	switch q.By {
	case "":
		return true
	case "tone":
		return string(it.Reading.Tone.Label) == q.Key
	case "stance":
		return string(it.Reading.Stance) == q.Key
	case "source":
		return it.Source == q.Key
	}
	c.t.Fatalf("a report counts items by %q, which this test does not know", q.By)
	return false
}

// counts tells from a case's own history whether it belongs to a measure.
func (c *recount) counts(q reports.Query, k *review.Case) bool {
	first := func(act string) (at time.Time) {
		for _, e := range k.Timeline {
			if e.Act == act && (at.IsZero() || e.At.Before(at)) {
				at = e.At
			}
		}
		return at
	}
	was := func(at time.Time) bool { return !at.IsZero() && at.Before(q.To) }
	in := func(at time.Time) bool { return was(at) && !at.Before(q.From) }
	answer := k.Kind == news.Answer
	claim := k.Kind == news.Verify || k.Kind == news.Scam
	replied, drafted := first(string(review.ReplyAnswer)), first(string(review.DraftCorrection))
	open := was(k.Opened) && !was(k.Closed)
	waiting := answer && open && !was(replied)
	switch q.What {
	case "complaints.received":
		return answer && in(k.Opened)
	case "complaints.answered":
		return answer && in(replied)
	case "complaints.in_time":
		return answer && in(replied) && (k.Due.IsZero() || !replied.After(k.Due))
	case "complaints.waiting":
		return waiting
	case "complaints.overdue":
		return waiting && was(k.Due)
	case "rumours.opened":
		return claim && in(k.Opened)
	case "rumours.open":
		return claim && open
	case "corrections.waiting":
		return claim && open && was(drafted) && (k.Correction == nil || !was(k.Correction.At))
	}
	c.t.Fatalf("a report counts %q, which this test does not know", q.What)
	return false
}

// searchesAgree follows the links behind the numbers of items: the search for
// a day finds as many as the number's row of that day says.
func searchesAgree(t *testing.T, ctx context.Context, svc *Service, world *demo.World) {
	t.Helper()
	rep, err := svc.reports.Write(ctx, reports.Request{Kind: reports.Weekly, At: world.First.AddDate(0, 0, demo.Days-3)})
	if err != nil {
		t.Fatal(err)
	}
	followed := 0
	for _, f := range rep.Figures {
		if f.Query.What != "items" {
			continue
		}
		b, err := svc.reports.Behind(ctx, &rep, f.ID, reports.Person{Role: "reviewer"})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range b.Parts {
			q := indexer.Query{Areas: []string{news.InArea, news.Ambiguous}, From: p.Query.From, To: p.Query.To, Newest: true, Limit: 1}
			if p.Query.Topic != "" {
				q.Topics = []string{p.Query.Topic}
			}
			switch by := []string{p.Query.Key}; p.Query.By {
			case "tone":
				q.Tones = by
			case "stance":
				q.Stances = by
			case "source":
				q.Sources = by
			}
			res, err := bus.Ask(ctx, svc.bus, AskSearch, q)
			if err != nil {
				t.Fatal(err)
			}
			if followed++; res.Total != int(p.Value) {
				t.Errorf("%s, %s: the number says %s, the search finds %d", svc.reports.Describe(f.Query).EN, p.Label.EN, p.Text, res.Total)
			}
		}
	}
	if followed < 40 {
		t.Errorf("only %d links were followed", followed)
	}
}

// upFront is how the lines up front read: a number, a comparison, who acts.
var upFront = regexp.MustCompile(`\d[\d.]* (tin|vụ việc|phản ánh|đính chính).*(▲ cao hơn hẳn|▼ thấp hơn hẳn|≈ gần bằng|ít dữ liệu, so với) trung bình 4 tuần \(\d[\d.,]*\); .+ \pL`)

// reportsAgree writes fifty weekly summaries, of weeks that begin on days
// chosen by dice, and holds every number of theirs against the items and
// cases themselves.
func reportsAgree(t *testing.T, ctx context.Context, svc *Service, world *demo.World) {
	t.Helper()
	c := newRecount(t, ctx, svc, world.First.AddDate(0, 0, demo.Days))
	r := rand.New(rand.NewPCG(uint64(world.First.Unix()), 50))
	numbers, nonzero, wrong, lines := 0, 0, 0, 0
	acts := append(slices.Clone(svc.reports.Units), "Chủ tịch UBND phường")
	begin := time.Now()
	for range 50 {
		at := world.First.AddDate(0, 0, 7+r.IntN(demo.Days-6)).Add(15 * time.Hour)
		rep, err := svc.reports.Write(ctx, reports.Request{Kind: reports.Weekly, At: at})
		if err != nil {
			t.Fatal(err)
		}
		for i, l := range rep.Lines {
			text := ""
			for _, s := range l.Spans {
				text += s.Text
			}
			_, number := rep.Figure(l.Figure)
			if lines++; !number || !upFront.MatchString(text) || !strings.Contains(text, "; "+l.Who+" ") || !slices.Contains(acts, l.Who) {
				t.Errorf("week before %s, line %d has no number, comparison or who must act: %q, %q", at.Format(time.DateOnly), i+1, text, l.Who)
			}
		}
		for _, f := range rep.Figures {
			want := c.value(f.Query)
			numbers++
			if want != 0 {
				nonzero++
			}
			if math.Abs(f.Value-want) > 1e-9 || f.Text != reports.Number(want) {
				if wrong++; wrong < 20 {
					t.Errorf("week before %s, %s: the report says %s, counted %v", at.Format(time.DateOnly), svc.reports.Describe(f.Query).EN, f.Text, want)
				}
			}
		}
	}
	t.Logf("50 weeks: %d of %d numbers are those of %d items and %d cases (%d are not zero), in %v", numbers-wrong, numbers, len(c.items), len(c.cases), nonzero, time.Since(begin).Round(time.Millisecond))
	if t.Logf("%d lines up front", lines); lines != 250 {
		t.Errorf("%d lines up front, want five a week", lines)
	}
	if nonzero < 500 {
		t.Errorf("only %d numbers are not zero", nonzero)
	}

	searchesAgree(t, ctx, svc, world)

	// The ledgers are alive, and one policy at least waits for its evidence.
	cover, err := svc.reports.Coverage(ctx)
	if err != nil || cover.All < 6 || cover.Covered == 0 || cover.Covered == cover.All || !cover.Rows[0].Gap {
		t.Errorf("coverage %d of %d, %v; want some policies covered and some not, those first", cover.Covered, cover.All, err)
	}
	for _, l := range reports.Ledgers {
		if rs, err := svc.accounts.Reports().Records(ctx, l.ID); err != nil || len(rs) == 0 {
			t.Errorf("the ledger %s has %d entries, %v", l.ID, len(rs), err)
		}
	}
}
