package review_test

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"langnghe/internal/news"
	"langnghe/review"
)

func title(s string) func(*news.Flag) { return func(f *news.Flag) { f.Item.Title = s } }

// Whatever a reviewer writes into a case, a resident's item that stands in it
// does not get into the slip: not its address, not its words, not a number.
func TestNothingOfAResidentTravels(t *testing.T) {
	const words, head = "phường ơi nước lại mất rồi gọi mãi mà nỏ có ai nghe máy", "Khối Tân Sơn mất nước ba ngày nay rồi"
	for _, choice := range []news.Choice{news.Verify, news.Danger, news.Scam} {
		t.Run(string(choice), func(t *testing.T) {
			h := newHouse(t)
			h.t = t
			ctx := t.Context()
			h.document("42/TB-UBND", "2026-01-05", "")
			h.take(flag("dam", news.Claiming, news.High, cue("free_gift_scam")), flag("r", news.Complaint, news.Medium, text(words), title(head)),
				flag("other", news.Complaint, news.Medium))
			id := h.decide("dam", choice, hoa).Case
			if _, err := h.Decide(ctx, review.DecideRequest{Entry: "r", Choice: choice, Case: id, By: hoa}); err != nil {
				t.Fatal(err)
			}
			leaks := []string{
				"https://example.com/r", "http://www.example.com/r/", "hxxps://example[.]com/r?x=1", "example.com/r#1", "example.com", "https://example.com/r/comments",
				words, head, norm.NFD.String(words), strings.ToUpper(head), "https://la.top/" + strings.ReplaceAll(words, " ", "-"), "https://la.top/?q=kh%E1%BB%91i%20t%C3%A2n%20s%C6%A1n%20m%E1%BA%A5t%20n%C6%B0%E1%BB%9Bc%20ba%20ng%C3%A0y%20nay%20r%E1%BB%93i",
				"Nguyen Van A 0912345678", "gọi 0912345678", "một câu nào đó",
			}
			if choice == news.Scam {
				leaks = append(leaks, "https://example.com/other") // a resident's, though it stands in no case
			} else {
				leaks = append(leaks, "https://la.top", "0912345678")
			}
			for _, leak := range leaks {
				if err := h.SetClaim(ctx, id, "", "Đập sắp vỡ", []string{leak}, hoa); err == nil {
					t.Errorf("%q is an indicator of a case of kind %s", leak, choice)
				}
			}
			h.must(h.SetClaim(ctx, id, "", "Đập sắp vỡ", nil, hoa))
			if choice == news.Verify {
				h.refute(id)
			}
			good := proposal()
			good.Category, good.Harm = review.CategoriesFor(choice)[0], "hoảng loạn"
			good.Checklist = &review.Checklist{Context: "1", Speaker: "2", Intent: "3", Content: "4", Extent: "5", Likelihood: "6"}
			for _, leak := range leaks {
				p := good
				p.URLs = []string{leak}
				if h.ProposeHandoff(ctx, id, p, hoa) == nil {
					t.Fatalf("%q stands among the addresses of a slip", leak)
				}
			}
			for _, leak := range leaks[:12] {
				if h.SetClaim(ctx, id, "", "có tin "+leak, nil, hoa) == nil && leak != "example.com" {
					t.Errorf("%q stands in a claim", leak)
				}
			}
			h.must(h.SetClaim(ctx, id, "", "Đập sắp vỡ", nil, hoa))
			for name, change := range map[string]func(*review.Handoff, string){
				"evidence": func(p *review.Handoff, s string) { p.Evidence = s }, "harm": func(p *review.Handoff, s string) { p.Harm = s },
				"request": func(p *review.Handoff, s string) { p.Request = s }, "clause": func(p *review.Handoff, s string) { p.Citation.Clause = s },
			} {
				for _, leak := range []string{words, "theo " + head, "xem https://example.com/r", "gọi 0912 345 678", "thư a.b@example.vn", "xem https://example.com/other", "Điều https://la.top"} {
					if name != "clause" && strings.HasPrefix(leak, "Điều") {
						continue
					}
					p := good
					change(&p, leak)
					if h.ProposeHandoff(ctx, id, p, hoa) == nil {
						t.Fatalf("%q stands in the %s of a slip", leak, name)
					}
				}
			}
			p := good
			p.Citation.Text, p.Citation.URL = words, "https://example.com/r"
			p.URLs = []string{"https://example.com/dam"} // the spreading post may
			h.must(h.ProposeHandoff(ctx, id, p, hoa))
			h.must(h.ApproveHandoff(ctx, id, chair))
			h.later(review.UndoWindow)
			slips, err := h.Handoffs(ctx, liaison)
			h.must(err)
			if len(slips) != 1 || strings.Contains(string(encode(slips)), "nỏ") || strings.Contains(string(encode(slips)), "com/r") {
				t.Errorf("slips = %s", encode(slips))
			}
		})
	}
}

// What joins after the approval is compared when the slip leaves, and the
// notice of it does not repeat the words.
func TestWhoJoinsAProposalStopsIt(t *testing.T) {
	const claim = "trang mạo danh phường hứa tặng quà một trăm nghìn đồng cho mỗi hộ"
	h := newHouse(t)
	ctx := t.Context()
	id := h.scam("a")
	h.must(h.SetClaim(ctx, id, "", claim, nil, hoa))
	h.must(h.ProposeHandoff(ctx, id, proposal(), hoa))
	h.must(h.ApproveHandoff(ctx, id, chair))
	h.take(flag("r", news.Complaint, news.Medium, text("bà con ơi "+claim)))
	if _, err := h.Decide(ctx, review.DecideRequest{Entry: "r", Choice: news.Scam, Case: id, By: hoa}); err != nil {
		t.Fatal(err)
	}
	h.later(review.UndoWindow)
	if c := h.kase(id); !c.Handoff.Sent.IsZero() || c.Handoff.Vetoed != "system" {
		t.Errorf("hand-off = %+v, want it stopped", c.Handoff)
	}
	for _, a := range h.alerts {
		if strings.Contains(string(encode(a)), "hứa tặng") {
			t.Errorf("a notice has a resident's words: %+v", a)
		}
	}
}

func TestWhatPointsAtAPerson(t *testing.T) {
	h := newHouse(t)
	id := h.scam("a")
	for text, kind := range map[string]string{
		"gọi 0912345678 Nguyen Van A":                 "contact",
		"gọi 0912 345 678":                            "contact",
		"gọi 0912.345.678":                            "contact",
		"gọi 091-234-5678":                            "contact",
		"gọi +84 912 345 678":                         "contact",
		"gọi (0238) 388 1115":                         "contact",
		"số 0\u200b912\u200b345678":                   "contact",
		"số ０９１２３４５６７８":                               "contact",
		"STK 0123 4567 8901 VCB":                      "contact",
		"số 912.345.678":                              "contact",
		"thẻ 9704 1234 5678 9012":                     "contact",
		"thư nguyen.a@example.vn":                     "contact",
		"thư nguyen.a [at] example [.] vn":            "contact",
		"kênh youtube.com/@nguyenvana":                "author",
		"nhóm:@nguyenvana":                            "author",
		"＠nguyenvana đăng":                            "author",
		"xem https://zalo.me/0912345678":              "contact",
		"Thu 500.000 đồng, có nơi 1,5 triệu":          "",
		"Hứa trả 1.500.000.000 đồng mỗi hộ":           "",
		"Đòi 500 000 000 VNĐ":                         "",
		"Thông báo 42/TB-UBND ngày 24.11.2026":        "",
		"Nghị định 136/2020/NĐ-CP, Luật 25/2018/QH14": "",
		"Từ 24-11-2026 15 giờ đến 2026-11-25":         "",
		"Năm 2024 2025 2026":                          "",
		"Khối 1, 2, 3, 4, 5, 6, 7, 8, 9, 10":          "",
		"Tên miền lập ngày 3/11, hỏi mã OTP 6 số":     "",
		"Gọi 113, 114, 115":                           "",
	} {
		err := h.SetClaim(t.Context(), id, "", text, nil, hoa)
		if kind == "" {
			if err != nil {
				t.Errorf("%q: %v", text, err)
			}
			continue
		}
		h.refused(err, kind)
	}
	if e := (&review.Error{}); h.SetClaim(t.Context(), id, "", "gọi 0912345678", nil, hoa).Error() == e.Error() {
		t.Error("the refusal says nothing")
	}
	if s := h.SetClaim(t.Context(), id, "", "gọi 0912345678", nil, hoa).Error(); !strings.Contains(s, "tên người") {
		t.Errorf("the refusal does not speak of names: %s", s)
	}
}

func TestIndicators(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	id := h.scam("a")
	for line, shown := range map[string]string{
		"https://la.top/nhan":    "hxxps://la[.]top/nhan",
		"hxxps://la[.]top":       "hxxps://la[.]top",
		"quatang-vneid.top":      "quatang-vneid[.]top",
		"0912 345 678":           "[số điện thoại] 0912 345 678",
		"SĐT: 0912345678":        "[số điện thoại] SĐT: 0912345678",
		"+84912345678":           "[số điện thoại] +84912345678",
		"VCB 1023456789012":      "[số tài khoản] VCB 1023456789012",
		"stk mb bank 9912345678": "[số tài khoản] stk mb bank 9912345678",
	} {
		h.must(h.SetClaim(ctx, id, "", "Một trang giả", []string{line, line, " "}, hoa))
		h.must(h.ProposeHandoff(ctx, id, proposal(), hoa))
		if c := h.kase(id); len(c.Handoff.URLs) != 1 || c.Handoff.URLs[0] != shown {
			t.Errorf("indicator %q in the slip = %q, want %q", line, c.Handoff.URLs, shown)
		}
		h.must(h.RecallHandoff(ctx, id, "thử", hoa))
	}
	for _, line := range []string{
		"Nguyen Van A 0912345678", "VCB 1023456789012 Nguyen Van A", "ông A ở khối 3", "la", "a@b.top", "https://user:pass@la.top", "https://la.top https://lo.top",
		"ftp://la.top", "javascript:alert(1)", "https://la.top/" + strings.Repeat("x", 300), "https://facebook.com/profile.php?id=1", "https://facebook.com/100012345678901", "12345", "https://tiktok.com/@ai",
	} {
		if h.SetClaim(ctx, id, "", "Một trang giả", []string{line}, hoa) == nil {
			t.Errorf("%q is an indicator", line)
		}
	}
	h.must(h.SetClaim(ctx, id, "", "Một trang giả", []string{}, hoa))
	if c := h.kase(id); len(c.Indicators) != 0 {
		t.Errorf("indicators = %q after they were taken away", c.Indicators)
	}
	// A number is one as an indicator alone, never in the addresses of others.
	p := proposal()
	p.URLs = []string{"0912345678"}
	h.refused(h.ProposeHandoff(ctx, id, p, hoa), "url")
}

// A veto holds for what it was about, in whatever case that comes to stand.
func TestVetoIsRemembered(t *testing.T) {
	vetoed := func(t *testing.T, opts ...func(*news.Flag)) (*house, string) {
		h := newHouse(t)
		h.t = t
		id := h.scam("a", opts...)
		h.must(h.ProposeHandoff(t.Context(), id, proposal(), hoa))
		h.now = h.now.Add(time.Minute)
		h.must(h.VetoHandoff(t.Context(), id, "chưa đủ căn cứ", justice))
		h.now = h.now.Add(time.Minute)
		return h, id
	}
	again := func(h *house, r review.DecideRequest) string {
		h.t.Helper()
		r.By = hoa
		e, err := h.Decide(h.t.Context(), r)
		h.must(err)
		return e.Case
	}
	t.Run("undo", func(t *testing.T) {
		h, id := vetoed(t)
		for _, by := range []review.User{hoa, chair} {
			h.refused(h.Undo(t.Context(), "a", by), "vetoed")
		}
		h.must(h.Unlock(t.Context(), id, "đã bổ sung minh chứng", justice))
		h.refused(h.Undo(t.Context(), "a", hoa), "vetoed") // that it was opened is of this case
	})
	t.Run("story in a fresh case", func(t *testing.T) {
		h, id := vetoed(t, story("s"))
		h.must(h.CloseCase(t.Context(), id, "xong", hoa))
		h.take(flag("b", news.Claiming, news.High, story("s")))
		other := again(h, review.DecideRequest{Entry: "b", Choice: news.Verify})
		c := h.kase(other)
		if other == id || !c.Locked || c.LockWhy != review.LockVetoed {
			t.Fatalf("case %s = locked %v %s", other, c.Locked, c.LockWhy)
		}
		h.must(h.SetClaim(t.Context(), other, "", "Đập sắp vỡ", nil, hoa))
		h.refute(other)
		p := proposal()
		p.Category, p.Harm = review.PublicSafety, "hoảng loạn"
		h.refused(h.ProposeHandoff(t.Context(), other, p, hoa), "locked")
		h.now = h.now.Add(time.Minute)
		h.must(h.Unlock(t.Context(), other, "đã bổ sung minh chứng", justice))
		h.must(h.ProposeHandoff(t.Context(), other, p, hoa))
	})
	t.Run("story in a case that was opened for something else", func(t *testing.T) {
		h, _ := vetoed(t, story("s"))
		h.take(flag("r", news.Complaint, news.High), flag("b", news.Claiming, news.High, story("s")))
		other := again(h, review.DecideRequest{Entry: "r", Choice: news.Verify})
		h.must(h.Unlock(t.Context(), other, "đây là nội dung lan truyền", justice))
		h.now = h.now.Add(time.Minute)
		again(h, review.DecideRequest{Entry: "b", Choice: news.Verify, Case: other})
		if c := h.kase(other); c.LockWhy != review.LockVetoed {
			t.Errorf("case = locked %v %s", c.Locked, c.LockWhy)
		}
	})
	t.Run("story in a case beside it", func(t *testing.T) {
		h := newHouse(t)
		h.t = t
		id := h.scam("a", story("s"))
		h.take(flag("b", news.Claiming, news.High, story("s")))
		other := again(h, review.DecideRequest{Entry: "b", Choice: news.Verify})
		h.must(h.SetClaim(t.Context(), other, "", "Đập sắp vỡ", nil, hoa))
		h.refute(other)
		p := proposal()
		p.Category, p.Harm = review.PublicSafety, "hoảng loạn"
		h.must(h.ProposeHandoff(t.Context(), other, p, hoa))
		h.must(h.ApproveHandoff(t.Context(), other, chair))
		h.must(h.ProposeHandoff(t.Context(), id, proposal(), hoa))
		h.must(h.VetoHandoff(t.Context(), id, "chưa đủ căn cứ", justice))
		if c := h.kase(other); c.LockWhy != review.LockVetoed {
			t.Errorf("case = locked %v %s", c.Locked, c.LockWhy)
		}
		h.later(review.UndoWindow)
		if c := h.kase(other); !c.Handoff.Sent.IsZero() {
			t.Error("a hand-off left beside the veto about its story")
		}
	})
	t.Run("a copy does not close what was opened", func(t *testing.T) {
		h, id := vetoed(t, story("s"))
		h.must(h.Unlock(t.Context(), id, "đã bổ sung minh chứng", justice))
		h.now = h.now.Add(time.Minute)
		h.take(flag("b", news.Claiming, news.High, story("s")))
		if got := again(h, review.DecideRequest{Entry: "b", Choice: news.Scam}); got != id {
			t.Fatalf("case = %s", got)
		}
		if c := h.kase(id); c.Locked {
			t.Errorf("case = locked %s", c.LockWhy)
		}
	})
}

// What the police are criticised for is nobody's to send them, and what goes
// to them goes by a person's choice.
func TestAnswersAndThePolice(t *testing.T) {
	newPoliceHouse := func(t *testing.T) *house {
		h := newHouse(t)
		h.t = t
		h.Unit = func(string) string { return "Công an phường" }
		return h
	}
	general := func(f *news.Flag) { f.Item.Reading.Topics = []news.Topic{{ID: "public_order", Score: 0.9}} }
	post := "mấy ông mặc sắc phục đi thu tiền từng nhà, còn gợi ý phong bì"
	h := newPoliceHouse(t)
	ctx := t.Context()
	police := review.User{Name: "cong", Role: review.Unit, Unit: "Công an phường"}
	h.take(flag("noise", news.Complaint, news.Low, topic("public_order"), general, text("hát karaoke ầm ĩ cả đêm không ai ngủ được")),
		flag("p", news.Complaint, news.Low, topic("public_order"), general, text(post), story("s")))
	noise, crit := h.decide("noise", news.Answer, hoa).Case, h.decide("p", news.Answer, hoa).Case
	for _, id := range []string{noise, crit} {
		if c := h.kase(id); c.Unit != "" || c.State != review.Open || c.Title != "" {
			t.Errorf("case = unit %q, state %s, title %q, want it to wait for a person", c.Unit, c.State, c.Title)
		}
	}
	h.later(time.Hour)
	for _, a := range h.alerts {
		if strings.HasSuffix(a.Subject.VI, ": ") {
			t.Errorf("subject = %q", a.Subject.VI)
		}
	}
	h.refused(h.Assign(ctx, crit, "Công an phường", time.Time{}, hoa), "own_unit")
	h.must(h.Assign(ctx, noise, "Công an phường", time.Time{}, hoa))
	if _, err := h.Entry(ctx, "noise", police); err != nil {
		t.Errorf("the police read what a person gave them: %v", err)
	}

	// A criticism does not slip into a case that they have.
	h.take(flag("q", news.Complaint, news.Low, topic("public_order"), text(post)))
	_, err := h.Decide(ctx, review.DecideRequest{Entry: "q", Choice: news.Answer, Case: noise, By: hoa})
	h.refused(err, "own_unit")
	// Nor with its story.
	h.take(flag("s1", news.Complaint, news.Low, topic("public_order"), story("t"), text("hát karaoke ầm ĩ")))
	first := h.decide("s1", news.Answer, hoa).Case
	h.must(h.Assign(ctx, first, "Công an phường", time.Time{}, hoa))
	h.take(flag("s2", news.Complaint, news.Low, topic("public_order"), story("t"), text(post)))
	if got := h.decide("s2", news.Answer, hoa).Case; got == first {
		t.Error("a criticism of the police joined their case")
	}
	// Nor by a change of its text.
	f := flag("noise", news.Complaint, news.Low, topic("public_order"), text("hát karaoke ầm ĩ mà công an phường làm ngơ"))
	f.ID, f.Item.Observed = "f-noise-2", f.Item.Observed.Add(time.Minute)
	h.take(f)
	if c := h.kase(noise); c.Unit != "" || c.State != review.Open {
		t.Errorf("case after the change = unit %q, state %s", c.Unit, c.State)
	}
	h.later(0)
	if last := h.alerts[len(h.alerts)-1]; strings.Join(last.To, " ") != "leader justice" {
		t.Errorf("told %v of a case that was taken from the police", last.To)
	}
	if _, err := h.Entry(ctx, "noise", police); err == nil {
		t.Error("the police read what criticises them")
	}
}

func TestTitleOfAnAnswer(t *testing.T) {
	read := func(id string) func(*news.Flag) {
		return func(f *news.Flag) { f.Item.Reading.Topics = []news.Topic{{ID: id, Score: 0.9}} }
	}
	h := newHouse(t)
	h.take(flag("a", news.Complaint, news.Low, read("water")), flag("b", news.Complaint, news.Low, read("roads")), flag("c", news.Claiming, news.Low, read("water")))
	for _, tt := range []struct {
		id, want string
		choice   news.Choice
	}{{"a", "", news.Answer}, {"b", "Tin về nước", news.Answer}, {"c", "Tin về nước", news.Verify}} {
		if c := h.kase(h.decide(tt.id, tt.choice, hoa).Case); c.Title != tt.want {
			t.Errorf("title of %s = %q, want %q", tt.id, c.Title, tt.want)
		}
	}
}

func TestAccusations(t *testing.T) {
	topic := func(f *news.Flag) { f.Item.Reading.Topics = []news.Topic{{ID: "corruption", Score: 0.8}} }
	rule := func(f *news.Flag) { f.Rule = "to-cao-tham-nhung" }
	warns := func(f *news.Flag) { f.Item.Reading.Stance = news.Warning }
	nop := func(*news.Flag) {}
	for i, tt := range []struct {
		text string
		how  []func(*news.Flag)
		want string
	}{
		{"phải có quà mới xong việc", nil, ""},
		{"phải có quà mới xong việc", []func(*news.Flag){topic}, review.SubjectOfficial},
		{"phai co qua moi xong viec", []func(*news.Flag){rule}, review.SubjectOfficial},
		{"phải có quà mới xong việc", []func(*news.Flag){rule, warns}, ""},
		{"bấm vào link nhận tiền", []func(*news.Flag){topic, cue("free_gift_scam")}, ""},
		{"cán bộ bảo phải có quà, bấm link", []func(*news.Flag){topic, cue("free_gift_scam")}, review.SubjectOfficial},
		{"lên đồn là phải có quà, có phong bì", []func(*news.Flag){topic}, review.SubjectPolice},
	} {
		h := newHouse(t)
		h.take(flag("a", news.Complaint, news.Low, append([]func(*news.Flag){text(tt.text), nop}, tt.how...)...))
		e, err := h.Entry(t.Context(), "a", hoa)
		h.must(err)
		if e.Subject != tt.want {
			t.Errorf("%d %q: subject = %q, want %q", i, tt.text, e.Subject, tt.want)
		}
	}
}

// The words for the police, as people write them: with accents, without, and
// decomposed.
func TestWordsForThePolice(t *testing.T) {
	for text, want := range map[string]string{
		"mấy ông mặc sắc phục đi thu tiền từng nhà":         review.SubjectPolice,
		"mấy ông công an đi xe biển xanh phóng ầm ầm":       review.SubjectPolice,
		"anh cảnh sát đứng đó nhìn rồi bỏ đi":               review.SubjectPolice,
		"mấy ông áo xanh ngửa tay xin phong bì giữa đường":  review.SubjectPolice,
		"lên đồn ngồi chờ cả buổi, gợi ý phong bì mới xong": review.SubjectPolice,
		"giao thông chặn xe phạt không biên lai":            review.SubjectPolice,
		"mấy anh giao thông núp lùm":                        review.SubjectPolice,
		"áo vàng bắt xe rồi đòi tiền uống nước":             review.SubjectPolice,
		"đoàn thanh niên áo xanh dọn rác chưa sạch":         "",
		"đường hỏng, xe container chặn xe máy cả buổi":      "",
		"nước máy đục ngầu ba ngày rồi":                     "",
	} {
		for form, s := range map[string]string{"accented": text, "decomposed": norm.NFD.String(text), "plain": unaccented(text), "loud": strings.ToUpper(text)} {
			if got := review.SubjectOf(s, news.Complaint, false); got != want {
				t.Errorf("%s %q = %q, want %q", form, s, got, want)
			}
		}
	}
	// With accents, a form is no station.
	for _, text := range []string{"lên đơn mãi mà shop không chịu giao, thái độ", "có tin đồn là trưởng thôn thu tiền", "ra đón cháu ở trường mà bị hách dịch"} {
		if got := review.SubjectOf(text, news.Complaint, false); got == review.SubjectPolice {
			t.Errorf("%q is about the police", text)
		}
	}
	// Who plays the police is a fraudster and no policeman.
	for _, text := range []string{"nó mặc sắc phục gọi video bắt chuyển tiền", "giả công an đòi tiền chuộc, đưa số tài khoản"} {
		if got := review.SubjectOf(text, news.Report, true); got != "" {
			t.Errorf("%q = %q", text, got)
		}
	}
}

func unaccented(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		switch {
		case r >= 0x300 && r < 0x370:
		case r == 'đ':
			b.WriteByte('d')
		case r == 'Đ':
			b.WriteByte('D')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
