package indexer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/single"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/index/scorch/mergeplan"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/registry"

	"langnghe/internal/disk"
)

// MappingVersion changes whenever what [document] makes of an item or the
// normal form of texts changes; a part with another version is rebuilt.
// Version 2 had fields of folded keys as well, so that it can be searched
// until it is rebuilt.
const (
	MappingVersion  = 3
	readableMapping = 2
)

// The mapping of version 2 named these analyzers, and bleve opens no index
// whose analyzers it does not know. Nothing is analysed by them any more.
func init() {
	for _, name := range []string{"vi_exact", "vi_fold"} {
		err := registry.RegisterAnalyzer(name, func(map[string]any, *registry.Cache) (analysis.Analyzer, error) {
			return &analysis.DefaultAnalyzer{Tokenizer: single.NewSingleTokenTokenizer()}, nil
		})
		if err != nil {
			panic(err) // the name is taken: a mistake in the program
		}
	}
}

// newMapping tells bleve nothing: documents come to it analysed, see
// [document].
func newMapping() mapping.IndexMapping {
	m := bleve.NewIndexMapping()
	m.DefaultMapping = bleve.NewDocumentDisabledMapping()
	m.IndexDynamic, m.StoreDynamic, m.DocValuesDynamic = false, false, false
	return m
}

// bleveEngine keeps one bleve index a month, in folders of that name.
//
// A rebuilt month grows in "<month>.new". Swap renames the live folder to
// "<month>.old" and the new one into its place; openBleve finishes or undoes
// what a crash left of it.
type bleveEngine struct {
	dir  string
	log  *slog.Logger
	kept *weightsCache

	mu    sync.RWMutex // of parts; a search holds it for reading
	parts map[string]*livePart
	stale map[string]bool
	old   map[string]bool // of parts
}

var _ Engine = (*bleveEngine)(nil)

var monthName = regexp.MustCompile(`^\d{4}-\d{2}$`)

const (
	newSuffix = ".new"
	oldSuffix = ".old"
)

var versionKey = []byte("langnghe_mapping")

func openBleve(dir string, log *slog.Logger) (_ *bleveEngine, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	e := &bleveEngine{dir: dir, log: log, kept: newWeightsCache(), parts: map[string]*livePart{}, stale: map[string]bool{}, old: map[string]bool{}}
	if err := e.tidy(); err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, e.Close())
		}
	}()
	for _, entry := range entries {
		month := entry.Name()
		if !entry.IsDir() || !monthName.MatchString(month) {
			continue
		}
		index, version, err := openPart(e.path(month))
		switch {
		case err != nil && err.Error() == "timeout":
			return nil, fmt.Errorf("index: %s is held by another process; stop it first", e.path(month))
		case err != nil:
			log.Error("index is damaged and will be rebuilt", "month", month, "err", err)
			e.stale[month] = true
		case version < MappingVersion && version >= readableMapping:
			log.Info("index has an earlier mapping and is to be rebuilt beside itself", "month", month, "mapping", version, "want", MappingVersion)
			e.parts[month], e.old[month] = newLive(index, e.kept), true
		case version != MappingVersion:
			log.Warn("index has another mapping and will be rebuilt", "month", month, "mapping", version, "want", MappingVersion)
			e.stale[month] = true
			if err := index.Close(); err != nil {
				return nil, fmt.Errorf("index: %s: %w", month, err)
			}
		default:
			e.parts[month] = newLive(index, e.kept)
		}
	}
	return e, nil
}

// tidy finishes or undoes swaps that a crash interrupted.
func (e *bleveEngine) tidy() error {
	entries, err := os.ReadDir(e.dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if month, ok := strings.CutSuffix(entry.Name(), oldSuffix); ok {
			if _, err := os.Stat(e.path(month)); errors.Is(err, os.ErrNotExist) {
				// The new part is complete when the old one is out of the
				// way, and it may lack the words of an erased item.
				if err := os.Rename(e.path(month+newSuffix), e.path(month)); err != nil {
					return err
				}
			}
		}
	}
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), oldSuffix) || strings.HasSuffix(entry.Name(), newSuffix) {
			if err := os.RemoveAll(e.path(entry.Name())); err != nil {
				return err
			}
		}
	}
	return disk.SyncDir(e.dir)
}

// settings of a part: one snapshot, so that files of merged segments go at
// once, and a lock that is refused instead of waited for.
func settings() map[string]any {
	return map[string]any{"numSnapshotsToKeep": 1, "bolt_timeout": "1s"}
}

func openPart(path string) (_ bleve.Index, version int, err error) {
	index, err := bleve.OpenUsing(path, settings())
	if err != nil {
		return nil, 0, err
	}
	v, err := index.GetInternal(versionKey)
	if err != nil {
		return nil, 0, errors.Join(err, index.Close())
	}
	version, _ = strconv.Atoi(string(v)) // none is version 0
	return index, version, nil
}

func newPart(path string) (bleve.Index, error) {
	if err := os.RemoveAll(path); err != nil { // what a crash left of an earlier start
		return nil, err
	}
	index, err := bleve.NewUsing(path, newMapping(), scorch.Name, scorch.Name, settings())
	if err != nil {
		return nil, err
	}
	if err := index.SetInternal(versionKey, []byte(strconv.Itoa(MappingVersion))); err != nil {
		return nil, errors.Join(err, index.Close())
	}
	return index, nil
}

func (e *bleveEngine) path(name string) string { return filepath.Join(e.dir, name) }

// Months implements [Engine].
func (e *bleveEngine) Months() []string {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return newestFirst(e.parts)
}

// Stale implements [Engine].
func (e *bleveEngine) Stale() []string {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return newestFirst(e.stale)
}

// Old implements [Engine].
func (e *bleveEngine) Old() []string {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return newestFirst(e.old)
}

func newestFirst[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	slices.Reverse(names)
	return names
}

// Write implements [Engine].
func (e *bleveEngine) Write(ctx context.Context, month string, put []Doc, remove []Key) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !monthName.MatchString(month) {
		return fmt.Errorf("index: month %q: want YYYY-MM", month)
	}
	e.mu.RLock()
	part := e.parts[month]
	e.mu.RUnlock()
	if part == nil {
		if len(put) == 0 {
			return nil
		}
		index, err := newPart(e.path(month))
		if err != nil {
			return fmt.Errorf("index: %s: %w", month, err)
		}
		part = newLive(index, e.kept)
		e.mu.Lock()
		e.parts[month] = part
		delete(e.stale, month)
		e.mu.Unlock()
	}
	if err := write(part.index, put, remove); err != nil {
		return fmt.Errorf("index: %s: %w", month, err)
	}
	if err := part.warm(); err != nil {
		return fmt.Errorf("index: %s: %w", month, err)
	}
	return nil
}

func write(to bleve.Index, put []Doc, remove []Key) error {
	index, err := to.Advanced()
	if err != nil {
		return err
	}
	return index.Batch(newBatch(put, remove))
}

// Compact implements [Engine]. One segment instead of a dozen has each word
// looked up once.
func (e *bleveEngine) Compact(ctx context.Context, month string) (err error) {
	e.mu.RLock()
	part := e.parts[month]
	e.mu.RUnlock()
	if part == nil {
		return nil
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("index: compact %s: %w", month, err)
		}
	}()
	snapshot, err := part.snapshot()
	if err != nil {
		return err
	}
	segments := len(snapshot.Segments())
	if err := snapshot.Close(); err != nil || segments < 2 {
		return err
	}
	index, err := part.index.Advanced()
	if err != nil {
		return err
	}
	merger, ok := index.(interface {
		ForceMerge(context.Context, *mergeplan.MergePlanOptions) error
	})
	if !ok {
		return fmt.Errorf("unknown kind of index %T", index)
	}
	if err := merger.ForceMerge(ctx, nil); err != nil {
		return err
	}
	return part.warm()
}

// Drop implements [Engine].
func (e *bleveEngine) Drop(month string) error {
	if !monthName.MatchString(month) {
		return fmt.Errorf("index: month %q: want YYYY-MM", month)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	part := e.parts[month]
	delete(e.parts, month)
	delete(e.stale, month)
	delete(e.old, month)
	var err error
	if part != nil {
		part.forget()
		err = part.index.Close()
	}
	if err := errors.Join(err, os.RemoveAll(e.path(month))); err != nil {
		return fmt.Errorf("index: drop %s: %w", month, err)
	}
	return nil
}

// Close implements [Engine].
func (e *bleveEngine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	var errs []error
	for _, part := range e.parts {
		errs = append(errs, part.index.Close())
	}
	e.parts = map[string]*livePart{}
	return errors.Join(errs...)
}
