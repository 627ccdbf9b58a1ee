package app

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"langnghe/internal/backup"
)

// Each illness is named with what to do; a healthy installation has none.
func TestDoctor(t *testing.T) {
	web := httptest.NewServer(http.NotFoundHandler())
	defer web.Close()
	dir, to := t.TempDir(), filepath.Join(t.TempDir(), "stick")
	file := filepath.Join(t.TempDir(), "ward.yaml")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	look := func(now time.Time) map[string]Finding {
		out := map[string]Finding{}
		for _, f := range Doctor(t.Context(), DoctorOptions{ConfigFile: file, DataDir: dir, Now: func() time.Time { return now }}) {
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
sources: [{id: web, url: "` + web.URL + `/rss"}]
mail: {host: 127.0.0.1, port: 1, tls: none, from: langnghe@phuong.example}
recipients: [{name: a, role: leader, address: a@phuong.example}]
backup: {to: ` + to + `}
https: {cert: /nowhere/c.pem, key: /nowhere/k.pem}
`)
	got := look(now.Add(-time.Hour))
	for name, want := range map[string]string{
		"disk": "left", "clock": "off by -", "mail": "127.0.0.1:1", "recipients": "reach nobody", "backup": "backup", "https": "/nowhere/c.pem",
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
	for _, name := range []string{"backup", "clock", "service", "data"} {
		if f := got[name]; f.State == "bad" {
			t.Errorf("%s: %+v", name, f)
		}
	}
}
