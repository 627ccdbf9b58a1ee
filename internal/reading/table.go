package reading

import "math/bits"

// table maps hashed keys to small numbers. It is built once and then only
// read; a lookup that finds nothing, which is what most do, costs one look at
// a sparse array.
type table struct {
	keys  []uint64
	at    []int32
	shift uint8
}

const tableMix = 0x9E3779B97F4A7C15

func newTable(n int) table {
	size := max(16, 1<<bits.Len(uint(4*n)))
	return table{make([]uint64, size), make([]int32, size), uint8(64 - bits.Len(uint(size-1)))}
}

// slot is where k stands or would stand. The key 0 shares its place with 1.
func (t *table) slot(k uint64) int {
	i := int(k * tableMix >> t.shift)
	for t.keys[i] != k && t.keys[i] != 0 {
		i = (i + 1) & (len(t.keys) - 1)
	}
	return i
}

// put enters k, which is not there yet.
func (t *table) put(k uint64, at int32) {
	k = max(k, 1)
	i := t.slot(k)
	t.keys[i], t.at[i] = k, at
}

// get returns the number of k.
func (t *table) get(k uint64) (int32, bool) {
	if len(t.keys) == 0 {
		return 0, false
	}
	k = max(k, 1)
	i := t.slot(k)
	return t.at[i], t.keys[i] == k
}

// lists maps hashed keys to lists of entries.
type lists struct {
	table table
	all   [][]int32
}

func newLists(m map[uint64][]int32) lists {
	l := lists{table: newTable(len(m))}
	for k, v := range m {
		l.table.put(k, int32(len(l.all)))
		l.all = append(l.all, v)
	}
	return l
}

func (l *lists) get(k uint64) []int32 {
	if i, ok := l.table.get(k); ok {
		return l.all[i]
	}
	return nil
}
