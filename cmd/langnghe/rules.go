package main

import (
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"langnghe/internal/app"
	"langnghe/internal/bus"
	"langnghe/internal/news"
	"langnghe/internal/query"
	"langnghe/internal/reading"
	"langnghe/official"
	"langnghe/rules"
	"langnghe/rules/trend"
)

func runRules(ctx context.Context, c *call) error {
	if len(c.args) == 0 {
		return usagef("needs check, test, match or preview")
	}
	verb := c.args[0]
	c.args = c.args[1:]
	var q, dir, lists, docs, rule string
	days := 30
	fs, err := c.flags("config data profile lang json", func(fs *flag.FlagSet) {
		switch verb {
		case "check":
			fs.StringVar(&q, "query", "", "check this `query` instead of a folder")
			fs.StringVar(&lists, "lists", "", "`file` of named lists (JSON or YAML) for -query")
		case "match":
			fs.StringVar(&q, "query", "", "match this `query` alone")
			fs.StringVar(&dir, "rules", "", "`folder` that holds rules/ and lists/")
			fs.StringVar(&lists, "lists", "", "`file` of named lists (JSON or YAML) for -query")
		case "preview":
			fs.StringVar(&rule, "rule", "", "rule `file`")
			fs.IntVar(&days, "days", days, "look back so many `days`")
		}
		fs.StringVar(&docs, "documents", "", "`folder` of official documents whose facts count as confirmed")
	})
	if err != nil {
		return err
	}
	facts, err := confirmed(docs)
	if err != nil {
		return err
	}
	var named query.Lists
	if lists != "" {
		if named, err = rules.ReadLists(lists); err != nil {
			return err
		}
	}
	switch verb {
	case "check":
		if q != "" {
			return silent(rules.CheckQuery(q, named, c.out))
		}
		if fs.NArg() != 1 {
			return usagef("check needs a folder or -query")
		}
		return silent(rules.CheckDir(fs.Arg(0), c.out, c.lang))
	case "test":
		if fs.NArg() != 1 {
			return usagef("test needs a folder")
		}
		read, err := c.reader()
		if err != nil {
			return err
		}
		return silent(rules.TestDir(ctx, fs.Arg(0), c.out, rules.TestOptions{Read: read, Facts: facts, Lang: c.lang}))
	case "match":
		if (q == "") == (dir == "") {
			return usagef("match needs -query or -rules, one of them")
		}
		read, err := c.reader()
		if err != nil {
			return err
		}
		in, err := c.input(fs.Arg(0))
		if err != nil {
			return err
		}
		defer in.Close()
		err = rules.MatchItems(ctx, in, c.out, rules.MatchOptions{Query: q, Lists: named, Dir: dir, Facts: facts, Read: read, Warn: c.err, Lang: c.lang})
		var bad *query.Error
		if errors.As(err, &bad) {
			msg := bad.EN
			if c.lang == "vi" {
				msg = bad.VI
			}
			fmt.Fprintf(c.err, "query:%d: %s: %s\n%s\n", bad.Column, bad.Code, msg, bad.Caret(q))
			return errSilent
		}
		return err
	case "preview":
		data, err := os.ReadFile(rule)
		if err != nil {
			return usageError{fmt.Errorf("-rule: %w", err)}
		}
		return c.reads(ctx, func(ctx context.Context, a bus.Asker) error {
			ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
			defer cancel()
			p, err := bus.Ask(ctx, a, app.AskPreview, rules.PreviewRequest{File: string(data), Days: days})
			if err != nil {
				return err
			}
			if c.json {
				enc, flush := jsonLines(c.out)
				for _, f := range p.Flags {
					if err := enc.Encode(f); err != nil {
						return err
					}
				}
				return flush()
			}
			fmt.Fprintf(c.out, "%d flags in %d days (%.1f a week) over %d items; of those decided before, %d of %d were worth a look\n", p.Total, days, p.PerWeek, p.Items, p.Useful, p.Decided)
			if p.Decided > 0 {
				fmt.Fprintf(c.out, "precision %.0f %% (between %.0f and %.0f)\n", 100*p.Precision.Share, 100*p.Precision.Low, 100*p.Precision.High)
			}
			fmt.Fprintf(c.out, "false alerts to expect: %.1f a week; all rules cost %.1f of the ward's %.1f\n", p.False, p.Spent+p.False, p.Budget)
			if p.Refused != nil {
				fmt.Fprintf(c.out, "would not be saved: %s\n", news.Text{VI: p.Refused.VI, EN: p.Refused.EN}.In(c.lang))
			}
			for _, f := range p.Flags {
				fmt.Fprintf(c.out, "%s  %s\n", f.At.In(zone()).Format("02/01/2006 15:04"), f.Why.In(c.lang))
			}
			return nil
		}, "indexer", "rules")
	default:
		return usagef("needs check, test, match or preview, not %q", verb)
	}
}

// silent hides an error whose mistakes were already written out.
func silent(err error) error {
	if errors.Is(err, rules.ErrProblems) {
		return errSilent
	}
	return err
}

// reader reads items that come without a reading.
func (c *call) reader() (func(*news.Item) *news.Reading, error) {
	r, err := reading.New(c.profile)
	if err != nil {
		return nil, usageError{err}
	}
	return func(it *news.Item) *news.Reading {
		read := r.Read(it, 0)
		return &read
	}, nil
}

// confirmed are the facts of a folder of documents: whoever names the folder
// vouches for it.
func confirmed(dir string) ([]news.Fact, error) {
	if dir == "" {
		return nil, nil
	}
	docs, err := documents(dir)
	if err != nil {
		return nil, err
	}
	var facts []news.Fact
	for _, d := range docs {
		for _, f := range official.Extract(d) {
			f.Status = "confirmed"
			facts = append(facts, f)
		}
	}
	return facts, nil
}

func runTrend(_ context.Context, c *call) error {
	if len(c.args) == 0 {
		return usagef("needs detect or forecast")
	}
	verb := c.args[0]
	c.args = c.args[1:]
	horizon := 24
	fs, err := c.flags("zone", func(fs *flag.FlagSet) {
		if verb == "forecast" {
			fs.IntVar(&horizon, "horizon", horizon, "forecast so many steps")
		}
	})
	if err != nil {
		return err
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
	names, series, err := readSeries(in, zone)
	if err != nil {
		return err
	}
	named := !(len(names) == 1 && names[0] == "")
	w := csv.NewWriter(c.out)
	row := func(name string, cells ...string) {
		if named {
			cells = append([]string{name}, cells...)
		}
		_ = w.Write(cells) // Flush reports it
	}
	num := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
	r3 := func(v float64) string { return strconv.FormatFloat(v, 'f', 3, 64) }
	switch verb {
	case "detect":
		row("series", "timestamp", "value", "expected", "low", "high", "score", "alarm")
		for _, name := range names {
			out, err := trend.Detect(series[name].points, trend.Options{Zone: zone})
			if err != nil {
				return fmt.Errorf("series %q: %w", name, err)
			}
			for i, p := range out {
				alarm := "0"
				if p.Alarm {
					alarm = "1"
				}
				row(name, series[name].stamps[i], num(p.Value), r3(p.Expected), r3(p.Low), r3(p.High), r3(p.Score), alarm)
			}
		}
	case "forecast":
		row("series", "timestamp", "expected", "low80", "high80", "low95", "high95")
		for _, name := range names {
			out, err := trend.Forecast(series[name].points, horizon, trend.Options{Zone: zone})
			if err != nil {
				return fmt.Errorf("series %q: %w", name, err)
			}
			layout := layoutOf(series[name].stamps[0])
			for _, b := range out {
				row(name, b.At.In(zone).Format(layout), r3(b.Expected), num(b.Low80), num(b.High80), num(b.Low95), num(b.High95))
			}
		}
	default:
		return usagef("needs detect or forecast, not %q", verb)
	}
	w.Flush()
	return w.Error()
}

// A csvSeries keeps the timestamps as they were written, to write them back.
type csvSeries struct {
	points []trend.Point
	stamps []string
}

var stampLayouts = []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02"}

func layoutOf(stamp string) string {
	for _, l := range stampLayouts {
		if _, err := time.Parse(l, stamp); err == nil {
			return l
		}
	}
	return time.RFC3339
}

// readSeries reads "timestamp,value" or "series,timestamp,value", with its
// header line.
func readSeries(in io.Reader, zone *time.Location) (names []string, out map[string]*csvSeries, err error) {
	r := csv.NewReader(in)
	r.FieldsPerRecord = -1
	out = map[string]*csvSeries{}
	for n := 1; ; n++ {
		rec, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, nil, err // names the line
		}
		if n == 1 && (rec[0] == "timestamp" || rec[0] == "series") {
			continue
		}
		name := ""
		if len(rec) == 3 {
			name, rec = rec[0], rec[1:]
		}
		if len(rec) != 2 {
			return nil, nil, fmt.Errorf("line %d: needs timestamp,value or series,timestamp,value", n)
		}
		at, err := time.ParseInLocation(layoutOf(rec[0]), rec[0], zone)
		if err != nil {
			return nil, nil, fmt.Errorf("line %d: %q is not a time like 2026-11-20 15:04:05", n, rec[0])
		}
		v, err := strconv.ParseFloat(rec[1], 64)
		if err != nil {
			return nil, nil, fmt.Errorf("line %d: %q is not a number", n, rec[1])
		}
		s := out[name]
		if s == nil {
			s = new(csvSeries)
			names, out[name] = append(names, name), s
		}
		s.points, s.stamps = append(s.points, trend.Point{At: at, Value: v}), append(s.stamps, rec[0])
	}
	if len(names) == 0 {
		return nil, nil, errors.New("the input has no values")
	}
	return names, out, nil
}
