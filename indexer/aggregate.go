package indexer

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"langnghe/internal/news"
)

// A Fact is what is counted of one item. It has neither text nor a name:
// Voice and Story are hashes that mean something within one day only, and a
// fact is forgotten when the day's counts are settled.
type Fact struct {
	At           time.Time
	Topics       []string
	Area         string
	Tone, Stance string
	Source       string
	Voice, Story int64
}

// FactOf returns what is counted of an item that has a reading.
func FactOf(it *news.Item) Fact {
	at := it.At()
	f := Fact{At: at, Source: it.Source}
	story := it.ID
	if r := it.Reading; r != nil {
		f.Area, f.Tone, f.Stance = r.Area.Fit, r.Tone.Label, string(r.Stance)
		for _, t := range r.Topics {
			if t.ID != "" && !slices.Contains(f.Topics, t.ID) {
				f.Topics = append(f.Topics, t.ID)
			}
		}
		story = cmp.Or(r.Story, story)
	}
	day := Day(at)
	f.Voice, f.Story = hash64(day, it.Voice()), hash64(day, story)
	return f
}

func hash64(parts ...string) int64 {
	h := fnv.New64a()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return int64(h.Sum64())
}

// Day names the ward's day of t, "2026-11-24".
func Day(t time.Time) string { return t.In(Zone).Format(time.DateOnly) }

// DayStart is the first instant of the ward's day of t.
func DayStart(t time.Time) time.Time {
	y, m, d := t.In(Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, Zone).UTC()
}

// The buckets of counts.
const (
	Hourly = "hour"
	Daily  = "day"
)

// A Tally is all that is counted in one bucket, ready for every question
// that [CountQuery] can ask: answering reads one tally a bucket, however many
// items stand behind it.
type Tally struct {
	Bucket string
	At     time.Time
	Cells  []byte
}

// A cell counts the items of one value of one dimension, narrowed to a topic
// and an area; "" is any topic, or any area but out_of_area.
type cell struct{ dim, key, topic, area string }

type sums struct{ items, voices, stories int }

// The dimensions that need cells of their own. Counts by topic are the cells
// of dimAll narrowed to each topic, counts by area those of each area.
const (
	dimAll    = ""
	dimTone   = "tone"
	dimStance = "stance"
	dimSource = "source"
)

// A DayCount counts the facts of one day and of each of its hours while they
// come and go. It is not safe for concurrent use.
type DayCount struct {
	day     counter
	hours   map[time.Time]counter
	facts   int
	changed map[time.Time]bool // hours since the last Tallies
}

// NewDayCount returns a count of nothing.
func NewDayCount() *DayCount {
	return &DayCount{day: counter{}, hours: map[time.Time]counter{}, changed: map[time.Time]bool{}}
}

// Add counts a fact.
func (d *DayCount) Add(f *Fact) { d.count(f, 1) }

// Remove takes back a fact that was added.
func (d *DayCount) Remove(f *Fact) { d.count(f, -1) }

// Facts is how many facts are counted.
func (d *DayCount) Facts() int { return d.facts }

func (d *DayCount) count(f *Fact, n int) {
	hour := f.At.UTC().Truncate(time.Hour)
	if d.hours[hour] == nil {
		d.hours[hour] = counter{}
	}
	d.facts += n
	d.changed[hour] = true
	d.day.count(f, n)
	d.hours[hour].count(f, n)
}

// Tallies returns the tally of the day and those of the hours that changed
// since it was called last. A tally without cells means that there is nothing
// to count any more.
func (d *DayCount) Tallies(day time.Time) []Tally {
	if len(d.changed) == 0 {
		return nil
	}
	out := []Tally{{Bucket: Daily, At: day, Cells: encode(d.day)}}
	for hour := range d.changed {
		out = append(out, Tally{Bucket: Hourly, At: hour, Cells: encode(d.hours[hour])})
	}
	clear(d.changed)
	return out
}

type counter map[cell]*set

// A set counts voices and stories as often as they occur, so that a fact can
// be taken back.
type set struct {
	items           int
	voices, stories ids
}

// ids counts how often each id occurs. Most sets of an hour have a few, which
// a list holds in a tenth of a map's time and room.
type ids struct {
	few  []idCount
	many map[int64]int32 // instead of few, from maxFew on
}

type idCount struct {
	id int64
	n  int32
}

const maxFew = 12

func (s *ids) len() int { return len(s.few) + len(s.many) }

func (s *ids) add(id int64, n int32) {
	if s.many != nil {
		if s.many[id] += n; s.many[id] == 0 {
			delete(s.many, id)
		}
		return
	}
	for i := range s.few {
		if s.few[i].id != id {
			continue
		}
		if s.few[i].n += n; s.few[i].n == 0 {
			last := len(s.few) - 1
			s.few[i] = s.few[last]
			s.few = s.few[:last]
		}
		return
	}
	if len(s.few) < maxFew {
		s.few = append(s.few, idCount{id, n})
		return
	}
	s.many = make(map[int64]int32, 2*maxFew)
	for _, c := range s.few {
		s.many[c.id] = c.n
	}
	s.few = nil
	s.many[id] = n
}

func (c counter) count(f *Fact, n int) {
	areas := []string{f.Area}
	if f.Area != news.OutOfArea && f.Area != "" { // without an area it is in the one of any already
		areas = append(areas, "")
	}
	for _, d := range [...][2]string{{dimAll, ""}, {dimTone, f.Tone}, {dimStance, f.Stance}, {dimSource, f.Source}} {
		if d[0] != dimAll && d[1] == "" {
			continue
		}
		for _, area := range areas {
			c.add(cell{d[0], d[1], "", area}, f, n)
			for _, t := range f.Topics {
				c.add(cell{d[0], d[1], t, area}, f, n)
			}
		}
	}
}

func (c counter) add(k cell, f *Fact, n int) {
	s := c[k]
	if s == nil {
		s = new(set)
		c[k] = s
	}
	if s.items += n; s.items == 0 {
		delete(c, k)
		return
	}
	s.voices.add(f.Voice, int32(n))
	s.stories.add(f.Story, int32(n))
}

const cellsVersion = 1

// encode writes the cells: a version byte, the strings once each, then for
// each cell four numbers of strings and three counts, all as varints.
func encode(c counter) []byte {
	if len(c) == 0 {
		return nil
	}
	keys := make([]cell, 0, len(c))
	for k := range c {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b cell) int {
		return cmp.Or(strings.Compare(a.dim, b.dim), strings.Compare(a.topic, b.topic), strings.Compare(a.area, b.area), strings.Compare(a.key, b.key))
	})
	index := map[string]uint64{}
	var table []string
	for _, k := range keys {
		for _, s := range [...]string{k.dim, k.key, k.topic, k.area} {
			if _, ok := index[s]; !ok {
				index[s] = uint64(len(table))
				table = append(table, s)
			}
		}
	}
	b := binary.AppendUvarint([]byte{cellsVersion}, uint64(len(table)))
	for _, s := range table {
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	for _, k := range keys {
		s := c[k]
		for _, n := range [...]uint64{index[k.dim], index[k.key], index[k.topic], index[k.area], uint64(s.items), uint64(s.voices.len()), uint64(s.stories.len())} {
			b = binary.AppendUvarint(b, n)
		}
	}
	return b
}

var errCells = errors.New("counts are damaged")

// cells calls f for each cell of the tally.
func (t *Tally) cells(f func(cell, sums)) error {
	b := t.Cells
	if len(b) == 0 || b[0] != cellsVersion {
		return errCells
	}
	b = b[1:]
	next := func() uint64 {
		n, w := binary.Uvarint(b)
		if w <= 0 {
			b = nil
			return 0
		}
		b = b[w:]
		return n
	}
	n := next()
	if n > uint64(len(b)) {
		return errCells
	}
	table := make([]string, n)
	for i := range table {
		size := next()
		if size > uint64(len(b)) {
			return errCells
		}
		table[i], b = string(b[:size]), b[size:]
	}
	for len(b) > 0 {
		var v [7]uint64
		for i := range v {
			v[i] = next()
		}
		for _, s := range v[:4] {
			if s >= uint64(len(table)) {
				return errCells
			}
		}
		f(cell{table[v[0]], table[v[1]], table[v[2]], table[v[3]]}, sums{int(v[4]), int(v[5]), int(v[6])})
	}
	return nil
}

// choose translates a question: which cells answer it, and what they are
// called in the answer.
func (q *CountQuery) choose() (func(cell) (key string, ok bool), error) {
	switch q.By {
	case "":
		return func(c cell) (string, bool) {
			return "", c.dim == dimAll && c.topic == q.Topic && c.area == q.Area
		}, nil
	case FieldTopic:
		return func(c cell) (string, bool) {
			return c.topic, c.dim == dimAll && c.topic != "" && c.area == q.Area && (q.Topic == "" || c.topic == q.Topic)
		}, nil
	case FieldArea:
		return func(c cell) (string, bool) {
			in := c.area == q.Area
			if q.Area == "" {
				in = c.area != "" && c.area != news.OutOfArea
			}
			return c.area, c.dim == dimAll && c.topic == q.Topic && in
		}, nil
	case dimTone, dimStance, dimSource:
		return func(c cell) (string, bool) {
			return c.key, c.dim == q.By && c.topic == q.Topic && c.area == q.Area
		}, nil
	}
	return nil, badRequest("counts: by %q: want topic, area, tone, stance, source or nothing", q.By)
}

// Counts counts items, distinct voices and distinct stories in each bucket of
// the time asked for. A bucket that begins before From is left out. Its cost
// grows with the number of buckets, not with the number of items. Hours are
// kept as long as texts are, days for good.
func (ix *Indexer) Counts(ctx context.Context, q CountQuery) (Counts, error) {
	choose, err := q.choose()
	if err != nil {
		return Counts{}, err
	}
	if q.Bucket != Hourly && q.Bucket != Daily {
		return Counts{}, badRequest("counts: bucket %q: want hour or day", q.Bucket)
	}
	if q.To.IsZero() {
		q.To = ix.opts.Now().Add(time.Nanosecond)
	}
	tallies, err := ix.opts.Store.Tallies(ctx, q.Bucket, q.From, q.To)
	if err != nil {
		return Counts{}, fmt.Errorf("indexer: counts: %w", err)
	}
	out := Counts{Rows: []Count{}}
	for i := range tallies {
		first := len(out.Rows)
		err := tallies[i].cells(func(c cell, s sums) {
			if key, ok := choose(c); ok {
				out.Rows = append(out.Rows, Count{Key: key, At: tallies[i].At, Items: s.items, Voices: s.voices, Stories: s.stories})
			}
		})
		if err != nil {
			return Counts{}, fmt.Errorf("indexer: counts of %s %s: %w", q.Bucket, tallies[i].At.In(Zone).Format(time.DateTime), err)
		}
		slices.SortFunc(out.Rows[first:], func(a, b Count) int { return strings.Compare(a.Key, b.Key) })
	}
	return out, nil
}
