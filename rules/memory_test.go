package rules_test

import (
	"testing"

	"langnghe/rules"
	"langnghe/rules/rulestest"
)

func TestMemory(t *testing.T) {
	rulestest.Run(t, func(*testing.T) func() rules.Store {
		m := rules.NewMemory()
		return func() rules.Store { return m }
	})
}
