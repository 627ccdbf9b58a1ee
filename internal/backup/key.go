package backup

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A Key opens a repository. Whoever has it can read every backup; without
// it, nobody can.
type Key [32]byte

var letters = base32.StdEncoding.WithPadding(base32.NoPadding)

// NewKey draws a key.
func NewKey() (k Key) {
	_, _ = rand.Read(k[:]) // never fails, says crypto/rand
	return k
}

// String is the key for paper: groups of five letters and digits, the last
// ones a checksum, so that a slip of the pen is noticed.
func (k Key) String() string {
	sum := sha256.Sum256(k[:])
	s := letters.EncodeToString(append(k[:], sum[:3]...))
	var groups []string
	for len(s) > 0 {
		n := min(5, len(s))
		groups, s = append(groups, s[:n]), s[n:]
	}
	return strings.Join(groups, "-")
}

// ParseKey reads what String wrote. Case, spaces and hyphens do not matter,
// and 0, 1, 8 are read as the letters O, I, B that they are mistaken for.
func ParseKey(s string) (k Key, err error) {
	s = strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '\n', '\r', '\t':
			return -1
		case '0':
			return 'O'
		case '1':
			return 'I'
		case '8':
			return 'B'
		}
		return r
	}, strings.ToUpper(s))
	data, err := letters.DecodeString(s)
	if err != nil || len(data) != len(k)+3 {
		return k, errors.New("backup: this is no key: it has 56 letters and digits in groups of five")
	}
	copy(k[:], data)
	if sum := sha256.Sum256(k[:]); string(sum[:3]) != string(data[len(k):]) {
		return Key{}, errors.New("backup: the key has a typing mistake")
	}
	return k, nil
}

// LoadKey reads a key file.
func LoadKey(file string) (Key, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return Key{}, fmt.Errorf("backup: key: %w", err)
	}
	k, err := ParseKey(string(data))
	if err != nil {
		return Key{}, fmt.Errorf("%s: %w", file, err)
	}
	return k, nil
}

// SaveKey writes a key file that only its owner may read, and never over
// another one.
func SaveKey(file string, k Key) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("backup: key: %w", err)
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("backup: key: %w", err)
	}
	_, err = f.WriteString(k.String() + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("backup: key: %w", err)
	}
	return nil
}

// derive makes a key of its own for each purpose.
func (k Key) derive(purpose string) []byte {
	out, err := hkdf.Key(sha256.New, k[:], nil, "langnghe backup "+purpose, 32)
	if err != nil {
		panic(err) // 32 bytes are always to be had
	}
	return out
}
