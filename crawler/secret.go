package crawler

import (
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"langnghe/crawler/social"
	"langnghe/internal/news"
)

// A Secret is a key, token or signing secret. However it is printed, logged
// or encoded, it shows only whether there is one.
type Secret string

const hidden = "(hidden)"

func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// Format implements fmt.Formatter, for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText implements encoding.TextMarshaler, and so JSON and YAML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Keys are the secrets of a source. The config names the file or the
// environment variable that holds each; the secret itself never stands in
// the config.
type Keys struct {
	TokenFile  string `yaml:"token_file" json:"-"` // key of the platform's interface
	TokenEnv   string `yaml:"token_env" json:"-"`
	SecretFile string `yaml:"secret_file" json:"-"` // what the platform signs its webhook with
	SecretEnv  string `yaml:"secret_env" json:"-"`
	VerifyFile string `yaml:"verify_file" json:"-"` // word that proves our webhook's address to the platform
	VerifyEnv  string `yaml:"verify_env" json:"-"`

	Token  Secret `yaml:"-" json:"-"`
	Secret Secret `yaml:"-" json:"-"`
	Verify Secret `yaml:"-" json:"-"`
}

// A SourceProblem is one mistake in a source of the config.
type SourceProblem struct {
	Field string // as the config spells it
	Text  news.Text
}

// ReadSecret reads a secret from a file, whose name is relative to dir, or
// from an environment variable; both empty is no secret. The error names the
// place and never the secret.
func ReadSecret(dir, file, env string) (Secret, error) {
	switch {
	case file != "" && env != "":
		return "", fmt.Errorf("name a file or an environment variable, not both")
	case env != "":
		v := strings.TrimSpace(os.Getenv(env))
		if v == "" {
			return "", fmt.Errorf("the environment variable %s is not set", env)
		}
		return Secret(v), nil
	case file != "":
		if !filepath.IsAbs(file) {
			file = filepath.Join(dir, file)
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return "", fmt.Errorf("read the file: %w", err)
		}
		if len(data) > 8192 {
			return "", fmt.Errorf("%s is too long for a key; it should hold the key alone", file)
		}
		v := strings.TrimSpace(string(data))
		if v == "" || strings.ContainsAny(v, "\r\n\x00") {
			return "", fmt.Errorf("%s should hold the key alone, on one line", file)
		}
		return Secret(v), nil
	}
	return "", nil
}

// Complete reads the secrets of a source and says what is wrong with them
// and with what else its platform asks for. Names of files are relative to
// dir.
func (s *Source) Complete(dir string) []SourceProblem {
	var out []SourceProblem
	for _, k := range []struct {
		name, file, env string
		into            *Secret
	}{
		{"token", s.TokenFile, s.TokenEnv, &s.Token}, {"secret", s.SecretFile, s.SecretEnv, &s.Secret}, {"verify", s.VerifyFile, s.VerifyEnv, &s.Verify},
	} {
		field := k.name + "_file"
		if k.file == "" {
			field = k.name + "_env"
		}
		v, err := ReadSecret(dir, k.file, k.env)
		if err != nil {
			out = append(out, SourceProblem{field, news.Text{VI: "không đọc được mã: " + err.Error(), EN: err.Error()}})
			continue
		}
		if v != "" {
			*k.into = v
		}
	}
	if len(out) > 0 {
		return out
	}
	return append(out, s.platformProblems()...)
}

// platformProblems are what the platform of a source misses.
func (s *Source) platformProblems() (out []SourceProblem) {
	p := social.Platforms[s.Kind]
	if p == nil {
		return nil
	}
	u, err := url.Parse(s.URL)
	if err != nil || u.Host == "" {
		return nil // said already
	}
	if _, err := p.Start(u, s.Token != ""); err != nil {
		out = append(out, SourceProblem{"url", news.Text{VI: "địa chỉ không dùng được cho loại " + s.Kind + ": " + err.Error(), EN: err.Error()}})
	}
	switch s.Kind {
	case "facebook":
		if s.Token == "" && s.Secret == "" {
			out = append(out, SourceProblem{"token_file", news.Text{VI: "cần token_file (mã truy cập của Trang), hoặc secret_file và verify_file để nhận webhook", EN: "needs token_file (the Page's access token), or secret_file and verify_file to receive its webhook"}})
		}
		if (s.Secret == "") != (s.Verify == "") {
			out = append(out, SourceProblem{"secret_file", news.Text{VI: "webhook cần cả secret_file (khóa bí mật của ứng dụng) và verify_file (từ xác minh)", EN: "the webhook needs both secret_file (the app's secret) and verify_file (the verify token)"}})
		}
	case "zalo":
		if s.Secret == "" || s.App == "" {
			out = append(out, SourceProblem{"secret_file", news.Text{VI: "cần secret_file (khóa bí mật của OA) và app (mã ứng dụng Zalo)", EN: "needs secret_file (the OA secret key) and app (the id of the Zalo app)"}})
		}
	}
	return out
}
