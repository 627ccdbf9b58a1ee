package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"langnghe/internal/news"
	"langnghe/reports"
	"langnghe/review"
	"langnghe/web/api"
)

// The JSON API does what the pages do, under the same table of roles, with
// the same calls to the desk. Each endpoint is a line of [server.endpoints];
// the routes and the OpenAPI document are made of the lines, so neither says
// anything that the other does not. TestAPICoversPages holds the list to the
// forms of the pages.

// apiTypes are the enumerations and bounds of what goes in and out.
func apiTypes() *api.Types {
	return &api.Types{
		Enums: map[reflect.Type][]string{
			reflect.TypeFor[news.Choice]():     texts(news.Choices),
			reflect.TypeFor[review.State]():    texts(states),
			reflect.TypeFor[review.Verdict]():  texts([]review.Verdict{review.Unverified, review.Suspected, review.Confirmed, review.FalseInfo, review.Fake, review.OutOfContext, review.Outdated, review.Inconclusive}),
			reflect.TypeFor[review.Category](): texts(review.Categories),
			reflect.TypeFor[review.Role]():     texts(roles),
			reflect.TypeFor[reports.Kind]():    texts(reports.Kinds),
		},
		Ranges: map[reflect.Type][2]int{reflect.TypeFor[news.Level](): {int(news.Informational), int(news.Critical)}},
	}
}

func texts[T ~string](list []T) (out []string) {
	for _, x := range list {
		out = append(out, string(x))
	}
	return out
}

// endpoints is the whole API, one file a field of work.
func (s *server) endpoints() []endpoint {
	return slices.Concat(s.houseEndpoints(), s.deskEndpoints(), s.lookEndpoints(), s.machineEndpoints(), s.reportEndpoints(), s.tableEndpoints())
}

// An endpoint is one line of the API.
type endpoint struct {
	api.Operation
	pattern string // "POST /api/v1/cases/{id}/claim"
	who     who
	vi, en  string // what it does
	secret  bool   // its request holds a password, of which nothing is kept
	state   func(*call) (any, error)
	handle  func(http.ResponseWriter, *http.Request) error
}

// A call is one request to an endpoint.
type call struct {
	*http.Request
	by review.User // nobody where the endpoint is for everybody
	t  *tongue
}

// none is the input of an endpoint that takes nothing, or its answer.
type none struct{}

// op makes an endpoint of a function from what it takes to what it answers.
func op[In, Out any](s *server, pattern string, who who, scope, vi, en string, do func(*call, In) (Out, error), more ...func(*endpoint)) endpoint {
	e := newEndpoint(pattern, who, scope, vi, en)
	e.In, e.Out = reflect.TypeFor[In](), reflect.TypeFor[Out]()
	if e.Out == reflect.TypeFor[none]() {
		e.Status = http.StatusNoContent
	}
	for _, f := range more {
		f(&e)
	}
	e.Guarded, e.Tagged = e.state != nil && e.Method != http.MethodGet, e.state != nil
	e.handle = func(w http.ResponseWriter, r *http.Request) error {
		c := newCall(r)
		return s.once(w, c, e, func() (answer, error) {
			var in In
			if err := s.types.Read(r, &in); err != nil {
				return answer{}, err
			}
			if err := e.unchanged(c); err != nil {
				return answer{}, err
			}
			out, err := do(c, in)
			if err != nil {
				return answer{}, err
			}
			return e.answer(c, out)
		})
	}
	return e
}

// file makes an endpoint that answers with something else than JSON, through
// the handler of the page.
func file(pattern string, who who, scope, vi, en string, handle func(http.ResponseWriter, *http.Request) error, types ...string) endpoint {
	e := newEndpoint(pattern, who, scope, vi, en)
	e.Answer, e.handle = types, handle
	return e
}

func newEndpoint(pattern string, who who, scope, vi, en string) endpoint {
	method, path, _ := strings.Cut(pattern, " ")
	parts := strings.FieldsFunc(strings.TrimPrefix(path, "/api/v1/"), func(c rune) bool { return strings.ContainsRune("/{}.", c) })
	id := strings.ToLower(method)
	for _, p := range parts {
		id += strings.ToUpper(p[:1]) + p[1:]
	}
	e := endpoint{pattern: pattern, who: who, vi: vi, en: en}
	e.Operation = api.Operation{ID: id, Method: method, Path: path, Tag: parts[0], Scope: scope, Public: who == nil}
	return e
}

// guards names what an endpoint changes, so that If-Match can be compared.
func guards(state func(*call) (any, error)) func(*endpoint) {
	return func(e *endpoint) { e.state = state }
}

// created says that an endpoint makes something.
func created(e *endpoint) { e.Status = http.StatusCreated }

// secret says that a request holds a password.
func secret(e *endpoint) { e.secret = true }

// raw says that an endpoint takes a file instead of JSON.
func raw(types ...string) func(*endpoint) { return func(e *endpoint) { e.Body = types } }

func newCall(r *http.Request) *call {
	v := visitorOf(r)
	c := &call{Request: r, t: v.t}
	if v.user != nil {
		c.by = *v.user
	}
	return c
}

// ctx is the context of the request.
func (c *call) ctx() context.Context { return c.Context() }

// An answer is what an endpoint answers with.
type answer struct {
	Status int
	Body   []byte
	Link   string // of the following page
	tag    string
}

// answer writes what an endpoint answers; of state it makes the tag.
func (e endpoint) answer(c *call, out any) (a answer, err error) {
	a.Status = e.Status
	if a.Status == 0 {
		a.Status = http.StatusOK
	}
	if a.Status != http.StatusNoContent {
		if a.Body, err = json.Marshal(out); err != nil {
			return a, fmt.Errorf("api: %s: %w", e.ID, err)
		}
	}
	if m, ok := out.(interface{ Cursor() string }); ok && m.Cursor() != "" {
		q := c.URL.Query()
		q.Set("after", m.Cursor())
		q.Del("offset")
		a.Link = "<" + c.URL.Path + "?" + q.Encode() + `>; rel="next"`
	}
	if e.Tagged {
		a.tag = tagOf(a.Body)
	}
	return a, nil
}

func tagOf(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + hex.EncodeToString(sum[:12]) + `"`
}

// unchanged compares If-Match with what is there now. Nothing else changes it
// until the request is over: see [server.alone].
func (e endpoint) unchanged(c *call) error {
	want := c.Header.Get("If-Match")
	if want == "" || want == "*" || !e.Guarded {
		return nil
	}
	now, err := e.state(c)
	if err != nil {
		return err
	}
	body, err := json.Marshal(now)
	if err != nil {
		return err
	}
	if tag := tagOf(body); !slices.ContainsFunc(strings.Split(want, ","), func(x string) bool { return strings.TrimSpace(x) == tag }) {
		return &problem{status: http.StatusPreconditionFailed, key: "problem.changed", code: "changed"}
	}
	return nil
}

func (a answer) write(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	if a.Link != "" {
		h.Set("Link", a.Link)
	}
	if a.tag != "" {
		h.Set("ETag", a.tag)
		if r.Method == http.MethodGet && r.Header.Get("If-None-Match") == a.tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	if len(a.Body) > 0 {
		h.Set("Content-Type", "application/json")
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body) // the client may be gone
}

// Answers remembers for a day what a request with an Idempotency-Key was
// answered.
type Answers interface {
	// Claim takes the key of a person for a request, or returns what is known
	// of it: the digest of that request, and its answer, which is empty while
	// it is under way or when nobody knows how it ended.
	Claim(ctx context.Context, owner, key, digest string, now time.Time) (known bool, was string, body []byte, err error)
	// Keep notes the answer; Release forgets the key.
	Keep(ctx context.Context, owner, key string, body []byte) error
	Release(ctx context.Context, owner, key string) error
}

// once runs a request, but answers one that was made before under the same
// key with the answer of then. A request that was refused did nothing, and
// may come again under its key.
func (s *server) once(w http.ResponseWriter, c *call, e endpoint, do func() (answer, error)) error {
	key := c.Header.Get("Idempotency-Key")
	if key == "" || c.Method != http.MethodPost || e.secret || s.Answers == nil {
		a, err := do()
		if err == nil {
			a.write(w, c.Request)
		}
		return err
	}
	if len(key) > 100 {
		return &api.Invalid{Status: http.StatusBadRequest, Places: []api.Place{{Parameter: "Idempotency-Key", Say: news.Text{VI: "dài quá 100 ký tự", EN: "is longer than 100 characters"}}}}
	}
	body, err := io.ReadAll(c.Body)
	if err != nil {
		return err
	}
	c.Body = io.NopCloser(bytes.NewReader(body))
	sum := sha256.Sum256(append([]byte(c.Method+" "+c.URL.RequestURI()+"\n"), body...))
	known, was, kept, err := s.Answers.Claim(c.ctx(), c.by.Name, key, hex.EncodeToString(sum[:]), s.Clock())
	switch {
	case err != nil:
		return fmt.Errorf("api: %w", err)
	case known && was != hex.EncodeToString(sum[:]):
		return &problem{status: http.StatusUnprocessableEntity, key: "problem.key_used", code: "key_used"}
	case known && len(kept) == 0:
		return &problem{status: http.StatusConflict, key: "problem.key_busy", code: "key_busy"}
	case known:
		var a answer
		if err := json.Unmarshal(kept, &a); err != nil {
			return fmt.Errorf("api: kept answer: %w", err)
		}
		w.Header().Set("Idempotency-Replayed", "true")
		a.write(w, c.Request)
		return nil
	}
	ctx := context.WithoutCancel(c.ctx()) // what was done is noted, also when the client is gone
	a, err := do()
	if err != nil {
		return errors.Join(err, s.Answers.Release(ctx, c.by.Name, key))
	}
	if kept, err = json.Marshal(a); err == nil {
		err = s.Answers.Keep(ctx, c.by.Name, key, kept)
	}
	if err != nil {
		s.Log.Error("keep answer", "pattern", c.Pattern, "err", err)
	}
	a.write(w, c.Request)
	return nil
}

// describe writes the OpenAPI document in each language.
func (s *server) describe(all []endpoint) {
	s.openAPI = map[string][]byte{}
	for lang, t := range s.tongues {
		var ops []api.Operation
		for _, e := range all {
			o := e.Operation
			o.Summary = news.Text{VI: e.vi, EN: e.en}.In(lang)
			o.Roles = t.T("api.public")
			if e.who != nil {
				var names []string
				for _, r := range e.who {
					names = append(names, t.Label("role", r))
				}
				o.Roles = t.T("api.roles", strings.Join(names, ", "))
			}
			ops = append(ops, o)
		}
		s.openAPI[lang] = s.types.Document("Lắng Nghe", t.T("api.about"), ops)
	}
}

func (s *server) openAPIPage(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Language", visitorOf(r).t.lang)
	_, err := w.Write(s.openAPI[visitorOf(r).t.lang])
	return err
}
