package config

import (
	"fmt"
	"net"
	"net/url"
	"strings"

	"langnghe/crawler"
	"langnghe/crawler/hooks"
)

// Receive says what others may send, and where to.
type Receive struct {
	// URL is the public https:// address whose /hooks/ leads here; default
	// is base_url. Without one nothing is subscribed to.
	URL string `yaml:"url"`
	// Listen is an address of its own for /hooks/, for a crawler that runs
	// without the desk; the desk serves /hooks/ in any case.
	Listen string `yaml:"listen"`
	// WebSub has feeds pushed that offer it. Default true.
	WebSub *bool `yaml:"websub"`
	// Citizens opens the form on which anyone may report, without signing
	// in. Default false.
	Citizens bool `yaml:"citizens"`
	// Partners may send items by signed webhook.
	Partners []hooks.Partner `yaml:"partners"`
}

// Public is the address under which others reach /hooks/, "" when there is
// none.
func (c *Config) Public() string {
	u := c.Receive.URL
	if u == "" {
		u = c.BaseURL
	}
	if !strings.HasPrefix(u, "https://") && c.Receive.URL == "" {
		return "" // an address of the office's own network
	}
	return strings.TrimSuffix(u, "/")
}

// Push reports whether feeds may be pushed.
func (c *Config) Push() bool {
	return c.Public() != "" && (c.Receive.WebSub == nil || *c.Receive.WebSub)
}

func (v *checker) receive(c *Config, dir string, sources map[string]bool) {
	r := &c.Receive
	if r.URL != "" {
		u, err := url.Parse(r.URL)
		local := err == nil && (u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback())
		if err != nil || u.Host == "" || u.Scheme != "https" && !local {
			v.bad("receive.url", "cần địa chỉ https://", "needs an https:// address")
		}
	}
	if r.Listen != "" {
		if _, port, err := net.SplitHostPort(r.Listen); err != nil || port == "" {
			v.bad("receive.listen", "cần địa chỉ host:cổng, ví dụ 127.0.0.1:8081", "needs an address like 127.0.0.1:8081")
		}
	}
	for i := range r.Partners {
		p := &r.Partners[i]
		at := fmt.Sprintf("receive.partners[%d]", i)
		if !idForm.MatchString(p.ID) || sources[p.ID] {
			v.bad(at+".id", "mã %q phải là chữ thường, số, gạch và chưa dùng", "id %q must be 2–41 of a-z 0-9 _ -, starting with a letter, and not in use", p.ID)
		}
		sources[p.ID] = true
		secret, err := crawler.ReadSecret(dir, p.SecretFile, p.SecretEnv)
		if err == nil {
			p.Secret = secret
			err = p.Check()
		}
		if err != nil {
			field := ".secret_file"
			if p.SecretFile == "" && p.SecretEnv != "" {
				field = ".secret_env"
			}
			v.bad(at+field, "khóa ký không dùng được: %v", "%v", err)
		}
	}
}
