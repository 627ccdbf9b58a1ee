package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"langnghe/internal/app"
	"langnghe/internal/bus"
	"langnghe/internal/calendar"
	"langnghe/reports"
	"langnghe/reports/lint"
)

// runReport writes a report of a kind, or has a word of its own: list,
// verify, lint.
func runReport(ctx context.Context, c *call) error {
	if len(c.args) == 0 || strings.HasPrefix(c.args[0], "-") && c.args[0] != "-h" && c.args[0] != "-help" && c.args[0] != "--help" {
		return usagef("needs a kind (%s) or one of list, verify, lint", kinds())
	}
	word := c.args[0]
	switch word {
	case "lint":
		c.args = c.args[1:]
		return lintFiles(c)
	case "verify":
		c.args = c.args[1:]
		return verifyReports(ctx, c)
	case "list":
		c.args = c.args[1:]
		return listReports(ctx, c)
	}
	q := app.ReportRequest{Do: "write", Kind: reports.Kind(word), By: caller()}
	if known := slices.Contains(reports.Kinds, q.Kind); known {
		c.args = c.args[1:]
	} else if !strings.HasPrefix(word, "-") {
		return usagef("there is no kind %q; use one of %s, or list, verify, lint", word, kinds())
	}
	var at, out string
	_, err := c.flags("config data", func(fs *flag.FlagSet) {
		fs.StringVar(&at, "at", "", "as of the beginning of this `day`, 2006-01-02; default now. The weekly summary is about the seven days before it")
		fs.IntVar(&q.Year, "year", 0, "`year` of the annual report or plan; default that of -at")
		fs.StringVar(&q.Case, "case", "", "`id` of the case, for slips and urgent notes")
		fs.StringVar(&q.ID, "id", "", "`id` of a kept report to print as it is")
		fs.StringVar(&q.Format, "format", "text", "`form`: text, docx, pdf, xlsx or json")
		fs.StringVar(&out, "o", "", "`file` to write; default the standard output, for docx, pdf and xlsx a file of the report's name")
		fs.BoolVar(&q.Save, "save", false, "keep it as a draft that waits for approval")
	})
	if err != nil {
		return err
	}
	if !slices.Contains([]string{"text", "docx", "pdf", "xlsx", "json"}, q.Format) {
		return usagef("there is no format %q; use text, docx, pdf, xlsx or json", q.Format)
	}
	if at != "" {
		if q.At, err = time.ParseInLocation(time.DateOnly, at, calendar.Zone); err != nil {
			return usagef("-at %q is no day; write 2026-11-20", at)
		}
	}
	if q.Kind.OfCase() && q.Case == "" && q.ID == "" {
		return usagef("%s is about a case; name it with -case", q.Kind)
	}
	return c.reads(ctx, func(ctx context.Context, a bus.Asker) error {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		res, err := bus.Ask(ctx, a, app.AskReport, q)
		if err != nil {
			return err
		}
		if q.Format == "json" {
			if res.File, err = json.MarshalIndent(res.Reports[0], "", " "); err != nil {
				return err
			}
			res.File = append(res.File, '\n')
		}
		if out == "" && (q.Format == "text" || q.Format == "json") || out == "-" {
			_, err = c.out.Write(res.File)
			return err
		}
		if out == "" {
			out = res.Name
		}
		if err := os.WriteFile(out, res.File, 0o600); err != nil {
			return err
		}
		fmt.Fprintf(c.err, "%s\n", out)
		return nil
	}, "crawler", "indexer", "desk")
}

func kinds() string {
	var names []string
	for _, k := range reports.Kinds {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}

// listReports prints what is kept, newest first.
func listReports(ctx context.Context, c *call) error {
	if _, err := c.flags("config data", nil); err != nil {
		return err
	}
	return c.reads(ctx, func(ctx context.Context, a bus.Asker) error {
		for offset := 0; ; offset += 100 {
			res, err := bus.Ask(ctx, a, app.AskReport, app.ReportRequest{Do: "list", Offset: offset, By: caller()})
			if err != nil {
				return err
			}
			for _, r := range res.Reports {
				fmt.Fprintf(c.out, "%s\t%s\t%s\t%s\t%s\n", r.ID, r.Kind, r.At.In(calendar.Zone).Format("2006-01-02 15:04"), r.State, r.Note)
			}
			if !res.More {
				return nil
			}
		}
	}, "desk")
}

// verifyReports computes every number of kept reports again from the store.
func verifyReports(ctx context.Context, c *call) error {
	fs, err := c.flags("config data lang", nil)
	if err != nil {
		return err
	}
	ids := fs.Args()
	return c.reads(ctx, func(ctx context.Context, a bus.Asker) error {
		numbers, wrong, later, count := 0, 0, 0, 0
		ask := func(q app.ReportRequest) (bool, error) {
			q.Do, q.By = "verify", caller()
			ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
			defer cancel()
			res, err := bus.Ask(ctx, a, app.AskReport, q)
			if err != nil {
				return false, err
			}
			for _, r := range res.Checks {
				bad := 0
				for _, d := range r.Differences {
					if d.Later {
						later++
					} else {
						bad++
					}
				}
				count, numbers, wrong = count+1, numbers+r.Numbers, wrong+bad
				fmt.Fprintf(c.out, "%s\t%d/%d\t%s\n", r.ID, r.Numbers-bad, r.Numbers, r.Subject)
				for _, d := range r.Differences {
					fmt.Fprintf(c.out, "  %s: %s: trong báo cáo/in the report %s, trong kho/in the store %s", d.Figure, d.What, d.Said, d.Now)
					if why := d.Why.In(c.lang); why != "" {
						fmt.Fprintf(c.out, " (%s)", why)
					}
					fmt.Fprintln(c.out)
				}
			}
			return res.More, nil
		}
		if len(ids) == 0 {
			for offset, more := 0, true; more; offset += 20 {
				if more, err = ask(app.ReportRequest{Offset: offset}); err != nil {
					return err
				}
			}
		}
		for _, id := range ids {
			if _, err := ask(app.ReportRequest{ID: id}); err != nil {
				return fmt.Errorf("%s: %w", id, err)
			}
		}
		fmt.Fprintf(c.err, "%d báo cáo/reports, %d số/numbers, %d khác/differ, %d kho nay đếm khác/counted otherwise by now\n", count, numbers, wrong, later)
		if wrong > 0 {
			return errSilent
		}
		return nil
	}, "crawler", "indexer", "desk")
}

// lintFiles checks documents, whoever made them, against the form of Decree
// 30/2020.
func lintFiles(c *call) error {
	fs, err := c.flags("lang json", nil)
	if err != nil {
		return err
	}
	if fs.NArg() == 0 {
		return usagef("needs a .docx file")
	}
	found := 0
	var errs []error
	for _, name := range fs.Args() {
		f, err := os.Open(name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			errs = append(errs, err)
			continue
		}
		list, err := lint.File(f, info.Size())
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
			continue
		}
		for _, m := range list {
			found++
			if c.json {
				line, err := json.Marshal(struct {
					File string `json:"file"`
					lint.Finding
				}{name, m})
				if err != nil {
					return err
				}
				fmt.Fprintf(c.out, "%s\n", line)
				continue
			}
			at := ""
			if m.Para > 0 {
				at = fmt.Sprintf(":%d", m.Para)
			}
			fmt.Fprintf(c.out, "%s%s: %s: %s", name, at, m.Rule, m.Text.In(c.lang))
			if m.Quote != "" {
				fmt.Fprintf(c.out, " – “%s”", m.Quote)
			}
			fmt.Fprintln(c.out)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	fmt.Fprintf(c.err, "%d lỗi thể thức/findings\n", found)
	if found > 0 {
		return errSilent
	}
	return nil
}
