package reading

import "math/bits"

// table maps hashed keys to small numbers. It is built once and then only
// read. Most lookups find nothing; a few bits for each key, which stay in the
// nearest cache, answer most of those.
type table struct {
	seen  []uint64 // bits, by the highest bits of the mixed key
	slots []slot
	shift uint8 // of slots
	fine  uint8 // of seen
}

// slot is a key and its number, side by side in memory.
type slot struct {
	key uint64
	at  int32
}

const tableMix = 0x9E3779B97F4A7C15

func newTable(n int) table {
	size := max(64, 1<<bits.Len(uint(2*n)))
	places := uint8(bits.Len(uint(size - 1)))
	return table{make([]uint64, size/8), make([]slot, size), 64 - places, 64 - places - 3}
}

// slot is where k stands or would stand. The key 0 shares its place with 1.
func (t *table) slot(k uint64) *slot {
	i := int(k * tableMix >> t.shift)
	for {
		s := &t.slots[i]
		if s.key == k || s.key == 0 {
			return s
		}
		i = (i + 1) & (len(t.slots) - 1)
	}
}

// put enters k, which is not there yet.
func (t *table) put(k uint64, at int32) {
	k = max(k, 1)
	*t.slot(k) = slot{k, at}
	bit := k * tableMix >> t.fine
	t.seen[bit/64] |= 1 << (bit % 64)
}

// may reports whether k may be there; most that are not are none.
func (t *table) may(k uint64) bool {
	bit := max(k, 1) * tableMix >> t.fine
	return bit/64 < uint64(len(t.seen)) && t.seen[bit/64]>>(bit%64)&1 != 0
}

// get returns the number of k.
func (t *table) get(k uint64) (int32, bool) {
	if !t.may(k) {
		return 0, false
	}
	k = max(k, 1)
	s := t.slot(k)
	return s.at, s.key == k
}

// lists maps hashed keys to lists of phrases.
type lists struct {
	table table
	ends  []int32 // list i is all[ends[i]:ends[i+1]]
	all   []candidate
}

// candidate is a phrase that may stand where its first word does, or its first
// two, with what is needed to tell that it does not.
type candidate struct {
	entry  int32
	set    int32
	weight float32
	steps  uint8
	fold   bool
	// third is whether the third word follows the second, and these are the
	// lower halves of its keys.
	third          bool
	key, foldedKey uint32
}

func newLists(m map[uint64][]int32, entries []entry) lists {
	l := lists{table: newTable(len(m)), ends: []int32{0}}
	for k, list := range m {
		l.table.put(k, int32(len(l.ends)-1))
		for _, id := range list {
			e := &entries[id]
			c := candidate{entry: id, set: e.set, weight: e.weight, steps: uint8(min(len(e.steps), 255)), fold: e.fold}
			if len(e.steps) > 2 && e.steps[2].gap == 0 && !e.steps[2].number {
				c.third, c.key, c.foldedKey = true, uint32(e.steps[2].key), uint32(e.steps[2].fold)
			}
			l.all = append(l.all, c)
		}
		l.ends = append(l.ends, int32(len(l.all)))
	}
	return l
}

func (l *lists) get(k uint64) []candidate {
	if i, ok := l.table.get(k); ok {
		return l.all[l.ends[i]:l.ends[i+1]]
	}
	return nil
}

// follows reports whether w may be the third word.
func (c *candidate) follows(w *word) bool {
	if uint32(w.key) == c.key || uint32(w.raw) == c.key {
		return true
	}
	return c.fold && w.plain && (uint32(w.fold) == c.foldedKey || w.bare && uint32(w.raw) == c.foldedKey)
}
