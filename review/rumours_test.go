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
	list, err := h.Rumours(ctx)
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
	_, links, err := h.Rumour(ctx, id)
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
