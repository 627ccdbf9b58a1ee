package trend

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// BenchmarkBoard works a view out of 75 days of a ward: topics of very
// different volume, places, stories that live for some days.
func BenchmarkBoard(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 75))
			now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
			board := NewBoard(Options{})
			for i := range n {
				at := now.Add(-time.Duration(rng.Int64N(int64(74 * 24 * time.Hour))))
				p := Post{ID: fmt.Sprint("p", i), At: at, Observed: at, Source: fmt.Sprint("s", rng.IntN(50)), Voice: fmt.Sprint("v", rng.IntN(n/5)), Tone: []string{"negative", "neutral", "neutral", "positive"}[rng.IntN(4)]}
				p.Story = fmt.Sprint("st", int(now.Sub(at)/(72*time.Hour)), "-", int(rng.ExpFloat64()*float64(n)/1000))
				p.Topics = []string{fmt.Sprint("t", int(rng.ExpFloat64()*4)%19)}
				if rng.IntN(3) == 0 {
					p.Places = []string{fmt.Sprint("khối ", rng.IntN(20))}
				}
				board.Add(p)
			}
			b.ResetTimer()
			for i := range b.N {
				board.View(now.Add(time.Duration(i) * time.Hour))
			}
		})
	}
}
