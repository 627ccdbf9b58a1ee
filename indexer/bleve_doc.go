package indexer

import (
	index "github.com/blevesearch/bleve_index_api"

	"langnghe/internal/lang/vi"
)

// A document is a [Doc] as bleve takes it. Text fields hold exact keys with
// positions, the others their values. Nothing is stored but the key, nothing
// is kept as doc values, there is no field of all fields and none of folded
// keys, which are found among the exact ones: each of these would cost between
// a tenth and the whole of an index again.
type document struct {
	id     string
	fields []field
	size   int
}

var _ index.Document = (*document)(nil)

const (
	idOptions   = index.IndexField | index.StoreField
	textOptions = index.IndexField | index.IncludeTermVectors
	wordOptions = index.IndexField | index.SkipFreqNorm
)

// newBatch makes documents ready. They share the terms of equal values.
func newBatch(put []Doc, remove []Key) *index.Batch {
	batch := index.NewBatch()
	shared := map[string]index.TokenFrequencies{}
	for i := range put {
		batch.Update(newDocument(&put[i], shared))
	}
	for _, k := range remove {
		batch.Delete(k.String())
	}
	return batch
}

func newDocument(from *Doc, shared map[string]index.TokenFrequencies) *document {
	d := &document{id: from.Key.String(), fields: make([]field, 1, len(from.Values)+3), size: 2*(len(from.Title)+len(from.Text)) + 1024}
	d.fields[0] = field{name: "_id", options: idOptions, value: []byte(d.id), terms: oneTerm(d.id, 1), length: 1}
	if from.Title != "" {
		d.fields = append(d.fields, field{name: FieldTitle, options: textOptions, text: from.Title})
	}
	d.fields = append(d.fields, field{name: FieldText, options: textOptions, text: from.Text})
	for name, values := range from.Values {
		f := field{name: name, options: wordOptions, length: len(values)}
		switch {
		case len(values) == 0:
			continue
		case len(values) > 1:
			f.terms = make(index.TokenFrequencies, len(values))
			for _, v := range values {
				f.terms[v] = &index.TokenFreq{Term: []byte(v)}
			}
		case name == FieldStory:
			f.terms = oneTerm(values[0], 0)
		default: // one of few
			if f.terms = shared[values[0]]; f.terms == nil {
				f.terms = oneTerm(values[0], 0)
				shared[values[0]] = f.terms
			}
		}
		d.fields = append(d.fields, f)
	}
	return d
}

// oneTerm is what bleve wants to know of a field that is one term.
func oneTerm(term string, often int) index.TokenFrequencies {
	f := &index.TokenFreq{Term: []byte(term)}
	f.SetFrequency(often)
	return index.TokenFrequencies{term: f}
}

func (d *document) ID() string { return d.id }
func (d *document) Size() int  { return d.size }
func (d *document) VisitFields(visit index.FieldVisitor) {
	for i := range d.fields {
		visit(&d.fields[i])
	}
}
func (d *document) VisitComposite(index.CompositeFieldVisitor) {}
func (d *document) HasComposite() bool                         { return false }
func (d *document) NumPlainTextBytes() uint64                  { return uint64(d.size) }
func (d *document) AddIDField()                                {} // it is there
func (d *document) StoredFieldsBytes() uint64                  { return uint64(len(d.id)) }
func (d *document) Indexed() bool                              { return true }

// A field is one field of a [document]. Texts are analysed when bleve asks
// for it, which it does beside other work.
type field struct {
	name    string
	options index.FieldIndexingOptions
	value   []byte // what is stored
	text    string // what is analysed
	terms   index.TokenFrequencies
	length  int
}

var _ index.Field = (*field)(nil)

func (f *field) Analyze() {
	if f.terms == nil {
		f.terms, f.length = vi.Terms(f.text)
	}
}
func (f *field) Name() string                                     { return f.name }
func (f *field) Value() []byte                                    { return f.value }
func (f *field) ArrayPositions() []uint64                         { return nil }
func (f *field) EncodedFieldType() byte                           { return 't' }
func (f *field) Options() index.FieldIndexingOptions              { return f.options }
func (f *field) AnalyzedLength() int                              { return f.length }
func (f *field) AnalyzedTokenFrequencies() index.TokenFrequencies { return f.terms }
func (f *field) NumPlainTextBytes() uint64                        { return uint64(len(f.text)) }
