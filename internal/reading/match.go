package reading

// hit is a phrase found in a view: the words [start,end).
type hit struct {
	start, end int32
	weight     float32
}

// maxHits bounds what is kept of one set, so that hostile text costs no more
// than its length.
const maxHits = 128

// hits holds what was found, by set.
type hits [][]hit

// find fills h with the hits of every set in v.
func (l *lexicon) find(v *view, h hits) {
	for i := range v.words {
		w := &v.words[i]
		l.try(v, h, i, l.singles.get(w.key))
		if w.raw != w.key {
			l.try(v, h, i, l.singles.get(w.raw))
		}
		if w.number {
			l.try(v, h, i, l.singles.get(numberKey))
		}
		if w.plain {
			l.try(v, h, i, l.foldSingles.get(w.fold))
			if w.bare && w.raw != w.fold {
				l.try(v, h, i, l.foldSingles.get(w.raw))
			}
		}
		if i+1 == len(v.words) {
			break
		}
		n := &v.words[i+1]
		l.try(v, h, i, l.pairs.get(pairKey(w.key, n.key)))
		if w.raw != w.key {
			l.try(v, h, i, l.pairs.get(pairKey(w.raw, n.key)))
		}
		if n.raw != n.key {
			l.try(v, h, i, l.pairs.get(pairKey(w.key, n.raw)))
			if w.raw != w.key {
				l.try(v, h, i, l.pairs.get(pairKey(w.raw, n.raw)))
			}
		}
		if w.number {
			l.try(v, h, i, l.pairs.get(pairKey(numberKey, n.key)))
		}
		if n.number {
			l.try(v, h, i, l.pairs.get(pairKey(w.key, numberKey)))
		}
		if w.plain || n.plain {
			l.try(v, h, i, l.foldPairs.get(pairKey(w.fold, n.fold)))
			// "nha" may be nhé, and it may be nhà.
			if w.bare && w.raw != w.fold {
				l.try(v, h, i, l.foldPairs.get(pairKey(w.raw, n.fold)))
			}
			if n.bare && n.raw != n.fold {
				l.try(v, h, i, l.foldPairs.get(pairKey(w.fold, n.raw)))
			}
			if n.number {
				l.try(v, h, i, l.foldPairs.get(pairKey(w.fold, numberKey)))
			}
			if w.number {
				l.try(v, h, i, l.foldPairs.get(pairKey(numberKey, n.fold)))
			}
		}
	}
}

func (l *lexicon) try(v *view, h hits, at int, candidates []int32) {
	for _, id := range candidates {
		e := &l.entries[id]
		if len(e.steps) == 1 && v.words[at].plain && !e.fold {
			continue // "bao" may be bão, báo, bảo
		}
		if end := e.match(v, at, 0); end > 0 {
			h.add(int(e.set), hit{int32(at), int32(end), e.weight})
		}
	}
}

// match reports where e ends when its step s stands at word at, 0 if it does
// not. Phrases do not run over the end of a sentence.
func (e *entry) match(v *view, at, s int) int {
	if !e.steps[s].fits(&v.words[at], e.fold) {
		return 0
	}
	if s+1 == len(e.steps) {
		return at + 1
	}
	for i, gap := at+1, int(e.steps[s+1].gap); i < len(v.words) && i <= at+1+gap; i++ {
		if v.words[i].sentence {
			return 0
		}
		if end := e.match(v, i, s+1); end > 0 {
			return end
		}
	}
	return 0
}

func (s *step) fits(w *word, fold bool) bool {
	if s.number {
		return w.number
	}
	return w.key == s.key || w.raw == s.key || fold && w.plain && (w.fold == s.fold || w.bare && w.raw == s.fold)
}

// add drops hits inside a longer hit of the same set. The longer one is at
// least as heavy, unless its weight is 0: "điện thoại^0" says that this điện
// is none.
func (h hits) add(set int, n hit) {
	list := h[set]
	for k := len(list); k > 0; k-- {
		last := &list[k-1]
		switch {
		case last.end <= n.start:
			k = 1
		case last.start <= n.start && n.end <= last.end:
			if n.weight == 0 && last.start == n.start && last.end == n.end {
				last.weight = 0
			}
			if last.weight != 0 {
				last.weight = max(last.weight, n.weight)
			}
			return
		case n.start <= last.start && last.end <= n.end:
			if n.weight != 0 {
				n.weight = max(n.weight, last.weight)
			}
			list = append(list[:k-1], list[k:]...)
		}
	}
	if len(list) < maxHits {
		h[set] = append(list, n)
	}
}
