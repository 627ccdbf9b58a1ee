package hooks

import (
	"errors"
	"fmt"
	"net"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestTrickle holds as many connections open as there are slots, with bodies
// that do not end: others are served meanwhile.
func TestTrickle(t *testing.T) {
	r := newRig(t)
	at, err := url.Parse(r.srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 * mostAtOnce {
		c, err := net.Dial("tcp", at.Host)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprintf(c, "POST /hooks/websub/ai-do-%d HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n<rss>", i)
	}
	time.Sleep(50 * time.Millisecond) // they have arrived
	body := comment(r.now, 1, "Khối tôi mất nước.")
	if code, said := r.send("POST", "/hooks/facebook/trang", body, "X-Hub-Signature-256", "sha256="+hex256(appSecret, body)); code != 200 {
		t.Errorf("a sender beside slow strangers: %d %s", code, said)
	}
}

// TestJunk sends what is nobody's, to addresses that do not exist and to one
// that does: what a hub pushes is taken all the same, and only where the junk
// comes from is shut out.
func TestJunk(t *testing.T) {
	r := newRig(t)
	if err := r.hub.Offered(t.Context(), "bao", "https://hub.example/", "https://bao.example/rss"); err != nil {
		t.Fatal(err)
	}
	sub := r.subs["bao"]
	path := "/hooks/websub/" + sub.Token
	push := func(from string) int {
		t.Helper()
		feed := `<rss version="2.0"><channel><title>Báo</title></channel></rss>`
		code, _ := r.send("POST", path, feed, "X-Hub-Signature", "sha256="+hex256(sub.Secret, feed), "X-Forwarded-For", from)
		return code
	}
	for _, from := range []string{"", "203.0.113.9"} { // through a proxy that does not say, and one that does
		codes := map[int]int{}
		for i := range 60 {
			code, _ := r.send("POST", "/hooks/websub/x"+strconv.Itoa(i), "rác", "X-Forwarded-For", from)
			codes[code]++
			code, _ = r.send("POST", path, "rác", "X-Hub-Signature", "sha256=00", "X-Forwarded-For", from)
			codes[code]++
		}
		want := map[int]int{410: 60, 202: 60}
		if from != "" {
			want = map[int]int{410: mostStray / 2, 202: mostStray / 2, 429: 120 - mostStray}
		}
		if fmt.Sprint(codes) != fmt.Sprint(want) {
			t.Errorf("junk from %q: %v, want %v", from, codes, want)
		}
		if code := push("198.51.100.7"); code != 202 {
			t.Errorf("a push after junk from %q: %d", from, code)
		}
	}
	if code := push("198.51.100.8, 203.0.113.9"); code != 429 {
		t.Errorf("a push from where junk comes: %d", code)
	}
	// What is signed is counted, for all hubs together.
	limited := 0
	for range 50 {
		if push("198.51.100.7") == 429 {
			limited++
		}
	}
	if limited != 12 { // 40 a minute, two came before
		t.Errorf("%d of 50 pushes refused, want 12", limited)
	}
	if n := strings.Count(r.logged(), "does not fit"); n > mostFailed {
		t.Errorf("%d lines about strangers", n)
	}
}

// Success and what is dropped look the same.
func TestDroppedLooksTaken(t *testing.T) {
	r := newRig(t)
	if err := r.hub.Offered(t.Context(), "bao", "https://hub.example/", "https://bao.example/rss"); err != nil {
		t.Fatal(err)
	}
	sub := r.subs["bao"]
	var said []string
	for _, signature := range []string{"sha256=" + hex256(sub.Secret, "<rss/>"), "sha256=00"} {
		q := httptest.NewRequest("POST", "/hooks/websub/"+sub.Token, strings.NewReader("<rss/>"))
		q.Header.Set("X-Hub-Signature", signature)
		w := httptest.NewRecorder()
		r.srv.Config.Handler.ServeHTTP(w, q)
		said = append(said, fmt.Sprint(w.Code, w.Result().Header, w.Body))
	}
	if said[0] != said[1] || !strings.Contains(said[0], "no-store") {
		t.Errorf("taken %q, dropped %q", said[0], said[1])
	}
}

func TestPeer(t *testing.T) {
	for _, c := range [][3]string{
		{"203.0.113.9:4711", "198.51.100.1", "203.0.113.9"}, // a stranger does not choose its address
		{"127.0.0.1:4711", "198.51.100.1, 203.0.113.9", "203.0.113.9"},
		{"[::1]:4711", " 2001:db8:1:2:3::4 ", "2001:db8:1:2::"},
		{"172.18.0.2:4711", "203.0.113.9", "203.0.113.9"},
		{"172.18.0.2:4711", "", ""},
		{"127.0.0.1:4711", "ai biết", ""},
		{"@", "", ""}, // a Unix socket
		{"[2001:db8:1:2:3::4]:4711", "", "2001:db8:1:2::"},
	} {
		r := httptest.NewRequest("POST", "/", nil)
		r.RemoteAddr = c[0]
		r.Header.Set("X-Forwarded-For", c[1])
		if got := peer(r); got != c[2] {
			t.Errorf("%s through %q: %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

// TestLobby: no address fills the lobby, and more addresses than are
// remembered shut nobody out.
func TestLobby(t *testing.T) {
	l := lobby{of: map[string]int{}, strays: map[string]*bucket{}}
	in := 0
	for range mostOfPeer + 3 {
		if l.enter("a") == nil {
			in++
		}
	}
	if in != mostOfPeer || l.enter("b") != nil {
		t.Errorf("%d bodies of one address on their way, want %d and room for others", in, mostOfPeer)
	}
	for l.all < mostArriving {
		if err := l.enter(""); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.enter("c"); !errors.Is(err, errBusy) {
		t.Errorf("a full lobby: %v", err)
	}
	l.leave("b")
	for range mostOfPeer {
		l.leave("a")
	}
	for l.all > 0 {
		l.leave("")
	}
	if len(l.of) != 0 {
		t.Errorf("left over: %v", l.of)
	}
	for i := range 2 * mostBuckets {
		l.stray(strconv.Itoa(i))
	}
	if len(l.strays) != mostBuckets {
		t.Errorf("%d addresses remembered, want %d", len(l.strays), mostBuckets)
	}
	if err := l.enter("new"); err != nil {
		t.Errorf("one more address: %v", err)
	}
}
