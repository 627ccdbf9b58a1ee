package demo

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/smtp"
	"regexp"
	"strings"
	"testing"
	"time"
)

func openMailbox(t *testing.T) *Mailbox {
	t.Helper()
	m, err := OpenMailbox("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return m
}

func post(t *testing.T, m *Mailbox, to, raw string) {
	t.Helper()
	if err := smtp.SendMail(m.Addr(), nil, "langnghe@phuong.example", strings.Split(to, ","), []byte(strings.ReplaceAll(raw, "\n", "\r\n"))); err != nil {
		t.Fatal(err)
	}
}

const plainMail = `Message-ID: <ln-1@phuong.example>
Date: Mon, 02 Mar 2026 08:00:00 +0700
Subject: =?UTF-8?q?[Kh=E1=BA=A9n]_V=E1=BB=A1_=C4=91=E1=BA=ADp?=
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: quoted-printable

M=E1=BB=A9c: Kh=E1=BA=A9n <b>
`

func TestMailbox(t *testing.T) {
	m := openMailbox(t)
	post(t, m, "lan@phuong.example,minh@phuong.example", plainMail)
	got := m.Messages()
	if len(got) != 1 {
		t.Fatalf("%d mails, want 1", len(got))
	}
	g := got[0]
	if g.From != "langnghe@phuong.example" || len(g.To) != 2 || g.Subject != "[Khẩn] Vỡ đập" || g.Text != "Mức: Khẩn <b>\n" ||
		g.MessageID != "ln-1@phuong.example" || !g.Date.Equal(time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)) || time.Since(g.At) > time.Minute {
		t.Errorf("mail = %+v", g)
	}
	if err := m.Close(); err != nil {
		t.Errorf("Close = %v", err)
	}
	if len(m.Messages()) != 1 {
		t.Error("the mails are gone after Close")
	}
}

func TestDecode(t *testing.T) {
	tests := []struct{ name, raw, subject, text string }{
		{"base64", "Subject: x\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\nxJHhuq1w\n", "x", "đập"},
		{"alternatives", "Subject: x\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nchữ\n--b\nContent-Type: text/html\n\n<p>\n--b--\n", "x", "chữ"},
		{"no text", "Subject: x\nContent-Type: image/png\n\n\x89PNG\n", "x", ""},
		{"no type", "Subject: x\n\nchữ", "x", "chữ"},
		{"not a mail", "chỉ là chữ", "", "chỉ là chữ"},
		{"bad bytes", "Subject: =?utf-8?q?=FF?=\n\n\xff", "\uFFFD", "\uFFFD"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := decode([]byte(strings.ReplaceAll(tt.raw, "\n", "\r\n")))
			if m.Subject != tt.subject || m.Text != tt.text {
				t.Errorf("decode = %q, %q, want %q, %q", m.Subject, m.Text, tt.subject, tt.text)
			}
		})
	}
}

func TestMailboxForgets(t *testing.T) {
	m := openMailbox(t)
	for i := range kept + 3 {
		m.add(Mail{Subject: fmt.Sprint(i)})
	}
	if got := m.Messages(); len(got) != kept || got[0].Subject != "3" {
		t.Errorf("%d mails from %s on, want %d from 3 on", len(got), got[0].Subject, kept)
	}
}

func TestMailboxStaysHome(t *testing.T) {
	if m, err := OpenMailbox("0.0.0.0:0"); err == nil {
		_ = m.Close()
		t.Error("OpenMailbox on every interface = nil, want an error")
	}
	if _, err := OpenMailbox("127.0.0.1:99999"); err == nil {
		t.Error("OpenMailbox on a bad port = nil, want an error")
	}
}

func TestMailboxPage(t *testing.T) {
	m := openMailbox(t)
	page := func(query string) (*http.Response, string) {
		w := httptest.NewRecorder()
		m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/"+query, nil))
		return w.Result(), w.Body.String()
	}
	if _, body := page(""); !strings.Contains(body, "Chưa có thư nào.") {
		t.Errorf("empty page = %s", body)
	}
	post(t, m, "lan@phuong.example", plainMail)
	post(t, m, "lan@phuong.example", strings.Replace(plainMail, "Khẩn", "Sau", 1)+"<script>alert(1)</script>\n")
	post(t, m, "minh@phuong.example", plainMail)
	res, body := page("?lang=en")
	for _, want := range []string{`<html lang="en">`, "Mailbox of the demo", "lan@phuong.example (2)", "minh@phuong.example (1)", "08:00 02/03/2026", "Mức: Khẩn &lt;b&gt;", "&lt;script&gt;"} {
		if !strings.Contains(body, want) {
			t.Errorf("page lacks %q:\n%s", want, body)
		}
	}
	if strings.Contains(body, "<script") || strings.Index(body, "&lt;script&gt;") > strings.LastIndex(body, "Mức: Khẩn") {
		t.Errorf("page runs a script or shows the older mail first:\n%s", body)
	}

	// The policy allows the page's own style and nothing else.
	style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(body)
	sum := sha256.Sum256([]byte(style[1]))
	policy := res.Header.Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'none'") || !strings.Contains(policy, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
		t.Errorf("policy %q does not fit the style", policy)
	}

	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("POST", "/", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST = %d, want 405", w.Code)
	}
}
