package indexer

import "log/slog"

// OpenBleve opens the engine alone.
func OpenBleve(dir string) (Engine, error) { return openBleve(dir, slog.New(slog.DiscardHandler)) }

// Hook makes a step of ix fail.
func Hook(ix *Indexer, f func(step string) error) { ix.hook = f }

// SetMapping writes another mapping version into a closed part.
func SetMapping(dir, month, version string) error {
	index, _, err := openPart(dir + "/" + month)
	if err != nil {
		return err
	}
	if err := index.SetInternal(versionKey, []byte(version)); err != nil {
		return err
	}
	return index.Close()
}

// EngineOf returns what ix searches with.
func EngineOf(ix *Indexer) Engine { return ix.engine }

// MonthRange returns the keys of a month.
func MonthRange(month string) (from, to Key, err error) { return monthRange(month) }

// NewKey returns the key of an item at t.
var NewKey = newKey
