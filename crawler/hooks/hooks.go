// Package hooks is where others send to: the webhooks of the ward's own
// Facebook Page and Zalo account, the pushes of WebSub hubs, and the signed
// webhook of partners. Mount it at /hooks/ behind HTTPS.
//
//	GET, POST /hooks/facebook/{source}   verify challenge; X-Hub-Signature-256
//	POST      /hooks/zalo/{source}       X-ZEvent-Signature
//	GET, POST /hooks/websub/{token}      verification of intent; X-Hub-Signature
//	POST      /hooks/partner/{id}        standard-webhooks: webhook-id, -timestamp, -signature
//
// Nothing is read before its signature fits, over the exact bytes that came.
// What is signed and old, or came before, is not taken again. What was
// answered with success has been published (WebSub: will be, or is found by the next visit).
// Bodies, requests at a time and requests a minute are bounded for each
// sender, and what is nobody's for each address it comes from: a stranger
// takes no sender's place and uses no sender's budget up. Answers say what is wrong and
// nothing of what was expected; logs carry no body and no secret. While the
// service is switched off everything that is sent is refused unread with 503,
// which platforms, hubs and partners answer by sending it again.
package hooks

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"langnghe/crawler"
	"langnghe/crawler/websub"
)

// Options configures a [Server]. Deliver and Take are required.
type Options struct {
	Sources  []crawler.Source // those with a Secret have a webhook
	Partners []Partner
	// Deliver takes a document for a source in and returns when it is safe.
	Deliver func(ctx context.Context, source, contentType string, data []byte) (taken int, err error)
	// Take takes items in.
	Take    func(ctx context.Context, q crawler.FetchRequest) (crawler.FetchResult, error)
	Hub     *websub.Subscriber    // nil: no WebSub
	Off     func() bool           // nothing is listened to for now; senders are told to come back
	Now     func() time.Time      // default time.Now
	Log     *slog.Logger          // default discards
	Metrics prometheus.Registerer // nil: not registered

	PerMinute int // requests of one sender, default 120
}

const (
	mostBytes    = 2 << 20
	mostAtOnce   = 8
	answerWithin = 20 * time.Second
	replayWindow = 48 * time.Hour   // Facebook repeats for 36 hours, Zalo for 12
	ahead        = 10 * time.Minute // a sender's clock may run before ours
	mostFailed   = 60               // guessed addresses a minute, and lines about bad signatures, of all together
	pushesWait   = 64               // pushed documents that wait to be read
)

// A Server receives.
type Server struct {
	o        Options
	lobby    lobby
	slots    chan struct{}
	pushes   chan push
	partners map[string]*partner
	received *prometheus.CounterVec

	mu    sync.Mutex
	rates map[string]*bucket
	ids   map[string]time.Time // of partners' messages
}

type push struct {
	source, contentType string
	data                []byte
}

// New returns a server, or an error naming the option that is wrong.
func New(o Options) (*Server, error) {
	if o.Deliver == nil || o.Take == nil {
		return nil, errors.New("hooks: Deliver and Take are required")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.PerMinute == 0 {
		o.PerMinute = 120
	}
	s := &Server{o: o, lobby: lobby{of: map[string]int{}, strays: map[string]*bucket{}}, slots: make(chan struct{}, mostAtOnce), pushes: make(chan push, pushesWait), partners: map[string]*partner{}, rates: map[string]*bucket{}, ids: map[string]time.Time{}}
	for _, p := range o.Partners {
		k, err := newPartner(p)
		if err != nil {
			return nil, fmt.Errorf("hooks: partner %q: %w", p.ID, err)
		}
		s.partners[p.ID] = k
	}
	s.received = promauto.With(o.Metrics).NewCounterVec(prometheus.CounterOpts{
		Name: "langnghe_hooks_requests_total", Help: "Requests of webhooks and hubs, by kind and result.",
	}, []string{"kind", "result"})
	return s, nil
}

// Run reads what hubs have pushed until ctx is done.
func (s *Server) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case p := <-s.pushes:
			n, err := s.o.Deliver(ctx, p.source, p.contentType, p.data)
			if err != nil && ctx.Err() == nil {
				s.o.Log.Warn("read what a hub pushed", "source", p.source, "err", err)
				continue
			}
			s.o.Log.Info("hub pushed", "source", p.source, "items", n)
		}
	}
}

// An answer is what a request ends with; its text is for the sender.
type answer struct {
	status int
	text   string
	result string // the metric's word
}

func (a *answer) Error() string { return a.text }

var (
	errSigned  = &answer{http.StatusUnauthorized, "the signature is missing or does not fit", "signature"}
	errDropped = &answer{http.StatusAccepted, "", "signature"} // looks like success
	errNobody  = &answer{http.StatusNotFound, "there is no such address", "unknown"}
	errGone    = &answer{http.StatusGone, "there is no such subscription", "unknown"} // hubs stop then
	errOld     = &answer{http.StatusBadRequest, "the message is too old, or its time is in the future", "old"}
	errOften   = &answer{http.StatusTooManyRequests, "too many requests; slow down", "often"}
	errBusy    = &answer{http.StatusServiceUnavailable, "busy; send it again", "busy"}
	errLarge   = &answer{http.StatusRequestEntityTooLarge, fmt.Sprintf("more than %d bytes", mostBytes), "large"}
	errLater   = &answer{http.StatusServiceUnavailable, "it could not be stored; send it again", "failed"}
	errOff     = &answer{http.StatusServiceUnavailable, "switched off for now; nothing was taken, send it again later", "off"}
	errContent = &answer{http.StatusUnprocessableEntity, "the content could not be read", "content"}
)

// Handler serves /hooks/.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, h := range map[string]func(http.ResponseWriter, *http.Request, []byte) error{
		"GET /hooks/facebook/{source}":  s.facebookVerify,
		"POST /hooks/facebook/{source}": s.facebook,
		"POST /hooks/zalo/{source}":     s.zalo,
		"GET /hooks/websub/{token}":     s.websubVerify,
		"POST /hooks/websub/{token}":    s.websub,
		"POST /hooks/partner/{id}":      s.partner,
	} {
		kind := strings.Split(pattern, "/")[2]
		mux.Handle(pattern, s.guard(kind, h))
	}
	return mux
}

// guard bounds what a sender may cost and words errors.
func (s *Server) guard(kind string, h func(http.ResponseWriter, *http.Request, []byte) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		err := s.serve(w, r, kind, h)
		result := "ok"
		if err != nil {
			var a *answer
			if !errors.As(err, &a) {
				s.o.Log.Error("receive", "kind", kind, "err", err)
				a = errLater
			}
			result = a.result
			if a == errSigned || a == errDropped {
				if !s.over("failed", mostFailed) { // the log is not for strangers to fill
					s.o.Log.Warn("receive", "kind", kind, "err", "a signature does not fit")
				}
			}
			switch {
			case a == errOff:
				w.Header().Set("Retry-After", "900")
			case a.status == http.StatusTooManyRequests || a.status == http.StatusServiceUnavailable:
				w.Header().Set("Retry-After", "60")
			}
			if a == errDropped {
				w.WriteHeader(a.status)
			} else {
				http.Error(w, a.text, a.status)
			}
		}
		s.received.WithLabelValues(kind, result).Inc()
	})
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, kind string, h func(http.ResponseWriter, *http.Request, []byte) error) error {
	if r.Method == http.MethodPost && s.o.Off != nil && s.o.Off() {
		return errOff // before a byte of it is read
	}
	who := kind + "/" + r.PathValue("source") + r.PathValue("id") + r.PathValue("token")
	if kind == "websub" {
		who = kind // its tokens are secrets, and hubs are few
	}
	if !s.known(kind, r) && s.over("unknown", mostFailed) || s.spent(who, s.o.PerMinute) {
		return errOften
	}
	from := peer(r)
	body, err := s.admit(w, r, from)
	if err != nil {
		return err
	}
	defer func() { <-s.slots }()
	ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
	defer cancel()
	err = h(w, r.WithContext(ctx), body)
	// Only what was signed is charged: a stranger cannot use a sender's budget up.
	switch {
	case errors.Is(err, errSigned), errors.Is(err, errDropped), errors.Is(err, errNobody), errors.Is(err, errGone):
		s.lobby.stray(from)
	default:
		s.over(who, s.o.PerMinute)
	}
	return err
}

// admit reads what was sent and takes a slot, in this order: a body may
// trickle in.
func (s *Server) admit(w http.ResponseWriter, r *http.Request, from string) ([]byte, error) {
	if err := s.lobby.enter(from); err != nil {
		return nil, err
	}
	defer s.lobby.leave(from)
	if r.ContentLength > mostBytes {
		s.lobby.stray(from)
		return nil, errLarge
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyWithin))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostBytes))
	if err != nil {
		s.lobby.stray(from)
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return nil, errLarge
		}
		return nil, &answer{http.StatusBadRequest, "the body did not arrive whole", "content"}
	}
	select {
	case s.slots <- struct{}{}:
		return body, nil
	case <-time.After(2 * time.Second):
	case <-r.Context().Done():
	}
	return nil, errBusy
}

// bodyWithin is how long a sender may take for its body.
const bodyWithin = 5 * time.Second

// known reports whether an address is one of ours, so that guesses share one
// budget instead of making a new one each.
func (s *Server) known(kind string, r *http.Request) bool {
	switch kind {
	case "partner":
		return s.partners[r.PathValue("id")] != nil
	case "websub":
		return true
	}
	_, ok := s.source(r, kind)
	return ok
}

func (s *Server) source(r *http.Request, kind string) (crawler.Source, bool) {
	i := slices.IndexFunc(s.o.Sources, func(x crawler.Source) bool {
		return x.ID == r.PathValue("source") && x.Kind == kind && x.Secret != ""
	})
	if i < 0 {
		return crawler.Source{}, false
	}
	return s.o.Sources[i], true
}

// facebookVerify answers the challenge with which the platform checks that
// the address is ours.
func (s *Server) facebookVerify(w http.ResponseWriter, r *http.Request, _ []byte) error {
	src, ok := s.source(r, "facebook")
	q := r.URL.Query()
	if !ok {
		return errNobody
	}
	if q.Get("hub.mode") != "subscribe" || !same(q.Get("hub.verify_token"), string(src.Verify)) {
		return errSigned
	}
	return plain(w, q.Get("hub.challenge"))
}

// plain sends a challenge back, as text and nothing else.
func plain(w http.ResponseWriter, challenge string) error {
	if challenge == "" || len(challenge) > 4096 {
		return errContent
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = io.WriteString(w, challenge)
	return nil
}

func same(got, want string) bool {
	return want != "" && subtle.ConstantTimeCompare([]byte(got), []byte(want)) == 1
}

// signed reports whether a hexadecimal signature is the body's.
func signed(signature, secret string, body []byte) bool {
	got, err := hex.DecodeString(signature)
	if err != nil || secret == "" {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return hmac.Equal(mac.Sum(nil), got)
}

func (s *Server) facebook(w http.ResponseWriter, r *http.Request, body []byte) error {
	src, ok := s.source(r, "facebook")
	if !ok {
		return errNobody
	}
	signature, ok := strings.CutPrefix(r.Header.Get("X-Hub-Signature-256"), "sha256=")
	if !ok || !signed(signature, string(src.Secret), body) {
		return errSigned
	}
	var e struct {
		Object string `json:"object"`
		Entry  []struct {
			ID   string `json:"id"`
			Time int64  `json:"time"`
		} `json:"entry"`
	}
	if err := json.Unmarshal(body, &e); err != nil {
		return errContent
	}
	if e.Object != "page" {
		return done(w) // something else was switched on at the app; not ours
	}
	for _, x := range e.Entry {
		if x.Time != 0 && !s.fresh(x.Time) {
			return errOld
		}
	}
	return s.deliver(w, r, src.ID, body)
}

// fresh reports whether a time, in seconds or milliseconds, is within the
// window.
func (s *Server) fresh(t int64) bool {
	at := time.Unix(t, 0)
	if t > 1e11 {
		at = time.UnixMilli(t)
	}
	now := s.o.Now()
	return at.After(now.Add(-replayWindow)) && at.Before(now.Add(ahead))
}

// zalo checks Zalo's signature: SHA-256 over the app's id, the body, the
// timestamp in the body and the account's secret, in that order.
func (s *Server) zalo(w http.ResponseWriter, r *http.Request, body []byte) error {
	src, ok := s.source(r, "zalo")
	if !ok {
		return errNobody
	}
	var e struct {
		Time  json.RawMessage `json:"timestamp"`
		App   string          `json:"app_id"`
		Event string          `json:"event_name"`
	}
	if err := json.Unmarshal(body, &e); err != nil {
		return errSigned
	}
	stamp := strings.Trim(string(e.Time), `"`)
	sum := sha256.Sum256(slices.Concat([]byte(src.App), body, []byte(stamp), []byte(src.Secret)))
	got := strings.TrimPrefix(strings.TrimSpace(r.Header.Get("X-ZEvent-Signature")), "mac=")
	if !same(strings.ToLower(strings.TrimSpace(got)), hex.EncodeToString(sum[:])) {
		return errSigned
	}
	if at, err := strconv.ParseInt(stamp, 10, 64); err != nil || !s.fresh(at) {
		return errOld
	}
	return s.deliver(w, r, src.ID, body)
}

func done(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "ok\n")
	return nil
}

// deliver hands a document on and answers when it is safe. A document that
// cannot be read is answered with success: sending it again changes nothing,
// and platforms switch a webhook off that keeps failing.
func (s *Server) deliver(w http.ResponseWriter, r *http.Request, source string, body []byte) error {
	n, err := s.o.Deliver(r.Context(), source, r.Header.Get("Content-Type"), body)
	var unread *crawler.Unreadable
	if errors.As(err, &unread) {
		s.o.Log.Warn("receive", "source", source, "err", err)
		return done(w)
	}
	if err != nil {
		return fmt.Errorf("source %s: %w", source, err)
	}
	if n > 0 {
		s.o.Log.Info("received", "source", source, "items", n)
	}
	return done(w)
}

func (s *Server) websubVerify(w http.ResponseWriter, r *http.Request, _ []byte) error {
	if s.o.Hub == nil {
		return errNobody
	}
	q := r.URL.Query()
	challenge, err := s.o.Hub.Verify(r.Context(), r.PathValue("token"), q)
	switch {
	case errors.Is(err, websub.ErrUnknown):
		return errNobody
	case err != nil:
		return err
	case q.Get("hub.mode") == "denied":
		return done(w)
	}
	return plain(w, challenge)
}

// websub takes what a hub pushes. Content that is not signed as agreed is
// answered with success and dropped, as the recommendation says, so that
// nobody learns by trying.
func (s *Server) websub(w http.ResponseWriter, r *http.Request, body []byte) error {
	if s.o.Hub == nil {
		return errNobody
	}
	source, err := s.o.Hub.Content(r.Context(), r.PathValue("token"), r.Header.Get("X-Hub-Signature"), body)
	switch {
	case errors.Is(err, websub.ErrUnknown):
		return errGone
	case errors.Is(err, websub.ErrSignature):
		return errDropped
	case err != nil:
		return err
	}
	select {
	case s.pushes <- push{source, r.Header.Get("Content-Type"), bytes.Clone(body)}:
		w.WriteHeader(http.StatusAccepted)
		return nil
	default:
		return errBusy
	}
}

// A bucket counts the requests of a minute.
type bucket struct {
	minute time.Time
	n      int
}

// mostBuckets bounds what strangers can make us remember.
const mostBuckets = 4096

// over counts a request of a sender and reports whether it is one too many.
func (s *Server) over(who string, most int) bool { return s.count(who, 1) > most }

// spent reports whether a sender's minute is used up already.
func (s *Server) spent(who string, most int) bool { return s.count(who, 0) >= most }

func (s *Server) count(who string, n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	b := s.rates[who]
	if b == nil || now.Sub(b.minute) >= time.Minute {
		if len(s.rates) >= mostBuckets {
			for k, old := range s.rates {
				if now.Sub(old.minute) >= time.Minute {
					delete(s.rates, k)
				}
			}
		}
		if len(s.rates) >= mostBuckets {
			return 1 << 30
		}
		b = &bucket{minute: now}
		s.rates[who] = b
	}
	b.n += n
	return b.n
}

// Callback is the address of WebSub callbacks under a public address.
func Callback(public string) (string, error) {
	u, err := url.Parse(public)
	if err != nil || u.Host == "" {
		return "", fmt.Errorf("%q is no address", public)
	}
	return strings.TrimSuffix(public, "/") + "/hooks/websub/", nil
}

// Paths are where the sources and partners with a webhook send to, by id.
func Paths(sources []crawler.Source, partners []Partner) map[string]string {
	out := map[string]string{}
	for _, s := range sources {
		if s.Secret != "" && (s.Kind == "facebook" || s.Kind == "zalo") {
			out[s.ID] = "/hooks/" + s.Kind + "/" + s.ID
		}
	}
	for _, p := range partners {
		out[p.ID] = "/hooks/partner/" + p.ID
	}
	return out
}
