package calendar

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Dates as printed in Vietnamese calendars; 1985, 2007 and 2030 are years in
// which the date differs from the one of UTC+8.
func TestLunarDates(t *testing.T) {
	for _, c := range []struct {
		civil string
		want  Lunar
	}{
		{"1968-01-29", Lunar{1968, 1, false, 1}},
		{"1975-02-11", Lunar{1975, 1, false, 1}},
		{"1985-01-21", Lunar{1985, 1, false, 1}},
		{"2000-02-05", Lunar{2000, 1, false, 1}},
		{"2007-02-17", Lunar{2007, 1, false, 1}},
		{"2020-05-23", Lunar{2020, 4, true, 1}},
		{"2023-03-22", Lunar{2023, 2, true, 1}},
		{"2024-02-09", Lunar{2023, 12, false, 30}},
		{"2024-02-10", Lunar{2024, 1, false, 1}},
		{"2024-04-18", Lunar{2024, 3, false, 10}},
		{"2025-01-29", Lunar{2025, 1, false, 1}},
		{"2025-04-07", Lunar{2025, 3, false, 10}},
		{"2025-07-25", Lunar{2025, 6, true, 1}},
		{"2025-10-06", Lunar{2025, 8, false, 15}},
		{"2026-02-17", Lunar{2026, 1, false, 1}},
		{"2026-04-26", Lunar{2026, 3, false, 10}},
		{"2026-09-25", Lunar{2026, 8, false, 15}},
		{"2027-02-06", Lunar{2027, 1, false, 1}},
		{"2027-04-16", Lunar{2027, 3, false, 10}},
		{"2028-01-26", Lunar{2028, 1, false, 1}},
		{"2029-02-13", Lunar{2029, 1, false, 1}},
		{"2030-02-02", Lunar{2030, 1, false, 1}},
		{"2031-01-23", Lunar{2031, 1, false, 1}},
		{"2033-12-22", Lunar{2033, 11, true, 1}},
	} {
		d, err := time.Parse(time.DateOnly, c.civil)
		if err != nil {
			t.Fatal(err)
		}
		if got := LunarOf(d.Date()); got != c.want {
			t.Errorf("%s is %v, want %v", c.civil, got, c.want)
		}
		y, m, day, err := c.want.Civil()
		if got := fmt.Sprintf("%04d-%02d-%02d", y, m, day); err != nil || got != c.civil {
			t.Errorf("%v is %s, %v, want %s", c.want, got, err, c.civil)
		}
	}
}

func TestLunarThereAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := time.Date(1968, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 48000).Draw(t, "day"))
		l := LunarOf(day.Date())
		if l.Day < 1 || l.Day > 30 || l.Month < 1 || l.Month > 12 {
			t.Fatalf("%s is %v", day.Format(time.DateOnly), l)
		}
		y, m, d, err := l.Civil()
		if err != nil || !time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Equal(day) {
			t.Fatalf("%s is %v, which is %d-%d-%d, %v", day.Format(time.DateOnly), l, y, m, d, err)
		}
		next := LunarOf(day.AddDate(0, 0, 1).Date())
		if next.Day != 1 && (next.Day != l.Day+1 || next.Month != l.Month || next.Leap != l.Leap) || next.Day == 1 && l.Day < 29 {
			t.Fatalf("%v is followed by %v", l, next)
		}
	})
}

func TestLunarDateThatIsNot(t *testing.T) {
	for _, l := range []Lunar{{2026, 13, false, 1}, {2026, 1, true, 1}, {2026, 1, false, 31}, {2026, 0, false, 1}, {2026, 12, false, 30}} {
		if y, m, d, err := l.Civil(); err == nil {
			t.Errorf("%v is %d-%d-%d", l, y, m, d)
		}
	}
}

func TestHolidays(t *testing.T) {
	want := map[int][]string{
		2026: {
			"2026-01-01 new_year", "2026-02-16 tet", "2026-02-17 tet", "2026-02-18 tet", "2026-02-19 tet", "2026-02-20 tet",
			"2026-04-26 hung_kings", "2026-04-27 made_up", "2026-04-30 reunification", "2026-05-01 labour", "2026-09-01 national", "2026-09-02 national",
		},
		2027: {
			"2027-01-01 new_year", "2027-02-05 tet", "2027-02-06 tet", "2027-02-07 tet", "2027-02-08 tet", "2027-02-09 tet", "2027-02-10 made_up", "2027-02-11 made_up",
			"2027-04-16 hung_kings", "2027-04-30 reunification", "2027-05-01 labour", "2027-05-03 made_up", "2027-09-02 national", "2027-09-03 national",
		},
	}
	for year, days := range want {
		got := Default().Holidays(year)
		for i := range max(len(got), len(days)) {
			g, w := "", ""
			if i < len(got) {
				g = got[i].Date + " " + got[i].ID
			}
			if i < len(days) {
				w = days[i]
			}
			if g != w {
				t.Errorf("%d, day %d: %q, want %q", year, i, g, w)
			}
		}
	}
}

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, Zone)
	if err != nil {
		panic(err)
	}
	return t
}

func TestWorkingTime(t *testing.T) {
	// The government's swap of 2026: Monday 31 August off, Saturday 22 August worked.
	c, err := New(Options{Off: []string{"2026-08-31"}, Work: []string{"2026-08-22"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []struct {
		day  string
		want bool
	}{{"2026-08-22 10:00", true}, {"2026-08-23 10:00", false}, {"2026-08-31 10:00", false}, {"2026-09-01 10:00", false}, {"2026-09-03 10:00", true}} {
		if got := c.Working(at(d.day)); got != d.want {
			t.Errorf("%s worked: %v", d.day, got)
		}
	}
	for _, d := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-08-28 09:00", 2, "2026-09-04 17:00"}, // Friday before the long weekend
		{"2026-08-21 16:59", 1, "2026-08-22 17:00"},
		{"2026-02-13 23:30", 1, "2026-02-23 17:00"},
		{"2026-02-14 08:00", 0, "2026-02-23 17:00"},
		{"2026-11-24 08:00", 0, "2026-11-24 17:00"},
	} {
		if got := c.Due(at(d.from), d.n); !got.Equal(at(d.want)) {
			t.Errorf("%d working days after %s: %s, want %s", d.n, d.from, got, d.want)
		}
	}
	for _, d := range [][2]string{
		{"2026-08-28 09:00", "2026-08-28 09:00"}, {"2026-08-28 17:00", "2026-09-03 07:30"},
		{"2026-11-24 03:00", "2026-11-24 07:30"}, {"2026-11-21 03:00", "2026-11-23 07:30"},
	} {
		if got := c.NextOpen(at(d[0])); !got.Equal(at(d[1])) {
			t.Errorf("opens after %s at %s, want %s", d[0], got, d[1])
		}
	}
	// 17:30 UTC is already tomorrow in the ward.
	if got := c.Key(time.Date(2026, 11, 23, 17, 30, 0, 0, time.UTC)); got != "2026-11-24" {
		t.Errorf("the ward's day is %s", got)
	}
	if n := c.WorkingDays(at("2026-08-28 09:00"), at("2026-09-04 01:00")); n != 2 {
		t.Errorf("%d working days", n)
	}
	if n := c.WorkingDays(at("2026-09-04 01:00"), at("2026-08-28 09:00")); n != -2 {
		t.Errorf("%d working days backwards", n)
	}
}

func TestOptionsThatAreWrong(t *testing.T) {
	for _, o := range []Options{
		{Off: []string{"31/8/2026"}}, {Work: []string{"2026-02-30"}}, {Open: "7h"}, {Open: "17:00", Close: "07:00"},
		{Off: []string{"2026-08-31"}, Work: []string{"2026-08-31"}},
	} {
		if _, err := New(o); err == nil {
			t.Errorf("%+v was accepted", o)
		}
	}
}

// Whatever is off, the n-th working day is worked and n working days away.
func TestDueCounts(t *testing.T) {
	c := Default()
	rapid.Check(t, func(t *rapid.T) {
		from := time.Date(2020, 1, 1, 0, 0, 0, 0, Zone).Add(time.Duration(rapid.Int64Range(0, 20*365*24*60).Draw(t, "minutes")) * time.Minute)
		n := rapid.IntRange(1, 30).Draw(t, "n")
		due := c.Due(from, n)
		if !c.Working(due) || c.WorkingDays(from, due) != n {
			t.Fatalf("%d working days after %s: %s, which counts %d", n, from, due, c.WorkingDays(from, due))
		}
	})
}
