package main

import (
	"context"
	"flag"
	"log/slog"
	"time"

	"langnghe/internal/app"
	"langnghe/internal/config"
)

func runDemo(ctx context.Context, c *call) error {
	live := 6 * time.Second
	_, err := c.flags("listen profile v", func(fs *flag.FlagSet) {
		fs.StringVar(&c.data, "data", "", "data `folder` to keep (default: a temporary one)")
		fs.DurationVar(&live, "every", live, "time between live items")
	})
	if err != nil {
		return err
	}
	if !config.Loopback(c.listen) {
		return usagef("-listen %s is reachable from the network and the sign-ins of the demo would travel in the clear; it serves this machine alone, such as 127.0.0.1:8080 (from another one: ssh -L 8080:127.0.0.1:8080 THIS-MACHINE)", c.listen)
	}
	return app.Demo(ctx, app.DemoOptions{
		DataDir: c.data, Listen: c.listen, Profile: c.profile, Version: version,
		Log: c.log(slog.LevelWarn), Out: c.out, Live: live,
	})
}
