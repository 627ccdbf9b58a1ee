package redact

import "strings"

// Small letters hide names among ordinary words, so more has to speak for one:
// a family's name and the middle word that only people have, or a form of
// address, a given name that is hardly ever a word, and what is said of a
// person behind it.

var (
	// lowFamilies are names of families with their diacritics, before thị or
	// văn; bareFamilies are those that stay clear without them.
	lowFamilies  = set("nguyễn,trần,lê,phạm,hoàng,huỳnh,phan,vũ,võ,đặng,bùi,đỗ,hồ,ngô,dương,lý,đào,đoàn,vương,trịnh,trương,lâm,đinh,thái,tô,tạ,phùng,quách,lương,lưu,tống,triệu,kiều,đàm,nghiêm,bạch,lữ,đậu,lò,lô,quang,moong,cụt,kha,mạc,vi,cao,hà")
	bareFamilies = set("nguyen,pham,huynh,tran,le,hoang,phan,dang,bui,dinh")
	// notMiddle come behind thị and văn where these are no part of a name.
	notMiddle = set("trường,trấn,xã,ủy,uỷ,tứ,dân,hiếu,lực,giác,phần,hóa,hoá,minh,nghệ,học,phòng,bản,kiện,hiến,thư,bằng,sĩ,chỉ,truong,tran,xa,uy,tu,dan,hoa,minh,nghe,hoc,phong,ban,kien,thu,bang")
	// twofold begin given names of two words.
	twofold = set("phương,thu,thanh,bích,kim,ngọc,hồng,mỹ,ánh,hải,thùy,thuỳ,khánh,diệu,quỳnh,thúy,xuân,hoàng,đức,quang,bảo,gia,kiều,hương,như,yến,cẩm,hoài,minh,tuấn,quốc,phuong,thanh,bich,kim,ngoc,hong,hai,thuy,khanh,dieu,xuan,duc,quoc,tuan")
	// lowGiven are given names that are hardly ever a word behind a form of
	// address, in small letters. "Mai" (tomorrow), "quyết" (is decided), "thắng"
	// (wins), "nam" (male) and the like are words too often.
	lowGiven = set("tuấn,dũng,hùng,cường,thủy,thuỷ,quỳnh,hường,hằng,nhung,oanh,loan,diễm,ngân,linh,vy,vân,thúy,thuý,huệ,huyền,trinh,phượng,khánh,duyên,thảo,kiên,hiếu,nghĩa,hạnh,hiền,thịnh,vinh,quân,khoa,lan,hoa,yến,hương,thanh,tâm,phương,ngọc,bích,liên,cúc,dung,bình,hải,sơn,long,đức,phúc,lộc,tùng,việt,quang,tú,tuyết,tiến,hòa,đạt,nguyệt,nga,hà,liễu,lựu,mận,sen,thơm,gấm,xuyến,nhàn,thuận,hưng,tài,lâm,phong,khang,trí,kỷ,thìn,tý,sửu,mão,ngọ,dậu,tuất,hợi,tèo,hào,hiệp,quốc,tấn,vượng,bảo,hân,thư,ngà,trâm,thoa,nết,diệu,ninh,quế,lụa,hoài,nhi,hoan")
	// lowBehind is what follows a person's name, or nothing does.
	lowBehind = set("bị,ở,bảo,nói,kể,ơi,sang,đã,đang,kêu,gọi,hỏi,và,với,đi,bán,dạy,học,làm,nhà,xóm,khối,tổ,chạy,mất,nợ,lừa,vay,xây,đốt,chưa,mới,vừa,khai,trú,bên,đầu,cuối,hay,cũng,ạ,nhé,nha,nhận,đòi,quát,chửi,thu,ốm,nghỉ,chuyển,nộp,đăng,báo,xin,kiện,khiếu,con,cháu,lên,xuống,tới,đến,không,ko,k,lại,để,đây,trả,xả,sửa,đậu,tông,ngã,có,còn,quá,thì,lấy,vào,ra,khám,của,trước,sau,hôm,sáng,chiều,tối")
	// lowMiddle are second words of names of three.
	lowMiddle = set("hữu,văn,thị,sỹ,sĩ,đình,đức,quang,xuân,thế,gia,bá,công,trọng,minh,ngọc,hoàng,kiều,khắc,đăng,cảnh,nhật,anh,thanh,hồng,quốc,viết,duy,tiến,mạnh,khánh,hoài,bích,thu,bảo,hải,tuấn,phương,kim,như,mỹ,thùy,diệu,quỳnh")
	// hurried are forms of address without diacritics that a name of one word
	// follows where what is behind it is said of a person.
	hurried = set("bac,chu,co,thay,thim,cu")
	// lowKin are forms of address that a given name alone may follow.
	lowKin = set("anh,chị,ông,bà,cô,chú,bác,em,cháu,thầy,cậu,dì,thím,bé")
)

// lower finds a private person's name in small letters that is announced by,
// or begins with, word i.
func (t *text) lower(i int) (from, n int) {
	w := &t.words[i]
	if w.as != small {
		return 0, 0
	}
	follows := func(k int) bool { return k < len(t.words) && t.follows(k) && t.words[k].as == small }
	if follows(i+1) && follows(i+2) && middle(t.words[i+1].low) {
		mid, given := t.words[i+1].low, t.words[i+2].low
		plain := mid == "thi" || mid == "van"
		known := lowFamilies[w.low] && !plain || plain && bareFamilies[w.low]
		if known && !notMiddle[given] && syllable(given) && !ends[given] && !notNames[given] {
			n = 3
			if follows(i+3) && twofold[given] && syllable(t.words[i+3].low) && !ends[t.words[i+3].low] && !notNames[t.words[i+3].low] && !lowBehind[t.words[i+3].low] {
				n = 4
			}
			if !t.place(i) && !t.roads(i) && !t.public(i, i, n) && !t.public(i, i, n+1) && !historic(t.run(i, n)) {
				return i, n
			}
		}
	}
	if lowFamilies[w.low] && follows(i+1) && follows(i+2) && lowMiddle[t.words[i+1].low] && t.announced(i) {
		given := t.words[i+2].low
		if syllable(given) && !lowBehind[given] && !ends[given] && !notNames[given] && !historic(t.run(i, 3)) && !t.place(i) && !t.roads(i) && !t.public(i, i, 3) {
			return i, 3
		}
	}
	if w.low == "tên" && i > 0 && (persons[bare(t.words[i-1].low)] || kin[t.words[i-1].low] != 0) && follows(i+1) && lowGiven[t.words[i+1].low] && !t.thing(i) &&
		(i+2 == len(t.words) || !t.follows(i+2) || lowBehind[t.words[i+2].low]) {
		return i + 1, 1
	}
	if !lowKin[w.low] || !follows(i+1) || !lowGiven[t.words[i+1].low] {
		return 0, 0
	}
	pair := w.low + " " + t.words[i+1].low
	if legends[pair] || notBehind[pair] || t.place(i) || t.public(i, i+1, 1) || t.known(t.words[i+1].low) {
		return 0, 0
	}
	if i+2 < len(t.words) && t.follows(i+2) && !lowBehind[t.words[i+2].low] {
		return 0, 0
	}
	return i + 1, 1
}

// announced reports whether a person is spoken of before word i: a form of
// address, a part in private life, "họ tên:", "tôi là".
func (t *text) announced(i int) bool {
	if i == 0 {
		return false
	}
	before, two := t.words[i-1].low, ""
	if i > 1 {
		two = t.words[i-2].low
	}
	switch {
	case before == "tên":
		return two == "họ" || two == "và" || persons[bare(two)] || kin[two] != 0
	case before == "là":
		return introduced[two] || two == "tên"
	case !t.follows(i):
		return false
	}
	return lowKin[before] || before == "thằng" || before == "mẹ" || before == "bố" || roles[two+" "+before] || rolesGiven[two+" "+before]
}

// hurry finds a name behind a form of address without diacritics.
func (t *text) hurry(i int) (from, n int) {
	j := i + 1
	if !hurried[t.words[i].low] || j >= len(t.words) || !t.follows(j) || t.words[j].as != title || t.capitalised(j) != 1 || bare(t.words[j].low) != t.words[j].low {
		return 0, 0
	}
	if j+1 < len(t.words) && t.follows(j+1) && !bareBehind[t.words[j+1].low] || j+1 == len(t.words) || !t.follows(j+1) {
		return 0, 0
	}
	if notNames[t.words[j].low] || bareNot[t.words[j].low] || t.titled(i, j, 1) || t.place(i) || t.public(i, j, 1) {
		return 0, 0
	}
	return j, 1
}

var bareBehind, bareNot = func() (map[string]bool, map[string]bool) {
	a, b := map[string]bool{}, map[string]bool{}
	given := set("minh,tu,the,vi,nhat,doan,dan,can,hoa,lan,hanh,nam,son,thi,van,hien,vien,cong,hoi,dong,lao,y,ha,ai,chi,anh,chau,giao,thao,hue,sen,lien,bich,kim,chu,dung,thuy")
	for w := range lowBehind {
		a[bare(w)] = true
	}
	for w := range notNames {
		if b[bare(w)] = true; given[bare(w)] {
			delete(b, bare(w))
		}
	}
	return a, b
}()

// mayLower reports whether there may be a name in small letters in s.
func mayLower(words []word) bool {
	for i := 1; i < len(words); i++ {
		if w := words[i].low; words[i].as == small && (middle(w) || lowGiven[w] || lowMiddle[w]) && (words[i-1].low == "tên" || lowFamilies[words[i-1].low] || bareFamilies[words[i-1].low] || lowKin[words[i-1].low]) {
			return true
		}
	}
	return false
}

// intro finds a full name behind "tôi là", or behind the letter that stands
// for anh or chị where people type in haste.
func (t *text) intro(i int) (from, n int) {
	w := &t.words[i]
	if w.as != small || i == 0 && w.low != "a" && w.low != "c" {
		return 0, 0
	}
	j := i + 1
	if j >= len(t.words) || !t.follows(j) || t.words[j].as != title {
		return 0, 0
	}
	switch w.low {
	case "là":
		if !introduced[t.words[i-1].low] {
			return 0, 0
		}
		if n = t.capitalised(j); n < 2 || !families[bare(t.words[j].low)] || notNames[t.words[j].low] && n < 3 {
			return 0, 0
		}
	case "a", "c":
		if i > 0 && !hasty[t.words[i-1].low] && !w.stop {
			return 0, 0
		}
		if n = min(t.capitalised(j), 2); n == 0 || notNames[t.words[j].low] {
			return 0, 0
		}
	default:
		return 0, 0
	}
	if t.titled(i, j, n) || historic(t.run(j, n)) || placeNamed(t.run(j, n)) || t.public(i, j, n) {
		return 0, 0
	}
	return j, n
}

// bareLegends are those that stay clear without diacritics.
var bareLegends = set("ong cong,ong tao,ong troi,ong dia,ong but,chu cuoi,co tam,chi pheo")

var (
	introduced = set("tôi,mình,em,tui,cháu,con")
	hasty      = set("gặp,hệ,lh,ib,inbox,alo,gọi,cho,của,hỏi,với,và,nhờ,ơn,ck,tới,sđt,sdt,nhắn,bảo,nghe")
)

// pictured are legends whose names people have as well: they are meant where
// one of these words is in the text.
var pictured = []string{"cuội", "trăng", "trung thu", "sữa", "tượng", "tranh", "tam đa", "truyện"}

// legend reports whether a form of address and a name are of a legend.
func (t *text) legend(pair string) bool {
	if !legends[pair] && !bareLegends[pair] {
		return false
	}
	switch pair {
	case "chị hằng", "ông phúc", "ông lộc", "ông thọ":
		low := strings.ToLower(t.s)
		for _, p := range pictured {
			if strings.Contains(low, p) {
				return true
			}
		}
		return false
	}
	return true
}
