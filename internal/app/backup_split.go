package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"langnghe/alerts"
	"langnghe/internal/bus"
)

// split reports whether roles run in other processes.
func (o *Options) split() bool {
	return o.NATS != "" && len(o.Roles) > 0 && slices.ContainsFunc(Roles, func(r string) bool { return !slices.Contains(o.Roles, r) })
}

// alone is nil when no other role of a split service runs. What a backup of
// one folder holds fits that of another one only then: [bus.Bus.Hold] keeps
// this process from publishing and nobody else. With one role running at a
// time, a fact that it has published before its copy was made is under way in
// the list of this backup, or its listener, who does not run, has handled it
// before its own copy was or will be made.
func (k *backups) alone(ctx context.Context) error {
	if !k.b.opts.split() {
		return nil
	}
	probes := map[string]func(context.Context) error{
		"crawler": func(ctx context.Context) error { _, err := bus.Ask(ctx, k.b.bus, AskSources, None{}); return err },
		"indexer": func(ctx context.Context) error { _, err := bus.Ask(ctx, k.b.bus, AskIndex, None{}); return err },
		"rules":   func(ctx context.Context) error { _, err := bus.Ask(ctx, k.b.bus, AskRules, None{}); return err },
		"desk":    func(ctx context.Context) error { _, err := bus.Ask(ctx, k.b.bus, AskUsers, UserRequest{}); return err },
		"alerts": func(ctx context.Context) error {
			_, err := bus.Ask(ctx, k.b.bus, AskDeliveries, alerts.DeliveriesQuery{Limit: 1})
			return err
		},
	}
	var running []string
	for _, role := range Roles {
		if slices.Contains(k.b.opts.Roles, role) {
			continue
		}
		ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
		err := probes[role](ctx)
		cancel()
		if !errors.Is(err, bus.ErrNobody) { // one that answers late, or with an error, runs
			running = append(running, role)
		}
	}
	if len(running) == 0 {
		return nil
	}
	return fmt.Errorf("backup: in the split form the folders are backed up while no role runs, or they do not fit each other; still running: %s. Stop all roles, run langnghe backup -data FOLDER for each of them, then start them again", strings.Join(running, ", "))
}
