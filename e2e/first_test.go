package e2e

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// A newsSite has a home page that names its feed, and articles.
type newsSite struct {
	title string
	mu    sync.Mutex
	texts []string
}

func (s *newsSite) add(text string) (path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.texts = append(s.texts, text)
	return fmt.Sprintf("/bai/%d.html", len(s.texts)-1)
}

func (s *newsSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var n int
	switch _, err := fmt.Sscanf(r.URL.Path, "/bai/%d.html", &n); {
	case err == nil && n < len(s.texts):
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		title, _, _ := strings.Cut(s.texts[n], ".")
		fmt.Fprintf(w, `<!doctype html><html lang="vi"><head><title>%s</title><meta property="article:published_time" content="%s"></head><body><header>%s</header><article><h1>%s</h1><p>%s</p></article><footer>Liên hệ</footer></body></html>`,
			html.EscapeString(title), time.Now().Format(time.RFC3339), html.EscapeString(s.title), html.EscapeString(title), html.EscapeString(s.texts[n]))
	case r.URL.Path == "/rss":
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprintf(w, `<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>%s</title><link>http://%s/</link>`, html.EscapeString(s.title), r.Host)
		for i := len(s.texts) - 1; i >= 0; i-- {
			title, _, _ := strings.Cut(s.texts[i], ".")
			fmt.Fprintf(w, `<item><title>%s</title><link>http://%s/bai/%d.html</link><pubDate>%s</pubDate></item>`, html.EscapeString(title), r.Host, i, time.Now().Format(time.RFC1123Z))
		}
		io.WriteString(w, `</channel></rss>`)
	case r.URL.Path == "/":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><html lang="vi"><head><title>%s</title><link rel="alternate" type="application/rss+xml" title="%s" href="/rss"></head><body><h1>%s</h1></body></html>`, s.title, s.title, s.title)
	default:
		http.NotFound(w, r)
	}
}

// letters are the texts of the mails to an address so far.
func (b *box) letters(t *testing.T, to string) (out []string) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, raw := range b.raw {
		if !strings.HasSuffix(raw.to, to) {
			continue
		}
		m, err := mail.ReadMessage(strings.NewReader(raw.text))
		if err != nil {
			t.Fatal(err)
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, subject+"\n"+plainText(t, m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body))
	}
	return out
}

// plainText is the text of a mail's part, of several the plain one.
func plainText(t *testing.T, kind, coding string, r io.Reader) string {
	t.Helper()
	media, params, err := mime.ParseMediaType(kind)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(media, "multipart/") {
		parts := multipart.NewReader(r, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err != nil {
				return ""
			}
			if text := plainText(t, p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p); text != "" {
				return text
			}
		}
	}
	if media != "text/plain" {
		return ""
	}
	if strings.EqualFold(coding, "quoted-printable") {
		r = quotedprintable.NewReader(r)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// readmeCommands are the lines that README.md tells a ward to type.
func readmeCommands(t *testing.T) (out []string) {
	t.Helper()
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, ok := bytes.Cut(text, []byte("## Run it for your ward\n\n```\n"))
	block, _, closed := bytes.Cut(text, []byte("```"))
	if !ok || !closed {
		t.Fatal("README.md has no commands under Run it for your ward")
	}
	for line := range strings.Lines(string(block)) {
		command, _, _ := strings.Cut(line, "#")
		if command = strings.TrimSpace(command); command != "" {
			out = append(out, command)
		}
	}
	if len(out) != 6 || !strings.HasPrefix(out[1], "git clone ADDRESS langnghe") || !strings.HasPrefix(out[2], "CGO_ENABLED=0 go build -trimpath -o langnghe ") ||
		out[3] != "./langnghe setup" || out[4] != "./langnghe serve -config config.yaml -data ./data" || out[5] != "sudo ./langnghe setup service" {
		t.Fatalf("README.md says %q: this test walks other commands", out)
	}
	return out
}

// TestFirstRun goes from an empty machine to the first explained alert with
// the README's commands and no file edited: the wizard finds the feeds of the
// portal and of a paper and tries the mail server, the recipient confirms the
// address from the letter, a link is pasted, and the alert comes with its
// reasons. What stands in for the Internet are two sites and a mail server on
// this machine; hence -internal, and an address of the test's own after
// -listen. Nothing of the environment reaches the program, as on a machine that
// was installed a minute ago.
func TestFirstRun(t *testing.T) {
	machine := t.TempDir()
	home, stick := filepath.Join(machine, "home"), filepath.Join(machine, "usb")
	for _, dir := range []string{home, stick} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	begun := time.Now()
	commands := readmeCommands(t)
	program, err := os.ReadFile(binary(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "langnghe"), program, 0o700); err != nil {
		t.Fatal(err)
	}
	firstRun(t, begun, commands, stick, func(in, command string, more ...string) *process {
		words := append(strings.Fields(command), more...)
		p := &process{cmd: exec.Command(filepath.Join(home, words[0]), words[1:]...)}
		p.cmd.Dir, p.cmd.Env = home, []string{"HOME=" + home, "PATH=/usr/bin:/bin", "LANG=C"}
		return p.run(t, in)
	})
}

// run starts the process with what it is typed.
func (p *process) run(t *testing.T, in string) *process {
	t.Helper()
	p.end = make(chan error, 1)
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = strings.NewReader(in), &p.out, &p.out
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.end <- p.cmd.Wait() }()
	t.Cleanup(func() { p.cmd.Process.Kill() })
	return p
}

// firstRun is everything from the built program on. It runs commands of the
// README by run, which adds more arguments; stick is a folder as the machine
// sees it.
func firstRun(t *testing.T, begun time.Time, commands []string, stick string, run func(in, command string, more ...string) *process) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	portal, paper := &newsSite{title: "Cổng phường Thái Hòa"}, &newsSite{title: "Báo mẫu"}
	portal.add("UBND phường Thái Hòa thông báo lịch tiêm phòng dại. Từ ngày mai, các khối trên địa bàn phường tổ chức tiêm phòng dại cho chó mèo tại nhà văn hóa.")
	paper.add("Chợ Hiếu ở phường Thái Hòa đông người mua sắm. Sáng nay, chợ Hiếu ở phường Thái Hòa tỉnh Nghệ An đông hơn ngày thường, giá rau giảm nhẹ so với tuần trước.")
	portalAt, paperAt := httptest.NewServer(portal), httptest.NewServer(paper)
	defer portalAt.Close()
	defer paperAt.Close()
	post := newBox(t)

	last := begun
	step := func(what string) {
		t.Helper()
		now := time.Now()
		t.Logf("%6.1f s  %s (%.1f s)", now.Sub(begun).Seconds(), what, now.Sub(last).Seconds())
		last = now
	}
	setup, serve := commands[3], commands[4]
	step("the program is built: " + commands[2])

	answers := []string{
		"", "", "vhxh@phuong.example", // ward, khối, contact
		portalAt.URL, "1", "k", "k", "k", "k", "k", "k", "k", "k", // the portal; none of the big papers, which are out of reach here
		paperAt.URL, "1", "", // a further site
		post.addr, "", "Lắng Nghe <langnghe@phuong.example>", "",
		"lan", "", "lan@phuong.example", "binh", "", "binh@phuong.example", "",
		"quantri", "", "", "lan", "", "", "", // an administrator, a reviewer, with passwords that are made
		"", "", "", "", "", // HTTPS, reports, how long
		"", "", // who signs the ward's papers, its telephone numbers
		stick + "/langnghe", "",
	}
	p := run(strings.Join(answers, "\n")+"\n", setup, "-internal")
	select {
	case err := <-p.end:
		if err != nil {
			t.Fatalf("%v\n%s", err, p.out.String())
		}
	case <-ctx.Done():
		t.Fatalf("the wizard does not end\n%s", p.out.String())
	}
	said := p.out.String()
	password := regexp.MustCompile(`tài khoản lan \(reviewer\), mật khẩu: (\S+)`).FindStringSubmatch(said)
	if password == nil || !strings.Contains(said, "2 nguồn, 2 người nhận") || !strings.Contains(said, "máy chủ thư nhận kết nối") || !strings.Contains(said, "langnghe serve -config config.yaml -data ./data") {
		t.Fatalf("the wizard says:\n%s", said)
	}
	step("setup: two sites searched, mail server tried, place for backups, two accounts")

	addr := freeAddr(t)
	p = run("", serve, "-listen", addr)
	if err := up(ctx, addr); err != nil {
		t.Fatalf("%v\n%s", err, p.out.String())
	}
	step("serve: the desk answers")

	const lan = "<lan@phuong.example>"
	var link string
	eventually(t, ctx, "the letter that asks to confirm", func() bool {
		for _, l := range post.letters(t, "lan@phuong.example") {
			if m := regexp.MustCompile(`http://\S+/confirm\?code=\w+`).FindString(l); m != "" {
				link = m
			}
		}
		return link != ""
	}, p)
	if !strings.HasPrefix(link, "http://"+addr+"/") {
		t.Errorf("the letter leads to %s", link)
	}
	browser := tab(t, 1280, 900)
	do(t, browser, chromedp.Navigate(link))
	until(t, browser, "the page that confirms", "document.querySelector('form[action=\"/confirm\"] button.main')")
	do(t, browser, chromedp.Evaluate[chromedp.Void]("document.querySelector('form[action=\"/confirm\"] button.main').click()"))
	until(t, browser, "confirmed", "document.querySelector('.door .done')")
	step("the recipient has confirmed the address from the letter")

	do(t, browser, chromedp.Navigate("http://"+addr+"/"))
	until(t, browser, "the sign-in page", "document.activeElement.name === 'name'")
	do(t, browser, chromedp.KeyEvent("lan\t"+password[1]+"\r"))
	until(t, browser, "signed in", "location.pathname === '/inbox'")
	path := paper.add("Nghe nói vỡ đập Vực Mấu trong đêm. Bà con phường Thái Hòa nghe nói vỡ đập rồi, nước đang về, chạy đi, chia sẻ gấp cho mọi người biết trước khi quá muộn.")
	do(t, browser, chromedp.Navigate("http://"+addr+"/sources"))
	until(t, browser, "the sources", "document.querySelectorAll('table.rows tbody tr').length === 2")
	do(t, browser, chromedp.Evaluate[chromedp.Void](fmt.Sprintf("document.querySelector('input[name=url]').value = %q; document.querySelector('form[action=\"/sources\"] button').click()", paperAt.URL+path)))
	until(t, browser, "the link is taken in", "document.querySelector('section.card .done')")
	step("signed in; a link is pasted and taken in")

	var alert string
	eventually(t, ctx, "the explained alert", func() bool {
		for _, l := range post.letters(t, "lan@phuong.example") {
			if strings.Contains(strings.ToLower(l), "vỡ đập") {
				alert = l
			}
		}
		return alert != ""
	}, p)
	step("the alert is in the recipient's mailbox")
	t.Logf("the letter to %s:\n%s", lan, alert)
	if !strings.Contains(alert, "http://"+addr+"/inbox/") || !strings.Contains(alert, "Vì sao") && !strings.Contains(alert, "Lý do") {
		t.Errorf("the alert does not say why, or where:\n%s", alert)
	}
	for _, l := range post.letters(t, "binh@phuong.example") {
		if strings.Contains(strings.ToLower(l), "vỡ đập") {
			t.Errorf("an address that nobody has confirmed got the content:\n%s", l)
		}
	}
	do(t, browser, chromedp.Navigate("http://"+addr+"/inbox"))
	until(t, browser, "the entry with its marked words and reasons", "document.querySelector('.stack .entry mark')")
	if text := eval[string](t, browser, "document.querySelector('.stack').innerText"); !strings.Contains(strings.ToLower(text), "vỡ đập") {
		t.Errorf("the inbox shows:\n%s", text)
	}
	step("the entry with its reasons is on the page")
	if took := time.Since(begun); took > 15*time.Minute {
		t.Errorf("it took %v, want 15 minutes at most", took)
	}
	p.stop(t)
}
