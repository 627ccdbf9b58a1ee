// Package charset turns what a server sent into UTF-8.
//
// It never guesses from letter frequencies: bytes that are valid UTF-8 are
// UTF-8, else the byte order mark, the header, the XML declaration or the
// meta element decides, in this order. What cannot be read becomes U+FFFD.
package charset

import (
	"bytes"
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
)

// head is how far into a document its declaration is looked for; HTML asks
// for 1,024 bytes and real pages need more.
const head = 4096

var (
	xmlDeclaration = regexp.MustCompile(`^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._:-]+)["'][^>]*\?>`)
	metaCharset    = regexp.MustCompile(`(?i)<meta[^>]+charset\s*=\s*["']?\s*([A-Za-z0-9._:-]+)`)
)

// UTF8 returns data as valid UTF-8 without a byte order mark. contentType is
// the header, "" when there is none. An XML declaration that names another
// encoding is removed, since it is no longer true.
func UTF8(data []byte, contentType string) []byte {
	out := decode(data, contentType)
	out = bytes.TrimPrefix(out, []byte("\xef\xbb\xbf"))
	if m := xmlDeclaration.FindSubmatchIndex(out[:min(len(out), head)]); m != nil && !strings.EqualFold(string(out[m[2]:m[3]]), "utf-8") {
		out = out[m[1]:]
	}
	return out
}

func decode(data []byte, contentType string) []byte {
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}), bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		return with(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), data)
	case utf8.Valid(data):
		return data
	}
	for _, name := range []string{fromHeader(contentType), declared(data)} {
		if enc, canonical := charset.Lookup(name); enc != nil && canonical != "utf-8" {
			return with(enc, data)
		}
	}
	return bytes.ToValidUTF8(data, []byte("\uFFFD"))
}

func with(enc encoding.Encoding, data []byte) []byte {
	out, err := enc.NewDecoder().Bytes(data)
	if err != nil {
		out = data
	}
	return bytes.ToValidUTF8(out, []byte("\uFFFD"))
}

func fromHeader(contentType string) string {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	return params["charset"]
}

func declared(data []byte) string {
	data = data[:min(len(data), head)]
	if m := xmlDeclaration.FindSubmatch(data); m != nil {
		return string(m[1])
	}
	if m := metaCharset.FindSubmatch(data); m != nil {
		return string(m[1])
	}
	return ""
}
