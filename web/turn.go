package web

import (
	"bytes"
	"errors"
	"hash/fnv"
	"io"
	"net/http"
	"strings"
	"sync"
)

// turns lets one request at a time change one thing, so that what If-Match
// was compared with still stands when the change is made.
type turns [64]sync.Mutex

func (t *turns) of(id string) *sync.Mutex {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return &t[h.Sum32()%uint32(len(t))]
}

// takesTurn reports whether a request changes something with an id. The
// drafting aid changes nothing and may take long.
func takesTurn(r *http.Request) bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead && r.PathValue("id") != "" && !strings.HasSuffix(r.Pattern, "/suggest")
}

// inTurn runs the handler of a request, when it changes something with an id
// in its turn. A turn never waits for the network: all of the request is read
// before it begins, and the answer is sent when it is over, or somebody who
// sends or reads slowly would keep everybody else from deciding.
func (s *server) inTurn(rt route, w http.ResponseWriter, r *http.Request) error {
	if !takesTurn(r) {
		if err := readForm(r); err != nil {
			return err
		}
		return rt.handle(w, r)
	}
	body, err := io.ReadAll(r.Body) // bounded holds it to maxBody
	if err != nil {
		return unread(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if err := readForm(r); err != nil {
		return err
	}
	h := &held{ResponseWriter: w}
	if err := s.alone(rt, h, r); err != nil {
		return err
	}
	h.send()
	return nil
}

// alone runs a handler while no other one changes the same thing.
func (s *server) alone(rt route, w http.ResponseWriter, r *http.Request) error {
	m := s.turns.of(r.PathValue("id"))
	m.Lock()
	defer m.Unlock() // also when the handler panics
	return rt.handle(w, r)
}

// readForm reads the whole form before anything is done with a part of it.
func readForm(r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unread(err)
	}
	return nil
}

// unread is the refusal of a request that could not be read to its end.
func unread(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return err
	}
	return &problem{status: http.StatusBadRequest, key: "problem.form"}
}

// held is an answer that is kept until it is sent.
type held struct {
	http.ResponseWriter
	status int // zero before the first byte
	body   bytes.Buffer
}

func (h *held) WriteHeader(status int) {
	if h.status == 0 {
		h.status = status
	}
}

func (h *held) Write(b []byte) (int, error) {
	h.WriteHeader(http.StatusOK)
	return h.body.Write(b)
}

func (h *held) send() {
	if h.status == 0 {
		return
	}
	h.ResponseWriter.WriteHeader(h.status)
	_, _ = h.ResponseWriter.Write(h.body.Bytes()) // the client may be gone
}
