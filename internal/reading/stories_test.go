package reading

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"langnghe/internal/lang"
)

var noon = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

// texts makes n texts of made-up sentences, all different.
func texts(n int) []string {
	r := rand.New(rand.NewPCG(7, 7))
	words := strings.Fields("phường khối đường nước điện mất hôm nay sáng chiều bà con báo mãi chưa sửa trường học sinh nghỉ bão lũ chợ rác mùi hôi xe tải ổ gà đèn tắt loa hồ sơ giấy tờ cán bộ trả lời tiền thu quỹ đất đền bù bản đồ cây cầu mương cống nhà máy khói bụi trẻ em người già bệnh viện thuốc tiêm chủng lợn gà lúa ruộng kênh")
	out := make([]string, n)
	for i := range out {
		k := 15 + r.IntN(60)
		var b strings.Builder
		for range k {
			b.WriteString(words[r.IntN(len(words))])
			b.WriteByte(' ')
		}
		out[i] = b.String()
	}
	return out
}

func drop(r *rand.Rand, text string, share float64) string {
	var keep []string
	for _, w := range strings.Fields(text) {
		if r.Float64() >= share {
			keep = append(keep, w)
		}
	}
	return strings.Join(keep, " ")
}

func TestEvalStories(t *testing.T) {
	originals := texts(800)
	s := NewStories(0)
	for i, text := range originals {
		if story := s.Add(fmt.Sprint(i), text, noon); story != fmt.Sprint(i) {
			t.Errorf("text %d is a copy of %s", i, story)
		}
	}
	r := rand.New(rand.NewPCG(1, 1))
	for _, c := range []struct {
		name   string
		change func(string) string
		want   float64
	}{
		{"same", func(x string) string { return x }, 1},
		{"prefix", func(x string) string { return "Chia sẻ cho bà con cùng biết: " + x }, 0.99},
		{"emoji", func(x string) string { return "🚨🚨 " + strings.ReplaceAll(x, " khối ", " khối 😡 ") + "!!!" }, 0.99},
		{"no diacritics", func(x string) string { return lang.Fold(lang.Key(x)) }, 0.99},
		{"5 % dropped", func(x string) string { return drop(r, x, 0.05) }, 0.99},
		{"combined", func(x string) string { return "Nóng: " + lang.Fold(lang.Key(drop(r, x, 0.05))) + " 🆘" }, 0.97},
		{"20 % dropped", func(x string) string { return drop(r, x, 0.2) }, 0.70},
	} {
		found, wrong := 0, 0
		for i, text := range originals {
			switch story, like := s.Find(c.change(text)); {
			case like < Confirmed:
			case story == fmt.Sprint(i):
				found++
			default:
				wrong++
			}
		}
		share := float64(found) / float64(len(originals))
		t.Logf("%-14s found %.4f of %d, %d linked to another story", c.name, share, len(originals), wrong)
		if share < c.want || wrong > 0 {
			t.Errorf("%s: found %.3f, want %.2f; %d linked to another story", c.name, share, c.want, wrong)
		}
	}
}

func TestStoriesShort(t *testing.T) {
	s := NewStories(0)
	for _, c := range []struct{ id, text, want string }{
		{"1", "Lại cúp nữa!", "1"},
		{"2", "Lại cúp nữa rồi", "2"},
		{"3", "LẠI CÚP NỮA…", "1"},
		{"4", "", "4"},
		{"5", "!!!", "5"},
		{"6", "", "6"},
	} {
		if got := s.Add(c.id, c.text, noon); got != c.want {
			t.Errorf("story of %q is %s, want %s", c.text, got, c.want)
		}
	}
}

func TestStoriesExpireAndRestore(t *testing.T) {
	all := texts(50)
	s := NewStories(240 * time.Hour)
	saved := map[string][]byte{}
	for i, text := range all {
		id := fmt.Sprint(i)
		s.Add(id, text, noon.Add(time.Duration(i)*time.Hour))
		b, err := Sign(text).MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		saved[id] = b
	}
	again := NewStories(0)
	for i := range all {
		var sig Signature
		if err := sig.UnmarshalBinary(saved[fmt.Sprint(i)]); err != nil {
			t.Fatal(err)
		}
		again.Insert(fmt.Sprint(i), fmt.Sprint(i), sig, noon)
	}
	for i, text := range all {
		if story, _ := again.Find("xin chia sẻ " + text); story != fmt.Sprint(i) {
			t.Errorf("after a restart the copy of %d belongs to %q", i, story)
		}
	}
	if err := new(Signature).UnmarshalBinary([]byte("x")); err == nil {
		t.Error("a broken signature was read")
	}
	s.Expire(noon.Add(25 * time.Hour))
	if s.Len() != 25 {
		t.Errorf("%d stories after half expired, want 25", s.Len())
	}
	if got := s.Add("new", all[0], noon.Add(50*time.Hour)); got != "new" {
		t.Errorf("an expired story came back: %s", got)
	}
	if got := s.Add("copy", all[40], noon.Add(50*time.Hour)); got != "40" {
		t.Errorf("a story in force was lost: %s", got)
	}
	s.Add("late", texts(51)[50], noon.Add(1000*time.Hour))
	if s.Len() != 1 {
		t.Errorf("%d stories long after, want only the new one", s.Len())
	}
}

// TestStoriesFlood: thousands of variants of one text cost no more than
// others.
func TestStoriesFlood(t *testing.T) {
	s := NewStories(0)
	head := strings.Repeat("thông báo khẩn cho toàn thể bà con ", 3)
	for i := range 5000 {
		s.Add(fmt.Sprint(i), fmt.Sprintf("%s %d x%d y%d z%d", head, i, i*7, i*13, i*29), noon)
	}
	if s.Len() > 5000 {
		t.Error("more stories than items")
	}
}

func BenchmarkStories(b *testing.B) {
	all := texts(20000)
	s := NewStories(0)
	for i, text := range all {
		s.Add(fmt.Sprint(i), text, noon)
	}
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		s.Find(all[i%len(all)] + " thêm vài chữ")
	}
}

// TestEvalStoriesMillion measures a million stories; it takes a minute and
// half a gigabyte, so it runs only when asked: LANGNGHE_BIG=1.
func TestEvalStoriesMillion(t *testing.T) {
	if os.Getenv("LANGNGHE_BIG") == "" {
		t.Skip("LANGNGHE_BIG is not set")
	}
	const n = 1_000_000
	r := rand.New(rand.NewPCG(7, 7))
	var b []byte
	text := func() string {
		b = b[:0]
		for range 30 {
			b = append(b, 'a'+byte(r.IntN(26)), 'a'+byte(r.IntN(26)), 'a'+byte(r.IntN(26)), ' ')
		}
		return string(b)
	}
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	s := NewStories(0)
	for i := range n {
		s.Insert(strconv.Itoa(i), strconv.Itoa(i), Sign(text()), noon)
	}
	used := float64(heap()-before) / 1e6
	took := make([]time.Duration, 20000)
	for i := range took {
		x := text()
		start := time.Now()
		s.Find(x)
		took[i] = time.Since(start)
	}
	slices.Sort(took)
	t.Logf("%d stories in %.0f MB, lookup p50 %v, p99 %v", s.Len(), used, took[len(took)/2], took[len(took)*99/100])
	if used > 500 {
		t.Errorf("%.0f MB, want at most 500", used)
	}
}
