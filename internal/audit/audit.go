// Package audit chains entries of the audit log by hash, so that an entry
// that is changed, removed or put in afterwards is found and named.
//
// Each entry holds the hash of the one before it. The hash is the SHA-256 of
// a canonical encoding in which every field is preceded by its length, so
// that no two different entries have one encoding. What the chain cannot show
// is that its newest entries were cut off; a backup of the last hash does.
package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"strconv"
	"time"

	"langnghe/internal/news"
)

// An Entry is one link of the chain. The first has Seq 1 and no Prev.
type Entry struct {
	Seq    int       `json:"seq"`
	ID     string    `json:"id"`
	At     time.Time `json:"at"` // UTC, whole milliseconds
	Role   string    `json:"role"`
	Who    string    `json:"who"`
	Act    string    `json:"act"`
	Object string    `json:"object,omitempty"`
	Detail string    `json:"detail,omitempty"`
	Prev   string    `json:"prev"` // hash of the entry before
	Hash   string    `json:"hash"`
}

// Seal makes the entry that follows prev; the zero prev starts a chain.
func Seal(prev Entry, a news.Audit) Entry {
	e := Entry{
		Seq: prev.Seq + 1, ID: a.ID, At: a.At.UTC().Truncate(time.Millisecond), Role: a.Role, Who: a.Who,
		Act: a.Act, Object: a.Object, Detail: a.Detail, Prev: prev.Hash,
	}
	e.Hash = e.sum(nil)
	return e
}

// sum is the hash that the entry should have. The buffer is reused.
func (e *Entry) sum(buf []byte) string {
	sum := sha256.Sum256(e.encode(buf[:0]))
	return hex.EncodeToString(sum[:])
}

// encode appends the canonical form of everything but the hash.
func (e *Entry) encode(b []byte) []byte {
	b = append(b, "langnghe audit 1\n"...)
	field := func(s string) {
		b = strconv.AppendInt(b, int64(len(s)), 10)
		b = append(b, ':')
		b = append(b, s...)
		b = append(b, '\n')
	}
	field(strconv.Itoa(e.Seq))
	field(e.ID)
	field(e.At.UTC().Format(time.RFC3339Nano))
	field(e.Role)
	field(e.Who)
	field(e.Act)
	field(e.Object)
	field(e.Detail)
	field(e.Prev)
	return b
}

// A BrokenError names the first entry that does not fit.
type BrokenError struct {
	Seq int    // where the chain breaks
	Why string // "number", "link" or "content"
}

func (e *BrokenError) Error() string {
	return fmt.Sprintf("audit: the chain breaks at entry %d (%s)", e.Seq, e.Why)
}

// Code is the stable name of the condition.
func (e *BrokenError) Code() string { return "chain_broken" }

// Verify checks a whole chain, oldest entry first, and returns how many
// entries hold. The error is a [*BrokenError] for the first one that does
// not, or that of the sequence.
func Verify(entries iter.Seq2[Entry, error]) (n int, err error) {
	var prev Entry
	var buf []byte
	for e, err := range entries {
		if err != nil {
			return n, fmt.Errorf("audit: read entry %d: %w", prev.Seq+1, err)
		}
		if cap(buf) == 0 {
			buf = make([]byte, 0, 1024)
		}
		switch {
		case e.Seq != prev.Seq+1:
			return n, &BrokenError{prev.Seq + 1, "number"}
		case e.Prev != prev.Hash:
			return n, &BrokenError{e.Seq, "link"}
		case e.Hash != e.sum(buf):
			return n, &BrokenError{e.Seq, "content"}
		}
		prev = e
		n++
	}
	return n, nil
}
