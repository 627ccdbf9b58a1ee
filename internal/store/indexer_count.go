package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"langnghe/indexer"
	"langnghe/internal/news"
)

// counting keeps the counts of the days that items come in for, so that a
// batch costs what it brings and not what the day has already. What is on the
// disk follows in the same transaction as the items.
type counting struct {
	days map[string]*indexer.DayCount
	used []string // by last use, latest last
}

// maxFacts is how many facts the days that are kept in memory may have
// between two batches, at about a kilobyte each.
const maxFacts = 30_000

func newCounting() *counting { return &counting{days: map[string]*indexer.DayCount{}} }

func (c *counting) forget() { *c = *newCounting() }

const (
	ixSelectFact  = `SELECT day, at, topics, area, tone, stance, source, voice, story FROM fact WHERE item = ?`
	ixSelectFacts = `SELECT day, at, topics, area, tone, stance, source, voice, story FROM fact WHERE day = ?`
	ixDeleteFact  = `DELETE FROM fact WHERE item = ?`
	ixInsertFact  = `
		INSERT INTO fact (item, day, at, topics, area, tone, stance, source, voice, story)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (item) DO NOTHING`
	ixPutTally = `
		INSERT INTO tally (bucket, at, cells) VALUES (?, ?, ?)
		ON CONFLICT (bucket, at) DO UPDATE SET cells = excluded.cells`
	ixDropTally = `DELETE FROM tally WHERE bucket = ? AND at = ?`
)

func scanFact(row interface{ Scan(...any) error }) (day string, f indexer.Fact, err error) {
	var at int64
	var topics string
	err = row.Scan(&day, &at, &topics, &f.Area, &f.Tone, &f.Stance, &f.Source, &f.Voice, &f.Story)
	f.At, f.Topics = fromUnix(at), strings.Fields(topics)
	return day, f, err
}

// of returns the count of a day as it was before this statement.
func (c *counting) of(ctx context.Context, w *batch, day string) (*indexer.DayCount, error) {
	if d := c.days[day]; d != nil {
		c.use(day)
		return d, nil
	}
	facts, err := collect(ctx, w.tx, func(rows *sql.Rows) (indexer.Fact, error) {
		_, f, err := scanFact(rows)
		return f, err
	}, ixSelectFacts, day)
	if err != nil {
		return nil, err
	}
	d := indexer.NewDayCount()
	for i := range facts {
		d.Add(&facts[i])
	}
	start, err := dayStart(day)
	if err != nil {
		return nil, err
	}
	d.Tallies(start) // they stand already
	c.days[day] = d
	c.use(day)
	return d, nil
}

func (c *counting) use(day string) {
	if n := len(c.used); n > 0 && c.used[n-1] == day {
		return
	}
	for i, d := range c.used {
		if d == day {
			c.used = append(c.used[:i], c.used[i+1:]...)
			break
		}
	}
	c.used = append(c.used, day)
}

// replace counts an item in the place of what was counted of it.
func (c *counting) replace(ctx context.Context, w *batch, it *news.Item) error {
	id := idHash(it.ID)
	f := indexer.FactOf(it)
	insert := func() (sql.Result, error) {
		return w.exec(ctx, ixInsertFact, id, indexer.Day(f.At), unix(f.At), strings.Join(f.Topics, " "), f.Area, f.Tone, f.Stance, f.Source, f.Voice, f.Story)
	}
	// Nearly all are new, and then nothing has to be looked up. The day is
	// loaded first, as it stands without the item.
	if d, err := c.of(ctx, w, indexer.Day(f.At)); err != nil {
		return err
	} else if res, err := insert(); err != nil {
		return err
	} else if n, err := res.RowsAffected(); err != nil {
		return err
	} else if n > 0 {
		d.Add(&f)
		return nil
	}
	day, old, err := scanFact(w.queryRow(ctx, ixSelectFact, id))
	switch {
	case err == nil:
		d, err := c.of(ctx, w, day)
		if err != nil {
			return err
		}
		d.Remove(&old)
		if err := w.execs(ctx, call{ixDeleteFact, []any{id}}); err != nil {
			return err
		}
	case !errors.Is(err, sql.ErrNoRows):
		return err
	}
	d, err := c.of(ctx, w, indexer.Day(f.At))
	if err != nil {
		return err
	}
	d.Add(&f)
	_, err = insert()
	return err
}

// write brings the counts of the days that changed to the disk.
func (c *counting) write(ctx context.Context, w *batch) error {
	for day, d := range c.days {
		start, err := dayStart(day)
		if err != nil {
			return err
		}
		for _, t := range d.Tallies(start) {
			if t.Cells == nil {
				err = w.execs(ctx, call{ixDropTally, []any{t.Bucket, unix(t.At)}})
			} else {
				err = w.execs(ctx, call{ixPutTally, []any{t.Bucket, unix(t.At), t.Cells}})
			}
			if err != nil {
				return err
			}
		}
	}
	kept := 0
	for i := len(c.used) - 1; i >= 0; i-- {
		if kept += c.days[c.used[i]].Facts(); kept > maxFacts {
			for _, day := range c.used[:i+1] {
				delete(c.days, day)
			}
			c.used = append([]string(nil), c.used[i+1:]...)
			break
		}
	}
	return nil
}

func dayStart(day string) (time.Time, error) {
	t, err := time.ParseInLocation(time.DateOnly, day, indexer.Zone)
	return t.UTC(), err
}
