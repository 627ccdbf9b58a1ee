package app

import (
	"context"
	"fmt"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"langnghe/internal/news"
)

// A room watches what is left on the disk of the data folder. Below min,
// nothing new is taken in, so that there is room for decisions; it is taken in
// again once there is a quarter more than that.
type room struct {
	dir string
	min uint64

	free atomic.Uint64
	low  atomic.Bool
	gone atomic.Bool // the stream stopped for want of room
}

func newRoom(dir string, min uint64, reg prometheus.Registerer) *room {
	r := &room{dir: dir, min: min}
	r.look()
	promauto.With(reg).NewGaugeFunc(prometheus.GaugeOpts{Name: "langnghe_disk_free_bytes", Help: "Room left on the disk of the data folder."},
		func() float64 { return float64(r.free.Load()) })
	promauto.With(reg).NewGaugeFunc(prometheus.GaugeOpts{Name: "langnghe_disk_low", Help: "1 while nothing new is taken in for want of room."},
		func() float64 {
			if r.low.Load() {
				return 1
			}
			return 0
		})
	return r
}

// look measures. A disk that cannot be measured is taken to have room.
func (r *room) look() {
	free, err := freeBytes(r.dir)
	if err != nil {
		r.low.Store(false)
		return
	}
	r.free.Store(free)
	switch {
	case free < r.min:
		r.low.Store(true)
	case free > r.min+r.min/4:
		r.low.Store(false)
	}
}

// freeBytes is what a program without privileges may still write below dir.
func freeBytes(dir string) (uint64, error) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return 0, err
	}
	return fs.Bavail * uint64(fs.Bsize), nil
}

// diskLow is why nothing is taken in.
type diskLow struct{ free uint64 }

func (e diskLow) Error() string {
	return fmt.Sprintf("the disk of the data folder is nearly full (%d MB left): nothing new is taken in until there is room", e.free>>20)
}

func (r *room) err() error {
	if r.low.Load() {
		return diskLow{r.free.Load()}
	}
	return nil
}

func (r *room) warning() (news.Text, bool) {
	if !r.low.Load() && !r.gone.Load() {
		return news.Text{}, false
	}
	return news.Text{
		VI: fmt.Sprintf("Ổ đĩa gần đầy (còn %d MB): tạm ngừng thu thập tin mới. Xin giải phóng chỗ trống; việc thu thập sẽ tự tiếp tục.", r.free.Load()>>20),
		EN: fmt.Sprintf("The disk is nearly full (%d MB left): collecting has paused. Please make room; it goes on by itself.", r.free.Load()>>20),
	}, true
}

// watchDisk measures every few seconds, and starts the stream again when it
// has stopped on a full disk and there is room.
func (b *builder) watchDisk(ctx context.Context) error {
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	was := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		b.room.look()
		if low := b.room.low.Load(); low != was {
			was = low
			b.log.Warn("room on the disk", "low", low, "free_mb", b.room.free.Load()>>20)
		}
		if b.room.low.Load() {
			continue
		}
		did, err := b.bus.Revive()
		b.room.gone.Store(err != nil)
		if did {
			b.log.Warn("the stream had stopped and was started again", "err", err)
		}
	}
}

// warnings are those of this process, then those of the others.
func (b *builder) warnings() []news.Text {
	own := b.ownWarnings()
	return append(own, b.elsewhere.warnings(own)...)
}

func (b *builder) ownWarnings() []news.Text {
	var out []news.Text
	for _, f := range b.warn {
		if t, ok := f(); ok {
			out = append(out, t)
		}
	}
	return out
}
