package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"langnghe/rules/trend"
)

// pushes simulates wards of 49 topics, 13 of which have bursts, and counts what
// people are told at once: a rise over the shipped threshold whose tier is
// "alert", once an episode (hours less than a day apart), no more than three a
// day. A push outside of a burst and the day after it is false. Relevant is a
// burst of 8 posts that doubles a day and stands out of its noise, as in
// burstbench.py.
func (b *bench) pushes(seeds []string) error {
	var months float64
	var falsely, all, relevant, found int
	for _, seed := range seeds {
		dir := filepath.Join(b.tmp, "ward"+seed)
		m, copies, err := b.generate(dir, "--kind", "sim", "--seed", seed, "--per", "7")
		if err != nil {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, "truth.json"))
		if err != nil {
			return err
		}
		var truth struct {
			Bursts []struct{ Series, On, Dur, K int }
		}
		if err := json.Unmarshal(data, &truth); err != nil {
			return err
		}
		ward, bursts := copies["null"], map[int]bool{}
		for i := range 13 {
			topic := (i*49/13 + atoi(seed)) % 49
			bursts[topic], ward[topic] = true, copies["burst"][topic]
		}
		score := make([][]float64, m.T)
		for h := range score {
			score[h] = make([]float64, len(ward))
		}
		err = b.scores(ward, func(topic, hour int, s string) { score[hour][topic], _ = strconv.ParseFloat(s, 64) })
		if err != nil {
			return err
		}
		told := tell(score, m.Burn)
		of := func(topic, hour int) bool { // whether the hour belongs to a burst
			for _, x := range truth.Bursts {
				if bursts[topic] && x.Series == topic && hour >= x.On && hour < x.On+x.Dur+24 {
					return true
				}
			}
			return false
		}
		for topic, hours := range told {
			for _, h := range hours {
				if all++; !of(topic, h) {
					falsely++
				}
			}
		}
		for _, x := range truth.Bursts {
			rate, k := m.Rates[x.Series], float64(x.K)
			if !bursts[x.Series] || k < 8 || k < 2*math.Sqrt(max(rate, .25)) || k < rate {
				continue
			}
			relevant++
			for _, h := range told[x.Series] {
				if h >= x.On && h < x.On+x.Dur+24 {
					found++
					break
				}
			}
		}
		months += float64(m.T-m.Burn) / 720
	}
	fmt.Printf("== %d wards of 49 topics, 13 with bursts, %.0f months: %.2f false pushes a month, %.2f of %d pushes false, %.2f of %d relevant bursts pushed\n",
		len(seeds), months, float64(falsely)/months, float64(falsely)/float64(max(all, 1)), all, float64(found)/float64(max(relevant, 1)), relevant)
	return nil
}

// tell returns the hours in which people are told of each topic.
func tell(score [][]float64, burn int) [][]int {
	topics := len(score[0])
	told := make([][]int, topics)
	last := make([]int, topics) // hour over the threshold
	pushed := make([]bool, topics)
	for i := range last {
		last[i] = -99
	}
	var past [][]float64
	today := make([]float64, topics)
	var yesterday []float64
	day := 0
	for h, scores := range score {
		if h%24 == 0 {
			if yesterday != nil && h >= 11*24 {
				past = append(past, yesterday)
			}
			yesterday, today, day = today, make([]float64, topics), 0
		}
		changed := false
		for i, s := range scores {
			if s > today[i] {
				today[i], changed = s, true
			}
			if s >= trend.MediumSensitivity {
				if h-last[i] > 24 {
					pushed[i] = false
				}
				last[i] = h
			}
		}
		if !changed || h < burn {
			continue
		}
		named := map[string]float64{}
		for i, s := range today {
			named[strconv.Itoa(i)] = s
		}
		tiers := trend.Tiers(past, named)
		for i := range scores {
			if last[i] != h || pushed[i] || day >= trend.PushesADay || tiers[strconv.Itoa(i)] != trend.Alert {
				continue
			}
			pushed[i] = true
			day++
			told[i] = append(told[i], h)
		}
	}
	return told
}
