package official

import (
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

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

// A spelled word is kept with its forms: people use the same few thousand.
type spelling struct{ raw, exact, fold string }

var spellings [1 << 13]atomic.Pointer[spelling]

// spellingOf returns the exact form of a word and the one without diacritics.
func spellingOf(raw string) *spelling {
	h := uint32(2166136261)
	for i := range len(raw) {
		h = (h ^ uint32(raw[i])) * 16777619
	}
	at := &spellings[h%uint32(len(spellings))]
	if s := at.Load(); s != nil && s.raw == raw {
		return s
	}
	exact := lang.Key(raw)
	s := &spelling{raw, exact, plain(exact)}
	if len(raw) <= 32 {
		s.raw = strings.Clone(raw) // not all of the text
		at.Store(s)
	}
	return s
}

// words splits a text. Numbers keep their signs: "350.000", "1,5", "02/12";
// "10h" and "7k9" come apart.
func words(text string) []word {
	ws := make([]word, 0, len(text)/5+4)
	cut, gap, ends := true, true, false
	at := 0 // code points before i
	add := func(w word, runes int) {
		w.start, w.end, w.cut, w.gap, w.ends = at, at+runes, cut, gap, ends
		ws = append(ws, w)
		at, cut, gap, ends = at+runes, false, false, false
	}
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case unicode.IsDigit(r):
			if s := docNumberAt(text[i:]); s != "" {
				add(word{fold: plain(strings.ToLower(s)), exact: s, doc: true}, utf8.RuneCountInString(s))
				i += len(s)
				continue
			}
			j, runes := i+n, 1
			for j < len(text) {
				d, m := utf8.DecodeRuneInString(text[j:])
				if !unicode.IsDigit(d) {
					if d != '.' && d != ',' && d != '/' {
						break
					}
					if next, _ := utf8.DecodeRuneInString(text[j+1:]); j+1 == len(text) || !unicode.IsDigit(next) {
						break
					}
				}
				j, runes = j+m, runes+1
			}
			s := text[i:j]
			w := word{fold: s, exact: s}
			w.num, w.isNum = number(s)
			add(w, runes)
			i = j
		case letter(r):
			j, runes := i+n, 1
			for j < len(text) {
				d, m := utf8.DecodeRuneInString(text[j:])
				if !letter(d) {
					break
				}
				j, runes = j+m, runes+1
			}
			s := spellingOf(text[i:j])
			w := word{fold: s.fold, exact: s.exact}
			if w.fold == "m" {
				switch d, m := utf8.DecodeRuneInString(text[j:]); d {
				case '²', '2':
					w.fold, w.exact, j, runes = "m2", "m2", j+m, runes+1
				case '³', '3':
					w.fold, w.exact, j, runes = "m3", "m3", j+m, runes+1
				}
			}
			add(w, runes)
			i = j
		case r == '%':
			ws = append(ws, word{fold: "%", exact: "%", start: at, end: at + 1, gap: gap})
			i, at, cut, gap, ends = i+1, at+1, false, false, false
		default:
			switch r {
			case '.', '!', '?', '\n':
				cut, ends = true, true
			case ',', ';', ':', '(', ')':
				cut = true
			}
			gap = true
			i, at = i+n, at+1
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

func letter(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r|0x20 && r|0x20 <= 'z'
	}
	return unicode.IsLetter(r) || unicode.Is(unicode.Mn, r)
}

// docNumberAt is the number of a document that a text starts with, or "".
func docNumberAt(text string) string {
	head := text[:min(len(text), 6)]
	if !strings.Contains(head, "/") {
		return "" // what it starts with has at most five digits
	}
	end, runes := 0, 0
	for end < len(text) && runes < 30 {
		_, n := utf8.DecodeRuneInString(text[end:])
		end, runes = end+n, runes+1
	}
	return docNumber.FindString(text[:end])
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
	cat_nuoc: cắt nước, khóa nước, tạm ngừng cấp nước, ngừng cấp nước, ngắt nước, cúp nước, mất nước
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
	nop_don: nộp đơn, làm đơn, gửi đơn, đơn xin, đơn đăng ký, hồ sơ, giấy tờ, đơn
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
	quan_an: hộ kinh doanh ăn uống, kinh doanh ăn uống, cơ sở ăn uống, hộ ăn uống, hàng ăn, quán ăn, quán cà phê, quán cafe, quán nhậu, quán
	mo_lai: đóng điện trở lại, cấp điện trở lại, cấp nước trở lại, mở nước trở lại, đóng điện lại, đóng lại điện, mở điện lại, mở nước lại, nối lại, đấu lại, mở lại, đóng lại
	am_nhac: hoạt động âm nhạc, âm nhạc, nhạc
	cam_ket: ký cam kết, cam kết
	truc_tuyen: trực tuyến, cổng dịch vụ công, qua mạng, online
	trinh_do: trình độ văn hóa, trình độ
	nghi_hoc: nghỉ học
	gui_xe: gửi xe, giữ xe, đỗ xe, đậu xe, trông giữ xe, trông xe
	nha_tre: nhà trẻ
	mau_giao: mẫu giáo
	mam_non: mầm non
	tieu_hoc: tiểu học, cấp 1, cấp một
	thcs: trung học cơ sở, thcs, cấp 2, cấp hai
	thpt: trung học phổ thông, thpt, cấp 3, cấp ba
	dai_hoc: đại học, cao đẳng
	truong_tu: tư thục, trường tư, ngoài công lập, dân lập
	truong_cong: công lập, trường công, trường nhà nước
	can_cuoc: căn cước công dân, căn cước, cccd, thẻ căn cước
	khai_sinh: giấy khai sinh, khai sinh
	cap_lai: cấp lại, làm lại, xin lại
	cap_doi: cấp đổi, đổi thẻ, đổi lại, đổi
	lan_dau: lần đầu, cấp mới, làm mới
	vut_rac: bỏ rác, vứt rác, xả rác, vất rác
	tha_rong: thả rông, thả chó, thả
	tiem: tiêm phòng, tiêm chủng, chích ngừa, tiêm
	xay_nha: xây mới nhà ở, xây nhà mới, nhà xây mới, xây mới, xây nhà, làm nhà mới
	sua_nha: sửa chữa nhà ở, sửa chữa nhà, sửa nhà, sửa chữa
	tam_ung: tạm ứng, ứng trước, ứng
	ung_thuoc: vắc xin, vacxin, vaccine
	chuyen_khoan: chuyển khoản, tài khoản ngân hàng
	tre_em_nho: nhóm trẻ
	ket_hon: đăng ký kết hôn, kết hôn, cưới
	khai_tu: khai tử
	chung_thuc: chứng thực, công chứng, sao y
	xe_may: xe máy, xe gắn máy, honda
	o_to: ô tô, xe hơi, xe con
	xe_dap: xe đạp
	xe_tai: xe tải
	xe_uu_tien: xe cứu thương, xe cấp cứu, xe chữa cháy, xe cứu hỏa
	xe_buyt: xe buýt
	xe_khach: xe khách
	qua_dem: qua đêm
	le_phi: lệ phí, tiền lệ phí
	het_gia_tri: không còn giá trị sử dụng, không còn giá trị, hết giá trị, hết hiệu lực, không còn hiệu lực, không dùng được nữa, bỏ không dùng
	con_gia_tri: còn giá trị sử dụng, còn giá trị, còn hiệu lực, vẫn dùng được, dùng bình thường
	mo_cua: mở cửa, hoạt động, làm việc, mở, tiếp nhận
	dong_cua: đóng cửa, nghỉ bán, nghỉ làm
	cat_dien: tạm ngừng cấp điện, ngừng cấp điện, cắt điện, cúp điện, mất điện, ngừng cung cấp điện
	dien_thoai: điện thoại, gọi điện
	gia_dien: giá điện, tiền điện
	tach_thua: tách thửa, chia thửa, tách sổ, tách đất
	so_do: giấy chứng nhận quyền sử dụng đất, giấy chứng nhận, sổ đỏ, sổ hồng, bìa đỏ
	mai_tang: mai táng phí, chi phí mai táng, tiền mai táng, mai táng, ma chay
	tro_cap_gia: trợ cấp hưu trí xã hội, trợ cấp tuổi già, tiền già
	tiep_dan: tiếp công dân, tiếp dân
	hon_nhan: tình trạng hôn nhân, độc thân
	boi_thuong: bồi thường, đền bù
	thu_hoi: thu hồi đất, thu hồi, lấy đất
	tai_dinh_cu: tái định cư
	giai_phong: giải phóng mặt bằng, giải tỏa
	dat_nong: đất nông nghiệp, đất ruộng, đất lúa, đất trồng lúa
	dat_o: đất ở, đất thổ cư
	vay_von: vay vốn, cho vay, vay
	viec_lam: việc làm
	tro_giup: trợ giúp xã hội, bảo trợ xã hội
	qua_tet: quà tết, quà
	luong_huu: lương hưu
	xe_dien: xe điện
	giay_phep: giấy phép, cấp phép, phép
	xay_dung: xây dựng, xây cất
	dang_kiem: đăng kiểm
	tam_vang: tạm vắng
	dich_te: dịch bệnh, ổ dịch
	thuc_pham: an toàn thực phẩm, thực phẩm, đồ ăn
	nghi_tet: nghỉ tết
	le_hoi: lễ hội, hội làng
	dua_xe: đua xe
	cam_co: tạm giữ, tịch thu, thu giữ
	tram_bom: trạm bơm
	chan_nuoi: chăn nuôi, nuôi lợn, nuôi heo, chuồng trại
	lon: lợn, heo
	xang: xăng dầu, xăng
	nop_phat: nộp phạt, xử phạt, bị phạt, phạt tiền, phạt
	ket_qua: trả kết quả, kết quả
	toi_da: tối đa
	nha_van_hoa: nhà văn hóa
	giay_xac_nhan: giấy xác nhận, xác nhận
	tu_nguyen: tự nguyện
	bat_buoc: bắt buộc
	dung_han: đúng hạn
	nghi_le: nghỉ lễ
	cho_dem: chợ đêm, chợ phiên
	_: ngày làm việc, giờ làm việc
`)

// groups are concepts that say who is meant. A rule about one group says
// nothing about another.
var groups = bitset("can_ngheo ho_ngheo tre hoc_sinh sinh_vien nguoi_gia nguoi_lon nong_dan ngoai_tinh kinh_doanh phu_nu khuyet_tat")

// exclusive are families of concepts of which one excludes the others: what
// is said of one says nothing about another.
var exclusives = [...]string{"nha_tre mau_giao mam_non tieu_hoc thcs thpt dai_hoc", "truong_tu truong_cong", "cap_lai cap_doi lan_dau", "xe_may o_to xe_dap xe_tai xe_uu_tien xe_buyt xe_khach", "xay_nha sua_nha"}

var exclusive = families(exclusives[:]...)

// opposite are pairs of concepts of which one denies the other.
var opposite = map[string]string{"het_gia_tri": "con_gia_tri", "con_gia_tri": "het_gia_tri", "mo_cua": "dong_cua", "dong_cua": "mo_cua", "tu_nguyen": "bat_buoc", "bat_buoc": "tu_nguyen"}

// schools is the family of the kinds of schools.
const schools = 1

func families(sets ...string) map[string]int {
	m := map[string]int{}
	for i, s := range sets {
		for _, name := range strings.Fields(s) {
			m[name] = i + 1
		}
	}
	return m
}

// stop are words that say nothing about the subject: grammar, small talk of
// people and their region, and words of every document.
var stop = newWordset(`là và với thì mà của cho ở tại đến tới từ trong ngoài trên dưới trước sau khi nếu mỗi các những một mấy này kia đó đấy đây ni nớ nào
	mô răng rứa hôm nay mai qua có không ko hông chưa đã đang sẽ được bị phải cần cũng vẫn còn rồi ra vào lên xuống đi lại về như theo
	nhà nha nhé nghe à ạ ơi hả hè hỉ hén hè thôi luôn lun hết hơn kém rất lắm quá chỉ chi ai gì sao vì do bởi nên tuy nhưng hoặc hay
	bà con mọi người cả anh chị em mình tui tôi ta tao mày mi o chú bác cô cháu mn mng ad mom mẹ bố ông
	nhớ nhắc biết nói bảo báo thấy tưởng cứ vừa mới giờ chừ chớ chứ thế vậy nữa xem coi so tính ra đắt rẻ gần xa nhiều ít làm mần
	ngày tháng năm giờ phút tuần quy định thông báo nghị quyết văn bản kế hoạch việc quê nhất đợt muốn mua nộp đóng thu trả tiền phí thường
	đủ hợp lệ xong liền tức ngay bắt đầu kết thúc cuối thứ số lúc buổi sáng trưa chiều tối đêm đồng đơn vị người dân
	thoải mái đối trường hợp thực hiện tổ chức nội dung hằng hàng nhau tất thêm xét đâu đòi giả xin dành thuộc gồm khác để lấy mức phần tăng hộ bằng dc đc cx vs z v e m t b`)

func set(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// bitset gives each word a bit of its own; there are at most 16.
func bitset(s string) map[string]uint16 {
	m := map[string]uint16{}
	for i, w := range strings.Fields(s) {
		m[w] = 1 << i
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

// Phrases are alternatives. Starts has a bit for each first letter of theirs.
type phrases struct {
	list   []phrase
	starts [4]uint64
}

func (p *phrases) start(w word) bool {
	return w.fold != "" && w.fold[0] < utf8.RuneSelf && p.starts[w.fold[0]/64]&(1<<(w.fold[0]%64)) != 0
}

// anyOf makes alternatives of phrases that commas separate; their first words
// begin with a letter from a to z when they have no diacritics.
func anyOf(s string) *phrases {
	ps := &phrases{}
	for _, a := range strings.Split(s, ",") {
		p := newPhrase(a, "")
		ps.list = append(ps.list, p)
		ps.starts[p.plain[0][0]/64] |= 1 << (p.plain[0][0] % 64)
	}
	return ps
}

// A mean is one concept of a text and the word at which it stands.
type mean struct {
	name  string // of the concept, or the word itself
	fold  string // the same without diacritics
	plain bool   // the text has no diacritics
	at    int
	neg   bool // "không" or its like stands before it
	after bool // it stands before it in the sentence, beyond its reach: in a list it may be meant still
	head  bool // it is what is negated, the first behind the word
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
	negs, after := negated(ws)
	seen := 0                // number of the last negation that has its head
	inside := map[int]bool{} // negations that are part of a concept: "không nổ"
next:
	for i := 0; i < len(ws); {
		for _, p := range concepts[ws[i].fold] {
			if matches(ws[i:], p) && !inValue[i] {
				m := mean{name: p.concept, fold: p.concept, plain: ws[i].plain, at: i, neg: negs[i] > 0 && !inside[negs[i]], after: after[i]}
				for j := i; j < i+len(p.plain); j++ {
					if negation.has(ws[j]) && j+1 < len(ws) {
						inside[negs[j+1]] = true
					}
				}
				m.head = m.neg && negs[i] != seen
				seen = max(seen, negs[i])
				if m.name != "_" { // "_" is a unit, though its words mean something
					add(m)
				}
				if i += len(p.plain); p.plain[len(p.plain)-1] == "xe" && len(p.plain) > 1 {
					i-- // "gửi xe máy": which vehicle stands behind
				}
				continue next
			}
		}
		if w := ws[i]; !w.isNum && !w.doc && !inValue[i] && !stop.has(w) && len(w.fold) > 1 {
			m := mean{name: w.exact, fold: w.fold, plain: w.plain, at: i, neg: negs[i] > 0 && !inside[negs[i]], after: after[i]}
			if !modal.has(w) {
				m.head = m.neg && negs[i] != seen
				seen = max(seen, negs[i])
			}
			add(m)
		}
		i++
	}
	return out
}

var (
	// Without diacritics the short ones are other words: "khoi", "chua", "cam".
	negation = wordset{newWordset("không ko hông hổng chẳng chả nỏ chưa khỏi").exact, newWordset("không ko hổng chẳng").plain}
	// notNegation behind "không" make another word of it.
	notNegation = newWordset("quá qua chỉ những ít nơi ai khí gian")
	modal       = newWordset("yêu cầu bắt buộc đòi hỏi cần phải")
	turns       = newWordset("mà nhưng thì nên vì")
)

// negated says of each word behind which negation it stands, counted from 1,
// or 0. A negation reaches six words, to the next comma or turn. After says
// that one stands before the word in its sentence, with no turn between.
func negated(ws []word) (out []int, after []bool) {
	out, after = make([]int, len(ws)), make([]bool, len(ws))
	at, n, some := 0, 0, false
	for i, w := range ws {
		if w.ends || turns.has(w) {
			some = false
		}
		after[i] = some
		switch {
		case w.cut && i > 0 || turns.has(w):
			at = 0
		case at > 0 && i-at+1 > 6:
			at = 0
		}
		if negation.has(w) && i+1 < len(ws) && !notNegation.has(ws[i+1]) && !ws[i+1].cut && !condition(ws[i:]) {
			n++
			at, some = i+1, true
			continue
		}
		if at > 0 {
			out[i] = n
		}
	}
	return out, after
}

// condition reports whether a negation at the start of ws begins a part of a
// sentence and says when something else happens: "Không phân loại rác bị từ
// chối", "không nộp là cắt". It denies nothing.
func condition(ws []word) bool {
	if !ws[0].cut {
		return false
	}
	for i := 2; i < len(ws) && i < 9 && !ws[i].cut; i++ {
		if then.has(ws[i]) {
			return true
		}
	}
	return false
}

var then = newWordset("thì là bị sẽ")

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

// at reports whether one of the phrases stands at the start of ws.
func (p *phrases) at(ws []word) bool {
	return len(ws) > 0 && p.start(ws[0]) && slices.ContainsFunc(p.list, func(x phrase) bool { return matches(ws, x) })
}

// has reports whether one of the phrases stands in ws.
func has(ws []word, ps *phrases) bool { at, _ := find(ws, ps); return at >= 0 }

// find returns the place of the first phrase that stands in ws, or -1, and
// its length.
func find(ws []word, ps *phrases) (at, n int) {
	for i := range ws {
		if !ps.start(ws[i]) {
			continue
		}
		for _, p := range ps.list {
			if matches(ws[i:], p) {
				return i, len(p.plain)
			}
		}
	}
	return -1, 0
}
