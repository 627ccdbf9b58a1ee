package alerts_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"langnghe/alerts"
	"langnghe/alerts/email"
	"langnghe/alerts/webhook"
	"langnghe/internal/demo"
	"langnghe/internal/news"
)

// The whole way: a real mail server and a real web server that is busy at
// first.
func TestRealServers(t *testing.T) {
	box, err := demo.OpenMailbox("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	host, port, err := net.SplitHostPort(box.Addr())
	if err != nil {
		t.Fatal(err)
	}
	p, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	mail, err := email.New(email.Config{Host: host, Port: p, From: "Lắng Nghe <langnghe@phuong.example>"})
	if err != nil {
		t.Fatal(err)
	}
	var calls atomic.Int32
	var ids [2]string
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := calls.Add(1)
		ids[min(n, 2)-1] = r.Header.Get("webhook-id")
		if n == 1 {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	}))
	defer hook.Close()

	r := newRig(t, func(o *alerts.Options) {
		o.Channels = map[string]alerts.Channel{"email": mail, "webhook": webhook.New(webhook.Options{})}
		o.Recipients = []alerts.Recipient{
			{Name: "lan", Role: "reviewer", Address: "lan@phuong.example"},
			{Name: "john", Role: "reviewer", Address: "john@phuong.example", Lang: "en"},
			{Name: "cổng", Role: "reviewer", Channel: "webhook", Address: hook.URL, Secret: "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="},
		}
	})
	r.run()
	r.take(r.flag("a", news.High, ""))
	r.settle()
	got := map[string]demo.Mail{}
	for _, m := range box.Messages() {
		got[m.To[0]] = m
	}
	if len(got) != 2 || len(box.Messages()) != 2 {
		t.Fatalf("mails = %+v, want one each", box.Messages())
	}
	vi, en := got["lan@phuong.example"], got["john@phuong.example"]
	if vi.Subject != "[Khẩn] Dấu hiệu tin đồn a" || !strings.Contains(vi.Text, "https://langnghe.phuong.example/inbox/a") || !vi.Date.Equal(monday) {
		t.Errorf("mail = %+v", vi)
	}
	if en.Subject != "[High] Signs of a rumour a" || !strings.Contains(en.Text, "a person must check it") || en.MessageID == vi.MessageID {
		t.Errorf("English mail = %+v", en)
	}
	if calls.Load() != 2 || ids[0] == "" || ids[0] != ids[1] {
		t.Errorf("%d calls with the ids %v, want two with one id", calls.Load(), ids)
	}
}
