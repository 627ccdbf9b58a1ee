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
		p("  - {name: %s, role: %s, address: %s, lang: %s}\n", quoted(r.Name), r.Role, quoted(r.Address), r.Lang)
	}
	switch h := f.HTTPS; {
	case h.Cert != "":
		p("\nhttps: {cert: %s, key: %s}\n", quoted(h.Cert), quoted(h.Key))
	case h.Local:
		p("\nhttps: {local: true, hosts: %s}\n", list(h.Hosts))
	case h.ACME:
		p("\nhttps: {acme: true, hosts: %s}\n", list(h.Hosts))
	}
	if f.Backup != "" {
		p("\nbackup: {to: %s, at: \"02:00\"}\n", quoted(f.Backup))
	}
	return b.String()
}

// save writes the file beside its place, has it checked there, and only then
// gives it its name. An older one stays as .old.
func (w *wizard) save() error {
	dir := filepath.Dir(w.config)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if w.cfg.Password != "" {
		w.cfg.Mail.PasswordFile = "mail-password"
		if err := os.WriteFile(filepath.Join(dir, w.cfg.Mail.PasswordFile), []byte(w.cfg.Password+"\n"), 0o600); err != nil {
			return err
		}
	}
	text := w.cfg.String()
	tmp := w.config + ".new"
	if err := os.WriteFile(tmp, []byte(text), 0o600); err != nil {
		return err
	}
	if _, err := config.Load(tmp); err != nil {
		return fmt.Errorf("%s: %w", tmp, err)
	}
	if err := os.Rename(w.config, w.config+".old"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(tmp, w.config); err != nil {
		return err
	}
	w.say("\n✓ đã ghi %s: %d nguồn, %d người nhận", "\n✓ %s is written: %d sources, %d recipients", w.config, len(w.cfg.Sources), len(w.cfg.Recipients))
	return nil
}
