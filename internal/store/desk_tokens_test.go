package store

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"langnghe/review"
	"langnghe/web"
)

func TestTokens(t *testing.T) {
	ctx := t.Context()
	d := openDesk(t, filepath.Join(t.TempDir(), "desk.db"))
	at := time.Date(2026, 11, 20, 2, 0, 0, 0, time.UTC)
	for _, name := range []string{"lan", "hoa"} {
		if err := d.PutUser(ctx, review.Account{Name: name, Role: review.Reviewer, Hash: "x", Created: at}); err != nil {
			t.Fatal(err)
		}
	}
	add := func(owner, hash string, days int) error {
		return d.AddToken(ctx, web.Token{Owner: owner, Name: "bảng tin", Hash: hash, Scopes: []string{"inbox", "cases"}, Created: at, Expires: at.AddDate(0, 0, days)}, 2)
	}
	for _, err := range []error{add("Lan", "h1", 30), add("lan", "h2", 90), add("hoa", "h3", 30)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := add("lan", "h4", 30); !errors.Is(err, web.ErrTooManyTokens) {
		t.Errorf("a third: %v, want ErrTooManyTokens", err)
	}
	got, err := d.Token(ctx, "h1", at.Add(time.Hour))
	if err != nil || got.Owner != "lan" || !slices.Equal(got.Scopes, []string{"inbox", "cases"}) || !got.Used.Equal(at.Add(time.Hour)) {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, hash := range []string{"h9", ""} {
		if _, err := d.Token(ctx, hash, at); !errors.Is(err, review.ErrNotFound) {
			t.Errorf("%q: %v, want ErrNotFound", hash, err)
		}
	}
	if _, err := d.Token(ctx, "h1", at.AddDate(0, 0, 30)); !errors.Is(err, review.ErrNotFound) {
		t.Errorf("expired: %v, want ErrNotFound", err)
	}
	if err := d.DropToken(ctx, got.ID, "hoa"); err != nil {
		t.Fatal(err)
	}
	mine, err := d.Tokens(ctx, "lan")
	if err != nil || len(mine) != 2 || mine[0].Used.IsZero() || !mine[1].Used.IsZero() {
		t.Errorf("after somebody else revoked: %+v, %v", mine, err)
	}
	if err := d.DropToken(ctx, got.ID, "Lan"); err != nil {
		t.Fatal(err)
	}
	if err := d.DropToken(ctx, 0, "hoa"); err != nil {
		t.Fatal(err)
	}
	for owner, want := range map[string]int{"lan": 1, "hoa": 0} {
		if list, err := d.Tokens(ctx, owner); err != nil || len(list) != want {
			t.Errorf("%s has %d, %v; want %d", owner, len(list), err, want)
		}
	}
}
