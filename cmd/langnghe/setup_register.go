package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// register asks for what only the ward knows and forged papers and false
// numbers are compared with. Both may be left out.
func (w *wizard) register(context.Context) error {
	if _, err := w.ask(w.flags["officials"], "Ai đang ký văn bản của phường: họ và tên, cách nhau bằng dấu phẩy, để nhận ra văn bản giả (bỏ trống nếu chưa có)",
		"Who signs the ward's papers now: full names, with commas between, so that forged ones are noticed (may be empty)", "", func(s string) error {
			w.cfg.Officials = nil
			if none(s) {
				return nil
			}
			for name := range strings.SplitSeq(s, ",") {
				name = strings.Join(strings.Fields(name), " ")
				if n := utf8.RuneCountInString(name); len(strings.Fields(name)) < 2 || n > 60 || strings.ContainsFunc(name, unicode.IsDigit) {
					return fmt.Errorf(w.in2("%q không phải họ và tên", "%q is no full name"), name)
				}
				w.cfg.Officials = append(w.cfg.Officials, name)
			}
			return nil
		}); err != nil {
		return err
	}
	_, err := w.ask(w.flags["hotlines"], "Số điện thoại phường đã công bố, cách nhau bằng dấu phẩy (bỏ trống nếu chưa có)",
		"Telephone numbers that the ward has published, with commas between (may be empty)", "", func(s string) error {
			w.cfg.Hotlines = nil
			if none(s) {
				return nil
			}
			for number := range strings.SplitSeq(s, ",") {
				digits := strings.Map(func(r rune) rune {
					switch {
					case r >= '0' && r <= '9':
						return r
					case strings.ContainsRune(" .-()+", r):
						return -1
					}
					return 'x'
				}, number)
				if strings.Contains(digits, "x") || len(digits) < 8 || len(digits) > 12 {
					return errors.New(w.in2("mỗi số 8 đến 12 chữ số, ví dụ 0238 000 0231", "each number has 8 to 12 digits, such as 0238 000 0231"))
				}
				w.cfg.Hotlines = append(w.cfg.Hotlines, digits)
			}
			return nil
		})
	return err
}
