package review

import (
	"slices"
	"strings"

	"langnghe/internal/news"
)

// Whom to call when a person is in danger. The words choose the order alone:
// every number stands in the notice, because the words may be wrong.

// A hotline is an emergency number of the country, what it is for, and the folded
// words that ask for it.
type hotline struct {
	no    string
	what  news.Text
	words phrases
}

var hotlines = []hotline{
	{"114", news.Text{VI: "cháy, cứu nạn, đuối nước, mắc kẹt", EN: "fire, rescue, drowning, trapped"}, phraseList(
		"chay nha", "chay cho", "dam chay", "chay lon", "chay to", "dang chay", "boc chay", "hoa hoan", "no binh ga", "chay no", "duoi nuoc", "dang duoi", "chet duoi", "nuoc cuon", "lu cuon",
		"mac ket", "bi ket", "dang ket", "ket trong", "ket tren", "bi vui", "sap nha", "nha sap", "sap ham", "bi de", "roi xuong gieng", "roi xuong song", "nga xuong song", "nhay cau", "nhay song", "tren noc nha", "tren mai nha", "sat lo")},
	{"115", news.Text{VI: "bị thương, ngất, ngộ độc, tự làm hại mình", EN: "injured, unconscious, poisoned, self-harm"}, phraseList(
		"cap cuu", "bat tinh", "ngat xiu", "bi ngat", "ngung tho", "khong tho", "co giat", "chay mau", "bi thuong", "dot quy", "ngo doc", "uong thuoc", "dien giat", "tai nan", "gay chan", "tu tu", "tu van", "tu sat",
		"cat co tay", "rach tay", "treo co", "khong muon song", "chang muon song", "thuoc sau", "thuoc chuot", "thuoc co")},
	{"113", news.Text{VI: "bạo lực, đe dọa, bắt giữ, mất tích", EN: "violence, threats, abduction, missing"}, phraseList(
		"danh nhau", "danh vo", "danh con", "danh dap", "hanh hung", "bao hanh", "bao luc gia dinh", "cam dao", "chem", "dam chet", "doa giet", "bat coc", "cuop", "hiep dam", "xam hai", "mat tich", "di lac", "tre lac", "bi lac", "giam giu", "nhot")},
	{"111", news.Text{VI: "trẻ em bị hại, bị bỏ rơi", EN: "a child harmed or abandoned"}, phraseList(
		"tre em", "tre lac", "tre con", "dua tre", "em be", "chau be", "be gai", "be trai", "danh con", "bao hanh tre", "xam hai tre", "hoc sinh", "chau nho", "bo roi")},
}

// dial says whom to call, those first whom the words of the entry ask for.
func dial(e *Entry) news.Text {
	var ws []string
	if e.Item != nil {
		ws = words(e.Item.Title + "\n" + e.Item.Text)
	}
	var first, rest []hotline
	for _, l := range hotlines {
		if len(l.words.at(ws)) > 0 {
			first = append(first, l)
		} else {
			rest = append(rest, l)
		}
	}
	say := func(ls []hotline, lang string) string {
		var out []string
		for _, l := range ls {
			out = append(out, l.no+" ("+l.what.In(lang)+")")
		}
		return strings.Join(out, " · ")
	}
	if len(first) == 0 || len(rest) == 0 {
		all := slices.Concat(first, rest)
		return news.Text{VI: "Gọi ngay: " + say(all, "vi") + ".", EN: "Call at once: " + say(all, "en") + "."}
	}
	return news.Text{
		VI: "Gọi ngay " + say(first, "vi") + ". Nếu là việc khác: " + say(rest, "vi") + ".",
		EN: "Call " + say(first, "en") + " at once. If it is something else: " + say(rest, "en") + ".",
	}
}
