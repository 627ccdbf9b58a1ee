package webpush

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// recordSize is the one record that a message is: push services take 4 KiB.
const recordSize = 4096

// maxPlain is how much fits: less the header, the delimiter and the tag.
const maxPlain = recordSize - 16 - 4 - 1 - 65 - 1 - 16

// encrypt seals a text for a browser as RFC 8291 says, in the coding
// aes128gcm of RFC 8188. Ours is a key pair for this message alone, salt 16
// random bytes.
func encrypt(plain []byte, theirs *ecdh.PublicKey, auth []byte, ours *ecdh.PrivateKey, salt []byte) ([]byte, error) {
	if len(plain) > maxPlain {
		return nil, fmt.Errorf("text of %d bytes; %d are the most", len(plain), maxPlain)
	}
	secret, err := ours.ECDH(theirs)
	if err != nil {
		return nil, err
	}
	info := "WebPush: info\x00" + string(theirs.Bytes()) + string(ours.PublicKey().Bytes())
	ikm, err := hkdf.Key(sha256.New, secret, auth, info, 32)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, err
	}
	nonce, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	id := ours.PublicKey().Bytes()
	out := append([]byte{}, salt...)
	out = binary.BigEndian.AppendUint32(out, recordSize)
	out = append(out, byte(len(id)))
	out = append(out, id...)
	return gcm.Seal(out, nonce, append(append([]byte{}, plain...), 2), nil), nil // 2 ends the last record
}
