package alerts

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"langnghe/internal/news"
)

// MaxAge is the age beyond which a flag pages nobody.
const MaxAge = 72 * time.Hour

// QuietFor is how long an acknowledged group stays quiet.
const QuietFor = 4 * time.Hour

// Options configures a [Dispatcher]. Store is required, and a channel for
// each one that a recipient names.
type Options struct {
	Recipients []Recipient
	Channels   map[string]Channel
	Store      Store

	Delivered func(context.Context, []news.Delivered) error // may be nil
	Audit     func(context.Context, news.Audit) error       // may be nil

	// Files fetches what an alert names as its attachment; nil sends messages
	// without. An error is temporary: the message is tried again.
	Files func(ctx context.Context, attach string) ([]File, error)

	Escalation Escalation
	Workday    func(time.Time) bool // whether people work on a day; nil leaves it to Hours
	Confirm    bool                 // addresses of people get content only after their owner has confirmed them

	BaseURL   string        // of the desk, for links; "" leaves them out
	Ward      news.Text     // named at the end of messages
	Hours     WorkingHours  // of those who read notices
	GroupWait time.Duration // between two messages about one group, default 30 minutes
	Keep      time.Duration // of the words in settled alerts, default 90 days
	Retry     Retry
	Timeout   time.Duration // of one try, default 30 seconds
	Grace     time.Duration // for messages in hand when the service stops, default 5 seconds
	Poll      time.Duration // between looks at what is due, default half a second
	Workers   int           // messages on their way at a time, default 8

	Now     func() time.Time // the ward's clock, default time.Now
	Log     *slog.Logger
	Metrics prometheus.Registerer // nil means do not export
}

// Retry says how often and how fast a failed delivery is repeated. The pause
// doubles from First to Max; its second half is random. The defaults give up
// after about an hour and a half.
type Retry struct {
	First time.Duration // default 5 seconds
	Max   time.Duration // default 15 minutes; also the longest pause that the other side may ask for is four of these
	Tries int           // default 14
}

// A Dispatcher takes alerts and delivers them.
type Dispatcher struct {
	opts  Options
	hours hours
	own   map[string]hours // by recipient, of those who have their own
	log   *slog.Logger
	m     *metrics
	wake  chan struct{}

	// mu serialises everything that reads the state and changes it: a
	// decision rests on what it read until it is written.
	mu   sync.Mutex
	busy map[string]*job // by recipient: one message at a time

	confirmed  map[string]bool // by hash of the address
	wrong      int             // codes that did not fit
	wrongSince time.Time
}

// New returns a dispatcher; call Run to start delivery.
func New(o Options) (*Dispatcher, error) {
	if o.Store == nil {
		return nil, errors.New("alerts: no store")
	}
	defaults(&o)
	d := &Dispatcher{opts: o, log: o.Log, m: newMetrics(o.Metrics), wake: make(chan struct{}, 1), busy: map[string]*job{}}
	var err error
	if d.hours, err = o.Hours.parse(o.Workday); err != nil {
		return nil, fmt.Errorf("alerts: %w", err)
	}
	if err := d.opts.Escalation.defaults(); err != nil {
		return nil, fmt.Errorf("alerts: %w", err)
	}
	if o.BaseURL != "" {
		if u, err := url.Parse(o.BaseURL); err != nil || u.Host == "" {
			return nil, fmt.Errorf("alerts: base URL %q is not an http(s) address", o.BaseURL)
		}
		d.opts.BaseURL = strings.TrimRight(o.BaseURL, "/")
	}
	if d.opts.Recipients, err = checked(o.Recipients, o.Channels); err != nil {
		return nil, fmt.Errorf("alerts: %w", err)
	}
	d.own = map[string]hours{}
	for i, r := range d.opts.Recipients {
		if r.Hours == nil {
			continue
		}
		h, err := r.Hours.parse(o.Workday)
		if err != nil {
			return nil, fmt.Errorf("alerts: recipients[%d] (%s): %w", i, r.Name, err)
		}
		d.own[r.Name] = h
	}
	if err := d.known(context.Background()); err != nil {
		return nil, fmt.Errorf("alerts: %w", err)
	}
	if len(o.Recipients) == 0 {
		d.log.Warn("no recipients: every alert ends as a dead letter")
	}
	return d, nil
}

func defaults(o *Options) {
	set := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	set(&o.GroupWait, 30*time.Minute)
	set(&o.Keep, 90*24*time.Hour)
	set(&o.Retry.First, 5*time.Second)
	set(&o.Retry.Max, 15*time.Minute)
	set(&o.Timeout, 30*time.Second)
	set(&o.Grace, 5*time.Second)
	set(&o.Poll, 500*time.Millisecond)
	if o.Retry.Tries <= 0 {
		o.Retry.Tries = 14
	}
	if o.Workers <= 0 {
		o.Workers = 8
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
}

// checked fills in the defaults of the recipients and reports every mistake.
func checked(in []Recipient, channels map[string]Channel) ([]Recipient, error) {
	var out []Recipient
	var errs []error
	address := map[[2]string]string{}
	for i, r := range in {
		bad := func(format string, args ...any) {
			errs = append(errs, fmt.Errorf("recipients[%d] (%s): "+format, append([]any{i, r.Name}, args...)...))
		}
		if r.Channel == "" {
			r.Channel = "email"
		}
		if r.Min == news.Informational {
			r.Min = news.Medium
		}
		if r.Lang == "" {
			r.Lang = "vi"
		}
		c, ok := channels[r.Channel]
		switch {
		case r.Name == "" || r.Role == "":
			bad("needs a name and a role")
		case !ok:
			bad("channel %q is not configured", r.Channel)
		case r.Lang != "vi" && r.Lang != "en":
			bad("language %q is neither vi nor en", r.Lang)
		}
		way := [2]string{r.Name, r.Channel}
		if a, ok := address[way]; ok && a != r.Address {
			bad("has two addresses on channel %s; give the second another name", r.Channel)
		}
		address[way] = r.Address
		if c, ok := c.(interface{ Check(Recipient) error }); ok {
			if err := c.Check(r); err != nil {
				bad("%w", err)
			}
		}
		out = append(out, r)
	}
	return out, errors.Join(errs...)
}

func (d *Dispatcher) now() time.Time { return d.opts.Now().UTC() }

func (d *Dispatcher) rouse() {
	select {
	case d.wake <- struct{}{}:
	default: // it is awake already
	}
}
