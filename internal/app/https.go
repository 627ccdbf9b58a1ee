package app

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"langnghe/internal/config"
	"langnghe/internal/disk"
)

// Certificates of the local authority: the authority's own lasts, the desk's
// is short and renewed in time. Browsers refuse more than 398 days.
const (
	authorityFor = 10 * 365 * 24 * time.Hour
	leafFor      = 390 * 24 * time.Hour
	renewBefore  = 45 * 24 * time.Hour
)

// AuthorityFile is the certificate that a ward's computers are told to trust,
// below the data folder.
const AuthorityFile = "https/ca.crt"

// certificates is the TLS side of the desk, by the one way that c names.
func certificates(c config.HTTPS, dir string, now func() time.Time) (*tls.Config, error) {
	base := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
	switch {
	case c.ACME:
		m := &autocert.Manager{
			Prompt: autocert.AcceptTOS, HostPolicy: autocert.HostWhitelist(c.Hosts...), Cache: autocert.DirCache(filepath.Join(dir, "acme")), Email: c.Email,
		}
		if c.Directory != "" {
			m.Client = &acme.Client{DirectoryURL: c.Directory}
		}
		base.GetCertificate = m.GetCertificate
		base.NextProtos = append(base.NextProtos, acme.ALPNProto)
	case c.Local:
		a := &authority{dir: dir, hosts: c.Hosts, now: now}
		if _, err := a.certificate(nil); err != nil {
			return nil, err
		}
		base.GetCertificate = a.certificate
	default:
		f := &certFiles{cert: c.Cert, key: c.Key}
		if _, err := f.certificate(nil); err != nil {
			return nil, err
		}
		base.GetCertificate = f.certificate
	}
	return base, nil
}

// httpsHost is how people reach the desk: its first name, with the port that
// it listens on unless that is the usual one.
func httpsHost(c config.HTTPS, addr net.Addr) string {
	_, port, err := net.SplitHostPort(addr.String())
	if err != nil || len(c.Hosts) == 0 {
		return addr.String()
	}
	if port == "443" {
		return c.Hosts[0]
	}
	return net.JoinHostPort(c.Hosts[0], port)
}

// certFiles serves a pair of files and notices when they were replaced. A pair
// that cannot be used leaves the one before it in service.
type certFiles struct {
	cert, key string

	mu    sync.Mutex
	stamp string
	have  *tls.Certificate
}

func (f *certFiles) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	stamp := ""
	for _, name := range []string{f.cert, f.key} {
		if info, err := os.Stat(name); err == nil {
			stamp += fmt.Sprint(info.ModTime().UnixNano(), info.Size(), " ")
		}
	}
	if f.have != nil && stamp == f.stamp {
		return f.have, nil
	}
	c, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		if f.have != nil {
			return f.have, nil
		}
		return nil, fmt.Errorf("https: %s, %s: %w", f.cert, f.key, err)
	}
	f.have, f.stamp = &c, stamp
	return f.have, nil
}

// An authority signs the desk's certificate with a key of its own, which may
// sign for the ward's hosts and nothing else: should it be stolen, it opens no
// other site.
type authority struct {
	dir   string
	hosts []string
	now   func() time.Time

	mu   sync.Mutex
	leaf *tls.Certificate
}

func (a *authority) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.leaf != nil && a.now().Before(a.leaf.Leaf.NotAfter.Add(-renewBefore)) {
		return a.leaf, nil
	}
	leaf, err := a.issue()
	if err != nil {
		return nil, fmt.Errorf("https: %w", err)
	}
	a.leaf = leaf
	return leaf, nil
}

// issue makes a certificate for the hosts, and the authority if there is
// none for just these hosts.
func (a *authority) issue() (*tls.Certificate, error) {
	ca, err := tls.LoadX509KeyPair(filepath.Join(a.dir, "ca.crt"), filepath.Join(a.dir, "ca.key"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if ca, err = a.found(); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, err
	}
	for _, h := range a.hosts {
		if !permitted(ca.Leaf, h) {
			return nil, fmt.Errorf("the authority in %s may not sign for %s; it was made for other hosts. Remove the folder to make a new one, then have the computers trust its ca.crt", a.dir, h)
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	t := a.template(leafFor)
	t.Subject = pkix.Name{CommonName: a.hosts[0]}
	t.KeyUsage, t.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	for _, h := range a.hosts {
		if ip := net.ParseIP(h); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else {
			t.DNSNames = append(t.DNSNames, h)
		}
	}
	if t.NotAfter.After(ca.Leaf.NotAfter) {
		t.NotAfter = ca.Leaf.NotAfter
	}
	der, err := x509.CreateCertificate(rand.Reader, t, ca.Leaf, key.Public(), ca.PrivateKey)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der, ca.Certificate[0]}, PrivateKey: key, Leaf: leaf}, nil
}

func (a *authority) template(d time.Duration) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		panic(err) // crypto/rand does not fail
	}
	now := a.now()
	return &x509.Certificate{SerialNumber: serial, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(d), BasicConstraintsValid: true}
}

// found makes the authority.
func (a *authority) found() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	t := a.template(authorityFor)
	t.Subject = pkix.Name{CommonName: "Lắng Nghe " + a.hosts[0], Organization: []string{"Lắng Nghe"}}
	t.IsCA, t.MaxPathLenZero = true, true
	t.KeyUsage = x509.KeyUsageCertSign
	t.PermittedDNSDomainsCritical = true
	for _, h := range a.hosts {
		if ip := net.ParseIP(h); ip != nil {
			bits := 8 * len(ip)
			if four := ip.To4(); four != nil {
				ip, bits = four, 32
			}
			t.PermittedIPRanges = append(t.PermittedIPRanges, &net.IPNet{IP: ip, Mask: net.CIDRMask(bits, bits)})
		} else {
			t.PermittedDNSDomains = append(t.PermittedDNSDomains, h)
		}
	}
	// A kind of name with no permitted one would be free: forbid all of it.
	if len(t.PermittedDNSDomains) == 0 {
		t.PermittedDNSDomains = []string{"invalid"}
	}
	if len(t.PermittedIPRanges) == 0 {
		t.PermittedIPRanges = []*net.IPNet{{IP: net.IPv4bcast.To4(), Mask: net.CIDRMask(32, 32)}}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, err
	}
	if err := os.MkdirAll(a.dir, 0o700); err != nil {
		return tls.Certificate{}, err
	}
	if err := writePEM(filepath.Join(a.dir, "ca.key"), "PRIVATE KEY", key); err != nil {
		return tls.Certificate{}, err
	}
	if err := writePEM(filepath.Join(a.dir, "ca.crt"), "CERTIFICATE", der); err != nil {
		return tls.Certificate{}, err
	}
	return tls.LoadX509KeyPair(filepath.Join(a.dir, "ca.crt"), filepath.Join(a.dir, "ca.key"))
}

func writePEM(file, kind string, what any) error {
	der, ok := what.([]byte)
	if !ok {
		var err error
		if der, err = x509.MarshalPKCS8PrivateKey(what.(crypto.PrivateKey)); err != nil {
			return err
		}
	}
	return disk.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// permitted reports whether the authority may sign for a host.
func permitted(ca *x509.Certificate, host string) bool {
	if ip := net.ParseIP(host); ip != nil {
		for _, n := range ca.PermittedIPRanges {
			if n.Contains(ip) {
				return true
			}
		}
		return false
	}
	for _, d := range ca.PermittedDNSDomains {
		if strings.EqualFold(d, host) || strings.HasSuffix(strings.ToLower(host), "."+strings.ToLower(d)) {
			return true
		}
	}
	return false
}

// A Validity is how long a certificate lasts. From Late on, people should be
// told. Both are zero when there is none yet.
type Validity struct{ Ends, Late time.Time }

// CertificateValidity is how long the desk's certificate lasts, or with the
// local authority how long the authority does, for its computers must be told
// of the next one; a certificate that it signs is renewed by itself. Of
// several certificates from ACME it is the first to be late.
func CertificateValidity(c config.HTTPS, dataDir string) (Validity, error) {
	switch {
	case c.ACME:
		var first Validity
		for _, host := range c.Hosts {
			cert, err := readCertificate(filepath.Join(dataDir, "https", "acme", strings.ToLower(host)))
			if errors.Is(err, fs.ErrNotExist) {
				continue // asked for when somebody comes
			}
			if err != nil {
				return Validity{}, err
			}
			// It is renewed when a third of its life is left, at most thirty
			// days: well after that, something is wrong.
			left := min(cert.NotAfter.Sub(cert.NotBefore)/3, 30*24*time.Hour) * 3 / 4
			if v := (Validity{cert.NotAfter, cert.NotAfter.Add(-left)}); first.Late.IsZero() || v.Late.Before(first.Late) {
				first = v
			}
		}
		return first, nil
	case c.Local:
		return lasts(filepath.Join(dataDir, filepath.FromSlash(AuthorityFile)))
	case c.Cert != "":
		return lasts(c.Cert)
	}
	return Validity{}, nil
}

// lasts is the validity of a certificate that a person must replace.
func lasts(file string) (Validity, error) {
	cert, err := readCertificate(file)
	if err != nil {
		return Validity{}, err
	}
	return Validity{cert.NotAfter, cert.NotAfter.AddDate(0, 0, -30)}, nil
}

// readCertificate reads the first certificate in a PEM file.
func readCertificate(file string) (*x509.Certificate, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("https: %w", err)
	}
	for {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			return nil, fmt.Errorf("https: %s holds no certificate", file)
		}
		if block.Type != "CERTIFICATE" {
			continue // the key, in front of it
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("https: %s: %w", file, err)
		}
		return cert, nil
	}
}
