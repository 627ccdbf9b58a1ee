package review

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"langnghe/internal/news"
)

// storm is how long flags of one story or group join the first notice.
const storm = 6 * time.Hour

// riseAgain is how long nobody is told of the same topic's rise again.
const riseAgain = 24 * time.Hour

// Take handles news.flagged: it files flags under their item (or trend) and
// tells reviewers of the first high or critical one of a story. Taking a flag
// again changes nothing.
func (d *Desk) Take(ctx context.Context, flags []news.Flag) error {
	err := d.Store.Update(ctx, func(tx Tx) error {
		return hold(tx, func(tx Tx) error {
			for i := range flags {
				if err := d.take(tx, &flags[i]); err != nil {
					return fmt.Errorf("flag %s: %w", flags[i].ID, err)
				}
			}
			return nil
		})
	})
	if err != nil {
		return fmt.Errorf("review: take: %w", err)
	}
	for i := range flags {
		d.metrics.flags.WithLabelValues(flags[i].Level.String()).Inc()
	}
	return nil
}

// entryID names the entry of a flag: the item, or the trend at one time.
func entryID(f *news.Flag) string {
	if f.Item != nil {
		return f.Item.ID
	}
	sum := sha256.Sum256([]byte(f.Rule + "\x00" + f.Group + "\x00" + f.At.UTC().Format(time.RFC3339Nano)))
	return "signal-" + hex.EncodeToString(sum[:10])
}

func (d *Desk) take(tx Tx, f *news.Flag) error {
	if f.ID == "" || f.Item != nil && f.Item.ID == "" {
		return refuse("bad_flag", f.Rule)
	}
	id, err := tx.Flagged(f.ID)
	if err != nil {
		return err
	}
	if id == "" {
		id = entryID(f)
	}
	e, err := tx.Entry(id)
	fresh := errors.Is(err, ErrNotFound)
	if err != nil && !fresh {
		return err
	}
	if fresh {
		e = Entry{ID: id, Received: d.now()}
	}
	// The item that is newest by its own time stays, whatever came first.
	if f.Item != nil && (e.Item == nil || newer(f.Item, e.Item)) {
		gone, err := tx.Erased(f.Item.ID)
		if err != nil {
			return err
		}
		it := *f.Item
		if gone {
			it = bare(&it)
		}
		e.Item = &it
	}
	if e.Item != nil && e.Item.Text == "" {
		wordless := *f
		strip(&wordless)
		f = &wordless
	}
	told := slices.ContainsFunc(e.Flags, func(old news.Flag) bool { return old.ID == f.ID && old.Push })
	known, changed := e.file(*f)
	if known && !changed && !fresh {
		return nil
	}
	before := e.Level
	e.anchor()
	e.refresh()
	if !known && d.reopens(&e, f, before) {
		e.History = append(e.History, *e.Decision)
		e.Decision = nil
		e.refresh()
	}
	if err := d.notify(tx, &e, f, known); err != nil {
		return err
	}
	if f.Push && !told {
		if err := d.push(tx, &e, f); err != nil {
			return err
		}
	}
	if e.Decision != nil && !known && counts(f) {
		if err := d.label(tx, &e, f); err != nil {
			return err
		}
	}
	if e.Case != "" {
		c, err := tx.Case(e.Case)
		if err != nil {
			return err
		}
		c.hear(&e)
		if c.withdraw(d.theirs(c.Unit, c.Topic, e), d.now()) {
			if err := d.retract(tx, &c, assigned); err != nil {
				return err // it is about them
			}
			if err := alert(tx, accusationNotice(&c, d.now()), c.ID, d.now()); err != nil {
				return err
			}
		}
		if err := tx.PutCase(c); err != nil {
			return err
		}
	}
	return tx.PutEntry(e)
}

func newer(a, b *news.Item) bool {
	return a.Seen().After(b.Seen())
}

// anchor keeps the marks of the flags on their words when the text has been
// edited: a mark whose words stand elsewhere now moves there, one whose words
// are gone goes with them.
func (e *Entry) anchor() {
	if e.Item == nil || e.Item.Text == "" {
		return
	}
	title, text := []rune(e.Item.Title), []rune(e.Item.Text)
	for i := range e.Flags {
		f := &e.Flags[i]
		var kept []news.Span
		for _, s := range f.Because {
			in, whole := text, e.Item.Text
			switch s.In {
			case "title":
				in, whole = title, e.Item.Title
			case "", "text":
			default: // of a document
				kept = append(kept, s)
				continue
			}
			if 0 <= s.Start && s.Start <= s.End && s.End <= len(in) && (s.Text == "" || string(in[s.Start:s.End]) == s.Text) {
				kept = append(kept, s)
			} else if at := strings.Index(whole, s.Text); at >= 0 && s.Text != "" {
				s.Start = utf8.RuneCountInString(whole[:at])
				s.End = s.Start + utf8.RuneCountInString(s.Text)
				kept = append(kept, s)
			}
		}
		f.Because = kept
	}
}

// file adds or updates the flag. It reports whether it was known and whether
// that changed anything: a known flag can only be withdrawn, muted or pushed.
func (e *Entry) file(f news.Flag) (known, changed bool) {
	f.Item = nil
	for i := range e.Flags {
		if e.Flags[i].ID == f.ID {
			old := &e.Flags[i]
			changed = f.Withdrawn && !old.Withdrawn || f.Muted != "" && old.Muted == "" || f.Push && !old.Push
			old.Push = old.Push || f.Push
			old.Withdrawn = old.Withdrawn || f.Withdrawn
			old.Muted = or(old.Muted, f.Muted)
			return true, changed
		}
	}
	e.Flags = append(e.Flags, f)
	slices.SortFunc(e.Flags, func(a, b news.Flag) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return false, true
}

// counts reports whether a flag is before people: not withdrawn, not muted,
// of a rule beyond the experiment.
func counts(f *news.Flag) bool {
	return !f.Withdrawn && f.Muted == "" && f.Status != "experimental"
}

// notifies reports whether a flag may lead to a notice.
func notifies(f *news.Flag) bool {
	return counts(f) && f.Status != "test" && !f.Retro && !f.Late && f.Level >= news.High
}

// refresh computes what follows from flags, item and decision.
func (e *Entry) refresh() {
	e.Hidden, e.Trial = true, true
	level := news.Informational
	for i := range e.Flags {
		f := &e.Flags[i]
		if !counts(f) {
			continue
		}
		e.Hidden = false
		e.Trial = e.Trial && f.Status == "test"
		level = max(level, f.Level)
		if f.Topic != "" {
			e.Topic = f.Topic
		}
	}
	e.Trial = e.Trial && !e.Hidden
	e.Drill = e.drills()
	if !e.Set {
		e.Level = level
	}
	if it := e.Item; it != nil && it.Reading != nil {
		e.Story = it.Reading.Story
		if e.Topic == "" && len(it.Reading.Topics) > 0 {
			e.Topic = it.Reading.Topics[0].ID
		}
	}
	if s := subject(e); s != "" || e.Item != nil && e.Item.Text != "" {
		e.Subject = s
	}
	e.Suggest = suggest(e)
	e.Locked = e.locked()
}

// at is the event time of the entry.
func (e *Entry) at() time.Time {
	switch {
	case e.Item != nil && !e.Item.At().IsZero():
		return e.Item.At()
	case len(e.Flags) > 0:
		return e.Flags[len(e.Flags)-1].At
	}
	return e.Received
}

// reopens reports whether a new flag brings a dismissed entry back: what was
// counted or put aside has become high or critical since, or says something
// since an edit that nobody has looked at.
func (d *Desk) reopens(e *Entry, f *news.Flag, before news.Level) bool {
	if e.Decision == nil || e.Decision.Choice != news.Stat && e.Decision.Choice != news.Out {
		return false
	}
	return notifies(f) && f.Level > before || f.Edited && counts(f) && !f.Retro
}

// notify sends the first notice of a story or group, and another one when it
// becomes more urgent; a withdrawn flag takes back what only it had caused.
func (d *Desk) notify(tx Tx, e *Entry, f *news.Flag, known bool) error {
	now := d.now()
	if known {
		if f.Withdrawn && e.Hidden && e.Alert != "" && e.Decision == nil {
			return d.recall(tx, "notice/"+e.Alert)
		}
		return nil
	}
	if !notifies(f) || e.Decision != nil {
		return nil
	}
	if e.Story != "" {
		// An open case is being worked on; only what is worse is news.
		for _, k := range handable {
			id, err := tx.OpenCase(k, e.Story)
			if err != nil {
				return err
			}
			if id == "" {
				continue
			}
			c, err := tx.Case(id)
			if err != nil {
				return err
			}
			if f.Level <= c.Level {
				return d.inhibit(tx, e, f, c.ID)
			}
		}
	}
	out, err := d.outage(tx, f)
	if err != nil {
		return err
	}
	if out != "" {
		return d.inhibit(tx, e, f, out)
	}
	key := noticeKey(e, f)
	last, err := tx.Notice(key)
	if err != nil {
		return err
	}
	if last.Alert != "" && now.Sub(last.At) < storm && f.Level <= last.Level {
		return nil
	}
	a := flaggedNotice(e, f, now)
	a.Place = d.place(e)
	e.Alert = a.ID
	if err := tx.PutNotice(key, Notice{At: now, Level: f.Level, Alert: a.ID}); err != nil {
		return err
	}
	return alert(tx, a, "notice/"+a.ID, now)
}

// push tells the reviewers of a rise that stands out of the ward's day. What
// is high has been told already, and a rise that a source's outage explains is
// none.
func (d *Desk) push(tx Tx, e *Entry, f *news.Flag) error {
	if !counts(f) || f.Status == "test" || f.Retro || f.Late || notifies(f) || e.Decision != nil {
		return nil
	}
	out, err := d.outage(tx, f)
	if err != nil {
		return err
	}
	if out != "" {
		return d.inhibit(tx, e, f, out)
	}
	now := d.now()
	key := "rise/" + noticeKey(e, f)
	last, err := tx.Notice(key)
	if err != nil || last.Alert != "" && now.Sub(last.At) < riseAgain {
		return err
	}
	a := flaggedNotice(e, f, now)
	a.ID, a.Kind = "trend/"+f.ID, "trend"
	if e.Alert == "" {
		e.Alert = a.ID
	}
	if err := tx.PutNotice(key, Notice{At: now, Level: f.Level, Alert: a.ID}); err != nil {
		return err
	}
	return alert(tx, a, "notice/"+a.ID, now)
}

// noticeKey says what belongs together: the story, else the rule's group,
// else the entry.
func noticeKey(e *Entry, f *news.Flag) string {
	switch {
	case e.Story != "":
		return "story/" + e.Story
	case f.Group != "":
		return "group/" + f.Rule + "/" + f.Group
	}
	return "entry/" + e.ID
}

// label tells the rules what a person made of a flag.
func (d *Desk) label(tx Tx, e *Entry, f *news.Flag) error {
	if e.Drill {
		return nil // nothing is learnt from it
	}
	v := news.Decided{
		ID: e.Decision.ID, Rule: f.Rule, Version: f.Version, Flag: f.ID, Label: e.Decision.Choice,
		Useful: Useful(e.Decision.Choice), At: e.Decision.At,
	}
	if e.Item != nil {
		v.Item = e.Item.ID
	}
	return send(tx, DecidedMessage, "decided/"+v.ID+"/"+v.Flag, e.Decision.ID, d.now(), v)
}

// Useful reports whether a decision says that the flag was worth a person's
// time.
func Useful(c news.Choice) bool { return c != news.Stat && c != news.Out }

// Inbox returns a page of entries. Whoever looks at texts is in the audit
// chain; see [InboxQuery.By].
func (d *Desk) Inbox(ctx context.Context, q InboxQuery) (Inbox, error) {
	if q.Limit <= 0 {
		q.Limit = 25
	}
	q.Now, q.Without = d.now(), or(without(q.By.Role), without(q.For))
	program := q.By == (User{})
	if !program {
		if err := allow(q.By, ReadInbox); err != nil {
			return Inbox{}, d.refusal(string(ReadInbox), "", err)
		}
	}
	in, err := d.Store.Inbox(ctx, q)
	if err != nil {
		return Inbox{}, fmt.Errorf("review: inbox: %w", err)
	}
	if program {
		for i := range in.Entries {
			e := &in.Entries[i]
			in.Entries[i] = Entry{ID: e.ID, Level: e.Level, Topic: e.Topic, Received: e.Received, Folded: e.Folded, Locked: e.Locked, Suggest: e.Suggest, Trial: e.Trial}
		}
		return in, nil
	}
	for i := range in.Entries {
		if err := d.veil(ctx, &in.Entries[i], q.By); err != nil {
			return Inbox{}, err
		}
	}
	if len(in.Entries) == 0 {
		return in, nil
	}
	seen := make([]string, len(in.Entries))
	for i, e := range in.Entries {
		seen[i] = e.ID
	}
	err = d.act(ctx, q.By, ReadInbox, "", strings.Join(seen, " "), func(Tx) error { return nil })
	if err != nil {
		return Inbox{}, err // what cannot be accounted for is not shown
	}
	return in, nil
}

// Entry shows one entry with its item; that is in the audit chain.
func (d *Desk) Entry(ctx context.Context, id string, by User) (e Entry, err error) {
	err = d.act(ctx, by, ReadItem, id, "", func(tx Tx) error {
		e, err = entryFor(tx, id, by)
		return err
	})
	if err == nil {
		err = d.veil(ctx, &e, by)
	}
	if err != nil {
		return Entry{}, err
	}
	return e, nil
}

// Entries shows several entries, in the order of their ids; each is in the
// audit chain, all in one transaction. Those that are gone, or that are not
// for the person, are left out.
func (d *Desk) Entries(ctx context.Context, ids []string, by User) (out []Entry, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	if err := allow(by, ReadItem); err != nil {
		return nil, d.refusal(string(ReadItem), ids[0], err)
	}
	err = d.Store.Update(ctx, func(tx Tx) error {
		out = out[:0]
		for _, id := range ids {
			e, err := entryFor(tx, id, by)
			if errors.Is(err, ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if err := tx.Chain(d.entry(by.Name, string(ReadItem), id, "")); err != nil {
				return err
			}
			out = append(out, e)
		}
		return nil
	})
	for i := range out {
		if err == nil {
			err = d.veil(ctx, &out[i], by)
		}
	}
	if err != nil {
		return nil, d.refusal(string(ReadItem), ids[0], err)
	}
	return out, nil
}

// entryFor reads an entry for a person, with what is folded under it. One
// that is not for them is not there.
func entryFor(tx Tx, id string, by User) (Entry, error) {
	e, err := tx.Entry(id)
	if err != nil {
		return Entry{}, err
	}
	if e.hides(by) {
		return Entry{}, ErrNotFound
	}
	if by.Role == Unit || by.Role == Khoi {
		c, err := tx.Case(e.Case)
		if err == nil && (!c.seenBy(by) || e.Subject != "" && policeUnit(by.Unit)) {
			return Entry{}, ErrNotFound // that there is such an item is a word too much
		}
		if err != nil {
			return Entry{}, err
		}
		if e.Item != nil {
			it := *e.Item
			it.Account, it.Thread, it.Parent = "", "", ""
			e.Item = &it
		}
	}
	if e.Decision != nil || e.Story == "" {
		return e, nil
	}
	like, err := tx.Undecided(e.Story)
	if err != nil {
		return Entry{}, err
	}
	if like, err = visible(tx, like, by); err != nil {
		return Entry{}, err
	}
	for _, other := range like {
		if other != e.ID {
			e.Folded++
			if len(e.Similar) < 50 {
				e.Similar = append(e.Similar, other)
			}
		}
	}
	return e, nil
}
