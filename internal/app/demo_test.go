package app

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"langnghe/indexer"
	"langnghe/internal/bus"
	"langnghe/internal/demo"
	"langnghe/internal/news"
	"langnghe/review"
)

// TestDemo replays the sixty days and looks for the stories that were put
// into them: what must be found is found, what must be left alone is.
func TestDemo(t *testing.T) {
	if testing.Short() {
		t.Skip("replays sixty days")
	}
	if slowed {
		t.Skip("sixty days take ten minutes under the race detector; TestFirstLight and TestSplit race the same parts")
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ready := make(chan struct{})
	var svc *Service
	var world *demo.World
	var box *demo.Mailbox
	var out bytes.Buffer
	done, compared := make(chan error, 1), make(chan struct{})
	log := slog.New(slog.DiscardHandler)
	if os.Getenv("LANGNGHE_TEST_LOG") != "" {
		log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	begin := time.Now()
	go func() {
		done <- Demo(ctx, DemoOptions{DataDir: t.TempDir(), Listen: "127.0.0.1:0", Log: log, Out: &out, Live: 300 * time.Millisecond,
			Ready: func(s *Service, w *demo.World, b *demo.Mailbox) {
				svc, world, box = s, w, b
				close(ready)
				// Nothing new while it is compared.
				select {
				case <-compared:
				case <-ctx.Done():
				}
			}})
	}()
	select {
	case <-ready:
	case err := <-done:
		t.Fatalf("demo: %v", err)
	case <-time.After(9 * time.Minute): // on a busy machine
		t.Fatal("the replay takes more than nine minutes")
	}
	t.Logf("replayed in %v", time.Since(begin).Round(100*time.Millisecond))

	modest(t, ctx, svc)

	// Nothing is lost on the way.
	st, err := bus.Ask(ctx, svc.bus, AskIndex, None{})
	if err != nil {
		t.Fatal(err)
	}
	flags := flagsByPiece(t, svc, world)
	list, err := bus.Ask(ctx, svc.bus, AskRules, None{})
	if err != nil || len(list.Errors) != 0 {
		t.Fatalf("rules: %v, %v", list.Errors, err)
	}
	t.Logf("%d pieces, %d items stored, %d flagged", world.Len(), st.Items, len(flags))

	type tally struct {
		all, any, serious int
		flagged           []string // what is serious, with its rules
	}
	stories := map[string]*tally{}
	var wronged []string // residents' voices that got a flag of level 2 or more
	residents := 0
	for _, p := range world.Pieces() {
		s := stories[p.Story]
		if s == nil {
			s = new(tally)
			stories[p.Story] = s
		}
		s.all++
		fs := flags[p.ID]
		serious := false
		for _, f := range fs {
			// A question about a rumour is answered fast, a denunciation has
			// its own path; both protect who speaks.
			serious = serious || f.Level >= news.Medium && f.Rule != "hoi-tin-don" && f.Rule != "to-cao-tham-nhung"
		}
		if len(fs) > 0 {
			s.any++
		}
		if serious {
			s.serious++
			for _, f := range fs {
				s.flagged = append(s.flagged, fmt.Sprintf("%s %s:%d %s", p.ID, f.Rule, f.Level, p.Text))
			}
		}
		if news.Stance(p.Stance).Speaks() {
			residents++
			if serious {
				wronged = append(wronged, p.ID+": "+p.Text)
			}
		}
	}
	for name, s := range stories {
		t.Logf("%-10s %3d pieces, %3d flagged, %3d of level ≥ 2", name, s.all, s.any, s.serious)
	}
	// found: at least so many serious flags; silent: at most so many.
	for story, least := range map[string]int{"dam": 4, "school": 3, "gift": 5, "fee": 4} {
		if stories[story].serious < least {
			t.Errorf("story %s: %d serious flags, want at least %d", story, stories[story].serious, least)
		}
	}
	if s := stories["water"]; s.any < s.all/2 {
		t.Errorf("the water complaints: %d of %d in the inbox, want at least half", s.any, s.all)
	}
	for story, most := range map[string]int{"police": 0, "elsewhere": 0, "praise": 0, "water": 1} {
		if stories[story].serious > most {
			t.Errorf("story %s: %d serious flags, want at most %d:\n%s", story, stories[story].serious, most, strings.Join(stories[story].flagged, "\n"))
		}
	}
	if len(wronged)*50 > residents {
		t.Errorf("%d of %d complaints, questions, opinions, praise and satire were flagged as more than to be answered:\n%s", len(wronged), residents, strings.Join(wronged, "\n"))
	}

	// The dam is critical; the fee rumour cites the paper that refutes it;
	// the water complaints rise.
	var critical, cited, rising bool
	for id, fs := range flags {
		p, _ := world.Piece(id)
		for _, f := range fs {
			critical = critical || p.Story == "dam" && f.Level == news.Critical
			cited = cited || p.Story == "fee" && f.Citation != nil && f.Citation.Document == "42/TB-UBND"
		}
	}
	for _, f := range signals(t, svc) {
		rising = rising || f.Topic == "water"
		t.Logf("signal %s %s %s: %s", f.At.In(demo.Zone).Format("02/01 15:04"), f.Rule, f.Topic, f.Why.VI)
	}
	if !critical || !cited || !rising {
		t.Errorf("dam critical: %v, fee cites 42/TB-UBND: %v, water rises: %v; want all", critical, cited, rising)
	}
	dams := 0
	for _, m := range mails(box, "chutich@", "") {
		if strings.Contains(strings.ToLower(m.Subject+m.Text), "đập") {
			dams++
		}
	}
	if dams == 0 {
		t.Error("the leader got no mail about the dam")
	}
	// The sample officers' cases went their whole way.
	slips, err := svc.desk.Handoffs(ctx, sampleLiaison)
	if err != nil || len(slips) == 0 {
		t.Errorf("the liaison has %d hand-offs, %v; want the impersonation of the ward", len(slips), err)
	}
	published, err := svc.desk.Cases(ctx, review.CaseQuery{State: review.Published, Limit: 200})
	if err != nil || len(published) < 2 {
		t.Errorf("%d corrections are published, %v; want those of the fee and the forged letter", len(published), err)
	}
	decided, err := svc.desk.Cases(ctx, review.CaseQuery{Limit: 200})
	if err != nil {
		t.Error(err)
	}
	for _, c := range decided {
		if c.Citation != nil && (c.Citation.Clause == "" || c.Citation.Text == "") {
			t.Errorf("%s cites %+v: without the words of a clause", c.ID, *c.Citation)
		}
	}
	if n, err := svc.desk.VerifyAudit(ctx); err != nil || n == 0 {
		t.Errorf("audit chain: %d, %v", n, err)
	}

	trendsAgree(t, ctx, svc)
	reportsAgree(t, ctx, svc, world)

	// Observed follows the simulated time.
	page, err := bus.Ask(ctx, svc.bus, AskItems, indexer.ItemsQuery{To: world.First.AddDate(0, 0, 10)})
	if err != nil || len(page.Items) == 0 {
		t.Fatalf("items of the first ten days: %d, %v", len(page.Items), err)
	}
	for _, it := range page.Items {
		if d := it.Observed.Sub(it.Published); d < 0 || d > 6*time.Hour {
			t.Errorf("%s was observed %v after it was published", it.URL, d)
		}
	}
	// And then new ones keep arriving by themselves.
	close(compared)
	eventually(t, 30*time.Second, "a live item in the index", func() bool {
		now, err := bus.Ask(ctx, svc.bus, AskIndex, None{})
		return err == nil && now.Items > st.Items
	})
	cancel()
	if err := <-done; err != nil {
		t.Errorf("demo: %v", err)
	}
	if !strings.Contains(out.String(), "http://127.0.0.1:") || !strings.Contains(out.String(), demo.Password) {
		t.Errorf("the demo printed %q; want its address and sign-ins", out.String())
	}
}

// trendsAgree checks the figures of the board of trends, and of its sentences,
// against the index, day by day and topic by topic.
func trendsAgree(t *testing.T, ctx context.Context, svc *Service) {
	t.Helper()
	view, err := bus.Ask(ctx, svc.bus, AskTrends, None{})
	if err != nil {
		t.Fatal(err)
	}
	from := view.At.AddDate(0, 0, -70)
	counts, err := bus.Ask(ctx, svc.bus, AskCounts, indexer.CountQuery{By: "topic", Bucket: "day", From: from, To: view.At.AddDate(0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	index := map[string]int{}
	for _, c := range counts.Rows {
		index[c.Key+" "+c.At.In(demo.Zone).Format(time.DateOnly)] = c.Items
	}
	days, said := 0, 0
	for _, tr := range view.Trends {
		if tr.Kind != "topic" {
			continue
		}
		for _, d := range tr.Days[:len(tr.Days)-1] {
			days++
			if want := index[tr.ID+" "+d.At.In(demo.Zone).Format(time.DateOnly)]; d.Posts != want {
				t.Errorf("%s on %s: %d posts on the board, %d in the index", tr.ID, d.At.In(demo.Zone).Format(time.DateOnly), d.Posts, want)
			}
		}
		hours, err := bus.Ask(ctx, svc.bus, AskItems, indexer.ItemsQuery{From: tr.Window.From, To: view.At, Limit: 500})
		if err != nil {
			t.Fatal(err)
		}
		posts, negative := 0, 0
		for _, it := range hours.Items {
			if it.Reading == nil || it.Reading.Area.Fit == news.OutOfArea || !it.At().After(tr.Window.From) {
				continue
			}
			for _, topic := range it.Reading.Topics {
				if topic.ID == tr.ID {
					posts++
					if it.Reading.Tone.Label == "negative" {
						negative++
					}
				}
			}
		}
		said++
		if !strings.HasPrefix(tr.Why.VI, fmt.Sprintf("%d bài trong ", posts)) || negative != tr.Window.Negative {
			t.Errorf("%s: the index has %d posts, %d negative; the board says %q", tr.ID, posts, negative, tr.Why.VI)
		}
		if tr.Tier != "" {
			t.Logf("trend %s %s: %s", tr.Tier, tr.ID, tr.Why.VI)
		}
	}
	t.Logf("%d days and %d sentences agree with the index", days, said)
}

// flagsByPiece are the flags on the desk, by the sample web's piece.
func flagsByPiece(t *testing.T, svc *Service, w *demo.World) map[string][]news.Flag {
	t.Helper()
	out := map[string][]news.Flag{}
	add := func(e review.Entry) {
		if e.Item == nil {
			return
		}
		if p, ok := w.ByURL(e.Item.URL); ok {
			out[p.ID] = e.Flags
		}
	}
	entries(t, svc, func(e review.Entry) { add(e) })
	return out
}

func signals(t *testing.T, svc *Service) (out []news.Flag) {
	t.Helper()
	entries(t, svc, func(e review.Entry) {
		if e.Item == nil {
			out = append(out, e.Flags...)
		}
	})
	return out
}

// entries visits every entry of the desk, folded and decided ones too.
func entries(t *testing.T, svc *Service, visit func(review.Entry)) {
	t.Helper()
	for _, decided := range []bool{false, true} {
		for off := 0; ; off += 200 {
			page, err := svc.desk.Inbox(t.Context(), review.InboxQuery{Decided: decided, Offset: off, Limit: 200, By: officer})
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range page.Entries {
				visit(e)
				for _, id := range e.Similar {
					folded, err := svc.desk.Entry(t.Context(), id, officer)
					if err != nil {
						t.Fatal(err)
					}
					visit(folded)
				}
			}
			if len(page.Entries) < 200 {
				break
			}
		}
	}
}

// modest holds every flag that the machine raised in sixty days to its words:
// it never says more than that there are signs, and always why it may be
// wrong, in both languages.
func modest(t *testing.T, ctx context.Context, svc *Service) {
	t.Helper()
	flags := 0
	for _, decided := range []bool{false, true} {
		for offset := 0; ; offset += 200 {
			in, err := svc.accounts.Inbox(ctx, review.InboxQuery{Decided: decided, Offset: offset, Limit: 200})
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range in.Entries {
				for _, f := range e.Flags {
					flags++
					if f.Doubt.VI == "" || f.Doubt.EN == "" || f.Why.VI == "" || f.Why.EN == "" {
						t.Errorf("flag %s does not say why, or why it may be wrong: %+v %+v", f.Rule, f.Why, f.Doubt)
					}
					if f.Type == "match" && (!strings.HasPrefix(f.Why.VI, "Có dấu hiệu") || !strings.HasPrefix(f.Why.EN, "Signs of")) {
						t.Errorf("flag %s says %q, %q", f.Rule, f.Why.VI, f.Why.EN)
					}
					for _, bad := range []string{"là tin giả", "sai sự thật", "bịa đặt", "vi phạm", "fake news", "is false"} {
						if strings.Contains(strings.ToLower(f.Why.VI+" "+f.Why.EN+" "+f.Title.VI+" "+f.Title.EN), bad) {
							t.Errorf("flag %s says %q: %s", f.Rule, bad, f.Why.VI)
						}
					}
				}
			}
			if len(in.Entries) < 200 {
				break
			}
		}
	}
	t.Logf("%d flags say why, and why they may be wrong", flags)
	if flags < 200 {
		t.Errorf("only %d flags", flags)
	}
}
