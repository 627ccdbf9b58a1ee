package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"langnghe/indexer"
	"langnghe/internal/news"
	"langnghe/official/rumour"
	"langnghe/review"
)

type rumoursPage struct {
	frame
	Claims   []rumour.Claim
	Proposed []rumour.Claim // by a machine, waiting for a person
	Problem  string
}

func (s *server) rumours(w http.ResponseWriter, r *http.Request) error {
	return s.rumoursPage(w, r, http.StatusOK, "")
}

func (s *server) rumoursPage(w http.ResponseWriter, r *http.Request, status int, refused string) error {
	list, err := s.Desk.RumoursFor(r.Context(), by(r))
	if err != nil {
		return err
	}
	p := rumoursPage{frame: s.frame(r, visitorOf(r).t.T("rumours.title")), Claims: list, Problem: refused}
	if p.Proposed, err = s.Desk.ProposedRumours(r.Context()); err != nil {
		return err
	}
	return s.renderStatus(w, r, status, "rumours", p)
}

// addRumour puts a check of somebody else into the register: typed, or as a
// ClaimReview that was pasted.
func (s *server) addRumour(w http.ResponseWriter, r *http.Request) error {
	v := r.FormValue
	_, err := s.enterRumour(r.Context(), rumour.Claim{Text: v("text"), Source: v("source"), Says: v("says"), URL: v("url")}, v("paste"), by(r))
	var p *problem
	if errors.As(err, &p) {
		return s.rumoursPage(w, r, p.status, visitorOf(r).t.T(p.key))
	}
	if err != nil {
		return err
	}
	return seeOther(w, r, "/rumours", "rumour")
}

// enterRumour adds a claim to the register, or those of a ClaimReview that
// was pasted, and says how many are new.
func (s *server) enterRumour(ctx context.Context, c rumour.Claim, paste string, u review.User) (added int, err error) {
	c = rumour.Claim{Text: strings.TrimSpace(c.Text), Source: strings.TrimSpace(c.Source), Says: strings.TrimSpace(c.Says), URL: strings.TrimSpace(c.URL), Checked: s.Now()}
	claims := []rumour.Claim{c}
	if paste = strings.TrimSpace(paste); paste != "" {
		if claims, err = rumour.ParseClaimReview([]byte(paste)); err != nil {
			return 0, &problem{status: http.StatusBadRequest, key: "rumours.bad_paste", field: "paste", code: "claim_review"}
		}
	}
	if weblink(claims[0].URL) == "" {
		claims[0].URL = ""
	}
	added, err = s.Desk.AddRumours(ctx, claims, u)
	var refused interface{ Code() string }
	if errors.As(err, &refused) && refused.Code() == "incomplete" {
		return 0, &problem{status: http.StatusBadRequest, key: "rumours.bad", field: "text", code: "incomplete"}
	}
	return added, err
}

// takeRumour is a person's word about a proposed claim.
func (s *server) takeRumour(w http.ResponseWriter, r *http.Request) error {
	keep := r.FormValue("keep") == "1"
	if err := s.Desk.TakeRumour(r.Context(), r.PathValue("id"), r.FormValue("text"), keep, by(r)); err != nil {
		return err
	}
	if !keep {
		return seeOther(w, r, "/rumours", "rumour_refused")
	}
	return seeOther(w, r, "/rumours", "rumour")
}

// known names the claims of the register beside entries. Without them the
// page still serves: what is missing is a hint.
func (s *server) known(r *http.Request, vs []entryView) {
	var items []news.Item
	for _, v := range vs {
		if v.Item != nil && v.Item.Text != "" {
			items = append(items, *v.Item)
		}
	}
	found, err := s.Desk.KnownFor(r.Context(), items, by(r))
	if err != nil {
		s.Log.Warn("known claims", "err", err)
		return
	}
	for i := range vs {
		if vs[i].Item != nil {
			vs[i].Known = found[vs[i].Item.ID]
		}
	}
}

type rumourPage struct {
	frame
	Claim   rumour.Claim
	Short   bool
	Off     bool // the index does not answer
	More    bool
	First   time.Time
	Copies  int // items that say it, in the same words or by a person's word
	Sources int
	Speed   int // items in the busiest 24 hours
	Before  int // items before the answer, and since
	After   int
	Days    []spreadDay
	Items   []rumourItem
}

// A spreadDay is how much was said on one day.
type spreadDay struct {
	Day   string // 2006-01-02
	Count int
	After bool // after the answer
	Part  int  // of the busiest day, in percent
}

type rumourItem struct {
	Hit    indexer.Hit
	Tier   rumour.Tier
	Denies bool
	Person string // "same", "other" or "": what a person said
	Parts  []part
}

// showRumour is the page of one claim: where it is said, since when, how
// fast, and what became of it after the answer. It asks the index and counts
// nothing twice.
func (s *server) showRumour(w http.ResponseWriter, r *http.Request) error {
	p, err := s.spreadOf(r)
	if err != nil {
		return err
	}
	return s.render(w, r, "rumour", p)
}

// spreadOf asks for everything that the page of a claim shows.
func (s *server) spreadOf(r *http.Request) (rumourPage, error) {
	c, links, err := s.Desk.Rumour(r.Context(), r.PathValue("id"), by(r))
	if err != nil {
		return rumourPage{}, err
	}
	p := rumourPage{frame: s.frame(r, visitorOf(r).t.T("rumours.title")), Claim: c, Short: len(strings.Fields(c.Text)) < 8}
	said := map[string]bool{}
	for _, l := range links {
		said[l.Item] = l.Same
	}
	if s.Search == nil {
		p.Off = true
		return p, nil
	}
	hits, copied, err := s.saying(r, &c, said, &p.More)
	if err != nil {
		p.Off = true
		return p, nil
	}
	m := rumour.NewMatcher([]rumour.Claim{c}, s.Now)
	sources := map[string]bool{}
	var times []time.Time
	for _, h := range hits {
		it := rumourItem{Hit: h}
		same, person := said[h.Item.ID]
		match := m.Match(h.Item.Title + "\n" + h.Item.Text)
		if len(match) == 0 && !person && !copied[h.Item.ID] {
			continue
		}
		if len(match) > 0 {
			it.Tier, it.Denies = match[0].Tier, match[0].Denies
		}
		if copied[h.Item.ID] {
			it.Tier = rumour.Confirmed
		}
		if rd := h.Item.Reading; rd != nil && (rd.Stance == news.Denial || rd.Stance == news.Warning) {
			it.Denies = true
		}
		if person {
			it.Person = "other"
			if same {
				it.Person = "same"
			}
		}
		it.Parts, _ = clip(s.careOf(&h.Item).marked(h.Item.Text, spansIn(h.Because, "text")), 260)
		p.Items = append(p.Items, it)
		if person && !same || it.Denies && !same || it.Tier != rumour.Confirmed && !same {
			continue // a suggestion does not count before a person has looked
		}
		p.Copies++
		sources[h.Item.Source] = true
		times = append(times, h.Item.At())
		if !c.Answer.IsZero() {
			if h.Item.At().Before(c.Answer) {
				p.Before++
			} else {
				p.After++
			}
		}
	}
	var shown []news.Item
	for i := range p.Items {
		shown = append(shown, p.Items[i].Hit.Item)
	}
	if err := s.recordShown(r, "item.search", c.ID, "", shown); err != nil {
		return rumourPage{}, err // what nobody accounts for, nobody sees
	}
	p.Sources = len(sources)
	slices.SortFunc(times, time.Time.Compare)
	slices.SortStableFunc(p.Items, func(a, b rumourItem) int { return b.Hit.Item.At().Compare(a.Hit.Item.At()) })
	p.First = c.First
	if len(times) > 0 && (p.First.IsZero() || times[0].Before(p.First)) {
		p.First = times[0]
	}
	p.Speed = busiest(times)
	p.Days = spread(times, c.Answer)
	return p, nil
}

const (
	mostHits    = 200 // items of one search
	mostStories = 20  // of a case
	mostEntries = 100 // of a case, of which a person said that they belong to it
)

// saying finds the items that may say a claim, each once: those near its
// words, and for a case of the ward, whose claim is in a person's words, what
// people put into the case and the copies of it. Said is what persons said of
// items; the entries of the case join it. Copied are the copies.
func (s *server) saying(r *http.Request, c *rumour.Claim, said map[string]bool, more *bool) (hits []indexer.Hit, copied map[string]bool, err error) {
	copied = map[string]bool{}
	have := map[string]bool{}
	take := func(found indexer.Result) {
		*more = *more || found.More || found.Total > len(found.Hits)
		for _, h := range found.Hits {
			if !have[h.Item.ID] {
				have[h.Item.ID] = true
				hits = append(hits, h)
			}
		}
	}
	found, err := s.find(r.Context(), indexer.Query{Text: words(c.Text), Limit: mostHits}, by(r))
	if err != nil {
		return nil, nil, err
	}
	take(found)
	if c.Case == "" {
		return hits, copied, nil
	}
	k, err := s.Desk.Case(r.Context(), c.Case, by(r))
	if err != nil {
		return hits, copied, nil // the case is not theirs to read; its claim is
	}
	stories := make([]indexer.Result, min(len(k.Stories), mostStories))
	g, ctx := errgroup.WithContext(r.Context())
	g.SetLimit(4)
	for i := range stories {
		g.Go(func() (err error) {
			stories[i], err = s.find(ctx, indexer.Query{Story: k.Stories[i], Newest: true, Limit: mostHits}, by(r))
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, nil, err
	}
	for _, found := range stories {
		take(found)
		for _, h := range found.Hits {
			copied[h.Item.ID] = true
		}
	}
	*more = *more || len(k.Stories) > mostStories || len(k.Entries) > mostEntries
	entries, err := s.Desk.Entries(r.Context(), k.Entries[:min(len(k.Entries), mostEntries)], by(r))
	if err != nil {
		return nil, nil, err
	}
	for _, e := range entries {
		if e.Item == nil {
			continue // erased, or a signal
		}
		if _, spoken := said[e.Item.ID]; !spoken && e.Decision != nil && e.Decision.Undone.IsZero() {
			said[e.Item.ID] = true
		}
		if !have[e.Item.ID] && e.Item.Text != "" {
			have[e.Item.ID] = true
			hits = append(hits, indexer.Hit{Item: *e.Item})
		}
	}
	return hits, copied, nil
}

// words leaves the words of a claim: a search takes them as they are, and
// signs would make a query of the rule language.
func words(claim string) string {
	return strings.Join(strings.FieldsFunc(claim, func(c rune) bool { return strings.ContainsRune(` "()[]{}:~*^+-/\`+"\n\t", c) }), " ")
}

// busiest is the most items within 24 hours.
func busiest(times []time.Time) (most int) {
	from := 0
	for i, at := range times {
		for at.Sub(times[from]) > 24*time.Hour {
			from++
		}
		most = max(most, i-from+1)
	}
	return most
}

// spread counts by day, in the ward's zone, from the first item to a week
// after the answer or the last item.
func spread(times []time.Time, answer time.Time) (out []spreadDay) {
	if len(times) == 0 {
		return nil
	}
	count, top := map[string]int{}, 0
	for _, at := range times {
		d := at.In(zone).Format(time.DateOnly)
		count[d]++
		top = max(top, count[d])
	}
	last := times[len(times)-1]
	if after := answer.AddDate(0, 0, 7); !answer.IsZero() && after.After(last) && after.Before(last.AddDate(0, 0, 14)) {
		last = after
	}
	for d := times[0].In(zone); len(out) < 60; d = d.AddDate(0, 0, 1) {
		k := d.Format(time.DateOnly)
		if k > last.In(zone).Format(time.DateOnly) {
			break
		}
		out = append(out, spreadDay{Day: k, Count: count[k], After: !answer.IsZero() && k > answer.In(zone).Format(time.DateOnly), Part: 100 * count[k] / max(1, top)})
	}
	return out
}

// linkRumour is a person's word about one item.
func (s *server) linkRumour(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	if err := s.Desk.LinkRumour(r.Context(), id, r.FormValue("item"), r.FormValue("same") == "1", by(r)); err != nil {
		return err
	}
	return seeOther(w, r, "/rumours/"+id, "link")
}

// knownAs is how an item stands to a claim: it denies it, repeats it, or may.
func knownAs(k review.Known) string {
	switch {
	case k.Denies:
		return "denies"
	case k.Tier == rumour.Confirmed:
		return "confirmed"
	}
	return "suggested"
}
