package review

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"langnghe/internal/news"
)

// Decide records what a person made of an entry, opens or joins the case
// that follows and puts what others must know into the outbox, in one
// transaction. Of several who decide at once the first wins.
func (d *Desk) Decide(ctx context.Context, r DecideRequest) (e Entry, err error) {
	err = d.actHolding(ctx, r.By, DecideEntry, r.Entry, string(r.Choice), func(tx Tx) error {
		now := d.now()
		if e, err = tx.Entry(r.Entry); err != nil {
			return err
		}
		if e.hides(r.By) {
			return ErrNotFound
		}
		if err := d.mine(tx, &e, r, now); err != nil {
			return err
		}
		first := Decision{ID: rand.Text(), Entry: e.ID, Choice: r.Choice, By: r.By.Name, At: now, Note: tidy(r.Note), Into: r.Case, role: r.By.Role}
		if err := d.decide(tx, &e, first, true); err != nil {
			return err
		}
		if !r.Similar || e.Story == "" {
			return nil
		}
		like, err := tx.Undecided(e.Story)
		if err != nil {
			return err
		}
		for _, id := range like {
			o, err := tx.Entry(id)
			if err != nil {
				return err
			}
			if o.Decision != nil || o.hides(r.By) {
				continue // what the person may not see is not theirs to decide
			}
			with := first
			with.ID, with.Entry, with.With, with.Note = rand.Text(), o.ID, first.ID, ""
			if err := d.decide(tx, &o, with, false); err != nil {
				return err
			}
			// Each entry is accounted for, also when one key decided many.
			if err := tx.Chain(d.entry(r.By.Name, string(DecideEntry), o.ID, string(r.Choice)+" with "+e.ID)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Entry{}, err
	}
	d.metrics.decisions.WithLabelValues(string(r.Choice)).Inc()
	return e, d.veil(ctx, &e, r.By)
}

// decide applies one decision. Only the first of several tells people.
func (d *Desk) decide(tx Tx, e *Entry, dec Decision, tell bool) error {
	if err := e.decide(dec); err != nil {
		return err
	}
	for i := range e.Flags {
		if counts(&e.Flags[i]) {
			if err := d.label(tx, e, &e.Flags[i]); err != nil {
				return err
			}
		}
	}
	if tell {
		if err := d.settle(tx, e, dec); err != nil {
			return err
		}
	}
	if dec.Choice != news.Stat && dec.Choice != news.Out {
		if err := d.follow(tx, e, dec, tell); err != nil {
			return err
		}
	}
	return tx.PutEntry(*e)
}

// follow opens the case of a decided entry, or joins the one that the
// reviewer named or its story has.
func (d *Desk) follow(tx Tx, e *Entry, dec Decision, tell bool) error {
	id := dec.Into
	var err error
	if id != "" {
		c, err := tx.Case(id)
		if err != nil {
			return err
		}
		if c.KeptFrom(dec.role) {
			return ErrNotFound
		}
		if c.Kind != dec.Choice || c.State == Closed {
			return refuse("other_case", id)
		}
	} else if e.Story != "" {
		if id, err = tx.OpenCase(dec.Choice, e.Story); err != nil {
			return err
		}
	}
	veto, err := remembered(tx, e)
	if err != nil {
		return err
	}
	var c Case
	if id != "" {
		if c, err = tx.Case(id); err != nil {
			return err
		}
		if err := c.mixes(e); err != nil {
			return err
		}
		if c.KeptFrom(dec.role) {
			id = "" // that there is one is a word too much
		} else if about(e.Subject, c.Unit, d.theirs(c.Unit, c.Topic, *e)) {
			// It is about those who have the case in hand: they must not read it.
			if dec.Into != "" {
				return refuse("own_unit", c.Unit)
			}
			id = ""
		}
	}
	if id != "" {
		was := c.Level
		c.join(e, veto, dec.By, dec.At)
		tell = tell && (c.Level > was || dec.Choice == news.Emergency)
	} else {
		n, err := tx.Next(fmt.Sprintf("case-%d", dec.At.In(d.Zone).Year()))
		if err != nil {
			return err
		}
		c = open(fmt.Sprintf("V-%d-%04d", dec.At.In(d.Zone).Year(), n), dec.Choice, e, veto, dec.By, dec.At)
		// What goes to the police goes there by a person's choice alone.
		if unit := d.Unit(e.Topic); c.Kind == news.Answer && !c.Drill && unit != "" && !policeUnit(unit) && !c.accuses(unit, true) {
			if err := c.assign(unit, true, d.due(c.Level, dec.At), dec.By, dec.At); err != nil {
				return err
			}
		}
	}
	if c.Place == "" {
		c.Place = d.place(e)
		c.mark(dec.At)
	}
	e.Case = c.ID
	if tell {
		if err := d.tell(tx, &c, e, dec.At); err != nil {
			return err
		}
	}
	return tx.PutCase(c)
}

// remembered is when a hand-off that rested on the entry or its story was
// last vetoed.
func remembered(tx Tx, e *Entry) (time.Time, error) {
	at := e.Vetoed
	if e.Story != "" {
		t, err := tx.Vetoed(e.Story)
		if err != nil {
			return at, err
		}
		if t.After(at) {
			at = t
		}
	}
	return at, nil
}

// tell puts the notice of a decision into the outbox.
func (d *Desk) tell(tx Tx, c *Case, e *Entry, now time.Time) error {
	a, wait := d.decidedNotice(c, e, now)
	if c.Kind == news.Answer && (inOffice(e.Subject) || e.Subject == SubjectPolice) {
		// An accusation takes the path of the law on denunciations.
		a = accusationNotice(c, now)
		wait = false
	}
	if len(a.To) == 0 {
		return nil
	}
	if wait {
		// It is about the case as it was assigned, which outlives the decision
		// when other entries rest in it.
		return alert(tx, a, c.ref(assigned), now.Add(UndoWindow))
	}
	return alert(tx, a, e.Decision.ID, now)
}

// Undo takes a decision back within the undo window, with the similar ones
// that were decided together; notices that left are withdrawn.
func (d *Desk) Undo(ctx context.Context, entry string, by User) error {
	err := d.actHolding(ctx, by, UndoEntry, entry, "", func(tx Tx) error {
		e, err := tx.Entry(entry)
		if err != nil {
			return err
		}
		if e.hides(by) {
			return ErrNotFound
		}
		if e.Decision == nil {
			return refuse("undecided")
		}
		head := e.Decision.ID
		if err := d.undo(tx, &e, by); err != nil {
			return err
		}
		like, err := tx.Together(head)
		if err != nil {
			return err
		}
		for _, id := range like {
			o, err := tx.Entry(id)
			if err != nil {
				return err
			}
			if o.Decision == nil || o.Decision.With != head {
				continue
			}
			if o.hides(by) {
				return refuse("together") // half of it taken back would be none
			}
			if err := d.undo(tx, &o, by); err != nil {
				return err
			}
			if err := tx.Chain(d.entry(by.Name, string(UndoEntry), o.ID, "with "+entry)); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		d.metrics.decisions.WithLabelValues("undo").Inc()
	}
	return err
}

func (d *Desk) undo(tx Tx, e *Entry, by User) error {
	id := e.Case
	dec, err := e.undo(by, d.now())
	if err != nil {
		return err
	}
	if err := d.recall(tx, dec.ID); err != nil {
		return err
	}
	if id != "" {
		c, err := tx.Case(id)
		if err != nil {
			return err
		}
		if c.Handoff != nil && c.Handoff.Sent.After(dec.At) {
			return refuse("sent") // it rested on this decision as well
		}
		if c.vetoed() {
			return refuse("vetoed") // a new decision would open a case without the veto
		}
		c.leave(e.ID, by.Name, d.now())
		if err := d.emptied(tx, &c); err != nil {
			return err
		}
		if err := tx.PutCase(c); err != nil {
			return err
		}
	}
	return tx.PutEntry(*e)
}

// Reclassify puts another decision in the place of one that can no longer be
// undone, with a reason. The old one stays in the history; notices that left
// because of it are withdrawn, and the entry leaves an open case for the one
// that the new choice leads to. It is refused when something that left the
// team rests on the entry, or when a hand-off of its case waits or was
// vetoed. Nothing is unlocked by it: the lock looks at what the entry is and
// what was decided of it before.
func (d *Desk) Reclassify(ctx context.Context, r DecideRequest) (e Entry, err error) {
	err = d.act(ctx, r.By, ChangeDecision, r.Entry, string(r.Choice), func(tx Tx) error {
		now := d.now()
		if e, err = tx.Entry(r.Entry); err != nil {
			return err
		}
		switch {
		case e.hides(r.By):
			return ErrNotFound
		case e.Decision == nil:
			return refuse("undecided")
		case !slices.Contains(news.Choices, r.Choice):
			return refuse("choice", string(r.Choice))
		case e.Decision.Choice == r.Choice:
			return refuse("same_choice")
		case tidy(r.Note) == "":
			return refuse("no_reason")
		}
		old := *e.Decision
		if err := d.recall(tx, old.ID); err != nil {
			return err
		}
		if err := d.depart(tx, &e, r.By, now); err != nil {
			return err
		}
		old.Replaced = now
		e.History = append(e.History, old)
		e.Decision, e.Case = nil, ""
		return d.decide(tx, &e, Decision{ID: rand.Text(), Entry: e.ID, Choice: r.Choice, By: r.By.Name, At: now, Note: tidy(r.Note), Into: r.Case, role: r.By.Role}, true)
	})
	if err != nil {
		return Entry{}, err
	}
	d.metrics.decisions.WithLabelValues(string(r.Choice)).Inc()
	return e, d.veil(ctx, &e, r.By)
}

// depart takes an entry out of its case before it is decided anew.
func (d *Desk) depart(tx Tx, e *Entry, by User, now time.Time) error {
	if e.Case == "" {
		return nil
	}
	c, err := tx.Case(e.Case)
	if err != nil {
		return err
	}
	switch h := c.Handoff; {
	case h != nil && !h.Sent.IsZero():
		return refuse("sent")
	case h.waiting():
		return refuse("handoff_open")
	case c.vetoed():
		return refuse("vetoed")
	case c.Correction != nil && !c.Correction.Out.IsZero():
		return refuse("published")
	case c.State == Closed && h != nil:
		return refuse("closed") // its hand-off rests on what was decided
	case c.State == Closed:
		return nil // what was done stays as it was done
	}
	c.leave(e.ID, by.Name, now)
	if err := d.emptied(tx, &c); err != nil {
		return err
	}
	return tx.PutCase(c)
}

// emptied takes the notices of a case back that no entry is left in.
func (d *Desk) emptied(tx Tx, c *Case) error {
	if len(c.Entries) > 0 {
		return nil
	}
	return d.retract(tx, c, drafted, approved, returned, assigned, handed)
}

// SetLevel changes the level of an undecided entry.
func (d *Desk) SetLevel(ctx context.Context, entry string, l news.Level, by User) error {
	return d.act(ctx, by, SetLevel, entry, l.String(), func(tx Tx) error {
		if l < news.Informational || l > news.Critical {
			return refuse("level")
		}
		e, err := tx.Entry(entry)
		if err != nil {
			return err
		}
		if e.hides(by) {
			return ErrNotFound
		}
		if e.Decision != nil {
			return refuse("decided", e.Decision.By)
		}
		e.Level, e.Set = l, true
		return tx.PutEntry(e)
	})
}

// SetCaseLevel changes the level of a case.
func (d *Desk) SetCaseLevel(ctx context.Context, id string, l news.Level, by User) error {
	return d.change(ctx, by, SetLevel, id, l.String(), func(_ Tx, c *Case) error { return c.setLevel(l, by.Name, d.now()) })
}

// due is when a unit must have answered: at 17:00 of the working day that is
// one, two or five days away, by level.
func (d *Desk) due(l news.Level, now time.Time) time.Time {
	days := 5
	switch {
	case l >= news.High:
		days = 1
	case l == news.Medium:
		days = 2
	}
	return d.workingDay(now, days)
}

// workingDay is 17:00 of the n-th working day after t.
func (d *Desk) workingDay(t time.Time, n int) time.Time {
	t = t.In(d.Zone)
	day := time.Date(t.Year(), t.Month(), t.Day(), 17, 0, 0, 0, d.Zone)
	for tried := 0; n > 0 && tried < 400; tried++ { // a calendar without working days is no calendar
		if day = day.AddDate(0, 0, 1); d.Workday(day) {
			n--
		}
	}
	return day.UTC()
}

// weekday is the calendar of somebody who has none.
func weekday(day time.Time) bool {
	return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday
}

// Erase handles item.erased: the words of the item go, what people decided
// stays. A sealed hand-off and a case's claim and indicators hold no words of
// a resident and stay as well; the text of a capture goes, its hash stays.
func (d *Desk) Erase(ctx context.Context, er news.Erased) error {
	err := d.Store.Update(ctx, func(tx Tx) error {
		gone, err := tx.Erased(er.ID)
		if err != nil || gone {
			return err // nothing to do twice
		}
		if err := tx.SetErased(er); err != nil {
			return err
		}
		e, err := tx.Entry(er.ID)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if err == nil {
			e.forget()
			if err := tx.PutEntry(e); err != nil {
				return err
			}
			if err := d.eraseCapture(tx, &e); err != nil {
				return err
			}
		}
		a := d.entry("system", "item.erased", er.ID, er.Reason)
		a.ID = "erased/" + er.ID
		return tx.Chain(a)
	})
	if err != nil {
		return fmt.Errorf("review: erase %s: %w", er.ID, err)
	}
	return nil
}

// eraseCapture drops the capture of an erased entry from the slip of its case.
func (d *Desk) eraseCapture(tx Tx, e *Entry) error {
	if e.Case == "" {
		return nil
	}
	c, err := tx.Case(e.Case)
	if err != nil {
		return fmt.Errorf("case %s: %w", e.Case, err)
	}
	if c.Handoff == nil && len(c.Slips) == 0 {
		return nil
	}
	for _, h := range c.slips() {
		for i := range h.Captures {
			if h.Captures[i].Entry == e.ID {
				h.Captures[i].erase(d.now())
			}
		}
	}
	return tx.PutCase(c)
}

// EraseItem is the justice officer's order to erase an item everywhere: the
// desk forgets it now, the other roles hear of it.
func (d *Desk) EraseItem(ctx context.Context, id, reason string, by User) error {
	er := news.Erased{ID: id, Reason: tidy(reason), At: d.now()}
	err := d.act(ctx, by, EraseItem, id, er.Reason, func(tx Tx) error {
		if er.Reason == "" {
			return refuse("no_reason")
		}
		return send(tx, ErasedMessage, "erased/"+id, id, d.now(), er)
	})
	if err != nil {
		return err
	}
	return d.Erase(ctx, er)
}

// forget removes every word of the item.
func (e *Entry) forget() {
	subject, locked := e.Subject, e.Locked
	if e.Item != nil {
		it := bare(e.Item)
		e.Item = &it
	}
	for i := range e.Flags {
		strip(&e.Flags[i])
	}
	e.Subject, e.Locked = subject, locked
}

// bare is what is left of an erased item: its identity and what a machine
// read in it, without words.
func bare(it *news.Item) news.Item {
	b := news.Item{ID: it.ID, Kind: it.Kind, Source: it.Source, Platform: it.Platform, Published: it.Published, Observed: it.Observed, Edited: it.Edited}
	if r := it.Reading; r != nil {
		b.Reading = &news.Reading{Area: news.Area{Fit: r.Area.Fit, Score: r.Area.Score}, Stance: r.Stance, Story: r.Story, Version: r.Version}
		for _, c := range r.Cues {
			b.Reading.Cues = append(b.Reading.Cues, news.Cue{Family: c.Family, Level: c.Level})
		}
		for _, t := range r.Topics {
			b.Reading.Topics = append(b.Reading.Topics, news.Topic{ID: t.ID, Score: t.Score})
		}
	}
	return b
}

// strip removes an erased item's words from a flag.
func strip(f *news.Flag) {
	f.Item, f.Because = nil, nil
	f.Why = news.Text{VI: "Nội dung đã được xóa.", EN: "The content has been erased."}
}
