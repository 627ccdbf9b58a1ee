package reports

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"langnghe/internal/calendar"
	"langnghe/internal/news"
	"langnghe/reports/paper"
	"langnghe/reports/spoken"
)

func lower(r rune) rune { return unicode.ToLower(r) }

// tick is a box of a form.
func tick(on bool, text string) string {
	if on {
		return "■ " + text
	}
	return "□ " + text
}

// police writes the slip of a hand-off that has left: what was sealed and
// nothing else, no author, no item. A hand-off that is not approved, was
// vetoed or still waits has no slip.
func (d *Desk) police(c *counter, q Request) (Report, error) {
	k, err := c.theCase(q.Case)
	if err != nil {
		return Report{}, err
	}
	h := k.Handoff
	if h == nil || h.Sent.IsZero() || h.Vetoed != "" || h.Seal == "" {
		return Report{}, refuse("no_handoff", "vụ việc “%s” không có phiếu chuyển đã gửi", "case %q has no hand-off that was sent", q.Case)
	}
	if k.complaint() {
		return Report{}, refuse("complaint", "phản ánh của người dân không chuyển Công an", "a complaint has no path to the police")
	}
	w := d.writer(c, Police, q.At)
	w.over(h.Sent, h.Sent)
	w.form("PC", "PHIẾU CHUYỂN", "Thông tin đến "+w.head.Police, w.head.Police)
	w.r.Paper.Head.ToWord = "Kính chuyển"
	if k.Level >= news.High {
		w.r.Paper.Head.Urgency = "KHẨN"
	}
	var boxes []string
	for _, g := range categories {
		boxes = append(boxes, tick(g.id == h.Category, g.name))
	}
	w.say(paper.Text, "1. Nhóm: "+strings.Join(boxes, "; ")+".")
	w.say(paper.Text, "2. Nội dung tóm tắt (không nêu danh tính người đăng): {}", sentence(h.Claim))
	at := h.At.In(calendar.Zone).Format("15:04 02/01/2006")
	w.say(paper.Text, "3. Đường dẫn, dấu hiệu đã vô hiệu hóa: {}", sentence(cmp.Or(strings.Join(h.URLs, "; "), "không có")))
	for i, x := range h.Captures {
		w.say(paper.Text, "Bản chụp lời số {}, đã che thông tin cá nhân: “{}” Nguồn: {}, đăng lúc {}.", strconv.Itoa(i+1),
			cmp.Or(strings.Join(strings.Fields(x.Text), " "), "không còn lưu"), cmp.Or(x.URL, "không có đường dẫn"), x.At.In(calendar.Zone).Format("15:04 02/01/2006"))
		w.say(paper.Text, "Mã của bản chụp (SHA-256): {}.", x.SHA256) // a line of its own: it does not break
	}
	w.say(paper.Text, "Lập lúc {}. Mã niêm phong (SHA-256): {}.", at, h.Seal)
	w.say(paper.Text, "4. Căn cứ đánh giá: {} Văn bản đối chiếu: {}.", sentence(h.Evidence), cited(h.Citation))
	if h.Harm != "" {
		w.say(paper.Text, "Mức nguy hại: {}", sentence(h.Harm))
	}
	for i, part := range h.Checklist {
		w.say(paper.Item, "{}: {}", [...]string{"Bối cảnh", "Vị thế người nói", "Ý định", "Nội dung, hình thức", "Phạm vi", "Khả năng xảy ra"}[min(i, 5)], sentence(part))
	}
	did := "chưa đăng đính chính, cảnh báo"
	if !k.Published.IsZero() {
		did = "đã đăng lúc " + k.Published.In(calendar.Zone).Format("15:04 02/01/2006")
		if k.Correct != nil && k.Correct.URL != "" {
			did += " tại " + k.Correct.URL
		}
	}
	w.say(paper.Text, "5. Việc Ủy ban nhân dân đã làm: {}.", did)
	boxes = nil
	asked := strings.ToLower(h.Request)
	for _, r := range requests {
		boxes = append(boxes, tick(strings.Contains(asked, r), r))
	}
	w.say(paper.Text, "6. Đề nghị: "+strings.Join(boxes, "; ")+". Cụ thể: {}", sentence(h.Request))
	w.say(paper.Text, "7. Người đề xuất: {}; người duyệt: {}, lúc {}.", h.Proposed, h.Approved, h.ApprovedAt.In(calendar.Zone).Format("15:04 02/01/2006"))
	boxes = nil
	for _, o := range outcomes {
		boxes = append(boxes, tick(o.id == h.Outcome, o.name))
	}
	w.say(paper.Text, "8. Phản hồi: "+strings.Join(boxes, "; ")+".")
	w.say(paper.Text, "Thông tin chỉ dùng cho mục đích nêu trên; lưu tối đa 24 tháng.")
	w.end()
	return w.r, w.err
}

// requests are what the police may be asked for; what was written says which.
var requests = []string{"xác minh", "cảnh báo người dân", "chuyển cấp trên", "để biết"}

func cited(c news.Citation) string {
	s := c.Document
	if c.Clause != "" {
		s += ", " + c.Clause
	}
	return s
}

// sentence ends a text with one full stop.
func sentence(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if s == "" {
		return "không."
	}
	if strings.HasSuffix(s, ".") || strings.HasSuffix(s, "!") || strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}

// seeComplaint stands in the kept slip of a complaint where [Desk.Open] puts
// what people said: a report outlives their words, which may be erased and
// have their time.
const seeComplaint = "3. Nội dung: xem tại mục Phản ánh của hệ thống."

// maxTold is how many letters a slip prints of one thing said.
const maxTold = 1200

// tell puts the words of a complaint into its slip for who sees them anyway.
func (d *Desk) tell(ctx context.Context, r *Report, by Person) error {
	i := slices.IndexFunc(r.Paper.Body, func(b paper.Block) bool { return b.Plaintext() == seeComplaint })
	if r.Kind != Complaint || d.Told == nil || i < 0 {
		return nil
	}
	words, err := d.Told(ctx, r.Case, by)
	if err != nil || len(words) == 0 {
		return err
	}
	told := []paper.Block{paper.P(paper.Text, "3. Nội dung phản ánh, đã che thông tin cá nhân, chỉ dùng để trả lời:")}
	for _, text := range words {
		told = append(told, paper.P(paper.Item, "“"+d.guarded(clip(text, maxTold))+"”"))
	}
	r.Paper.Body = slices.Replace(slices.Clone(r.Paper.Body), i, i+1, told...)
	return nil
}

// complaint writes the slip by which a unit gets a complaint to answer. It
// names the matter, never the person, keeps none of their words (see
// [Desk.tell]), and never has the police as addressee of a complaint about
// them.
func (d *Desk) complaint(c *counter, q Request) (Report, error) {
	k, err := c.theCase(q.Case)
	if err != nil {
		return Report{}, err
	}
	if !k.complaint() {
		return Report{}, refuse("no_complaint", "vụ việc “%s” không phải phản ánh cần trả lời", "case %q is no complaint", q.Case)
	}
	if k.Unit == "" {
		return Report{}, refuse("no_unit", "phản ánh chưa giao đơn vị; hãy giao trước", "the complaint is not assigned yet; assign it first")
	}
	w := d.writer(c, Complaint, q.At)
	w.r.Notes = q.Notes
	w.over(k.Opened, k.Opened)
	w.form("PC", "PHIẾU CHUYỂN", "Phản ánh của người dân về "+strings.ToLower(TopicName(k.Topic)), k.Unit)
	w.r.Paper.Head.ToWord = "Kính chuyển"
	w.say(paper.Text, "1. Mã phản ánh: {}; tiếp nhận ngày {}.", k.ID, paper.ShortDate(k.Opened.In(calendar.Zone)))
	w.say(paper.Text, "2. Lĩnh vực: {}.", TopicName(k.Topic))
	w.say(paper.Text, seeComplaint)
	w.say(paper.Text, "4. Vị trí: {}", sentence(cmp.Or(strings.TrimSpace(q.Notes["place"]), k.Place, "theo nội dung phản ánh")))
	due := "chưa đặt hạn"
	if until := cmp.Or(k.Until, k.Due); !until.IsZero() {
		due = until.In(calendar.Zone).Format("15:04 02/01/2006")
	}
	w.say(paper.Text, "5. Hạn trả lời: {}.", due)
	w.say(paper.Text, "6. Mẫu trả lời: cảm ơn người dân đã phản ánh; nêu việc đã kiểm tra; kết quả, thời gian khắc phục; đơn vị và số liên hệ.")
	w.say(paper.Text, "Phản ánh là thông tin giúp điều hành, không phải vi phạm; phiếu này chỉ dùng để trả lời người dân.")
	w.end()
	return w.r, w.err
}

// approved is a claim's case with an approved correction under a verdict that
// rests on a document; corrections, scripts and notices are made of nothing
// less.
func (c *counter) approved(id string) (*Case, error) {
	k, err := c.theCase(id)
	if err != nil {
		return nil, err
	}
	if !k.rumour() || k.Correct == nil || k.Approved.IsZero() || k.Citation == nil {
		return nil, refuse("no_correction", "vụ việc “%s” chưa có đính chính được duyệt", "case %q has no approved correction", id)
	}
	if !k.judged() {
		return nil, refuse("no_verdict", "vụ việc “%s” đang có kết luận “%s”, chưa đủ để ra thông tin chính thức; hãy kết luận theo văn bản trước",
			"case %q has the verdict %q, which is not enough to speak in public; give one that rests on a document first", id, verdictName(k))
	}
	return k, nil
}

// correction writes what the ward says in public, in three lengths: portal,
// post, loudspeaker.
func (d *Desk) correction(c *counter, q Request) (Report, error) {
	k, err := c.approved(q.Case)
	if err != nil {
		return Report{}, err
	}
	w := d.writer(c, Correction, q.At)
	w.over(k.Approved, k.Approved)
	w.form("TC", "THÔNG CÁO", "Thông tin chính thức về "+lowerFirst(clip(k.title(), 90)))
	w.say(paper.Part, "I. BẢN ĐẦY ĐỦ")
	if k.Correct.Wrong != "" {
		w.say(paper.Text, "Đính chính lại bản đã đăng ngày {}. Chỗ sai: {}", paper.ShortDate(k.Correct.WrongOut.In(calendar.Zone)), sentence(k.Correct.Wrong))
	}
	w.say(paper.Clause, "1. Sự thật")
	w.paragraphs(k.Correct.Portal)
	w.say(paper.Clause, "2. Nội dung đang lan truyền")
	if k.Kind == news.Scam { // "false" would say that there is no such scam, "true" that the scammers are right
		w.say(paper.Text, "{} Đây là nội dung cần cảnh giác; sự thật nêu tại mục 1.", sentence(k.Claim))
	} else {
		w.say(paper.Text, "{} Kết luận: {}.", sentence(k.Claim), verdictName(k))
	}
	w.say(paper.Clause, "3. Nguồn")
	w.say(paper.Text, "{}", sentence(cited(*k.Citation)))
	w.say(paper.Clause, "4. Người dân cần làm gì")
	w.say(paper.Text, "{}", sentence(cmp.Or(q.Notes["do"], advice(k))))
	w.say(paper.Clause, "5. Liên hệ")
	w.say(paper.Text, "{} Cập nhật lúc {}.", sentence(w.contact()), w.r.At.In(calendar.Zone).Format("15:04 02/01/2006"))
	w.say(paper.Part, "II. BẢN NGẮN CHO MẠNG XÃ HỘI")
	w.paragraphs(cmp.Or(k.Correct.Post, clip(k.Correct.Portal, 400)))
	w.say(paper.Part, "III. LỜI PHÁT THANH")
	if s := w.script(k, q); s.Over > 0 {
		w.say(paper.Text, "Chưa có: lời đọc dài quá mức khoảng {} giây. Hãy viết lời phát thanh ngắn hơn trong vụ việc.", s.Over)
	} else {
		for _, line := range s.Sentences {
			w.r.Paper.Body = append(w.r.Paper.Body, paper.P(paper.Item, line))
		}
	}
	w.end()
	return w.r, w.err
}

func (w *writer) contact() string { return cmp.Or(w.d.House.Contact, w.head.Short) }

// advice is what people should do unless somebody wrote more.
func advice(k *Case) string {
	if k.Kind == news.Scam {
		return "Không bấm đường dẫn lạ, không chuyển tiền, không cung cấp mã xác thực. Báo ngay cho khối hoặc Công an khi bị làm phiền."
	}
	return "Không chia sẻ tin chưa kiểm chứng. Theo dõi thông báo chính thức của phường."
}

func (w *writer) paragraphs(text string) {
	for line := range strings.Lines(text) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			w.r.Paper.Body = append(w.r.Paper.Body, paper.P(paper.Text, line))
		}
	}
}

// script is what the loudspeaker says about a claim. The claim itself is read
// out, as untrue, only when that is the verdict.
func (w *writer) script(k *Case, q Request) spoken.Script {
	p := spoken.Normal
	switch {
	case k.Level >= news.Critical:
		p = spoken.Emergency
	case k.Level >= news.High:
		p = spoken.Raised
	}
	wrong := ""
	if k.untrue() {
		wrong = k.Claim
	}
	return spoken.Make(spoken.Source{Priority: p, Station: w.head.Radio, Fact: cmp.Or(k.Correct.Radio, k.Correct.Post, k.Correct.Portal),
		Document: k.Citation.Document, Wrong: wrong, Do: cmp.Or(q.Notes["do"], advice(k)), Contact: w.d.House.Contact, Year: w.r.At.In(calendar.Zone).Year()})
}

// Overlong returns by how many seconds the script of a case's correction,
// read as an emergency, would be too long with all that belongs to it; zero
// when nothing of what is approved would have to be left out.
func (d *Desk) Overlong(k Case) int {
	if k.Correct == nil || k.Citation == nil {
		return 0
	}
	k.Level = news.Critical // the longest opening
	return d.writer(nil, Radio, d.now()).script(&k, Request{}).Over
}

var priorities = map[spoken.Priority]string{spoken.Normal: "Thông thường", spoken.Raised: "Ưu tiên", spoken.Emergency: "Khẩn cấp – phát ngay"}

// radio writes the script for the announcer.
func (d *Desk) radio(c *counter, q Request) (Report, error) {
	k, err := c.approved(q.Case)
	if err != nil {
		return Report{}, err
	}
	w := d.writer(c, Radio, q.At)
	w.over(k.Approved, k.Approved)
	w.form("TC", "THÔNG CÁO", "Lời phát thanh: "+clip(k.title(), 90))
	s := w.script(k, q)
	if s.Over > 0 {
		return Report{}, refuse("too_long", "lời phát thanh cùng lời mở đầu, nguồn, việc cần làm và lời kết dài hơn %d giây khoảng %d giây; hãy viết ngắn lại lời phát thanh của đính chính hoặc phần việc cần làm",
			"the script with opening, source, advice and sign-off is longer than %d seconds by about %d; shorten the radio text of the correction or what people should do", spoken.MaxSeconds, s.Over)
	}
	w.r.Script, w.r.Priority = s.Sentences, string(s.Priority)
	twice := "đọc một lần"
	if s.Repeated {
		twice = "phần chính đã lặp lại trong lời đọc"
	}
	w.say(paper.Text, "Mức bản tin: {}. Thời lượng khoảng {} giây, {}.", priorities[s.Priority], s.Seconds(), twice)
	for _, line := range s.Sentences {
		w.r.Paper.Body = append(w.r.Paper.Body, paper.P(paper.Item, line))
	}
	w.say(paper.Note, "Ghi chú: giọng đọc máy phải được báo trước là giọng máy")
	w.end()
	return w.r, w.err
}

// notice writes what the neighbourhood boards print and hang up.
func (d *Desk) notice(c *counter, q Request) (Report, error) {
	k, err := c.approved(q.Case)
	if err != nil {
		return Report{}, err
	}
	w := d.writer(c, Notice, q.At)
	w.over(k.Approved, k.Approved)
	w.form("TB", "THÔNG BÁO", "Thông tin chính thức về "+lowerFirst(clip(k.title(), 90)))
	w.say(paper.Centred, "SỰ THẬT")
	w.paragraphs(cmp.Or(k.Correct.Post, k.Correct.Portal))
	w.say(paper.Centred, "NGUỒN")
	w.say(paper.Text, "{}", sentence(cited(*k.Citation)))
	w.say(paper.Centred, "BÀ CON CẦN LÀM GÌ")
	w.say(paper.Text, "{}", sentence(cmp.Or(q.Notes["do"], advice(k))))
	w.say(paper.Text, "Hỏi thêm: {} Ban cán sự khối niêm yết tại nhà văn hóa khối và xác nhận đã phổ biến trong sổ.", sentence(w.contact()))
	w.end()
	return w.r, w.err
}

// readers say who may see a report of a kind. The police liaison has the page
// of sealed hand-offs and no report.
var readers = map[Kind][]string{
	Weekly: {"reviewer", "leader", "justice", "office"}, Daily: {"reviewer", "leader", "justice", "office"}, Urgent: {"reviewer", "leader", "justice", "office"},
	Annual: {"reviewer", "leader", "justice", "office"}, Plan: {"reviewer", "leader", "justice", "office", "editor", "unit", "khoi"},
	Police: {"leader", "justice"}, Complaint: {"reviewer", "leader", "office", "unit"},
	Correction: {"reviewer", "leader", "justice", "office", "editor"}, Radio: {"reviewer", "leader", "office", "editor"}, Notice: {"reviewer", "leader", "office", "editor", "khoi"},
}

// writers say who may make one.
var writers = map[Kind][]string{
	Weekly: {"reviewer", "office", "leader"}, Daily: {"reviewer", "office", "leader"}, Urgent: {"reviewer", "office", "leader"},
	Annual: {"reviewer", "office"}, Plan: {"reviewer", "office"}, Police: {"leader", "justice"}, Complaint: {"reviewer", "office", "leader"},
	Correction: {"reviewer", "office", "editor"}, Radio: {"reviewer", "office", "editor"}, Notice: {"reviewer", "office", "editor"},
}

// MayRead and MayWrite say who sees and who makes reports of a kind.
func (k Kind) MayRead(role string) bool { return slices.Contains(readers[k], role) }

// MayWrite says who makes reports of a kind.
func (k Kind) MayWrite(role string) bool { return slices.Contains(writers[k], role) }
