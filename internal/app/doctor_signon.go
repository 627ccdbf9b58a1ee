package app

import (
	"context"
	"errors"
	"fmt"

	"langnghe/web"
	"langnghe/web/oidc"
)

// signOn asks the provider of sign-ins for its addresses and keys, as the
// service does when somebody wants to sign in with it. Nobody signs in.
func (d *doctor) signOn(ctx context.Context) {
	o := d.cfg.OIDC
	if o == nil {
		d.say("ok", "Đăng nhập bằng mật khẩu của hệ thống, không qua nơi khác", "People sign in with passwords of the system, not with accounts elsewhere")
		return
	}
	c, err := oidc.New(oidc.Options{Issuer: o.Issuer, ClientID: o.ClientID, Secret: o.Secret, Redirect: d.cfg.BaseURL + web.SignOnPath, Scopes: o.Scopes, Claim: o.Claim, Name: o.Name, Accounts: o.Accounts})
	if err != nil {
		d.fail(err, "Sửa mục oidc của cấu hình", "Mend oidc in the configuration")
		return
	}
	if d.Offline {
		d.say("ok", "Đăng nhập qua "+o.Issuer+"; chưa hỏi vì đang chạy ngoại tuyến", "People sign in through "+o.Issuer+"; not asked, offline")
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 2*oidc.Patience)
	defer cancel()
	if err := c.Find(ctx); err != nil {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			err = fmt.Errorf("no answer within %v: %w", 2*oidc.Patience, err)
		}
		d.say("bad", "Nơi đăng nhập "+o.Issuer+" không dùng được: "+err.Error(), "The sign-in provider "+o.Issuer+" cannot be used: "+err.Error(),
			"Xem issuer trong cấu hình có đúng từng chữ và máy này tới được nơi đó không; trong lúc đó mọi người đăng nhập bằng mật khẩu",
			"See that issuer in the configuration is right to the letter and that this machine reaches it; meanwhile people sign in with their passwords")
		return
	}
	d.say("ok", "Nơi đăng nhập "+o.Issuer+" trả lời; ở đó phải cho phép địa chỉ quay về "+d.cfg.BaseURL+web.SignOnPath,
		"The sign-in provider "+o.Issuer+" answers; it must allow the redirect address "+d.cfg.BaseURL+web.SignOnPath)
}
