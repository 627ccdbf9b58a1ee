package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"

	"langnghe/internal/app"
	"langnghe/internal/config"
)

func runServe(ctx context.Context, c *call) error {
	var roles, nats string
	_, err := c.flags("config data listen v", func(fs *flag.FlagSet) {
		fs.StringVar(&roles, "roles", "", "`roles` of this process, comma-separated: "+strings.Join(app.Roles, ", ")+" (default all)")
		fs.StringVar(&nats, "nats", "", "`URL` of a NATS server with JetStream (default: one inside this process)")
	})
	if err != nil {
		return err
	}
	var list []string
	for r := range strings.SplitSeq(roles, ",") {
		if r = strings.TrimSpace(r); r != "" {
			list = append(list, r)
		}
	}
	if len(list) > 0 && len(list) < len(app.Roles) && nats == "" {
		return usagef("-roles %s leaves the other roles to other processes; name the NATS server that connects them with -nats", roles)
	}
	cfg, err := config.Load(c.config)
	if err != nil {
		return err
	}
	if err := reachable(cfg, c.listen); err != nil {
		return err
	}
	debug.SetMemoryLimit(memoryLimit(cfg.Limits.MemoryMB))
	debug.FreeOSMemory() // what reading the configuration took
	log := c.log(slog.LevelInfo)
	return app.Run(ctx, app.Options{
		Config: cfg, ConfigFile: c.config, DataDir: c.data, Roles: list, NATS: nats, Listen: c.listen, Version: version, Log: log,
		Started: func(s *app.Service) {
			if s.URL != "" {
				fmt.Fprintf(c.err, "Lắng Nghe: %s\n", s.URL)
			}
		},
	})
}

// reachable refuses to let passwords travel in the clear.
func reachable(cfg config.Config, listen string) error {
	if !config.Loopback(listen) && !cfg.HTTPS.On() && !strings.HasPrefix(cfg.BaseURL, "https://") && !cfg.PlainHTTP {
		return usagef("-listen %s is reachable from the network and passwords would travel in the clear; write https: {local: true, hosts: [this machine's name]} into the configuration (docs/operations.md explains the ways), or base_url: https://… when HTTPS stands in front (or plain_http: true in a container whose port is published on 127.0.0.1 only)", listen)
	}
	return nil
}

func runConfig(_ context.Context, c *call) error {
	fs, err := c.flags("", nil)
	if err != nil {
		return err
	}
	if fs.NArg() != 2 || fs.Arg(0) != "check" {
		return usagef("needs check FILE")
	}
	cfg, err := config.Load(fs.Arg(1))
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s: ok, %d sources, %d recipients\n", fs.Arg(1), len(cfg.Sources), len(cfg.Recipients))
	return nil
}
