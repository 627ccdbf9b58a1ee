package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// fakeBackups make one within a minute, or fail.
type fakeBackups struct {
	made atomic.Int32
	err  error
}

func (f *fakeBackups) Backup(context.Context) (Backup, error) {
	return Backup{To: "/mnt/usb", Last: ago(30 * time.Hour), Snapshots: 9, Bytes: 3 << 20, NewBytes: 1 << 20}, nil
}

func (f *fakeBackups) BackUp(ctx context.Context, by string) error {
	select {
	case <-time.After(time.Minute):
	case <-ctx.Done():
		return ctx.Err()
	}
	f.made.Add(1)
	return f.err
}

// The administrator makes a backup from the page: it says that one is made,
// looks again by itself, and says what became of it. A second press while it
// runs makes no second one, and nobody else has the button.
func TestBackUpNow(t *testing.T) {
	for _, broken := range []error{nil, errors.New("/mnt/usb: <b>no space</b> left on device")} {
		synctest.Test(t, func(t *testing.T) {
			f := &fakeBackups{err: broken}
			s := newSite(t, func(o *Options) { o.Backups = f })
			page := func() string {
				t.Helper()
				w := s.do("quan.tri", "GET", "/machine", nil, "language", "en")
				if running := strings.Contains(w.Body.String(), "<progress"); running != (w.Header().Get("Refresh") != "") {
					t.Errorf("a backup runs: %t, Refresh %q", running, w.Header().Get("Refresh"))
				}
				return w.Body.String()
			}
			if body := page(); !strings.Contains(body, `action="/machine/backup"`) || !strings.Contains(body, "/mnt/usb") || strings.Contains(body, "<progress") {
				t.Errorf("before: %s", body)
			}
			for range 2 {
				if w := s.do("quan.tri", "POST", "/machine/backup", nil); w.Code != http.StatusSeeOther {
					t.Fatal(w.Code, w.Body)
				}
			}
			synctest.Wait()
			if body := page(); !strings.Contains(body, "<progress") || !strings.Contains(body, "quan.tri") || strings.Contains(body, `action="/machine/backup"`) {
				t.Errorf("while it runs: %s", body)
			}
			time.Sleep(2 * time.Minute)
			synctest.Wait()
			body := page()
			if n := f.made.Load(); n != 1 || strings.Contains(body, "<progress") {
				t.Errorf("%d made; afterwards: %s", n, body)
			}
			if want := "The backup is made"; broken == nil && !strings.Contains(body, want) {
				t.Errorf("the page does not say %q: %s", want, body)
			}
			if want := "&lt;b&gt;no space&lt;/b&gt; left"; broken != nil && !strings.Contains(body, want) {
				t.Errorf("the page does not say %q: %s", want, body)
			}
			if w := s.do("lan", "POST", "/machine/backup", nil); w.Code != http.StatusForbidden {
				t.Errorf("a reviewer: %d", w.Code)
			}
		})
	}
}
