package crawler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"langnghe/crawler/page"
	"langnghe/crawler/polite"
	"langnghe/crawler/social"
	"langnghe/internal/news"
)

const (
	defaultZone = "Asia/Ho_Chi_Minh"
	// defaultRemember is longer than health looks back and than text is kept.
	defaultRemember = 90 * 24 * time.Hour
	defaultAgent    = "langnghe"
	version         = "1.0"
)

// Options configures a [Crawler]. Store and Publish are required; the rest
// has defaults.
type Options struct {
	Sources []Source
	Store   Store
	// Publish hands items to the next stage; what it returned nil for is
	// safe. It may be called from several goroutines.
	Publish func(ctx context.Context, found []news.Found) error
	// Health is told when the state of a source changes, also to the better;
	// nil is allowed.
	Health func(ctx context.Context, h news.Health) error
	// Checked is told what sources that check facts publish, before the item
	// counts as seen, so again after a crash; nil is allowed.
	Checked func(ctx context.Context, c Check) error
	// Gone is told what a platform reports as deleted, so that every stage
	// erases it; nil: only the crawler forgets it.
	Gone func(ctx context.Context, e news.Erased) error
	// Audit is told what people had fetched or imported; nil is allowed.
	Audit func(ctx context.Context, a news.Audit) error
	Now   func() time.Time // default time.Now; values only, waiting is real
	Log   *slog.Logger     // default discards
	// Offered is told which WebSub hub the feed of a source names, and the
	// address under which the hub knows the feed; nil is allowed.
	Offered   func(ctx context.Context, source, hub, topic string) error
	Metrics   prometheus.Registerer // nil: the metrics are not registered
	UserAgent string                // product name, default "langnghe"
	Contact   string                // address or page that a site's owner can turn to
	Workers   int                   // sources visited at a time, default 16; most of them wait
	Transport polite.Options        // caps, budget, turns; UserAgent and Hosts are set here
	Polling   Polling               // of sources without a rhythm of their own
	Remember  time.Duration         // how long what no source lists any more is remembered, default 90 days
	// Queue is shared with other crawlers on the same Store; nil: this one
	// is alone. Leads reports whether this crawler puts into the queue what
	// is due; nil: always. One of those that share does.
	Queue Queue
	Leads func() bool
	// Paused reports whether nothing may be fetched for now, for want of room
	// on the disk; sources that become due then wait. May be nil.
	Paused     func() bool
	SaveEvery  time.Duration // how often a visit that found nothing is written down, default 5m
	PerVisit   int           // pages fetched in one visit of a source at most, default 50
	PerThreads int           // comment documents fetched in one visit at most, default 30
}

// Crawler visits its sources, each on its own schedule.
type Crawler struct {
	o       Options
	sources []Source
	zones   map[string]*time.Location
	net     *fetcher
	metrics *metrics

	queue   Queue
	hosts   map[string]string // of each source
	own     map[string]bool   // channels that are sources
	selects map[string]*page.Selectors
	mu      sync.Mutex
	loaded  bool
	visits  map[string]Visit     // by source; others write the store as well when the queue is shared
	saved   map[string]time.Time // real time of the last write
	put     map[string]bool      // writes that were put off
	busy    map[string]bool
	waiting map[string]time.Time // by host: its visit is in the queue, look again then
	cutRate float64
	cutAt   time.Time
	period  int64 // of pseudonym keys, last seen
	purse   purse
	sent    map[string]delivery             // came while a visit was under way
	marks   map[string]allowance            // by source: what it said is gone and was not seen
	away    map[string]map[string]time.Time // by source and list: items that are missing there, since when
	looked  map[string]time.Time            // by source: when its list was last read further than what is new
}

// New returns a crawler, or an error naming the option or source that is
// wrong.
func New(o Options) (*Crawler, error) {
	if o.Store == nil || o.Publish == nil {
		return nil, errors.New("crawler: Store and Publish are required")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.UserAgent == "" {
		o.UserAgent = defaultAgent
	}
	if o.Workers == 0 {
		o.Workers = 16
	}
	if o.SaveEvery == 0 {
		o.SaveEvery = 5 * time.Minute
	}
	if o.PerVisit == 0 {
		o.PerVisit = 50
	}
	if o.PerThreads == 0 {
		o.PerThreads = 30
	}
	var err error
	if o.Polling, err = o.Polling.complete(); err != nil {
		return nil, fmt.Errorf("crawler: %w", err)
	}
	if o.Remember == 0 {
		o.Remember = defaultRemember
	}
	c := &Crawler{
		o: o, queue: o.Queue, hosts: map[string]string{}, selects: map[string]*page.Selectors{}, zones: map[string]*time.Location{}, visits: map[string]Visit{}, saved: map[string]time.Time{},
		put: map[string]bool{}, sent: map[string]delivery{}, marks: map[string]allowance{}, away: map[string]map[string]time.Time{}, looked: map[string]time.Time{}, busy: map[string]bool{}, waiting: map[string]time.Time{},
	}
	if c.queue == nil {
		c.queue = newAlone()
	}
	for _, s := range o.Sources {
		s, err := c.complete(s)
		if err != nil {
			return nil, err
		}
		c.sources = append(c.sources, s)
		c.hosts[s.ID] = hostOf(s.URL)
	}
	c.own = channels(c.sources...)
	t := o.Transport
	t.UserAgent = agent(o.UserAgent, o.Contact)
	t.Hosts = policy(c.sources)
	if t.Log == nil {
		t.Log = o.Log
	}
	transport, err := polite.New(t)
	if err != nil {
		return nil, fmt.Errorf("crawler: %w", err)
	}
	if c.net, err = newFetcher(transport); err != nil {
		return nil, err
	}
	c.metrics = newMetrics(o.Metrics)
	return c, nil
}

// agent is the user agent's header: who, which version, how to reach us.
func agent(product, contact string) string {
	if !strings.Contains(product, "/") {
		product += "/" + version
	}
	if contact != "" {
		product += " (+" + contact + ")"
	}
	return product
}

// complete fills in a source's defaults and checks it.
func (c *Crawler) complete(s Source) (Source, error) {
	bad := func(format string, a ...any) (Source, error) {
		return s, fmt.Errorf("crawler: source %q: %s", s.ID, fmt.Sprintf(format, a...))
	}
	s, err := defaults(s)
	if err != nil {
		return bad("%v", err)
	}
	if s.ID == "" || slices.ContainsFunc(c.sources, func(o Source) bool { return o.ID == s.ID }) {
		return bad("the id is missing or used twice")
	}
	if u, err := url.Parse(s.URL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return bad("url %q: needs an http:// or https:// address", s.URL)
	}
	if s.Pace != 0 && s.Pace < 2*time.Second && !s.Internal {
		return bad("pace %v: less than 2s is for internal sources only", s.Pace)
	}
	for _, p := range s.platformProblems() {
		return bad("%s: %s", p.Field, p.Text.EN)
	}
	if s.Every < 0 || s.Pace < 0 {
		return bad("every and pace cannot be negative")
	}
	if c.zones[s.Zone], err = time.LoadLocation(s.Zone); err != nil {
		return bad("zone %q: there is no such time zone", s.Zone)
	}
	if c.selects[s.ID], err = s.Select.Compile(); err != nil {
		return bad("select: %v", err)
	}
	return s, nil
}

// defaults fills in what a source leaves out.
func defaults(s Source) (Source, error) {
	if s.Kind == "" {
		s.Kind = "feed"
	}
	if s.Kind != "page" && s.Kind != "site" && s.Select.Links != "" {
		return s, fmt.Errorf("select.links is for pages that list articles (kind: page), not for kind %s", s.Kind)
	}
	if readers[s.Kind] == nil {
		return s, fmt.Errorf("kind %q: use one of %s", s.Kind, strings.Join(Kinds, ", "))
	}
	if s.Name == "" {
		s.Name = s.ID
	}
	if s.Items == "" {
		s.Items = news.Article
		if s.Kind == "forum" {
			s.Items = news.Post
		}
		if p := social.Platforms[s.Kind]; p != nil {
			s.Items = p.Items
		}
	}
	if !slices.Contains([]news.Kind{news.Article, news.Post, news.Comment, news.Official, news.Tip}, s.Items) {
		return s, fmt.Errorf("items %q: use article, post, comment, official or tip", s.Items)
	}
	if s.Platform == "" {
		s.Platform = "web"
		if s.Kind == "forum" || social.Platforms[s.Kind] != nil && s.Kind != "gdelt" {
			s.Platform = s.Kind
		}
	}
	if s.Zone == "" {
		s.Zone = defaultZone
	}
	if s.Claims != "" && !slices.Contains([]string{"claimreview", "vafc", "police"}, s.Claims) {
		return s, fmt.Errorf("claims %q: use claimreview, vafc or police", s.Claims)
	}
	if s.Claims != "" && !s.Reference {
		return s, fmt.Errorf("claims: %s needs reference: true, or the checks about other places are dropped", s.Claims)
	}
	return s, nil
}

// stopped makes nothing of an error that only says that we were stopped.
func (c *Crawler) stopped(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}

// Round visits every source that is due at Now, once, and returns how many
// items were published. A source that fails to be read is logged and no
// error; the error is of the store or of Publish.
func (c *Crawler) Round(ctx context.Context) (found int, err error) {
	if err := c.load(ctx); err != nil {
		return 0, err
	}
	var mu sync.Mutex
	var g errgroup.Group
	g.SetLimit(c.o.Workers)
	for _, s := range c.overdue() {
		if !c.claim(s.ID) {
			continue
		}
		g.Go(func() error {
			defer c.release(s.ID)
			n, e := c.visit(ctx, s)
			mu.Lock()
			defer mu.Unlock()
			found += n
			if e != nil {
				err = errors.Join(err, fmt.Errorf("crawler: source %s: %w", s.ID, e))
			}
			return nil
		})
	}
	_ = g.Wait()
	return found, err
}

// overdue are the sources whose time has come, the longest waiting first.
func (c *Crawler) overdue() []Source {
	if c.o.Paused != nil && c.o.Paused() {
		return nil
	}
	now := c.o.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []Source
	for _, s := range c.sources {
		if isDue(c.visits[s.ID], now) {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b Source) int { return c.visits[a.ID].Next.Compare(c.visits[b.ID].Next) })
	if len(out) > 0 && !c.visits[out[0].ID].Next.IsZero() {
		c.metrics.late(now, c.visits[out[0].ID].Next)
	} else {
		c.metrics.late(now, now)
	}
	return out
}

func (c *Crawler) claim(source string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy[source] {
		return false
	}
	c.busy[source] = true
	return true
}

func (c *Crawler) release(source string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.busy, source)
}

// load reads the state of the sources once.
func (c *Crawler) load(ctx context.Context) error {
	c.mu.Lock()
	loaded := c.loaded
	c.mu.Unlock()
	if loaded {
		return nil
	}
	all, err := c.o.Store.Visits(ctx)
	if err != nil {
		return fmt.Errorf("crawler: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.loaded {
		return nil
	}
	for _, v := range all {
		c.visits[v.Source] = v
	}
	for _, s := range c.sources {
		v := c.visits[s.ID]
		v.Source = s.ID
		c.visits[s.ID] = begun(v)
	}
	c.loaded = true
	return nil
}

// keep remembers a visit and, when it matters or is some time ago, writes it
// down. A visit that was not written is made again after a crash.
func (c *Crawler) keep(ctx context.Context, v Visit, now bool) error {
	c.mu.Lock()
	c.visits[v.Source] = v
	now = now || c.shared() || time.Since(c.saved[v.Source]) > c.o.SaveEvery
	if now {
		c.saved[v.Source] = time.Now()
	}
	c.put[v.Source] = !now
	c.mu.Unlock()
	if !now {
		return nil
	}
	return c.o.Store.SaveVisit(ctx, v)
}

// flush writes down what keep has put off.
func (c *Crawler) flush() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	c.mu.Lock()
	defer c.mu.Unlock()
	var errs []error
	for _, v := range c.visits {
		if c.put[v.Source] {
			delete(c.put, v.Source)
			errs = append(errs, c.o.Store.SaveVisit(ctx, v))
		}
	}
	return errors.Join(errs...)
}

// Sources reports how each source is doing, in the order of the config.
func (c *Crawler) Sources(ctx context.Context) ([]Status, error) {
	if err := c.load(ctx); err != nil {
		return nil, err
	}
	if c.shared() {
		all, err := c.o.Store.Visits(ctx)
		if err != nil {
			return nil, fmt.Errorf("crawler: %w", err)
		}
		c.mu.Lock()
		for _, v := range all {
			c.visits[v.Source] = begun(v)
		}
		c.mu.Unlock()
	}
	now := c.o.Now()
	var out []Status
	for _, s := range c.sources {
		week, err := c.o.Store.Activity(ctx, s.ID, now.Add(-recent), now.Add(ahead))
		if err != nil {
			return nil, fmt.Errorf("crawler: source %s: %w", s.ID, err)
		}
		c.mu.Lock()
		v := c.visits[s.ID]
		c.mu.Unlock()
		out = append(out, Status{
			Source: s, State: v.State, Since: v.Since, Why: v.Why, LastFetch: v.LastFetch, LastItem: v.LastItem,
			Next: v.Next, Items: week.Items, Total: v.Total, Failures: v.Failures, PerDay: v.Rate, Found: foundAt(v),
		})
	}
	return out, nil
}

// Erase forgets what is held of an item. It does not come back when its
// source still lists it. An id that an item was imported with and that was
// not kept as it is means the same item until its key is gone.
func (c *Crawler) Erase(ctx context.Context, id string) error {
	if !plainly(id) {
		v, err := c.newVoices(ctx, c.o.Now())
		if err == nil {
			id, err = v.ref(ctx, id, true)
		}
		if err != nil {
			return fmt.Errorf("crawler: erase: %w", err)
		}
	}
	if err := c.o.Store.Erase(ctx, id); err != nil {
		return fmt.Errorf("crawler: erase %s: %w", id, err)
	}
	return nil
}

// newVoices starts the pseudonyms of a visit, and destroys the keys of
// periods that are over.
func (c *Crawler) newVoices(ctx context.Context, now time.Time) (*voices, error) {
	p := period(now)
	c.mu.Lock()
	changed := p > c.period
	c.period = max(c.period, p)
	c.mu.Unlock()
	if changed {
		if err := c.o.Store.DropKeys(ctx, p); err != nil {
			return nil, fmt.Errorf("drop expired pseudonym keys: %w", err)
		}
	}
	return &voices{store: c.o.Store, now: now, own: c.own}, nil
}
