package review_test

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"maps"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"langnghe/internal/news"
	"langnghe/official"
	"langnghe/review"
	"langnghe/review/reviewtest"
)

// The invariants of the product, over random sequences of events: flags of
// every kind, and a staff that tries everything with any role, in any order,
// with good and bad arguments. What is right is computed here anew from what
// was done, without the code under test.

// A world is a desk and what the test knows about it.
type world struct {
	t     *rapid.T
	desk  *review.Desk
	store *memory
	now   time.Time
	out   []news.Alert

	items    map[string]*source
	decided  map[string]news.Choice // entry → what a person decided, undone ones removed
	chain    int                    // entries that the audit chain must have at least
	unlocked map[string]time.Time   // case → last co-signature of the justice officer
	vetoed   map[string]time.Time   // entry, or "story " and its name → last veto of a hand-off that rested on it
	acted    map[string][]string    // "act case" → who did it
	verdicts map[string]bool        // "case verdict" set by a person with a citation in force
	left     map[string][]string    // case → seals of what was sent
	beside   map[string][]string    // case → its entries when the hand-off was proposed
	cached   map[*byte]any
	amended  int
	pasts    []past
	paused   map[string]time.Time    // case → the proposal whose citation has changed since
	leases   map[string]review.Lease // fold → who has it in hand, as the batches said
}

// A source is an item as the test made it.
type source struct {
	id, story, title, text, account string
	stance                          news.Stance
	scam                            bool
	police, official                bool // whom it is about
}

// people: a name may have several roles, because small wards are like that.
var people = []review.User{
	{Name: "hoa", Role: review.Reviewer}, {Name: "minh", Role: review.Reviewer}, {Name: "minh", Role: review.Leader},
	{Name: "Hoa", Role: review.Leader}, {Name: "lan", Role: review.Justice}, {Name: "lan", Role: review.Leader},
	{Name: "dung", Role: review.Liaison}, {Name: "thu", Role: review.Editor}, {Name: "tuan", Role: review.Unit, Unit: "Đội Cấp nước"}, {Name: "cong", Role: review.Unit, Unit: "Công an phường"},
	{Name: "quan", Role: review.Admin}, {Name: "van", Role: review.Office}, {Name: "khoi", Role: review.Khoi, Unit: "Khối Đồng Tâm"},
}

var stances = []news.Stance{
	news.Complaint, news.Question, news.Suggestion, news.Opinion, news.Satire, news.RumourQuery,
	news.Claiming, news.Claiming, news.Report, news.Warning, news.Praise, news.Other, "",
}

// protected is the list of invariant 1, written down once more.
func protected(s news.Stance) bool {
	switch s {
	case "complaint", "question", "rumour_query", "suggestion", "opinion", "satire", "":
		return true
	}
	return false
}

func newWorld(t *rapid.T) *world {
	w := &world{
		t: t, store: newMemory(), now: reviewtest.Epoch, items: map[string]*source{}, decided: map[string]news.Choice{},
		unlocked: map[string]time.Time{}, vetoed: map[string]time.Time{}, acted: map[string][]string{}, verdicts: map[string]bool{}, left: map[string][]string{}, beside: map[string][]string{}, cached: map[*byte]any{}, leases: map[string]review.Lease{}, paused: map[string]time.Time{},
	}
	var err error
	w.desk, err = review.New(review.Options{
		Store: w.store, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return w.now },
		Due:     func(_ context.Context, as []news.Alert) error { w.out = append(w.out, as...); return nil },
		Decided: func(context.Context, []news.Decided) error { return nil },
		Unit:    unitFor,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []official.Document{
		{No: "42/TB-UBND", From: "2026-01-01", Text: "x"}, {No: "17/TB-UBND", From: "2025-01-01", To: "2025-12-31", Text: "x"}, {No: "60/TB-UBND", From: "2027-01-01", Text: "x"},
	} {
		if _, err := w.desk.AddDocument(context.Background(), d, review.User{}); err != nil {
			t.Fatal(err)
		}
	}
	w.chain = w.length()
	return w
}

// unitFor is who answers about a topic.
func unitFor(topic string) string {
	if topic == "public_order" {
		return "Công an phường"
	}
	return "Đội Cấp nước"
}

func (w *world) length() int { return len(w.store.chain) }

func inForce(no string) bool { return no == "42/TB-UBND" } // in the days of the test

// did checks that an act that was allowed is in the chain n times, and one
// that was refused not at all.
func (w *world) did(what string, err error, n int) bool {
	got := w.length()
	want := w.chain
	if err == nil {
		want += n
	}
	if got != want {
		w.t.Fatalf("%s (error %v): the audit chain grew by %d, want %d", what, err, got-w.chain, want-w.chain)
	}
	w.chain = got
	return err == nil
}

// die draws 0…n-1 evenly; rapid's own ranges prefer small numbers, which
// here would mean few events out of many.
func (w *world) die(name string, n int) int {
	h := fnv.New32a()
	fmt.Fprint(h, rapid.Uint64().Draw(w.t, name), rapid.Uint64().Draw(w.t, name))
	return int(h.Sum32()>>8) % n
}

func pick[T any](w *world, name string, from []T) T { return from[w.die(name, len(from))] }

func (w *world) someone(role review.Role) review.User {
	if w.die("whoever", 4) > 0 {
		var fit []review.User
		for _, u := range people {
			if u.Role == role {
				fit = append(fit, u)
			}
		}
		return pick(w, "who", fit)
	}
	return pick(w, "who", people)
}

func (w *world) cases() []review.Case { return decoded(w.cached, w.store.cases, get[review.Case]) }

func (w *world) entries() []review.Entry {
	return decoded(w.cached, w.store.entries, get[review.Entry])
}

// decoded reads values, each once for as long as it is not written again;
// nearly all of the test's time would go there.
func decoded[T any](cache map[*byte]any, from map[string][]byte, get func(map[string][]byte, string) (T, error)) (vs []T) {
	for _, id := range slices.Sorted(maps.Keys(from)) {
		at := &from[id][0]
		v, ok := cache[at]
		if !ok {
			fresh, err := get(from, id)
			if err != nil {
				panic(err)
			}
			v = fresh
			cache[at] = v
		}
		vs = append(vs, v.(T))
	}
	return vs
}

func (w *world) flag() {
	n := (1 + w.die("item", 12))
	id := fmt.Sprint("i", n)
	s, ok := w.items[id]
	if !ok {
		s = &source{id: id, stance: pick(w, "stance", stances), scam: w.die("scam", 2) == 0, account: fmt.Sprintf("p:acc%04d", n)}
		if k := w.die("story", 7); k < 3 {
			s.story = fmt.Sprint("s", k)
		}
		if s.stance == "" {
			s.story = "" // it comes without a reading, so nobody knows its story
		}
		words := "một hai ba bốn năm sáu bảy tám chín mười mười một mười hai"
		switch w.die("about", 10) {
		case 0:
			words, s.police = "công an phường làm ngơ và bao che suốt cả tháng nay", true
		case 1:
			words, s.official = "cán bộ địa chính đòi phong bì mới chịu làm giấy tờ", true
		case 2: // without the word, which a scammer's text would not be told by
			words, s.police, s.scam = "mấy ông mặc sắc phục đi từng nhà thu tiền rồi xin thêm phong bì", true, false
		}
		if s.official { // an office is named
			words += " rồi phòng kinh tế cũng im"
		}
		if s.stance == news.Warning { // a warning of the police is about the scam
			s.police, s.official = false, false
		}
		s.text = fmt.Sprintf("người thứ %d viết rằng %s xem https://lua-%d.top", n, words, n)
		s.title = fmt.Sprintf("bài số %d hỏi chuyện con đường đất sau trường học cũ", n)
		w.items[id] = s
	}
	f := flag(id, s.stance, news.Level((1 + w.die("level", 4))), story(s.story), text(s.text), topic([]string{"water", "public_order"}[(len(s.text)+len(id))%2]))
	f.ID = fmt.Sprint("f", w.die("rule", 4), "-", id)
	f.Item.Title = s.title
	f.Item.Account = s.account
	if s.stance == "" {
		f.Item.Reading = nil
	} else if s.scam {
		cue("free_gift_scam")(&f)
	}
	f.Status = pick(w, "status", []string{"stable", "stable", "stable", "test", "experimental"})
	f.Withdrawn = w.die("withdrawn", 10) == 0
	if err := w.desk.Take(context.Background(), []news.Flag{f}); err != nil {
		w.t.Fatal(err)
	}
	w.did("take", nil, 0)
	// A dismissed entry may have come back.
	for id := range w.decided {
		if e, err := w.store.Entry(context.Background(), id); err == nil && e.Decision == nil {
			delete(w.decided, id)
		}
	}
}

func (w *world) decideSome() {
	id := fmt.Sprint("i", 1+w.die("entry", 12))
	if known := w.undecidedIDs(); len(known) > 0 && w.die("known", 4) > 0 {
		id = pick(w, "entry", known)
	}
	by := w.someone(review.Reviewer)
	r := review.DecideRequest{Entry: id, Choice: pick(w, "choice", append(slices.Clone(news.Choices), "police", news.Scam, news.Verify, news.Danger)), Similar: w.die("similar", 2) == 0, By: by}
	if cs := w.cases(); len(cs) > 0 && w.die("into", 3) == 0 {
		c := pick(w, "into", cs)
		r.Case = c.ID
		if w.die("fits", 4) > 0 {
			r.Choice = c.Kind
		}
	}
	w.decide(r)
}

// decide asks for a decision and keeps it if it was taken.
func (w *world) decide(r review.DecideRequest) {
	id := r.Entry
	before := w.undecided(id)
	was, _ := w.store.Entry(context.Background(), id)
	_, err := w.desk.Decide(context.Background(), r)
	if err == nil {
		if l := w.leases[was.Fold()]; l.Until.After(w.now) && !strings.EqualFold(l.By, r.By.Name) && r.Choice != news.Emergency {
			w.t.Fatalf("%s decided %s, which %s has in hand until %v", r.By.Name, id, l.By, l.Until)
		}
		for fold, l := range w.leases {
			if strings.EqualFold(l.By, r.By.Name) && l.Until.After(w.now) {
				w.leases[fold] = review.Lease{By: l.By, Until: w.now.Add(5 * time.Minute)}
			}
		}
	}
	if !r.Similar {
		before = []string{id}
	}
	if w.did("decide", err, len(before)) {
		for _, id := range before {
			w.decided[id] = r.Choice
		}
	}
}

// batch lets somebody take work, or give it back: nobody gets what another
// person has in hand.
func (w *world) batch() {
	ctx, by := context.Background(), w.someone(review.Reviewer)
	if w.die("back", 6) == 0 {
		err := w.desk.ReleaseBatch(ctx, by)
		if w.did("release", err, 1) {
			maps.DeleteFunc(w.leases, func(_ string, l review.Lease) bool { return strings.EqualFold(l.By, by.Name) })
		}
		return
	}
	b, err := w.desk.TakeBatch(ctx, review.BatchRequest{By: by, Size: 1 + w.die("size", 4)})
	w.did("batch", err, min(len(b.Entries), 1))
	if err == nil && by.Role != review.Reviewer && by.Role != review.Leader {
		w.t.Fatalf("%s takes entries", by.Role)
	}
	seen := map[string]bool{}
	for _, e := range b.Entries {
		l := w.leases[e.Fold()]
		switch {
		case l.Until.After(w.now) && !strings.EqualFold(l.By, by.Name):
			w.t.Fatalf("%s gets %s, which %s has in hand", by.Name, e.ID, l.By)
		case e.Decision != nil || e.Hidden || seen[e.Fold()]:
			w.t.Fatalf("%s gets %s: decided %v, hidden %v, twice %v", by.Name, e.ID, e.Decision != nil, e.Hidden, seen[e.Fold()])
		}
		seen[e.Fold()] = true
		w.leases[e.Fold()] = review.Lease{By: by.Name, Until: b.Until}
		reached["in hand"]++
	}
}

// reclassify puts another decision in the place of one.
func (w *world) reclassify() {
	var ids []string
	for _, e := range w.entries() {
		if e.Decision != nil {
			ids = append(ids, e.ID)
		}
	}
	if len(ids) == 0 {
		return
	}
	id, by := pick(w, "entry", ids), w.someone(review.Reviewer)
	was, _ := w.store.Entry(context.Background(), id)
	choice := pick(w, "choice", append(slices.Clone(news.Choices), "police", news.Scam, news.Verify, news.Danger))
	_, err := w.desk.Reclassify(context.Background(), review.DecideRequest{Entry: id, Choice: choice, Note: pick(w, "why", []string{"", "đọc lại"}), By: by})
	if !w.did("reclassify", err, 1) {
		return
	}
	reached["reclassified"]++
	w.decided[id] = choice
	e, err := w.store.Entry(context.Background(), id)
	if err != nil || len(e.History) != len(was.History)+1 || e.History[len(was.History)].ID != was.Decision.ID || e.Decision.By != by.Name {
		w.t.Fatalf("reclassified %s has lost its history: %+v, %v", id, e.History, err)
	}
}

func (w *world) undecidedIDs() (ids []string) {
	for _, e := range w.entries() {
		if e.Decision == nil {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// undecided lists the entry and those of its story.
func (w *world) undecided(id string) []string {
	out := []string{id}
	e, err := w.store.Entry(context.Background(), id)
	if err != nil || e.Story == "" {
		return out
	}
	for _, o := range w.entries() {
		if o.ID != id && o.Story == e.Story && o.Decision == nil && !o.Hidden {
			out = append(out, o.ID)
		}
	}
	return out
}

func (w *world) undo() {
	id := fmt.Sprint("i", 1+w.die("entry", 12))
	together := []string{id}
	if e, err := w.store.Entry(context.Background(), id); err == nil && e.Decision != nil {
		for _, o := range w.entries() {
			if o.Decision != nil && o.Decision.With == e.Decision.ID {
				together = append(together, o.ID)
			}
		}
	}
	w.undone(together, w.desk.Undo(context.Background(), id, w.someone(review.Reviewer)))
}

func (w *world) undone(together []string, err error) {
	if w.did("undo", err, len(together)) {
		for _, id := range together {
			delete(w.decided, id)
		}
	}
}

// step does something with a case; often what comes next, sometimes anything.
func (w *world) step() {
	cs := w.cases()
	if len(cs) == 0 {
		return
	}
	ctx, c := context.Background(), pick(w, "case", cs)
	act := w.die("act", 20)
	verdicts := []review.Verdict{review.FalseInfo, review.Fake, review.Outdated, review.Confirmed, review.OutOfContext, review.Suspected, review.Inconclusive, "lie"}
	switch drive := w.die("drive", 6); {
	case drive == 0 && c.Claim != "": // towards a correction
		switch {
		case c.Citation == nil:
			act = 1
		case c.Correction == nil:
			act = 8
		case c.Correction.Approver == "":
			act = 9
		default:
			act = 10
		}
	case drive < 4: // towards a hand-off
		switch {
		case c.Claim == "":
			act = 0
		case c.Locked && c.Unlocked == nil:
			act = 6
		case c.Kind == news.Verify && c.Handoff == nil && c.Verdict != review.FalseInfo && c.Verdict != review.Fake && w.die("first", 6) > 0:
			act, verdicts = 1, verdicts[:2]
		case c.Kind == news.Verify && c.Handoff == nil && c.Correction == nil && w.die("first", 6) > 0:
			act = 8
		case c.Kind == news.Verify && c.Handoff == nil && c.Correction != nil && c.Correction.Approver == "" && w.die("first", 6) > 0:
			act = 9
		case c.Handoff == nil:
			act = 3
		case c.Handoff.Approved == "":
			act = 4
		default:
			act = 14
		}
	}
	if c.Kind == news.Answer && w.die("assign", 3) == 0 {
		act = 13
	}
	careful := w.die("careful", 4) > 0 // or anything goes
	cite, words := news.Citation{Document: "42/TB-UBND"}, "Trang giả mạo phường"
	if !careful {
		cite.Document = pick(w, "document", []string{"17/TB-UBND", "60/TB-UBND", "none", ""})
		words = pick(w, "words", append([]string{"Đập sắp vỡ", ""}, w.loot()...))
	}
	did := func(act string, by review.User, err error) {
		if w.did(act, err, 1) {
			w.acted[act+" "+c.ID] = append(w.acted[act+" "+c.ID], strings.ToLower(by.Name)+" "+string(by.Role))
		}
	}
	switch act {
	case 0:
		by := w.someone(review.Reviewer)
		var lines []string
		if c.Kind == news.Scam {
			lines = []string{"https://la.top", "0912 345 678", "VCB 0123456789"}
		}
		if w.die("loot", 3) == 0 {
			lines = []string{pick(w, "indicator", w.loot())}
		}
		did("claim", by, w.desk.SetClaim(ctx, c.ID, "", words, lines, by))
	case 1, 2:
		by := w.someone(review.Reviewer)
		v := pick(w, "verdict", verdicts)
		err := w.desk.SetVerdict(ctx, c.ID, v, cite, by)
		did("verdict", by, err)
		if err == nil && inForce(cite.Document) {
			w.verdicts[c.ID+" "+string(v)] = true
		}
	case 3:
		by := w.someone(review.Reviewer)
		h := review.Handoff{Evidence: "ảnh chụp đã che", Request: "cảnh báo", Citation: cite, Harm: "hoảng loạn trong đêm",
			Checklist: &review.Checklist{Context: "a", Speaker: "b", Intent: "c", Content: "d", Extent: "e", Likelihood: "f"}}
		if fit := review.CategoriesFor(c.Kind); len(fit) > 0 {
			h.Category = fit[0]
		}
		if !careful {
			h.Category = pick(w, "category", append(slices.Clone(review.Categories), h.Category, h.Category, "other"))
			h.Evidence = pick(w, "evidence", []string{h.Evidence, words})
			h.Request = pick(w, "request", []string{h.Request, h.Request, "", pick(w, "asked", w.loot())})
			switch w.die("part", 4) {
			case 0:
				h.Harm = pick(w, "harm", w.loot())
			case 1:
				h.Checklist.Intent = pick(w, "intent", w.loot())
			case 2:
				h.Citation.Clause, h.Citation.Text, h.Citation.URL = pick(w, "clause", w.loot()), pick(w, "cited", w.loot()), pick(w, "cited", w.loot())
			}
			if w.die("bare", 2) == 0 {
				h.Harm, h.Checklist = "", nil
			}
			if w.die("urls", 2) == 0 {
				h.URLs = []string{pick(w, "url", append(append(w.urls(), c.Indicators...), w.loot()...))}
			}
			if w.die("right", 2) == 0 {
				h.Citation.Document = "42/TB-UBND"
			}
		}
		// What a crafty form could send along.
		h.Approved, h.ApprovedAt, h.Sent, h.Seal, h.Claim = "minh", w.now.Add(-time.Hour), w.now.Add(-time.Hour), "x", words
		err := w.desk.ProposeHandoff(ctx, c.ID, h, by)
		did("propose", by, err)
		if err == nil {
			w.proposes(c.ID, c.Entries)
		}
	case 4:
		by := w.someone(review.Leader)
		did("approve", by, w.desk.ApproveHandoff(ctx, c.ID, by))
	case 5:
		by := w.someone(review.Justice)
		err := w.desk.VetoHandoff(ctx, c.ID, pick(w, "why", []string{"", "chưa đủ"}), by)
		did("veto", by, err)
		if err == nil {
			for _, id := range c.Entries {
				w.vetoed[id] = w.now
				if s := w.items[id].story; s != "" {
					w.vetoed["story "+s] = w.now
				}
			}
			w.evade(c)
		}
	case 6:
		by := w.someone(review.Justice)
		err := w.desk.Unlock(ctx, c.ID, pick(w, "why", []string{"", "lý do được ghi đầy đủ"}), by)
		did("unlock", by, err)
		if err == nil {
			w.unlocked[c.ID] = w.now
		}
	case 7:
		by := w.someone(review.Reviewer)
		did("recall", by, w.desk.RecallHandoff(ctx, c.ID, "nhầm", by))
	case 8:
		by := w.someone(review.Reviewer)
		did("draft", by, w.desk.DraftCorrection(ctx, c.ID, words, "", "", by))
	case 9:
		by := w.someone(review.Leader)
		did("approve correction", by, w.desk.ApproveCorrection(ctx, c.ID, by))
	case 10:
		by := w.someone(review.Editor)
		did("publish", by, w.desk.PublishCorrection(ctx, c.ID, "https://phuong.gov.vn", by))
	case 11:
		by := w.someone(review.Liaison)
		did("acknowledge", by, w.desk.AcknowledgeHandoff(ctx, c.ID, pick(w, "outcome", append(slices.Clone(review.Outcomes), "x")), pick(w, "note", []string{"", "thiếu căn cứ"}), by))
	case 12:
		by := w.someone(review.Reviewer)
		did("close", by, w.desk.CloseCase(ctx, c.ID, "xong", by))
	case 13:
		by := w.someone(review.Reviewer)
		err := w.desk.Assign(ctx, c.ID, pick(w, "unit", []string{"Công an phường", "Đội Cấp nước", "Khối Đồng Tâm", "Khối 5", "Phòng Kinh tế, Hạ tầng", "Văn phòng"}), time.Time{}, by)
		did("assign", by, err)
		if e := (&review.Error{}); errors.As(err, &e) && e.Kind == "own_unit" {
			reached["kept from its own"]++
		}
	case 15:
		w.amend()
	case 17:
		by := w.someone(review.Leader)
		err := w.desk.ReturnCorrection(ctx, c.ID, pick(w, "why", []string{"", "chưa rõ"}), by)
		did("return", by, err)
		if now, _ := w.store.Case(ctx, c.ID); err == nil && (by.Role != review.Leader || now.Correction.Approver != "" || now.Correction.Portal != c.Correction.Portal) {
			w.t.Fatalf("%s sent back %+v", by.Role, now.Correction)
		} else if err == nil {
			reached["returned"]++
		}
	case 18:
		by := w.someone(review.Reviewer)
		err := w.desk.MendCorrection(ctx, c.ID, pick(w, "wrong", append([]string{"", "số tiền ghi sai", "số tiền ghi sai"}, w.loot()...)), by)
		did("mend", by, err)
		if now, _ := w.store.Case(ctx, c.ID); err == nil && (c.Correction.Out.IsZero() || len(now.Errata) != len(c.Errata)+1 || now.Mends().Portal != c.Correction.Portal || !now.Correction.Out.IsZero()) {
			w.t.Fatalf("mended %+v as %+v", c.Correction, now.Errata)
		} else if err == nil {
			reached["mended"]++
		}
	case 19:
		by := w.someone(review.Unit)
		err := w.desk.ReturnAnswer(ctx, c.ID, pick(w, "why", []string{"", "không thuộc đơn vị"}), by)
		did("hand back", by, err)
		if now, _ := w.store.Case(ctx, c.ID); err == nil && (by.Unit != c.Unit || now.Unit != "" || !now.Promised().Equal(c.Promised())) {
			w.t.Fatalf("%s hands back %+v as %+v", by.Unit, c, now)
		} else if err == nil {
			reached["handed back"]++
		}
	case 16:
		if c.Kind == news.Verify {
			w.push(c)
		}
	default:
		w.wait()
	}
}

// amend changes the words of the document that everything cites: what rests
// on it is paused, and a hand-off that waits does not leave.
func (w *world) amend() {
	if w.die("amend", 4) > 0 {
		return
	}
	w.amended++
	doc := official.Document{No: "42/TB-UBND", From: "2026-01-01", Text: fmt.Sprint("x", w.amended)}
	if _, err := w.desk.AddDocument(context.Background(), doc, review.User{}); err != nil {
		w.t.Fatal(err)
	}
	w.chain = w.length()
	for _, c := range w.cases() {
		h := c.Handoff
		if c.State != review.Closed && c.Citation != nil && c.Paused == "" {
			w.t.Fatalf("case %s cites what has changed and goes on: %+v", c.ID, c)
		}
		if h != nil && h.Sent.IsZero() && c.Closed.IsZero() {
			if h.Vetoed == "" {
				w.t.Fatalf("the hand-off of %s cites what has changed and goes on: %+v", c.ID, h)
			}
			reached["paused hand-off"]++
			w.paused[c.ID] = h.At
		}
	}
}

// evade is what somebody tries who does not like a veto: take the decision
// back and decide anew, for a case that nobody has vetoed.
func (w *world) evade(c review.Case) {
	for _, id := range c.Entries {
		together := []string{id}
		e, err := w.store.Entry(context.Background(), id)
		if err != nil || e.Decision == nil {
			continue
		}
		for _, o := range w.entries() {
			if o.Decision != nil && o.Decision.With == e.Decision.ID {
				together = append(together, o.ID)
			}
		}
		by := review.User{Name: "minh", Role: review.Leader}
		w.undone(together, w.desk.Undo(context.Background(), id, by))
		w.decide(review.DecideRequest{Entry: id, Choice: c.Kind, By: by})
		// Or another entry of the story, as something else.
		for _, o := range w.entries() {
			if o.Decision == nil && e.Story != "" && o.Story == e.Story {
				w.decide(review.DecideRequest{Entry: o.ID, Choice: pick(w, "instead", []news.Choice{news.Verify, news.Scam, news.Danger}), By: by})
				break
			}
		}
	}
	if cs := w.cases(); len(cs) > 0 {
		w.push(cs[len(cs)-1])
	}
}

// push takes a case the whole way to the police, as far as it goes.
func (w *world) push(c review.Case) {
	ctx, hoa, chair := context.Background(), people[0], people[2]
	did := func(act string, by review.User, err error) {
		if w.did(act, err, 1) {
			w.acted[act+" "+c.ID] = append(w.acted[act+" "+c.ID], by.Name+" "+string(by.Role))
		}
	}
	did("claim", hoa, w.desk.SetClaim(ctx, c.ID, "", "Trang giả mạo phường", nil, hoa))
	h := review.Handoff{Evidence: "ảnh chụp đã che", Request: "cảnh báo", Citation: news.Citation{Document: "42/TB-UBND"}, Harm: "hoảng loạn trong đêm",
		Checklist: &review.Checklist{Context: "a", Speaker: "b", Intent: "c", Content: "d", Extent: "e", Likelihood: "f"}}
	if fit := review.CategoriesFor(c.Kind); len(fit) > 0 {
		h.Category = fit[0]
	}
	if c.Kind == news.Verify {
		err := w.desk.SetVerdict(ctx, c.ID, review.Fake, news.Citation{Document: "42/TB-UBND"}, hoa)
		did("verdict", hoa, err)
		if err == nil {
			w.verdicts[c.ID+" "+string(review.Fake)] = true
		}
		did("draft", hoa, w.desk.DraftCorrection(ctx, c.ID, "Trang giả mạo phường", "", "", hoa))
		did("approve correction", chair, w.desk.ApproveCorrection(ctx, c.ID, chair))
	}
	err := w.desk.ProposeHandoff(ctx, c.ID, h, hoa)
	did("propose", hoa, err)
	if err == nil {
		w.proposes(c.ID, c.Entries)
	}
	did("approve", chair, w.desk.ApproveHandoff(ctx, c.ID, chair))
	w.wait()
	w.wait()
}

// proposes remembers what there was when the hand-off was proposed.
func (w *world) proposes(id string, entries []string) {
	c, err := w.store.Case(context.Background(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	w.refuted(c)
	w.beside[id], w.beside["known "+id] = slices.Clone(entries), nil
	for _, e := range w.entries() {
		w.beside["known "+id] = append(w.beside["known "+id], e.ID)
	}
}

// refuted checks that a rumour goes to the police only after it was found
// false by a person and another one has approved what answers it.
func (w *world) refuted(c review.Case) {
	if c.Handoff.Category != review.PublicSafety {
		return
	}
	reached["rumour proposed"]++
	k := c.Correction
	if c.Verdict != review.FalseInfo && c.Verdict != review.Fake || !w.verdicts[c.ID+" "+string(c.Verdict)] {
		w.t.Fatalf("the rumour of %s is handed on as %q", c.ID, c.Verdict)
	}
	if k == nil || k.Approver == "" || len(w.acted["approve correction "+c.ID]) == 0 {
		w.t.Fatalf("the rumour of %s is handed on with the correction %+v", c.ID, k)
	}
}

// loot is what must not leave in a slip, in the clothes that it may wear.
func (w *world) loot() (out []string) {
	for _, id := range slices.Sorted(maps.Keys(w.items)) {
		s := w.items[id]
		out = append(out, s.text, s.title, "theo "+strings.ToUpper(s.title), norm.NFD.String(s.text),
			"https://example.com/"+id, "HTTP://www.example.com/"+id+"/?ref=1", "hxxps://example[.]com/"+id, "example.com/"+id+"#x",
			"https://la.top/"+url.PathEscape(s.title), "https://la.top/?q="+strings.ReplaceAll(s.text, " ", "-"))
	}
	return append(out, "hỏi tài khoản p:acc0001", "@kẻ xấu", "gọi 0912345678 Nguyen Van A", "gọi 0912.345.678 nhé", "０９１２ ３４５ ６７８", "số 09\u200b12-345-678",
		"thư nguyen.a@example.vn", "nguyen.a [at] example.vn", "https://example.com", "https://zalo.me/0912345678")
}

// numbered reports whether a text has nine digits in a row, whatever stands
// between them.
func numbered(s string) bool {
	return nine.MatchString(strings.Map(func(r rune) rune {
		if strings.ContainsRune(" .-\u200b", r) {
			return -1
		}
		return r
	}, norm.NFKC.String(s)))
}

var nine = regexp.MustCompile(`\d{9}`)

// bare are the words of a text, as far as a reader recognises them again.
func bare(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		s = plain
	}
	return strings.Join(strings.FieldsFunc(strings.ToLower(norm.NFC.String(s)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")
}

func (w *world) urls() []string {
	out := []string{"https://elsewhere.top"}
	for id := range w.items {
		out = append(out, "https://example.com/"+id)
	}
	slices.Sort(out)
	return out
}

// wait lets time pass and the service do its round.
func (w *world) wait() {
	w.remember()
	w.now = w.now.Add(time.Duration((1 + w.die("minutes", 15))) * time.Minute)
	if err := w.desk.Release(context.Background()); err != nil {
		w.t.Fatal(err)
	}
	if err := w.desk.Forward(context.Background()); err != nil {
		w.t.Fatal(err)
	}
	if err := w.desk.Tick(context.Background()); err != nil {
		w.t.Fatal(err)
	}
	w.chain = w.length() // what the service does by itself is checked in check
}

// look reads with any role: the liaison never sees an inbox, an item or a
// case, and only hand-offs that were sent.
func (w *world) look() {
	ctx, by := context.Background(), pick(w, "reader", people)
	// Without a name nobody is anybody.
	if _, err := w.desk.Entry(ctx, "i1", review.User{Role: review.Reviewer}); err == nil {
		w.t.Fatal("somebody without a name reads an item")
	}
	in, err := w.desk.Inbox(ctx, review.InboxQuery{By: by})
	seen := 0
	if err == nil && len(in.Entries) > 0 {
		seen = 1
	}
	w.did("inbox", nil, seen)
	if by.Role != review.Reviewer && by.Role != review.Leader && err == nil {
		w.t.Fatalf("%s reads the inbox", by.Role)
	}
	e, err := w.desk.Entry(ctx, fmt.Sprint("i", (1+w.die("entry", 12))), by)
	w.did("entry", err, 1)
	if err == nil && by.Unit == "Công an phường" && w.items[e.ID].police {
		w.t.Fatalf("the police read what criticises them: %s", e.ID)
	}
	if err == nil && (by.Role == review.Liaison || by.Role == review.Admin || by.Role == review.Editor || by.Role == review.Office) {
		w.t.Fatalf("%s reads the item %s", by.Role, e.ID)
	}
	if cs := w.cases(); len(cs) > 0 {
		c, err := w.desk.Case(ctx, pick(w, "case", cs).ID, by)
		w.did("case", err, 1)
		if err == nil && (by.Role == review.Liaison || by.Role == review.Admin) {
			w.t.Fatalf("%s reads the case %s", by.Role, c.ID)
		}
		if err == nil && (by.Role == review.Unit || by.Role == review.Khoi) && c.Unit != by.Unit {
			w.t.Fatalf("%s of %s reads the case of %q", by.Role, by.Unit, c.Unit)
		}
	}
	slips, err := w.desk.Handoffs(ctx, by)
	w.did("hand-offs", err, 1)
	for _, s := range slips {
		if by.Role == review.Liaison && s.Sent.IsZero() {
			w.t.Fatalf("the liaison sees a hand-off that was not sent: %+v", s)
		}
	}
	if err == nil && by.Role != review.Liaison && by.Role != review.Justice && by.Role != review.Leader {
		w.t.Fatalf("%s reads hand-offs", by.Role)
	}
}

// reached counts what the sequences got to, so that a check that never
// meets its subject fails.
var reached = map[string]int{}

// check holds the invariants against everything there is.
func (w *world) check() {
	sent := map[string]bool{}
	for _, c := range w.cases() {
		if c.Verdict != "" && c.Verdict != review.Unverified {
			reached["verdict"]++
			switch c.Verdict {
			case review.FalseInfo, review.Fake, review.Outdated, review.Confirmed, review.OutOfContext:
				// Invariants 2 and 6: a person, with a document in force.
				if c.Citation == nil || !inForce(c.Citation.Document) || !w.verdicts[c.ID+" "+string(c.Verdict)] {
					w.t.Fatalf("case %s is %s, cites %+v", c.ID, c.Verdict, c.Citation)
				}
			}
		}
		if k := c.Correction; k != nil && k.Approver != "" {
			reached["correction"]++
			if strings.EqualFold(k.Approver, k.DraftBy) || c.Citation == nil || !inForce(c.Citation.Document) {
				w.t.Fatalf("correction of %s: drafted by %s, approved by %s, cites %+v", c.ID, k.DraftBy, k.Approver, c.Citation)
			}
			if !k.Out.IsZero() && k.Out.Sub(k.At) < 10*time.Minute {
				w.t.Fatalf("correction of %s published %v after its approval", c.ID, k.Out.Sub(k.At))
			}
		}
		if c.Kind != news.Scam && len(c.Indicators) > 0 {
			w.t.Fatalf("case %s of kind %s has indicators: %q", c.ID, c.Kind, c.Indicators)
		}
		if c.Unit != "" {
			reached["assigned"]++
			police := strings.Contains(c.Unit, "Công an")
			if police && len(w.acted["assign "+c.ID]) == 0 {
				w.t.Fatalf("case %s went to the police by itself", c.ID)
			}
			for _, id := range c.Entries {
				if s := w.items[id]; police && (s.police || s.official) || s.official && (c.Unit == unitFor(c.Topic) || strings.HasPrefix(c.Unit, "Khối") || c.Unit == "Phòng Kinh tế, Hạ tầng") {
					w.t.Fatalf("case %s is with %s, whom %s is about", c.ID, c.Unit, id)
				}
			}
		}
		h := c.Handoff
		if h == nil {
			continue
		}
		reached["proposal"]++
		// It was right when it left; it stays as it is, whatever joins the case
		// later, also beside another one when the police have sent it back.
		for i, seal := range w.left[c.ID] {
			sent[c.ID] = true
			if h.Seal == seal && review.VerifySeal(*h) && i == len(w.left[c.ID])-1 {
				continue
			}
			if !slices.ContainsFunc(c.Slips, func(s review.Handoff) bool { return s.Seal == seal && s.Outcome == "returned" && review.VerifySeal(s) }) {
				w.t.Fatalf("hand-off of %s changed after it had left", c.ID)
			}
			reached["sent back"]++
		}
		if slices.Contains(w.left[c.ID], h.Seal) {
			continue
		}
		w.proposed(c)
		if h.Approved != "" && strings.EqualFold(strings.TrimSpace(h.Approved), h.Proposed) {
			w.t.Fatalf("%s proposed and approved the hand-off of %s", h.Approved, c.ID)
		}
		if h.Sent.IsZero() {
			if h.Seal != "" {
				w.t.Fatalf("hand-off of %s has a seal before it left", c.ID)
			}
			continue
		}
		reached["sent"]++
		w.refuted(c)
		if h.Category == review.PublicSafety {
			reached["rumour sent"]++
		}
		sent[c.ID], w.left[c.ID] = true, append(w.left[c.ID], h.Seal)
		if at, ok := w.paused[c.ID]; ok && h.At.Equal(at) {
			w.t.Fatalf("hand-off of %s left after its document had changed", c.ID)
		}
		switch {
		case h.Approved == "" || h.Sent.Sub(h.ApprovedAt) < 10*time.Minute:
			w.t.Fatalf("hand-off of %s left %v after the approval of %q", c.ID, h.Sent.Sub(h.ApprovedAt), h.Approved)
		case h.Vetoed != "":
			w.t.Fatalf("vetoed hand-off of %s left", c.ID)
		case !review.VerifySeal(*h):
			w.t.Fatalf("hand-off of %s is not sealed", c.ID)
		case !slices.Contains(w.acted["approve "+c.ID], strings.ToLower(h.Approved)+" leader"):
			w.t.Fatalf("hand-off of %s: no leader approved it: %v", c.ID, w.acted["approve "+c.ID])
		case !slices.Contains(w.acted["propose "+c.ID], strings.ToLower(h.Proposed)+" reviewer"):
			w.t.Fatalf("hand-off of %s: no reviewer proposed it", c.ID)
		}
	}
	for _, a := range w.out {
		text := string(encode(a))
		for _, s := range w.items {
			if strings.Contains(text, s.account) || strings.Contains(text, s.text) {
				w.t.Fatalf("a notice carries what a person wrote, or who: %s", text)
			}
		}
		if slices.Contains(a.To, string(review.Liaison)) && (a.Kind != "handoff" || !slices.ContainsFunc(w.cases(), func(c review.Case) bool { return sent[c.ID] && strings.Contains(a.Subject.VI, c.ID) })) {
			w.t.Fatalf("the liaison is told of something else than a hand-off that was sent: %+v", a)
		}
	}
}

// proposed checks the content of a hand-off and, unless something was undone
// since, that its case had a path.
func (w *world) proposed(c review.Case) {
	h := c.Handoff
	kinds := map[review.Category]news.Choice{
		review.FraudOrScam: news.Scam, review.Impersonation: news.Scam, review.Incitement: news.Danger, review.PublicSafety: news.Verify,
	}
	switch {
	case kinds[h.Category] == "" || kinds[h.Category] != c.Kind:
		w.t.Fatalf("case %s of kind %s is handed on as %q", c.ID, c.Kind, h.Category)
	case h.Evidence == "" || h.Request == "" || h.Claim == "" || !inForce(h.Citation.Document):
		w.t.Fatalf("hand-off of %s lacks a part: %+v", c.ID, h)
	case h.Category == review.Incitement && (h.Checklist == nil || h.Checklist.Likelihood == ""):
		w.t.Fatalf("incitement without its checklist: %+v", h)
	case h.Category == review.PublicSafety && h.Harm == "":
		w.t.Fatalf("public safety without harm: %+v", h)
	}
	text := string(encode(h))
	if strings.Contains(text, "https://") || strings.Contains(text, ".top") {
		w.t.Fatalf("hand-off of %s has a live address: %s", c.ID, text)
	}
	if strings.Contains(text, "@") || strings.Contains(text, "[at]") {
		w.t.Fatalf("hand-off of %s has a handle or an e-mail: %s", c.ID, text)
	}
	slip := []string{h.Claim, h.Evidence, h.Harm, h.Request, h.Citation.Clause, h.Citation.Text, h.Citation.URL}
	if l := h.Checklist; l != nil {
		slip = append(slip, l.Context, l.Speaker, l.Intent, l.Content, l.Extent, l.Likelihood)
	}
	for _, u := range h.URLs {
		if marked := strings.HasPrefix(u, "[số "); !marked || c.Kind != news.Scam {
			slip = append(slip, u)
		}
	}
	for _, s := range w.items {
		if strings.Contains(text, s.account) {
			w.t.Fatalf("hand-off of %s names an account: %s", c.ID, text)
		}
		theirs := regexp.MustCompile(`example com ` + s.id + `( |$)`)
		for _, part := range slip { // wherever the item stands
			if protected(s.stance) && slices.Contains(w.beside["known "+c.ID], s.id) && theirs.MatchString(bare(part)) {
				w.t.Fatalf("hand-off of %s leads to a resident's item %s: %q", c.ID, s.id, part)
			}
		}
		if !protected(s.stance) || !slices.Contains(c.Entries, s.id) || !slices.Contains(w.beside[c.ID], s.id) && h.Sent.IsZero() {
			continue // what joined a proposal is looked at when it leaves
		}
		reached["resident beside a proposal"]++
		for _, part := range slip {
			if p := bare(part); theirs.MatchString(p) || p == "https example com" || strings.Contains(p, bare(s.title)) || strings.Contains(p, bare(s.text[:60])) {
				w.t.Fatalf("hand-off of %s carries a resident's item %s: %q", c.ID, s.id, part)
			}
		}
	}
	for _, part := range slip {
		if numbered(part) {
			w.t.Fatalf("hand-off of %s has a number of a person: %q", c.ID, part)
		}
	}
	if c.State == review.Closed && len(c.Entries) == 0 {
		if !h.Sent.IsZero() {
			w.t.Fatalf("hand-off of %s left though every decision was undone", c.ID)
		}
		return
	}
	// Invariant 1.
	_, signed := w.unlocked[c.ID]
	free := signed
	for _, id := range c.Entries {
		s := w.items[id]
		if d := w.decided[id]; d != c.Kind {
			w.t.Fatalf("entry %s of case %s (%s) was decided as %q", id, c.ID, c.Kind, d)
		}
		if (s.police || s.official) && !h.Sent.IsZero() {
			w.t.Fatalf("case %s criticises the police or accuses an official and was handed on", c.ID)
		}
		free = free || !protected(s.stance) || c.Kind == news.Scam && s.scam
	}
	if !h.Sent.IsZero() && !free {
		w.t.Fatalf("case %s rests on residents' voices and was handed on: %v", c.ID, c.Voices)
	}
	for _, id := range c.Entries {
		for _, of := range []string{id, "story " + w.items[id].story} {
			// What had left before a parallel case of the story was vetoed is gone.
			if v, ok := w.vetoed[of]; ok && v.Before(h.Sent) && !w.unlocked[c.ID].After(v) {
				w.t.Fatalf("case %s was handed on without a new signature after the veto about %s", c.ID, of)
			}
		}
	}
}

// sequences is how many random ones are tried; LANGNGHE_SEQUENCES sets it.
func sequences(t *testing.T) int {
	if n, err := strconv.Atoi(os.Getenv("LANGNGHE_SEQUENCES")); err == nil {
		return n
	}
	if testing.Short() {
		return 200
	}
	return 500
}

func TestInvariants(t *testing.T) {
	clear(reached)
	total, events := 0, 0
	for total < sequences(t) {
		rapid.Check(t, func(t *rapid.T) {
			w := newWorld(t)
			for range rapid.IntRange(60, 120).Draw(t, "length") {
				switch w.die("event", 10) {
				case 0, 1:
					w.flag()
				case 2, 3:
					w.decideSome()
				case 4:
					switch w.die("really", 6) {
					case 0:
						w.undo()
					case 1:
						w.batch()
					case 2:
						w.reclassify()
					default:
						w.look()
					}
				default:
					w.step()
				}
				w.check()
				events++
			}
			w.recall()
			if n, err := w.desk.VerifyAudit(context.Background()); err != nil || n != w.chain {
				t.Fatalf("VerifyAudit = %d, %v, want %d", n, err, w.chain)
			}
		})
		if t.Failed() {
			return
		}
		total += 100
	}
	t.Logf("%d sequences, %d events, no violation; reached %v", total, events, reached)
	if events < 15_000 {
		return // a short run need not have reached what is rare
	}
	rare := []string{"returned", "mended", "handed back"} // once in some ten thousand events
	for _, what := range append([]string{"proposal", "sent", "verdict", "correction", "assigned", "resident beside a proposal", "in hand", "reclassified", "paused hand-off", "rumour sent", "kept from its own", "changed afterwards"}, rare...) {
		if events < 200_000 && slices.Contains(rare, what) {
			continue
		}
		if reached[what] == 0 {
			t.Errorf("no sequence reached a %s: the test shows nothing about it", what)
		}
	}
}
