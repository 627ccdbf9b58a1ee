package reading

import (
	"slices"
	"strings"
)

// tlds are the ends of host names that people write without "http". The
// reserved ones stand for invented hosts in samples and tests.
var tlds = []string{"vn", "com", "net", "org", "info", "top", "cc", "vip", "xyz", "icu", "shop", "click", "life", "online", "site", "store",
	"cfd", "sbs", "lol", "link", "club", "pro", "me", "io", "app", "live", "asia", "biz", "win", "bet", "fun", "space", "website", "apk",
	"ly", "gd", "example", "test", "invalid"}

// risky are ends that scams use because they cost nothing.
var risky = []string{"top", "cc", "vip", "xyz", "icu", "shop", "click", "life", "online", "site", "store", "info", "cfd", "sbs", "lol", "link",
	"club", "win", "bet", "fun", "space", "website", "apk", "example", "test", "invalid"}

// official are hosts that an authority or utility really uses; so are all
// that end in .gov.vn.
var official = []string{"chinhphu.vn", "quochoi.vn", "dcs.vn", "evn.com.vn", "npc.com.vn", "tinnhiemmang.vn", "baonghean.vn", "truyenhinhnghean.vn",
	"vietcombank.com.vn", "bidv.vn", "agribank.com.vn", "vietinbank.vn", "mbbank.com.vn", "techcombank.com", "vnpost.vn", "zalo.me", "facebook.com",
	"youtube.com", "youtu.be", "tiktok.com", "google.com"}

// state are parts of names that make a host look like an authority, a bank or
// a utility.
var state = []string{"dichvucong", "dvc", "vneid", "vneld", "bocongan", "congan", "csgt", "phatnguoi", "chinhphu", "thue", "gdt", "etax", "baohiem",
	"bhxh", "vssid", "evn", "dienluc", "cskh", "nganhang", "bank", "ubnd", "nghean", "thaihoa", "longson", "gov", "govn", "buudien", "vnpost",
	"viettel", "vnpt", "tietkiem", "hotro", "trocap", "nhanqua", "qua-", "tangqua", "hoantien", "nhantien", "yte", "toaan", "xsmb", "kiemtra"}

var shorteners = []string{"bit.ly", "tinyurl.com", "is.gd", "cutt.ly", "by.com.vn", "s.id", "t.ly", "rb.gy"}

// url reads the link that starts at word i: its host and how many words it
// takes. A dot may be written [.] or (.) to keep it from being clicked.
func (v *view) url(i int) (host string, n int) {
	s := v.surface(i)
	scheme := strings.EqualFold(s, "http") || strings.EqualFold(s, "https") || strings.EqualFold(s, "hxxp") || strings.EqualFold(s, "hxxps")
	if scheme && strings.HasPrefix(v.gap(i), "://") {
		n = 1
		if i+1 >= len(v.words) || v.words[i+1].field != v.words[i].field {
			return "", 0
		}
	}
	if n == 0 {
		switch v.gap(i) {
		case ".", "[.]", "(.)", "-", "_":
		default:
			return "", 0
		}
	}
	var b strings.Builder
	dots := 0
	for ; i+n < len(v.words) && n < 24; n++ {
		part := v.surface(i + n)
		b.WriteString(strings.ToLower(part))
		switch v.gap(i + n) {
		case ".", "[.]", "(.)":
			b.WriteByte('.')
			dots++
			continue
		case "-", "_":
			b.WriteByte('-')
			continue
		}
		n++
		break
	}
	host = b.String()
	// A host that was split by the end of a sentence is none.
	name, tld := "", host
	if k := strings.LastIndexByte(host, '.'); k >= 0 {
		name, tld = host[:k], host[k+1:]
	}
	if dots == 0 || name == "" || !slices.Contains(tlds, tld) || !ascii(host) || !scheme && strings.Count(name, ".") == 0 && len(name) < 3 {
		return "", 0
	}
	// The rest of the address belongs to it.
	for i+n < len(v.words) && v.words[i+n].field == v.words[i].field {
		g := v.gap(i + n - 1)
		if g == "" || strings.ContainsAny(g, " \n\t,;!\"”)") || !strings.ContainsAny(g, "/?=&-_.#%+") {
			break
		}
		n++
	}
	return host, n
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// suspicious reports whether a link looks like one that an authority would
// use and is not, hides where it goes, or ends where scams live.
func suspicious(text string) bool {
	host := strings.ToLower(strings.NewReplacer("[.]", ".", "(.)", ".").Replace(text))
	if k := strings.Index(host, "://"); k >= 0 {
		host = host[k+3:]
	}
	if k := strings.IndexAny(host, "/?#"); k >= 0 {
		host = host[:k]
	}
	if strings.HasSuffix(host, ".gov.vn") || under(host, official) {
		return false
	}
	if under(host, shorteners) {
		return true
	}
	tld := host[strings.LastIndexByte(host, '.')+1:]
	if slices.Contains(risky, tld) || strings.Contains(host, "xn--") {
		return true
	}
	return slices.ContainsFunc(state, func(s string) bool { return strings.Contains(host, s) })
}

func under(host string, list []string) bool {
	return slices.ContainsFunc(list, func(o string) bool { return host == o || strings.HasSuffix(host, "."+o) })
}
