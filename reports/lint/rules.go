package lint

import "langnghe/internal/news"

// rules says what each rule asks for. The numbers are those of Decree
// 30/2020/NĐ-CP, annex I, and the example forms of annex III.
var rules = map[string]news.Text{
	"page.size":         {VI: "Khổ giấy phải là A4 đứng, 210 × 297 mm; chỉ phụ lục có bảng mới để ngang", EN: "The page must be A4 portrait, 210 × 297 mm"},
	"page.margins":      {VI: "Lề trên, dưới 20–25 mm; trái 30–35 mm; phải 15–20 mm", EN: "Margins: top and bottom 20–25 mm, left 30–35 mm, right 15–20 mm"},
	"page.number":       {VI: "Số trang ở giữa lề trên, chữ số Ả Rập cỡ 13–14, kiểu đứng", EN: "The page number stands centred in the top margin, 13–14 points, upright"},
	"page.number_first": {VI: "Trang thứ nhất không hiện số trang", EN: "The first page shows no number"},
	"page.number_none":  {VI: "Văn bản nhiều trang phải đánh số trang", EN: "A document of several pages needs page numbers"},

	"font.name":  {VI: "Phông chữ phải là Times New Roman", EN: "The font must be Times New Roman"},
	"font.color": {VI: "Chữ phải màu đen", EN: "Letters must be black"},
	"text.nfc":   {VI: "Chữ phải là tiếng Việt Unicode dựng sẵn (TCVN 6909:2001); gõ lại hoặc chuyển mã", EN: "Letters must be precomposed Unicode (TCVN 6909:2001)"},

	"national.missing": {VI: "Thiếu Quốc hiệu CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", EN: "The national name is missing or misspelt"},
	"national.form":    {VI: "Quốc hiệu: chữ in hoa, cỡ 12–13, đứng, đậm, ở giữa phía trên bên phải", EN: "The national name: capitals, 12–13 points, upright, bold, centred, top right"},
	"motto.missing":    {VI: "Thiếu Tiêu ngữ Độc lập - Tự do - Hạnh phúc", EN: "The motto is missing or misspelt"},
	"motto.hyphens":    {VI: "Tiêu ngữ: giữa các cụm từ có gạch nối (-), có cách chữ hai bên", EN: "The motto: hyphens with a space on both sides"},
	"motto.form":       {VI: "Tiêu ngữ: chữ thường, viết hoa đầu cụm, cỡ 13–14, đứng, đậm, canh giữa dưới Quốc hiệu", EN: "The motto: small letters, 13–14 points, upright, bold, centred under the national name"},
	"motto.rule":       {VI: "Dưới Tiêu ngữ có đường kẻ nét liền dài bằng dòng chữ, không dùng gạch chân", EN: "Under the motto: a solid rule exactly as long as the text, not an underline"},

	"agency.missing": {VI: "Thiếu tên cơ quan ban hành", EN: "The issuing body is missing"},
	"agency.form":    {VI: "Tên cơ quan ban hành: chữ in hoa, cỡ 12–13, đứng, đậm, canh giữa", EN: "The issuing body: capitals, 12–13 points, upright, bold, centred"},
	"agency.parent":  {VI: "Tên cơ quan chủ quản: chữ in hoa, cỡ 12–13, đứng, không đậm", EN: "The superior body: capitals, 12–13 points, upright, not bold"},
	"agency.rule":    {VI: "Dưới tên cơ quan ban hành có đường kẻ dài 1/3 đến 1/2 dòng chữ", EN: "Under the issuing body: a rule of 1/3 to 1/2 of the text's length"},

	"number.missing": {VI: "Thiếu số, ký hiệu văn bản", EN: "Number and symbol are missing"},
	"number.pattern": {VI: "Số, ký hiệu viết như Số: 05/BC-UBND: số nhỏ hơn 10 thêm 0, không có dấu cách quanh / và -", EN: "Number and symbol are written as Số: 05/BC-UBND"},
	"number.form":    {VI: "Số, ký hiệu: cỡ 13, đứng, không đậm, canh giữa dưới tên cơ quan", EN: "Number and symbol: 13 points, upright, regular, centred"},
	"number.symbol":  {VI: "Ký hiệu không khớp tên loại văn bản", EN: "The symbol does not fit the type of document"},

	"date.missing": {VI: "Thiếu địa danh và thời gian ban hành", EN: "Place and date are missing"},
	"date.pattern": {VI: "Thời gian viết như Thái Hòa, ngày 05 tháng 12 năm 2026: ngày dưới 10 và tháng 1, 2 thêm 0, các tháng khác không", EN: "The date is written as ngày 05 tháng 12 năm 2026: days below 10 and months 1, 2 get a 0, others do not"},
	"date.form":    {VI: "Địa danh, thời gian: cỡ 13–14, nghiêng, không đậm, canh giữa dưới Quốc hiệu", EN: "Place and date: 13–14 points, italic, regular, centred"},
	"date.line":    {VI: "Địa danh, thời gian đặt cùng dòng với số, ký hiệu", EN: "Place and date stand on one line with the number"},

	"title.missing": {VI: "Thiếu tên loại văn bản (công văn thì cần V/v dưới số)", EN: "The type of document is missing"},
	"title.form":    {VI: "Tên loại: chữ in hoa, cỡ 13–14, đứng, đậm, canh giữa", EN: "The type: capitals, 13–14 points, upright, bold, centred"},
	"subject.form":  {VI: "Trích yếu: chữ thường, cỡ 13–14 (công văn 12–13, không đậm), đứng, đậm, canh giữa dưới tên loại", EN: "The subject: small letters, 13–14 points, upright, bold, centred under the type"},
	"subject.rule":  {VI: "Dưới trích yếu có đường kẻ dài 1/3 đến 1/2 dòng chữ", EN: "Under the subject: a rule of 1/3 to 1/2 of the text's length"},
	"basis.form":    {VI: "Căn cứ: chữ nghiêng, cỡ 13–14", EN: "Legal basis: italic, 13–14 points"},
	"basis.marks":   {VI: "Mỗi căn cứ kết thúc bằng dấu chấm phẩy, căn cứ cuối bằng dấu chấm", EN: "Each basis ends with a semicolon, the last with a full stop"},
	"to.form":       {VI: "Kính gửi: cỡ 13–14, đứng, không đậm; nhiều nơi thì mỗi nơi một dòng bắt đầu bằng gạch đầu dòng", EN: "Kính gửi: 13–14 points, upright, regular"},
	"to.marks":      {VI: "Các nơi Kính gửi: cuối dòng dấu chấm phẩy, dòng cuối dấu chấm", EN: "Lines of Kính gửi end with a semicolon, the last one with a full stop"},

	"to.missing": {VI: "Công văn phải có Kính gửi", EN: "A letter needs Kính gửi"},

	"body.size":    {VI: "Nội dung: cỡ 13–14, kiểu đứng", EN: "The text: 13–14 points, upright"},
	"body.align":   {VI: "Nội dung canh đều hai lề", EN: "The text is justified"},
	"body.indent":  {VI: "Đầu đoạn lùi vào 1 cm hoặc 1,27 cm", EN: "The first line is indented by 1 or 1.27 cm"},
	"body.space":   {VI: "Khoảng cách giữa các đoạn tối thiểu 6 pt", EN: "At least 6 points between paragraphs"},
	"body.line":    {VI: "Giãn dòng từ 1 đến 1,5", EN: "Line spacing of 1 to 1.5 lines"},
	"body.end":     {VI: "Hết nội dung có dấu ./.", EN: "The text ends with ./."},
	"heading.form": {VI: "Đề mục: I. II. có dấu chấm và dấu cách, chữ in hoa, đứng, đậm, cỡ 13–14; Phần, Chương, Mục đậm, ở giữa; Điều 1. đậm", EN: "Headings: I. II. with a full stop and a space, capitals, upright, bold, 13–14 points; Phần, Chương, Mục bold and centred; Điều 1. bold"},
	"item.form":    {VI: "Khoản đánh số 1. 2. 3.; điểm đánh chữ a) b) c)", EN: "Clauses are numbered 1. 2. 3., points a) b) c)"},

	"signer.missing":    {VI: "Thiếu quyền hạn, chức vụ người ký", EN: "The signer's authority is missing"},
	"signer.form":       {VI: "Quyền hạn, chức vụ người ký: chữ in hoa, cỡ 13–14, đứng, đậm, canh giữa", EN: "The signer's authority: capitals, 13–14 points, upright, bold, centred"},
	"signer.prefix":     {VI: "Viết tắt quyền ký: TM., KT., TL., TUQ., Q. có dấu chấm và một dấu cách", EN: "TM., KT., TL., TUQ., Q. are written with a full stop and one space"},
	"signer.deputy":     {VI: "Ký thay (KT.) thì dưới chức vụ người đứng đầu ghi chức vụ của cấp phó: KT. CHỦ TỊCH / PHÓ CHỦ TỊCH", EN: "Under KT. and the head's office stands the deputy's: KT. CHỦ TỊCH / PHÓ CHỦ TỊCH"},
	"signer.name":       {VI: "Họ tên người ký: chữ thường, cỡ 13–14, đứng, đậm", EN: "The signer's name: small letters, 13–14 points, upright, bold"},
	"signer.degree":     {VI: "Trước họ tên người ký không ghi học hàm, học vị", EN: "No academic title before the signer's name"},
	"receivers.absent":  {VI: "Thiếu Nơi nhận", EN: "Nơi nhận is missing"},
	"receivers.form":    {VI: "Chữ Nơi nhận: cỡ 12, nghiêng, đậm, có dấu hai chấm", EN: "The word Nơi nhận: 12 points, bold italic, with a colon"},
	"receivers.list":    {VI: "Danh sách nơi nhận: cỡ 11, đứng, không đậm, mỗi dòng bắt đầu bằng gạch đầu dòng", EN: "The list of receivers: 11 points, upright, regular, each line with a dash"},
	"receivers.marks":   {VI: "Mỗi dòng nơi nhận kết thúc bằng dấu chấm phẩy, dòng cuối bằng dấu chấm", EN: "Lines of receivers end with a semicolon, the last with a full stop"},
	"receivers.archive": {VI: "Dòng cuối của Nơi nhận phải là - Lưu: VT, …", EN: "The last receiver must be - Lưu: VT, …"},
	"receivers.above":   {VI: "Có Kính gửi thì Nơi nhận bắt đầu bằng - Như trên; không có Kính gửi thì không ghi", EN: "With Kính gửi the receivers begin with - Như trên"},
	"stamp.form":        {VI: "Dấu chỉ độ khẩn, phạm vi lưu hành: chữ in hoa, cỡ 13–14, đứng, đậm, có khung", EN: "Stamps of urgency and circulation: capitals, 13–14 points, upright, bold, boxed"},
	"appendix.form":     {VI: "Chữ Phụ lục: in thường, số La Mã, canh giữa, đậm, cỡ 14; tiêu đề in hoa 13–14, đậm", EN: "The word Phụ lục: small letters, a Roman number, centred, bold, 14 points; its title in capitals, bold"},
	"appendix.ref":      {VI: "Dưới tiêu đề phụ lục có dòng nghiêng (Kèm theo …)", EN: "Under an appendix's title: an italic line (Kèm theo …)"},
}

// symbols are the abbreviations of types of documents, annex III, part I.
var symbols = map[string]string{
	"NGHỊ QUYẾT": "NQ", "QUYẾT ĐỊNH": "QĐ", "CHỈ THỊ": "CT", "QUY CHẾ": "QC", "QUY ĐỊNH": "QyĐ", "THÔNG CÁO": "TC", "THÔNG BÁO": "TB",
	"HƯỚNG DẪN": "HD", "CHƯƠNG TRÌNH": "CTr", "KẾ HOẠCH": "KH", "PHƯƠNG ÁN": "PA", "ĐỀ ÁN": "ĐA", "DỰ ÁN": "DA", "BÁO CÁO": "BC",
	"BIÊN BẢN": "BB", "TỜ TRÌNH": "TTr", "HỢP ĐỒNG": "HĐ", "CÔNG ĐIỆN": "CĐ", "BẢN GHI NHỚ": "BGN", "BẢN THỎA THUẬN": "BTT",
	"GIẤY ỦY QUYỀN": "GUQ", "GIẤY MỜI": "GM", "GIẤY GIỚI THIỆU": "GGT", "GIẤY NGHỈ PHÉP": "GNP", "PHIẾU GỬI": "PG", "PHIẾU CHUYỂN": "PC", "PHIẾU BÁO": "PB",
}
