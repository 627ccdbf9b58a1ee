package reports

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"langnghe/internal/calendar"
	"langnghe/internal/news"
	"langnghe/reports/paper"
)

// RecallWindow is how long an approved report waits before it leaves, so that
// the approval can be taken back.
const RecallWindow = 10 * time.Minute

// A Person is who acts.
type Person struct{ Name, Role, Unit string }

func forbidden(role, what string) error {
	return refuse("forbidden", "vai trò “%s” không được %s", "the role %q may not do this: %s", role, what)
}

func (d *Desk) chain(who, act, object, detail string) news.Audit {
	return news.Audit{ID: rand.Text(), At: d.now(), Role: "desk", Who: who, Act: act, Object: object, Detail: detail}
}

// maxNote is how long a person's text for a section may be.
const maxNote = 6000

func checkNotes(notes map[string]string) error {
	for k, v := range notes {
		if len([]rune(v)) > maxNote || len(k) > 40 {
			return refuse("long", "phần “%s” dài quá %d chữ", "the section %q is longer than %d letters", k, maxNote)
		}
	}
	return nil
}

// Preview writes a report without keeping it.
func (d *Desk) Preview(ctx context.Context, q Request, by Person) (Report, error) {
	if !q.Kind.MayWrite(by.Role) {
		return Report{}, forbidden(by.Role, "lập "+q.Kind.Name().VI)
	}
	if err := checkNotes(q.Notes); err != nil {
		return Report{}, err
	}
	if hide, err := d.kept(ctx, q.Case, by); err != nil || hide {
		return Report{}, cmp.Or(err, noCase(q.Case))
	}
	return d.Build(q, d.counter(ctx))
}

// Create writes a report and keeps it as a draft.
func (d *Desk) Create(ctx context.Context, q Request, by Person) (Report, error) {
	r, err := d.Preview(ctx, q, by)
	if err != nil {
		return Report{}, err
	}
	r.By = by.Name
	err = d.Store.Update(ctx, func(tx Tx) error { return d.keep(tx, &r) })
	return r, err
}

// keep gives a report its id and writes it.
func (d *Desk) keep(tx Tx, r *Report) error {
	symbol, _, _ := strings.Cut(r.Paper.Head.Symbol, "-")
	y := strconv.Itoa(r.At.In(calendar.Zone).Year())
	n, err := tx.Next("report/" + symbol + "/" + y)
	if err != nil {
		return err
	}
	r.ID = fmt.Sprintf("%s-%s-%04d", strings.ReplaceAll(symbol, "Đ", "D"), y, n)
	if err := tx.PutReport(*r); err != nil {
		return err
	}
	if err := putCounted(tx, r); err != nil {
		return err
	}
	return tx.Chain(d.chain(r.By, "report.create", r.ID, strings.TrimSpace(string(r.Kind)+" "+r.Counted)))
}

func putCounted(tx Tx, r *Report) error {
	if len(r.counted) == 0 {
		return nil
	}
	return tx.PutCounted(r.ID, r.counted)
}

// change is an act on one report, in one transaction with its audit entry.
func (d *Desk) change(ctx context.Context, id, act string, by Person, detail string, f func(Tx, *Report) error) error {
	_, hide, err := d.report(ctx, id, by)
	if err != nil {
		return err
	}
	if hide {
		return ErrNotFound // that there is one is a word too much
	}
	return d.Store.Update(ctx, func(tx Tx) error {
		r, err := tx.Report(id)
		if err != nil {
			return err
		}
		if err := f(tx, &r); err != nil {
			return err
		}
		if err := tx.PutReport(r); err != nil {
			return err
		}
		return tx.Chain(d.chain(by.Name, act, id, detail))
	})
}

// Open shows one report; that is in the audit chain. A unit sees the slips
// that are addressed to it.
func (d *Desk) Open(ctx context.Context, id string, by Person) (Report, error) {
	r, hide, err := d.report(ctx, id, by)
	if err == nil && hide {
		err = ErrNotFound
	}
	if err != nil {
		return Report{}, err
	}
	sees, err := d.sees(ctx, &r, by)
	if err != nil {
		return Report{}, err
	}
	err = d.Store.Update(ctx, func(tx Tx) (err error) {
		if r, err = tx.Report(id); err != nil {
			return err
		}
		if !sees {
			return forbidden(by.Role, "xem "+r.Kind.Name().VI)
		}
		return tx.Chain(d.chain(by.Name, "report.view", id, ""))
	})
	if err != nil {
		return r, err
	}
	return r, d.tell(ctx, &r, by)
}

func (r *Report) visible(by Person) bool {
	if !r.Kind.MayRead(by.Role) {
		return false
	}
	switch {
	case by.Role == "unit" && r.Kind == Complaint:
		return by.Unit != "" && slices.Contains(r.Paper.Head.To, by.Unit) && r.State != Returned
	case by.Role == "police_liaison" || by.Role == "editor" || by.Role == "unit" || by.Role == "khoi":
		return r.State == Sent || r.Kind == Radio || r.Kind == Correction && by.Role == "editor"
	}
	return true
}

// List lists the reports that a person may see, newest first; the offset
// counts those alone, so that a page is full unless it is the last.
func (d *Desk) List(ctx context.Context, kind Kind, offset, limit int, by Person) ([]Report, error) {
	const page = 200
	var out []Report
	for from := 0; ; from += page {
		all, err := d.Store.Reports(ctx, kind, from, page)
		if err != nil {
			return nil, fmt.Errorf("reports: list: %w", err)
		}
		for i := range all {
			r := &all[i]
			sees, err := d.sees(ctx, r, by)
			switch {
			case err != nil:
				return nil, err
			case !sees:
			case offset > 0:
				offset--
			default:
				out = append(out, *r)
			}
			if len(out) == limit {
				return out, nil
			}
		}
		if len(all) < page {
			return out, nil
		}
	}
}

// sees reports whether a person may see a report: what is kept from those who
// lead the ward, the justice officer sees in their place.
func (d *Desk) sees(ctx context.Context, r *Report, by Person) (bool, error) {
	if by.Role == "justice" {
		hide, err := d.kept(ctx, r.Case, Person{Role: "leader"})
		return hide || r.visible(by), err
	}
	hide, err := d.kept(ctx, r.Case, by)
	return !hide && r.visible(by), err
}

// kept reports whether a case is kept from a person.
func (d *Desk) kept(ctx context.Context, id string, by Person) (bool, error) {
	if d.Kept == nil || id == "" {
		return false, nil
	}
	hide, err := d.Kept(ctx, id, by)
	if err != nil {
		return false, fmt.Errorf("reports: case %s: %w", id, err)
	}
	return hide, nil
}

// report reads a report and says whether its case is kept from a person.
func (d *Desk) report(ctx context.Context, id string, by Person) (r Report, hide bool, err error) {
	if r, err = d.Store.Report(ctx, id); err != nil {
		return r, false, err
	}
	hide, err = d.kept(ctx, r.Case, by)
	return r, hide, err
}

// Rewrite writes a draft anew, with what people have written for its
// sections; the numbers are those of now.
func (d *Desk) Rewrite(ctx context.Context, id string, notes map[string]string, by Person) error {
	if err := checkNotes(notes); err != nil {
		return err
	}
	old, hide, err := d.report(ctx, id, by)
	if err == nil && hide {
		err = ErrNotFound
	}
	if err != nil {
		return err
	}
	if !old.Kind.MayWrite(by.Role) {
		return forbidden(by.Role, "sửa "+old.Kind.Name().VI)
	}
	y := 0
	if old.Kind == Annual || old.Kind == Plan {
		y = yearOf(&old)
	}
	clean := map[string]string{}
	for k, v := range notes {
		if v = strings.TrimSpace(v); v != "" {
			clean[k] = v
		}
	}
	r, err := d.Build(Request{Kind: old.Kind, At: old.At, Year: y, Case: old.Case, Notes: clean}, d.counter(ctx))
	if err != nil {
		return err
	}
	return d.change(ctx, id, "report.edit", by, r.Counted, func(tx Tx, now *Report) error {
		if now.State != Draft {
			return refuse("state", "báo cáo đã duyệt hoặc trả lại, không sửa được", "the report is no draft any more")
		}
		r.ID, r.By, r.State, r.Writers = now.ID, now.By, now.State, now.Writers
		if !slices.Contains(r.Writers, by.Name) {
			r.Writers = append(slices.Clone(r.Writers), by.Name)
		}
		*now = r
		return putCounted(tx, &r)
	})
}

// yearOf reads the year that an annual report or plan is about.
func yearOf(r *Report) int {
	s := r.Paper.Head.Subject
	y, err := strconv.Atoi(s[max(len(s)-4, 0):])
	if err != nil {
		return 0
	}
	return y
}

// Approve lets a report leave for its list, after the time to recall it. The
// one who wrote it may not approve it. Only a leader approves, and of a case
// that is kept from those who lead the ward the justice officer.
func (d *Desk) Approve(ctx context.Context, id string, by Person) error {
	_, hide, err := d.report(ctx, id, Person{Role: "leader"})
	if err != nil {
		return err
	}
	if by.Role != "leader" && (by.Role != "justice" || !hide) {
		return forbidden(by.Role, "duyệt báo cáo")
	}
	return d.change(ctx, id, "report.approve", by, "", func(tx Tx, r *Report) error {
		switch {
		case r.State != Draft:
			return refuse("state", "chỉ duyệt được bản thảo", "only a draft can be approved")
		case strings.EqualFold(r.By, by.Name), slices.ContainsFunc(r.Writers, func(w string) bool { return strings.EqualFold(w, by.Name) }):
			return refuse("same_person", "người lập báo cáo không tự duyệt", "who wrote a report does not approve it")
		}
		now := d.now()
		r.State, r.Approver, r.Approved, r.Leaves = Approved, by.Name, now, now.Add(RecallWindow)
		return d.dispatch(tx, r, hide)
	})
}

// dispatch puts the notices of a report into the outbox; one that is kept from
// those who lead the ward goes past them.
func (d *Desk) dispatch(tx Tx, r *Report, kept bool) error {
	to := slices.Clone(d.House.list(r.Kind))
	for i, role := range to {
		if err := mayReceive(r.Kind, role); err != nil {
			return err
		}
		if role == "unit" && r.Kind == Complaint && len(r.Paper.Head.To) == 1 {
			to[i] = "unit/" + r.Paper.Head.To[0] // its own matter only
		}
	}
	var not []string
	if kept {
		not = []string{"leader"}
		to = slices.DeleteFunc(to, func(role string) bool { return role == "leader" || strings.HasPrefix(role, "list/") }) // the leader may stand on one
	}
	if len(to) == 0 {
		return nil
	}
	name := r.Kind.Name()
	subject := strings.TrimSpace(r.Paper.Head.Subject)
	text := Plaintext(r)
	return tx.Notify(news.Alert{
		ID: "report/" + r.ID + "/" + strconv.FormatInt(r.Approved.UnixMilli(), 36), Kind: "decided", Level: news.Medium, To: to, Not: not,
		Subject: news.Text{VI: name.VI + ": " + subject, EN: name.EN + ": " + subject},
		Body:    news.Text{VI: text, EN: text}, Path: "/reports/" + r.ID, Attach: r.ID, Group: "report/" + r.ID, Event: r.Leaves, Created: r.Approved,
	}, "report/"+r.ID, r.Leaves)
}

// Recall takes an approval back before the report has left.
func (d *Desk) Recall(ctx context.Context, id, why string, by Person) error {
	if by.Role != "leader" && by.Role != "reviewer" && by.Role != "office" {
		return forbidden(by.Role, "thu hồi báo cáo")
	}
	return d.change(ctx, id, "report.recall", by, clip(why, 200), func(tx Tx, r *Report) error {
		if r.State != Approved || !d.now().Before(r.Leaves) {
			return refuse("too_late", "báo cáo đã gửi đi hoặc chưa được duyệt", "the report has left or is not approved")
		}
		all, err := tx.Recall("report/" + r.ID)
		if err != nil {
			return err
		}
		if !all {
			return refuse("too_late", "thư đã được gửi đi", "a notice has been sent already")
		}
		r.State, r.Approver, r.Approved, r.Leaves = Draft, "", time.Time{}, time.Time{}
		return nil
	})
}

// Return refuses a draft, with the reason.
func (d *Desk) Return(ctx context.Context, id, why string, by Person) error {
	if by.Role != "leader" && by.Role != "justice" {
		return forbidden(by.Role, "trả lại báo cáo")
	}
	if strings.TrimSpace(why) == "" {
		return refuse("empty", "cần ghi lý do trả lại", "a reason is needed")
	}
	return d.change(ctx, id, "report.return", by, clip(why, 200), func(_ Tx, r *Report) error {
		if r.State != Draft {
			return refuse("state", "chỉ trả lại được bản thảo", "only a draft can be returned")
		}
		r.State, r.Note = Returned, clip(why, 300)
		return nil
	})
}

// Issue records number and day that the registry gave an approved document.
func (d *Desk) Issue(ctx context.Context, id string, number int, day time.Time, by Person) error {
	if by.Role != "office" && by.Role != "reviewer" {
		return forbidden(by.Role, "cho số văn bản")
	}
	if number < 1 || number > 99999 || day.IsZero() {
		return refuse("number", "số phải từ 1 đến 99999 và có ngày ban hành", "the number is 1 to 99999, and a day is needed")
	}
	return d.change(ctx, id, "report.issue", by, strconv.Itoa(number), func(_ Tx, r *Report) error {
		if r.State != Approved && r.State != Sent {
			return refuse("state", "chỉ cho số văn bản đã duyệt", "only an approved document gets a number")
		}
		if r.Number != 0 {
			return refuse("numbered", "văn bản đã có số %d", "the document has the number %d", r.Number)
		}
		r.Number, r.Issued = number, day
		h := &r.Paper.Head
		h.Number, h.Date, h.NoDay = number, day.In(calendar.Zone), false
		// Letterhead and signature are those valid on the day of issue.
		head, s := d.House.head(day), d.House.signer(r.Kind, day)
		h.Parent, h.Agency, h.Place, h.Symbol = head.Parent, head.Agency, head.Place, before1(h.Symbol)+"-"+head.Code
		r.Paper.Foot.Authority, r.Paper.Foot.Name = s.Authority, s.Name
		return nil
	})
}

func before1(symbol string) string {
	s, _, _ := strings.Cut(symbol, "-")
	return s
}

// Plaintext is a report as a mail shows it.
func Plaintext(r *Report) string {
	var b strings.Builder
	for _, l := range r.Paper.Body {
		switch {
		case l.Table != nil:
			if l.Table.Title != "" {
				b.WriteString(l.Table.Title + "\n")
			}
			for _, row := range l.Table.Rows {
				var cells []string
				for i, c := range row {
					t := ""
					for _, s := range c {
						t += s.Text
					}
					if i > 0 && i < len(l.Table.Heads) {
						t = l.Table.Heads[i] + ": " + t
					}
					cells = append(cells, t)
				}
				b.WriteString("  " + strings.Join(cells, " | ") + "\n")
			}
		case l.Chart != nil:
			b.WriteString(l.Chart.Describe() + "\n")
		default:
			b.WriteString(l.Plaintext() + "\n")
		}
		if l.Style == paper.Part {
			continue
		}
	}
	return strings.TrimSpace(b.String())
}

// Save adds an entry to a ledger, or changes the one with the id.
func (d *Desk) Save(ctx context.Context, ledger, id string, values map[string]string, by Person) (Record, error) {
	l, ok := LedgerByID(ledger)
	if !ok {
		return Record{}, ErrNotFound
	}
	if !l.MayWrite(by.Role) {
		return Record{}, forbidden(by.Role, "ghi "+l.Title.VI)
	}
	clean, err := l.check(values)
	if err != nil {
		return Record{}, err
	}
	if err := l.agrees(clean); err != nil {
		return Record{}, err
	}
	if by.Role == "unit" || by.Role == "khoi" { // they write of themselves
		if _, has := l.Field("unit"); has {
			clean["unit"] = by.Unit
		}
	}
	var r Record
	err = d.Store.Update(ctx, func(tx Tx) error {
		for _, f := range l.Fields {
			if f.Type != "record" || clean[f.Key] == "" {
				continue
			}
			parent, err := tx.Record(clean[f.Key])
			if err != nil || parent.Ledger != f.Ledger || id == "" && !parent.Removed.IsZero() {
				return refuse("parent", "không có mục “%s” trong sổ", "there is no entry %q in the ledger", clean[f.Key])
			}
			if book, _ := LedgerByID(f.Ledger); f.Required { // it is a part of that entry
				if mine, err := book.own(tx, &parent, by); err != nil || !mine {
					return cmp.Or(err, forbidden(by.Role, "ghi vào mục của đơn vị khác"))
				}
			}
			r.Parent = parent.ID
		}
		now := d.now()
		act := "ledger.add"
		if id == "" {
			n, err := tx.Next("ledger/" + ledger)
			if err != nil {
				return err
			}
			r.ID, r.Ledger, r.Created = fmt.Sprintf("%s-%04d", ledger, n), ledger, now
		} else {
			parent := r.Parent
			old, err := tx.Record(id)
			if err != nil {
				return err
			}
			if old.Ledger != ledger || !old.Removed.IsZero() {
				return ErrNotFound
			}
			if mine, err := l.own(tx, &old, by); err != nil || !mine {
				return cmp.Or(err, forbidden(by.Role, "sửa mục của đơn vị khác"))
			}
			if maps.Equal(old.Values(), clean) {
				r = old
				return nil
			}
			r, act = old, "ledger.change"
			r.Parent = parent
		}
		r.Past = append(slices.Clone(r.Past), Version{At: now, By: by.Name, Values: clean})
		if err := tx.PutRecord(r); err != nil {
			return err
		}
		return tx.Chain(d.chain(by.Name, act, r.ID, ledger))
	})
	return r, err
}

// Remove takes an entry out of a ledger. It stays in the store, so that
// reports about the past stay true.
func (d *Desk) Remove(ctx context.Context, id string, by Person) error {
	return d.Store.Update(ctx, func(tx Tx) error {
		r, err := tx.Record(id)
		if err != nil {
			return err
		}
		l, ok := LedgerByID(r.Ledger)
		if !ok || !r.Removed.IsZero() {
			return ErrNotFound
		}
		if mine, err := l.own(tx, &r, by); err != nil || !mine || !l.MayWrite(by.Role) {
			return cmp.Or(err, forbidden(by.Role, "xóa mục sổ"))
		}
		r.Removed = d.now()
		if err := tx.PutRecord(r); err != nil {
			return err
		}
		return tx.Chain(d.chain(by.Name, "ledger.remove", id, r.Ledger))
	})
}

// Entries lists what stands in a ledger now, newest first.
func (d *Desk) Entries(ctx context.Context, ledger string, by Person) ([]Record, error) {
	l, ok := LedgerByID(ledger)
	if !ok {
		return nil, ErrNotFound
	}
	if !l.MayRead(by.Role) {
		return nil, forbidden(by.Role, "xem "+l.Title.VI)
	}
	rs, err := d.Store.Records(ctx, ledger)
	if err != nil {
		return nil, fmt.Errorf("reports: ledger %s: %w", ledger, err)
	}
	rs = slices.DeleteFunc(rs, func(r Record) bool {
		if !r.Removed.IsZero() {
			return true
		}
		mine, ownErr := l.own(records{ctx, d.Store}, &r, by)
		err = cmp.Or(err, ownErr)
		return !mine
	})
	slices.Reverse(rs)
	return rs, err
}

// own reports whether an entry is a person's to see or change, as far as that
// depends on the unit: units and neighbourhoods have what is theirs, and what
// belongs to an entry of theirs, as comments do to a draft.
func (l Ledger) own(find interface {
	Record(id string) (Record, error)
}, r *Record, by Person) (bool, error) {
	if by.Role != "unit" && by.Role != "khoi" {
		return true, nil
	}
	if _, has := l.Field("unit"); has || r.Parent == "" {
		return by.Unit != "" && r.Values()["unit"] == by.Unit, nil
	}
	parent, err := find.Record(r.Parent)
	if err != nil {
		return false, err
	}
	return by.Unit != "" && parent.Values()["unit"] == by.Unit, nil
}

// records finds entries outside of a transaction.
type records struct {
	ctx   context.Context
	store Store
}

func (s records) Record(id string) (Record, error) { return s.store.Record(s.ctx, id) }

// Names are the titles of the entries of a ledger that an entry of another one
// may belong to, by id: what the form of that one offers. Whoever keeps a
// ledger sees the titles that its entries need, and nothing else of that book.
func (d *Desk) Names(ctx context.Context, ledger string, by Person) (map[string]string, error) {
	l, ok := LedgerByID(ledger)
	if !ok {
		return nil, ErrNotFound
	}
	if !l.MayRead(by.Role) && !slices.ContainsFunc(Ledgers, func(k Ledger) bool {
		return k.MayWrite(by.Role) && slices.ContainsFunc(k.Fields, func(f Field) bool { return f.Ledger == ledger })
	}) {
		return nil, forbidden(by.Role, "xem "+l.Title.VI)
	}
	rs, err := d.Store.Records(ctx, ledger)
	out := map[string]string{}
	for _, r := range rs {
		// Policies are published; a draft is its unit's until it is asked about.
		if mine, ownErr := l.own(records{ctx, d.Store}, &r, by); ledger != "policies" && !mine {
			err = cmp.Or(err, ownErr)
			continue
		}
		if r.Removed.IsZero() {
			out[r.ID] = r.Values()["title"]
		}
	}
	return out, err
}

// Deadline is how an entry stands with its term.
type Deadline struct {
	Due  time.Time `json:"due,omitzero"`
	Late bool      `json:"late,omitempty"`
	Soon bool      `json:"soon,omitempty"` // within two working days
	Done bool      `json:"done,omitempty"`
}

// DeadlineOf computes the clock of an information request, a disclosure, a
// task or a consultation.
func (d *Desk) DeadlineOf(r Record) (Deadline, bool) {
	v := view{r, r.Values()}
	now := d.now()
	var out Deadline
	switch r.Ledger {
	case "requests":
		out.Due, out.Done = due(d.Days, v), !v.day("answered").IsZero()
	case "tasks":
		if v.day("due").IsZero() {
			return out, false
		}
		out.Due, out.Done = v.day("due").AddDate(0, 0, 1), !v.day("done").IsZero()
	case "consultations":
		out.Due, out.Done = v.day("to").AddDate(0, 0, 1), now.After(v.day("to").AddDate(0, 0, 1))
	case "disclosure":
		if v.day("since").IsZero() {
			return Deadline{Late: true}, true
		}
		if v.int("every") == 0 {
			return out, false
		}
		last := v.day("updated")
		if last.IsZero() {
			last = v.day("since")
		}
		out.Due = last.AddDate(0, 0, v.int("every")+1)
	default:
		return out, false
	}
	if !out.Done {
		out.Late = now.After(out.Due)
		out.Soon = !out.Late && d.Days.WorkingDays(now, out.Due) <= 2
	}
	return out, true
}

// Coverage is the target of the plan: the policies that touch rights or
// duties, the share that was communicated, and the gaps.
type Coverage struct {
	All     int           `json:"all"`
	Covered int           `json:"covered"`
	Rows    []CoverageRow `json:"rows"`
}

// A CoverageRow is one policy with how often there is evidence, by channel.
type CoverageRow struct {
	ID       string       `json:"id"`
	Title    string       `json:"title"`
	Counts   []int        `json:"counts"`   // as Channels
	Evidence [][]Evidence `json:"evidence"` // the same, oldest first
	Gap      bool         `json:"gap"`
}

// Evidence is what shows that a policy was communicated: an address, the
// number of a bulletin, a photograph of a notice.
type Evidence struct {
	Entry string `json:"entry"` // of the ledger of publications
	Day   string `json:"day"`   // 2006-01-02
	What  string `json:"what"`
}

// Percent is Covered in hundredths of All, rounded down: 99.9 % is not the
// target.
func (c Coverage) Percent() int {
	if c.All == 0 {
		return 100
	}
	return c.Covered * 100 / c.All
}

// Coverage reads the ledgers as they are now, gaps first.
func (d *Desk) Coverage(ctx context.Context) (Coverage, error) {
	c := d.counterAt(ctx, d.now().Add(time.Millisecond))
	rows, err := c.coverage(time.Time{}, d.now().Add(time.Millisecond))
	if err != nil {
		return Coverage{}, err
	}
	out := Coverage{All: len(rows)}
	for _, r := range rows {
		line := CoverageRow{ID: r.ID, Title: r.v["title"], Gap: true}
		for _, ch := range Channels {
			n := len(r.evidence[ch.ID])
			line.Counts = append(line.Counts, n)
			list := []Evidence{}
			for _, e := range r.evidence[ch.ID] {
				list = append(list, Evidence{e.ID, e.v["day"], e.v["evidence"]})
			}
			slices.SortStableFunc(list, func(a, b Evidence) int { return strings.Compare(a.Day, b.Day) })
			line.Evidence = append(line.Evidence, list)
			line.Gap = line.Gap && n == 0
		}
		if !line.Gap {
			out.Covered++
		}
		out.Rows = append(out.Rows, line)
	}
	slices.SortStableFunc(out.Rows, func(a, b CoverageRow) int {
		if a.Gap != b.Gap {
			if a.Gap {
				return -1
			}
			return 1
		}
		return 0
	})
	return out, nil
}

// An OpinionGroup is a draft with the comments on it, by article: the
// response table.
type OpinionGroup struct {
	Draft    Record         `json:"draft"`
	Articles []ArticleGroup `json:"articles"`
	Count    int            `json:"count"` // comments
	Answered int            `json:"answered"`
}

// An ArticleGroup is the comments on one article.
type ArticleGroup struct {
	Article string   `json:"article"`
	Rows    []Record `json:"rows"`
	Count   int      `json:"count"`
}

// Opinions groups the comments on a draft.
func (d *Desk) Opinions(ctx context.Context, draft string) (OpinionGroup, error) {
	r, err := d.Store.Record(ctx, draft)
	if err != nil {
		return OpinionGroup{}, err
	}
	rs, err := d.Store.Records(ctx, "opinions")
	if err != nil {
		return OpinionGroup{}, fmt.Errorf("reports: comments: %w", err)
	}
	g := OpinionGroup{Draft: r}
	for _, o := range rs {
		v := view{o, o.Values()}
		if !o.Removed.IsZero() || v.v["consultation"] != draft {
			continue
		}
		i := slices.IndexFunc(g.Articles, func(a ArticleGroup) bool { return a.Article == v.v["article"] })
		if i < 0 {
			g.Articles = append(g.Articles, ArticleGroup{Article: v.v["article"]})
			i = len(g.Articles) - 1
		}
		g.Articles[i].Rows = append(g.Articles[i].Rows, o)
		g.Articles[i].Count += v.int("count")
		g.Count += v.int("count")
		if v.v["result"] != "" {
			g.Answered += v.int("count")
		}
	}
	slices.SortStableFunc(g.Articles, func(a, b ArticleGroup) int { return strings.Compare(a.Article, b.Article) })
	return g, nil
}

// Write writes a report for the program itself, which has checked who asks.
func (d *Desk) Write(ctx context.Context, q Request) (Report, error) {
	return d.Build(q, d.counter(ctx))
}

// Keep keeps what Write wrote, as a draft.
func (d *Desk) Keep(ctx context.Context, r Report, by string) (Report, error) {
	r.By = by
	err := d.Store.Update(ctx, func(tx Tx) error { return d.keep(tx, &r) })
	return r, err
}

// AnnualDue is the next day by which an annual report is due, and to whom.
func (d *Desk) AnnualDue() (time.Time, string) {
	now := d.now().In(calendar.Zone)
	due := d.House.DueOn(now.Year())
	if due.Before(d.Days.Day(now)) {
		due = d.House.DueOn(now.Year() + 1)
	}
	return due, d.House.Addressee
}
