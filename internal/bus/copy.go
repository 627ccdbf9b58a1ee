package bus

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// A Message is a fact as it stands in the stream, for a backup.
type Message struct {
	Subject string `json:"subject"`
	ID      string `json:"id"`
	Data    []byte `json:"data"`
}

// NewMessage is v as Publish would store it.
func NewMessage[T any](t Topic[T], v T) (Message, error) {
	m, err := message(t, v)
	if err != nil {
		return Message{}, err
	}
	return Message{Subject: m.Subject, ID: t.Subject + "/" + t.ID(v), Data: m.Data}, nil
}

// Hold keeps this process from publishing until release is called. Handlers
// go on and acknowledge. While it is held, what [Bus.Unhandled] returns and
// copies of the roles' databases that are made afterwards belong together: a
// fact that is missing in the one has been handled in the other.
func (b *Bus) Hold() (release func()) {
	b.gate.Lock()
	return b.gate.Unlock
}

// Unhandled calls f, in order, with each fact that at least one of its
// listeners has not acknowledged. Some that all have acknowledged may be
// among them; handling is idempotent.
func (b *Bus) Unhandled(ctx context.Context, f func(Message) error) error {
	s, err := b.js.Stream(ctx, streamName)
	if err != nil {
		return fmt.Errorf("bus: stream: %w", err)
	}
	// The first sequence that each subject's slowest listener still waits for.
	from := map[string]uint64{}
	list := s.ListConsumers(ctx)
	for info := range list.Info() {
		if info.NumPending == 0 && info.NumAckPending == 0 {
			continue
		}
		subject, next := info.Config.FilterSubject, info.AckFloor.Stream+1
		if have, ok := from[subject]; !ok || next < have {
			from[subject] = next
		}
	}
	if err := list.Err(); err != nil {
		return fmt.Errorf("bus: consumers: %w", err)
	}
	for subject, seq := range from {
		for {
			m, err := s.GetMsg(ctx, seq, jetstream.WithGetMsgSubject(subject))
			if errors.Is(err, jetstream.ErrMsgNotFound) {
				break
			}
			if err != nil {
				return fmt.Errorf("bus: read %s: %w", subject, err)
			}
			if err := f(Message{Subject: m.Subject, ID: m.Header.Get(nats.MsgIdHdr), Data: m.Data}); err != nil {
				return err
			}
			seq = m.Sequence + 1
		}
	}
	return nil
}

// Forget removes what the listeners have acknowledged from memory: once they
// are declared again, they hear everything that the stream still holds.
func (b *Bus) Forget(ctx context.Context) error {
	s, err := b.js.Stream(ctx, streamName)
	if err != nil {
		return fmt.Errorf("bus: stream: %w", err)
	}
	var names []string
	list := s.ConsumerNames(ctx)
	for n := range list.Name() {
		names = append(names, n)
	}
	if err := list.Err(); err != nil {
		return fmt.Errorf("bus: consumers: %w", err)
	}
	for _, n := range names {
		if err := s.DeleteConsumer(ctx, n); err != nil {
			return fmt.Errorf("bus: consumer %s: %w", n, err)
		}
	}
	return nil
}

// Revive starts the embedded stream again when it has stopped, or has met an
// error of the disk and refuses to write ever after; what it had acknowledged
// is still there. It reports whether there was anything to do.
func (b *Bus) Revive() (bool, error) {
	if b.srv == nil || b.srv.JetStreamEnabled() && !b.torn.Swap(false) {
		return false, nil
	}
	if err := b.srv.ShutdownJetStream(); err != nil {
		return true, fmt.Errorf("bus: stop the stream: %w", err)
	}
	err := b.srv.EnableJetStream(&server.JetStreamConfig{StoreDir: b.opts.Dir, SyncAlways: true, MaxMemory: -1, MaxStore: -1})
	if err != nil {
		return true, fmt.Errorf("bus: start the stream again: %w", err)
	}
	return true, nil
}

// Republish stores facts that Unhandled returned, in order.
func (b *Bus) Republish(ctx context.Context, ms []Message) error {
	for _, m := range ms {
		if _, err := b.js.PublishMsg(ctx, &nats.Msg{Subject: m.Subject, Data: m.Data}, jetstream.WithMsgID(m.ID)); err != nil {
			return fmt.Errorf("bus: publish %s: %w", m.Subject, err)
		}
	}
	return nil
}
