package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"langnghe/crawler"
	"langnghe/crawler/intake"
	"langnghe/internal/app"
	"langnghe/internal/bus"
	"langnghe/internal/news"
)

// What one message to the crawler carries.
const (
	importItems = 500
	importBytes = 2 << 20
)

// An importer takes files in, row by row.
type importer struct {
	*call
	source, columns, sheet string
	zone                   *time.Location
	send                   func(ctx context.Context, items []news.Item) (crawler.FetchResult, error)

	taken, refused int
	last           string // id
}

func runImport(ctx context.Context, c *call) error {
	m := &importer{call: c, source: "import"}
	preview := false
	fs, err := c.flags("config data zone", func(fs *flag.FlagSet) {
		fs.StringVar(&m.source, "source", m.source, "`name` of the source that the items are filed under")
		fs.StringVar(&m.columns, "columns", "", "`FIELD=COLUMN,…` of a table, by name or number from 1; fields: "+strings.Join(intake.Fields, ", ")+"; the rest is guessed")
		fs.StringVar(&m.sheet, "sheet", "", "`name` of the sheet of an Excel file (default: the first with rows)")
		fs.BoolVar(&preview, "preview", false, "show what the columns are taken for and which rows would be refused; take nothing")
	})
	if err != nil {
		return err
	}
	if fs.NArg() == 0 {
		return usagef("needs a file (.jsonl, .csv or .xlsx), or - for JSON Lines on the standard input")
	}
	if m.zone, err = time.LoadLocation(c.zone); err != nil {
		return usagef("there is no time zone %q", c.zone)
	}
	if preview {
		return m.preview(fs.Args())
	}
	return c.with(ctx, func(ctx context.Context, a bus.Asker) error {
		m.send = func(ctx context.Context, items []news.Item) (crawler.FetchResult, error) {
			ctx, cancel := context.WithTimeout(ctx, time.Minute)
			defer cancel()
			return bus.Ask(ctx, a, app.AskFetch, crawler.FetchRequest{Items: items, Source: m.source, By: caller(), Readings: true})
		}
		var errs []error
		for _, name := range fs.Args() {
			if err := m.file(ctx, name); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", name, err)) // the other files go on
			}
			if ctx.Err() != nil {
				break
			}
		}
		if err := searchable(ctx, a, m.last); err != nil {
			return errors.Join(append(errs, err)...)
		}
		fmt.Fprintf(c.err, "%d taken, %d refused\n", m.taken, m.refused)
		if m.refused > 0 && len(errs) == 0 {
			return errSilent
		}
		return errors.Join(errs...)
	}, "crawler", "indexer")
}

// file takes one file in.
func (m *importer) file(ctx context.Context, name string) error {
	in, err := m.input(name)
	if err != nil {
		return err
	}
	defer in.Close()
	r := bufio.NewReaderSize(in, 64<<10)
	head, err := r.Peek(512)
	if err != nil && len(head) == 0 && !errors.Is(err, io.EOF) {
		return err
	}
	if intake.Kind(name, head) != "jsonl" {
		rows, refused, err := m.table(name, r)
		if err != nil {
			return err
		}
		m.report(name, refused)
		return m.rows(ctx, name, rows)
	}
	var batch []intake.Row
	size := 0
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, 4<<20)
	n := 0
	for sc.Scan() {
		n++
		line := bytes.TrimSpace(sc.Bytes())
		if len(line) == 0 {
			continue
		}
		var it news.Item
		if err := json.Unmarshal(line, &it); err != nil {
			m.report(name, []crawler.Refusal{{Row: n, Reason: err.Error()}})
			continue
		}
		batch, size = append(batch, intake.Row{Row: n, Item: it}), size+len(line)
		if len(batch) == importItems || size > importBytes {
			if err := m.rows(ctx, name, batch); err != nil {
				return err
			}
			batch, size = batch[:0], 0
		}
	}
	if err := sc.Err(); err != nil {
		return errors.Join(fmt.Errorf("line %d: %w", n+1, err), m.rows(ctx, name, batch))
	}
	return m.rows(ctx, name, batch)
}

// table reads a CSV or Excel file into rows.
func (m *importer) table(name string, r io.Reader) ([]intake.Row, []crawler.Refusal, error) {
	data, err := io.ReadAll(io.LimitReader(r, intake.MaxBytes+1))
	if err != nil {
		return nil, nil, err
	}
	t, err := intake.Open(name, data, m.sheet)
	if err != nil {
		return nil, nil, err
	}
	mapping, err := intake.ParseMapping(m.columns, t.Columns)
	if err != nil {
		return nil, nil, fmt.Errorf("-columns: %w", err)
	}
	rows, refused := t.Items(mapping, m.zone, time.Now())
	if len(rows) > importItems {
		fmt.Fprintf(m.err, "%s: %d dòng / rows\n", name, len(rows))
	}
	return rows, refused, nil
}

// rows sends rows in parts that a message can carry.
func (m *importer) rows(ctx context.Context, name string, rows []intake.Row) error {
	for len(rows) > 0 {
		n, size := 0, 0
		for n < len(rows) && n < importItems && (n == 0 || size+len(rows[n].Item.Text) < importBytes) {
			size += len(rows[n].Item.Text) + len(rows[n].Item.Title)
			n++
		}
		items := make([]news.Item, n)
		for i, x := range rows[:n] {
			items[i] = x.Item
		}
		res, err := m.send(ctx, items)
		if err != nil {
			return err
		}
		m.taken += len(res.Taken)
		if len(res.Taken) > 0 {
			m.last = res.Taken[len(res.Taken)-1]
		}
		for i, x := range res.Refused {
			if x.Row >= 1 && x.Row <= n {
				res.Refused[i].Row = rows[x.Row-1].Row
			}
		}
		m.report(name, res.Refused)
		rows = rows[n:]
	}
	return nil
}

func (m *importer) report(name string, refused []crawler.Refusal) {
	for _, r := range refused {
		m.refused++
		fmt.Fprintf(m.err, "%s:%d: %s\n", name, r.Row, r.Reason)
	}
}

// preview says what would be taken from files.
func (m *importer) preview(files []string) error {
	var errs []error
	for _, name := range files {
		if err := m.look(name); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
	}
	if m.refused > 0 && len(errs) == 0 {
		return errSilent
	}
	return errors.Join(errs...)
}

func (m *importer) look(name string) error {
	in, err := m.input(name)
	if err != nil {
		return err
	}
	defer in.Close()
	data, err := io.ReadAll(io.LimitReader(in, intake.MaxBytes+1))
	if err != nil {
		return err
	}
	var rows []intake.Row
	var refused []crawler.Refusal
	if intake.Kind(name, data) == "jsonl" {
		rows, refused = intake.Lines(data)
	} else {
		t, err := intake.Open(name, data, m.sheet)
		if err != nil {
			return err
		}
		mapping, err := intake.ParseMapping(m.columns, t.Columns)
		if err != nil {
			return fmt.Errorf("-columns: %w", err)
		}
		for i, c := range t.Columns {
			field := "–"
			for _, f := range slices.Sorted(mapKeys(mapping)) {
				if mapping[f] == i {
					field = f
				}
			}
			first := ""
			if len(t.Rows) > 0 && i < len(t.Rows[0]) {
				first = shorten(t.Rows[0][i], 40)
			}
			fmt.Fprintf(m.out, "%3d  %-24s %-10s %s\n", i+1, shorten(c, 24), field, first)
		}
		rows, refused = t.Items(mapping, m.zone, time.Now())
	}
	m.report(name, refused)
	fmt.Fprintf(m.out, "%s: %d to take, %d refused\n", name, len(rows), len(refused))
	return nil
}

func mapKeys(m intake.Mapping) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
