//go:build cgo && sqlite_fts5

package e2e

import _ "github.com/mattn/go-sqlite3" // the driver "sqlite3": SQLite itself, in C

func init() { ftsDrivers = append(ftsDrivers, "sqlite3") }
