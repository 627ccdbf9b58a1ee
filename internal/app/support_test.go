package app

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"langnghe/internal/bus"
	"langnghe/internal/config"
	"langnghe/review"
)

// Names, addresses, numbers, secrets and texts that the installation holds
// are not in its bundle; what helps is.
func TestSupport(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "ward.yaml")
	secret := filepath.Join(dir, "pw")
	if err := os.WriteFile(secret, []byte("hoa-sen-trang-77"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf(`
profile: thai-hoa-2026
crawler: {contact: lien-he@phuong.example, workers: 5}
register:
  offices: [{name: "Trần Văn Mẫu", from: 2025-07-01}]
  hotlines: ["02383999111"]
sources:
  - {id: trang-cua-nguyen-mau, name: "Trang Nguyễn Mẫu", url: "http://127.0.0.1:1/nguyen.mau.9999?token=abcdef", internal: true}
  - {id: bao, name: "0977111222", url: "http://127.0.0.1:2/mau.van/0977111222?email=mau.van@hop-thu.example&ten=Le+Thi+Mau", internal: true}
reports:
  contact: "Phạm Văn Mẫu, 0966333444"
  signers: [{authority: [CHỦ TỊCH], name: "Hồ Sĩ Mẫu"}]
khoi: ["Khối Ông Mẫu"]
limits: {free_mb: 600}
rules_dir: /srv/quy-tac-lanmau
mail: {host: 127.0.0.1, port: 1, from: "Lan Mẫu <lan.mau@phuong.example>", tls: none, username: lanmau-login, password_file: %q}
recipients:
  - {name: lanmau, role: reviewer, address: lan.mau@phuong.example}
  - {name: gac-cong, role: leader, address: "0912345678@sms.example"}
backup: {to: /mnt/usb/cua-lanmau}
`, secret)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	svc, stop := start(t, (&stand{cfg: cfg}).options(data))
	if err := bus.PublishAll(t.Context(), svc.bus, found, posts(5, "hồsơmật")); err != nil {
		t.Fatal(err)
	}
	_, err = bus.Ask(t.Context(), svc.bus, AskUsers, UserRequest{Add: &review.Account{Name: "phamthimau", Role: review.Reviewer}, Password: "mot mat khau dai 27", By: "test"})
	if err != nil {
		t.Fatal(err)
	}
	private := []string{
		"lien-he", "Trần Văn Mẫu", "02383999111", "nguyen.mau", "nguyen-mau", "Nguyễn Mẫu", "abcdef", "lan.mau", "lanmau", "Lan Mẫu", "hoa-sen-trang-77", "gac-cong",
		"912345678", "0977111222", "mau.van", "Le+Thi+Mau", "Phạm Văn Mẫu", "0966333444", "Hồ Sĩ Mẫu", "Ông Mẫu",
		"0912345678", "hồsơmật", "nghe nói vỡ đập", "phamthimau", "mot mat khau",
	}
	look := func(running bool) {
		t.Helper()
		var buf bytes.Buffer
		if err := Support(t.Context(), &buf, SupportOptions{ConfigFile: file, DataDir: data, Version: "v9.8", Now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)}); err != nil {
			t.Fatal(err)
		}
		all := unzip(t, buf.Bytes())
		for name, body := range all {
			for _, p := range private {
				if strings.Contains(body, p) {
					t.Errorf("running %v: %s holds %q:\n%s", running, name, p, body)
				}
			}
		}
		want := map[string]string{
			"about.json": `"version": "v9.8"`, "config.yaml": "workers: 5", "doctor.json": `"name": "mail"`, "databases.json": "0001_start.sql", "sizes.txt": "indexer.db",
		}
		if running {
			want["metrics.txt"] = "langnghe_bus_published_total"
		} else {
			want["missing.txt"] = "not running"
		}
		for name, part := range want {
			if !strings.Contains(all[name], part) {
				t.Errorf("running %v: %s lacks %s:\n%s", running, name, part, all[name])
			}
		}
	}
	// The crawler has tried the sources: what they answer names their addresses.
	eventually(t, 20*time.Second, "a source is unwell", func() bool {
		all, err := bus.Ask(t.Context(), svc.bus, AskSources, None{})
		return err == nil && len(all) == 2
	})
	look(true)
	stop()
	look(false)

	// A file with mistakes, whose messages quote what is wrong, and one that
	// is no YAML at all.
	broken := filepath.Join(dir, "broken.yaml")
	for _, text := range []string{
		"crawler: {contact: lien-he@phuong.example}\nTrần Văn Mẫu: 02383999111\nlimits: {free_mb: 912345678}\nworking_hours: {from: \"0912345678\"}\nsources: [{id: Nguyễn Mẫu, kind: lan.mau, url: phamthimau}]\nrecipients: [{name: lanmau, role: Hồ Sĩ Mẫu, address: gac-cong}]\nprofile: hồsơmật\n",
		"sources:\n  - {id: nguyen-mau, name: 'Nguyễn Mẫu\n mail: lan.mau@phuong.example 0912345678\n",
	} {
		if err := os.WriteFile(broken, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var buf bytes.Buffer
		if err := Support(t.Context(), &buf, SupportOptions{ConfigFile: broken, DataDir: data, Offline: true, Now: time.Now()}); err != nil {
			t.Fatal(err)
		}
		for name, body := range unzip(t, buf.Bytes()) {
			for _, p := range private {
				if strings.Contains(body, p) {
					t.Errorf("a broken file: %s holds %q:\n%s", name, p, body)
				}
			}
		}
	}
}

func unzip(t *testing.T, data []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all[f.Name] = string(b)
	}
	return all
}
