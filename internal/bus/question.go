package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"golang.org/x/sync/semaphore"
)

// A Question is a typed request subject: "ask.<role>.<name>". The role
// answers, others ask. Topics carry facts, questions read state.
type Question[Q, A any] struct {
	Subject string
	// Within is how long an answer may take; zero is Options.Timeout. One that
	// may take longer than that is given up when the process is stopped.
	Within time.Duration
}

// reply is the form of an answer on the wire.
type reply struct {
	Answer json.RawMessage `json:"answer,omitempty"`
	Error  string          `json:"error,omitempty"`
	Code   string          `json:"code,omitempty"`
}

// An Error is what the answering role said. Code is that of an error with a
// Code() string method, so that "not_found" survives the way.
type Error struct{ Subject, Message, Kind string }

func (e *Error) Error() string { return e.Message }

// Code is the machine-readable kind of the error, or "".
func (e *Error) Code() string { return e.Kind }

// An Asker carries questions: a [Bus], or a [Client] on a running service's
// socket.
type Asker interface {
	Request(ctx context.Context, subject string, data []byte) ([]byte, error)
}

// concurrency bounds the requests that one question works on at a time.
const concurrency = 16

// Answer calls f for each request until ctx is done, several at a time. When
// several processes answer, each request goes to one of them.
func Answer[Q, A any](ctx context.Context, b *Bus, q Question[Q, A], f func(context.Context, Q) (A, error)) error {
	return answers(ctx, b, q, "answer", f)
}

// AnswerEach is Answer for questions of [AskEach]: every process that answers
// gets each request.
func AnswerEach[Q, A any](ctx context.Context, b *Bus, q Question[Q, A], f func(context.Context, Q) (A, error)) error {
	return answers(ctx, b, q, "", f)
}

// answers answers as one of a group, or for itself without one.
func answers[Q, A any](ctx context.Context, b *Bus, q Question[Q, A], group string, f func(context.Context, Q) (A, error)) error {
	slots := semaphore.NewWeighted(concurrency)
	sub, err := b.nc.QueueSubscribe(q.Subject, group, func(m *nats.Msg) {
		if slots.Acquire(ctx, 1) != nil {
			return
		}
		go func() {
			defer slots.Release(1)
			out := answer(ctx, b, q, f, m.Data)
			if err := m.Respond(out); err != nil {
				b.opts.Logger.Warn("answer", "subject", q.Subject, "err", err)
			}
		}()
	})
	if err != nil {
		return fmt.Errorf("bus: answer %s: %w", q.Subject, err)
	}
	<-ctx.Done()
	_ = sub.Unsubscribe()
	return slots.Acquire(context.WithoutCancel(ctx), concurrency) // those in hand
}

func answer[Q, A any](ctx context.Context, b *Bus, q Question[Q, A], f func(context.Context, Q) (A, error), data []byte) []byte {
	var in Q
	var out reply
	err := json.Unmarshal(data, &in)
	if err == nil {
		var a A
		work := func(ctx context.Context, in Q) (err error) {
			a, err = f(ctx, in)
			return err
		}
		if q.Within > b.opts.Timeout {
			err = callWithin(ctx, b, q.Within, work, in)
		} else {
			err = call(ctx, b, work, in)
		}
		if err == nil {
			out.Answer, err = json.Marshal(a)
		}
	}
	if err == nil && len(out.Answer) > maxPayload-4096 {
		err = fmt.Errorf("the answer is %d MB long; ask for less at a time", len(out.Answer)>>20)
	}
	if err != nil {
		out = reply{Error: err.Error()}
		var c interface{ Code() string }
		if errors.As(err, &c) {
			out.Code = c.Code()
		}
	}
	data, err = json.Marshal(out)
	if err != nil {
		data = []byte(`{"error":"encode the answer"}`)
	}
	return data
}

// Ask sends v and waits for the answer. ctx must have a deadline.
func Ask[Q, A any](ctx context.Context, a Asker, q Question[Q, A], v Q) (A, error) {
	var out A
	data, err := json.Marshal(v)
	if err != nil {
		return out, fmt.Errorf("bus: encode %s: %w", q.Subject, err)
	}
	data, err = a.Request(ctx, q.Subject, data)
	if err != nil {
		return out, fmt.Errorf("%s: %w", strings.TrimPrefix(q.Subject, "ask."), err)
	}
	var r reply
	if err := json.Unmarshal(data, &r); err != nil {
		return out, fmt.Errorf("bus: decode %s: %w", q.Subject, err)
	}
	if r.Error != "" {
		return out, &Error{Subject: q.Subject, Message: r.Error, Kind: r.Code}
	}
	if err := json.Unmarshal(r.Answer, &out); err != nil {
		return out, fmt.Errorf("bus: decode %s: %w", q.Subject, err)
	}
	return out, nil
}

// AskEach sends v to every process that answers and returns what came within
// the time. Answers that are errors are left out.
func AskEach[Q, A any](ctx context.Context, b *Bus, q Question[Q, A], v Q, within time.Duration) ([]A, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("bus: encode %s: %w", q.Subject, err)
	}
	inbox := b.nc.NewRespInbox()
	sub, err := b.nc.SubscribeSync(inbox)
	if err == nil {
		defer func() { _ = sub.Unsubscribe() }()
		err = b.nc.PublishRequest(q.Subject, inbox, data)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", strings.TrimPrefix(q.Subject, "ask."), err)
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	var out []A
	for {
		m, err := sub.NextMsgWithContext(ctx)
		if err != nil {
			return out, nil // the time is over, or nobody is there
		}
		var r reply
		var a A
		if json.Unmarshal(m.Data, &r) == nil && r.Error == "" && json.Unmarshal(r.Answer, &a) == nil {
			out = append(out, a)
		}
	}
}

// Request implements [Asker].
func (b *Bus) Request(ctx context.Context, subject string, data []byte) ([]byte, error) {
	if !b.nc.IsConnected() {
		return nil, ErrNobody // at once, instead of waiting for the server to come back
	}
	m, err := b.nc.RequestWithContext(ctx, subject, data)
	if errors.Is(err, nats.ErrNoResponders) {
		return nil, ErrNobody
	}
	if err != nil {
		return nil, err
	}
	return m.Data, nil
}

func stack() string { return string(debug.Stack()) }
