package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
)

// A checkpointer moves what was committed from the log into the file beside
// the writing connection, which would else do it in the middle of somebody's
// commit: everybody who waits to write waited for it, some ten milliseconds,
// once in a hundred decisions.
type checkpointer struct {
	conn *sql.DB

	mu      sync.Mutex
	commits int
	busy    bool
	closed  bool
	done    sync.WaitGroup
}

const (
	// checkpointEvery is how many commits are between two checkpoints: about
	// as many pages as SQLite itself would let come together.
	checkpointEvery = 100
	// checkpointAtLast is when the writing connection does it after all, in
	// pages: 32 MB, after large transactions.
	checkpointAtLast = 8000
)

// behind has checkpoints of the file made behind its back. Not for files
// whose log is truncated at once for what must be gone: only one checkpoint
// can run.
func (d *db) behind(ctx context.Context, uri string) error {
	if _, err := d.write.ExecContext(ctx, fmt.Sprintf(`PRAGMA wal_autocheckpoint(%d)`, checkpointAtLast)); err != nil {
		return err
	}
	conn, err := sql.Open("sqlite", uri)
	if err != nil {
		return err
	}
	conn.SetMaxOpenConns(1)
	d.check = &checkpointer{conn: conn}
	return nil
}

// committed notes a commit and, when it is time, starts a checkpoint. One
// that fails is made later, at last by the writing connection.
func (c *checkpointer) committed() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.commits++; c.commits < checkpointEvery || c.busy || c.closed {
		return
	}
	c.commits, c.busy = 0, true
	c.done.Go(func() {
		_, _ = c.conn.ExecContext(context.Background(), `PRAGMA wal_checkpoint(PASSIVE)`)
		c.mu.Lock()
		c.busy = false
		c.mu.Unlock()
	})
}

func (c *checkpointer) close() error {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.done.Wait()
	return c.conn.Close()
}
