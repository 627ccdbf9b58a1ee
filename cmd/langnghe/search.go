package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"

	"langnghe/indexer"
	"langnghe/internal/app"
	"langnghe/internal/bus"
	"langnghe/internal/calendar"
	"langnghe/internal/news"
	"langnghe/internal/query"
)

// searchCard is the help card of the search box, for the command line.
const searchCard = `
Cách viết / how to write a query (in single quotes, so that the shell leaves it alone):
  mất nước khối 5                          từ bình thường, sát nhất đứng trước / plain words, the closest come first
  mat nuoc                                 gõ không dấu: tìm cả hai / typed without diacritics: finds both
  '"mất nước" AND ("khối 5" OR "khối 6")'  đúng cụm từ, AND, OR / exact phrases, AND, OR
  '"vỡ đập" AND NOT "diễn tập"'            loại trừ / without
  '"phí vệ sinh" NEAR/6 MONEY>=500k'       cách nhau không quá 6 tiếng / within 6 words
  'title:"mất điện" OR topic:electricity'  trường: title body topic area tone stance source site kind platform cue / fields
Không tìm được theo người đăng. / There is no search by author.
`

// listFlag collects the values of a flag that may be given several times.
type listFlag struct{ to *[]string }

func (l listFlag) String() string { return "" }
func (l listFlag) Set(s string) error {
	for v := range strings.SplitSeq(s, ",") {
		if v = strings.TrimSpace(v); v != "" {
			*l.to = append(*l.to, v)
		}
	}
	return nil
}

func runSearch(ctx context.Context, c *call) error {
	q := indexer.Query{}
	var from, to string
	fs, err := c.flags("config data json", func(fs *flag.FlagSet) {
		fs.BoolVar(&q.Strict, "strict", false, "read the query as the rule language exactly")
		fs.IntVar(&q.Limit, "limit", 20, "at most so many hits")
		fs.IntVar(&q.Offset, "offset", 0, "leave out so many first")
		fs.BoolVar(&q.Newest, "newest", false, "newest first")
		fs.BoolVar(&q.Facets, "facets", false, "count topics, areas, tones, stances, sources and kinds of all that fit")
		fs.StringVar(&q.Like, "like", "", "items about the same as the one with this `id`, instead of a query")
		fs.StringVar(&from, "from", "", "first `day`, 2006-01-02")
		fs.StringVar(&to, "to", "", "last `day`, 2006-01-02")
		for _, f := range []struct {
			name string
			to   *[]string
		}{{"topic", &q.Topics}, {"area", &q.Areas}, {"tone", &q.Tones}, {"stance", &q.Stances}, {"source", &q.Sources}, {"kind", &q.Kinds}} {
			fs.Var(listFlag{f.to}, f.name, "only this `"+f.name+"`; several with commas")
		}
		usage := fs.Usage
		fs.Usage = func() {
			usage()
			fmt.Fprint(c.err, searchCard)
		}
	})
	if err != nil {
		return err
	}
	for _, a := range fs.Args() {
		if name, _, _ := strings.Cut(strings.TrimLeft(a, "-"), "="); strings.HasPrefix(a, "-") && fs.Lookup(name) != nil {
			return usagef("%s stands behind the query and would be searched for; flags come first", a)
		}
	}
	q.Text = strings.Join(fs.Args(), " ")
	if q.Limit < 1 || q.Limit > indexer.MaxHits {
		return usagef("-limit %d: want 1 to %d; -offset goes on, and export has everything", q.Limit, indexer.MaxHits)
	}
	if q.Offset < 0 || q.Offset > indexer.MaxOffset {
		return usagef("-offset %d: want 0 to %d; narrow the search instead", q.Offset, indexer.MaxOffset)
	}
	for name, given := range map[string][]string{"area": q.Areas, "tone": q.Tones, "stance": q.Stances, "kind": q.Kinds} {
		for _, v := range given {
			if words := query.Words(name); !slices.Contains(words, strings.ToLower(v)) {
				return usagef("-%s %s: want one of %s", name, v, strings.Join(words, ", "))
			}
		}
	}
	filtered := len(q.Topics)+len(q.Areas)+len(q.Tones)+len(q.Stances)+len(q.Sources)+len(q.Kinds) > 0 || from != "" || to != ""
	if strings.TrimSpace(q.Text) == "" && q.Like == "" && !filtered {
		return usagef("needs a query, -like ID or a filter")
	}
	if q.Text != "" && q.Like != "" {
		return usagef("a query and -like do not go together")
	}
	if err := days(from, to, &q.From, &q.To); err != nil {
		return err
	}
	if err := explainQuery(c, &q); err != nil {
		return err
	}
	q.By = caller()
	roles := []string{"indexer"}
	if strings.Contains(q.Text, "$") {
		roles = append(roles, "rules") // has the named lists
	}
	err = c.reads(ctx, func(ctx context.Context, a bus.Asker) error {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		res, err := bus.Ask(ctx, a, app.AskSearch, q)
		if m, ok := indexer.Mistake(err); ok {
			return m.Err // a list that is not there, which only the service knows
		}
		if err != nil {
			return err
		}
		if err := printHits(c, res); err != nil {
			return err
		}
		for _, name := range []string{"topic", "area", "tone", "stance", "source", "kind"} {
			var values []string
			for _, f := range res.Facets[name] {
				values = append(values, fmt.Sprintf("%s %d", f.Value, f.Count))
			}
			if len(values) > 0 {
				fmt.Fprintf(c.err, "%s: %s\n", name, strings.Join(values, ", "))
			}
		}
		more := ""
		if res.More {
			more = "+"
		}
		fmt.Fprintf(c.err, "%d%s mục tin / items\n", res.Total, more)
		return nil
	}, roles...)
	var e *query.Error
	if errors.As(err, &e) {
		return c.mistake(q.Text, e)
	}
	return err
}

// mistake shows what is wrong with a query under it, in both languages.
func (c *call) mistake(text string, e *query.Error) error {
	fmt.Fprintf(c.err, "%s\n%s\n%s\nquery:%d: %s\n", e.Caret(text), e.Text("vi"), e.Text("en"), e.Column, e.Code)
	return errSilent
}

// days reads a first and a last day of the ward; the last belongs to it.
func days(first, last string, from, to *time.Time) (err error) {
	for _, d := range []struct {
		text string
		t    *time.Time
		add  int
	}{{first, from, 0}, {last, to, 1}} {
		if d.text == "" {
			continue
		}
		if *d.t, err = time.ParseInLocation(time.DateOnly, d.text, calendar.Zone); err != nil {
			return usagef("%q is not a day like 2026-11-20", d.text)
		}
		*d.t = d.t.AddDate(0, 0, d.add)
	}
	if !from.IsZero() && !to.IsZero() && !from.Before(*to) {
		return usagef("-from %s comes after -to %s", first, last)
	}
	return nil
}

// explainQuery shows the mistake of a query before anything is opened. A list that is not known here may be known to the service.
func explainQuery(c *call, q *indexer.Query) error {
	if q.Text == "" {
		return nil
	}
	parse := query.Lenient
	if q.Strict {
		parse = query.Parse
	}
	_, err := parse(q.Text, nil)
	var e *query.Error
	if !errors.As(err, &e) || e.Code == query.ListUnknown {
		return nil
	}
	return c.mistake(q.Text, e)
}

func printHits(c *call, res indexer.Result) error {
	w := bufio.NewWriter(c.out)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, h := range res.Hits {
		if c.json {
			because := h.Because
			if because == nil {
				because = []news.Span{}
			}
			line := struct {
				ID        string      `json:"id"`
				Score     float64     `json:"score"`
				Title     string      `json:"title"`
				URL       string      `json:"url"`
				Published time.Time   `json:"published,omitzero"`
				Because   []news.Span `json:"because"`
			}{h.Item.ID, h.Score, h.Item.Title, h.Item.URL, h.Item.Published, because}
			if err := enc.Encode(line); err != nil {
				return err
			}
			continue
		}
		head := h.Item.Title
		if head == "" {
			head = shorten(h.Item.Text, 100)
		}
		fmt.Fprintf(w, "%s  %s\n    %s  %s\n", h.Item.At().In(calendar.Zone).Format("02/01/2006 15:04"), head, h.Item.ID, h.Item.URL)
	}
	return w.Flush() // a full disk is found out here
}

func runReindex(ctx context.Context, c *call) error {
	fs, err := c.flags("config data json", nil)
	if err != nil {
		return err
	}
	if err := alone(fs); err != nil {
		return err
	}
	return c.reads(ctx, func(ctx context.Context, a bus.Asker) error {
		ctx, cancel := context.WithTimeout(ctx, 12*time.Hour)
		defer cancel()
		done := make(chan struct{})
		shown := make(chan struct{})
		go func() {
			defer close(shown)
			reindexProgress(ctx, c, a, done)
		}()
		st, err := bus.Ask(ctx, a, app.AskReindex, app.None{})
		close(done)
		<-shown
		if err != nil {
			return err
		}
		if c.json {
			return json.NewEncoder(c.out).Encode(st)
		}
		fmt.Fprintf(c.out, "%d items indexed in %d months; mapping %d, reading %s\n", st.Items, len(st.Months), st.Mapping, st.Reading)
		return nil
	}, "indexer")
}

// reindexProgress says every few seconds how far a reindex has come.
func reindexProgress(ctx context.Context, c *call, a bus.Asker, done <-chan struct{}) {
	tick := time.NewTicker(3 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
		}
		st, err := bus.Ask(ctx, a, app.AskIndex, app.None{})
		if err != nil {
			return // the answer to the command itself will say why
		}
		if st.Reindexing > 0 {
			fmt.Fprintf(c.err, "%d/%d mục tin / items\n", st.Reindexed, st.Reindexing)
		}
	}
}
