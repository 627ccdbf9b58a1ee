package polite

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// A PrivateAddress error is returned when a name leads into our own network.
type PrivateAddress struct{ Addr string }

func (e *PrivateAddress) Error() string {
	return fmt.Sprintf("%s is an address inside our own network; only a source marked internal may have one", e.Addr)
}

// guarded is the transport that checks each address when it is dialled, so
// neither a redirect nor a name that changes its mind leads inside. Proxies
// from the environment are not used: behind one, the check would be blind.
func guarded(policy func(host string) Host) http.RoundTripper {
	inside := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	outside := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second, Control: refusePrivate}
	return &http.Transport{
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if internal(policy, addr) {
				return inside.DialContext(ctx, network, addr)
			}
			return outside.DialContext(ctx, network, addr)
		},
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           64,
		MaxIdleConnsPerHost:    1,
		IdleConnTimeout:        30 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  30 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// internal reports whether the policy knows addr, which always has a port,
// under the name that a URL has, which may leave the usual port out.
func internal(policy func(string) Host, addr string) bool {
	if policy(addr).Internal {
		return true
	}
	host, port, err := net.SplitHostPort(addr)
	return err == nil && (port == "80" || port == "443") && policy(host).Internal
}

func refusePrivate(network, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("address %q: %w", address, err)
	}
	if !public(ap.Addr()) {
		return &PrivateAddress{ap.Addr().String()}
	}
	return nil
}

// special are the blocks that are neither public nor covered by the methods
// of netip.Addr, from the IANA special-purpose registries.
var special = func() (out []netip.Prefix) {
	for _, p := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
	} {
		out = append(out, netip.MustParsePrefix(p))
	}
	return out
}()

// public reports whether an address belongs to the Internet at large.
func public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}
