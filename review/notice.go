package review

import (
	"slices"
	"strings"
	"time"

	"langnghe/internal/news"
)

// When notices are not for people, and when what they told of is over.

// inhibit writes that nobody is told of a flag because something else is its
// cause, or has it in hand already: once for each group in a while, so that
// the page of what is muted says it and a storm does not.
func (d *Desk) inhibit(tx Tx, e *Entry, f *news.Flag, by string) error {
	now := d.now()
	key := "inhibited/" + by + "/" + noticeKey(e, f)
	last, err := tx.Notice(key)
	if err != nil || last.Alert != "" && now.Sub(last.At) < storm {
		return err
	}
	a := flaggedNotice(e, f, now)
	a.Muted = by
	if err := tx.PutNotice(key, Notice{At: now, Level: f.Level, Alert: a.ID}); err != nil {
		return err
	}
	return alert(tx, a, "notice/"+a.ID, now)
}

// settle says that the groups which an entry stands for have been decided:
// nobody has to be told again.
func (d *Desk) settle(tx Tx, e *Entry, dec Decision) error {
	var done []string
	for i := range e.Flags {
		f := &e.Flags[i]
		key := noticeKey(e, f)
		if !notifies(f) || slices.Contains(done, key) {
			continue
		}
		n, err := tx.Notice(key)
		if err != nil {
			return err
		}
		if n.Alert == "" {
			continue
		}
		done = append(done, key)
		a := news.Alert{ID: "resolved/" + dec.ID + "/" + key, Kind: "resolved", Group: key, Event: dec.At, Created: dec.At}
		if err := alert(tx, a, dec.ID, dec.At); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) place(e *Entry) string {
	if d.Place == nil || e.Item == nil {
		return ""
	}
	return d.Place(e.Item)
}

// sourceKey is where the desk remembers the state of a source.
func sourceKey(id string) string { return "source/" + id }

// down reports whether a source in the state brings nothing.
func down(state string) bool { return state == "silent" || state == "blocked" || state == "empty" }

// outage returns the source whose outage explains a flag about quiet or
// noise of that source, or "".
func (d *Desk) outage(tx Tx, f *news.Flag) (string, error) {
	if f.Group == "" || !slices.Contains([]string{"silence", "spike", "ratio"}, f.Type) {
		return "", nil
	}
	n, err := tx.Notice(sourceKey(f.Group))
	if err != nil || !down(n.Alert) {
		return "", err
	}
	return f.Group, nil
}

// sourceNotice tells those who look after the sources that one fell silent,
// or works again.
func sourceNotice(h news.Health, now time.Time) news.Alert {
	a := news.Alert{
		ID: strings.Join([]string{"source", h.Source, h.State, h.At.UTC().Format(time.RFC3339)}, "/"), Kind: "source", Level: news.Medium,
		To: []string{string(Admin), string(Reviewer)}, Path: "/sources", Group: sourceKey(h.Source), Event: h.At, Created: now,
		Subject: news.Text{VI: "Nguồn " + h.Source + " ngừng đưa tin", EN: "Source " + h.Source + " brings nothing"},
		Body:    h.Why,
	}
	if !down(h.State) {
		a.Subject = news.Text{VI: "Nguồn " + h.Source + " đã chạy lại", EN: "Source " + h.Source + " works again"}
	}
	return a
}
