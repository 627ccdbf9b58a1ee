package store

import (
	"path/filepath"
	"testing"

	"langnghe/rules"
	"langnghe/rules/rulestest"
)

func TestRules(t *testing.T) {
	rulestest.Run(t, func(t *testing.T) func() rules.Store {
		file := filepath.Join(t.TempDir(), "rules.db")
		return func() rules.Store {
			s, err := OpenRules(t.Context(), file)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			return s
		}
	})
}
