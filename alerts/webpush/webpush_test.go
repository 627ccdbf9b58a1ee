package webpush

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"langnghe/alerts"
	"langnghe/alerts/alertstest"
	"langnghe/alerts/wire"
)

func unb64(t testing.TB, s string) []byte {
	t.Helper()
	b, err := enc.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The example of RFC 8291, section 5 and appendix A, octet for octet.
func TestRFC8291(t *testing.T) {
	ours, err := ecdh.P256().NewPrivateKey(unb64(t, "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := ecdh.P256().NewPublicKey(unb64(t, "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := encrypt([]byte("When I grow up, I want to be a watermelon"), theirs, unb64(t, "BTBZMqHH6r4Tts7J_aSIgg"), ours, unb64(t, "DGv6ra1nlYgDCS1FRnbzlw"))
	if err != nil {
		t.Fatal(err)
	}
	const want = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
	if enc.EncodeToString(got) != want {
		t.Errorf("encrypt = %s, want %s", enc.EncodeToString(got), want)
	}
}

// A browser is the other end: it makes a subscription and reads what comes.
type browser struct {
	key  *ecdh.PrivateKey
	auth []byte
}

func newBrowser() *browser {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	b := &browser{key, make([]byte, 16)}
	_, _ = rand.Read(b.auth)
	return b
}

func (b *browser) subscription(endpoint string) alerts.Subscription {
	return alerts.Subscription{Endpoint: endpoint, Key: enc.EncodeToString(b.key.PublicKey().Bytes()), Auth: enc.EncodeToString(b.auth)}
}

func (b *browser) read(body []byte) ([]byte, error) {
	salt, id := body[:16], body[21:21+int(body[20])]
	pub, err := ecdh.P256().NewPublicKey(id)
	if err != nil {
		return nil, err
	}
	secret, err := b.key.ECDH(pub)
	if err != nil {
		return nil, err
	}
	ikm, _ := hkdf.Key(sha256.New, secret, b.auth, "WebPush: info\x00"+string(b.key.PublicKey().Bytes())+string(id), 32)
	key, _ := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	nonce, _ := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	plain, err := gcm.Open(nil, nonce, body[21+len(id):], nil)
	if err != nil || plain[len(plain)-1] != 2 {
		return nil, fmt.Errorf("open: %w, last octet %v", err, plain)
	}
	return plain[:len(plain)-1], nil
}

// keeper keeps subscriptions in memory.
type keeper struct {
	mu   sync.Mutex
	subs []alerts.Subscription
	fail error
}

func (k *keeper) Subscriptions(context.Context, string) ([]alerts.Subscription, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]alerts.Subscription{}, k.subs...), k.fail
}

func (k *keeper) DropSubscription(_ context.Context, endpoint string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i, s := range k.subs {
		if s.Endpoint == endpoint {
			k.subs = append(k.subs[:i], k.subs[i+1:]...)
			return nil
		}
	}
	return nil
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func channel(t testing.TB, k *keeper, timeout time.Duration) *Channel {
	t.Helper()
	c, err := New(Options{Key: newKey(t), Contact: "mailto:quantri@phuong.example", Browsers: k, Timeout: timeout, Local: true})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var lan = alerts.Recipient{Name: "lan", Channel: "webpush", Lang: "vi"}

func TestConformance(t *testing.T) {
	alertstest.Channel(t, alertstest.Door{
		Open: func(t *testing.T, server string, timeout time.Duration) (alerts.Channel, alerts.Recipient) {
			return channel(t, &keeper{subs: []alerts.Subscription{newBrowser().subscription(server + "/push/endpoint-secret")}}, timeout), lan
		},
		Good:    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) },
		Secrets: []string{"endpoint-secret"}, Opaque: true,
	})
}

// What arrives can be read by the browser alone, and is signed by our key for
// the push service's origin.
func TestDelivery(t *testing.T) {
	b := newBrowser()
	var c *Channel
	var got notice
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		plain, err := b.read(raw)
		if err != nil {
			t.Error(err)
			return
		}
		if err := json.Unmarshal(plain, &got); err != nil {
			t.Error(err)
		}
		if strings.Contains(string(raw), "khối 3") || r.Header.Get("Content-Encoding") != "aes128gcm" || r.Header.Get("TTL") != "86400" || r.Header.Get("Urgency") != "high" || len(r.Header.Get("Topic")) != 32 {
			t.Errorf("request headers %v", r.Header)
		}
		verify(t, c, r)
		w.WriteHeader(http.StatusCreated)
	}))
	defer s.Close()
	c = channel(t, &keeper{subs: []alerts.Subscription{b.subscription(s.URL + "/x")}}, time.Second)
	m := alertstest.Message(lan)
	m.Alert.Body.VI = "vào https://qua-tang.top/nhan ngay " + strings.Repeat("nước ", 2000)
	if err := c.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if got.Title != m.Subject || got.Tag != m.ID || got.URL != "/inbox/1" || got.Level != 3 || !strings.HasSuffix(got.Body, "…") || !strings.HasPrefix(got.Body, "vào hxxps://qua-tang[.]top/nhan ngay") {
		t.Errorf("notice = %+v", got)
	}
}

func verify(t *testing.T, c *Channel, r *http.Request) {
	t.Helper()
	rest, ok := strings.CutPrefix(r.Header.Get("Authorization"), "vapid t=")
	token, key, ok2 := strings.Cut(rest, ", k=")
	parts := strings.Split(token, ".")
	if !ok || !ok2 || key != c.PublicKey() || len(parts) != 3 {
		t.Fatalf("Authorization = %q", r.Header.Get("Authorization"))
	}
	sig := unb64(t, parts[2])
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if len(sig) != 64 || !ecdsa.Verify(&c.opts.Key.PublicKey, sum[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])) {
		t.Error("the signature does not fit")
	}
	var claims struct {
		Aud, Sub string
		Exp      int64
	}
	if err := json.Unmarshal(unb64(t, parts[1]), &claims); err != nil || claims.Aud != "http://"+r.Host || claims.Sub != "mailto:quantri@phuong.example" || time.Until(time.Unix(claims.Exp, 0)) > 24*time.Hour {
		t.Errorf("claims = %+v, %v", claims, err)
	}
}

// A browser that is gone is forgotten; another one of the person stands in.
func TestGone(t *testing.T) {
	var served []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		served = append(served, r.URL.Path)
		switch r.URL.Path {
		case "/gone":
			w.WriteHeader(http.StatusGone)
		case "/broken":
			w.WriteHeader(http.StatusBadGateway)
		default:
			w.WriteHeader(http.StatusCreated)
		}
	}))
	defer s.Close()
	k := &keeper{subs: []alerts.Subscription{newBrowser().subscription(s.URL + "/gone"), newBrowser().subscription(s.URL + "/broken"), newBrowser().subscription(s.URL + "/good"), newBrowser().subscription(s.URL + "/also")}}
	c := channel(t, k, time.Second)
	if err := c.Send(t.Context(), alertstest.Message(lan)); err != nil {
		t.Errorf("Send = %v, want it delivered to the good one", err)
	}
	if got := strings.Join(served, " "); got != "/gone /broken /good /also" || len(k.subs) != 3 {
		t.Errorf("served %s, %d browsers left", got, len(k.subs))
	}
	k.subs = k.subs[:1] // the broken one
	var e *wire.Error
	if err := c.Send(t.Context(), alertstest.Message(lan)); !errors.As(err, &e) || !e.Temporary() {
		t.Errorf("Send to a broken service = %v, want a temporary error", err)
	}
	k.subs = nil
	if err := c.Send(t.Context(), alertstest.Message(lan)); !errors.As(err, &e) || e.Temporary() || !strings.Contains(err.Error(), "Account") {
		t.Errorf("Send without a browser = %v, want a final error that says what to do", err)
	}
}

// An endpoint comes out of a browser and may be anything.
func TestHostileEndpoints(t *testing.T) {
	b := newBrowser()
	for endpoint, ok := range map[string]bool{
		"https://fcm.googleapis.com/fcm/send/abc": true, "https://updates.push.services.mozilla.com/wpush/v2/x": true,
		"http://fcm.googleapis.com/x": false, "https://127.0.0.1/x": false, "https://localhost/x": false, "https://[::1]/x": false, "https://10.0.0.5/admin": false,
		"https://fcm.googleapis.com:8443/x": false, "https://u:p@fcm.googleapis.com/x": false, "file:///etc/passwd": false, "": false, "https://a.b/" + strings.Repeat("x", 3000): false,
	} {
		if err := Valid(b.subscription(endpoint), false); (err == nil) != ok {
			t.Errorf("Valid(%.60q) = %v, want ok %v", endpoint, err, ok)
		}
	}
	for _, s := range []alerts.Subscription{{Endpoint: "https://a.b/x"}, {Endpoint: "https://a.b/x", Key: enc.EncodeToString(make([]byte, 65)), Auth: b.subscription("").Auth}, {Endpoint: "https://a.b/x", Key: b.subscription("").Key, Auth: "AAAA"}} {
		if Valid(s, false) == nil {
			t.Errorf("Valid(%+v) = nil", s)
		}
	}
	// A name that leads into the house is refused when it is dialled.
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the house was reached") }))
	defer s.Close()
	c, err := New(Options{Key: newKey(t), Browsers: &keeper{subs: []alerts.Subscription{b.subscription(s.URL)}}, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Send(t.Context(), alertstest.Message(lan)); err == nil || !strings.Contains(err.Error(), "no public address") {
		t.Errorf("Send into the house = %v", err)
	}
}

func TestLoadKey(t *testing.T) {
	name := filepath.Join(t.TempDir(), "vapid.pem")
	a, err := LoadKey(name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := LoadKey(name)
	if err != nil || !a.Equal(b) {
		t.Errorf("the key changed: %v", err)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key file: %v, %v", info, err)
	}
	if err := os.WriteFile(name, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadKey(name); err == nil {
		t.Error("a broken key file is replaced: browsers would be lost")
	}
	if _, err := New(Options{}); err == nil {
		t.Error("New without a key = nil")
	}
}

// TestEmptyKey: a power cut left an empty file; the service starts, with a key
// that stays.
func TestEmptyKey(t *testing.T) {
	name := filepath.Join(t.TempDir(), "webpush.pem")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	first, err := LoadKey(name)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := LoadKey(name); err != nil || !first.Equal(again) {
		t.Errorf("the key was not kept: %v", err)
	}
}
