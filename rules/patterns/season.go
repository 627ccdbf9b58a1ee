package patterns

import (
	"slices"
	"strings"
	"time"

	"langnghe/internal/calendar"
	"langnghe/internal/news"
)

// SeasonDays is for how long an announcement draws scams after it: most of
// the cases of the catalogue came within two weeks (context §5.1).
const SeasonDays = 14

// A Season is a time in which scams follow an announcement: a holiday with
// gifts and travel, a merger, a new fee or benefit.
type Season struct {
	From     time.Time `json:"from"` // days of the ward
	To       time.Time `json:"to"`   // the last
	What     news.Text `json:"what"`
	Families []string  `json:"families"` // cues to watch
}

// Holds reports whether t lies in the season.
func (s Season) Holds(t time.Time) bool {
	return !t.Before(s.From) && t.Before(s.To.AddDate(0, 0, 1))
}

// gifts are scams that come with holidays, papers those that come with new
// rules.
var (
	gifts  = []string{"free_gift_scam", FakeDomain, "impersonation_utility", "charity_scam"}
	papers = []string{"impersonation_police", FakeDomain, "fee_rumour", "merger_rumour", SpoofedNumber, PremiumNumber}
)

// yearly are announcements that come every year on their day.
var yearly = []struct {
	month, day int
	what       news.Text
	families   []string
}{
	{3, 16, news.Text{VI: "Quyết toán thuế cá nhân (hạn 31/3)", EN: "Personal tax returns (due 31 March)"}, papers},
	{6, 25, news.Text{VI: "Kỳ thi tốt nghiệp và tuyển sinh", EN: "School-leaving exams and admissions"}, []string{"school_rumour", FakeDomain, "impersonation_relative"}},
	{9, 1, news.Text{VI: "Khai giảng, các khoản thu đầu năm", EN: "Back to school, fees of the new year"}, []string{"school_rumour", "fee_rumour", FakeDomain}},
}

// draws are words of titles that scams follow, with what to watch.
var draws = []struct {
	words    []string
	families []string
}{
	{fields("sap_nhap don_vi_hanh_chinh doi_ten"), papers},
	{fields("gia phi le_phi thue hoc_phi muc_thu bang_gia"), papers},
	{fields("ho_tro tro_cap qua tang mien_phi chinh_sach"), gifts},
	{fields("can_cuoc vneid dinh_danh sinh_trac"), papers},
	{fields("bao_hiem luong_huu"), papers},
}

// Seasons lists those that touch the days from to, in order: public holidays,
// yearly dates, and documents of the register that take force.
func Seasons(from, to time.Time, cal *calendar.Calendar, docs []news.Paper) []Season {
	if cal == nil {
		cal = calendar.Default()
	}
	from, to = cal.Day(from), cal.Day(to)
	var out []Season
	add := func(at time.Time, what news.Text, families []string) {
		s := Season{From: at, To: at.AddDate(0, 0, SeasonDays-1), What: what, Families: families}
		if !s.From.After(to) && !s.To.Before(from) {
			out = append(out, s)
		}
	}
	for y := from.Year() - 1; y <= to.Year(); y++ {
		last, name := time.Time{}, ""
		for _, h := range cal.Holidays(y) {
			at, err := time.ParseInLocation(time.DateOnly, h.Date, cal.Zone())
			if err != nil || h.VI == name && at.Sub(last) < 10*24*time.Hour {
				continue // one festival, several days off
			}
			last, name = at, h.VI
			add(at.AddDate(0, 0, -7), news.Text{VI: "Dịp " + h.VI, EN: "Around " + h.EN}, gifts)
		}
		for _, d := range yearly {
			add(time.Date(y, time.Month(d.month), d.day, 0, 0, 0, 0, cal.Zone()), d.what, d.families)
		}
	}
	for _, d := range docs {
		at, err := time.ParseInLocation(time.DateOnly, d.From, cal.Zone())
		if err != nil {
			continue
		}
		title := " " + key(d.Title) + " "
		for _, w := range draws {
			if slices.ContainsFunc(w.words, func(s string) bool { return strings.Contains(title, " "+strings.ReplaceAll(s, "_", " ")+" ") }) {
				add(at, news.Text{VI: "Văn bản mới " + d.No + ": " + d.Title, EN: "New document " + d.No + ": " + d.Title}, w.families)
				break
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Season) int { return a.From.Compare(b.From) })
	return out
}

// Watchful raises the cues of a reading that a season asks to watch by one
// level, to urgent at most and never what is a note only, and says so as a
// boost.
func Watchful(rd *news.Reading, at time.Time, seasons []Season) *news.Reading {
	var out *news.Reading
	for i, c := range rd.Cues {
		if c.Level < news.Medium || c.Level >= news.High || rd.Stance.Protected() {
			continue
		}
		for _, s := range seasons {
			if !s.Holds(at) || !slices.Contains(s.Families, c.Family) {
				continue
			}
			if out == nil {
				r := *rd
				r.Cues = slices.Clone(rd.Cues)
				out = &r
			}
			out.Cues[i].Level = c.Level + 1
			out.Cues[i].BoostedBy = append(slices.Clone(c.BoostedBy), "season")
			break
		}
	}
	if out == nil {
		return rd
	}
	return out
}
