// Package alerts tells people, once: it routes notices to recipients, writes
// them to an outbox, delivers them by e-mail and signed webhooks with bounded
// retries, and keeps the log of what became of each.
//
// A notice reaches each recipient at least once under one identity
// (Message-ID, webhook-id), so that it is seen once. Delivery fails open:
// when routing is in doubt somebody on the team is told, and what cannot be
// delivered goes to somebody else before it ends as a dead letter. Notices
// are held back only for a reason that is written down: the machine's further
// ones of a group for half an hour, those below critical until working hours,
// those that a person has silenced or acknowledged, and flags about what is
// older than three days.
//
// [Dispatcher.Take] accepts alerts.due, [Dispatcher.Run] delivers. A further
// way to reach people is a [Channel] in a folder of its own.
package alerts

import (
	"time"

	"langnghe/internal/news"
)

// Roles are those that notices can be for.
var Roles = []string{"reviewer", "leader", "justice", "police_liaison", "office", "editor", "khoi", "unit", "admin", "list"}

// A Recipient is one way to one person or system on the team. Entries of one
// name are the same person: the first that fits is used, the others stand in
// when it fails.
type Recipient struct {
	Name    string     `yaml:"name" json:"name"`
	Role    string     `yaml:"role" json:"role"`       // reviewer, leader, police_liaison …
	Unit    string     `yaml:"unit" json:"unit"`       // of the roles unit and khoi: whose notices; empty is all of them. Of the role list: the name of the list of recipients of reports
	Channel string     `yaml:"channel" json:"channel"` // email or webhook
	Address string     `yaml:"address" json:"address"` // mail address or URL
	Secret  string     `yaml:"secret" json:"-"`        // of the webhook, "whsec_…"
	Lang    string     `yaml:"lang" json:"lang"`       // vi or en
	Min     news.Level `yaml:"-" json:"min"`           // nothing below it; default medium
	Always  bool       `yaml:"always" json:"always"`   // does not wait for working hours: a duty desk, a system

	// What a machine's notice must be about to come here; empty is anything.
	// Critical ones come whatever they are about.
	Topics []string      `yaml:"topics" json:"topics,omitempty"`
	Places []string      `yaml:"places" json:"places,omitempty"` // names of neighbourhoods
	Hours  *WorkingHours `yaml:"hours" json:"hours,omitempty"`   // of this recipient, instead of the team's
}

// A Silence mutes notices that fit until a time. Critical ones are never
// muted.
type Silence struct {
	ID      string    `json:"id"`
	Topic   string    `json:"topic,omitempty"`
	Group   string    `json:"group,omitempty"`
	Owner   string    `json:"owner"`
	Reason  string    `json:"reason"`
	Created time.Time `json:"created"`
	Until   time.Time `json:"until"`
	Not     []string  `json:"not,omitempty"` // roles that are not to know of the group; set when it is asked for
}

// A Delivery is one alert on its way to one recipient.
type Delivery struct {
	Seq       int64      `json:"seq"` // rises with each
	Alert     string     `json:"alert"`
	Kind      string     `json:"kind"`
	Level     news.Level `json:"level"`
	Subject   news.Text  `json:"subject"`
	Recipient string     `json:"recipient"`
	Channel   string     `json:"channel"`
	State     string     `json:"state"`             // waiting, sent, failed (and tried again), dead, muted
	Why       string     `json:"why,omitempty"`     // "old", "silence: <owner>: <reason>" …: a stable word, then details
	Reason    news.Text  `json:"reason,omitzero"`   // Why for people
	Message   string     `json:"message,omitempty"` // identity under which it is sent; alerts in one message share it
	Tries     int        `json:"tries"`
	Created   time.Time  `json:"created"`
	Next      time.Time  `json:"next,omitzero"` // when it is tried (again)
	Done      time.Time  `json:"done,omitzero"`
	Error     string     `json:"error,omitempty"`
	Not       []string   `json:"not,omitempty"` // roles that are not to know of it
}

// Deliveries answers the question "deliveries".
type Deliveries struct {
	Deliveries []Delivery `json:"deliveries"` // newest first
	Waiting    int        `json:"waiting"`
	Dead       int        `json:"dead"`
}

// A DeliveriesQuery asks for the newest deliveries.
type DeliveriesQuery struct {
	State  string `json:"state,omitempty"`
	Before int64  `json:"before,omitempty"` // only those with a lower Seq; zero is all
	Limit  int    `json:"limit,omitempty"`  // zero means 100
}

// A SilenceRequest lists the silences (empty) or changes them.
type SilenceRequest struct {
	Add *Silence `json:"add,omitempty"`
	End string   `json:"end,omitempty"` // id
	By  string   `json:"by,omitempty"`
}

// An Overview says what is muted and why, and what nobody has taken in hand.
type Overview struct {
	Silences  []Silence    `json:"silences"`
	Acks      []Quiet      `json:"acks"`      // groups that somebody has in hand, with the time at which they speak again
	Muted     []MutedCount `json:"muted"`     // what was not sent in the last seven days, by reason
	Watches   []Watch      `json:"watches"`   // urgent groups that nobody has decided
	Addresses []Address    `json:"addresses"` // whose owner has not confirmed them
}

// A MutedCount is how many deliveries were not sent for one reason.
type MutedCount struct {
	Why    string    `json:"why"`
	Reason news.Text `json:"reason"`
	Count  int       `json:"count"`
	Last   time.Time `json:"last"`
}

// A ConfirmRequest is the code that came with the first notice to an
// address. By is who typed it, "" when the owner did without signing in.
type ConfirmRequest struct {
	Code string `json:"code"`
	By   string `json:"by,omitempty"`
}

// A Confirmed answers a [ConfirmRequest].
type Confirmed struct {
	Recipient string `json:"recipient"`
	Channel   string `json:"channel"`
}

// An AckRequest says that a person took notice of a group; it is quiet for
// four hours, then re-arms.
type AckRequest struct {
	Group string `json:"group"`
	By    string `json:"by"`
}

// A TestRequest sends a real notice to a recipient, or to all when empty.
type TestRequest struct {
	Recipient string `json:"recipient,omitempty"`
	By        string `json:"by"`
}

// A Subscription is one browser that takes notices of a person (Web Push).
type Subscription struct {
	Endpoint string `json:"endpoint"` // of the push service
	Key      string `json:"p256dh"`   // of the browser, base64url
	Auth     string `json:"auth"`     // 16 bytes, base64url
}

// A PushRequest adds or drops a browser of a person, or only asks.
type PushRequest struct {
	User string        `json:"user"`
	Add  *Subscription `json:"add,omitempty"`
	Drop string        `json:"drop,omitempty"` // endpoint, or "all"
}

// A PushInfo answers a [PushRequest].
type PushInfo struct {
	Key      string `json:"key"`      // of the service, for the browser to subscribe with
	Browsers int    `json:"browsers"` // that the person has
	Notices  bool   `json:"notices"`  // the configuration sends this person notices that way
}
