package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"langnghe/internal/app"
	"langnghe/internal/backup"
)

// backups asks for the place. It looks whether it can be used and makes
// nothing there: that is done once every question has been answered.
func (w *wizard) backups(context.Context) error {
	_, err := w.ask(w.flags["backup"], "Thư mục sao lưu, tốt nhất trên USB hoặc ổ khác, ví dụ /mnt/usb/langnghe (bỏ trống nếu chưa có)", "Folder of the backups, best on a stick or another disk, such as /mnt/usb/langnghe (may be empty)", "", func(s string) error {
		w.cfg.Backup = ""
		if none(s) {
			return nil
		}
		dir, err := filepath.Abs(s)
		if err != nil {
			return err
		}
		if err := w.tryPlace(dir); err != nil {
			return err
		}
		w.cfg.Backup = dir
		return nil
	})
	if err == nil && w.cfg.Backup == "" {
		w.say("  ! Chưa sao lưu: mất ổ đĩa là mất hết. Mọi trang sẽ nhắc quản trị viên.", "  ! No backups: with the disk everything would be lost. The administrator's pages remind of it.")
	}
	return err
}

// tryPlace looks whether backups can be kept in dir.
func (w *wizard) tryPlace(dir string) error {
	at := dir
	if !folder(dir) {
		if at = filepath.Dir(dir); !folder(at) {
			return fmt.Errorf(w.in2("không có %s; USB đã cắm chưa?", "there is no %s; is the stick plugged in?"), at)
		}
	}
	probe, err := os.CreateTemp(at, ".langnghe-*")
	if err != nil {
		return fmt.Errorf(w.in2("không ghi được vào %s: %w", "%s cannot be written: %w"), at, err)
	}
	if err := errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
		return err
	}
	key, err := backup.LoadKey(app.KeyPath(w.data))
	if errors.Is(err, fs.ErrNotExist) {
		key, err = backup.NewKey(), nil // fits no place that is there already
	}
	if err != nil {
		return err
	}
	if _, err := backup.Open(dir, key); errors.Is(err, backup.ErrKey) {
		return fmt.Errorf(w.in2("%s giữ bản sao lưu của một hệ thống khác. Chọn thư mục khác; hoặc để lấy lại dữ liệu cũ: langnghe restore -from %s -key -", "%s keeps the backups of another installation. Choose another folder; or, to have its data back: langnghe restore -from %s -key -"), dir, dir)
	} else if err != nil && !errors.Is(err, backup.ErrNone) {
		return err
	}
	return nil
}

// makePlace makes key and place of the backups where they are missing, and
// reports whether the key must be told. The key is first: a place whose key was
// lost on the way could never be used.
func makePlace(data, dir string) (key backup.Key, tell bool, err error) {
	file := app.KeyPath(data)
	key, err = backup.LoadKey(file)
	made := errors.Is(err, fs.ErrNotExist)
	if made {
		key = backup.NewKey()
		err = backup.SaveKey(file, key)
	}
	if err != nil {
		return key, false, err
	}
	_, missing := backup.Open(dir, key)
	if _, err := backup.Init(dir, key); err != nil {
		if made {
			err = errors.Join(err, os.Remove(file))
		}
		return key, false, err
	}
	return key, made || missing != nil, nil
}

func folder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
