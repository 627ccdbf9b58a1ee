package alerts

import (
	"context"
	"errors"
	"time"

	"langnghe/internal/news"
)

// A Channel carries messages to recipients.
//
// An error is taken for temporary and the message is tried again under the
// same ID, unless the error has a method Temporary() bool that says false. A
// method RetryAfter() time.Duration names the shortest pause before the next
// try. A channel that knows what addresses look like has a method
// Check(Recipient) error, which [New] calls.
type Channel interface {
	Send(ctx context.Context, m Message) error
}

// A Message is one alert, or several of one group, for one recipient.
type Message struct {
	ID      string       // stable: every try carries it, on every channel
	To      Recipient    // whom
	Alert   news.Alert   // the most urgent one
	More    []news.Alert // the others of the group that go with it
	Subject string       // in the recipient's language
	Text    string       // plain text, links defanged
	Link    string       // page of the desk, or ""
	Replies string       // ID of the message that this one takes back, or ""
	Files   []File       // that go with it, on channels that carry files
	Try     int          // 1 is the first
	At      time.Time    // on the ward's clock
}

// Body is the alert's own text in the recipient's language, links defanged,
// for channels that have no room for all of Text.
func (m Message) Body() string { return body(m.Alert.Body.In(m.To.Lang)) }

// A File goes with a message.
type File struct {
	Name string
	Type string // media type
	Data []byte
}

// permanent reports whether another try cannot help.
func permanent(err error) bool {
	var t interface{ Temporary() bool }
	return errors.As(err, &t) && !t.Temporary()
}

// retryAfter is the pause that the other side asked for, or zero.
func retryAfter(err error) time.Duration {
	var r interface{ RetryAfter() time.Duration }
	if errors.As(err, &r) {
		return r.RetryAfter()
	}
	return 0
}

// An Error is a request that cannot be met, in both languages. Kind is
// stable: "invalid", "not_found", "undelivered".
type Error struct {
	Kind string
	Text news.Text
}

func (e *Error) Error() string { return e.Text.VI }

// Code returns the kind; it crosses the bus.
func (e *Error) Code() string { return e.Kind }

// Permanent implements the bus contract: the same request fails again.
func (e *Error) Permanent() bool { return true }

// A lostWay is a recipient or channel that the configuration no longer has.
type lostWay struct{ msg string }

func (e *lostWay) Error() string { return e.msg }

func (e *lostWay) Temporary() bool { return false }
