package web

import (
	"encoding/json"
	"io"
	"net/http"

	"langnghe/review"
)

// livez says that the process answers.
func (s *server) livez(w http.ResponseWriter, _ *http.Request) error {
	_, err := io.WriteString(w, "ok\n")
	return err
}

// readyz says whether every part works, by part. Why one does not is shown
// only to the machine itself: errors hold names and addresses.
func (s *server) readyz(w http.ResponseWriter, r *http.Request) error {
	parts := map[string]string{}
	status := http.StatusOK
	if s.Ready != nil {
		for name, err := range s.Ready(r.Context()) {
			switch {
			case err == nil:
				parts[name] = "ok"
			case direct(r):
				parts[name], status = err.Error(), http.StatusServiceUnavailable
			default:
				parts[name], status = "failed", http.StatusServiceUnavailable
			}
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(map[string]any{"ready": status == http.StatusOK, "parts": parts})
}

// metrics are for the machine itself and the administrator.
func (s *server) metrics(w http.ResponseWriter, r *http.Request) error {
	u := visitorOf(r).user
	if s.Metrics == nil || !direct(r) && (u == nil || u.Role != review.Admin) {
		return errNotFound
	}
	s.Metrics.ServeHTTP(w, r)
	return nil
}
