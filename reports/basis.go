package reports

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"langnghe/internal/news"
)

// The counts of items go on living after a report is written: an item of last
// week is found today, one is edited or erased, a better reader reads all of
// them again. So a report that is kept keeps the daily counts that its numbers
// rest on, and its hash is in the audit chain: next year, its numbers are
// computed from these, and what the index says by then is told beside them.

// counted are the days of one question.
type counted struct {
	By    string    `json:"by,omitempty"`
	Topic string    `json:"topic,omitempty"`
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	Rows  []dayRow  `json:"rows"`
}

type dayRow struct {
	Key   string    `json:"k,omitempty"`
	Day   time.Time `json:"d"`
	Items int       `json:"n"`
}

// basis writes what has been counted, in one form whatever the order.
func (c *counter) basis() ([]byte, error) {
	if len(c.items) == 0 {
		return nil, nil
	}
	var all []counted
	for q, rows := range c.items {
		one := counted{By: q.By, Topic: q.Topic, From: q.From.UTC(), To: q.To.UTC(), Rows: []dayRow{}}
		for _, r := range rows {
			one.Rows = append(one.Rows, dayRow{r.Key, r.Day.UTC(), r.Items})
		}
		slices.SortFunc(one.Rows, func(a, b dayRow) int { return cmp.Or(a.Day.Compare(b.Day), cmp.Compare(a.Key, b.Key)) })
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b counted) int {
		return cmp.Or(cmp.Compare(a.By, b.By), cmp.Compare(a.Topic, b.Topic), a.From.Compare(b.From), a.To.Compare(b.To))
	})
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if err := json.NewEncoder(z).Encode(all); err != nil {
		return nil, fmt.Errorf("reports: counts of a report: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("reports: counts of a report: %w", err)
	}
	return out.Bytes(), nil
}

// maxBasis is how much the counts of one report may unpack to.
const maxBasis = 64 << 20

// rest lets a counter answer from the counts of a report.
func (c *counter) rest(packed []byte) error {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return fmt.Errorf("reports: counts of a report: %w", err)
	}
	var all []counted
	if err := json.NewDecoder(io.LimitReader(z, maxBasis)).Decode(&all); err != nil {
		return fmt.Errorf("reports: counts of a report: %w", err)
	}
	for _, one := range all {
		rows := []Count{}
		for _, r := range one.Rows {
			rows = append(rows, Count(r))
		}
		c.items[CountQuery{By: one.By, Topic: one.Topic, From: one.From, To: one.To}] = rows
	}
	return nil
}

func sum(packed []byte) string {
	if len(packed) == 0 {
		return ""
	}
	h := sha256.Sum256(packed)
	return hex.EncodeToString(h[:])
}

// known is when the numbers of a report were computed.
func (r *Report) known() time.Time {
	if r.Known.IsZero() {
		return r.At // of a report that an earlier version wrote
	}
	return r.Known
}

// recount is a counter that knows what was known when a report was written.
// It says what is wrong with the counts that were kept, if anything is.
func (d *Desk) recount(ctx context.Context, r *Report) (*counter, *Difference, error) {
	c := d.counterAt(ctx, r.known())
	if r.ID == "" || r.Counted == "" {
		return c, nil, nil
	}
	packed, err := d.Store.Counted(ctx, r.ID)
	if err != nil {
		return nil, nil, fmt.Errorf("reports: counts of %s: %w", r.ID, err)
	}
	if now := sum(packed); now != r.Counted {
		return c, &Difference{Said: r.Counted, Now: cmp.Or(now, "–"), Why: news.Text{VI: "số đếm giữ cùng báo cáo đã bị thay đổi; các số dưới đây tính theo kho hiện nay", EN: "the counts kept with the report have been changed; the numbers below are those of the index now"}}, nil
	}
	return c, nil, c.rest(packed)
}

// ofItems reports whether a number rests on counts of items.
func (q Query) ofItems() bool {
	switch {
	case q.What == "items" || q.What == "forecast.hits" || q.What == "forecast.weeks":
		return true
	case q.Of != nil && q.Of.ofItems():
		return true
	}
	return q.Per != nil && q.Per.ofItems()
}
