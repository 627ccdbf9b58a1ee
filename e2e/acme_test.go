package e2e

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/letsencrypt/challtestsrv"
	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"

	"langnghe/internal/calendar"
)

const acmeHost = "langnghe.phuong.example"

// A public authority is Pebble, Let's Encrypt's ACME server for tests: it
// comes to the desk's own port to see that the name is ours, refuses a part of
// the nonces, and its certificates last as long as it is told.
type publicAuthority struct {
	url    string
	roots  *x509.CertPool
	orders atomic.Int64
}

func newAuthority(t *testing.T, deskPort int, life time.Duration) *publicAuthority {
	t.Helper()
	t.Setenv("PEBBLE_VA_NOSLEEP", "1")
	quiet := log.New(io.Discard, "", 0)
	dns := freeAddr(t)
	names, err := challtestsrv.New(challtestsrv.Config{Log: quiet, DNSAddrs: []string{dns}})
	if err != nil {
		t.Fatal(err)
	}
	names.SetDefaultDNSIPv4("127.0.0.1")
	names.SetDefaultDNSIPv6("")
	names.Run()
	t.Cleanup(names.Shutdown)
	store := db.NewMemoryStore()
	authority := ca.New(quiet, store, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {ValidityPeriod: uint64(life / time.Second)}})
	checker := va.New(quiet, 1, deskPort, false, dns, store)
	front := wfe.New(quiet, store, checker, authority, []string{"pebble.letsencrypt.org"}, false, false, 1, 1)
	a := &publicAuthority{roots: x509.NewCertPool()}
	h := front.Handler()
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/order-plz" {
			a.orders.Add(1)
		}
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	a.url = srv.URL + wfe.DirectoryPath
	a.roots.AddCert(authority.GetRootCert(0).Cert)
	// The desk believes that server as it believes Let's Encrypt's.
	file := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SSL_CERT_FILE", file)
	return a
}

// visit opens a page of the desk at addr under a name, as a browser that
// trusts the authority.
func visit(ctx context.Context, addr, name, path string, roots *x509.CertPool) (body string, leaf *x509.Certificate, err error) {
	c := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: name}, DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, addr)
		},
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+name+path, nil)
	if err != nil {
		return "", nil, err
	}
	resp, err := c.Do(req)
	if err != nil {
		return "", nil, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return string(data), resp.TLS.PeerCertificates[0], err
}

// TestACME gets the desk's certificate from a real ACME server: a browser that
// trusts the authority reaches the desk under its name, its end is in the
// metrics and in the doctor's words, a restart asks for no other, a foreign
// name for none at all.
func TestACME(t *testing.T) {
	addr := freeAddr(t)
	_, port, _ := net.SplitHostPort(addr)
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	const life = 90 * 24 * time.Hour
	authority := newAuthority(t, n, life)
	dir := t.TempDir()
	cfg, data := filepath.Join(dir, "config.yaml"), filepath.Join(dir, "data")
	monitor := freeAddr(t)
	text := fmt.Sprintf("https: {acme: true, hosts: [%s], email: vhxh@phuong.example, directory: %q}\nmetrics: %q\n", acmeHost, authority.url, monitor)
	if err := os.WriteFile(cfg, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	start := func() *process {
		t.Helper()
		p := launch(t, "serve", "-config", cfg, "-data", data, "-listen", addr)
		eventually(t, ctx, "the desk listens", func() bool {
			c, err := net.DialTimeout("tcp", addr, time.Second)
			if err == nil {
				c.Close()
			}
			return err == nil
		}, p)
		return p
	}
	doctor := func(want string) {
		t.Helper()
		p := launch(t, "doctor", "-offline", "-lang", "en", "-config", cfg, "-data", data)
		<-p.end
		if out := p.out.String(); !strings.Contains(out, want) {
			t.Errorf("the doctor does not say %q:\n%s", want, out)
		}
	}
	p := start()
	doctor("There is no certificate yet")
	if _, _, err := visit(ctx, addr, "bank.example", "/livez", authority.roots); err == nil {
		t.Error("the desk answers under a foreign name")
	}
	if n := authority.orders.Load(); n != 0 {
		t.Errorf("%d certificates were ordered for a foreign name", n)
	}
	begun := time.Now()
	body, leaf, err := visit(ctx, addr, acmeHost, "/livez", authority.roots)
	if err != nil || !strings.Contains(body, "ok") {
		t.Fatalf("%v: %s\n%s", err, body, p.out.String())
	}
	t.Logf("the first visitor had the certificate after %v", time.Since(begun).Round(time.Millisecond))
	if left := time.Until(leaf.NotAfter); left < life-time.Hour || left > life+time.Hour || leaf.VerifyHostname(acmeHost) != nil {
		t.Errorf("a certificate for %v until %v", leaf.DNSNames, leaf.NotAfter)
	}
	resp, err := http.Get("http://" + monitor + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	metrics, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	m := regexp.MustCompile(`(?m)^langnghe_https_certificate_expiry_timestamp_seconds (\S+)$`).FindStringSubmatch(string(metrics))
	if err != nil || m == nil {
		t.Fatalf("no metric says when it ends: %v", err)
	}
	if at, err := strconv.ParseFloat(m[1], 64); err != nil || int64(at) != leaf.NotAfter.Unix() {
		t.Errorf("the metric says %s, the certificate %d", m[1], leaf.NotAfter.Unix())
	}
	doctor("the certificate lasts until " + leaf.NotAfter.In(calendar.Zone).Format(time.DateOnly))
	files, err := filepath.Glob(filepath.Join(data, "https", "acme", "*"))
	if err != nil || len(files) == 0 {
		t.Errorf("nothing is kept: %v", err)
	}
	for _, f := range files {
		if info, err := os.Stat(f); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("others can read %s: %v", f, err)
		}
	}
	p.stop(t)
	orders := authority.orders.Load()
	p = start()
	if _, again, err := visit(ctx, addr, acmeHost, "/livez", authority.roots); err != nil || !bytes.Equal(again.Raw, leaf.Raw) {
		t.Errorf("after a restart: %v", err)
	}
	if n := authority.orders.Load(); n != orders || n != 1 {
		t.Errorf("%d orders, %d before the restart; want one", n, orders)
	}
	p.stop(t)
}

// TestACMERenewal holds the desk to renewing without a restart: a certificate
// is exchanged while the desk serves when a third of its life is left.
func TestACMERenewal(t *testing.T) {
	addr := freeAddr(t)
	_, port, _ := net.SplitHostPort(addr)
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	authority := newAuthority(t, n, 30*time.Second)
	dir := t.TempDir()
	cfg := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(cfg, fmt.Appendf(nil, "https: {acme: true, hosts: [%s], directory: %q}\n", acmeHost, authority.url), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	p := launch(t, "serve", "-config", cfg, "-data", filepath.Join(dir, "data"), "-listen", addr)
	var first *x509.Certificate
	eventually(t, ctx, "the first certificate", func() bool {
		_, first, err = visit(ctx, addr, acmeHost, "/livez", authority.roots)
		return err == nil
	}, p)
	eventually(t, ctx, "another one, by itself", func() bool {
		_, leaf, err := visit(ctx, addr, acmeHost, "/livez", authority.roots)
		return err == nil && !bytes.Equal(leaf.Raw, first.Raw)
	}, p)
	p.stop(t)
}
