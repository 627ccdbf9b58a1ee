package app

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"langnghe/alerts"
	"langnghe/internal/news"
)

// deadLetters stands over every page of the desk as long as there are
// notices of the last days that were given up: whoever relies on being told
// must see that somebody was not.
func (b *builder) deadLetters() {
	var dead atomic.Int64
	b.every("dead letters", 5*time.Second, func(ctx context.Context) error {
		d, err := ask(b, AskDeliveries)(ctx, alerts.DeliveriesQuery{Limit: 1})
		if err != nil {
			return nil // the readiness of the alerts says so already
		}
		dead.Store(int64(d.Dead))
		return nil
	})
	b.warn = append(b.warn, func() (news.Text, bool) {
		n := dead.Load()
		return news.Text{
			VI: fmt.Sprintf("%d thông báo không gửi được cho người nhận. Xem trang Cảnh báo sớm.", n),
			EN: fmt.Sprintf("%d notices could not be delivered. See the page Early warnings.", n),
		}, n > 0
	})
}
