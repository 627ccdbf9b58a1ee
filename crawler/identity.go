package crawler

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"langnghe/crawler/address"
	"langnghe/crawler/redact"
	"langnghe/internal/news"
)

// tracking are query parameters that say where a visitor came from.
var tracking = regexp.MustCompile(`(?i)^(?:utm_.*|fbclid|gclid|dclid|gbraid|wbraid|yclid|msclkid|igshid|zarsrc|zalo_.*|gidzl|mc_[ce]id|_gl|_ga|spm|ref_src|__cft__.*|__tn__)$`)

var spaces = regexp.MustCompile(`[\s\pZ]`)

// Canonical is the one form of an address: lower-case host, no default port,
// no tracking parameters, the others sorted, and no fragment unless keep is
// set. It returns "" for what is no address of the web.
func Canonical(raw string, keep bool) string {
	if _, _, ok := address.Simple(raw); ok {
		return raw
	}
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

// handleFree is the form of a canonical address under which the item is known
// and stored, "" when every form of it names somebody.
func handleFree(canonical string, own map[string]bool) string {
	if canonical == "" {
		return ""
	}
	free, _ := redact.Address(canonical, func(channel string) bool { return own[channel] })
	if free == canonical {
		return free
	}
	return Canonical(free, true)
}

// channels are the public channels among the sources. Their names are no
// person's.
func channels(sources ...Source) map[string]bool {
	out := map[string]bool{}
	for _, s := range sources {
		if c := redact.Channel(s.URL); c != "" {
			out[c] = true
		}
	}
	return out
}

// onComment are parameters that point at a comment on the page of its post.
var onComment = regexp.MustCompile(`^(?:comment_id|reply_comment_id|lc|comment)=`)

// postOf is the address of the post that a comment at an address is on.
func postOf(address string) string {
	address, _, _ = strings.Cut(address, "#")
	path, query, _ := strings.Cut(address, "?")
	params := slices.DeleteFunc(strings.Split(query, "&"), onComment.MatchString)
	if query = strings.Join(params, "&"); query != "" {
		path += "?" + query
	}
	return Canonical(path, false)
}

// id hashes what identifies an item to a short name.
func id(parts ...string) string {
	var room [512]byte
	all := room[:0]
	for i, p := range parts {
		if i > 0 {
			all = append(all, 0)
		}
		all = append(all, p...)
	}
	sum := sha256.Sum256(all)
	var out [20]byte
	hex.Encode(out[:], sum[:10])
	return string(out[:])
}

// addressID is the id of the item at a canonical address. It does not depend
// on the scheme: sites move from http to https.
func addressID(canonical string) string {
	_, rest, _ := strings.Cut(canonical, "://")
	return id("url", rest)
}

// itemID derives the id of an item: its address, else its number at the
// source, else its content. The address is handle-free; a number at the
// source with a handle in it is none.
func itemID(it *news.Item, native string, own map[string]bool) string {
	address := Canonical(native, true)
	switch {
	case it.URL != "":
		return addressID(it.URL)
	case address != "":
		if free := handleFree(address, own); free != "" {
			return id("native", it.Source, free)
		}
	case native != "" && !strings.ContainsRune(native, '@') && !redact.Named(native):
		return id("native", it.Source, native)
	}
	return id("content", string(it.Kind), it.Title, it.Text)
}

// Names that need no hash: ours, and plain ones of others, which get their
// ids back as they gave them.
var (
	ownID   = regexp.MustCompile(`^[0-9a-f]{20}$`)
	plainID = regexp.MustCompile(`^[\pL\pN._-]{1,64}$`)
)

// plainly reports whether a given id can stay as it is.
func plainly(id string) bool {
	return ownID.MatchString(id) || plainID.MatchString(id) && !redact.Named(id)
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
