// Package intake reads what people bring in files into items: JSON Lines,
// CSV and Excel sheets. It says of each row that it cannot use why, and goes
// on with the rest; whether an item may come in is decided by the crawler,
// which redacts it and makes its author a pseudonym as it does for items of
// its own sources.
//
// Files come from outside: they are bounded in bytes, rows, columns and cells, and
// an Excel file also in what it unfolds to, before a row is looked at.
package intake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"langnghe/crawler"
	"langnghe/crawler/vitime"
	"langnghe/internal/news"
)

// Limits of one file.
const (
	MaxBytes   = 32 << 20
	MaxRows    = 100_000
	MaxColumns = 200
	maxCell    = 200_000 // bytes
)

// A Row is an item and where in the file it stands, from 1.
type Row struct {
	Row  int
	Item news.Item
}

func refuse(row int, vi, en string) crawler.Refusal {
	return crawler.Refusal{Row: row, Reason: vi + " (" + en + ")"}
}

// JSON reads one item, a list of items, or an object with a list under
// "items". The error is of the document; what is wrong with one item is a
// refusal.
func JSON(data []byte) ([]Row, []crawler.Refusal, error) {
	data = bytes.TrimSpace(data)
	var list []json.RawMessage
	switch {
	case len(data) == 0:
		return nil, nil, errors.New("the body is empty")
	case data[0] == '[':
		if err := json.Unmarshal(data, &list); err != nil {
			return nil, nil, fmt.Errorf("the body is no list of items: %w", err)
		}
	default:
		var o struct {
			Items *[]json.RawMessage `json:"items"`
		}
		if err := json.Unmarshal(data, &o); err != nil {
			return nil, nil, fmt.Errorf("the body is no item: %w", err)
		}
		if list = []json.RawMessage{data}; o.Items != nil {
			list = *o.Items
		}
	}
	if len(list) > 1000 {
		return nil, nil, fmt.Errorf("%d items in one message; send at most 1000", len(list))
	}
	rows, refused := each(list)
	return rows, refused, nil
}

// List reads a file that is one list of items. Rows are counted in items.
func List(data []byte) ([]Row, []crawler.Refusal, error) {
	if len(data) > MaxBytes {
		return nil, nil, fmt.Errorf("danh sách lớn hơn %d MB; hãy viết mỗi mục một dòng (a list larger than %d MB: write one item a line)", MaxBytes>>20, MaxBytes>>20)
	}
	var list []json.RawMessage
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, nil, fmt.Errorf("không phải danh sách JSON (no list of items): %w", err)
	}
	rows, refused := each(list)
	return rows, refused, nil
}

func each(list []json.RawMessage) (rows []Row, refused []crawler.Refusal) {
	for i, raw := range list {
		it, wrong := item(raw)
		if wrong != nil {
			refused = append(refused, refuse(i+1, wrong.VI, wrong.EN))
			continue
		}
		rows = append(rows, Row{i + 1, it})
	}
	return rows, refused
}

// MaxLine bounds one line of JSON Lines, in bytes.
const MaxLine = 4 << 20

// Line reads one line of JSON Lines, the row-th of its file. A line without
// anything is neither an item nor refused.
func Line(row int, line []byte) (news.Item, *crawler.Refusal, bool) {
	line = bytes.TrimSpace(bytes.TrimPrefix(line, []byte("\ufeff")))
	if len(line) == 0 {
		return news.Item{}, nil, false
	}
	it, wrong := item(line)
	if wrong != nil {
		r := refuse(row, wrong.VI, wrong.EN)
		return it, &r, false
	}
	return it, nil, true
}

func item(raw []byte) (news.Item, *news.Text) {
	var it news.Item
	if len(raw) > MaxLine {
		return it, &news.Text{VI: fmt.Sprintf("dài quá %d MB", MaxLine>>20), EN: fmt.Sprintf("longer than %d MB", MaxLine>>20)}
	}
	if !utf8.Valid(raw) {
		// Taken as it is, letters would be lost for good.
		return it, &news.Text{VI: "không phải UTF-8; hãy lưu lại tệp với bảng mã UTF-8", EN: "not UTF-8: save the file as UTF-8"}
	}
	if err := json.Unmarshal(raw, &it); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) && kind.Field != "" {
			return it, &news.Text{VI: fmt.Sprintf("trường %q có giá trị sai kiểu (%s)", kind.Field, kind.Value), EN: fmt.Sprintf("the field %q cannot be a %s", kind.Field, kind.Value)}
		}
		return it, &news.Text{VI: "không phải mục tin JSON", EN: err.Error()}
	}
	if strings.TrimSpace(it.Text) == "" {
		return it, &news.Text{VI: "thiếu nội dung (text)", EN: "missing text"}
	}
	return it, nil
}

// Lines reads JSON Lines.
func Lines(data []byte) (rows []Row, refused []crawler.Refusal) {
	n := 0
	for line := range bytes.Lines(data) {
		n++
		it, wrong, ok := Line(n, line)
		if wrong != nil {
			refused = append(refused, *wrong)
		}
		if ok {
			rows = append(rows, Row{n, it})
		}
	}
	return rows, refused
}

// Fields are those of an item that a column can hold.
var Fields = []string{"text", "title", "published", "url", "id", "kind", "platform", "account", "thread", "parent", "lang", "reactions", "comments", "shares", "views"}

// names of columns, folded, as people head them.
var names = map[string][]string{
	"text":      {"text", "content", "message", "body", "noi dung", "noi dung bai viet", "noi dung binh luan", "van ban", "phan anh", "noi dung phan anh", "y kien"},
	"title":     {"title", "headline", "tieu de", "tua", "tua de", "chu de"},
	"published": {"published", "published at", "date", "time", "datetime", "created at", "created time", "timestamp", "thoi gian", "thoi gian dang", "ngay", "ngay dang", "ngay gio", "thoi diem", "ngay phan anh", "ngay gui"},
	"url":       {"url", "link", "address", "permalink", "permalink url", "duong dan", "lien ket", "dia chi bai", "dia chi web"},
	"id":        {"id", "ma", "item id", "ma bai", "ma tin", "post id", "comment id"},
	"kind":      {"kind", "type", "loai", "loai tin", "the loai"},
	"platform":  {"platform", "channel", "nen tang", "kenh", "mang xa hoi"},
	"account":   {"account", "author", "user", "username", "from", "tai khoan", "tac gia", "nguoi dang", "nguoi viet", "nguoi gui", "ten nguoi dung"},
	"thread":    {"thread", "thread id", "chu de goc", "bai goc", "ma bai goc"},
	"parent":    {"parent", "parent id", "reply to", "tra loi cho"},
	"lang":      {"lang", "language", "ngon ngu"},
	"reactions": {"reactions", "likes", "like", "like count", "luot thich", "cam xuc", "so luot thich"},
	"comments":  {"comments", "comment count", "binh luan", "so binh luan", "luot binh luan"},
	"shares":    {"shares", "share count", "chia se", "luot chia se", "so chia se"},
	"views":     {"views", "view count", "luot xem", "so luot xem"},
}

var separators = regexp.MustCompile(`[\s_\-./:()*]+`)

// Fold is the form in which names of columns are compared: without
// diacritics, case and marks.
func Fold(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == 'đ' || r == 'Đ':
			return 'd'
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(s))
	return strings.TrimSpace(separators.ReplaceAllString(s, " "))
}

// A Mapping says which column, from 0, holds a field.
type Mapping map[string]int

// Guess maps the columns whose names are known.
func Guess(columns []string) Mapping {
	m := Mapping{}
	for _, field := range Fields {
		for i, c := range columns {
			_, taken := m[field]
			used := slices.ContainsFunc(Fields, func(f string) bool { j, ok := m[f]; return ok && j == i })
			if !taken && !used && slices.Contains(names[field], Fold(c)) {
				m[field] = i
			}
		}
	}
	return m
}

// ParseMapping reads "text=Nội dung,title=3": fields with the name or the
// number, from 1, of their column. Fields that it does not name are guessed; "title=" is no column.
func ParseMapping(s string, columns []string) (Mapping, error) {
	m := Guess(columns)
	if strings.TrimSpace(s) == "" {
		return m, nil
	}
	for part := range strings.SplitSeq(s, ",") {
		field, name, ok := strings.Cut(part, "=")
		field, name = strings.TrimSpace(field), strings.TrimSpace(name)
		if !ok || !slices.Contains(Fields, field) {
			return nil, fmt.Errorf("%q: write FIELD=COLUMN; the fields are %s", part, strings.Join(Fields, ", "))
		}
		if name == "" {
			delete(m, field)
			continue
		}
		i := slices.IndexFunc(columns, func(c string) bool { return Fold(c) == Fold(name) })
		if n, err := strconv.Atoi(name); i < 0 && err == nil {
			i = n - 1
		}
		if i < 0 || i >= len(columns) {
			return nil, fmt.Errorf("%q: there is no such column; there are %s", part, strings.Join(columns, ", "))
		}
		m[field] = i
	}
	return m, nil
}

// Words for kinds and platforms, folded.
var (
	kindWords     = map[string]news.Kind{"bai bao": news.Article, "bai viet": news.Post, "tin bai": news.Article, "bai dang": news.Post, "binh luan": news.Comment, "van ban": news.Official, "chinh thuc": news.Official, "phan anh": news.Tip, "tin bao": news.Tip}
	platformWords = map[string]string{"fb": "facebook", "trang web": "web", "website": "web", "yt": "youtube", "dien dan": "forum", "dai phat thanh": "radio", "tin nhan": "sms", "tep": "file"}
)

// Items makes items of the rows of a table. What cannot be read as what it
// should be is refused with the column's name, the good rest goes on.
func (t *Table) Items(m Mapping, zone *time.Location, now time.Time) (rows []Row, refused []crawler.Refusal) {
	refused = slices.Clone(t.Broken)
	if _, ok := m["text"]; !ok {
		return nil, append(refused, refuse(1, "không có cột nào là nội dung; hãy chọn cột", "no column is the text; choose one: "+strings.Join(t.Columns, ", ")))
	}
	for i, cells := range t.Rows {
		n := t.Lines[i]
		get := func(field string) string {
			if c, ok := m[field]; ok && c < len(cells) {
				return strings.TrimSpace(cells[c])
			}
			return ""
		}
		it, reason := tableItem(get, zone, now, func(field string) string { return t.Columns[m[field]] })
		if reason != nil {
			reason.Row = n
			refused = append(refused, *reason)
			continue
		}
		rows = append(rows, Row{n, it})
	}
	slices.SortStableFunc(refused, func(a, b crawler.Refusal) int { return a.Row - b.Row })
	return rows, refused
}

func tableItem(get func(string) string, zone *time.Location, now time.Time, column func(string) string) (news.Item, *crawler.Refusal) {
	it := news.Item{
		Text: get("text"), Title: get("title"), URL: get("url"), ID: get("id"), Account: get("account"), Thread: get("thread"),
		Parent: get("parent"), Lang: get("lang"),
	}
	bad := func(vi, en, field string) (news.Item, *crawler.Refusal) {
		r := refuse(0, fmt.Sprintf("cột %q: %s", column(field), vi), en)
		return it, &r
	}
	if it.Text == "" {
		return bad("ô nội dung trống", "the text is empty", "text")
	}
	if s := get("kind"); s != "" {
		it.Kind = news.Kind(strings.ToLower(s))
		if k, ok := kindWords[Fold(s)]; ok {
			it.Kind = k
		}
	}
	if s := get("platform"); s != "" {
		it.Platform = strings.ToLower(s)
		if p, ok := platformWords[Fold(s)]; ok {
			it.Platform = p
		}
	}
	if s := get("published"); s != "" {
		at, ok := when(s, zone, now)
		if !ok {
			return bad("không hiểu thời gian \""+clip(s)+"\"; viết như 20/11/2026 08:15", "the time is not understood", "published")
		}
		it.Published = at
	}
	var counts news.Counts
	for field, into := range map[string]*int{"reactions": &counts.Reactions, "comments": &counts.Comments, "shares": &counts.Shares, "views": &counts.Views} {
		s := get(field)
		if s == "" {
			continue
		}
		v, err := strconv.ParseFloat(strings.NewReplacer(".", "", ",", "", " ", "", "\u00a0", "").Replace(strings.TrimSuffix(s, ".0")), 64)
		if err != nil || v < 0 || v > 1e12 {
			return bad("\""+clip(s)+"\" không phải số", "not a number", field)
		}
		*into = int(v)
	}
	if counts != (news.Counts{}) {
		it.Counts = &counts
	}
	return it, nil
}

func clip(s string) string {
	r := []rune(s)
	if len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

var serial = regexp.MustCompile(`^\d{5}(?:\.\d+)?$`)

// when reads a time as people and spreadsheets write it: also the days since
// 30 December 1899 that Excel counts.
func when(s string, zone *time.Location, now time.Time) (time.Time, bool) {
	if serial.MatchString(s) {
		days, err := strconv.ParseFloat(s, 64)
		if err == nil && days > 20000 && days < 80000 {
			whole := int(days)
			t := time.Date(1899, 12, 30+whole, 0, 0, 0, 0, zone)
			return t.Add(time.Duration((days - float64(whole)) * float64(24*time.Hour))).Round(time.Second).UTC(), true
		}
	}
	if st, err := vitime.Parse(s, now, zone); err == nil {
		return st.Time, true
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 5e8 && n < 1e13 {
		if n > 1e11 {
			return time.UnixMilli(n).UTC(), true
		}
		return time.Unix(n, 0).UTC(), true
	}
	return time.Time{}, false
}
