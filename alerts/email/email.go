// Package email delivers alerts by SMTP.
//
// Every try of a message carries the same Message-ID, so that a mail program
// shows it once. A message that the server has taken counts as delivered,
// whatever happens to the connection afterwards. A refusal of this message
// or recipient (5xx) is permanent; a deferral (4xx), a server that cannot be
// reached, that breaks off, or that does not know us is temporary.
package email

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	stdmail "net/mail"
	"strings"
	"sync"

	"github.com/wneessen/go-mail"

	"langnghe/alerts"
	"langnghe/internal/news"
)

// A Channel sends mail through one server.
type Channel struct {
	cfg   Config
	from  *stdmail.Address
	roots *tls.Config // of the server's certificate; nil is the system's
}

var _ alerts.Channel = (*Channel)(nil)

// New checks the configuration; a relative password file is taken from the
// working folder unless [Config.Check] has read it.
func New(c Config) (*Channel, error) {
	if c.Password != "" {
		c.PasswordFile = "" // read by an earlier Check
	}
	if err := c.Check("."); err != nil {
		return nil, fmt.Errorf("email: %w", err)
	}
	from, err := stdmail.ParseAddress(c.From)
	if err != nil {
		return nil, fmt.Errorf("email: from: %w", err)
	}
	return &Channel{cfg: c, from: from}, nil
}

// Check reports whether the recipient has a mail address.
func (c *Channel) Check(r alerts.Recipient) error {
	if _, err := stdmail.ParseAddress(r.Address); err != nil {
		return fmt.Errorf("address %q is not a mail address", r.Address)
	}
	return nil
}

// Send implements [alerts.Channel].
func (c *Channel) Send(ctx context.Context, m alerts.Message) error {
	msg, err := c.compose(m)
	if err != nil {
		return &Error{err: fmt.Errorf("email: compose: %w", err), final: true}
	}
	var conn guard
	defer conn.close()
	defer context.AfterFunc(ctx, conn.close)() // go-mail looks at ctx only while it dials
	client, err := c.client(&conn)
	if err != nil {
		return &Error{err: fmt.Errorf("email: %w", err)}
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return &Error{err: fmt.Errorf("email: %s: %w", client.ServerAddr(), err)}
	}
	err = client.SendWithSMTPClient(session, msg)
	if msg.IsDelivered() {
		_ = client.CloseWithSMTPClient(session) // the server has the message; its farewell does not matter
		return nil
	}
	return &Error{err: fmt.Errorf("email: %s: %w", client.ServerAddr(), err), final: refused(err)}
}

// refused reports whether the server said 5xx to this message.
func refused(err error) bool {
	var s *mail.SendError
	if !errors.As(err, &s) {
		return false
	}
	code := s.ErrorCode()
	return code >= 500 && code < 600
}

// An Error is a failed delivery.
type Error struct {
	err   error
	final bool
}

func (e *Error) Error() string { return e.err.Error() }

func (e *Error) Unwrap() error { return e.err }

// Temporary reports whether another try may help.
func (e *Error) Temporary() bool { return !e.final }

// A guard closes the connection under go-mail, which leaves it open when the
// greeting fails and does not notice that time is up.
type guard struct {
	mu     sync.Mutex
	conn   net.Conn
	closed bool
}

func (g *guard) hold(c net.Conn) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		_ = c.Close()
		return context.Canceled
	}
	g.conn = c
	return nil
}

func (g *guard) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	if g.conn != nil {
		_ = g.conn.Close()
	}
}

func (c *Channel) client(g *guard) (*mail.Client, error) {
	tlsConfig := &tls.Config{ServerName: c.cfg.Host, MinVersion: tls.VersionTLS12}
	if c.roots != nil {
		tlsConfig.RootCAs = c.roots.RootCAs
	}
	dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		if err := g.hold(conn); err != nil {
			return nil, err
		}
		if c.cfg.TLS == "tls" {
			secure := tls.Client(conn, tlsConfig)
			return secure, secure.HandshakeContext(ctx)
		}
		return conn, nil
	}
	options := []mail.Option{
		mail.WithPort(c.cfg.Port), mail.WithTimeout(c.cfg.Timeout), mail.WithTLSConfig(tlsConfig),
		mail.WithDialContextFunc(dial), mail.WithoutNoop(), mail.WithHELO(helo(c.from.Address)),
	}
	if c.cfg.TLS == "starttls" {
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	} else {
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	}
	if c.cfg.Username != "" {
		options = append(options, mail.WithUsername(c.cfg.Username), mail.WithPassword(c.cfg.Password),
			mail.WithOpportunisticSMTPAuth(mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthPlain, mail.SMTPAuthLogin))
	}
	return mail.NewClient(c.cfg.Host, options...)
}

// helo names us by the sender's domain; the machine's own name is nobody's
// business.
func helo(from string) string {
	return from[strings.LastIndexByte(from, '@')+1:]
}

// compose writes the message. Everything in it is plain text.
func (c *Channel) compose(m alerts.Message) (*mail.Msg, error) {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := msg.From(c.from.String()); err != nil {
		return nil, fmt.Errorf("from: %w", err)
	}
	to, err := stdmail.ParseAddress(m.To.Address)
	if err != nil {
		return nil, fmt.Errorf("to %q: %w", m.To.Address, err)
	}
	if err := msg.To(to.String()); err != nil {
		return nil, fmt.Errorf("to: %w", err)
	}
	msg.SetMessageIDWithValue(c.id(m.ID))
	if m.Replies != "" {
		msg.SetGenHeader(mail.HeaderInReplyTo, "<"+c.id(m.Replies)+">")
		msg.SetGenHeader(mail.HeaderReferences, "<"+c.id(m.Replies)+">")
	}
	msg.SetDateWithValue(m.At)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no holiday replies, no loops
	msg.SetGenHeader(mail.HeaderXAutoResponseSuppress, "All")
	msg.SetGenHeader("Content-Language", m.To.Lang)
	if m.Alert.Level >= news.Critical {
		msg.SetImportance(mail.ImportanceHigh)
	}
	msg.Subject(m.Subject)
	msg.SetBodyString(mail.TypeTextPlain, m.Text)
	for _, f := range m.Files {
		if err := msg.AttachReader(f.Name, bytes.NewReader(f.Data), mail.WithFileContentType(mail.ContentType(f.Type))); err != nil {
			return nil, fmt.Errorf("attach %s: %w", f.Name, err)
		}
	}
	return msg, nil
}

func (c *Channel) id(message string) string { return message + "@" + helo(c.from.Address) }

// Carries reports that mail carries files.
func (c *Channel) Carries() bool { return true }

// Personal reports that a mailbox belongs to a person, who confirms it.
func (c *Channel) Personal() bool { return true }
