package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"langnghe/internal/config"
	"langnghe/reports"
)

// quoted is s as a YAML string: JSON strings are YAML strings, whatever they
// hold.
func quoted(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		panic(err) // a string is always JSON
	}
	return strings.TrimSpace(b.String())
}

// String is the configuration file.
func (f *setupFile) String() string {
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	p("# Viết bởi langnghe setup; mọi khóa khác: deploy/example.yaml. Kiểm tra: langnghe config check TỆP\n# Written by langnghe setup; deploy/example.yaml shows every other key.\n\n")
	p("profile: %s\n", f.Profile)
	list := func(items []string) string {
		var q []string
		for _, s := range items {
			q = append(q, quoted(s))
		}
		return "[" + strings.Join(q, ", ") + "]"
	}
	if len(f.Khoi) > 0 {
		p("khoi: %s\n", list(f.Khoi))
	}
	if f.Contact != "" {
		p("crawler: {contact: %s}\n", quoted(f.Contact))
	}
	if len(f.Sources) > 0 {
		p("\nsources:\n")
	}
	for _, s := range f.Sources {
		p("  - id: %s\n", s.ID)
		if s.Name != "" {
			p("    name: %s\n", quoted(s.Name))
		}
		p("    kind: %s\n    url: %s\n", s.Kind, quoted(s.URL))
		if s.Items != "" {
			p("    items: %s\n", s.Items)
		}
		if s.Prior != 0 {
			p("    prior: %d\n", s.Prior)
		}
		if s.Reference {
			p("    reference: true\n")
		}
		if s.Claims != "" {
			p("    claims: %s\n", s.Claims)
		}
		if s.Internal {
			p("    internal: true\n")
		}
	}
	if m := f.Mail; m != nil {
		p("\nmail:\n  host: %s\n  from: %s\n  tls: %s\n", quoted(m.Host), quoted(m.From), m.TLS)
		if m.Port != 0 {
			p("  port: %d\n", m.Port)
		}
		if m.Username != "" {
			p("  username: %s\n  password_file: %s\n", quoted(m.Username), quoted(m.PasswordFile))
		}
	}
	if len(f.Recipients) > 0 {
		p("\nrecipients:\n")
	}
	for _, r := range f.Recipients {
		unit := ""
		if r.Unit != "" {
			unit = ", unit: " + quoted(r.Unit)
		}
		p("  - {name: %s, role: %s%s, address: %s, lang: %s}\n", quoted(r.Name), r.Role, unit, quoted(r.Address), r.Lang)
	}
	switch h := f.HTTPS; {
	case h.Cert != "":
		p("\nhttps: {cert: %s, key: %s}\n", quoted(h.Cert), quoted(h.Key))
	case h.Local:
		p("\nhttps: {local: true, hosts: %s}\n", list(h.Hosts))
	case h.ACME:
		p("\nhttps: {acme: true, hosts: %s}\n", list(h.Hosts))
	}
	p("\nreports:\n  annual_addressee: %s\n  annual_due: %s\n  signers: [{authority: %s}]\n", quoted(f.Papers.Addressee), quoted(f.Papers.Due), list(f.Papers.Authority))
	if named := f.lists(); len(named) > 0 { // after a leader's approval, as files by mail
		p("  lists: {%s: %s}\n", reports.Weekly, list(append(reports.ListOf(reports.Weekly), named...)))
	}
	if len(f.Officials)+len(f.Hotlines) > 0 { // what forged papers and false numbers are compared with
		p("\nregister:\n")
	}
	if len(f.Officials) > 0 {
		p("  offices:\n")
	}
	for _, name := range f.Officials {
		p("    - {name: %s}\n", quoted(name))
	}
	if len(f.Hotlines) > 0 {
		p("  hotlines: %s\n", list(f.Hotlines))
	}
	p("\nretention: {text_days: %d}\n", f.TextDays)
	if f.Backup != "" {
		p("\nbackup: {to: %s, at: \"02:00\"}\n", quoted(f.Backup))
	}
	return b.String()
}

// save writes the file beside its place and has it checked there; then key
// and place of the backups are made, and only then the file gets its name. An
// older one stays as .old. When it fails it says what there is; nothing of it
// is in the way of a second run.
func (w *wizard) save() (err error) {
	if err := os.MkdirAll(filepath.Dir(w.config), 0o700); err != nil {
		return err
	}
	tmp, secret := w.config+".new", ""
	defer func() {
		for _, name := range []string{tmp, secret} {
			if err != nil && name != "" {
				_ = os.Remove(name)
			}
		}
	}()
	if w.cfg.Password != "" {
		w.cfg.Mail.PasswordFile = "mail-password.new"
		secret = filepath.Join(filepath.Dir(w.config), w.cfg.Mail.PasswordFile)
		if err := writeSynced(secret, w.cfg.Password+"\n"); err != nil {
			return err
		}
	}
	if err := writeSynced(tmp, w.cfg.String()); err != nil {
		return err
	}
	if _, err := config.Load(tmp); err != nil {
		return fmt.Errorf("%s: %w", tmp, err)
	}
	if w.cfg.Backup != "" {
		key, tell, err := makePlace(w.data, w.cfg.Backup)
		if err != nil {
			return err
		}
		if tell {
			fmt.Fprintf(w.out, "\n"+keyAdvice, key)
		}
	}
	if err := w.name(tmp, secret); err != nil {
		if w.cfg.Backup != "" {
			return fmt.Errorf(w.in2("%w\nchưa ghi cấu hình; nơi sao lưu %s và khóa đã có, lần cài đặt sau dùng tiếp", "%w\nthe configuration was not written; the place for backups, %s, and its key are there and the next setup uses them"), err, w.cfg.Backup)
		}
		return err
	}
	w.say("\n✓ đã ghi %s: %d nguồn, %d người nhận", "\n✓ %s is written: %d sources, %d recipients", w.config, len(w.cfg.Sources), len(w.cfg.Recipients))
	return nil
}

// name gives the files that were checked their names.
func (w *wizard) name(tmp, secret string) error {
	if err := os.Rename(w.config, w.config+".old"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if secret != "" {
		w.cfg.Mail.PasswordFile = strings.TrimSuffix(filepath.Base(secret), ".new")
		if err := writeSynced(tmp, w.cfg.String()); err != nil {
			return err
		}
		if err := os.Rename(secret, strings.TrimSuffix(secret, ".new")); err != nil {
			return err
		}
	}
	return os.Rename(tmp, w.config)
}

func writeSynced(name, text string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}
