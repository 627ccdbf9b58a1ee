package webhook

import (
	"net/http"
	"testing"
	"time"

	"langnghe/alerts"
	"langnghe/alerts/alertstest"
)

func TestConformance(t *testing.T) {
	alertstest.Channel(t, alertstest.Door{
		Open: func(_ *testing.T, server string, timeout time.Duration) (alerts.Channel, alerts.Recipient) {
			return New(Options{Timeout: timeout}), alerts.Recipient{Name: "x", Channel: "webhook", Address: server + "/key-123", Secret: secret, Lang: "vi"}
		},
		Good:    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) },
		Secrets: []string{"key-123", secret},
	})
}
