package calendar

import (
	"fmt"
	"math"
	"time"
)

// A Lunar is a date of the Vietnamese lunisolar calendar.
type Lunar struct {
	Year  int // of the Gregorian calendar in which the lunar year begins
	Month int // 1 to 12
	Leap  bool
	Day   int // 1 to 30
}

func (l Lunar) String() string {
	leap := ""
	if l.Leap {
		leap = " nhuận"
	}
	return fmt.Sprintf("%d/%d%s âm lịch %d", l.Day, l.Month, leap, l.Year)
}

// Civil days are counted as Julian day numbers: day number n is the day that
// begins at 00:00 in the calendar's zone, UTC+7, on which noon UTC of that
// civil date is Julian date n.0.

// julian is the day number of a civil date.
func julian(y int, m time.Month, d int) int {
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix()/86400) + 2440588
}

// civil is the date of a day number.
func civil(n int) (int, time.Month, int) {
	return time.Unix(int64(n-2440588)*86400, 0).UTC().Date()
}

// dayOf is the day number, in UTC+7, of an instant given as Julian
// ephemeris day.
func dayOf(jde float64) int {
	return int(math.Floor(jde - deltaT(jde)/86400 + 0.5 + 7.0/24))
}

// deltaT is TT − UT in seconds: Espenak and Meeus, "Polynomial expressions
// for Delta T" (NASA, 2006). Within a second for 1900–2026, some seconds
// beyond; a new moon that close to midnight is not met before 2100.
func deltaT(jd float64) float64 {
	y := 2000 + (jd-2451545)/365.25
	switch {
	case y < 1920:
		t := y - 1900
		return -2.79 + t*(1.494119+t*(-0.0598939+t*(0.0061966-t*0.000197)))
	case y < 1941:
		t := y - 1920
		return 21.20 + t*(0.84493+t*(-0.076100+t*0.0020936))
	case y < 1961:
		t := y - 1950
		return 29.07 + t*(0.407+t*(-1.0/233+t/2547))
	case y < 1986:
		t := y - 1975
		return 45.45 + t*(1.067+t*(-1.0/260-t/718))
	case y < 2005:
		t := y - 2000
		return 63.86 + t*(0.3345+t*(-0.060374+t*(0.0017275+t*(0.000651814+t*0.00002373599))))
	case y < 2050:
		t := y - 2000
		return 62.92 + t*(0.32217+t*0.005589)
	default:
		u := (y - 1820) / 100
		return -20 + 32*u*u - 0.5628*(2150-y)
	}
}

func sin(degrees float64) float64 { return math.Sin(degrees * math.Pi / 180) }

// newMoon is the instant, as Julian ephemeris day, of the k-th new moon after
// that of 6 January 2000. Meeus, Astronomical Algorithms (2nd ed.), chapter
// 49: the mean phase, the periodic terms of the new moon and the fourteen
// planetary arguments; a few seconds of error.
func newMoon(k float64) float64 {
	t := k / 1236.85
	jde := 2451550.09766 + 29.530588861*k + t*t*(0.00015437+t*(-0.000000150+t*0.00000000073))
	e := 1 - t*(0.002516+t*0.0000074)
	s := 2.5534 + 29.10535670*k - t*t*(0.0000014+t*0.00000011)                    // anomaly of the sun
	m := 201.5643 + 385.81693528*k + t*t*(0.0107582+t*(0.00001238-t*0.000000058)) // anomaly of the moon
	f := 160.7108 + 390.67050284*k - t*t*(0.0016118+t*(0.00000227-t*0.000000011)) // argument of latitude
	node := 124.7746 - 1.56375588*k + t*t*(0.0020672+t*0.00000215)                // ascending node
	for _, c := range [...]struct{ amount, e, s, m, f float64 }{
		{-0.40720, 0, 0, 1, 0}, {0.17241, 1, 1, 0, 0}, {0.01608, 0, 0, 2, 0}, {0.01039, 0, 0, 0, 2},
		{0.00739, 1, -1, 1, 0}, {-0.00514, 1, 1, 1, 0}, {0.00208, 2, 2, 0, 0}, {-0.00111, 0, 0, 1, -2},
		{-0.00057, 0, 0, 1, 2}, {0.00056, 1, 1, 2, 0}, {-0.00042, 0, 0, 3, 0}, {0.00042, 1, 1, 0, 2},
		{0.00038, 1, 1, 0, -2}, {-0.00024, 1, -1, 2, 0}, {-0.00007, 0, 2, 1, 0}, {0.00004, 0, 0, 2, -2},
		{0.00004, 0, 3, 0, 0}, {0.00003, 0, 1, 1, -2}, {0.00003, 0, 0, 2, 2}, {-0.00003, 0, 1, 1, 2},
		{0.00003, 0, -1, 1, 2}, {-0.00002, 0, -1, 1, -2}, {-0.00002, 0, 1, 3, 0}, {0.00002, 0, 0, 4, 0},
	} {
		jde += c.amount * math.Pow(e, c.e) * sin(c.s*s+c.m*m+c.f*f)
	}
	jde -= 0.00017 * sin(node)
	for _, p := range [...]struct{ amount, at, per float64 }{
		{325, 299.77, 0.107408}, {165, 251.88, 0.016321}, {164, 251.83, 26.651886}, {126, 349.42, 36.412478},
		{110, 84.66, 18.206239}, {62, 141.74, 53.303771}, {60, 207.14, 2.453732}, {56, 154.84, 7.306860},
		{47, 34.52, 27.261239}, {42, 207.19, 0.121824}, {40, 291.34, 1.844379}, {37, 161.72, 24.198154},
		{35, 239.56, 25.513099}, {23, 331.55, 3.592518},
	} {
		a := p.at + p.per*k
		if p.amount == 325 {
			a -= 0.009173 * t * t
		}
		jde += p.amount * 1e-6 * sin(a)
	}
	return jde
}

// sunAt is the apparent longitude of the sun in degrees, 0 ≤ l < 360: Meeus,
// chapter 25, low accuracy (0.01°, a quarter of an hour).
func sunAt(jde float64) float64 {
	t := (jde - 2451545) / 36525
	l := 280.46646 + t*(36000.76983+t*0.0003032)
	m := 357.52911 + t*(35999.05029-t*0.0001537)
	c := (1.914602-t*(0.004817+t*0.000014))*sin(m) + (0.019993-t*0.000101)*sin(2*m) + 0.000289*sin(3*m)
	l += c - 0.00569 - 0.00478*sin(125.04-1934.136*t)
	return math.Mod(math.Mod(l, 360)+360, 360)
}

// term is the principal term in which the day begins, 0 to 11: the sun's
// longitude at the day's 00:00 in twelfths of the circle; 9 is the winter
// solstice's.
func term(day int) int {
	jd := float64(day) - 0.5 - 7.0/24
	return int(sunAt(jd+deltaT(jd)/86400) / 30)
}

// moonIndex is the number k of the last new moon that falls on or before a
// day.
func moonIndex(day int) int {
	k := int(math.Round((float64(day) - 2451550.09766) / 29.530588861))
	for dayOf(newMoon(float64(k))) > day {
		k--
	}
	for dayOf(newMoon(float64(k+1))) <= day {
		k++
	}
	return k
}

// month11 is the index of the new moon that begins the month with the winter
// solstice of a Gregorian year.
func month11(year int) int {
	k := moonIndex(julian(year, time.December, 31))
	if term(dayOf(newMoon(float64(k)))) >= 9 {
		k-- // the solstice lies before this month
	}
	return k
}

// monthsFrom lists the months from the one with the solstice of year−1 up to
// the one before the solstice of year: index of the new moon, number, leap.
// Of thirteen months, the first without a principal term repeats the number
// of the month before it.
func monthsFrom(year int) (first int, names []Lunar) {
	first = month11(year - 1)
	n := month11(year) - first
	number, leapt := 11, false
	for i := range n {
		l := Lunar{Month: number}
		if n == 13 && !leapt && i > 0 && term(dayOf(newMoon(float64(first+i)))) == term(dayOf(newMoon(float64(first+i+1)))) {
			l.Month, l.Leap, leapt = names[i-1].Month, true, true
		} else {
			number = number%12 + 1
		}
		l.Year = year
		if i < 3 && l.Month >= 11 {
			l.Year = year - 1
		}
		names = append(names, l)
	}
	return first, names
}

// LunarOf is the lunar date of the civil day y-m-d. It is reckoned for UTC+7, as
// Vietnam has done since 1968, from the rules that the calendar follows: a
// month begins on the day of the new moon, the winter solstice lies in month
// 11. Dates before 1968 may differ from what was printed then.
func LunarOf(y int, m time.Month, d int) Lunar {
	day := julian(y, m, d)
	year := y
	if k := moonIndex(day); k >= month11(y) {
		year = y + 1
	}
	first, names := monthsFrom(year)
	k := moonIndex(day)
	l := names[k-first]
	l.Day = day - dayOf(newMoon(float64(k))) + 1
	return l
}

// Civil is the day of the Gregorian calendar; the error names a month that
// the year does not have, or a thirtieth of a short one.
func (l Lunar) Civil() (y int, m time.Month, d int, err error) {
	if l.Month < 1 || l.Month > 12 || l.Day < 1 || l.Day > 30 {
		return 0, 0, 0, fmt.Errorf("there is no lunar date %v", l)
	}
	// Months 11 and 12 stand in the next solstice year's list.
	for _, year := range []int{l.Year, l.Year + 1} {
		first, names := monthsFrom(year)
		for i, n := range names {
			if n.Month != l.Month || n.Leap != l.Leap || n.Year != l.Year {
				continue
			}
			start := dayOf(newMoon(float64(first + i)))
			if start+l.Day > dayOf(newMoon(float64(first+i+1))) {
				return 0, 0, 0, fmt.Errorf("there is no lunar date %v: the month has 29 days", l)
			}
			y, m, d = civil(start + l.Day - 1)
			return y, m, d, nil
		}
	}
	return 0, 0, 0, fmt.Errorf("there is no lunar date %v", l)
}
