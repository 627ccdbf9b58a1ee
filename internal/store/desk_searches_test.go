package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"langnghe/review"
	"langnghe/web"
)

func TestSavedSearches(t *testing.T) {
	ctx := t.Context()
	d := openDesk(t, filepath.Join(t.TempDir(), "desk.db"))
	at := time.Date(2026, 11, 20, 2, 0, 0, 0, time.UTC)
	save := func(owner, name, query string, shared bool) int64 {
		t.Helper()
		id, err := d.SaveSearch(ctx, web.SavedSearch{Owner: owner, Name: name, Query: query, Shared: shared, At: at}, 3)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	mine := save("Lan", "nước", "q=m%E1%BA%A5t+n%C6%B0%E1%BB%9Bc", false)
	save("Hoa", "riêng", "q=a", false)
	shared := save("Hoa", "chung", "q=b", true)
	names := func(owner string) (out []string) {
		t.Helper()
		list, err := d.Searches(ctx, owner)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range list {
			out = append(out, s.Name+"="+s.Query)
		}
		return out
	}
	if got := fmt.Sprint(names("lan")); got != "[chung=q=b nước=q=m%E1%BA%A5t+n%C6%B0%E1%BB%9Bc]" {
		t.Errorf("Lan sees %s", got)
	}
	if again := save("lan", "nước", "q=c", true); again != mine {
		t.Errorf("saved again as %d, want %d", again, mine)
	}
	if got := fmt.Sprint(names("hoa")); got != "[chung=q=b nước=q=c riêng=q=a]" {
		t.Errorf("Hoa sees %s", got)
	}
	if err := d.DropSearch(ctx, shared, "lan"); !errors.Is(err, review.ErrNotFound) {
		t.Errorf("Lan drops what is Hoa's: %v", err)
	}
	if err := d.DropSearch(ctx, shared, "HOA"); err != nil {
		t.Error(err)
	}
	save("hoa", "2", "q=d", false)
	save("hoa", "3", "q=d", false)
	if _, err := d.SaveSearch(ctx, web.SavedSearch{Owner: "hoa", Name: "4", At: at}, 3); !errors.Is(err, web.ErrTooManySearches) {
		t.Errorf("one too many: %v", err)
	}
	save("hoa", "3", "q=e", false) // may still be changed
}
