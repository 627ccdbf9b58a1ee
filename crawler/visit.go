package crawler

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"langnghe/crawler/polite"
	"langnghe/crawler/social"
	"langnghe/internal/news"
)

// finishing bounds what is still written after the context has ended.
const finishing = 5 * time.Second

// A round is one visit under way.
type round struct {
	c       *Crawler
	s       Source
	now     time.Time
	voices  *voices
	found   int       // items published
	added   int       // of them, new ones
	last    time.Time // newest event time published
	pages   int       // fetched
	threads int       // fetched
	missed  bool      // something listed could not be taken this time
	recheck time.Time // earliest time at which something listed wants a look
	retry   time.Time // earliest time at which something new that failed is tried again
	listed  []Seen    // still listed and not looked at for long
	pause   error     // the host asks for a pause; no more requests
	unsure  bool      // something is missing from a list, which wants a second look
	tally   tally     // what became of the pages that the listing leads to
}

// visit reads one source and publishes what is new. Its error is of the
// store or of Publish; what the source did wrong goes to the log and into
// its state.
func (c *Crawler) visit(ctx context.Context, s Source) (found int, err error) {
	start := time.Now()
	defer func() { c.metrics.duration.Observe(time.Since(start).Seconds()) }()
	c.mu.Lock()
	v := c.visits[s.ID]
	c.mu.Unlock()
	r := &round{c: c, s: s, now: c.o.Now()}
	if r.voices, err = c.newVoices(ctx, r.now); err != nil {
		return 0, err
	}
	log := c.o.Log.With("source", s.ID)

	var o outcome
	var rep reply
	searched := false
	if eff, ok := listed(s, v); ok {
		s, r.s = eff, eff
	} else if s.Kind == "site" {
		searched = true
		if o.err = r.search(ctx, &v); o.err == nil {
			s, _ = listed(s, v)
			r.s = s
		}
	}
	if o.err == nil {
		o, rep, err = r.listing(ctx, &v)
	}
	if ctx.Err() != nil {
		return r.found, ctx.Err()
	}
	if err != nil {
		c.soon(s, r.now)
		return r.found, err
	}
	ours := ownBudget(o.err)
	if o.err != nil && !ours {
		v.Failures++
		log.Warn("read source", "url", s.URL, "err", o.err, "failures", v.Failures)
		c.metrics.failed.add(s.ID, reason(o.err), 1)
	} else if !ours {
		v.Failures = 0
	}
	v.LastFetch = r.now
	sent := c.received(s.ID)
	sent.add(delivery{r.added, r.last})
	r.last = sent.last
	v.Total += sent.added
	if r.last.After(v.LastItem) {
		v.LastItem = r.last
	}
	switch {
	case o.err != nil:
	case o.same:
		if !r.recheck.IsZero() {
			v.Recheck = r.recheck
		}
	case r.missed || r.pause != nil:
		v.URL, v.ETag, v.LastModified, v.Recheck = "", "", "", time.Time{}
	default:
		v.URL, v.ETag, v.LastModified, v.Recheck = s.URL, rep.etag, rep.lastModified, r.recheck
	}
	if o.err == nil && !o.same {
		v.Listed = o.leads
	}
	if v.Found != "" && !searched && (v.Failures >= lostAfter || o.err == nil && !o.same && o.leads == 0) {
		v.Found = "" // the site has moved its listing; look for it again
	}
	changed, err := r.settle(ctx, &v, o)
	if err != nil {
		c.soon(s, r.now)
		return r.found, err
	}
	every := c.o.Polling.rhythm(s, v, c.cut(r.now))
	if r.missed && r.pause == nil && o.err == nil {
		every = min(every, c.o.Polling.Fast) // the rest of what it lists
	}
	if !r.retry.IsZero() {
		every = min(every, max(r.retry.Sub(r.now), c.o.Polling.Fast))
	}
	v.Next = r.now.Add(jitter(s, wait(every, v.Failures, errors.Join(o.err, r.pause))))
	if r.found > 0 {
		log.Info("read source", "items", r.found, "pages", r.pages)
	}
	c.metrics.state(v)
	return r.found, c.keep(ctx, v, changed || r.found > 0 || r.tally.failed > 0 || o.err != nil)
}

// lostAfter is how many failures in a row make a site's listing worth
// another search.
const lostAfter = 3

// soon has a source visited again shortly, with nothing remembered of the
// visit at hand: the store or the next stage could not take it.
func (c *Crawler) soon(s Source, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := c.visits[s.ID]
	v.Next = now.Add(time.Minute)
	if s.Every > 0 {
		v.Next = now.Add(min(s.Every, time.Minute))
	}
	c.visits[s.ID] = v
}

// wait is how long a source is left alone after a visit: twice as long for
// each failure, up to an hour or its own rhythm, and as long as it asks for.
func wait(every time.Duration, failures int, err error) time.Duration {
	d := every
	if failures > 1 {
		d = max(every, min(every<<min(failures-1, 8), time.Hour))
	}
	var later *polite.RetryLater
	if errors.As(err, &later) {
		d = max(d, later.After)
	}
	return d
}

// listing fetches and reads the source's document and takes what it lists.
func (r *round) listing(ctx context.Context, v *Visit) (o outcome, rep reply, err error) {
	if p := social.Platforms[r.s.Kind]; p != nil {
		return r.poll(ctx, v, p)
	}
	etag, modified := v.ETag, v.LastModified
	if v.URL != r.s.URL || !v.Recheck.IsZero() && !v.Recheck.After(r.now) {
		etag, modified = "", "" // something listed wants a look, so we need the list
	}
	rep, o.err = r.get(ctx, r.s.URL, etag, modified)
	if o.err != nil || rep.unchanged {
		o.same = rep.unchanged
		return o, rep, nil
	}
	list, readErr := readers[r.s.Kind].read(rep.data, r.reading(rep.url))
	for _, n := range list.notes {
		r.c.o.Log.Warn("read source", "source", r.s.ID, "url", r.s.URL, "note", n)
	}
	if readErr == nil {
		if err := r.offer(ctx, list.hub, list.self, rep); err != nil {
			return o, rep, err
		}
	}
	leads := list.leads
	for _, nested := range list.nested {
		if r.pause != nil {
			break
		}
		sub, err := r.get(ctx, nested, "", "")
		if err == nil {
			var more listing
			more, err = readers[r.s.Kind].read(sub.data, r.reading(sub.url))
			leads, list.gone = append(leads, more.leads...), append(list.gone, more.gone...)
		}
		if ctx.Err() != nil {
			return o, rep, ctx.Err()
		}
		if err != nil {
			r.missed = true
			r.c.o.Log.Warn("read source", "source", r.s.ID, "url", nested, "err", err)
		}
	}
	o.leads = len(leads)
	if readErr != nil && len(leads) == 0 {
		o.err = readErr
		return o, rep, nil
	}
	if readErr != nil {
		r.missed = true
		r.c.o.Log.Warn("read source", "source", r.s.ID, "url", r.s.URL, "err", readErr)
	}
	if err := r.take(ctx, leads); err != nil {
		return o, rep, err
	}
	return o, rep, r.withdraw(ctx, list.gone)
}

func (r *round) reading(u *url.URL) reading {
	return reading{source: r.s, url: u, zone: r.c.zones[r.s.Zone], now: r.now, sel: r.c.selects[r.s.ID]}
}

// get fetches a document of this source and counts it. A host's wish for a
// pause ends the requests of this visit.
func (r *round) get(ctx context.Context, address, etag, modified string) (reply, error) {
	rep, err := r.c.net.get(ctx, address, etag, modified)
	result := "ok"
	switch {
	case err != nil:
		result = reason(err)
		var later *polite.RetryLater
		if errors.As(err, &later) {
			r.pause = err
		}
	case rep.unchanged:
		result = "unchanged"
	}
	r.c.metrics.fetches.add(r.s.ID, result, 1)
	return rep, err
}

// reason is the metric's word for an error.
func reason(err error) string {
	var s *StatusError
	var l *polite.TooLarge
	var later *polite.RetryLater
	switch {
	case errors.As(err, &later):
		return "later"
	case refused(err):
		return "refused"
	case errors.As(err, &s):
		return "status"
	case errors.As(err, &l):
		return "too_large"
	}
	return "error"
}

// take publishes the leads that are new or changed, oldest first.
func (r *round) take(ctx context.Context, leads []lead) error {
	leads = slices.Clone(leads)
	slices.Reverse(leads) // listings begin with the newest
	slices.SortStableFunc(leads, func(a, b lead) int { return a.item.Published.Compare(b.item.Published) })
	ids := make([]string, len(leads))
	for i := range leads {
		ids[i] = leads[i].id(r.s, r.voices.own)
	}
	rows, err := r.c.o.Store.Seen(ctx, ids)
	if err != nil {
		return err
	}
	for _, row := range rows {
		r.tally.known = r.tally.known || row.Hash != "" || row.Item != ""
	}
	// New pages before second looks at old ones: a visit fetches only so many.
	order := make([]int, 0, len(leads))
	for _, second := range []bool{false, true} {
		for i := range leads {
			if _, known := rows[ids[i]]; known == second {
				order = append(order, i)
			}
		}
	}
	var batch []item
	for _, i := range order {
		l := leads[i]
		row, known := rows[ids[i]]
		row, ok := r.may(row, known, ids[i])
		if !ok {
			continue
		}
		if !l.whole && l.comments == "" && !l.outward && !r.ours(l.item.URL) {
			l.whole = true // never crawl outwards: what the listing says is what we take
		}
		switch {
		case l.whole && row.Hash != "" && row.Mark == l.mark && l.mark != "":
			r.still(row)
			r.tally.whole++
		case l.whole:
			l.item.ID = ids[i]
			it, err := finish(ctx, l, r.reading(nil), r.voices)
			if errors.Is(err, errNoText) {
				if r.ownText() {
					r.tally.fail(err, true)
				}
				continue
			}
			if err != nil {
				return err
			}
			r.tally.whole++
			row.Mark = l.mark
			if row.Hash != it.Hash() {
				batch = append(batch, item{item: it, row: row, alias: l.alias})
			}
		case l.comments == "":
			r.tally.wanted++
			if err := r.page(ctx, l, row); err != nil {
				return err
			}
		}
	}
	for some := range slices.Chunk(batch, 100) {
		if err := r.publish(ctx, some); err != nil {
			return err
		}
	}
	if len(r.listed) > 0 {
		if err := r.c.o.Store.MarkSeen(ctx, r.listed); err != nil {
			return err
		}
		r.listed = nil
	}
	for _, l := range slices.Backward(leads) { // talk is where the newest posts are
		if l.comments != "" {
			if err := r.thread(ctx, l); err != nil {
				return err
			}
		}
	}
	return nil
}

// ownBudget reports whether it was not the host that asked for a pause.
func ownBudget(err error) bool {
	var later *polite.RetryLater
	return errors.As(err, &later) && later.Status == 0
}

// perDay is the rate of a week's items, of the days since the first.
func perDay(week Activity, now time.Time) float64 {
	if week.Items == 0 {
		return 0
	}
	span := min(max(now.Sub(week.First), 12*time.Hour), recent)
	return float64(week.Items) * float64(24*time.Hour) / float64(span)
}

// freshen is after how long a row of something that is still listed shows
// so, which keeps it from being forgotten.
const freshen = 7 * 24 * time.Hour

// still notes that what a row is about is listed.
func (r *round) still(row Seen) {
	if r.now.Sub(row.Checked) > freshen && row.ID != "" {
		row.Checked = r.now
		r.listed = append(r.listed, row)
	}
}

// listens reports whether a source is still in the config.
func (c *Crawler) listens(source string) bool {
	return slices.ContainsFunc(c.sources, func(s Source) bool { return s.ID == source })
}

// ours reports whether an address belongs to the source's site.
func (r *round) ours(address string) bool { return onSite(r.s.URL, address) }

// Pages are looked at again for edits this long after they were first seen;
// pages that fail are tried again, later each time, and then given up.
var looks = []time.Duration{time.Hour, 24 * time.Hour}

const (
	retryPage = 10 * time.Minute
	mostTries = 6
)

// again is when a page that was looked at wants the next look; zero is never.
func (s *Seen) again() time.Time {
	switch {
	case s.Hash == "" && s.Item == "":
		if s.Tries < mostTries {
			return s.Checked.Add(retryPage << s.Tries)
		}
	case s.Tries < len(looks):
		return s.First.Add(looks[s.Tries])
	}
	return time.Time{}
}

// later notes that something wants a look at t.
func (r *round) later(t time.Time) {
	if !t.IsZero() && (r.recheck.IsZero() || t.Before(r.recheck)) {
		r.recheck = t
	}
}

// page fetches the page of a lead, if it is new or wants another look, and
// publishes what it says.
func (r *round) page(ctx context.Context, l lead, row Seen) error {
	first := row.Checked.IsZero()
	if !first && row.Mark == l.mark {
		if t := row.again(); t.IsZero() || t.After(r.now) {
			r.later(t)
			if t.IsZero() {
				r.still(row)
			}
			return nil
		}
	}
	if r.pause != nil || r.pages >= r.c.o.PerVisit {
		r.missed = true // the next visit goes on
		return nil
	}
	r.pages++
	rep, err := r.get(ctx, l.item.URL, row.ETag, row.LastModified)
	asked := r.s
	defer func() { r.s = asked }()
	if err == nil && l.outward && rep.url != nil {
		// What an index leads to is its own site's, with that site's ways, if
		// the ward listens to it.
		if own, ok := r.c.siteOf(rep.url.String()); ok {
			r.s = own
		}
	}
	var got lead
	if err == nil && !rep.unchanged {
		got, err = readOne(rep.data, r.reading(rep.url))
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if r.pause != nil {
		r.missed = true
		if !ownBudget(r.pause) {
			r.failed(r.pause, row, first)
		}
		return nil
	}
	var it news.Item
	if err == nil && !rep.unchanged {
		if it, err = finish(ctx, merge(l, got), r.reading(rep.url), r.voices); err != nil && !errors.Is(err, errNoText) {
			return err
		}
	}
	if !first {
		row.Tries++
	} else {
		row.First = r.now
	}
	row.Checked, row.Mark = r.now, l.mark
	if err != nil {
		r.s = asked
		r.failed(err, row, first)
		// A page that is gone or says nothing is not asked for as often.
		var s *StatusError
		if errors.As(err, &s) && (s.Code == 404 || s.Code == 410) {
			row.Tries += 2
		}
		r.c.o.Log.Warn("read page", "source", r.s.ID, "url", handleFree(Canonical(l.item.URL, false), r.voices.own), "err", err, "tries", row.Tries+1)
		r.later(row.again())
		if t := row.again(); row.Hash == "" && !t.IsZero() && (r.retry.IsZero() || t.Before(r.retry)) {
			r.retry = t
		}
		return r.c.o.Store.MarkSeen(ctx, []Seen{row})
	}
	if row.Hash == "" && row.Item == "" {
		r.tally.read++
	}
	if rep.unchanged {
		r.later(row.again())
		return r.c.o.Store.MarkSeen(ctx, []Seen{row})
	}
	row.ETag, row.LastModified = rep.etag, rep.lastModified
	if row.Hash == "" && row.Item == "" {
		row.Tries = 0 // failures before the first success
	}
	return r.publishPage(ctx, it, row, rep.data)
}

// publishPage publishes an article and marks both the page under the address
// that led to it and the item under its canonical one.
func (r *round) publishPage(ctx context.Context, it news.Item, row Seen, page []byte) error {
	own := row
	if it.ID != row.ID {
		rows, err := r.c.o.Store.Seen(ctx, []string{it.ID})
		if err != nil {
			return err
		}
		row.Item = it.ID
		known, ok := rows[it.ID]
		if own, ok = r.may(known, ok, it.ID); !ok {
			return r.c.o.Store.MarkSeen(ctx, []Seen{row})
		}
	}
	var err error
	switch {
	case own.Hash == it.Hash():
		err = r.c.o.Store.MarkSeen(ctx, []Seen{row})
	case own.ID == row.ID:
		err = r.publish(ctx, []item{{item: it, row: own, page: page}})
	default:
		err = r.publish(ctx, []item{{item: it, row: own, page: page}}, row)
	}
	if err != nil {
		return err
	}
	row.Hash = it.Hash()
	r.later(row.again())
	return nil
}

// merge takes the page's word over the listing's, and the listing's where
// the page says nothing.
func merge(l, got lead) lead {
	it := got.item
	if it.Title == "" {
		it.Title = l.item.Title
	}
	if it.Published.IsZero() || got.rough && !l.rough && !l.item.Published.IsZero() {
		it.Published, got.rough = l.item.Published, l.rough
	}
	if it.Lang == "" {
		it.Lang = l.item.Lang
	}
	it.Counts = l.item.Counts
	got.item, got.native, got.outward = it, l.native, l.outward
	if Canonical(it.URL, false) == "" {
		got.item.URL = l.item.URL
	}
	return got
}

// thread fetches the comments of a lead when there may be new ones.
func (r *round) thread(ctx context.Context, l lead) error {
	key, err := r.voices.ref(ctx, l.comments, true)
	if err != nil {
		return err
	}
	key = id("thread", key)
	rows, err := r.c.o.Store.Seen(ctx, []string{key})
	if err != nil {
		return err
	}
	row, known := rows[key]
	m := mark(count(l.replies))
	if l.comments == l.item.URL {
		m = l.mark // a pointer: the thread's page has the post as well
	}
	switch {
	case l.replies == 0 && l.comments != l.item.URL:
		return nil
	case known && l.replies >= 0 && row.Mark == m:
		if row.Hash == "" && row.Tries > 0 { // it failed last time
			if t := row.Checked.Add(retryPage << min(row.Tries, mostTries)); t.After(r.now) {
				r.later(t)
				return nil
			}
			break
		}
		return nil
	case known && l.replies < 0:
		// Nobody tells us of new comments, so old threads are asked less.
		every := max(r.patience(), r.now.Sub(row.First)/8)
		if r.now.Sub(row.First) > memory/2 {
			return nil
		}
		if t := row.Checked.Add(every); t.After(r.now) {
			r.later(t)
			return nil
		}
	}
	if r.pause != nil || r.threads >= r.c.o.PerThreads || !r.ours(l.comments) {
		r.missed = r.missed || r.ours(l.comments)
		return nil
	}
	r.threads++
	if !known {
		row = Seen{ID: key, Source: r.s.ID, First: r.now}
	}
	rep, err := r.get(ctx, l.comments, row.ETag, row.LastModified)
	var list listing
	if err == nil && !rep.unchanged {
		list, err = r.comments(rep, l)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if r.pause != nil {
		r.missed = true
		return nil
	}
	row.Checked, row.Mark = r.now, m
	if err != nil {
		row.Tries++
		r.c.o.Log.Warn("read comments", "source", r.s.ID, "url", handleFree(Canonical(l.comments, false), r.voices.own), "err", err)
		r.later(row.Checked.Add(retryPage << min(row.Tries, mostTries)))
		return r.c.o.Store.MarkSeen(ctx, []Seen{row})
	}
	row.Tries = 0
	if l.replies < 0 {
		r.later(r.now.Add(max(r.patience(), r.now.Sub(row.First)/8)))
	}
	if !rep.unchanged {
		row.ETag, row.LastModified = rep.etag, rep.lastModified
		for i := range list.leads {
			list.leads[i].comments = "" // one level is enough
			list.leads[i].whole = true
		}
		if err := r.take(ctx, list.leads); err != nil {
			return err
		}
	}
	return r.c.o.Store.MarkSeen(ctx, []Seen{row})
}

// patience is how long a young thread is left alone whose listing does not
// count its comments.
func (r *round) patience() time.Duration {
	if r.s.Every > 0 {
		return r.s.Every
	}
	return r.c.o.Polling.Fresh
}

// comments reads a document of comments: a feed of them or a thread's page.
func (r *round) comments(rep reply, l lead) (listing, error) {
	c := r.reading(rep.url)
	if !isFeed(rep.data) {
		return reader(readForum).read(rep.data, c)
	}
	c.source.Items, c.source.FullText = news.Comment, true
	list, err := reader(readFeed).read(rep.data, c)
	for i := range list.leads {
		if list.leads[i].root = l.item.URL; l.item.URL == "" {
			list.leads[i].thread = l.id(r.s, r.voices.own)
		}
	}
	return list, err
}

// An item is about to be published; row is what is remembered of it.
type item struct {
	item news.Item
	row  Seen
	page []byte // as it came; nil for what a listing carried
	// alias is another name of the item at its source.
	alias string
}

// publish hands items on and then marks them as seen, never the other way
// round: a crash in between repeats them and loses none. extra are rows that
// become true with them.
func (r *round) publish(ctx context.Context, items []item, extra ...Seen) error {
	if len(items) == 0 {
		return nil
	}
	found := make([]news.Found, len(items))
	rows := extra
	added := 0
	for i, x := range items {
		row := x.row
		if row.Hash != "" {
			x.item.Notes = note(x.item.Notes, "edited")
			x.item.Edited = r.now.UTC()
		} else {
			added++
		}
		if row.First.IsZero() {
			row.First = r.now
		}
		x.item.Observed = row.First.UTC() // an edit does not move the event
		settleTime(&x.item, false)
		row.Source, row.Hash, row.At, row.Checked = r.s.ID, x.item.Hash(), x.item.At(), r.now
		found[i] = news.Found{Item: x.item, Prior: r.s.Prior, Keep: r.s.Reference}
		rows = append(rows, row)
		if x.alias != "" {
			key, err := r.alias(ctx, x.alias)
			if err != nil {
				return err
			}
			rows = append(rows, Seen{ID: key, Source: r.s.ID, Item: x.item.ID, First: row.First, Checked: r.now})
		}
	}
	if err := r.c.o.Publish(ctx, found); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	if r.c.o.Checked != nil && r.s.Claims != "" {
		for i, x := range items {
			if err := r.c.o.Checked(ctx, Check{Source: r.s, Item: found[i].Item, Page: x.page}); err != nil {
				return fmt.Errorf("publish checks: %w", err)
			}
		}
	}
	r.found += len(items)
	r.added += added
	r.c.metrics.items.add(r.s.ID, "", float64(len(items)))
	for _, f := range found {
		if at := f.Item.At(); at.After(r.last) {
			r.last = at
		}
	}
	// Published is published: the mark is made even when we are stopped now.
	done, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishing)
	defer cancel()
	return r.c.o.Store.MarkSeen(done, rows)
}

// settle updates the state of the source and tells of a change.
func (r *round) settle(ctx context.Context, v *Visit, o outcome) (changed bool, err error) {
	var usual, week, before Activity
	var gap time.Duration
	if o.err == nil {
		if week, err = r.c.o.Store.Activity(ctx, r.s.ID, r.now.Add(-recent), r.now.Add(ahead)); err != nil {
			return false, err
		}
		if before, err = r.c.o.Store.Activity(ctx, r.s.ID, r.now.Add(-memory), r.now.Add(-recent)); err != nil {
			return false, err
		}
		if !v.LastItem.IsZero() {
			if usual, err = r.c.o.Store.Activity(ctx, r.s.ID, v.LastItem.Add(-memory), v.LastItem.Add(time.Second)); err != nil {
				return false, err
			}
			if usual.Items < leastItems && r.now.Sub(v.LastItem) > rareQuiet {
				if gap, err = r.c.gap(ctx, r.s.ID, v.LastItem); err != nil {
					return false, err
				}
			}
		}
	}
	if o.err == nil && r.pause != nil && !ownBudget(r.pause) {
		o.err = unnamed(r.pause)
	}
	if o.err == nil {
		v.Rate = perDay(week, r.now)
	}
	r.tally.into(v, r.now)
	state, why := judge(*v, o, usual, gap, week, before, r.now)
	if state == v.State {
		v.Why = why
		return false, nil
	}
	was := v.State
	v.State, v.Why, v.Since = state, why, r.now.UTC()
	r.c.o.Log.Info("source changed", "source", r.s.ID, "from", was, "to", state, "why", why.EN)
	if r.c.o.Health == nil {
		return true, nil
	}
	h := news.Health{Source: r.s.ID, State: state, Since: v.Since, Why: why, At: r.now.UTC()}
	if err := r.c.o.Health(ctx, h); err != nil {
		return true, fmt.Errorf("publish health: %w", err)
	}
	return true, nil
}
