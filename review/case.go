package review

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"langnghe/internal/news"
)

// Cases lists cases; see [CaseQuery] for who sees which.
func (d *Desk) Cases(ctx context.Context, q CaseQuery) ([]Case, error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	q.Now = d.now()
	program := q.By == (User{})
	if !program {
		if err := allow(q.By, ReadCase); err != nil {
			return nil, d.refusal(string(ReadCase), "", err)
		}
		switch q.By.Role {
		case Unit, Khoi:
			q.Kind, q.Unit = news.Answer, q.By.Unit
			if q.Unit == "" {
				return nil, nil // a unit without a name has no work
			}
		case Editor:
			q.Public = true
		}
	}
	cs, err := d.Store.Cases(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("review: cases: %w", err)
	}
	cs = slices.DeleteFunc(cs, func(c Case) bool {
		return !program && (c.KeptFrom(q.By.Role) || c.Drill && (q.By.Role == Unit || q.By.Role == Khoi))
	})
	for i := range cs {
		cs[i].lock()
		if !program {
			cs[i].narrow(q.By)
		}
	}
	return cs, nil
}

// maxJoins is how many cases a decision offers to join.
const maxJoins = 5

// Joinable are the cases about a claim or a scam that an entry of one of the
// topics may belong to, by topic and the newest first. A person decides
// whether it does.
func (d *Desk) Joinable(ctx context.Context, topics []string, by User) (map[string][]Case, error) {
	if err := allow(by, ReadCase); err != nil {
		return nil, d.refusal(string(ReadCase), "", err)
	}
	out := map[string][]Case{}
	for _, t := range topics {
		if _, done := out[t]; done || t == "" {
			continue
		}
		limit := maxJoins
		if Sighted(by.Role) {
			limit *= 4 // some are kept from them
		}
		cs, err := d.Store.Joinable(ctx, t, limit)
		if err != nil {
			return nil, fmt.Errorf("review: joinable: %w", err)
		}
		cs = slices.DeleteFunc(cs, func(c Case) bool { return c.hiddenFrom(by) != nil })
		cs = cs[:min(len(cs), maxJoins)]
		for i := range cs {
			cs[i].lock()
			cs[i].narrow(by)
		}
		out[t] = cs
	}
	return out, nil
}

// Case shows one case; that is in the audit chain.
func (d *Desk) Case(ctx context.Context, id string, by User) (c Case, err error) {
	err = d.act(ctx, by, ReadCase, id, "", func(tx Tx) error {
		if c, err = tx.Case(id); err != nil {
			return err
		}
		if err := c.hiddenFrom(by); err != nil {
			return err
		}
		return heed(tx, &c)
	})
	if err != nil {
		return Case{}, err
	}
	c.lock()
	c.narrow(by)
	if c.Kind == news.Answer && c.State != Closed {
		c.NextDue = d.nextDue(&c, d.now())
	}
	return c, nil
}

// narrow takes out of a case what is no business of the person: those who
// neither propose, sign nor guard hand-offs see none, nor what they rest on.
func (c *Case) narrow(by User) {
	c.Marks = nil
	switch by.Role {
	case Leader:
		c.withoutAccusers()
		return
	case Reviewer, Justice:
		return
	}
	c.Handoff, c.Slips, c.Unlocked, c.Voices = nil, nil, nil, nil
	c.Timeline = slices.DeleteFunc(slices.Clone(c.Timeline), func(e Event) bool {
		return strings.HasPrefix(e.Act, "handoff.") || e.Act == string(UnlockCase)
	})
}

// SetClaim records what is said, in neutral words and without persons. A nil
// indicators leaves them as they are; so does an empty title. Only a scam
// case has indicators, each one address, telephone number or account.
func (d *Desk) SetClaim(ctx context.Context, id, title, claim string, indicators []string, by User) error {
	return d.change(ctx, by, SetClaim, id, "", func(tx Tx, c *Case) error {
		entries, err := entriesOf(tx, c)
		if err != nil {
			return err
		}
		for _, t := range []string{claim, title} {
			if err := contentOnly(tidy(t), entries); err != nil {
				return err
			}
		}
		lines, err := tidyIndicators(c.Kind, indicators, entries)
		if err != nil {
			return err
		}
		if indicators != nil && lines == nil {
			lines = []string{} // all of them were taken away
		}
		if err := nobodys(tx, append(slices.Clone(lines), claim), entries); err != nil {
			return err
		}
		return c.setClaim(title, claim, lines, by.Name, d.now())
	})
}

// SetVerdict records a person's finding about the claim. All but unverified,
// suspected and inconclusive cite a document that is in force.
func (d *Desk) SetVerdict(ctx context.Context, id string, v Verdict, cite news.Citation, by User) error {
	return d.changeThen(ctx, by, SetVerdict, id, string(v)+" "+cite.Document, d.publish, func(tx Tx, c *Case) error {
		cited := &cite
		switch {
		case cite.Document != "":
			full, err := d.inForce(tx, cite, c)
			if err != nil {
				return err
			}
			if full.Clause != "" && full.Text == "" {
				return refuse("no_clause", full.Document, full.Clause)
			}
			cited = &full
		default:
			cited = nil
		}
		if err := c.setVerdict(v, cited, by.Name, d.now()); err != nil {
			return err
		}
		return d.retract(tx, c, drafted, approved)
	})
}

// DraftCorrection writes what the ward answers, in three lengths. The portal
// text is needed; of the others, what nobody has written is cut from it, which
// the correction says, see [Correction.Cut].
func (d *Desk) DraftCorrection(ctx context.Context, id, portal, post, radio string, by User) error {
	return d.change(ctx, by, DraftCorrection, id, "", func(tx Tx, c *Case) error {
		if err := c.draft(Correction{Portal: portal, Post: post, Radio: radio}, by.Name, d.now()); err != nil {
			return err
		}
		if err := d.aloud(c); err != nil {
			return err
		}
		if err := d.retract(tx, c, approved, returned); err != nil {
			return err
		}
		return alert(tx, caseNotice(c, "drafted", []string{string(Leader)}, d.now(), "Đính chính chờ duyệt", "A correction waits for approval"), c.ref(drafted), d.now())
	})
}

// ApproveCorrection is the leader's approval, by another person than the one
// who drafted it; of a case that is kept from those who lead the ward, the
// justice officer's. The editors are told when the undo window has passed.
func (d *Desk) ApproveCorrection(ctx context.Context, id string, by User) error {
	return d.change(ctx, by, ApproveCorrection, id, "", func(tx Tx, c *Case) error {
		if c.Citation != nil {
			if _, err := d.inForce(tx, *c.Citation, c); err != nil {
				return err
			}
		}
		if err := c.mayStandIn(by, ApproveCorrection); err != nil {
			return err
		}
		if err := c.approve(by.Name, d.now()); err != nil {
			return err
		}
		if err := d.retract(tx, c, drafted); err != nil {
			return err
		}
		return alert(tx, caseNotice(c, "approved", []string{string(Editor)}, d.now(), "Đính chính đã duyệt, có thể đăng", "The correction is approved and may be published"), c.ref(approved), d.now().Add(UndoWindow))
	})
}

// PublishCorrection records where the correction was published; it is
// refused within the undo window of the approval.
func (d *Desk) PublishCorrection(ctx context.Context, id, url string, by User) error {
	return d.change(ctx, by, PublishCorrection, id, url, func(tx Tx, c *Case) error {
		if c.Citation != nil {
			if _, err := d.inForce(tx, *c.Citation, c); err != nil {
				return err
			}
		}
		return c.publish(url, by.Name, d.now())
	})
}

// nextDue is when an assignment made now is due: as before while that lies
// ahead, else after the usual number of working days.
func (d *Desk) nextDue(c *Case, now time.Time) time.Time {
	if c.Due.After(now) {
		return c.Due
	}
	return d.due(c.Level, now)
}

// Assign gives an answer to a unit. A zero due date means the one that the
// case has while it lies ahead, else the usual number of working days. The
// first due date stays what the measures count by; another one is in the
// timeline.
func (d *Desk) Assign(ctx context.Context, id, unit string, due time.Time, by User) error {
	return d.change(ctx, by, AssignAnswer, id, unit, func(tx Tx, c *Case) error {
		now := d.now()
		if due.IsZero() {
			due = d.nextDue(c, now)
		}
		was := c.Due
		entries, err := entriesOf(tx, c)
		if err != nil {
			return err
		}
		if err := c.assign(unit, d.theirs(unit, c.Topic, entries...), due.UTC(), by.Name, now); err != nil {
			return err
		}
		if !was.IsZero() && !was.Equal(c.Due) {
			c.event(now, by.Name, "answer.due", d.clockTime(was)+" → "+d.clockTime(c.Due))
		}
		a := caseNotice(c, "assigned", []string{toUnit(c.Unit)}, now, "Phản ánh được giao cho "+c.Unit, "Assigned to "+c.Unit)
		if err := d.retract(tx, c, assigned, handed); err != nil {
			return err // the unit that had it, or the date that it had
		}
		return alert(tx, a, c.ref(assigned), now.Add(UndoWindow))
	})
}

// clockTime writes a time as people of the ward read it.
func (d *Desk) clockTime(t time.Time) string { return t.In(d.Zone).Format("15:04 02/01/2006") }

// Reply records what the unit answers.
func (d *Desk) Reply(ctx context.Context, id, text string, by User) error {
	return d.change(ctx, by, ReplyAnswer, id, "", func(tx Tx, c *Case) error {
		if err := c.reply(text, by, d.now()); err != nil {
			return err
		}
		if err := d.retract(tx, c, handed); err != nil || by.Role == Reviewer {
			return err
		}
		return alert(tx, answeredNotice(c, d.now()), c.ID, d.now())
	})
}

// Escalate records what the leader does about a danger, or the justice officer
// when the case is kept from those who lead the ward.
func (d *Desk) Escalate(ctx context.Context, id, note string, by User) error {
	return d.change(ctx, by, EscalateCase, id, "", func(tx Tx, c *Case) error {
		if err := c.mayStandIn(by, EscalateCase); err != nil {
			return err
		}
		return c.escalate(note, by.Name, d.now())
	})
}

// CloseCase ends a case with its outcome.
func (d *Desk) CloseCase(ctx context.Context, id, outcome string, by User) error {
	return d.change(ctx, by, CloseCase, id, "", func(tx Tx, c *Case) error {
		if err := c.close(outcome, by.Name, d.now()); err != nil {
			return err
		}
		return d.retract(tx, c, returned, handed, sentBack) // nobody is asked for more
	})
}

// nobodys refuses texts with the address of a resident's item, wherever at
// the desk that stands, unless it is that of a spreading item of the case.
func nobodys(tx Tx, texts []string, entries []Entry) error {
	for _, t := range texts {
		for _, u := range addressesIn(t) {
			if spreads(u, entries) {
				continue
			}
			posted, err := tx.Posted(variants(u))
			if err != nil {
				return err
			}
			if residentPlace(u, posted) {
				return refuse("url", u)
			}
		}
	}
	return nil
}

func entriesOf(tx Tx, c *Case) (es []Entry, err error) {
	for _, id := range c.Entries {
		e, err := tx.Entry(id)
		if err != nil {
			return nil, fmt.Errorf("entry %s: %w", id, err)
		}
		es = append(es, e)
	}
	return es, nil
}
