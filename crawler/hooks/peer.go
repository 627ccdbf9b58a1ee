package hooks

import (
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	mostArriving = 64 // bodies on their way or waiting for a slot, of all together: 128 MiB at most
	mostOfPeer   = 8  // of these from one address
	mostStray    = 30 // requests a minute of one address that were nobody's
)

// peer is the address that a request comes from: behind a proxy of ours, the
// one that the proxy saw. It is empty when a proxy does not say, for then
// strangers and senders look the same.
func peer(r *http.Request) string {
	h, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		h = r.RemoteAddr
	}
	ip := net.ParseIP(h)
	if ip == nil || ip.IsLoopback() || ip.IsPrivate() {
		through := r.Header.Get("X-Forwarded-For")
		ip = net.ParseIP(strings.TrimSpace(through[strings.LastIndexByte(through, ',')+1:]))
	}
	switch {
	case ip == nil:
		return ""
	case ip.To4() == nil: // a household or a rented machine has a whole /64
		return ip.Mask(net.CIDRMask(64, 128)).String()
	}
	return ip.String()
}

// A lobby is where bodies arrive before they are anybody's. Nobody can fill
// it alone.
type lobby struct {
	mu     sync.Mutex
	all    int
	of     map[string]int
	strays map[string]*bucket
}

// enter lets a request in, or says why not. leave is to be called then.
func (l *lobby) enter(peer string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b := l.strays[peer]; peer != "" && (l.of[peer] >= mostOfPeer || b != nil && b.n >= mostStray && time.Since(b.minute) < time.Minute) {
		return errOften
	}
	if l.all >= mostArriving {
		return errBusy
	}
	if l.all++; peer != "" {
		l.of[peer]++
	}
	return nil
}

func (l *lobby) leave(peer string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all--
	if n := l.of[peer]; n > 1 {
		l.of[peer] = n - 1
	} else {
		delete(l.of, peer)
	}
}

// stray charges a request that was nobody's to the address it came from. Of
// more addresses than can be remembered some go free.
func (l *lobby) stray(peer string) {
	if peer == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	b := l.strays[peer]
	if b == nil && len(l.strays) >= mostBuckets {
		for k, old := range l.strays {
			if now.Sub(old.minute) >= time.Minute {
				delete(l.strays, k)
			}
		}
		if len(l.strays) >= mostBuckets {
			return
		}
	}
	if b == nil || now.Sub(b.minute) >= time.Minute {
		b = &bucket{minute: now}
		l.strays[peer] = b
	}
	b.n++
}
