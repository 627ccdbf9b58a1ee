package config

import (
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// OIDC lets people sign in with an account that they have elsewhere. Accounts
// and roles stay those of this house, and so does the local sign-in.
type OIDC struct {
	Issuer     string `yaml:"issuer"` // https://…, exactly as the provider spells it
	ClientID   string `yaml:"client_id"`
	Secret     string `yaml:"client_secret"`
	SecretFile string `yaml:"client_secret_file"` // instead of client_secret; relative to the config file
	// Name is what the button calls the provider; default is its host.
	Name string `yaml:"name"`
	// Claim of the token that says who the person is; default sub, the one that
	// no provider gives to two people or changes (OpenID Connect Core 1.0, 5.7).
	Claim string `yaml:"claim"`
	// Scopes beside openid; default profile, and email for the claim email.
	Scopes []string `yaml:"scopes"`
	// Accounts says which account a value of the claim is. It is needed: what
	// people call themselves over there must not make them somebody here.
	Accounts map[string]string `yaml:"accounts"`
}

var claimForm = regexp.MustCompile(`^[A-Za-z0-9_:./-]{1,100}$`)

// reserved are claims that say something about the token and nobody's name.
var reserved = []string{"iss", "aud", "azp", "exp", "iat", "nbf", "jti", "nonce", "acr", "amr", "at_hash", "c_hash", "name", "given_name", "family_name", "nickname"}

func (v *checker) oidc(c *Config, dir string) {
	o := c.OIDC
	if o == nil {
		return
	}
	u, err := url.Parse(o.Issuer)
	switch {
	case err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "":
		v.bad("oidc.issuer", "cần địa chỉ https:// của nơi đăng nhập", "needs the https:// address of the provider")
	case u.Scheme != "https" && (u.Scheme != "http" || !Loopback(net.JoinHostPort(u.Hostname(), "1"))):
		v.bad("oidc.issuer", "phải là https://", "must be https://")
	}
	if o.ClientID == "" {
		v.bad("oidc.client_id", "thiếu mã ứng dụng mà nơi đăng nhập đã cấp", "is missing; the provider gives one when the desk is registered there")
	}
	if o.SecretFile != "" {
		name := o.SecretFile
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			v.bad("oidc.client_secret_file", "%v", "%v", err)
		}
		o.Secret = strings.TrimSpace(string(raw))
	}
	if o.Claim == "" {
		o.Claim = "sub"
	}
	if !claimForm.MatchString(o.Claim) || slices.Contains(reserved, o.Claim) {
		v.bad("oidc.claim", "%q không nêu tên một người; dùng sub hoặc email", "%q names nobody; use sub or email", o.Claim)
	}
	if len(o.Accounts) == 0 {
		v.bad("oidc.accounts", "cần danh sách {giá trị của %s: tài khoản}; giá trị của ai đăng nhập mà chưa có trong đó thì nhật ký ghi lại", "is needed: {value of %s: account}; the log tells the value of whoever signs in and is not listed", o.Claim)
	}
	if len(o.Scopes) == 0 {
		o.Scopes = []string{"profile"}
		if o.Claim == "email" {
			o.Scopes = append(o.Scopes, "email")
		}
	}
	for value, account := range o.Accounts {
		if value == "" || account == "" || account != strings.ToLower(account) {
			v.bad("oidc.accounts", "%q: %q không phải tên tài khoản", "%q: %q is no name of an account", value, account)
		}
	}
	if c.BaseURL == "" && !c.HTTPS.On() {
		v.bad("oidc", "cần base_url: nơi đăng nhập đưa người dùng trở lại đó", "needs base_url: the provider sends people back there")
	}
}
