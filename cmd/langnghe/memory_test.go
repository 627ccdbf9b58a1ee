package main

import (
	"math"
	"os"
	"testing"
)

func TestCgroupLimit(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  int64
	}{
		{"no control groups", nil, math.MaxInt64},
		{"no limit", map[string]string{"/proc/self/cgroup": "0::/user.slice\n", "/sys/fs/cgroup/user.slice/memory.max": "max\n"}, math.MaxInt64},
		{"a unit of systemd", map[string]string{"/proc/self/cgroup": "0::/system.slice/langnghe.service\n",
			"/sys/fs/cgroup/system.slice/langnghe.service/memory.high": "734003200\n", "/sys/fs/cgroup/system.slice/langnghe.service/memory.max": "1073741824\n"}, 734003200},
		{"its slice has less", map[string]string{"/proc/self/cgroup": "0::/system.slice/langnghe.service\n",
			"/sys/fs/cgroup/system.slice/langnghe.service/memory.max": "1073741824\n", "/sys/fs/cgroup/system.slice/memory.max": "536870912\n"}, 536870912},
		{"a container", map[string]string{"/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/memory.max": "536870912\n", "/sys/fs/cgroup/memory.high": "max\n"}, 536870912},
		{"the old kind", map[string]string{"/proc/self/cgroup": "5:memory:/docker/x\n"}, math.MaxInt64},
		{"strange", map[string]string{"/proc/self/cgroup": "0::/../..\n", "/sys/fs/cgroup/memory.max": "-5\n"}, math.MaxInt64},
	} {
		got := cgroupLimit(func(name string) ([]byte, error) {
			if text, ok := c.files[name]; ok {
				return []byte(text), nil
			}
			return nil, os.ErrNotExist
		})
		if got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
	if got := memoryLimit(300); got != 300<<20 {
		t.Errorf("configured: %d", got)
	}
	if got := memoryLimit(0); got < 64<<20 {
		t.Errorf("of this machine: %d", got)
	}
	t.Setenv("GOMEMLIMIT", "1GiB")
	if got := memoryLimit(0); got != -1 {
		t.Errorf("with GOMEMLIMIT: %d", got)
	}
}
