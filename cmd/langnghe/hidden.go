package main

import (
	"context"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// hidden keeps a terminal from showing what is typed until show is called or
// ctx is done, so that a person who gives up gets a terminal that echoes. An
// input that is no terminal is left alone.
func hidden(ctx context.Context, in io.Reader) (show func()) {
	f, ok := in.(*os.File)
	if !ok {
		return func() {}
	}
	was, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	if err != nil || was.Lflag&unix.ECHO == 0 {
		return func() {}
	}
	set := func(t unix.Termios) { _ = unix.IoctlSetTermios(int(f.Fd()), unix.TCSETS, &t) }
	t := *was
	t.Lflag = t.Lflag&^unix.ECHO | unix.ECHONL // the end of the line shows
	set(t)
	stop := context.AfterFunc(ctx, func() { set(*was) })
	return func() {
		stop()
		set(*was)
	}
}
