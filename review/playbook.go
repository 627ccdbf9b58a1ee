package review

import (
	"time"

	"langnghe/internal/news"
)

// A Playbook is what the ward does at a level: the clocks and the steps, in
// order. The program shows it; people do it.
type Playbook struct {
	Level news.Level
	Means news.Text
	// Look is within what time somebody has looked, Say within what time
	// something official is out; 0 is no clock.
	Look, Say time.Duration
	Channels  news.Text
	Steps     []news.Text
}

// clocks of the levels (context: note, watch, urgent, emergency).
var clocks = map[news.Level]struct{ look, say time.Duration }{
	news.Medium:   {48 * time.Hour, 0},
	news.High:     {4 * time.Hour, 24 * time.Hour},
	news.Critical: {10 * time.Minute, 60 * time.Minute},
}

// PlaybookOf is the playbook of a level and topic.
func PlaybookOf(l news.Level, kind CaseKind, topic string) Playbook {
	p := Playbook{Level: l, Look: clocks[l].look, Say: clocks[l].say}
	switch {
	case l >= news.Critical:
		p.Means = news.Text{VI: "Nguy hiểm tính mạng hoặc nhiều người cùng bỏ chạy.", EN: "A risk to life, or many people on the move."}
		p.Channels = news.Text{VI: "Loa khẩn cấp, gọi điện cho khối trưởng, công an, cấp tỉnh.", EN: "Emergency loudspeakers, calls to neighbourhood heads, police, the province."}
	case l == news.High:
		p.Means = news.Text{VI: "Đang lan nhanh, hoặc dễ gây mất tiền, hoang mang.", EN: "It is spreading, or loss and alarm are likely."}
		p.Channels = news.Text{VI: "Cổng thông tin, trang của phường, Zalo, loa ưu tiên, các khối.", EN: "Portal, the ward's page, Zalo, priority loudspeakers, neighbourhoods."}
	case l == news.Medium:
		p.Means = news.Text{VI: "Lặp lại hoặc liên quan tiền bạc, chưa gây hại ngay.", EN: "Repeated or about money, no harm at once."}
		p.Channels = news.Text{VI: "Đơn vị phụ trách, mục hỏi đáp của cổng thông tin.", EN: "The unit in charge, the portal's questions and answers."}
	default:
		p.Means = news.Text{VI: "Riêng lẻ, không gây hại.", EN: "Isolated and harmless."}
		p.Channels = news.Text{VI: "Chỉ vào tổng hợp tuần.", EN: "The weekly summary only."}
	}
	p.Steps = playSteps(l, kind, topic)
	return p
}

func playSteps(l news.Level, kind CaseKind, topic string) []news.Text {
	switch {
	case l >= news.Critical && (topic == "disaster" || topic == "water"):
		return []news.Text{
			{VI: "Gọi trực ban chủ đập hoặc phòng thủ dân sự, hỏi tình trạng và giờ đo.", EN: "Phone the dam's or civil defence's duty officer: the state, and when it was measured."},
			{VI: "Ra thông báo: “Đập … an toàn tính đến …h, theo …”, hoặc lệnh sơ tán.", EN: "Publish: “The dam … is safe as of …, according to …”, or the order to leave."},
			{VI: "Phát loa 10 phút một lần cho đến khi yên.", EN: "Loudspeakers every 10 minutes until it is calm."},
			{VI: "Nhờ người đã đăng lại sửa bài; cảm ơn ai đính chính.", EN: "Ask those who shared it to correct; thank the ones who do."},
			{VI: "Kết thúc: ghi lại diễn biến và báo hết việc.", EN: "Close: note what happened and say that it is over."},
		}
	case l >= news.Critical:
		return []news.Text{
			{VI: "Gọi người phụ trách trong 10 phút; có người gặp nạn thì gọi 113, 114, 115 trước.", EN: "Call whoever is in charge within 10 minutes; a person in danger: 113, 114, 115 first."},
			{VI: "Trong 60 phút ra lời đầu tiên: biết gì, chưa biết gì, khi nào báo tiếp.", EN: "Within 60 minutes a first word: what is known, what is not, when more follows."},
			{VI: "Phát loa khẩn cấp, báo các khối và cấp tỉnh.", EN: "Emergency loudspeakers; tell the neighbourhoods and the province."},
			{VI: "Theo dõi sau khi ra tin; kết thúc bằng một ghi chú.", EN: "Watch what follows; end with a note."},
		}
	case l == news.High && kind == news.Scam:
		return []news.Text{
			{VI: "Trong 4 giờ: kiểm tra với cơ quan bị mạo danh.", EN: "Within 4 hours: check with the body that is impersonated."},
			{VI: "Trong 24 giờ: ra cảnh báo, không đăng đường dẫn bấm được.", EN: "Within 24 hours: a warning, with no link that can be clicked."},
			{VI: "Nhờ các khối báo cho người già, hộ buôn bán.", EN: "Ask neighbourhoods to tell old people and traders."},
			{VI: "Có người mất tiền: hướng dẫn gọi ngân hàng và công an ngay.", EN: "Somebody lost money: the bank and the police at once."},
		}
	case l == news.High:
		return []news.Text{
			{VI: "Trong 4 giờ: tìm văn bản hoặc người có thẩm quyền xác nhận.", EN: "Within 4 hours: find the document or whoever can confirm."},
			{VI: "Trong 24 giờ: ra thông tin chính thức, dẫn văn bản.", EN: "Within 24 hours: official information, with the document."},
			{VI: "Trả lời người đang hỏi trước; không quy kết ai.", EN: "Answer those who ask first; accuse nobody."},
		}
	case l == news.Medium:
		return []news.Text{
			{VI: "Trong 48 giờ: xem lại, giao đơn vị phụ trách.", EN: "Within 48 hours: look again, give it to the unit in charge."},
			{VI: "Nếu lặp lại: viết một mục hỏi đáp.", EN: "If it repeats: write a question and answer."},
		}
	}
	return nil
}

// text is the playbook in a notice: its clocks and numbered steps.
func (p Playbook) text() news.Text {
	if p.Level < news.High || len(p.Steps) == 0 {
		return news.Text{}
	}
	vi, en := "\n\nViệc cần làm:", "\n\nWhat to do:"
	for i, s := range p.Steps {
		n := string(rune('1' + i))
		vi += "\n" + n + ". " + s.VI
		en += "\n" + n + ". " + s.EN
	}
	return news.Text{VI: vi, EN: en}
}
