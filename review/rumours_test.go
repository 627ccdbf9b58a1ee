package review_test

import (
	"strings"
	"testing"

	"langnghe/internal/news"
	"langnghe/official/rumour"
	"langnghe/review"
)

func TestRumours(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	in := []rumour.Claim{{Text: "Đập Khe Son sắp vỡ", Source: "vafc", Says: "Sai", Verdict: "false_info"}, {Text: "đập  khe son sắp vỡ", Source: "police"}}
	_, err := h.AddRumours(ctx, in, liaison)
	h.refused(err, "forbidden")
	n, err := h.AddRumours(ctx, in, hoa)
	h.must(err)
	list, err := h.RumoursFor(ctx, hoa)
	h.must(err)
	if n != 1 || len(list) != 1 || list[0].Verdict != "" || list[0].Says != "Sai" {
		t.Fatalf("added %d: %+v; want one claim, without a verdict that no person of the ward gave", n, list)
	}
	h.later(0)
	if len(h.facts) != 1 || len(h.facts[0].Claims) != 1 {
		t.Errorf("rules heard %+v, want the claim", h.facts)
	}
	_, err = h.AddRumours(ctx, []rumour.Claim{{Text: "x", Source: "own"}}, hoa)
	h.refused(err, "incomplete")
	_, err = h.AddRumours(ctx, []rumour.Claim{{Text: strings.Repeat("x", 1001), Source: "police"}}, hoa)
	h.refused(err, "incomplete")

	id := list[0].ID
	h.must(h.LinkRumour(ctx, id, "i1", true, hoa))
	h.must(h.LinkRumour(ctx, id, "i1", false, binh)) // the latest word counts
	h.refused(h.LinkRumour(ctx, "none", "i1", true, hoa), "not_found")
	h.refused(h.LinkRumour(ctx, id, "i1", true, liaison), "forbidden")
	_, links, err := h.Rumour(ctx, id, hoa)
	h.must(err)
	if len(links) != 1 || links[0].Same || links[0].By != binh.Name {
		t.Errorf("links = %+v", links)
	}
}

// Every playbook is complete in both languages; clocks are those of the
// context: 48 h, 4 h and 24 h, 10 and 60 minutes.
func TestPlaybooks(t *testing.T) {
	for l := news.Informational; l <= news.Critical; l++ {
		for _, kind := range []review.CaseKind{news.Verify, news.Scam, news.Answer} {
			for _, topic := range []string{"disaster", "education", ""} {
				p := review.PlaybookOf(l, kind, topic)
				for _, s := range append(p.Steps, p.Means, p.Channels) {
					if s.VI == "" || s.EN == "" {
						t.Errorf("level %d %s %s: %+v", l, kind, topic, s)
					}
				}
				if want := map[news.Level]string{0: "0s 0s", 1: "0s 0s", 2: "48h0m0s 0s", 3: "4h0m0s 24h0m0s", 4: "10m0s 1h0m0s"}[l]; p.Look.String()+" "+p.Say.String() != want {
					t.Errorf("level %d: clocks %v %v, want %s", l, p.Look, p.Say, want)
				}
				if l >= news.Medium && len(p.Steps) < 2 {
					t.Errorf("level %d %s %s: %d steps", l, kind, topic, len(p.Steps))
				}
			}
		}
	}
}

// The first notice of a dam-burst story carries the playbook of its level; a
// note of a lower level does not.
func TestNoticeCarriesPlaybook(t *testing.T) {
	h := newHouse(t)
	h.take(flag("dam", news.Claiming, news.Critical, topic("disaster")))
	h.later(0)
	as := h.sent("flagged")
	if len(as) != 1 {
		t.Fatalf("%d notices, want one", len(as))
	}
	for _, want := range []string{"Việc cần làm:\n1. Gọi trực ban", "Phát loa 10 phút", "Vì sao có thể sai"} {
		if !strings.Contains(as[0].Body.VI, want) {
			t.Errorf("the notice lacks %q: %s", want, as[0].Body.VI)
		}
	}
	if !strings.Contains(as[0].Body.EN, "What to do:\n1. Phone the dam") {
		t.Errorf("in English: %s", as[0].Body.EN)
	}
}

// What a source of checks publishes waits for a person; rules hear of it, and
// of a case's claim, when a person has spoken. A verdict travels along
// confirmed links alone.
func TestProposedRumours(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	const said = "Đập Khe Son sắp vỡ nước sẽ tràn về hạ du ngay trong đêm nay"
	in := []rumour.Claim{
		{Text: said, Source: "claimreview", Says: "Sai sự thật", Verdict: "false_info", URL: "https://kiem-chung.example/1"},
		{Text: "", Source: "vafc"}, {Text: "x", Source: "own"}, {Text: "tin đồn khác hẳn", Source: "police"},
	}
	for range 2 { // again changes nothing
		_, err := h.ProposeRumours(ctx, in)
		h.must(err)
	}
	wait, err := h.ProposedRumours(ctx)
	h.must(err)
	list, err := h.RumoursFor(ctx, hoa)
	h.must(err)
	h.later(0)
	if len(wait) != 2 || len(list) != 0 || len(h.facts) != 0 {
		t.Fatalf("waiting %+v, register %+v, rules heard %+v; want two waiting and nothing else", wait, list, h.facts)
	}
	item := []news.Item{{ID: "i1", Text: "mọi người ơi " + said}, {ID: "i2", Text: "Không có chuyện " + said + ", tin bịa đặt"}, {ID: "i3", Text: "chiều nay mất nước"}}
	if k, err := h.KnownFor(ctx, item, hoa); err != nil || len(k) != 0 {
		t.Errorf("a proposal is known already: %+v, %v", k, err)
	}
	id := map[string]string{wait[0].Text: wait[0].ID, wait[1].Text: wait[1].ID}
	h.refused(h.TakeRumour(ctx, id[said], "", true, liaison), "forbidden")
	h.must(h.TakeRumour(ctx, id[said], "", true, hoa))
	h.must(h.TakeRumour(ctx, id["tin đồn khác hẳn"], "", false, hoa))
	h.refused(h.TakeRumour(ctx, id[said], "", false, hoa), "not_found")
	if _, err := h.ProposeRumours(ctx, in); err != nil {
		t.Fatal(err)
	}
	wait, err = h.ProposedRumours(ctx)
	h.must(err)
	list, err = h.RumoursFor(ctx, hoa)
	h.must(err)
	h.later(0)
	if len(wait) != 0 || len(list) != 1 || list[0].Verdict != "" || len(h.facts) != 1 || len(h.facts[0].Claims) != 1 {
		t.Fatalf("waiting %+v, register %+v, rules heard %+v; want one claim taken, one refused for good", wait, list, h.facts)
	}
	k, err := h.KnownFor(ctx, item, hoa)
	h.must(err)
	if len(k["i1"]) != 1 || !k["i1"][0].Travels() || len(k["i2"]) != 1 || k["i2"][0].Travels() || len(k["i3"]) != 0 {
		t.Errorf("known: %+v; want i1 confirmed, i2 denying, nothing for i3", k)
	}
	h.must(h.LinkRumour(ctx, id[said], "i1", false, hoa))
	if k, err = h.KnownFor(ctx, item[:1], hoa); err != nil || len(k["i1"]) != 0 {
		t.Errorf("a person said that it is another matter: %+v, %v", k, err)
	}
}
