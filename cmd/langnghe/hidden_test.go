package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A terminal as a program sees it, and what stands on its screen.
type terminal struct {
	keys, tty *os.File
	mu        sync.Mutex
	screen    bytes.Buffer
}

func newTerminal(t *testing.T) *terminal {
	t.Helper()
	keys, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no terminal to be had: %v", err)
	}
	t.Cleanup(func() { keys.Close() })
	n, err := unix.IoctlGetInt(int(keys.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(keys.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Skipf("no terminal to be had: %v", err)
	}
	tty, err := os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no terminal to be had: %v", err)
	}
	t.Cleanup(func() { tty.Close() })
	x := &terminal{keys: keys, tty: tty}
	go func() {
		buf := make([]byte, 1024)
		for {
			n, err := keys.Read(buf)
			x.mu.Lock()
			x.screen.Write(buf[:n])
			x.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return x
}

func (x *terminal) shows(t *testing.T, text string) string {
	t.Helper()
	for begun := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		x.mu.Lock()
		s := x.screen.String()
		x.mu.Unlock()
		if strings.Contains(s, text) {
			return s
		}
		if time.Since(begun) > 10*time.Second {
			t.Fatalf("the screen never shows %q:\n%s", text, s)
		}
	}
}

// A password that is typed does not stand on the screen, what comes after it
// does.
func TestPasswordNotShown(t *testing.T) {
	x := newTerminal(t)
	done := make(chan string, 1)
	go func() {
		c := &call{std: std{in: x.tty, out: x.tty, err: x.tty}}
		word, err := c.password(t.Context())
		if err != nil {
			t.Error(err)
		}
		done <- word
	}()
	x.shows(t, "password: ")
	time.Sleep(20 * time.Millisecond) // as a person, who reads before typing
	if _, err := io.WriteString(x.keys, "một mật khẩu dài\n"); err != nil {
		t.Fatal(err)
	}
	if word := <-done; word != "một mật khẩu dài" {
		t.Errorf("it read %q", word)
	}
	if _, err := io.WriteString(x.keys, "sau đó\n"); err != nil {
		t.Fatal(err)
	}
	if s := x.shows(t, "sau đó"); strings.Contains(s, "mật khẩu dài") {
		t.Errorf("the screen shows the password:\n%s", s)
	}
}

// Whoever gives up with Ctrl-C keeps a terminal that shows what is typed.
func TestHiddenGivenUp(t *testing.T) {
	x := newTerminal(t)
	ctx, cancel := context.WithCancel(t.Context())
	echo := func() bool {
		s, err := unix.IoctlGetTermios(int(x.tty.Fd()), unix.TCGETS)
		if err != nil {
			t.Fatal(err)
		}
		return s.Lflag&unix.ECHO != 0
	}
	show := hidden(ctx, x.tty)
	if echo() {
		t.Error("it is shown")
	}
	cancel()
	for begun := time.Now(); !echo(); time.Sleep(time.Millisecond) {
		if time.Since(begun) > 10*time.Second {
			t.Fatal("the terminal stays dumb")
		}
	}
	show()
	hidden(t.Context(), strings.NewReader("x"))() // no terminal
}

// The wizard hides both kinds of passwords.
func TestSetupHidesPasswords(t *testing.T) {
	x := newTerminal(t)
	d := dialogue{in: bufio.NewReader(x.tty), out: x.tty, lang: "en", hide: func() func() { return hidden(t.Context(), x.tty) }}
	done := make(chan string, 1)
	go func() {
		word, err := d.askHidden("Mật khẩu", "Password", nil)
		if err != nil {
			t.Error(err)
		}
		done <- word
	}()
	x.shows(t, "Password: ")
	time.Sleep(20 * time.Millisecond)
	if _, err := io.WriteString(x.keys, "rat bi mat\n"); err != nil {
		t.Fatal(err)
	}
	if word := <-done; word != "rat bi mat" {
		t.Errorf("it read %q", word)
	}
	if _, err := io.WriteString(x.keys, "next\n"); err != nil {
		t.Fatal(err)
	}
	if s := x.shows(t, "next"); strings.Contains(s, "bi mat") {
		t.Errorf("the screen shows the password:\n%s", s)
	}
}
