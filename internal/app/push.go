package app

import (
	"context"
	"fmt"
	"slices"

	"langnghe/alerts"
	"langnghe/alerts/webpush"
	"langnghe/internal/news"
	"langnghe/internal/store"
)

// push answers AskPush: a person's browsers come and go. A person's name is
// that of the session, so nobody subscribes for somebody else.
func (b *builder) push(ctx context.Context, s *store.Alerts, c *webpush.Channel, r alerts.PushRequest) (info alerts.PushInfo, err error) {
	refuse := func(err error) error {
		return &alerts.Error{Kind: "invalid", Text: news.Text{VI: "trình duyệt gửi đăng ký không hợp lệ: " + err.Error(), EN: "the browser sent a subscription that does not fit: " + err.Error()}}
	}
	switch {
	case r.User == "":
		return info, refuse(fmt.Errorf("no user"))
	case r.Add != nil:
		if err := webpush.Valid(*r.Add, false); err != nil {
			return info, refuse(err)
		}
		err = s.AddSubscription(ctx, r.User, *r.Add, b.now())
	case r.Drop == "all":
		err = s.DropSubscriptions(ctx, r.User)
	case r.Drop != "":
		mine, lerr := s.Subscriptions(ctx, r.User)
		if err = lerr; err == nil && slices.ContainsFunc(mine, func(x alerts.Subscription) bool { return x.Endpoint == r.Drop }) {
			err = s.DropSubscription(ctx, r.Drop)
		}
	}
	if err != nil {
		return info, fmt.Errorf("web push: %w", err)
	}
	mine, err := s.Subscriptions(ctx, r.User)
	if err != nil {
		return info, fmt.Errorf("web push: %w", err)
	}
	info = alerts.PushInfo{Key: c.PublicKey(), Browsers: len(mine)}
	for _, x := range b.opts.Config.Recipients {
		info.Notices = info.Notices || x.Channel == "webpush" && x.Name == r.User
	}
	return info, nil
}
