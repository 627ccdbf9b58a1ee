package crawler

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"langnghe/crawler/page"
	"langnghe/crawler/polite"
	"langnghe/crawler/social"
	"langnghe/internal/news"
)

// A tally is what became of a visit's leads, for a listing that works says
// nothing of the articles behind it.
type tally struct {
	wanted int  // leads whose article is a page of its own
	read   int  // pages read that were not before
	whole  int  // leads that the listing carried whole
	known  bool // something listed has been read before

	failed  int   // pages and leads that could not be read
	fresh   int   // of them, those that failed for the first time
	refused int   // of them, those that we are kept out of
	last    error // why the last one failed, without its address
}

// How many articles in a row must fail before it is the site's doing: of a
// source that has been read before, different ones, for a single broken page
// is no fault of the source, and twice as many when they merely have no text,
// as videos and pictures have none; else any, tried twice or refused once.
const (
	mostUnread  = 3
	mostNothing = 2
)

// fail notes an article that could not be read.
func (t *tally) fail(err error, fresh bool) {
	t.failed++
	if fresh {
		t.fresh++
	}
	if refused(err) {
		t.refused++
	}
	t.last = unnamed(err)
}

// failed notes that a page could not be read. Looks for edits are no sign
// either way: pages are taken down, and old ones may stay open when new ones
// ask for a sign-in.
func (r *round) failed(err error, row Seen, first bool) {
	if row.Hash != "" || row.Item != "" {
		return
	}
	r.c.metrics.unread.add(r.s.ID, reason(err), 1)
	r.tally.fail(err, first)
}

// ownText reports whether what a source lists is writing. Posts may be
// pictures.
func (r *round) ownText() bool { return r.s.Kind != "forum" && social.Platforms[r.s.Kind] == nil }

// into adds a visit's tally to what is known of the source.
func (t *tally) into(v *Visit, now time.Time) {
	switch {
	case t.read > 0 || t.wanted == 0 && t.whole > 0:
		v.Unread = Unread{}
		return
	case t.failed == 0:
		return
	}
	u := &v.Unread
	if u.Pages == 0 {
		u.Since = now.UTC()
	}
	nothing := !t.known && t.whole == 0 // that it lists has ever been read
	if nothing {
		u.Pages += t.failed
	} else {
		u.Pages += t.fresh
	}
	all := t.refused == t.failed
	start := v.State == stateNew || v.State == ""
	most := mostUnread
	if noText(t.last) {
		most *= 2
	}
	switch {
	case u.State == stateBlocked && !all:
		u.State = stateDegraded // and stays so: the two do not take turns
	case u.State != "":
	case u.Pages >= most, nothing && (start || all || u.Pages >= mostNothing):
		u.State = stateDegraded
		if all {
			u.State = stateBlocked
		}
	}
	why, since := explain(t.last), u.Since.In(local)
	u.Why = news.Text{
		VI: fmt.Sprintf("Đọc được danh sách nhưng từ %s không đọc được bài nào. %s", since.Format("15:04 02/01/2006"), why.VI),
		EN: fmt.Sprintf("The listing is read, but no article since %s: %s", since.Format("2 Jan 2006 15:04"), why.EN),
	}
}

// noText reports whether a page could be had and says nothing.
func noText(err error) bool { return errors.Is(err, errNoText) || errors.Is(err, page.ErrNoText) }

// unnamed is an error of a page without the page's address, which may name an
// author: the host stands for it.
func unnamed(err error) error {
	var status *StatusError
	var f *polite.Forbidden
	var l *polite.TooLarge
	var u *url.Error
	var later *polite.RetryLater
	var fault *social.Fault
	switch {
	case errors.As(err, &fault):
		return err // it has words of its own
	case errors.As(err, &later):
		return later // it names the host alone
	case errors.As(err, &status):
		return &StatusError{host(status.URL), status.Code}
	case errors.As(err, &f):
		return &polite.Forbidden{URL: host(f.URL), Why: f.Why, Err: f.Err}
	case errors.As(err, &l):
		return &polite.TooLarge{URL: host(l.URL), Limit: l.Limit}
	case errors.As(err, &u):
		return fmt.Errorf("%s: %w", host(u.URL), u.Err)
	}
	return err
}
