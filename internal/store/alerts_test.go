package store

import (
	"path/filepath"
	"testing"

	"langnghe/alerts"
	"langnghe/alerts/alertstest"
)

func TestAlerts(t *testing.T) {
	alertstest.Store(t, func(t *testing.T) (alerts.Store, func() alerts.Store) {
		file := filepath.Join(t.TempDir(), "alerts.db")
		s := openAlerts(t, file)
		return s, func() alerts.Store {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			return openAlerts(t, file)
		}
	})
}

func openAlerts(t *testing.T, file string) *Alerts {
	t.Helper()
	s, err := OpenAlerts(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // closed already after a restart
	return s
}
