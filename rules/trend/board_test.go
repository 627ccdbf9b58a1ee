package trend

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// talk makes some days of a ward: two quiet topics, and one that rises on the
// last day.
func talk(seed uint64, days int) (posts []Post, now time.Time) {
	r := rand.New(rand.NewPCG(seed, 1))
	n := 0
	add := func(at time.Time, topic, tone, story string) {
		n++
		posts = append(posts, Post{ID: fmt.Sprint("i", n), At: at, Observed: at.Add(time.Hour), Source: fmt.Sprint("nhom", r.IntN(6)),
			Voice: fmt.Sprint("p", r.IntN(200)), Story: story, Topics: []string{topic}, Places: []string{"tan-son"}, Tone: tone})
	}
	for d := range days {
		for _, topic := range []string{"water", "roads"} {
			for range int(poisson(r, 2)) {
				tone := "neutral"
				if r.IntN(4) == 0 {
					tone = "negative"
				}
				add(start.AddDate(0, 0, d).Add(time.Duration(7*60+r.IntN(14*60))*time.Minute), topic, tone, "")
			}
		}
	}
	for k := range 14 {
		add(start.AddDate(0, 0, days-1).Add(time.Duration(7*60+k*20)*time.Minute), "water", "negative", []string{"", "vo-ong"}[k%2])
	}
	return posts, start.AddDate(0, 0, days-1).Add(15 * time.Hour)
}

func find(t *testing.T, v *View, kind, id string) Trend {
	t.Helper()
	for _, x := range v.Trends {
		if x.Kind == kind && x.ID == id {
			return x
		}
	}
	t.Fatalf("no trend %s %s", kind, id)
	return Trend{}
}

// TestBoardSameFromAnySet checks that what a board shows does not depend on
// the order of posts, on repeats, on a restart in between, or on an earlier
// look.
func TestBoardSameFromAnySet(t *testing.T) {
	posts, now := talk(3, 16)
	b := NewBoard(Options{})
	for _, p := range posts {
		b.Add(p)
	}
	want, err := json.Marshal(b.View(now))
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		r := rand.New(rand.NewPCG(seed, seed))
		mixed := slices.Clone(posts)
		r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		b := NewBoard(Options{})
		cut := rapid.IntRange(0, len(mixed)).Draw(t, "restart")
		for i, p := range mixed {
			if i == cut {
				if r.IntN(4) == 0 {
					b.View(now.Add(-time.Duration(r.IntN(100)) * time.Hour))
				}
				data, err := json.Marshal(b.posts) // what a store keeps
				if err != nil {
					t.Fatal(err)
				}
				b = NewBoard(Options{})
				kept := map[string]Post{}
				if err := json.Unmarshal(data, &kept); err != nil {
					t.Fatal(err)
				}
				for _, p := range kept {
					b.Add(p)
				}
			}
			b.Add(p)
			if r.IntN(3) == 0 {
				b.Add(mixed[r.IntN(i+1)])
			}
		}
		got, err := json.Marshal(b.View(now))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Fatalf("another view of the same posts:\n%s\nwant\n%s", got, want)
		}
	})
}

// TestBoardRise checks the topic that rises: its tier, its figures against the
// posts themselves, the three that began it.
func TestBoardRise(t *testing.T) {
	posts, now := talk(3, 60)
	b := NewBoard(Options{})
	for _, p := range posts {
		b.Add(p)
	}
	v := b.View(now)
	water := find(t, v, "topic", "water")
	if water.Tier != "alert" {
		t.Errorf("water has tier %q and score %.1f", water.Tier, water.Score)
	}
	if roads := find(t, v, "topic", "roads"); roads.Tier != "" {
		t.Errorf("roads has tier %q and score %.1f", roads.Tier, roads.Score)
	}
	inside, negative := 0, 0
	for _, p := range posts {
		if p.Topics[0] == "water" && p.At.After(water.Window.From) && !p.At.After(now) {
			inside++
			if p.Tone == "negative" {
				negative++
			}
		}
	}
	n := regexp.MustCompile(`\d+`).FindAllString(water.Why.VI, -1)
	if first, _ := strconv.Atoi(n[0]); first != inside || water.Window.Posts != inside || water.Window.Negative != negative {
		t.Errorf("the window has %d posts, %d negative; it says %q", inside, negative, water.Why.VI)
	}
	if len(water.Window.Items) != 3 || water.Why.EN == "" || water.Doubt.VI == "" {
		t.Errorf("%+v", water)
	}
	if water.Window.Shifted != "negative" {
		t.Errorf("%d of %d negative is not unusual: %q", negative, inside, water.Why.VI)
	}
	if len(water.Ahead) != daysAhead || water.Word == "" || water.Double < 0 || water.Double > 1 || water.Hit > water.Tried {
		t.Errorf("ahead: %+v", water)
	}
	if story := find(t, v, "story", "vo-ong"); story.Window.Stories != 1 || story.Window.Posts != 7 {
		t.Errorf("story: %+v", story.Window)
	}
}

// TestNewSource checks that a source that is connected later adds posts to what
// is shown and no alarm.
func TestNewSource(t *testing.T) {
	posts, now := talk(4, 60)
	posts = slices.DeleteFunc(posts, func(p Post) bool { return p.Story != "" || p.At.After(start.AddDate(0, 0, 58)) })
	for k := range 12 {
		at := now.Add(-time.Duration(k*30) * time.Minute)
		posts = append(posts, Post{ID: fmt.Sprint("n", k), At: at, Observed: at, Source: "moi", Voice: fmt.Sprint("v", k), Topics: []string{"roads"}})
	}
	b := NewBoard(Options{})
	for _, p := range posts {
		b.Add(p)
	}
	roads := find(t, b.View(now), "topic", "roads")
	if roads.Tier != "" || roads.Gap != "exposure" {
		t.Errorf("tier %q, gap %q", roads.Tier, roads.Gap)
	}
	if roads.Window.Posts < 12 {
		t.Errorf("%d posts are shown of at least 12", roads.Window.Posts)
	}
}

// TestFewPosts checks that little data is said to be little.
func TestFewPosts(t *testing.T) {
	b := NewBoard(Options{})
	for k := range 4 {
		b.Add(Post{ID: fmt.Sprint(k), At: start.AddDate(0, 0, k*9), Source: "a", Voice: "b", Topics: []string{"market"}})
	}
	m := find(t, b.View(start.AddDate(0, 0, 30)), "topic", "market")
	if !m.Few || len(m.Ahead) != 0 || m.Word != "" || m.Tier != "" {
		t.Errorf("%+v", m)
	}
}

func TestTiers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var past [][]float64
	day := func() (out []float64) {
		for range 30 {
			out = append(out, max(0, 4+1.2*r.ExpFloat64()))
		}
		return out
	}
	for range 40 {
		past = append(past, day())
	}
	today := map[string]float64{}
	for i, s := range day() {
		today[fmt.Sprint("t", i)] = min(s, 8)
	}
	for _, c := range [][2]int{{1, 1}, {5, PushesADay}} { // five at once: a hard cap
		k, want := c[0], c[1]
		for i := range k {
			today[fmt.Sprint("hot", i)] = 25 + float64(i)
		}
		n := 0
		for key, tier := range Tiers(past, today) {
			if tier == Alert {
				n++
				if key[:3] != "hot" {
					t.Errorf("%s is pushed", key)
				}
			}
		}
		if n != want {
			t.Errorf("%d hot topics: %d pushed, want %d", k, n, want)
		}
	}
	young := Tiers(past[:10], map[string]float64{"a": LowSensitivity, "b": MediumSensitivity, "c": 3})
	if young["a"] != Alert || young["b"] != Watch || young["c"] != None {
		t.Errorf("without history: %v", young)
	}
}

func TestShare(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	var s Share
	for range 60 {
		k := 0.0
		for range 20 {
			if r.Float64() < .25 {
				k++
			}
		}
		s.Close(k, 20, .25)
	}
	if got := s.Score(13, 20, 1, .25); got < ShareThreshold {
		t.Errorf("13 of 20 where 5 are usual scores %.2f", got)
	}
	if got := s.Score(7, 20, 1, .25); got > 1.6 {
		t.Errorf("7 of 20 where 5 are usual scores %.2f", got)
	}
	if got := s.Rise([2]float64{10, 20}, [2]float64{8, 60}, .25); got >= ShareThreshold {
		t.Errorf("a single day of 10 of 20 where 5 are usual counts with %.2f", got)
	}
	if got := s.Rise([2]float64{9, 20}, [2]float64{28, 60}, .25); got < ShareThreshold {
		t.Errorf("three days of 9 of 20 where 5 are usual count with %.2f", got)
	}
	if got := s.Score(4, 4, 1, .25); got != 0 {
		t.Errorf("four posts score %.2f", got)
	}
	if low, high := s.Usual(20, 1, .25); low < .05 || high > .5 || low >= high {
		t.Errorf("usual is %.2f to %.2f", low, high)
	}
}

// TestBoardTakesPosts: posts come in while a view is worked out, and the next
// view has them.
func TestBoardTakesPosts(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 30, 0, 0, time.UTC)
	b := NewBoard(Options{})
	for i := range 3000 {
		b.Add(Post{ID: fmt.Sprint(i), At: now.Add(-time.Duration(i) * 35 * time.Minute), Source: "s", Voice: fmt.Sprint(i), Topics: []string{"water"}})
	}
	b.working.Lock() // as while a view is worked out
	added := make(chan bool)
	go func() { added <- b.Add(Post{ID: "new", At: now, Source: "s", Voice: "v", Topics: []string{"roads"}}) }()
	select {
	case <-added:
	case <-time.After(10 * time.Second):
		t.Fatal("a post waits for a view")
	}
	b.working.Unlock()
	v := b.View(now)
	if !slices.ContainsFunc(v.Trends, func(x Trend) bool { return x.ID == "roads" }) {
		t.Error("the view lacks the post that came while another was worked out")
	}
	if got := b.Tier(now.Add(5*time.Minute), "topic", "water"); got != None {
		t.Errorf("water is at tier %v", got)
	}
}

// TestBoardLines: what was told once is no line of its own, and a story ends
// some days after it was told last; topics always stay.
func TestBoardLines(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 30, 0, 0, time.UTC)
	b := NewBoard(Options{})
	add := func(id string, days int, story, place, paper string) {
		b.Add(Post{ID: id, At: now.AddDate(0, 0, -days), Source: "s", Voice: id, Story: story, Places: []string{place}, Policies: []string{paper}, Topics: []string{"water"}})
	}
	for i := range 5 {
		add(fmt.Sprint("old", i), 30+i, "ended", "Khối 3", "42/TB-UBND")
		add(fmt.Sprint("new", i), i, "told", "Khối 5", "42/TB-UBND")
	}
	add("once", 2, "other", "Khối 7", "1/TB")
	var got []string
	for _, x := range b.View(now).Trends {
		got = append(got, x.Kind+" "+x.ID)
	}
	slices.Sort(got)
	want := []string{"all ", "place Khối 3", "place Khối 5", "policy 42/TB-UBND", "story told", "topic water"}
	if !slices.Equal(got, want) {
		t.Errorf("lines %q, want %q", got, want)
	}
}
