package email

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"math/big"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"langnghe/alerts"
	"langnghe/internal/news"
)

var at = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)

func message() alerts.Message {
	return alerts.Message{
		ID: "ln-0123", To: alerts.Recipient{Name: "lan", Role: "reviewer", Address: "lan@phuong.example", Lang: "vi"},
		Alert: news.Alert{ID: "a1", Kind: "flagged", Level: news.Critical}, Try: 1, At: at,
		Subject: "[Khẩn cấp] Dấu hiệu tin đồn: vỡ đập ở Hoà Hiếu, bà con lưu ý kiểm tra văn bản chính thức",
		Text:    "Mức: Khẩn cấp\n\nViệc: dấu hiệu tin đồn.\n.\nMột dòng rất dài " + strings.Repeat("đập ", 300) + "\n",
	}
}

// A post is a mail server in process. Each hook may refuse.
type post struct {
	rcpt, data func() error
	user, pass string

	mu   sync.Mutex
	raw  [][]byte
	from string
	to   []string
	auth bool
}

func (p *post) start(t *testing.T, secure *tls.Config, implicit bool) Config {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{p}, nil }))
	s.Domain, s.TLSConfig, s.ErrorLog = "localhost", secure, log.New(io.Discard, "", 0)
	if implicit {
		l = tls.NewListener(l, secure)
	}
	go s.Serve(l)
	t.Cleanup(func() { _ = s.Close() })
	return configFor(l)
}

func configFor(l net.Listener) Config {
	return Config{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, From: "Lắng Nghe <langnghe@phuong.example>", Timeout: 10 * time.Second}
}

type session struct{ p *post }

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.p.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.p.to = append(s.p.to, to)
	return call(s.p.rcpt)
}

func (s *session) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := call(s.p.data); err != nil {
		return err
	}
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	s.p.raw = append(s.p.raw, b)
	return nil
}

func (s *session) Reset() {}

func (s *session) Logout() error { return nil }

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, pass string) error {
		if user != s.p.user || pass != s.p.pass {
			return smtp.ErrAuthFailed
		}
		s.p.auth = true
		return nil
	}), nil
}

func call(f func() error) error {
	if f == nil {
		return nil
	}
	return f()
}

func open(t *testing.T, c Config) *Channel {
	t.Helper()
	ch, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return ch
}

func TestMail(t *testing.T) {
	p := &post{}
	c := open(t, p.start(t, nil, false))
	m := message()
	m.Replies = "ln-4567"
	for range 2 {
		if err := c.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if p.from != "langnghe@phuong.example" || p.to[0] != "lan@phuong.example" || len(p.raw) != 2 {
		t.Fatalf("envelope %s → %v, %d mails", p.from, p.to, len(p.raw))
	}
	got, err := mail.ReadMessage(bytes.NewReader(p.raw[1]))
	if err != nil {
		t.Fatal(err)
	}
	for header, want := range map[string]string{
		"Message-Id":               "<ln-0123@phuong.example>",
		"In-Reply-To":              "<ln-4567@phuong.example>",
		"Auto-Submitted":           "auto-generated",
		"Importance":               "high",
		"To":                       "<lan@phuong.example>",
		"User-Agent":               "",
		"X-Mailer":                 "",
		"Content-Language":         "vi",
		"X-Auto-Response-Suppress": "All",
	} {
		if v := got.Header.Get(header); v != want {
			t.Errorf("%s = %q, want %q", header, v, want)
		}
	}
	if date, err := got.Header.Date(); err != nil || !date.Equal(at) {
		t.Errorf("Date = %v, %v, want %v", date, err, at)
	}
	if subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject")); err != nil || subject != m.Subject {
		t.Errorf("Subject = %q, %v, want %q", subject, err, m.Subject)
	}
	text, err := io.ReadAll(quotedprintable.NewReader(got.Body))
	if err != nil || strings.ReplaceAll(string(text), "\r\n", "\n") != m.Text {
		t.Errorf("text = %q, %v, want %q", text, err, m.Text)
	}
}

// What the server says about the message decides whether it is tried again.
func TestRefusals(t *testing.T) {
	say := func(code int) func() error {
		return func() error {
			return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 1, 1}, Message: "no"}
		}
	}
	tests := []struct {
		name string
		post *post
		temp bool
	}{
		{"451 to the recipient", &post{rcpt: say(451)}, true},
		{"550 to the recipient", &post{rcpt: say(550)}, false},
		{"452 to the text", &post{data: say(452)}, true},
		{"554 to the text", &post{data: say(554)}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := open(t, tt.post.start(t, nil, false)).Send(t.Context(), message())
			want(t, err, tt.temp)
		})
	}
}

func want(t *testing.T, err error, temp bool) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Temporary() != temp {
		t.Errorf("Send = %v, want an error with temporary %v", err, temp)
	}
}

// Servers that hang, break off or are away are tried again, and never longer
// than the time that they are given.
func TestBadServers(t *testing.T) {
	greet := "220 localhost\r\n"
	script := func(replies ...string) func(net.Conn) {
		return func(c net.Conn) {
			buf := make([]byte, 1<<16)
			for _, r := range replies {
				if _, err := io.WriteString(c, r); err != nil {
					return
				}
				if _, err := c.Read(buf); err != nil {
					return
				}
			}
		}
	}
	hang := func(f func(net.Conn)) func(net.Conn) {
		return func(c net.Conn) {
			f(c)
			_, _ = io.Copy(io.Discard, c)
		}
	}
	tests := map[string]func(net.Conn){
		"cut at once":           func(net.Conn) {},
		"hangs before greeting": hang(func(net.Conn) {}),
		"hangs after HELO":      hang(script(greet)),
		"hangs at MAIL":         hang(script(greet, "250 localhost\r\n")),
		"cut at RCPT":           script(greet, "250 localhost\r\n", "250 ok\r\n"),
		"cut in DATA":           script(greet, "250 localhost\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n"),
		"busy":                  script("421 too busy\r\n"),
		"no service":            script("554 no service\r\n"),
		"not SMTP":              script("HTTP/1.1 400 Bad Request\r\n\r\n"),
	}
	for name, serve := range tests {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			gone := make(chan struct{})
			go func() {
				defer close(gone)
				c, err := l.Accept()
				if err != nil {
					return
				}
				defer c.Close()
				serve(c)
			}()
			c := configFor(l)
			c.Timeout = time.Minute // the caller's time counts
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			begun := time.Now()
			want(t, open(t, c).Send(ctx, message()), true)
			if d := time.Since(begun); d > 10*time.Second {
				t.Errorf("Send took %v", d)
			}
			select { // the connection is closed, not leaked
			case <-gone:
			case <-time.After(10 * time.Second):
				t.Error("the connection is still open")
			}
		})
	}

	t.Run("away", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l.Close()
		want(t, open(t, configFor(l)).Send(t.Context(), message()), true)
	})
}

// A server that breaks off after it has taken the message has delivered it.
func TestCutAfterAcceptance(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		buf := make([]byte, 1<<16)
		for _, r := range []string{"220 localhost\r\n", "250 localhost\r\n", "250 ok\r\n", "250 ok\r\n"} {
			_, _ = io.WriteString(c, r)
			_, _ = c.Read(buf)
		}
		_, _ = io.WriteString(c, "354 go\r\n")
		for all := buf[:0]; !bytes.Contains(all, []byte("\r\n.\r\n")); {
			n, err := c.Read(buf[len(all):cap(buf)])
			if err != nil {
				return
			}
			all = buf[:len(all)+n]
		}
		_, _ = io.WriteString(c, "250 queued\r\n")
	}()
	m := message()
	m.Text = "ngắn\n"
	if err := open(t, configFor(l)).Send(t.Context(), m); err != nil {
		t.Errorf("Send = %v, want nil: the server has queued it", err)
	}
}

func TestTLS(t *testing.T) {
	cert, pool := certificate(t)
	secure := &tls.Config{Certificates: []tls.Certificate{cert}}
	for _, policy := range []string{"starttls", "tls"} {
		t.Run(policy, func(t *testing.T) {
			p := &post{user: "langnghe", pass: "bí mật"}
			cfg := p.start(t, secure, policy == "tls")
			cfg.TLS, cfg.Username, cfg.Password = policy, p.user, p.pass

			want(t, open(t, cfg).Send(t.Context(), message()), true) // unknown authority
			if len(p.raw) != 0 {
				t.Fatal("mail went to a server with an unknown certificate")
			}

			c := open(t, cfg)
			c.roots = &tls.Config{RootCAs: pool}
			if err := c.Send(t.Context(), message()); err != nil || !p.auth || len(p.raw) != 1 {
				t.Errorf("Send = %v, signed in %v, %d mails, want one", err, p.auth, len(p.raw))
			}

			cfg.Password = "sai"
			c = open(t, cfg)
			c.roots = &tls.Config{RootCAs: pool}
			want(t, c.Send(t.Context(), message()), true) // not the message's fault
		})
	}
	t.Run("refuses to go on in the clear", func(t *testing.T) {
		p := &post{}
		cfg := p.start(t, nil, false)
		cfg.TLS = "starttls"
		want(t, open(t, cfg).Send(t.Context(), message()), true)
		if len(p.raw) != 0 {
			t.Error("mail went in the clear")
		}
	})
}

func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

func TestConfig(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("mật khẩu\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const from = "a@b.example"
	tests := []struct {
		in   Config
		want string // in the error, or "tls port" when it is fine
	}{
		{Config{Host: "mail.example", From: from}, "starttls 587"},
		{Config{Host: "mail.example", From: from, TLS: "tls"}, "tls 465"},
		{Config{Host: "localhost", From: from}, "none 25"},
		{Config{Host: "127.0.0.1", From: from, TLS: "starttls", Port: 2525}, "starttls 2525"},
		{Config{Host: "mail.example", From: from, TLS: "none"}, "tls: none would send mail in the clear"},
		{Config{Host: "mail.example", From: from, TLS: "ssl"}, `tls: there is no policy "ssl"; use one of starttls, tls, none`},
		{Config{From: from}, "host: needs"},
		{Config{Host: "mail.example", From: "langnghe"}, `from: "langnghe" is not a mail address`},
		{Config{Host: "mail.example", From: from, Port: 70000}, "port: 70000"},
		{Config{Host: "mail.example", From: from, Username: "u"}, "username and password go together"},
		{Config{Host: "mail.example", From: from, Username: "u", PasswordFile: "secret"}, "starttls 587"},
		{Config{Host: "mail.example", From: from, PasswordFile: "secret"}, "username is missing"},
		{Config{Host: "mail.example", From: from, Username: "u", PasswordFile: "none"}, "password_file: open "},
	}
	for _, tt := range tests {
		c := tt.in
		err := c.Check(dir)
		ok := strings.Contains(tt.want, c.TLS+" ") && err == nil || err != nil && strings.Contains(err.Error(), tt.want)
		if !ok {
			t.Errorf("Check(%+v) = %v with %s %d, want %q", tt.in, err, c.TLS, c.Port, tt.want)
		}
		if err == nil && tt.in.PasswordFile != "" {
			if c.Password != "mật khẩu" {
				t.Errorf("password = %q, want what the file says", c.Password)
			}
			if _, err := New(c); err != nil { // the file's folder is not known any more
				t.Errorf("New after Check = %v", err)
			}
		}
	}
	ch := open(t, Config{Host: "localhost", From: from})
	if err := ch.Check(alerts.Recipient{Address: "lan"}); err == nil {
		t.Error("Check of a bad address = nil, want an error")
	}
	if err := ch.Check(alerts.Recipient{Address: "Lan <lan@phuong.example>"}); err != nil {
		t.Errorf("Check of a good address = %v", err)
	}
	m := message()
	m.To.Address = "lan"
	want(t, ch.Send(t.Context(), m), false)
}
