package rules

import (
	"context"
	"time"

	"langnghe/internal/news"
	"langnghe/rules/trend"
)

// Store keeps the engine's state. The suite in rulestest says what it must do.
type Store interface {
	// Load returns what an engine starts from.
	Load(ctx context.Context) (State, error)
	// Commit makes all of a change or none of it. When it returns nil the
	// change survives a power cut.
	Commit(ctx context.Context, c Change) error
	// Outbox returns the oldest flags that have not been handed on.
	Outbox(ctx context.Context, limit int) ([]Outgoing, error)
}

// State is what an engine starts from.
type State struct {
	Occurrences []Occurrence
	Bounds      []Bound
	Starts      []Start
	Signals     []Signal // flags that are not about one item
	Counts      []Count
	Decided     []news.Decided
	Facts       news.Facts
	Versions    []Version // every one that was in force, oldest first
	Previews    []Previewed
	Posts       []trend.Post // of the board of trends
}

// A Change is what one step of the engine alters.
type Change struct {
	Occurrences []Occurrence // one that is there already stays as it is
	Prune       []Bound      // forget occurrences of the group before Keep
	Starts      []Start
	Retire      []Version   // forget occurrences, bounds and start of a version
	Flags       []news.Flag // about one item: kept once by id, then left alone
	Signals     []Signal    // about a group: the latest state wins
	Sent        []int64     // of the outbox
	Decided     *news.Decided
	Facts       *news.Facts  // an older version than the one kept is ignored
	Versions    []Version    // taken into force
	Filled      []Version    // what they say of history has been worked out
	Previewed   *Previewed   // replaces that of the same hash
	Erased      string       // id of an item to forget
	Posts       []trend.Post // of the board of trends: the latest of an id wins
	PostsBefore time.Time    // forget those of the board before
}

// A Bound says that what lies before a time cannot change in a group.
type Bound struct {
	Rule    string
	Version int
	Group   string
	Before  time.Time
	Held    time.Time // when the condition last held before that
	Keep    time.Time // occurrences before may go
}

// A Start is when a rule saw its first item.
type Start struct {
	Rule    string
	Version int
	First   time.Time
}

// A Count is how many flags a rule has raised.
type Count struct {
	Rule  string
	Flags int
	Last  time.Time
}

// A Version is one version of a rule that was in force.
type Version struct {
	Rule    string
	Version int
	Hash    string
	Source  string // the YAML text
	At      time.Time
	Filled  bool // history before At has been evaluated with it
}

// A Previewed is what a preview said of a rule: the proof that somebody
// looked before it may notify.
type Previewed struct {
	Hash    string // of the rule
	At      time.Time
	PerWeek float64
	Decided int
	Useful  int
}

// Outgoing is a flag that must be handed on.
type Outgoing struct {
	Seq  int64
	Flag news.Flag
}

// A Signal is a flag about a group, with what only rules over time know.
type Signal struct {
	news.Flag
	State string `json:"state,omitempty"` // silence: raised, fixed
	Of    int    `json:"of,omitempty"`    // ratio: voices in all
}
