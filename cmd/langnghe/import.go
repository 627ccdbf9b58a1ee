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

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

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
	told           time.Time
}

func runImport(ctx context.Context, c *call) error {
	m := &importer{call: c, source: "import"}
	preview := false
	fs, err := c.flags("config data json zone", func(fs *flag.FlagSet) {
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
	if preview && c.json {
		return usagef("-preview and -json do not go together")
	}
	if preview {
		return m.preview(fs.Args())
	}
	m.told = time.Now()
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
		err := ctx.Err()
		if err == nil {
			err = c.searchable(ctx, a, m.last)
		} else {
			errs = []error{errInterrupted} // and no error of every file that was stopped
		}
		if c.json {
			_ = m.line(struct {
				Taken   int `json:"taken"`
				Refused int `json:"refused"`
			}{m.taken, m.refused})
		}
		fmt.Fprintf(c.err, "%d taken, %d refused\n", m.taken, m.refused)
		if err != nil {
			return errors.Join(append(errs, err)...)
		}
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
	switch {
	case intake.Kind(name, head) != "jsonl":
		rows, refused, err := m.table(name, r)
		if err != nil {
			return err
		}
		m.report(name, refused)
		return m.rows(ctx, name, rows)
	case isList(head):
		data, err := io.ReadAll(io.LimitReader(r, intake.MaxBytes+1))
		if err != nil {
			return err
		}
		rows, refused, err := intake.List(unicoded(data))
		if err != nil {
			return err
		}
		m.report(name, refused)
		return m.rows(ctx, name, rows)
	}
	return m.lines(ctx, name, r)
}

// isList reports whether a file is one JSON list instead of a line an item.
func isList(head []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n\ufeff"), []byte("["))
}

// unicoded is data in UTF-8 when a byte order mark says that it is UTF-16, as
// some editors save.
func unicoded(data []byte) []byte {
	out, _, err := transform.Bytes(unicode.BOMOverride(transform.Nop), data)
	if err != nil {
		return data
	}
	return out
}

// lines takes JSON Lines in. A line that is too long is refused like any
// other that cannot be read, the rest goes on.
func (m *importer) lines(ctx context.Context, name string, in io.Reader) error {
	r := bufio.NewReaderSize(transform.NewReader(in, unicode.BOMOverride(transform.Nop)), 64<<10)
	var batch []intake.Row
	size := 0
	for n := 1; ; n++ {
		line, end := longLine(r, intake.MaxLine+1)
		if end != nil && !errors.Is(end, io.EOF) {
			return errors.Join(fmt.Errorf("line %d: %w", n, end), m.rows(ctx, name, batch))
		}
		it, wrong, ok := intake.Line(n, line)
		if wrong != nil {
			m.report(name, []crawler.Refusal{*wrong})
		}
		if ok {
			batch, size = append(batch, intake.Row{Row: n, Item: it}), size+len(line)
		}
		if len(batch) == importItems || size > importBytes || end != nil {
			if err := m.rows(ctx, name, batch); err != nil {
				return err
			}
			batch, size = batch[:0], 0
		}
		if end != nil {
			return nil
		}
	}
}

// longLine reads a line and keeps no more than most bytes of it. io.EOF comes
// with the last line.
func longLine(r *bufio.Reader, most int) (line []byte, err error) {
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part[:min(len(part), most-len(line))]...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
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
		if time.Since(m.told) > progressEvery {
			m.told = time.Now()
			fmt.Fprintf(m.err, "%s: %d mục tin đã nhận / items taken…\n", name, m.taken)
		}
		rows = rows[n:]
	}
	return nil
}

func (m *importer) report(name string, refused []crawler.Refusal) {
	for _, r := range refused {
		m.refused++
		if m.json {
			_ = m.line(struct {
				File   string `json:"file"`
				Row    int    `json:"row"`
				Reason string `json:"reason"`
			}{name, r.Row, r.Reason})
			continue
		}
		fmt.Fprintf(m.err, "%s:%d: %s\n", name, r.Row, r.Reason)
	}
}

// line writes a value as one line of JSON.
func (m *importer) line(v any) error {
	enc := json.NewEncoder(m.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
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
	switch {
	case intake.Kind(name, data) == "jsonl" && isList(data):
		if rows, refused, err = intake.List(unicoded(data)); err != nil {
			return err
		}
	case intake.Kind(name, data) == "jsonl":
		if len(data) > intake.MaxBytes {
			return fmt.Errorf("larger than %d MB; -preview reads smaller files only, the import itself has no limit", intake.MaxBytes>>20)
		}
		rows, refused = intake.Lines(unicoded(data))
	default:
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
