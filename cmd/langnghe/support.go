package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"langnghe/internal/app"
)

func runSupport(ctx context.Context, c *call) error {
	out, offline := "", false
	fs, err := c.flags("config data", func(fs *flag.FlagSet) {
		fs.StringVar(&out, "o", "langnghe-support.zip", "`file` to write; it must not be there yet")
		fs.BoolVar(&offline, "offline", false, "ask no other machine: leave out clock and mail")
	})
	if err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return usagef("takes no argument %q", fs.Arg(0))
	}
	f, err := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = app.Support(ctx, f, app.SupportOptions{ConfigFile: c.config, DataDir: c.data, Version: version, Offline: offline, Now: time.Now()})
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(out))
	}
	fmt.Fprintf(c.out, "%s: không có tên người, địa chỉ, mật khẩu hay nội dung tin; hãy tự mở xem trước khi gửi\n%s: no names, addresses, passwords or texts; look into it before you send it\n", out, out)
	return nil
}
