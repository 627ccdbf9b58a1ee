package crawler

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"langnghe/internal/news"
)

// tracking are query parameters that say where a visitor came from.
var tracking = regexp.MustCompile(`(?i)^(?:utm_.*|fbclid|gclid|dclid|gbraid|wbraid|yclid|msclkid|igshid|zarsrc|zalo_.*|gidzl|mc_[ce]id|_gl|_ga|spm|ref_src|__cft__.*|__tn__)$`)

var spaces = regexp.MustCompile(`[\s\pZ]`)

// Canonical is the one form of an address: lower-case host, no default port,
// no tracking parameters, the others sorted, and no fragment unless keep is
// set. It returns "" for what is no address of the web.
func Canonical(raw string, keep bool) string {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Host == "" || u.User != nil {
		return ""
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	switch u.Scheme {
	case "http":
		u.Host = strings.TrimSuffix(u.Host, ":80")
	case "https":
		u.Host = strings.TrimSuffix(u.Host, ":443")
	default:
		return ""
	}
	if u.Path == "" {
		u.Path = "/"
	}
	if u.RawQuery != "" {
		params := strings.Split(spaces.ReplaceAllStringFunc(u.RawQuery, url.PathEscape), "&")
		params = slices.DeleteFunc(params, func(p string) bool {
			name, _, _ := strings.Cut(p, "=")
			return p == "" || tracking.MatchString(name)
		})
		slices.Sort(params)
		u.RawQuery = strings.Join(params, "&")
	}
	u.ForceQuery = false
	if !keep {
		u.Fragment, u.RawFragment = "", ""
	}
	return u.String()
}

// withHandle finds addresses that name a person.
var withHandle = regexp.MustCompile(`(?i)/@[^/]+|/(?:u|user|users|profile|profiles|member|members|thanh-vien)/[^/]+`)

// handled reports whether an address holds somebody's name or handle. Such
// an address is never stored.
func handled(address string) bool {
	u, err := url.Parse(address)
	return err == nil && withHandle.MatchString(u.Path)
}

// id hashes what identifies an item to a short name.
func id(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:10])
}

// addressID is the id of the item at a canonical address. It does not depend
// on the scheme: sites move from http to https.
func addressID(canonical string) string {
	_, rest, _ := strings.Cut(canonical, "://")
	return id("url", rest)
}

// itemID derives the id of an item: its address, else its number at the
// source, else its content.
func itemID(it *news.Item, native string) string {
	switch {
	case it.URL != "":
		return addressID(it.URL)
	case native != "":
		return id("native", it.Source, native)
	}
	return id("content", string(it.Kind), it.Title, it.Text)
}

// keepsFragment reports whether an item needs the fragment of its address to
// be told from its neighbours on the page.
func keepsFragment(kind news.Kind, address string) bool {
	if kind == news.Comment {
		return true
	}
	_, fragment, _ := strings.Cut(address, "#")
	return kind == news.Post && postAnchor.MatchString(fragment)
}

var postAnchor = regexp.MustCompile(`(?i)^(?:post|p|msg|message|reply|comment|bai|tra-loi)[-_]?\d+$`)
