// Package address knows at a glance which web addresses are written in their
// one form already, as nearly all are that feeds hold. Taking them apart costs
// more than reading them.
package address

import "strings"

// Simple reports whether an address is http:// or https://, a host of small
// letters, digits, points and dashes without a port, and a path of plain signs
// with no empty, "." or ".." part; no query and no fragment. Parsing it and
// writing it down again gives it back, and nothing in it stands for something
// else. host and path are its parts; path begins with "/".
func Simple(s string) (host, path string, ok bool) {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok {
		if rest, ok = strings.CutPrefix(s, "http://"); !ok {
			return "", "", false
		}
	}
	end := strings.IndexByte(rest, '/')
	if end <= 0 {
		return "", "", false
	}
	host, path = rest[:end], rest[end:]
	for i := range len(host) {
		if c := host[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' {
			return "", "", false
		}
	}
	for i := range len(path) {
		switch c := path[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
		case c == '/':
			if i+1 < len(path) && (path[i+1] == '/' || path[i+1] == '.') {
				return "", "", false
			}
		case c == '.':
		default:
			return "", "", false
		}
	}
	return host, path, true
}
