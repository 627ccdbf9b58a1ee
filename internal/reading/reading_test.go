package reading

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"langnghe/internal/lang"
	"langnghe/internal/news"
)

// labels is all of a reading but its spans.
func labels(r news.Reading) string {
	s := fmt.Sprintf("%s %s %s %s", r.Area.Fit, r.Tone.Label, r.Stance, r.Impact)
	for _, t := range r.Topics {
		s += " " + t.ID
	}
	for _, c := range r.Cues {
		s += fmt.Sprintf(" %s:%d", c.Family, c.Level)
	}
	return s
}

// oldTones moves tone marks to the second vowel, where they used to stand.
var oldTones = strings.NewReplacer("òa", "oà", "óa", "oá", "ỏa", "oả", "õa", "oã", "ọa", "oạ", "òe", "oè", "óe", "oé", "ỏe", "oẻ", "ọe", "oẹ",
	"ùy", "uỳ", "úy", "uý", "ủy", "uỷ", "ũy", "uỹ", "ụy", "uỵ", "Òa", "Oà", "Ủy", "Uỷ")

func zeroWidth(s string) string {
	var b strings.Builder
	r := rand.New(rand.NewPCG(2, 2))
	prev := ' '
	for _, c := range s {
		if unicode.IsLetter(c) && unicode.IsLetter(prev) && r.IntN(2) == 0 {
			b.WriteRune([]rune{0x200B, 0x200D, 0xFEFF, 0xAD}[r.IntN(4)])
		}
		b.WriteRune(c)
		prev = c
	}
	return b.String()
}

// TestEvalForms: how a text is encoded changes nothing of what is read.
func TestEvalForms(t *testing.T) {
	r := reader(t)
	same, all := 0, 0
	for _, p := range ownPosts(t) {
		want := labels(r.Read(&p.Item, 0))
		for name, change := range map[string]func(string) string{
			"NFC": norm.NFC.String, "NFD": norm.NFD.String, "zero width": zeroWidth,
			"old tones": func(s string) string { return oldTones.Replace(norm.NFC.String(s)) },
		} {
			it := p.Item
			it.Title, it.Text = change(it.Title), change(it.Text)
			all++
			if got := labels(r.Read(&it, 0)); got == want {
				same++
			} else {
				t.Errorf("%s as %s:\n got %s\nwant %s\n%s", p.ID, name, got, want, p.Text)
			}
		}
	}
	t.Logf("NFC, NFD, old tone placement and zero-width characters: the same labels in %d of %d", same, all)
}

// TestEvalAccentless: a text without diacritics is mostly read like the original.
func TestEvalAccentless(t *testing.T) {
	r := reader(t)
	var posts, same, cues, kept int
	for _, p := range ownPosts(t) {
		want := r.Read(&p.Item, 0)
		it := p.Item
		it.Title, it.Text = unaccent(it.Title), unaccent(it.Text)
		got := r.Read(&it, 0)
		posts++
		if got.Area.Fit == want.Area.Fit && slices.Equal(ids(got.Topics), ids(want.Topics)) {
			same++
		}
		for _, c := range want.Cues {
			if c.Level >= news.Medium {
				cues++
				if slices.ContainsFunc(got.Cues, func(g news.Cue) bool { return g.Family == c.Family && g.Level >= news.Medium }) {
					kept++
				}
			}
		}
	}
	t.Logf("area and topics kept in %d of %d, cues in %d of %d", same, posts, kept, cues)
	if float64(same) < 0.90*float64(posts) {
		t.Errorf("area and topics survive in %d of %d posts", same, posts)
	}
	if float64(kept) < 0.90*float64(cues) {
		t.Errorf("%d of %d cues survive", kept, cues)
	}
}

func unaccent(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == 'đ':
			return 'd'
		case r == 'Đ':
			return 'D'
		case unicode.Is(unicode.Mn, r):
			return -1
		}
		return r
	}, norm.NFD.String(s))
}

func ids(topics []news.Topic) []string {
	var out []string
	for _, t := range topics {
		out = append(out, t.ID)
	}
	slices.Sort(out)
	return out
}

func spans(r news.Reading) []news.Span {
	out := slices.Concat(r.Area.Because, r.Tone.Because, r.StanceWhy)
	for _, t := range r.Topics {
		out = append(out, t.Because...)
	}
	for _, c := range r.Cues {
		out = append(out, c.Because...)
	}
	for _, v := range r.Values {
		out = append(out, v.Span)
	}
	return out
}

func checkSpans(t *testing.T, it *news.Item, r news.Reading) {
	t.Helper()
	title, text := []rune(it.Title), []rune(it.Text)
	for _, s := range spans(r) {
		field := text
		if s.In == "title" {
			field = title
		}
		if s.Start < 0 || s.Start >= s.End || s.End > len(field) || string(field[s.Start:s.End]) != string([]rune(s.Text)) {
			t.Fatalf("span %+v does not fit %q", s, string(field))
		}
	}
}

func TestSpansAndPromises(t *testing.T) {
	r := reader(t)
	for _, p := range loadPosts(t, "testdata/posts.jsonl") {
		got := r.Read(&p.Item, 0)
		checkSpans(t, &p.Item, got)
		for _, c := range got.Cues {
			if c.Family == "urgency" || c.Family == "hearsay" {
				t.Errorf("%s: booster %s is a cue of its own", p.ID, c.Family)
			}
			if c.Level > news.Low && (c.Family == "incitement" || protected(got.Stance)) {
				t.Errorf("%s: %s has level %v in a %s", p.ID, c.Family, c.Level, got.Stance)
			}
			if len(c.Because) == 0 {
				t.Errorf("%s: cue %s rests on nothing", p.ID, c.Family)
			}
		}
	}
}

func TestMended(t *testing.T) {
	r := reader(t)
	for _, c := range []struct{ in, want string }{
		{"n.ạ.p t.i.ề.n", "nạp tiền"},
		{"c.h.u.y.ể.n k.h.o.ả.n", "chuyển khoản"},
		{"v.ỡ đ.ậ.p", "vỡ đập"},
		{"b@t c0c", "bat coc"},
		{"nhiềuuuu lắmmmm", "nhiều lắm"},
		{"ko dc ck", "không được chuyển khoản"},
		{"nỏ biết răng mô", "không biết sao đâu"},
		{"đau răng hàm, mô hình, chi phí", "đau răng hàm mô hình chi phí"},
		{"khi mô mới xong", "khi nào mới xong"},
		{"mất nác, đàng hư", "mất nước đường hư"},
		{"TP.HCM và T.P", "tp hcm và t p"},
		{"mn người ơi", "mọi người ơi"},
		{"500k 1tr5 h1", "500k 1tr5 h1"},
	} {
		var v view
		r.mend.look(&v, &news.Item{Text: c.in})
		var got []string
		for want := range strings.FieldsSeq(lang.Key(c.want)) {
			if i := len(got); i < len(v.words) && v.words[i].key == lang.Hash(want) {
				got = append(got, want)
			}
		}
		if strings.Join(got, " ") != lang.Key(c.want) || len(v.words) != len(got) {
			t.Errorf("%q is read as %d words, right up to %q; want %q", c.in, len(v.words), got, c.want)
		}
	}
}

func TestValues(t *testing.T) {
	r := reader(t)
	for _, c := range []struct{ in, want string }{
		{"thu 500k một hộ", "money 500000"},
		{"nửa triệu", "money 500000"},
		{"5 củ", "money 5000000"},
		{"1tr5", "money 1500000"},
		{"2tr350", "money 2350000"},
		{"1.245.000đ", "money 1245000"},
		{"hai triệu", "money 2000000"},
		{"300 nghìn đồng", "money 300000"},
		{"500.000 ₫", ""},
		{"48 tỷ đồng", "money 48000000000"},
		{"lãi 3% mỗi ngày", "percent 3"},
		{"20 phần trăm", "percent 20"},
		{"ngày 12/10/2026", "date 2026-10-12"},
		{"từ 30/5", "date 05-30"},
		{"ngày 5 tháng 9 năm 2026", "date 2026-09-05"},
		{"công văn 12/2026/QĐ-UBND", "docno 12/2026/QD-UBND"},
		{"77/TB-PGD", "docno 77/TB-PGD"},
		{"gọi 0912.345.678 nhé", "phone 0912345678"},
		{"tổng đài 19006769", "phone 19006769"},
		{"https://dichvucong-nghean[.]top/vn", "url dichvucong-nghean.top"},
		{"vào trocap-nct.top điền", "url trocap-nct.top"},
		{"cuối tháng 6 mới xong", "date 06"},
		{"tháng 6/2026", "date 2026-06"},
		{"mùng 1 tháng giêng", "date ---01"},
		{"mong 3 người", ""},
		{"số 12 ngõ 5 đường Lý Thường Kiệt, khối Tân Sơn", "address số 12 ngõ 5 đường lý thường kiệt khối tân sơn"},
		{"ở khối 5 mất điện", "address khối 5"},
		{"học sinh khối 5 nghỉ", ""},
		{"đường hỏng, phố vắng", ""},
		{"số 12 được thưởng", ""},
		{"số nhà 7 kêu", "address số nhà 7"},
		{"xong.rồi mai.đi", ""},
		{"thắng 9/10 kèo", ""},
		{"lớp 1a2, khối 3", ""},
	} {
		got := ""
		for _, v := range r.Read(&news.Item{Text: c.in}, 0).Values {
			got += fmt.Sprintf("%s %v", v.Type, v.Value)
		}
		if c.want != "" && got != c.want || c.want == "" && c.in != "500.000 ₫" && got != "" {
			t.Errorf("values of %q: %q, want %q", c.in, got, c.want)
		}
	}
}

func TestSuspicious(t *testing.T) {
	for host, want := range map[string]bool{
		"dichvucong.gov.vn": false, "https://csgt.bocongan.gov.vn/tra-cuu": false, "baonghean.vn": false, "vnexpress.net": false, "nghean.dcs.vn": false,
		"dichvucongs.top": true, "gov.vn-xyz.top": true, "chinhphu.gov.vn.abc.com": true, "bit.ly/abc": true, "evn-cskh.cc": true, "hoanthue-na.example": true,
	} {
		if got := suspicious(host); got != want {
			t.Errorf("suspicious(%q) = %v", host, got)
		}
	}
}

func TestDeterministicAndConcurrent(t *testing.T) {
	r := reader(t)
	posts := loadPosts(t, "testdata/posts.jsonl")
	want := make([]string, len(posts))
	for i := range posts {
		b, err := json.Marshal(r.Read(&posts[i].Item, 0))
		if err != nil {
			t.Fatal(err)
		}
		want[i] = string(b)
	}
	other := reader(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range posts {
				b, err := json.Marshal(other.Read(&posts[i].Item, 0))
				if err != nil || string(b) != want[i] {
					t.Errorf("%s is read differently the second time", posts[i].ID)
				}
			}
		})
	}
	wg.Wait()
}

func TestPrior(t *testing.T) {
	r := reader(t)
	it := &news.Item{Text: "Ở Thái Hòa mất điện từ sáng"}
	for prior, want := range map[int]string{0: news.Ambiguous, 3: news.InArea} {
		if got := r.Read(it, prior).Area.Fit; got != want {
			t.Errorf("area with prior %d is %s, want %s", prior, got, want)
		}
	}
}

func TestProfiles(t *testing.T) {
	for _, id := range Profiles() {
		r, err := New(id)
		if err != nil {
			t.Fatal(err)
		}
		p := r.Profile()
		for _, topic := range news.TopicIDs {
			if u, ok := p.Unit(topic); !ok || u.Name.VI == "" || u.Name.EN == "" {
				t.Errorf("%s: nobody answers for %s", id, topic)
			}
		}
		if !strings.Contains(r.Version(), id) {
			t.Errorf("version %q does not name the profile", r.Version())
		}
	}
	r, err := New("long-son-2024")
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Read(&news.Item{Text: "Phường Long Sơn mất nước"}, 0).Area.Fit; got != news.InArea {
		t.Errorf("Long Sơn in its own profile is %s", got)
	}
	if got := r.Read(&news.Item{Text: "Hòa Hiếu mất nước"}, 0).Area.Fit; got != news.OutOfArea {
		t.Errorf("Hòa Hiếu in the profile of Long Sơn is %s", got)
	}
}

// TestLoadErrors: a mistake in a file is reported with file and line.
func TestLoadErrors(t *testing.T) {
	for _, c := range []struct{ file, old, new, want string }{
		{"topics.yaml", "version: 4", "version: x", "topics.yaml:3: version"},
		{"topics.yaml", "sets:", "stes:", "topics.yaml:4: unknown key"},
		{"cuewords.yaml", "  c.child: [", "  c.child: [$nothing, ", "no set is called nothing"},
		{"cuewords.yaml", "  c.child: [", "  c.child: [$c.child, ", "refers to itself"},
		{"stance.yaml", "stance.deny:", "stance.denial:", "set stance.deny is missing"},
		{"tone.yaml", "tuyệt vời^3", "tuyệt vời^x", "tone.yaml:"},
		{"cues.yaml", "kind: rumour", "kind: fake", "cues.yaml: families."},
		{"cues.yaml", "kind: rumour", "knid: rumour", "unknown field"},
		{"cues.yaml", "all: [c.dam_break", "all: [c.dam_brake", "no set is called \"c.dam_brake\""},
		{"mend.yaml", "words:", "wrods:", "mend.yaml: ["},
		{"profiles/thai-hoa-2026.yaml", "  water: cap-nuoc", "  water: nobody", "no unit is called"},
		{"profiles/thai-hoa-2026.yaml", "  water: cap-nuoc", "  waters: cap-nuoc", "no topic is called"},
		{"profiles/thai-hoa-2026.yaml", "from: \"2025-07-01\"", "from: \"soon\"", "want YYYY-MM-DD"},
	} {
		fsys := fstest.MapFS{}
		for _, name := range []string{"mend.yaml", "people.yaml", "topics.yaml", "tone.yaml", "stance.yaml", "cuewords.yaml", "cues.yaml", "fields.yaml", "profiles/thai-hoa-2026.yaml"} {
			src, err := os.ReadFile("data/" + name)
			if err != nil {
				t.Fatal(err)
			}
			if name == c.file {
				changed := strings.Replace(string(src), c.old, c.new, 1)
				if changed == string(src) {
					t.Fatalf("%s holds no %q", name, c.old)
				}
				src = []byte(changed)
			}
			fsys[name] = &fstest.MapFile{Data: src}
		}
		if _, err := NewFS(fsys, "thai-hoa-2026"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s with %q: error %v, want one with %q", c.file, c.new, err, c.want)
		}
	}
	if _, err := New("nowhere"); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("unknown profile: %v", err)
	}
}

// TestHostile: a megabyte of anything takes its length, not more.
func TestHostile(t *testing.T) {
	r := reader(t)
	for name, unit := range map[string]string{
		"one word": "đập ", "cues": "vỡ đập chạy gấp nghe nói ", "letters": "a", "marks": "a\u0301\u0302", "dots": "n.ạ.", "digits": "1.", "numbers": "12 ",
		"hosts": "a.b-", "zero width": "\u200b", "bad bytes": "\xff\xc3", "questions": "thật không? ", "at": "b@",
	} {
		text := strings.Repeat(unit, 1<<20/len(unit))
		start := time.Now()
		got := r.Read(&news.Item{Text: text}, 0)
		took := time.Since(start)
		t.Logf("%s: %v", name, took.Round(time.Millisecond))
		if took > time.Minute { // far more than linear work on a busy machine
			t.Errorf("%s: a megabyte took %v", name, took)
		}
		checkSpans(t, &news.Item{Text: text}, got)
	}
}

func FuzzRead(f *testing.F) {
	for _, p := range loadPosts(f, "testdata/posts.jsonl") {
		f.Add(p.Title, p.Text)
	}
	f.Add("\xff", "b@t.c0c 1tr5 12/2026/QĐ-UBND dichvucong[.]top/ a.b.c. 0912 345 678 n.ạ.p\u200b")
	r := reader(f)
	f.Fuzz(func(t *testing.T, title, text string) {
		it := &news.Item{Title: title, Text: text}
		got := r.Read(it, 0)
		checkSpans(t, it, got)
		if got.Stance == "" || got.Tone.Label == "" || got.Area.Fit == "" || got.Impact == "" {
			t.Fatalf("incomplete reading %+v", got)
		}
		for _, c := range got.Cues {
			if c.Level > news.Low && protected(got.Stance) {
				t.Fatalf("cue %v in a %s", c, got.Stance)
			}
		}
	})
}
