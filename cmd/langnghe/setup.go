package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"

	"langnghe/alerts"
	"langnghe/alerts/email"
	"langnghe/crawler"
	"langnghe/internal/app"
	"langnghe/internal/config"
	"langnghe/review"
)

// An account is one that setup makes.
type newAccount struct {
	review.Account
	password  string
	generated bool
}

// A wizard asks for everything that a first start needs and writes the
// configuration file.
type wizard struct {
	*call
	dialogue
	flags map[string]*string // answers from the command line; absent is nil
	lists map[string][]string

	offline, force, internal bool

	cfg      setupFile
	accounts []newAccount
}

// setupFile is what the file will say.
type setupFile struct {
	Profile    string
	Khoi       []string
	Contact    string
	Sources    []crawler.Source
	Mail       *email.Config
	Password   string // of the mail server, for a file of its own
	Recipients []alerts.Recipient
	HTTPS      config.HTTPS
	Backup     string
	TextDays   int
	Papers     papersOf
	Officials  []string // who signs the ward's papers now
	Hotlines   []string // digits
}

// papersOf is what the ward's reports carry.
type papersOf struct {
	Addressee string // of the annual report
	Due       string // month and day of it
	Authority []string
}

type repeated struct{ to *[]string }

func (l repeated) String() string     { return "" }
func (l repeated) Set(s string) error { *l.to = append(*l.to, s); return nil }

// runSetup is the first run.
func runSetup(ctx context.Context, c *call) error {
	if len(c.args) > 0 && c.args[0] == "service" {
		c.args = c.args[1:]
		return runSetupService(ctx, c)
	}
	w := &wizard{call: c, flags: map[string]*string{}, lists: map[string][]string{}}
	var yes bool
	var sites, people, users []string
	texts := map[string]string{
		"khoi":               "number of khối, or their names with commas between (default those of the profile)",
		"portal":             "`address` of the ward's portal; none for none",
		"papers":             "ids with commas between, all or none, of the papers to listen to",
		"contact":            "mail `address` or page at which owners of sites can reach you",
		"mail":               "mail server, `HOST` or HOST:PORT; none for none",
		"mail-from":          "sender of notices",
		"mail-tls":           "starttls, tls, or none (a server on this machine only)",
		"mail-user":          "name at the mail server",
		"mail-password-file": "`file` with the password at the mail server",
		"https":              "how other machines reach the desk: none, local, acme or files",
		"hosts":              "names and addresses of this machine, with commas between, for -https local and acme",
		"cert":               "certificate `file`, for -https files",
		"key":                "key `file`, for -https files",
		"backup":             "`folder` of the backups; none for none",
		"report-to":          "whom the annual report goes to",
		"report-due":         "`MM-DD` by which it goes",
		"signer":             "lines of authority under reports, with commas between",
		"officials":          "`names` of those who sign the ward's papers now, with commas between: a forged one is known by them",
		"hotlines":           "telephone `numbers` that the ward has published, with commas between",
		"text-days":          "days that texts are kept, 7 to 365",
	}
	fs, err := c.flags("config data profile lang", func(fs *flag.FlagSet) {
		for name, about := range texts {
			fs.String(name, "", about)
		}
		fs.Var(repeated{&sites}, "site", "`address` of a further site to listen to; may be repeated")
		fs.Var(repeated{&people}, "recipient", "who is told, as `NAME:ROLE:ADDRESS`; may be repeated. ROLE list/NAME is a list of people without an account who get the approved weekly summary by mail; unit/NAME and khoi/NAME get what is that unit's")
		fs.Var(repeated{&users}, "account", "who signs in, as `NAME:ROLE` or NAME:ROLE:UNIT; the password is made and printed; may be repeated")
		fs.BoolVar(&yes, "yes", false, "ask nothing: defaults for what no flag says")
		fs.BoolVar(&w.offline, "offline", false, "ask no other machine: sites and mail are written untried")
		fs.BoolVar(&w.force, "force", false, "replace a configuration that is there")
		fs.BoolVar(&w.internal, "internal", false, "portal and sites are the ward's own and may have private addresses")
	})
	if err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return usagef("takes no argument %q", fs.Arg(0))
	}
	if c.lang != "vi" && c.lang != "en" {
		return usagef("-lang is vi or en")
	}
	fs.Visit(func(f *flag.Flag) {
		if _, text := texts[f.Name]; text || f.Name == "profile" {
			v := f.Value.String()
			w.flags[f.Name] = &v
		}
	})
	w.lists["site"], w.lists["recipient"], w.lists["account"] = sites, people, users
	w.dialogue = dialogue{in: bufio.NewReader(c.in), out: c.out, lang: c.lang, yes: yes, hide: func() func() { return hidden(ctx, c.in) }}
	if c.config == "" {
		c.config = "config.yaml"
	}
	return w.run(ctx)
}

func (w *wizard) run(ctx context.Context) error {
	w.say("Lắng Nghe – cài đặt lần đầu. Nhấn Enter để nhận giá trị trong [ ]. Chưa có gì được ghi trước câu cuối.",
		"Lắng Nghe – first run. Enter takes the value in [ ]. Nothing is written before the last question.")
	if err := w.target(); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{w.ward, w.portal, w.papers, w.sites, w.mail, w.recipients, w.people, w.https, w.house, w.register, w.backups} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if err := w.save(); err != nil {
		return err
	}
	failed := w.addAccounts(ctx)
	w.say("", "")
	look := !w.yes
	var err error
	if look {
		if look, err = w.confirm("Kiểm tra tất cả ngay bây giờ (langnghe doctor)?", "Examine everything now (langnghe doctor)?", true); err != nil && !errors.Is(err, errInput) {
			return err
		}
	}
	if look {
		for _, f := range app.Doctor(ctx, app.DoctorOptions{ConfigFile: w.config, DataDir: w.data, Offline: w.offline}) {
			w.finding(f)
		}
	}
	listen := ""
	if w.cfg.HTTPS.On() {
		listen = " -listen " + listenFor(w.cfg.HTTPS)
	}
	w.say("\nBắt đầu:", "\nStart it:")
	fmt.Fprintf(w.out, "  langnghe serve -config %s -data %s%s\n", w.config, w.data, listen)
	w.say("Hoặc cài thành dịch vụ, tự chạy khi bật máy:", "Or install it as a service that starts with the machine:")
	fmt.Fprintf(w.out, "  sudo %s setup service -config %s -data %s\n", os.Args[0], w.config, w.data)
	w.say("Trang Facebook, Zalo OA của phường, tổng đài 1022, biểu mẫu của người dân: xem docs/sources.md.", "The ward's Facebook Page and Zalo OA, a 1022 call centre, the residents' form: see docs/sources.md.")
	if len(w.cfg.Recipients) > 0 {
		w.say("Mỗi người nhận có một thư xin xác nhận; chưa xác nhận thì chưa nhận nội dung.", "Each recipient gets a mail that asks for confirmation; before it is confirmed no content is sent.")
	}
	return failed
}

// finding prints what the doctor found.
func (c *call) finding(f app.Finding) {
	mark := map[string]string{"ok": "✓", "warn": "!", "bad": "✗"}[f.State]
	fmt.Fprintf(c.out, "%s %-10s %s\n", mark, f.Name, f.What.In(c.lang))
	if do := f.Do.In(c.lang); do != "" {
		fmt.Fprintf(c.out, "  %-10s → %s\n", "", do)
	}
}

// target makes sure that no configuration is lost.
func (w *wizard) target() error {
	for !w.force {
		_, err := os.Stat(w.config)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if w.yes {
			return usagef("%s is there already; -force replaces it, -config names another file", w.config)
		}
		ok, err := w.confirm(w.config+" đã có. Thay bằng tệp mới (bản cũ giữ ở "+w.config+".old)?", w.config+" is there already. Replace it (the old one stays as "+w.config+".old)?", false)
		if err != nil {
			return err
		}
		if ok {
			return nil
		}
		if w.config, err = w.ask(nil, "Tên tệp khác", "Another file", "config-2.yaml", nil); err != nil {
			return err
		}
	}
	return nil
}
