package app

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"langnghe/internal/bus"
	"langnghe/internal/store"
	"langnghe/reports"
	"langnghe/review"
)

// A Service is a running process, as the demo and the tests hold it.
type Service struct {
	URL  string // of the desk's pages; "" without web
	Data string

	bus      *bus.Bus
	now      func() time.Time
	round    func(context.Context) (int, error) // nil without the crawler
	desk     *review.Desk                       // nil without the desk
	reports  *reports.Desk
	accounts *store.Desk
	steps    []step

	mu   sync.Mutex
	live chan struct{} // closed when a manual service goes on by itself
}

// A step is periodic work that a manual service is moved through.
type step struct {
	name string
	run  func(context.Context) error
}

// Asker carries questions to the service's roles.
func (s *Service) Asker() bus.Asker { return s.bus }

func (s *Service) gate() chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.live == nil {
		s.live = make(chan struct{})
	}
	return s.live
}

// Release lets a manual service crawl and tick by itself from now on.
func (s *Service) Release() {
	gate := s.gate()
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-gate:
	default:
		close(gate)
	}
}

// manual reports whether the service is still moved by Step.
func (s *Service) manual(was bool) bool {
	if !was {
		return false
	}
	select {
	case <-s.gate():
		return false
	default:
		return true
	}
}

// released waits until the service is not manual any more.
func (s *Service) released(ctx context.Context, was bool) error {
	if !was {
		return nil
	}
	select {
	case <-s.gate():
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Step moves a manual service once: every source that is due is fetched,
// what was found flows through to the desk, and the periodic work runs. It
// returns the number of items found.
func (s *Service) Step(ctx context.Context) (int, error) {
	n, err := s.round(ctx)
	if err != nil {
		return n, err
	}
	if n > 0 {
		if err := s.Drain(ctx); err != nil {
			return n, err
		}
	}
	for _, st := range s.steps {
		if err := st.run(ctx); err != nil {
			return n, fmt.Errorf("%s: %w", st.name, err)
		}
	}
	return n, nil
}

// Drain waits until every fact that is under way has been handled.
func (s *Service) Drain(ctx context.Context) error {
	for {
		waiting, err := s.Pending(ctx)
		if err != nil || waiting == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), fmt.Errorf("%d facts are still under way", waiting))
		case <-time.After(3 * time.Millisecond):
		}
	}
}

// Pending counts the facts of the pipeline that wait for their role.
func (s *Service) Pending(ctx context.Context) (int, error) {
	total := 0
	for _, p := range []func() (int, error){
		func() (int, error) { return bus.Pending(ctx, s.bus, found, "indexer-found") },
		func() (int, error) { return bus.Pending(ctx, s.bus, indexed, "rules-indexed") },
		func() (int, error) { return bus.Pending(ctx, s.bus, flagged, "desk-flagged") },
		func() (int, error) { return bus.Pending(ctx, s.bus, decided, "rules-decided") },
		func() (int, error) { return bus.Pending(ctx, s.bus, changed, "rules-official") },
		func() (int, error) { return bus.Pending(ctx, s.bus, claimed, "desk-claimed") },
		func() (int, error) { return bus.Pending(ctx, s.bus, due, "alerts-due") },
	} {
		n, err := p()
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}
