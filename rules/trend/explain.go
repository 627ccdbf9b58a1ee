package trend

import (
	"fmt"
	"time"

	"langnghe/internal/news"
)

// explain says what a trend shows, in figures of its window and nothing else,
// and why it may be wrong.
func explain(t *Trend, now time.Time) (why, doubt news.Text) {
	w := &t.Window
	span, usual, spanEN, usualEN := "24 giờ", "thường ngày", "24 hours", "usually %s a day"
	if w.Hours != 24 {
		span, usual = fmt.Sprintf("%d giờ", w.Hours), "thường"
		spanEN, usualEN = fmt.Sprintf("%d hours", w.Hours), "usually %s in that time"
	}
	r := rangeOf(w.Low, w.High)
	why.VI = fmt.Sprintf("%d bài trong %s, %s %s", w.Posts, span, usual, r)
	why.EN = fmt.Sprintf("%d posts in %s, %s", w.Posts, spanEN, fmt.Sprintf(usualEN, r))
	if t.Tier != "" && !w.Since.IsZero() {
		since := w.Since.In(now.Location())
		why.VI += ", bắt đầu tăng từ " + sinceVI(since, now)
		why.EN += ", rising since " + since.Format("15:04 on 2 Jan")
	}
	if w.Posts > 0 {
		why.VI += fmt.Sprintf(", %d nguồn, %d người", w.Sources, w.Voices)
		why.EN += fmt.Sprintf(", %d sources, %d voices", w.Sources, w.Voices)
		if w.Stories < w.Posts {
			why.VI += fmt.Sprintf(", %d nội dung khác nhau", w.Stories)
			why.EN += fmt.Sprintf(", %d different stories", w.Stories)
		}
	}
	if w.Posts >= shareFew {
		why.VI += fmt.Sprintf(", %d/%d tiêu cực (thường %s)", w.Negative, w.Posts, part(w.Usual, "gần như không"))
		why.EN += fmt.Sprintf(", %d/%d negative (usually %s)", w.Negative, w.Posts, part(w.Usual, "hardly any"))
	} else if w.Negative > 0 {
		why.VI += fmt.Sprintf(", %d bài tiêu cực", w.Negative)
		why.EN += fmt.Sprintf(", %d negative", w.Negative)
	}
	why.VI += "."
	why.EN += "."
	if t.Kind == "story" && t.Tier != "" && w.Sources > w.Before {
		why.VI += fmt.Sprintf(" Tin đang lan: từ %d lên %d nguồn.", w.Before, w.Sources)
		why.EN += fmt.Sprintf(" The story spreads: from %d to %d sources.", w.Before, w.Sources)
	}
	switch w.Shifted {
	case "negative":
		why.VI += " Phần tiêu cực cao khác thường."
		why.EN += " The negative part is unusually large."
	case "positive":
		why.VI += " Phần tích cực cao khác thường."
		why.EN += " The positive part is unusually large."
	case "adverse":
		why.VI += " Phần bất lợi cho phường cao khác thường."
		why.EN += " The part that is adverse to the ward is unusually large."
	}
	if t.Fall {
		why.VI += " Ba ngày qua ít bài khác thường."
		why.EN += " The last three days were unusually quiet."
	}
	if t.Few {
		why.VI += " Ít dữ liệu: chưa nói được gì chắc."
		why.EN += " Little data: nothing is certain yet."
	}
	doubt.VI, doubt.EN = "Có thể sai vì:", "It may be wrong because of:"
	add := func(vi, en string) { doubt.VI += " " + vi + ";"; doubt.EN += " " + en + ";" }
	if w.OneShare > .5 && w.Posts >= 3 {
		add(fmt.Sprintf("một nguồn đăng %.0f %% số bài", w.OneShare*100), fmt.Sprintf("one source has %.0f %% of the posts", w.OneShare*100))
	}
	if w.Stories*2 <= w.Posts && w.Posts >= 4 {
		add("nhiều bài là đăng lại cùng một nội dung", "many posts repeat one text")
	}
	switch t.Gap {
	case "source":
		add("một nguồn quan trọng đang im, nên ít bài không có nghĩa là ít người nói", "an important source is silent, so that few posts do not mean little talk")
	case "exposure":
		add("phần lớn bài đến từ nguồn mới kết nối, nên nhiều bài không có nghĩa là nhiều người nói hơn", "most posts come from a newly connected source, so that more posts do not mean more talk")
	}
	add("ngày lễ, sự kiện đã biết, máy hiểu nhầm chủ đề hoặc thái độ", "a holiday, a known event, a topic or tone misread by the machine")
	doubt.VI, doubt.EN = doubt.VI[:len(doubt.VI)-1]+".", doubt.EN[:len(doubt.EN)-1]+"."
	return why, doubt
}

// rangeOf writes a range of whole numbers.
func rangeOf(low, high float64) string {
	if a, b := fmt.Sprintf("%.0f", low), fmt.Sprintf("%.0f", high); a != b {
		return a + "–" + b
	}
	return fmt.Sprintf("%.0f", low)
}

// part writes a share as a small fraction.
func part(p float64, none string) string {
	best, off := "", 1.0
	for _, f := range [...][2]int{{1, 10}, {1, 5}, {1, 4}, {1, 3}, {2, 5}, {1, 2}, {3, 5}, {2, 3}, {3, 4}, {4, 5}, {9, 10}} {
		if d := p - float64(f[0])/float64(f[1]); d*d < off {
			best, off = fmt.Sprintf("%d/%d", f[0], f[1]), d*d
		}
	}
	if p < .04 {
		return none
	}
	return best
}

// sinceVI writes a time as people say it on the day of now.
func sinceVI(t, now time.Time) string {
	s := fmt.Sprintf("%d giờ", t.Hour())
	switch {
	case t.YearDay() == now.YearDay() && t.Year() == now.Year():
		return s
	case t.AddDate(0, 0, 1).YearDay() == now.YearDay():
		return s + " hôm qua"
	}
	return s + " ngày " + t.Format("02/01")
}
