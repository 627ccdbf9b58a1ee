package e2e

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite", to make databases of an older program

	"langnghe/indexer"
	"langnghe/internal/app"
	"langnghe/internal/backup"
	"langnghe/internal/bus"
	"langnghe/internal/news"
	"langnghe/internal/store"
	"langnghe/review"
)

// A ward is an installation that is killed again and again: what it has
// acknowledged is remembered here, and must be there each time it is up.
type ward struct {
	t         *testing.T
	ctx       context.Context
	rng       *rand.Rand
	dir       string
	cfg, data string
	stick     string // of the backups
	key       backup.Key
	addr      string
	p         *process
	died      func() // called between a death of the service and its next start; may be nil

	items   map[string]bool
	gone    map[string]bool // erased
	users   []string
	audit   int
	browser *http.Client // of the reviewer hoa

	mu      sync.Mutex
	decided map[string]string // entry → its case
}

// TestKillOperations kills backup, restore, upgrade and reindex at 50 random
// moments, and the way back from an upgrade at ten more, under load, while a reviewer decides. Each time the service starts
// again by itself, with every item, account, decision and case that had been
// acknowledged, an unbroken audit chain and backups that can be read; in the end
// a backup restored on an empty folder has the same counts.
func TestKillOperations(t *testing.T) {
	dir := t.TempDir()
	page := newPage()
	for range 100 {
		page.add()
	}
	site := httptest.NewServer(page)
	defer site.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	w := &ward{
		t: t, ctx: ctx, rng: rand.New(rand.NewPCG(seed, 2)), dir: dir,
		cfg: filepath.Join(dir, "langnghe.yaml"), data: filepath.Join(dir, "data"), stick: filepath.Join(dir, "stick"), items: map[string]bool{}, gone: map[string]bool{}, decided: map[string]string{},
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	w.browser = &http.Client{Jar: jar, Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	w.configure(site.URL)
	w.start()
	w.settle(100)
	stop := w.load(page, 200*time.Millisecond)
	turns := []struct {
		name string
		n    int
		f    func()
	}{{"backup", 13, w.killBackup}, {"reindex", 12, w.killReindex}, {"restore", 13, w.killRestore}, {"upgrade", 12, w.killUpgrade}, {"downgrade", 10, w.killDowngrade}}
	for _, turn := range turns {
		begun := time.Now()
		for i := range turn.n {
			w.learn(fmt.Sprintf("%s-%d", turn.name, i))
			turn.f()
			w.look()
			if t.Failed() {
				t.Fatalf("after %s %d\n%s", turn.name, i, w.p.out.String())
			}
		}
		t.Logf("%s: %d kills in %v", turn.name, turn.n, time.Since(begun).Round(time.Second))
	}
	stop()

	want := page.len() - len(w.gone)
	eventually(t, ctx, "everything that was published", func() bool { return count(ctx, t, w.data) >= want }, w.p)
	if n := count(ctx, t, w.data); n != want {
		t.Errorf("%d items of %d", n, want)
	}
	w.look()
	// The proof that an operator has: an empty folder, the stick and the key.
	// Stopped, so that nothing moves between the counts.
	w.p.stop(t)
	decided, cases := w.kept(ctx)
	t.Logf("%d decisions and %d cases were acknowledged on the way; %d and %d are there", len(w.decided), len(slices.Compact(slices.Sorted(maps.Values(w.decided)))), len(decided), len(cases))
	if out, err := w.command("backup", "-config", w.cfg, "-data", w.data); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	fresh := filepath.Join(dir, "fresh")
	out, err := w.command("restore", "-from", w.stick, "-key", app.KeyPath(w.data), "-data", fresh, "-config", w.cfg)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", strings.TrimSpace(out))
	if want := fmt.Sprintf("%d mục tin / items, %d vụ việc / cases", want, len(cases)); !strings.Contains(out, want) {
		t.Errorf("restored: %s\nwant %s", out, want)
	}
}

// configure writes the ward's configuration: one source, and backups to the
// stick.
func (w *ward) configure(site string) {
	w.t.Helper()
	text := fmt.Sprintf(`
backup: {to: %q, no_drill: true}
sources:
  - {id: community, name: Trang mẫu, kind: feed, url: "%s/rss.xml", items: post, platform: forum, prior: 3, full_text: true, internal: true, every: 200ms, pace: 1ms}
`, w.stick, site)
	if err := os.WriteFile(w.cfg, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// settle gives the running service a key for its backups and a reviewer, and
// waits for the first items and a case.
func (w *ward) settle(items int) {
	w.t.Helper()
	out, err := w.command("backup", "init", "-config", w.cfg, "-data", w.data)
	if err != nil {
		w.t.Fatalf("%v\n%s", err, out)
	}
	if w.key, err = backup.LoadKey(app.KeyPath(w.data)); err != nil {
		w.t.Fatal(err)
	}
	w.hire("hoa")
	eventually(w.t, w.ctx, "the first items", func() bool { return count(w.ctx, w.t, w.data) >= items }, w.p)
	eventually(w.t, w.ctx, "the first case", func() bool { return w.decide() == nil && len(w.decided) > 0 }, w.p) // entries come a moment after the items
}

// load adds to the page until stop is called.
func (w *ward) load(page *page, every time.Duration) (stop func()) {
	end := make(chan struct{})
	var adding sync.WaitGroup
	adding.Go(func() {
		for {
			select {
			case <-end:
				return
			case <-time.After(every):
				if page.len() < 450 { // a feed is read to its 500th entry
					page.add()
				}
			}
		}
	})
	return func() {
		close(end)
		adding.Wait()
	}
}

func (w *ward) command(args ...string) (string, error) {
	p := launch(w.t, args...)
	select {
	case err := <-p.end:
		return p.out.String(), err
	case <-w.ctx.Done():
		return p.out.String(), w.ctx.Err()
	}
}

func (w *ward) start() {
	w.t.Helper()
	if w.died != nil && w.p != nil {
		w.died()
	}
	w.addr = freeAddr(w.t)
	w.p = launch(w.t, "serve", "-config", w.cfg, "-data", w.data, "-listen", w.addr)
	for {
		ctx, cancel := context.WithTimeout(w.ctx, 100*time.Millisecond)
		err := up(ctx, w.addr)
		cancel()
		if err == nil {
			break
		}
		select {
		case err := <-w.p.end:
			w.t.Fatalf("the service does not start: %v\n%s", err, w.p.out.String())
		case <-w.ctx.Done():
			w.t.Fatalf("the service is not up\n%s", w.p.out.String())
		default:
		}
	}
	eventually(w.t, w.ctx, "it answers", func() bool {
		_, err := bus.Ask(w.ctx, bus.Dial(app.SocketPath(w.data)), app.AskIndex, app.None{})
		return err == nil
	}, w.p)
}

// soon is a random moment within what an operation takes; half of them early.
func (w *ward) soon(most time.Duration) time.Duration {
	d := time.Duration(w.rng.Int64N(int64(most)))
	if w.rng.IntN(2) == 0 {
		d /= 4
	}
	return d
}

const password = "mot mat khau dai 27"

// hire adds a reviewer's account.
func (w *ward) hire(name string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 30*time.Second)
	defer cancel()
	_, err := bus.Ask(ctx, bus.Dial(app.SocketPath(w.data)), app.AskUsers, app.UserRequest{
		Add: &review.Account{Name: name, Role: review.Reviewer}, Password: password, By: "test",
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.users = append(w.users, name)
}

// call asks the desk as hoa's browser would, who signs in where that is
// needed.
func (w *ward) call(method, path string, in, out any) error {
	for range 2 {
		body, err := json.Marshal(in)
		if err != nil {
			return err
		}
		req, err := http.NewRequestWithContext(w.ctx, method, "http://"+w.addr+path, bytes.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := w.browser.Do(req)
		if err != nil {
			return err
		}
		data, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		switch {
		case err != nil:
			return err
		case resp.StatusCode == http.StatusUnauthorized:
			resp, err := w.browser.PostForm("http://"+w.addr+"/sign-in", url.Values{"name": {"hoa"}, "password": {password}})
			if err != nil {
				return err
			}
			resp.Body.Close()
			continue
		case resp.StatusCode != http.StatusOK:
			return fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, data)
		}
		return json.Unmarshal(data, out)
	}
	return errors.New("hoa cannot sign in")
}

// decide makes a case of the first entry of the inbox. What the desk has
// acknowledged is remembered.
func (w *ward) decide() error {
	var in review.Inbox
	if err := w.call("GET", "/api/v1/inbox?limit=1", nil, &in); err != nil {
		return err
	}
	for _, e := range in.Entries {
		var done review.Entry
		if err := w.call("POST", "/api/v1/entries/"+url.PathEscape(e.ID)+"/decision", map[string]any{"choice": news.Scam}, &done); err != nil {
			return err
		}
		if done.Decision == nil || done.Case == "" {
			return fmt.Errorf("entry %s has no case: %+v", e.ID, done)
		}
		w.mu.Lock()
		w.decided[e.ID] = done.Case
		w.mu.Unlock()
	}
	return nil
}

// busy lets hoa decide while f kills the service or a command; what is
// acknowledged before that instant must be there after it.
func (w *ward) busy(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 3 {
			if w.decide() != nil {
				return // killed
			}
		}
	}()
	f()
	<-done
}

// learn remembers what is there, adds an account and decides.
func (w *ward) learn(name string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 30*time.Second)
	defer cancel()
	w.hire(name)
	if err := w.decide(); err != nil {
		w.t.Fatal(err)
	}
	w.items = ids(ctx, w.t, w.data)
	w.audit = w.verify(ctx)
}

// kept reads decisions and cases from the desk's database, as it is on the
// disk.
func (w *ward) kept(ctx context.Context) (decided, cases map[string]bool) {
	w.t.Helper()
	d, err := sql.Open("sqlite", "file:"+filepath.Join(w.data, "desk.db")+"?mode=ro&_pragma=busy_timeout(10000)")
	if err != nil {
		w.t.Fatal(err)
	}
	defer d.Close()
	read := func(query string) map[string]bool {
		out := map[string]bool{}
		rows, err := d.QueryContext(ctx, query)
		if err != nil {
			w.t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				w.t.Fatal(err)
			}
			out[id] = true
		}
		if err := rows.Err(); err != nil {
			w.t.Fatal(err)
		}
		return out
	}
	return read(`SELECT id FROM entry WHERE decided > 0`), read(`SELECT id FROM case_file`)
}

func (w *ward) verify(ctx context.Context) int {
	w.t.Helper()
	rep, err := bus.Ask(ctx, bus.Dial(app.SocketPath(w.data)), app.AskAudit, app.AuditRequest{Verify: true, Limit: 1})
	if err != nil {
		w.t.Fatalf("audit: %v", err)
	}
	return rep.Verified
}

// look compares the running service with what was learned.
func (w *ward) look() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 60*time.Second)
	defer cancel()
	now := ids(ctx, w.t, w.data)
	for id := range w.items {
		if !now[id] {
			w.t.Errorf("item %s is lost", id)
		}
	}
	begun := time.Now()
	for id := range w.gone { // erased again, a moment after the start
		for now[id] {
			if time.Since(begun) > 30*time.Second {
				w.t.Fatalf("item %s, which was erased, is back\n%s", id, w.p.out.String())
			}
			time.Sleep(100 * time.Millisecond)
			now = ids(ctx, w.t, w.data)
		}
	}
	client := bus.Dial(app.SocketPath(w.data))
	list, err := bus.Ask(ctx, client, app.AskUsers, app.UserRequest{})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, name := range w.users {
		if !slices.ContainsFunc(list, func(a review.Account) bool { return a.Name == name }) {
			w.t.Errorf("the account %s is lost", name)
		}
	}
	decided, cases := w.kept(ctx)
	for entry, id := range w.decided {
		if !decided[entry] {
			w.t.Errorf("the decision of entry %s is lost", entry)
		}
		if !cases[id] {
			w.t.Errorf("case %s is lost", id)
		}
	}
	if n := w.verify(ctx); n < w.audit {
		w.t.Errorf("the audit chain has %d entries, it had %d", n, w.audit)
	}
	// Whatever is stored can be found.
	for {
		res, err := bus.Ask(ctx, client, app.AskSearch, indexer.Query{Text: "phường thái hòa", Limit: 1})
		if err == nil && res.Total >= len(w.items) {
			break
		}
		if ctx.Err() != nil {
			w.t.Fatalf("%d of %d items can be found: %v", res.Total, len(w.items), err)
		}
		time.Sleep(100 * time.Millisecond)
	}
	repo, err := backup.Open(w.stick, w.key)
	if err != nil {
		w.t.Fatal(err)
	}
	all, err := repo.List()
	if err != nil {
		w.t.Errorf("backups: %v", err)
	}
	for _, s := range all[:min(2, len(all))] {
		if err := repo.Verify(ctx, s); err != nil {
			w.t.Errorf("backup %s: %v", s.ID, err)
		}
	}
}

// killBackup ends the service, which makes the backup, or the command, which
// asks for it.
func (w *ward) killBackup() {
	c := launch(w.t, "backup", "-config", w.cfg, "-data", w.data)
	alone := w.rng.IntN(4) == 0
	w.busy(func() {
		time.Sleep(w.soon(900 * time.Millisecond))
		if alone {
			c.kill()
		} else {
			w.p.kill()
		}
	})
	if !alone {
		<-c.end
		w.start()
	}
	if out, err := w.command("backup", "-config", w.cfg, "-data", w.data); err != nil {
		w.t.Fatalf("a backup after the kill: %v\n%s", err, out)
	}
}

func (w *ward) killReindex() {
	c := launch(w.t, "reindex", "-config", w.cfg, "-data", w.data)
	w.busy(func() {
		time.Sleep(w.soon(900 * time.Millisecond))
		w.p.kill()
	})
	<-c.end
	w.start()
}

// killRestore brings a backup of just now back over the data, so that
// whichever of both is there afterwards, nothing may be missing. What was erased
// in between stays erased.
func (w *ward) killRestore() {
	if out, err := w.command("backup", "-config", w.cfg, "-data", w.data); err != nil {
		w.t.Fatalf("%v\n%s", err, out)
	}
	for id := range w.items { // after the backup, so that a restore has to do it again
		ctx, cancel := context.WithTimeout(w.ctx, 30*time.Second)
		if _, err := bus.Ask(ctx, bus.Dial(app.SocketPath(w.data)), app.AskErase, news.Erased{ID: id, Reason: "xin xóa", At: time.Now()}); err != nil {
			w.t.Fatal(err)
		}
		cancel()
		delete(w.items, id)
		w.gone[id] = true
		break
	}
	w.p.kill()
	c := launch(w.t, "restore", "-from", w.stick, "-replace", "-config", w.cfg, "-data", w.data)
	time.Sleep(w.soon(1200 * time.Millisecond))
	c.kill()
	w.start()
}

// killUpgrade starts on the databases of an older program and is killed
// while it brings them up to date.
func (w *ward) killUpgrade() {
	w.p.kill()
	older := 0
	for _, role := range app.Roles {
		older += w.age(role)
	}
	if older < 3 {
		w.t.Fatalf("only %d databases can be made older: write undo scripts for the last migrations", older)
	}
	c := launch(w.t, "serve", "-config", w.cfg, "-data", w.data, "-listen", freeAddr(w.t))
	time.Sleep(w.soon(600 * time.Millisecond))
	c.kill()
	w.start()
	copies, err := filepath.Glob(filepath.Join(w.data, store.BeforeUpgrade, "*", "*.db"))
	if err != nil || len(copies) < older {
		w.t.Errorf("%d copies from before the upgrade of %d databases, %v", len(copies), older, err)
	}
	for _, c := range copies {
		if err := store.Check(w.ctx, c); err != nil {
			w.t.Error(err)
		}
	}
}

// killDowngrade goes back to before an upgrade and is killed meanwhile. What
// was acknowledged before the upgrade is there after it, whether it was
// finished or has changed nothing; asked again it ends at the older databases,
// or says that it is done.
func (w *ward) killDowngrade() {
	w.p.kill()
	var aged []string
	for _, role := range app.Roles {
		if w.age(role) > 0 {
			aged = append(aged, role)
		}
	}
	if len(aged) < 3 {
		w.t.Fatalf("only %d databases can be made older: write undo scripts for the last migrations", len(aged))
	}
	before := map[string]string{}
	for _, role := range aged {
		before[role] = w.migration(role)
	}
	w.start() // the upgrade
	w.p.kill()
	c := launch(w.t, "restore", "-before-upgrade", "-data", w.data)
	time.Sleep(w.soon(150 * time.Millisecond)) // it takes about as long
	c.kill()
	if w.rng.IntN(2) == 0 {
		if out, err := w.command("restore", "-before-upgrade", "-data", w.data); err != nil && !strings.Contains(out, "no copies from before") {
			w.t.Fatalf("the way back, once more: %v\n%s", err, out)
		}
		for _, role := range aged {
			if name := w.migration(role); name != before[role] {
				w.t.Errorf("%s is at %s after the way back, want %s", role, name, before[role])
			}
		}
	}
	w.start()
}

// migration is the last one that the role's database has.
func (w *ward) migration(role string) (name string) {
	w.t.Helper()
	d, err := sql.Open("sqlite", "file:"+filepath.Join(w.data, role+".db")+"?mode=ro&_pragma=busy_timeout(10000)")
	if err == nil {
		err = errors.Join(d.QueryRowContext(w.ctx, `SELECT name FROM migration ORDER BY name DESC LIMIT 1`).Scan(&name), d.Close())
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return name
}

// undo takes back migrations that do more than add tables and columns.
var undo = map[string]string{
	"indexer/0002_apart.sql": `
		CREATE TABLE item1 (
			key       INTEGER PRIMARY KEY,
			id        TEXT    NOT NULL UNIQUE,
			at        INTEGER NOT NULL,
			hash      TEXT    NOT NULL,
			seen      INTEGER NOT NULL,
			indexed   INTEGER NOT NULL DEFAULT 0 CHECK (indexed IN (0, 1)),
			announced INTEGER NOT NULL DEFAULT 0 CHECK (announced IN (0, 1)),
			body      TEXT    NOT NULL
		) STRICT;
		INSERT INTO item1 SELECT i.key, i.id, i.at, i.hash, i.seen, coalesce(t.indexed, 1), t.key IS NULL, json_set(i.body, '$.title', i.title, '$.text', i.text)
			FROM item i LEFT JOIN todo t ON t.key = i.key;
		DROP TABLE item;
		DROP TABLE todo;
		ALTER TABLE item1 RENAME TO item;
		CREATE INDEX item_order ON item (at, id);
		CREATE INDEX item_unindexed ON item (key) WHERE indexed = 0;
		CREATE INDEX item_unannounced ON item (at, id) WHERE announced = 0;
		UPDATE version SET body = json_set(body, '$.title', title, '$.text', text);
		ALTER TABLE version DROP COLUMN title;
		ALTER TABLE version DROP COLUMN text;
		DROP INDEX fact_day;
		CREATE INDEX fact_day ON fact (day);`,
}

var (
	comments  = regexp.MustCompile(`--[^\n]*`)
	newTable  = regexp.MustCompile(`^CREATE TABLE (\w+)`)
	newIndex  = regexp.MustCompile(`^CREATE (?:UNIQUE )?INDEX (\w+)`)
	newColumn = regexp.MustCompile(`^ALTER TABLE (\w+) ADD COLUMN (\w+)`)
)

// reverse is the script that takes a migration back, "" when it is not known.
func reverse(name, script string) string {
	if u := undo[name]; u != "" {
		return u
	}
	out := ""
	for part := range strings.SplitSeq(comments.ReplaceAllString(script, ""), ";") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		switch {
		case newTable.MatchString(part):
			out = "DROP TABLE " + newTable.FindStringSubmatch(part)[1] + ";" + out
		case newIndex.MatchString(part):
			out = "DROP INDEX " + newIndex.FindStringSubmatch(part)[1] + ";" + out
		case newColumn.MatchString(part):
			m := newColumn.FindStringSubmatch(part)
			out = "ALTER TABLE " + m[1] + " DROP COLUMN " + m[2] + ";" + out
		default:
			return ""
		}
	}
	return out
}

// age makes the role's database that of a program without its last
// migration, and returns 1 when that was done.
func (w *ward) age(role string) int {
	w.t.Helper()
	d, err := sql.Open("sqlite", "file:"+filepath.Join(w.data, role+".db")+"?_pragma=busy_timeout(10000)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err != nil {
		w.t.Fatal(err)
	}
	var name string
	err = d.QueryRowContext(w.ctx, `SELECT name FROM migration ORDER BY name DESC LIMIT 1`).Scan(&name)
	if err != nil {
		w.t.Fatal(errors.Join(err, d.Close()))
	}
	script, err := os.ReadFile(filepath.Join("..", "internal", "store", "migrations", role, name))
	if err != nil {
		w.t.Fatal(errors.Join(err, d.Close()))
	}
	back := reverse(role+"/"+name, string(script))
	if back == "" || strings.HasPrefix(name, "0001") {
		if err := d.Close(); err != nil {
			w.t.Fatal(err)
		}
		return 0
	}
	tx, err := d.BeginTx(w.ctx, nil)
	if err == nil {
		_, err = tx.ExecContext(w.ctx, back)
		if err == nil {
			_, err = tx.ExecContext(w.ctx, `DELETE FROM migration WHERE name = ?`, name)
		}
		err = errors.Join(err, tx.Commit())
	}
	if err := errors.Join(err, d.Close()); err != nil {
		w.t.Fatalf("%s: %v", name, err)
	}
	return 1
}
