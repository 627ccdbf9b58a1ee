package bus

import (
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
)

// serverLog hands the embedded server's words to our log; its notices are
// of interest only when something is wrong.
type serverLog struct {
	l    *slog.Logger
	torn *atomic.Bool // set when a write failed: the server tells nobody else
}

func (s serverLog) Noticef(f string, v ...any) { s.l.Debug("nats: " + fmt.Sprintf(f, v...)) }
func (s serverLog) Warnf(f string, v ...any)   { s.l.Warn("nats: " + fmt.Sprintf(f, v...)) }
func (s serverLog) Fatalf(f string, v ...any)  { s.l.Error("nats: " + fmt.Sprintf(f, v...)) }

func (s serverLog) Errorf(f string, v ...any) {
	text := fmt.Sprintf(f, v...)
	if strings.Contains(text, "write error") || strings.Contains(text, "failed to store a msg") {
		s.torn.Store(true)
	}
	s.l.Error("nats: " + text)
}

func (s serverLog) Debugf(string, ...any) {}
func (s serverLog) Tracef(string, ...any) {}
