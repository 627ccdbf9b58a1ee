package patterns

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestDomain(t *testing.T) {
	for host, want := range map[string]bool{
		"dichvucongg.top": true, "dichvucongs.top/vn": true, "https://dichvucong.gov.vn/p/home": false, "chinhphu.gov.vn.abc.com": true, "gov.vn-xyz.top": true,
		"csgt.bocongan.gov.vn": false, "vneid-gov.vip": true, "vneld.online": true, "bidv.smtbvn.com": true, "vietc0mbank.com": true, "vietcornbank.com": true,
		"xn--vietcmbank-xgb.com": true, "vıetcombank.com": true, "evn.com.vn": false, "cskh.npc.com.vn": false, "evn-hoantien.click": true, "thuenhahanoi.vn": false,
		"103.21.4.9": true, "bit.ly/abc": true, "nghean24h.vn": false, "nganhangdethi.com": false, "dichvucong.gov.vn.": false, "gov.vn": false, "hxxps://vneid[.]top/x": true,
		"user@vneid.gov.vn@evil.top": false, "dichvucong.gov.vn@vneid-xac-minh.top": true, "congannghean.vn": false, "thaihoa.nghean.gov.vn": false, "ubndthaihoa.com": true,
		"": false, strings.Repeat("a", 300): false, "cskh.hoaphat.com.vn": false, "baonghean.vn": false, "tiki.vn": false, "thutuc-dvc-gov.site": true,
	} {
		if l := Domain(host); l.Suspicious() != want {
			t.Errorf("Domain(%q) = %.1f %v, want suspicious %v", host, l.Score, l.Reasons, want)
		}
	}
	for _, l := range []Look{Domain("dichvucongg.top"), Domain("evn-hoantien.click")} {
		for _, r := range l.Reasons {
			if r.VI == "" || r.EN == "" {
				t.Errorf("%s: a reason in one language: %+v", l.Host, r)
			}
		}
	}
}

// ordinary composes names of shops, schools, papers and firms as people
// choose them, many with the words that scams use, beside official ones.
func ordinary() []string {
	first := fields(`noithat chothue thuenha thuexe thuephong vanphong dienmay dienlanh codienluc thietbidien baohiem nganhangdethi luat ketoan thue dichvu vesinh suachua maytinh
		hoatuoi banhkem bepviet quanan nhahang khachsan homestay dulich vemaybay xekhach taxi vantai giaohang nongsan traicay hatgiong phanbon thuysan caphe tradao
		nhakhoa phongkham thuocnam duoclieu yte mebe dochoi sach vanphongpham truonghoc ngoaingu tienganh daylai thethao yoga gym thoitrang giaydep dongho vangbac
		nghean thaihoa vinhcity hanoi saigon danang hue batdongsan nhadat datnen canho xaydung kientruc gach sat thep inox nhua sonnuoc cuakinh camera mang hosting
		tuyendung vieclam kientruc tinhoc phanmem congnghe game phim nhac truyen bongda tintuc thoisu phapluat giaoduc`)
	second := fields(`vietnam nghean thaihoa hanoi hoaphat minhanh thanhcong ankhang phucloc giare uytin 24gio pro plus xanh moi viet mientrung bacviet phuongnam songlam
		hongngoc tanphat hungthinh daiphat quocte vinhphat anphu toanthang hoangha thienlong nhatminh giaphat dailoc ngocanh hailong kimlong minhquan thanhtam bichngoc
		trunghieu vanan dongnam taynguyen namdan dienchau quynhluu`)
	ends := fields(`vn com.vn com net com vn com.vn edu.vn org.vn com vn net.vn com info com vn shop com online com vn store`)
	subs := fields(`mail shop blog cskh hotro m forum news tuyensinh`)
	var out []string
	for i, f := range first {
		for j, s := range second {
			n := f + s
			if (i+j)%7 == 3 {
				n = f + "-" + s
			}
			n += "." + ends[(i*len(second)+j)%len(ends)]
			if (i*31+j)%11 == 5 {
				n = subs[(i+j)%len(subs)] + "." + n
			}
			out = append(out, n)
		}
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	rnd.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	for i, o := range owned {
		out = append(out, o)
		if i%2 == 0 {
			out = append(out, subs[i%len(subs)]+"."+o)
		}
	}
	for _, p := range fields(`nghean hatinh thanhhoa hanoi hochiminhcity danang hue quangtri binhdinh daklak lamdong angiang cantho camau haiphong quangninh laocai thainguyen`) {
		for _, s := range fields(`dichvucong congan soyte sotuphap thuviennghean ubnd thue ttpvhcc bhxh`) {
			out = append(out, s+"."+p+".gov.vn")
		}
	}
	out = append(out, fields(`wikipedia.org github.com microsoft.com apple.com amazon.com netflix.com bbc.co.uk nytimes.com openai.com elevenlabs.io event.com evnt.co sevenvn.com steven.vn
		seventeen.com shopify.com woocommerce.com wordpress.com blogspot.com medium.com stackoverflow.com go.dev python.org debian.org vi.wikipedia.org chotot.com muaban.net batdongsan.com.vn
		foody.vn webtretho.com voz.vn tinhte.vn otofun.net kenh14.vn zingnews.vn cafef.vn cafebiz.vn vtv.vn vov.vn vtc.vn laodong.vn nld.com.vn plo.vn tienphong.vn baomoi.com 24h.com.vn
		soha.vn genk.vn afamily.vn eva.vn ngoisao.net suckhoedoisong.vn giaoducthoidai.vn kinhtedothi.vn hanoimoi.vn sggp.org.vn vietnamplus.vn nhandan.vn qdnd.vn phunuvietnam.vn
		topcv.vn vietnamworks.com careerviet.vn coursera.org hocmai.vn vietjack.com loigiaihay.com hoc247.net violet.vn vndoc.com vinmec.com hellobacsi.com medlatec.vn pharmacity.vn nhathuoclongchau.com.vn
		vinfast.vn vingroup.net vinhomes.vn thacoauto.vn honda.com.vn toyota.com.vn petrolimex.com.vn pvoil.com.vn vinamilk.com.vn thmilk.vn trungnguyenlegend.com highlandscoffee.com.vn
		grab.com be.com.vn gojek.com ahamove.com traveloka.com booking.com agoda.com mytour.vn vntrip.vn vexere.com futabus.vn hust.edu.vn vnu.edu.vn vinhuni.edu.vn hcmut.edu.vn neu.edu.vn ftu.edu.vn`)...)
	return out
}

// TestDomainFalseAlarms: at most one in a thousand of 5,000 ordinary and
// official names is suspicious.
func TestDomainFalseAlarms(t *testing.T) {
	list := ordinary()
	n := len(list)
	if n < 3000 {
		t.Fatalf("%d names", n)
	}
	// The composed names first come shuffled; what is beyond 5,000 is left.
	if n > 5000 {
		list = slices.Concat(list[n-2000:], list[:3000])
	}
	var alarms []string
	for _, h := range list {
		if l := Domain(h); l.Suspicious() {
			alarms = append(alarms, fmt.Sprintf("%s %.1f %v", h, l.Score, l.Like))
		}
	}
	t.Logf("%d of %d ordinary and official names are suspicious: %v", len(alarms), len(list), alarms)
	if len(alarms)*1000 > len(list) {
		t.Errorf("%d false alarms in %d names, want at most 0.1 %%", len(alarms), len(list))
	}
}

// TestDomainRecall measures the reported scam names that contain a token of
// a state service, a bank or a utility.
func TestDomainRecall(t *testing.T) {
	root := os.Getenv("LANGNGHE_TEST_DATA")
	if root == "" {
		t.Skip("LANGNGHE_TEST_DATA is not set")
	}
	f, err := os.Open(filepath.Join(root, "phishing_domains_vn", "urls.txt"))
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	tokens := fields(`dichvucong dvc vneid vneld bocongan congan csgt phatnguoi chinhphu thue gdt etax baohiem bhxh vssid evn dienluc cskh nganhang vietcombank agribank bidv vietinbank mbbank ubnd nghean thaihoa`)
	hit, all, any, lines := 0, 0, 0, 0
	var missed []string
	for sc := bufio.NewScanner(f); sc.Scan(); {
		l := Domain(sc.Text())
		lines++
		if l.Suspicious() {
			any++
		}
		if !slices.ContainsFunc(tokens, func(s string) bool { return strings.Contains(sc.Text(), s) }) {
			continue
		}
		all++
		if l.Suspicious() {
			hit++
		} else if !strings.HasPrefix(sc.Text(), "www.") {
			missed = append(missed, fmt.Sprintf("%s %.1f", sc.Text(), l.Score))
		}
	}
	recall := float64(hit) / float64(all)
	t.Logf("recall %d/%d = %.3f of the names with a token; %d of all %d; missed %v", hit, all, recall, any, lines, missed)
	if recall < 0.9 {
		t.Errorf("recall %.3f, want .90", recall)
	}
}

func FuzzDomain(f *testing.F) {
	for _, s := range []string{"dichvucongg.top", "xn--vietcmbank-xgb.com", "[::1]:80", "a@b@c", "..", "vıetcombank.com", "hxxp://1.2.3.4/x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l := Domain(s)
		if Official(clean(s)) && ascii(clean(s)) && !strings.Contains(clean(s), "xn--") && l.Suspicious() {
			t.Errorf("%q is official and suspicious", s)
		}
	})
}

func BenchmarkDomain(b *testing.B) {
	hosts := []string{"dichvucongg.top", "thuenhahanoi.vn", "baonghean.vn", "vietc0mbank.com", "noithatminhanh.com"}
	for i := 0; b.Loop(); i++ {
		Domain(hosts[i%len(hosts)])
	}
}
