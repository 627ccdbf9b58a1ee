package app

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// The shipped dashboard is whole, and it and the alert rules speak of numbers
// that the program has: a metric that is renamed fails here and not on the day
// it is needed.
func TestShippedMetrics(t *testing.T) {
	root := filepath.Join("..", "..")
	literal := regexp.MustCompile(`"(langnghe_[a-z_]+)"?`)
	var have, begin []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); path != root && (strings.HasPrefix(name, ".") || name == "e2e" || name == "dist") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		for _, m := range literal.FindAllStringSubmatch(string(text), -1) {
			if strings.HasSuffix(m[1], "_") {
				begin = append(begin, m[1]) // the rest is put together
			} else {
				have = append(have, m[1])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	known := func(name string) bool {
		for _, suffix := range []string{"", "_bucket", "_sum", "_count"} {
			if base, ok := strings.CutSuffix(name, suffix); ok && slices.Contains(have, base) {
				return true
			}
		}
		return slices.ContainsFunc(begin, func(b string) bool { return strings.HasPrefix(name, b) && b != "langnghe_" })
	}
	data, err := os.ReadFile(filepath.Join(root, "deploy/grafana/dashboards/langnghe.json"))
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			ID          int
			Type, Title string
			Description string
			GridPos     struct{ X, Y, W, H int }
			Targets     []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(data, &board); err != nil {
		t.Fatal(err)
	}
	rules, err := os.ReadFile(filepath.Join(root, "deploy/prometheus/rules.yml"))
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{"rules.yml": string(rules)}
	ids := map[int]bool{}
	for i, p := range board.Panels {
		if ids[p.ID] || p.Title == "" || p.Type != "row" && (len(p.Targets) == 0 || p.Description == "") || p.GridPos.X+p.GridPos.W > 24 {
			t.Errorf("panel %d %q: an id of its own, a title, a description, a query and a place are needed", p.ID, p.Title)
		}
		ids[p.ID] = true
		for _, other := range board.Panels[:i] {
			a, b := p.GridPos, other.GridPos
			if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
				t.Errorf("%q lies over %q", p.Title, other.Title)
			}
		}
		for _, q := range p.Targets {
			texts[p.Title] += q.Expr + "\n"
		}
	}
	all := ""
	for where, text := range texts {
		all += text
		for _, name := range regexp.MustCompile(`\blangnghe_[a-z_]+`).FindAllString(text, -1) {
			if !known(name) {
				t.Errorf("%s: the program has no metric %s", where, name)
			}
		}
	}
	for _, want := range []string{"langnghe_backup_last_success_seconds", "langnghe_backup_last_drill_seconds", "langnghe_disk_free_bytes", "langnghe_https_certificate_expiry_timestamp_seconds"} {
		if strings.Count(all, want) < 1 {
			t.Errorf("nothing shows %s", want)
		}
	}
	// Every alert is explained to whoever is woken by it.
	manual, err := os.ReadFile(filepath.Join(root, "docs/operations.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`alert: (\w+)`).FindAllStringSubmatch(string(rules), -1) {
		if !strings.Contains(string(manual), "| "+m[1]+" |") {
			t.Errorf("docs/operations.md does not say what to do about %s", m[1])
		}
	}
}

// Every alert rule is tried by promtool, in .ci/run, where it must fire and
// where it must not; the watchdog always fires. So that none is left out, the
// cases are counted here.
func TestAlertCases(t *testing.T) {
	dir := filepath.Join("..", "..", "deploy", "prometheus")
	rules, err := os.ReadFile(filepath.Join(dir, "rules.yml"))
	if err != nil {
		t.Fatal(err)
	}
	type alert struct {
		Name string           `yaml:"alertname"`
		Exp  []map[string]any `yaml:"exp_alerts"`
	}
	fires, quiet := map[string]int{}, map[string]int{}
	for _, name := range []string{"rules_test.yml", "rules_weeks_test.yml"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			Tests []struct {
				Alerts []alert `yaml:"alert_rule_test"`
			} `yaml:"tests"`
		}
		if err := yaml.Unmarshal(data, &file); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, test := range file.Tests {
			for _, a := range test.Alerts {
				if len(a.Exp) > 0 {
					fires[a.Name]++
				} else {
					quiet[a.Name]++
				}
			}
		}
	}
	names := regexp.MustCompile(`alert: (\w+)`).FindAllStringSubmatch(string(rules), -1)
	if len(names) < 20 {
		t.Fatalf("only %d rules in rules.yml", len(names))
	}
	for _, m := range names {
		if fires[m[1]] == 0 {
			t.Errorf("no case lets %s fire", m[1])
		}
		if quiet[m[1]] == 0 && m[1] != "LangngheWatchdog" {
			t.Errorf("no case shows %s quiet", m[1])
		}
	}
}
