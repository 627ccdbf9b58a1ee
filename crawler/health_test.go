package crawler

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"langnghe/crawler/polite"
)

func TestJudge(t *testing.T) {
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, local)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	const day = 24 * time.Hour
	// usual is n items over days days that end with the last one.
	usual := func(n, days int, last time.Time) Activity {
		return Activity{Items: n, First: last.AddDate(0, 0, -days), Last: last}
	}
	tests := []struct {
		name    string
		v       Visit
		o       outcome
		usual   Activity
		week    int
		before  int
		want    string
		mention string
	}{
		{"first visit", Visit{State: stateNew}, outcome{leads: 3}, Activity{}, 3, 0, stateOK, ""},
		{"lists nothing", Visit{State: stateOK}, outcome{}, Activity{}, 0, 0, stateEmpty, "không có mục nào"},
		{"unchanged is not empty", Visit{State: stateOK}, outcome{same: true}, Activity{}, 0, 0, stateOK, ""},
		{"unchanged and empty before", Visit{State: stateEmpty}, outcome{same: true}, Activity{}, 0, 0, stateEmpty, ""},
		{"one failure", Visit{State: stateOK, Failures: 1}, outcome{err: errors.New("x")}, Activity{}, 0, 0, stateOK, ""},
		{"failures in a row", Visit{State: stateOK, Failures: 2}, outcome{err: errors.New("line 3")}, Activity{}, 0, 0, stateDegraded, "line 3"},
		{"never worked", Visit{State: stateNew, Failures: 1}, outcome{err: errors.New("x")}, Activity{}, 0, 0, stateDegraded, ""},
		{"forbidden", Visit{State: stateOK, Failures: 1}, outcome{err: fmt.Errorf("get: %w", &StatusError{"u", 403})}, Activity{}, 0, 0, stateBlocked, "403"},
		{"robots.txt unreachable", Visit{State: stateOK, Failures: 2}, outcome{err: &polite.Forbidden{URL: "u", Why: "x", Err: errors.New("answers 500")}}, Activity{}, 0, 0, stateDegraded, "Không lấy được"},
		{"robots", Visit{State: stateOK, Failures: 1}, outcome{err: &polite.Forbidden{URL: "u", Why: "disallowed"}}, Activity{}, 0, 0, stateBlocked, "robots.txt"},
		{"busy newspaper, a quiet night", Visit{State: stateOK, LastItem: ago(9 * time.Hour)}, outcome{same: true}, usual(2000, 28, ago(9*time.Hour)), 400, 1500, stateOK, ""},
		{"busy newspaper, two days", Visit{State: stateOK, LastItem: ago(2 * day)}, outcome{same: true}, usual(2000, 28, ago(2*day)), 300, 1500, stateSilent, "71 mục mỗi ngày"},
		{"quiet portal, a week", Visit{State: stateOK, LastItem: ago(7 * day)}, outcome{same: true}, usual(12, 28, ago(7*day)), 0, 12, stateOK, ""},
		{"quiet portal, three weeks", Visit{State: stateOK, LastItem: ago(21 * day)}, outcome{same: true}, usual(12, 28, ago(21*day)), 0, 6, stateSilent, "3 mục mỗi tuần"},
		{"silent for two months is not the new normal", Visit{State: stateSilent, LastItem: ago(60 * day)}, outcome{leads: 20}, usual(12, 28, ago(60*day)), 0, 0, stateSilent, ""},
		{"five items at once, then a day", Visit{State: stateOK, LastItem: ago(25 * time.Hour)}, outcome{leads: 5}, usual(5, 0, ago(25*time.Hour)), 5, 0, stateOK, ""},
		{"a third of usual", Visit{State: stateOK, LastItem: ago(time.Hour)}, outcome{leads: 5}, usual(63, 28, ago(time.Hour)), 6, 57, stateDegraded, "6 mục"},
		{"half of usual", Visit{State: stateOK, LastItem: ago(time.Hour)}, outcome{leads: 5}, usual(63, 28, ago(time.Hour)), 10, 57, stateOK, ""},
	}
	for _, tt := range tests {
		got, why := judge(tt.v, tt.o, tt.usual, 0, Activity{Items: tt.week}, Activity{Items: tt.before}, now)
		if got != tt.want || !strings.Contains(why.VI, tt.mention) {
			t.Errorf("%s: %s because %q, want %s with %q", tt.name, got, why.VI, tt.want, tt.mention)
		}
	}
}

// A rare source is measured by its gaps; one with enough items is not.
func TestJudgeRare(t *testing.T) {
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, local)
	const day = 24 * time.Hour
	tests := []struct {
		name  string
		state string
		quiet time.Duration
		items int
		gap   time.Duration
		want  string
	}{
		{"a post a week, two weeks", stateOK, 14*day + time.Hour, 4, 7 * day, stateOK},
		{"a post a week, three weeks", stateOK, 21 * day, 4, 7 * day, stateOK},
		{"a post a week, over three weeks", stateOK, 21*day + time.Hour, 4, 7 * day, stateSilent},
		{"a post a month, ten weeks", stateOK, 70 * day, 1, 30 * day, stateOK},
		{"a post a month, over three months", stateOK, 91 * day, 1, 30 * day, stateSilent},
		{"three at once, then ten days", stateOK, 10 * day, 3, time.Hour, stateOK},
		{"three at once, then two weeks", stateOK, 14*day + time.Hour, 3, time.Hour, stateSilent},
		{"one item ever", stateOK, 300 * day, 1, 0, stateOK},
		{"silent for so long that nothing is remembered", stateSilent, 300 * day, 0, 0, stateSilent},
		{"silent until a new item", stateSilent, time.Hour, 1, 0, stateOK},
		{"enough items: gaps do not count", stateOK, 15 * day, 12, day, stateSilent},
		{"enough items: not earlier", stateOK, 15 * day, 5, day, stateOK},
	}
	for _, tt := range tests {
		last := now.Add(-tt.quiet)
		v := Visit{State: tt.state, LastItem: last}
		usual := Activity{Items: tt.items, First: last.Add(-28 * day), Last: last}
		if got, why := judge(v, outcome{same: true}, usual, tt.gap, Activity{}, Activity{}, now); got != tt.want {
			t.Errorf("%s: %s because %q, want %s", tt.name, got, why.EN, tt.want)
		}
	}
}

func TestCanonical(t *testing.T) {
	tests := []struct {
		in   string
		keep bool
		want string
	}{
		{"HTTPS://Bao.Example:443/a?utm_source=fb&b=2&a=1&fbclid=x#c", false, "https://bao.example/a?a=1&b=2"},
		{"http://bao.example", false, "http://bao.example/"},
		{"http://bao.example:8080/a?", true, "http://bao.example:8080/a"},
		{"https://bao.example/bai/7.html#c2", true, "https://bao.example/bai/7.html#c2"},
		{"https://user:pw@bao.example/a", false, ""},
		{"javascript:alert(1)", false, ""},
		{"/a", false, ""},
	}
	for _, tt := range tests {
		if got := Canonical(tt.in, tt.keep); got != tt.want {
			t.Errorf("Canonical(%q, %v) = %q, want %q", tt.in, tt.keep, got, tt.want)
		}
	}
}

func FuzzCanonical(f *testing.F) {
	f.Add("https://a.example/b?c=d#e", true)
	f.Add("http://a.example:80/%zz?&&=", false)
	f.Fuzz(func(t *testing.T, raw string, keep bool) {
		once := Canonical(raw, keep)
		if once == "" {
			return
		}
		if twice := Canonical(once, keep); twice != once {
			t.Errorf("Canonical(%q) = %q, and again %q", raw, once, twice)
		}
	})
}
