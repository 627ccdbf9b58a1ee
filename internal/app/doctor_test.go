package app

import (
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"langnghe/crawler"
	"langnghe/indexer"
	"langnghe/internal/backup"
	"langnghe/internal/bus"
	"langnghe/internal/config"
	"langnghe/web"
)

// Each illness is named with what to do; a healthy installation has none.
func TestDoctor(t *testing.T) {
	site := httptest.NewServer(http.NotFoundHandler())
	defer site.Close()
	dir, to := t.TempDir(), filepath.Join(t.TempDir(), "stick")
	file := filepath.Join(t.TempDir(), "ward.yaml")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	look := func(now time.Time) map[string]Finding {
		t.Helper()
		out := map[string]Finding{}
		for _, f := range Doctor(t.Context(), DoctorOptions{ConfigFile: file, DataDir: dir, Now: func() time.Time { return now }}) {
			if !slices.Contains(web.Checks, f.Name) {
				t.Errorf("%s has no name for people", f.Name)
			}
			if f.State != "ok" && (f.What.VI == "" || f.What.EN == "" || f.Do.VI == "" || f.Do.EN == "") {
				t.Errorf("%s: %+v says not what to do in both languages", f.Name, f)
			}
			if was, ok := out[f.Name]; !ok || was.State == "ok" {
				out[f.Name] = f
			}
		}
		return out
	}
	now := time.Now()
	write("profile: nowhere\n")
	if f := look(now)["config"]; f.State != "bad" || !strings.Contains(f.What.EN, "ward.yaml:1: profile") {
		t.Errorf("config: %+v", f)
	}
	write(`
limits: {free_mb: 100000000}
rules_dir: /nowhere/rules
sources: [{id: web, url: "` + site.URL + `/rss"}]
mail: {host: 127.0.0.1, port: 1, tls: none, from: langnghe@phuong.example}
recipients: [{name: a, role: leader, address: a@phuong.example}]
backup: {to: ` + to + `}
https: {cert: /nowhere/c.pem, key: /nowhere/k.pem}
`)
	got := look(now.Add(-time.Hour))
	for name, want := range map[string]string{
		"config": "/nowhere/rules", "disk": "left", "clock": "off by -", "mail": "127.0.0.1:1", "recipients": "reach nobody", "backup": "backup", "https": "/nowhere/c.pem",
	} {
		if f := got[name]; f.State != "bad" || !strings.Contains(f.What.EN, want) {
			t.Errorf("%s: %+v, want it to say %q", name, f, want)
		}
	}
	if f := got["service"]; f.State != "warn" {
		t.Errorf("service: %+v", f)
	}

	// A stick with a backup, a clock that is right.
	key := backup.NewKey()
	if err := backup.SaveKey(KeyPath(dir), key); err != nil {
		t.Fatal(err)
	}
	repo, err := backup.Init(to, key)
	if err != nil {
		t.Fatal(err)
	}
	if f := look(now)["backup"]; f.State != "warn" {
		t.Errorf("an empty stick: %+v", f)
	}
	if _, _, err := repo.Save(t.Context(), t.TempDir(), now.Add(-3*24*time.Hour), "", nil); err != nil {
		t.Fatal(err)
	}
	if f := look(now)["backup"]; f.State != "bad" {
		t.Errorf("an old backup: %+v", f)
	}
	if _, _, err := repo.Save(t.Context(), t.TempDir(), now.Add(-time.Hour), "", nil); err != nil {
		t.Fatal(err)
	}
	st := newStand(t)
	o := st.options(dir)
	start(t, o)
	got = look(now)
	for _, name := range []string{"backup", "clock", "data"} {
		if f := got[name]; f.State == "bad" {
			t.Errorf("%s: %+v", name, f)
		}
	}
	for _, name := range []string{"service", "sources", "stream", "index", "notices", "audit"} {
		if f := got[name]; f.State != "ok" {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

// The clock is asked of public sources alone: one HEAD of the front page each,
// under our own name, four at most, and no redirect leads to another host.
func TestDoctorClock(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s of a host that is no source", r.Method, r.URL)
	}))
	defer other.Close()
	var mu sync.Mutex
	asked := map[string]int{}
	var sources []crawler.Source
	for i := range 7 {
		site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			asked[r.Host]++
			if r.Method != http.MethodHead || r.URL.String() != "/" || r.UserAgent() != "langnghe-doctor" {
				t.Errorf("asked %s %s as %q", r.Method, r.URL, r.UserAgent())
			}
			http.Redirect(w, r, other.URL, http.StatusFound)
		}))
		defer site.Close()
		s := crawler.Source{ID: fmt.Sprint("s", i), URL: site.URL + "/rss?key=1"}
		s.Internal = i == 0
		if s.Internal {
			defer func(host string) {
				if asked[host] > 0 {
					t.Error("an internal source was asked")
				}
			}(strings.TrimPrefix(site.URL, "http://"))
		}
		// What has no web server takes nobody's place, and a host is asked once.
		sources = append(sources, crawler.Source{ID: fmt.Sprint("q", i), URL: fmt.Sprintf("words%d:", i)}, s, s)
	}
	d := &doctor{DoctorOptions: DoctorOptions{Now: time.Now}}
	d.cfg.Sources = sources
	d.clock(t.Context())
	if len(d.found) != 1 || d.found[0].State != "ok" {
		t.Errorf("found %+v", d.found)
	}
	if len(asked) != 4 {
		t.Errorf("%d hosts were asked, want 4: %v", len(asked), asked)
	}
	for host, n := range asked {
		if n != 1 {
			t.Errorf("%s was asked %d times", host, n)
		}
	}
}

// The stream of a running service is looked at: what waits, what was given
// up, which part is not ready.
func TestDoctorStream(t *testing.T) {
	for _, c := range []struct {
		is    Condition
		state string
		want  string
	}{
		{Condition{Parts: map[string]string{"stream": ""}, Waiting: 3}, "ok", "3 facts wait"},
		{Condition{Waiting: manyWaiting + 1}, "warn", "5001 facts wait"},
		{Condition{Dropped: 2}, "warn", "2 messages were given up"},
		{Condition{Waiting: -1}, "bad", "cannot be asked"},
		{Condition{Parts: map[string]string{"stream": "no space left", "desk": ""}, Waiting: -1}, "bad", "stream: no space left"},
	} {
		d := &doctor{}
		d.diagnose(c.is)
		if len(d.found) != 1 || d.found[0].State != c.state || !strings.Contains(d.found[0].What.EN, c.want) {
			t.Errorf("%+v: %+v, want %s: %s", c.is, d.found, c.state, c.want)
		}
	}
}

// What the administrator is reminded of.
func TestUpkeep(t *testing.T) {
	dir, now := t.TempDir(), time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	cfg := config.Default()
	days, err := cfg.Days()
	if err != nil {
		t.Fatal(err)
	}
	b := &builder{opts: Options{DataDir: dir, Config: cfg}, now: func() time.Time { return now }, days: days}
	says := func(want ...string) {
		t.Helper()
		got := b.upkeep()
		if len(got) != len(want) {
			t.Fatalf("%+v, want %q", got, want)
		}
		for i, w := range want {
			if !strings.Contains(got[i].EN, w) || got[i].VI == "" {
				t.Errorf("%+v, want %q", got[i], w)
			}
		}
	}
	says("No backups are made")
	b.opts.Manual = true
	says()
	b.opts.Manual, b.opts.Config.Backup.To = false, "/mnt/usb"
	says()
	// A certificate file that ends in ten days.
	b.opts.Config.HTTPS = config.HTTPS{Cert: filepath.Join(dir, "c.pem"), Key: "k"}
	says("cannot be read")
	leaf := func(left time.Duration) []byte {
		a := &authority{dir: t.TempDir(), hosts: []string{"desk.example"}, now: func() time.Time { return now.Add(left - leafFor) }}
		c, err := a.issue()
		if err != nil {
			t.Fatal(err)
		}
		return c.Certificate[0]
	}
	if err := writePEM(filepath.Join(dir, "c.pem"), "CERTIFICATE", leaf(10*24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	says("ends on 2026-12-04")
	// ACME: none yet is no alarm; the first of two to end counts; one that is
	// about to be renewed is none.
	b.opts.Config.HTTPS = config.HTTPS{ACME: true, Hosts: []string{"a.example", "B.example", "none.example"}}
	says()
	for host, left := range map[string]time.Duration{"a.example": 80 * 24 * time.Hour, "b.example": 25 * 24 * time.Hour} {
		file := filepath.Join(dir, "https", "acme", host)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := writePEM(file, "PRIVATE KEY", []byte("no matter")); err != nil {
			t.Fatal(err)
		}
		f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(pem.Encode(f, &pem.Block{Type: "CERTIFICATE", Bytes: leaf(left)}), f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	says()
	if v, err := CertificateValidity(b.opts.Config.HTTPS, dir); err != nil || v.Ends.Sub(now).Round(time.Hour) != 25*24*time.Hour {
		t.Errorf("the first to end: %+v, %v", v, err)
	}
	now = now.AddDate(0, 0, 3)
	says("The HTTPS certificate ends on 2026-12-19")
}

// A backup that is late is said, by and by: a service that was away gets an
// hour to make one.
func TestBackupWarning(t *testing.T) {
	now := time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	const day = 24 * time.Hour
	for _, c := range []struct {
		name  string
		begun time.Time
		to    string
		st    BackupStatus
		want  string
	}{
		{"no place is for the administrator", ago(10 * day), "", BackupStatus{}, ""},
		{"the first minutes", ago(time.Minute), "/x", BackupStatus{}, ""},
		{"never one", ago(2 * time.Hour), "/x", BackupStatus{}, "no backup yet"},
		{"the first failed", ago(time.Minute), "/x", BackupStatus{Failed: ago(time.Second)}, "no backup yet"},
		{"fresh", ago(10 * day), "/x", BackupStatus{Last: ago(day)}, ""},
		{"one failed", ago(10 * day), "/x", BackupStatus{Last: ago(30 * time.Hour), Failed: ago(time.Hour)}, ""},
		{"late, just started", ago(time.Minute), "/x", BackupStatus{Last: ago(9 * day)}, ""},
		{"late", ago(3 * day), "/x", BackupStatus{Last: ago(49 * time.Hour)}, "more than two days"},
		{"a trial failed", ago(time.Minute), "/x", BackupStatus{Last: ago(time.Hour), DrillErr: "x"}, "trial restore"},
	} {
		k := &backups{b: &builder{now: func() time.Time { return now }}, cfg: config.Backup{To: c.to}, begun: c.begun, status: c.st}
		text, said := k.warning()
		if said != (c.want != "") || !strings.Contains(text.EN, c.want) || said && text.VI == "" {
			t.Errorf("%s: %v %+v, want %q", c.name, said, text, c.want)
		}
	}
}

// The index is compared with the store, and searched.
func TestDoctorIndex(t *testing.T) {
	for _, c := range []struct {
		is    indexer.Status
		found bool
		state string
		want  string
	}{
		{indexer.Status{Items: 40, Docs: 40}, true, "ok", "40 items"},
		{indexer.Status{}, true, "ok", "0 items"},
		{indexer.Status{Items: 40, Docs: 38}, true, "warn", "38 items of 40"},
		{indexer.Status{Items: 5000, Docs: 3000}, true, "bad", "holds 3000 items, the store 5000"},
		{indexer.Status{Items: 40, Docs: 41}, true, "bad", "holds 41 items"},
		{indexer.Status{Items: 40, Docs: 40}, false, "bad", "not found by its own words"},
		{indexer.Status{Items: 40, Docs: 0, Damaged: []string{"2026-10"}}, false, "bad", "damaged: 2026-10"},
		{indexer.Status{Items: 40, Docs: 10, Reindexing: 40, Reindexed: 10}, true, "warn", "10 of 40"},
	} {
		d := &doctor{}
		d.indexed(c.is, c.found)
		if len(d.found) != 1 || d.found[0].State != c.state || !strings.Contains(d.found[0].What.EN, c.want) || c.state != "ok" && d.found[0].Do.VI == "" {
			t.Errorf("%+v: %+v, want %s %q", c.is, d.found, c.state, c.want)
		}
	}
	dir := t.TempDir()
	svc, stop := start(t, (&stand{cfg: config.Default()}).options(dir))
	if err := bus.PublishAll(t.Context(), svc.bus, found, posts(30, "a")); err != nil {
		t.Fatal(err)
	}
	if err := svc.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	d := &doctor{DoctorOptions: DoctorOptions{DataDir: dir}, alive: true}
	if d.index(t.Context()); len(d.found) != 1 || d.found[0].State != "ok" || !strings.Contains(d.found[0].What.EN, "30 items in the index, and found") {
		t.Errorf("a service with thirty items: %+v", d.found)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
}
