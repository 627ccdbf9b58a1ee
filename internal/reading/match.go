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
		if n.sentence {
			continue // no phrase runs over its end
		}
		l.tryPair(v, h, i, l.pairs.get(pairKey(w.key, n.key)), true)
		if w.raw != w.key {
			l.tryPair(v, h, i, l.pairs.get(pairKey(w.raw, n.key)), true)
		}
		if n.raw != n.key {
			l.tryPair(v, h, i, l.pairs.get(pairKey(w.key, n.raw)), true)
			if w.raw != w.key {
				l.tryPair(v, h, i, l.pairs.get(pairKey(w.raw, n.raw)), true)
			}
		}
		if w.number {
			l.tryPair(v, h, i, l.pairs.get(pairKey(numberKey, n.key)), true)
		}
		if n.number {
			l.tryPair(v, h, i, l.pairs.get(pairKey(w.key, numberKey)), true)
		}
		if w.plain || n.plain {
			l.tryPair(v, h, i, l.foldPairs.get(pairKey(w.fold, n.fold)), false)
			// "nha" may be nhé, and it may be nhà.
			if w.bare && w.raw != w.fold {
				l.tryPair(v, h, i, l.foldPairs.get(pairKey(w.raw, n.fold)), false)
			}
			if n.bare && n.raw != n.fold {
				l.tryPair(v, h, i, l.foldPairs.get(pairKey(w.fold, n.raw)), false)
			}
			if n.number {
				l.tryPair(v, h, i, l.foldPairs.get(pairKey(w.fold, numberKey)), false)
			}
			if w.number {
				l.tryPair(v, h, i, l.foldPairs.get(pairKey(numberKey, n.fold)), false)
			}
		}
	}
}

// try adds the phrases of list that stand at word at, whose first word does.
func (l *lexicon) try(v *view, h hits, at int, list []candidate) {
	for i := range list {
		c := &list[i]
		if c.steps == 1 && v.words[at].plain && !c.fold {
			continue // "bao" may be bão, báo, bảo
		}
		if end := l.entries[c.entry].match(v, at, 0); end > 0 {
			h.add(int(c.set), hit{int32(at), int32(end), c.weight})
		}
	}
}

// tryPair is try with phrases whose first two words stand there: surely, or
// if they fit.
func (l *lexicon) tryPair(v *view, h hits, at int, list []candidate, surely bool) {
	if len(list) == 0 {
		return
	}
	var third *word
	if at+2 < len(v.words) && !v.words[at+2].sentence {
		third = &v.words[at+2]
	}
	for i := range list {
		c := &list[i]
		if surely && c.steps == 2 {
			h.add(int(c.set), hit{int32(at), int32(at + 2), c.weight})
			continue
		}
		if c.third && (third == nil || !c.follows(third)) {
			continue
		}
		if end := l.entries[c.entry].match(v, at, 0); end > 0 {
			h.add(int(c.set), hit{int32(at), int32(end), c.weight})
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
