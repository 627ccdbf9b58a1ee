package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"langnghe/internal/reading"
)

// house asks what documents carry and how long texts are kept: what the
// ward's leaders decide, and what cannot be guessed.
func (w *wizard) house(context.Context) error {
	ward, err := reading.New(w.cfg.Profile)
	if err != nil {
		return err
	}
	line := func(s string) error {
		if utf8.RuneCountInString(s) > 200 {
			return errors.New(w.in2("dài quá 200 chữ", "more than 200 characters"))
		}
		return nil
	}
	p := &w.cfg.Papers
	superior := ward.Profile().Parent.VI
	if p.Addressee, err = w.ask(w.flags["report-to"], "Báo cáo năm gửi cơ quan nào", "Whom the annual report goes to", superior, line); err != nil {
		return err
	}
	if p.Due, err = w.ask(w.flags["report-due"], "Hạn gửi, tháng-ngày", "Due on, month-day", "12-10", func(s string) error {
		if _, err := time.Parse("01-02", s); err != nil || s == "02-29" {
			return fmt.Errorf(w.in2("%q không phải tháng-ngày, ví dụ 12-10", "%q is no month and day, such as 12-10"), s)
		}
		return nil
	}); err != nil {
		return err
	}
	if _, err = w.ask(w.flags["signer"], "Ai ký báo cáo: dòng thẩm quyền, cách nhau bằng dấu phẩy", "Who signs reports: the lines of authority, with commas between", "TM. ỦY BAN NHÂN DÂN, KT. CHỦ TỊCH, PHÓ CHỦ TỊCH", func(s string) error {
		p.Authority = nil
		for part := range strings.SplitSeq(s, ",") {
			if part = strings.TrimSpace(part); part != "" {
				p.Authority = append(p.Authority, strings.ToUpper(part))
			}
		}
		if len(p.Authority) == 0 || len(p.Authority) > 5 {
			return errors.New(w.in2("cần một đến năm dòng", "needs one to five lines"))
		}
		return line(s)
	}); err != nil {
		return err
	}
	_, err = w.ask(w.flags["text-days"], "Giữ nội dung tin bao nhiêu ngày (số liệu tổng hợp giữ nhiều năm)", "Days that texts are kept (daily figures stay for years)", "90", func(s string) error {
		n, err := strconv.Atoi(s)
		if err != nil || n < 7 || n > 365 {
			return errors.New(w.in2("cần một số từ 7 đến 365", "needs a number from 7 to 365"))
		}
		w.cfg.TextDays = n
		return nil
	})
	return err
}
