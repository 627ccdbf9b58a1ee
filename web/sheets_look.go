package web

import (
	"net/http"
	"strings"

	"langnghe/internal/news"
	"langnghe/reports"
	"langnghe/reports/xlsx"
)

// The workbooks of the pages that look at something: rules, trends, the radar,
// what is muted, reports and ledgers as lists. No word of a resident is in any.

func (s *server) rulesSheet(r *http.Request, t *tongue) (xlsx.Sheet, error) {
	out := xlsx.Sheet{Name: t.T("rules.title"), Heads: heads(t, "Mã", "ID", "Bản", "Version", "Tên", "Title", "Mức", "Level", "Loại", "Type", "Lĩnh vực", "Topic", "Trạng thái", "Status", "Đang bật", "Enabled", "Có sẵn", "Built in", "Phụ trách", "Owner",
		"Đã gắn cờ", "Flags", "Lần cuối", "Last flag", "Đã quyết", "Decided", "Có ích", "Useful", "Độ chính xác (%)", "Precision (%)", "Thấp nhất (%)", "At least (%)", "Cao nhất (%)", "At most (%)", "Điều kiện", "Condition", "Có thể sai khi", "May be wrong when")}
	if s.Rules == nil {
		return out, errOff
	}
	list, err := s.Rules(r.Context())
	mark := map[bool]string{true: "x"}
	for _, x := range list.Rules {
		line := []any{x.ID, x.Version, x.Title.In(t.lang), t.Label("level", x.Level), t.Label("ruletype", x.Type), t.Label("topic", x.Topic), t.Label("rulestatus", x.Status), mark[x.Enabled], mark[x.Builtin], x.Owner,
			x.Flags, stamp(x.LastFlag), x.Decided, x.Useful, nil, nil, nil, x.When, strings.Join(x.FalsePositives, "; ")}
		if x.Decided > 0 {
			line[14], line[15], line[16] = whole(x.Precision.Share), whole(x.Precision.Low), whole(x.Precision.High)
		}
		out.Rows = append(out.Rows, line)
	}
	return out, err
}

// whole is a share in whole hundredths.
func whole(share float64) int { return int(share*100 + .5) }

// trendsSheets are the days of each topic, what rises, the signals, and what
// the next days may bring.
func (s *server) trendsSheets(r *http.Request, t *tongue) ([]xlsx.Sheet, error) {
	p, err := s.trendsOf(r)
	if err != nil {
		return nil, err
	}
	if p.Off {
		return nil, errOff
	}
	days := xlsx.Sheet{Name: t.T("trends.title"), Heads: append(heads(t, "Ngày", "Day"), t.T("trends.all"))}
	for _, c := range p.Charts {
		days.Heads = append(days.Heads, t.Label("topic", c.Topic))
	}
	for i, d := range p.All.Days {
		line := []any{onDay(d.At), d.Items}
		for _, c := range p.Charts {
			line = append(line, c.Days[i].Items)
		}
		days.Rows = append(days.Rows, line)
	}
	rising := xlsx.Sheet{Name: t.T("trends.rising"), Heads: heads(t, "Tình trạng", "State", "Về", "About", "Vì sao", "Why", "Có thể sai vì", "May be wrong because")}
	tiers := map[string]string{"alert": "trends.alert", "watch": "trends.watch", "": "trends.fall"}
	for _, x := range p.Rising {
		name := x.Name
		switch x.Kind {
		case "topic":
			name = t.Label("topic", x.ID)
		case "story":
			name = t.T("trends.story")
		}
		rising.Rows = append(rising.Rows, []any{t.T(tiers[string(x.Tier)]), name, x.Why.In(t.lang), x.Doubt.In(t.lang)})
	}
	signals := xlsx.Sheet{Name: t.T("trends.signals"), Heads: heads(t, "Mức", "Level", "Lĩnh vực", "Topic", "Luật", "Rule", "Lúc", "At", "Vì sao", "Why", "Quyết định", "Decision")}
	for _, e := range p.Signals {
		decided := ""
		if e.Decision != nil {
			decided = t.Label("choice", e.Decision.Choice)
		}
		f := e.Reasons[0]
		signals.Rows = append(signals.Rows, []any{t.Label("level", e.Level), t.Label("topic", e.Topic), f.Title.In(t.lang), stamp(f.At), f.Why.In(t.lang), decided})
	}
	ahead := xlsx.Sheet{Name: t.T("trends.fan_table"), Heads: heads(t, "Lĩnh vực", "Topic", "Ngày", "Day", "Nhiều khả năng", "Most likely", "80 % từ", "80 % from", "80 % đến", "80 % to", "95 % từ", "95 % from", "95 % đến", "95 % to")}
	for _, id := range append([]string{""}, news.TopicIDs...) {
		f := p.Fans[id]
		if f == nil {
			continue
		}
		name := t.T("trends.all")
		if id != "" {
			name = t.Label("topic", id)
		}
		for _, d := range f.Days {
			ahead.Rows = append(ahead.Rows, []any{name, onDay(d.At), d.Middle, d.Low80, d.High80, d.Low95, d.High95})
		}
	}
	return []xlsx.Sheet{days, rising, signals, ahead}, nil
}

// radarSheets are what people ask, by topic, and the seasons of scams.
func (s *server) radarSheets(r *http.Request, t *tongue) ([]xlsx.Sheet, error) {
	p, err := s.radarOf(r)
	if err != nil {
		return nil, err
	}
	open := xlsx.Sheet{Name: t.T("radar.title"), Heads: heads(t, "Lĩnh vực", "Topic", "Số người hỏi trong 7 ngày", "Voices in 7 days", "7 ngày trước đó", "In the 7 before")}
	for _, x := range p.Open {
		open.Rows = append(open.Rows, []any{t.Label("topic", x.Topic), x.Now, x.Was})
	}
	seasons := xlsx.Sheet{Name: t.T("radar.seasons"), Heads: heads(t, "Dịp", "Season", "Từ ngày", "From", "Đến ngày", "To", "Thủ đoạn cần canh chừng", "Scams to expect")}
	for _, x := range p.Seasons {
		var families []string
		for _, f := range x.Families {
			families = append(families, t.Label("cue", f))
		}
		seasons.Rows = append(seasons.Rows, []any{x.What.In(t.lang), onDay(x.From), onDay(x.To), strings.Join(families, ", ")})
	}
	return []xlsx.Sheet{open, seasons}, nil
}

// mutedSheets are what nobody has taken in hand, what is silenced and why.
func (s *server) mutedSheets(r *http.Request, t *tongue) ([]xlsx.Sheet, error) {
	o, err := s.overview(r.Context(), by(r))
	if err != nil {
		return nil, err
	}
	watches := xlsx.Sheet{Name: t.T("muted.open"), Heads: heads(t, "Mức", "Level", "Về", "About", "Từ lúc", "Since", "Số lần nhắc", "Told", "Nhắc tiếp lúc", "Next", "Đã nhận", "Taken by")}
	for _, x := range o.Watches {
		watches.Rows = append(watches.Rows, []any{t.Label("level", x.Level), x.Subject.In(t.lang), stamp(x.Opened), x.Step, stamp(x.Next), x.By})
	}
	quiet := xlsx.Sheet{Name: t.T("alerts.silences"), Heads: heads(t, "Nhóm, lĩnh vực", "Group or topic", "Ai", "Who", "Vì sao", "Why", "Đến lúc", "Until")}
	for _, x := range o.Silences {
		what := x.Group
		if x.Topic != "" {
			what = t.Label("topic", x.Topic)
		}
		quiet.Rows = append(quiet.Rows, []any{what, x.Owner, x.Reason, stamp(x.Until)})
	}
	for _, x := range o.Acks {
		quiet.Rows = append(quiet.Rows, []any{x.Group, x.By, t.T("muted.acks"), stamp(x.Until)})
	}
	counts := xlsx.Sheet{Name: t.T("muted.count"), Heads: heads(t, "Lý do", "Reason", "Số lần", "Times", "Lần cuối", "Last")}
	for _, x := range o.Muted {
		why := x.Reason.In(t.lang)
		if why == "" {
			why = x.Why
		}
		counts.Rows = append(counts.Rows, []any{why, x.Count, stamp(x.Last)})
	}
	return []xlsx.Sheet{watches, quiet, counts}, nil
}

// reportsSheet lists the reports that the person may read, page by page.
func (s *server) reportsSheet(r *http.Request, t *tongue) (xlsx.Sheet, error) {
	out := xlsx.Sheet{Name: t.T("reports.title"), Heads: heads(t, "Mã", "ID", "Loại", "Kind", "Trích yếu", "Subject", "Vụ việc", "Case", "Từ ngày", "From", "Đến", "Until", "Trạng thái", "State", "Người lập", "Written by", "Lập lúc", "Written", "Người duyệt", "Approved by", "Duyệt lúc", "Approved", "Số", "Number", "Ngày văn bản", "Issued", "Ghi chú", "Note")}
	d, err := s.reporter()
	if err != nil {
		return out, err
	}
	kind := reports.Kind(r.FormValue("kind"))
	if kind != "" && !kind.MayRead(string(by(r).Role)) {
		return out, errForbidden
	}
	for len(out.Rows) < maxSheet {
		const page = 200
		list, err := d.List(r.Context(), kind, len(out.Rows), page, person(by(r)))
		if err != nil {
			return out, err
		}
		for i := range list {
			x := &list[i]
			var number any
			if x.Number > 0 {
				number = x.Number
			}
			out.Rows = append(out.Rows, []any{x.ID, x.Kind.Name().In(t.lang), guard(x.Paper.Head.Subject), x.Case, onDay(x.From), onDay(x.To), t.Label("reportstate", x.State), x.By, stamp(x.At), x.Approver, stamp(x.Approved), number, onDay(x.Issued), guard(x.Note)})
		}
		if len(list) < page {
			break
		}
	}
	return out, nil
}

func (s *server) ledgersSheet(r *http.Request, t *tongue) (xlsx.Sheet, error) {
	out := xlsx.Sheet{Name: t.T("ledgers.title"), Heads: heads(t, "Sổ", "Ledger", "Nội dung", "What it holds", "Số mục", "Entries", "Quá hạn", "Late")}
	p, err := s.ledgersOf(r)
	for _, l := range p.Ledgers {
		out.Rows = append(out.Rows, []any{l.Title.In(t.lang), l.Lead.In(t.lang), l.Entries, l.Late})
	}
	return out, err
}

// rumourSheet is how much was written of a claim each day.
func (s *server) rumourSheet(r *http.Request, t *tongue) (xlsx.Sheet, error) {
	out := xlsx.Sheet{Name: t.T("rumours.title"), Heads: heads(t, "Ngày", "Day", "Số tin", "Items", "Sau trả lời", "After the answer")}
	p, err := s.spreadOf(r)
	for _, d := range p.Days {
		out.Rows = append(out.Rows, []any{d.Day, d.Count, map[bool]string{true: "x"}[d.After]})
	}
	return out, err
}

func (s *server) machineSheet(r *http.Request, t *tongue) (xlsx.Sheet, error) {
	out := xlsx.Sheet{Name: t.T("machine.title"), Heads: heads(t, "Tình trạng", "State", "Phần", "Part", "Thấy gì", "Found", "Việc cần làm", "What to do")}
	if s.Examine == nil {
		return out, errOff
	}
	checks, _ := s.machine.look(r.Context(), s, machineFor, true)
	for _, c := range checks {
		out.Rows = append(out.Rows, []any{t.Label("checkstate", c.State), t.Label("check", c.Name), c.What.In(t.lang), c.Do.In(t.lang)})
	}
	return out, nil
}
