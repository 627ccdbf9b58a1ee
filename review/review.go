// Package review is where people judge flags: the inbox, cases and their
// state machine, corrections and hand-offs.
//
// The invariants of the product live here and hold for every sequence of
// events (property tests): a resident's complaint, question, suggestion,
// opinion or satire has no path to the police; machines suggest and people
// decide; a hand-off is proposed by one person and approved by another, in a
// closed category, with evidence and a citation, and leaves only after the
// undo window; every act is in the audit chain in the same transaction.
package review

import (
	"time"

	"langnghe/internal/news"
)

// Role is what a person on the team may do.
type Role string

// The roles.
const (
	Reviewer Role = "reviewer"
	Leader   Role = "leader"
	Justice  Role = "justice"
	Liaison  Role = "police_liaison"
	Office   Role = "office"
	Editor   Role = "editor"
	Khoi     Role = "khoi"
	Unit     Role = "unit"
	Admin    Role = "admin"
)

// A User is the person who acts.
type User struct {
	Name string `json:"name"`
	Role Role   `json:"role"`
	Unit string `json:"unit,omitempty"` // for Unit and Khoi: whose work they see
}

// UndoWindow is how long a decision can be taken back, and how long what
// leaves the team because of it waits.
const UndoWindow = 10 * time.Minute

// An Entry is one line of the inbox: an item with every flag that was raised
// on it, or a signal of a trend.
type Entry struct {
	ID       string      `json:"id"`
	Item     *news.Item  `json:"item,omitempty"` // nil for a signal
	Flags    []news.Flag `json:"flags"`          // newest last; the item stands above, once
	Level    news.Level  `json:"level"`          // highest of the flags, unless a person changed it
	Set      bool        `json:"set,omitempty"`  // a person changed it
	Topic    string      `json:"topic,omitempty"`
	Story    string      `json:"story,omitempty"`
	Similar  []string    `json:"similar,omitempty"` // other undecided entries of the story, folded under this one; at most 50 are named
	Folded   int         `json:"folded,omitempty"`  // how many there are
	Received time.Time   `json:"received"`
	// Overlooked is when people were told that nobody had decided in time.
	Overlooked time.Time   `json:"overlooked,omitzero"`
	Decision   *Decision   `json:"decision,omitempty"`
	History    []Decision  `json:"history,omitempty"` // earlier decisions, undone ones included
	Case       string      `json:"case,omitempty"`
	Locked     bool        `json:"locked"`            // no path to a hand-off: the person's choice or, before it, the machine's stance
	Subject    string      `json:"subject,omitempty"` // SubjectPolice, SubjectOfficial or SubjectLeader: who is criticised
	Alert      string      `json:"alert,omitempty"`   // id of the notice that told of it
	Hidden     bool        `json:"hidden,omitempty"`  // every flag is withdrawn, muted or experimental
	Suggest    news.Choice `json:"suggest,omitempty"` // what the machine would choose
	Trial      bool        `json:"trial,omitempty"`   // only rules on trial fired
	Drill      bool        `json:"drill,omitempty"`   // made up to practise on, see [Desk.StartDrill]
	Vetoed     time.Time   `json:"vetoed,omitzero"`   // when the justice officer last vetoed a hand-off that rested on it
	Lease      *Lease      `json:"lease,omitempty"`   // who has it in hand now; computed when it is read
}

// A Decision is what a reviewer made of an entry.
type Decision struct {
	ID     string      `json:"id"`
	Entry  string      `json:"entry"`
	Choice news.Choice `json:"choice"`
	By     string      `json:"by"`
	At     time.Time   `json:"at"`
	Note   string      `json:"note,omitempty"`
	With   string      `json:"with,omitempty"` // id of the decision that this one was made with, as a similar entry
	Undone time.Time   `json:"undone,omitzero"`
	// Replaced says when another decision took its place, after the undo
	// window; the history keeps this one.
	Replaced time.Time `json:"replaced,omitzero"`
	Into     string    `json:"into,omitempty"` // the open case that the reviewer put it into

	role Role // of By, while it is made
}

// InboxQuery narrows the inbox. The zero value is everything undecided,
// highest level first, then oldest.
type InboxQuery struct {
	Topic   string     `json:"topic,omitempty"`
	Min     news.Level `json:"min,omitempty"`
	Decided bool       `json:"decided,omitempty"` // the decided ones instead, newest first
	Mine    bool       `json:"mine,omitempty"`    // only what By has in hand
	Signals bool       `json:"signals,omitempty"` // entries without an item instead, decided or not, newest first; of the rest only Limit and Offset count
	Offset  int        `json:"offset,omitempty"`
	After   Mark       `json:"-"`               // what follows the entry with this place; the zero Mark is the beginning
	Limit   int        `json:"limit,omitempty"` // zero means 25
	Now     time.Time  `json:"-"`               // that leases are about; set by the desk
	// By is who looks. Without it the answer is for the program itself:
	// counts, ids and levels, nothing that anybody wrote.
	By User `json:"-"`
	// For narrows what the program counts to what the role may see.
	For Role `json:"-"`
	// Without leaves out the entries with this subject; set by the desk.
	Without string `json:"-"`
}

// A Mark is the place of an entry or a case in a list: what makes the order.
// A list that is read from Mark to Mark repeats nothing and leaves out nothing
// that keeps its place, whatever comes and goes meanwhile.
type Mark struct {
	ID    string     `json:"id,omitempty"`
	Level news.Level `json:"level,omitempty"`
	At    time.Time  `json:"at,omitzero"`  // of an entry: received, or decided; of a case: opened
	Due   time.Time  `json:"due,omitzero"` // of a case
}

// A DecideRequest is one key of a reviewer.
type DecideRequest struct {
	Entry   string      `json:"entry"`
	Choice  news.Choice `json:"choice"`
	Note    string      `json:"note,omitempty"`
	Similar bool        `json:"similar,omitempty"` // the entries folded under this one as well
	Case    string      `json:"case,omitempty"`    // put it into this open case of the same choice instead of a new one
	By      User        `json:"-"`
}

// Inbox is one page of entries.
type Inbox struct {
	Entries []Entry        `json:"entries"`
	Open    int            `json:"open"`     // undecided ones in all
	ByLevel [5]int         `json:"by_level"` // undecided ones
	ByTopic map[string]int `json:"by_topic"`
}

// CaseKind says which path a case takes; it is the choice that opened it.
type CaseKind = news.Choice

// State of a case.
type State string

// The states. Feedback (answer): open → forwarded → answered → closed.
// Claims (verify, scam): open → verifying → verdict → correcting → approved →
// published → closed. Danger and emergency: open → escalated → closed.
const (
	Open       State = "open"
	Forwarded  State = "forwarded"
	Answered   State = "answered"
	Verifying  State = "verifying"
	Judged     State = "verdict"
	Correcting State = "pending_approval"
	Approved   State = "approved"
	Published  State = "corrected"
	Escalated  State = "escalated"
	Closed     State = "closed"
)

// Verdict is a person's finding about a claim.
type Verdict string

// The verdicts. Suspected is the strongest that a machine may say; FalseInfo
// and Fake are set only by a person who cites an official document.
const (
	Unverified   Verdict = "unverified"
	Suspected    Verdict = "suspected"
	Confirmed    Verdict = "confirmed"
	FalseInfo    Verdict = "false_info"
	Fake         Verdict = "fake"
	OutOfContext Verdict = "out_of_context"
	Outdated     Verdict = "outdated"
	Inconclusive Verdict = "inconclusive"
)

// Category is the closed list of what may be handed to the police.
type Category string

// The four categories.
const (
	FraudOrScam   Category = "fraud_or_scam"
	Impersonation Category = "impersonation"
	Incitement    Category = "incitement_to_violence"
	PublicSafety  Category = "public_safety_rumour"
)

// Categories in the order in which pages offer them.
var Categories = []Category{FraudOrScam, Impersonation, Incitement, PublicSafety}

// A Case is one matter that people work on.
type Case struct {
	ID         string         `json:"id"` // "V-2026-0001"
	Kind       CaseKind       `json:"kind"`
	State      State          `json:"state"`
	Title      string         `json:"title"`           // empty for an answer that its topic names best
	Claim      string         `json:"claim,omitempty"` // what is said, in neutral words, without persons
	Level      news.Level     `json:"level"`
	Topic      string         `json:"topic,omitempty"`
	Place      string         `json:"place,omitempty"` // the neighbourhood that the first entry to name one is about
	Opened     time.Time      `json:"opened"`
	By         string         `json:"by"`
	Entries    []string       `json:"entries"`
	Indicators []string       `json:"indicators,omitempty"` // of a scam: addresses, telephone numbers, accounts; defanged when shown
	Unit       string         `json:"unit,omitempty"`       // answer: who must answer
	Due        time.Time      `json:"due,omitzero"`
	First      time.Time      `json:"first_due,omitzero"` // the due date of the first assignment, by which the measures count
	NextDue    time.Time      `json:"next_due,omitzero"`  // computed when a case is shown: what an assignment now would set
	Reply      string         `json:"reply,omitempty"`
	Verdict    Verdict        `json:"verdict,omitempty"`
	Citation   *news.Citation `json:"citation,omitempty"`
	Correction *Correction    `json:"correction,omitempty"`
	Drill      bool           `json:"drill,omitempty"`  // it stays with the team and counts nowhere
	Errata     []Erratum      `json:"errata,omitempty"` // corrections that were published and wrong, oldest first
	Handoff    *Handoff       `json:"handoff,omitempty"`
	Slips      []Handoff      `json:"slips,omitempty"` // earlier ones that the police sent back
	Unlocked   *Unlock        `json:"unlocked,omitempty"`
	Outcome    string         `json:"outcome,omitempty"` // said at closing
	Paused     string         `json:"paused,omitempty"`  // number of the document that superseded or changed the cited one
	Clocks     []string       `json:"clocks,omitempty"`  // clocks of the level that ran out and were told of: "look", "say"
	Reminded   time.Time      `json:"reminded,omitzero"` // when people were last told that the answer is overdue
	Stories    []string       `json:"stories,omitempty"` // items of these join the case
	Voices     []Voice        `json:"voices,omitempty"`  // one for each entry: what the lock rests on
	Timeline   []Event        `json:"timeline"`
	Marks      []Standing     `json:"marks,omitempty" api:"-"` // for the program alone, see [Case.AsOf]
	Closed     time.Time      `json:"closed,omitzero"`
	Locked     bool           `json:"locked"`             // computed: no hand-off is possible
	LockWhy    string         `json:"lock_why,omitempty"` // a kind, see LockText
}

// A Voice is what the lock knows of one entry of a case.
type Voice struct {
	Entry   string      `json:"entry"`
	Stance  news.Stance `json:"stance,omitempty"` // of the machine; empty when it did not read the item
	Cue     bool        `json:"cue,omitempty"`    // the machine saw signs of a scam: a victim speaks of it
	Said    bool        `json:"said,omitempty"`   // a person had decided before that it has no path to a hand-off
	Subject string      `json:"subject,omitempty"`
	Vetoed  time.Time   `json:"vetoed,omitzero"` // since when a veto about the entry or its story holds in this case
}

// A Correction is what the ward answers in public, in three lengths.
type Correction struct {
	Portal string `json:"portal"`
	Post   string `json:"post"`
	Radio  string `json:"radio"` // at most 120 s
	// Cut names the lengths that a machine cut from the portal text because
	// nobody wrote them: "post", "radio". The leader approves them as well.
	Cut []string `json:"cut,omitempty"`
	// Returned is why the leader sent the draft back; a new draft is without.
	Returned   string    `json:"returned,omitempty"`
	ReturnedBy string    `json:"returned_by,omitempty"`
	DraftBy    string    `json:"draft_by"`
	Approver   string    `json:"approver,omitempty"`
	At         time.Time `json:"at,omitzero"`  // of the approval
	Out        time.Time `json:"out,omitzero"` // of the first publication
	URL        string    `json:"url,omitempty"`
	// Published is the log: every place where it went out.
	Published []Publication `json:"published,omitempty"`
	// Measured is what became of the matter afterwards, see [Measures].
	Measured []Measure `json:"measured,omitempty"`
}

// A Publication is one place where a correction went out.
type Publication struct {
	At    time.Time `json:"at"`
	By    string    `json:"by"`
	Where string    `json:"where"` // an address, or "loa khối 3, 17:00"
}

// Measures are when the spread of a claim is measured again after its
// correction was published.
var Measures = []time.Duration{24 * time.Hour, 72 * time.Hour}

// A Measure compares how far a claim spread before and after its correction:
// items and distinct voices of the case's stories, in as many hours before
// the publication as after it.
type Measure struct {
	Hours  int       `json:"hours"`
	At     time.Time `json:"at"`
	Before Spread    `json:"before"`
	After  Spread    `json:"after"`
}

// A Spread is how much was written in a span of time.
type Spread struct {
	Items  int `json:"items"`
	Voices int `json:"voices"`
}

// A Handoff is what the police liaison gets: content only, sealed.
type Handoff struct {
	Case       string        `json:"case"`
	Category   Category      `json:"category"`
	Claim      string        `json:"claim"`
	URLs       []string      `json:"urls,omitempty"` // addresses, defanged, and numbers, marked as what they are
	Evidence   string        `json:"evidence"`
	Captures   []Capture     `json:"captures,omitempty"` // redacted, see [Capturable]; none when it rests on residents' voices alone
	CaptureOf  []string      `json:"-"`                  // of a proposal: entries to capture
	Harm       string        `json:"harm,omitempty"`     // public safety: what harm, how near
	Request    string        `json:"request"`            // what is asked of the police
	Citation   news.Citation `json:"citation"`
	Checklist  *Checklist    `json:"checklist,omitempty"` // incitement
	Proposed   string        `json:"proposed"`            // who
	At         time.Time     `json:"at"`
	Approved   string        `json:"approved,omitempty"` // who, another person
	ApprovedAt time.Time     `json:"approved_at,omitzero"`
	Vetoed     string        `json:"vetoed,omitempty"`
	VetoWhy    string        `json:"veto_why,omitempty"`
	VetoedAt   time.Time     `json:"vetoed_at,omitzero"`
	Sent       time.Time     `json:"sent,omitzero"`     // after the undo window
	Seal       string        `json:"seal,omitempty"`    // SHA-256 of the content
	Received   time.Time     `json:"received,omitzero"` // acknowledged by the liaison
	Outcome    string        `json:"outcome,omitempty"` // received, returned, warned, escalated, closed
	Note       string        `json:"note,omitempty"`    // of the liaison; why it was returned
}

// A Slip is a hand-off as a list of its own: all that the liaison sees.
type Slip struct{ Handoff }

// A Checklist is the six-part threshold for incitement (Rabat Plan of
// Action, A/HRC/22/17/Add.4, appendix, §29).
type Checklist struct {
	Context    string `json:"context"`
	Speaker    string `json:"speaker"` // standing, never identity
	Intent     string `json:"intent"`
	Content    string `json:"content"`
	Extent     string `json:"extent"`
	Likelihood string `json:"likelihood"`
}

// An Unlock lets a case that is locked by a resident's stance be handed on:
// the justice officer co-signs with a reason.
type Unlock struct {
	By     string    `json:"by"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// An Event is one line of a case's timeline.
type Event struct {
	At   time.Time `json:"at"`
	Who  string    `json:"who"`
	Act  string    `json:"act"`
	Text string    `json:"text,omitempty"`
}

// An Error is a rule of the house that an act would break, in both
// languages. Kind is stable: "locked", "same_person", "no_citation" …
type Error struct {
	Kind string
	Text news.Text
}

func (e *Error) Error() string { return e.Text.VI }

// Code returns the kind; it crosses the bus.
func (e *Error) Code() string { return e.Kind }
