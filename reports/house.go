package reports

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"langnghe/internal/calendar"
)

// House is what the ward's documents carry, and when its reports are due. The
// zero value is completed from the name of the ward.
type House struct {
	// Ward is "Phường Thái Hòa"; Superior whom the ward reports to.
	Ward     string `yaml:"-"`
	Superior string `yaml:"-"`

	Heads   []Letterhead `yaml:"letterheads"`
	Signers []Signer     `yaml:"signers"`
	// Registry is how the archive line names registry and unit: "VT, VHXH".
	Registry string `yaml:"archive"`
	// Receivers are the lines of Nơi nhận by kind of report.
	Receivers map[Kind][]string `yaml:"receivers"`
	// Contact is where people may ask: a number, an address.
	Contact string `yaml:"contact"`

	// Culture is the unit that keeps the matter in hand: who acts on what is
	// no other unit's. Default that of the ward's profile.
	Culture string `yaml:"communication_unit"`

	// Addressee and Due are of the annual report; Due is "12-10", month and
	// day. Remind are the days before it on which people are reminded.
	Addressee string `yaml:"annual_addressee"`
	Due       string `yaml:"annual_due"`
	Remind    []int  `yaml:"remind"`
	// WeeklyDay is a weekday, "fri"; WeeklyAt and DailyAt are times of day.
	WeeklyDay string `yaml:"weekly_day"`
	WeeklyAt  string `yaml:"weekly_at"`
	DailyAt   string `yaml:"daily_at"`
	// Lists are the roles that a report goes to once it is approved, and the
	// named lists of recipients, "list/dang-uy", who get it as files by mail.
	Lists map[Kind][]string `yaml:"lists"`
}

// A Letterhead names the issuing body from a day on.
type Letterhead struct {
	From   string   `yaml:"from"` // 2006-01-02; empty is always
	To     string   `yaml:"to"`   // the last day; empty is until further notice
	Parent string   `yaml:"parent_line"`
	Agency []string `yaml:"agency"` // lines in capitals
	Short  string   `yaml:"short"`  // "UBND phường Thái Hòa", in running text
	Code   string   `yaml:"code"`   // behind the type in the symbol: UBND
	Place  string   `yaml:"place"`
	Police string   `yaml:"police"`  // whom a hand-off is addressed to
	Radio  string   `yaml:"station"` // how the loudspeaker signs off
}

// A Signer is who signs which documents, from a day to a day.
type Signer struct {
	From      string   `yaml:"from"`
	To        string   `yaml:"to"`
	Kinds     []Kind   `yaml:"kinds"`     // empty is all
	Authority []string `yaml:"authority"` // TM. …, KT. …, title
	Name      string   `yaml:"name"`      // may be empty: room is left
}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// complete fills in what is left out and refuses what cannot be.
func (h *House) complete() error {
	if h.Ward == "" {
		h.Ward = "Phường"
	}
	place := h.Ward
	for _, p := range []string{"Phường ", "Xã ", "Thị trấn ", "Đặc khu "} {
		place = strings.TrimPrefix(place, p)
	}
	lower := strings.ToLower(h.Ward[:1]) + h.Ward[1:]
	if r := []rune(h.Ward); len(r) > 0 {
		lower = strings.ToLower(string(r[0])) + string(r[1:])
	}
	if len(h.Heads) == 0 {
		h.Heads = []Letterhead{{}}
	}
	for i := range h.Heads {
		l := &h.Heads[i]
		if len(l.Agency) == 0 {
			l.Agency = []string{"ỦY BAN NHÂN DÂN", strings.ToUpper(h.Ward)}
		}
		set(&l.Short, "UBND "+lower)
		set(&l.Code, "UBND")
		set(&l.Place, place)
		set(&l.Police, "Công an "+lower)
		set(&l.Radio, "Đài truyền thanh "+lower)
		if err := span(l.From, l.To); err != nil {
			return fmt.Errorf("letterheads[%d]: %w", i, err)
		}
		for _, a := range l.Agency {
			if a != strings.ToUpper(a) {
				return fmt.Errorf("letterheads[%d].agency: %q must be in capitals", i, a)
			}
		}
	}
	if len(h.Signers) == 0 {
		h.Signers = []Signer{
			{Kinds: []Kind{Weekly, Daily, Urgent}, Authority: []string{"TL. CHỦ TỊCH", "TRƯỞNG PHÒNG VĂN HÓA - XÃ HỘI"}},
			{Authority: []string{"TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"}},
		}
	}
	for i, s := range h.Signers {
		if err := span(s.From, s.To); err != nil {
			return fmt.Errorf("signers[%d]: %w", i, err)
		}
		if len(s.Authority) == 0 {
			return fmt.Errorf("signers[%d]: authority is empty", i)
		}
		for _, a := range s.Authority {
			if a != strings.ToUpper(a) && !strings.HasPrefix(a, "TUQ.") {
				return fmt.Errorf("signers[%d].authority: %q must be in capitals", i, a)
			}
		}
		for _, k := range s.Kinds {
			if !slices.Contains(Kinds, k) {
				return fmt.Errorf("signers[%d].kinds: there is no kind %q", i, k)
			}
		}
	}
	set(&h.Culture, "Phòng Văn hóa - Xã hội")
	set(&h.Registry, "VT, VHXH")
	set(&h.Addressee, h.Superior)
	set(&h.Due, "12-10")
	set(&h.WeeklyDay, "fri")
	set(&h.WeeklyAt, "15:00")
	set(&h.DailyAt, "07:00")
	if h.Remind == nil {
		h.Remind = []int{30, 14, 7, 1}
	}
	if _, err := time.Parse("01-02", h.Due); err != nil || h.Due == "02-29" {
		return fmt.Errorf("annual_due: %q is no day; write 12-10", h.Due)
	}
	if !slices.Contains(weekdays, h.WeeklyDay) {
		return fmt.Errorf("weekly_day: %q is no weekday; use one of %s", h.WeeklyDay, strings.Join(weekdays, ", "))
	}
	for name, at := range map[string]string{"weekly_at": h.WeeklyAt, "daily_at": h.DailyAt} {
		if _, err := time.Parse("15:04", at); err != nil {
			return fmt.Errorf("%s: %q is no time; write 15:00", name, at)
		}
	}
	for k, roles := range h.Lists {
		if !slices.Contains(Kinds, k) {
			return fmt.Errorf("lists: there is no kind %q", k)
		}
		for _, r := range roles {
			if err := mayReceive(k, r); err != nil {
				return err
			}
		}
	}
	for k := range h.Receivers {
		if !slices.Contains(Kinds, k) {
			return fmt.Errorf("receivers: there is no kind %q", k)
		}
	}
	return nil
}

// Check reports what is wrong with the settings, without filling them in.
func (h House) Check() error {
	h.Heads, h.Signers = slices.Clone(h.Heads), slices.Clone(h.Signers)
	return h.complete()
}

func set(s *string, v string) {
	if *s == "" {
		*s = v
	}
}

func span(from, to string) error {
	for _, d := range []string{from, to} {
		if _, err := time.Parse(time.DateOnly, d); d != "" && err != nil {
			return fmt.Errorf("%q is no day; write 2026-07-01", d)
		}
	}
	if from != "" && to != "" && to < from {
		return fmt.Errorf("ends (%s) before it begins (%s)", to, from)
	}
	return nil
}

func valid(from, to string, day string) bool {
	return (from == "" || from <= day) && (to == "" || day <= to)
}

// head is the letterhead that is valid on a day, the later one when two are.
func (h *House) head(t time.Time) Letterhead {
	day := t.In(calendar.Zone).Format(time.DateOnly)
	best := h.Heads[0]
	for _, l := range h.Heads {
		if valid(l.From, l.To, day) && (l.From >= best.From || !valid(best.From, best.To, day)) {
			best = l
		}
	}
	return best
}

// signer is who signs a kind of report on a day.
func (h *House) signer(k Kind, t time.Time) Signer {
	day := t.In(calendar.Zone).Format(time.DateOnly)
	for _, s := range h.Signers {
		if valid(s.From, s.To, day) && slices.Contains(s.Kinds, k) {
			return s
		}
	}
	for _, s := range h.Signers {
		if valid(s.From, s.To, day) && len(s.Kinds) == 0 {
			return s
		}
	}
	return Signer{Authority: []string{"TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"}}
}

// lists that a report goes to unless the configuration says otherwise.
var lists = map[Kind][]string{
	Weekly: {"leader", "office", "justice", "reviewer"}, Daily: {"leader", "reviewer"}, Urgent: {"leader", "office"},
	Annual: {"leader", "office"}, Plan: {"leader", "office", "unit", "khoi"}, Complaint: {"unit"},
	Correction: {"editor", "khoi"}, Radio: {"editor"}, Notice: {"khoi"}, Police: {},
}

// ListOf are the roles that a kind of report goes to when the configuration
// says nothing.
func ListOf(k Kind) []string { return slices.Clone(lists[k]) }

// list is who gets a report once it is approved.
func (h *House) list(k Kind) []string {
	if l, ok := h.Lists[k]; ok {
		return l
	}
	return lists[k]
}

// mayReceive keeps opinions from the police and hand-offs from everybody
// else: a slip leaves by the desk's own sealed way and by no list. Named lists
// are of people outside the team: they get what is signed, never a complaint.
func mayReceive(k Kind, role string) error {
	switch {
	case k == Police:
		return refuse("list", "phiếu chuyển Công an không gửi theo danh sách", "a police hand-off is sent to no list")
	case strings.HasPrefix(role, "list/") && len(role) > len("list/"):
		if k == Complaint {
			return refuse("list", "phiếu chuyển phản ánh chỉ gửi cho đơn vị trả lời", "the slip of a complaint goes to the unit that answers it alone")
		}
		return nil
	case role == "police_liaison":
		return refuse("list", "báo cáo dư luận không gửi cho đầu mối Công an", "reports of opinions do not go to the police liaison")
	case !slices.Contains([]string{"reviewer", "leader", "justice", "office", "editor", "khoi", "unit"}, role):
		return refuse("list", "không có vai trò “%s”", "there is no role %q", role)
	}
	return nil
}

// DueOn is the day by which the annual report of a year is due.
func (h *House) DueOn(year int) time.Time {
	t, err := time.ParseInLocation("2006-01-02", fmt.Sprintf("%04d-%s", year, h.Due), calendar.Zone)
	if err != nil {
		return time.Date(year, 12, 10, 0, 0, 0, 0, calendar.Zone)
	}
	return t
}
