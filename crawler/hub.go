package crawler

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// PostForm sends a form to an address from outside, a hub's, through the same
// guarded door as everything else, and returns the answer's status. No
// redirect is followed.
func (c *Crawler) PostForm(ctx context.Context, address string, form url.Values) (status int, err error) {
	h := http.Header{}
	h.Set("Content-Type", "application/x-www-form-urlencoded")
	_, status, _, err = c.net.call(ctx, http.MethodPost, address, h, strings.NewReader(form.Encode()), true)
	return status, err
}
