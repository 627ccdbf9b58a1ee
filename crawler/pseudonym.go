package crawler

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
	"sync"
	"time"

	"langnghe/crawler/nfc"
)

// keyLife is how long one pseudonym key is used. Its boundaries are fixed,
// so that everybody's pseudonym changes at the same moment.
const keyLife = 30 * 24 * time.Hour

// period numbers the lives of keys.
func period(t time.Time) int64 { return t.Unix() / int64(keyLife/time.Second) }

// anonymous are author lines behind which there is no account.
var anonymous = regexp.MustCompile(`(?i)^(?:|ẩn danh|an danh|khách|khach|anonymous|guest|admin|administrator|unknown|người dùng ẩn danh)$`)

// voices turns authors into pseudonyms for one visit.
//
// An item from before the last boundary comes too late for its key, which is
// destroyed. It gets a key that lives as long as the visit: its voices can be
// told apart within the thread and never again.
type voices struct {
	store Store
	now   time.Time
	own   map[string]bool // channels that are sources
	mu    sync.Mutex
	keys  map[int64][]byte
}

// name returns the pseudonym of an author of a host at a time, "" for an
// author who has no account.
func (v *voices) name(ctx context.Context, at time.Time, host, author string) (string, error) {
	author = strings.ToLower(strings.Join(strings.Fields(nfc.String(author)), " "))
	if anonymous.MatchString(author) {
		return "", nil
	}
	key, err := v.key(ctx, period(at))
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(strings.ToLower(host) + "\x00" + author))
	return "p:" + hex.EncodeToString(mac.Sum(nil)[:8]), nil
}

// ref is the name of the item that s refers to: s is an id of ours, an
// address, or somebody else's id. An address is known by its handle-free
// form, as the item there is; everything else becomes a hash keyed for the
// current period, so that a post and its comments meet when they are read
// within one, and nobody can find a handle by trying.
func (v *voices) ref(ctx context.Context, s string, keepFragment bool) (string, error) {
	s = nfc.String(strings.TrimSpace(s))
	if s == "" || ownID.MatchString(s) {
		return s, nil
	}
	if a := Canonical(s, keepFragment); a != "" {
		if free := handleFree(a, v.own); free != "" {
			return addressID(free), nil
		}
		_, s, _ = strings.Cut(a, "://")
	}
	key, err := v.key(ctx, period(v.now))
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("ref\x00" + s))
	return hex.EncodeToString(mac.Sum(nil)[:10]), nil
}

func (v *voices) key(ctx context.Context, p int64) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if k := v.keys[p]; k != nil {
		return k, nil
	}
	var k []byte
	if v.store != nil && p == period(v.now) {
		var err error
		if k, err = v.store.Key(ctx, p); err != nil {
			return nil, err
		}
	} else {
		k = make([]byte, 32)
		rand.Read(k) // never fails
	}
	if v.keys == nil {
		v.keys = map[int64][]byte{}
	}
	v.keys[p] = k
	return k, nil
}

// pseudonym is the form of an account that needs no key any more. What could
// be somebody's number behind "p:" is not of it.
func pseudonym(account string) bool {
	return madeName.MatchString(account) && strings.ContainsAny(account[2:], "abcdef")
}

var madeName = regexp.MustCompile(`^p:[0-9a-f]{16,64}$`)
