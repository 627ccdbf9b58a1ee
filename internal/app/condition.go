package app

import (
	"context"
	"time"

	"langnghe/internal/bus"
	"langnghe/internal/news"
	"langnghe/web"
)

// A Condition is how the process of a data folder is: what only it can say.
type Condition struct {
	Parts   map[string]string `json:"parts"`   // why a part is not ready; "" is well
	Waiting int               `json:"waiting"` // facts that wait for their role; -1 when the stream cannot be asked
	Retried int64             `json:"retried"` // since the start
	Dropped int64             `json:"dropped"`
}

// AskCondition asks the one process that holds a data folder.
func AskCondition(dataDir string) bus.Question[None, Condition] {
	return bus.Question[None, Condition]{Subject: "ask.condition." + folderToken(dataDir)}
}

func (b *builder) condition(ctx context.Context, _ None) (Condition, error) {
	c := Condition{Parts: map[string]string{}}
	for name, err := range b.readiness(ctx) {
		c.Parts[name] = ""
		if err != nil {
			c.Parts[name] = err.Error()
		}
	}
	var err error
	if c.Waiting, err = b.svc.Pending(ctx); err != nil {
		c.Waiting = -1
	}
	st := b.bus.Stats()
	c.Retried, c.Dropped = st.Retried, st.Dropped
	return c, nil
}

// examine is the doctor as the desk's page has it: of this process, as it was
// configured. Quick asks no other machine.
func (b *builder) examine(ctx context.Context, quick bool) []web.Check {
	var out []web.Check
	o := DoctorOptions{ConfigFile: b.opts.ConfigFile, DataDir: b.opts.DataDir, Offline: quick}
	if o.ConfigFile == "" {
		o.Config = &b.opts.Config
	}
	for _, f := range Doctor(ctx, o) {
		out = append(out, web.Check(f))
	}
	return out
}

// upkeep is what the administrator should do before it hurts.
func (b *builder) upkeep() []news.Text {
	if b.opts.Manual {
		return nil // a demo is kept by nobody
	}
	var out []news.Text
	if b.opts.Config.Backup.To == "" {
		out = append(out, news.Text{
			VI: "Chưa sao lưu: hỏng ổ đĩa là mất hết. Đặt backup.to trong cấu hình, rồi chạy: langnghe backup init",
			EN: "No backups are made: with the disk everything would be lost. Set backup.to in the configuration, then run langnghe backup init",
		})
	}
	switch v, err := CertificateValidity(b.opts.Config.HTTPS, b.opts.DataDir); {
	case err != nil:
		out = append(out, news.Text{VI: "Chứng thư HTTPS không đọc được. Xem trang Tình trạng hệ thống.", EN: "The HTTPS certificate cannot be read. See the page System health."})
	case !v.Ends.IsZero() && b.now().After(v.Late):
		until := v.Ends.In(b.days.Zone())
		out = append(out, news.Text{
			VI: "Chứng thư HTTPS hết hạn ngày " + until.Format("02/01/2006") + ". Xem trang Tình trạng hệ thống.",
			EN: "The HTTPS certificate ends on " + until.Format(time.DateOnly) + ". See the page System health.",
		})
	}
	return out
}
