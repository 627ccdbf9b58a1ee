package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"langnghe/internal/app"
	"langnghe/internal/bus"
	"langnghe/internal/calendar"
	"langnghe/internal/news"
	"langnghe/internal/query"
	"langnghe/internal/reading"
	"langnghe/official"
	"langnghe/rules"
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
				fmt.Fprintf(c.out, "%s  %s\n", f.At.In(calendar.Zone).Format("02/01/2006 15:04"), f.Why.In(c.lang))
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
