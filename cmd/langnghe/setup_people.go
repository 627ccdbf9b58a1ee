package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"langnghe/alerts"
	"langnghe/internal/app"
	"langnghe/internal/bus"
	"langnghe/review"
)

// parts splits a flag NAME:ROLE:REST.
func parts(s string) (name, role, rest string) {
	name, s, _ = strings.Cut(s, ":")
	role, rest, _ = strings.Cut(s, ":")
	return strings.TrimSpace(name), strings.TrimSpace(role), strings.TrimSpace(rest)
}

var nameForm = regexp.MustCompile(`^[\p{L}\p{M}\p{N}._-]{1,40}$`)

func (w *wizard) nameOK(empty bool) func(string) error {
	return func(s string) error {
		if s == "" && empty || nameForm.MatchString(s) {
			return nil
		}
		return fmt.Errorf(w.in2("%q: tên gồm tối đa 40 chữ, số, dấu gạch, không có khoảng trắng", "%q: a name has up to 40 letters, digits and dashes, no spaces"), s)
	}
}

func (w *wizard) recipients(context.Context) error {
	if w.cfg.Mail == nil {
		if len(w.lists["recipient"]) > 0 {
			return usagef("-recipient needs -mail")
		}
		w.say("Chưa có máy chủ thư: người nhận cảnh báo thêm sau.", "No mail server yet: recipients can be added later.")
		return nil
	}
	add := func(name, role, unit, address string) error {
		if _, err := mail.ParseAddress(address); err != nil {
			return fmt.Errorf(w.in2("%q không phải địa chỉ thư", "%q is no mail address"), address)
		}
		w.cfg.Recipients = append(w.cfg.Recipients, alerts.Recipient{Name: name, Role: role, Unit: unit, Address: address, Lang: w.dialogue.lang})
		return nil
	}
	for _, given := range w.lists["recipient"] {
		name, role, address := parts(given)
		if err := w.nameOK(false)(name); err != nil {
			return usagef("-recipient: %v", err)
		}
		role, unit, _ := strings.Cut(role, "/")
		if !slices.Contains(alerts.Roles, role) {
			return usagef("-recipient: there is no role %q; use one of %s", role, strings.Join(alerts.Roles, ", "))
		}
		if err := w.unitOK(role)(unit); err != nil {
			return usagef("-recipient: %v", err)
		}
		if err := add(name, role, unit, address); err != nil {
			return usagef("-recipient: %v", err)
		}
	}
	if w.yes || len(w.lists["recipient"]) > 0 {
		return nil
	}
	w.say("Ai được báo? Cần ít nhất một cán bộ duyệt tin (reviewer), nên có một lãnh đạo (leader).", "Who is told? At least one reviewer, and better a leader as well.")
	for i := 0; ; i++ {
		name, err := w.ask(nil, "Tên người nhận, không dấu cách (bỏ trống để đi tiếp)", "Name of a recipient, no spaces (empty to go on)", "", w.nameOK(true))
		if err != nil || name == "" {
			return err
		}
		role, err := w.ask(nil, "  Vai trò ("+strings.Join(alerts.Roles, ", ")+")", "  Role ("+strings.Join(alerts.Roles, ", ")+")", []string{"reviewer", "leader", "justice", "office"}[min(i, 3)], func(s string) error {
			if !slices.Contains(alerts.Roles, s) {
				return fmt.Errorf(w.in2("không có vai trò %q", "there is no role %q"), s)
			}
			return nil
		})
		if err != nil {
			return err
		}
		unit := ""
		switch role {
		case "list":
			unit, err = w.ask(nil, "  Tên danh sách nhận báo cáo, ví dụ dang-uy: người trong đó không có tài khoản, nhận tệp tổng hợp tuần sau khi lãnh đạo duyệt",
				"  Name of the list of recipients of reports, such as dang-uy: people on it have no account and get the weekly summary as files once a leader has approved it", "dang-uy", w.unitOK(role))
		case "unit", "khoi":
			unit, err = w.ask(nil, "  Đơn vị hoặc khối nào (bỏ trống là tất cả)", "  Of which unit or khối (empty is all)", "", w.unitOK(role))
		}
		if err != nil {
			return err
		}
		if _, err := w.ask(nil, "  Thư điện tử", "  Mail address", "", func(s string) error { return add(name, role, unit, s) }); err != nil {
			return err
		}
	}
}

// unitOK checks whose notices a recipient gets: the name of a list, or a unit
// of the roles that have one.
func (w *wizard) unitOK(role string) func(string) error {
	return func(s string) error {
		switch role {
		case "list":
			if !nameForm.MatchString(s) {
				return fmt.Errorf(w.in2("%q: tên danh sách gồm tối đa 40 chữ, số, dấu gạch, không có khoảng trắng; viết TÊN:list/DANH-SÁCH:ĐỊA-CHỈ", "%q: the name of a list has up to 40 letters, digits and dashes, no spaces; write NAME:list/LIST:ADDRESS"), s)
			}
		case "unit", "khoi":
			if utf8.RuneCountInString(s) > 100 {
				return errors.New(w.in2("dài quá 100 chữ", "more than 100 characters"))
			}
		default:
			if s != "" {
				return fmt.Errorf(w.in2("vai trò %s không có đơn vị", "the role %s has no unit"), role)
			}
		}
		return nil
	}
}

// lists are the named lists of recipients of reports, each once.
func (f *setupFile) lists() (out []string) {
	for _, r := range f.Recipients {
		if name := "list/" + r.Unit; r.Role == "list" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// people are the first accounts.
func (w *wizard) people(context.Context) error {
	for _, given := range w.lists["account"] {
		name, role, unit := parts(given)
		known, needs := app.KnownRole(review.Role(role))
		if err := w.nameOK(false)(name); err != nil {
			return usagef("-account: %v", err)
		}
		if !known {
			return usagef("-account: there is no role %q", role)
		}
		if needs && unit == "" {
			return usagef("-account: the role %s needs a unit: %s:%s:UNIT", role, name, role)
		}
		w.accounts = append(w.accounts, newAccount{review.Account{Name: name, Role: review.Role(role), Unit: unit}, rand.Text()[:16], true})
	}
	if w.yes || len(w.lists["account"]) > 0 {
		return nil
	}
	w.say("Tài khoản đăng nhập. Quản trị viên (admin) không xem nội dung: cần thêm ít nhất một người duyệt tin (reviewer).", "Accounts. The administrator (admin) sees no content: there should be a reviewer as well.")
	for i := 0; ; i++ {
		name, err := w.ask(nil, "Tên đăng nhập (bỏ trống để đi tiếp)", "User name (empty to go on)", "", func(s string) error {
			if slices.ContainsFunc(w.accounts, func(a newAccount) bool { return a.Name == s }) {
				return fmt.Errorf(w.in2("đã có %q", "%q is there already"), s)
			}
			return w.nameOK(true)(s)
		})
		if err != nil || name == "" {
			return err
		}
		a := newAccount{Account: review.Account{Name: name}}
		needs := false
		role, err := w.ask(nil, "  Vai trò", "  Role", []string{"admin", "reviewer", "leader", "reviewer"}[min(i, 3)], func(s string) (err error) {
			known := false
			if known, needs = app.KnownRole(review.Role(s)); !known {
				return fmt.Errorf(w.in2("không có vai trò %q: reviewer, leader, justice, police_liaison, office, editor, khoi, unit, admin", "there is no role %q: reviewer, leader, justice, police_liaison, office, editor, khoi, unit, admin"), s)
			}
			return nil
		})
		if err != nil {
			return err
		}
		a.Role = review.Role(role)
		if needs {
			if a.Unit, err = w.ask(nil, "  Đơn vị hoặc khối", "  Unit or khối", "", func(s string) error {
				if s == "" {
					return errors.New(w.in2("vai trò này cần tên đơn vị", "this role needs the name of a unit"))
				}
				return nil
			}); err != nil {
				return err
			}
		}
		if a.password, err = w.askHidden("  Mật khẩu (bỏ trống để máy đặt; không hiện khi gõ)", "  Password (empty to have one made; it is not shown)", func(s string) error {
			if s != "" && utf8.RuneCountInString(s) < app.MinPassword {
				return fmt.Errorf(w.in2("cần ít nhất %d ký tự", "it needs at least %d characters"), app.MinPassword)
			}
			return nil
		}); err != nil {
			return err
		}
		if a.password == "" {
			a.password, a.generated = rand.Text()[:16], true
		}
		w.accounts = append(w.accounts, a)
	}
}

// addAccounts makes the accounts. One that is there already, from a setup
// that did not come to its end, stays as it is.
func (w *wizard) addAccounts(ctx context.Context) error {
	if len(w.accounts) == 0 {
		w.say("Chưa có tài khoản: người đầu tiên mở trang từ chính máy này sẽ tạo tài khoản quản trị.", "No accounts yet: the first person to open the desk on this machine makes the administrator's.")
		return nil
	}
	return w.with(ctx, func(ctx context.Context, a bus.Asker) error {
		ask := func(r app.UserRequest) ([]review.Account, error) {
			ctx, cancel := context.WithTimeout(ctx, time.Minute)
			defer cancel()
			return bus.Ask(ctx, a, app.AskUsers, r)
		}
		have, err := ask(app.UserRequest{})
		failed := []error{err}
		for _, u := range w.accounts {
			if slices.ContainsFunc(have, func(a review.Account) bool { return a.Name == u.Name }) {
				w.say("  tài khoản %s đã có, giữ nguyên; đổi mật khẩu: langnghe user -data %s password %s", "  the account %s is there already and stays; change its password: langnghe user -data %s password %s", u.Name, w.data, u.Name)
				continue
			}
			if _, err := ask(app.UserRequest{Add: &u.Account, Password: u.password, By: caller()}); err != nil {
				failed = append(failed, fmt.Errorf(w.in2("tài khoản %s chưa tạo được: %w; tạo sau: langnghe user -data %s -role %s add %s", "the account %s was not made: %w; make it later: langnghe user -data %s -role %s add %s"), u.Name, err, w.data, u.Role, u.Name))
				continue
			}
			if u.generated {
				w.say("  tài khoản %s (%s), mật khẩu: %s", "  account %s (%s), password: %s", u.Name, u.Role, u.password)
			} else {
				w.say("  tài khoản %s (%s)", "  account %s (%s)", u.Name, u.Role)
			}
		}
		return errors.Join(failed...)
	}, "desk")
}
