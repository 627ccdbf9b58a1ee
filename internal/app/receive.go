package app

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"langnghe/crawler"
	"langnghe/crawler/hooks"
	"langnghe/crawler/websub"
	"langnghe/internal/store"
)

// serves reports whether this process has a listener on which others can
// send: the desk's, or one of its own.
func (b *builder) serves() bool {
	return b.opts.Config.Receive.Listen != "" || b.opts.Listen != "" && slices.Contains(b.opts.Roles, "desk")
}

// hubs prepares the subscriptions of feeds that are pushed; nil when there is
// no address at which a hub could reach us. c is set once the crawler is
// there.
func (b *builder) hubs(s *store.Crawler, c **crawler.Crawler) (*websub.Subscriber, error) {
	cfg := &b.opts.Config
	if !cfg.Push() || !b.serves() {
		return nil, nil
	}
	callback, err := hooks.Callback(cfg.Public())
	if err != nil {
		return nil, fmt.Errorf("receive: %w", err)
	}
	o := websub.Options{
		Store: s, Callback: callback, Now: b.now, Log: b.log.With("component", "websub"),
		Post: func(ctx context.Context, hub string, form url.Values) (int, error) {
			return (*c).PostForm(ctx, hub, form)
		},
	}
	for _, src := range cfg.Sources {
		o.Sources = append(o.Sources, src.ID)
	}
	return websub.New(o)
}

// receive serves /hooks/ on the desk's listener, when the desk is here, and
// on one of its own.
func (b *builder) receive(c *crawler.Crawler, hub *websub.Subscriber) error {
	cfg := b.opts.Config.Receive
	if !b.serves() {
		return nil
	}
	h, err := hooks.New(hooks.Options{
		Sources: b.opts.Config.Sources, Partners: cfg.Partners, Deliver: c.Deliver, Take: c.Fetch, Hub: hub, Off: b.off.on,
		Now: b.now, Log: b.log.With("component", "hooks"), Metrics: b.reg,
	})
	if err != nil {
		return err
	}
	b.part("hooks", h.Run)
	if hub != nil {
		b.every("websub", time.Minute, func(ctx context.Context) error {
			if b.off.on() {
				return nil // no hub is asked to push
			}
			return hub.Tick(ctx)
		})
	}
	b.hooks = h.Handler()
	if cfg.Listen == "" {
		return nil
	}
	l, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return fmt.Errorf("receive: listen on %s: %w", cfg.Listen, err)
	}
	b.part("hooks listener", func(ctx context.Context) error { return serveHTTP(ctx, l, b.hooks) })
	return nil
}

// withHooks puts what others send to in front of the desk's pages.
func (b *builder) withHooks(pages http.Handler) http.Handler {
	if b.hooks == nil {
		return pages
	}
	mux := http.NewServeMux()
	mux.Handle("/hooks/", b.hooks)
	mux.Handle("/", pages)
	return mux
}
