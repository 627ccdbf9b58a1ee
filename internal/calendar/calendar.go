// Package calendar knows the days of a ward: where a day begins, which days
// are worked, the public holidays with Tết, and office hours.
//
// Public holidays are those of the Labour Code 2019, article 112: 1 January,
// Tết (five days), Hùng Kings' day (10th of the third lunar month), 30 April,
// 1 May, National Day (two days). A holiday on a weekend is made up for on
// the next working day (article 111). Lunar dates are computed
// ([LunarOf]). What the government decides anew each year, which day stands
// beside 2 September, how Tết's five days lie, which Saturday is worked for a
// Monday off, is guessed by the usual pattern and corrected by
// [Options.Off] and [Options.Work], which the configuration fills.
//
// The package is pure: no clock, no files.
package calendar

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Zone is Vietnam's: UTC+7 without summer time.
var Zone = time.FixedZone("Asia/Ho_Chi_Minh", 7*60*60)

// Options of a [Calendar]. The zero value is a ward's office in Vietnam.
type Options struct {
	Zone *time.Location // default [Zone]
	Off  []string       // days off beside the computed ones, 2006-01-02
	Work []string       // days worked in spite of a weekend or holiday, 2006-01-02
	// Open and Close bound the office's day, "07:30" and "17:00" by default.
	Open, Close string
}

// A Calendar answers questions about days. It is safe for concurrent use.
type Calendar struct {
	zone        *time.Location
	off, work   map[string]bool
	open, close time.Duration

	mu    sync.Mutex
	years map[int]map[string]Holiday
}

// A Holiday is one public day off.
type Holiday struct {
	Date   string // 2006-01-02
	ID     string // new_year, tet, hung_kings, reunification, labour, national; made_up and off
	VI, EN string
}

// New checks the options.
func New(o Options) (*Calendar, error) {
	c := &Calendar{zone: cmp.Or(o.Zone, Zone), off: map[string]bool{}, work: map[string]bool{}, years: map[int]map[string]Holiday{}}
	for _, list := range []struct {
		name string
		days []string
		into map[string]bool
	}{{"off", o.Off, c.off}, {"work", o.Work, c.work}} {
		for _, d := range list.days {
			if _, err := time.Parse(time.DateOnly, d); err != nil {
				return nil, fmt.Errorf("calendar: %s: %q is no day; write 2026-12-31", list.name, d)
			}
			list.into[d] = true
		}
	}
	for d := range c.off {
		if c.work[d] {
			return nil, fmt.Errorf("calendar: %s is both in off and in work", d)
		}
	}
	var err error
	if c.open, err = clock(cmp.Or(o.Open, "07:30")); err != nil {
		return nil, err
	}
	if c.close, err = clock(cmp.Or(o.Close, "17:00")); err != nil {
		return nil, err
	}
	if c.close <= c.open {
		return nil, fmt.Errorf("calendar: the office closes (%s) before it opens (%s)", o.Close, o.Open)
	}
	return c, nil
}

// Default is the calendar of the zero [Options].
func Default() *Calendar {
	c, err := New(Options{})
	if err != nil {
		panic(err) // the zero value is valid
	}
	return c
}

func clock(s string) (time.Duration, error) {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, fmt.Errorf("calendar: %q is no time of day; write 07:30", s)
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, nil
}

// Zone is where the ward's days begin.
func (c *Calendar) Zone() *time.Location { return c.zone }

// Day is 00:00 of t's day in the ward.
func (c *Calendar) Day(t time.Time) time.Time {
	y, m, d := t.In(c.zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, c.zone)
}

// Key is t's day in the ward as 2006-01-02.
func (c *Calendar) Key(t time.Time) string { return t.In(c.zone).Format(time.DateOnly) }

// Holiday reports the public holiday of t's day, also when it is a weekend.
func (c *Calendar) Holiday(t time.Time) (Holiday, bool) {
	key := c.Key(t)
	if c.work[key] {
		return Holiday{}, false
	}
	h, ok := c.year(t.In(c.zone).Year())[key]
	return h, ok
}

// Working reports whether t's day is worked.
func (c *Calendar) Working(t time.Time) bool {
	if c.work[c.Key(t)] {
		return true
	}
	if _, ok := c.Holiday(t); ok {
		return false
	}
	return !weekend(t.In(c.zone).Weekday())
}

// IsOpen reports whether the office works at t.
func (c *Calendar) IsOpen(t time.Time) bool {
	since := t.Sub(c.Day(t))
	return c.Working(t) && since >= c.open && since < c.close
}

// NextOpen is t when the office works then, else the next opening.
func (c *Calendar) NextOpen(t time.Time) time.Time {
	if c.IsOpen(t) {
		return t
	}
	day := c.Day(t)
	if !c.Working(t) || t.Sub(day) >= c.open {
		day = c.nextWorking(day)
	}
	return day.Add(c.open)
}

// Due is the closing time of the n-th working day after t's day; with n
// below one, of t's day or the next worked one. Terms of law that count
// working days do not count the day on which they begin.
func (c *Calendar) Due(t time.Time, n int) time.Time {
	day := c.Day(t)
	if n < 1 && !c.Working(day) {
		n = 1
	}
	for range n {
		day = c.nextWorking(day)
	}
	return day.Add(c.close)
}

// WorkingDays counts the worked days after from's day up to and with to's
// day; negative when to is earlier.
func (c *Calendar) WorkingDays(from, to time.Time) int {
	a, b, sign := c.Day(from), c.Day(to), 1
	if b.Before(a) {
		a, b, sign = b, a, -1
	}
	n := 0
	for a = a.AddDate(0, 0, 1); !a.After(b); a = a.AddDate(0, 0, 1) {
		if c.Working(a) {
			n++
		}
	}
	return sign * n
}

// Holidays lists a year's public days off in order.
func (c *Calendar) Holidays(year int) []Holiday {
	var out []Holiday
	for d, h := range c.year(year) {
		if !c.work[d] {
			out = append(out, h)
		}
	}
	slices.SortFunc(out, func(a, b Holiday) int { return cmp.Compare(a.Date, b.Date) })
	return out
}

// nextWorking is the first worked day after day. A year of days off in a row
// is a mistake in the configuration; it ends the search.
func (c *Calendar) nextWorking(day time.Time) time.Time {
	for range 366 {
		day = day.AddDate(0, 0, 1)
		if c.Working(day) {
			break
		}
	}
	return day
}

func weekend(d time.Weekday) bool { return d == time.Saturday || d == time.Sunday }

// year returns the holidays of one year by date.
func (c *Calendar) year(y int) map[string]Holiday {
	c.mu.Lock()
	defer c.mu.Unlock()
	if days, ok := c.years[y]; ok {
		return days
	}
	days := map[string]Holiday{}
	put := func(d time.Time, h Holiday) {
		h.Date = d.Format(time.DateOnly)
		if _, ok := days[h.Date]; !ok && d.Year() == y {
			days[h.Date] = h
		}
	}
	legal := public(y)
	taken := map[string]bool{}
	for _, l := range legal {
		put(l.day, l.h)
		taken[l.day.Format(time.DateOnly)] = true
	}
	for _, l := range legal {
		if !weekend(l.day.Weekday()) {
			continue
		}
		d := l.day
		for weekend(d.Weekday()) || taken[d.Format(time.DateOnly)] {
			d = d.AddDate(0, 0, 1)
		}
		taken[d.Format(time.DateOnly)] = true
		put(d, Holiday{ID: "made_up", VI: "Nghỉ bù " + l.h.VI, EN: l.h.EN + " (made up for)"})
	}
	for d := range c.off {
		if t, err := time.Parse(time.DateOnly, d); err == nil {
			put(t, Holiday{ID: "off", VI: "Ngày nghỉ", EN: "Day off"})
		}
	}
	c.years[y] = days
	return days
}

type legalDay struct {
	day time.Time // noon UTC
	h   Holiday
}

// public lists the days of article 112 for a year, as usually laid.
func public(y int) []legalDay {
	on := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 12, 0, 0, 0, time.UTC) }
	lunar := func(month, day int) time.Time {
		cy, cm, cd, err := Lunar{Year: y, Month: month, Day: day}.Civil()
		if err != nil {
			panic(err) // 1/1 and 10/3 are in every year
		}
		return on(cy, cm, cd)
	}
	out := []legalDay{{on(y, time.January, 1), Holiday{ID: "new_year", VI: "Tết Dương lịch", EN: "New Year's Day"}}}
	tet := Holiday{ID: "tet", VI: "Tết Nguyên đán", EN: "Lunar New Year"}
	first := lunar(1, 1)
	for i := -1; i <= 3; i++ {
		out = append(out, legalDay{first.AddDate(0, 0, i), tet})
	}
	out = append(out,
		legalDay{lunar(3, 10), Holiday{ID: "hung_kings", VI: "Giỗ Tổ Hùng Vương", EN: "Hùng Kings' Commemoration Day"}},
		legalDay{on(y, time.April, 30), Holiday{ID: "reunification", VI: "Ngày Chiến thắng 30/4", EN: "Reunification Day"}},
		legalDay{on(y, time.May, 1), Holiday{ID: "labour", VI: "Ngày Quốc tế Lao động 1/5", EN: "Labour Day"}},
	)
	national := Holiday{ID: "national", VI: "Quốc khánh 2/9", EN: "National Day"}
	second := on(y, time.September, 2)
	beside := second.AddDate(0, 0, -1)
	switch second.Weekday() {
	case time.Monday, time.Thursday, time.Sunday: // the day that joins the weekend
		beside = second.AddDate(0, 0, 1)
	}
	return append(out, legalDay{second, national}, legalDay{beside, national})
}
