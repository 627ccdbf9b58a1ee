package email

import (
	"context"
	"fmt"
)

// Probe connects to the mail server as if to send, with TLS and the password,
// and hangs up: what langnghe doctor asks.
func (c *Channel) Probe(ctx context.Context) error {
	g := new(guard)
	defer g.close()
	client, err := c.client(g)
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	if err := client.DialWithContext(ctx); err != nil {
		return fmt.Errorf("mail: %s:%d: %w", c.cfg.Host, c.cfg.Port, err)
	}
	if err := client.Close(); err != nil {
		return fmt.Errorf("mail: %s:%d: %w", c.cfg.Host, c.cfg.Port, err)
	}
	return nil
}
