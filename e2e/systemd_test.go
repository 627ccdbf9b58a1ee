package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// boot makes a Debian in a folder a machine of its own: own processes, mounts,
// name and network (loopback alone), and systemd as its first process.
const boot = `set -e
mount --make-rprivate /
mount --bind "$1" "$1"
mount -t proc proc "$1/proc"
mount -o bind,ro /proc/sys "$1/proc/sys"
mount -t sysfs -o ro sysfs "$1/sys"
mount -t tmpfs -o mode=755 tmpfs "$1/run"
if [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ]; then
	mount -t cgroup2 cgroup2 "$1/sys/fs/cgroup"
else
	mount -t tmpfs -o mode=755 tmpfs "$1/sys/fs/cgroup"
	mkdir "$1/sys/fs/cgroup/systemd" "$1/sys/fs/cgroup/memory" "$1/sys/fs/cgroup/pids"
	mount -t cgroup -o none,name=systemd cgroup "$1/sys/fs/cgroup/systemd"
	mount -t cgroup -o memory cgroup "$1/sys/fs/cgroup/memory"
	mount -t cgroup -o pids cgroup "$1/sys/fs/cgroup/pids"
fi
exec chroot "$1" /usr/bin/env -i container=docker PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system --unit=multi-user.target`

// A machine is one that was booted so.
type machine struct {
	t    *testing.T
	root string
	cmd  *exec.Cmd
	pid  string // of its systemd, as this machine counts
}

func (m *machine) on() {
	m.t.Helper()
	m.cmd = exec.Command("unshare", "--mount", "--pid", "--fork", "--kill-child", "--uts", "--ipc", "--net", "--cgroup", "sh", "-c", boot, "boot", m.root)
	if err := m.cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	for range 300 {
		time.Sleep(100 * time.Millisecond)
		raw, err := os.ReadFile(fmt.Sprintf("/proc/%[1]d/task/%[1]d/children", m.cmd.Process.Pid))
		if err != nil || len(strings.Fields(string(raw))) == 0 {
			continue
		}
		m.pid = strings.Fields(string(raw))[0]
		if out, _ := m.at("systemctl is-system-running"); strings.HasPrefix(out, "running") || strings.HasPrefix(out, "degraded") { // it has no console
			return
		}
	}
	m.t.Fatal("systemd does not start")
}

func (m *machine) off() {
	if m.cmd != nil {
		_, _ = m.at("systemctl poweroff --force --force")
		_ = m.cmd.Wait()
		m.cmd = nil
	}
}

// at runs a command there, as root.
func (m *machine) at(command string) (string, error) {
	out, err := exec.Command("nsenter", "--target", m.pid, "--all", "--root", "--wd", "/usr/bin/env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8",
		"sh", "-c", "cd /root && "+command).CombinedOutput()
	return string(out), err
}

// must is at for what has to work.
func (m *machine) must(command string) string {
	m.t.Helper()
	out, err := m.at(command)
	if err != nil {
		m.t.Fatalf("%s: %v\n%s", command, err, out)
	}
	return out
}

// TestSystemd has a real systemd run what setup service makes: it starts, and
// starts again after kill -9, after a newer program was installed and with the
// machine; its sandbox lets it do all that it has to, backups among it, and
// little else. The machine is a Debian 12 of its own, made by debootstrap in
// the folder that LANGNGHE_SYSTEMD names (600 MB). It needs root and the
// network.
func TestSystemd(t *testing.T) {
	dir := os.Getenv("LANGNGHE_SYSTEMD")
	if dir == "" {
		t.Skip("LANGNGHE_SYSTEMD names a folder for a Debian of its own (make systemd)")
	}
	if os.Geteuid() != 0 {
		t.Skip("a machine in a folder needs root")
	}
	root, err := filepath.Abs(filepath.Join(dir, "debian"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(root); errors.Is(err, os.ErrNotExist) {
		if out, err := exec.Command("debootstrap", "--variant=minbase", "--include=systemd,systemd-sysv,dbus", "bookworm", root).CombinedOutput(); err != nil {
			t.Fatalf("debootstrap: %v\n%s", err, out)
		}
	}
	for _, name := range []string{"root/w", "etc/langnghe", "var/lib/langnghe", "mnt/usb", "etc/systemd/system/langnghe.service", "usr/local/bin/langnghe"} { // of an earlier run
		if err := os.RemoveAll(filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	program, err := os.ReadFile(binary(t))
	if err == nil {
		err = errors.Join(os.MkdirAll(filepath.Join(root, "root/w"), 0o700), os.MkdirAll(filepath.Join(root, "mnt/usb"), 0o755),
			os.WriteFile(filepath.Join(root, "root/w/langnghe"), program, 0o755))
	}
	if err != nil {
		t.Fatal(err)
	}
	m := &machine{t: t, root: root}
	t.Cleanup(func() { m.off() })
	m.on()
	m.must(`cd w && ./langnghe setup -yes -offline -papers none -account quantri:admin -backup /mnt/usb/langnghe -https local -hosts langnghe.phuong.lan`)
	if out := m.must(`cd w && ./langnghe setup service`); !strings.Contains(out, "it runs, and starts with the machine") {
		t.Errorf("setup service: %s", out)
	}
	// runs waits until it answers to its own command, and returns a property.
	runs := func(property string) string {
		t.Helper()
		var out string
		for range 100 {
			if out, _ = m.at(`setpriv --reuid=langnghe --regid=langnghe --clear-groups langnghe doctor -lang en -config /etc/langnghe/config.yaml -data /var/lib/langnghe`); strings.Contains(out, "stream     it is well") {
				return strings.TrimSpace(m.must("systemctl show --value -p " + property + " langnghe"))
			}
			time.Sleep(200 * time.Millisecond)
		}
		log, _ := m.at("systemctl status --no-pager langnghe; journalctl --no-pager -u langnghe")
		t.Fatalf("it does not run:\n%s\n%s", out, log)
		return ""
	}
	if state := runs("ActiveState"); state != "active" {
		t.Errorf("it is %s", state)
	}
	if out := m.must(`setpriv --reuid=langnghe --regid=langnghe --clear-groups langnghe backup -config /etc/langnghe/config.yaml -data /var/lib/langnghe`); !strings.Contains(out, "tệp / files") {
		t.Errorf("a backup to the stick: %s", out)
	}
	m.must("kill -9 $(systemctl show --value -p MainPID langnghe)")
	time.Sleep(3 * time.Second)
	if n := runs("NRestarts"); n != "1" {
		t.Errorf("after kill -9 it was started again %s times, want 1", n)
	}
	if out := m.must("cd w && ./langnghe setup service"); !strings.Contains(out, "will be restarted") {
		t.Errorf("a newer program: %s", out)
	}
	runs("ActiveState")
	if out, err := m.at("systemd-analyze verify --man=no /etc/systemd/system/langnghe.service"); err != nil || strings.Contains(out, "langnghe") {
		t.Errorf("systemd finds: %s %v", out, err)
	}
	out, err := m.at("systemd-analyze security --no-pager --threshold=20 langnghe")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if t.Log(strings.TrimSpace(lines[len(lines)-1])); err != nil {
		t.Errorf("it is more exposed than 2.0 of 10")
	}
	t.Log(strings.TrimSpace(m.must("systemctl show -p MemoryCurrent,TasksCurrent langnghe | tr '\\n' ' '")))
	if out := m.must("systemctl stop langnghe; systemctl show --value -p Result langnghe"); strings.TrimSpace(out) != "success" {
		t.Errorf("it was stopped with %s", out)
	}
	m.off()
	m.on()
	if state := runs("ActiveState"); state != "active" {
		t.Errorf("after the machine was started again it is %s", state)
	}
}
