package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"langnghe/internal/demo"
	"langnghe/internal/news"
	"langnghe/reports"
	"langnghe/review"
)

// staff are the sample ward's people. They decide what is three days old as
// careful officers would, and carry three cases to their end, so that the
// desk has a history when a newcomer opens it. Fresh entries are left to the
// newcomer. They act through the same desk, under the same rules.
type staff struct {
	desk  *review.Desk
	world *demo.World
	next  time.Time
	cases map[string]string // choice and story → case
	steps map[string]int    // case → steps done of its dossier
	books []demo.Entry      // that are still to be written into the ledgers
	refs  map[string]string // of entries → id
	keep  *reports.Desk
}

const staffDelay = 72 * time.Hour

var (
	sampleReviewer = review.User{Name: "canbo", Role: review.Reviewer}
	sampleLeader   = review.User{Name: "chutich", Role: review.Leader}
	sampleLiaison  = review.User{Name: "congan", Role: review.Liaison}
	sampleUnit     = review.User{Name: "hatang", Role: review.Unit, Unit: "Phòng Kinh tế, Hạ tầng và Đô thị"}
)

func newStaff(d *review.Desk, r *reports.Desk, w *demo.World) (*staff, error) {
	books, err := w.Books()
	return &staff{desk: d, keep: r, world: w, cases: map[string]string{}, steps: map[string]int{}, books: books, refs: map[string]string{}}, err
}

func (s *staff) work(ctx context.Context, now time.Time) error {
	if now.Before(s.next) {
		return nil
	}
	s.next = now.Add(6 * time.Hour)
	if err := s.write(ctx, now); err != nil {
		return err
	}
	if err := s.clear(ctx, now); err != nil {
		return err
	}
	if err := s.answer(ctx, now); err != nil {
		return err
	}
	for key, id := range s.cases {
		if err := s.carry(ctx, key, id); err != nil {
			return fmt.Errorf("case %s: %w", id, err)
		}
	}
	return nil
}

// write writes what is due into the ledgers.
func (s *staff) write(ctx context.Context, now time.Time) error {
	for len(s.books) > 0 && !s.books[0].At.After(now) {
		e := s.books[0]
		s.books = s.books[1:]
		by := reports.Person{Name: e.By}
		for _, p := range demo.Staff {
			if p.Name == e.By {
				by.Role, by.Unit = p.Role, p.Unit
			}
		}
		for k, v := range e.Values {
			if ref, ok := strings.CutPrefix(v, "@"); ok {
				e.Values[k] = s.refs[ref]
			}
		}
		r, err := s.keep.Save(ctx, e.Ledger, "", e.Values, by)
		if err != nil {
			return fmt.Errorf("ledger %s, day %d: %w", e.Ledger, e.Day, err)
		}
		s.refs[e.Ref] = r.ID
	}
	return nil
}

// clear decides the old entries of the inbox.
func (s *staff) clear(ctx context.Context, now time.Time) error {
	for {
		page, err := s.desk.Inbox(ctx, review.InboxQuery{Limit: 200, By: sampleReviewer})
		if err != nil {
			return err
		}
		decided := 0
		for _, e := range page.Entries {
			if now.Sub(e.Received) < staffDelay {
				continue
			}
			r := review.DecideRequest{Entry: e.ID, Choice: news.Stat, By: sampleReviewer}
			key := ""
			if e.Item != nil {
				if p, ok := s.world.ByURL(e.Item.URL); ok && p.Want != "none" {
					r.Choice = news.Choice(p.Want)
					if _, known := dossiers[p.Story]; known && (p.Want == "verify" || p.Want == "scam") {
						key = p.Want + "/" + p.Story
						r.Case = s.cases[key]
					}
				}
			}
			done, err := s.desk.Decide(ctx, r)
			if refused(err) && r.Case != "" { // closed meanwhile: a new one
				r.Case = ""
				done, err = s.desk.Decide(ctx, r)
			}
			if refused(err) {
				continue
			}
			if err != nil {
				return err
			}
			if key != "" {
				s.cases[key] = done.Case
			}
			decided++
		}
		if decided == 0 || len(page.Entries) < 200 {
			return nil
		}
	}
}

// answer lets the sample unit answer what was assigned to it two days ago,
// three of four, so that the newcomer sees answers as well as delays.
func (s *staff) answer(ctx context.Context, now time.Time) error {
	cases, err := s.desk.Cases(ctx, review.CaseQuery{Kind: news.Answer, State: review.Forwarded, Unit: sampleUnit.Unit, Limit: 200})
	if err != nil {
		return err
	}
	for _, c := range cases {
		if now.Sub(c.Opened) < 48*time.Hour || c.ID[len(c.ID)-1]%4 == 0 {
			continue
		}
		err := s.desk.Reply(ctx, c.ID, "Đã kiểm tra tại chỗ và giao tổ kỹ thuật khắc phục; sẽ báo lại bà con khi xong.", sampleUnit)
		if err != nil && !refused(err) {
			return fmt.Errorf("answer %s: %w", c.ID, err)
		}
	}
	return nil
}

// refused reports whether a rule of the house said no.
func refused(err error) bool {
	var r *review.Error
	return errors.As(err, &r)
}

// A dossier is what the sample officers find out about a story.
type dossier struct {
	title, claim string
	indicators   []string
	verdict      review.Verdict
	cite         news.Citation
	portal, post string
	radio        string
	handoff      *review.Handoff
}

var dossiers = map[string]dossier{
	"fee": {
		title: "Tin đồn phí vệ sinh 500.000 đồng", claim: "Phí vệ sinh tăng lên 500.000 đồng mỗi hộ mỗi tháng",
		verdict: review.FalseInfo,
		cite:    news.Citation{Document: "42/TB-UBND", Clause: "khoản 1 Điều 1"},
		portal:  "Mức thu phí vệ sinh môi trường đối với hộ dân không kinh doanh là 30.000 đồng mỗi hộ mỗi tháng, theo Điều 1 Thông báo số 42/TB-UBND. Phường không có chủ trương thu 500.000 đồng. Người dân được nhận biên lai ngay khi nộp; không có biên lai thì có quyền từ chối nộp.",
		post:    "Phí vệ sinh là 30.000 đồng/hộ/tháng (Thông báo 42/TB-UBND), không phải 500.000 đồng. Nộp tiền là có biên lai.",
		radio:   "Phí vệ sinh của hộ dân là ba mươi nghìn đồng mỗi tháng. Mức này ghi trong Thông báo số bốn mươi hai của phường. Phường không thu năm trăm nghìn đồng. Khi nộp, bà con nhớ lấy biên lai. Đài truyền thanh phường.",
	},
	"school": {
		title: "Công văn giả cho học sinh nghỉ học", claim: "Một công văn cho toàn bộ học sinh nghỉ học đến hết tuần",
		verdict: review.Fake,
		cite:    news.Citation{Document: "40/TB-UBND", Clause: "khoản 3 mục 2"},
		portal:  "Học sinh trên địa bàn vẫn đi học bình thường. Công văn số 1287 lan truyền trên mạng là giả. Việc nghỉ học đột xuất chỉ có hiệu lực khi nhà trường hoặc cơ quan có thẩm quyền thông báo chính thức, theo Thông báo số 40/TB-UBND.",
		post:    "Học sinh đi học bình thường. Công văn 1287 cho nghỉ học là giả (xem Thông báo 40/TB-UBND).",
		radio:   "Học sinh phường Thái Hòa vẫn đi học bình thường. Công văn cho nghỉ học trên mạng là giả. Bà con nghe thông báo của nhà trường. Đài truyền thanh phường.",
	},
	"gift": {
		title: "Mạo danh phường phát quà 500.000 đồng", claim: "Một trang mạng mạo danh UBND phường, hứa hỗ trợ 500.000 đồng và đòi số tài khoản, mã OTP",
		indicators: []string{"quatang-thaihoa.top"},
		verdict:    review.Fake,
		cite:       news.Citation{Document: "45/TB-UBND", Clause: "Điều 3"},
		portal:     "Phường chi hỗ trợ trực tiếp tại trụ sở theo Thông báo số 45/TB-UBND và không bao giờ hỏi số tài khoản, mã OTP qua đường dẫn. Trang quatang-thaihoa[.]top là giả mạo. Ai đã nhập thông tin, hãy gọi ngân hàng khóa thẻ và báo Công an phường.",
		post:       "Phường không phát quà qua đường dẫn, không hỏi mã OTP (Thông báo 45/TB-UBND). Trang quatang-thaihoa[.]top là giả.",
		radio:      "Phường không phát quà qua mạng. Phường không bao giờ hỏi mã ô tê pê. Ai gửi đường dẫn nhận tiền là lừa đảo. Bà con không bấm, hãy báo khối trưởng. Đài truyền thanh phường.",
		handoff: &review.Handoff{
			Category: review.Impersonation, Claim: "Một trang mạng mạo danh UBND phường, hứa hỗ trợ 500.000 đồng và đòi số tài khoản, mã OTP",
			Evidence: "Nhiều bài đăng lại cùng một đường dẫn; nội dung trái với Thông báo số 45/TB-UBND.",
			Request:  "Xác minh tên miền và cảnh báo người dân.",
			Citation: news.Citation{Document: "45/TB-UBND", Clause: "Điều 3"},
		},
	},
}

// carry takes the next step of a story's case, one each time.
func (s *staff) carry(ctx context.Context, key, id string) error {
	story := key[len("verify/"):]
	if key[:4] == "scam" {
		story = key[len("scam/"):]
	}
	x := dossiers[story]
	d := s.desk
	steps := []func() error{
		func() error { return d.SetClaim(ctx, id, x.title, x.claim, x.indicators, sampleReviewer) },
		func() error { return d.SetVerdict(ctx, id, x.verdict, x.cite, sampleReviewer) },
		func() error { return d.DraftCorrection(ctx, id, x.portal, x.post, x.radio, sampleReviewer) },
		func() error { return d.ApproveCorrection(ctx, id, sampleLeader) },
		func() error {
			return d.PublishCorrection(ctx, id, "https://thaihoa.example/dinh-chinh/"+id, sampleReviewer)
		},
	}
	if x.handoff != nil && key[:4] == "scam" {
		steps = append(steps,
			func() error { return d.ProposeHandoff(ctx, id, *x.handoff, sampleReviewer) },
			func() error { return d.ApproveHandoff(ctx, id, sampleLeader) },
			func() error { return d.AcknowledgeHandoff(ctx, id, "received", "", sampleLiaison) },
		)
	}
	n := s.steps[id]
	if n >= len(steps) {
		return nil
	}
	err := steps[n]()
	if refused(err) {
		s.steps[id] = len(steps) // the house said no; people would look into it
		return nil
	}
	s.steps[id]++
	return err
}
