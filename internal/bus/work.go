package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// workStream holds what is to be done, apart from the facts: a job is gone
// when it is done.
const workStream = "LANGNGHE_WORK"

// A Queue is work that several processes share. Each job has a key; while a
// job with a key waits or is being done, no other with that key gets in. A
// job stays until it was done: when the process that had it in hand dies,
// another gets it within seconds.
type Queue[T any] struct {
	b       *Bus
	subject string
	durable string
	key     func(T) string
	cons    jetstream.Consumer
}

// OpenQueue opens the queue of that name, making it when it is new. key is
// the job's key.
func OpenQueue[T any](ctx context.Context, b *Bus, name string, key func(T) string) (*Queue[T], error) {
	_, err := b.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: workStream, Subjects: []string{"work.>"}, Storage: jetstream.FileStorage, Replicas: b.opts.Replicas,
		Retention: jetstream.WorkQueuePolicy, Discard: jetstream.DiscardNew,
		MaxMsgsPerSubject: 1, DiscardNewPerSubject: true, // one job of a key at a time
	})
	if err != nil {
		return nil, fmt.Errorf("bus: queue %s: %w", name, err)
	}
	q := &Queue[T]{b: b, subject: "work." + name, durable: name, key: key}
	q.cons, err = b.js.CreateOrUpdateConsumer(ctx, workStream, jetstream.ConsumerConfig{
		Durable: name, FilterSubject: q.subject + ".>", AckPolicy: jetstream.AckExplicitPolicy,
		AckWait: ackWait, MaxAckPending: 10000,
	})
	if err != nil {
		return nil, fmt.Errorf("bus: queue %s: %w", name, err)
	}
	return q, nil
}

// Add puts a job into the queue and returns once the server has it. It
// reports false, and no error, when a job with its key is in there already.
func (q *Queue[T]) Add(ctx context.Context, job T) (bool, error) {
	data, err := json.Marshal(job)
	if err != nil {
		return false, fmt.Errorf("bus: encode %s: %w", q.subject, err)
	}
	_, err = q.b.js.PublishMsg(ctx, &nats.Msg{Subject: q.subject + "." + token(q.key(job)), Data: data})
	var refused *jetstream.APIError
	switch {
	case err == nil:
		q.b.published.Add(1)
		return true, nil
	case errors.As(err, &refused) && strings.Contains(refused.Description, server.ErrMaxMsgsPerSubject.Error()):
		return false, nil
	}
	return false, fmt.Errorf("bus: queue %s: %w", q.subject, err)
}

// Work does jobs, so many at a time, until ctx is done, and returns when none
// is in hand. A job that do returns nil for is gone; after an error it comes
// again, to whoever is free, after a growing delay. A job cut short by the
// end of ctx is given back at once.
func (q *Queue[T]) Work(ctx context.Context, hands int, do func(context.Context, T) error) error {
	var wg sync.WaitGroup
	for range hands {
		wg.Go(func() { q.hand(ctx, do) })
	}
	wg.Wait()
	return nil
}

func (q *Queue[T]) hand(ctx context.Context, do func(context.Context, T) error) {
	for ctx.Err() == nil {
		msgs, err := next(ctx, q.cons, 1, 0)
		if err != nil {
			if ctx.Err() == nil {
				q.b.opts.Logger.Warn("fetch work", "queue", q.durable, "err", err)
				sleep(ctx, q.b.opts.Retry)
			}
			continue
		}
		for _, m := range msgs {
			q.job(ctx, m, do)
		}
	}
}

func (q *Queue[T]) job(ctx context.Context, m jetstream.Msg, do func(context.Context, T) error) {
	defer alive([]jetstream.Msg{m})()
	var v T
	if err := json.Unmarshal(m.Data(), &v); err != nil {
		q.b.settle(m, q.durable, permanent{fmt.Errorf("decode %s: %w", m.Subject(), err)})
		return
	}
	err := func() (err error) {
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("panic: %v", p)
				q.b.opts.Logger.Error("work panics", "panic", p, "stack", stack())
			}
		}()
		return do(ctx, v)
	}()
	if err != nil && ctx.Err() != nil {
		_ = m.Nak() // stopping: another process gets it at once
		return
	}
	q.b.settle(m, q.durable, err)
}

// Waiting reports how many jobs wait or are in hand.
func (q *Queue[T]) Waiting(ctx context.Context) (int, error) {
	info, err := q.cons.Info(ctx)
	if err != nil {
		return 0, fmt.Errorf("bus: queue %s: %w", q.durable, err)
	}
	return int(info.NumPending) + info.NumAckPending, nil
}

// leaseBucket holds who may do what; see [Leases].
const leaseBucket = "LANGNGHE_LEASES"

// Leases are rights that one process at a time has, by name. A holder that
// dies loses its rights: nobody compares clocks, a waiter takes over what it
// has seen unchanged for [LeaseLife].
type Leases struct {
	kv   jetstream.KeyValue
	me   string
	life time.Duration
}

// LeaseLife is how long a holder may be silent.
const LeaseLife = ackWait

// A lease is the stored form: who has it, and what the last holder left for
// the next one.
type lease struct {
	By    string          `json:"by,omitempty"` // empty when it is free
	State json.RawMessage `json:"state,omitempty"`
}

// OpenLeases opens the leases under which this process is called me, which no
// other running one may be. life is how long a holder may be silent, zero
// means LeaseLife. Leases are forgotten two days after their last use.
func OpenLeases(ctx context.Context, b *Bus, me string, life time.Duration) (*Leases, error) {
	if life == 0 {
		life = LeaseLife
	}
	kv, err := b.js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{
		Bucket: leaseBucket, History: 1, TTL: 48 * time.Hour, Storage: jetstream.FileStorage, Replicas: b.opts.Replicas,
	})
	if err != nil {
		return nil, fmt.Errorf("bus: leases: %w", err)
	}
	return &Leases{kv: kv, me: me, life: life}, nil
}

// A Lease is a right in hand. It is renewed until it is given back.
type Lease struct {
	// Orphaned says that the last holder died with it, so that what it left
	// is older than what it did.
	Orphaned bool

	l     *Leases
	key   string
	state json.RawMessage
	stop  context.CancelFunc
	done  chan struct{}
	lost  chan struct{}

	mu  sync.Mutex
	rev uint64
}

// errTaken says that somebody else was faster.
var errTaken = errors.New("taken by another process")

// Take waits until this process has the right of that name. The state is
// what the last holder gave it back with; nil when there is none. A holder is
// thought dead after patience, which is the life of leases at least; what this
// process held before it was started again it gets at once.
func (l *Leases) Take(ctx context.Context, name string, patience time.Duration) (*Lease, json.RawMessage, error) {
	patience = max(patience, l.life)
	key := token(name)
	var seen uint64
	var since time.Time
	for {
		h, held, err := l.try(ctx, key, seen != 0 && time.Since(since) > patience, seen)
		if err == nil {
			return h, h.state, nil
		}
		if !errors.Is(err, errTaken) {
			return nil, nil, fmt.Errorf("bus: lease %s: %w", name, err)
		}
		if held != seen {
			seen, since = held, time.Now()
		}
		if sleep(ctx, 200*time.Millisecond); ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
	}
}

// try takes what is free, what was ours, or, when dead is set, what still has
// revision seen. held is the revision of the one who has it.
func (l *Leases) try(ctx context.Context, key string, dead bool, seen uint64) (h *Lease, held uint64, err error) {
	mine, err := json.Marshal(lease{By: l.me})
	if err != nil {
		return nil, 0, err
	}
	e, err := l.kv.Get(ctx, key)
	var rev uint64
	var was lease
	switch {
	case errors.Is(err, jetstream.ErrKeyNotFound):
		rev, err = l.kv.Create(ctx, key, mine)
	case err != nil:
		return nil, 0, err
	default:
		if err := json.Unmarshal(e.Value(), &was); err != nil {
			was = lease{}
		}
		if was.By != "" && was.By != l.me && !(dead && e.Revision() == seen) {
			return nil, e.Revision(), errTaken
		}
		if mine, err = json.Marshal(lease{By: l.me, State: was.State}); err != nil {
			return nil, 0, err
		}
		rev, err = l.kv.Update(ctx, key, mine, e.Revision())
	}
	if err != nil {
		if conflict(err) {
			return nil, 0, errTaken
		}
		return nil, 0, err
	}
	h = &Lease{Orphaned: was.By != "", l: l, key: key, rev: rev, state: was.State, done: make(chan struct{}), lost: make(chan struct{})}
	var keep context.Context
	keep, h.stop = context.WithCancel(context.WithoutCancel(ctx))
	go h.renew(keep, mine)
	return h, 0, nil
}

// conflict reports whether an error says that the key has changed since.
func conflict(err error) bool {
	var api jetstream.JetStreamError
	if errors.Is(err, jetstream.ErrKeyExists) {
		return true
	}
	if !errors.As(err, &api) || api.APIError() == nil {
		return false
	}
	code := api.APIError().ErrorCode
	return code == jetstream.JSErrCodeStreamWrongLastSequence || code == jetstream.JSErrCodeStreamWrongLastSequenceConstant
}

// renew shows a sign of life until the lease is given back or found lost.
func (h *Lease) renew(ctx context.Context, value []byte) {
	defer close(h.done)
	tick := time.NewTicker(h.l.life / 4)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		h.mu.Lock()
		rev, err := h.l.kv.Update(ctx, h.key, value, h.rev)
		if err == nil {
			h.rev = rev
		}
		h.mu.Unlock()
		if conflict(err) {
			close(h.lost)
			return
		}
	}
}

// Lost is closed when another process has taken the right, because this one
// was silent for too long.
func (h *Lease) Lost() <-chan struct{} { return h.lost }

// Give gives the right back, with something for the next holder to know.
func (h *Lease) Give(ctx context.Context, state json.RawMessage) error {
	h.stop()
	<-h.done
	data, err := json.Marshal(lease{State: state})
	if err == nil {
		_, err = h.l.kv.Update(ctx, h.key, data, h.rev)
	}
	if err != nil && !conflict(err) {
		return fmt.Errorf("bus: lease: %w", err)
	}
	return nil
}
