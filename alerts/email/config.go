package email

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Config says how mail leaves.
type Config struct {
	Host         string        `yaml:"host"`
	Port         int           `yaml:"port"` // default 587, with "tls" 465, with "none" 25
	From         string        `yaml:"from"` // "Lắng Nghe <langnghe@phuong.example>"
	Username     string        `yaml:"username"`
	Password     string        `yaml:"password"`
	PasswordFile string        `yaml:"password_file"` // instead of Password; relative to the config file
	TLS          string        `yaml:"tls"`           // starttls (default), tls, or none, which only a server on this machine may have
	Timeout      time.Duration `yaml:"timeout"`       // of each step of the conversation, default 15s
}

// Policies are the values of Config.TLS.
var Policies = []string{"starttls", "tls", "none"}

// Check fills in the defaults, reads the password file (relative to dir) and
// reports every mistake.
func (c *Config) Check(dir string) error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if c.Host == "" {
		bad("host: needs the name of the mail server")
	}
	if c.TLS == "" {
		c.TLS = "starttls"
		if loopback(c.Host) {
			c.TLS = "none"
		}
	}
	switch {
	case !slices.Contains(Policies, c.TLS):
		bad("tls: there is no policy %q; use one of %s", c.TLS, strings.Join(Policies, ", "))
	case c.TLS == "none" && !loopback(c.Host):
		bad("tls: none would send mail in the clear to %s; use starttls or tls", c.Host)
	}
	if c.Port == 0 {
		c.Port = map[string]int{"tls": 465, "none": 25}[c.TLS]
		if c.Port == 0 {
			c.Port = 587
		}
	}
	if c.Port < 1 || c.Port > 65535 {
		bad("port: %d is not a port", c.Port)
	}
	if _, err := mail.ParseAddress(c.From); err != nil {
		bad("from: %q is not a mail address", c.From)
	}
	if c.Timeout <= 0 {
		c.Timeout = 15 * time.Second
	}
	if c.PasswordFile != "" {
		if err := c.readPassword(dir); err != nil {
			bad("password_file: %w", err)
		}
	}
	if (c.Username == "") != (c.Password == "") && c.PasswordFile == "" {
		bad("username and password go together")
	}
	return errors.Join(errs...)
}

func (c *Config) readPassword(dir string) error {
	file := c.PasswordFile
	if !filepath.IsAbs(file) {
		file = filepath.Join(dir, file)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if c.Password = strings.TrimSpace(string(b)); c.Password == "" {
		return fmt.Errorf("%s is empty", file)
	}
	if c.Username == "" {
		return errors.New("username is missing")
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
