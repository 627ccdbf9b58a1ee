package demo

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// kept is how many mails a mailbox remembers.
const kept = 500

// maxMail is the size in bytes beyond which a mail is refused.
const maxMail = 1 << 20

// A Mail is one message as it arrived, decoded.
type Mail struct {
	From      string
	To        []string // envelope
	Subject   string
	Text      string
	Date      time.Time // as the sender says
	MessageID string    // without the angle brackets
	At        time.Time // when it arrived
	Raw       []byte    // as it came, attachments included
}

// A Mailbox is a mail server for trying things out: it takes every mail that
// reaches it, keeps the newest ones in memory and passes none on. It listens
// on this machine alone.
type Mailbox struct {
	server   *smtp.Server
	listener net.Listener
	done     chan struct{}

	mu    sync.Mutex
	mails []Mail // oldest first
}

// OpenMailbox starts the server on addr, a loopback address like
// "127.0.0.1:0".
func OpenMailbox(addr string) (*Mailbox, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("demo: mailbox: %w", err)
	}
	if a, ok := l.Addr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
		return nil, errors.Join(fmt.Errorf("demo: mailbox: %s is not on this machine alone; use 127.0.0.1", addr), l.Close())
	}
	m := &Mailbox{listener: l, done: make(chan struct{})}
	m.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &visit{box: m}, nil }))
	m.server.Domain = "localhost"
	m.server.ReadTimeout, m.server.WriteTimeout = time.Minute, time.Minute
	m.server.MaxMessageBytes = maxMail
	m.server.EnableSMTPUTF8 = true
	m.server.ErrorLog = log.New(io.Discard, "", 0)
	go func() {
		defer close(m.done)
		_ = m.server.Serve(l) // ends with Close
	}()
	return m, nil
}

// Addr is where the server listens.
func (m *Mailbox) Addr() string { return m.listener.Addr().String() }

// Close stops the server. The mails stay readable.
func (m *Mailbox) Close() error {
	err := m.server.Close()
	_ = m.listener.Close() // when Close came before Serve
	<-m.done
	if errors.Is(err, smtp.ErrServerClosed) {
		return nil
	}
	return err
}

// Messages returns what arrived, oldest first.
func (m *Mailbox) Messages() []Mail {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.mails)
}

func (m *Mailbox) add(mail Mail) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mails = append(m.mails, mail)
	if over := len(m.mails) - kept; over > 0 {
		m.mails = slices.Delete(m.mails, 0, over)
	}
}

// A visit is one SMTP session.
type visit struct {
	box  *Mailbox
	from string
	to   []string
}

func (v *visit) Mail(from string, _ *smtp.MailOptions) error {
	v.from = from
	return nil
}

func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	v.to = append(v.to, to)
	return nil
}

func (v *visit) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	got := decode(raw)
	got.From, got.To, got.At, got.Raw = v.from, slices.Clone(v.to), time.Now(), raw
	v.box.add(got)
	return nil
}

func (v *visit) Reset() { v.from, v.to = "", nil }

func (v *visit) Logout() error { return nil }

// decode reads a mail. What is not a mail becomes its text as it is.
func decode(raw []byte) Mail {
	msg, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return Mail{Text: strings.ToValidUTF8(string(raw), "\uFFFD")}
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
	if err != nil {
		subject = msg.Header.Get("Subject")
	}
	m := Mail{Subject: strings.ToValidUTF8(subject, "\uFFFD"), MessageID: strings.Trim(msg.Header.Get("Message-ID"), "<> ")}
	m.Date, _ = msg.Header.Date() // zero when it is missing
	m.Text = plain(msg.Header.Get("Content-Type"), msg.Header.Get("Content-Transfer-Encoding"), msg.Body, 0)
	return m
}

// plain returns the first text part of a body, decoded.
func plain(contentType, encoding string, body io.Reader, depth int) string {
	kind, params, err := mime.ParseMediaType(contentType)
	if err == nil && strings.HasPrefix(kind, "multipart/") && depth < 5 {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err != nil {
				return ""
			}
			if t := plain(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p, depth+1); t != "" {
				return t
			}
		}
	}
	if err == nil && !strings.HasPrefix(kind, "text/") {
		return ""
	}
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	b, _ := io.ReadAll(body) // what can be read is shown
	return strings.ReplaceAll(strings.ToValidUTF8(string(b), "\uFFFD"), "\r\n", "\n")
}

const mailboxStyle = `
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:46rem;padding:1rem;color:#1b1f24;background:#fff}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem;border-bottom:1px solid #d0d7de}
details{border:1px solid #d0d7de;border-radius:6px;margin:.5rem 0;padding:.5rem .75rem}
summary{cursor:pointer;font-weight:600}time{color:#57606a;font-weight:400;font-size:.9rem;margin-right:.5rem}
pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;margin:.5rem 0 0}a{color:#0550ae}
@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}h2,details{border-color:#30363d}time{color:#8b949e}a{color:#58a6ff}}
`

var mailboxPage = template.Must(template.New("mailbox").Parse(`<!doctype html>
<html lang="{{.Lang}}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title><style>{{.Style}}</style></head>
<body>
<h1>{{.Title}}</h1>
<p>{{.Intro}} <a href="?lang={{.OtherLang}}" hreflang="{{.OtherLang}}" lang="{{.OtherLang}}">{{.OtherName}}</a></p>
{{range .Boxes}}<section aria-label="{{.To}}"><h2>{{.To}} ({{len .Mails}})</h2>
{{range .Mails}}<details><summary><time datetime="{{.ISO}}">{{.When}}</time>{{.Subject}}</summary><pre>{{.Text}}</pre></details>
{{end}}</section>
{{else}}<p>{{.Empty}}</p>
{{end}}</body></html>
`))

type mailboxView struct {
	Lang, Title, Intro, Empty, OtherLang, OtherName string
	Style                                           template.CSS
	Boxes                                           []box
}

type box struct {
	To    string
	Mails []letter
}

type letter struct{ ISO, When, Subject, Text string }

// Handler is a page with the mails of each recipient, newest first.
// "?lang=en" is in English.
func (m *Mailbox) Handler() http.Handler {
	sum := sha256.Sum256([]byte(mailboxStyle))
	policy := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "Only reading is possible here.", http.StatusMethodNotAllowed)
			return
		}
		var page bytes.Buffer
		if err := mailboxPage.Execute(&page, m.view(r.URL.Query().Get("lang"))); err != nil {
			http.Error(w, "Something went wrong on our side.", http.StatusInternalServerError)
			return
		}
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		_, _ = w.Write(page.Bytes()) // the visitor may be gone
	})
}

func (m *Mailbox) view(lang string) mailboxView {
	v := mailboxView{
		Lang: "vi", Title: "Hộp thư dùng thử", Style: mailboxStyle,
		Intro: "Thư báo của bản dùng thử dừng ở đây, không gửi ra ngoài.", Empty: "Chưa có thư nào.", OtherLang: "en", OtherName: "English",
	}
	if lang == "en" {
		v = mailboxView{
			Lang: "en", Title: "Mailbox of the demo", Style: mailboxStyle,
			Intro: "Notices of the demo end here; none leaves this machine.", Empty: "There is no mail yet.", OtherLang: "vi", OtherName: "Tiếng Việt",
		}
	}
	byTo := map[string][]letter{}
	mails := m.Messages()
	for _, got := range slices.Backward(mails) {
		date := got.Date
		if date.IsZero() {
			date = got.At
		}
		date = date.In(Zone)
		l := letter{ISO: date.Format(time.RFC3339), When: date.Format("15:04 02/01/2006"), Subject: got.Subject, Text: got.Text}
		for _, to := range got.To {
			byTo[to] = append(byTo[to], l)
		}
	}
	for to, letters := range byTo {
		v.Boxes = append(v.Boxes, box{to, letters})
	}
	slices.SortFunc(v.Boxes, func(a, b box) int { return strings.Compare(a.To, b.To) })
	return v
}
