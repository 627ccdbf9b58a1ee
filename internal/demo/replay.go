package demo

import (
	"slices"
	"time"
)

// Next is the next moment to look at the sample web after t: 45 minutes
// after something new appears, sooner when much happens at once, and at
// least every six hours. It is never later than the end of the history.
func (w *World) Next(t time.Time) time.Time {
	w.mu.RLock()
	defer w.mu.RUnlock()
	i, _ := slices.BinarySearchFunc(w.pieces, t, func(p *Piece, t time.Time) int {
		if p.At.After(t) {
			return 1
		}
		return -1
	})
	next := t.Add(6 * time.Hour)
	if i < len(w.pieces) {
		first := w.pieces[i].At
		wait := 45 * time.Minute
		if i+3 < len(w.pieces) && w.pieces[i+3].At.Sub(first) < wait {
			wait = 10 * time.Minute
		}
		if at := first.Add(wait); at.Before(next) {
			next = at
		}
	}
	if next.After(w.Last) {
		return w.Last
	}
	return next
}

// Khoi are the neighbourhoods of the sample ward.
var Khoi = []string{"Khối Đồng Tâm", "Khối Sơn Hà", "Khối Bàu Sen", "Khối Tân Sơn", "Khối Tân Lập", "Khối Long Hà", "Khối Quyết Thắng", "Khối Liên Thắng", "Khối Hòa Bình", "Khối Quang Trung", "Khối Phú Thịnh"}

// Staff are the people of the sample ward, with the roles that the desk
// knows. They are invented like everything else here.
var Staff = []struct{ Name, Role, Unit string }{
	{"canbo", "reviewer", ""},
	{"chutich", "leader", ""},
	{"congan", "police_liaison", ""},
	{"tuphap", "justice", ""},
	{"hatang", "unit", "Phòng Kinh tế, Hạ tầng và Đô thị"},
	{"bientap", "editor", ""},
	{"khoi", "khoi", "Khối Tân Sơn"},
	{"vanphong", "office", ""},
	{"quantri", "admin", ""},
}

// Password of every sample account. They exist only in the demo's own data
// folder, behind a loopback address.
const Password = "langnghe-mau"
