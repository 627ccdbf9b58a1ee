// Package e2e holds the heavier tests: a real browser, real processes that
// are killed, long runs. It is a module of its own, so that what it needs
// does not weigh on the program; .ci/run runs it.
package e2e
