package app

import (
	"archive/zip"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"langnghe/alerts"
	"langnghe/crawler"
	"langnghe/internal/bus"
	"langnghe/internal/config"
	"langnghe/internal/news"
	"langnghe/internal/reading"
	"langnghe/internal/store"
)

// AskMetrics asks the process of a data folder for its numbers, in the text
// form of Prometheus.
func AskMetrics(dataDir string) bus.Question[None, string] {
	return bus.Question[None, string]{Subject: "ask.metrics." + folderToken(dataDir)}
}

func (b *builder) numbers(context.Context, None) (string, error) {
	r, err := http.NewRequest(http.MethodGet, "/metrics", nil)
	if err != nil {
		return "", err
	}
	w := &textWriter{header: http.Header{}}
	b.metricsHandler().ServeHTTP(w, r)
	return w.String(), nil
}

// A textWriter keeps what a handler writes.
type textWriter struct {
	strings.Builder
	header http.Header
}

func (w *textWriter) Header() http.Header { return w.header }
func (w *textWriter) WriteHeader(int)     {}

// SupportOptions say of which installation a support bundle is made.
type SupportOptions struct {
	ConfigFile, DataDir, Version string
	Offline                      bool // the doctor asks no other machine
	Now                          time.Time
}

// Support writes a zip file that helps a stranger to see what is wrong, and
// tells nothing about people: versions, the configuration reduced to
// switches and numbers, the doctor's findings, metrics, row counts, migrations
// and sizes. It holds no text of an item, no name, address or secret: the
// configuration passes by a list of what may, everything else by a scrubber
// that knows the installation's names and the form of addresses and numbers.
// What cannot be had is named in the file "missing.txt".
func Support(ctx context.Context, w io.Writer, o SupportOptions) error {
	z := zip.NewWriter(w)
	var missing []string
	var s scrubber
	cfg, err := config.Load(o.ConfigFile)
	if err != nil {
		missing = append(missing, "config: it has mistakes, see doctor.json")
	}
	s.learn(&cfg)
	var tree any // of the file, whether or not it makes sense
	readable := true
	if o.ConfigFile != "" {
		data, err := os.ReadFile(o.ConfigFile)
		if err == nil {
			err = yaml.Unmarshal(data, &tree)
		}
		readable = err == nil
		s.learnTree("", tree)
	}
	for _, path := range []string{cfg.Backup.To, o.DataDir, o.ConfigFile} {
		if filepath.IsAbs(path) {
			s.hide(filepath.Clean(path), "path")
		}
	}
	running := Locked(o.DataDir)
	client := bus.Dial(SocketPath(o.DataDir))
	actx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if running {
		users, err := bus.Ask(actx, client, AskUsers, UserRequest{})
		if err != nil {
			missing = append(missing, "users: their names could not be asked for, so metrics are left out")
		}
		for _, u := range users {
			s.hide(u.Name, "user")
		}
		if err == nil {
			text, err := bus.Ask(actx, client, AskMetrics(o.DataDir), None{})
			if err != nil {
				missing = append(missing, "metrics: "+err.Error())
			} else if err := put(z, "metrics.txt", o.Now, []byte(s.clean(text))); err != nil {
				return err
			}
		}
	} else {
		missing = append(missing, "metrics: the service is not running")
	}
	found := Doctor(ctx, DoctorOptions{ConfigFile: o.ConfigFile, DataDir: o.DataDir, Offline: o.Offline})
	for i, f := range found {
		if f.Name == "config" && !readable { // the message quotes lines of the file
			found[i].What = news.Text{VI: "Tệp cấu hình không đọc được", EN: "The configuration file is not readable"}
		}
		for _, text := range []*string{&found[i].What.VI, &found[i].What.EN, &found[i].Do.VI, &found[i].Do.EN} {
			*text = s.clean(*text) // before JSON writes some letters in another way
		}
	}
	findings, err := json.MarshalIndent(found, "", "  ")
	if err != nil {
		return err
	}
	if err := put(z, "doctor.json", o.Now, findings); err != nil {
		return err
	}
	if o.ConfigFile != "" && !readable {
		missing = append(missing, "config: it is not readable")
	} else if o.ConfigFile != "" {
		reduced, err := yaml.Marshal(reduce("", tree))
		if err != nil {
			return err
		}
		if err := put(z, "config.yaml", o.Now, []byte(s.clean(string(reduced)))); err != nil {
			return err
		}
	}
	about, err := json.MarshalIndent(aboutOf(o, running), "", "  ")
	if err != nil {
		return err
	}
	if err := put(z, "about.json", o.Now, about); err != nil {
		return err
	}
	tables := map[string]any{}
	files, err := filepath.Glob(filepath.Join(o.DataDir, "*.db"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if name := filepath.Base(file); slices.Contains(Roles, strings.TrimSuffix(name, ".db")) {
			survey, err := store.Look(ctx, file)
			if err != nil {
				missing = append(missing, name+": "+err.Error())
				continue
			}
			tables[name] = survey
		}
	}
	rows, err := json.MarshalIndent(tables, "", "  ")
	if err != nil {
		return err
	}
	if err := put(z, "databases.json", o.Now, rows); err != nil {
		return err
	}
	sizes, err := sizesOf(o.DataDir)
	if err != nil {
		missing = append(missing, "sizes: "+err.Error())
	}
	if err := put(z, "sizes.txt", o.Now, []byte(sizes)); err != nil {
		return err
	}
	if err := put(z, "missing.txt", o.Now, []byte(s.clean(strings.Join(missing, "\n")))); err != nil {
		return err
	}
	return z.Close()
}

func put(z *zip.Writer, name string, at time.Time, data []byte) error {
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at})
	if err == nil {
		_, err = w.Write(data)
	}
	return err
}

func aboutOf(o SupportOptions, running bool) map[string]any {
	about := map[string]any{
		"version": o.Version, "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH, "cpus": runtime.NumCPU(),
		"made": o.Now.UTC(), "running": running, "zone": o.Now.Location().String(),
	}
	if free, err := freeBytes(o.DataDir); err == nil {
		about["disk_free_mb"] = free >> 20
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		modules := map[string]string{}
		for _, m := range info.Deps {
			modules[m.Path] = m.Version
		}
		about["modules"] = modules
	}
	return about
}

// plain are the words that say nothing about people, by the keys under which
// they may stand; nil is times, days and durations. Numbers and switches pass
// under any key, and nothing else does.
var plain = func() map[string][]string {
	out := map[string][]string{
		"profile": reading.Profiles(), "kind": crawler.Kinds, "role": alerts.Roles, "lang": {"vi", "en"}, "tls": {"none", "starttls", "tls"},
		"items": {"article", "post", "comment", "official", "tip"}, "claims": {"claimreview", "vafc", "police"},
		"platform": {"web", "facebook", "youtube", "telegram", "zalo", "mastodon", "bluesky", "forum", "sms", "radio", "file"},
		"channel":  {"email", "webhook", "telegram", "zalo", "webpush", "alertmanager"}, "min": {"low", "medium", "high", "critical"},
		"days": {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}, "weekly_day": {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}, "zone": {"Asia/Ho_Chi_Minh", "UTC"},
	}
	for _, key := range []string{"every", "pace", "from", "to", "at", "off", "work", "fast", "fresh", "slow", "timeout", "annual_due", "weekly_at", "daily_at", "critical", "high"} {
		out[key] = nil
	}
	return out
}()

var keyForm = regexp.MustCompile(`^[a-z_]{1,24}$`) // of our keys

var timeForm = regexp.MustCompile(`^\d{1,2}:\d{2}$|^(\d{4}-)?\d{2}-\d{2}$|^([0-9.]{1,6}[a-z]{1,2}){1,3}$`)

// reduce keeps the form of a configuration: keys, switches and numbers, words
// of the plain keys, and of an address the host alone.
func reduce(key string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, x := range v {
			if !keyForm.MatchString(k) {
				k = "(unknown)"
			}
			out[k] = reduce(k, x)
		}
		return out
	case []any:
		out := []any{}
		for _, x := range v {
			out = append(out, reduce(key, x))
		}
		return out
	case string:
		words, known := plain[key]
		switch {
		case v == "", slices.Contains(words, v), known && words == nil && timeForm.MatchString(v):
			return v
		case key == "url":
			if u, err := url.Parse(v); err == nil && u.Host != "" {
				return u.Scheme + "://" + u.Hostname() + "/…"
			}
		}
		return "…"
	case bool, nil:
		return v
	}
	if slices.Contains([]string{"hotlines", "places", "app", "password", "secret", "username", "token"}, key) || len(fmt.Sprint(v)) > 6 {
		return "…" // a number of a person, written without quotes
	}
	return v
}

// A scrubber takes what it knows, and what looks like it, out of a text.
type scrubber struct {
	known [][2]string // what, in place of it
	count map[string]int
}

func (s *scrubber) hide(what, kind string) {
	if len(what) < 2 {
		return
	}
	if s.count == nil {
		s.count = map[string]int{}
	}
	s.count[kind]++
	s.known = append(s.known, [2]string{what, fmt.Sprintf("[%s %d]", kind, s.count[kind])})
}

func (s *scrubber) learn(c *config.Config) {
	for _, r := range c.Recipients {
		s.hide(r.Address, "address")
		s.hide(r.Name, "recipient")
		s.hide(r.Secret, "secret")
	}
	for _, src := range c.Sources {
		if u, err := url.Parse(src.URL); err == nil && u.RequestURI() != "/" {
			s.hide(src.URL, "url")
		}
		s.hide(src.Name, "source")
		s.hide(src.ID, "source")
		for _, k := range []crawler.Secret{src.Token, src.Secret, src.Verify, crawler.Secret(src.App)} {
			s.hide(string(k), "secret")
		}
	}
	if m := c.Mail; m != nil {
		s.hide(m.Password, "secret")
		s.hide(m.Username, "user")
		s.hide(m.From, "address")
	}
	for _, o := range c.Register.Offices {
		s.hide(o.Name, "office")
	}
	for _, h := range c.Register.Hotlines {
		s.hide(h, "number")
	}
	s.hide(c.Crawler.Contact, "address")
	s.hide(c.DeadMan.URL, "url")
	s.hide(c.HTTPS.Email, "address")
	if home, err := os.UserHomeDir(); err == nil && len(home) > 1 {
		s.hide(home, "home")
	}
}

// learnTree hides every word of the file that its reduced form leaves out: a
// mistake is told with the word that is wrong.
func (s *scrubber) learnTree(key string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if !keyForm.MatchString(k) {
				s.hide(k, "key")
			}
			s.learnTree(k, x)
		}
	case []any:
		for _, x := range v {
			s.learnTree(key, x)
		}
	case string:
		if reduce(key, v) != v {
			s.hide(v, "word")
		}
	}
}

var (
	mailForm  = regexp.MustCompile(`[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+`)
	phoneForm = regexp.MustCompile(`(?:\+84|\b0)(?:[ .-]?\d){8,10}\b`)
	queryForm = regexp.MustCompile(`(https?://[^\s"'/?#]+)[^\s"']*`)
)

func (s *scrubber) clean(text string) string {
	text = queryForm.ReplaceAllString(text, "$1/…") // whole, before a part of it has another name
	slices.SortStableFunc(s.known, func(a, b [2]string) int { return cmp.Compare(len(b[0]), len(a[0])) })
	for _, k := range s.known {
		text = whole(text, k[0], k[1])
	}
	text = mailForm.ReplaceAllString(text, "[address]")
	return phoneForm.ReplaceAllString(text, "[number]")
}

// whole replaces what where it does not stand inside of a longer word.
func whole(text, what, with string) string {
	word := func(b byte) bool {
		return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= 0x80
	}
	var out strings.Builder
	for {
		i := strings.Index(text, what)
		if i < 0 {
			out.WriteString(text)
			return out.String()
		}
		end := i + len(what)
		inside := i > 0 && word(text[i-1]) && word(what[0]) || end < len(text) && word(text[end]) && word(what[len(what)-1])
		out.WriteString(text[:i])
		if inside {
			out.WriteString(what)
		} else {
			out.WriteString(with)
		}
		text = text[end:]
	}
}

// sizesOf lists what lies in a data folder: names that the program gives,
// files and bytes.
func sizesOf(dataDir string) (string, error) {
	entries, err := os.ReadDir(dataDir)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for _, e := range entries {
		files, bytes := 0, int64(0)
		err := filepath.WalkDir(filepath.Join(dataDir, e.Name()), func(_ string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil // gone meanwhile
			}
			if err != nil || d.IsDir() {
				return err
			}
			if info, err := d.Info(); err == nil {
				files, bytes = files+1, bytes+info.Size()
			}
			return nil
		})
		if err != nil {
			return out.String(), err
		}
		name := e.Name()
		if !derived(name) && name != "rules" && name != "https" {
			name = "(other)"
		}
		fmt.Fprintf(&out, "%-20s %6d files %14d bytes\n", name, files, bytes)
	}
	return out.String(), nil
}
