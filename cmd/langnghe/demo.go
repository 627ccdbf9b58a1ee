package main

import (
	"context"
	"flag"
	"log/slog"
	"time"

	"langnghe/internal/app"
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
	return app.Demo(ctx, app.DemoOptions{
		DataDir: c.data, Listen: c.listen, Profile: c.profile, Version: version,
		Log: c.log(slog.LevelWarn), Out: c.out, Live: live,
	})
}
