package rules

import "langnghe/internal/news"

// topicNames are the topics as they stand in a sentence. The pages have names
// of their own, as headings.
var topicNames = map[string]news.Text{
	"land":             {VI: "đất đai", EN: "land"},
	"roads":            {VI: "đường sá, giao thông", EN: "roads"},
	"water":            {VI: "nước sinh hoạt", EN: "water supply"},
	"electricity":      {VI: "điện", EN: "electricity"},
	"environment":      {VI: "môi trường, rác thải", EN: "environment"},
	"education":        {VI: "trường lớp", EN: "schools"},
	"health":           {VI: "y tế, dịch bệnh", EN: "health"},
	"health_insurance": {VI: "bảo hiểm, an sinh", EN: "social insurance"},
	"admin_procedures": {VI: "thủ tục hành chính", EN: "administrative procedures"},
	"merger_admin":     {VI: "sắp xếp đơn vị hành chính", EN: "the merger of wards"},
	"tax_fee":          {VI: "thuế, phí, đóng góp", EN: "taxes and fees"},
	"public_order":     {VI: "an ninh trật tự", EN: "public order"},
	"security_scam":    {VI: "lừa đảo, mạo danh", EN: "scams"},
	"disaster":         {VI: "thiên tai, bão lũ", EN: "disasters"},
	"agriculture":      {VI: "nông nghiệp, thú y", EN: "agriculture"},
	"market_trade":     {VI: "chợ, kinh doanh", EN: "markets and trade"},
	"culture_info":     {VI: "văn hóa, thông tin", EN: "culture"},
	"corruption":       {VI: "cách làm việc của cán bộ", EN: "the conduct of officials"},
	"charity":          {VI: "từ thiện, quyên góp", EN: "charity"},
}

// whichTopic says which topic a flag is about, when the rule's title does not.
func whichTopic(r *Rule, topic string) (vi, en string) {
	name, ok := topicNames[topic]
	if !ok || r.Topic == topic {
		return "", ""
	}
	return " Chủ đề: " + name.VI + ".", " Topic: " + name.EN + "."
}
