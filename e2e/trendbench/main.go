// Command trendbench turns what "langnghe trend" prints into what the scorers
// of trends read, and runs them: simulated wards, real tweets thinned to the
// volume of a ward, five series of the Numenta benchmark, hourly forecasts; and
// counts what people of a ward of 49 topics are told at once.
//
//	go run ./trendbench -bench DIR -langnghe BINARY [-seeds 201,202] [-only sim,push,thin,nab,forecast]
//
// DIR holds burstbench.py, nabscore.py and fcscore.py with their data; -python
// names an interpreter that has numpy.
package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

type bench struct{ dir, bin, python, tmp string }

func main() {
	log.SetFlags(0)
	var b bench
	flag.StringVar(&b.dir, "bench", "../../shared/bench/trend", "`folder` of the scorers")
	flag.StringVar(&b.bin, "langnghe", "", "`binary` of langnghe")
	flag.StringVar(&b.python, "python", "python3", "`interpreter` with numpy")
	seeds := flag.String("seeds", "201,202", "of the simulated wards")
	thin := flag.String("thin", "99", "seeds of the thinned tweets")
	wards := flag.String("wards", "301,302,303,304", "seeds of the wards whose pushes are counted")
	only := flag.String("only", "sim,push,thin,nab,forecast", "what to run")
	flag.Parse()
	tmp, err := os.MkdirTemp("", "trendbench")
	if err != nil {
		log.Fatal(err)
	}
	b.tmp = tmp
	err = b.run(strings.Split(*only, ","), strings.Split(*seeds, ","), strings.Split(*wards, ","), strings.Split(*thin, ","))
	_ = os.RemoveAll(tmp)
	if err != nil {
		log.Fatal(err)
	}
}

func (b *bench) run(only, seeds, wards, thin []string) error {
	if slices.Contains(only, "sim") {
		for _, s := range seeds {
			fmt.Printf("== simulated ward, seed %s\n", s)
			if err := b.bursts(filepath.Join(b.tmp, "sim"+s), "1,0.25,0.1", "--kind", "sim", "--seed", s, "--per", "12"); err != nil {
				return err
			}
		}
	}
	if slices.Contains(only, "push") {
		if err := b.pushes(wards); err != nil {
			return err
		}
	}
	if slices.Contains(only, "thin") {
		for _, s := range thin {
			for _, mean := range []string{"5", "20", "100"} {
				fmt.Printf("== tweets thinned to %s a day, seed %s\n", mean, s)
				if err := b.bursts(filepath.Join(b.tmp, "thin"+s+"-"+mean), "1,0.5", "--kind", "nabthin", "--seed", s, "--mean", mean, "--reps", "5"); err != nil {
					return err
				}
			}
		}
	}
	if slices.Contains(only, "nab") {
		fmt.Println("== Numenta, five series")
		if err := b.numenta(); err != nil {
			return err
		}
	}
	if slices.Contains(only, "forecast") {
		fmt.Println("== hourly forecasts of the five series, 1 to 24 hours ahead")
		return b.forecasts()
	}
	return nil
}

func (b *bench) score(args ...string) error {
	cmd := exec.Command(b.python, append([]string{filepath.Join(b.dir, args[0])}, args[1:]...)...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

// trend runs "langnghe trend" and returns the rows that it prints.
func (b *bench) trend(in []byte, args ...string) ([][]string, error) {
	cmd := exec.Command(b.bin, append([]string{"trend"}, args...)...)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("langnghe trend %s: %w", strings.Join(args, " "), err)
	}
	rows, err := csv.NewReader(bytes.NewReader(out)).ReadAll()
	if err != nil {
		return nil, err
	}
	return rows[1:], nil
}

const stamp = "2006-01-02 15:04:05"

// monday is hour 0 of the simulated wards.
var monday = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

// A meta is what the maker of data sets says of one.
type meta struct {
	T     int // hours
	Burn  int // of them at the start that nobody is judged by
	Rates []float64
}

// generate makes a data set and reads it: counts by copy, topic and hour.
func (b *bench) generate(dir string, gen ...string) (m meta, copies map[string][][]int, err error) {
	cmd := exec.Command(b.python, append([]string{filepath.Join(b.dir, "burstbench.py"), "gen", "--out", dir}, gen...)...)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return m, nil, err
	}
	data, err := os.ReadFile(filepath.Join(dir, "meta.json"))
	if err != nil {
		return m, nil, err
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return m, nil, err
	}
	counts, err := readCSV(filepath.Join(dir, "counts.csv"))
	if err != nil {
		return m, nil, err
	}
	copies = map[string][][]int{}
	for _, r := range counts {
		if copies[r[0]] == nil {
			copies[r[0]] = make([][]int, len(m.Rates))
			for i := range copies[r[0]] {
				copies[r[0]][i] = make([]int, m.T)
			}
		}
		copies[r[0]][atoi(r[1])][atoi(r[2])] = atoi(r[3])
	}
	return m, copies, nil
}

// scores gives the counts of a ward to the detector, every hour in them, and
// calls f with each score over zero.
func (b *bench) scores(ward [][]int, f func(topic, hour int, score string)) error {
	var in bytes.Buffer
	fmt.Fprintln(&in, "series,timestamp,value")
	for i, hours := range ward {
		for h, n := range hours {
			fmt.Fprintf(&in, "%d,%s,%d\n", i, monday.Add(time.Duration(h)*time.Hour).Format(stamp), n)
		}
	}
	rows, err := b.trend(in.Bytes(), "detect", "-zone", "UTC")
	if err != nil {
		return err
	}
	for _, r := range rows {
		if s := r[6]; s != "0.000" {
			at, err := time.Parse(stamp, r[1])
			if err != nil {
				return err
			}
			f(atoi(r[0]), int(at.Sub(monday)/time.Hour), s)
		}
	}
	return nil
}

// bursts makes a data set, gives each copy to the detector as one ward with
// every hour in it, and scores what comes out.
func (b *bench) bursts(dir, fa string, gen ...string) error {
	_, copies, err := b.generate(dir, gen...)
	if err != nil {
		return err
	}
	name := filepath.Join(dir, "scores.csv")
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "copy,series,hour,score")
	for _, c := range slices.Sorted(keys(copies)) {
		err := b.scores(copies[c], func(topic, hour int, score string) { fmt.Fprintf(w, "%s,%d,%d,%s\n", c, topic, hour, score) })
		if err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return b.score("burstbench.py", "score", dir, name, "--fa", fa)
}

func (b *bench) numenta() error {
	name := filepath.Join(b.tmp, "nab.csv")
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	fmt.Fprintln(f, "file,timestamp,anomaly_score")
	files, err := filepath.Glob(filepath.Join(b.dir, "data", "*.csv"))
	if err != nil {
		return err
	}
	for _, file := range files {
		in, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		rows, err := b.trend(in, "detect")
		if err != nil {
			return err
		}
		for _, r := range rows {
			s, err := strconv.ParseFloat(r[5], 64)
			if err != nil {
				return err
			}
			fmt.Fprintf(f, "%s,%s,%.6f\n", filepath.Base(file), r[0], 1-math.Exp(-s/20))
		}
	}
	if err := f.Close(); err != nil {
		return err
	}
	return b.score("nabscore.py", name, "--name", "langnghe")
}

// levels are the quantiles that the scorer reads. The command prints five of
// them; the others are drawn between and a little beyond.
var levels = []string{"q005", "q025", "q05", "q10", "q25", "q50", "q75", "q90", "q95", "q975", "q995"}

func quantiles(mid, low80, high80, low95, high95 float64) []float64 {
	return []float64{max(0, low95-.25*(low80-low95)), low95, (low95 + low80) / 2, low80, mid - .52*(mid-low80), mid,
		mid + .47*(high80-mid), high80, (high80 + high95) / 2, high95, high95 + .7*(high95-high80)}
}

// forecasts rolls the origin through each series, seven hours at a time, from
// the twentieth day on.
func (b *bench) forecasts() error {
	files, err := filepath.Glob(filepath.Join(b.dir, "data", "*.csv"))
	if err != nil {
		return err
	}
	var fc, hist bytes.Buffer
	fmt.Fprintln(&fc, "series,origin,h,"+strings.Join(levels, ","))
	fmt.Fprintln(&hist, "series,t,y")
	for _, file := range files {
		rows, err := readCSV(file)
		if err != nil {
			return err
		}
		name := strings.TrimSuffix(filepath.Base(file), ".csv")
		var first time.Time
		var y []float64
		for _, r := range rows {
			at, err := time.Parse(stamp, r[0])
			if err != nil {
				return err
			}
			if first.IsZero() {
				first = at.Truncate(time.Hour)
			}
			v, err := strconv.ParseFloat(r[1], 64)
			if err != nil {
				return err
			}
			for len(y) <= int(at.Sub(first)/time.Hour) {
				y = append(y, 0)
			}
			y[len(y)-1] += v
		}
		var in bytes.Buffer
		fmt.Fprintln(&in, "timestamp,value")
		for t, v := range y {
			fmt.Fprintf(&hist, "%s,%d,%g\n", name, t, v)
			fmt.Fprintf(&in, "%s,%g\n", first.Add(time.Duration(t)*time.Hour).Format(stamp), v)
			if t < 20*24 || (t-20*24)%7 != 0 || t+24 >= len(y) {
				continue
			}
			out, err := b.trend(in.Bytes(), "forecast", "-horizon", "24", "-step", "1h")
			if err != nil {
				return err
			}
			for h, r := range out {
				var v [5]float64
				for i := range v {
					if v[i], err = strconv.ParseFloat(r[1+i], 64); err != nil {
						return err
					}
				}
				fmt.Fprintf(&fc, "%s,%d,%d", name, t, h+1)
				for _, q := range quantiles(v[0], v[1], v[2], v[3], v[4]) {
					fmt.Fprintf(&fc, ",%g", q)
				}
				fmt.Fprintln(&fc)
			}
		}
	}
	fcName, histName := filepath.Join(b.tmp, "forecasts.csv"), filepath.Join(b.tmp, "history.csv")
	if err := os.WriteFile(fcName, fc.Bytes(), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(histName, hist.Bytes(), 0o600); err != nil {
		return err
	}
	return b.score("fcscore.py", fcName, histName, "--season", "24")
}

func readCSV(name string) ([][]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(bufio.NewReader(io.Reader(f))).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return rows[1:], nil
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		log.Fatal(err)
	}
	return n
}

func keys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
