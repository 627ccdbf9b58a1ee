package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"langnghe/alerts"
	"langnghe/alerts/email"
	"langnghe/crawler"
	"langnghe/internal/app"
	"langnghe/internal/backup"
	"langnghe/internal/bus"
	"langnghe/internal/config"
	"langnghe/internal/reading"
	"langnghe/review"
)

// papers are the sources that setup offers: public feeds of the province and
// the country. Their addresses change; each is asked before it is written.
var papers = []crawler.Source{
	{ID: "baonghean", Name: "Báo Nghệ An", URL: "https://baonghean.vn/rss/home.rss", Prior: 1},
	{ID: "tingia", Name: "Trung tâm Xử lý tin giả Việt Nam (VAFC)", URL: "https://tingia.gov.vn/rss", Reference: true},
	{ID: "baochinhphu", Name: "Báo Chính phủ", URL: "https://baochinhphu.vn/rss", Reference: true},
	{ID: "vnexpress-thoi-su", Name: "VnExpress – Thời sự", URL: "https://vnexpress.net/rss/thoi-su.rss"},
	{ID: "tuoitre", Name: "Tuổi Trẻ", URL: "https://tuoitre.vn/rss/tin-moi-nhat.rss"},
	{ID: "dantri-xa-hoi", Name: "Dân trí – Xã hội", URL: "https://dantri.com.vn/rss/xa-hoi.rss"},
	{ID: "thanhnien", Name: "Thanh Niên", URL: "https://thanhnien.vn/rss/home.rss"},
	{ID: "vietnamnet-phap-luat", Name: "VietNamNet – Pháp luật", URL: "https://vietnamnet.vn/rss/phap-luat.rss"},
}

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
	key      backup.Key // of backups, when made here
	made     bool
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
}

type repeated struct{ to *[]string }

func (l repeated) String() string     { return "" }
func (l repeated) Set(s string) error { *l.to = append(*l.to, s); return nil }

// runSetup is the first run.
func runSetup(ctx context.Context, c *call) error {
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
	}
	fs, err := c.flags("config data profile lang", func(fs *flag.FlagSet) {
		for name, about := range texts {
			fs.String(name, "", about)
		}
		fs.Var(repeated{&sites}, "site", "`address` of a further site to listen to; may be repeated")
		fs.Var(repeated{&people}, "recipient", "who is told, as `NAME:ROLE:ADDRESS`; may be repeated")
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
	w.dialogue = dialogue{in: bufio.NewReader(c.in), out: c.out, lang: c.lang, yes: yes}
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
	for _, step := range []func(context.Context) error{w.ward, w.portal, w.papers, w.sites, w.mail, w.recipients, w.people, w.https, w.backups} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if err := w.save(); err != nil {
		return err
	}
	failed := w.finish(ctx)
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
		listen = " -listen 0.0.0.0:8443"
		if w.cfg.HTTPS.ACME {
			listen = " -listen :443"
		}
	}
	w.say("\nBắt đầu:", "\nStart it:")
	fmt.Fprintf(w.out, "  langnghe serve -config %s -data %s%s\n", w.config, w.data, listen)
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

// probe asks a site what there is to listen to, and makes a source of it.
func (w *wizard) probe(ctx context.Context, address string) (crawler.Source, error) {
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	s := crawler.Source{ID: w.freeID(sourceID(address)), Kind: "site", URL: address, Internal: w.internal}
	if u, err := url.Parse(address); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return s, fmt.Errorf(w.in2("%q không phải địa chỉ trang web", "%q is no address of a web site"), address)
	}
	if w.offline {
		return s, nil
	}
	w.say("  … đang hỏi %s, mỗi yêu cầu cách nhau 2 giây", "  … asking %s, a request every 2 seconds", address)
	o := crawler.DiscoverOptions{URL: address, Contact: w.cfg.Contact, Internal: w.internal}
	if w.internal {
		o.Pace = 100 * time.Millisecond
	}
	offers, err := crawler.Discover(ctx, o)
	if err != nil {
		return s, err
	}
	offers = slices.DeleteFunc(offers, func(o crawler.Offer) bool { return o.Error != "" || o.Items == 0 })
	if len(offers) == 0 {
		return s, errors.New(w.in2("trang này không có RSS, sitemap hay danh sách bài nào đọc được", "the site has no feed, sitemap or list of articles that can be read"))
	}
	offers = offers[:min(5, len(offers))]
	var words []string
	for i := range offers {
		words = append(words, strconv.Itoa(i+1))
	}
	pick, err := w.choose(nil, "Nghe địa chỉ nào", "Listen to which", "1", words, func(i int) string {
		o := offers[i]
		return fmt.Sprintf("%s %s, %d %s", o.Kind, o.URL, o.Items, w.in2("mục", "items"))
	})
	if err != nil {
		return s, err
	}
	n, _ := strconv.Atoi(pick)
	best := offers[n-1]
	s.Kind, s.URL, s.Name = best.Kind, best.URL, cleanLine(best.Title)
	w.say("  ✓ %s: %d mục", "  ✓ %s: %d items", best.URL, best.Items)
	return s, nil
}

func (w *wizard) freeID(id string) string {
	taken := func(id string) bool {
		return slices.ContainsFunc(w.cfg.Sources, func(s crawler.Source) bool { return s.ID == id })
	}
	if !taken(id) {
		return id
	}
	for i := 2; ; i++ {
		if next := fmt.Sprintf("%s-%d", id[:min(len(id), 36)], i); !taken(next) {
			return next
		}
	}
}

func none(s string) bool {
	return s == "" || strings.EqualFold(s, "none") || strings.EqualFold(s, "không")
}

func (w *wizard) portal(ctx context.Context) error {
	_, err := w.ask(w.flags["portal"], "Địa chỉ cổng thông tin của phường (bỏ trống nếu chưa có)", "Address of the ward's portal (may be empty)", "", func(s string) error {
		if none(s) {
			return nil
		}
		src, err := w.probe(ctx, s)
		if err != nil {
			return err
		}
		if src.Name == "" {
			src.Name = "Cổng thông tin điện tử phường"
		}
		src.Items, src.Prior, src.Reference = "official", 3, true
		w.cfg.Sources = append(w.cfg.Sources, src)
		return nil
	})
	return err
}

// papers offers the list one by one, and asks those that are wanted.
func (w *wizard) papers(ctx context.Context) error {
	want := map[string]bool{}
	if given := w.flags["papers"]; given != nil || w.yes {
		ids := "all"
		if given != nil {
			ids = *given
		}
		for _, p := range papers {
			want[p.ID] = ids == "all"
		}
		if ids != "all" && !none(ids) {
			for id := range strings.SplitSeq(ids, ",") {
				id = strings.TrimSpace(id)
				if _, ok := want[id]; !ok {
					return usagef("-papers: there is no %q", id)
				}
				want[id] = true
			}
		}
	} else {
		w.say("Báo chí (đọc qua RSS công khai):", "Papers (read by their public feeds):")
		for _, p := range papers {
			ok, err := w.confirm("  "+p.Name+"?", "  "+p.Name+"?", true)
			if err != nil {
				return err
			}
			want[p.ID] = ok
		}
	}
	for _, p := range papers {
		if !want[p.ID] {
			continue
		}
		p.Kind = "feed"
		if !w.offline {
			offers, err := crawler.Discover(ctx, crawler.DiscoverOptions{URL: p.URL, Contact: w.cfg.Contact})
			if err == nil && (len(offers) == 0 || offers[0].Items == 0 || offers[0].Error != "") {
				err = errors.New(w.in2("không có mục nào", "it lists nothing"))
			}
			if err != nil {
				w.say("  ! %s: %v. Vẫn ghi vào; trang Nguồn tin sẽ báo nếu còn lỗi.", "  ! %s: %v. It is written all the same; the page Sources tells when that stays so.", p.Name, err)
			} else {
				w.say("  ✓ %s: %d mục", "  ✓ %s: %d items", p.Name, offers[0].Items)
			}
		}
		w.cfg.Sources = append(w.cfg.Sources, p)
	}
	return nil
}

func (w *wizard) sites(ctx context.Context) error {
	for i := 0; ; i++ {
		var given *string
		if list := w.lists["site"]; i < len(list) {
			given = &list[i]
		} else if w.yes || len(list) > 0 {
			return nil
		}
		more := false
		_, err := w.ask(given, "Trang web khác muốn nghe (bỏ trống để đi tiếp)", "Another site to listen to (empty to go on)", "", func(s string) error {
			if s == "" {
				return nil
			}
			src, err := w.probe(ctx, s)
			if err == nil {
				w.cfg.Sources, more = append(w.cfg.Sources, src), true
			}
			return err
		})
		if err != nil || !more {
			return err
		}
	}
}

// mail asks until the server takes the connection, or the person goes on
// without.
func (w *wizard) mail(ctx context.Context) error {
	for {
		m := &email.Config{}
		host, err := w.ask(w.flags["mail"], "Máy chủ thư để gửi cảnh báo, ví dụ mail.phuong.example hoặc mail.phuong.example:587 (bỏ trống nếu chưa có)", "Mail server for notices, such as mail.phuong.example or mail.phuong.example:587 (may be empty)", "", func(s string) error {
			if none(s) {
				return nil
			}
			m.Host, m.Port = s, 0
			if h, p, err := net.SplitHostPort(s); err == nil {
				n, err := strconv.Atoi(p)
				if err != nil || n < 1 || n > 65535 {
					return fmt.Errorf(w.in2("%q không phải cổng", "%q is no port"), p)
				}
				m.Host, m.Port = h, n
			}
			if strings.ContainsAny(m.Host, " /@") {
				return fmt.Errorf(w.in2("%q không phải tên máy", "%q is no host name"), s)
			}
			return nil
		})
		if err != nil || none(host) {
			return err
		}
		check := func(what string) func(string) error {
			return func(s string) error {
				t := *m
				switch what {
				case "from":
					t.From = s
				case "tls":
					t.From, t.TLS = "a@b.example", s
				}
				return t.Check(".")
			}
		}
		local := m.Host == "localhost" || net.ParseIP(m.Host).IsLoopback()
		tls := map[bool]string{true: "none", false: "starttls"}[local]
		if m.Port == 465 {
			tls = "tls"
		}
		if m.TLS, err = w.ask(w.flags["mail-tls"], "Mã hóa: starttls, tls hoặc none", "Encryption: starttls, tls or none", tls, check("tls")); err != nil {
			return err
		}
		from := "langnghe@" + strings.TrimPrefix(m.Host, "mail.")
		if local {
			from = "langnghe@localhost"
			if _, domain, ok := strings.Cut(w.cfg.Contact, "@"); ok {
				from = "langnghe@" + domain
			}
		}
		if m.From, err = w.ask(w.flags["mail-from"], "Người gửi", "Sender", from, check("from")); err != nil {
			return err
		}
		if m.Username, err = w.ask(w.flags["mail-user"], "Tên đăng nhập máy chủ thư (bỏ trống nếu không cần)", "Name at the mail server (empty if none is needed)", "", nil); err != nil {
			return err
		}
		if m.Username != "" {
			if file := w.flags["mail-password-file"]; file != nil {
				data, err := os.ReadFile(*file)
				if err != nil {
					return usagef("-mail-password-file: %v", err)
				}
				m.Password = strings.TrimSpace(string(data))
			} else if m.Password, err = w.ask(nil, "Mật khẩu máy chủ thư", "Password at the mail server", "", func(s string) error {
				if s == "" {
					return errors.New(w.in2("cần mật khẩu", "it needs one"))
				}
				return nil
			}); err != nil {
				return err
			}
		}
		if err := w.tryMail(ctx, *m); err != nil {
			w.say("  ✗ %v", "  ✗ %v", err)
			if !w.yes {
				delete(w.flags, "mail")
				word, err := w.choose(nil, "Làm gì", "What now", "again", []string{"again", "keep", "without"}, func(i int) string {
					return []string{w.in2("nhập lại", "type it again"), w.in2("cứ ghi, sửa sau", "write it, mend it later"), w.in2("chưa gửi thư", "no mail for now")}[i]
				})
				if err != nil {
					return err
				}
				if word == "again" {
					continue
				}
				if word == "without" {
					return nil
				}
			}
		} else if !w.offline {
			w.say("  ✓ máy chủ thư nhận kết nối", "  ✓ the mail server takes the connection")
		}
		w.cfg.Password, m.Password = m.Password, ""
		w.cfg.Mail = m
		return nil
	}
}

func (w *wizard) tryMail(ctx context.Context, m email.Config) error {
	if w.offline {
		return nil
	}
	if err := m.Check("."); err != nil {
		return err
	}
	ch, err := email.New(m)
	if err == nil {
		err = ch.Probe(ctx)
	}
	return err
}

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
	add := func(name, role, address string) error {
		if _, err := mail.ParseAddress(address); err != nil {
			return fmt.Errorf(w.in2("%q không phải địa chỉ thư", "%q is no mail address"), address)
		}
		w.cfg.Recipients = append(w.cfg.Recipients, alerts.Recipient{Name: name, Role: role, Address: address, Lang: w.dialogue.lang})
		return nil
	}
	for _, given := range w.lists["recipient"] {
		name, role, address := parts(given)
		if err := w.nameOK(false)(name); err != nil {
			return usagef("-recipient: %v", err)
		}
		if !slices.Contains(alerts.Roles, role) {
			return usagef("-recipient: there is no role %q; use one of %s", role, strings.Join(alerts.Roles, ", "))
		}
		if err := add(name, role, address); err != nil {
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
		if _, err := w.ask(nil, "  Thư điện tử", "  Mail address", "", func(s string) error { return add(name, role, s) }); err != nil {
			return err
		}
	}
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
		if a.password, err = w.ask(nil, "  Mật khẩu (bỏ trống để máy đặt)", "  Password (empty to have one made)", "", func(s string) error {
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

func (w *wizard) https(context.Context) error {
	ways := []string{"none", "local", "acme", "files"}
	way, err := w.choose(w.flags["https"], "Máy khác trong cơ quan mở trang bằng cách nào", "How do other machines in the office reach the desk", "none", ways, func(i int) string {
		return []string{
			w.in2("chỉ dùng trên máy này", "they do not: this machine only"),
			w.in2("chứng thư do máy này cấp, trong mạng nội bộ", "a certificate of this machine's own, inside the office"),
			w.in2("Let's Encrypt: cần tên miền công khai và cổng 443", "Let's Encrypt: needs a public name and port 443"),
			w.in2("tệp chứng thư của tỉnh cấp", "certificate files that the province gave"),
		}[i]
	})
	if err != nil || way == "none" {
		return err
	}
	h := &w.cfg.HTTPS
	bad := func() error { // as config.Load sees it
		data, err := json.Marshal(map[string]any{"cert": h.Cert, "key": h.Key, "local": h.Local, "acme": h.ACME, "hosts": h.Hosts})
		if err != nil {
			return err
		}
		_, err = config.Parse("https", fmt.Appendf(nil, "https: %s\n", data))
		return err
	}
	if way == "files" {
		for _, f := range []struct {
			to     *string
			flag   string
			vi, en string
		}{{&h.Cert, "cert", "Tệp chứng thư (PEM)", "Certificate file (PEM)"}, {&h.Key, "key", "Tệp khóa (PEM)", "Key file (PEM)"}} {
			if *f.to, err = w.ask(w.flags[f.flag], f.vi, f.en, "", func(s string) error {
				if s == "" {
					return errors.New(w.in2("cần một tệp", "it needs a file"))
				}
				_, err := os.Stat(s)
				return err
			}); err != nil {
				return err
			}
			if *f.to, err = filepath.Abs(*f.to); err != nil {
				return err
			}
		}
		return nil
	}
	h.Local, h.ACME = way == "local", way == "acme"
	def := ""
	if name, err := os.Hostname(); err == nil && h.Local {
		def = strings.ToLower(name)
		for _, ip := range officeAddresses() {
			def += ", " + ip
		}
	}
	_, err = w.ask(w.flags["hosts"], "Tên và địa chỉ của máy này, cách nhau bằng dấu phẩy", "Names and addresses of this machine, with commas between", def, func(s string) error {
		h.Hosts = nil
		for host := range strings.SplitSeq(s, ",") {
			if host = strings.TrimSpace(host); host != "" {
				h.Hosts = append(h.Hosts, host)
			}
		}
		return bad()
	})
	return err
}

// officeAddresses are this machine's private addresses.
func officeAddresses() (out []string) {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsPrivate() && n.IP.To4() != nil && len(out) < 2 {
			out = append(out, n.IP.String())
		}
	}
	return out
}

func (w *wizard) backups(context.Context) error {
	_, err := w.ask(w.flags["backup"], "Thư mục sao lưu, tốt nhất trên USB hoặc ổ khác, ví dụ /mnt/usb/langnghe (bỏ trống nếu chưa có)", "Folder of the backups, best on a stick or another disk, such as /mnt/usb/langnghe (may be empty)", "", func(s string) error {
		if none(s) {
			return nil
		}
		dir, err := filepath.Abs(s)
		if err != nil {
			return err
		}
		if parent := filepath.Dir(dir); !folder(parent) && !folder(dir) {
			return fmt.Errorf(w.in2("không có %s; USB đã cắm chưa?", "there is no %s; is the stick plugged in?"), parent)
		}
		if err := os.MkdirAll(w.data, 0o700); err != nil {
			return err
		}
		key, err := backup.LoadKey(app.KeyPath(w.data))
		if made := errors.Is(err, fs.ErrNotExist); made {
			key, err = backup.NewKey(), nil
			w.made = true
		}
		if err != nil {
			return err
		}
		// The place first: a key for a place that cannot be written is of no use.
		if _, err = backup.Init(dir, key); err == nil && w.made {
			err = backup.SaveKey(app.KeyPath(w.data), key)
		}
		if err == nil {
			w.key, w.cfg.Backup = key, dir
		}
		return err
	})
	return err
}

func folder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// finish makes the accounts and prints what must be written down.
func (w *wizard) finish(ctx context.Context) error {
	var failed []error
	if len(w.accounts) > 0 {
		err := w.with(ctx, func(ctx context.Context, a bus.Asker) error {
			for _, u := range w.accounts {
				actx, cancel := context.WithTimeout(ctx, time.Minute)
				_, err := bus.Ask(actx, a, app.AskUsers, app.UserRequest{Add: &u.Account, Password: u.password, By: caller()})
				cancel()
				if err != nil {
					failed = append(failed, fmt.Errorf("%s: %w", u.Name, err))
					continue
				}
				if u.generated {
					w.say("  tài khoản %s (%s), mật khẩu: %s", "  account %s (%s), password: %s", u.Name, u.Role, u.password)
				} else {
					w.say("  tài khoản %s (%s)", "  account %s (%s)", u.Name, u.Role)
				}
			}
			return nil
		}, "desk")
		failed = append(failed, err)
	} else {
		w.say("Chưa có tài khoản: người đầu tiên mở trang từ chính máy này sẽ tạo tài khoản quản trị.", "No accounts yet: the first person to open the desk on this machine makes the administrator's.")
	}
	if w.made {
		fmt.Fprintf(w.out, "\n"+keyAdvice, w.key)
	}
	return errors.Join(failed...)
}
