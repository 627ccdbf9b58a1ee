package alerts

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// WorkingHours say when people read notices that are not critical. Zero
// fields are Monday to Friday, 07:00 to 17:30, Asia/Ho_Chi_Minh.
type WorkingHours struct {
	Days []string `yaml:"days"` // mon tue wed thu fri sat sun
	From string   `yaml:"from"` // 15:04
	To   string   `yaml:"to"`   // 15:04, exclusive
	Zone string   `yaml:"zone"`
	Off  []string `yaml:"off"` // days without work, 2006-01-02
}

var dayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} // as time.Weekday counts

// hours is the checked form of WorkingHours.
type hours struct {
	days     [7]bool
	from, to time.Duration // since midnight
	zone     *time.Location
	off      []string
	workday  func(time.Time) bool // may be nil
}

// parse checks the hours. Without named days the calendar says which are
// worked, when there is one.
func (w WorkingHours) parse(workday func(time.Time) bool) (h hours, err error) {
	h.workday = workday
	if len(w.Days) == 0 && workday != nil {
		w.Days = dayNames
	}
	if len(w.Days) == 0 {
		w.Days = []string{"mon", "tue", "wed", "thu", "fri"}
	}
	if w.From == "" {
		w.From = "07:00"
	}
	if w.To == "" {
		w.To = "17:30"
	}
	if w.Zone == "" {
		w.Zone = "Asia/Ho_Chi_Minh"
	}
	for _, d := range w.Days {
		i := slices.Index(dayNames, d)
		if i < 0 {
			return h, fmt.Errorf("hours: days: there is no day %q; use %s", d, strings.Join(dayNames, ", "))
		}
		h.days[i] = true
	}
	if h.from, err = clock(w.From); err != nil {
		return h, fmt.Errorf("hours: from: %w", err)
	}
	if h.to, err = clock(w.To); err != nil {
		return h, fmt.Errorf("hours: to: %w", err)
	}
	if h.to <= h.from {
		return h, fmt.Errorf("hours: to %s is not after from %s", w.To, w.From)
	}
	if h.zone, err = time.LoadLocation(w.Zone); err != nil {
		return h, fmt.Errorf("hours: zone: %w", err)
	}
	for _, d := range w.Off {
		if _, err := time.Parse(time.DateOnly, d); err != nil {
			return h, fmt.Errorf("hours: off: %q is not a day like 2026-02-17", d)
		}
	}
	h.off = w.Off
	return h, nil
}

func clock(s string) (time.Duration, error) {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a time like 07:00", s)
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, nil
}

// next is t when it lies in working hours, else the next opening. After a
// year of holidays it gives up and says t: somebody should hear.
func (h hours) next(t time.Time) time.Time {
	local := t.In(h.zone)
	for i := range 366 {
		y, m, d := local.Date()
		midnight := time.Date(y, m, d+i, 0, 0, 0, 0, h.zone)
		if !h.days[midnight.Weekday()] || h.workday != nil && !h.workday(midnight) || slices.Contains(h.off, midnight.Format(time.DateOnly)) {
			continue
		}
		open, shut := midnight.Add(h.from), midnight.Add(h.to)
		switch {
		case t.Before(open):
			return open.UTC()
		case t.Before(shut):
			return t
		}
	}
	return t
}

// digests are when what is not urgent is told, in one message.
var digests = []time.Duration{7*time.Hour + 30*time.Minute, 16 * time.Hour}

// digest is the next digest after t on a worked day.
func (h hours) digest(t time.Time) time.Time {
	y, m, d := t.In(h.zone).Date()
	for i := range 366 {
		midnight := time.Date(y, m, d+i, 0, 0, 0, 0, h.zone)
		if !h.days[midnight.Weekday()] || h.workday != nil && !h.workday(midnight) || slices.Contains(h.off, midnight.Format(time.DateOnly)) {
			continue
		}
		for _, at := range digests {
			if due := midnight.Add(at); due.After(t) {
				return due.UTC()
			}
		}
	}
	return t
}
