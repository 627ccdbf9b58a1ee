package config

import (
	"slices"
	"testing"
)

func TestFiles(t *testing.T) {
	got, err := Files([]byte(`profile: thai-hoa-2026
mail: {host: a.example, password_file: mail-password}
telegram: {token_file: keys/telegram}
oidc:
  client_secret_file: /etc/langnghe/oidc
receive:
  partners:
    - {id: trung-tam, secret_file: ../partner}
    - {id: khac, secret_file: mail-password}
sources:
  - id: a
    auth: {token_file: keys/a, verify_file: keys/b, secret_file: ""}
https: {cert: /etc/ssl/a.pem, key: /etc/ssl/a.key}
register: {bodies: [{id: key, names: [cert]}]}
`))
	want := []string{"../partner", "/etc/langnghe/oidc", "/etc/ssl/a.key", "/etc/ssl/a.pem", "keys/a", "keys/b", "keys/telegram", "mail-password"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
	if got, err := Files(nil); err != nil || len(got) != 0 {
		t.Errorf("an empty file names %q, %v", got, err)
	}
	if _, err := Files([]byte("a: [")); err == nil {
		t.Error("what is no YAML is read")
	}
}
