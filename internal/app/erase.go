package app

import (
	"context"
	"fmt"
	"time"

	"langnghe/internal/bus"
	"langnghe/internal/news"
	"langnghe/review"
)

// An EraseReport says how far an erasure has come. It is never lost: a role
// of Waiting does it when it runs again.
type EraseReport struct {
	Waiting []string `json:"waiting,omitempty"` // roles that have not done it yet
}

// eraseWait is how long whoever asks for an erasure waits for every role.
const eraseWait = 45 * time.Second

// erase orders an erasure and waits until every role has done it. The word
// goes out at once: where a command has started the roles for a moment,
// nothing else would send it.
func (b *builder) erase(ctx context.Context, d *review.Desk, e news.Erased) (out EraseReport, err error) {
	if err := d.EraseItem(ctx, e.ID, e.Reason, review.User{Name: "command line", Role: review.Justice}); err != nil {
		return out, err
	}
	if err := d.Forward(ctx); err != nil {
		return out, fmt.Errorf("the erasure is ordered and goes out later: %w", err)
	}
	for end := time.Now().Add(eraseWait); ; {
		out.Waiting = nil
		for _, role := range Roles {
			n, err := bus.Pending(ctx, b.bus, erased, role+"-erased")
			if err != nil {
				return out, err
			}
			if n > 0 {
				out.Waiting = append(out.Waiting, role)
			}
		}
		if len(out.Waiting) == 0 || time.Now().After(end) {
			return out, nil
		}
		select {
		case <-ctx.Done():
			return out, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}
