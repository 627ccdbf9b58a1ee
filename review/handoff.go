package review

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Capturable lists the entries of a case whose words may stand in its slip,
// the earliest first, for those who see the case.
func (d *Desk) Capturable(ctx context.Context, id string, by User) (out []Entry, err error) {
	err = d.act(ctx, by, ReadItem, id, "capture", func(tx Tx) error {
		c, err := tx.Case(id)
		if err != nil {
			return err
		}
		if err := c.hiddenFrom(by); err != nil {
			return err
		}
		entries, err := entriesOf(tx, &c)
		if err != nil {
			return err
		}
		out = Capturable(c.Kind, entries)
		out = out[:min(len(out), shownCapturable)]
		return nil
	})
	return out, err
}

// shownCapturable bounds the list that a person chooses from.
const shownCapturable = 12

// ProposeHandoff puts a hand-off before the leader. Of h it takes category,
// addresses, entries to capture, evidence, harm, request, citation and
// checklist; the claim is that of the case. Nothing of a resident's item gets into it.
func (d *Desk) ProposeHandoff(ctx context.Context, id string, h Handoff, by User) error {
	return d.change(ctx, by, ProposeHandoff, id, string(h.Category), func(tx Tx, c *Case) error {
		entries, err := entriesOf(tx, c)
		if err != nil {
			return err
		}
		// What locks or is missing is said before what is wrong in detail.
		probe, now := *c, d.now()
		draft := h
		draft.Claim, draft.Evidence, draft.Request, draft.Harm = tidy(c.Claim), tidy(h.Evidence), tidy(h.Request), tidy(h.Harm)
		if err := probe.propose(draft, by.Name, now); err != nil {
			return err
		}
		if h.Citation, err = d.quoted(tx, h.Citation, c); err != nil {
			return err
		}
		content, err := slip(c, h, entries)
		if err != nil {
			return err
		}
		texts := lines(c, h)
		for _, t := range content.texts() {
			texts = append(texts, *t)
		}
		for _, c := range content.Captures {
			texts = append(texts, c.Text)
		}
		if err := nobodys(tx, texts, entries); err != nil {
			return err
		}
		if err := c.propose(content, by.Name, now); err != nil {
			return err
		}
		if err := d.retract(tx, c, sentBack); err != nil {
			return err
		}
		to := []string{string(Leader), string(Justice)}
		return alert(tx, caseNotice(c, "proposed", to, now, "Đề xuất chuyển Công an chờ duyệt", "A hand-off waits for approval"), c.ref(proposed), now)
	})
}

// ApproveHandoff is the leader's signature, another person's than the
// proposer's. The slip leaves by Release after the undo window; until then
// the justice officer may veto it.
func (d *Desk) ApproveHandoff(ctx context.Context, id string, by User) error {
	return d.change(ctx, by, ApproveHandoff, id, "", func(tx Tx, c *Case) error {
		if why, locked := Lock(c); locked && c.Handoff.waiting() {
			shown := *c
			shown.lock()
			if shown.narrow(by); shown.LockWhy != why {
				return refuse("locked", LockText(shown.LockWhy))
			}
		}
		if c.Handoff.waiting() {
			if _, err := d.inForce(tx, c.Handoff.Citation, c); err != nil {
				return err
			}
			entries, err := entriesOf(tx, c)
			if err != nil {
				return err
			}
			if err := c.Handoff.clean(c.Kind, entries); err != nil {
				return err
			}
		}
		if err := c.approveHandoff(by.Name, d.now()); err != nil {
			return err
		}
		if err := d.retract(tx, c, proposed); err != nil {
			return err
		}
		to := []string{string(Justice)}
		return alert(tx, caseNotice(c, "signed", to, d.now(), "Phiếu chuyển đã duyệt, gửi đi sau 10 phút nếu không bị bác", "The hand-off is approved and leaves in 10 minutes unless vetoed"), c.ref(signed), d.now())
	})
}

// RecallHandoff takes a proposal back or declines it, before it has left. The
// notices that asked for a signature are withdrawn; whom it is declined hears
// of it.
func (d *Desk) RecallHandoff(ctx context.Context, id, reason string, by User) error {
	return d.change(ctx, by, RecallHandoff, id, reason, func(tx Tx, c *Case) error {
		if err := personal(reason); err != nil {
			return err // it stays in the log for ever
		}
		var who string
		if c.Handoff != nil {
			who = c.Handoff.Proposed
		}
		if err := c.recall(reason, by.Name, d.now()); err != nil {
			return err
		}
		if err := d.retract(tx, c, proposed, signed); err != nil || same(who, by.Name) {
			return err
		}
		return alert(tx, caseNotice(c, "declined", []string{string(Reviewer)}, d.now(), "Đề xuất chuyển Công an không được duyệt; xem lý do trong vụ việc", "The hand-off was declined; the case says why"), c.ID, d.now())
	})
}

// heed brings vetoes into the case that were made, about a story that it
// has, in another case and since its entries joined.
func heed(tx Tx, c *Case) error {
	if !slices.Contains(handable, c.Kind) {
		return nil
	}
	for _, s := range c.Stories {
		at, err := tx.Vetoed(s)
		if err != nil {
			return err
		}
		for i := range c.Voices {
			if at.After(c.Voices[i].Vetoed) {
				c.Voices[i].Vetoed = at
			}
		}
	}
	return nil
}

// remember keeps the veto with every entry and story of the case, for
// whatever case they come to stand in.
func remember(tx Tx, c *Case, at time.Time) error {
	for _, id := range c.Entries {
		e, err := tx.Entry(id)
		if err != nil {
			return fmt.Errorf("entry %s: %w", id, err)
		}
		e.Vetoed = at
		if err := tx.PutEntry(e); err != nil {
			return err
		}
		if e.Story != "" && !slices.Contains(c.Stories, e.Story) {
			if err := tx.SetVetoed(e.Story, at); err != nil {
				return err
			}
		}
	}
	for _, s := range c.Stories {
		if err := tx.SetVetoed(s, at); err != nil {
			return err
		}
	}
	return nil
}

// VetoHandoff is the justice officer's; it also locks the case, and every
// other one that its entries or stories come to stand in.
func (d *Desk) VetoHandoff(ctx context.Context, id, reason string, by User) error {
	return d.change(ctx, by, VetoHandoff, id, reason, func(tx Tx, c *Case) error {
		if err := personal(reason); err != nil {
			return err
		}
		now := d.now()
		if err := c.veto(reason, by.Name, now); err != nil {
			return err
		}
		if err := remember(tx, c, now); err != nil {
			return err
		}
		if err := d.retract(tx, c, proposed, signed); err != nil {
			return err
		}
		to := []string{string(Leader), string(Reviewer)}
		return alert(tx, caseNotice(c, "vetoed", to, d.now(), "Đề xuất chuyển bị công chức tư pháp bác", "The justice officer has vetoed the hand-off"), c.ID, d.now())
	})
}

// Unlock is the justice officer's co-signature on a case that rests on
// residents' voices, with a reason. A case about the police or an official
// has no path at all.
func (d *Desk) Unlock(ctx context.Context, id, reason string, by User) error {
	return d.change(ctx, by, UnlockCase, id, reason, func(tx Tx, c *Case) error {
		if err := personal(reason); err != nil {
			return err
		}
		return c.unlock(reason, by.Name, d.now())
	})
}

// Handoffs lists slips, newest first. The liaison sees those that were sent,
// and nothing else; leader and justice officer also those on their way, the
// leader none of a case that is kept from those who lead the ward.
func (d *Desk) Handoffs(ctx context.Context, by User) ([]Slip, error) {
	var slips []Slip
	err := d.act(ctx, by, ReadHandoffs, "", "", func(Tx) error { return nil })
	if err != nil {
		return nil, err
	}
	cs, err := d.Store.Cases(ctx, CaseQuery{Handoff: true, Closed: true, Now: d.now(), Limit: 500})
	if err != nil {
		return nil, fmt.Errorf("review: hand-offs: %w", err)
	}
	for _, c := range cs {
		if c.KeptFrom(by.Role) {
			continue
		}
		all := slices.Clone(c.Slips)
		if c.Handoff != nil {
			all = append(all, *c.Handoff)
		}
		for _, h := range slices.Backward(all) {
			if by.Role == Liaison && h.Sent.IsZero() {
				continue
			}
			if by.Role == Liaison { // nothing that leads back into the desk
				h.Captures = slices.Clone(h.Captures)
				for i := range h.Captures {
					h.Captures[i].Entry = ""
				}
			}
			slips = append(slips, Slip{h})
		}
	}
	return slips, nil
}

// AcknowledgeHandoff records that the liaison got the slip, or what became
// of it; outcome is one of [Outcomes]. What is returned needs a note that says
// why; a note names no person. After it another hand-off may be proposed.
func (d *Desk) AcknowledgeHandoff(ctx context.Context, id, outcome, note string, by User) error {
	return d.change(ctx, by, AckHandoff, id, outcome, func(tx Tx, c *Case) error {
		if note = tidy(note); note != "" || outcome == "returned" {
			var err error
			if note, err = reasoned(note); err != nil {
				return err
			}
			if err := personal(note); err != nil {
				return err
			}
		}
		if err := c.acknowledge(outcome, note, by.Name, d.now()); err != nil {
			return err
		}
		to := []string{string(Leader), string(Reviewer)}
		if outcome == "returned" {
			to = append(to, string(Justice))
			return alert(tx, caseNotice(c, "slip-returned", to, d.now(), "Công an trả lại phiếu chuyển; xem lý do, sửa và đề xuất lại hoặc đóng vụ việc", "The police sent the hand-off back; see why, propose it anew or close the case"), c.ref(sentBack), d.now())
		}
		return alert(tx, caseNotice(c, "acknowledged", to, d.now(), "Công an trả lời về phiếu chuyển ("+outcome+")", "The police answered the hand-off ("+outcome+")"), c.ID, d.now())
	})
}
