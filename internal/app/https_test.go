package app

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"langnghe/internal/config"
)

// A browser that trusts the local authority reaches the desk, and trusts it
// for nothing else.
func TestLocalAuthority(t *testing.T) {
	dir := t.TempDir()
	cfg := config.Default()
	cfg.HTTPS = config.HTTPS{Local: true, Hosts: []string{"langnghe.phuong.example", "127.0.0.1"}}
	o := (&stand{cfg: cfg}).options(dir)
	o.Listen = "127.0.0.1:0"
	svc, stop := start(t, o)
	if !strings.HasPrefix(svc.URL, "https://langnghe.phuong.example:") {
		t.Errorf("the desk is at %s", svc.URL)
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(svc.URL, "https://"), ":")
	pem, err := os.ReadFile(filepath.Join(dir, AuthorityFile))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	get := func(roots *x509.CertPool) (*http.Response, error) {
		c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}, Timeout: 10 * time.Second}
		resp, err := c.Get("https://127.0.0.1:" + port + "/livez")
		if err == nil {
			resp.Body.Close()
		}
		return resp, err
	}
	if resp, err := get(roots); err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("with the authority: %v", err)
	}
	if _, err := get(x509.NewCertPool()); err == nil {
		t.Error("without the authority")
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	a := &authority{dir: filepath.Join(dir, "https"), hosts: []string{"bank.example"}, now: time.Now}
	if _, err := a.issue(); err == nil || !strings.Contains(err.Error(), "may not sign for bank.example") {
		t.Errorf("for another host: %v", err)
	}
	// Its key, stolen, is refused by whoever checks names.
	ca, err := tls.LoadX509KeyPair(filepath.Join(dir, AuthorityFile), filepath.Join(dir, "https/ca.key"))
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"bank.example", "8.8.8.8"} {
		forged := a.template(time.Hour)
		if ip := net.ParseIP(host); ip != nil {
			forged.IPAddresses = []net.IP{ip}
		} else {
			forged.DNSNames = []string{host}
		}
		der, err := x509.CreateCertificate(nil, forged, ca.Leaf, ca.Leaf.PublicKey, ca.PrivateKey)
		if err != nil {
			t.Fatal(err)
		}
		leaf, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: host}); err == nil {
			t.Errorf("a certificate for %s is trusted", host)
		}
	}
	if v, err := CertificateValidity(cfg.HTTPS, dir); err != nil || time.Until(v.Ends) < 9*365*24*time.Hour {
		t.Errorf("the authority ends %v, %v", v.Ends, err)
	}
}

// The desk's certificate is renewed before it ends, without a restart.
func TestCertificateIsRenewed(t *testing.T) {
	now := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	a := &authority{dir: t.TempDir(), hosts: []string{"langnghe.example"}, now: func() time.Time { return now }}
	first, err := a.certificate(nil)
	if err != nil {
		t.Fatal(err)
	}
	now = now.AddDate(0, 11, 0)
	if again, _ := a.certificate(nil); again != first {
		t.Error("renewed too early")
	}
	now = now.AddDate(0, 1, 0)
	again, err := a.certificate(nil)
	if err != nil || again == first || !again.Leaf.NotAfter.After(first.Leaf.NotAfter) {
		t.Errorf("not renewed: %v", err)
	}
	// Files that are replaced are served; files that are broken are not.
	dir := t.TempDir()
	f := &certFiles{cert: filepath.Join(dir, "c"), key: filepath.Join(dir, "k")}
	if _, err := f.certificate(nil); err == nil {
		t.Error("no files")
	}
	for i, c := range []*tls.Certificate{first, again} {
		if err := writePEM(f.cert, "CERTIFICATE", c.Certificate[0]); err != nil {
			t.Fatal(err)
		}
		if err := writePEM(f.key, "PRIVATE KEY", c.PrivateKey); err != nil {
			t.Fatal(err)
		}
		stamp := time.Now().Add(time.Duration(i) * time.Minute)
		_ = os.Chtimes(f.cert, stamp, stamp)
		got, err := f.certificate(nil)
		if err != nil || !got.Leaf.Equal(c.Leaf) {
			t.Errorf("pair %d: %v", i, err)
		}
	}
	if err := os.WriteFile(f.key, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := f.certificate(nil); err != nil || !got.Leaf.Equal(again.Leaf) {
		t.Errorf("a broken file: %v", err)
	}
}
