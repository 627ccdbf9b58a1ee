package query

import (
	"unicode/utf8"

	"langnghe/internal/lang"
	"langnghe/internal/news"
)

// A Doc is an item made ready for matching: tokenised once, however many
// queries look at it. It uses the item's Reading for attributes and belongs
// to one goroutine.
type Doc struct {
	it     *news.Item
	fields [2]field // title, text
	attrs  [attrCount]string
	known  uint16 // the attrs that are filled in
}

const (
	inTitle = 0
	inText  = 1
)

type field struct {
	text    string
	toks    []lang.Token
	accents accents
	scanned bool
	values  []found
	keys    []string // of the tokens, once a wildcard asked
}

// accents says whether a text is written without diacritics.
type accents uint8

const (
	notCounted accents = iota
	accented
	accentless
)

// NewDoc tokenises it. The item must not change while the Doc is in use.
func NewDoc(it *news.Item) *Doc {
	d := &Doc{}
	for i, s := range [2]string{it.Title, it.Text} {
		if s != "" {
			d.fields[i].toks = make([]lang.Token, 0, len(s)/5+4)
		}
	}
	d.Reset(it)
	return d
}

// Reset makes d the Doc of another item, in the room that it has.
func (d *Doc) Reset(it *news.Item) {
	d.it, d.known = it, 0
	for i, s := range [2]string{it.Title, it.Text} {
		f := &d.fields[i]
		*f = field{text: s, toks: lang.Tokens(f.toks[:0], s), values: f.values[:0]}
	}
}

// accentless reports whether f is written without diacritics: three words or
// more, at most one in ten with a mark.
func (f *field) accentless() bool {
	if f.accents == notCounted {
		letters, marked := 0, 0
		for j := range f.toks {
			if f.toks[j].Has(lang.Letters) {
				letters++
				if !f.toks[j].Has(lang.Folded) {
					marked++
				}
			}
		}
		f.accents = accented
		if letters >= 3 && marked*10 <= letters {
			f.accents = accentless
		}
	}
	return f.accents == accentless
}

// Item is what the Doc was made of.
func (d *Doc) Item() *news.Item { return d.it }

// Tokens counts the tokens of the text.
func (d *Doc) Tokens() int { return len(d.fields[inText].toks) }

// Story identifies the text by its keys: two texts that differ in case,
// punctuation or spelling of the same words have one.
func (d *Doc) Story() uint64 {
	h := uint64(14695981039346656037)
	for i := range d.fields[inText].toks {
		h = (h ^ d.fields[inText].toks[i].Key) * 1099511628211
	}
	return h
}

// DocNumbers are the document numbers in title and text.
func (d *Doc) DocNumbers() (out []string) {
	for i := range d.fields {
		for _, f := range d.vals(i) {
			if f.typ == 'D' {
				out = append(out, f.v.doc.String())
			}
		}
	}
	return out
}

func (d *Doc) vals(i int) []found {
	f := &d.fields[i]
	if !f.scanned {
		f.values, f.scanned = scanValues(f.values, f.text, f.toks, itemDay(d.it)), true
	}
	return f.values
}

// keysOf are the keys of the tokens of field i.
func (d *Doc) keysOf(i int) []string {
	f := &d.fields[i]
	if f.keys == nil {
		f.keys = make([]string, len(f.toks))
		for j, t := range f.toks {
			f.keys[j] = string(lang.AppendKey(nil, f.text[t.Start:t.End]))
		}
	}
	return f.keys
}

// attr is the item's value of the attribute at a place in attrNames that has
// one value, as it is compared.
func (d *Doc) attr(name int) string {
	if d.known&(1<<name) != 0 {
		return d.attrs[name]
	}
	var v string
	switch it := d.it; attrNames[name] {
	case "source":
		v = lower(it.Source)
	case "site":
		v = host(it.URL)
	case "url":
		v = lower(it.URL)
	case "kind":
		v = lower(string(it.Kind))
	case "platform":
		v = lower(it.Platform)
	case "lang":
		v = lower(it.Lang)
	case "area":
		if it.Reading != nil {
			v = lower(it.Reading.Area.Fit)
		}
	case "tone":
		if it.Reading != nil {
			v = lower(it.Reading.Tone.Label)
		}
	case "stance":
		if it.Reading != nil {
			v = lower(string(it.Reading.Stance))
		}
	}
	d.attrs[name] = v
	d.known |= 1 << name
	return v
}

// count is the item's count of that name, or -1 when it is not known.
func (d *Doc) count(name string) int {
	c := d.it.Counts
	switch {
	case c == nil:
		return -1
	case name == "reactions":
		return c.Reactions
	case name == "comments":
		return c.Comments
	case name == "shares":
		return c.Shares
	}
	return c.Views
}

// span is the place of tokens a up to b of field i.
func (d *Doc) span(i, a, b int) news.Span {
	f := &d.fields[i]
	s := news.Span{Start: f.toks[a].RuneStart, End: f.toks[b-1].RuneEnd, Text: f.text[f.toks[a].Start:f.toks[b-1].End], In: "text"}
	if i == inTitle {
		s.In = "title"
	}
	if utf8.RuneCountInString(s.Text) > 300 { // a merged run of hits; the place says enough
		s.Text = string([]rune(s.Text)[:299]) + "…"
	}
	return s
}
