// Package app builds the program from its stages and runs the chosen roles.
// It is the only package that imports every other one, so it is imported by
// cmd and by the end-to-end tests and by nothing else.
//
// [Run] reads top to bottom as the architecture: the bus, then the roles in
// the order in which an item flows, each with what it owns, what it hears
// and what it answers.
package app

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"

	"langnghe/alerts"
	"langnghe/crawler"
	"langnghe/crawler/hooks"
	"langnghe/crawler/polite"
	"langnghe/indexer"
	"langnghe/internal/bus"
	"langnghe/internal/calendar"
	"langnghe/internal/config"
	"langnghe/internal/news"
	"langnghe/internal/query"
	"langnghe/internal/reading"
	"langnghe/internal/store"
	"langnghe/official"
	"langnghe/official/paper"
	"langnghe/official/rumour"
	"langnghe/reports"
	"langnghe/review"
	"langnghe/review/draft"
	"langnghe/rules"
	"langnghe/rules/trend"
	"langnghe/web"
)

// Roles that one process can play, in the order of the flow. The default is
// all of them.
var Roles = []string{"crawler", "indexer", "rules", "desk", "alerts"}

// Options is what one process is told to do.
type Options struct {
	Config config.Config
	// ConfigFile is where Config was read from, for backups; may be empty.
	ConfigFile string
	DataDir    string   // all state lives under it
	Roles      []string // empty means all
	NATS       string   // server; empty means embedded, which needs all roles here
	Listen     string   // of the desk; empty means no web (commands)
	Version    string
	Log        *slog.Logger
	Now        func() time.Time // nil means time.Now

	// Manual leaves the crawler and the clockwork to the caller, who moves
	// them with Service.Step: the demo's replay and tests.
	Manual bool
	// Started is called once everything runs.
	Started func(*Service)
	// Progress is shown on top of every page while it reports not done.
	Progress func() (done bool, percent int, text news.Text)
	// Banner is shown on every page ("sample data").
	Banner news.Text
	// AlertPoll is how often the outbox of alerts is looked at; a replay
	// needs it short because its hours pass in milliseconds. Zero means 0.5s.
	AlertPoll time.Duration
}

// role names with their parts; see each build function below.
type builder struct {
	opts  Options
	log   *slog.Logger
	now   func() time.Time
	bus   *bus.Bus
	read  *reading.Reader
	days  *calendar.Calendar
	warn  []func() (news.Text, bool) // what people at the desk should know
	room  *room
	off   *offSwitch
	clock *clockWatch
	me    string      // this data folder among the processes on a server; "" without one
	leads func() bool // keeps the crawlers' state; nil without the role

	elsewhere elsewhere                                      // what the other processes of a split service warn of
	saves     map[string]func(context.Context, string) error // the databases of a backup, by file name
	reg       *prometheus.Registry
	parts     []part
	close     []func() error
	ready     map[string]func(context.Context) error
	svc       *Service
	hooks     http.Handler // /hooks/, nil when nothing is received
}

// A part runs until its context is done or it cannot go on.
type part struct {
	name string
	run  func(context.Context) error
}

// Run runs until ctx is done or a part fails. A failing part stops the
// others, and everything opened is closed in reverse order.
func Run(ctx context.Context, opts Options) (err error) {
	opts, err = complete(opts)
	if err != nil {
		return err
	}
	unlock, err := lock(opts.DataDir)
	if err != nil {
		return err
	}
	defer unlock()
	if err := finishRestore(opts.DataDir, opts.Log); err != nil {
		return err
	}
	if err := remember(opts.DataDir, opts.NATS); err != nil {
		return err
	}

	b := &builder{opts: opts, log: opts.Log, now: opts.Now, reg: prometheus.NewRegistry(), ready: map[string]func(context.Context) error{}, saves: map[string]func(context.Context, string) error{}}
	if b.days, err = opts.Config.Days(); err != nil {
		return err
	}
	if opts.NATS != "" {
		if b.me, err = b.identity(); err != nil {
			return err
		}
	}
	b.room = newRoom(opts.DataDir, opts.Config.Limits.MinFree(), b.reg)
	b.clock = newClockWatch(b.log.With("component", "clock"), b.reg)
	b.off = &offSwitch{file: b.path(OffFile)}
	b.warn = append(b.warn, b.room.warning, b.off.warning, func() (news.Text, bool) { return b.clock.warning(time.Now()) })
	b.reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	defer func() {
		for _, c := range slices.Backward(b.close) {
			err = errors.Join(err, c())
		}
	}()

	b.bus, err = bus.Open(ctx, bus.Options{URL: opts.NATS, Dir: filepath.Join(opts.DataDir, "stream"), Logger: opts.Log.With("component", "bus")})
	if err != nil {
		return err
	}
	b.close = append(b.close, b.bus.Close)
	b.ready["stream"] = b.bus.Ready
	b.svc = &Service{bus: b.bus, Data: opts.DataDir, now: opts.Now}
	if err := errors.Join(b.replay(ctx), b.declare(ctx), b.resume(ctx)); err != nil {
		if ctx.Err() != nil {
			return nil // being stopped while starting is not an error
		}
		return err
	}

	// Build everything, then start everything: a constructor that fails must
	// not leave half of the program running.
	if b.read, err = reading.NewWard(opts.Config.Profile, opts.Config.Khoi); err != nil {
		return err
	}
	for _, role := range []struct {
		name  string
		build func(context.Context) error
	}{
		{"crawler", b.crawler}, // sources → news.found
		{"indexer", b.indexer}, // news.found → index → news.indexed
		{"rules", b.rules},     // news.indexed → news.flagged
		{"desk", b.desk},       // news.flagged → people → alerts.due
		{"alerts", b.alerts},   // alerts.due → mailboxes
	} {
		if !slices.Contains(opts.Roles, role.name) {
			continue
		}
		if err := role.build(ctx); err != nil {
			return fmt.Errorf("%s: %w", role.name, err)
		}
	}
	b.part("disk", b.watchDisk)
	b.every("old copies", time.Hour, func(context.Context) error { return b.dropCopies(copiesFor) })
	b.part("clock", b.clock.run)
	kept, err := b.backups(b.saves)
	if err != nil {
		return err
	}
	b.warn = append(b.warn, kept.warning)
	b.every("backup", time.Minute, kept.tick)
	reply(b, AskBackup(opts.DataDir), kept.do)
	b.round(kept)
	b.others()
	reply(b, AskMetrics(opts.DataDir), b.numbers)
	reply(b, AskCondition(opts.DataDir), b.condition)
	b.part("socket", func(ctx context.Context) error { return b.bus.ServeSocket(ctx, SocketPath(opts.DataDir)) })
	b.metrics()
	b.deadMan()
	if err := b.monitoring(); err != nil {
		return err
	}

	g, ctx := errgroup.WithContext(ctx)
	for _, p := range b.parts {
		g.Go(func() error {
			err := p.run(ctx)
			if err == nil || ctx.Err() != nil && errors.Is(err, context.Canceled) {
				return nil // being stopped is not an error
			}
			return fmt.Errorf("%s: %w", p.name, err)
		})
	}
	if opts.Started != nil {
		opts.Started(b.svc)
	}
	return g.Wait()
}

// declare makes sure that every fact has its listeners before anything is
// published, so that none is missed by a role that starts later.
func (b *builder) declare(ctx context.Context) error {
	return errors.Join(
		bus.Declare(ctx, b.bus, found, "indexer-found"),
		bus.Declare(ctx, b.bus, indexed, "rules-indexed"),
		bus.Declare(ctx, b.bus, flagged, "desk-flagged"),
		bus.Declare(ctx, b.bus, due, "alerts-due"),
		bus.Declare(ctx, b.bus, decided, "rules-decided"),
		bus.Declare(ctx, b.bus, changed, "rules-official"),
		bus.Declare(ctx, b.bus, claimed, "desk-claimed"),
		bus.Declare(ctx, b.bus, health, "desk-health"),
		bus.Declare(ctx, b.bus, delivered, "desk-delivered"),
		bus.Declare(ctx, b.bus, audited, "desk-audited"),
		bus.Declare(ctx, b.bus, erased, "crawler-erased"),
		bus.Declare(ctx, b.bus, erased, "indexer-erased"),
		bus.Declare(ctx, b.bus, erased, "rules-erased"),
		bus.Declare(ctx, b.bus, erased, "desk-erased"),
		bus.Declare(ctx, b.bus, erased, "alerts-erased"),
	)
}

func (b *builder) part(name string, run func(context.Context) error) {
	b.parts = append(b.parts, part{name, run})
}

// hear runs handle for each fact of a topic.
func hear[T any](b *builder, t bus.Topic[T], durable string, handle func(context.Context, T) error) {
	b.part(durable, func(ctx context.Context) error { return bus.Consume(ctx, b.bus, t, durable, handle) })
}

// hearErased is hear for erasures. Copies from before an upgrade or a restore
// hold the item's words as well: each process lets go of those in its folder.
func hearErased(b *builder, durable string, handle func(context.Context, news.Erased) error) {
	hear(b, erased, durable, func(ctx context.Context, e news.Erased) error {
		return errors.Join(handle(ctx, e), b.dropCopies(0))
	})
}

// reply answers a question.
func reply[Q, A any](b *builder, q bus.Question[Q, A], f func(context.Context, Q) (A, error)) {
	b.part(q.Subject, func(ctx context.Context) error { return bus.Answer(ctx, b.bus, q, f) })
}

// every calls f each period until ctx is done; a failure is logged and tried
// again. A manual service is moved by Step instead.
func (b *builder) every(name string, period time.Duration, f func(context.Context) error) {
	if b.opts.Manual {
		b.svc.steps = append(b.svc.steps, step{name, f})
	}
	b.part(name, func(ctx context.Context) error {
		tick := time.NewTicker(period)
		defer tick.Stop()
		for {
			if !b.svc.manual(b.opts.Manual) {
				if err := f(ctx); err != nil && ctx.Err() == nil {
					b.log.Warn("periodic work", "work", name, "err", err)
				}
			}
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			}
		}
	})
}

func (b *builder) path(name string) string { return filepath.Join(b.opts.DataDir, name) }

func (b *builder) audit(role string) func(context.Context, news.Audit) error {
	return func(ctx context.Context, a news.Audit) error {
		a.Role = role
		return bus.Publish(ctx, b.bus, audited, a)
	}
}

// seen puts into the audit chain that a person read items outside of the
// desk's pages. Words that were searched stand as a fingerprint: the chain
// never forgets.
func (b *builder) seen(ctx context.Context, act, who, words string) error {
	at, detail := b.now(), ""
	if words != "" {
		sum := sha256.Sum256([]byte(words))
		detail = "q=sha256:" + hex.EncodeToString(sum[:8])
	}
	return b.audit("indexer")(ctx, news.Audit{ID: act + "/" + rand.Text(), At: at, Who: who, Act: act, Detail: detail})
}

func (b *builder) crawler(ctx context.Context) error {
	s, err := store.OpenCrawler(ctx, b.path("crawler.db"))
	if err != nil {
		return err
	}
	b.close = append(b.close, s.Close)
	b.ready["crawler"], b.saves["crawler.db"] = s.Ping, s.Snapshot
	cfg := b.opts.Config.Crawler
	o := crawler.Options{
		Sources: b.opts.Config.Sources, Store: s, Now: b.now, Log: b.log.With("component", "crawler"), Metrics: b.reg,
		UserAgent: cfg.UserAgent, Contact: cfg.Contact, Workers: cfg.Workers, Polling: crawler.Polling(cfg.Polling), Transport: polite.Options{Budget: cfg.Budget, Clock: func(host string, at time.Time) { b.clock.heard(host, at, time.Now()) }},
		Publish: func(ctx context.Context, fs []news.Found) error {
			if err := b.room.err(); err != nil {
				return err // nothing new is taken in while the disk is nearly full
			}
			return bus.PublishAll(ctx, b.bus, found, fs)
		},
		Paused: func() bool { return b.room.low.Load() || b.off.on() },
		Health: func(ctx context.Context, h news.Health) error { return bus.Publish(ctx, b.bus, health, h) },
		Audit:  b.audit("crawler"), Checked: b.checked,
	}
	if o.Queue, err = bus.OpenQueue(ctx, b.bus, crawlQueue, dueHost); err != nil {
		return err
	}
	if b.opts.NATS != "" { // there may be other crawlers
		crew, err := b.crew(ctx, s, bus.LeaseLife)
		if err != nil {
			return err
		}
		o.Store, o.Leads, o.Transport.Turns, b.leads = crew.store(), crew.leads, crew, crew.leads
		b.part("crawler keeper", crew.keep)
	}
	var c *crawler.Crawler
	hub, err := b.hubs(s, &c)
	if err != nil {
		return err
	}
	if hub != nil {
		o.Offered = hub.Offered
	}
	o.Gone = func(ctx context.Context, e news.Erased) error { return bus.Publish(ctx, b.bus, erased, e) }
	if c, err = crawler.New(o); err != nil {
		return err
	}
	if err := b.receive(c, hub); err != nil {
		return err
	}
	b.svc.round = c.Round
	b.part("crawler", func(ctx context.Context) error {
		if err := b.svc.released(ctx, b.opts.Manual); err != nil {
			return nil // stopped before the replay ended
		}
		return c.Run(ctx)
	})
	hearErased(b, "crawler-erased", func(ctx context.Context, e news.Erased) error { return c.Erase(ctx, e.ID) })
	reply(b, AskSources, func(ctx context.Context, _ None) ([]crawler.Status, error) { return c.Sources(ctx) })
	reply(b, AskFetch, c.Fetch)
	reply(b, AskDocument, func(ctx context.Context, q crawler.DocumentRequest) (official.Document, error) {
		f, err := c.Document(ctx, q)
		if err != nil {
			return official.Document{}, err
		}
		d, err := paper.Read(f.Name, f.Data)
		d.URL = f.URL
		return d, err
	})
	return nil
}

func (b *builder) indexer(ctx context.Context) error {
	s, err := store.OpenIndexer(ctx, b.path("indexer.db"))
	if err != nil {
		return err
	}
	b.close = append(b.close, s.Close)
	b.ready["indexer"], b.saves["indexer.db"] = s.Ping, s.Snapshot
	x, err := indexer.Open(indexer.Options{
		Dir: b.path("index"), Store: s, Reader: b.read, Now: b.now, Log: b.log.With("component", "indexer"), Metrics: b.reg,
		TextDays: b.opts.Config.Retention.TextDays,
		Prior:    b.prior,
		Lists:    func(ctx context.Context) (query.Lists, error) { return ask(b, AskLists)(ctx, None{}) },
		Announce: func(ctx context.Context, is []news.Indexed) error { return bus.PublishAll(ctx, b.bus, indexed, is) },
		Purge:    b.bus.Purge,
		Audit:    b.audit("indexer"),
	})
	if err != nil {
		return err
	}
	b.close = append(b.close, x.Close)
	// Larger batches are cheaper to index; a replay's day cannot wait.
	wait := 200 * time.Millisecond
	if b.opts.Manual {
		wait = 0
	}
	b.part("indexer", func(ctx context.Context) error {
		return bus.ConsumeBatch(ctx, b.bus, found, "indexer-found", 1000, wait, x.Take)
	})
	b.every("index renewal", time.Hour, x.Renew)
	b.every("index tidying", 6*time.Hour, x.Tidy)
	b.every("indexer forward", 15*time.Second, x.Forward)
	b.every("retention", time.Hour, x.Retain)
	hearErased(b, "indexer-erased", x.Erase)
	reply(b, AskSearch, func(ctx context.Context, q indexer.Query) (indexer.Result, error) {
		if q.By != "" {
			if err := b.seen(ctx, "item.search", q.By, q.Text); err != nil {
				return indexer.Result{}, err
			}
		}
		return x.Search(ctx, q)
	})
	reply(b, AskCounts, x.Counts)
	reply(b, AskItems, func(ctx context.Context, q indexer.ItemsQuery) (indexer.Items, error) {
		if q.By != "" && q.Cursor == "" {
			if err := b.seen(ctx, "item.export", q.By, ""); err != nil {
				return indexer.Items{}, err
			}
		}
		return x.Items(ctx, q)
	})
	reply(b, AskItem, x.Item)
	reply(b, AskIndex, func(ctx context.Context, _ None) (indexer.Status, error) { return x.Status(ctx) })
	reply(b, AskReindex, func(ctx context.Context, _ None) (indexer.Status, error) {
		if err := x.Reindex(ctx, nil); err != nil {
			return indexer.Status{}, err
		}
		return x.Status(ctx)
	})
	return nil
}

func (b *builder) rules(ctx context.Context) error {
	s, err := store.OpenRules(ctx, b.path("rules.db"))
	if err != nil {
		return err
	}
	b.close = append(b.close, s.Close)
	b.ready["rules"], b.saves["rules.db"] = s.Ping, s.Snapshot
	dir := b.opts.Config.RulesDir
	if dir == "" {
		dir = b.path("rules")
	}
	e, err := rules.New(rules.Options{
		Dir: dir, Store: s, Now: b.now, Log: b.log.With("component", "rules"), Metrics: b.reg,
		Flagged: func(ctx context.Context, fs []news.Flag) error { return bus.PublishAll(ctx, b.bus, flagged, fs) },
		History: b.history, Budget: b.opts.Config.NoiseBudget, Register: b.register(), Calendar: b.days,
	})
	if err != nil {
		return err
	}
	b.part("rules", func(ctx context.Context) error {
		return bus.ConsumeBatch(ctx, b.bus, indexed, "rules-indexed", 500, 0, e.Take)
	})
	b.every("rules forward", 15*time.Second, e.Forward)
	b.every("rules tick", time.Minute, e.Tick)
	b.every("rules reload", 20*time.Second, e.Reload)
	hear(b, decided, "rules-decided", e.Decided)
	hear(b, changed, "rules-official", e.Facts)
	hearErased(b, "rules-erased", e.Erase)
	reply(b, AskRules, func(ctx context.Context, _ None) (rules.List, error) { return e.List(ctx) })
	reply(b, AskLists, func(ctx context.Context, _ None) (query.Lists, error) { return e.Lists(ctx) })
	reply(b, AskTrends, func(ctx context.Context, _ None) (*trend.View, error) { return e.Trends(ctx) })
	reply(b, AskCheck, e.Check)
	reply(b, AskSave, func(ctx context.Context, r rules.SaveRequest) (rules.CheckResult, error) {
		info, err := e.Save(ctx, r)
		if ps := rules.Problems(err); len(ps) > 0 {
			return rules.CheckResult{Problems: ps}, nil
		}
		return rules.CheckResult{Canonical: info.Canonical, Hash: info.Hash}, err
	})
	reply(b, AskPreview, func(ctx context.Context, r rules.PreviewRequest) (rules.Preview, error) {
		return e.Preview(ctx, r, b.history(ctx, r.Days))
	})
	return nil
}

func (b *builder) desk(ctx context.Context) error {
	s, err := store.OpenDesk(ctx, b.path("desk.db"))
	if err != nil {
		return err
	}
	b.close = append(b.close, s.Close)
	b.ready["desk"], b.saves["desk.db"] = s.Ping, s.Snapshot
	profile := b.read.Profile()
	d, err := review.New(review.Options{
		Store: s, Now: b.now, Log: b.log.With("component", "desk"), Metrics: b.reg,
		Due:     func(ctx context.Context, as []news.Alert) error { return bus.PublishAll(ctx, b.bus, due, as) },
		Decided: func(ctx context.Context, ds []news.Decided) error { return bus.PublishAll(ctx, b.bus, decided, ds) },
		Facts:   func(ctx context.Context, f news.Facts) error { return bus.Publish(ctx, b.bus, changed, f) },
		Erased:  func(ctx context.Context, e news.Erased) error { return bus.Publish(ctx, b.bus, erased, e) },
		Workday: b.days.Working, Spread: b.spread, Asked: b.asked, TopicName: topicName, Place: places(profile), TextDays: b.opts.Config.Retention.TextDays,
		Unit: func(topic string) string { return unitName(profile, profile.Topics[topic]) },
		Khoi: func(unit string) bool {
			return slices.ContainsFunc(profile.Khoi, func(k reading.Unit) bool { return k.Name.VI == unit || k.Name.EN == unit })
		},
		Overlong: func(c *review.Case) int {
			if b.svc.reports == nil { // not before people can reach the desk
				return 0
			}
			return b.svc.reports.Overlong(reportCase(c, &review.Course{}))
		},
	})
	if err != nil {
		return err
	}
	b.svc.desk, b.svc.accounts = d, s
	b.part("desk-flagged", func(ctx context.Context) error {
		return bus.ConsumeBatch(ctx, b.bus, flagged, "desk-flagged", 200, 0, func(ctx context.Context, fs []news.Flag) error {
			if err := d.Take(ctx, fs); err != nil {
				return err
			}
			return d.Forward(ctx) // an urgent notice does not wait for the next round
		})
	})
	hear(b, claimed, "desk-claimed", func(ctx context.Context, c rumour.Claim) error {
		_, err := d.ProposeRumours(ctx, []rumour.Claim{c})
		return err
	})
	hear(b, health, "desk-health", d.Health)
	hear(b, delivered, "desk-delivered", deliveredNotice(d))
	hear(b, audited, "desk-audited", func(ctx context.Context, a news.Audit) error { return d.AppendAudit(ctx, []news.Audit{a}) })
	hearErased(b, "desk-erased", d.Erase)
	b.every("desk release", time.Second, func(ctx context.Context) error {
		return errors.Join(d.Release(ctx), d.Forward(ctx))
	})
	b.every("desk tick", time.Minute, d.Tick)
	b.deadLetters()
	b.every("desk retention", time.Hour, d.Retain)
	b.every("desk pulse", 30*time.Second, func(ctx context.Context) error {
		if b.svc.manual(b.opts.Manual) {
			return nil // nobody reads the reports of a replay
		}
		return d.Pulse(ctx, b.vitals)
	})
	reply(b, AskPrecision, func(ctx context.Context, _ None) ([]review.Precision, error) { return d.Precision(ctx) })
	reply(b, AskFacts, func(ctx context.Context, _ None) (news.Facts, error) { return d.ConfirmedFacts(ctx) })
	reply(b, AskUsers, func(ctx context.Context, r UserRequest) ([]review.Account, error) { return b.users(ctx, s, d, r) })
	reply(b, AskAudit, func(ctx context.Context, r AuditRequest) (AuditReport, error) { return auditReport(ctx, d, r) })
	reply(b, AskErase, func(ctx context.Context, e news.Erased) (EraseReport, error) { return b.erase(ctx, d, e) })
	r, err := b.reports(d, s, profile)
	if err != nil {
		return err
	}
	b.svc.reports = r
	if b.opts.Listen == "" {
		return nil
	}
	return b.web(d, r, s, profile)
}

func (b *builder) web(d *review.Desk, rd *reports.Desk, s *store.Desk, profile reading.Profile) error {
	l, err := net.Listen("tcp", b.opts.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w; is another service running? choose another address with -listen", b.opts.Listen, err)
	}
	b.svc.URL = "http://" + l.Addr().String()
	if c := b.opts.Config.HTTPS; c.On() {
		certs, err := certificates(c, b.path("https"), b.now)
		if err != nil {
			return errors.Join(err, l.Close())
		}
		l = tls.NewListener(l, certs)
		b.expiryMetric()
		b.svc.URL = "https://" + httpsHost(c, l.Addr())
	}
	aid, err := draft.New(draft.Options{URL: b.opts.Config.Draft.URL, Model: b.opts.Config.Draft.Model})
	if err != nil {
		return err
	}
	var suggest func(context.Context, draft.Request) (draft.Proposal, error)
	if aid != nil {
		suggest = aid.Propose
	}
	signOn, signOnName, err := b.signOn()
	if err != nil {
		return errors.Join(err, l.Close())
	}
	h, err := web.New(web.Options{
		Desk: d, Accounts: s, Calendar: b.days,
		Reports:    rd,
		Suggest:    suggest,
		Search:     ask(b, AskSearch),
		Item:       ask(b, AskItem),
		Counts:     ask(b, AskCounts),
		Tokens:     s,
		Answers:    s,
		Version:    s.Version,
		Saved:      s,
		Rules:      askNone(b, AskRules),
		Trends:     askNone(b, AskTrends),
		Check:      ask(b, AskCheck),
		Preview:    askWithin(b, AskPreview, previewFor),
		Save:       ask(b, AskSave),
		Sources:    askNone(b, AskSources),
		Fetch:      askWithin(b, AskFetch, fetchFor),
		Document:   askWithin(b, AskDocument, fetchFor),
		Citizens:   b.opts.Config.Receive.Citizens,
		Hooks:      hooks.Paths(b.opts.Config.Sources, b.opts.Config.Receive.Partners),
		Recipients: b.opts.Config.People(),
		Deliveries: ask(b, AskDeliveries),
		Silences:   ask(b, AskSilences),
		Overview:   askNone(b, AskOverview),
		Ack:        act(b, AskAck),
		Confirm:    ask(b, AskConfirm),
		Push:       ask(b, AskPush),
		Test:       act(b, AskTest),
		Ready:      b.readiness,
		Metrics:    b.metricsHandler(),
		Progress:   b.opts.Progress,
		Banner:     b.opts.Banner,
		SignOn:     signOn, SignOnName: signOnName,
		Warnings: b.warnings, Upkeep: b.upkeep, Examine: b.examine, Backups: pageBackups{b},
		Ward:     profile.Ward,
		Contact:  cmp.Or(b.opts.Config.Reports.Contact, b.opts.Config.Crawler.Contact),
		Units:    units(profile),
		Audit:    b.audit("desk"),
		Now:      b.now,
		Log:      b.log.With("component", "web"),
		TextDays: b.opts.Config.Retention.TextDays, SecondFactor: !b.opts.Config.NoSecondFactor && !b.opts.Manual,
		Secure: b.opts.Config.HTTPS.On() || strings.HasPrefix(b.opts.Config.BaseURL, "https://"),
	})
	if err != nil {
		_ = l.Close()
		return err
	}
	b.part("web", func(ctx context.Context) error { return serveHTTP(ctx, l, b.withHooks(h)) })
	return nil
}

// unitName is what people call the unit with the id; "" when there is none.
func unitName(p reading.Profile, id string) string {
	for _, u := range p.Units {
		if u.ID == id {
			return u.Name.VI
		}
	}
	return ""
}

// units are those who can be asked to answer: departments, then khối.
func units(p reading.Profile) []string {
	var out []string
	for _, u := range append(slices.Clone(p.Units), p.Khoi...) {
		out = append(out, u.Name.VI)
	}
	return out
}

func (b *builder) alerts(ctx context.Context) error {
	s, err := store.OpenAlerts(ctx, b.path("alerts.db"))
	if err != nil {
		return err
	}
	b.close = append(b.close, s.Close)
	b.ready["alerts"], b.saves["alerts.db"] = s.Ping, s.Snapshot
	channels, err := b.channels(s)
	if err != nil {
		return err
	}
	a, err := alerts.New(alerts.Options{
		Recipients: b.opts.Config.People(), Hours: b.opts.Config.Hours, Store: s, Channels: channels, Now: b.now, Log: b.log.With("component", "alerts"), Metrics: b.reg,
		Escalation: b.escalation(), Workday: b.days.Working, Confirm: !b.opts.Config.Unconfirmed && !b.opts.Manual,
		Poll: b.opts.AlertPoll, BaseURL: b.baseURL(), Ward: b.read.Profile().Ward,
		Delivered: func(ctx context.Context, ds []news.Delivered) error { return bus.PublishAll(ctx, b.bus, delivered, ds) },
		Audit:     b.audit("alerts"),
		Files:     b.reportFiles,
	})
	if err != nil {
		return err
	}
	hear(b, due, "alerts-due", a.Take)
	hearErased(b, "alerts-erased", func(ctx context.Context, e news.Erased) error { return a.Erase(ctx, e.ID) })
	b.part("alerts", a.Run)
	reply(b, AskDeliveries, a.Deliveries)
	reply(b, AskSilences, a.Silences)
	reply(b, AskAck, func(ctx context.Context, r alerts.AckRequest) (None, error) { return None{}, a.Ack(ctx, r) })
	reply(b, AskOverview, func(ctx context.Context, _ None) (alerts.Overview, error) { return a.Overview(ctx) })
	reply(b, AskConfirm, a.Confirm)
	reply(b, AskTest, func(ctx context.Context, r alerts.TestRequest) (None, error) { return None{}, a.Test(ctx, r) })
	return nil
}

// complete fills in defaults and refuses what cannot work.
func complete(o Options) (Options, error) {
	if len(o.Roles) == 0 {
		o.Roles = Roles
	}
	for _, r := range o.Roles {
		if !slices.Contains(Roles, r) {
			return o, fmt.Errorf("there is no role %q; the roles are %s", r, strings.Join(Roles, ", "))
		}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.DataDir == "" {
		return o, errors.New("no data folder; name one with -data")
	}
	if err := os.MkdirAll(o.DataDir, 0o700); err != nil {
		return o, fmt.Errorf("data folder: %w", err)
	}
	return o, nil
}
