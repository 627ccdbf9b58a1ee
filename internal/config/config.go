// Package config reads the one YAML file of the service.
//
// It is read strictly: an unknown key, a value of the wrong kind or a source
// named twice is refused with the file, the line and an excerpt, all of them
// at once. What is left out has a safe default. Secrets may live in files of
// their own ("password_file").
package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"langnghe/alerts"
	"langnghe/alerts/email"
	"langnghe/alerts/telegram"
	"langnghe/alerts/wire"
	"langnghe/alerts/zalo"
	"langnghe/crawler"
	"langnghe/crawler/page"
	"langnghe/internal/calendar"
	"langnghe/internal/news"
	"langnghe/reports"
)

// Config is the whole file.
type Config struct {
	// Profile is the ward: names, places, units. "thai-hoa-2026" or
	// "long-son-2024".
	Profile string `yaml:"profile"`
	// Khoi are the names of the ward's neighbourhoods, in place of those of
	// the profile.
	Khoi []string `yaml:"khoi"`
	// BaseURL is how people reach the desk, for links in notices. Default
	// is http:// and the listening address.
	BaseURL string `yaml:"base_url"`
	// PlainHTTP lets the desk listen beyond this machine without HTTPS in
	// front of it: in a container whose port is published on 127.0.0.1.
	PlainHTTP bool `yaml:"plain_http"`
	// HTTPS lets the desk encrypt by itself.
	HTTPS HTTPS `yaml:"https"`
	// Metrics is the address (host:port) on which every process, whatever
	// its roles, serves /metrics, /livez and /readyz to machines. Empty
	// means that only the desk does, to its own machine.
	Metrics string `yaml:"metrics"`
	// RulesDir holds the ward's own rules/ and lists/; empty means
	// <data>/rules. One that is not a full path is beside the file.
	RulesDir string `yaml:"rules_dir"`
	// NoiseBudget is how many false notices a week all rules together may
	// cost; a rule that would go over it cannot be saved. Default 2.
	NoiseBudget float64             `yaml:"noise_budget"`
	Crawler     Crawler             `yaml:"crawler"`
	Sources     []crawler.Source    `yaml:"sources"`
	Receive     Receive             `yaml:"receive"`
	Mail        *email.Config       `yaml:"mail"`
	Telegram    *telegram.Config    `yaml:"telegram"`
	Zalo        *zalo.Config        `yaml:"zalo"`
	WebPush     WebPush             `yaml:"web_push"`
	Recipients  []Recipient         `yaml:"recipients"`
	Hours       alerts.WorkingHours `yaml:"working_hours"`
	Calendar    Calendar            `yaml:"calendar"`
	Register    Register            `yaml:"register"`
	Escalation  alerts.Escalation   `yaml:"escalation"`
	// NoSecondFactor lets leaders and justice officers sign in with a
	// password alone.
	NoSecondFactor bool `yaml:"no_second_factor"`
	// OIDC lets people sign in with an account elsewhere; nil is off.
	OIDC *OIDC `yaml:"oidc"`
	// Unconfirmed lets notices with their content go to addresses whose
	// owner has not confirmed them.
	Unconfirmed bool      `yaml:"unconfirmed_addresses"`
	DeadMan     DeadMan   `yaml:"dead_man"`
	Draft       Draft     `yaml:"draft"`
	Retention   Retention `yaml:"retention"`
	Backup      Backup    `yaml:"backup"`
	Limits      Limits    `yaml:"limits"`

	// Reports is what documents carry, when they are due and whom they go to.
	Reports reports.House `yaml:"reports"`
}

// A Recipient is one who gets notices; Min is the word for the lowest level
// that reaches them, default medium.
type Recipient struct {
	alerts.Recipient `yaml:",inline"`
	MinLevel         string `yaml:"min"`
}

// People are the recipients as package alerts wants them.
func (c *Config) People() []alerts.Recipient {
	var out []alerts.Recipient
	for _, r := range c.Recipients {
		out = append(out, r.Recipient)
	}
	return out
}

// Crawler names us to the sites that we visit.
type Crawler struct {
	UserAgent string `yaml:"user_agent"`
	Contact   string `yaml:"contact"` // address or page in the user agent
	Workers   int    `yaml:"workers"` // sources visited at a time, most of them waiting; default 16
	// Budget is how many requests one host gets in an hour at most; default
	// 600. Hosts of internal sources have none.
	Budget  int     `yaml:"budget"`
	Polling Polling `yaml:"polling"`
}

// Polling bounds how often sources without "every" are read; see
// crawler.Polling for what the three mean.
type Polling struct {
	Fast  time.Duration `yaml:"fast"`
	Fresh time.Duration `yaml:"fresh"`
	Slow  time.Duration `yaml:"slow"`
}

// Calendar corrects the computed public holidays by what the government
// announced for the year.
type Calendar struct {
	Off  []string `yaml:"off"`  // days off beside the computed ones, 2006-01-02
	Work []string `yaml:"work"` // days worked in spite of a weekend or holiday
}

// Draft is the drafting aid: a language model on a machine of the ward, off
// unless URL is set.
type Draft struct {
	URL   string `yaml:"url"`   // OpenAI-compatible, "http://127.0.0.1:8081/v1"; this machine or the local network
	Model string `yaml:"model"` // as the service calls it
}

// A Register holds what a forged paper or a false place is compared with,
// besides the official documents: the ward keeps it, the program knows nobody.
type Register struct {
	Offices  []Office `yaml:"offices"`  // who may sign, and when
	Places   []string `yaml:"places"`   // numbered parts that the profile does not name: "Xóm 3"
	Hotlines []string `yaml:"hotlines"` // numbers that the ward has published, digits only
	Bodies   []Body   `yaml:"bodies"`   // who is imitated; one of the same id takes the place of a built-in one
}

// A Body is somebody whom scams imitate, with what is really theirs.
type Body struct {
	ID      string   `yaml:"id"`
	Kind    string   `yaml:"kind"`    // bank, power, school, police, ward
	Names   []string `yaml:"names"`   // as texts name it
	Domains []string `yaml:"domains"` // ends of its names of sites
	Phones  []string `yaml:"phones"`  // digits only
}

// An Office is who held an office from when to when.
type Office struct {
	Name string `yaml:"name"`
	From string `yaml:"from"` // 2006-01-02, empty when that is not known
	To   string `yaml:"to"`   // 2006-01-02, empty while in office
}

// Days is the calendar that the file describes.
func (c *Config) Days() (*calendar.Calendar, error) {
	return calendar.New(calendar.Options{Off: c.Calendar.Off, Work: c.Calendar.Work})
}

// Limits bound what the service takes of its machine.
type Limits struct {
	// FreeMB is the room on the data folder's disk, in MB, below which nothing
	// new is taken in. Default 500.
	FreeMB int `yaml:"free_mb"`
	// MemoryMB is how much memory the process aims to stay under; it becomes
	// slower rather than larger. Default: three quarters of the machine's.
	MemoryMB int `yaml:"memory_mb"`
}

// MinFree is FreeMB in bytes.
func (l Limits) MinFree() uint64 { return uint64(l.FreeMB) << 20 }

// HTTPS says where the desk's certificate comes from: at most one of files
// of our own, a public authority (ACME), or a local authority that the service
// keeps and whose certificate the ward's computers are told to trust.
type HTTPS struct {
	Cert  string   `yaml:"cert"`  // PEM file with the chain; read again when it changes
	Key   string   `yaml:"key"`   // PEM file
	Local bool     `yaml:"local"` // a certificate of our own authority, in <data>/https
	ACME  bool     `yaml:"acme"`  // from Let's Encrypt, or Directory; needs port 443 reachable from outside
	Email string   `yaml:"email"` // whom the authority may write to
	Hosts []string `yaml:"hosts"` // names and addresses of the desk, the first one for links

	Directory string `yaml:"directory"` // ACME directory, default Let's Encrypt
}

// On reports whether the desk encrypts by itself.
func (h HTTPS) On() bool { return h.Cert != "" || h.Local || h.ACME }

func (v *checker) https(h HTTPS) {
	ways := 0
	for _, on := range []bool{h.Cert != "" || h.Key != "", h.Local, h.ACME} {
		if on {
			ways++
		}
	}
	switch {
	case ways > 1:
		v.bad("https", "chỉ chọn một: cert và key, local, hoặc acme", "choose one: cert and key, local, or acme")
	case (h.Cert == "") != (h.Key == ""):
		v.bad("https", "cert và key phải đi cùng nhau", "cert and key belong together")
	case (h.Local || h.ACME) && len(h.Hosts) == 0:
		v.bad("https.hosts", "cần tên hoặc địa chỉ của máy, ví dụ langnghe.phuong.example", "needs the names or addresses of the desk, such as langnghe.phuong.example")
	}
	for i, host := range h.Hosts {
		ip := net.ParseIP(host)
		if at := fmt.Sprintf("https.hosts[%d]", i); ip == nil && !hostForm.MatchString(host) {
			v.bad(at, "%q không phải tên máy", "%q is no host name", host)
		} else if h.ACME && (ip != nil || !strings.Contains(host, ".")) {
			v.bad(at, "acme cần tên miền công khai", "acme needs a public name, not %s", host)
		}
	}
}

var hostForm = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?$`)

// Backup says where copies of the data folder are kept. Without To, none are
// made but by hand.
type Backup struct {
	To      string `yaml:"to"`       // a folder that langnghe backup init has set up
	At      string `yaml:"at"`       // time of day, "02:00"
	Daily   int    `yaml:"daily"`    // days of which one is kept; default 7
	Weekly  int    `yaml:"weekly"`   // weeks of which one is kept; default 5
	NoDrill bool   `yaml:"no_drill"` // no trial restore each month
}

// Clock is At as hours and minutes.
func (b Backup) Clock() (hour, minute int) {
	t, err := time.Parse("15:04", b.At)
	if err != nil {
		return 2, 0 // the check has refused anything else
	}
	return t.Hour(), t.Minute()
}

// WebPush says who answers for notices to browsers.
type WebPush struct {
	Contact string `yaml:"contact"` // mailto: or https:, told to the browsers' push services
}

// A DeadMan is an address outside that is called as long as all is well; the
// service there tells somebody when the calls stop.
type DeadMan struct {
	URL   string        `yaml:"url"`
	Every time.Duration `yaml:"every"` // default 5m
}

// Retention says how long text is kept. Aggregates stay for years.
type Retention struct {
	TextDays int `yaml:"text_days"` // default 90, 7 to 365
}

// Default is the configuration of an empty file.
func Default() Config {
	return Config{
		Profile: "thai-hoa-2026", NoiseBudget: 2,
		Crawler:   Crawler{UserAgent: "langnghe", Workers: 16, Budget: 600, Polling: Polling{Fast: 3 * time.Minute, Fresh: 9*time.Minute + 30*time.Second, Slow: time.Hour}},
		Retention: Retention{TextDays: 90}, Backup: Backup{At: "02:00", Daily: 7, Weekly: 5},
		Limits: Limits{FreeMB: 500},
	}
}

// A Problem is one mistake in the file.
type Problem struct {
	File string
	Line int    // zero when the mistake is an absence
	Path string // sources[2].url
	VI   string
	EN   string
}

func (p *Problem) Error() string {
	at := p.File
	if p.Line > 0 {
		at = fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	msg := p.EN
	if msg == "" {
		msg = p.VI
	}
	if p.Path != "" {
		return fmt.Sprintf("%s: %s: %s", at, p.Path, msg)
	}
	return at + ": " + msg
}

// Load reads the file at path; an empty path is the default configuration.
// The error joins one [*Problem] for each mistake.
func Load(path string) (Config, error) {
	if path == "" {
		return Default(), nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return Config{}, &Problem{File: path, VI: "không có tệp này", EN: "there is no such file; see docs/operations.md for an example"}
		}
		return Config{}, fmt.Errorf("config: %w", err)
	}
	return Parse(path, data)
}

// Parse reads data; file is its name in messages.
func Parse(file string, data []byte) (Config, error) {
	if len(data) >= largeFile {
		if c, ok := parseLarge(data); ok {
			v := &checker{file: file}
			if v.check(&c, filepath.Dir(file)); len(v.problems) == 0 {
				return c, nil
			}
		}
	}
	return parseWhole(file, data)
}

// parseWhole reads data in one piece, so that it can name the line of a
// mistake.
func parseWhole(file string, data []byte) (Config, error) {
	c := Default()
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		return Config{}, yamlProblem(file, err)
	}
	if len(tree.Docs) == 0 || tree.Docs[0].Body == nil {
		return c, nil // nothing but comments: the defaults
	}
	dec := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict(), yaml.DisallowUnknownField())
	if err := dec.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		return Config{}, yamlProblem(file, err)
	}
	v := &checker{file: file, tree: tree}
	v.check(&c, filepath.Dir(file))
	return c, errors.Join(v.problems...)
}

var yamlAt = regexp.MustCompile(`(?s)^\[(\d+):\d+\]\s*(.*)$`)

// yamlProblem turns the library's "[3:5] unknown field …" with its excerpt
// into ours.
func yamlProblem(file string, err error) error {
	msg := err.Error()
	p := &Problem{File: file, EN: msg, VI: msg}
	if m := yamlAt.FindStringSubmatch(msg); m != nil {
		fmt.Sscan(m[1], &p.Line)
		line, _, _ := strings.Cut(m[2], "\n") // the excerpt that follows needs a wide terminal
		p.EN, p.VI = line, line
	}
	return p
}

type checker struct {
	file     string
	tree     *ast.File
	problems []error
}

// line finds where the value at a path stands, e.g. "$.sources[0].url"; the
// nearest parent when it is absent.
func (v *checker) line(path string) int {
	if v.tree == nil {
		return 0
	}
	for p := "$." + path; p != "$"; {
		if yp, err := yaml.PathString(p); err == nil {
			if n, err := yp.FilterFile(v.tree); err == nil && n != nil && n.GetToken() != nil {
				return n.GetToken().Position.Line
			}
		}
		i := strings.LastIndexAny(p, ".[")
		if i <= 0 {
			return 0
		}
		p = p[:i]
	}
	return 0
}

func (v *checker) bad(path, vi, en string, args ...any) {
	v.problems = append(v.problems, &Problem{File: v.file, Line: v.line(path), Path: path, VI: fmt.Sprintf(vi, args...), EN: fmt.Sprintf(en, args...)})
}

var idForm = regexp.MustCompile(`^[a-z][a-z0-9_-]{1,40}$`)

func (v *checker) check(c *Config, dir string) {
	if !slices.Contains([]string{"thai-hoa-2026", "long-son-2024"}, c.Profile) {
		v.bad("profile", "không có hồ sơ phường %q", "there is no profile %q; use thai-hoa-2026 or long-son-2024", c.Profile)
	}
	for i, name := range c.Khoi {
		if !KhoiName(name) || slices.Contains(c.Khoi[:i], name) {
			v.bad(fmt.Sprintf("khoi[%d]", i), "%q: mỗi tên một lần, chữ và số, như Khối 12", "%q: each name once, letters and digits, such as Khối 12", name)
		}
	}
	if c.RulesDir != "" && !filepath.IsAbs(c.RulesDir) {
		c.RulesDir = filepath.Join(dir, c.RulesDir)
	}
	if c.Retention.TextDays < 7 || c.Retention.TextDays > 365 {
		v.bad("retention.text_days", "phải từ 7 đến 365 ngày", "must be 7 to 365 days")
	}
	if c.NoiseBudget <= 0 || c.NoiseBudget > 100 {
		v.bad("noise_budget", "phải lớn hơn 0, tối đa 100", "must be more than 0 and at most 100")
	}
	if c.Crawler.Workers < 1 || c.Crawler.Workers > 512 {
		v.bad("crawler.workers", "phải từ 1 đến 512", "must be 1 to 512")
	}
	if c.Crawler.Budget < 10 || c.Crawler.Budget > 1800 {
		v.bad("crawler.budget", "phải từ 10 đến 1800 yêu cầu mỗi giờ", "must be 10 to 1800 requests an hour")
	}
	if p := c.Crawler.Polling; p.Fast < time.Minute || p.Fresh < p.Fast || p.Slow < p.Fresh || p.Slow > 24*time.Hour {
		v.bad("crawler.polling", "fast, fresh, slow phải tăng dần, từ 1m đến 24h", "fast, fresh and slow must grow, from 1m to 24h")
	}
	if _, err := c.Days(); err != nil {
		v.bad("calendar", "ngày phải viết 2026-12-31, mỗi ngày chỉ ở một danh sách", "%s", strings.TrimPrefix(err.Error(), "calendar: "))
	}
	if _, err := time.Parse("15:04", c.Backup.At); err != nil {
		v.bad("backup.at", "%q không phải giờ; viết 02:00", "%q is no time of day; write 02:00", c.Backup.At)
	}
	v.https(c.HTTPS)
	v.oidc(c, dir)
	if c.Limits.FreeMB < 10 {
		v.bad("limits.free_mb", "ít nhất 10", "must be at least 10")
	}
	if c.Limits.MemoryMB != 0 && c.Limits.MemoryMB < 100 {
		v.bad("limits.memory_mb", "ít nhất 100", "must be at least 100")
	}
	if c.Backup.Daily < 1 || c.Backup.Daily > 31 || c.Backup.Weekly < 0 || c.Backup.Weekly > 12 {
		v.bad("backup", "giữ 1–31 bản theo ngày và 0–12 bản theo tuần", "keeps 1 to 31 daily and 0 to 12 weekly backups")
	}
	if c.Backup.To != "" && !filepath.IsAbs(c.Backup.To) {
		v.bad("backup.to", "phải là đường dẫn đầy đủ", "must be a full path")
	}
	for i, o := range c.Register.Offices {
		if o.Name == "" {
			v.bad(fmt.Sprintf("register.offices[%d].name", i), "thiếu họ tên", "is missing")
		}
		for _, d := range []string{o.From, o.To} {
			if _, err := time.Parse(time.DateOnly, d); d != "" && err != nil {
				v.bad(fmt.Sprintf("register.offices[%d]", i), "%q không phải ngày; viết 2026-12-31", "%q is no day; write 2026-12-31", d)
			}
		}
	}
	for i, b := range c.Register.Bodies {
		if b.ID == "" || len(b.Names) == 0 || !slices.Contains([]string{"bank", "power", "school", "police", "ward"}, b.Kind) {
			v.bad(fmt.Sprintf("register.bodies[%d]", i), "cần id, names và kind: bank, power, school, police hoặc ward", "needs id, names and kind: bank, power, school, police or ward")
		}
		for _, d := range b.Domains {
			if strings.ContainsAny(d, "/: ") || !strings.Contains(d, ".") || d != strings.ToLower(d) {
				v.bad(fmt.Sprintf("register.bodies[%d].domains", i), "%q không phải tên miền; viết evn.com.vn", "%q is no name of a site; write evn.com.vn", d)
			}
		}
		for _, p := range b.Phones {
			if p == "" || strings.Trim(p, "0123456789") != "" {
				v.bad(fmt.Sprintf("register.bodies[%d].phones", i), "%q không phải dãy chữ số", "%q is no row of digits", p)
			}
		}
	}
	seen := map[string]bool{}
	for i := range c.Sources {
		s := &c.Sources[i]
		at := fmt.Sprintf("sources[%d]", i)
		switch {
		case !idForm.MatchString(s.ID):
			v.bad(at+".id", "mã nguồn %q phải là chữ thường, số, gạch", "id %q must be 2–41 of a-z 0-9 _ -, starting with a letter", s.ID)
		case seen[s.ID]:
			v.bad(at+".id", "mã nguồn %q đã dùng", "id %q is already in use", s.ID)
		}
		seen[s.ID] = true
		if s.Name == "" {
			s.Name = s.ID
		}
		if s.Kind == "" {
			s.Kind = "feed"
		}
		if !slices.Contains(crawler.Kinds, s.Kind) {
			v.bad(at+".kind", "không có loại nguồn %q", "there is no kind %q; use one of %s", s.Kind, strings.Join(crawler.Kinds, ", "))
		}
		if s.Claims != "" && !slices.Contains([]string{"claimreview", "vafc", "police"}, s.Claims) {
			v.bad(at+".claims", "không có loại kiểm chứng %q; dùng claimreview, vafc hoặc police", "there is no kind of checker %q; use claimreview, vafc or police", s.Claims)
		} else if s.Claims != "" && !s.Reference {
			v.bad(at+".claims", "nguồn kiểm chứng cần thêm reference: true, nếu không bài về nơi khác bị bỏ", "needs reference: true as well, or checks about other places are dropped")
		}
		if u, err := url.Parse(s.URL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			v.bad(at+".url", "cần địa chỉ http:// hoặc https://", "needs an http:// or https:// address")
		}
		for _, p := range s.Complete(dir) {
			v.bad(at+"."+p.Field, "%[1]s", "%[2]s", p.Text.VI, p.Text.EN)
		}
		if _, err := s.Select.Compile(); err != nil {
			var at2 *page.SelectError
			part := at + ".select"
			if errors.As(err, &at2) {
				part += "." + at2.Part
			}
			v.bad(part, "bộ chọn CSS sai: %v", "not a CSS selector: %v", errors.Unwrap(err))
		}
		if s.Select.Links != "" && s.Kind != "page" && s.Kind != "site" {
			v.bad(at+".select.links", "chỉ dùng với kind: page", "is for kind: page only")
		}
		if s.Zone != "" {
			if _, err := time.LoadLocation(s.Zone); err != nil {
				v.bad(at+".zone", "không có múi giờ %q", "there is no time zone %q", s.Zone)
			}
		}
		if s.Pace != 0 && s.Pace < 2*time.Second && !s.Internal {
			v.bad(at+".pace", "không dưới 2 giây với trang ngoài", "not below 2s for a site that is not ours (internal: true)")
		}
		if s.Every != 0 && s.Every < time.Minute && !s.Internal {
			v.bad(at+".every", "không dưới 1 phút với trang ngoài", "not below 1m for a site that is not ours (internal: true)")
		}
	}
	v.receive(c, dir, seen)
	if c.Mail != nil {
		if err := c.Mail.Check(dir); err != nil {
			v.bad("mail", "%v", "%v", err)
		}
	}
	if c.Telegram != nil {
		if err := c.Telegram.Check(dir); err != nil {
			v.bad("telegram", "%v", "%v", err)
		}
	}
	if c.Zalo != nil {
		if err := c.Zalo.Check(dir); err != nil {
			v.bad("zalo", "%v", "%v", err)
		}
	}
	if s := c.WebPush.Contact; s != "" && !strings.HasPrefix(s, "mailto:") && !strings.HasPrefix(s, "https://") {
		v.bad("web_push.contact", "cần mailto:… hoặc https://…", "needs mailto:… or https://…")
	}
	for i, r := range c.Recipients {
		at := fmt.Sprintf("recipients[%d]", i)
		switch r.Channel {
		case "", "email":
			c.Recipients[i].Channel = "email"
			if !strings.Contains(r.Address, "@") {
				v.bad(at+".address", "cần địa chỉ thư", "needs a mail address")
			}
			if c.Mail == nil {
				v.bad(at, "chưa khai báo mail: để gửi thư", "there is no mail: section to send it with")
			}
		case "webhook":
			if u, err := url.Parse(r.Address); err != nil || u.Host == "" {
				v.bad(at+".address", "cần địa chỉ https://", "needs an https:// address")
			}
			if !strings.HasPrefix(r.Secret, "whsec_") {
				v.bad(at+".secret", "khóa ký phải bắt đầu bằng whsec_", "the signing secret must start with whsec_")
			}
		case "telegram":
			if c.Telegram == nil {
				v.bad(at, "chưa khai báo telegram:", "there is no telegram: section to send it with")
			}
		case "zalo":
			if c.Zalo == nil {
				v.bad(at, "chưa khai báo zalo:", "there is no zalo: section to send it with")
			}
		case "alertmanager":
			if err := wire.Safe(r.Address); err != nil {
				v.bad(at+".address", "%v", "%v", err)
			}
		case "webpush": // the name is that of a person who signs in
		default:
			v.bad(at+".channel", "không có kênh %q", "there is no channel %q; use email, telegram, zalo, webpush, webhook or alertmanager", r.Channel)
		}
		if r.MinLevel != "" {
			l, ok := news.ParseLevel(r.MinLevel)
			if !ok {
				v.bad(at+".min", "không có mức %q", "there is no level %q; use low, medium, high or critical", r.MinLevel)
			}
			c.Recipients[i].Min = l
		}
		if r.Name == "" {
			v.bad(at, "cần name", "needs a name")
		}
		if r.Role == "list" && (r.Unit == "" || c.Recipients[i].Channel != "email") {
			v.bad(at, "vai trò list cần unit (tên danh sách nhận báo cáo) và kênh email", "the role list needs unit (the name of the list of recipients of reports) and the channel email")
		}
		if r.Role == "list" && slices.ContainsFunc(c.Recipients, func(p Recipient) bool {
			return p.Role == "police_liaison" && strings.EqualFold(strings.TrimSpace(p.Address), strings.TrimSpace(r.Address))
		}) {
			v.bad(at, "báo cáo dư luận không gửi cho đầu mối Công an, kể cả qua danh sách", "reports of opinions do not go to the police liaison, by a list neither")
		}
		if !slices.Contains(alerts.Roles, r.Role) {
			v.bad(at+".role", "không có vai trò %q", "there is no role %q; use one of "+strings.Join(alerts.Roles, ", "), r.Role)
		}
	}
	if err := c.Reports.Check(); err != nil {
		at, what, ok := strings.Cut(err.Error(), ": ")
		if !ok {
			at, what = "", err.Error()
		}
		v.bad(strings.TrimSuffix("reports."+at, "."), "%s", "%s", what)
	}
	for kind, to := range c.Reports.Lists {
		for _, name := range to {
			list, ok := strings.CutPrefix(name, "list/")
			if ok && !slices.ContainsFunc(c.Recipients, func(r Recipient) bool { return r.Role == "list" && r.Unit == list }) {
				v.bad(fmt.Sprintf("reports.lists.%s", kind), "không có người nhận nào trong danh sách %q; thêm vào recipients: role: list, unit: tên danh sách", "the list %q has no recipient; add one under recipients: role: list, unit: its name", list)
			}
		}
	}
	if c.Metrics != "" {
		if _, port, err := net.SplitHostPort(c.Metrics); err != nil || port == "" {
			v.bad("metrics", "cần địa chỉ host:cổng, ví dụ 127.0.0.1:9100", "needs an address like 127.0.0.1:9100")
		}
	}
	if c.DeadMan.URL != "" {
		if u, err := url.Parse(c.DeadMan.URL); err != nil || u.Host == "" || u.Scheme != "https" && !Loopback(net.JoinHostPort(u.Hostname(), "1")) {
			v.bad("dead_man.url", "cần địa chỉ https://", "needs an https:// address")
		}
	}
	if c.DeadMan.Every == 0 {
		c.DeadMan.Every = 5 * time.Minute
	}
	if c.DeadMan.Every < 10*time.Second || c.DeadMan.Every > 24*time.Hour {
		v.bad("dead_man.every", "phải từ 10s đến 24h", "must be 10s to 24h")
	}
	if c.BaseURL != "" {
		if u, err := url.Parse(c.BaseURL); err != nil || u.Host == "" {
			v.bad("base_url", "cần địa chỉ http(s)://", "needs an http(s):// address")
		}
	}
}

var khoiForm = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{M}\p{N} -]{0,39}$`)

// KhoiName reports whether s can name a neighbourhood.
func KhoiName(s string) bool { return khoiForm.MatchString(s) && strings.TrimSpace(s) == s }

// Loopback reports whether addr listens on this machine alone.
func Loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
