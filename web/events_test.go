package web

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"langnghe/review"
)

// A stream is an open event stream, read event by event.
type stream struct {
	t      *testing.T
	events chan [2]string // id and data
	close  func()
}

func listen(t *testing.T, s *site, base, query string, header ...string) *stream {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, "GET", base+"/events"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(s.as("lan"))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if got := resp.Header.Get("Content-Type"); resp.StatusCode != 200 || got != "text/event-stream" {
		t.Fatalf("events: %d %s", resp.StatusCode, got)
	}
	st := &stream{t, make(chan [2]string, 16), func() { cancel(); _ = resp.Body.Close() }}
	t.Cleanup(st.close)
	go func() {
		defer close(st.events)
		var id string
		for sc := bufio.NewScanner(resp.Body); sc.Scan(); {
			if v, ok := strings.CutPrefix(sc.Text(), "id: "); ok {
				id = v
			}
			if v, ok := strings.CutPrefix(sc.Text(), "data: "); ok {
				st.events <- [2]string{id, v}
			}
		}
	}()
	return st
}

// until reads events until one fits; they may come in between.
func (st *stream) until(what string, fit func(inboxEvent) bool) (id string, ev inboxEvent) {
	st.t.Helper()
	deadline := time.After(5 * time.Second)
	for {
		select {
		case e, ok := <-st.events:
			if !ok {
				st.t.Fatalf("stream ended before %s", what)
			}
			ev = inboxEvent{}
			if err := json.Unmarshal([]byte(e[1]), &ev); err != nil {
				st.t.Fatal(err)
			}
			if fit(ev) {
				return e[0], ev
			}
		case <-deadline:
			st.t.Fatalf("no event: %s; last %+v", what, ev)
		}
	}
}

func (d *fakeDesk) arrive(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for range n {
		e := seeds[1].entry()
		e.ID = newID()
		d.entries = append(d.entries, e)
	}
}

// TestEvents: an open page hears within a second or two of what came, a page
// opened later counts from its own start, and one that lost its connection
// goes on counting.
func TestEvents(t *testing.T) {
	s := newSite(t)
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close) // after the streams, which are cleaned up first
	mark := func() string {
		m := regexp.MustCompile(`data-mark="([^"]+)"`).FindStringSubmatch(s.do("lan", "GET", "/inbox", nil).Body.String())
		return m[1]
	}

	first := listen(t, s, srv.URL, "?after="+mark())
	_, ev := first.until("the start", func(inboxEvent) bool { return true })
	if ev.New != 0 || ev.Open != 8 || ev.Stale {
		t.Errorf("at the start %+v, want nothing new of 8", ev)
	}
	start := time.Now()
	s.desk.arrive(2)
	id, ev := first.until("two new", func(ev inboxEvent) bool { return ev.New == 2 })
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("told after %v", took)
	}
	if ev.Open != 10 || ev.Text != "2 mục mới" || ev.Left != "10 mục chờ" || ev.Levels[3] != 4 {
		t.Errorf("event %+v", ev)
	}

	second := listen(t, s, srv.URL, "?after="+mark())
	if _, ev := second.until("the start", func(inboxEvent) bool { return true }); ev.New != 0 || ev.Open != 10 {
		t.Errorf("a later page starts with %+v, want nothing new", ev)
	}
	first.close()
	s.desk.arrive(1)
	second.until("one new", func(ev inboxEvent) bool { return ev.New == 1 })

	again := listen(t, s, srv.URL, "?after=ignored", "Last-Event-ID", id)
	again.until("three new since its page", func(ev inboxEvent) bool { return ev.New == 3 && !ev.Stale })

	// What a colleague decides is new no more.
	if _, err := s.desk.Decide(t.Context(), review.DecideRequest{Entry: "e-khen", Choice: "stat", By: people[0]}); err != nil {
		t.Fatal(err)
	}
	again.until("fewer open", func(ev inboxEvent) bool { return ev.Open == 10 && ev.New == 3 })

	// A page of before a restart is told to look again.
	old := listen(t, s, srv.URL, "?after=abcdef.7")
	if _, ev := old.until("the start", func(inboxEvent) bool { return true }); !ev.Stale {
		t.Errorf("a mark of another process gives %+v, want stale", ev)
	}
}

// TestEventsWhileAway: what comes while nobody listens is counted for a page
// that was open before.
func TestEventsWhileAway(t *testing.T) {
	s := newSite(t)
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close) // after the streams, which are cleaned up first
	st := listen(t, s, srv.URL, "?after=")
	id, _ := st.until("the start", func(inboxEvent) bool { return true })
	st.close()
	time.Sleep(100 * time.Millisecond) // the server notices
	s.desk.arrive(3)
	back := listen(t, s, srv.URL, "", "Last-Event-ID", id)
	back.until("three new", func(ev inboxEvent) bool { return ev.New == 3 })
}

// TestEventsNotForOthers: only those who read the inbox hear of it.
func TestEventsNotForOthers(t *testing.T) {
	s := newSite(t)
	for _, u := range people {
		if u.Role == review.Reviewer || u.Role == review.Leader {
			continue
		}
		if w := s.do(u.Name, "GET", "/events", nil); w.Code != 403 {
			t.Errorf("%s: %d, want 403", u.Role, w.Code)
		}
	}
	if w := s.do("", "GET", "/events", nil); w.Code != 303 {
		t.Errorf("nobody: %d, want sign-in", w.Code)
	}
}

// TestHubForgets keeps the memory of the hub bounded.
func TestHubForgets(t *testing.T) {
	n := 0
	h := newHub(func(_ context.Context, q review.InboxQuery) (review.Inbox, error) {
		in := review.Inbox{Open: n}
		for i := range q.Limit {
			in.Entries = append(in.Entries, review.Entry{ID: fmt.Sprint(n, "-", i)})
		}
		n++
		return in, nil
	}, nil, nil)
	for range 60 {
		h.look(t.Context(), true)
	}
	if len(h.seen) > hubKeeps+hubLooksAt {
		t.Errorf("the hub remembers %d entries, want at most %d", len(h.seen), hubKeeps+hubLooksAt)
	}
}

// TestHubGlances: with a version the inbox is read when something changed, at
// once, and hardly ever otherwise.
func TestHubGlances(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var version atomic.Int64
		var reads atomic.Int32
		h := newHub(func(context.Context, review.InboxQuery) (review.Inbox, error) {
			reads.Add(1)
			return review.Inbox{Open: int(version.Load())}, nil
		}, version.Load, slog.New(slog.DiscardHandler))
		changed, leave := h.listen()
		defer leave()
		synctest.Wait()
		<-changed
		before := reads.Load()
		time.Sleep(5 * time.Second)
		if n := reads.Load() - before; n > 0 {
			t.Errorf("%d reads of an inbox that does not change", n)
		}
		began := time.Now()
		version.Add(1)
		<-changed
		if took := time.Since(began); took > pollEvery {
			t.Errorf("a change was told after %v", took)
		}
		leave()
		synctest.Wait()
	})
}
