package news

import "time"

// The facts of the pipeline: each is published once, kept by the stream and
// delivered at least once. Their topics are listed in internal/app.

// Found is news.found: a source has published something new or changed it.
type Found struct {
	Item Item `json:"item"`
	// Prior is how local the source is known to be, in points of the area
	// score: a page of the ward 3, a provincial paper 1, a national one 0.
	Prior int `json:"prior,omitempty"`
	// Keep asks for storage even when the item is about another place:
	// reference sources and explicit imports.
	Keep bool `json:"keep,omitempty"`
}

// Indexed is news.indexed: the item can be searched and counted now.
type Indexed struct {
	Item Item   `json:"item"` // with its Reading
	Hash string `json:"hash"` // of the content that was read
	// Before is the content that this one replaces and that was announced,
	// with its reading. Only what the edit changed is evaluated then: what was
	// flagged and decided before does not come back. Nil means all is new.
	Before *Item `json:"before,omitempty"`
	// Retro marks history that is evaluated again; it never notifies.
	Retro bool `json:"retro,omitempty"`
}

// Flag is news.flagged: a rule fired. It names the rule, its version and the
// evidence, and it says why it may be wrong.
type Flag struct {
	ID        string    `json:"id"` // rule, version, group or item, hash or at: see FlagID
	Rule      string    `json:"rule"`
	Version   int       `json:"version"`
	Type      string    `json:"type"` // match, count, spike, contradicts …
	Title     Text      `json:"title"`
	Level     Level     `json:"level"`
	Status    string    `json:"status"` // experimental, test, stable
	Topic     string    `json:"topic,omitempty"`
	Group     string    `json:"group,omitempty"`
	At        time.Time `json:"at"`                 // event time at which the condition held
	Item      *Item     `json:"item,omitempty"`     // the item that made it fire, with its Reading; nil for a trend
	Items     []string  `json:"items,omitempty"`    // evidence: ids in the window
	Count     int       `json:"count,omitempty"`    // distinct voices in the window
	Because   []Span    `json:"because,omitempty"`  // in the item
	Citation  *Citation `json:"citation,omitempty"` // the official clause beside it
	Why       Text      `json:"why"`                // a sentence a person understands
	Doubt     Text      `json:"doubt"`              // why it may be wrong
	Retro     bool      `json:"retro,omitempty"`
	Edited    bool      `json:"edited,omitempty"` // an edit of the item made it fire
	Late      bool      `json:"late,omitempty"`
	Muted     string    `json:"muted,omitempty"` // filter that mutes it
	Withdrawn bool      `json:"withdrawn,omitempty"`
	Push      bool      `json:"push,omitempty"` // a rise that stands out of all that the ward talks about today: people are told
}

// Signal reports whether the flag is about a trend and not about one item.
func (f *Flag) Signal() bool { return f.Item == nil }

// Citation points at a clause of an official document in force.
type Citation struct {
	Document string `json:"document"` // number, "42/TB-UBND"
	Clause   string `json:"clause,omitempty"`
	Text     string `json:"text,omitempty"`
	URL      string `json:"url,omitempty"`
	From     string `json:"from,omitempty"` // in force, 2006-01-02
	To       string `json:"to,omitempty"`
}

// Choice is the reviewer's decision, the only one there is.
type Choice string

// The decisions.
const (
	Answer    Choice = "answer"    // complaint, question, suggestion: a unit answers
	Verify    Choice = "verify"    // a claim to be checked
	Scam      Choice = "scam"      // fraud or impersonation
	Danger    Choice = "danger"    // risk of violence
	Emergency Choice = "emergency" // a person in danger
	Stat      Choice = "stat"      // counted only
	Out       Choice = "out"       // another place
)

// Choices in the order in which pages offer them.
var Choices = []Choice{Answer, Verify, Scam, Danger, Emergency, Stat, Out}

// Decided is review.decided: what a person made of a flag. Rules learn their
// precision from it.
type Decided struct {
	ID      string    `json:"id"` // of the decision
	Rule    string    `json:"rule"`
	Version int       `json:"version"`
	Flag    string    `json:"flag"`
	Item    string    `json:"item,omitempty"`
	Label   Choice    `json:"label"`
	Useful  bool      `json:"useful"` // the flag was worth a person's time
	At      time.Time `json:"at"`
	Undone  bool      `json:"undone,omitempty"`
}

// Fact is one dated statement of an official document.
type Fact struct {
	ID       string `json:"id"` // <docno>#<clause>.<type>.<n>
	Document string `json:"document"`
	Type     string `json:"type"` // money, date, place, eligibility, procedure, percent, docno
	Value    string `json:"value"`
	Unit     string `json:"unit,omitempty"`
	Subject  string `json:"subject"`
	From     string `json:"from,omitempty"` // 2006-01-02
	To       string `json:"to,omitempty"`
	Span     Span   `json:"span"`
	Clause   string `json:"clause,omitempty"` // its text
	URL      string `json:"url,omitempty"`
	Status   string `json:"status"` // proposed, confirmed
}

// Facts is official.changed: the whole snapshot of confirmed facts.
type Facts struct {
	Version   int          `json:"version"`
	Facts     []Fact       `json:"facts"`
	Documents []Paper      `json:"documents,omitempty"` // every document of the register
	Claims    []KnownClaim `json:"claims,omitempty"`    // what is known to go round
}

// A KnownClaim is an entry of the register of claims: its words, and when
// somebody last looked at it.
type KnownClaim struct {
	ID   string    `json:"id"`
	Text string    `json:"text"`
	At   time.Time `json:"at,omitzero"`
}

// A Paper is the entry of an official document in the register.
type Paper struct {
	No         string `json:"docno"`
	Issuer     string `json:"issuer,omitempty"`
	Date       string `json:"date,omitempty"` // 2006-01-02
	Title      string `json:"title,omitempty"`
	From       string `json:"from,omitempty"`
	To         string `json:"to,omitempty"`
	Supersedes string `json:"supersedes,omitempty"`
}

// Erased is item.erased: every role removes what it holds of the item.
type Erased struct {
	ID     string    `json:"id"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// Health is sources.health: the state of a source changed.
type Health struct {
	Source string    `json:"source"`
	State  string    `json:"state"` // ok, degraded, silent, blocked, empty, new
	Since  time.Time `json:"since"`
	Why    Text      `json:"why"`
	At     time.Time `json:"at"`
}

// Alert is alerts.due: a notice that people on the team should get.
type Alert struct {
	ID       string    `json:"id"`   // stable: the same alert never has two ids
	Kind     string    `json:"kind"` // flagged, escalated, decided, withdrawn, resolved, handoff, source, digest, heartbeat, confirm, test
	Level    Level     `json:"level"`
	To       []string  `json:"to"`            // roles: reviewer, leader, police_liaison …
	Not      []string  `json:"not,omitempty"` // roles that never hear of it, by no escalation or fallback: it is about them
	Subject  Text      `json:"subject"`
	Body     Text      `json:"body"`           // plain text, without a person's words beyond the claim
	Path     string    `json:"path,omitempty"` // page of the desk
	Group    string    `json:"group,omitempty"`
	Topic    string    `json:"topic,omitempty"`
	Place    string    `json:"place,omitempty"` // neighbourhood, for routes; empty when it is not known
	Muted    string    `json:"muted,omitempty"` // why nobody is to be told: it is written into the log and sent to nobody
	Event    time.Time `json:"event"`           // event time of what it is about
	Created  time.Time `json:"created"`
	Attach   string    `json:"attach,omitempty"`   // id of the report that goes with it as files, by mail
	Withdraw string    `json:"withdraw,omitempty"` // id of the alert that this one takes back
}

// Delivered is alerts.delivered: what became of one alert at one recipient.
type Delivered struct {
	Alert     string    `json:"alert"`
	Recipient string    `json:"recipient"`
	Channel   string    `json:"channel"`
	State     string    `json:"state"` // sent, failed, dead, muted
	Tries     int       `json:"tries"`
	At        time.Time `json:"at"`
	Error     string    `json:"error,omitempty"`
}

// Audit is audit.appended: who saw, decided, approved or exported what. The
// desk is the only writer of the chain.
type Audit struct {
	ID     string    `json:"id"` // unique per event, so that a repeat is not chained twice
	At     time.Time `json:"at"`
	Role   string    `json:"role"` // of the program: crawler, indexer, rules, desk, alerts
	Who    string    `json:"who"`  // user name, or "system"
	Act    string    `json:"act"`  // item.view, flag.decide, handoff.approve …
	Object string    `json:"object,omitempty"`
	Detail string    `json:"detail,omitempty"`
}
