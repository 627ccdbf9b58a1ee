package store

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"langnghe/review"
)

func TestSecondFactor(t *testing.T) {
	ctx := t.Context()
	d := openDesk(t, filepath.Join(t.TempDir(), "desk.db"))
	now := time.Date(2026, 6, 1, 1, 0, 0, 0, time.UTC)
	if err := d.PutUser(ctx, review.Account{Name: "minh", Role: review.Leader, Hash: "h", Created: now}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.SecondFactor(ctx, "minh"); !errors.Is(err, review.ErrNotFound) {
		t.Errorf("SecondFactor = %v, want none", err)
	}
	if err := d.PutSecondFactor(ctx, "Minh", review.SecondFactor{Secret: "S", Since: now, Step: 7, Recovery: []string{"a", "b"}}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{false, true, false, false} { // 7 was used, 8 is new, 8 again, 6 is old
		if got, err := d.UseStep(ctx, "minh", []int64{7, 8, 8, 6}[i]); err != nil || got != want {
			t.Errorf("UseStep %d = %v, %v, want %v", i, got, err, want)
		}
	}
	for i, want := range []bool{true, false, false} {
		if got, err := d.UseRecovery(ctx, "minh", []string{"a", "a", "z"}[i]); err != nil || got != want {
			t.Errorf("UseRecovery %d = %v, %v, want %v", i, got, err, want)
		}
	}
	if f, err := d.SecondFactor(ctx, "minh"); err != nil || f.Step != 8 || len(f.Recovery) != 1 || f.Recovery[0] != "b" || !f.Since.Equal(now) {
		t.Errorf("SecondFactor = %+v, %v", f, err)
	}
	if err := d.DropSecondFactor(ctx, "minh"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.SecondFactor(ctx, "minh"); !errors.Is(err, review.ErrNotFound) {
		t.Errorf("SecondFactor after it was dropped = %v", err)
	}
}
