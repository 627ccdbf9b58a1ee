package polite

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"langnghe/crawler/charset"
)

// read replaces the body of res by its bytes in memory, decompressed, within
// the limit, and as UTF-8 when it is text.
func read(res *http.Response, u *url.URL, limit int64) error {
	if enc := strings.ToLower(res.Header.Get("Content-Encoding")); enc != "" && enc != "identity" && enc != "gzip" && !res.Uncompressed {
		return fmt.Errorf("%s: content encoding %q was not asked for", u, enc)
	}
	if !res.Uncompressed && res.ContentLength > limit {
		return &TooLarge{u.String(), limit}
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	if err != nil {
		return err
	}
	if int64(len(data)) > limit {
		return &TooLarge{u.String(), limit}
	}
	// A sitemap.xml.gz is a file that is compressed, not an encoding of the
	// answer; both end here.
	if data, err = Inflate(data, limit); errors.Is(err, errTooLarge) {
		return &TooLarge{u.String(), limit}
	} else if err != nil {
		return fmt.Errorf("%s: %w", u, err)
	}
	if ct := res.Header.Get("Content-Type"); text(ct) {
		data = charset.UTF8(data, ct)
		kind, _, _ := strings.Cut(ct, ";")
		if kind = strings.TrimSpace(kind); kind == "" || strings.Contains(kind, "gzip") || strings.Contains(kind, "octet-stream") {
			kind = "text/plain"
		}
		res.Header.Set("Content-Type", kind+"; charset=utf-8")
	}
	res.Body = io.NopCloser(bytes.NewReader(data))
	res.ContentLength = int64(len(data))
	res.Header.Del("Content-Encoding")
	res.Header.Del("Content-Length")
	res.Uncompressed = true // nobody behind us needs to try again
	return nil
}

var errTooLarge = errors.New("too large")

// Inflate undoes gzip when data is compressed, and returns data otherwise.
// More than limit bytes are an error.
func Inflate(data []byte, limit int64) ([]byte, error) {
	if !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		return data, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	out, err := io.ReadAll(io.LimitReader(z, limit+1))
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	if int64(len(out)) > limit {
		return nil, errTooLarge
	}
	return out, nil
}

// text reports whether a content type may hold words. Servers name feeds and
// sitemaps in many ways, so only what surely is something else is left alone.
func text(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return true
	}
	for _, other := range []string{"image/", "video/", "audio/", "font/", "application/pdf", "application/zip", "application/vnd.", "application/msword"} {
		if strings.HasPrefix(kind, other) && !strings.HasSuffix(kind, "+xml") && !strings.HasSuffix(kind, "+json") {
			return false
		}
	}
	return true
}
