package app

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"langnghe/internal/config"
)

const (
	// configFiles holds what the configuration names outside of its own
	// folder, in a backup and after a restore.
	configFiles = "config-files"
	// configFileMax bounds one such file: keys, certificates.
	configFileMax = 256 << 10
)

// A ConfigFile is one that the configuration names: a secret, a certificate,
// or the folder of the ward's rules.
type ConfigFile struct {
	Name string `json:"name"`          // as the configuration writes it
	Dir  bool   `json:"dir,omitempty"` // a folder
	At   string `json:"at,omitempty"`  // in the backup, with slashes; empty when it is not in it
	Why  string `json:"why,omitempty"` // it is not in it
}

// copyConfig copies the configuration and the files and folders that it names
// into dir: those below its folder to where the copied configuration finds
// them, the others below configFiles. One that cannot be read costs itself
// alone. What lies in dataDir is in dir already.
func copyConfig(file, dataDir, dir string) ([]ConfigFile, error) {
	if err := copyFile(file, filepath.Join(dir, configCopy)); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	names, err := config.Files(data)
	if err != nil {
		return nil, nil // edited into no YAML since the start; the copy of the text stays
	}
	folders, err := config.Folders(data)
	if err != nil {
		return nil, err
	}
	var out []ConfigFile
	for _, name := range folders {
		f, err := copyFolder(file, dataDir, dir, name)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	for i, name := range names {
		f := ConfigFile{Name: name, At: filepath.ToSlash(filepath.Clean(name))}
		secret, err := readConfigFile(beside(file, name))
		if err != nil {
			out = append(out, ConfigFile{Name: name, Why: err.Error()})
			continue
		}
		first, _, _ := strings.Cut(f.At, "/")
		to := filepath.Join(dir, filepath.FromSlash(f.At))
		there, terr := []byte(nil), error(nil)
		if filepath.IsLocal(name) {
			there, terr = os.ReadFile(to)
		}
		switch {
		case filepath.IsLocal(name) && terr == nil && bytes.Equal(there, secret):
			out = append(out, f) // it lies in the data folder
			continue
		case !filepath.IsLocal(name), derived(first), strings.HasPrefix(first, restoreReady), !errors.Is(terr, fs.ErrNotExist):
			f.At = fmt.Sprintf("%s/%d-%s", configFiles, i+1, filepath.Base(name))
			to = filepath.Join(dir, filepath.FromSlash(f.At))
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return nil, err
		}
		if err := os.WriteFile(to, secret, 0o600); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

func readConfigFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", name)
	}
	if info.Size() > configFileMax {
		return nil, fmt.Errorf("%s has %d bytes, more than the %d of a key or certificate", name, info.Size(), configFileMax)
	}
	return os.ReadFile(name)
}

// beside is where a configuration finds a file that it names.
func beside(configFile, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(configFile), name)
}

// An Absent is a file that a configuration names and that is not there.
type Absent struct {
	Want string // where it is looked for
	Copy string // where a restore has put it; empty when the backup lacks it
	Why  string // the backup lacks it
}

// AbsentFiles lists what the configuration in file lacks after a restore into
// dataDir.
func AbsentFiles(file, dataDir string, note BackupNote) ([]Absent, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	names, err := config.Files(data)
	if err != nil {
		return nil, err
	}
	var out []Absent
	for _, name := range names {
		a := Absent{Want: beside(file, name), Why: "the backup was made without it"}
		if _, err := os.Stat(a.Want); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		for _, f := range note.Files {
			if f.Name != name {
				continue
			}
			a.Why = f.Why
			if f.At != "" {
				a.Copy = filepath.Join(dataDir, filepath.FromSlash(f.At))
			}
		}
		out = append(out, a)
	}
	return out, nil
}
