package review

import (
	"fmt"

	"langnghe/internal/news"
)

// refusals are the rules of the house, by kind. The texts say what to do.
var refusals = map[string]news.Text{
	"bad_flag":       {VI: "Cờ của quy tắc %q thiếu mã của nó hoặc của mục tin.", EN: "A flag of rule %q lacks its id or that of its item."},
	"forbidden":      {VI: "Vai trò %s không được làm việc này (%s).", EN: "The role %s may not do this (%s)."},
	"not_found":      {VI: "Không có mục %s.", EN: "There is no %s."},
	"decided":        {VI: "Mục này đã được %s quyết định. Tải lại trang để xem.", EN: "%s has decided this entry already. Reload the page to see it."},
	"leased":         {VI: "%s đang duyệt mục này đến %s. Chọn mục khác, hoặc chờ đến lúc đó.", EN: "%s has this entry in hand until %s. Choose another one, or wait until then."},
	"same_choice":    {VI: "Mục này đã được quyết định như vậy rồi.", EN: "That is what was decided already."},
	"published":      {VI: "Đính chính đã đăng dựa trên mục này; không phân loại lại được nữa.", EN: "A published correction rests on this entry; it can no longer be reclassified."},
	"request_kind":   {VI: "Việc này không hợp với yêu cầu loại %q.", EN: "This does not fit a request of kind %q."},
	"undecided":      {VI: "Mục này chưa có quyết định nào để hoàn tác.", EN: "There is no decision to undo."},
	"too_late":       {VI: "Đã quá %d phút, không hoàn tác được nữa.", EN: "More than %d minutes have passed; it can no longer be undone."},
	"not_yours":      {VI: "Chỉ %s hoặc lãnh đạo được làm việc này.", EN: "Only %s or a leader may do this."},
	"together":       {VI: "Đã quyết định cùng các mục khác; việc này do người duyệt hoàn tác.", EN: "It was decided together with others; a reviewer takes it back."},
	"choice":         {VI: "Không có lựa chọn %q.", EN: "There is no choice %q."},
	"level":          {VI: "Mức phải từ 0 đến 4.", EN: "The level must be from 0 to 4."},
	"state":          {VI: "Vụ việc đang ở trạng thái %q, chưa làm được việc này.", EN: "The case is in state %q, which does not allow this."},
	"kind":           {VI: "Việc này không dành cho vụ việc loại %q.", EN: "This is not for a case of kind %q."},
	"closed":         {VI: "Vụ việc đã đóng.", EN: "The case is closed."},
	"empty":          {VI: "Thiếu phần %s.", EN: "%s is missing."},
	"no_claim":       {VI: "Hãy ghi nội dung lan truyền bằng lời trung tính trước.", EN: "Write down the claim in neutral words first."},
	"verdict":        {VI: "Không có kết luận %q.", EN: "There is no verdict %q."},
	"no_citation":    {VI: "Phải trích dẫn một văn bản chính thức. Chưa có văn bản thì kết luận là “chưa đủ căn cứ”.", EN: "Cite an official document. Without one the verdict is “inconclusive”."},
	"no_clause":      {VI: "Văn bản %s không có “%s”. Hãy ghi như trong văn bản, ví dụ “khoản 2 Điều 3”, hoặc để trống.", EN: "Document %s has no “%s”. Write it as the document does, for example “khoản 2 Điều 3”, or leave it empty."},
	"not_in_force":   {VI: "Văn bản %s không có hiệu lực vào thời điểm này; hãy chọn văn bản đang có hiệu lực.", EN: "Document %s is not in force at that date; choose one that is."},
	"no_document":    {VI: "Không có văn bản %s trong sổ văn bản.", EN: "Document %s is not in the register."},
	"no_verdict":     {VI: "Phải có kết luận trước khi soạn đính chính.", EN: "There must be a verdict before a correction is drafted."},
	"too_long_aloud": {VI: "Lời phát thanh khi đọc cùng lời mở đầu, nguồn, việc cần làm và lời kết dài hơn 120 giây khoảng %d giây (số đọc thành chữ). Hãy viết ngắn lại.", EN: "Read with opening, source, advice and sign-off, numbers in words, the radio script is longer than 120 seconds by about %d. Shorten it."},
	"too_long":       {VI: "Lời phát thanh dài khoảng %d giây, tối đa 120 giây.", EN: "The radio script takes about %d seconds, at most 120 are allowed."},
	"same_person":    {VI: "Người đề xuất hoặc soạn thảo (%s) không được tự duyệt.", EN: "The person who proposed or drafted it (%s) may not approve it."},
	"waiting":        {VI: "Còn %d phút trong thời gian hoàn tác, sau đó mới được đăng.", EN: "The undo window is open for another %d minutes; publish after that."},
	"paused":         {VI: "Văn bản được trích dẫn đã bị %s thay thế; hãy kết luận lại.", EN: "The cited document has been superseded by %s; set the verdict again."},
	"no_unit":        {VI: "Hãy chọn đơn vị trả lời.", EN: "Choose the unit that answers."},
	"due":            {VI: "Hạn trả lời phải ở sau hiện tại.", EN: "The due date must be in the future."},
	"own_unit":       {VI: "Nội dung nói về chính đơn vị hoặc cán bộ này; không giao cho %s mà báo lãnh đạo.", EN: "The item is about this very unit or officer; it goes to the leader and not to %s."},
	"other_unit":     {VI: "Việc này được giao cho đơn vị khác.", EN: "This was assigned to another unit."},
	"category":       {VI: "Nhóm chuyển Công an phải là một trong bốn nhóm, hợp với loại vụ việc; %q thì không.", EN: "The category must be one of the four and fit the case; %q does not."},
	"no_checklist":   {VI: "Kích động bạo lực cần đủ sáu mục đánh giá.", EN: "Incitement needs all six parts of the checklist."},
	"no_harm":        {VI: "Hãy ghi tác hại là gì và đến nhanh thế nào.", EN: "Say what the harm is and how near it is."},
	"not_false":      {VI: "Chỉ chuyển tin đồn mà người có thẩm quyền đã kết luận là sai sự thật hoặc giả mạo, có dẫn văn bản; hãy kết luận trước.", EN: "Only a rumour that a person has found false or fake, citing a document, may be handed on; set the verdict first."},
	"no_correction":  {VI: "Đính chính trước: tin đồn chỉ được chuyển sau khi lãnh đạo đã duyệt bài đính chính.", EN: "Correct first: a rumour may be handed on only after the leader has approved the correction."},
	"no_evidence":    {VI: "Hãy ghi minh chứng.", EN: "State the evidence."},
	"author":         {VI: "Phiếu chuyển chỉ có nội dung, không có người đăng và không có tên ai: hãy bỏ %q.", EN: "A hand-off is about content, never about an author or any named person: remove %q."},
	"contact":        {VI: "Ở đây không được có tên người, số điện thoại, số tài khoản hay thư điện tử: hãy bỏ %q và tự đọc lại xem còn tên ai không, vì máy không nhận ra tên. Số của kẻ lừa đảo chỉ ghi ở mục dấu hiệu của vụ việc lừa đảo.", EN: "No name, telephone number, account or e-mail may stand here: remove %q, and read again for names, which the machine cannot recognise. A fraudster's number belongs to the indicators of a scam case and nowhere else."},
	"indicator":      {VI: "%q không phải là dấu hiệu: mỗi dòng một địa chỉ mạng, một số điện thoại hoặc một số tài khoản, không có chữ nào khác.", EN: "%q is no indicator: one web address, one telephone number or one account a line, and no other words."},
	"clause":         {VI: "%q không phải là số điều, khoản; hãy ghi ngắn, ví dụ “Điều 1, khoản 2”.", EN: "%q is not the number of a clause; keep it short, for example “Article 1(2)”."},
	"indicators":     {VI: "Nhiều nhất %d dấu hiệu trong một vụ việc.", EN: "A case has at most %d indicators."},
	"no_indicators":  {VI: "Chỉ vụ việc lừa đảo có dấu hiệu; hãy bỏ các dòng này.", EN: "Only a scam case has indicators; remove these lines."},
	"vetoed":         {VI: "Công chức tư pháp đã bác đề xuất chuyển của vụ việc; quyết định này không hoàn tác được nữa.", EN: "The justice officer has vetoed a hand-off of the case; this decision can no longer be undone."},
	"resident_join":  {VI: "Trong vụ việc có nội dung của người dân trùng với phiếu; hãy đề xuất lại bằng lời trung tính.", EN: "The case has a resident's item that the slip repeats; propose it again in neutral words."},
	"resident_words": {VI: "Phiếu chuyển chép nguyên lời người dân (%q); hãy viết lại bằng lời trung tính.", EN: "The hand-off copies a resident's words (%q); put it in neutral words."},
	"url":            {VI: "Đường dẫn %s không thuộc bài lan truyền hay dấu hiệu của vụ việc.", EN: "The address %s belongs neither to a spreading post nor to the indicators of the case."},
	"capture":        {VI: "Không chụp lại được mục %s: chỉ chụp bài công khai lan truyền còn trong vụ việc, không bao giờ lời người dân.", EN: "%s cannot be captured: only public items that spread the matter and stand in the case can, never a resident's words."},
	"captures":       {VI: "Nhiều nhất %d bản chụp trong một phiếu.", EN: "A slip has at most %d captures."},
	"locked":         {VI: "Vụ việc bị khóa, không có đường chuyển Công an: %s", EN: "The case is locked, there is no path to the police: %s"},
	"no_handoff":     {VI: "Không có đề xuất chuyển nào đang chờ.", EN: "No proposal is waiting."},
	"handoff_open":   {VI: "Đã có một đề xuất chuyển.", EN: "There is a proposal already."},
	"sent":           {VI: "Phiếu đã chuyển đi, không thu lại được.", EN: "The hand-off has left and cannot be taken back."},
	"other_case":     {VI: "Vụ việc %s đã đóng hoặc thuộc loại khác; hãy chọn vụ khác hoặc mở vụ mới.", EN: "Case %s is closed or of another kind; choose another one or open a new one."},
	"slip_replaced":  {VI: "Phiếu này đã được trả lại; phiếu mới chưa gửi đi.", EN: "This slip was sent back; the new one has not left yet."},
	"no_drill":       {VI: "%s không phải là diễn tập.", EN: "%s is no drill."},
	"long_reason":    {VI: "Lý do dài quá %d chữ.", EN: "The reason is longer than %d letters."},
	"not_published":  {VI: "Chưa có đính chính nào được đăng để đính chính lại.", EN: "No correction was published that could be mended."},
	"no_reason":      {VI: "Hãy ghi rõ lý do.", EN: "Give the reason."},
	"not_locked":     {VI: "Vụ việc không bị khóa.", EN: "The case is not locked."},
	"cannot_unlock":  {VI: "Khóa này không mở được: %s", EN: "This lock cannot be opened: %s"},
	"outcome":        {VI: "Không có kết quả %q.", EN: "There is no outcome %q."},
	"no_fact":        {VI: "Không có dữ kiện %s.", EN: "There is no fact %s."},
	"bad_date":       {VI: "Ngày %q không đúng dạng năm-tháng-ngày.", EN: "The date %q does not have the form year-month-day."},
	"incomplete":     {VI: "Văn bản thiếu số hoặc ngày có hiệu lực.", EN: "The document lacks its number or the day from which it is in force."},
}

// refuse makes the error of a kind. The arguments go into both texts.
func refuse(kind string, args ...any) *Error {
	t, ok := refusals[kind]
	if !ok {
		panic("review: no text for refusal " + kind)
	}
	if len(args) > 0 {
		vi, en := args, args
		for i, a := range args {
			if two, ok := a.(news.Text); ok {
				vi, en = append([]any{}, vi...), append([]any{}, en...)
				vi[i], en[i] = two.VI, two.EN
			}
		}
		t = news.Text{VI: fmt.Sprintf(t.VI, vi...), EN: fmt.Sprintf(t.EN, en...)}
	}
	return &Error{Kind: kind, Text: t}
}

// Permanent tells the bus that no retry makes the act allowed.
func (e *Error) Permanent() bool { return true }

// missing are the names of parts that a person left empty.
var missing = map[string]news.Text{
	"claim":   {VI: "nội dung lan truyền", EN: "the claim"},
	"portal":  {VI: "bản cho trang thông tin", EN: "the text for the portal"},
	"reply":   {VI: "câu trả lời", EN: "the reply"},
	"request": {VI: "đề nghị với Công an", EN: "what is asked of the police"},
	"address": {VI: "nơi đã đăng", EN: "where it was published"},
	"about":   {VI: "nội dung yêu cầu", EN: "what the request is about"},
	"drill":   {VI: "nội dung diễn tập", EN: "the text to practise on"},
	"note":    {VI: "ghi chú", EN: "the note"},
	"outcome": {VI: "kết quả", EN: "the outcome"},
}
