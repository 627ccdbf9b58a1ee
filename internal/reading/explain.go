package reading

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"langnghe/internal/news"
)

// Explain writes a reading for people: every label with the words that it
// rests on. lang is "vi" or "en".
func (r *Reader) Explain(w io.Writer, it *news.Item, read *news.Reading, lang string) error {
	e := explainer{lang: lang}
	e.printf("── %s\n", cmp.Or(it.ID, "–"))
	if it.Title != "" {
		e.printf("%s\n", it.Title)
	}
	e.printf("%s\n\n", strings.TrimSpace(it.Text))
	e.line("area", fmt.Sprintf("%s (%+d)", e.word("area."+read.Area.Fit), read.Area.Score), read.Area.Because)
	if len(read.Topics) == 0 {
		e.line("topic", e.word("none"), nil)
	}
	for _, t := range read.Topics {
		e.line("topic", fmt.Sprintf("%s %.2f", e.word("topic."+t.ID), t.Score), t.Because)
	}
	e.line("stance", e.word("stance."+string(read.Stance)), read.StanceWhy)
	e.line("tone", fmt.Sprintf("%s %+.2f", e.word("tone."+read.Tone.Label), read.Tone.Score), read.Tone.Because)
	e.line("impact", e.word("impact."+read.Impact), nil)
	if len(read.Cues) == 0 {
		e.line("cue", e.word("none"), nil)
	}
	for _, c := range read.Cues {
		title := c.Family
		if f := r.cues.Families[c.Family]; f != nil {
			title = f.Title.In(lang)
		}
		s := fmt.Sprintf("%s, %s %d", title, e.word("level"), c.Level)
		for _, b := range c.BoostedBy {
			if f := r.cues.Families[b]; f != nil {
				s += " + " + f.Title.In(lang)
			}
		}
		e.line("cue", s, c.Because)
	}
	for _, v := range read.Values {
		e.line("value", fmt.Sprintf("%s %v", e.word("value."+v.Type), v.Value), []news.Span{v.Span})
	}
	if read.Accentless {
		e.line("form", e.word("accentless"), nil)
	}
	if read.Stance.Protected() {
		e.line("note", e.word("protected"), nil)
	}
	e.printf("  %s\n\n", e.word("doubt"))
	_, err := io.WriteString(w, e.String())
	return err
}

type explainer struct {
	strings.Builder
	lang string
}

func (e *explainer) printf(format string, args ...any) { fmt.Fprintf(e, format, args...) }

func (e *explainer) line(name, label string, because []news.Span) {
	e.printf("  %-10s %s", e.word(name), label)
	for i, s := range because {
		e.printf("%s“%s”", [...]string{" ← ", ", "}[min(i, 1)], s.Text)
	}
	e.printf("\n")
}

// word is a label in the language, or its id when there is none.
func (e *explainer) word(id string) string {
	if t, ok := captions[id]; ok {
		return t.In(e.lang)
	}
	return id
}

var captions = map[string]news.Text{
	"area": {VI: "Địa bàn", EN: "Area"}, "topic": {VI: "Chủ đề", EN: "Topic"}, "stance": {VI: "Người viết", EN: "Writer"},
	"tone": {VI: "Sắc thái", EN: "Tone"}, "impact": {VI: "Tác động", EN: "Impact"}, "cue": {VI: "Dấu hiệu", EN: "Cue"},
	"value": {VI: "Số liệu", EN: "Value"}, "form": {VI: "Dạng chữ", EN: "Form"}, "note": {VI: "Lưu ý", EN: "Note"},
	"level": {VI: "mức", EN: "level"}, "none": {VI: "không có", EN: "none"},
	"accentless": {VI: "viết không dấu", EN: "written without diacritics"},
	"protected":  {VI: "tiếng nói của người dân: trả lời, không chuyển xử lý", EN: "a resident's voice: to be answered, never handed on"},
	"doubt":      {VI: "Máy chỉ đọc chữ và có thể nhầm; người duyệt quyết định.", EN: "The program only reads words and may be wrong; a person decides."},

	"area.in_area": {VI: "thuộc địa bàn", EN: "ours"}, "area.ambiguous": {VI: "chưa rõ", EN: "unclear"}, "area.out_of_area": {VI: "ngoài địa bàn", EN: "elsewhere"},
	"tone.negative": {VI: "tiêu cực", EN: "negative"}, "tone.neutral": {VI: "trung lập", EN: "neutral"}, "tone.positive": {VI: "tích cực", EN: "positive"},
	"tone.mixed":    {VI: "lẫn lộn", EN: "mixed"},
	"impact.useful": {VI: "có lợi – cần xử lý", EN: "useful, to be acted on"}, "impact.favourable": {VI: "có lợi", EN: "favourable"},
	"impact.neutral": {VI: "không đáng kể", EN: "neutral"}, "impact.adverse": {VI: "bất lợi", EN: "adverse"},

	"stance.complaint": {VI: "phản ánh", EN: "complains"}, "stance.question": {VI: "hỏi", EN: "asks"}, "stance.suggestion": {VI: "góp ý", EN: "suggests"},
	"stance.opinion": {VI: "nêu ý kiến", EN: "gives an opinion"}, "stance.satire": {VI: "châm biếm", EN: "jokes"}, "stance.praise": {VI: "khen", EN: "praises"},
	"stance.warning": {VI: "cảnh báo", EN: "warns"}, "stance.denial": {VI: "bác bỏ", EN: "denies a story"}, "stance.report": {VI: "đưa tin", EN: "reports"},
	"stance.rumour_query": {VI: "hỏi tin có thật không", EN: "asks whether a story is true"}, "stance.claim": {VI: "khẳng định", EN: "claims"},
	"stance.other": {VI: "khác", EN: "other"},

	"value.money": {VI: "tiền", EN: "money"}, "value.date": {VI: "ngày", EN: "date"}, "value.docno": {VI: "số văn bản", EN: "document"},
	"value.percent": {VI: "phần trăm", EN: "percent"}, "value.phone": {VI: "điện thoại", EN: "phone"}, "value.url": {VI: "địa chỉ mạng", EN: "link"},
	"value.address": {VI: "nơi", EN: "address"},

	"topic.land": {VI: "đất đai", EN: "land"}, "topic.roads": {VI: "đường sá, giao thông", EN: "roads"}, "topic.water": {VI: "nước sinh hoạt", EN: "water"},
	"topic.electricity": {VI: "điện", EN: "electricity"}, "topic.environment": {VI: "môi trường, rác", EN: "environment"}, "topic.education": {VI: "giáo dục", EN: "education"},
	"topic.health": {VI: "y tế", EN: "health"}, "topic.health_insurance": {VI: "bảo hiểm, an sinh", EN: "social insurance"},
	"topic.admin_procedures": {VI: "thủ tục hành chính", EN: "procedures"}, "topic.merger_admin": {VI: "sắp xếp đơn vị hành chính", EN: "mergers"},
	"topic.tax_fee": {VI: "thuế, phí, đóng góp", EN: "taxes and fees"}, "topic.public_order": {VI: "an ninh trật tự", EN: "public order"},
	"topic.security_scam": {VI: "lừa đảo, mạo danh", EN: "scams"}, "topic.disaster": {VI: "thiên tai", EN: "disasters"}, "topic.agriculture": {VI: "nông nghiệp", EN: "farming"},
	"topic.market_trade": {VI: "chợ, kinh doanh", EN: "market and trade"}, "topic.culture_info": {VI: "văn hóa, loa", EN: "culture, loudspeakers"},
	"topic.corruption": {VI: "phản ánh cán bộ", EN: "conduct of officials"}, "topic.charity": {VI: "từ thiện", EN: "charity"},
}
