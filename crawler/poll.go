package crawler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/coder/websocket"

	"langnghe/crawler/polite"
	"langnghe/crawler/social"
)

const (
	// everyPage is the validator that stands for a visit which saw all that
	// was new. Without it the next one does not stop at what is known.
	everyPage  = "complete"
	mostPages  = 10 // answers read in one visit, of one list
	firstPages = 2  // the first visit does not dig up the history
	replyPages = 5  // of the comments under one post
)

// poll visits a platform: it asks page by page until it meets what is known,
// takes the posts oldest first, and then asks for the comments of posts that
// have new ones.
//
// Nothing is taken before the last page is read, and a visit that did not
// get that far leaves no validator, so neither a crash nor a refusal half-way
// leaves a gap behind.
func (r *round) poll(ctx context.Context, v *Visit, p *social.Platform) (o outcome, rep reply, err error) {
	src, err := url.Parse(r.s.URL)
	if err != nil {
		return outcome{err: err}, rep, nil
	}
	starts, startErr := p.Start(src, r.s.Token != "")
	switch {
	case startErr != nil:
		return outcome{err: startErr}, rep, nil
	case len(starts) == 0:
		return outcome{same: true, waits: true}, rep, nil
	case p.Name == "bluesky":
		return r.stream(ctx, v, p, starts[0])
	}
	most := mostPages
	if p.Pages > 0 {
		most = p.Pages
	}
	if v.LastFetch.IsZero() {
		most = min(most, firstPages)
	}
	deep := v.URL != r.s.URL || v.ETag != everyPage
	if p.Order != 0 && r.c.looksBack(r.s.ID, r.now) {
		deep = true
	}
	var posts []social.Post
	for _, start := range starts {
		read, got, askErr, err := r.list(ctx, p, start, nil, most, deep)
		if err != nil || ctx.Err() != nil {
			return o, rep, errors.Join(err, ctx.Err())
		}
		o.leads += read
		posts = append(posts, got...)
		o.err = errors.Join(o.err, askErr)
	}
	slices.SortStableFunc(posts, func(a, b social.Post) int { return b.Published.Compare(a.Published) })
	for i := range posts {
		if posts[i].Replies == nil || r.pause != nil {
			continue
		}
		askErr, err := r.replies(ctx, p, &posts[i])
		if err != nil || ctx.Err() != nil {
			return o, rep, errors.Join(err, ctx.Err())
		}
		var f *social.Fault
		if errors.As(askErr, &f) && (f.Why == social.Key || f.Why == social.Permission) {
			o.err = errors.Join(o.err, askErr) // the others would say the same
			break
		}
	}
	rep.etag = everyPage
	return o, rep, nil
}

// list reads a list from its first page on and takes what is on it. askErr
// is of the platform, err of the store or of Publish.
func (r *round) list(ctx context.Context, p *social.Platform, start social.Request, of *social.Post, most int, deep bool) (read int, posts []social.Post, askErr, err error) {
	asked := map[string]bool{}
	address, more := start.URL, false
	place, clear := "", p.Order != 0
	if clear {
		place = listMark(r.s, start)
	}
	for n := 0; address != "" && !asked[address]; n++ {
		if more = n == most; more {
			r.c.o.Log.Info("read source", "source", r.s.ID, "note", fmt.Sprintf("there are more than %d pages of new posts; the older ones are left", most))
			break
		}
		asked[address] = true
		var page social.Page
		if page, askErr = r.ask(ctx, p, social.Request{URL: address, Key: start.Key}, of); ctx.Err() != nil {
			return read, posts, askErr, ctx.Err()
		}
		if askErr == nil && page.Hub != "" {
			if err := r.offer(ctx, page.Hub, page.Self, reply{}); err != nil {
				return read, posts, nil, err
			}
		}
		for _, note := range page.Notes {
			r.c.o.Log.Warn("read source", "source", r.s.ID, "note", note)
			clear = false
		}
		read += page.Read
		if p.Order == social.OldestFirst {
			slices.Reverse(page.Posts)
		}
		posts = append(posts, page.Posts...)
		if askErr != nil {
			break
		}
		if !deep {
			fresh, err := r.fresh(ctx, postLeads(page.Posts, p, r.s))
			if err != nil {
				return read, posts, nil, err
			}
			if !fresh {
				break
			}
		}
		address = page.Next
	}
	if askErr != nil {
		r.missed = r.missed || read > 0
		r.c.o.Log.Warn("read source", "source", r.s.ID, "err", askErr)
		if read > 0 && !blocking(askErr) {
			askErr, clear = nil, false // the rest comes with the next visit
		}
	}
	leads := postLeads(posts, p, r.s)
	for i := range leads {
		leads[i].mark = place + leads[i].mark
	}
	if err := r.take(ctx, leads); err != nil || !clear || r.pause != nil || askErr != nil {
		return read, posts, askErr, err
	}
	return read, posts, nil, r.absent(ctx, place, posts, leads)
}

// blocking reports whether an error is one that a person must look at.
func blocking(err error) bool {
	var f *social.Fault
	return refused(err) || errors.As(err, &f) && f.Why != social.Trouble
}

// fresh reports whether a lead is not known yet.
func (r *round) fresh(ctx context.Context, leads []lead) (bool, error) {
	ids := make([]string, len(leads))
	for i := range leads {
		ids[i] = leads[i].id(r.s, r.voices.own)
	}
	rows, err := r.c.o.Store.Seen(ctx, ids)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(ids, func(id string) bool { _, known := rows[id]; return !known }), nil
}

// replies asks for the comments of a post when it has other ones than last
// time.
func (r *round) replies(ctx context.Context, p *social.Platform, post *social.Post) (askErr, err error) {
	key := id("replies", r.s.ID, post.ID, post.URL)
	rows, err := r.c.o.Store.Seen(ctx, []string{key})
	if err != nil {
		return nil, err
	}
	row, known := rows[key]
	if known && row.Mark == mark(post.ReplyMark) || r.threads >= r.c.o.PerThreads {
		return nil, nil
	}
	r.threads++
	if !known {
		row = Seen{ID: key, Source: r.s.ID, First: r.now}
	}
	r.unsure = false
	_, _, askErr, err = r.list(ctx, p, *post.Replies, post, replyPages, row.Mark == "")
	if err != nil || askErr != nil || r.unsure {
		return askErr, err
	}
	row.Mark, row.Checked = mark(post.ReplyMark), r.now
	return nil, r.c.o.Store.MarkSeen(ctx, []Seen{row})
}

// ask puts one question to a platform and reads the answer.
func (r *round) ask(ctx context.Context, p *social.Platform, q social.Request, of *social.Post) (page social.Page, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%s: the reader panicked: %v", p.Name, v)
		}
		result := "ok"
		if err != nil {
			result = reason(err)
			var later *polite.RetryLater
			if errors.As(err, &later) {
				r.pause = err
			}
		}
		r.c.metrics.fetches.add(r.s.ID, result, 1)
	}()
	if r.pause != nil {
		return page, r.pause
	}
	h := http.Header{}
	h.Set("Accept", "application/json, application/atom+xml;q=0.9, text/html;q=0.8, */*;q=0.5")
	signed := q.Key && r.s.Token != "" && p.Sign != nil
	if signed {
		if wait := r.c.spend(r.s, r.now); wait > 0 {
			return page, quota(&social.Fault{Platform: p.Name, Why: social.Quota, After: wait, Message: "our own daily limit, quota:"})
		}
		p.Sign(h, string(r.s.Token))
	}
	rep, status, answer, err := r.c.net.call(ctx, http.MethodGet, q.URL, h, nil, signed)
	if err != nil {
		return page, err
	}
	if status < 200 || status > 299 {
		if p.Fault != nil {
			if err := p.Fault(status, rep.data, r.now); err != nil {
				return page, quota(err)
			}
		}
		if status == http.StatusUnauthorized && signed {
			return page, &social.Fault{Platform: p.Name, Why: social.Key, Status: status}
		}
		return page, &StatusError{bare(rep.url), status}
	}
	page, err = p.Read(rep.data, social.Options{URL: rep.url, Source: r.reading(nil).address(), Zone: r.c.zones[r.s.Zone], Now: r.now, Header: answer, Of: of})
	return page, quota(err)
}

// bare is an address without its query, for messages.
func bare(u *url.URL) string {
	c := *u
	c.RawQuery, c.Fragment = "", ""
	return c.String()
}

// A quotaError is a fault that says when to come back, which is what a
// RetryLater is for everybody else.
type quotaError struct {
	fault *social.Fault
	later *polite.RetryLater
}

func (e *quotaError) Error() string { return e.fault.Error() }

func (e *quotaError) Unwrap() []error { return []error{e.fault, e.later} }

func quota(err error) error {
	var f *social.Fault
	if errors.As(err, &f) && f.After > 0 {
		return &quotaError{f, &polite.RetryLater{Host: f.Platform, Status: http.StatusTooManyRequests, After: f.After}}
	}
	return err
}

// call makes one request that is no reading of a page: to a platform's
// interface, to a hub. With keyed set the owner of the host has given us a
// key, or asked to be called: robots.txt, which is for crawlers, does not
// apply, and no redirect is followed.
func (f *fetcher) call(ctx context.Context, method, address string, h http.Header, body io.Reader, keyed bool) (rep reply, status int, answer http.Header, err error) {
	if keyed {
		ctx = polite.WithKey(ctx)
	}
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return rep, 0, nil, err
	}
	req.Header = h
	client := &http.Client{Transport: f.transport}
	if keyed {
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	res, err := client.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) { // it repeats the address, with the query
			err = u.Err
		}
		return rep, 0, nil, err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		return rep, 0, nil, err
	}
	return reply{url: res.Request.URL, data: data}, res.StatusCode, res.Header, nil
}

// defaultQuota is how many questions with one key are asked in a day. Google
// gives 10,000 units to a key; some are left for others who use it.
const defaultQuota = 8000

// A purse counts what was asked with each key since midnight, Pacific time.
type purse struct {
	mu    sync.Mutex
	day   string
	spent map[Secret]int
}

// spend counts a question; when the day's are used up, it returns how long
// to wait.
func (c *Crawler) spend(s Source, now time.Time) time.Duration {
	c.purse.mu.Lock()
	defer c.purse.mu.Unlock()
	local := now.In(social.QuotaZone)
	if day := local.Format(time.DateOnly); day != c.purse.day {
		c.purse.day, c.purse.spent = day, map[Secret]int{}
	}
	limit := s.Quota
	if limit == 0 {
		limit = defaultQuota
	}
	if c.purse.spent[s.Token] >= limit {
		return time.Date(local.Year(), local.Month(), local.Day()+1, 0, 1, 0, 0, social.QuotaZone).Sub(now)
	}
	c.purse.spent[s.Token]++
	return 0
}

// What a visit reads of a stream.
const (
	streamBatch = 1 << 20           // bytes of events read together
	streamMost  = 512 << 20         // bytes in one visit
	streamFor   = 4 * time.Minute   // real time in one visit
	streamQuiet = 10 * time.Second  // without an event: caught up
	streamBack  = 12 * time.Hour    // how far back an old cursor is followed
	streamFirst = 5 * time.Minute   // the first visit begins so long ago
	streamEvent = int64(512 * 1024) // largest event
)

// eventTime is the time of an event, in microseconds.
func eventTime(data []byte) int64 {
	var e struct {
		TimeUS int64 `json:"time_us"`
	}
	_ = json.Unmarshal(data, &e) // the reader says what is wrong with it
	return e.TimeUS
}

// stream reads a Jetstream from the last cursor to the present. The cursor is
// kept as the visit's validator.
func (r *round) stream(ctx context.Context, v *Visit, p *social.Platform, start social.Request) (o outcome, rep reply, err error) {
	began := r.now
	cursor := began.Add(-streamFirst).UnixMicro()
	if last, err := strconv.ParseInt(v.ETag, 10, 64); err == nil && v.URL == r.s.URL {
		cursor = max(last, began.Add(-streamBack).UnixMicro())
	}
	u, err := url.Parse(start.URL)
	if err != nil {
		return outcome{err: err}, rep, nil
	}
	q := u.Query()
	q.Set("cursor", strconv.FormatInt(cursor, 10))
	u.RawQuery = q.Encode()
	sctx, cancel := context.WithTimeout(ctx, streamFor)
	defer cancel()
	conn, res, err := websocket.Dial(sctx, u.String(), &websocket.DialOptions{HTTPClient: &http.Client{Transport: r.c.net.transport.Stream()}})
	if err != nil {
		if ctx.Err() != nil {
			return o, rep, ctx.Err()
		}
		if res != nil && res.StatusCode >= 400 {
			err = &StatusError{bare(u), res.StatusCode}
		}
		r.c.metrics.fetches.add(r.s.ID, reason(err), 1)
		return outcome{err: err}, rep, nil
	}
	defer conn.CloseNow()
	conn.SetReadLimit(streamEvent)
	var batch []byte
	total := 0
	var posts, gone []social.Post
	flush := func() {
		page, err := p.Read(batch, social.Options{Source: r.reading(nil).address(), Zone: r.c.zones[r.s.Zone], Now: r.now})
		batch = batch[:0]
		if err != nil {
			r.c.o.Log.Warn("read source", "source", r.s.ID, "err", err)
		}
		o.leads += page.Read
		posts, gone = append(posts, page.Posts...), append(gone, page.Gone...)
		if last, err := strconv.ParseInt(page.Last, 10, 64); err == nil {
			cursor = max(cursor, last)
		}
	}
	var readErr error
	for total < streamMost && cursor < began.UnixMicro() {
		quiet, stop := context.WithTimeout(sctx, streamQuiet)
		_, data, err := conn.Read(quiet)
		stop()
		if err != nil {
			readErr = err
			break
		}
		total += len(data)
		batch = append(append(batch, data...), '\n')
		if len(batch) >= streamBatch || eventTime(data) >= began.UnixMicro() {
			flush()
		}
	}
	flush()
	if ctx.Err() != nil {
		return o, rep, ctx.Err()
	}
	_ = conn.Close(websocket.StatusNormalClosure, "")
	r.c.metrics.fetches.add(r.s.ID, "ok", 1)
	if readErr != nil && o.leads == 0 && !errors.Is(readErr, context.DeadlineExceeded) {
		return outcome{err: fmt.Errorf("bluesky: the stream ended: %w", readErr)}, rep, nil
	}
	rep.etag = strconv.FormatInt(cursor, 10)
	if err := r.take(ctx, postLeads(posts, p, r.s)); err != nil {
		return o, rep, err
	}
	return o, rep, r.withdraw(ctx, goneLeads(gone, p, r.s))
}
