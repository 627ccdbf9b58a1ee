package official

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"langnghe/internal/lang"
)

// A word is one word, number or sign of a text, with its place in code
// points. Fold is in small letters without diacritics; exact keeps them.
type word struct {
	fold, exact string
	start, end  int
	num         float64
	isNum       bool
	spelled     bool // a number in words
	cut         bool // a comma, full stop or line end stands before it
	ends        bool // a sentence ends before it
	gap         bool // a space stands before it
	plain       bool // the text is written without diacritics
	doc         bool // the number of a document, "08/2025/NQ-HĐND"
}

var docNumber = regexp.MustCompile(`^\d{1,5}(?:/\d{4})?/(?:[A-ZĐ]{2,}(?:-[\pL]{2,})*|(?i:nq|tb|kh|qđ|qd|ct|nđ|nd|tt|pa)(?:-[\pL]{2,})+)`)

// words splits a text. Numbers keep their signs: "350.000", "1,5", "02/12";
// "10h" and "7k9" come apart.
func words(text string) []word {
	rs := []rune(text)
	var ws []word
	cut, gap, ends := true, true, false
	for i := 0; i < len(rs); {
		r := rs[i]
		switch {
		case unicode.IsDigit(r) && docNumber.MatchString(string(rs[i:min(len(rs), i+30)])):
			s := docNumber.FindString(string(rs[i:min(len(rs), i+30)]))
			j := i + len([]rune(s))
			ws = append(ws, word{fold: plain(strings.ToLower(s)), exact: s, start: i, end: j, cut: cut, gap: gap, ends: ends, doc: true})
			i, cut, gap, ends = j, false, false, false
		case unicode.IsDigit(r):
			j := i + 1
			for j < len(rs) && (unicode.IsDigit(rs[j]) || j+1 < len(rs) && strings.ContainsRune(".,/", rs[j]) && unicode.IsDigit(rs[j+1])) {
				j++
			}
			s := string(rs[i:j])
			w := word{fold: s, exact: s, start: i, end: j, cut: cut, gap: gap, ends: ends}
			w.num, w.isNum = number(s)
			ws = append(ws, w)
			i, cut, gap, ends = j, false, false, false
		case unicode.IsLetter(r) || unicode.Is(unicode.Mn, r):
			j := i + 1
			for j < len(rs) && (unicode.IsLetter(rs[j]) || unicode.Is(unicode.Mn, rs[j])) {
				j++
			}
			exact := lang.Key(string(rs[i:j]))
			w := word{fold: plain(exact), exact: exact, start: i, end: j, cut: cut, gap: gap, ends: ends}
			if w.fold == "m" && j < len(rs) && (rs[j] == '³' || rs[j] == '3') {
				j++
				w.fold, w.exact, w.end = "m3", "m3", j
			}
			ws = append(ws, w)
			i, cut, gap, ends = j, false, false, false
		case r == '%':
			ws = append(ws, word{fold: "%", exact: "%", start: i, end: i + 1, gap: gap})
			i, cut, gap, ends = i+1, false, false, false
		default:
			cut = cut || strings.ContainsRune(".,;:!?\n()", r)
			ends = ends || strings.ContainsRune(".!?\n", r)
			gap = true
			i++
		}
	}
	accents := false
	for _, w := range ws {
		accents = accents || w.fold != w.exact && !w.doc
	}
	for i := range ws {
		ws[i].plain = !accents
	}
	return ws
}

// plain removes diacritics; đ becomes d.
func plain(s string) string {
	ascii := true
	for i := range len(s) {
		ascii = ascii && s[i] < 0x80
	}
	if ascii {
		return s
	}
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == 'đ':
			b.WriteByte('d')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// number reads "350.000" as a whole number, "1,5" and "1.5" as a fraction.
func number(s string) (float64, bool) {
	if strings.Contains(s, "/") {
		return 0, false
	}
	whole, frac, mark := 0.0, 0.0, rune(0)
	scale := 1.0
	group := 0
	for i, r := range s {
		switch {
		case r == '.' || r == ',':
			rest := s[i+1:]
			if n := strings.IndexAny(rest, ".,"); n >= 0 {
				rest = rest[:n]
			}
			if len(rest) != 3 || whole == 0 {
				if mark != 0 {
					return 0, false // two decimal signs
				}
				mark = r
			}
			group = 0
		case mark != 0:
			scale /= 10
			frac += float64(r-'0') * scale
		default:
			whole = whole*10 + float64(r-'0')
			group++
		}
	}
	return whole + frac, true
}

// A concept is what different words mean alike; words that have none are
// their own concept. The list is about the life of a ward: what people call
// things beside what documents call them.
var concepts = list(`
	bhyt: bảo hiểm y tế, bhyt, thẻ bảo hiểm, bảo hiểm, thẻ bhyt, thẻ
	can_ngheo: hộ cận nghèo, nhà cận nghèo, cận nghèo
	ho_ngheo: hộ nghèo, nhà nghèo
	tre: trẻ em, trẻ nhỏ, trẻ, các em, các cháu, các con, các bé, con nít, con trẻ, bé
	hoc_sinh: học sinh, học trò
	sinh_vien: sinh viên
	nguoi_gia: người già, người cao tuổi, người lớn tuổi, ông bà, các cụ, cụ già
	nguoi_lon: người lớn
	nong_dan: nông dân, làm nông, nhà nông, mần ruộng, làm ruộng, nông
	ngoai_tinh: ngoại tỉnh, ngoài tỉnh, tỉnh khác, tạm trú
	kinh_doanh: hộ kinh doanh, kinh doanh, buôn bán, phòng trọ, nhà trọ
	ho_dan: không kinh doanh, hộ dân không kinh doanh, hộ gia đình, hộ dân
	phu_nu: phụ nữ, công dân nữ, con gái, nữ
	khuyet_tat: khuyết tật, tàn tật
	nghia_vu: nghĩa vụ quân sự, nghĩa vụ, đi lính
	muc_dong: mức đóng, tiền đóng, tiền thẻ, tiền bảo hiểm
	ho_tro: hỗ trợ, đỡ, bớt, giảm, trợ giúp, trợ cấp, bảo đảm, lo, chi trả
	cat_nuoc: cắt nước, khóa nước, tạm ngừng cấp nước, ngừng cấp nước, ngắt nước
	mat_nuoc: mất nước, cúp nước
	qua_han: quá hạn, chậm, trễ hạn, nộp trễ, nộp muộn, đóng chậm, chậm nộp
	gia_nuoc: giá nước, tiền nước, giá nước sinh hoạt, nước sinh hoạt, nước
	cong_to: đồng hồ nước, đồng hồ, công tơ
	nguoi_ghi: nhân viên ghi chỉ số, nhân viên ghi, thợ ghi số, thợ ghi, người ghi số, người ghi nước
	tien_mat: tiền mặt
	nha: tại nhà, ở nhà
	lap: lắp đặt, lắp mới, lắp nước, bắt nước, lắp
	kiem_dinh: kiểm định, kiểm tra
	xi_nghiep: xí nghiệp, bên nước, nhà máy nước, công ty nước
	khach: khách hàng, khách, người dùng
	loa: loa kéo, loa thùng, loa, dàn karaoke, karaoke, hát hò, hát
	tat: tắt, dừng, ngừng, không sử dụng, không mở, ngưng
	loi: lối đi, lối
	ngo: đường ngõ, ngõ, hẻm, kiệt
	rap: rạp cưới, rạp tang, rạp
	via_he: vỉa hè, lòng đường, lề đường
	khoi_truong: khối trưởng, trưởng khối
	phao_hoa: pháo hoa
	khong_no: không nổ, không gây tiếng nổ, không tiếng nổ
	phao_no: pháo nổ
	hoc_boi: học bơi, lớp bơi, dạy bơi, lớp dạy bơi, học viên bơi, bơi
	dang_ky: đăng ký, ghi danh, nộp hồ sơ
	kham: khám sức khỏe, đi khám, khám
	so_tuyen: sơ tuyển
	tram_y_te: trạm y tế, trạm xá
	tuyen: tuyển, bị gọi, gọi nhập ngũ, trúng tuyển
	tam_hoan: tạm hoãn, hoãn
	nop_don: nộp đơn, làm đơn, gửi đơn
	nguyen_luong: nguyên lương, đủ lương
	noi_lam: cơ quan, doanh nghiệp, công ty, chỗ làm
	the_giay: thẻ giấy
	the_dien_tu: thẻ điện tử
	cho_doi: chờ, đợi
	ke_khai: kê khai, khai
	danh_sach: lập danh sách, chốt danh sách, danh sách
	cap_xa: cấp xã, phường, xã, ủy ban phường
	tinh: tỉnh, ngân sách tỉnh
	huong: hưởng, được hưởng
	cong_don: cộng dồn, cộng gộp, một mức, mức cao nhất, nhiều mức
	ve_sinh: vệ sinh môi trường, phí vệ sinh, tiền rác, phí rác, rác
	thu_gom: thu gom, gom rác, đổ rác
	hoc_phi: học phí
	quan_an: quán ăn, quán cà phê, quán cafe, quán nhậu, quán
	am_nhac: hoạt động âm nhạc, âm nhạc, nhạc
	cam_ket: ký cam kết, cam kết
	truc_tuyen: trực tuyến, cổng dịch vụ công, qua mạng, online
	trinh_do: trình độ văn hóa, trình độ
	nghi_hoc: nghỉ học
	gui_xe: gửi xe, giữ xe, đỗ xe, đậu xe
`)

// groups are concepts that say who is meant. A rule about one group says
// nothing about another.
var groups = set("can_ngheo ho_ngheo tre hoc_sinh sinh_vien nguoi_gia nguoi_lon nong_dan ngoai_tinh kinh_doanh phu_nu khuyet_tat")

// stop are words that say nothing about the subject: grammar, small talk of
// people and their region, and words of every document.
var stop = newWordset(`là và với thì mà của cho ở tại đến tới từ trong ngoài trên dưới trước sau khi nếu mỗi các những một mấy này kia đó đấy đây ni nớ nào
	mô răng rứa hôm nay mai qua có không ko hông chưa đã đang sẽ được bị phải cần cũng vẫn còn rồi ra vào lên xuống đi lại về như theo
	nhà nha nhé nghe à ạ ơi hả hè hỉ hén hè thôi luôn lun hết hơn kém rất lắm quá chỉ chi ai gì sao vì do bởi nên tuy nhưng hoặc hay
	bà con mọi người cả anh chị em mình tui tôi ta tao mày mi o chú bác cô cháu mn mng ad mom mẹ bố ông
	nhớ nhắc biết nói bảo báo thấy tưởng cứ vừa mới giờ chừ chớ chứ thế vậy nữa xem coi so tính ra đắt rẻ gần xa nhiều ít làm mần
	ngày tháng năm giờ phút tuần quy định thông báo nghị quyết văn bản kế hoạch việc quê nhất đợt muốn mua nộp đóng thu trả tiền phí thường
	đủ hợp lệ xong liền tức ngay bắt đầu kết thúc cuối thứ số lúc buổi sáng trưa chiều tối đêm đồng đơn vị người dân
	đối trường hợp thực hiện tổ chức nội dung hằng hàng nhau tất xét đâu đòi giả xin dành thuộc gồm khác để lấy mức phần tăng hộ dc đc cx vs z v e m t b`)

func set(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// wordset holds words in their exact form and, for texts without diacritics,
// in their plain one.
type wordset struct{ exact, plain map[string]bool }

func newWordset(s string) wordset {
	w := wordset{map[string]bool{}, map[string]bool{}}
	for _, f := range strings.Fields(s) {
		w.exact[lang.Key(f)], w.plain[plain(f)] = true, true
	}
	return w
}

func (s wordset) has(w word) bool {
	if w.plain {
		return s.plain[w.fold]
	}
	return s.exact[w.exact]
}

// A phrase is some words; for concepts also what they mean.
type phrase struct {
	exact, plain []string
	concept      string
}

func newPhrase(s, concept string) phrase {
	p := phrase{concept: concept}
	for _, f := range strings.Fields(s) {
		p.exact, p.plain = append(p.exact, lang.Key(f)), append(p.plain, plain(f))
	}
	return p
}

// list indexes phrases by their first plain word, the longest first.
func list(s string) map[string][]phrase {
	m := map[string][]phrase{}
	for _, line := range strings.Split(s, "\n") {
		name, alike, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok {
			continue
		}
		for _, a := range strings.Split(alike, ",") {
			p := newPhrase(a, name)
			m[p.plain[0]] = append(m[p.plain[0]], p)
		}
	}
	for _, ps := range m {
		slices.SortStableFunc(ps, func(a, b phrase) int { return len(b.plain) - len(a.plain) })
	}
	return m
}

// anyOf makes alternatives of phrases that commas separate.
func anyOf(s string) (ps []phrase) {
	for _, a := range strings.Split(s, ",") {
		ps = append(ps, newPhrase(a, ""))
	}
	return ps
}

// A mean is one concept of a text and the word at which it stands.
type mean struct {
	name  string // of the concept, or the word itself
	fold  string // the same without diacritics
	plain bool   // the text has no diacritics
	at    int
}

// is reports whether two means are one; without diacritics on one side they
// are compared without.
func (m mean) is(o mean) bool {
	if m.plain || o.plain {
		return m.fold == o.fold
	}
	return m.name == o.name
}

// means returns the concepts of a text, each once, without stop words and
// without the words that are part of a value.
func means(ws []word, vs []value) (out []mean) {
	inValue := make([]bool, len(ws))
	for _, v := range vs {
		for i := v.from; i < v.to; i++ {
			inValue[i] = true
		}
	}
	add := func(m mean) {
		if !slices.ContainsFunc(out, m.is) {
			out = append(out, m)
		}
	}
next:
	for i := 0; i < len(ws); {
		for _, p := range concepts[ws[i].fold] {
			if matches(ws[i:], p) && !inValue[i] {
				add(mean{p.concept, p.concept, ws[i].plain, i})
				i += len(p.plain)
				continue next
			}
		}
		if w := ws[i]; !w.isNum && !w.doc && !inValue[i] && !stop.has(w) && len(w.fold) > 1 {
			add(mean{w.exact, w.fold, w.plain, i})
		}
		i++
	}
	return out
}

// matches reports whether a phrase stands at the start of ws.
func matches(ws []word, p phrase) bool {
	if len(ws) < len(p.plain) {
		return false
	}
	for i := range p.plain {
		if i > 0 && ws[i].cut {
			return false
		}
		if ws[i].plain && ws[i].fold != p.plain[i] || !ws[i].plain && ws[i].exact != p.exact[i] {
			return false
		}
	}
	return true
}

// has reports whether one of the phrases stands in ws.
func has(ws []word, ps []phrase) bool { at, _ := find(ws, ps); return at >= 0 }

// find returns the place of the first phrase that stands in ws, or -1, and
// its length.
func find(ws []word, ps []phrase) (at, n int) {
	for i := range ws {
		for _, p := range ps {
			if matches(ws[i:], p) {
				return i, len(p.plain)
			}
		}
	}
	return -1, 0
}
