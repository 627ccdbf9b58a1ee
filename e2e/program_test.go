package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"net/http"
)

var build struct {
	once sync.Once
	path string
	err  error
}

// binary builds the program once, as a release is built.
func binary(t *testing.T) string {
	t.Helper()
	build.once.Do(func() {
		dir, err := os.MkdirTemp("", "langnghe-e2e-")
		if err != nil {
			build.err = err
			return
		}
		build.path = filepath.Join(dir, "langnghe")
		cmd := exec.Command("go", "build", "-trimpath", "-o", build.path, "./cmd/langnghe")
		cmd.Dir = ".."
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			build.err = fmt.Errorf("build: %w\n%s", err, out)
		}
	})
	if build.err != nil {
		t.Fatal(build.err)
	}
	return build.path
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.p != nil {
		shared.p.cmd.Process.Signal(os.Interrupt)
		select {
		case err := <-shared.p.end:
			if err != nil {
				fmt.Fprintln(os.Stderr, "the demo did not stop well:", err)
				code = 1
			}
		case <-time.After(30 * time.Second):
			fmt.Fprintln(os.Stderr, "the demo did not stop within 30s")
			shared.p.kill()
			code = 1
		}
	}
	if build.path != "" {
		os.RemoveAll(filepath.Dir(build.path))
	}
	os.Exit(code)
}

// A process is one run of the program.
type process struct {
	cmd *exec.Cmd
	out safeBuffer
	end chan error
}

// safeBuffer is what a process has printed so far.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func launch(t *testing.T, args ...string) *process {
	t.Helper()
	p := begin(t, args...)
	t.Cleanup(func() { p.cmd.Process.Kill() })
	return p
}

// begin starts the program and leaves it running when the test has ended.
func begin(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(binary(t), args...), end: make(chan error, 1)}
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.out
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.end <- p.cmd.Wait()
		close(p.end) // who asks again hears nil
	}()
	return p
}

// kill ends the process as a power cut would, and waits until it is gone.
func (p *process) kill() {
	p.cmd.Process.Kill()
	<-p.end
}

// stop asks the process to end and waits for it.
func (p *process) stop(t *testing.T) {
	t.Helper()
	p.cmd.Process.Signal(os.Interrupt)
	select {
	case err := <-p.end:
		if err != nil {
			t.Errorf("stop: %v\n%s", err, p.out.String())
		}
	case <-time.After(30 * time.Second):
		t.Errorf("did not stop within 30s\n%s", p.out.String())
		p.cmd.Process.Kill()
	}
}

// freeAddr is a loopback address that nobody listens on now.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// up waits until the address serves its liveness page.
func up(ctx context.Context, addr string) error {
	for {
		resp, err := http.Get("http://" + addr + "/livez")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s is not up: %w", addr, ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}
