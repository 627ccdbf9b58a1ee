package app

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"langnghe/alerts"
	"langnghe/internal/bus"
	"langnghe/internal/config"
	"langnghe/internal/demo"
	"langnghe/internal/news"
	"langnghe/reports"
	"langnghe/reports/lint"
)

// filesOf are the attachments of a mail, by name.
func filesOf(t *testing.T, m demo.Mail) map[string][]byte {
	t.Helper()
	msg, err := mail.ReadMessage(bytes.NewReader(m.Raw))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	kind, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil || !strings.HasPrefix(kind, "multipart/") {
		return out
	}
	for parts := multipart.NewReader(msg.Body, params["boundary"]); ; {
		p, err := parts.NextPart()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		if p.FileName() == "" {
			continue
		}
		data, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, p))
		if err != nil {
			t.Fatal(err)
		}
		out[p.FileName()] = data
	}
}

// TestReportByMail: an approved report goes to a named list with the files
// that people sign and work with; an address that nobody has confirmed gets
// neither files nor words, and once its owner has said so, both.
func TestReportByMail(t *testing.T) {
	s := newStand(t)
	s.cfg.Sources, s.cfg.Unconfirmed = nil, false
	s.cfg.Recipients = []config.Recipient{
		{Recipient: alerts.Recipient{Name: "Văn phòng Đảng ủy", Role: "list", Unit: "dang-uy", Channel: "email", Address: "vanphong@danguy.example", Always: true}},
		{Recipient: alerts.Recipient{Name: "Mặt trận", Role: "list", Unit: "mat-tran", Channel: "email", Address: "mattran@phuong.example", Always: true}},
	}
	s.cfg.Reports.Lists = map[reports.Kind][]string{reports.Weekly: {"list/dang-uy"}}
	svc, _ := start(t, s.options(t.TempDir(), "crawler", "indexer", "desk", "alerts"))
	ctx := t.Context()
	r, err := svc.reports.Create(ctx, reports.Request{Kind: reports.Weekly}, reports.Person{Name: "canbo", Role: "reviewer"})
	if err != nil {
		t.Fatal(err)
	}
	send := func(id string) { // what the approval puts into the outbox, without its ten minutes
		t.Helper()
		a := news.Alert{ID: id, Kind: "decided", Level: news.Medium, To: []string{"list/dang-uy"}, Subject: news.Text{VI: "Tổng hợp dư luận tuần"},
			Body: news.Text{VI: reports.Plaintext(&r)}, Path: "/reports/" + r.ID, Attach: r.ID, Event: time.Now(), Created: time.Now()}
		if err := bus.Publish(ctx, svc.bus, due, a); err != nil {
			t.Fatal(err)
		}
	}
	got := func(subject string) (found *demo.Mail) {
		for _, m := range s.box.Messages() {
			if strings.Contains(m.Subject, subject) {
				if !slices.Equal(m.To, []string{"vanphong@danguy.example"}) && subject != "Xác nhận" {
					t.Errorf("%q went to %v", m.Subject, m.To)
				}
				if slices.Contains(m.To, "vanphong@danguy.example") {
					found = &m
				}
			}
		}
		return found
	}
	send("one")
	eventually(t, 20*time.Second, "a notice without content", func() bool { return got("Có thông báo mới") != nil })
	if m := got("Có thông báo mới"); len(filesOf(t, *m)) > 0 || strings.Contains(m.Text, "TÓM TẮT") {
		t.Error("an address that nobody has confirmed got files or words")
	}
	eventually(t, 20*time.Second, "the question to the owner", func() bool { return got("Xác nhận") != nil })
	code := regexp.MustCompile(`quản trị: (\w{10})`).FindStringSubmatch(got("Xác nhận").Text)
	if code == nil {
		t.Fatal(got("Xác nhận").Text)
	}
	if _, err := bus.Ask(ctx, svc.bus, AskConfirm, alerts.ConfirmRequest{Code: code[1]}); err != nil {
		t.Fatal(err)
	}
	send("two")
	eventually(t, 20*time.Second, "the report", func() bool { return got("Tổng hợp dư luận tuần") != nil })
	m := got("Tổng hợp dư luận tuần")
	files := filesOf(t, *m)
	var pdf bytes.Buffer
	if err := svc.reports.WritePDF(&pdf, &r); err != nil {
		t.Fatal(err)
	}
	for name, data := range files {
		switch {
		case strings.HasSuffix(name, ".pdf"):
			if !bytes.Equal(data, pdf.Bytes()) || !bytes.HasPrefix(data, []byte("%PDF-")) {
				t.Errorf("%s of %d bytes is not the report's PDF", name, len(data))
			}
		case strings.HasSuffix(name, ".docx"):
			if found, err := lint.File(bytes.NewReader(data), int64(len(data))); err != nil || len(found) > 0 {
				t.Errorf("%s: %v, %v", name, found, err)
			}
		default:
			t.Errorf("a file %q", name)
		}
	}
	if len(files) != 2 || !strings.Contains(m.Text, "TÓM TẮT") || strings.Contains(m.Text, "/reports/") {
		t.Errorf("%d files; the text has the summary and no page that its reader cannot open:\n%.400s", len(files), m.Text)
	}
}
