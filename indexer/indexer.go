package indexer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"langnghe/internal/news"
	"langnghe/internal/query"
)

// A Reader understands items. The type reading.Reader implements it.
type Reader interface {
	Read(it *news.Item, prior int) news.Reading
	Version() string
}

// Options configures an [Indexer]. Dir, Store, Reader and Announce are
// required.
type Options struct {
	Dir    string // of the search index, one folder a month
	Store  Store
	Reader Reader
	// Announce tells of items that can be found now, in event order. It may
	// be called twice with the same ones.
	Announce func(context.Context, []news.Indexed) error
	// Purge removes an erased item from the stream; nil when there is none.
	Purge func(ctx context.Context, id string) error
	Audit func(context.Context, news.Audit) error // nil means nobody listens
	// Prior returns the points of the area score that items of a source start
	// with, for reading them again; nil means none.
	Prior func(source string) int
	// Lists returns the named lists; it is asked when a query mentions one. Nil
	// means that there are none.
	Lists    func(context.Context) (query.Lists, error)
	TextDays int              // how long texts are kept, default 90
	Now      func() time.Time // default time.Now
	Log      *slog.Logger     // default none
	Metrics  prometheus.Registerer
}

// Indexer reads, stores, indexes and answers. Its methods are safe for
// concurrent use; what writes waits for its turn.
type Indexer struct {
	opts    Options
	engine  Engine
	metrics *metrics
	stories *stories

	mu      sync.Mutex // held by what writes
	behind  bool       // a batch failed between store and index
	told    bool       // all that is stored has been announced
	settled time.Time  // counts before it are final
	newest  time.Time  // event time, of what this process stored
	echo    *echo      // a month is being rebuilt

	erasing    sync.Mutex // taken before rebuilding
	rebuilding sync.Mutex // one month at a time; taken before mu

	reindexed, reindexing atomic.Int64 // see Status

	hook func(step string) error // tests let a step fail here
}

// maxBatch is how many items one transaction takes.
const maxBatch = 1000

// Open opens the index, creates it if there is none, and puts right what a
// crash left undone: stored items that the index lacks, parts that are
// missing, damaged or cannot be read, erasures that were not finished. Parts
// of an earlier mapping are searched as they are until [Indexer.Renew].
// It announces nothing; see [Indexer.Forward].
func Open(o Options) (_ *Indexer, err error) {
	if o.Dir == "" || o.Store == nil || o.Reader == nil || o.Announce == nil {
		return nil, errors.New("indexer: Dir, Store, Reader and Announce are required")
	}
	if o.TextDays < 0 {
		return nil, fmt.Errorf("indexer: texts cannot be kept for %d days", o.TextDays)
	}
	if o.TextDays == 0 {
		o.TextDays = 90
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	ix := &Indexer{opts: o, metrics: newMetrics(o.Metrics)}
	if ix.engine, err = openBleve(o.Dir, o.Log); err != nil {
		return nil, fmt.Errorf("indexer: %w", err)
	}
	if err := ix.recover(context.Background()); err != nil {
		return nil, errors.Join(fmt.Errorf("indexer: %w", err), ix.engine.Close())
	}
	return ix, nil
}

// Close closes the index. The store is its owner's to close.
func (ix *Indexer) Close() error {
	ix.rebuilding.Lock()
	defer ix.rebuilding.Unlock()
	ix.mu.Lock()
	defer ix.mu.Unlock()
	return ix.engine.Close()
}

func (ix *Indexer) recover(ctx context.Context) (err error) {
	if ix.settled, err = ix.opts.Store.Settled(ctx); err != nil {
		return err
	}
	if ix.stories, err = loadStories(ctx, ix.opts.Store, ix.opts.Now()); err != nil {
		return err
	}
	full, err := ix.months(ctx)
	if err != nil {
		return err
	}
	have := ix.engine.Months()
	for _, m := range full {
		if !slices.Contains(have, m) {
			if err := ix.rebuild(ctx, m, nil); err != nil {
				return err
			}
		}
	}
	for _, m := range append(ix.engine.Stale(), have...) {
		if !slices.Contains(full, m) {
			if err := ix.engine.Drop(m); err != nil {
				return err
			}
		}
	}
	if err := ix.catchUp(ctx); err != nil {
		return err
	}
	return ix.scrub(ctx)
}

// months lists the months that have items, newest first.
func (ix *Indexer) months(ctx context.Context) ([]string, error) {
	n, first, last, err := ix.opts.Store.Status(ctx)
	if err != nil || n == 0 {
		return nil, err
	}
	var out []string
	for m := last.Month(); m >= first.Month(); {
		from, to, err := monthRange(m)
		if err != nil {
			return nil, err
		}
		n, err := ix.opts.Store.Count(ctx, from, to)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			out = append(out, m)
		}
		m = (from - 1).Month()
	}
	return out, nil
}

// Take handles a batch of what sources published: read, store, index,
// announce. It returns nil when all of it is on the disk; after an error the
// same batch may come again. What cannot be kept is dropped and counted.
func (ix *Indexer) Take(ctx context.Context, found []news.Found) error {
	for part := range slices.Chunk(found, maxBatch) {
		if err := ix.take(ctx, part); err != nil {
			return fmt.Errorf("indexer: %w", err)
		}
	}
	return nil
}

func (ix *Indexer) take(ctx context.Context, found []news.Found) error {
	defer prometheus.NewTimer(ix.metrics.take).ObserveDuration()
	ix.mu.Lock()
	defer ix.mu.Unlock()
	if ix.behind {
		if err := ix.catchUp(ctx); err != nil {
			return ix.fail("index", err)
		}
	}
	batch, err := ix.settle(ctx, found)
	if err != nil {
		return ix.fail("settle", err)
	}
	told := ix.told
	if len(batch.changes) > 0 || len(batch.late) > 0 {
		ix.told = false
		if err := ix.keep(ctx, batch.changes, batch.late); err != nil {
			return err
		}
	}
	for result, n := range batch.results {
		ix.metrics.items.WithLabelValues(result).Add(float64(n))
	}
	if !told {
		return ix.forward(ctx)
	}
	// Nothing else is to be announced: there is no need to read it back.
	items := make([]Stored, len(batch.changes))
	for i, c := range batch.changes {
		items[i] = c.Stored
		if c.Replaces != nil {
			items[i].Before = &c.Replaces.Item
		}
	}
	slices.SortFunc(items, func(a, b Stored) int {
		return cmp.Or(a.Item.At().Compare(b.Item.At()), strings.Compare(a.Item.ID, b.Item.ID))
	})
	if err := ix.announce(ctx, items); err != nil {
		return err
	}
	ix.told = true
	return nil
}

// keep stores and indexes. Between the two the items are stored but cannot
// be found; catchUp knows them by their mark.
func (ix *Indexer) keep(ctx context.Context, changes []*Change, late []Version) error {
	if err := ix.step("store"); err != nil {
		return ix.fail("store", err)
	}
	if err := ix.opts.Store.Write(ctx, changes, late); err != nil {
		// The transaction may have been committed all the same.
		ix.behind = true
		return ix.fail("store", err)
	}
	ix.behind = true
	if err := ix.step("stored"); err != nil {
		return ix.fail("index", err)
	}
	items := make([]Stored, len(changes))
	var gone []Key
	for i, c := range changes {
		items[i] = c.Stored
		if c.Replaces != nil && c.Replaces.Key != c.Key {
			gone = append(gone, c.Replaces.Key)
		}
		if at := c.Key.At(); at.After(ix.newest) {
			ix.newest = at
			ix.metrics.latest.Set(float64(at.Unix()))
		}
	}
	if err := ix.index(ctx, items, gone); err != nil {
		return ix.fail("index", err)
	}
	if err := ix.step("indexed"); err != nil {
		return ix.fail("index", err)
	}
	if err := ix.opts.Store.Indexed(ctx, items, gone); err != nil {
		return ix.fail("index", err)
	}
	ix.behind = false
	return nil
}

// index brings documents into their months' parts.
func (ix *Indexer) index(ctx context.Context, items []Stored, gone []Key) error {
	type part struct {
		put    []Doc
		remove []Key
	}
	parts := map[string]*part{}
	of := func(k Key) *part {
		m := k.Month()
		if parts[m] == nil {
			parts[m] = new(part)
		}
		return parts[m]
	}
	for i := range items {
		p := of(items[i].Key)
		p.put = append(p.put, docOf(&items[i]))
	}
	for _, k := range gone {
		p := of(k)
		p.remove = append(p.remove, k)
	}
	for month, p := range parts {
		if err := ix.engine.Write(ctx, month, p.put, p.remove); err != nil {
			return err
		}
		if ix.echo != nil && ix.echo.month == month {
			ix.echo.note(p.put, p.remove)
		}
	}
	return nil
}

// docOf says what is indexed of an item.
func docOf(s *Stored) Doc {
	it := &s.Item
	values := map[string][]string{FieldKind: {value(string(it.Kind))}, FieldSource: {value(it.Source)}, FieldDay: {Day(s.Key.At())}}
	if r := it.Reading; r != nil {
		topics := make([]string, 0, len(r.Topics))
		for _, t := range r.Topics {
			topics = append(topics, value(t.ID))
		}
		values[FieldTopic] = topics
		values[FieldArea], values[FieldTone] = []string{value(r.Area.Fit)}, []string{value(r.Tone.Label)}
		values[FieldStance], values[FieldStory] = []string{value(string(r.Stance))}, []string{r.Story}
	}
	return Doc{Key: s.Key, Title: it.Title, Text: it.Text, Values: values}
}

// value is the form in which the query language compares attributes.
func value(s string) string { return query.AttrValue(s) }

// catchUp indexes what is stored and not indexed yet.
func (ix *Indexer) catchUp(ctx context.Context) error {
	for {
		items, gone, err := ix.opts.Store.Unindexed(ctx, maxBatch)
		if err != nil {
			return err
		}
		if len(items) == 0 && len(gone) == 0 {
			ix.behind = false
			return nil
		}
		if err := ix.index(ctx, items, gone); err != nil {
			return err
		}
		if err := ix.opts.Store.Indexed(ctx, items, gone); err != nil {
			return err
		}
	}
}

// Forward announces what is indexed and has not been announced, in event
// order. A crash repeats an announcement and never loses one.
func (ix *Indexer) Forward(ctx context.Context) error {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	if err := ix.forward(ctx); err != nil {
		return fmt.Errorf("indexer: %w", err)
	}
	return nil
}

func (ix *Indexer) forward(ctx context.Context) error {
	for {
		items, err := ix.opts.Store.Unannounced(ctx, maxBatch)
		if err != nil {
			return ix.fail("announce", err)
		}
		if err := ix.announce(ctx, items); err != nil {
			return err
		}
		if len(items) < maxBatch {
			ix.told = true
			return nil
		}
	}
}

// maxBefore bounds the texts of an announcement that brings along what the
// item said before; larger ones are evaluated as new.
const maxBefore = 1 << 20

// announce tells of indexed items, which are in event order.
func (ix *Indexer) announce(ctx context.Context, items []Stored) error {
	if len(items) == 0 {
		return nil
	}
	out := make([]news.Indexed, len(items))
	for i := range items {
		out[i] = news.Indexed{Item: items[i].Item, Hash: items[i].Hash}
		if b := items[i].Before; b != nil && len(b.Text)+len(items[i].Item.Text) <= maxBefore {
			out[i].Before = b
		}
	}
	if err := ix.step("announce"); err != nil {
		return ix.fail("announce", err)
	}
	if err := ix.opts.Announce(ctx, out); err != nil {
		return ix.fail("announce", fmt.Errorf("announce: %w", err))
	}
	if err := ix.step("announced"); err != nil {
		return ix.fail("announce", err)
	}
	if err := ix.opts.Store.Announced(ctx, items); err != nil {
		return ix.fail("announce", err)
	}
	ix.metrics.announced.Add(float64(len(items)))
	return nil
}

func (ix *Indexer) fail(step string, err error) error {
	ix.metrics.failed.WithLabelValues(step).Inc()
	return err
}

func (ix *Indexer) step(name string) error {
	if ix.hook == nil {
		return nil
	}
	return ix.hook(name)
}
