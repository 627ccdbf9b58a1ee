package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"langnghe/internal/lang"
	"langnghe/internal/news"
)

// A cluster is a PostgreSQL server of our own, in a folder that goes away
// with it, reached through a socket in that folder only.
type cluster struct {
	bin, dir string
	as       *syscall.Credential // nil: as we are
	server   *exec.Cmd
}

var errNoPostgres = errors.New("PostgreSQL is not installed here; apt-get install postgresql brings it")

// newCluster makes one. The server refuses to run as root, so that then it
// runs as postgres or nobody.
func newCluster(dir string) (*cluster, error) {
	c := &cluster{dir: dir}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return nil, err
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		found = append(found, path)
	}
	if len(found) == 0 {
		return nil, errNoPostgres
	}
	c.bin = filepath.Dir(found[len(found)-1])
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if os.Getuid() == 0 {
		for _, name := range []string{"postgres", "nobody"} {
			if u, err := user.Lookup(name); err == nil {
				uid, _ := strconv.ParseUint(u.Uid, 10, 32)
				gid, _ := strconv.ParseUint(u.Gid, 10, 32)
				c.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
				break
			}
		}
		if c.as == nil {
			return nil, errors.New("there is no user postgres or nobody to run PostgreSQL as")
		}
		if err := os.Chown(dir, int(c.as.Uid), int(c.as.Gid)); err != nil {
			return nil, err
		}
	}
	out, err := c.command("initdb", "-D", filepath.Join(dir, "data"), "-U", "bench", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return c, nil
}

func (c *cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.bin, name), args...)
	cmd.Dir = c.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "HOME=" + c.dir}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.as, Pdeathsig: syscall.SIGQUIT}
	return cmd
}

// start starts the server and connects.
func (c *cluster) start(ctx context.Context) (*pgx.Conn, error) {
	c.server = c.command("postgres", "-D", filepath.Join(c.dir, "data"), "-k", c.dir, "-c", "listen_addresses=",
		"-c", "shared_buffers=1GB", "-c", "work_mem=64MB", "-c", "maintenance_work_mem=256MB", "-c", "max_wal_size=1GB", "-c", "jit=off")
	if err := c.server.Start(); err != nil {
		return nil, err
	}
	for begun := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		conn, err := pgx.Connect(ctx, "host="+c.dir+" user=bench dbname=postgres")
		if err == nil {
			return conn, nil
		}
		if time.Since(begun) > 30*time.Second {
			return nil, errors.Join(err, c.stop())
		}
	}
}

// stop ends the server. Its processor time is known from then on.
func (c *cluster) stop() error {
	if c.server == nil || c.server.ProcessState != nil {
		return nil
	}
	if err := c.server.Process.Signal(syscall.SIGINT); err != nil {
		return err
	}
	return c.server.Wait()
}

func (c *cluster) cpu() time.Duration {
	return c.server.ProcessState.UserTime() + c.server.ProcessState.SystemTime()
}

// benchPostgres gives PostgreSQL the keys of the normal form, exact and folded,
// as two tsvector columns with GIN indexes.
func benchPostgres(b *testing.B, dir string, c *corpus, q *searches) {
	ctx := b.Context()
	pg, err := newCluster(dir)
	defer os.RemoveAll(dir)
	if errors.Is(err, errNoPostgres) {
		b.Log(err)
		return
	}
	if err != nil {
		b.Fatal(err)
	}
	defer pg.stop()
	conn, err := pg.start(ctx)
	if err != nil {
		b.Fatal(err)
	}
	sql := func(stmts ...string) {
		for _, s := range stmts {
			if _, err := conn.Exec(ctx, s); err != nil {
				b.Fatalf("%s: %v", s, err)
			}
		}
	}
	sql(`CREATE TABLE doc (id bigint PRIMARY KEY, at bigint, topic text, area text, tone text, stance text, source text, kind text, title text, body text, words tsvector, folded tsvector)`,
		`CREATE INDEX ON doc USING gin (words)`, `CREATE INDEX ON doc USING gin (folded)`, `CREATE INDEX ON doc (at)`)
	settle()
	start, id := cpu(), int64(0)
	c.batches(b, func(items []news.Item) error {
		var ids, at []int64
		columns := make([][]string, 10)
		for i := range items {
			it := &items[i]
			id++
			ids, at = append(ids, id), append(at, it.At().UnixMilli())
			topic := ""
			if len(it.Reading.Topics) > 0 {
				topic = it.Reading.Topics[0].ID
			}
			key := lang.Key(it.Title + "\n" + it.Text)
			for k, v := range []string{topic, it.Reading.Area.Fit, it.Reading.Tone.Label, string(it.Reading.Stance), it.Source, string(it.Kind), it.Title, it.Text, key, lang.Fold(key)} {
				columns[k] = append(columns[k], v)
			}
		}
		args := []any{ids, at}
		for _, col := range columns {
			args = append(args, col)
		}
		_, err := conn.Exec(ctx, `INSERT INTO doc SELECT a, b, c, d, e, f, g, h, i, j, to_tsvector('simple', k), to_tsvector('simple', l)
			FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[]) AS t (a, b, c, d, e, f, g, h, i, j, k, l)`, args...)
		return err
	})
	ours := cpu() - start - c.making
	sql(`VACUUM ANALYZE doc`)
	var indexes, table int
	if err := conn.QueryRow(ctx, `SELECT pg_indexes_size('doc'), pg_table_size('doc')`).Scan(&indexes, &table); err != nil {
		b.Fatal(err)
	}
	if err := conn.Close(ctx); err != nil {
		b.Fatal(err)
	}
	if err := pg.stop(); err != nil {
		b.Fatal(err)
	}
	r := &searchRow{name: "PostgreSQL", cost: (ours + pg.cpu()) * 1000 / time.Duration(c.n), bytes: indexes / c.n, times: map[string]quantiles{}}
	if conn, err = pg.start(ctx); err != nil {
		b.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	run := func(query string, args ...any) error {
		rows, err := conn.Query(ctx, query, args...)
		if err != nil {
			return err
		}
		for rows.Next() {
		}
		return rows.Err()
	}
	const top = ` ORDER BY ts_rank(words, q) DESC LIMIT 20`
	ranked := func(query string) error {
		return run(`SELECT id, title, body FROM doc, to_tsquery('simple', $1) q WHERE words @@ q`+top, query)
	}
	word := func(w string) string { return "'" + strings.ReplaceAll(w, "'", "''") + "'" }
	join := func(op string, ws []string) string {
		out := make([]string, len(ws))
		for i, w := range ws {
			out[i] = word(w)
		}
		return strings.Join(out, op)
	}
	const slowly = 50 // it takes long to rank frequent words
	kinds := map[string]func(i int) error{
		"term":            func(i int) error { return ranked(word(q.term(i))) },
		"term rare":       func(i int) error { return ranked(word(q.rare[i%len(q.rare)])) },
		"term mid":        func(i int) error { return ranked(word(q.mid[i%len(q.mid)])) },
		"ranked frequent": func(i int) error { return ranked(word(q.frequent[i%len(q.frequent)])) },
		"words of people": func(i int) error { return ranked(join(" | ", q.words[i])) },
		"boolean": func(i int) error {
			w := q.boolean[i]
			return ranked(fmt.Sprintf("(%s) & %s & !%s", join(" | ", w[:3]), word(w[3]), word(w[4])))
		},
		"filter": func(i int) error {
			return run(`SELECT id, title, body FROM doc, to_tsquery('simple', $1) q WHERE words @@ q AND topic = $2 AND area = $3 AND at >= $4 AND at < $5`+top,
				word(q.mid[i%len(q.mid)]), benchTopics[i%4], news.InArea, q.weeks[i].UnixMilli(), q.weeks[i].AddDate(0, 0, 7).UnixMilli())
		},
		"newest first": func(i int) error {
			return run(`SELECT id, title, body FROM doc WHERE words @@ to_tsquery('simple', $1) ORDER BY id DESC LIMIT 20`, word(q.mid[i%len(q.mid)]))
		},
		"facets": func(i int) error {
			w := word(q.mid[i%len(q.mid)])
			if err := ranked(w); err != nil {
				return err
			}
			return run(`SELECT grouping(topic, area, tone, stance, source, kind), topic, area, tone, stance, source, kind, count(*) FROM doc
				WHERE words @@ to_tsquery('simple', $1) GROUP BY GROUPING SETS (topic, area, tone, stance, source, kind)`, w)
		},
		"phrase": func(i int) error { return ranked(join(" <-> ", q.phrases[i])) },
	}
	for _, what := range searchKinds {
		if f := kinds[what]; f != nil {
			r.times[what] = timeWall(b, slowly, f)
		}
	}
	r.times["30 days' counts"] = timeWall(b, 5, func(i int) error {
		from := q.weeks[i].AddDate(0, 0, -23)
		for _, by := range []string{"topic", "tone"} {
			if err := run(`SELECT (at + 25200000) / 86400000, `+by+`, count(*) FROM doc WHERE at >= $1 AND at < $2 GROUP BY 1, 2`, from.UnixMilli(), from.AddDate(0, 0, 30).UnixMilli()); err != nil {
				return err
			}
		}
		return nil
	})
	r.log(b, table/c.n)
}
