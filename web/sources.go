package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"langnghe/crawler"
	"langnghe/review"
)

type sourcesPage struct {
	frame
	Off     bool
	Sources []crawler.Status
	Bad     int
	URL     string
	Result  *crawler.FetchResult
	Problem string
	Hooks   map[string]string
}

// trouble orders the states by how much they need a person.
var trouble = []string{"blocked", "silent", "degraded", "empty", "new", "ok"}

func (s *server) sources(w http.ResponseWriter, r *http.Request) error {
	return s.sourcesPage(w, r, http.StatusOK, sourcesPage{})
}

func (s *server) sourcesPage(w http.ResponseWriter, r *http.Request, status int, p sourcesPage) error {
	p.frame = s.frame(r, visitorOf(r).t.T("sources.title"))
	p.Hooks = s.Hooks
	if s.Sources == nil {
		p.Off = true
		return s.renderStatus(w, r, status, "sources", p)
	}
	var err error
	if p.Sources, err = s.allSources(r.Context()); err != nil {
		return err
	}
	for _, x := range p.Sources {
		if x.State != "ok" && x.State != "new" {
			p.Bad++
		}
	}
	return s.renderStatus(w, r, status, "sources", p)
}

// allSources lists the sources, those first that need a person.
func (s *server) allSources(ctx context.Context) ([]crawler.Status, error) {
	if s.Sources == nil {
		return nil, errOff
	}
	all, err := s.Sources(ctx)
	if err != nil {
		return nil, fmt.Errorf("sources: %w", err)
	}
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b crawler.Status) int {
		return slices.Index(trouble, a.State) - slices.Index(trouble, b.State)
	})
	return all, nil
}

// namesFor is how long the names of sources are remembered.
const namesFor = time.Minute

// sourceNames remembers what the sources are called; items carry their ids.
type sourceNames struct {
	mu    sync.Mutex
	names map[string]string
	hosts map[string]bool // of their addresses, without www.
	until time.Time
}

// sourceName is the name of a source for people, or its id when the crawler
// does not know it or does not answer.
func (s *server) sourceName(id string) string {
	n := &s.named
	n.mu.Lock()
	defer n.mu.Unlock()
	s.learn(n)
	if name := n.names[id]; name != "" {
		return name
	}
	return id
}

// watched reports whether a host is that of a source, or under one.
func (s *server) watched(host string) bool {
	n := &s.named
	n.mu.Lock()
	defer n.mu.Unlock()
	s.learn(n)
	for {
		if n.hosts[host] {
			return true
		}
		_, rest, ok := strings.Cut(host, ".")
		if !ok {
			return false
		}
		host = rest
	}
}

// learn asks the crawler again when what is remembered is old; n is locked.
func (s *server) learn(n *sourceNames) {
	if s.Sources != nil && !s.Clock().Before(n.until) {
		n.until = s.Clock().Add(namesFor)
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		all, err := s.Sources(ctx)
		if err != nil {
			s.Log.Warn("names of sources", "err", err)
		} else {
			n.names, n.hosts = map[string]string{}, map[string]bool{}
			for _, x := range all {
				n.names[x.Source.ID] = x.Source.Name
				if u, err := url.Parse(x.Source.URL); err == nil && strings.Contains(u.Hostname(), ".") {
					n.hosts[strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")] = true
				}
			}
		}
	}
}

// fetch takes in a link that somebody pasted.
func (s *server) fetch(w http.ResponseWriter, r *http.Request) error {
	p := sourcesPage{URL: strings.TrimSpace(r.FormValue("url"))}
	res, err := s.takeLink(r.Context(), p.URL, by(r))
	if text, ok := refused(err, visitorOf(r).t); ok {
		p.Problem = text
		return s.sourcesPage(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	p.Result = &res
	return s.sourcesPage(w, r, http.StatusOK, p)
}

// takeLink has the crawler read an address of the web now.
func (s *server) takeLink(ctx context.Context, link string, by review.User) (res crawler.FetchResult, err error) {
	if s.Fetch == nil {
		return res, errOff
	}
	link = strings.TrimSpace(link)
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return res, &problem{status: http.StatusUnprocessableEntity, key: "sources.bad_url", field: "url", code: "url"}
	}
	if res, err = s.Fetch(ctx, crawler.FetchRequest{URL: link, By: by.Name}); err != nil {
		return res, fmt.Errorf("fetch: %w", err)
	}
	return res, nil
}
