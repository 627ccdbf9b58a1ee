package review

import (
	"context"
	"slices"
	"time"

	"langnghe/internal/news"
)

// Ways back: a draft that the leader does not approve, a published correction
// that was wrong itself, an assignment that a unit does not take. Each needs a
// reason and tells those whose turn it is.

// maxReason is how long a reason may be, in code points.
const maxReason = 1000

// reasoned returns the reason of a step back in its stored form.
func reasoned(why string) (string, error) {
	why = tidy(why)
	switch {
	case why == "":
		return "", refuse("no_reason")
	case len([]rune(why)) > maxReason:
		return "", refuse("long_reason", maxReason)
	}
	return why, nil
}

// sendBack takes a correction that waits for approval, or was approved and
// has not been published, back to the one who drafts it. The text stays.
func (c *Case) sendBack(why, by string, now time.Time) error {
	if err := c.expect(claims, Correcting, Approved); err != nil {
		return err
	}
	k := c.Correction.draft()
	k.Returned, k.ReturnedBy = why, by
	c.Correction, c.State = k, Judged
	c.event(now, by, string(ReturnCorrection), why)
	return nil
}

// ReturnCorrection sends a draft back with the reason, or takes an approval
// back before anything was published. It is the leader's, and of a case that
// is kept from those who lead the ward the justice officer's.
func (d *Desk) ReturnCorrection(ctx context.Context, id, why string, by User) error {
	return d.change(ctx, by, ReturnCorrection, id, "", func(tx Tx, c *Case) error {
		why, err := reasoned(why)
		if err != nil {
			return err
		}
		if err := personal(why); err != nil {
			return err
		}
		if err := c.mayStandIn(by, ReturnCorrection); err != nil {
			return err
		}
		if err := c.sendBack(why, by.Name, d.now()); err != nil {
			return err
		}
		if err := d.retract(tx, c, drafted, approved); err != nil {
			return err
		}
		return alert(tx, caseNotice(c, "returned", []string{string(Reviewer)}, d.now(), "Bản đính chính bị trả lại, cần sửa", "The correction was sent back to be changed"), c.ref(returned), d.now())
	})
}

// An Erratum is a correction that was published and turned out to be wrong.
type Erratum struct {
	Correction
	Wrong   string    `json:"wrong"` // what was wrong in it, in public words
	FoundBy string    `json:"found_by"`
	Found   time.Time `json:"found"`
}

// mend opens the correction of a published correction, also when the case is
// closed: what was published stays on record, the verdict may be set anew, and
// the new text takes the whole way again.
func (c *Case) mend(wrong, by string, now time.Time) error {
	k := c.Correction
	switch {
	case !slices.Contains(claims, c.Kind):
		return refuse("kind", string(c.Kind))
	case k == nil || k.Out.IsZero():
		return refuse("not_published")
	case c.Handoff.waiting():
		return refuse("handoff_open")
	}
	c.Errata = append(c.Errata, Erratum{Correction: *k, Wrong: wrong, FoundBy: by, Found: now})
	c.Correction, c.State = k.draft(), Judged
	c.Closed, c.Outcome = time.Time{}, ""
	c.event(now, by, string(MendCorrection), wrong)
	return nil
}

// MendCorrection says that a published correction is wrong and in what. The
// editors are told, so that they mark what is out; the new correction is
// drafted, approved and published like any other and says what it mends.
func (d *Desk) MendCorrection(ctx context.Context, id, wrong string, by User) error {
	return d.change(ctx, by, MendCorrection, id, "", func(tx Tx, c *Case) error {
		wrong, err := reasoned(wrong)
		if err != nil {
			return err
		}
		entries, err := entriesOf(tx, c)
		if err != nil {
			return err
		}
		if err := contentOnly(wrong, entries); err != nil { // it is published
			return err
		}
		if err := c.mend(wrong, by.Name, d.now()); err != nil {
			return err
		}
		return alert(tx, caseNotice(c, "mended", []string{string(Editor), string(Leader)}, d.now(),
			"Bản đính chính đã đăng có chỗ sai; hãy ghi rõ ở nơi đã đăng và chờ bản đính chính lại", "A published correction is wrong; mark it where it stands and wait for the new one"), c.ref(mended), d.now())
	})
}

// Mends is the erratum that the correction of the case makes good, or nil.
func (c *Case) Mends() *Erratum {
	if len(c.Errata) == 0 {
		return nil
	}
	return &c.Errata[len(c.Errata)-1]
}

// handBack takes an assignment back from the unit that says it is not theirs.
// The first due date goes on counting.
func (c *Case) handBack(why string, by User, now time.Time) error {
	if err := c.expect(answers, Forwarded); err != nil {
		return err
	}
	if !c.seenBy(by) {
		return refuse("other_unit")
	}
	c.First = c.Promised()
	c.Unit, c.State = "", Open
	c.event(now, by.Name, string(ReturnAnswer), why)
	return nil
}

// ReturnAnswer is a unit's word that what was assigned to it is not its
// matter, with the reason. The reviewers are told and assign it anew; the due
// date stays.
func (d *Desk) ReturnAnswer(ctx context.Context, id, why string, by User) error {
	return d.change(ctx, by, ReturnAnswer, id, "", func(tx Tx, c *Case) error {
		why, err := reasoned(why)
		if err != nil {
			return err
		}
		if err := personal(why); err != nil {
			return err
		}
		unit := c.Unit
		if err := c.handBack(why, by, d.now()); err != nil {
			return err
		}
		if err := d.retract(tx, c, assigned); err != nil {
			return err
		}
		return alert(tx, caseNotice(c, "handed-back", []string{string(Reviewer)}, d.now(), unit+" trả lại phản ánh, cần giao đơn vị khác", unit+" hands the complaint back; assign it to another unit"), c.ref(handed), d.now())
	})
}

// answeredNotice tells the reviewers that a unit has answered.
func answeredNotice(c *Case, now time.Time) news.Alert {
	return caseNotice(c, "answered", []string{string(Reviewer)}, now, "Đơn vị đã trả lời, cần xem và đóng việc", "The unit has answered; look at it and close the case")
}

// slips are the hand-off and those that the police sent back.
func (c *Case) slips() (out []*Handoff) {
	for i := range c.Slips {
		out = append(out, &c.Slips[i])
	}
	if c.Handoff != nil {
		out = append(out, c.Handoff)
	}
	return out
}

// another reports whether the police have sent the slip back, so that another
// one may be proposed.
func (h *Handoff) another() bool { return h != nil && h.Outcome == "returned" }
