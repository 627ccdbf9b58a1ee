package reading

import (
	"slices"

	"langnghe/internal/news"
)

// Points of the area score.
const (
	areaIn      = 4 // from here on an item is about the ward
	areaOut     = 0 // below, it is about another place
	areaOther   = 4 // what a mention of another place costs
	areaPassing = 1 // the same beside a sure name of ours: "phường Thái Hòa … ra Hà Nội"
	maxCues     = 3
	maxNames    = 8
)

// area decides whether v is about the ward. prior is what the source is
// worth.
func (r *Reader) area(v *view, h hits, prior int) news.Area {
	var out news.Area
	score := 0
	friends := r.falseFriends(h)
	seen := map[uint64]bool{}
	fresh := func(x hit) bool {
		var k uint64
		for _, w := range v.words[x.start:x.end] {
			k = k*31 + w.fold
		}
		if seen[k] {
			return false
		}
		seen[k] = true
		return true
	}
	sure := false
	because := func(x hit) { out.Because = append(out.Because, v.span(x.start, x.end)) }
	for _, x := range h[r.set.names] {
		if !fresh(x) || friends.cancels(x) {
			continue
		}
		score += int(x.weight)
		sure = sure || x.weight >= areaIn
		because(x)
	}
	score = min(score, maxNames)
	cues := 0
	for _, x := range h[r.set.cues] {
		if cues < maxCues && fresh(x) {
			cues++
			because(x)
		}
	}
	score += cues
	if score > 0 && len(h[r.set.dialect]) >= 2 {
		score += 2 // people of Nghệ Tĩnh who use one of our names mean ours
	}
	other := 0
	for _, x := range friends.cues {
		if fresh(x) {
			other += areaOther
			because(x)
		}
	}
	for _, x := range h[r.set.elsewhere] {
		switch {
		case within(x, h[r.set.cues]): // "khối Hòa Bình" is no province
		case !fresh(x):
		case sure:
			other += areaPassing
		default:
			other += areaOther
			because(x)
		}
	}
	if sure {
		other = min(other, 3*areaPassing+areaOther*len(friends.cues))
		if len(friends.cues) == 0 {
			other = min(other, max(0, score-areaIn)) // passing mentions do not take a sure name away
		}
	}
	out.Score = score + prior - other
	switch {
	case out.Score >= areaIn:
		out.Fit = news.InArea
	case out.Score < areaOut:
		out.Fit = news.OutOfArea
	default:
		out.Fit = news.Ambiguous
	}
	return out
}

// within reports whether x lies inside of one of the others.
func within(x hit, others []hit) bool {
	return slices.ContainsFunc(others, func(o hit) bool { return o.start <= x.start && x.end <= o.end && o.end-o.start > x.end-x.start })
}

// friends are the false friends that an item shows.
type friends struct {
	names []hit // our name, meaning another place
	cues  []hit
}

func (f *friends) cancels(x hit) bool {
	for _, n := range f.names {
		if n.start < x.end && x.start < n.end {
			return true
		}
	}
	return false
}

func (r *Reader) falseFriends(h hits) friends {
	var f friends
	for _, s := range r.set.friends {
		if of, cues := h[s[0]], h[s[1]]; len(of) > 0 && len(cues) > 0 {
			f.names = append(f.names, of...)
			f.cues = append(f.cues, cues...)
		}
	}
	return f
}
