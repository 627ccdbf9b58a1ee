package web

import (
	"fmt"
	"net/http"

	"langnghe/alerts"
)

// worker serves the service worker from the root, because it may only look
// after pages below its own path.
func (s *server) worker(w http.ResponseWriter, r *http.Request) error {
	r.SetPathValue("file", "sw.js")
	return s.asset(w, r)
}

// subscribe keeps the browser that asks as one that takes notices of the
// person who is signed in, or forgets it. The script sends it.
func (s *server) subscribe(w http.ResponseWriter, r *http.Request) error {
	if s.Push == nil {
		return errOff
	}
	q := alerts.PushRequest{User: by(r).Name, Drop: r.FormValue("drop")}
	if e := r.FormValue("endpoint"); e != "" {
		q.Add = &alerts.Subscription{Endpoint: e, Key: r.FormValue("p256dh"), Auth: r.FormValue("auth")}
	}
	info, err := s.Push(r.Context(), q)
	if err != nil {
		return fmt.Errorf("push: %w", err)
	}
	if q.Add != nil {
		err = s.record(r, "push.add", q.User, "")
	} else if q.Drop != "" {
		err = s.record(r, "push.drop", q.User, "")
	}
	if err != nil {
		return err
	}
	if wantsJSON(r) {
		return writeJSON(w, info)
	}
	return seeOther(w, r, "/account", "push")
}

// push tells the account page how the person's browsers stand; nil when the
// alerts do not run.
func (s *server) push(r *http.Request) *alerts.PushInfo {
	if s.Push == nil {
		return nil
	}
	info, err := s.Push(r.Context(), alerts.PushRequest{User: by(r).Name})
	if err != nil {
		s.Log.Warn("push", "err", err)
		return nil
	}
	return &info
}
