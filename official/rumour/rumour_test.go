package rumour

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"langnghe/internal/lang"
)

var now = time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)

func clock() time.Time { return now }

// register makes 200 claims from 25 sentences with eight places, amounts or
// things each: within a sentence the claims are as like each other as claims
// can be, which is what makes wrong links likely.
func register() (claims []Claim) {
	places := strings.Split("đập Bản Mồng,đập Khe Son,hồ Sông Rào,cầu Hiếu Thượng,trường Suối Mơ,chợ Đồi Cam,bến xe phía Tây,bệnh viện Vạn Xuân", ",")
	sums := strings.Split("50 nghìn,120 nghìn,300 nghìn,500 nghìn,2 triệu,7 triệu,15 triệu,40 triệu", ",")
	things := strings.Split("thẻ căn cước,sổ đỏ,giấy khai sinh,bằng lái xe,thẻ bảo hiểm,hộ khẩu giấy,đăng ký xe,sổ hộ nghèo", ",")
	sentences := []string{
		"P sắp vỡ rồi nước tràn về hạ du mọi người chạy lên đồi ngay trong đêm",
		"Sáng nay có nhóm người lạ đi xe bảy chỗ bắt cóc hai cháu nhỏ gần P rồi chạy về hướng quốc lộ",
		"P bị phong tỏa từ ngày mai vì có ổ dịch mới, ai từng tới phải đi cách ly tập trung",
		"Công ty nước ngoài đã mua đứt P, tuần sau giải tỏa trắng không đền bù cho hộ nào",
		"Người ta đào được hầm vàng dưới nền P nên bộ đội đã rào kín không cho ai lại gần",
		"Dân quanh P nhiễm độc hàng loạt do nhà máy xả trộm hóa chất xuống mương lúc nửa đêm",
		"Từ tháng sau P thu phí vào cổng của từng người kể cả trẻ em và người già",
		"Camera ghi cảnh ma xuất hiện ở P làm bảo vệ bỏ việc hàng loạt",
		"Mỗi hộ phải nộp S để làm đường điện mới nếu không nộp sẽ bị cắt điện cuối tháng",
		"Nhà nước tặng S cho người có tài khoản ngân hàng nhân ngày chuyển đổi số, chỉ cần bấm nhận",
		"Ai không đổi tiền cũ trước tết sẽ bị phạt S và tịch thu toàn bộ số tiền đang giữ",
		"Phường phạt S với nhà nào để chó sủa sau mười giờ tối",
		"Hội phụ huynh bắt đóng S mua máy lạnh dù nhà trường đã có kinh phí từ trước",
		"Tiêm mũi nhắc lại được bồi dưỡng S tiền mặt nhưng cán bộ y tế giữ lại không phát",
		"Thanh niên không đi khám nghĩa vụ lần này bị phạt ngay S không qua nhắc nhở",
		"Người bán hàng rong phải đóng thuế khoán S mỗi ngày kể từ tuần sau",
		"T cũ hết giá trị sau sáp nhập, ai không làm lại trước cuối năm sẽ bị khóa hết giao dịch",
		"Công an gọi điện yêu cầu chụp ảnh T gửi qua zalo để đồng bộ dữ liệu",
		"Làm T nhanh trong một ngày chỉ cần chuyển khoản trước cho anh cán bộ quen",
		"Kho lưu trữ cháy lớn đêm qua nên toàn bộ T của dân trong phường đã bị mất",
		"Từ đầu tháng bỏ hẳn T, mọi thủ tục chuyển sang quét mặt tại quầy",
		"T có gắn chíp theo dõi nghe lén, nhiều nước đã cấm dùng",
		"Cán bộ một cửa bán thông tin T của dân cho bọn cho vay nặng lãi",
		"Phường phát nhầm hàng trăm T lỗi nên ai nhận rồi phải mang ra đổi trước thứ sáu",
		"Đi máy bay dịp tết bắt buộc phải có T bản giấy, bản điện tử không được chấp nhận",
	}
	for _, s := range sentences {
		fill := places
		mark := "P"
		switch {
		case strings.Contains(s, "S "):
			fill, mark = sums, "S"
		case strings.HasPrefix(s, "T ") || strings.Contains(s, " T "), strings.Contains(s, " T,"):
			fill, mark = things, "T"
		}
		for _, f := range fill {
			words := strings.Fields(s)
			for i, w := range words {
				switch w {
				case mark:
					words[i] = f
				case mark + ",":
					words[i] = f + ","
				}
			}
			claims = append(claims, Claim{ID: fmt.Sprintf("k%03d", len(claims)), Text: strings.Join(words, " "), Source: "own", Checked: now.AddDate(0, -1, 0)})
		}
	}
	return claims
}

var teencode = strings.NewReplacer("không", "ko", "được", "đc", "người", "ng", "mọi người", "mn", "rồi", "r", "với", "vs", "trước", "trc", "bảo hiểm", "bảo hiểm", "công an", "công an", "nhiều", "nh", "cũng", "cx", "chuyển khoản", "ck", "học sinh", "hs")

// rewordings are five ways in which people repeat a claim.
func rewordings(c string) map[string]string {
	words := strings.Fields(c)
	half := len(words) - len(words)*11/20
	return map[string]string{
		"accentless": lang.Fold(lang.Key(c)),
		"teencode":   "mn ơi " + teencode.Replace(strings.ToLower(c)) + " share mạnh nha",
		"half":       "Bên nhóm họ nói là “" + strings.Join(words[half:], " ") + "” chẳng biết sao nữa",
		"question":   "Cho em hỏi có thật là " + strings.ToLower(c) + " không ạ?",
		"denial":     "Không có chuyện " + strings.ToLower(c) + " đâu, bà con yên tâm",
	}
}

// TestRecall measures known claims in other words: 200 claims, five ways.
func TestRecall(t *testing.T) {
	claims := register()
	if len(claims) != 200 {
		t.Fatalf("%d claims", len(claims))
	}
	m := NewMatcher(claims, clock)
	all, found, confirmed, wrong := 0, 0, 0, 0
	by := map[string]int{}
	for i, c := range claims {
		for how, text := range rewordings(c.Text) {
			all++
			for _, x := range m.Match(text) {
				if x.Claim == i {
					found++
					by[how]++
				}
				if x.Tier == Confirmed {
					confirmed++
					if x.Claim != i || how == "denial" {
						wrong++
						t.Logf("wrong: %q is confirmed as %q", text, claims[x.Claim].Text)
					}
				}
			}
		}
	}
	t.Logf("recall confirmed+suggested %d/%d = %.3f (of 200 each: %v); confirmed %d, wrong %d", found, all, float64(found)/float64(all), by, confirmed, wrong)
	if float64(found) < 0.9*float64(all) || wrong*100 > max(confirmed, 1) || confirmed == 0 {
		t.Errorf("recall %d/%d, confirmed %d of which wrong %d; want .90 and at most 1 %%", found, all, confirmed, wrong)
	}
}

// What has nothing to do with the claims is not found, and never confirmed.
func TestOthers(t *testing.T) {
	m := NewMatcher(register(), clock)
	for _, text := range []string{
		"", "a", "Mời bà con đi họp tối thứ bảy tại nhà văn hóa khối", "Đường từ chợ ra bến xe hỏng nặng, phường sửa giúp", "Con tui mất thẻ bảo hiểm thì làm lại ở mô hè mọi người",
		"Hôm nay nước đập Bản Mồng ở mức an toàn, nhà máy vận hành bình thường", "Bán gấp xe máy giá 7 triệu, ai mua gọi cho mình", strings.Repeat("một hai ba ", 30_000),
	} {
		for _, x := range m.Match(text) {
			if x.Tier == Confirmed || len(text) < 200 {
				t.Errorf("%.40q matches %+v", text, x)
			}
		}
	}
}

func TestTiers(t *testing.T) {
	long := "Đập Khe Son sắp vỡ rồi nước tràn về hạ du mọi người chạy lên đồi ngay trong đêm"
	tests := []struct {
		name, claim, text string
		at                time.Time
		want              Tier
	}{
		{"the same words", long, long, now, Confirmed},
		{"NFD", long, norm.NFD.String(long), now, Confirmed},
		{"under eight words", "Đập Khe Son sắp vỡ rồi", "Đập Khe Son sắp vỡ rồi", now, Suggested},
		{"an old claim", long, long, now.AddDate(-1, 0, 0), Suggested},
		{"denied", long, "Tin giả: " + long, now, Suggested},
		{"another number", "Mỗi hộ phải nộp 50 nghìn để làm đường điện mới nếu không sẽ bị cắt điện", "Mỗi hộ phải nộp 90 nghìn để làm đường điện mới nếu không sẽ bị cắt điện", now, Suggested},
	}
	for _, tt := range tests {
		got := NewMatcher([]Claim{{ID: "1", Text: tt.claim, Checked: tt.at}}, clock).Match(tt.text)
		if len(got) != 1 || got[0].Tier != tt.want {
			t.Errorf("%s: %+v, want %s", tt.name, got, tt.want)
			continue
		}
		if s, rs := got[0].Span, []rune(tt.text); string(rs[s.Start:s.End]) != s.Text || s.Text == "" {
			t.Errorf("%s: span %+v", tt.name, s)
		}
	}
	if new(Matcher).Match("x") != nil {
		t.Error("the zero matcher found something")
	}
}

func TestParseClaimReview(t *testing.T) {
	const one = `{"@context":"https://schema.org","@type":"ClaimReview","url":"https://tingia.example/1","datePublished":"2026-10-05","claimReviewed":"Đập Khe Son  sắp vỡ","author":{"@type":"Organization","name":"Trung tâm"},"reviewRating":{"@type":"Rating","alternateName":"Sai sự thật"},"itemReviewed":{"@type":"Claim","datePublished":"2026-10-01"}}`
	for name, in := range map[string]string{
		"object": one, "list": "[" + one + "]", "graph": `{"@context":"x","@graph":[{"@type":"WebPage"},` + one + `]}`,
		"page":  `<html><script>var a = 1</script><script type="application/ld+json">{broken</script><script type="application/ld+json">` + one + `</script></html>`,
		"types": strings.Replace(one, `"ClaimReview"`, `["Review","http://schema.org/ClaimReview"]`, 1),
	} {
		got, err := ParseClaimReview([]byte(in))
		if err != nil || len(got) != 1 {
			t.Errorf("%s: %v %v", name, got, err)
			continue
		}
		c := got[0]
		if c.Text != "Đập Khe Son sắp vỡ" || c.Says != "Sai sự thật" || c.By != "Trung tâm" || c.URL != "https://tingia.example/1" || c.Verdict != "" || c.Checked.IsZero() || c.First.IsZero() {
			t.Errorf("%s: %+v", name, c)
		}
	}
	for _, in := range []string{"", "{}", "<html></html>", `{"@type":"ClaimReview"}`} {
		if _, err := ParseClaimReview([]byte(in)); !errors.Is(err, ErrNoReview) {
			t.Errorf("%q: %v", in, err)
		}
	}
	if _, err := ParseClaimReview([]byte("{x")); err == nil || errors.Is(err, ErrNoReview) {
		t.Errorf("broken JSON: %v", err)
	}
	if got, _ := ParseClaimReview([]byte(strings.Replace(one, "https://tingia.example/1", "javascript:alert(1)", 1))); len(got) != 1 || got[0].URL != "" {
		t.Errorf("an address that is none: %+v", got)
	}
}

func FuzzParseClaimReview(f *testing.F) {
	f.Add([]byte(`{"@type":"ClaimReview","claimReviewed":"a"}`))
	f.Add([]byte(`<script type="application/ld+json">[{"@type":["ClaimReview"],"claimReviewed":["a"],"reviewRating":[{"name":"x"}]}]</script>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		claims, err := ParseClaimReview(data)
		for _, c := range claims {
			if c.Text == "" || c.Verdict != "" || err != nil {
				t.Errorf("claim = %+v, %v", c, err)
			}
		}
		NewMatcher(claims, clock).Match(string(data))
	})
}

func BenchmarkMatch(b *testing.B) {
	claims := register()
	m := NewMatcher(claims, clock)
	texts := []string{claims[3].Text, "Đường từ chợ ra bến xe hỏng nặng mấy tháng ni chưa ai sửa, phường xem giúp dân với", "Mời bà con đi họp tối thứ bảy", "Cho em hỏi mai trường có nghỉ học không ạ"}
	for i := 0; b.Loop(); i++ {
		m.Match(texts[i%len(texts)])
	}
}
