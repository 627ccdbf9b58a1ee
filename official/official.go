// Package official keeps official documents as dated facts and compares
// claims with them.
//
// A claim agrees with, contradicts or is outdated by a document only when a
// confirmed fact in force at its date regulates the point; everything else
// is "not covered", never false. Both spans, the claim's and the document's,
// come with every verdict.
package official

import (
	"time"

	"langnghe/internal/news"
)

// A Document is one official paper.
type Document struct {
	No         string      `json:"docno"`
	Issuer     string      `json:"issuer"`
	Date       string      `json:"date"` // 2006-01-02
	From       string      `json:"effective_from"`
	To         string      `json:"effective_to,omitempty"`
	Supersedes string      `json:"supersedes,omitempty"`
	Title      string      `json:"title"`
	Text       string      `json:"text"`
	URL        string      `json:"url,omitempty"`
	Facts      []news.Fact `json:"facts,omitempty"`
}

// InForce reports whether the document is in force on a day (2006-01-02).
func (d Document) InForce(day string) bool {
	return d.From != "" && d.From <= day && (d.To == "" || day <= d.To)
}

// Until returns the document as it is when another is in force from the day
// on: it ends the day before, if it did not end sooner. So do its facts.
func (d Document) Until(day string) Document {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return d
	}
	last := t.AddDate(0, 0, -1).Format(time.DateOnly)
	if d.To != "" && d.To <= last {
		return d
	}
	d.To = last
	facts := make([]news.Fact, len(d.Facts))
	copy(facts, d.Facts)
	for i := range facts {
		if facts[i].To == "" || facts[i].To > last {
			facts[i].To = last
		}
	}
	d.Facts = facts
	return d
}

// Same reports whether both are one version of one document. An end that was
// set by a later document does not make another version.
func (d Document) Same(o Document) bool {
	return d.No == o.No && d.Issuer == o.Issuer && d.Date == o.Date && d.From == o.From &&
		(d.To == o.To || o.To == "") && d.Supersedes == o.Supersedes && d.Title == o.Title && d.Text == o.Text && (d.URL == o.URL || o.URL == "")
}

// A Claim is what somebody says, with the day (or time) it was said.
type Claim struct {
	ID   string `json:"id"`
	Text string `json:"text"`
	At   string `json:"at"` // RFC 3339 or 2006-01-02, which is 00:00 +07:00
}

// A Finding is the answer to a claim.
type Finding struct {
	ID       string      `json:"id"`
	Verdict  string      `json:"verdict"` // agrees, contradicts, outdated, not_covered
	Document string      `json:"document,omitempty"`
	Fact     string      `json:"fact,omitempty"`
	Because  []news.Span `json:"because"` // "in": claim or document
}
