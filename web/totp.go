package web

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" // what RFC 6238 asks for, and what every authenticator knows
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"

	"rsc.io/qr"
)

// One-time codes of a second factor: RFC 6238 with HMAC-SHA-1, 30 seconds,
// six digits, as the authenticators of telephones have it.

const (
	totpStep   = 30 * time.Second
	totpDigits = 6
	totpDrift  = 1 // steps that a telephone's clock may be off, either way
	recoveries = 10
)

var base32Text = base32.StdEncoding.WithPadding(base32.NoPadding)

// newSecret returns 160 random bits.
func newSecret() string {
	raw := make([]byte, 20)
	_, _ = rand.Read(raw) // never fails since Go 1.24
	return base32Text.EncodeToString(raw)
}

// totpCode is the code of a secret for a step (RFC 4226, 5.3).
func totpCode(secret []byte, step int64, digits int) string {
	var msg [8]byte
	binary.BigEndian.PutUint64(msg[:], uint64(step))
	mac := hmac.New(sha1.New, secret)
	mac.Write(msg[:])
	sum := mac.Sum(nil)
	off := sum[len(sum)-1] & 15
	n := binary.BigEndian.Uint32(sum[off:]) & 0x7fffffff
	mod := uint32(1)
	for range digits {
		mod *= 10
	}
	return fmt.Sprintf("%0*d", digits, n%mod)
}

// checkTOTP returns the step that the code is of, within the drift.
func checkTOTP(secret, code string, now time.Time) (step int64, ok bool) {
	raw, err := base32Text.DecodeString(secret)
	if err != nil {
		return 0, false
	}
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	at := now.Unix() / int64(totpStep/time.Second)
	for d := int64(-totpDrift); d <= totpDrift; d++ {
		if subtle.ConstantTimeCompare([]byte(totpCode(raw, at+d, totpDigits)), []byte(code)) == 1 {
			step, ok = at+d, true
		}
	}
	return step, ok
}

// newRecovery returns codes to be written down, and what is stored of them.
func newRecovery() (codes, stored []string) {
	for range recoveries {
		c := strings.ToLower(rand.Text()[:10])
		codes, stored = append(codes, c[:5]+"-"+c[5:]), append(stored, storedToken(c))
	}
	return codes, stored
}

// recoveryForm is how a written-down code is compared.
func recoveryForm(code string) string {
	return storedToken(strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(strings.TrimSpace(code))))
}

// A qrImage is a code as one path of an SVG, in units of a module.
type qrImage struct {
	Size int
	Path string
}

// totpURI is what the authenticator reads from the picture.
func totpURI(secret, name, issuer string) string {
	v := url.Values{"secret": {secret}, "issuer": {issuer}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	return "otpauth://totp/" + url.PathEscape(issuer+":"+name) + "?" + strings.ReplaceAll(v.Encode(), "+", "%20")
}

func qrOf(text string) (qrImage, error) {
	const quiet = 4
	c, err := qr.Encode(text, qr.M)
	if err != nil {
		return qrImage{}, fmt.Errorf("draw the code: %w", err)
	}
	var b strings.Builder
	for y := range c.Size {
		for x := range c.Size {
			if c.Black(x, y) {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	return qrImage{Size: c.Size + 2*quiet, Path: b.String()}, nil
}
