package reading

import (
	"testing"

	"langnghe/internal/news"
)

// TestPersonInDanger: a call for help is heard whatever its tone, and rumours,
// jokes, news and pets are none.
func TestPersonInDanger(t *testing.T) {
	r := reader(t)
	for _, c := range []struct {
		text string
		want news.Level
	}{
		{"Nước lên tới cổ rồi, hai cụ già kẹt trên chạn, ai có thuyền cứu với", news.Critical},
		{"cuu voi, nha em ngap toi noc, con nho chua ra duoc, ai co xuong ra giup", news.Critical},
		{"Có người rơi xuống sông chỗ cầu Hiếu, đang bám vào bè, ai biết bơi ra gấp", news.Critical},
		{"Con gái em 8 tuổi đi lạc từ chiều, mặc áo hồng, ai thấy báo giúp em", news.Critical},
		{"ong noi em 80 tuoi di khoi nha tu sang, mac ao nau, ai thay goi cho em voi", news.Critical},
		{"Nhà bên chồng đang đánh vợ, thằng bé khóc thét, ai gọi công an giúp với", news.Critical},
		{"Nó dí dao vào cổ mẹ nó, gọi 113 giùm", news.Critical},
		{"đêm nào cũng nghe tiếng đánh đập con nhỏ bên phòng trọ", news.High},
		{"Em chẳng muốn sống nữa, mọi người đừng tìm em", news.Critical},
		{"Bạn em vừa nhắn kết thúc cuộc đời rồi tắt máy, mọi người tới nhà nó với", news.Critical},
		{"Cháy nhà trong ngõ 5 còn bà cụ kẹt trên tầng 2, ai gần mang thang tới với!!!", news.Critical},
		{"có người nhảy cầu, áo xanh, trôi về hướng bãi bồi rồi, cứu với", news.Critical},

		{"Mới coi clip cháy quán karaoke, người mắc kẹt đập cửa kính kêu cứu, sợ thật", 0},
		{"xem tivi toi qua vu chay chung cu ma am anh, nguoi ket ben trong keu cuu khong ra duoc", 0},
		{"Theo VTV, cháy nhà 5 tầng, ba người kẹt bên trong gọi cứu hộ, lính phá cửa sổ vào", 0},
		{"Nóng ri ai cứu tui với =))", 0},
		{"Con mèo nhà em đi lạc từ chiều, ai thấy báo giúp", 0},
		{"Nghe nói có đứa bé mất tích ở khối bên, các mẹ giữ con", 0},
		{"Đã tìm thấy cháu bé đi lạc từ chiều, cháu 6 tuổi mặc áo đỏ, cảm ơn bà con", 0},
		{"Phường ơi cứu dân với, đường ngập mãi không ai làm cống", 0},
		{"Mệt muốn chết mà hồ sơ vẫn chưa xong", 0},
		{"Chờ số mà tưởng chết già, 3 tiếng mới tới lượt", 0},
		{"Mất tích luôn cái biển báo trước trường, hôm qua còn", 0},
		{"Diễn tập cứu người mắc kẹt trong đám cháy, gọi 114 là tới ngay", 0},
		{"Hồi năm ngoái có người rơi xuống sông chỗ này, gọi cứu hộ không ai tới", 0},
		{"Mắc kẹt ở một cửa từ sáng, giúp với các anh chị ơi, cho hỏi quầy nào nhận hồ sơ", 0},
	} {
		got := news.Level(0)
		read := r.Read(&news.Item{Kind: news.Post, Text: c.text}, 0)
		for _, cue := range read.Cues {
			if cue.Family == "person_in_danger" {
				got = cue.Level
			}
		}
		if got != c.want && (c.want > 0 || got > news.Low) {
			t.Errorf("%q: level %d in a %s, want %d", c.text, got, read.Stance, c.want)
		}
	}
	article := news.Item{Kind: news.Article, Title: "Cứu hai người mắc kẹt", Text: "Hai cụ già mắc kẹt trên mái nhà đã gọi 114, thuyền cứu hộ tới ngay sau mười phút."}
	for _, cue := range r.Read(&article, 0).Cues {
		if cue.Level > news.Low {
			t.Errorf("an article has a cue of level %d", cue.Level)
		}
	}
}
