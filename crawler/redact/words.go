package redact

import "strings"

// How sure a form of address makes of a name.
type manner int

const (
	given manner = iota + 1 // a given name is enough: "chị Hoa"
	full                    // only with the family's: "mẹ Nguyễn Thị Hoa", "co Tran Thi Lan"
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.SplitSeq(words, ",") {
		m[strings.TrimSpace(w)] = true
	}
	return m
}

// withBare is set, with each word also as it is typed without diacritics.
func withBare(words string) map[string]bool {
	m := set(words)
	for w := range set(words) {
		m[bare(w)] = true
	}
	return m
}

// kin are forms of address. Typed without diacritics most of them are other
// words as well: ba is three, co is to have, di is to go.
var kin = func() map[string]manner {
	m := map[string]manner{}
	for w := range set("con,mẹ,bố,cha,vợ,chồng,thằng,mụ,gã,tía,má,me,bo,vo,chong,thang,ba,co,bac,chu,thay,cau,di,cu,be,mo,thim,lao,ả") {
		m[w] = full
	}
	for w := range set("anh,chị,ông,bà,cô,chú,bác,em,cháu,thầy,cậu,dì,dượng,thím,bé,cụ,bạn,mệ,mự,mợ,lão,sếp,chi,ong,chau") {
		m[w] = given
	}
	return m
}()

var (
	// unmarked are forms of address without their diacritics, which are other
	// words as well.
	unmarked = set("me,bo,vo,chong,thang,ba,co,bac,chu,thay,cau,di,cu,be,mo,thim,duong,lao")
	// beside stands between a form of address and the name.
	beside = set("giáo,chồng,vợ,shipper,trai,gái,dâu,rể,cụ,bé,nội,ngoại,chủ,ruột,nuôi,tên,giao,gai,chu,noi,ngoai,ten,bảo,tài,thợ")
	// roles are parts in private life, of two words.
	roles = set("nạn nhân,bệnh nhân,học sinh,sinh viên,thí sinh,giáo viên,đối tượng,nghi phạm,tài xế,lái xe,chủ hộ,chủ nhà,chủ quán,chủ shop,chủ đất,người dân,người nhà,cư dân,hàng xóm,bác sĩ,bác sỹ,y tá,điều dưỡng,gia đình,cháu bé,nan nhan,benh nhan,hoc sinh,sinh vien,giao vien,doi tuong,tai xe,lai xe,chu ho,chu nha,chu quan,nguoi dan,hang xom,bac si,gia dinh,nhân chứng,chủ xe,khách hàng,thợ hồ,chủ hụi,phụ huynh,lừa đảo,công nhân,người bán,người mua,người gửi")
	// rolesGiven are those that a given name alone may follow.
	rolesGiven = set("y tá,điều dưỡng,lao công,chủ shop,chủ quán,chủ trọ,tài xế,trùm hụi,chủ hụi,phản ánh")
	// jobs stand between a form of address and the name.
	jobs = set("bảo vệ,lao công,chủ trọ,giao hàng,bán rau,bán cá,bán hàng,xe ôm,thợ hồ,thợ điện,nhân viên,công nhân,hàng xóm,giữ xe,lái xe")
	// persons stand before "tên": whoever is called something.
	persons = set("nu,vien,nhan,cccd,cmnd,khoan,tro,nguoi,dan ong,ban,be,ke,tuong,sinh,khach,gai,trai,toi,minh,tui,con,chau")
	// things are called something without being anybody.
	things = set("quan,shop,tiem,ty,cty,duong,pho,cau,cho,truong,app,dung,trang,nhom,web,website,mem,phim,bao,xa,phuong,lang,thon,ap,an,trinh,sach,hang,pham,thuoc,giong,mon,ho,song,dao,nui,meo,cho,game,bai,kenh,fanpage,page,hoi,clb,xe,may,banh,ruou,bia,tau,quy,khoi,benh,vien,chien,dich,tinh,huyen,so,dem,mien,may,loai,cay,hoa")

	// families are the names of families that most people have.
	families = set("nguyen,tran,le,pham,hoang,huynh,phan,vu,vo,dang,bui,do,ho,ngo,duong,ly,dao,doan,vuong,trinh,truong,lam,mai,dinh,ha,cao,thai,to,ta,phung,chu,quach,luong,luu,tong,trieu,vi,kieu,dam,lai,nghiem,bach,quan,la,khuc,cu,tang,ninh,diep,mac,lo,lu,kha,hua,ong,au,nong,ma,thach,danh,tieu,chau,giap,khong,than,cung,do,mau,vien,phi,tu,lau,gia")

	// ends are words with which something else begins behind a name.
	ends = set("phường,xã,quận,huyện,tỉnh,khối,xóm,thôn,ấp,ngõ,đường,phố,tổ,chợ,trường,công,ủy,uỷ,phòng,ngân,trung,bệnh,bí,chủ,trưởng,phó,phuong,xa,quan,huyen,khoi,xom,thon,duong,truong,benh,và,va,có,co,đã,là,ở,bị,cho")
	// notNames are capitalised words behind a form of address that name nobody.
	notNames = set("em,chị,anh,ông,bà,bác,cô,chú,con,cháu,mẹ,bố,cha,má,vợ,chồng,giáo,sĩ,sỹ,trai,gái,bạn,ta,họ,dâu,rể,nội,ngoại,trời,bụt,phật,chúa,thần,già,noel,ấy,nào,này,kia,đó,ơi,à,ạ,và,có,không,là,ở,thì,cũng,được,cho,đi,đã,đang,sẽ,bị,nói,hỏi,bán,mua,cần,thị,văn,chu,chau,trên,dưới,trong,ngoài,của,với,từ,tại,khi,nếu,vì,nên,mà,hay,như,cả,các,mấy,mọi,nhà,chủ,công,tổ,đảng,đoàn,ủy,uỷ,ban,hội,khối,phường,xã,quận,nhiều,lại,mới,còn,vẫn,rất,quá,lắm,nhé,nha,ai,gì,đâu,sao,thế,vậy,phải,biết,muốn,xin,cảm,xem,nghe,thấy,đến,về,ra,vào,lên,xuống,làm,ăn,uống,tôi,mình,tui,nó,dân,đồng,cán,lãnh,nhân,viên,học,phụ,thanh niên,facebook,zalo,youtube,hàn,nhật,lào,tàu,nga ngố,xử,du,hồi")
	// notBehind are places and things that begin like a form of address.
	notBehind = set("bà rịa,bà nà,bà đen,bà chiểu,bà điểm,bà quẹo,bà hom,bà triệu,bà trưng,bà tô,bà đắc,bà huyện,bà hỏa,cô tô,cô giang,cô bắc,cô long,ông đốc,ông ích,ông tạ,ông lãnh,ông thìn,ông trang,anh sơn,anh quốc,anh ngữ,anh pháp,anh mỹ,anh văn,anh đức,anh hùng,em chã,chi lăng,chi pu,chi na,chi nê,ong bắp,anh son,anh van,anh ngu,chi lang,chi cục,chi bộ,chi hội,chi đoàn,chi nhánh,cậu ông")
	// legends are known by one name.
	legends = set("cô vy,cô vi,cô vít,cô vid,bác hồ,cụ hồ,bác tôn,bác giáp,cụ phan,bà trưng,bà triệu,ông công,ông táo,ông địa,ông tơ,ông tiên,bà nguyệt,bà mụ,ông thọ,ông phúc,ông lộc,chú cuội,chị hằng,chú tễu,cô tấm,ông gióng,ông ba,bà tổ,cậu vàng,lão hạc,bà tưng,ông bụt,bác ba,thầy cô")

	// placeWords stand before the name of a road, a place, an establishment.
	placeWords = set("đường,phố,ngõ,ngách,hẻm,cầu,chợ,đền,chùa,miếu,lăng,núi,hồ,sông,đảo,mũi,đèo,cảng,trường,quán,tiệm,shop,hiệu,tượng,nước,tiếng,ty,cty,phở,bún,bánh,cơm,khu,làng,ga,bến,vịnh,duong,pho,truong,quan,tuyến,viện,giải,quỹ,tư,vòng xoay,đại lộ,lộ,duong,ngo,hem,cau,quan,tiem,hãng,hàng,tên,rạp,nhóm,vien,giai,tuyen")
	// roads make a name in their sentence one of theirs, when nothing else says
	// that it is a person's.
	roads = set("đường,phố,ngã,tuyến,hẻm,quận,cầu,trường,thpt,thcs,duong,pho,nga,truong")
	// schools are kinds of schools and the like between that word and a name.
	schools = set("thpt,thcs,th,đh,cđ,mn,bv,ptcs,ptth,tiểu,học,mầm,non,trung,cơ,sở,phổ,thông,cao,đẳng,đại,bệnh,viện,thưởng,qlđt,ql,tl")

	// offices are public: who holds one is named with it.
	offices = set("chủ tịch,bí thư,thủ tướng,bộ trưởng,thứ trưởng,giám đốc,cục trưởng,vụ trưởng,viện trưởng,chánh án,thẩm phán,kiểm sát,đại biểu,chủ nhiệm,trưởng ban,phó ban,trưởng phòng,phó phòng,trưởng công,phó trưởng,phó chủ,phó bí,phó giám,hiệu trưởng,hiệu phó,khối trưởng,xóm trưởng,thôn trưởng,tổ trưởng,trưởng khối,trưởng thôn,trưởng xóm,chánh văn,chánh thanh,tư lệnh,chính ủy,đại tá,thượng tá,trung tá,thiếu tá,đại úy,thượng úy,trung úy,thiếu úy,đại tướng,thượng tướng,trung tướng,thiếu tướng,đồng chí,công chứng,người phát,tổng thống,chủ toạ,chủ tọa,trưởng đoàn,trưởng đồn,đội trưởng,đội phó,trưởng trạm,quốc hội,nghị sĩ,lãnh tụ,liệt sĩ,liệt sỹ,anh hùng,nhà thơ,nhà văn,nhạc sĩ,nhạc sỹ,ca sĩ,diễn viên,cầu thủ,chu tich,bi thu,thu tuong,bo truong,giam doc,dai bieu,dong chi,truong phong,truong ban,hieu truong,pho chu,dai ta,thuong ta,trung ta,thieu ta,dai uy,thuong uy,trung uy,thieu uy,dai tuong,anh hung,liet si,khoi truong,to truong,xom truong,vua,ct,pct,tổng bí")
	// ofOffice are the small words of an office's name.
	ofOffice = withBare("ubnd,hđnd,mttq,ủy,uỷ,ban,nhân,dân,hội,đồng,mặt,trận,đảng,ủy,bộ,phường,xã,thị,trấn,quận,huyện,thành,phố,tỉnh,khối,xóm,thôn,công,an,phòng,sở,chi,cục,trường,trạm,y,tế,đội,tổ,dân,phố,nước,quốc,phụ,nữ,nông,thanh,niên,đoàn,cựu,chiến,binh,trung,ương,tòa,án,viện,kiểm,sát,kinh,văn,hóa,xã,tài,nguyên,giáo,dục,là,phuong,xa,tinh,khoi,của,thường,trực,và,kiêm,phó,trưởng,mình,ta,cũ,mới,nhà,lao,động,thương,công,nghệ,khoa,học,chính,nội,vụ,ngoại,giao,phòng,tư,pháp,nghiệp,môi,thông,tin,truyền,thể,thao,du,lịch,vận,tải,xây,dựng,đầu,kế,hoạch,tra,tuyên,chức,hành,tâm,phục,doanh,liên,hiệp,quân,sự,chỉ,huy,cộng,hòa,chấp,trách")

	// bodies begin the names of holders of accounts that are no people.
	bodies = set("cong,cty,ngan,quy,ban,hoi,ubnd,trung,truong,kho,benh,doanh,ho kinh,chi,cua,shop,co")

	// figures are of history: their names are of roads, schools and days.
	figures = set("ho chi minh,vo nguyen giap,phan boi,phan boi chau,phan chau trinh,phan chu trinh,nguyen du,nguyen trai,tran hung dao,quang trung,le loi,le lai,ly thuong kiet,nguyen hue,ngo quyen,dinh tien hoang,dinh bo linh,ton duc thang,nguyen thai hoc,nguyen thi minh khai,ho xuan huong,nguyen van cu,nguyen van troi,le van tam,vo thi sau,hoang van thu,nguyen van linh,le van sy,le van duyet,le van huu,phan van tri,nguyen thi dinh,pham van dong,dang van ngu,le van luong,tran van on,nguyen van to,bui thi xuan,le thi hong gam,mac thi buoi,le hong phong,ha huy tap,tran phu,truong chinh,le duan,phan dinh phung,phan dang luu,nguyen si sach,nguyen sy sach,chu van an,nguyen binh khiem,nguyen dinh chieu,hoang hoa tham,nguyen cong tru,mac dinh chi,tran quoc toan,tran nhan tong,tran quang khai,ly thai to,ly tu trong,ngo thi nham,ngo gia tu,nguyen tat thanh,nguyen ai quoc,nguyen sinh cung,nguyen sinh sac,hoang thi loan,phan huy chu,le quy don,luong the vinh,nguyen truong to,nguyen chi thanh,nguyen khuyen,xuan dieu,to huu,nam cao,kim dong,vo van kiet,nguyen van huong,duong van nga,trieu thi trinh,nguyen thi suot,bui vien,phung hung,cao ba quat,cao thang,nguyen huu canh,nguyen tri phuong,doan thi diem,huynh thuc khang,dang thai mai,dang thuy tram,dang dung,mai thuc loan,mai hac de,cu chinh lan,phan van dong,tran dai nghia,ton that tung,ton that thuyet,van cao,trinh cong son,le van thiem,nguyen van be,duong dinh nghe,khuc thua du,le hoan,le thanh tong,ly nam de,trieu quang phuc,nguyen xi,thai phien,nguyen canh chan,le viet thuat,phung chi kien,to hien thanh,truong dinh,hoang dieu,ba trieu,thach lam,nguyen van thoai")
	// places are those that people and sentences name without a word for them.
	places = set("viet nam,ha noi,sai gon,ho chi,hai phong,da nang,can tho,nghe an,ha tinh,thanh hoa,quang binh,quang tri,quang nam,quang ngai,quang ninh,thai nguyen,thai binh,nam dinh,ninh binh,ha nam,hung yen,hai duong,bac ninh,bac giang,bac kan,cao bang,lang son,tuyen quang,ha giang,lao cai,yen bai,lai chau,dien bien,son la,hoa binh,phu tho,vinh phuc,binh dinh,phu yen,khanh hoa,ninh thuan,binh thuan,kon tum,gia lai,dak lak,dac lac,dak nong,lam dong,binh phuoc,tay ninh,binh duong,dong nai,ba ria,vung tau,long an,tien giang,ben tre,tra vinh,vinh long,dong thap,an giang,kien giang,hau giang,soc trang,bac lieu,ca mau,trung quoc,han quoc,nhat ban,dai loan,thai lan,campuchia,lao dong,chau au,chau a,chau phi,chau my,bac nam,du lich,hoa ky,dong nam,hong kong,bien dong,mien bac,mien nam,mien trung,mien tay,da lat,nha trang,phu quoc,thai hoa,quynh luu,dien chau,nghia dan,con dao")
)
