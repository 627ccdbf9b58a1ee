package patterns

import (
	"slices"
	"strings"
)

func fields(s string) []string { return strings.Fields(s) }

func set(list []string) map[string]bool {
	m := map[string]bool{}
	for _, s := range list {
		m[s] = true
	}
	return m
}

// owned are names of authorities outside gov.vn, of utilities, banks and
// firms whose names scams imitate: facts that anyone can look up. All below
// them belongs to them.
var owned = fields(`chinhphu.vn baochinhphu.vn quochoi.vn dcs.vn dangcongsan.vn mattran.org.vn cand.com.vn bocongan.gov.vn congannghean.vn congan.com.vn
	anninhthudo.vn tinnhiemmang.vn ncsc.gov.vn vneid.gov.vn vnnic.vn baohiemxahoi.gov.vn tapchibaohiemxahoi.gov.vn nghean24h.vn baonghean.vn truyenhinhnghean.vn
	nghean.vn dulichnghean.vn evn.com.vn evn.vn npc.com.vn evnnpc.vn evnhanoi.vn evnhcmc.vn evnspc.vn evncpc.vn cpc.vn evnnpt.vn icon.com.vn pcnghean.npc.com.vn tietkiemnangluong.evn.com.vn
	evnfinance.vn easycredit.vn evnict.com.vn evngenco3.vn genco1.evn.com.vn dienlucvietnam.com.vn
	vietcombank.com.vn vcbs.com.vn vcbf.com vietcombank.vn vcb.com.vn bidv.com.vn bidv.vn bsc.com.vn bic.vn agribank.com.vn agriseco.com.vn abic.com.vn vietinbank.vn
	vietinbankcapital.vn vietinbanksc.com.vn vbi.vietinbank.vn mbbank.com.vn mbbank.vn mbs.com.vn mbageas.life mic.vn techcombank.com techcombank.com.vn tcbs.com.vn vpbank.com.vn vpbanks.com.vn
	acb.com.vn sacombank.com.vn sacombank.com tpb.vn tpbank.vn vib.com.vn shb.com.vn hdbank.com.vn seabank.com.vn msb.com.vn ocb.com.vn lpbank.com.vn lpbank.vn lienvietpostbank.com.vn
	eximbank.com.vn namabank.com.vn bacabank.com.vn abbank.vn pvcombank.com.vn ncb-bank.vn vietbank.com.vn bvbank.net.vn kienlongbank.com saigonbank.com.vn baovietbank.vn pgbank.com.vn
	vietabank.com.vn oceanbank.vn gpbank.com.vn cbbank.vn co-opbank.vn vbsp.org.vn vdb.gov.vn shinhan.com.vn shinhanbank.com.vn hsbc.com.vn standardchartered.com.vn wooribank.com.vn uob.com.vn
	publicbank.com.vn cake.vn timo.vn napas.com.vn momo.vn vnpay.vn zalopay.vn viettelmoney.vn viettelpay.vn vnpost.vn emsvietnam.vn buudien.vn viettelpost.vn ghn.vn giaohangtietkiem.vn ghtk.vn jtexpress.vn
	vnpt.vn vnpt.com.vn vnptpay.vn vnpt-invoice.com.vn vinaphone.com.vn viettel.vn viettel.com.vn vietteltelecom.vn mobifone.vn fpt.vn fpt.com.vn fptshop.com.vn cmctelecom.vn
	shopee.vn shopee.com shopeefood.vn lazada.vn tiki.vn sendo.vn thegioididong.com dienmayxanh.com bachhoaxanh.com nguyenkim.com garena.vn garena.com napthe.vn vng.com.vn vnggames.com zalo.me zalo.vn zaloapp.com
	pubgmobile.com pubgmobile.zing.vn zing.vn riotgames.com roblox.com lottemart.vn lottecinemavn.com lotte.vn lotte.co.kr lotteria.vn lienquan.garena.vn ff.garena.vn tiktok.com facebook.com google.com youtube.com
	baoviet.com.vn bhxhtphcm.gov.vn prudential.com.vn manulife.com.vn baominh.com.vn pvi.com.vn pjico.com.vn vietnamairlines.com vietjetair.com misa.vn amis.vn meinvoice.vn thuedientu.gdt.gov.vn canhan.gdt.gov.vn
	thuvienphapluat.vn luatvietnam.vn ketoanthienung.net webketoan.com sforum.vn vietnamnet.vn vnexpress.net dantri.com.vn tuoitre.vn thanhnien.vn`)

var ownedSet = set(owned)

// strong are names that nobody else has a reason to carry: the tokens of
// state services and the largest banks.
var strong = fields(`dichvucong dvcong vneid vneld vne1d bocongan csgt phatnguoi chinhphu etax vssid bhxh baohiemxahoi ubnd vietcombank agribank bidv vietinbank mbbank
	cuccanhsat cucthue tongcucthue thuedientu dienlucvn evnvn dinhdanhdientu dinhdanhmuc canhsatgiaothong vienkiemsat toaannhandan bothongtin ngannhangnhanuoc nganhangnhanuoc`)

// weak are names that also stand in those of ordinary firms; they need other
// signs.
var weak = map[string]float64{
	"congan": 1.5, "nganhang": 1, "cskh": 1.5, "dienluc": 0.9, "evn": 1.25, "dvc": 1.25, "gdt": 1, "baohiem": 0.45, "thue": 0.45, "nghean": 0.1, "thaihoa": 0.1,
	"buudien": 1, "congdan": 0.75, "hotich": 0.5, "canhsat": 1.25, "kiemsat": 0.75, "viettel": 1, "vnpt": 1, "vnpost": 1.25, "toaan": 1,
	"anbinh": 0.5, "kienlong": 0.5, // banks, and names of places
}

// innocent are longer words with a token in them that means something else:
// banks of questions, of blood, electricians.
var innocent = strings.NewReplacer("nganhangdethi", "", "nganhangcauhoi", "", "nganhangde", "", "nganhangmau", "", "nganhanggen", "", "codienluc", "", "thietbidienluc", "", "chothue", "",
	"thuenha", "", "thuexe", "", "thuephong", "", "thuevanphong", "", "thuemay", "", "congangiang", "")

// bankNames are shorter names of banks and purses; with a lure beside them
// they are signs.
var bankNames = fields(`techcombank vpbank sacombank tpbank hdbank seabank shinhan lienviet eximbank namabank vietcapital pvcombank vietbank oceanbank
	smartbank ibank ebank vcbdigi zalopay vnpay viettelpay nganhangso`)

// shops are brands of trade and games that scams use.
var shops = fields(`shopee lazada tiki sendo garena freefire pubg lienquan riotgame roblox lotte dienmayxanh thegioididong nguyenkim playtogether zingspeed tiktokshop napgame napthe
	lodevn quetthe cathe facebook`)

// bait are lures in names.
var bait = fields(`napthe napgame napfree napquan sukien sukiem nhanqua tangqua quatrian trian vongquay trungthuong phanthuong giftcode quatang quamember vayvon vaytien vaynhanh vaytin vaytieu vay tindung tinchap
	thechap hotro support xacminh xacnhan xacthuc khoiphuc dangnhap login verify capnhat update hoantien hoanthue trocap tracuu nopphat nopthue dangky dangki motaikhoan
	mothe quetthe quettheonline cathe giaodich saoke muthe mucthe mucvi ruttien uudai khuyenmai 24h tructuyen dientu online vip member shop laisuat dautu kiemtien app apk credit
	tieudung muahe trangphuc hack game trungtam thutuc khaibao dinhdanh smart digi`)

// risky are endings that cost little and that scams like.
var risky = fields(`top cc vip xyz icu shop click life online site store info cfd sbs lol link club win vin bet fun space website tk ml ga cf gq pro live asia us org biz world mobi tech cyou bond
	rest buzz quest monster work today one ltd loan money cam host press best example test invalid`)

// throwaway are those of them that hardly anybody keeps for long: a link under
// one is never shown so that a finger could follow it.
var throwaway = fields(`top cc vip xyz icu shop click life online site store cfd sbs lol link club win vin bet fun space website tk ml ga cf gq cyou bond rest buzz quest monster loan`)

// shorteners hide where a link goes.
var shorteners = fields(`bit.ly tinyurl.com is.gd cutt.ly by.com.vn s.id t.ly rb.gy shorturl.at ow.ly goo.su v.gd rebrand.ly tiny.cc lnkd.in shorten.asia me2.do`)

// imitated are names long enough for a wrong letter to be no accident.
var imitated = fields(`dichvucong bocongan phatnguoi chinhphu vietcombank vietinbank agribank techcombank sacombank evnspc evnnpc evnhcmc thuedientu mbbank vpbank tpbank
	shopee lazada dienmayxanh thegioididong vnpost viettelpay zalopay`)

// bystanders are real names that happen to be near.
var bystanders = fields(`vietbank abbank vibank hdbank pgbank gpbank cbbank kbbank msbank ncbank mybank ebank bvbank tcbank dbbank vpbanks tpbanks cimbbank shopify shoppe shope lazado viettel
	vnpoet agrobank saigonbank evnhanoi evncpc evnict embank bobank jbbank nbbank rbbank sbbank ubbank vbbank ocbank vabank`)

const (
	strongest = 2.0
	ofShop    = -1.0
)

// weights of all tokens: strongest is enough alone, ofShop is a brand.
var weights = func() map[string]float64 {
	m := map[string]float64{}
	for _, t := range shops {
		m[t] = ofShop
	}
	for _, t := range bankNames {
		m[t] = 1
	}
	for t, w := range weak {
		m[t] = w
	}
	for _, t := range strong {
		m[t] = strongest
	}
	return m
}()

// A finder looks for many names in one at once, by their first three bytes.
type finder map[string][]entry

type entry struct{ find, name string }

func newFinder(names []string, forms ...func(string) string) finder {
	f := finder{}
	for _, n := range names {
		for _, form := range forms {
			s := form(n)
			f[s[:3]] = append(f[s[:3]], entry{s, n})
		}
	}
	return f
}

// scan calls see for each name and its place, until see says no.
func (f finder) scan(s string, see func(name string, at int) bool) {
	for i := 0; i+3 <= len(s); i++ {
		for _, e := range f[s[i:i+3]] {
			if strings.HasPrefix(s[i:], e.find) && !see(e.name, i) {
				return
			}
		}
	}
}

var (
	itself  = func(s string) string { return s }
	carried = newFinder(func() (out []string) {
		for t := range weights {
			out = append(out, t)
		}
		slices.Sort(out)
		return out
	}(), itself)
	lures  = newFinder(bait, itself)
	inside = newFinder(owned, func(s string) string { return s + "." }, func(s string) string { return strings.ReplaceAll(s, ".", "-") })
)
