package patterns

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"golang.org/x/text/unicode/norm"

	"langnghe/internal/news"
)

// Impersonation by the register: somebody speaks in the name of a body, asks
// for what such scams ask for, and gives a site or a number that is not that
// body's. The first two families are the reading's as well, from words alone.
const (
	ImpersonatesPolice  = "impersonation_police"
	ImpersonatesUtility = "impersonation_utility"
	ImpersonatesBank    = "impersonation_bank"
	ImpersonatesSchool  = "impersonation_school"
	ImpersonatesWard    = "impersonation_ward"
)

// A Body is somebody whom others imitate.
type Body struct {
	ID      string   `yaml:"id"`
	Kind    string   `yaml:"kind"`    // bank, power, school, police, ward
	Names   []string `yaml:"names"`   // as texts name it
	Domains []string `yaml:"domains"` // ends of its names of sites
	Phones  []string `yaml:"phones"`  // that it publishes, digits only
}

// kindsOfBody name the family of each kind and what scams in its name ask
// for, folded. Only what the body itself would not ask for on such a way.
var kindsOfBody = map[string]struct {
	family   string
	asks     []string
	accounts bool // asking for money to an account is a sign as well
	phones   bool // a private number is a sign as well
}{
	"bank":   {ImpersonatesBank, phrases("otp;mat khau;ma xac thuc;ma xac nhan;ma pin;so the;dang nhap;xac minh;xac thuc;cap nhat thong tin;cap nhat sinh trac;sinh trac hoc;khoa tai khoan;tai khoan bi khoa;tai khoan se bi khoa;khoa the;the bi khoa;tam khoa;mo khoa;nang han muc;hoan tien;nhan qua;tri an;trung thuong"), false, true},
	"power":  {ImpersonatesUtility, phrases("no tien dien;no tien nuoc;no cuoc;hoan tien;cai app;cai ung dung;cai dat ung dung;tai app;tai ung dung;doi ma khach hang;quet ma;thanh toan ngay;thanh toan gap;dong ngay;nop ngay;nang cap cong to;phi cod"), true, false},
	"school": {ImpersonatesSchool, phrases("chuyen khoan gap;chuyen tien gap;chuyen khoan ngay;chuyen tien ngay;ck gap;ck ngay;cap cuu;hoan hoc phi;hoan tien;nhan hoc bong;dang nhap;nop hoc phi;dong hoc phi"), true, false},
	"police": {ImpersonatesPolice, phrases("cai app;cai ung dung;cai dat ung dung;tai app;tai ung dung;apk;chuyen tien;nop phat;lenh bat;rua tien;ket ban zalo;cap nhat vneid;cap nhat dinh danh;dong bo du lieu"), true, false},
	"ward":   {ImpersonatesWard, phrases("cai app;cai ung dung;cai dat ung dung;tai app;tai ung dung;apk;nhan tien ho tro;nhan ho tro;nhan qua;hoan thue;khoa the;khoa tai khoan;dong bo du lieu;cap nhat vneid;cap nhat thong tin;quet ma"), true, false},
}

// urgent are phrases without which a school's account number is ordinary.
var urgent = phrases("gap;cap cuu;ngay bay gio;trong hom nay;chuyen tien ngay;chuyen khoan ngay;ck ngay")

func phrases(s string) []string {
	out := strings.Split(s, ";")
	for i := range out {
		out[i] = " " + out[i] + " "
	}
	return out
}

//go:embed bodies.yaml
var bodiesFile []byte

// Bodies is the built-in register with the ward's own: one of the same id
// takes the place of a built-in one.
func Bodies(own []Body) ([]Body, error) {
	var out []Body
	if err := yaml.UnmarshalWithOptions(bodiesFile, &out, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("patterns: bodies.yaml: %w", err)
	}
	for _, b := range own {
		if err := b.check(); err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(out, func(o Body) bool { return o.ID == b.ID }); i >= 0 {
			out[i] = b
			continue
		}
		out = append(out, b)
	}
	return out, nil
}

func (b *Body) check() error {
	if _, ok := kindsOfBody[b.Kind]; !ok || b.ID == "" || len(b.Names) == 0 {
		return fmt.Errorf("patterns: body %q needs an id, names and a kind: bank, power, school, police or ward", b.ID)
	}
	for _, d := range b.Domains {
		if d != clean(d) || !strings.Contains(d, ".") {
			return fmt.Errorf("patterns: body %s: %q is no end of a site's name; write evn.com.vn", b.ID, d)
		}
	}
	for _, p := range b.Phones {
		if p == "" || strings.Trim(p, "0123456789") != "" {
			return fmt.Errorf("patterns: body %s: %q is no number of digits", b.ID, p)
		}
	}
	return nil
}

// a known body, ready for comparing.
type known struct {
	Body
	names []string
}

func prepared(own []Body) []known {
	list, err := Bodies(own)
	if err != nil { // the configuration has checked what is the ward's
		list, _ = Bodies(nil)
	}
	out := make([]known, len(list))
	for i, b := range list {
		out[i].Body = b
		for _, n := range b.Names {
			out[i].names = append(out[i].names, " "+key(n)+" ")
		}
	}
	return out
}

// forms are places where anybody makes a questionnaire; schools do.
var forms = fields("forms.gle docs.google.com forms.office.com")

// What redaction leaves in place of numbers of people.
const (
	takenAccount = "[số tài khoản]"
	takenPhone   = "[số điện thoại]"
)

// impostor looks for bodies in whose name something is asked for by a way
// that is not theirs.
func (w *Watch) impostor(it *news.Item, add adder) {
	if it.Kind == news.Article || it.Kind == news.Official {
		return
	}
	type way struct {
		span  news.Span
		host  string
		phone string
	}
	var ways []way
	for _, v := range it.Reading.Values {
		switch v.Type {
		case "url":
			if h := clean(v.Text); h != "" && !slices.ContainsFunc(forms, func(f string) bool { return under(h, f) }) {
				ways = append(ways, way{span: v.Span, host: h})
			}
		case "phone":
			no, _ := v.Value.(string)
			ways = append(ways, way{span: v.Span, phone: no})
		}
	}
	account, hasAccount := spanOf(it.Text, takenAccount)
	phone, hasPhone := spanOf(it.Text, takenPhone)
	if len(ways) == 0 && !hasAccount && !hasPhone {
		return
	}
	text := " " + key(it.Title+" "+it.Text) + " "
	has := func(list []string) bool {
		return slices.ContainsFunc(list, func(p string) bool { return strings.Contains(text, p) })
	}
	named := map[string]bool{} // kinds
	theirs := func(kind string, given way) bool {
		return slices.ContainsFunc(w.bodies, func(b known) bool {
			return b.Kind == kind && (slices.ContainsFunc(b.Domains, func(d string) bool { return given.host != "" && under(given.host, d) }) || given.phone != "" && slices.Contains(b.Phones, given.phone))
		})
	}
	for i := range w.bodies {
		b := &w.bodies[i]
		if named[b.Kind] || !has(b.names) {
			continue
		}
		named[b.Kind] = true
		k := kindsOfBody[b.Kind]
		if !has(k.asks) {
			continue
		}
		for _, way := range ways {
			switch {
			case theirs(b.Kind, way):
			case way.host != "" && !Official(way.host):
				level := news.Medium
				if Domain(way.host).Suspicious() {
					level = news.High
				}
				add(k.family, level, way.span)
			case way.phone != "" && !w.hotlines[way.phone] && len(way.phone) > 4:
				add(k.family, news.Medium, way.span)
			}
		}
		if hasAccount && k.accounts && (b.Kind != "school" || has(urgent)) {
			add(k.family, news.Medium, account)
		}
		if hasPhone && k.phones {
			add(k.family, news.Medium, phone)
		}
	}
}

// spanOf finds a phrase in a text, in either normal form.
func spanOf(text, phrase string) (news.Span, bool) {
	for _, p := range []string{phrase, norm.NFD.String(phrase)} {
		if i := strings.Index(text, p); i >= 0 {
			start := utf8.RuneCountInString(text[:i])
			return news.Span{Start: start, End: start + utf8.RuneCountInString(p), Text: p}, true
		}
	}
	return news.Span{}, false
}
