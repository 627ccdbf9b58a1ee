// Package bus moves news between roles. It is the only package that knows
// about NATS: stages see plain functions, and internal/app connects the two.
//
// A [Topic] carries a fact: it is stored before Publish returns, synced to
// the disk, and delivered at least once, so every handler must be idempotent.
// What a handler returns settles the message:
//
//	nil                          done
//	error with Permanent() true  it will never work: dropped, logged, counted
//	any other error              delivered again after a growing delay
//
// A [Question] reads state that one role owns: request and reply, nothing
// stored. "Nobody answers" is [ErrNobody] at once, not a time-out.
package bus

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// streamName is the one stream; a topic is a branch of its subjects.
const streamName = "LANGNGHE"

// Keep is how long the stream holds a fact; after it, the owners' state is
// the only copy. DESIGN allows streams to hold text for at most 7 days.
const Keep = 7 * 24 * time.Hour

// ackWait is how long the stream waits for a sign of life about a message
// before it gives it to another process. A dead process's messages are thus
// taken up again within seconds; a living one sends signs while it works.
const ackWait = 6 * time.Second

// maxPayload bounds one message: an item of 1 MB of text with its reading.
const maxPayload = 8 << 20

// ErrNobody is returned by [Ask] when no running role answers the question.
var ErrNobody error = nobody{}

type nobody struct{}

func (nobody) Error() string { return "nobody answers; is the role running?" }
func (nobody) Code() string  { return "unavailable" }

// A Topic is a typed subject. The type parameter ties publishers and
// consumers of a subject to one Go type at compile time.
type Topic[T any] struct {
	Subject string
	// ID is the message's identity: a second message with the same one
	// within the stream's duplicate window is stored once.
	ID func(T) string
	// Key names what the message is about, so that everything about one
	// item can be purged; nil means that nothing personal is in it.
	Key func(T) string
}

// Options configures a [Bus].
type Options struct {
	URL      string        // NATS server; empty means run one in this process
	Dir      string        // JetStream storage of the embedded server
	Retry    time.Duration // first delay after a failure; doubles up to 30 s; zero means 1 s
	Timeout  time.Duration // for one call of a handler; zero means 25 s
	Logger   *slog.Logger  // required
	Replicas int           // of the stream on a cluster; zero means 1
}

// Bus is a connection to JetStream.
type Bus struct {
	opts Options
	srv  *server.Server // nil when the server is remote
	nc   *nats.Conn
	js   jetstream.JetStream

	gate sync.RWMutex // held by what publishes; see Hold
	torn atomic.Bool  // the embedded stream has met an error of the disk

	published, handled, retried, dropped atomic.Int64
}

// Stats counts what went over this connection since it was opened.
type Stats struct{ Published, Handled, Retried, Dropped int64 }

// Stats reports the traffic so far.
func (b *Bus) Stats() Stats {
	return Stats{b.published.Load(), b.handled.Load(), b.retried.Load(), b.dropped.Load()}
}

// Open connects to opts.URL or starts an embedded server that listens on no
// port at all and syncs every message before it acknowledges it.
func Open(ctx context.Context, opts Options) (_ *Bus, err error) {
	if opts.Retry == 0 {
		opts.Retry = time.Second
	}
	if opts.Timeout == 0 {
		opts.Timeout = 25 * time.Second // less than the consumer's ack wait
	}
	if opts.Replicas == 0 {
		opts.Replicas = 1
	}
	b := &Bus{opts: opts}
	defer func() {
		if err != nil {
			b.Close()
		}
	}()
	url, nopts := opts.URL, []nats.Option{nats.Name("langnghe"), nats.MaxReconnects(-1)}
	if url == "" {
		b.srv, err = server.NewServer(&server.Options{
			ServerName: "langnghe", JetStream: true, StoreDir: opts.Dir, DontListen: true,
			SyncAlways: true, // survives power loss: what is acknowledged is on the disk
			MaxPayload: maxPayload, NoSigs: true,
		})
		if err != nil {
			return nil, fmt.Errorf("bus: embedded server in %s: %w", opts.Dir, err)
		}
		b.srv.SetLoggerV2(serverLog{opts.Logger, &b.torn}, false, false, false)
		b.srv.Start()
		if !b.srv.ReadyForConnections(20 * time.Second) {
			return nil, fmt.Errorf("bus: embedded server in %s is not ready after 20s", opts.Dir)
		}
		nopts = append(nopts, nats.InProcessServer(b.srv))
	}
	if b.nc, err = nats.Connect(url, nopts...); err != nil {
		return nil, fmt.Errorf("bus: connect %q: %w", url, err)
	}
	if b.js, err = jetstream.New(b.nc, jetstream.WithPublishAsyncMaxPending(1000), jetstream.WithPublishAsyncTimeout(20*time.Second), jetstream.WithDefaultTimeout(30*time.Second)); err != nil {
		return nil, fmt.Errorf("bus: %w", err)
	}
	_, err = b.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name:       streamName,
		Subjects:   []string{"news.>", "alerts.>", "review.>", "official.>", "item.>", "sources.>", "audit.>"},
		Storage:    jetstream.FileStorage,
		Replicas:   opts.Replicas,
		MaxAge:     Keep,
		Duplicates: 10 * time.Minute,
		Discard:    jetstream.DiscardNew, // a full stream refuses, it never forgets
		MaxMsgSize: maxPayload,
	})
	if err != nil {
		return nil, fmt.Errorf("bus: stream: %w", err)
	}
	return b, nil
}

// Close drains the connection and stops the embedded server, if any.
func (b *Bus) Close() error {
	if b.nc != nil {
		_ = b.nc.FlushTimeout(2 * time.Second) // the last acknowledgements
		b.nc.Close()
	}
	if b.srv != nil {
		b.srv.Shutdown()
		b.srv.WaitForShutdown()
	}
	return nil
}

// Ready reports whether the stream can be reached now.
func (b *Bus) Ready(ctx context.Context) error {
	if _, err := b.js.Stream(ctx, streamName); err != nil {
		return fmt.Errorf("bus: stream: %w", err)
	}
	return nil
}

// Publish stores v on the topic and returns once the server has it.
func Publish[T any](ctx context.Context, b *Bus, t Topic[T], v T) error {
	return PublishAll(ctx, b, t, []T{v})
}

// PublishAll stores vs in order and returns once the server has all of them.
// After an error some may be stored; publishing them again is harmless.
func PublishAll[T any](ctx context.Context, b *Bus, t Topic[T], vs []T) error {
	b.gate.RLock()
	defer b.gate.RUnlock()
	futures := make([]jetstream.PubAckFuture, 0, len(vs))
	for _, v := range vs {
		msg, err := message(t, v)
		if err != nil {
			return err
		}
		f, err := b.js.PublishMsgAsync(msg, jetstream.WithMsgID(t.Subject+"/"+t.ID(v)), jetstream.WithStallWait(15*time.Second))
		if err != nil {
			return fmt.Errorf("bus: publish %s: %w", t.Subject, err)
		}
		futures = append(futures, f)
	}
	for _, f := range futures {
		select {
		case <-f.Ok():
			b.published.Add(1)
		case err := <-f.Err():
			return fmt.Errorf("bus: publish %s: %w", t.Subject, err)
		case <-ctx.Done():
			return fmt.Errorf("bus: publish %s: %w", t.Subject, context.Cause(ctx))
		}
	}
	return nil
}

func message[T any](t Topic[T], v T) (*nats.Msg, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("bus: encode %s: %w", t.Subject, err)
	}
	key := "all"
	if t.Key != nil {
		key = token(t.Key(v))
	}
	return &nats.Msg{Subject: t.Subject + "." + key, Data: data}, nil
}

// Purge removes from the stream everything about key, on every topic, and
// overwrites it on the disk.
func (b *Bus) Purge(ctx context.Context, key string) error {
	s, err := b.js.Stream(ctx, streamName)
	if err != nil {
		return fmt.Errorf("bus: stream: %w", err)
	}
	for seq := uint64(1); ; {
		msg, err := s.GetMsg(ctx, seq, jetstream.WithGetMsgSubject("*.*."+token(key)))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return nil
		}
		if err == nil {
			err = s.SecureDeleteMsg(ctx, msg.Sequence)
		}
		if err != nil {
			return fmt.Errorf("bus: purge %s: %w", key, err)
		}
		seq = msg.Sequence + 1
	}
}

// Pending reports how many messages of the topic wait for the consumer,
// unacknowledged ones included; zero when the consumer does not exist.
func Pending[T any](ctx context.Context, b *Bus, t Topic[T], durable string) (int, error) {
	c, err := b.js.Consumer(ctx, streamName, durable)
	if errors.Is(err, jetstream.ErrConsumerNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("bus: consumer %s: %w", durable, err)
	}
	info, err := c.Info(ctx)
	if err != nil {
		return 0, fmt.Errorf("bus: consumer %s: %w", durable, err)
	}
	return int(info.NumPending) + info.NumAckPending, nil
}

// Consume calls handle for each message on t until ctx is done. The durable
// name identifies the consuming role: two processes with one name share the
// work. It returns nil when ctx ends.
func Consume[T any](ctx context.Context, b *Bus, t Topic[T], durable string, handle func(context.Context, T) error) error {
	return ConsumeBatch(ctx, b, t, durable, 64, 0, func(ctx context.Context, vs []T) error {
		return handle(ctx, vs[0])
	}, single)
}

type mode int

const (
	batch mode = iota
	single
)

// Declare makes the durable consumer without reading from it, so that facts
// are kept for a role that starts later.
func Declare[T any](ctx context.Context, b *Bus, t Topic[T], durable string) error {
	_, err := declare(ctx, b, t, durable)
	return err
}

func declare[T any](ctx context.Context, b *Bus, t Topic[T], durable string) (jetstream.Consumer, error) {
	c, err := b.js.CreateOrUpdateConsumer(ctx, streamName, jetstream.ConsumerConfig{
		Durable: durable, FilterSubject: t.Subject + ".>", AckPolicy: jetstream.AckExplicitPolicy,
		AckWait: ackWait, MaxAckPending: 4000,
	})
	if err != nil {
		return nil, fmt.Errorf("bus: consumer %s: %w", durable, err)
	}
	return c, nil
}

// ConsumeBatch is Consume for handlers that are cheaper in batches: handle
// gets up to max messages, as many as came within wait of the first. When a
// batch of several fails, its messages are handled one by one, so that one
// bad message does not hold up the others.
func ConsumeBatch[T any](ctx context.Context, b *Bus, t Topic[T], durable string, max int, wait time.Duration, handle func(context.Context, []T) error, modes ...mode) error {
	one := len(modes) > 0 && modes[0] == single
	cons, err := declare(ctx, b, t, durable)
	if err != nil {
		return err
	}
	for ctx.Err() == nil {
		msgs, err := next(ctx, cons, max, wait)
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			b.opts.Logger.Warn("fetch messages", "consumer", durable, "err", err)
			sleep(ctx, b.opts.Retry)
			continue
		}
		if len(msgs) == 0 {
			continue
		}
		values := make([]T, 0, len(msgs))
		good := msgs[:0:0]
		for _, m := range msgs {
			var v T
			if err := json.Unmarshal(m.Data(), &v); err != nil {
				b.settle(m, durable, permanent{fmt.Errorf("decode %s: %w", m.Subject(), err)})
				continue
			}
			values, good = append(values, v), append(good, m)
		}
		if len(good) == 0 {
			continue
		}
		settle(ctx, b, durable, good, values, one, handle)
	}
	return nil
}

// settle handles the messages in hand and says what became of each.
func settle[T any](ctx context.Context, b *Bus, durable string, good []jetstream.Msg, values []T, one bool, handle func(context.Context, []T) error) {
	defer alive(good)()
	if !one {
		if err := call(ctx, b, handle, values); err == nil {
			for _, m := range good {
				b.settle(m, durable, nil)
			}
			return
		} else if len(good) == 1 {
			b.settle(good[0], durable, err)
			return
		}
	}
	failed := false
	for i, m := range good {
		switch {
		case failed:
			// Order matters to rules: what comes after a failure waits
			// behind it.
			_ = m.NakWithDelay(b.opts.Retry)
			continue
		case ctx.Err() != nil:
			_ = m.Nak() // stopping: the next process gets it at once
			continue
		}
		err := call(ctx, b, handle, values[i:i+1])
		b.settle(m, durable, err)
		failed = err != nil && !isPermanent(err)
	}
}

// alive tells the stream that the messages are being worked on, until the
// function that it returns is called.
func alive(msgs []jetstream.Msg) (stop func()) {
	done := make(chan struct{})
	go func() {
		tick := time.NewTicker(ackWait / 3)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				for _, m := range msgs {
					_ = m.InProgress() // an error means that it is settled
				}
			}
		}
	}()
	return func() { close(done) }
}

// next waits for a first message, then takes what is there within wait.
func next(ctx context.Context, cons jetstream.Consumer, max int, wait time.Duration) ([]jetstream.Msg, error) {
	fctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	res, err := cons.Fetch(1, jetstream.FetchContext(fctx))
	if err != nil {
		return nil, err
	}
	msgs := collect(res)
	if len(msgs) == 0 || max == 1 {
		if err := res.Error(); err != nil && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, nats.ErrTimeout) {
			return nil, err
		}
		return msgs, nil
	}
	if wait == 0 {
		res, err = cons.FetchNoWait(max - 1)
	} else {
		res, err = cons.Fetch(max-1, jetstream.FetchMaxWait(wait))
	}
	if err != nil {
		return msgs, nil // the first one is in hand and must be settled
	}
	return append(msgs, collect(res)...), nil
}

func collect(res jetstream.MessageBatch) []jetstream.Msg {
	var msgs []jetstream.Msg
	for m := range res.Messages() {
		msgs = append(msgs, m)
	}
	return msgs
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// call runs a handler on a message in hand: it is finished even when the
// process is stopping, but within a bound. A panic is a failure of that
// message, not of the process.
func call[T any](ctx context.Context, b *Bus, handle func(context.Context, T) error, v T) (err error) {
	return callWithin(context.WithoutCancel(ctx), b, b.opts.Timeout, handle, v)
}

// callWithin is call with another bound, for work that may be given up.
func callWithin[T any](ctx context.Context, b *Bus, most time.Duration, handle func(context.Context, T) error, v T) (err error) {
	hctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
			b.opts.Logger.Error("handler panics", "panic", p, "stack", stack())
		}
	}()
	return handle(hctx, v)
}

type permanent struct{ error }

func (permanent) Permanent() bool { return true }
func (p permanent) Unwrap() error { return p.error }

// Permanent marks an error that no retry can mend.
func Permanent(err error) error { return permanent{err} }

func isPermanent(err error) bool {
	var p interface{ Permanent() bool }
	return errors.As(err, &p) && p.Permanent()
}

// settle acknowledges, delays or terminates msg according to err.
func (b *Bus) settle(msg jetstream.Msg, durable string, err error) {
	var serr error
	switch {
	case err == nil:
		b.handled.Add(1)
		serr = msg.Ack()
	case isPermanent(err):
		b.dropped.Add(1)
		b.opts.Logger.Error("drop message", "consumer", durable, "subject", msg.Subject(), "err", err)
		serr = msg.TermWithReason(err.Error())
	default:
		b.retried.Add(1)
		b.opts.Logger.Warn("retry message", "consumer", durable, "subject", msg.Subject(), "err", err)
		delay := b.opts.Retry
		if md, merr := msg.Metadata(); merr == nil {
			for n := uint64(1); n < md.NumDelivered && delay < 30*time.Second; n++ {
				delay *= 2
			}
		}
		serr = msg.NakWithDelay(min(delay, 30*time.Second))
	}
	if serr != nil && !errors.Is(serr, nats.ErrConnectionClosed) {
		b.opts.Logger.Warn("settle message", "consumer", durable, "subject", msg.Subject(), "err", serr)
	}
}

// token makes one subject token of any key.
func token(key string) string {
	for _, r := range key {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_') {
			sum := sha256.Sum256([]byte(key))
			return "x" + hex.EncodeToString(sum[:16])
		}
	}
	if key == "" {
		return "none"
	}
	return key
}
