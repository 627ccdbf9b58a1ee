package app

import (
	"os"
	"sync/atomic"
	"time"

	"langnghe/internal/news"
)

// OffFile is the off switch, in the data folder: while there is a file of
// this name no source is visited, nothing that others send is taken, and every
// page says so. It outlives a restart and needs no program to be set.
const OffFile = "off"

// offSwitch remembers for a second whether the file is there.
type offSwitch struct {
	file   string
	looked atomic.Int64 // in milliseconds
	off    atomic.Bool
}

func (s *offSwitch) on() bool {
	if now := time.Now().UnixMilli(); now-s.looked.Load() >= 1000 {
		s.looked.Store(now)
		_, err := os.Stat(s.file)
		s.off.Store(err == nil)
	}
	return s.off.Load()
}

// warning says on every page that nothing is listened to.
func (s *offSwitch) warning() (news.Text, bool) {
	return news.Text{
		VI: "Lắng Nghe đang TẮT: không nguồn nào được đọc, tin gửi đến bị từ chối. Bật lại: xóa tệp " + s.file + ".",
		EN: "Lắng Nghe is switched OFF: no source is read, and what is sent to it is refused. To switch it on again remove the file " + s.file + ".",
	}, s.on()
}
