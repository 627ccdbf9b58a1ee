package demo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// An Entry is a line that one of the sample ward's people writes into a
// ledger. A value that begins with @ is the entry with that Ref.
type Entry struct {
	Day    int               `json:"day"` // of the sixty
	By     string            `json:"by"`
	Ledger string            `json:"ledger"`
	Ref    string            `json:"ref"`
	Values map[string]string `json:"values"`

	At time.Time `json:"-"`
}

// Books are the entries of the ledgers, by time, dated relative to the last
// day like the documents.
func (w *World) Books() ([]Entry, error) {
	const file = "content/books/ledgers.jsonl"
	data, err := content.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var out []Entry
	n := 0
	for line := range bytes.Lines(data) {
		n++
		var e Entry
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, fmt.Errorf("demo: %s:%d: %w", file, n, err)
		}
		if e.Day < 1 || e.Day > Days || len(out) > 0 && e.Day < out[len(out)-1].Day {
			return nil, fmt.Errorf("demo: %s:%d: day %d", file, n, e.Day)
		}
		e.At = w.First.AddDate(0, 0, e.Day-1).Add(8 * time.Hour)
		for k, v := range e.Values {
			e.Values[k] = w.dated(v)
		}
		out = append(out, e)
	}
	return out, nil
}

// dated fills the marks of a text: {{day -5}}, {{ngày -5}}, {{year}}.
func (w *World) dated(text string) string {
	last := w.First.AddDate(0, 0, Days-1)
	return yearMark.ReplaceAllString(dayMark.ReplaceAllStringFunc(text, func(m string) string {
		sub := dayMark.FindStringSubmatch(m)
		n, _ := strconv.Atoi(sub[2])
		d := last.AddDate(0, 0, n)
		if sub[1] == "day" {
			return d.Format(time.DateOnly)
		}
		return longDate(d)
	}), strconv.Itoa(last.Year()))
}
