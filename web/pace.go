package web

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// How often one may ask in a minute: more than anybody reads, and less than
// makes the pages slow for others.
const (
	paceProgram = 600  // with a token
	pacePerson  = 3000 // signed in
	paceAnyone  = 600  // from one address
)

// pace counts requests by the minute, of each person, token owner or address.
type pace struct {
	mu     sync.Mutex
	minute time.Time
	counts map[string]int
}

// wait counts a request and says how long to wait when there were too many.
func (p *pace) wait(v visitor, r *http.Request, now time.Time) time.Duration {
	if strings.HasPrefix(r.URL.Path, "/static/") || r.URL.Path == "/livez" || r.URL.Path == "/readyz" {
		return 0
	}
	who, most := peer(r), paceAnyone
	switch {
	case v.user != nil && v.program:
		who, most = "token of "+v.user.Name, paceProgram
	case v.user != nil:
		who, most = "user "+v.user.Name, pacePerson
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if m := now.Truncate(time.Minute); !m.Equal(p.minute) || p.counts == nil || len(p.counts) > 100_000 {
		p.minute, p.counts = m, map[string]int{}
	}
	if p.counts[who]++; p.counts[who] > most {
		return p.minute.Add(time.Minute).Sub(now)
	}
	return 0
}
