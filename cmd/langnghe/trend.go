package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"langnghe/rules/trend"
)

const trendHelp = `langnghe trend detect [FILE]            timestamp,value → timestamp,value,expected,low,high,score,alarm
langnghe trend forecast -horizon N [FILE]  timestamp,value → timestamp,expected,low80,high80,low95,high95

A leading column "series" holds the topics of one ward, which then share what is usual. A value is a
count of 0 or more; an empty one, NaN or NA is not known. Rows may come in any order; of two rows of one
time the later one holds. Times without rows are 0, unless the series writes its zeros or has hardly any
gaps. Alarms open at a score of 8.6, about one false alarm in four months of a topic; 10.1 is one in ten
months, 6.75 one in a month.`

func runTrend(_ context.Context, c *call) error {
	if len(c.args) == 0 || c.args[0] != "detect" && c.args[0] != "forecast" {
		if len(c.args) > 0 && (c.args[0] == "-h" || c.args[0] == "-help" || c.args[0] == "--help") {
			fmt.Fprintln(c.err, trendHelp)
			return flag.ErrHelp
		}
		return usagef("needs detect or forecast\n%s", trendHelp)
	}
	verb := c.args[0]
	c.args = c.args[1:]
	horizon, threshold := 24, trend.MediumSensitivity
	var slot time.Duration
	fs, err := c.flags("zone", func(fs *flag.FlagSet) {
		if verb == "forecast" {
			fs.IntVar(&horizon, "horizon", horizon, "forecast so many steps")
		} else {
			fs.Float64Var(&threshold, "threshold", threshold, "score from which on a row is an alarm")
		}
		fs.DurationVar(&slot, "step", 0, "length of a step, as 1h or 24h; 0 takes it from the rows")
	})
	if err != nil {
		return err
	}
	switch {
	case horizon < 1 || horizon > 10_000:
		return usagef("-horizon is 1 to 10000, not %d", horizon)
	case !(threshold > 0):
		return usagef("-threshold is more than 0, not %v", threshold)
	case slot < 0 || slot > 0 && slot < time.Second:
		return usagef("-step is at least 1s, not %v", slot)
	}
	zone, err := time.LoadLocation(c.zone)
	if err != nil {
		return usagef("there is no time zone %q", c.zone)
	}
	in, err := c.input(fs.Arg(0))
	if err != nil {
		return err
	}
	defer in.Close()
	t, err := readSeries(in, zone)
	if err != nil {
		return err
	}
	for _, p := range t.problems {
		fmt.Fprintln(c.err, p)
	}
	if t.refused > len(t.problems) {
		fmt.Fprintf(c.err, "and %d more rows\n", t.refused-len(t.problems))
	}
	if len(t.names) == 0 {
		return errors.New("the input has no values; it needs rows of timestamp,value or series,timestamp,value")
	}
	buf := bufio.NewWriterSize(c.out, 1<<16)
	if verb == "detect" {
		err = t.detect(buf, trend.Options{Zone: zone, Slot: slot, Threshold: threshold})
	} else {
		err = t.forecast(buf, horizon, trend.Options{Zone: zone, Slot: slot}, zone)
	}
	var se *trend.SeriesError
	if errors.As(err, &se) && t.named {
		err = fmt.Errorf("series %q: %w", t.names[se.Series], err)
	}
	if err := errors.Join(err, buf.Flush()); err != nil {
		return err
	}
	if t.refused > 0 {
		return fmt.Errorf("%d rows were refused; the others were used", t.refused)
	}
	return nil
}

// A table is what a CSV file of series holds.
type table struct {
	named    bool
	names    []string
	points   [][]trend.Point
	rows     []tableRow // in the order of the file
	layout   string     // of the first timestamp
	problems []string   // the first of those of rows that were refused
	refused  int
}

type tableRow struct {
	series, point int
	stamp, value  string // as they were written
}

func (t *table) detect(w *bufio.Writer, o trend.Options) error {
	out, err := trend.DetectWard(t.points, o)
	if err != nil {
		return err
	}
	if t.named {
		_, _ = w.WriteString("series,") // Flush reports it
	}
	_, _ = w.WriteString("timestamp,value,expected,low,high,score,alarm\n")
	var b []byte
	for _, row := range t.rows {
		r := out[row.series][row.point]
		b = b[:0]
		if t.named {
			b = append(append(b, quoteCSV(t.names[row.series])...), ',')
		}
		b = append(append(append(append(b, row.stamp...), ','), row.value...), ',')
		b = append(appendNum(b, r.Expected), ',')
		b = append(appendNum(b, r.Low), ',')
		b = append(appendNum(b, r.High), ',')
		b = strconv.AppendFloat(b, r.Score, 'f', 3, 64)
		if r.Alarm {
			b = append(b, ",1\n"...)
		} else {
			b = append(b, ",0\n"...)
		}
		_, _ = w.Write(b)
	}
	return nil
}

func (t *table) forecast(w *bufio.Writer, horizon int, o trend.Options, zone *time.Location) error {
	out, err := trend.ForecastWard(t.points, horizon, o)
	if err != nil {
		return err
	}
	if t.named {
		_, _ = w.WriteString("series,")
	}
	_, _ = w.WriteString("timestamp,expected,low80,high80,low95,high95\n")
	for i, bands := range out {
		for _, f := range bands {
			var b []byte
			if t.named {
				b = append(append(b, quoteCSV(t.names[i])...), ',')
			}
			b = f.At.In(zone).AppendFormat(b, t.layout)
			for _, v := range [...]float64{f.Expected, f.Low80, f.High80, f.Low95, f.High95} {
				b = appendNum(append(b, ','), v)
			}
			_, _ = w.Write(append(b, '\n'))
		}
	}
	return nil
}

// appendNum writes a number with three decimals, or six digits when it is tiny.
func appendNum(b []byte, v float64) []byte {
	if a := math.Abs(v); a > 0 && a < .1 {
		return strconv.AppendFloat(b, v, 'g', 6, 64)
	}
	if v == math.Trunc(v) {
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	}
	return strconv.AppendFloat(b, v, 'f', 3, 64)
}

func quoteCSV(s string) string {
	if strings.ContainsAny(s, "\",\r\n") || s == "" {
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}

var stampLayouts = []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02 15", "2006-01-02", "02/01/2006 15:04:05", "02/01/2006 15:04", "02/01/2006"}

func layoutOf(stamp string) string {
	for _, l := range stampLayouts {
		if _, err := time.Parse(l, stamp); err == nil {
			return l
		}
	}
	return ""
}

// shown is how many refused rows are named.
const shown = 20

// readSeries reads "timestamp,value" or "series,timestamp,value", with or
// without a header line, which may name the columns in another order and
// others beside them. A row with a mistake is refused and the rest is read.
func readSeries(in io.Reader, zone *time.Location) (*table, error) {
	br := bufio.NewReaderSize(in, 1<<16)
	if mark, _ := br.Peek(3); string(mark) == "\xef\xbb\xbf" {
		_, _ = br.Discard(3)
	}
	r := csv.NewReader(br)
	r.FieldsPerRecord, r.ReuseRecord, r.TrimLeadingSpace = -1, true, true
	t := &table{}
	index := map[string]int{}
	series, stamp, value, width := -1, 0, 1, 0
	refuse := func(line int, format string, args ...any) {
		if t.refused++; len(t.problems) < shown {
			t.problems = append(t.problems, fmt.Sprintf("line %d: ", line)+fmt.Sprintf(format, args...))
		}
	}
	for first := true; ; first = false {
		rec, err := r.Read()
		if err == io.EOF {
			return t, nil
		}
		line, _ := r.FieldPos(0)
		var pe *csv.ParseError
		if errors.As(err, &pe) {
			refuse(pe.Line, "%v", pe.Err)
			continue
		}
		if err != nil {
			return nil, err
		}
		if first {
			if at := column(rec, "timestamp"); at >= 0 {
				if stamp, value, series = at, column(rec, "value"), column(rec, "series"); value < 0 {
					return nil, fmt.Errorf("line %d: the header has timestamp but not value: %q", line, rec)
				}
				t.named, width = series >= 0, len(rec)
				continue
			}
			if len(rec) == 3 {
				series, stamp, value = 0, 1, 2
			}
			t.named, width = series >= 0, 2+series+1
		}
		if len(rec) != width {
			refuse(line, "%d columns, not %d: %q", len(rec), width, rec)
			continue
		}
		at, err := t.time(strings.TrimSpace(rec[stamp]), zone)
		if err != nil {
			refuse(line, "%v", err)
			continue
		}
		v, err := number(strings.TrimSpace(rec[value]))
		if err != nil {
			refuse(line, "%v", err)
			continue
		}
		name := ""
		if series >= 0 {
			name = rec[series]
		}
		i, ok := index[name]
		if !ok {
			i = len(t.names)
			index[strings.Clone(name)] = i
			t.names, t.points = append(t.names, strings.Clone(name)), append(t.points, nil)
		}
		t.rows = append(t.rows, tableRow{i, len(t.points[i]), strings.Clone(rec[stamp]), strings.Clone(rec[value])})
		t.points[i] = append(t.points[i], trend.Point{At: at, Value: v})
	}
}

func column(header []string, name string) int {
	for i, h := range header {
		if strings.EqualFold(strings.TrimSpace(h), name) {
			return i
		}
	}
	return -1
}

func (t *table) time(s string, zone *time.Location) (time.Time, error) {
	if t.layout != "" {
		if at, err := time.ParseInLocation(t.layout, s, zone); err == nil {
			return at, nil
		}
	}
	l := layoutOf(s)
	if l == "" {
		return time.Time{}, fmt.Errorf("%q is not a time like 2026-11-20 15:04:05", s)
	}
	if t.layout == "" {
		t.layout = l
	}
	at, err := time.ParseInLocation(l, s, zone)
	if err == nil && (at.Year() < 1900 || at.Year() > 2200) {
		err = fmt.Errorf("%q is not a time between 1900 and 2200", s)
	}
	return at, err
}

func number(s string) (float64, error) {
	switch strings.ToLower(s) {
	case "", "nan", "na", "null", "none", "-":
		return math.NaN(), nil
	}
	v, err := strconv.ParseFloat(s, 64)
	switch {
	case err != nil || math.IsInf(v, 0):
		return 0, fmt.Errorf("%q is not a number", s)
	case v < 0:
		return 0, fmt.Errorf("%q is negative; a count is 0 or more", s)
	}
	return v, nil
}
