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
		"0912345678", "hồsơmật", "nghe nói vỡ đập", "phamthimau", "mot mat khau",
	}
	look := func(running bool) {
		t.Helper()
		var buf bytes.Buffer
		if err := Support(t.Context(), &buf, SupportOptions{ConfigFile: file, DataDir: data, Version: "v9.8", Now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)}); err != nil {
			t.Fatal(err)
		}
		z, err := zip.NewReader(bytes.NewReader(buf.Bytes()), int64(buf.Len()))
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
			for _, p := range private {
				if strings.Contains(string(b), p) {
					t.Errorf("running %v: %s holds %q:\n%s", running, f.Name, p, b)
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
	look(true)
	stop()
	look(false)
}
