package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"langnghe/indexer"
	"langnghe/internal/app"
	"langnghe/internal/bus"
	"langnghe/internal/calendar"
	"langnghe/internal/config"
	"langnghe/internal/news"
	"langnghe/review"
)

// reads is with for commands that only read: a folder that is not there is a
// mistake, not an empty archive.
func (c *call) reads(ctx context.Context, f func(context.Context, bus.Asker) error, roles ...string) error {
	if _, err := os.Stat(filepath.Join(c.data, "lock")); err != nil {
		return fmt.Errorf("%s holds no data of the service; name its folder with -data", c.data)
	}
	return c.with(ctx, f, roles...)
}

// with asks the service of the data folder, or starts the named roles on it.
func (c *call) with(ctx context.Context, f func(context.Context, bus.Asker) error, roles ...string) error {
	cfg, err := config.Load(c.config)
	if err != nil {
		return err
	}
	return app.With(ctx, app.Options{Config: cfg, ConfigFile: c.config, DataDir: c.data, Roles: roles, Log: c.log(slog.LevelWarn), Version: version}, f)
}

// caller is who runs the command, for the audit log.
func caller() string {
	if u, err := user.Current(); err == nil {
		return "command line: " + u.Username
	}
	return "command line"
}

func shorten(s string, n int) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) <= n {
		return string(r)
	}
	return string(r[:n]) + "…"
}

// progressEvery is how often long work says how far it has come.
const progressEvery = 3 * time.Second

// searchable waits until the index has the item: what was published before
// it is there then too. It gives up when for a minute nothing was added.
func (c *call) searchable(ctx context.Context, a bus.Asker, id string) error {
	if id == "" {
		return nil
	}
	items, since, told := -1, time.Now(), time.Now()
	for {
		actx, cancel := context.WithTimeout(ctx, time.Minute)
		_, err := bus.Ask(actx, a, app.AskItem, id)
		cancel()
		if err == nil {
			return nil
		}
		if time.Since(told) > progressEvery {
			told = time.Now()
			if st, err := bus.Ask(ctx, a, app.AskIndex, app.None{}); err == nil {
				if st.Items != items {
					items, since = st.Items, time.Now()
				}
				fmt.Fprintf(c.err, "đang lập chỉ mục / indexing: %d mục tin / items\n", st.Items)
			}
		}
		if time.Since(since) > time.Minute {
			return fmt.Errorf("the items were taken in but are not searchable, and for a minute nothing was added to the index; see the log of the service")
		}
		select {
		case <-ctx.Done():
			return errInterrupted
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// errInterrupted says that taking in may be begun again.
var errInterrupted = errors.New("đã dừng giữa chừng; chạy lại được, mục đã nhận không bị nhận hai lần (interrupted: run it again, nothing is taken twice)")

func runExport(ctx context.Context, c *call) error {
	var from, to string
	fs, err := c.flags("config data json", func(fs *flag.FlagSet) {
		fs.StringVar(&from, "from", "", "first `day`, 2006-01-02")
		fs.StringVar(&to, "to", "", "last `day`, 2006-01-02; it belongs to it")
	})
	if err != nil {
		return err
	}
	if err := alone(fs); err != nil {
		return err
	}
	q := indexer.ItemsQuery{Limit: 500, By: caller()}
	if err := days(from, to, &q.From, &q.To); err != nil {
		return err
	}
	return c.reads(ctx, func(ctx context.Context, a bus.Asker) error {
		n, told := 0, time.Now()
		w := bufio.NewWriter(c.out)
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		for {
			actx, cancel := context.WithTimeout(ctx, time.Minute)
			page, err := bus.Ask(actx, a, app.AskItems, q)
			cancel()
			if err != nil {
				return err
			}
			for _, it := range page.Items {
				if err := enc.Encode(it); err != nil {
					return err
				}
			}
			n += len(page.Items)
			if page.Next == "" {
				if err := w.Flush(); err != nil { // a full disk is found out here
					return err
				}
				fmt.Fprintf(c.err, "%d mục tin / items\n", n)
				return nil
			}
			if time.Since(told) > progressEvery {
				told = time.Now()
				fmt.Fprintf(c.err, "%d mục tin / items…\n", n)
			}
			q.Cursor = page.Next
		}
	}, "indexer")
}

func runErase(ctx context.Context, c *call) error {
	reason := ""
	fs, err := c.flags("config data", func(fs *flag.FlagSet) {
		fs.StringVar(&reason, "reason", "", "why, for the audit log")
	})
	if err != nil {
		return err
	}
	if fs.NArg() != 1 || reason == "" {
		return usagef("needs -reason WHY and one id")
	}
	return c.reads(ctx, func(ctx context.Context, a bus.Asker) error {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		id := fs.Arg(0)
		_, err := bus.Ask(ctx, a, app.AskItem, id)
		known := err == nil
		rep, err := bus.Ask(ctx, a, app.AskErase, news.Erased{ID: id, Reason: reason, At: time.Now()})
		if err != nil {
			return err
		}
		if len(rep.Waiting) > 0 {
			return fmt.Errorf("%s: đã ghi lệnh xóa; sẽ tự làm khi chạy lại: %s (the erasure is ordered; these roles do it when they run again)", id, strings.Join(rep.Waiting, ", "))
		}
		if known {
			fmt.Fprintf(c.err, "%s: đã xóa ở mọi nơi / erased everywhere\n", id)
		} else {
			fmt.Fprintf(c.err, "%s: không có mục tin này; nếu sau này đến thì cũng không được nhận / there is no such item; should it come later, it is not taken\n", id)
		}
		return nil
	})
}

// userHelp says what each word does.
const userHelp = `

  list                     ai đăng nhập được / who can sign in
  add NAME                 thêm, mật khẩu đọc từ đầu vào / add; the password is read from standard input
  password NAME            đặt mật khẩu mới, mọi phiên kết thúc / set a new password; every session ends
  disable NAME             ngừng, mọi phiên kết thúc / stop it; every session ends
  enable NAME              cho dùng lại / allow it again
  unlock NAME              mở sau nhiều lần sai mật khẩu / open it after too many wrong passwords
  second NAME              bỏ xác thực hai lớp khi mất điện thoại và mã dự phòng; lần sau thiết lập lại
                           drop the second factor of somebody without telephone and recovery codes; set up anew at the next sign-in

Mỗi việc đều vào nhật ký. / Each of them stands in the audit log.`

func runUser(ctx context.Context, c *call) error {
	acc := review.Account{}
	role, password := "", ""
	c.cmd.about[1] += userHelp
	fs, err := c.flags("config data json", func(fs *flag.FlagSet) {
		fs.StringVar(&role, "role", "reviewer", "`role`: reviewer, leader, justice, police_liaison, office, editor, khoi, unit, admin")
		fs.StringVar(&acc.Unit, "unit", "", "unit or khối of the roles unit and khoi")
	})
	if err != nil {
		return err
	}
	acc.Role = review.Role(role)
	if known, unit := app.KnownRole(acc.Role); !known {
		return usagef("there is no role %q", role)
	} else if unit && acc.Unit == "" && fs.Arg(0) == "add" {
		return usagef("the role %s needs -unit", role)
	}
	req := app.UserRequest{By: caller()}
	switch {
	case fs.Arg(0) == "list" && fs.NArg() == 1:
	case fs.Arg(0) == "add" && fs.NArg() == 2, fs.Arg(0) == "password" && fs.NArg() == 2:
		if password, err = c.password(ctx); err != nil {
			return err
		}
		acc.Name = fs.Arg(1)
		req.Name, req.Password = fs.Arg(1), password
		if fs.Arg(0) == "add" {
			req.Add = &acc
		}
	case fs.Arg(0) == "disable" && fs.NArg() == 2:
		req.Name, req.Disable = fs.Arg(1), true
	case slices.Contains([]string{"enable", "unlock", "second"}, fs.Arg(0)) && fs.NArg() == 2:
		req.Name, req.Do = fs.Arg(1), fs.Arg(0)
	default:
		return usagef("needs list, or one of add, password, disable, enable, unlock, second and a NAME; flags stand before them")
	}
	return c.with(ctx, func(ctx context.Context, a bus.Asker) error {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		list, err := bus.Ask(ctx, a, app.AskUsers, req)
		if err != nil {
			return err
		}
		for _, u := range list {
			state := ""
			switch {
			case !u.Disabled.IsZero():
				state = "disabled"
			case time.Now().Before(u.Locked):
				state = "locked until " + u.Locked.In(calendar.Zone).Format("15:04")
			}
			fmt.Fprintf(c.out, "%-20s %-15s %-20s %s\n", u.Name, u.Role, u.Unit, state)
		}
		return nil
	}, "desk")
}

// password reads one line from the standard input; a terminal does not show it.
func (c *call) password(ctx context.Context) (string, error) {
	defer hidden(ctx, c.in)()
	fmt.Fprint(c.err, "Mật khẩu / password: ")
	sc := bufio.NewScanner(c.in)
	if !sc.Scan() {
		return "", usagef("no password on the standard input")
	}
	return strings.TrimRight(sc.Text(), "\r\n"), nil
}

func runAudit(ctx context.Context, c *call) error {
	limit := 50
	fs, err := c.flags("config data json", func(fs *flag.FlagSet) {
		fs.IntVar(&limit, "limit", limit, "list at most so many entries")
	})
	if err != nil {
		return err
	}
	req := app.AuditRequest{Limit: limit}
	switch fs.Arg(0) {
	case "verify":
		req.Verify = true
	case "list":
	default:
		return usagef("needs verify or list")
	}
	return c.reads(ctx, func(ctx context.Context, a bus.Asker) error {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
		defer cancel()
		rep, err := bus.Ask(ctx, a, app.AskAudit, req)
		if err != nil {
			return err
		}
		if req.Verify {
			fmt.Fprintf(c.out, "ok: %d entries, chain unbroken\n", rep.Verified)
			return nil
		}
		enc := json.NewEncoder(c.out)
		enc.SetEscapeHTML(false)
		for _, e := range rep.Page.Entries {
			if c.json {
				if err := enc.Encode(e); err != nil {
					return err
				}
				continue
			}
			fmt.Fprintf(c.out, "%6d  %s  %-16s %-20s %s %s\n", e.Seq, e.At.In(calendar.Zone).Format("02/01/2006 15:04:05"), e.Who, e.Act, e.Object, e.Detail)
		}
		return nil
	}, "desk")
}
