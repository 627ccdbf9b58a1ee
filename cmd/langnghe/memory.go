package main

import (
	"bytes"
	"math"
	"os"
	"path"
	"strconv"
	"strings"
	"syscall"
)

// memoryLimit is what the collector of garbage works towards: the configured
// figure, or three quarters of what the machine has, or of what its container
// or service unit may take when that is less; no limit when none is known.
// GOMEMLIMIT of the environment is left in force.
func memoryLimit(mb int) int64 {
	if mb > 0 {
		return int64(mb) << 20
	}
	if os.Getenv("GOMEMLIMIT") != "" {
		return -1 // changes nothing
	}
	most := cgroupLimit(os.ReadFile)
	var info syscall.Sysinfo_t
	if syscall.Sysinfo(&info) == nil {
		most = min(most, int64(uint64(info.Totalram)*uint64(info.Unit)))
	}
	if most == math.MaxInt64 {
		return -1
	}
	return most / 4 * 3
}

// cgroupLimit is the least of memory.high and memory.max of this process's
// control group and those above it: Docker and systemd end, or slow down, a
// process that takes more. Without a limit it is the largest number.
func cgroupLimit(read func(string) ([]byte, error)) int64 {
	least := int64(math.MaxInt64)
	own, err := read("/proc/self/cgroup")
	if err != nil {
		return least
	}
	for line := range bytes.Lines(own) {
		group, ok := strings.CutPrefix(strings.TrimSpace(string(line)), "0::")
		if !ok {
			continue
		}
		for at := path.Clean("/" + group); ; at = path.Dir(at) {
			for _, name := range []string{"memory.high", "memory.max"} {
				text, err := read(path.Join("/sys/fs/cgroup", at, name))
				if err != nil {
					continue
				}
				if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && n > 0 { // "max" is no number
					least = min(least, n)
				}
			}
			if at == "/" {
				break
			}
		}
	}
	return least
}
