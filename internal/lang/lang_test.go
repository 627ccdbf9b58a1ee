package lang

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestKey(t *testing.T) {
	for _, c := range []struct{ in, want, fold string }{
		{"Phường Thái Hoà", "phường thái hòa", "phuong thai hoa"},
		{"khoẻ loè UỶ BAN thuý", "khỏe lòe ủy ban thúy", "khoe loe uy ban thuy"},
		{"hoàn quý quỳ toán", "hoàn quý quỳ toán", "hoan quy quy toan"},
		{"kỉ sĩ quí lí tỉ mĩ hi ti", "kỷ sỹ quý lý tỷ mỹ hy ty", "ky sy quy ly ty my hy ty"},
		{"bí chi kia", "bí chi kia", "bi chi kia"},
		{"l\u200bừ\u00ada đ\ufeffảo", "lừa đảo", "lua dao"},
		{"𝐁𝐚́𝐨 ＢÃＯ", "báo bão", "bao bao"},
		{"500.000đ", "500 000đ", "500 000d"},
		{"5hoà", "5hòa", "5hoa"},
		{"", "", ""},
		{"…!—🚨", "", ""},
		{"Straße İ ǅ", "straße i dž", "straße i dz"},
		{"nước\u0323", "nước\u0323", "nuoc"},
	} {
		for form, s := range map[string]string{"as given": c.in, "NFD": norm.NFD.String(c.in), "NFC": norm.NFC.String(c.in)} {
			if got := Key(s); got != norm.NFC.String(c.want) {
				t.Errorf("Key(%q) of %s = %q, want %q", s, form, got, c.want)
			}
			if got := Fold(Key(s)); got != c.fold {
				t.Errorf("Fold(Key(%q)) of %s = %q, want %q", s, form, got, c.fold)
			}
		}
	}
}

func TestEnds(t *testing.T) {
	for _, c := range []struct{ in, want string }{ // want marks a sentence end with |, a paragraph end with ||
		{"vỡ đập. Dân chạy", "vỡ đập|dân chạy"},
		{"vỡ – đập, nước (về)", "vỡ đập nước về"},
		{"TP. Thái Hòa, ThS. An", "tp thái hòa ths an"},
		{"giá 3.5 ok.không", "giá 3 5 ok không"},
		{"thật không?? có", "thật không|có"},
		{"chờ… mãi", "chờ|mãi"},
		{"chờ... mãi", "chờ|mãi"},
		{"một\nhai\r\nba", "một||hai||ba"},
		{"TP.\nVinh", "tp||vinh"},
		{"ông A! TP! x", "ông a|tp|x"},
		{"an.\u200b bình", "an|bình"},
		{"12. Hòa", "12|hòa"},
	} {
		var b strings.Builder
		for i, tok := range Tokens(nil, c.in) {
			switch {
			case i == 0:
			case tok.Has(Paragraph):
				b.WriteString("||")
			case tok.Has(Sentence):
				b.WriteByte('|')
			default:
				b.WriteByte(' ')
			}
			b.WriteString(Key(c.in[tok.Start:tok.End]))
		}
		if b.String() != c.want {
			t.Errorf("%q: got %q, want %q", c.in, b.String(), c.want)
		}
	}
}

func TestNormalise(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"a\r\nb\rc\x00\x07d\te", "a\nb\ncd\te"},
		{norm.NFD.String("Thái Hòa"), "Thái Hòa"},
		{"x\xffy", "x\uFFFDy"},
		{"\u0085", "\n"},
		{"ok", "ok"},
	} {
		if got := Normalise(c.in); got != c.want {
			t.Errorf("Normalise(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

// sample makes text of Vietnamese letters in all their written forms, with
// whatever else turns up in posts.
func sample(r *rand.Rand, n int) string {
	const odd = "\u200b\u00ad\ufeff\u0301\u0323\u0302\u031b\u0307…!?.\n,;:-–\"'“@#$%₫0123456789kKjJwWzZfFñøßİıŁ漢字한ㄱαΩжЖ🚨ﬁＡ𝐀②ªºﷺ\u034f\ufe0f\u2028\u00a0\xff"
	letters := []rune("aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ")
	oddRunes := []string{}
	for i := 0; i < len(odd); {
		_, w := utf8.DecodeRuneInString(odd[i:])
		oddRunes = append(oddRunes, odd[i:i+w])
		i += w
	}
	var b strings.Builder
	for range n {
		switch k := r.IntN(20); {
		case k < 12:
			b.WriteString(string(letters[r.IntN(len(letters))]))
		case k < 14:
			b.WriteString(strings.ToUpper(string(letters[r.IntN(len(letters))])))
		case k < 17:
			b.WriteByte(' ')
		case k < 18:
			b.WriteString(norm.NFD.String(string(letters[r.IntN(len(letters))])))
		case k < 19:
			b.WriteString([]string{"hoà", "quý", "uỷ", "kỉ", "khoẻ", "sĩ", "qui"}[r.IntN(7)])
		default:
			b.WriteString(oddRunes[r.IntN(len(oddRunes))])
		}
	}
	return b.String()
}

func TestAgainstNaive(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		compareNaive(t, sample(r, 1+r.IntN(60)))
		if t.Failed() {
			return
		}
	}
}

func compareNaive(t *testing.T, s string) {
	t.Helper()
	got, want := Tokens(nil, s), naiveTokens(s)
	if len(got) != len(want) {
		t.Errorf("%q: %d tokens, want %d", s, len(got), len(want))
		return
	}
	for i, g := range got {
		w := want[i]
		key := Key(s[g.Start:g.End])
		switch {
		case s[g.Start:g.End] != w.text || g.RuneStart != w.start || g.RuneEnd-g.RuneStart != utf8.RuneCountInString(w.text):
			t.Errorf("%q: token %d is %q at %d, want %q at %d", s, i, s[g.Start:g.End], g.RuneStart, w.text, w.start)
		case g.Key != Hash(w.key) || key != w.key:
			t.Errorf("%q: key of %q is %q, want %q (hash equal: %v)", s, w.text, key, w.key, g.Key == Hash(w.key))
		case g.Fold != Hash(w.fold) || Fold(key) != w.fold:
			t.Errorf("%q: fold of %q is %q, want %q (hash equal: %v)", s, w.text, Fold(key), w.fold, g.Fold == Hash(w.fold))
		case g.Flags != w.flags:
			t.Errorf("%q: flags of %q are %b, want %b", s, w.text, g.Flags, w.flags)
		}
	}
}

// TestSameKeys checks that spellings of one text have the same keys.
func TestSameKeys(t *testing.T) {
	const old = "Uỷ ban nhân dân phường Thái Hoà thông báo: khoẻ mạnh, kỉ luật, quí I, thuỷ lợi toà nhà."
	want := Key(old)
	for name, s := range map[string]string{
		"NFD":        norm.NFD.String(old),
		"upper":      strings.ToUpper(old),
		"new tones":  "Ủy ban nhân dân phường Thái Hòa thông báo: khỏe mạnh, kỷ luật, quý I, thủy lợi tòa nhà.",
		"zero width": strings.ReplaceAll(old, "", "\u200b"),
	} {
		if got := Key(s); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func FuzzTokens(f *testing.F) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		f.Add(sample(r, 40))
	}
	f.Add(strings.Repeat("a\u0301", 100) + "\xf0\x9f")
	f.Add("a\xc1\xa1b \xc0\x80 o\xc3 \xc3a \xe1\xbaa \xe1\xba \xe0\x81\xa1 \xed\xa0\x80 \xe1")
	f.Add("nghiênghoà thuỷ\u200btinhvịtkhoẻ \u200b\u0301 xin\u200b\u200b chào\u00ad, 12345678hoà")
	f.Fuzz(func(t *testing.T, s string) {
		compareNaive(t, s)
		end, runes := 0, 0
		for _, tok := range Tokens(nil, s) {
			if tok.Start < end || tok.End <= tok.Start || !utf8.ValidString(s[tok.Start:tok.End]) {
				t.Fatalf("%q: bad token %+v", s, tok)
			}
			runes += utf8.RuneCountInString(s[end:tok.Start])
			if runes != tok.RuneStart {
				t.Fatalf("%q: token at byte %d starts at code point %d, want %d", s, tok.Start, tok.RuneStart, runes)
			}
			runes += utf8.RuneCountInString(s[tok.Start:tok.End])
			end = tok.End
		}
		if n := Normalise(s); n != Normalise(n) || !utf8.ValidString(n) {
			t.Fatalf("Normalise(%q) = %q is not stable", s, n)
		}
	})
}

// TestKeyTwice: keys of Vietnamese text are their own keys.
func TestKeyTwice(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 5000 {
		k := Key(strings.Map(func(c rune) rune {
			if c == 'ﷺ' {
				return ' '
			}
			return c
		}, sample(r, 50)))
		if again := Key(k); again != k {
			t.Fatalf("Key(%q) = %q", k, again)
		}
	}
}

// TestLetters: base and mark tell all plain letters apart, and make the
// letter again.
func TestLetters(t *testing.T) {
	seen := map[[2]uint8]rune{}
	for r := range rune(len(chars)) {
		if !isKey(r) {
			continue
		}
		c := chars[r]
		id := [2]uint8{c.base(), c.mark()}
		if other, ok := seen[id]; ok {
			t.Errorf("%q and %q are both base %q, mark %d", other, r, c.base(), c.mark())
		}
		seen[id] = r
		if l := (letters{}).add(c); !l.foreign() && l.at(0) != r {
			t.Errorf("the letter of %q is %q", r, l.at(0))
		}
	}
	for _, r := range "aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ0123456789" {
		if !isKey(r) || chars[r].mark() >= foreign {
			t.Errorf("%q is no Vietnamese letter", r)
		}
	}
}

// TestHash: the hash spreads keys that differ little over tables that take
// its low or its high bits, and tells any bytes apart.
func TestHash(t *testing.T) {
	var keys []string
	for _, a := range "bcdđghklmnprstvx" {
		for _, b := range "aăâeêioôơuưyàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ" {
			for _, c := range []string{"", "n", "ng", "nh", "c", "ch", "t", "m", "p", "ngngng", "\u0301"} {
				keys = append(keys, string(a)+string(b)+c)
			}
		}
	}
	keys = append(keys, "", "a", "a ", " a", "a\x00", "a\x00\x00", "á b", "Á", "\xc3", "\xc3\xa1x", "\xe1", "漢", "漢字", "aaaaaaaaa", "aaaaaaaaaaaaa", "aaaaaaaaá")
	all := map[uint64]string{}
	var low, high [256]int
	for _, k := range keys {
		h := Hash(k)
		if other, ok := all[h]; ok {
			t.Errorf("%q and %q have one hash", k, other)
		}
		all[h] = k
		low[h&0xFF]++
		high[h>>56]++
	}
	mean := len(keys) / 256
	for i := range 256 {
		if low[i] > 2*mean || high[i] > 2*mean || low[i] < mean/2 || high[i] < mean/2 {
			t.Errorf("%d keys of %d have low bits %#x, %d high bits", low[i], len(keys), i, high[i])
		}
	}
}

func TestNoAllocation(t *testing.T) {
	text := strings.Repeat("Uỷ ban nhân dân phường Thái Hoà thông báo 12/2026/QĐ-UBND. "+norm.NFD.String("Mất nước sạch từ hôm qua! "), 10)
	buf := make([]Token, 0, 1000)
	if n := testing.AllocsPerRun(100, func() { Tokens(buf, text) }); n != 0 {
		t.Errorf("Tokens allocates %v times, want 0", n)
	}
}

func BenchmarkTokens(b *testing.B) {
	text := strings.Repeat("Uỷ ban nhân dân phường Thái Hoà thông báo lịch cắt điện để sửa đường dây; đề nghị bà con khối 3 chủ động trữ nước. ", 20)
	buf := make([]Token, 0, 4096)
	b.Run("fast", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			Tokens(buf, text)
		}
	})
	nfd := norm.NFD.String(text)
	b.Run("NFD", func(b *testing.B) {
		b.SetBytes(int64(len(nfd)))
		for b.Loop() {
			Tokens(buf, nfd)
		}
	})
	b.Run("naive", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			naiveTokens(text)
		}
	})
}
