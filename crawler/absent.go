package crawler

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"langnghe/crawler/social"
	"langnghe/internal/news"
)

const (
	// absentReason stands in the audit chain of what is no longer listed where
	// it would have to be.
	absentReason = "không còn ở nguồn: đã bị xóa hoặc ẩn (no longer at its source: deleted or hidden there)"
	// absentFor is how long an item has to be away, and absentMany when so much
	// is missing that the platform may only be unwell.
	absentFor  = 30 * time.Minute
	absentMany = 24 * time.Hour
	// lookBack is how often a list is read further than the first page on which
	// nothing is new, so that what was deleted or edited below it is noticed.
	lookBack = 6 * time.Hour
	// absentMost is how many may go at once: more is a change of what we are
	// shown, which a person must look at.
	absentMost = 20
	// absentRows is how many of a source's items are compared with a list.
	absentRows = 2000
)

// listMark begins the marks of what stands in one list of a source.
func listMark(s Source, start social.Request) string {
	return id("list", s.ID, bareQuery(start.URL))[:8] + ":"
}

// bareQuery is an address without what its platform's version decides. What is
// asked for, such as a timeline without the posts of other servers, is part of
// it: another question has another answer.
func bareQuery(address string) string {
	address = strings.Replace(address, "/"+social.GraphVersion+"/", "/", 1)
	path, query, _ := strings.Cut(address, "?")
	v, err := url.ParseQuery(query)
	if err != nil {
		return address
	}
	v.Del("fields")
	v.Del("limit")
	return path + "?" + v.Encode()
}

// absent erases what was taken from a list and is not there any more, though
// the list shows what is older and what is newer. Platforms that report no
// deletions tell of them so. It takes two looks, some time apart, and a list
// that is out of order, or has an entry without a time, says nothing.
func (r *round) absent(ctx context.Context, list string, posts []social.Post, leads []lead) error {
	if len(posts) == 0 || !slices.IsSortedFunc(posts, func(a, b social.Post) int { return b.Published.Compare(a.Published) }) {
		return nil
	}
	oldest := posts[len(posts)-1].Published
	if oldest.IsZero() {
		return nil
	}
	rows, err := r.c.o.Store.Items(ctx, r.s.ID, oldest.Truncate(time.Second).Add(time.Second), r.now.Add(ahead), absentRows)
	if err != nil {
		return err
	}
	there := make(map[string]bool, len(leads))
	for i := range leads {
		there[leads[i].id(r.s, r.voices.own)] = true
	}
	var away []Seen
	for _, row := range rows {
		if strings.HasPrefix(row.Mark, list) && !there[row.ID] {
			away = append(away, row)
		}
	}
	need := absentFor
	if len(away) > 3 && len(away) > len(there) {
		need = absentMany
	}
	gone := r.c.overdueAway(r.s.ID, list, rows, away, r.now, need)
	r.unsure = len(gone) < len(away)
	if len(gone) > absentMost {
		r.c.o.Log.Warn("read source", "source", r.s.ID, "note", fmt.Sprintf("%d items are missing from its list at once; none is erased: has what the token may see changed?", len(gone)))
		return nil
	}
	for _, row := range gone {
		if err := r.erase(ctx, row.ID, absentReason); err != nil {
			return err
		}
		r.c.mu.Lock()
		delete(r.c.away[r.s.ID+"\x00"+list], row.ID)
		r.c.mu.Unlock()
	}
	return nil
}

// overdueAway notes since when items have been away from a list, and returns
// those that have been for long enough. One that is back begins anew; looked
// are those that the list could show, and what is noted of others stays.
func (c *Crawler) overdueAway(source, list string, looked, away []Seen, now time.Time, need time.Duration) (out []Seen) {
	key := source + "\x00" + list
	c.mu.Lock()
	defer c.mu.Unlock()
	since := maps.Clone(c.away[key])
	if since == nil {
		since = map[string]time.Time{}
	}
	for _, row := range looked {
		delete(since, row.ID)
	}
	for _, row := range away {
		first, ok := c.away[key][row.ID]
		switch {
		case !ok:
			since[row.ID] = now
		case now.Sub(first) >= need:
			out = append(out, row)
			since[row.ID] = first
		default:
			since[row.ID] = first
		}
	}
	if len(since) == 0 {
		delete(c.away, key)
	} else {
		c.away[key] = since
	}
	return out
}

// looksBack reports whether it is time to read a source's list further than
// what is new, and notes that it is done.
func (c *Crawler) looksBack(source string, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if last, ok := c.looked[source]; ok && now.Sub(last) < lookBack {
		return false
	}
	c.looked[source] = now
	return true
}

// erase takes an item of this source out of every role.
func (r *round) erase(ctx context.Context, id, reason string) error {
	if r.c.o.Gone != nil {
		if err := r.c.o.Gone(ctx, news.Erased{ID: id, Reason: reason, At: r.now.UTC()}); err != nil {
			return fmt.Errorf("publish erasure: %w", err)
		}
		r.c.o.Log.Info("deleted at its source", "source", r.s.ID, "item", id)
	}
	if err := r.c.o.Store.Erase(ctx, id); err != nil {
		return err
	}
	r.c.metrics.gone.add(r.s.ID, "", 1)
	return nil
}
