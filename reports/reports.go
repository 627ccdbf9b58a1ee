// Package reports writes what leadership reads and what the law asks: the
// weekly summary, the daily digest, urgent notes, the annual report and plan,
// slips, and the ledgers that they rest on.
//
// Every number in a report is a [Figure]: it carries the query that gives it,
// so that [Desk.Verify] can compute it again from the store years later. A
// report never names a person, never shows what a resident wrote, and never
// calls a complaint misinformation: complaints stand among what is to be
// answered, and only claims that people opened a case about stand among
// rumours. What leaves the house leaves after a person's approval.
//
// The package knows the vocabulary, official documents and the calendar. What
// it counts, and where it keeps its state, it is given as functions and one
// interface in [Options].
package reports

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"langnghe/internal/calendar"
	"langnghe/internal/news"
)

// Options of a [Desk]. Store and Log are required. A nil question means that
// the part does not run; reports then say that nothing is known of it.
type Options struct {
	Store Store
	Log   *slog.Logger
	Now   func() time.Time   // default time.Now
	Days  *calendar.Calendar // default calendar.Default()

	// Counts tells how many items there were each day; Cases returns every
	// case as the desk knew it at a time, Sources how many sources work.
	Counts  func(context.Context, CountQuery) ([]Count, error)
	Cases   func(ctx context.Context, known time.Time) ([]Case, error)
	Sources func(context.Context) (all, working int, err error)
	// SourceNames are what people call the sources, by id; nil or a missing
	// one leaves the id.
	SourceNames func(context.Context) (map[string]string, error)
	// Headlines are titles of articles with good news, never of posts.
	Headlines func(ctx context.Context, from, to time.Time, limit int) ([]Headline, error)
	// Told are the words of a complaint as its unit sees them, without what
	// points at a person and only as long as they are kept; nil knows none.
	Told func(ctx context.Context, id string, by Person) ([]string, error)
	// Kept says whether a case is kept from a person, because it accuses those
	// who lead the ward; nil keeps none.
	Kept func(ctx context.Context, id string, by Person) (bool, error)
	// Forecast says what the next days of a daily series may bring.
	Forecast func(ctx context.Context, first time.Time, daily []float64, days int) ([]Band, error)

	// Seasons are the times after an announcement in which scams follow it that
	// touch the days from, to; nil knows none.
	Seasons func(ctx context.Context, from, to time.Time) ([]Season, error)

	// Guard makes suspicious links in a text harmless; nil leaves all texts
	// as they are.
	Guard func(string) string

	// Unit says who answers about a topic; Units are all who can be asked.
	Unit  func(topic string) string
	Units []string
	Khoi  []string
	// House is the letterhead, lists and dates of the ward.
	House House
	// BaseURL is how people reach the desk, for links in documents.
	BaseURL string
}

// A Season is a time in which scams follow an announcement, with what to watch.
type Season struct {
	From, To time.Time // days of the ward, To is the last
	What     string
	Watch    []string // names of what to watch
}

// A Desk writes reports and keeps the ledgers. It is safe for concurrent use.
type Desk struct{ Options }

// New checks the options. It starts nothing: call Tick every few minutes.
func New(o Options) (*Desk, error) {
	switch {
	case o.Store == nil:
		return nil, errors.New("reports: no store")
	case o.Log == nil:
		return nil, errors.New("reports: no logger")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Days == nil {
		o.Days = calendar.Default()
	}
	if o.Unit == nil {
		o.Unit = func(string) string { return "" }
	}
	if err := o.House.complete(); err != nil {
		return nil, fmt.Errorf("reports: %w", err)
	}
	return &Desk{o}, nil
}

func (d *Desk) now() time.Time { return d.Now().UTC().Truncate(time.Millisecond) }

// A CountQuery asks how much was said on each day of the ward in from ≤ day <
// to. By is "", topic, tone, stance or source; Topic narrows. Items about
// other places are never counted.
type CountQuery struct {
	By       string
	Topic    string
	From, To time.Time
}

// A Count is one day of one key.
type Count struct {
	Key   string
	Day   time.Time
	Items int
}

// A Headline is the title of an article.
type Headline struct {
	Title, Source string
	Day           time.Time
}

// A Band is the forecast of one day: what is expected, and the range in which
// four days of five fall.
type Band struct {
	Day                 time.Time
	Expected, Low, High float64
}

// Kind says which report it is.
type Kind string

// The kinds of reports.
const (
	Weekly     Kind = "weekly"     // tổng hợp dư luận tuần
	Daily      Kind = "daily"      // điểm tin ngày
	Urgent     Kind = "urgent"     // báo cáo nhanh một vụ việc
	Annual     Kind = "annual"     // báo cáo năm, clause IV of the plan
	Plan       Kind = "plan"       // kế hoạch năm
	Police     Kind = "handoff"    // phiếu chuyển thông tin
	Complaint  Kind = "complaint"  // phiếu chuyển phản ánh
	Correction Kind = "correction" // đính chính, three lengths
	Radio      Kind = "radio"      // lời phát thanh
	Notice     Kind = "notice"     // thông báo khối
)

// Kinds in the order in which pages offer them.
var Kinds = []Kind{Weekly, Daily, Urgent, Annual, Plan, Police, Complaint, Correction, Radio, Notice}

// OfCase reports whether a report of the kind is about one case.
func (k Kind) OfCase() bool {
	switch k {
	case Urgent, Police, Complaint, Correction, Radio, Notice:
		return true
	}
	return false
}

// Names of the kinds.
var kindNames = map[Kind]news.Text{
	Weekly: {VI: "Tổng hợp dư luận tuần", EN: "Weekly summary"}, Daily: {VI: "Điểm tin ngày", EN: "Daily digest"},
	Urgent: {VI: "Báo cáo nhanh", EN: "Urgent note"}, Annual: {VI: "Báo cáo năm", EN: "Annual report"}, Plan: {VI: "Kế hoạch năm", EN: "Annual plan"},
	Police: {VI: "Phiếu chuyển thông tin", EN: "Police hand-off slip"}, Complaint: {VI: "Phiếu chuyển phản ánh", EN: "Complaint slip"},
	Correction: {VI: "Đính chính", EN: "Correction"}, Radio: {VI: "Lời phát thanh", EN: "Loudspeaker script"}, Notice: {VI: "Thông báo khối", EN: "Neighbourhood notice"},
}

// Name is what people call the kind.
func (k Kind) Name() news.Text { return kindNames[k] }

// An Error is a rule of the house that an act would break, in both
// languages. Kind is stable.
type Error struct {
	Kind string
	Text news.Text
}

func (e *Error) Error() string { return e.Text.VI }

// Code returns the kind; it crosses the bus.
func (e *Error) Code() string { return e.Kind }

// Permanent says that asking again does not help.
func (e *Error) Permanent() bool { return true }

func refuse(kind, vi, en string, args ...any) error {
	return &Error{kind, news.Text{VI: fmt.Sprintf(vi, args...), EN: fmt.Sprintf(en, args...)}}
}

// ErrNotFound is what a [Store] says about an unknown id.
var ErrNotFound error = &Error{"not_found", news.Text{VI: "không có báo cáo hoặc mục sổ này", EN: "there is no such report or ledger entry"}}
