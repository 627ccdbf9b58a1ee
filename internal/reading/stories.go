package reading

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"sync"
	"time"

	"langnghe/internal/lang"
)

// Shape of signatures and of the lookup: 16 bands of 4 bins find texts that
// share half of their syllable pairs with probability 0.64, those that share
// 0.8 with 0.9998.
const (
	bins    = 64
	bandLen = 4
	bands   = bins / bandLen
)

// Thresholds of the share of equal bins, which estimates how much of their
// syllable pairs two texts have in common.
const (
	Confirmed = 0.42 // one story
	Suggested = 0.25 // perhaps one story: for people to see, never linked
)

// shortText is how many tokens a text needs to be compared by its pairs;
// below, only equal keys make a story.
const shortText = 8

// maxBucket bounds how many stories share a band: what comes after is found
// by its other bands.
const maxBucket = 24

// Signature stands for a text when copies of it are looked for. It is the
// same for every spelling of the text: without diacritics, in other case,
// with emoji. The zero Signature is that of a text without words and is like
// nothing.
type Signature struct {
	bins  [bins]uint16 // one-permutation MinHash of folded syllable pairs
	exact uint64       // of the sequence of exact keys
	words uint32
}

// Sign returns the signature of text.
func Sign(text string) Signature {
	var buf [256]lang.Token
	tokens := lang.Tokens(buf[:0], text)
	var s Signature
	s.words = uint32(min(len(tokens), 1<<31))
	for _, t := range tokens {
		s.exact = bits.RotateLeft64(s.exact*0x9E3779B97F4A7C15, 23) ^ t.Key
	}
	if len(tokens) < shortText {
		return s
	}
	var least [bins]uint64
	for i := range least {
		least[i] = ^uint64(0)
	}
	for i := 1; i < len(tokens); i++ {
		h := scramble(tokens[i-1].Fold ^ bits.RotateLeft64(tokens[i].Fold, 31))
		b := h >> 58
		least[b] = min(least[b], h<<6)
	}
	for i := range s.bins {
		// An empty bin borrows of another, always of the same one.
		from := i
		for attempt := uint64(1); least[from] == ^uint64(0); attempt++ {
			from = int(scramble(uint64(i)<<32|attempt) >> 58)
		}
		s.bins[i] = uint16(least[from] >> 48)
		if from != i {
			s.bins[i] ^= uint16(scramble(uint64(from)) >> 48)
		}
	}
	return s
}

func scramble(x uint64) uint64 {
	x ^= x >> 32
	x *= 0xD6E8FEB86659FD93
	x ^= x >> 32
	x *= 0xA0761D6478BD642F
	return x ^ x>>29
}

// Like estimates how much of their syllable pairs two texts share, 0…1. For
// short texts it is 1 when their keys are equal and 0 when they are not.
func (s *Signature) Like(o *Signature) float64 {
	switch {
	case s.words == 0 || o.words == 0:
		return 0
	case s.exact == o.exact && s.words == o.words:
		return 1
	case s.words < shortText || o.words < shortText:
		return 0
	}
	same := 0
	for i := range s.bins {
		if s.bins[i] == o.bins[i] {
			same++
		}
	}
	return float64(same) / bins
}

const signatureSize = 1 + 4 + 8 + 2*bins

// MarshalBinary implements encoding.BinaryMarshaler. The form is stable.
func (s Signature) MarshalBinary() ([]byte, error) {
	b := append(make([]byte, 0, signatureSize), 1)
	b = binary.LittleEndian.AppendUint32(b, s.words)
	b = binary.LittleEndian.AppendUint64(b, s.exact)
	for _, x := range s.bins {
		b = binary.LittleEndian.AppendUint16(b, x)
	}
	return b, nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler.
func (s *Signature) UnmarshalBinary(b []byte) error {
	if len(b) != signatureSize || b[0] != 1 {
		return fmt.Errorf("reading: signature of %d bytes, want version 1 of %d", len(b), signatureSize)
	}
	s.words = binary.LittleEndian.Uint32(b[1:])
	s.exact = binary.LittleEndian.Uint64(b[5:])
	for i := range s.bins {
		s.bins[i] = binary.LittleEndian.Uint16(b[13+2*i:])
	}
	return nil
}

// Stories groups items that are copies of one text, in the order in which
// they come. A story is named by its first item, and all others are compared
// with that one, so a chain of small changes does not join two stories. It is
// safe for concurrent use.
//
// It holds signatures only. Who needs it after a restart keeps the signature
// of each item that began a story and gives it back with [Stories.Insert].
type Stories struct {
	keep time.Duration

	mu      sync.Mutex
	leaders []leader
	exact   map[uint64]uint32 // whole text to leader
	table   []uint32          // bands: open addressing, leader + 1
	used    int
	swept   time.Time
}

// leader is the first item of a story.
type leader struct {
	sig         Signature
	id          string
	first, last time.Time
}

// NewStories returns no stories. A story is forgotten when nothing of it has
// come for keep; 0 means never.
func NewStories(keep time.Duration) *Stories {
	return &Stories{keep: keep, exact: map[uint64]uint32{}}
}

// Add returns the story of an item: an earlier one if the text is a copy, or
// the item's own id.
func (s *Stories) Add(id, text string, at time.Time) string {
	story, _, _ := s.Join(id, Sign(text), at)
	return story
}

// Join is [Stories.Add] for a text whose signature is known. It also says
// when the story began and when it was last seen before this item; both are
// zero for a new story.
func (s *Stories) Join(id string, sig Signature, at time.Time) (story string, first, last time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep(at)
	if i, like := s.nearest(&sig); like >= Confirmed {
		l := &s.leaders[i]
		first, last = l.first, l.last
		if at.After(l.last) {
			l.last = at
		}
		return l.id, first, last
	}
	s.insert(id, sig, at)
	return id, first, last
}

// Find returns the story that text is most like, and how much, without
// adding it. The story is empty when nothing reaches [Suggested].
func (s *Stories) Find(text string) (story string, like float64) {
	sig := Sign(text)
	s.mu.Lock()
	defer s.mu.Unlock()
	i, like := s.nearest(&sig)
	if like < Suggested {
		return "", like
	}
	return s.leaders[i].id, like
}

// Insert puts back a story by the signature of its first item; at is when it
// was last seen. Items that joined a story need not be given: with story not
// equal to id the call only moves the story's time.
func (s *Stories) Insert(id, story string, sig Signature, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id != story {
		if i, like := s.nearest(&sig); like >= Confirmed && s.leaders[i].id == story && at.After(s.leaders[i].last) {
			s.leaders[i].last = at
		}
		return
	}
	s.insert(id, sig, at)
}

// Len returns how many stories are remembered.
func (s *Stories) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.leaders)
}

// Expire forgets the stories that were last seen before t.
func (s *Stories) Expire(t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire(t)
}

// sweep expires as time goes by, not at every item.
func (s *Stories) sweep(now time.Time) {
	if s.keep <= 0 {
		return
	}
	if s.swept.IsZero() || now.Before(s.swept) {
		s.swept = now
	}
	if now.Sub(s.swept) > s.keep/8 {
		s.expire(now.Add(-s.keep))
		s.swept = now
	}
}

func (s *Stories) expire(t time.Time) {
	n := len(s.leaders)
	s.leaders = slices.DeleteFunc(s.leaders, func(l leader) bool { return l.last.Before(t) })
	if len(s.leaders) < n {
		s.rebuild(len(s.table))
	}
}

func (s *Stories) insert(id string, sig Signature, at time.Time) {
	if sig.words == 0 {
		return
	}
	if (s.used+bands)*3 > len(s.table)*2 {
		s.rebuild(max(1024, 2*len(s.table)))
	}
	s.leaders = append(s.leaders, leader{sig, id, at, at})
	s.link(uint32(len(s.leaders) - 1))
}

// link enters a leader into the lookups.
func (s *Stories) link(i uint32) {
	sig := &s.leaders[i].sig
	if _, ok := s.exact[sig.exact]; !ok {
		s.exact[sig.exact] = i
	}
	if sig.words < shortText {
		return
	}
	for b := range bands {
		s.probe(sig, b, func(slot int, n int, _ uint32) bool {
			if s.table[slot] != 0 || n > maxBucket {
				return n <= maxBucket
			}
			s.table[slot] = i + 1
			s.used++
			return false
		})
	}
}

// probe visits the slots where leaders with band b of sig may stand: those
// that do, then the first empty one. visit gets the slot, how many such
// leaders came so far and the leader; it returns false to stop.
func (s *Stories) probe(sig *Signature, b int, visit func(slot, n int, leader uint32) bool) {
	band := sig.bins[b*bandLen : (b+1)*bandLen]
	h := uint64(b)
	for _, x := range band {
		h = h*0x9E3779B97F4A7C15 + uint64(x)
	}
	mask := len(s.table) - 1
	n := 0
	for slot := int(scramble(h)) & mask; ; slot = (slot + 1) & mask {
		i := s.table[slot]
		if i == 0 {
			visit(slot, n, 0)
			return
		}
		if other := s.leaders[i-1].sig.bins[b*bandLen : (b+1)*bandLen]; slices.Equal(band, other) {
			n++
			if !visit(slot, n, i-1) {
				return
			}
		}
	}
}

// nearest returns the leader that sig is most like; of equals the oldest.
func (s *Stories) nearest(sig *Signature) (uint32, float64) {
	if i, ok := s.exact[sig.exact]; ok && s.leaders[i].sig.words == sig.words && sig.words > 0 {
		return i, 1
	}
	if sig.words < shortText || len(s.table) == 0 {
		return 0, 0
	}
	best, like := uint32(0), -1.0
	for b := range bands {
		s.probe(sig, b, func(slot, n int, i uint32) bool {
			if s.table[slot] == 0 {
				return false
			}
			if l := s.leaders[i].sig.Like(sig); l > like || l == like && i < best {
				best, like = i, l
			}
			return n <= maxBucket
		})
	}
	return best, max(like, 0)
}

func (s *Stories) rebuild(size int) {
	if bits.OnesCount(uint(size)) != 1 {
		panic(errors.New("reading: table size is no power of two"))
	}
	s.table = make([]uint32, size)
	s.used = 0
	clear(s.exact)
	for i := range s.leaders {
		s.link(uint32(i))
	}
}
