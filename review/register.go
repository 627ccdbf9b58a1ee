package review

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"langnghe/internal/news"
	"langnghe/official"
)

// The register of official documents and their facts. A machine proposes
// facts, people confirm them, and every confirmed set has a version.

// AddDocument puts a document into the register with the facts proposed from
// it; adding the same one again changes nothing. It returns the ids of the
// cases whose answers are paused because they cite what it supersedes. The
// zero User is the crawler's watch on the portals.
func (d *Desk) AddDocument(ctx context.Context, doc official.Document, by User) (paused []string, err error) {
	add := func(tx Tx) error {
		paused, err = d.addDocument(tx, doc)
		return err
	}
	if by != (User{}) {
		err = d.act(ctx, by, AddDocument, doc.No, doc.Title, add)
		return paused, err
	}
	err = d.Store.Update(ctx, func(tx Tx) error {
		old, err := tx.Document(doc.No)
		if err == nil && old.Same(doc) {
			return nil // seen again on a portal: nothing to account for
		}
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if err := add(tx); err != nil {
			return err
		}
		return tx.Chain(d.entry("system", string(AddDocument), doc.No, doc.Title))
	})
	return paused, d.refusal(string(AddDocument), doc.No, err)
}

func (d *Desk) addDocument(tx Tx, doc official.Document) (paused []string, err error) {
	if doc.No == "" || doc.From == "" {
		return nil, refuse("incomplete")
	}
	for _, day := range []string{doc.Date, doc.From, doc.To} {
		if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
			return nil, refuse("bad_date", day)
		}
	}
	old, err := tx.Document(doc.No)
	switch {
	case err == nil && old.Same(doc):
		return nil, nil
	case err != nil && !errors.Is(err, ErrNotFound):
		return nil, err
	}
	doc.Facts = official.Extract(doc)
	for i := range doc.Facts {
		for _, f := range old.Facts {
			if f.Status == "confirmed" && f.ID == doc.Facts[i].ID && f.Value == doc.Facts[i].Value && f.Span.Text == doc.Facts[i].Span.Text {
				doc.Facts[i].Status = "confirmed" // a person said so about the same words
			}
		}
	}
	if err == nil && changedWords(old, doc) {
		// The words that answers rest on are others now.
		if paused, err = d.pauseCiting(tx, doc.No, doc.No, news.Text{VI: "đã được sửa (" + doc.No + ")", EN: "was changed (" + doc.No + ")"}); err != nil {
			return nil, err
		}
	}
	all, err := tx.Documents()
	if err != nil {
		return nil, err
	}
	for _, other := range all {
		// What was superseded before ends when its successor starts,
		// whichever came to the register first.
		switch {
		case other.No == doc.Supersedes:
			var more []string
			more, err = d.supersede(tx, other, doc)
			paused = append(paused, more...)
		case other.Supersedes == doc.No:
			doc = doc.Until(other.From)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := tx.PutDocument(doc); err != nil {
		return nil, err
	}
	// Rules know the register's numbers as well as its confirmed facts.
	return paused, d.publish(tx)
}

// supersede ends a document on the day before the new one is in force, and
// pauses the answers that cite it.
func (d *Desk) supersede(tx Tx, old, by official.Document) (paused []string, err error) {
	if err := tx.PutDocument(old.Until(by.From)); err != nil {
		return nil, err
	}
	return d.pauseCiting(tx, old.No, by.No, news.Text{VI: "đã bị " + by.No + " thay thế", EN: "was superseded by " + by.No})
}

// pauseCiting pauses the answers that cite a document, and tells whose they
// are what happened to it.
func (d *Desk) pauseCiting(tx Tx, no, by string, what news.Text) (paused []string, err error) {
	cases, err := tx.Citing(no)
	if err != nil {
		return nil, err
	}
	now := d.now()
	for _, c := range cases {
		if c.Handoff.waiting() && c.Handoff.Citation.Document == no {
			// What was proposed and signed says something else now.
			c.stop("Văn bản "+no+" "+what.VI+".", now)
			if err := d.retract(tx, &c, proposed, signed); err != nil {
				return nil, err
			}
			if err := alert(tx, stoppedNotice(&c, now), c.ID, now); err != nil {
				return nil, err
			}
			if err := tx.Chain(d.entry("system", "handoff.stop", c.ID, no)); err != nil {
				return nil, err
			}
		}
		if c.Citation != nil && c.Citation.Document == no {
			c.pause(by, now)
			if c.Correction != nil && c.Correction.At.IsZero() {
				if err := d.retract(tx, &c, drafted, approved); err != nil {
					return nil, err
				}
			}
			paused = append(paused, c.ID)
			a := caseNotice(&c, "paused", []string{string(Reviewer), string(Leader)}, now,
				"Văn bản được trích dẫn "+what.VI+", tạm dừng trả lời", "The cited document "+what.EN+"; the answer is paused")
			if err := alert(tx, a, c.ID, now); err != nil {
				return nil, err
			}
		}
		if err := tx.PutCase(c); err != nil {
			return nil, err
		}
	}
	return paused, nil
}

// changedWords reports whether a document says something else than before. An
// end that a successor has set is no change of it.
func changedWords(old, doc official.Document) bool {
	return old.Text != doc.Text || old.Title != doc.Title || old.From != doc.From || doc.To != "" && doc.To != old.To
}

func confirmed(f news.Fact) bool { return f.Status == "confirmed" }

// ConfirmFact is a person's word that a fact says what its document says.
// Rules hear of the new set.
func (d *Desk) ConfirmFact(ctx context.Context, id string, by User) error {
	return d.ConfirmFacts(ctx, []string{id}, by)
}

// ConfirmFacts confirms several at once, as one new version.
func (d *Desk) ConfirmFacts(ctx context.Context, ids []string, by User) error {
	object := ""
	if len(ids) == 1 {
		object = ids[0]
	}
	return d.act(ctx, by, ConfirmFact, object, fmt.Sprint(len(ids)), func(tx Tx) error {
		docs, err := tx.Documents()
		if err != nil {
			return err
		}
		changed := false
		for _, id := range ids {
			found := false
			for i := range docs {
				for j := range docs[i].Facts {
					f := &docs[i].Facts[j]
					if f.ID != id {
						continue
					}
					found = true
					if f.Status == "confirmed" {
						continue
					}
					f.Status, changed = "confirmed", true
					if err := tx.PutDocument(docs[i]); err != nil {
						return err
					}
				}
			}
			if !found {
				return refuse("no_fact", id)
			}
		}
		if !changed {
			return nil
		}
		return d.publish(tx)
	})
}

// version counts the sets of confirmed facts.
const version = "facts"

// publish puts the new set of confirmed facts into the outbox.
func (d *Desk) publish(tx Tx) error {
	n, err := tx.Next(version)
	if err != nil {
		return err
	}
	docs, err := tx.Documents()
	if err != nil {
		return err
	}
	set := snapshot(n, docs)
	if set.Claims, err = knownClaims(tx); err != nil {
		return err
	}
	return send(tx, FactsMessage, fmt.Sprintf("facts/%d", n), version, d.now(), set)
}

func snapshot(n int, docs []official.Document) news.Facts {
	set := news.Facts{Version: n, Facts: []news.Fact{}}
	for _, doc := range docs {
		set.Documents = append(set.Documents, news.Paper{No: doc.No, Issuer: doc.Issuer, Date: doc.Date, Title: doc.Title, From: doc.From, To: doc.To, Supersedes: doc.Supersedes})
		for _, f := range doc.Facts {
			if confirmed(f) {
				set.Facts = append(set.Facts, f)
			}
		}
	}
	return set
}

// ConfirmedFacts is the current set; it answers the question "facts".
func (d *Desk) ConfirmedFacts(ctx context.Context) (set news.Facts, err error) {
	err = d.Store.Update(ctx, func(tx Tx) error {
		n, err := tx.Count(version)
		if err != nil {
			return err
		}
		docs, err := tx.Documents()
		set = snapshot(n, docs)
		return err
	})
	if err != nil {
		return news.Facts{}, fmt.Errorf("review: facts: %w", err)
	}
	return set, nil
}

// Documents lists the register, newest first.
func (d *Desk) Documents(ctx context.Context) ([]official.Document, error) {
	docs, err := d.Store.Documents(ctx)
	if err != nil {
		return nil, fmt.Errorf("review: documents: %w", err)
	}
	return docs, nil
}

// Check compares a claim with the register.
func (d *Desk) Check(ctx context.Context, c official.Claim) (official.Finding, error) {
	k, err := d.comparison(ctx)
	if err != nil {
		return official.Finding{}, fmt.Errorf("review: check: %w", err)
	}
	return k.Check(c), nil
}

// comparison is the register prepared for comparing. It is kept until the
// register changes: every page of an item asks for it.
func (d *Desk) comparison(ctx context.Context) (*official.Checker, error) {
	k, _, err := d.compared(ctx)
	return k, err
}

// compared is that with the version of the register.
func (d *Desk) compared(ctx context.Context) (k *official.Checker, at int, err error) {
	d.checking.Lock()
	defer d.checking.Unlock()
	err = d.Store.Update(ctx, func(tx Tx) error {
		n, err := tx.Count(version)
		at = n
		if err != nil || d.checker != nil && n == d.checked {
			k = d.checker
			return err
		}
		docs, err := tx.Documents()
		if err != nil {
			return err
		}
		k = official.NewChecker(docs)
		d.checker, d.checked = k, n
		return nil
	})
	return k, at, err
}

// inForce returns the citation with what the register knows, or refuses one
// whose document is not in force: today, or when the matter came up.
func (d *Desk) inForce(tx Tx, cite news.Citation, c *Case) (news.Citation, error) {
	if cite.Document == "" {
		return cite, refuse("no_citation")
	}
	doc, err := tx.Document(cite.Document)
	if errors.Is(err, ErrNotFound) {
		return cite, refuse("no_document", cite.Document)
	}
	if err != nil {
		return cite, err
	}
	today, opened := d.now().In(d.Zone).Format(time.DateOnly), c.Opened.In(d.Zone).Format(time.DateOnly)
	if !doc.InForce(today) && !doc.InForce(opened) {
		return cite, refuse("not_in_force", cite.Document)
	}
	cite.From, cite.To = doc.From, doc.To
	cite.URL = or(cite.URL, doc.URL)
	if cite.Text == "" && cite.Clause != "" {
		cite.Text = doc.Passage(cite.Clause)
	}
	return cite, nil
}

// quoted returns the citation of a hand-off with its address from the
// register and its text, unless that stands in the document, left out: what
// a form sends along is not evidence.
func (d *Desk) quoted(tx Tx, cite news.Citation, c *Case) (news.Citation, error) {
	cite.URL = ""
	cite, err := d.inForce(tx, cite, c)
	if err != nil {
		return cite, err
	}
	doc, err := tx.Document(cite.Document)
	if err != nil {
		return cite, err
	}
	said := tidy(cite.Text)
	stands := strings.Contains(tidy(doc.Text), said) || strings.Contains(tidy(doc.Title), said) ||
		slices.ContainsFunc(doc.Facts, func(f news.Fact) bool { return strings.Contains(tidy(f.Clause), said) })
	if !stands {
		cite.Text = doc.Title
	}
	return cite, nil
}

// AppendAudit handles audit.appended: entries of the other roles join the
// chain, each once.
func (d *Desk) AppendAudit(ctx context.Context, as []news.Audit) error {
	err := d.Store.Update(ctx, func(tx Tx) error {
		for _, a := range as {
			if a.ID == "" {
				return fmt.Errorf("audit entry %q of %s has no id", a.Act, a.Role)
			}
			if err := tx.Chain(a); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("review: audit: %w", err)
	}
	return nil
}

// Audit reads the chain, newest first. Reading it is itself an act.
func (d *Desk) Audit(ctx context.Context, q AuditQuery) (AuditPage, error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	if q.By != (User{}) {
		if err := d.act(ctx, q.By, ReadAudit, "", "", func(Tx) error { return nil }); err != nil {
			return AuditPage{}, err
		}
	}
	p, err := d.Store.Audit(ctx, q)
	if err == nil && q.By.Role == Leader {
		err = d.withoutHidden(ctx, q, &p)
	}
	if err != nil {
		return AuditPage{}, fmt.Errorf("review: audit: %w", err)
	}
	return p, nil
}

// withoutHidden takes out of a page of the log what names an entry or case
// that is kept from those who lead the ward. The entry of the log stays: that
// somebody did something is no secret, of what it was is.
func (d *Desk) withoutHidden(ctx context.Context, q AuditQuery, p *AuditPage) error {
	return d.Store.Update(ctx, func(tx Tx) error {
		kept := map[string]bool{}
		hidden := func(name string) (bool, error) {
			if strings.HasPrefix(name, keptMark) {
				return true, nil
			}
			for _, id := range mentions(name) {
				h, asked := kept[id]
				if !asked {
					var err error
					if h, err = keptFrom(tx, id, q.By); err != nil {
						return false, err
					}
					kept[id] = h
				}
				if h {
					return true, nil
				}
			}
			return false, nil
		}
		if h, err := hidden(q.Object); err != nil || h {
			*p = AuditPage{} // to count them would say that there are any
			return err
		}
		if q.Object != "" && slices.ContainsFunc(p.Entries, func(a AuditEntry) bool { return a.Detail == keptMark+q.Object }) {
			*p = AuditPage{}
			return nil
		}
		for i := range p.Entries {
			a := &p.Entries[i]
			h, err := hidden(a.Object)
			if err != nil {
				return err
			}
			h = h || a.Object != "" && a.Detail == keptMark+a.Object
			if h {
				a.Object, a.Detail = "", ""
				continue
			}
			fields, all := strings.Fields(a.Detail), 0
			shown := fields[:0]
			for _, f := range fields {
				if h, err = hidden(f); err != nil {
					return err
				}
				if all++; !h {
					shown = append(shown, f)
				}
			}
			if len(shown) < all {
				a.Detail = strings.Join(shown, " ")
			}
		}
		return nil
	})
}

// mentions are what a word of the log may name: itself, or what stands in it
// between slashes ("flagged/f-1", "approved/V-2026-0001/7") or as what was
// asked for ("story=f-1").
func mentions(s string) []string {
	if s == "" || len(s) > 400 {
		return nil
	}
	out := []string{s}
	for i, r := range s {
		if r == '/' {
			out = append(out, s[i+1:])
		}
	}
	return append(out, strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("/,;()=&", r) })...)
}

// keptFrom reports whether an id is that of an entry, a flag or a case that
// is kept from the person.
func keptFrom(tx Tx, id string, by User) (bool, error) {
	c, err := tx.Case(id)
	if err == nil {
		return c.hiddenFrom(by) != nil, nil
	}
	if !errors.Is(err, ErrNotFound) {
		return false, err
	}
	if entry, err := tx.Flagged(id); err != nil {
		return false, err
	} else if entry != "" {
		id = entry
	}
	e, err := tx.Entry(id)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil && e.hides(by), err
}

// VerifyAudit checks the whole chain and returns how many entries it has.
func (d *Desk) VerifyAudit(ctx context.Context) (int, error) {
	n, err := d.Store.VerifyAudit(ctx)
	if err != nil {
		return n, fmt.Errorf("review: audit: %w", err)
	}
	return n, nil
}

// Precision says, rule by rule, how many flags people found worth their time.
func (d *Desk) Precision(ctx context.Context) ([]Precision, error) {
	ps, err := d.Store.Precision(ctx)
	if err != nil {
		return nil, fmt.Errorf("review: precision: %w", err)
	}
	return slices.DeleteFunc(ps, func(p Precision) bool { return p.Rule == drillRule }), nil
}
