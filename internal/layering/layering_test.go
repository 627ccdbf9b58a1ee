package layering

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "langnghe/"

// allowed lists, for each package tree, the trees of this module that it may
// import. This table is the architecture; changing it is a design decision
// and takes an ADR.
var allowed = map[string][]string{
	"internal/news":     {},
	"internal/lang":     {},
	"internal/calendar": {},
	"internal/disk":     {},
	"internal/backup":   {"internal/disk"},
	"internal/query":    {"internal/news", "internal/lang"},
	"internal/reading":  {"internal/news", "internal/lang"},
	"internal/bus":      {"internal/news"},
	"internal/audit":    {"internal/news"},
	"crawler":           {"internal/news"},
	"alerts":            {"internal/news", "internal/calendar", "internal/disk"},
	"indexer":           {"internal/news", "internal/lang", "internal/reading", "internal/query", "internal/disk"},
	"official":          {"internal/news", "internal/calendar", "internal/lang", "internal/reading"},
	"rules":             {"internal/news", "internal/calendar", "internal/lang", "internal/reading", "internal/query", "official"},
	"review":            {"internal/news", "internal/calendar", "official"},
	"reports":           {"internal/news", "internal/calendar", "official"},
	"web":               {"internal/news", "internal/calendar", "crawler", "indexer", "rules", "review", "official", "alerts", "reports"},
	"internal/store":    {"internal/news", "internal/disk", "internal/audit", "crawler", "indexer", "rules", "review", "official", "alerts", "reports", "web"},
	"internal/config":   {"internal/news", "internal/calendar", "crawler", "alerts", "reports"},
	"internal/demo":     {"internal/news"},
	"internal/app":      {"*"},
	"internal/layering": {},
	"cmd":               {"internal/app", "internal/backup", "internal/disk", "internal/calendar", "internal/bus", "internal/config", "internal/news", "internal/query", "internal/reading", "internal/demo", "crawler", "official", "rules", "indexer", "alerts", "review", "reports", "internal/audit"},
}

// doors lists third-party modules that one tree alone may import.
var doors = map[string][]string{
	"github.com/gocolly/colly":    {"crawler"},
	"github.com/mmcdole/gofeed":   {"crawler"},
	"github.com/coder/websocket":  {"crawler"},
	"github.com/nats-io/":         {"internal/bus"},
	"modernc.org/sqlite":          {"internal/store"},
	"database/sql":                {"internal/store"},
	"github.com/blevesearch/":     {"indexer", "internal/lang"},
	"github.com/wneessen/go-mail": {"alerts"},
	"golang.org/x/crypto/argon2":  {"web"},
	"github.com/coreos/go-oidc":   {"web/oidc"},
	"golang.org/x/oauth2":         {"web/oidc"},
}

// banned names say nothing about what a package is for.
var banned = []string{"util", "utils", "common", "helpers", "helper", "models", "types", "pkg", "misc", "base", "shared"}

// sources calls f for each Go file of the module that is not a test.
func sources(t *testing.T, f func(file string, parsed *ast.File)) {
	t.Helper()
	root := os.DirFS("../..")
	err := fs.WalkDir(root, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || file == "e2e" || strings.HasPrefix(d.Name(), ".") && file != ".") {
			return fs.SkipDir // e2e is a module of its own
		}
		if d.IsDir() || path.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		src, err := fs.ReadFile(root, file)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, src, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		f(file, parsed)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestImports reads the sources itself instead of running "go list", so the
// go command knows which files the result depends on and never serves a
// stale pass from its cache.
func TestImports(t *testing.T) {
	sources(t, func(file string, f *ast.File) {
		rule, ok := tree(path.Dir(file))
		if !ok {
			t.Errorf("%s: package is not in the table; say where it stands", file)
			return
		}
		for _, spec := range f.Imports {
			imp, _ := strconv.Unquote(spec.Path.Value)
			if to, ours := strings.CutPrefix(imp, module); ours && !permitted(rule, to) {
				t.Errorf("%s imports %s; %s may import only %v", file, to, rule, allowed[rule])
			}
			for door, trees := range doors {
				if strings.HasPrefix(imp, door) && !slices.ContainsFunc(trees, func(t string) bool { return within(path.Dir(file), t) }) {
					t.Errorf("%s imports %s; only %v may", file, imp, trees)
				}
			}
		}
	})
}

var row = regexp.MustCompile("(?m)^\\| (`[^|]*`) \\| ([a-z, ]+) \\|$")

// TestTableInDocs holds the table in the architecture page to the one here.
func TestTableInDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	for _, m := range row.FindAllStringSubmatch(string(text), -1) {
		for _, pkg := range strings.Split(m[1], ", ") {
			pkg = strings.TrimSuffix(strings.Trim(pkg, "`"), "/")
			said[pkg] = true
			want := []string{"nothing"}
			if len(allowed[pkg]) > 0 {
				want = nil
				for _, to := range allowed[pkg] {
					want = append(want, strings.Replace(strings.TrimPrefix(to, "internal/"), "*", "everything", 1))
				}
			}
			got := strings.Split(m[2], ", ")
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("docs/ARCHITECTURE.md says that %s may import %v; the table here says %v", pkg, got, want)
			}
		}
	}
	for pkg := range allowed {
		if !said[pkg] {
			t.Errorf("docs/ARCHITECTURE.md says nothing about %s", pkg)
		}
	}
}

// TestPackages checks that every package says what it is, in a name that
// means something and a comment.
func TestPackages(t *testing.T) {
	comment := map[string]bool{}
	sources(t, func(file string, f *ast.File) {
		dir := path.Dir(file)
		for _, part := range strings.Split(dir, "/") {
			if slices.Contains(banned, part) {
				t.Errorf("%s: a package called %q says nothing; name it after its job", file, part)
			}
		}
		comment[dir] = comment[dir] || f.Doc != nil
	})
	for dir, ok := range comment {
		if !ok {
			t.Errorf("%s: no package comment", dir)
		}
	}
}

var quoted = regexp.MustCompile("`([a-z.][A-Za-z0-9_.-]*/[A-Za-z0-9_./-]*)`")

// TestDocPaths keeps the documents honest: what they quote and has a slash
// is a path that exists. Write `rules/`, not `rules`.
func TestDocPaths(t *testing.T) {
	root := os.DirFS("../..")
	var docs []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/adr/*.md"} {
		found, err := fs.Glob(root, pattern)
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, found...)
	}
	if len(docs) == 0 {
		t.Error("no documents found")
	}
	for _, doc := range docs {
		text, err := fs.ReadFile(root, doc)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, m := range quoted.FindAllSubmatch(text, -1) {
			name := string(m[1])
			if strings.HasPrefix(name, "./") || strings.HasPrefix(name, "data/") {
				continue // a command, or the user's own folder
			}
			if _, err := fs.Stat(root, path.Clean(name)); err != nil {
				t.Errorf("%s mentions `%s`: %v", doc, name, err)
			}
		}
	}
}

func tree(pkg string) (string, bool) {
	best := ""
	for t := range allowed {
		if within(pkg, t) && len(t) > len(best) {
			best = t
		}
	}
	return best, best != ""
}

func permitted(rule, to string) bool {
	if within(to, rule) {
		return true // own subtree
	}
	for _, a := range allowed[rule] {
		if a == "*" || within(to, a) {
			return true
		}
	}
	return false
}

func within(pkg, tree string) bool { return pkg == tree || strings.HasPrefix(pkg, tree+"/") }
