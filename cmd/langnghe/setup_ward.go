package main

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strconv"
	"strings"

	"langnghe/internal/config"
	"langnghe/internal/reading"
)

func (w *wizard) ward(context.Context) error {
	var wards []reading.Profile
	names := reading.Profiles()
	slices.Reverse(names) // the newest first
	for _, name := range names {
		r, err := reading.New(name)
		if err != nil {
			return err
		}
		wards = append(wards, r.Profile())
	}
	var err error
	w.cfg.Profile, err = w.choose(w.flags["profile"], "Hồ sơ phường", "Ward", config.Default().Profile, names, func(i int) string { return wards[i].Ward.In(w.dialogue.lang) })
	if err != nil {
		return err
	}
	ward := wards[slices.Index(names, w.cfg.Profile)]
	own := []string{}
	for _, k := range ward.Khoi {
		own = append(own, k.Name.VI)
	}
	_, err = w.ask(w.flags["khoi"], "Số khối, hoặc tên các khối cách nhau bằng dấu phẩy", "Number of khối, or their names with commas between", strconv.Itoa(len(own)), func(s string) error {
		list, err := khoiList(s)
		if err != nil {
			return errors.New(w.in2("cần một số từ 1 đến 60 hoặc danh sách tên, ví dụ: Khối 1, Khối Tân Sơn", "needs a number from 1 to 60 or a list of names, such as Khối 1, Khối Tân Sơn"))
		}
		if !slices.Equal(list, own) {
			w.cfg.Khoi = list
		}
		return nil
	})
	if err != nil {
		return err
	}
	w.cfg.Contact, err = w.ask(w.flags["contact"], "Thư điện tử của phường, để chủ trang web liên hệ (bỏ trống nếu chưa có)", "The ward's mail address, for owners of web sites (may be empty)", "", func(s string) error {
		if _, err := mail.ParseAddress(s); s == "" || err == nil || strings.HasPrefix(s, "https://") {
			return nil
		}
		return fmt.Errorf(w.in2("%q không phải địa chỉ thư", "%q is no mail address"), s)
	})
	return err
}

func khoiList(s string) ([]string, error) {
	if n, err := strconv.Atoi(s); err == nil {
		if n < 1 || n > 60 {
			return nil, errors.New("1 to 60")
		}
		var out []string
		for i := range n {
			out = append(out, fmt.Sprintf("Khối %d", i+1))
		}
		return out, nil
	}
	var out []string
	for name := range strings.SplitSeq(s, ",") {
		name = strings.Join(strings.Fields(name), " ")
		if !config.KhoiName(name) || slices.Contains(out, name) {
			return nil, fmt.Errorf("%q", name)
		}
		out = append(out, name)
	}
	return out, nil
}
