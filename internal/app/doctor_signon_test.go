package app

import (
	"strings"
	"testing"

	"langnghe/internal/config"
	"langnghe/web/oidc/oidctest"
)

// TestDoctorAsksSignOn: the examination says whether people can sign in with
// their accounts elsewhere, and what to do when they cannot.
func TestDoctorAsksSignOn(t *testing.T) {
	p := oidctest.New("https://desk.example/sign-in/oidc/back", nil)
	t.Cleanup(p.Close)
	cfg := config.Default()
	cfg.BaseURL = "https://desk.example"
	look := func(offline bool) Finding {
		t.Helper()
		d := &doctor{DoctorOptions: DoctorOptions{Offline: offline}, cfg: cfg}
		d.signOn(t.Context())
		if len(d.found) != 1 || d.found[0].State != "ok" && (d.found[0].Do.VI == "" || d.found[0].Do.EN == "") {
			t.Fatalf("found %+v", d.found)
		}
		return d.found[0]
	}
	if f := look(false); f.State != "ok" || !strings.Contains(f.What.EN, "passwords of the system") {
		t.Errorf("without: %+v", f)
	}
	cfg.OIDC = &config.OIDC{Issuer: p.URL, ClientID: oidctest.ClientID, Secret: oidctest.Secret, Claim: "email", Accounts: map[string]string{"lan@phuong.example": "lan"}}
	if f := look(false); f.State != "ok" || !strings.Contains(f.What.EN, "https://desk.example/sign-in/oidc/back") {
		t.Errorf("with: %+v", f)
	}
	p.Down(true)
	if f := look(false); f.State != "bad" || !strings.Contains(f.What.EN, p.URL) {
		t.Errorf("down: %+v", f)
	}
	if f := look(true); f.State != "ok" || !strings.Contains(f.What.EN, "offline") {
		t.Errorf("offline: %+v", f)
	}
	cfg.OIDC.ClientID = ""
	if f := look(false); f.State != "bad" {
		t.Errorf("without a client: %+v", f)
	}
}
