package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// The cost of one password: 19 MiB, two passes, one lane, as the OWASP
// password storage cheat sheet asks for at least.
const (
	hashMemory = 19 << 10 // KiB
	hashPasses = 2
	hashLanes  = 1
	hashLength = 32
)

// MinPassword is the least length of a password, in characters.
const MinPassword = 10

// HashPassword returns the argon2id form of a password for storage.
func HashPassword(password string) string {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails since Go 1.24
	key := argon2.IDKey(typed(password), salt, hashPasses, hashMemory, hashLanes, hashLength)
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashPasses, hashLanes, enc.EncodeToString(salt), enc.EncodeToString(key))
}

// CheckPassword reports whether the password is the one that was hashed. An
// unreadable hash is an error, not a wrong password.
func CheckPassword(password, hash string) (bool, error) {
	var version, memory, passes, lanes int
	fields := strings.Split(hash, "$")
	if len(fields) != 6 || fields[1] != "argon2id" {
		return false, errors.New("web: stored password is not an argon2id hash")
	}
	if _, err := fmt.Sscanf(fields[2]+" "+fields[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &passes, &lanes); err != nil {
		return false, fmt.Errorf("web: stored password: %w", err)
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(fields[4])
	want, err2 := base64.RawStdEncoding.DecodeString(fields[5])
	if err := errors.Join(err1, err2); err != nil {
		return false, fmt.Errorf("web: stored password: %w", err)
	}
	if version != argon2.Version || memory < 8 || memory > 1<<20 || passes < 1 || passes > 64 || lanes < 1 || lanes > 16 || len(want) < 16 {
		return false, errors.New("web: stored password: parameters out of range")
	}
	got := argon2.IDKey(typed(password), salt, uint32(passes), uint32(memory), uint8(lanes), uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// typed makes a password the same whether the keyboard composes the letters
// (NFC) or not (NFD).
func typed(password string) []byte { return norm.NFC.Bytes([]byte(password)) }

// goodPassword returns the key of what is wrong with a new password.
func goodPassword(password, name string) (key string, ok bool) {
	switch n := utf8.RuneCountInString(password); {
	case n < MinPassword:
		return "password.short", false
	case n > 200:
		return "password.long", false
	case strings.EqualFold(password, name) || strings.Count(password, password[:1]) == len(password):
		return "password.easy", false
	}
	return "", true
}

// hashing bounds how much memory sign-ins take at a time.
type hashing chan struct{}

func (h hashing) do(ctx context.Context, f func()) error {
	select {
	case h <- struct{}{}:
		defer func() { <-h }()
		f()
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// newToken returns 256 random bits for a cookie, and the form that is stored.
func newToken() (token, stored string) {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails since Go 1.24
	token = base64.RawURLEncoding.EncodeToString(raw)
	return token, storedToken(token)
}

// storedToken is what the desk keeps of a token: whoever reads the database
// can not sign in with it.
func storedToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// newID returns a random identity.
func newID() string {
	raw := make([]byte, 12)
	_, _ = rand.Read(raw) // never fails since Go 1.24
	return hex.EncodeToString(raw)
}
