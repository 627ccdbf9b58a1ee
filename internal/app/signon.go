package app

import (
	"context"
	"time"

	"langnghe/web"
	"langnghe/web/oidc"
)

// signOn is the sign-in with an account elsewhere, nil when there is none.
// The provider is looked for at the start and, when it is down, again when
// somebody wants to sign in with it; the service does not wait for it.
func (b *builder) signOn() (web.SignOn, string, error) {
	o := b.opts.Config.OIDC
	if o == nil {
		return nil, "", nil
	}
	c, err := oidc.New(oidc.Options{
		Issuer: o.Issuer, ClientID: o.ClientID, Secret: o.Secret, Redirect: b.baseURL() + web.SignOnPath,
		Scopes: o.Scopes, Claim: o.Claim, Name: o.Name, Accounts: o.Accounts,
	})
	if err != nil {
		return nil, "", err
	}
	b.part("sign-on", func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, 2*oidc.Patience)
		defer cancel()
		at := time.Now()
		if err := c.Find(ctx); err != nil && ctx.Err() == nil {
			b.log.Warn("the sign-in provider does not answer; people sign in with their passwords meanwhile", "issuer", o.Issuer, "err", err)
			return nil
		}
		b.log.Debug("sign-in provider found", "issuer", o.Issuer, "took", time.Since(at))
		return nil
	})
	return c, c.Name, nil
}
