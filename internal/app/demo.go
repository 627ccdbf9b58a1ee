package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"langnghe/alerts"
	"langnghe/alerts/email"
	"langnghe/crawler"
	"langnghe/internal/config"
	"langnghe/internal/demo"
	"langnghe/internal/news"
	"langnghe/official"
	"langnghe/review"
)

// DemoOptions configures [Demo].
type DemoOptions struct {
	DataDir string // empty means a temporary folder, removed at the end
	Listen  string
	Profile string
	Version string
	Log     *slog.Logger
	Out     io.Writer                                  // progress and sign-ins for the person who started it
	Live    time.Duration                              // between live items; zero means 6s
	Ready   func(*Service, *demo.World, *demo.Mailbox) // after the replay; may be nil
}

// Demo starts the whole service on the sample world: sixty days are replayed
// through the real crawler while the first page is already open, then new
// items keep arriving.
func Demo(ctx context.Context, o DemoOptions) (err error) {
	if o.Live == 0 {
		o.Live = 6 * time.Second
	}
	if o.DataDir == "" {
		if o.DataDir, err = os.MkdirTemp("", "langnghe-demo-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(o.DataDir)) }()
	} else if _, err := os.Stat(o.DataDir + "/desk.db"); err == nil {
		return fmt.Errorf("%s holds data already; the demo replays its history into an empty folder", o.DataDir)
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)

	world, err := demo.New(time.Now())
	if err != nil {
		return err
	}
	sites, err := world.Serve(ctx)
	if err != nil {
		return err
	}
	box, err := demo.OpenMailbox("127.0.0.1:0")
	if err != nil {
		return err
	}
	defer box.Close()
	boxURL, err := serveMailbox(ctx, box)
	if err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(box.Addr())
	if err != nil {
		return err
	}

	cfg := config.Default()
	if o.Profile != "" {
		cfg.Profile = o.Profile
	}
	cfg.Receive.Citizens = true
	cfg.Khoi = demo.Khoi
	cfg.Sources = demoSources(sites)
	cfg.Mail = &email.Config{Host: host, From: "langnghe@phuong.example", TLS: "none"}
	if _, err := fmt.Sscan(port, &cfg.Mail.Port); err != nil {
		return err
	}
	for _, p := range demo.Staff {
		if p.Role == "admin" || p.Role == "khoi" || p.Role == "office" {
			continue // they sign in, but get no mail
		}
		cfg.Recipients = append(cfg.Recipients, config.Recipient{Recipient: alerts.Recipient{
			Name: p.Name, Role: p.Role, Unit: p.Unit, Channel: "email", Address: p.Name + "@phuong.example", Always: true, // people try the demo at any hour
		}})
	}

	cfg.Recipients = append(cfg.Recipients, config.Recipient{Recipient: alerts.Recipient{
		Name: "các đơn vị", Role: "unit", Channel: "email", Address: "donvi@phuong.example", Always: true,
	}})

	var percent atomic.Int32
	return Run(ctx, Options{
		Config: cfg, DataDir: o.DataDir, Listen: o.Listen, Version: o.Version, Log: o.Log, Now: world.Clock.Now, Manual: true, AlertPoll: 30 * time.Millisecond,
		Banner: news.Text{VI: "Dữ liệu mẫu – mọi nội dung đều hư cấu", EN: "Sample data – everything here is invented"},
		Progress: func() (bool, int, news.Text) {
			p := int(percent.Load())
			return p >= 100, p, news.Text{VI: "Đang phát lại 60 ngày dữ liệu mẫu", EN: "Replaying 60 days of sample data"}
		},
		Started: func(s *Service) {
			go func() {
				if err := play(ctx, o, s, world, box, boxURL, &percent); err != nil && ctx.Err() == nil {
					stop(fmt.Errorf("demo: %w", err))
				}
			}()
		},
	})
}

// demoSources are the sample web as a config would name it. Only a demo may
// fetch as fast as this: its sites are marked internal.
func demoSources(sites []demo.Site) []crawler.Source {
	var out []crawler.Source
	for _, s := range sites {
		src := crawler.Source{ID: s.ID, Name: s.Name, Kind: "feed", URL: s.URL + "/rss.xml", Platform: "web", Items: news.Article,
			Every: 5 * time.Second, Pace: time.Millisecond, Internal: true}
		switch s.ID {
		case "portal":
			src.Items, src.Prior = news.Official, 3
		case "paper":
			src.Prior = 1
		case "police":
			src.Reference, src.Prior = true, 1
		case "community":
			src.Items, src.Platform, src.Prior, src.FullText = news.Post, "forum", 3, true
			comments := src
			comments.ID, comments.Name, comments.URL, comments.Items = "community-comments", s.Name+" – bình luận", s.URL+"/comments.xml", news.Comment
			out = append(out, src, comments)
			continue
		}
		out = append(out, src)
	}
	return out
}

// play replays the history and then lets the world go on live.
func play(ctx context.Context, o DemoOptions, s *Service, w *demo.World, box *demo.Mailbox, boxURL string, percent *atomic.Int32) error {
	say := func(format string, args ...any) { fmt.Fprintf(o.Out, format, args...) }
	if err := s.answering(ctx, nil); err != nil {
		return err
	}
	for _, p := range demo.Staff {
		if err := addUser(ctx, s.accounts, review.Account{Name: p.Name, Role: review.Role(p.Role), Unit: p.Unit}, demo.Password, w.First); err != nil {
			return err
		}
	}
	papers, err := w.Papers()
	if err != nil {
		return err
	}
	if err := file(ctx, s.desk, papers); err != nil {
		return err
	}
	say("\nLắng Nghe – dữ liệu mẫu / sample data\n\n  %s\n\n", s.URL)
	say("  Đăng nhập / sign in, mật khẩu / password: %s\n", demo.Password)
	for _, p := range demo.Staff {
		say("    %-10s %s\n", p.Name, p.Role)
	}
	say("\n  Hộp thư mẫu / sample mailbox: %s\n\n", boxURL)

	start := time.Now()
	total, shown := w.Last.Sub(w.First), -1
	crew, err := newStaff(s.desk, s.reports, w)
	if err != nil {
		return err
	}
	items := 0
	for t := w.First; ; t = w.Next(t) {
		w.Clock.Set(t)
		n, err := s.Step(ctx)
		if err != nil {
			return err
		}
		items += n
		if err := crew.work(ctx, t); err != nil {
			return err
		}
		p := int(100 * t.Sub(w.First) / total)
		percent.Store(int32(min(p, 99)))
		if p/5 != shown {
			shown = p / 5
			say("\r  Phát lại / replaying: ngày/day %d/%d, %d tin/items", int(t.Sub(w.First).Hours()/24)+1, demo.Days, items)
		}
		if !t.Before(w.Last) {
			break
		}
	}
	w.Clock.Release()
	s.Release()
	percent.Store(100)
	say("\r  Đã phát lại / replayed: %d tin/items trong/in %.1fs. Tin mới tiếp tục đến / new ones keep coming; Ctrl-C để dừng/to stop.\n", items, time.Since(start).Seconds())
	if o.Ready != nil {
		o.Ready(s, w, box)
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(o.Live):
		}
		if _, more := w.Publish(); !more {
			return nil
		}
	}
}

// file registers the sample ward's official papers. A person must confirm
// each fact before it counts; here the sample officers do.
func file(ctx context.Context, d *review.Desk, papers []demo.Paper) error {
	by := review.User{Name: "canbo", Role: review.Reviewer}
	var ids []string
	for _, p := range papers {
		doc, err := official.ParseDocument(p.Name, p.Data)
		if err != nil {
			return err
		}
		if _, err := d.AddDocument(ctx, doc, by); err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
	}
	docs, err := d.Documents(ctx)
	if err != nil {
		return err
	}
	for _, doc := range docs {
		for _, f := range doc.Facts {
			ids = append(ids, f.ID)
		}
	}
	return d.ConfirmFacts(ctx, ids, by)
}

// serveMailbox shows what arrived in the sample mailbox, beside the desk.
func serveMailbox(ctx context.Context, box *demo.Mailbox) (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:8025")
	if err != nil {
		if l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return "", err
		}
	}
	srv := &http.Server{Handler: box.Handler(), ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(ctx, func() { _ = srv.Close() })
	go func() { _ = srv.Serve(l) }()
	return "http://" + l.Addr().String(), nil
}
