package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"langnghe/internal/config"
)

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
