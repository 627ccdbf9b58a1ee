package patterns

import (
	"slices"
	"strings"
	"time"

	"langnghe/internal/calendar"
	"langnghe/internal/news"
)

// SeasonDays is for how many days after an announcement scams follow it: the
// cases of the catalogue came 0 to 14 days later (context §5.1). The day itself
// is watched too.
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
	{1, 1, news.Text{VI: "Luật, mức phí mới có hiệu lực từ 1/1", EN: "New laws and fees in force from 1 January"}, papers},
	{3, 17, news.Text{VI: "Quyết toán thuế cá nhân (hạn 31/3)", EN: "Personal tax returns (due 31 March)"}, papers},
	{7, 1, news.Text{VI: "Luật, mức phí mới có hiệu lực từ 1/7", EN: "New laws and fees in force from 1 July"}, papers},
	{6, 25, news.Text{VI: "Kỳ thi tốt nghiệp và tuyển sinh", EN: "School-leaving exams and admissions"}, []string{"school_rumour", FakeDomain, "impersonation_relative"}},
	{9, 5, news.Text{VI: "Khai giảng, các khoản thu đầu năm", EN: "Back to school, fees of the new year"}, []string{"school_rumour", "fee_rumour", FakeDomain}},
}

type draw struct {
	words    []string
	families []string
}

// draws are words of titles that scams follow, with what to watch.
var draws = []draw{
	{fields("sap_nhap don_vi_hanh_chinh doi_ten"), papers},
	{fields("gia phi le_phi thue hoc_phi muc_thu bang_gia"), papers},
	{fields("ho_tro tro_cap qua tang mien_phi chinh_sach"), gifts},
	{fields("can_cuoc vneid dinh_danh sinh_trac"), papers},
	{fields("bao_hiem luong_huu"), papers},
}

// A festival is what the calendar has as several days off, or as holidays side
// by side, and people as one occasion.
type festival struct {
	first  time.Time
	vi, en string
}

// festivals are those of a year. Days made up for, and days off of the office
// alone, are no occasion.
func festivals(cal *calendar.Calendar, year int) (out []festival) {
	last, id := time.Time{}, ""
	for _, h := range cal.Holidays(year) {
		at, err := time.ParseInLocation(time.DateOnly, h.Date, cal.Zone())
		if err != nil || h.ID == "made_up" || h.ID == "off" {
			continue
		}
		switch beside := len(out) > 0 && at.Sub(last) <= 48*time.Hour; {
		case beside && h.ID != id:
			f := &out[len(out)-1]
			f.vi, f.en = f.vi+", "+h.VI, f.en+", "+h.EN
		case !beside:
			out = append(out, festival{at, h.VI, h.EN})
		}
		last, id = at, h.ID
	}
	return out
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
		s := Season{From: at, To: at.AddDate(0, 0, SeasonDays), What: what, Families: families}
		if !s.From.After(to) && !s.To.Before(from) {
			out = append(out, s)
		}
	}
	for y := from.Year() - 1; y <= to.Year(); y++ {
		for _, f := range festivals(cal, y) {
			add(f.first, news.Text{VI: "Dịp " + f.vi, EN: "Around " + f.en}, gifts)
		}
		for _, d := range yearly {
			add(time.Date(y, time.Month(d.month), d.day, 0, 0, 0, 0, cal.Zone()), d.what, d.families)
		}
	}
	for _, d := range docs {
		title := " " + key(d.Title) + " "
		i := slices.IndexFunc(draws, func(w draw) bool {
			return slices.ContainsFunc(w.words, func(s string) bool { return strings.Contains(title, " "+strings.ReplaceAll(s, "_", " ")+" ") })
		})
		if i < 0 {
			continue
		}
		// People hear of it when it is issued, and again when it takes force.
		issued, err := time.ParseInLocation(time.DateOnly, d.Date, cal.Zone())
		if err == nil {
			add(issued, news.Text{VI: "Văn bản mới " + d.No + ": " + d.Title, EN: "New document " + d.No + ": " + d.Title}, draws[i].families)
		}
		if force, err2 := time.ParseInLocation(time.DateOnly, d.From, cal.Zone()); err2 == nil && (err != nil || force.After(issued)) {
			add(force, news.Text{VI: "Có hiệu lực: " + d.No + ", " + d.Title, EN: "Takes force: " + d.No + ", " + d.Title}, draws[i].families)
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
