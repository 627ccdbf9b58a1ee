package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"

	"langnghe/alerts/email"
)

// mail asks until the server takes the connection, or the person goes on
// without.
func (w *wizard) mail(ctx context.Context) error {
	for {
		m := &email.Config{}
		host, err := w.ask(w.flags["mail"], "Máy chủ thư để gửi cảnh báo, ví dụ mail.phuong.example hoặc mail.phuong.example:587 (bỏ trống nếu chưa có)", "Mail server for notices, such as mail.phuong.example or mail.phuong.example:587 (may be empty)", "", func(s string) error {
			if none(s) {
				return nil
			}
			m.Host, m.Port = s, 0
			if h, p, err := net.SplitHostPort(s); err == nil {
				n, err := strconv.Atoi(p)
				if err != nil || n < 1 || n > 65535 {
					return fmt.Errorf(w.in2("%q không phải cổng", "%q is no port"), p)
				}
				m.Host, m.Port = h, n
			}
			if strings.ContainsAny(m.Host, " /@") {
				return fmt.Errorf(w.in2("%q không phải tên máy", "%q is no host name"), s)
			}
			return nil
		})
		if err != nil || none(host) {
			return err
		}
		check := func(what string) func(string) error {
			return func(s string) error {
				t := *m
				switch what {
				case "from":
					t.From = s
				case "tls":
					t.From, t.TLS = "a@b.example", s
				}
				return t.Check(".")
			}
		}
		local := m.Host == "localhost" || net.ParseIP(m.Host).IsLoopback()
		tls := map[bool]string{true: "none", false: "starttls"}[local]
		if m.Port == 465 {
			tls = "tls"
		}
		if m.TLS, err = w.ask(w.flags["mail-tls"], "Mã hóa: starttls, tls hoặc none", "Encryption: starttls, tls or none", tls, check("tls")); err != nil {
			return err
		}
		from := "langnghe@" + strings.TrimPrefix(m.Host, "mail.")
		if local {
			from = "langnghe@localhost"
			if _, domain, ok := strings.Cut(w.cfg.Contact, "@"); ok {
				from = "langnghe@" + domain
			}
		}
		if m.From, err = w.ask(w.flags["mail-from"], "Người gửi", "Sender", from, check("from")); err != nil {
			return err
		}
		if m.Username, err = w.ask(w.flags["mail-user"], "Tên đăng nhập máy chủ thư (bỏ trống nếu không cần)", "Name at the mail server (empty if none is needed)", "", nil); err != nil {
			return err
		}
		if m.Username != "" {
			if file := w.flags["mail-password-file"]; file != nil {
				data, err := os.ReadFile(*file)
				if err != nil {
					return usagef("-mail-password-file: %v", err)
				}
				m.Password = strings.TrimSpace(string(data))
			} else if m.Password, err = w.askHidden("Mật khẩu máy chủ thư (không hiện khi gõ)", "Password at the mail server (it is not shown)", func(s string) error {
				if s == "" {
					return errors.New(w.in2("cần mật khẩu", "it needs one"))
				}
				return nil
			}); err != nil {
				return err
			}
		}
		if err := w.tryMail(ctx, *m); err != nil {
			w.say("  ✗ %v", "  ✗ %v", err)
			if !w.yes {
				delete(w.flags, "mail")
				word, err := w.choose(nil, "Làm gì", "What now", "again", []string{"again", "keep", "without"}, func(i int) string {
					return []string{w.in2("nhập lại", "type it again"), w.in2("cứ ghi, sửa sau", "write it, mend it later"), w.in2("chưa gửi thư", "no mail for now")}[i]
				})
				if err != nil {
					return err
				}
				if word == "again" {
					continue
				}
				if word == "without" {
					return nil
				}
			}
		} else if !w.offline {
			w.say("  ✓ máy chủ thư nhận kết nối", "  ✓ the mail server takes the connection")
		}
		w.cfg.Password, m.Password = m.Password, ""
		w.cfg.Mail = m
		return nil
	}
}

func (w *wizard) tryMail(ctx context.Context, m email.Config) error {
	if w.offline {
		return nil
	}
	if err := m.Check("."); err != nil {
		return err
	}
	ch, err := email.New(m)
	if err == nil {
		err = ch.Probe(ctx)
	}
	return err
}
