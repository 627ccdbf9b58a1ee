package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"langnghe/internal/app"
)

func runDoctor(ctx context.Context, c *call) error {
	offline := false
	fs, err := c.flags("config data lang json", func(fs *flag.FlagSet) {
		fs.BoolVar(&offline, "offline", false, "ask no other machine: leave out clock and mail")
	})
	if err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return usagef("takes no argument %q", fs.Arg(0))
	}
	o := app.DoctorOptions{ConfigFile: c.config, DataDir: c.data, Offline: offline}
	if f, ok := c.err.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 { // somebody is watching
			o.Progress = func(name string) { fmt.Fprintf(f, "\r\033[K%s …", name) }
			defer fmt.Fprint(f, "\r\033[K")
		}
	}
	found := app.Doctor(ctx, o)
	enc := json.NewEncoder(c.out)
	enc.SetEscapeHTML(false)
	bad := false
	for _, f := range found {
		bad = bad || f.State == "bad"
		if c.json {
			if err := enc.Encode(f); err != nil {
				return err
			}
			continue
		}
		c.finding(f)
	}
	if bad {
		return errSilent
	}
	return nil
}
