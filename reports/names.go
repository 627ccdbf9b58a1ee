package reports

import "cmp"

var topicNames = map[string]string{
	"land": "Đất đai, giải phóng mặt bằng", "roads": "Đường sá, giao thông, đô thị", "water": "Nước sinh hoạt", "electricity": "Điện",
	"environment": "Môi trường, rác thải", "education": "Giáo dục", "health": "Y tế, dịch bệnh", "health_insurance": "BHYT, BHXH, an sinh",
	"admin_procedures": "Thủ tục hành chính", "merger_admin": "Sắp xếp đơn vị hành chính", "tax_fee": "Thuế, phí, đóng góp", "public_order": "An ninh trật tự",
	"security_scam": "Lừa đảo, mạo danh", "disaster": "Thiên tai, bão lũ", "agriculture": "Nông nghiệp, thú y", "market_trade": "Chợ, kinh doanh, việc làm",
	"culture_info": "Văn hóa, loa, nhà văn hóa", "corruption": "Phản ánh cán bộ, tiêu cực", "charity": "Từ thiện, quyên góp",
}

// TopicName is what documents call a topic.
func TopicName(id string) string { return cmp.Or(topicNames[id], id, "Chung") }

var verdictNames = map[string]string{
	"unverified": "Chưa kiểm chứng", "suspected": "Có dấu hiệu sai lệch", "confirmed": "Đúng sự thật", "false_info": "Sai sự thật",
	"fake": "Tin giả", "out_of_context": "Sai ngữ cảnh", "outdated": "Thông tin cũ", "inconclusive": "Chưa đủ căn cứ",
}

var levelNames = [...]string{"Thống kê", "Ghi nhận", "Theo dõi", "Khẩn", "Khẩn cấp"}

// categories of hand-offs, the closed list.
var categories = []struct{ id, name string }{
	{"fraud_or_scam", "lừa đảo"}, {"impersonation", "mạo danh"}, {"incitement_to_violence", "kích động bạo lực"}, {"public_safety_rumour", "tin đồn nguy hại an toàn công cộng"},
}

// outcomes that the police return.
var outcomes = []struct{ id, name string }{
	{"received", "tiếp nhận"}, {"returned", "trả lại (không thuộc nhóm)"}, {"warned", "đã cảnh báo"}, {"escalated", "đã chuyển cấp trên"}, {"closed", "kết thúc"},
}
