package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"langnghe/internal/app"
)

// What can be known of the containers without an engine: ports are open to
// this machine alone, folders and files are there, volumes are declared, our
// commands have the flags that we have, each role runs once in the split form,
// and the image holds the folders that volumes take their owner from.
func TestCompose(t *testing.T) {
	root := filepath.Join("..", "..")
	raw, err := os.ReadFile(filepath.Join(root, "docker-compose.yml"))
	if err != nil {
		t.Fatal(err)
	}
	set := regexp.MustCompile(`\$\{\w+:-([^}]*)\}`).ReplaceAllString(string(raw), "$1") // as without an .env
	var c struct {
		Services map[string]struct {
			Profiles []string
			Command  []string
			Ports    []string
			Volumes  []string
			ReadOnly bool `yaml:"read_only"`
			Logging  map[string]any
		}
		Volumes map[string]any
	}
	if err := yaml.Unmarshal([]byte(set), &c); err != nil {
		t.Fatal(err)
	}
	image, err := os.ReadFile(filepath.Join(root, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	var roles []string
	for name, s := range c.Services {
		if len(s.Profiles) != 1 || s.Logging == nil {
			t.Errorf("%s: profiles %v, logging %v", name, s.Profiles, s.Logging)
		}
		for _, p := range s.Ports {
			if !strings.HasPrefix(p, "127.0.0.1:") {
				t.Errorf("%s publishes %s to everybody", name, p)
			}
		}
		ours := len(s.Command) > 0 && s.Command[0] == "serve"
		for _, v := range s.Volumes {
			from, to, _ := strings.Cut(v, ":")
			if strings.HasPrefix(from, "./") {
				if _, err := os.Stat(filepath.Join(root, from)); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			} else if _, ok := c.Volumes[from]; !ok {
				t.Errorf("%s: the volume %s is not declared", name, from)
			} else if ours && !strings.Contains(string(image), " "+to+"\n") {
				t.Errorf("%s: the image has no folder %s, which the volume would be root's then", name, to)
			}
		}
		if !ours {
			continue
		}
		if !s.ReadOnly {
			t.Errorf("%s can write its image", name)
		}
		if i := slices.Index(s.Command, "-roles"); i > 0 {
			roles = append(roles, s.Command[i+1])
		}
		// With these flags it gets as far as the configuration.
		args := slices.Clone(s.Command)
		args[slices.Index(args, "-config")+1] = filepath.Join(t.TempDir(), "none.yaml")
		if code, _, errs := do(t, "", args...); code != 1 || !strings.Contains(errs, "none.yaml") {
			t.Errorf("%s: %q: exit %d\n%s", name, s.Command, code, errs)
		}
	}
	slices.Sort(roles)
	want := slices.Sorted(slices.Values(app.Roles))
	if !slices.Equal(roles, want) {
		t.Errorf("the split form runs %v, want %v", roles, want)
	}
	if code, out, errs := do(t, "", "config", "check", filepath.Join(root, "deploy", "container.yaml")); code != 0 {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
	base := regexp.MustCompile(`FROM golang:(\S+)`).FindStringSubmatch(string(image))
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil || base == nil || !strings.Contains(string(mod), "\ngo "+base[1]) {
		t.Errorf("the image is built with Go %v, %v", base, err)
	}
}
