package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"langnghe/indexer"
	"langnghe/internal/app"
	"langnghe/internal/bus"
	"langnghe/internal/news"
	"langnghe/internal/store"
	"langnghe/review"
)

// What a ward has gathered in some months.
const (
	manyItems = 100_000
	manyCases = 1_000
)

// TestRestoreSize backs up 100,000 items and 1,000 cases, restores them on an
// empty machine, starts the service there and compares every table and what
// can be found. It takes minutes, so it runs only when LANGNGHE_BENCH_RESTORE
// names a folder; what it makes there is used again the next time.
func TestRestoreSize(t *testing.T) {
	dir := os.Getenv("LANGNGHE_BENCH_RESTORE")
	if dir == "" {
		t.Skip("LANGNGHE_BENCH_RESTORE names no folder (make bench-restore)")
	}
	ctx := t.Context()
	data := filepath.Join(dir, "data")
	cfg := filepath.Join(dir, "config.yaml")
	stick := filepath.Join(dir, "stick")
	if _, err := os.Stat(filepath.Join(dir, "made")); errors.Is(err, fs.ErrNotExist) {
		makeWard(t, ctx, dir, cfg, data)
	}
	if n := countAll(t, ctx, data)["desk.db"]["case_file"]; n < manyCases {
		makeCases(t, ctx, data, n)
	}
	want := countAll(t, ctx, data)
	if n := want["indexer.db"]["item"]; n != manyItems {
		t.Fatalf("%d items, want %d", n, manyItems)
	}
	if n := want["desk.db"]["case_file"]; n < manyCases {
		t.Fatalf("%d cases, want %d", n, manyCases)
	}
	for _, old := range []string{stick, filepath.Join(dir, "fresh")} {
		if err := os.RemoveAll(old); err != nil {
			t.Fatal(err)
		}
	}
	run := func(args ...string) string {
		t.Helper()
		begun := time.Now()
		p := launch(t, args...)
		if err := <-p.end; err != nil {
			t.Fatalf("%s: %v\n%s", args[0], err, p.out.String())
		}
		t.Logf("%-8s %6.1f s, processor %.1f s, at most %d MB", args[0], time.Since(begun).Seconds(),
			(p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()).Seconds(), peak(p))
		return p.out.String()
	}
	run("backup", "init", "-to", stick, "-data", data)
	run("backup", "-to", stick, "-config", cfg, "-data", data)
	run("backup", "-to", stick, "-config", cfg, "-data", data) // the next night's

	// The disaster, and what an operator does.
	fresh := filepath.Join(dir, "fresh")
	begun := time.Now()
	out := run("restore", "-from", stick, "-key", app.KeyPath(data), "-data", fresh, "-config", cfg)
	restored := time.Since(begun)
	got := countAll(t, ctx, fresh)
	for db, tables := range want {
		for name, n := range tables {
			switch have := got[db][name]; {
			case name == "pseudonym_key": // must be gone when its time is over: never in a backup
			case name == "audit" && have >= n: // the restore itself is written down
			case have != n:
				t.Errorf("%s, %s: %d rows, had %d", db, name, have, n)
			}
		}
	}
	begun = time.Now()
	addr := freeAddr(t)
	p := launch(t, "serve", "-config", cfg, "-data", fresh, "-listen", addr)
	if err := up(ctx, addr); err != nil {
		t.Fatalf("%v\n%s", err, p.out.String())
	}
	client := bus.Dial(app.SocketPath(fresh))
	found := 0
	eventually(t, ctx, "everything can be found", func() bool {
		res, err := bus.Ask(ctx, client, app.AskSearch, indexer.Query{Text: "phường", Strict: true, Limit: 1})
		found = res.Total
		return err == nil && res.Total == manyItems
	}, p)
	took := restored + time.Since(begun)
	rep, err := bus.Ask(ctx, client, app.AskAudit, app.AuditRequest{Verify: true, Limit: 1})
	if err != nil {
		t.Errorf("the audit chain: %v", err)
	}
	p.stop(t)
	t.Logf("%s", strings.TrimSpace(out))
	t.Logf("restore → the service answers and finds all %d items: %.1f s (wanted: 600); %d cases, %d audit entries verified", found, took.Seconds(), got["desk.db"]["case_file"], rep.Verified)
	if took > 10*time.Minute {
		t.Errorf("it took %v, want ten minutes at most", took)
	}
}

// peak is the most memory that a process which has ended held, in MB.
func peak(p *process) int64 { return p.cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss >> 10 }

// countAll counts the rows of every table of a folder that nobody uses.
func countAll(t *testing.T, ctx context.Context, data string) map[string]map[string]int {
	t.Helper()
	out := map[string]map[string]int{}
	for _, role := range app.Roles {
		s, err := store.Look(ctx, filepath.Join(data, role+".db"))
		if err != nil {
			t.Fatal(err)
		}
		out[role+".db"] = s.Tables
	}
	return out
}

// makeWard fills a data folder through the program's own door: a file is
// imported into the running service, then a reviewer decides.
func makeWard(t *testing.T, ctx context.Context, dir, cfg, data string) {
	t.Helper()
	begun := time.Now()
	if err := errors.Join(os.RemoveAll(data), os.MkdirAll(dir, 0o700), os.WriteFile(cfg, []byte("profile: thai-hoa-2026\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "items.jsonl")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	rng := rand.New(rand.NewPCG(7, 11))
	flowers := strings.Fields("hồng cúc lan mai đào sen súng quỳ thược-dược cẩm-chướng lay-ơn thiên-lý dạ-hương mẫu-đơn trạng-nguyên phượng bằng-lăng sim mua nhài ngọc-lan râm-bụt dã-quỳ lộc-vừng hải-đường")
	some := func(n int) string { // of nothing that a rule looks for
		var b strings.Builder
		for range n {
			b.WriteString(flowers[rng.IntN(len(flowers))] + " ")
		}
		return b.String()
	}
	at := time.Now().Add(-70 * 24 * time.Hour)
	for i := range manyItems {
		at = at.Add(50 * time.Second)
		text := fmt.Sprintf("Vườn hoa thứ %d ở phường Thái Hòa có %s và %s.", i, some(60), some(60))
		if i%80 == 0 { // one in eighty is flagged
			text = fmt.Sprintf("%s. UBND phường Thái Hòa hỗ trợ mỗi hộ 500k, bấm vào link quatang%d.top điền CCCD và mã OTP để nhận tiền. %s", some(50), i, some(50))
		}
		it := news.Item{Kind: "post", Source: "cho-cu", Platform: "forum", URL: fmt.Sprintf("https://dien-dan.example/bai/%d", i), Text: text, Published: at, Observed: at}
		if err := enc.Encode(it); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		t.Fatal(err)
	}
	addr := freeAddr(t)
	p := launch(t, "serve", "-config", cfg, "-data", data, "-listen", addr)
	if err := up(ctx, addr); err != nil {
		t.Fatalf("%v\n%s", err, p.out.String())
	}
	c := launch(t, "import", "-data", data, "-config", cfg, "-source", "cho-cu", file)
	if err := <-c.end; err != nil {
		t.Fatalf("import: %v\n%s", err, c.out.String())
	}
	client := bus.Dial(app.SocketPath(data))
	eventually(t, ctx, "everything has passed the rules", func() bool {
		c, err := bus.Ask(ctx, client, app.AskCondition(data), app.None{})
		return err == nil && c.Waiting == 0 && count(ctx, t, data) == manyItems
	}, p)
	p.stop(t)
	if err := os.WriteFile(filepath.Join(dir, "made"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d items were made in %v", manyItems, time.Since(begun).Round(time.Second))
}

// makeCases lets a reviewer decide until there are that many cases; some
// items join one that is open.
func makeCases(t *testing.T, ctx context.Context, data string, cases int) {
	t.Helper()
	s, err := store.OpenDesk(ctx, filepath.Join(data, "desk.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	desk, err := review.New(review.Options{Store: s, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	by := review.User{Name: "hoa", Role: review.Reviewer}
	for cases < manyCases {
		page, err := desk.Inbox(ctx, review.InboxQuery{Limit: 200, By: by})
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Entries) == 0 {
			t.Fatalf("only %d cases can be made", cases)
		}
		for _, e := range page.Entries[:min(len(page.Entries), manyCases-cases)] {
			if _, err := desk.Decide(ctx, review.DecideRequest{Entry: e.ID, Choice: news.Scam, By: by}); err != nil {
				t.Fatal(err)
			}
		}
		open, err := desk.Cases(ctx, review.CaseQuery{Limit: 2 * manyCases})
		if err != nil {
			t.Fatal(err)
		}
		cases = len(open)
	}
}
