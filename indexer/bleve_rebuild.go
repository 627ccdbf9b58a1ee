package indexer

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/blevesearch/bleve/v2"

	"langnghe/internal/disk"
)

// Rebuild implements [Engine].
func (e *bleveEngine) Rebuild(month string) (Part, error) {
	if !monthName.MatchString(month) {
		return nil, fmt.Errorf("index: month %q: want YYYY-MM", month)
	}
	index, err := newPart(e.path(month + newSuffix))
	if err != nil {
		return nil, fmt.Errorf("index: rebuild %s: %w", month, err)
	}
	return &blevePart{e: e, month: month, index: index}, nil
}

type blevePart struct {
	e     *bleveEngine
	month string
	index bleve.Index // nil when swapped or discarded
}

func (p *blevePart) Write(ctx context.Context, put []Doc, remove []Key) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := write(p.index, put, remove); err != nil {
		return fmt.Errorf("index: rebuild %s: %w", p.month, err)
	}
	return nil
}

func (p *blevePart) Swap() (err error) {
	e := p.e
	defer func() {
		if err != nil {
			err = fmt.Errorf("index: rebuild %s: %w", p.month, err)
		}
	}()
	if err := p.index.Close(); err != nil {
		return err
	}
	p.index = nil
	live, fresh, old := e.path(p.month), e.path(p.month+newSuffix), e.path(p.month+oldSuffix)

	e.mu.Lock() // searches wait for the moment that the renames take
	defer e.mu.Unlock()
	if part := e.parts[p.month]; part != nil {
		delete(e.parts, p.month)
		part.forget()
		if err := part.index.Close(); err != nil {
			return err
		}
	}
	if err := disk.SyncDir(fresh); err != nil {
		return err
	}
	if err := os.Rename(live, old); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Rename(fresh, live); err != nil {
		return err
	}
	if err := disk.SyncDir(e.dir); err != nil {
		return err
	}
	index, _, err := openPart(live)
	if err != nil {
		return err
	}
	e.parts[p.month] = newLive(index, e.kept)
	delete(e.stale, p.month)
	delete(e.old, p.month)
	return os.RemoveAll(old)
}

func (p *blevePart) Discard() error {
	if p.index == nil {
		return nil
	}
	err := p.index.Close()
	p.index = nil
	return errors.Join(err, os.RemoveAll(p.e.path(p.month+newSuffix)))
}
