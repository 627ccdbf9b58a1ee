package e2e

import (
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestScreenshot takes the README's picture of the inbox, right after the
// replay, when LANGNGHE_README_SHOT names the file to write.
func TestScreenshot(t *testing.T) {
	file := os.Getenv("LANGNGHE_README_SHOT")
	if file == "" {
		t.Skip("LANGNGHE_README_SHOT names no file")
	}
	url := demo(t)
	ctx := tab(t, 1280, 860)
	signIn(t, ctx, url, "canbo")
	until(t, ctx, "the inbox", "document.querySelectorAll('.stack .entry').length > 3")
	shot, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, shot, 0o644); err != nil {
		t.Fatal(err)
	}
}
