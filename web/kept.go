package web

import (
	"context"
	"sync"
	"time"
)

// How long what costs much to work out may stand on a page: until freshFor it
// is as good as new; until keepFor it is shown while a new one is worked out.
const (
	freshFor = time.Minute
	keepFor  = time.Hour
)

// kept holds the last answer to a question that takes long, so that nobody
// waits for it whose page was looked at within the hour. What it holds is
// shared: nobody changes it. The zero value is ready.
type kept[T any] struct {
	mu    sync.Mutex
	has   bool
	busy  bool
	at    time.Time
	value T
}

// get answers with what is kept, or asks. Calm is false while things change
// so quickly that nothing is kept. An answer that does not fit any more is
// asked for anew.
func (k *kept[T]) get(ctx context.Context, now time.Time, calm bool, ask func(context.Context) (T, error), fits ...func(T) bool) (T, error) {
	k.mu.Lock()
	v, age, good := k.value, now.Sub(k.at), k.has && calm
	for _, f := range fits {
		good = good && f(v)
	}
	if !good || age < 0 || age >= keepFor {
		k.mu.Unlock()
		return k.put(ctx, now, ask)
	}
	if age >= freshFor {
		k.renew(ctx, now, ask)
	}
	k.mu.Unlock()
	return v, nil
}

// warm asks in the background when nothing is kept that a page could show,
// for those who are about to look.
func (k *kept[T]) warm(ctx context.Context, now time.Time, calm bool, ask func(context.Context) (T, error)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if age := now.Sub(k.at); calm && (!k.has || age < 0 || age >= keepFor) {
		k.renew(ctx, now, ask)
	}
}

// renew asks in the background, once at a time; k is locked.
func (k *kept[T]) renew(ctx context.Context, now time.Time, ask func(context.Context) (T, error)) {
	if k.busy {
		return
	}
	k.busy = true
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		_, _ = k.put(ctx, now, ask) // the next page asks again
		k.mu.Lock()
		defer k.mu.Unlock()
		k.busy = false
	}()
}

func (k *kept[T]) put(ctx context.Context, now time.Time, ask func(context.Context) (T, error)) (T, error) {
	v, err := ask(ctx)
	if err != nil {
		return v, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.value, k.at, k.has = v, now, true
	return v, nil
}

// calm reports that no replay is under way.
func (s *server) calm() bool { return !s.starting() }
