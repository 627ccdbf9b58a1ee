package query

import (
	"fmt"
)

// The codes of the catalogue, in its order: of two mistakes at one column the
// earlier code is reported.
const (
	TooLong       = "E_TOO_LONG"
	Empty         = "E_EMPTY"
	BadChar       = "E_CHAR"
	OpenQuote     = "E_QUOTE"
	BadWildcard   = "E_WILDCARD"
	BadBracket    = "E_BRACKET"
	TooDeep       = "E_DEPTH"
	NoOperand     = "E_OPERAND"
	NoOperator    = "E_OPERATOR"
	Mixed         = "E_MIXED"
	BadSyntax     = "E_SYNTAX"
	NearChain     = "E_NEAR_CHAIN"
	ByAuthor      = "E_AUTHOR"
	BadField      = "E_FIELD"
	BadValue      = "E_VALUE"
	OutOfRange    = "E_RANGE"
	NoToken       = "E_TERM"
	ListUnknown   = "E_LIST_UNKNOWN"
	BadList       = "E_LIST"
	BadScope      = "E_SCOPE"
	BadOperand    = "E_NEAR_OPERAND"
	TooManyLeaves = "E_CLAUSES"
	NoPositive    = "E_NO_POSITIVE"
	WildcardAlone = "E_WILDCARD_ALONE"
)

// An Error is the one mistake that is reported of a query: the first by the
// stages of the language, with what is wrong and what to do about it.
type Error struct {
	Code   string
	Column int // in code points of the query as written, from 1; the end is length + 1
	VI, EN string
	FixVI  string
	FixEN  string
}

func (e *Error) Error() string { return fmt.Sprintf("%d: %s: %s", e.Column, e.Code, e.EN) }

// Text is the mistake with its remedy in lang.
func (e *Error) Text(lang string) string {
	if lang == "en" {
		return e.EN + " – " + e.FixEN
	}
	return e.VI + " – " + e.FixVI
}

// A Warning is something that is allowed and probably not meant.
type Warning struct {
	Code   string
	Column int
	VI, EN string
}

// The codes of warnings.
const (
	FoldWarning  = "W_FOLD"
	LowerWarning = "W_LOWERCASE"
)

type message struct{ code, vi, fixVI, en, fixEN string }

// catalogue is in the order of the specification.
var catalogue = []message{
	{TooLong, "Câu lệnh dài quá 2.048 ký tự", "đưa từ vào danh sách", "The query is longer than 2,048 characters", "move words into a list"},
	{Empty, "Chưa có từ nào để tìm", "nhập ít nhất một từ", "Nothing to look for", "enter a word"},
	{BadChar, "Ký tự không dùng được ở đây", "dùng AND, OR, NOT hoặc đặt trong ngoặc kép", "Character not allowed here", "use AND, OR, NOT, or quotes"},
	{OpenQuote, "Ngoặc kép chưa đóng", `thêm "`, "Quote is not closed", `add "`},
	{BadWildcard, "Dấu * sai chỗ, tiền tố dưới 4 ký tự, hoặc quá 5 dấu *", "viết tiền tố dài hơn, đứng riêng", "Misplaced *, prefix under 4 characters, or more than 5", "use a longer, separate prefix"},
	{BadBracket, "Ngoặc thiếu hoặc thừa", "đóng hoặc bỏ", "Unbalanced bracket", "close or remove it"},
	{TooDeep, "Lồng ngoặc quá 16 tầng", "tách thành hai quy tắc", "Brackets nested over 16 deep", "split the rule"},
	{NoOperand, "Thiếu từ hoặc giá trị ở đây", "thêm vào hoặc bỏ toán tử", "A word or value is missing here", "add it or drop the operator"},
	{NoOperator, "Hai mệnh đề đứng cạnh nhau", "thêm AND, OR hoặc AND NOT", "Two clauses side by side", "put AND, OR or AND NOT between"},
	{Mixed, "AND và OR lẫn lộn", "thêm ngoặc đơn", "AND and OR mixed", "add brackets"},
	{BadSyntax, "Viết sai mẫu", "xem ví dụ trong biểu mẫu", "Malformed", "see the example in the form"},
	{NearChain, "NEAR không nối chuỗi", "dùng SAME(s){…} hoặc hai NEAR với AND", "NEAR cannot be chained", "use SAME(s){…}, or two NEARs and AND"},
	{ByAuthor, "Không tìm theo người đăng", "quy tắc xét nội dung, không xét ai nói", "No search by author (author account user profile)", "rules look at what is said"},
	{BadField, "Không có trường này", "chọn trong danh sách trường", "Unknown field", "choose a listed field"},
	{BadValue, "Giá trị không hợp lệ", "xem các giá trị cho phép", "Value not allowed", "see the allowed values"},
	{OutOfRange, "Số ngoài khoảng cho phép", "NEAR 0–10, ATLEAST 2–20, OF 1–số mục, trọng số ±1–99, ngưỡng đạt được", "Number out of range", "NEAR 0–10, ATLEAST 2–20, OF 1 to the number of alternatives, weight ±1–99, a threshold that can be reached"},
	{NoToken, "Không có chữ hay số nào", "nhập chữ", "No letter or digit in it", "enter a word"},
	{ListUnknown, "Không có danh sách này", "tạo hoặc sửa tên", "Unknown list", "create it or fix the name"},
	{BadList, "Danh sách rỗng hoặc có mục sai", "sửa danh sách", "List is empty or has a bad entry", "fix the list"},
	{BadScope, "Mệnh đề không dùng được bên trong title:, body:, SAME", "đưa ra ngoài, nối bằng AND", "Clause not allowed inside title:, body:, SAME", "move it out and AND it"},
	{BadOperand, "NEAR, ATLEAST chỉ nhận từ, giá trị hoặc nhóm OR", "bỏ AND, NOT, trường", "Only words, values or OR-groups here", "remove AND, NOT, fields"},
	{TooManyLeaves, "Quá 200 mệnh đề", "rút gọn danh sách", "More than 200 clauses", "shorten the list"},
	{NoPositive, "Cần ít nhất một điều kiện có mặt", "thêm từ phải có", "Needs something that must be present", "add a required word"},
	{WildcardAlone, "Từ có * phải kèm từ khác", "thêm AND từ không có *", "A wildcard needs another clause", "AND it with a full word"},
}

// newError looks code up in the catalogue.
func newError(code string, column int) *Error {
	for _, m := range catalogue {
		if m.code == code {
			return &Error{Code: code, Column: column, VI: m.vi, EN: m.en, FixVI: m.fixVI, FixEN: m.fixEN}
		}
	}
	panic("query: no such code " + code)
}

// ErrorAt is the mistake that a code of the catalogue names, at a column: so
// an error that travelled as text is whole again. ok is false for other codes.
func ErrorAt(code string, column int) (e *Error, ok bool) {
	if rank(code) == len(catalogue) || column < 1 {
		return nil, false
	}
	return newError(code, column), true
}

// rank is the place of code in the catalogue.
func rank(code string) int {
	for i, m := range catalogue {
		if m.code == code {
			return i
		}
	}
	return len(catalogue)
}
