package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestLoad(t *testing.T) {
	c, err := Parse("langnghe.yaml", []byte(`
profile: long-son-2024
sources:
  - {id: baochi, name: Báo chí, url: "https://bao.example/rss", every: 15m, prior: 1}
mail: {host: mail.example, from: langnghe@phuong.example}
recipients:
  - {name: canbo, role: reviewer, address: canbo@phuong.example}
`))
	if err != nil {
		t.Fatal(err)
	}
	if c.Profile != "long-son-2024" || len(c.Sources) != 1 || c.Sources[0].Every != 15*time.Minute || c.Sources[0].Kind != "feed" {
		t.Errorf("config %+v", c)
	}
	if c.Retention.TextDays != 90 || c.Crawler.Workers != 16 || c.Recipients[0].Channel != "email" {
		t.Errorf("defaults are missing: %+v", c)
	}
	if _, err := Parse("empty.yaml", nil); err != nil {
		t.Errorf("an empty file: %v", err)
	}
	if c, err := Load(""); err != nil || c.Profile != Default().Profile {
		t.Errorf("no file: %+v, %v", c, err)
	}
}

// Each mistake is named with its line, all of them at once.
// TestExampleReports: the section about reports in the example, which stands
// there as a comment, is taken as it is when somebody uncomments it.
func TestExampleReports(t *testing.T) {
	data, err := os.ReadFile("../../deploy/example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(data), "\n# reports:\n")
	if !ok {
		t.Fatal("the example has no section about reports")
	}
	text := "profile: thai-hoa-2026\nreports:\n"
	for line := range strings.Lines(section) {
		if !strings.HasPrefix(line, "# ") {
			break
		}
		text += strings.TrimPrefix(line, "# ")
	}
	c, err := Parse("example.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Reports.Heads) != 1 || len(c.Reports.Signers) != 1 || c.Reports.Due != "12-10" || len(c.Reports.Lists) == 0 {
		t.Errorf("the example is read as %+v", c.Reports)
	}
}

func TestMistakes(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"unknown key", "profile: thai-hoa-2026\nsorces: []\n", "f.yaml:2: "},
		{"wrong kind", "retention:\n  text_days: viele\n", "f.yaml:2: "},
		{"not YAML", "sources: [\n", "f.yaml:1: "},
		{"profile", "profile: ha-noi\n", `f.yaml:1: profile: there is no profile "ha-noi"`},
		{"khoi", "khoi:\n  - Khối 1\n  - Khối 1\n", `f.yaml:3: khoi[1]: "Khối 1": each name once`},
		{"retention", "retention:\n  text_days: 3\n", "f.yaml:2: retention.text_days: must be 7 to 365 days"},
		{"office", "register:\n  offices:\n    - {name: A B, from: 1/7/2025}\n", `f.yaml:3: register.offices[0]: "1/7/2025" is no day; write 2026-12-31`},
		{"calendar", "calendar:\n  off: [31/8/2026]\n", `f.yaml:2: calendar: off: "31/8/2026" is no day; write 2026-12-31`},
		{"https twice", "https: {cert: a, key: b, local: true, hosts: [a.example]}\n", "f.yaml:1: https: choose one"},
		{"https half", "https: {cert: a}\n", "f.yaml:1: https: cert and key belong together"},
		{"https where", "https:\n  local: true\n", "f.yaml:2: https.hosts: needs the names"},
		{"https host", "https:\n  local: true\n  hosts: ['a b']\n", `f.yaml:3: https.hosts[0]: "a b" is no host name`},
		{"acme address", "https:\n  acme: true\n  hosts: [192.168.1.2]\n", "f.yaml:3: https.hosts[0]: acme needs a public name"},
		{"backup time", "backup: {at: 2h}\n", `f.yaml:1: backup.at: "2h" is no time of day`},
		{"backup place", "backup: {to: usb}\n", "f.yaml:1: backup.to: must be a full path"},
		{"source id", "sources:\n  - id: A b\n    url: https://x.example/\n", `f.yaml:2: sources[0].id: id "A b"`},
		{"source twice", "sources:\n  - {id: aa, url: 'https://x.example/'}\n  - {id: aa, url: 'https://y.example/'}\n", `f.yaml:3: sources[1].id: id "aa" is already in use`},
		{"source kind", "sources:\n  - id: aa\n    kind: telepathy\n    url: https://x.example/\n", `f.yaml:3: sources[0].kind: there is no kind "telepathy"`},
		{"source address", "sources:\n  - id: aa\n    url: bao.example\n", "f.yaml:3: sources[0].url: needs an http:// or https:// address"},
		{"impolite", "sources:\n  - id: aa\n    url: https://x.example/\n    pace: 10ms\n", "f.yaml:4: sources[0].pace: not below 2s"},
		{"mail is missing", "recipients:\n  - {name: a, role: reviewer, address: a@x.example}\n", "f.yaml:2: recipients[0]: there is no mail: section"},
		{"metrics", "metrics: here\n", "f.yaml:1: metrics: needs an address"},
		{"level", "mail: {host: 127.0.0.1, tls: none, from: a@x.example}\nrecipients:\n  - {name: a, role: reviewer, address: a@x.example, min: loud}\n", "f.yaml:3: recipients[0].min: there is no level"},
		{"police on a list", "mail: {host: 127.0.0.1, tls: none, from: a@x.example}\nrecipients:\n  - {name: a, role: list, unit: tuan, address: CA@x.example}\n  - {name: b, role: police_liaison, address: ca@x.example}\n", `recipients[0]: reports of opinions do not go to the police liaison`},
		{"role", "mail: {host: 127.0.0.1, tls: none, from: a@x.example}\nrecipients:\n  - {name: a, role: boss, address: a@x.example}\n", `f.yaml:3: recipients[0].role: there is no role "boss"`},
		{"channel", "recipients:\n  - {name: a, role: reviewer, channel: pigeon, address: roof}\n", `f.yaml:2: recipients[0].channel: there is no channel "pigeon"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("f.yaml", []byte(tt.in))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Parse(%q) = %v, want it to say %q", tt.in, err, tt.want)
			}
		})
	}
	_, err := Parse("f.yaml", []byte("profile: x\nretention: {text_days: 1}\ncrawler: {workers: 0}\n"))
	if n := strings.Count(err.Error(), "f.yaml:"); n != 3 {
		t.Errorf("%d mistakes named, want all 3: %v", n, err)
	}
	_, err = Load(filepath.Join(t.TempDir(), "none.yaml"))
	var p *Problem
	if !errors.As(err, &p) || !strings.Contains(err.Error(), "none.yaml: there is no such file") {
		t.Errorf("missing file: %v", err)
	}
}

// A platform's source is one line of config, and what it misses is said with
// its place; keys come from files and variables and are never printed.
func TestPlatformSources(t *testing.T) {
	dir := t.TempDir()
	for name, key := range map[string]string{"yt": "AIza-bi-mat\n", "two": "a\nb\n", "empty": " \n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(key), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("LANGNGHE_TEST_KEY", "tu-bien-moi-truong")
	file := filepath.Join(dir, "f.yaml")
	c, err := Parse(file, []byte("sources:\n- {id: yt, kind: youtube, url: 'https://www.youtube.com/channel/UC_x5XG1OV2P6uZZ5FSM9Ttw', token_file: yt}\n"+
		"- {id: tele, kind: telegram, url: 'https://t.me/tin_phuong'}\n- {id: fb, kind: facebook, url: 'https://www.facebook.com/phuong.vidu', token_env: LANGNGHE_TEST_KEY}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if string(c.Sources[0].Token) != "AIza-bi-mat" || string(c.Sources[2].Token) != "tu-bien-moi-truong" {
		t.Error("the keys were not read")
	}
	shown, err := json.Marshal(c.Sources)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{string(shown), fmt.Sprintf("%v %+v %#v %s %q %x", c, c.Sources, c.Sources[0], c.Sources[0].Token, c.Sources[0].Token, c.Sources[0].Token)} {
		if strings.Contains(s, "bi-mat") || strings.Contains(s, "tu-bien") {
			t.Errorf("a key is printed: %s", s)
		}
	}
	for line, want := range map[string]string{
		"{id: aa, kind: youtube, url: 'https://www.youtube.com/@ten'}":                                                          "by its id",
		"{id: aa, kind: youtube, url: 'https://www.youtube.com/channel/UC_x5XG1OV2P6uZZ5FSM9Ttw', token_file: none}":            "sources[0].token_file: read the file",
		"{id: aa, kind: youtube, url: 'https://www.youtube.com/channel/UC_x5XG1OV2P6uZZ5FSM9Ttw', token_file: two}":             "on one line",
		"{id: aa, kind: youtube, url: 'https://www.youtube.com/channel/UC_x5XG1OV2P6uZZ5FSM9Ttw', token_file: empty}":           "the key alone",
		"{id: aa, kind: youtube, url: 'https://www.youtube.com/channel/UC_x5XG1OV2P6uZZ5FSM9Ttw', token_env: NO_SUCH_VARIABLE}": "sources[0].token_env: the environment variable NO_SUCH_VARIABLE is not set",
		"{id: aa, kind: youtube, url: 'https://www.youtube.com/channel/UC_x5XG1OV2P6uZZ5FSM9Ttw', token: abc}":                  "unknown field",
		"{id: aa, kind: facebook, url: 'https://www.facebook.com/phuong.vidu'}":                                                 "needs token_file",
		"{id: aa, kind: facebook, url: 'https://www.facebook.com/groups/123', token_file: yt}":                                  "groups and profiles are not read",
		"{id: aa, kind: facebook, url: 'https://www.facebook.com/phuong.vidu', secret_file: yt}":                                "both secret_file",
		"{id: aa, kind: zalo, url: 'https://zalo.me/1234567890'}":                                                               "needs secret_file",
		"{id: aa, kind: telegram, url: 'https://t.me/+AbCdEf'}":                                                                 "public channel",
		"{id: aa, kind: mastodon, url: 'https://mastodon.example/@ai.do'}":                                                      "public timeline",
		"{id: aa, kind: bluesky, url: 'https://bsky.example/profile/x'}":                                                        "Jetstream",
		"{id: aa, kind: gdelt, url: 'https://api.gdeltproject.org/api/v2/doc/doc?query=x'}":                                     "five letters",
	} {
		_, err := Parse(file, []byte("profile: thai-hoa-2026\nsources:\n- "+line+"\n"))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "f.yaml:3") {
			t.Errorf("%s:\n  %v\n  want line 3 and %q", line, err, want)
		}
	}
}

func TestLoopback(t *testing.T) {
	for addr, want := range map[string]bool{"127.0.0.1:80": true, "[::1]:80": true, "localhost:80": true, ":80": false, "0.0.0.0:80": false, "192.168.1.2:80": false, "x": false} {
		if got := Loopback(addr); got != want {
			t.Errorf("Loopback(%q) = %v, want %v", addr, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("profile: thai-hoa-2026\n"))
	f.Add([]byte("sources:\n  - {id: aa, url: 'https://x.example/'}\n"))
	if data, err := os.ReadFile("../../deploy/example.yaml"); err == nil {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("f.yaml", data)
		if err != nil {
			if !strings.Contains(err.Error(), "f.yaml") {
				t.Errorf("error without the file's name: %v", err)
			}
			return
		}
		for _, s := range c.Sources {
			if s.ID == "" || s.URL == "" {
				t.Errorf("accepted source %+v", s)
			}
		}
	})
}

func TestOIDC(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("bí mật\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const base = "base_url: https://desk.example\noidc: "
	c, err := Parse(filepath.Join(dir, "c.yaml"), []byte(base+"{issuer: 'https://sso.example/realms/a', client_id: langnghe, client_secret_file: secret, accounts: {'7f3a': lan}}"))
	if err != nil || c.OIDC.Secret != "bí mật" || c.OIDC.Claim != "sub" || len(c.OIDC.Scopes) != 1 {
		t.Errorf("%+v, %v", c.OIDC, err)
	}
	for text, want := range map[string]string{
		base + "{issuer: 'http://sso.example', client_id: a}":                                    "oidc.issuer: must be https://",
		base + "{issuer: sso, client_id: a}":                                                     "oidc.issuer: needs the https://",
		base + "{issuer: 'https://sso.example'}":                                                 "oidc.client_id: is missing",
		base + "{issuer: 'https://sso.example', client_id: a, client_secret_file: gone}":         "oidc.client_secret_file:",
		base + "{issuer: 'https://sso.example', client_id: a, claim: name}":                      `oidc.claim: "name" names nobody`,
		base + "{issuer: 'https://sso.example', client_id: a, claim: email}":                     "c.yaml:2: oidc.accounts: is needed: {value of email",
		base + "{issuer: 'https://sso.example', client_id: a}":                                   "c.yaml:2: oidc.accounts: is needed: {value of sub",
		base + "{issuer: 'https://sso.example', client_id: a, claim: preferred_username}":        "oidc.accounts: is needed: {value of preferred_username",
		base + "{issuer: 'https://sso.example', client_id: a, claim: sub, accounts: {'7': Lan}}": "oidc.accounts:",
		"oidc: {issuer: 'https://sso.example', client_id: a}":                                    "needs base_url",
		base + "{issuer: 'https://sso.example', client_id: a, create_users: true}":               "create_users",
	} {
		if _, err := Parse(filepath.Join(dir, "c.yaml"), []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", text, err, want)
		}
	}
}
