package review

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"langnghe/internal/news"
)

// This file is the state machine: functions on entries and cases without
// clock, store or notices. Each refuses with an *Error and then has changed
// nothing; what it accepts it writes into the timeline.

// same reports whether two names are one person.
func same(a, b string) bool {
	fold := func(s string) string { return strings.ToLower(norm.NFC.String(strings.TrimSpace(s))) }
	return fold(a) == fold(b)
}

// decide records a decision; the first one wins.
func (e *Entry) decide(d Decision) error {
	if !slices.Contains(news.Choices, d.Choice) {
		return refuse("choice", string(d.Choice))
	}
	if e.Decision != nil {
		return refuse("decided", e.Decision.By)
	}
	e.Decision = &d
	e.Locked = e.locked()
	return nil
}

// undo takes the decision back and returns it.
func (e *Entry) undo(by User, now time.Time) (Decision, error) {
	if e.Decision == nil {
		return Decision{}, refuse("undecided")
	}
	if !same(e.Decision.By, by.Name) && by.Role != Leader {
		return Decision{}, refuse("not_yours", e.Decision.By)
	}
	if now.Sub(e.Decision.At) > UndoWindow {
		return Decision{}, refuse("too_late", int(UndoWindow/time.Minute))
	}
	d := *e.Decision
	d.Undone = now
	e.History = append(e.History, d)
	e.Decision, e.Case = nil, ""
	e.Locked = e.locked()
	return d, nil
}

// open makes a case of a decided entry.
func open(id string, kind CaseKind, e *Entry, veto time.Time, by string, now time.Time) Case {
	c := Case{ID: id, Kind: kind, State: Open, Opened: now, By: by, Topic: e.Topic, Title: title(e), Drill: e.Drill}
	if kind == news.Answer && e.general() {
		c.Title = "" // pages name it by its topic
	}
	if kind == news.Verify || kind == news.Scam {
		c.Verdict = Unverified
	}
	c.event(now, by, "case.open", "")
	c.join(e, veto, by, now)
	if kind == news.Emergency {
		// A person is in danger: nothing waits for a second step.
		c.State = Escalated
		c.event(now, by, "case.escalate", "113 · 114 · 115 · 111")
	}
	return c
}

// strongest is the flag of the highest level, of those the oldest; nil
// without any.
func (e *Entry) strongest() *news.Flag {
	var best *news.Flag
	for i := range e.Flags {
		if best == nil || e.Flags[i].Level > best.Level {
			best = &e.Flags[i]
		}
	}
	return best
}

// title names a case after its strongest flag, never after a person's words.
func title(e *Entry) string {
	if f := e.strongest(); f != nil && f.Title.VI != "" {
		return f.Title.VI
	}
	return e.Topic
}

// general reports whether the strongest flag says no more of the matter than
// the topic that the machine read: then its rule is one for every topic, and
// its title would stand above every complaint.
func (e *Entry) general() bool {
	f := e.strongest()
	if f == nil || e.Topic == "" || f.Topic != e.Topic || e.Item == nil || e.Item.Reading == nil {
		return false
	}
	ts := e.Item.Reading.Topics
	return len(ts) > 0 && ts[0].ID == f.Topic
}

// name is what people call the case in one line.
func (c *Case) name() string { return or(c.Title, c.ID) }

// join adds an entry. Joining twice changes nothing. A veto that is
// remembered of the entry or its story comes along.
func (c *Case) join(e *Entry, veto time.Time, who string, now time.Time) {
	if slices.Contains(c.Entries, e.ID) {
		return
	}
	if c.Claim == "" && c.KeptFromLeader() && e.Subject != SubjectLeader {
		c.Title, c.Topic = title(e), e.Topic // what it was called by is not for those who see it now
	}
	v := e.voice()
	if v.Vetoed = veto; !veto.IsZero() && !c.answers(e.Story, veto) {
		v.Vetoed = now // no earlier co-signature was about this entry
	}
	c.Entries = append(c.Entries, e.ID)
	c.Voices = append(c.Voices, v)
	if e.Story != "" && !slices.Contains(c.Stories, e.Story) {
		c.Stories = append(c.Stories, e.Story)
	}
	c.Level = max(c.Level, e.Level)
	c.mark(now)
	if c.Kind == news.Scam {
		for _, i := range indicators(e.Item) {
			if !slices.Contains(c.Indicators, i) {
				c.Indicators = append(c.Indicators, i)
			}
		}
	}
	if len(c.Entries) > 1 {
		c.event(now, who, "entry.join", e.ID)
	}
	c.lock()
}

// answers reports whether the case had the story when the justice officer
// opened it after the veto.
func (c *Case) answers(story string, veto time.Time) bool {
	return story != "" && slices.Contains(c.Stories, story) && c.Unlocked != nil && c.Unlocked.At.After(veto)
}

// leave removes an entry whose decision was undone. A case without entries is
// closed: nothing of it may go anywhere.
func (c *Case) leave(entry, who string, now time.Time) {
	c.Entries = slices.DeleteFunc(c.Entries, func(s string) bool { return s == entry })
	c.Voices = slices.DeleteFunc(c.Voices, func(v Voice) bool { return v.Entry == entry })
	c.event(now, who, "entry.leave", entry)
	if len(c.Entries) == 0 && c.Closed.IsZero() {
		c.State, c.Closed = Closed, now
		c.event(now, who, "case.close", "")
	}
	c.lock()
}

// hear renews what the case knows of an entry whose text has changed.
func (c *Case) hear(e *Entry) {
	for i, v := range c.Voices {
		if v.Entry == e.ID {
			c.Voices[i] = e.voice()
			c.Voices[i].Vetoed = v.Vetoed
		}
	}
	c.lock()
}

// withdraw takes the case from a unit that it has come to be about, and
// reports whether it did.
func (c *Case) withdraw(theirs bool, now time.Time) bool {
	if c.Kind != news.Answer || c.Unit == "" || c.State == Closed || !c.accuses(c.Unit, theirs) {
		return false
	}
	c.event(now, "system", string(AssignAnswer), refuse("own_unit", c.Unit).Text.VI)
	c.First = c.Promised()
	c.Unit, c.Due, c.State = "", time.Time{}, Open
	return true
}

func (c *Case) event(now time.Time, who, act, text string) {
	c.Timeline = append(c.Timeline, Event{At: now, Who: who, Act: act, Text: text})
}

// expect refuses unless the case is of one of the kinds and in one of the
// states; no states means any but closed.
func (c *Case) expect(kinds []CaseKind, states ...State) error {
	if c.State == Closed {
		return refuse("closed")
	}
	if !slices.Contains(kinds, c.Kind) {
		return refuse("kind", string(c.Kind))
	}
	if len(states) > 0 && !slices.Contains(states, c.State) {
		return refuse("state", string(c.State))
	}
	return nil
}

var (
	claims   = []CaseKind{news.Verify, news.Scam}
	handable = []CaseKind{news.Verify, news.Scam, news.Danger}
	answers  = []CaseKind{news.Answer}
)

// setLevel is a person's change of the level.
func (c *Case) setLevel(l news.Level, by string, now time.Time) error {
	if err := c.expect(news.Choices); err != nil {
		return err
	}
	if l < news.Informational || l > news.Critical {
		return refuse("level")
	}
	c.Level = l
	c.mark(now)
	c.event(now, by, string(SetLevel), l.String())
	return nil
}

// setClaim records what is said, in neutral words.
func (c *Case) setClaim(title, claim string, indicators []string, by string, now time.Time) error {
	if err := c.expect(handable); err != nil {
		return err
	}
	claim = tidy(claim)
	switch {
	case claim == "":
		return refuse("empty", missing["claim"])
	case c.Handoff != nil && !c.Handoff.Sent.IsZero() && !c.Handoff.another():
		return refuse("sent")
	case c.Handoff.waiting():
		return refuse("handoff_open") // what was proposed is what is approved
	}
	c.Claim = claim
	if t := tidy(title); t != "" {
		c.Title = t
	}
	if indicators != nil {
		c.Indicators = indicators
	}
	if c.State == Open && c.Kind != news.Danger {
		c.State = Verifying
	}
	c.event(now, by, string(SetClaim), "")
	return nil
}

// cites reports whether a verdict needs an official document.
func (v Verdict) cites() bool {
	switch v {
	case Unverified, Suspected, Inconclusive:
		return false
	}
	return true
}

// verdicts that people may set.
var verdicts = []Verdict{Unverified, Suspected, Confirmed, FalseInfo, Fake, OutOfContext, Outdated, Inconclusive}

// setVerdict records a person's finding. The caller has checked that the
// cited document is in force. A new verdict takes an approval back.
func (c *Case) setVerdict(v Verdict, cite *news.Citation, by string, now time.Time) error {
	states := []State{Open, Verifying, Judged, Correcting, Approved}
	if c.Paused != "" {
		states = append(states, Published) // what is out rests on a document that has changed
	}
	if err := c.expect(claims, states...); err != nil {
		return err
	}
	switch {
	case !slices.Contains(verdicts, v):
		return refuse("verdict", string(v))
	case c.Claim == "":
		return refuse("no_claim")
	case v.cites() && (cite == nil || cite.Document == ""):
		return refuse("no_citation")
	}
	if !v.cites() && cite != nil && cite.Document == "" {
		cite = nil
	}
	c.Verdict, c.Citation, c.Paused, c.State = v, cite, "", Judged
	c.Correction = c.Correction.draft()
	c.event(now, by, string(SetVerdict), string(v))
	return nil
}

// draft is the correction without its approval, or nil.
func (k *Correction) draft() *Correction {
	if k == nil {
		return nil
	}
	d := *k
	d.Approver, d.At = "", time.Time{}
	d.Returned, d.ReturnedBy = "", ""
	d.URL, d.Out, d.Published, d.Measured = "", time.Time{}, nil, nil // the timeline keeps them
	return &d
}

// maxRadio is how long the loudspeaker may speak about one matter.
const maxRadio = 120

// RadioSeconds estimates how long a script takes: a careful announcer reads
// three syllables a second.
func RadioSeconds(script string) int { return (len(strings.Fields(script)) + 2) / 3 }

// draft writes or rewrites the correction; the leader approves it.
func (c *Case) draft(k Correction, by string, now time.Time) error {
	if err := c.expect(claims, Judged, Correcting, Approved); err != nil {
		return err
	}
	switch {
	case c.Citation == nil || !c.Verdict.cites():
		return refuse("no_verdict")
	case c.Paused != "":
		return refuse("paused", c.Paused)
	case tidy(k.Portal) == "":
		return refuse("empty", missing["portal"])
	case RadioSeconds(k.Radio) > maxRadio:
		return refuse("too_long", RadioSeconds(k.Radio))
	}
	c.Correction = &Correction{Portal: tidy(k.Portal), Post: tidy(k.Post), Radio: tidy(k.Radio), DraftBy: by}
	c.Correction.lengths()
	c.State = Correcting
	c.event(now, by, string(DraftCorrection), "")
	return nil
}

// approve lets the correction be published after the undo window.
func (c *Case) approve(by string, now time.Time) error {
	if err := c.expect(claims, Correcting); err != nil {
		return err
	}
	switch {
	case c.Paused != "":
		return refuse("paused", c.Paused)
	case same(by, c.Correction.DraftBy):
		return refuse("same_person", c.Correction.DraftBy)
	}
	c.Correction.Approver, c.Correction.At, c.State = by, now, Approved
	c.event(now, by, string(ApproveCorrection), "")
	return nil
}

// publish records that the correction is out, and where; once for each
// place.
func (c *Case) publish(url, by string, now time.Time) error {
	if err := c.expect(claims, Approved, Published); err != nil {
		return err
	}
	at := c.Correction.At.Add(UndoWindow)
	switch {
	case c.Paused != "":
		return refuse("paused", c.Paused)
	case now.Before(at):
		return refuse("waiting", int(at.Sub(now)/time.Minute)+1)
	case tidy(url) == "":
		return refuse("empty", missing["address"])
	}
	k := c.Correction
	where := tidy(url)
	if k.Out.IsZero() {
		k.URL, k.Out = where, now
	}
	k.Published = append(k.Published, Publication{At: now, By: by, Where: where})
	c.State = Published
	c.event(now, by, string(PublishCorrection), where)
	return nil
}

// assign gives a complaint, question or suggestion to a unit. Theirs says
// that an accused person in office may be one of the unit, see [Desk.theirs].
func (c *Case) assign(unit string, theirs bool, due time.Time, by string, now time.Time) error {
	if err := c.expect(answers, Open, Forwarded, Answered); err != nil {
		return err
	}
	switch {
	case tidy(unit) == "":
		return refuse("no_unit")
	case !due.After(now):
		return refuse("due")
	case c.accuses(unit, theirs):
		return refuse("own_unit", unit)
	}
	if c.First = c.Promised(); c.First.IsZero() {
		c.First = due
	}
	c.Unit, c.Due, c.State = tidy(unit), due, Forwarded
	c.event(now, by, string(AssignAnswer), c.Unit)
	return nil
}

// Promised is the due date that an answer is measured by: the first one. A
// later one gives the unit time and makes nothing in time that was late.
func (c *Case) Promised() time.Time {
	if !c.First.IsZero() {
		return c.First
	}
	return c.Due
}

// accuses reports whether an entry of the case is about the unit itself: it
// is police and the police are criticised, or an official is accused and may
// be one of theirs.
func (c *Case) accuses(unit string, theirs bool) bool {
	return slices.ContainsFunc(c.Voices, func(v Voice) bool { return about(v.Subject, unit, theirs) })
}

// about reports whether what criticises the subject is about the unit.
func about(subject, unit string, theirs bool) bool {
	return unit != "" && (subject != "" && policeUnit(unit) || inOffice(subject) && theirs)
}

// reply records a unit's answer.
func (c *Case) reply(text string, by User, now time.Time) error {
	if err := c.expect(answers, Open, Forwarded, Answered); err != nil {
		return err
	}
	switch {
	case (by.Role == Unit || by.Role == Khoi) && !c.seenBy(by):
		return refuse("other_unit")
	case tidy(text) == "":
		return refuse("empty", missing["reply"])
	}
	c.Reply, c.State = tidy(text), Answered
	c.event(now, by.Name, string(ReplyAnswer), "")
	return nil
}

// seenBy reports whether a unit, board, editor or liaison may see the case.
func (c *Case) seenBy(by User) bool {
	switch by.Role {
	case Unit, Khoi:
		return c.Kind == news.Answer && c.Unit != "" && same(c.Unit, by.Unit) && !c.Drill
	case Editor:
		return c.Correction != nil && !c.Correction.At.IsZero()
	case Liaison, Admin:
		return false
	}
	return true
}

// hiddenFrom answers a unit, board or editor who may not see the case, and a
// leader of whom it speaks, as if there were none: that there is one is already a word too much.
func (c *Case) hiddenFrom(by User) error {
	switch by.Role {
	case Unit, Khoi, Editor:
		if !c.seenBy(by) {
			return ErrNotFound
		}
	}
	if c.KeptFrom(by.Role) {
		return ErrNotFound
	}
	return nil
}

// escalate records that the leader has taken a danger in hand.
func (c *Case) escalate(note, by string, now time.Time) error {
	if err := c.expect([]CaseKind{news.Danger, news.Emergency}, Open, Escalated); err != nil {
		return err
	}
	if tidy(note) == "" {
		return refuse("empty", missing["note"])
	}
	c.State = Escalated
	c.event(now, by, string(EscalateCase), tidy(note))
	return nil
}

// close ends the work. An answer is closed once it is answered, a correction
// that was approved once it is published; what is closed stays so.
func (c *Case) close(outcome, by string, now time.Time) error {
	if err := c.expect(news.Choices); err != nil {
		return err
	}
	switch {
	case tidy(outcome) == "":
		return refuse("empty", missing["outcome"])
	case c.State == Approved || c.State == Correcting || c.State == Forwarded:
		return refuse("state", string(c.State))
	case c.Handoff.waiting():
		return refuse("handoff_open")
	}
	c.Outcome, c.State, c.Closed = tidy(outcome), Closed, now
	c.event(now, by, string(CloseCase), c.Outcome)
	return nil
}

// pause stops the answer that cites a document which was superseded or
// changed. What is already published waits for a new verdict; it cannot be
// called back by a program.
func (c *Case) pause(by string, now time.Time) {
	c.event(now, "system", "citation.superseded", by)
	if c.State == Closed {
		return
	}
	c.Paused = by
	if c.State == Approved || c.State == Correcting {
		c.Correction, c.State = c.Correction.draft(), Judged
	}
}

// waiting reports whether a proposal is on its way and has not left.
func (h *Handoff) waiting() bool { return h != nil && h.Vetoed == "" && h.Sent.IsZero() }

// unlock is the justice officer's co-signature.
func (c *Case) unlock(reason, by string, now time.Time) error {
	if err := c.expect(handable); err != nil {
		return err
	}
	why, locked := Lock(c)
	switch {
	case !locked:
		return refuse("not_locked")
	case !Unlockable(why):
		return refuse("cannot_unlock", LockText(why))
	case utf8.RuneCountInString(tidy(reason)) < 10:
		return refuse("no_reason")
	}
	c.Unlocked = &Unlock{By: by, Reason: tidy(reason), At: now}
	c.event(now, by, string(UnlockCase), tidy(reason))
	c.lock()
	return nil
}

// propose puts a checked hand-off before the leader.
func (c *Case) propose(h Handoff, by string, now time.Time) error {
	if err := c.expect(handable); err != nil {
		return err
	}
	if c.Handoff.waiting() {
		return refuse("handoff_open")
	}
	if c.Handoff != nil && !c.Handoff.Sent.IsZero() && !c.Handoff.another() {
		return refuse("sent")
	}
	if why, locked := Lock(c); locked {
		return refuse("locked", LockText(why))
	}
	if c.Paused != "" {
		return refuse("paused", c.Paused) // the verdict rests on what has changed
	}
	if err := h.complete(c.Kind); err != nil {
		return err
	}
	if err := c.answered(h.Category); err != nil {
		return err
	}
	h.Case, h.Proposed, h.At = c.ID, by, now
	h.Approved, h.ApprovedAt, h.Sent, h.Seal = "", time.Time{}, time.Time{}, ""
	h.Vetoed, h.VetoWhy, h.VetoedAt, h.Received, h.Outcome, h.Note = "", "", time.Time{}, time.Time{}, "", ""
	if c.Handoff.another() {
		c.Slips = append(c.Slips, *c.Handoff)
	}
	c.Handoff = &h
	c.event(now, by, string(ProposeHandoff), string(h.Category))
	return nil
}

// answered refuses to hand a rumour on before the ward has answered it: a
// person has found it false, with a document, and the correction is approved.
// Truth that frightens, and what nobody has judged, is no matter of the
// police. The other categories have rules of their own.
func (c *Case) answered(as Category) *Error {
	switch {
	case as != PublicSafety:
		return nil
	case c.Verdict != FalseInfo && c.Verdict != Fake:
		return refuse("not_false")
	case c.Correction == nil || c.Correction.At.IsZero():
		return refuse("no_correction")
	}
	return nil
}

// approveHandoff is the second person's signature; the slip leaves when the
// undo window has passed, see release.
func (c *Case) approveHandoff(by string, now time.Time) error {
	if err := c.expect(handable); err != nil {
		return err
	}
	h := c.Handoff
	switch {
	case h != nil && !h.Sent.IsZero():
		return refuse("sent")
	case !h.waiting() || !h.ApprovedAt.IsZero():
		return refuse("no_handoff")
	case same(by, h.Proposed):
		return refuse("same_person", h.Proposed)
	case c.Unlocked != nil && same(by, c.Unlocked.By):
		return refuse("same_person", c.Unlocked.By)
	case c.Paused != "":
		return refuse("paused", c.Paused)
	}
	if why, locked := Lock(c); locked {
		return refuse("locked", LockText(why))
	}
	if err := c.answered(h.Category); err != nil {
		return err // the verdict or the correction has changed since
	}
	h.Approved, h.ApprovedAt = by, now
	c.event(now, by, string(ApproveHandoff), "")
	return nil
}

// recall takes a proposal back, or declines it, before it has left.
func (c *Case) recall(reason, by string, now time.Time) error {
	if err := c.expect(handable); err != nil {
		return err
	}
	switch {
	case c.Handoff != nil && !c.Handoff.Sent.IsZero():
		return refuse("sent")
	case !c.Handoff.waiting():
		return refuse("no_handoff")
	case tidy(reason) == "":
		return refuse("no_reason")
	}
	c.Handoff = nil
	if n := len(c.Slips); n > 0 { // the one that was sent back is the last word again
		h := c.Slips[n-1]
		c.Handoff, c.Slips = &h, c.Slips[:n-1]
	}
	c.event(now, by, string(RecallHandoff), tidy(reason))
	return nil
}

// veto stops a hand-off that has not left, and locks the case.
func (c *Case) veto(reason, by string, now time.Time) error {
	if err := c.expect(handable); err != nil {
		return err
	}
	switch {
	case c.Handoff != nil && !c.Handoff.Sent.IsZero():
		return refuse("sent")
	case !c.Handoff.waiting():
		return refuse("no_handoff")
	case tidy(reason) == "":
		return refuse("no_reason")
	}
	c.Handoff.Vetoed, c.Handoff.VetoWhy, c.Handoff.VetoedAt = by, tidy(reason), now
	for i := range c.Voices {
		c.Voices[i].Vetoed = now
	}
	c.event(now, by, string(VetoHandoff), tidy(reason))
	c.lock()
	return nil
}

// release lets an approved hand-off leave once its undo window has passed:
// it is sealed and sent. It reports whether it left. What is locked by then
// does not leave.
func (c *Case) release(now time.Time) bool {
	h := c.Handoff
	if c.Drill || c.State == Closed || !h.waiting() || h.ApprovedAt.IsZero() || now.Before(h.ApprovedAt.Add(UndoWindow)) {
		return false
	}
	if why, locked := Lock(c); locked {
		c.stop(LockText(why).VI, now)
		return false
	}
	h.Sent = now
	h.Seal = Seal(*h)
	if c.Kind == news.Danger {
		c.State = Escalated
	}
	c.event(now, "system", "handoff.send", h.Seal)
	return true
}

// stop ends a hand-off that may not leave any more.
func (c *Case) stop(why string, now time.Time) {
	c.Handoff.Vetoed, c.Handoff.VetoWhy, c.Handoff.VetoedAt = "system", why, now
	c.event(now, "system", "handoff.stop", why)
	c.lock()
}

// Outcomes are what the liaison may answer.
var Outcomes = []string{"received", "returned", "warned", "escalated", "closed"}

// acknowledge records the liaison's answer.
func (c *Case) acknowledge(outcome, note, by string, now time.Time) error {
	h := c.Handoff
	if (h == nil || h.Sent.IsZero()) && len(c.Slips) > 0 {
		return refuse("slip_replaced") // it was sent back, and another one is being written
	}
	switch {
	case h == nil || h.Sent.IsZero():
		return refuse("not_found", c.ID)
	case !slices.Contains(Outcomes, outcome):
		return refuse("outcome", outcome)
	}
	if h.Received.IsZero() {
		h.Received = now
	}
	h.Outcome, h.Note = outcome, note
	c.event(now, by, string(AckHandoff), outcome)
	return nil
}

// tidy trims a person's text and brings it into the stored form.
func tidy(s string) string {
	return strings.TrimSpace(norm.NFC.String(strings.ToValidUTF8(s, "\uFFFD")))
}
