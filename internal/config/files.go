package config

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// Files lists the files that a configuration names and cannot be used
// without: secrets ("password_file" and the like) and the certificate with
// its key, each as it is written there, once, in order. It reads what [Parse] refuses
// as well, for a file that is missing is one of the reasons.
func Files(data []byte) ([]string, error) {
	var tree map[string]any
	if err := yaml.Unmarshal(data, &tree); err != nil {
		return nil, err
	}
	var out []string
	add := func(v any) {
		if s, ok := v.(string); ok && s != "" {
			out = append(out, s)
		}
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for key, v := range v {
				if strings.HasSuffix(key, "_file") {
					add(v)
				}
				walk(v)
			}
		case []any:
			for _, v := range v {
				walk(v)
			}
		}
	}
	walk(tree)
	if h, ok := tree["https"].(map[string]any); ok {
		add(h["cert"])
		add(h["key"])
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// Folders lists the folders of the ward's own that a configuration names, as
// they are written there. It reads what [Parse] refuses as well.
func Folders(data []byte) ([]string, error) {
	var tree map[string]any
	if err := yaml.Unmarshal(data, &tree); err != nil {
		return nil, err
	}
	if dir, ok := tree["rules_dir"].(string); ok && dir != "" {
		return []string{dir}, nil
	}
	return nil, nil
}
