package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A ward with a mail login and a key elsewhere loses its machine: the backup
// brings the password back to where the configuration looks for it, and for
// what lies elsewhere it says what to do.
func TestRestoreOnAnEmptyMachine(t *testing.T) {
	home, stick := t.TempDir(), filepath.Join(t.TempDir(), "stick")
	etc, data := filepath.Join(home, "etc"), filepath.Join(home, "data")
	elsewhere := filepath.Join(home, "run", "telegram")
	for name, text := range map[string]string{
		filepath.Join(etc, "mail-password"): "mật khẩu của thư\n",
		elsewhere:                           "123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
		filepath.Join(etc, "config.yaml"): "profile: thai-hoa-2026\nmail:\n  host: 127.0.0.1\n  from: a@phuong.example\n  tls: none\n  username: phuong\n  password_file: mail-password\n" +
			"telegram:\n  token_file: " + elsewhere + "\nbackup: {to: " + stick + "}\n",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cfg := filepath.Join(etc, "config.yaml")
	for _, args := range [][]string{
		{"backup", "-data", data, "-config", cfg, "init"},
		{"user", "-data", data, "-config", cfg, "-role", "admin", "add", "quantri"},
		{"backup", "-data", data, "-config", cfg},
	} {
		if code, out, errs := do(t, "một mật khẩu dài\n", args...); code != 0 {
			t.Fatalf("%q: exit %d\n%s%s", args, code, out, errs)
		}
	}
	err := filepath.WalkDir(stick, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if strings.Contains(string(raw), "mật khẩu của thư") {
			t.Errorf("%s: the password can be read in the backup", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(t.TempDir(), "key")
	raw, err := os.ReadFile(filepath.Join(data, "backup.key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(key, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(home); err != nil { // the machine is gone
		t.Fatal(err)
	}

	code, out, errs := do(t, "", "restore", "-from", stick, "-key", key, "-data", data)
	if code != 0 || !strings.Contains(out, "nguyên vẹn") {
		t.Fatalf("restore: exit %d, want the audit log checked\n%s%s", code, out, errs)
	}
	restored := filepath.Join(data, "config.yaml")
	secret := filepath.Join(data, "mail-password")
	if got, err := os.ReadFile(secret); err != nil || string(got) != "mật khẩu của thư\n" {
		t.Errorf("the password: %q, %v", got, err)
	}
	if info, err := os.Stat(secret); err == nil && info.Mode().Perm() != 0o600 {
		t.Errorf("the password is open to %v", info.Mode())
	}
	copied := filepath.Join(data, "config-files", "1-telegram")
	if !strings.Contains(errs, "install -D -m 600 "+copied+" "+elsewhere) || strings.Contains(errs, "mail-password") || !strings.Contains(out, "config check "+restored) {
		t.Errorf("what is left to do:\n%s%s", out, errs)
	}
	// What it says is enough.
	if err := os.MkdirAll(filepath.Dir(elsewhere), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(copied, elsewhere); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := do(t, "", "config", "check", restored); code != 0 {
		t.Errorf("config check: exit %d\n%s%s", code, out, errs)
	}
	if code, _, errs := do(t, "", "restore", "-from", stick, "-key", key, "-data", data, "-config", filepath.Join(etc, "config.yaml")); code != 2 || !strings.Contains(errs, "without -config") {
		t.Errorf("a configuration that is not there: exit %d\n%s", code, errs)
	}
	// The next backup knows the file in its new place, beside the data.
	for _, args := range [][]string{{"backup", "-data", data, "-config", restored}, {"restore", "-from", stick, "-key", key, "-data", data, "-replace"}} {
		if code, out, errs := do(t, "", args...); code != 0 || strings.Contains(errs, "!") {
			t.Errorf("%q: exit %d\n%s%s", args, code, out, errs)
		}
	}
}

// The ward's rules lie where rules_dir says, outside of the data: with the
// machine they are gone, and the backup brings them back to that place. What is
// there already is not touched.
func TestRestoreRulesFolder(t *testing.T) {
	home, stick := t.TempDir(), filepath.Join(t.TempDir(), "stick")
	data, key := filepath.Join(home, "data"), filepath.Join(t.TempDir(), "key")
	rule := "id: mat-nuoc\ntitle: {vi: Mất nước, en: Water}\nwhere: mất nước\nlevel: low\n"
	for _, c := range []struct{ name, dir, want string }{
		{"elsewhere", filepath.Join(home, "etc", "quy-tac"), filepath.Join(home, "etc", "quy-tac")},
		{"beside", "quy-tac", filepath.Join(data, "quy-tac")},                      // with the configuration, which is in the data now
		{"link", filepath.Join(home, "lien-ket"), filepath.Join(home, "lien-ket")}, // to a folder of a repository
	} {
		t.Run(c.name, func(t *testing.T) {
			place := filepath.Join(stick, c.name)
			if err := os.RemoveAll(home); err != nil {
				t.Fatal(err)
			}
			cfg := filepath.Join(home, "etc", "config.yaml")
			dir := c.dir
			if !filepath.IsAbs(dir) {
				dir = filepath.Join(home, "etc", dir)
			}
			if c.name == "link" {
				if err := os.MkdirAll(home, 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.Symlink(filepath.Join(home, "git"), dir); err != nil {
					t.Fatal(err)
				}
				dir = filepath.Join(home, "git")
			}
			for name, text := range map[string]string{
				cfg: "profile: thai-hoa-2026\nrules_dir: " + c.dir + "\nbackup: {to: " + place + "}\n",
				filepath.Join(dir, "rules", "mat-nuoc.yaml"): rule,
				filepath.Join(dir, "lists", "ten.yaml"):      "ten: [a]\n",
			} {
				if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			must := func(args ...string) (out, errs string) {
				t.Helper()
				code, out, errs := do(t, "", args...)
				if code != 0 {
					t.Fatalf("%q: exit %d\n%s%s", args, code, out, errs)
				}
				return out, errs
			}
			must("backup", "-data", data, "-config", cfg, "init")
			must("user", "-data", data, "-config", cfg, "list")
			must("backup", "-data", data, "-config", cfg)
			raw, err := os.ReadFile(filepath.Join(data, "backup.key"))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(key, raw, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.RemoveAll(home); err != nil {
				t.Fatal(err)
			}
			must("restore", "-from", place, "-key", key, "-data", data)
			back := filepath.Join(c.want, "rules", "mat-nuoc.yaml")
			if got, err := os.ReadFile(back); err != nil || string(got) != rule {
				t.Errorf("the rule: %q, %v", got, err)
			}
			if _, err := os.Stat(filepath.Join(c.want, "lists", "ten.yaml")); err != nil {
				t.Error(err)
			}
			if err := os.WriteFile(back, []byte("# mới\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, errs := must("restore", "-from", place, "-key", key, "-data", data, "-replace"); c.name != "beside" && !strings.Contains(errs, c.want+": đã có") {
				t.Errorf("a folder that differs:\n%s", errs)
			}
			if got, err := os.ReadFile(back); err != nil || (string(got) == "# mới\n") != (c.name != "beside") {
				t.Errorf("after a second restore: %q, %v", got, err)
			}
		})
	}
}
