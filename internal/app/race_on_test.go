//go:build race

package app

// slowed reports that the race detector makes everything several times as
// slow, so that times are not held to the promises made to people.
const slowed = true
