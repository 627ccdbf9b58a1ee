package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
	"unicode"

	"langnghe/alerts"
	"langnghe/alerts/email"
	"langnghe/crawler"
	"langnghe/indexer"
	"langnghe/internal/backup"
	"langnghe/internal/bus"
	"langnghe/internal/calendar"
	"langnghe/internal/config"
	"langnghe/internal/news"
)

// A Finding is what one examination found, and what to do.
type Finding struct {
	Name  string    `json:"name"`
	State string    `json:"state"` // ok, warn, bad
	What  news.Text `json:"what"`
	Do    news.Text `json:"do"`
}

// DoctorOptions say what to examine. Offline leaves out what asks other
// machines: clock, mail.
type DoctorOptions struct {
	ConfigFile, DataDir string
	// Config is what a running service was started with, when it has no file.
	Config  *config.Config
	Offline bool
	Now     func() time.Time // default time.Now
	// Progress is called before each examination; may be nil.
	Progress func(name string)
}

type doctor struct {
	DoctorOptions
	cfg   config.Config
	found []Finding
	alive bool // a process holds the data folder
}

// Doctor examines an installation and says what to do. It changes nothing,
// beyond a file that it writes and removes to see whether that can be done.
func Doctor(ctx context.Context, o DoctorOptions) []Finding {
	if o.Now == nil {
		o.Now = time.Now
	}
	d := &doctor{DoctorOptions: o, cfg: config.Default()}
	for _, e := range []struct {
		name string
		look func(context.Context)
	}{
		{"config", d.config}, {"data", d.data}, {"disk", d.disk}, {"memory", d.memory}, {"clock", d.clock}, {"https", d.https},
		{"mail", d.mail}, {"sign_on", d.signOn}, {"recipients", d.recipients}, {"backup", d.backup}, {"service", d.service},
		{"sources", d.sources}, {"stream", d.stream}, {"index", d.index}, {"notices", d.notices}, {"audit", d.audit},
	} {
		if o.Progress != nil {
			o.Progress(e.name)
		}
		n := len(d.found)
		e.look(ctx)
		for i := range d.found[n:] {
			d.found[n+i].Name = e.name
		}
	}
	return d.found
}

func (d *doctor) say(state, vi, en string, do ...string) {
	f := Finding{State: state, What: news.Text{VI: vi, EN: en}}
	if len(do) == 2 {
		f.Do = news.Text{VI: do[0], EN: do[1]}
	}
	d.found = append(d.found, f)
}

func (d *doctor) fail(err error, vi, en string) { d.say("bad", err.Error(), err.Error(), vi, en) }

func (d *doctor) config(context.Context) {
	if d.Config != nil {
		d.cfg = *d.Config
		d.say("ok", fmt.Sprintf("%d nguồn, %d người nhận", len(d.cfg.Sources), len(d.cfg.Recipients)), fmt.Sprintf("%d sources, %d recipients", len(d.cfg.Sources), len(d.cfg.Recipients)))
		return
	}
	cfg, err := config.Load(d.ConfigFile)
	if err != nil {
		d.fail(err, "Sửa các dòng được nêu rồi chạy: langnghe config check "+d.ConfigFile, "Mend the lines that are named, then run langnghe config check "+d.ConfigFile)
		return
	}
	d.cfg = cfg
	if dir := cfg.RulesDir; dir != "" {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			d.say("bad", "Không có thư mục quy tắc "+dir+" (rules_dir): quy tắc riêng của phường không chạy", "The folder of rules "+dir+" (rules_dir) is not there: the ward's own rules do not run",
				"Khôi phục thư mục từ bản sao lưu, tạo nó, hoặc bỏ rules_dir", "Restore it from a backup, make it, or leave rules_dir out")
		}
	}
	switch {
	case d.ConfigFile == "":
		d.say("warn", "Chưa có tệp cấu hình, đang dùng mặc định", "There is no configuration file; defaults are used", "Chạy: langnghe setup", "Run langnghe setup")
	case len(cfg.Sources) == 0:
		d.say("warn", "Chưa có nguồn tin nào", "There are no sources", "Thêm nguồn vào mục sources của cấu hình, hoặc chạy langnghe setup", "Add some under sources in the configuration, or run langnghe setup")
	default:
		d.say("ok", fmt.Sprintf("%d nguồn, %d người nhận", len(cfg.Sources), len(cfg.Recipients)), fmt.Sprintf("%d sources, %d recipients", len(cfg.Sources), len(cfg.Recipients)))
	}
}

func (d *doctor) data(context.Context) {
	info, err := os.Stat(d.DataDir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.say("warn", d.DataDir+" chưa có", d.DataDir+" is not there yet", "Nó được tạo khi chạy langnghe serve; kiểm tra lại đường dẫn -data", "langnghe serve makes it; check the path after -data")
		return
	case err != nil:
		d.fail(err, "Kiểm tra đường dẫn -data", "Check the path after -data")
		return
	case info.Mode().Perm()&0o077 != 0:
		d.say("warn", fmt.Sprintf("Người dùng khác của máy mở được %s (%v)", d.DataDir, info.Mode().Perm()), fmt.Sprintf("Other users of this machine can open %s (%v)", d.DataDir, info.Mode().Perm()), "Chạy: chmod 700 "+d.DataDir, "Run chmod 700 "+d.DataDir)
	}
	probe, err := os.CreateTemp(d.DataDir, ".doctor-*")
	if err != nil {
		d.fail(err, "Cho người chạy dịch vụ quyền ghi vào thư mục", "Let the service's user write there")
		return
	}
	_, err = probe.WriteString("x")
	if err = errors.Join(err, probe.Sync(), probe.Close(), os.Remove(probe.Name())); err != nil {
		d.fail(err, "Ổ đĩa không ghi được: kiểm tra ổ", "The disk cannot be written: have it checked")
		return
	}
	d.say("ok", d.DataDir+" ghi được", d.DataDir+" can be written")
}

func (d *doctor) disk(context.Context) {
	dir := d.DataDir
	if _, err := os.Stat(dir); err != nil {
		dir = filepath.Dir(filepath.Clean(dir))
	}
	free, err := freeBytes(dir)
	if err != nil {
		d.fail(err, "Kiểm tra ổ đĩa", "Have the disk checked")
		return
	}
	mb, min := free>>20, d.cfg.Limits.MinFree()>>20
	do := []string{"Xóa bớt tệp không cần, hoặc chuyển sang ổ lớn hơn", "Remove what is not needed, or move to a larger disk"}
	switch {
	case mb < min:
		d.say("bad", fmt.Sprintf("Chỉ còn %d MB: đang ngừng thu thập (ngưỡng %d MB)", mb, min), fmt.Sprintf("%d MB left: nothing new is taken in (limit %d MB)", mb, min), do...)
	case mb < 4*min:
		d.say("warn", fmt.Sprintf("Còn %d MB, dưới %d MB sẽ ngừng thu thập", mb, min), fmt.Sprintf("%d MB left; below %d MB nothing new is taken in", mb, min), do...)
	default:
		d.say("ok", fmt.Sprintf("còn %d MB", mb), fmt.Sprintf("%d MB left", mb))
	}
}

// memory compares what the program may take with what the machine has.
func (d *doctor) memory(context.Context) {
	var info syscall.Sysinfo_t
	if err := syscall.Sysinfo(&info); err != nil {
		return
	}
	has := int64(uint64(info.Totalram) * uint64(info.Unit) >> 20)
	may := int64(d.cfg.Limits.MemoryMB)
	switch {
	case may > has:
		d.say("warn", fmt.Sprintf("limits.memory_mb là %d, máy chỉ có %d MB", may, has), fmt.Sprintf("limits.memory_mb is %d, the machine has %d MB", may, has), "Đặt thấp hơn bộ nhớ của máy, hoặc bỏ dòng này", "Set it below what the machine has, or leave it out")
	case has < 900:
		d.say("warn", fmt.Sprintf("Máy chỉ có %d MB bộ nhớ", has), fmt.Sprintf("The machine has only %d MB of memory", has), "Nên có ít nhất 1 GB", "At least 1 GB is better")
	default:
		d.say("ok", fmt.Sprintf("máy có %d MB", has), fmt.Sprintf("the machine has %d MB", has))
	}
}

// clock compares with what web servers of our sources say: the front page of
// four at most, by HEAD, six seconds each, no redirect followed, so that no
// other host is asked. Most of those that answer are believed.
func (d *doctor) clock(ctx context.Context) {
	if d.Offline {
		return
	}
	hosts := map[string]bool{}
	var offs []time.Duration
	client := &http.Client{Timeout: 6 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, s := range d.cfg.Sources {
		u, err := url.Parse(s.URL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || hosts[u.Host] || s.Internal || len(hosts) == 4 {
			continue
		}
		hosts[u.Host] = true
		req, err := http.NewRequestWithContext(ctx, http.MethodHead, u.Scheme+"://"+u.Host+"/", nil)
		if err != nil {
			continue
		}
		req.Header.Set("User-Agent", "langnghe-doctor")
		sent := d.Now()
		resp, err := client.Do(req)
		if err != nil {
			continue
		}
		_ = resp.Body.Close()
		if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
			offs = append(offs, sent.Add(d.Now().Sub(sent)/2).Sub(at))
		}
	}
	if len(offs) == 0 {
		d.say("warn", "Không so được giờ với máy nào bên ngoài", "No other machine could be asked for the time", "Kiểm tra kết nối Internet", "Check the connection to the Internet")
		return
	}
	wrong := 0
	var off time.Duration
	for _, o := range offs {
		if o.Abs() > time.Minute {
			wrong, off = wrong+1, o
		}
	}
	if wrong*2 > len(offs) {
		d.say("bad", fmt.Sprintf("Đồng hồ máy lệch %s", off.Round(time.Second)), fmt.Sprintf("The clock is off by %s", off.Round(time.Second)), "Bật đồng bộ giờ: timedatectl set-ntp true", "Switch time synchronisation on: timedatectl set-ntp true")
		return
	}
	d.say("ok", "đồng hồ đúng", "the clock is right")
}

func (d *doctor) https(context.Context) {
	c := d.cfg.HTTPS
	if !c.On() {
		return
	}
	v, err := CertificateValidity(c, d.DataDir)
	until, late := v.Ends.In(calendar.Zone), d.Now().After(v.Late)
	switch {
	case errors.Is(err, fs.ErrNotExist) && c.Local:
		d.say("ok", "chứng thư được tạo khi chạy lần đầu", "the certificate is made at the first start")
	case err != nil:
		d.fail(err, "Kiểm tra https.cert trong cấu hình", "Check https.cert in the configuration")
	case v.Ends.IsZero():
		d.say("warn", "Chưa có chứng thư: nó được xin khi có người mở trang lần đầu", "There is no certificate yet: it is asked for when somebody first opens the desk", "Từ ngoài Internet mở https://"+c.Hosts[0]+"; nếu không được, kiểm tra tên miền và cổng 443", "Open https://"+c.Hosts[0]+" from the Internet; if that fails, check the name and port 443")
	case d.Now().After(v.Ends):
		d.say("bad", "Chứng thư đã hết hạn ngày "+until.Format("02/01/2006"), "The certificate ended on "+until.Format(time.DateOnly), "Thay tệp chứng thư mới", "Replace the certificate files")
	case late && c.ACME:
		d.say("warn", "Chứng thư hết hạn ngày "+until.Format("02/01/2006")+" và chưa tự gia hạn được", "The certificate ends on "+until.Format(time.DateOnly)+" and was not renewed", "Kiểm tra tên miền và cổng 443 từ ngoài Internet; xem nhật ký", "Check the name and port 443 from the Internet; read the log")
	case late:
		d.say("warn", "Chứng thư hết hạn ngày "+until.Format("02/01/2006"), "The certificate ends on "+until.Format(time.DateOnly), "Xin chứng thư mới", "Ask for a new one")
	default:
		d.say("ok", "chứng thư đến "+until.Format("02/01/2006"), "the certificate lasts until "+until.Format(time.DateOnly))
	}
}

func (d *doctor) mail(ctx context.Context) {
	if d.cfg.Mail == nil {
		d.say("warn", "Chưa cấu hình thư: không có cảnh báo qua thư", "There is no mail: section, so no notices by mail", "Thêm mục mail, xem deploy/example.yaml", "Add one; deploy/example.yaml shows how")
		return
	}
	if d.Offline {
		return
	}
	ch, err := email.New(*d.cfg.Mail)
	if err == nil {
		err = ch.Probe(ctx)
	}
	if err != nil {
		d.fail(err, "Kiểm tra host, port, tls, username, password_file trong mục mail", "Check host, port, tls, username, password_file under mail")
		return
	}
	d.say("ok", d.cfg.Mail.Host+" nhận kết nối", d.cfg.Mail.Host+" takes the connection")
}

func (d *doctor) recipients(context.Context) {
	have := map[string]bool{}
	for _, r := range d.cfg.Recipients {
		have[r.Role] = true
	}
	if !have["reviewer"] {
		d.say("bad", "Không có người nhận nào là cán bộ duyệt tin: cảnh báo không đến ai", "No recipient is a reviewer: notices reach nobody", "Thêm một dòng role: reviewer vào recipients", "Add a line with role: reviewer under recipients")
		return
	}
	if !have["leader"] {
		d.say("warn", "Không có lãnh đạo trong recipients: tin khẩn cấp chỉ đến cán bộ", "No recipient is a leader: critical notices reach reviewers only", "Thêm một dòng role: leader", "Add a line with role: leader")
		return
	}
	d.say("ok", fmt.Sprintf("%d người nhận", len(d.cfg.Recipients)), fmt.Sprintf("%d recipients", len(d.cfg.Recipients)))
}

func (d *doctor) backup(context.Context) {
	to := d.cfg.Backup.To
	if to == "" {
		d.say("warn", "Không sao lưu", "No backups are made", "Đặt backup.to rồi chạy: langnghe backup init", "Set backup.to, then run langnghe backup init")
		return
	}
	to = BackupPlace(d.DataDir, to)
	key, err := backup.LoadKey(KeyPath(d.DataDir))
	var all []backup.Snapshot
	if err == nil {
		var repo *backup.Repo
		if repo, err = backup.Open(to, key); err == nil {
			all, err = repo.List()
		}
	}
	switch {
	case err != nil:
		d.fail(err, "Cắm ổ hoặc USB sao lưu; nơi mới thì chạy langnghe backup init", "Plug the disk or stick in; a new place is set up with langnghe backup init")
	case len(all) == 0:
		d.say("warn", "Chưa có bản sao lưu nào ở "+to, "There is no backup in "+to+" yet", "Chạy: langnghe backup", "Run langnghe backup")
	case d.Now().Sub(all[0].At) > 48*time.Hour:
		d.say("bad", "Bản sao lưu mới nhất từ "+all[0].At.In(calendar.Zone).Format("02/01/2006 15:04"), "The newest backup is of "+all[0].At.In(calendar.Zone).Format("2006-01-02 15:04"), "Chạy: langnghe backup, xem nó báo gì", "Run langnghe backup and read what it says")
	default:
		d.say("ok", fmt.Sprintf("%d bản, mới nhất %s", len(all), all[0].At.In(calendar.Zone).Format("02/01 15:04")), fmt.Sprintf("%d of them, the newest of %s", len(all), all[0].At.In(calendar.Zone).Format("01-02 15:04")))
	}
	d.drill(to)
}

// drill reads what the service remembers of its last trial restore.
func (d *doctor) drill(to string) {
	st, err := readBackupState(d.DataDir)
	if err != nil || st.To != to {
		return
	}
	if st.DrillErr != "" {
		d.say("bad", "Khôi phục thử không được: "+st.DrillErr, "A trial restore failed: "+st.DrillErr, "Chạy: langnghe backup, rồi langnghe backup drill; vẫn hỏng thì langnghe backup verify, hoặc dùng USB khác", "Run langnghe backup, then langnghe backup drill; if it fails again, langnghe backup verify, or another stick")
	} else if !st.Drill.IsZero() {
		d.say("ok", "khôi phục thử được ngày "+st.Drill.In(calendar.Zone).Format("02/01/2006"), "a trial restore worked on "+st.Drill.In(calendar.Zone).Format(time.DateOnly))
	}
}

// service says whether there is one; what follows asks it.
func (d *doctor) service(context.Context) {
	if d.alive = Locked(d.DataDir); !d.alive {
		d.say("warn", "Dịch vụ không chạy: chưa kiểm tra nguồn, luồng tin, chỉ mục, gửi tin", "The service is not running: sources, stream, index and deliveries were not examined", "Chạy langnghe serve (hoặc systemctl start langnghe), rồi langnghe doctor lần nữa", "Run langnghe serve (or systemctl start langnghe), then langnghe doctor again")
		return
	}
	d.say("ok", "đang chạy", "it runs")
}

// answered asks the running service; without one it is silent.
func answered[A any](ctx context.Context, d *doctor, q func(context.Context, bus.Asker) (A, error), part, vi, en string) (a A, ok bool) {
	if !d.alive {
		return a, false
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	a, err := q(ctx, bus.Dial(SocketPath(d.DataDir)))
	if err != nil {
		d.fail(fmt.Errorf("%s: %w", part, err), vi, en)
	}
	return a, err == nil
}

const (
	logVI = "Xem nhật ký: journalctl -u langnghe"
	logEN = "Read the log: journalctl -u langnghe"
)

func (d *doctor) sources(ctx context.Context) {
	all, ok := answered(ctx, d, func(ctx context.Context, a bus.Asker) ([]crawler.Status, error) {
		return bus.Ask(ctx, a, AskSources, None{})
	}, "crawler", logVI, logEN)
	if !ok {
		return
	}
	bad := 0
	for _, s := range all {
		if s.State != "ok" && s.State != "new" {
			bad++
			d.say("warn", fmt.Sprintf("Nguồn %s: %s", s.Source.ID, s.Why.VI), fmt.Sprintf("Source %s: %s", s.Source.ID, s.Why.EN), "Mở trang Nguồn tin; sửa địa chỉ trong cấu hình nếu trang đã đổi", "Open the page Sources; mend its address in the configuration if the site has moved")
		}
	}
	if bad == 0 {
		d.say("ok", fmt.Sprintf("%d nguồn hoạt động", len(all)), fmt.Sprintf("%d sources work", len(all)))
	}
}

// manyWaiting is how many facts may wait before somebody should look.
const manyWaiting = 5000

func (d *doctor) stream(ctx context.Context) {
	c, ok := answered(ctx, d, func(ctx context.Context, a bus.Asker) (Condition, error) {
		return bus.Ask(ctx, a, AskCondition(d.DataDir), None{})
	}, "stream", logVI, logEN)
	if ok {
		d.diagnose(c)
	}
}

// diagnose says what the condition of the process means.
func (d *doctor) diagnose(c Condition) {
	n := len(d.found)
	for _, part := range slices.Sorted(maps.Keys(c.Parts)) {
		if why := c.Parts[part]; why != "" {
			d.fail(fmt.Errorf("%s: %s", part, why), "Xem nhật ký; ổ đĩa có đầy không?", "Read the log; is the disk full?")
		}
	}
	switch {
	case c.Waiting < 0 && c.Parts["stream"] == "":
		d.say("bad", "Không hỏi được luồng tin", "The stream cannot be asked", logVI, logEN)
	case c.Waiting > manyWaiting:
		d.say("warn", fmt.Sprintf("%d mục đang chờ xử lý", c.Waiting), fmt.Sprintf("%d facts wait for their role", c.Waiting), "Chờ ít phút rồi xem lại; nếu không giảm, xem nhật ký của từng phần", "Look again in some minutes; when it does not fall, read the log of each role")
	}
	if c.Dropped > 0 {
		d.say("warn", fmt.Sprintf("%d mục đã bị bỏ từ khi khởi động", c.Dropped), fmt.Sprintf("%d messages were given up since the start", c.Dropped), "Dòng \"drop message\" trong nhật ký nêu lý do; hãy báo lại", "The line \"drop message\" in the log has the reason; report it")
	}
	if len(d.found) == n {
		d.say("ok", fmt.Sprintf("chạy tốt, %d mục đang chờ", c.Waiting), fmt.Sprintf("it is well, %d facts wait", c.Waiting))
	}
}

func (d *doctor) index(ctx context.Context) {
	st, ok := answered(ctx, d, func(ctx context.Context, a bus.Asker) (indexer.Status, error) {
		return bus.Ask(ctx, a, AskIndex, None{})
	},
		"indexer", "Xem nhật ký; langnghe reindex lập lại chỉ mục", "Read the log; langnghe reindex builds the index anew")
	if !ok {
		return
	}
	found := true
	if st.Items > 0 && st.Reindexing == 0 {
		found, ok = answered(ctx, d, func(ctx context.Context, a bus.Asker) (bool, error) { return findable(ctx, a, st.Newest) },
			"search", "Xem nhật ký; langnghe reindex lập lại chỉ mục", "Read the log; langnghe reindex builds the index anew")
		if !ok {
			return
		}
	}
	d.indexed(st, found)
}

// fewBehind is how many items the store may have more than the index: those
// that are being written.
const fewBehind = 1000

// indexed compares what the index holds with what the store does.
func (d *doctor) indexed(st indexer.Status, found bool) {
	again := []string{"Chạy: langnghe reindex", "Run langnghe reindex"}
	switch {
	case st.Reindexing > 0:
		d.say("warn", fmt.Sprintf("Đang lập lại chỉ mục: %d/%d", st.Reindexed, st.Reindexing), fmt.Sprintf("The index is being built again: %d of %d", st.Reindexed, st.Reindexing), "Chờ cho xong rồi xem lại", "Wait until it is done and look again")
	case len(st.Damaged) > 0:
		d.say("bad", "Chỉ mục hỏng, đang chờ lập lại: "+strings.Join(st.Damaged, ", "), "The index is damaged: "+strings.Join(st.Damaged, ", "), again...)
	case st.Docs > st.Items || st.Items-st.Docs > fewBehind:
		d.say("bad", fmt.Sprintf("Chỉ mục có %d mục, kho có %d", st.Docs, st.Items), fmt.Sprintf("The index holds %d items, the store %d", st.Docs, st.Items), again...)
	case !found:
		d.say("bad", "Tin mới nhất không tìm thấy bằng chữ của chính nó", "The newest item is not found by its own words", again...)
	case st.Docs < st.Items:
		d.say("warn", fmt.Sprintf("Chỉ mục có %d mục, kho có %d: đang ghi", st.Docs, st.Items), fmt.Sprintf("The index holds %d items of %d: they are being written", st.Docs, st.Items), "Xem lại sau một phút; nếu không đổi, langnghe reindex", "Look again in a minute; when it stays, langnghe reindex")
	default:
		d.say("ok", fmt.Sprintf("%d mục tin trong chỉ mục, tìm được", st.Items), fmt.Sprintf("%d items in the index, and found", st.Items))
	}
}

// findable searches the newest item by its own first words.
func findable(ctx context.Context, a bus.Asker, newest time.Time) (bool, error) {
	items, err := bus.Ask(ctx, a, AskItems, indexer.ItemsQuery{From: newest, Limit: 1})
	if err != nil || len(items.Items) == 0 {
		return err == nil, err // gone meanwhile
	}
	it := items.Items[0]
	words := strings.FieldsFunc(it.Title+" "+it.Text, func(r rune) bool { return !unicode.IsLetter(r) })
	if len(words) == 0 {
		return true, nil
	}
	res, err := bus.Ask(ctx, a, AskSearch, indexer.Query{Text: strings.Join(words[:min(len(words), 6)], " "), From: newest, To: newest.Add(time.Second), Limit: 200})
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(res.Hits, func(h indexer.Hit) bool { return h.Item.ID == it.ID }), nil
}

func (d *doctor) notices(ctx context.Context) {
	out, ok := answered(ctx, d, func(ctx context.Context, a bus.Asker) (alerts.Deliveries, error) {
		return bus.Ask(ctx, a, AskDeliveries, alerts.DeliveriesQuery{Limit: 1})
	}, "alerts", logVI, logEN)
	if !ok {
		return
	}
	n := len(d.found)
	if out.Dead > 0 {
		d.say("warn", fmt.Sprintf("%d thông báo không gửi được trong 7 ngày", out.Dead), fmt.Sprintf("%d notices were given up in 7 days", out.Dead), "Mở trang Cảnh báo; báo người đó bằng cách khác", "Open the page Alerts; reach the person another way")
	}
	if o, ok := answered(ctx, d, func(ctx context.Context, a bus.Asker) (alerts.Overview, error) {
		return bus.Ask(ctx, a, AskOverview, None{})
	}, "alerts", logVI, logEN); ok && len(o.Addresses) > 0 {
		d.say("warn", fmt.Sprintf("%d địa chỉ chưa được chủ nhân xác nhận: chưa gửi nội dung đến đó", len(o.Addresses)), fmt.Sprintf("%d addresses are not confirmed by their owners: no content goes there", len(o.Addresses)), "Nhắc họ mở liên kết trong thư đầu tiên; trang Cảnh báo nêu tên", "Ask them to open the link in the first mail; the page Alerts names them")
	}
	if len(d.found) == n {
		d.say("ok", fmt.Sprintf("%d đang chờ gửi", out.Waiting), fmt.Sprintf("%d on their way", out.Waiting))
	}
}

func (d *doctor) audit(ctx context.Context) {
	rep, ok := answered(ctx, d, func(ctx context.Context, a bus.Asker) (AuditReport, error) {
		return bus.Ask(ctx, a, AskAudit, AuditRequest{Verify: true, Limit: 1})
	}, "audit", "Báo cán bộ tư pháp; khôi phục bản sao lưu trước đó", "Tell the justice officer; restore an earlier backup")
	if ok {
		d.say("ok", fmt.Sprintf("nhật ký %d dòng nguyên vẹn", rep.Verified), fmt.Sprintf("the audit log's %d entries are intact", rep.Verified))
	}
}
