package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"langnghe/internal/app"
	"langnghe/internal/backup"
	"langnghe/internal/config"
	"langnghe/internal/disk"
)

// Where a service keeps what; the shipped unit says the same.
const (
	serviceUser    = "langnghe"
	serviceProgram = "/usr/local/bin/langnghe"
	serviceConfig  = "/etc/langnghe/config.yaml"
	serviceData    = "/var/lib/langnghe"
	serviceUnit    = "/etc/systemd/system/langnghe.service"
)

// An installer makes a service of what setup has written: program,
// configuration with the files beside it, and data go to where services keep
// them, each whole or not at all, so that it can be killed and run again. A
// second run installs a newer program.
type installer struct {
	*call
	root  string // below which everything is put; "" is this machine
	print bool   // the unit alone
}

func runSetupService(ctx context.Context, c *call) error {
	i := &installer{call: c}
	set, err := c.flags("config data listen", func(fs *flag.FlagSet) {
		fs.StringVar(&i.root, "root", "", "put everything below this `folder`, for an image of a machine: no account is made and nothing is started")
		fs.BoolVar(&i.print, "print", false, "print the unit and install nothing")
	})
	if err != nil {
		return err
	}
	if set.NArg() > 0 {
		return usagef("takes no argument %q", set.Arg(0))
	}
	if c.config == "" {
		c.config = "config.yaml"
	}
	if _, err := os.Stat(c.config); errors.Is(err, fs.ErrNotExist) {
		c.config = i.at(serviceConfig) // of an earlier run
	}
	cfg, err := config.Load(c.config)
	if errors.Is(err, fs.ErrNotExist) {
		return usagef("finds no configuration: run langnghe setup first, or name it with -config")
	}
	if err != nil {
		return err
	}
	listen := ""
	set.Visit(func(f *flag.Flag) {
		if f.Name == "listen" {
			listen = c.listen
		}
	})
	if listen == "" {
		listen = listenFor(cfg.HTTPS)
	}
	if err := reachable(cfg, listen); err != nil {
		return err
	}
	raw, err := os.ReadFile(c.config)
	if err != nil {
		return err
	}
	names, err := config.Files(raw)
	if err != nil {
		return err
	}
	folders, err := config.Folders(raw)
	if err != nil {
		return err
	}
	for _, name := range folders {
		if !filepath.IsAbs(name) { // it goes where the configuration goes
			cfg.RulesDir = filepath.Join(filepath.Dir(serviceConfig), name)
		}
	}
	if err := enterable(cfg, names); err != nil {
		return err
	}
	unit, err := unitFor(cfg, listen)
	if err != nil {
		return err
	}
	if i.print {
		_, err := io.WriteString(c.out, unit)
		return err
	}
	if i.root == "" && os.Geteuid() != 0 {
		return usagef("needs root: sudo %s setup service", os.Args[0])
	}
	if i.root == "" && app.Locked(i.at(serviceData)) && c.config == i.at(serviceConfig) { // an upgrade of one that runs
		fmt.Fprintln(c.err, "dịch vụ đang chạy sẽ được khởi động lại / the running service will be restarted")
	} else if app.Locked(c.data) {
		return fmt.Errorf("%s is used by a running process; stop it first (Ctrl-C where langnghe serve runs)", c.data)
	}
	uid, gid, err := i.account(ctx)
	if err != nil {
		return err
	}
	for _, step := range []func() error{
		i.program,
		func() error { return i.data(uid, gid) },
		func() error { return i.configuration(names, folders, uid, gid) },
		func() error { return i.own(cfg.Backup.To, uid, gid) },
		func() error { return i.write(serviceUnit, unit, 0o644) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	fmt.Fprintf(c.out, "✓ %s\n✓ %s\n✓ %s\n✓ %s\n", serviceProgram, serviceConfig, serviceData, serviceUnit)
	return i.start(ctx, uid, gid)
}

// listenFor is where the desk is reached, by the way that setup has asked
// for.
func listenFor(h config.HTTPS) string {
	switch {
	case h.ACME:
		return ":443"
	case h.On():
		return "0.0.0.0:8443"
	}
	return "127.0.0.1:8080"
}

// enterable refuses what a service may not open: folders of people.
func enterable(cfg config.Config, names []string) error {
	for _, path := range append([]string{cfg.Backup.To, cfg.RulesDir}, names...) {
		for _, home := range []string{"/home/", "/root/", "/run/user/"} {
			if strings.HasPrefix(filepath.Clean(path)+"/", home) {
				return fmt.Errorf("%s is in a person's folder, which a service may not open; choose another with langnghe setup (for backups /var/backups/langnghe or a stick under /mnt, for certificates /etc/langnghe)", path)
			}
		}
	}
	// The service gets the folder of the backups with all that is in it.
	if dir := cfg.Backup.To; dir != "" && folder(dir) && !backup.IsRepository(dir) {
		if there, err := os.ReadDir(dir); err != nil || len(there) > 0 {
			return fmt.Errorf("%s holds other files, which the service must not get; choose a folder of its own for the backups with langnghe setup, such as %s", dir, filepath.Join(dir, "langnghe"))
		}
	}
	return nil
}

// unitFor is the unit of a service that is configured so.
func unitFor(cfg config.Config, listen string) (string, error) {
	_, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "", usagef("-listen %s: %v", listen, err)
	}
	arg, capability := "", ""
	if listen != "127.0.0.1:8080" {
		arg = " -listen " + listen
	}
	if n, err := strconv.Atoi(port); err == nil && n < 1024 {
		capability = "CAP_NET_BIND_SERVICE"
	}
	writes := []string{"/var/backups/langnghe", "/mnt/usb/langnghe"}
	for _, dir := range []string{cfg.Backup.To, cfg.RulesDir} {
		if filepath.IsAbs(dir) && !slices.Contains(writes, dir) && dir != serviceData && !strings.HasPrefix(dir, serviceData+"/") {
			if strings.ContainsAny(dir, " \"'\\\n%$") {
				return "", fmt.Errorf("%q: systemd needs a path without spaces, quotes, %% and $", dir)
			}
			writes = append(writes, dir)
		}
	}
	if strings.ContainsAny(listen, " \"'\\\n%$") {
		return "", usagef("-listen %q is no address", listen)
	}
	return fmt.Sprintf(unitText, serviceProgram, serviceConfig, serviceData, arg, capability, "-"+strings.Join(writes, " -")), nil
}

const unitText = `# The whole service on one machine, under systemd. This is what
#
#   sudo langnghe setup service
#
# writes, with the address and the folder of the backups of the configuration;
# it makes the user as well and brings program, configuration and data to the
# places below. Commands run as that user, so that what they write has one owner:
#
#   sudo -u langnghe langnghe user -data /var/lib/langnghe list

[Unit]
Description=Lắng Nghe: media monitoring and early warning for a ward
After=network-online.target
Wants=network-online.target

[Service]
User=langnghe
Group=langnghe
StateDirectory=langnghe
StateDirectoryMode=0700
ExecStartPre=%[1]s config check %[2]s
ExecStart=%[1]s serve -config %[2]s -data %[3]s%[4]s
Restart=on-failure
RestartSec=2
# Handlers finish what they have in hand.
TimeoutStopSec=40
LimitNOFILE=16384
MemoryHigh=700M
MemoryMax=1G

NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RemoveIPC=yes
CapabilityBoundingSet=%[5]s
AmbientCapabilities=%[5]s
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
UMask=0077
# Where backups go, when backup.to is set; a missing folder is no mistake.
ReadWritePaths=%[6]s

[Install]
WantedBy=multi-user.target
`

func (i *installer) at(path string) string { return filepath.Join("/", i.root, path) }

// account makes the user that the service runs as.
func (i *installer) account(ctx context.Context) (uid, gid int, err error) {
	if i.root != "" {
		return -1, -1, nil // chown changes nothing
	}
	u, err := user.Lookup(serviceUser)
	var unknown user.UnknownUserError
	if errors.As(err, &unknown) {
		if err := i.do(ctx, "useradd", "--system", "--user-group", "--home-dir", serviceData, "--shell", "/usr/sbin/nologin", serviceUser); err != nil {
			return 0, 0, err
		}
		u, err = user.Lookup(serviceUser)
	}
	if err != nil {
		return 0, 0, err
	}
	if uid, err = strconv.Atoi(u.Uid); err == nil {
		gid, err = strconv.Atoi(u.Gid)
	}
	return uid, gid, err
}

func (i *installer) do(ctx context.Context, name string, args ...string) error {
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}

// write makes the file appear whole or not at all.
func (i *installer) write(name, text string, mode fs.FileMode) error {
	return i.put(name, strings.NewReader(text), mode, -1, -1)
}

func (i *installer) put(name string, from io.Reader, mode fs.FileMode, uid, gid int) (err error) {
	name = i.at(name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".langnghe-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = io.Copy(f, from)
	if err = errors.Join(err, f.Chmod(mode), f.Chown(uid, gid), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return err
	}
	return disk.SyncDir(filepath.Dir(name))
}

func (i *installer) program() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if self == i.at(serviceProgram) {
		return nil
	}
	f, err := os.Open(self)
	if err != nil {
		return err
	}
	defer f.Close()
	return i.put(serviceProgram, f, 0o755, -1, -1)
}

// data moves the data folder. What is there already stays and is not mixed
// with another.
func (i *installer) data(uid, gid int) error {
	to := i.at(serviceData)
	from, err := filepath.Abs(i.call.data)
	if err != nil {
		return err
	}
	moved := false
	has := func(dir string) bool {
		found, err := filepath.Glob(filepath.Join(dir, "*.db"))
		return err == nil && len(found) > 0
	}
	if from != to && folder(from) {
		if has(to) && has(from) {
			return fmt.Errorf("%s and %s both hold data; move the one away that is not to be used", from, to)
		}
		if !has(to) {
			if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
				return err
			}
			if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("%w; it must be empty before the data can be moved to it", err)
			}
			if err := move(from, to); err != nil {
				return err
			}
			moved = true
		}
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	if err := os.Chmod(to, 0o700); err != nil {
		return err
	}
	if !moved && owned(to, uid) {
		return nil // the service writes there while we look: what it has is its own
	}
	return chownTree(to, uid, gid)
}

// owned reports whether a folder belongs to a user.
func owned(dir string, uid int) bool {
	info, err := os.Stat(dir)
	if err != nil {
		return false
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == uid
}

// move renames a folder, or copies it to another disk and removes it then.
func move(from, to string) error {
	err := os.Rename(from, to)
	if !errors.Is(err, syscall.EXDEV) {
		return err
	}
	tmp := to + ".new"
	if err := os.RemoveAll(tmp); err != nil {
		return err
	}
	if err := copyTree(from, tmp); err != nil {
		return errors.Join(err, os.RemoveAll(tmp))
	}
	if err := os.Rename(tmp, to); err != nil {
		return err
	}
	if err := disk.SyncDir(filepath.Dir(to)); err != nil {
		return err
	}
	return os.RemoveAll(from)
}

// copyTree copies files, folders and links as they are. When it returns nil,
// all of it is on the disk.
func copyTree(from, to string) error {
	var folders []string
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		dst := filepath.Join(to, rel)
		switch {
		case d.IsDir():
			folders = append(folders, dst)
			return os.MkdirAll(dst, 0o700)
		case d.Type().IsRegular():
			return copySynced(path, dst)
		case d.Type()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			return os.Symlink(target, dst)
		}
		return nil // the socket of a process that is gone
	})
	for _, dir := range slices.Backward(folders) {
		err = errors.Join(err, disk.SyncDir(dir))
	}
	return err
}

func copySynced(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

func chownTree(dir string, uid, gid int) error {
	if uid < 0 {
		return nil
	}
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, uid, gid)
	})
}

// configuration moves the configuration and the files and folders that it
// names beside it. One that is there from before stays as .old.
func (i *installer) configuration(names, folders []string, uid, gid int) error {
	from, err := filepath.Abs(i.config)
	if err != nil {
		return err
	}
	to := i.at(serviceConfig)
	dir := filepath.Dir(to)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	if err := errors.Join(os.Chmod(dir, 0o750), os.Chown(dir, -1, gid)); err != nil {
		return err
	}
	if from == to {
		return nil
	}
	moved := []string{from}
	for _, name := range names {
		if filepath.IsAbs(name) {
			continue // stays where it is; whether the service can read it is tried below
		}
		if !filepath.IsLocal(name) {
			return fmt.Errorf("%s names %s, outside of its folder; write the whole path", from, name)
		}
		old := filepath.Join(filepath.Dir(from), name)
		f, err := os.Open(old)
		if err != nil {
			return err
		}
		err = i.put(filepath.Join(filepath.Dir(serviceConfig), name), f, 0o640, -1, gid)
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
		moved = append(moved, old)
	}
	for _, name := range folders {
		if err := i.folder(filepath.Dir(from), name, uid, gid); err != nil {
			return err
		}
	}
	if err := os.Rename(to, to+".old"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := i.put(serviceConfig, f, 0o640, -1, gid); err != nil {
		return err
	}
	for _, old := range moved {
		if err := os.Remove(old); err != nil {
			return err
		}
	}
	return nil
}

// folder moves a folder that the configuration names beside it, with the
// ward's rules, which people change at the desk: it is the service's.
func (i *installer) folder(dir, name string, uid, gid int) error {
	old, to := filepath.Join(dir, name), filepath.Join(i.at(filepath.Dir(serviceConfig)), name)
	if filepath.IsAbs(name) || !folder(old) {
		return nil
	}
	if !filepath.IsLocal(name) {
		return fmt.Errorf("%s is outside of the configuration's folder; write the whole path", name)
	}
	if folder(to) {
		return fmt.Errorf("%s and %s are both there; move the one away that is not to be used", old, to)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
		return err
	}
	if err := move(old, to); err != nil {
		return err
	}
	return chownTree(to, uid, gid)
}

// own gives the service the folder of the backups. A stick may know no
// owners; then whoever may write there is decided by how it is mounted.
func (i *installer) own(dir string, uid, gid int) error {
	if dir == "" || !folder(dir) {
		return nil
	}
	if err := chownTree(dir, uid, gid); err != nil {
		fmt.Fprintf(i.err, "! %v\n  USB không có chủ sở hữu tệp (FAT): gắn với uid=%[2]s,gid=%[2]s / the stick knows no owners (FAT): mount it with uid=%[2]s,gid=%[2]s\n", err, serviceUser)
	}
	return nil
}

// start has systemd start it now and with the machine.
func (i *installer) start(ctx context.Context, uid, gid int) error {
	if i.root != "" {
		return nil
	}
	check := exec.CommandContext(ctx, serviceProgram, "config", "check", serviceConfig)
	check.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	if out, err := check.CombinedOutput(); err != nil {
		return fmt.Errorf("the user %s cannot use the configuration; may it read the files that it names?\n%s", serviceUser, strings.TrimSpace(string(out)))
	}
	const by = "systemctl daemon-reload && sudo systemctl enable langnghe && sudo systemctl restart langnghe"
	if _, err := os.Stat("/run/systemd/system"); err != nil {
		fmt.Fprintf(i.out, "systemd không chạy ở đây; trên máy thật / systemd does not run here; on the machine itself:\n  sudo %s\n", by)
		return nil
	}
	for _, args := range [][]string{{"daemon-reload"}, {"enable", "langnghe"}, {"restart", "langnghe"}} {
		if err := i.do(ctx, "systemctl", args...); err != nil {
			return fmt.Errorf("%w\nxem / see: journalctl -u langnghe", err)
		}
	}
	fmt.Fprintf(i.out, "Đang chạy, và tự chạy khi bật máy / it runs, and starts with the machine\n  sudo -u %[1]s langnghe doctor -config %[2]s -data %[3]s\n  journalctl -u langnghe\n", serviceUser, serviceConfig, serviceData)
	return nil
}
