package web

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"langnghe/review"
)

// How the event stream paces itself.
const (
	pollEvery  = 200 * time.Millisecond // a glance at the version; without one, every fifth is a look
	beatEvery  = 20 * time.Second       // below the timeouts of proxies
	fullLook   = 50                     // every so many polls
	hubLooksAt = 200                    // entries, highest level first
	hubKeeps   = 4096                   // ids that have been announced
)

// A hub watches the inbox while browsers listen and numbers the entries as
// they come, so that each page can be told how many it has not seen. The
// desk keeps no cursor of arrivals; the hub needs none, because a page that
// was opened before a restart is told to look again.
type hub struct {
	inbox   func(context.Context, review.InboxQuery) (review.Inbox, error)
	version func() int64 // may be nil
	log     *slog.Logger
	boot    string // marks of another process are not comparable

	mu        sync.Mutex
	listeners map[chan struct{}]bool
	stop      context.CancelFunc // of the watch, while somebody listens
	fresh     bool               // the watch has looked since it started
	begun     bool               // some watch has looked
	seen      map[string]int     // entry → number of its arrival; 0 was there before
	seq       int
	last      review.Inbox
}

func newHub(inbox func(context.Context, review.InboxQuery) (review.Inbox, error), version func() int64, log *slog.Logger) *hub {
	return &hub{inbox: inbox, version: version, log: log, boot: newID()[:6], listeners: map[chan struct{}]bool{}, seen: map[string]int{}}
}

// mark says what a page that is built now has seen.
func (h *hub) mark() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.listeners) == 0 {
		return h.boot + ".new" // nobody watches: the first look of the watch is the mark
	}
	return h.boot + "." + strconv.Itoa(h.seq)
}

// An inboxEvent is what a listening page learns.
type inboxEvent struct {
	New    int    `json:"new"`  // entries that the page has not seen
	Open   int    `json:"open"` // undecided ones in all
	Levels [5]int `json:"levels"`
	Text   string `json:"text"` // of New, in the language of the page
	Left   string `json:"left"` // of Open
	Stale  bool   `json:"stale,omitempty"`
}

// state counts for a page with the mark.
func (h *hub) state(mark string) (ev inboxEvent, now string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	ev = inboxEvent{Open: h.last.Open, Levels: h.last.ByLevel}
	boot, after, _ := strings.Cut(mark, ".")
	from := h.seq
	switch n, err := strconv.Atoi(after); {
	case boot != h.boot:
		ev.Stale = mark != ""
	case err == nil:
		from = n
	}
	for _, e := range h.last.Entries {
		if h.seen[e.ID] > from {
			ev.New++
		}
	}
	return ev, h.boot + "." + strconv.Itoa(from)
}

// listen returns a channel that is ready when the inbox changed. The watch
// runs as long as somebody listens.
func (h *hub) listen() (changed chan struct{}, leave func()) {
	changed = make(chan struct{}, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.listeners[changed] = true
	if h.fresh {
		changed <- struct{}{} // where it stands now
	}
	if len(h.listeners) == 1 {
		ctx, cancel := context.WithCancel(context.Background())
		h.stop = cancel
		go h.watch(ctx)
	}
	return changed, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.listeners, changed)
		if len(h.listeners) == 0 {
			h.stop()
			h.fresh = false
		}
	}
}

func (h *hub) watch(ctx context.Context) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	last := int64(-1)
	for n := 0; ; n++ {
		now := int64(n / 5)
		if h.version != nil {
			now = h.version()
		}
		if full := n%fullLook == 0; full || now != last {
			h.look(ctx, full)
		}
		last = now
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// look reads the inbox and wakes the listeners when it changed. Mostly it
// asks for the counts alone and for the entries only when those moved; a full
// look now and then finds an entry that came in the second in which another
// was decided.
func (h *hub) look(ctx context.Context, full bool) {
	read := func(limit int) (review.Inbox, bool) {
		in, err := h.inbox(ctx, review.InboxQuery{Limit: limit})
		if err != nil && ctx.Err() == nil {
			h.log.Warn("watch inbox", "err", err)
		}
		return in, err == nil && ctx.Err() == nil
	}
	if !full {
		in, ok := read(1)
		if !ok {
			return
		}
		h.mu.Lock()
		same := h.fresh && in.Open == h.last.Open && in.ByLevel == h.last.ByLevel
		h.mu.Unlock()
		if same {
			return
		}
	}
	in, ok := read(hubLooksAt)
	if !ok {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if ctx.Err() != nil {
		return // the last listener left meanwhile
	}
	changed := !h.fresh || in.Open != h.last.Open || in.ByLevel != h.last.ByLevel
	if len(h.seen) > hubKeeps {
		clear(h.seen)
		h.begun = false
	}
	for _, e := range in.Entries {
		if _, ok := h.seen[e.ID]; ok {
			continue
		}
		if h.begun {
			h.seq++
			h.seen[e.ID] = h.seq
			changed = true
		} else {
			h.seen[e.ID] = 0
		}
	}
	h.last, h.begun, h.fresh = in, true, true
	if !changed {
		return
	}
	for c := range h.listeners {
		select {
		case c <- struct{}{}:
		default: // it will look anyway
		}
	}
}

// events streams what changed in the inbox. The page says in "after" what it
// has seen; a browser that reconnects says it in Last-Event-ID.
func (s *server) events(w http.ResponseWriter, r *http.Request) error {
	t := visitorOf(r).t
	mark := r.FormValue("after")
	if last := r.Header.Get("Last-Event-ID"); last != "" {
		mark = last
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	out := http.NewResponseController(w)
	_ = out.SetReadDeadline(time.Time{}) // the stream outlives the timeouts of pages; not every writer has them
	_ = out.SetWriteDeadline(time.Time{})
	hub := s.hubOf(by(r))
	changed, leave := hub.listen()
	defer leave()
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	if _, err := fmt.Fprint(w, "retry: 2000\n\n"); err != nil {
		return nil
	}
	_ = out.Flush()
	for {
		select {
		case <-r.Context().Done():
			return nil
		case <-beat.C:
			// The session may have ended since; its stream ends with it.
			if v, err := s.visitor(r); err != nil || !judges.has(v.user) {
				return nil
			}
			if _, err := fmt.Fprint(w, ": beat\n\n"); err != nil {
				return nil
			}
		case <-changed:
			var ev inboxEvent
			ev, mark = hub.state(mark)
			ev.Text, ev.Left = t.N("inbox.new", ev.New), t.N("inbox.open", ev.Open)
			raw, err := json.Marshal(ev)
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(w, "id: %s\nevent: inbox\ndata: %s\n\n", mark, raw); err != nil {
				return nil
			}
		}
		if err := out.Flush(); err != nil {
			return nil
		}
	}
}
