package hooks

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"langnghe/crawler"
	"langnghe/crawler/intake"
)

// A Partner may send items: another office, a hotline's system, a monitoring
// service. The id is the source of its items.
type Partner struct {
	ID         string         `yaml:"id"`
	Name       string         `yaml:"name"`
	SecretFile string         `yaml:"secret_file"`
	SecretEnv  string         `yaml:"secret_env"`
	Secret     crawler.Secret `yaml:"-"` // "whsec_" and 24 to 64 bytes in base64
}

type partner struct {
	Partner
	wh *standardwebhooks.Webhook
}

func newPartner(p Partner) (*partner, error) {
	raw, ok := strings.CutPrefix(string(p.Secret), "whsec_")
	key, err := base64.StdEncoding.DecodeString(raw)
	if !ok || err != nil || len(key) < 24 || len(key) > 64 {
		return nil, errors.New("the secret must be whsec_ and 24 to 64 bytes in base64, as from: echo whsec_$(openssl rand -base64 32)")
	}
	wh, err := standardwebhooks.NewWebhookRaw(key)
	if err != nil {
		return nil, err
	}
	return &partner{p, wh}, nil
}

// Check says what is wrong with a partner, or nil.
func (p Partner) Check() error {
	_, err := newPartner(p)
	return err
}

// remembered is how long the id of a message is known. The signature's time
// is believed for five minutes to either side.
const remembered = 11 * time.Minute

// mostIDs bounds the memory of ids; over it, the oldest are forgotten early
// and repeated items are still known by their own ids.
const mostIDs = 20000

// partner takes items: one, a list, or {"items": […]}. It answers what was
// taken and what was refused, row by row.
func (s *Server) partner(w http.ResponseWriter, r *http.Request, body []byte) error {
	p := s.partners[r.PathValue("id")]
	if p == nil {
		return errNobody
	}
	if err := p.wh.VerifyIgnoringTimestamp(body, r.Header); err != nil {
		return errSigned
	}
	sent, err := parseStamp(r.Header.Get(standardwebhooks.HeaderWebhookTimestamp))
	if now := s.o.Now(); err != nil || sent.Before(now.Add(-5*time.Minute)) || sent.After(now.Add(5*time.Minute)) {
		return errOld
	}
	items, refused, err := intake.JSON(body)
	if err != nil {
		return &answer{http.StatusUnprocessableEntity, err.Error(), "content"}
	}
	id := p.ID + "/" + r.Header.Get(standardwebhooks.HeaderWebhookID)
	if !s.first(id) {
		return s.report(w, http.StatusOK, crawler.FetchResult{Taken: []string{}}, "this webhook-id came before; nothing was taken again")
	}
	rows := make([]int, len(items))
	q := crawler.FetchRequest{Source: p.ID, By: "partner: " + p.ID}
	for i, it := range items {
		q.Items, rows[i] = append(q.Items, it.Item), it.Row
	}
	res := crawler.FetchResult{Taken: []string{}}
	if len(q.Items) > 0 {
		if res, err = s.o.Take(r.Context(), q); err != nil {
			s.forget(id) // it may come again
			return fmt.Errorf("partner %s: %w", p.ID, err)
		}
		for i, x := range res.Refused {
			res.Refused[i].Row = rows[x.Row-1]
		}
	}
	res.Refused = append(refused, res.Refused...)
	status := http.StatusOK
	if len(res.Taken) == 0 && len(res.Refused) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return s.report(w, status, res, "")
}

func (s *Server) report(w http.ResponseWriter, status int, res crawler.FetchResult, note string) error {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(struct {
		crawler.FetchResult
		Note string `json:"note,omitempty"`
	}{res, note})
}

func parseStamp(s string) (time.Time, error) {
	var n int64
	if _, err := fmt.Sscanf(s, "%d", &n); err != nil {
		return time.Time{}, err
	}
	return time.Unix(n, 0), nil
}

// first notes a message's id and reports whether it is new.
func (s *Server) first(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.o.Now()
	if at, ok := s.ids[id]; ok && now.Sub(at) < remembered {
		return false
	}
	if len(s.ids) >= mostIDs {
		for k, at := range s.ids {
			if now.Sub(at) >= remembered || len(s.ids) >= mostIDs {
				delete(s.ids, k)
			}
		}
	}
	s.ids[id] = now
	return true
}

func (s *Server) forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.ids, id)
}
