package redact

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"langnghe/crawler/address"
	"langnghe/crawler/nfc"
)

// Address returns the form of a web address that names nobody, and whether
// the address as given names somebody: by a handle, a profile, an e-mail
// address or a number. The form keeps the number of the post where the
// platform has an address without the handle; free is "" when there is none,
// and address itself when nobody is named in it.
//
// own says of "host/name", in lower case, that it is a public channel which
// the ward listens to; such a name is no person's. It may be nil.
func Address(address string, own func(channel string) bool) (free string, named bool) {
	if simple(address) {
		return address, false
	}
	return taken(address, own)
}

// simple reports whether nothing in an address needs to be looked at closely.
func simple(s string) bool {
	host, path, ok := address.Simple(s)
	if !ok || ruleOf(host) != nil { // no rule is for a host that begins with www. or m. alone
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if Named(label) {
			return false
		}
	}
	for part := range strings.SplitSeq(path, "/") {
		if len(part) <= 16 && personalPart.MatchString(part) || Named(part) {
			return false
		}
	}
	return true
}

// taken is Address by taking the address apart.
func taken(address string, own func(channel string) bool) (free string, named bool) {
	u, err := url.Parse(address)
	if err != nil || u.User != nil {
		return "", true
	}
	if own == nil {
		own = func(string) bool { return false }
	}
	for _, label := range strings.Split(u.Hostname(), ".") {
		if Named(label) {
			return "", true
		}
	}
	p := parts{host: site(u), query: u.Query(), own: own}
	for s := range strings.SplitSeq(decoded(u), "/") {
		if s != "" {
			p.path = append(p.path, s)
		}
	}
	if rule := ruleOf(p.host); rule != nil {
		free = anchored(rule(p), u)
	} else if free = anchored(mastodon(u, p.path), u); free == "" && !personal(p.path) {
		free = generic(u)
	}
	switch {
	case free == "" || inPath(free):
		return "", true
	case same(free, u):
		return address, false
	}
	return free, p.dropped(free)
}

// anchored gives form the fragment of u, which tells comments on one page
// from one another. A fragment that may be a name leaves no form.
func anchored(form string, u *url.URL) string {
	switch {
	case form == "" || u.Fragment == "":
		return form
	case !anchor.MatchString(u.Fragment):
		return ""
	}
	return form + "#" + u.Fragment
}

var anchor = regexp.MustCompile(`^(?i:c|p|m|post|msg|message|reply|comment|binh-luan|tra-loi)?[-_]?\d{1,22}$`)

// site is the host without what stands before it for other screens.
func site(u *url.URL) string {
	host := strings.ToLower(u.Hostname())
	for _, prefix := range []string{"www.", "m.", "mobile."} {
		if rest, ok := strings.CutPrefix(host, prefix); ok && strings.Contains(rest, ".") { // m.me is whole
			host = rest
		}
	}
	return host
}

// Words of paths that say what an address is of, and to whom nobody answers.
var pathWords = regexp.MustCompile(`(?i)^(?:s|p|i|web|reels?|tv|shorts|live|embed|v|t|video|videos|photo|photos|watch|posts?|feed|update|permalink|status|statuses|(?:permalink|story|photo|video)\.php)$`)

// dropped reports whether the rule of a platform took out a word or a
// parameter that may be of a person, not only another way of writing.
func (p parts) dropped(free string) bool {
	for _, s := range p.path {
		if !pathWords.MatchString(s) && !strings.Contains(free, url.PathEscape(s)) && !strings.Contains(free, s) {
			return true
		}
	}
	for k, v := range p.query {
		if k == "id" || k == "set" || namesSomebody(k, v[0]) {
			return true
		}
	}
	return false
}

// decoded is the path as a reader of the address would see it.
func decoded(u *url.URL) string {
	s := nfc.String(u.Path)
	for range 3 { // written as %2540, it is still an @
		d, err := url.PathUnescape(s)
		if err != nil || d == s {
			break
		}
		s = d
	}
	return s
}

// same reports whether free is u but for the order of the query.
func same(free string, u *url.URL) bool {
	f, err := url.Parse(free)
	return err == nil && strings.EqualFold(f.Host, u.Host) && f.Path == u.Path && f.Fragment == u.Fragment && f.Query().Encode() == u.Query().Encode()
}

// inPath reports whether numbers or mentions are left in what a rule made.
func inPath(free string) bool {
	u, err := url.Parse(free)
	if err != nil {
		return true
	}
	for s := range strings.SplitSeq(decoded(u)+"/"+u.Fragment, "/") {
		if Named(s) || strings.ContainsRune(s, '@') {
			return true
		}
	}
	return false
}

// Words in front of a name, and names of parameters that hold one.
var (
	personalPart  = regexp.MustCompile(`(?i)^(?:u|user|users|usr|profile|profiles|profile\.php|member|members|member\.php|thanh-vien|thanhvien|nguoi-dung|trang-ca-nhan|author|authors|tac-gia)$`)
	personalParam = regexp.MustCompile(`(?i)^(?:u|user|users|user_?id|user_?name|uid|author|author_?id|member|member_?id|profile|profile_?id|account|acc|owner|handle|screen_?name|nick|nick_?name|by|name|full_?name|ho_?ten|ab_channel|sdt|phone|tel|mobile|so_?dien_?thoai|e?mail|stk|tk|cccd|cmnd|bks|bien_?so|zalo|facebook|fb)$`)
	telling       = regexp.MustCompile(`\d|[\pL-]{8,}`)
)

// personal reports whether a path leads to a person or what is theirs.
func personal(path []string) bool {
	for i, s := range path {
		if strings.ContainsRune(s, '@') || s[0] == '~' && len(s) > 1 {
			return true
		}
		if personalPart.MatchString(s) && (i+1 < len(path) || strings.HasSuffix(s, ".php")) {
			return true
		}
	}
	return false
}

// generic takes the parameters that name somebody out of the address of a
// site that is not known. It returns "" when no page of its own is left.
func generic(u *url.URL) string {
	if u.RawQuery == "" {
		return u.String()
	}
	var keep []string
	dropped := false
	for p := range strings.SplitSeq(u.RawQuery, "&") {
		name, value, _ := strings.Cut(p, "=")
		n, err1 := url.QueryUnescape(name)
		v, err2 := url.QueryUnescape(value)
		if err1 != nil || err2 != nil || namesSomebody(n, v) {
			dropped = true
			continue
		}
		keep = append(keep, p)
	}
	if !dropped {
		return u.String()
	}
	f := *u
	f.RawQuery = strings.Join(keep, "&")
	if last := f.Path[strings.LastIndex(f.Path, "/")+1:]; !telling.MatchString(strings.TrimSuffix(last, ".php")) && !telling.MatchString(f.RawQuery) {
		return ""
	}
	return f.String()
}

func namesSomebody(name, value string) bool {
	if value == "" {
		return Named(name) || strings.ContainsRune(name, '@')
	}
	if personalParam.MatchString(name) || Named(value) || strings.ContainsRune(value, '@') {
		return true
	}
	if strings.Contains(value, "://") || strings.HasPrefix(value, "www.") {
		_, named := Address(value, nil)
		return named
	}
	_, kinds := Text(value)
	return len(kinds) > 0
}

// mastodon gives the address of a post of the fediverse by its number there.
func mastodon(u *url.URL, path []string) string {
	id := ""
	switch {
	case len(path) == 2 && path[0][0] == '@':
		id = path[1]
	case len(path) == 4 && path[0] == "users" && path[2] == "statuses":
		id = path[3]
	}
	if !longNumber.MatchString(id) {
		return ""
	}
	return u.Scheme + "://" + u.Host + "/web/statuses/" + id
}

var (
	longNumber = regexp.MustCompile(`^\d{9,22}$`)
	number     = regexp.MustCompile(`^\d{1,22}$`)
	story      = regexp.MustCompile(`^(?:\d{1,22}|pfbid[0-9A-Za-z]+)$`)
	opaque     = regexp.MustCompile(`^[0-9A-Za-z_-]{5,64}$`)
	answer     = regexp.MustCompile(`^[0-9A-Za-z_-]{5,64}\.[0-9A-Za-z_-]{5,64}$`) // a comment's id, a point, the reply's own
	channelID  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{3,31}$`)
	activity   = regexp.MustCompile(`(?:^|[-:_])(activity|share|ugcPost)[-:](\d{6,22})(?:$|[-:])`)
)

// parts are what the rules of a platform look at.
type parts struct {
	host  string // without www. and m.
	path  []string
	query url.Values
	own   func(string) bool
}

// at is a part of the path, "" behind its end; a negative number counts from
// the end.
func (p parts) at(i int) string {
	if i < 0 {
		i += len(p.path)
	}
	if i < 0 || i >= len(p.path) {
		return ""
	}
	return p.path[i]
}

func (p parts) is(first ...string) bool { return slices.Contains(first, strings.ToLower(p.at(0))) }

// with is an address of the platform with those parameters of the original
// that point at a post or comment.
func (p parts) with(address string, names ...string) string {
	q := url.Values{}
	for _, n := range names {
		if v := p.query.Get(n); opaque.MatchString(v) || number.MatchString(v) || n == "lc" && answer.MatchString(v) {
			q.Set(n, v)
		}
	}
	if len(q) == 0 {
		return address
	}
	return address + "?" + q.Encode()
}

// A rule returns the handle-free form of an address of a platform, or "".
// What a rule does not know names somebody: there, the first word of a path
// is a name.
var rules = []struct {
	hosts []string
	form  func(p parts) string
}{
	{[]string{"facebook.com", "fb.com", "fb.watch", "fb.me", "m.me", "messenger.com"}, facebook},
	{[]string{"tiktok.com"}, tiktok},
	{[]string{"youtube.com", "youtu.be"}, youtube},
	{[]string{"x.com", "twitter.com"}, twitter},
	{[]string{"t.me", "telegram.me", "telegram.dog"}, telegram},
	{[]string{"instagram.com"}, instagram},
	{[]string{"threads.net", "threads.com"}, threads},
	{[]string{"zalo.me"}, zalo},
	{[]string{"linkedin.com"}, linkedin},
}

func ruleOf(host string) func(parts) string {
	for _, r := range rules {
		for _, h := range r.hosts {
			if rest, ok := strings.CutSuffix(host, h); ok && (rest == "" || rest[len(rest)-1] == '.') {
				return r.form
			}
		}
	}
	return nil
}

const fb = "https://www.facebook.com"

func facebook(p parts) string {
	switch p.host {
	case "fb.watch":
		if opaque.MatchString(p.at(0)) {
			return "https://fb.watch/" + p.at(0) + "/"
		}
		return ""
	case "fb.me", "m.me", "messenger.com":
		return ""
	}
	comments := []string{"comment_id", "reply_comment_id"}
	post := func(id string) string {
		if !story.MatchString(id) {
			return ""
		}
		return p.with(fb+"/posts/"+id, comments...)
	}
	if id := p.query.Get("story_fbid"); id != "" {
		return post(id)
	}
	first, last := strings.ToLower(p.at(0)), p.at(-1)
	switch {
	case len(p.path) == 0:
		return fb + "/"
	case first == "posts":
		return post(last)
	case first == "groups" && len(p.path) == 2 && p.at(1) != "":
		return p.with(fb+"/groups/"+url.PathEscape(p.at(1)), "multi_permalinks")
	case first == "groups" && len(p.path) == 4 && (p.at(2) == "posts" || p.at(2) == "permalink") && story.MatchString(p.at(3)):
		return p.with(fb+"/groups/"+url.PathEscape(p.at(1))+"/posts/"+p.at(3), comments...)
	case first == "photo" || first == "photo.php":
		if story.MatchString(p.query.Get("fbid")) {
			return p.with(fb+"/photo/", "fbid", "comment_id", "reply_comment_id")
		}
	case first == "watch" || first == "video.php":
		if story.MatchString(p.query.Get("v")) {
			return p.with(fb+"/watch/", "v", "comment_id", "reply_comment_id")
		}
	case (first == "reel" || first == "events") && len(p.path) == 2 && story.MatchString(p.at(1)):
		return p.with(fb+"/"+first+"/"+p.at(1), comments...)
	case first == "marketplace" && p.at(1) == "item" && story.MatchString(p.at(2)):
		return fb + "/marketplace/item/" + p.at(2)
	case first == "share" && opaque.MatchString(last) && len(p.path) <= 3:
		return fb + "/share/" + strings.Join(p.path[1:], "/")
	case first == "hashtag" && len(p.path) == 2:
		return fb + "/hashtag/" + url.PathEscape(p.at(1))
	case slices.Contains([]string{"help", "policies", "login"}, first) && len(p.path) == 1:
		return fb + "/" + first
	case len(p.path) >= 3 && p.at(1) == "posts":
		return post(last)
	case len(p.path) >= 3 && p.at(1) == "videos" && story.MatchString(last):
		q := p
		q.query = url.Values{"v": {last}}
		return q.with(fb+"/watch/", "v")
	case len(p.path) >= 3 && p.at(1) == "photos" && story.MatchString(last):
		q := p
		q.query = url.Values{"fbid": {last}}
		return q.with(fb+"/photo/", "fbid")
	}
	return ""
}

func tiktok(p parts) string {
	last := strings.TrimSuffix(p.at(-1), ".html")
	switch {
	case len(p.path) == 0:
		return "https://www.tiktok.com/"
	case number.MatchString(last) && len(p.path) == 3 && (p.at(1) == "video" || p.at(1) == "photo"), p.is("embed", "v", "video") && number.MatchString(last):
		return "https://www.tiktok.com/embed/v2/" + last
	case p.host == "vm.tiktok.com" || p.host == "vt.tiktok.com":
		if len(p.path) == 1 && opaque.MatchString(last) {
			return "https://" + p.host + "/" + last + "/"
		}
	case p.is("t") && len(p.path) == 2 && opaque.MatchString(last):
		return "https://www.tiktok.com/t/" + last + "/"
	case p.is("tag") && len(p.path) == 2:
		return "https://www.tiktok.com/tag/" + url.PathEscape(last)
	}
	return ""
}

func youtube(p parts) string {
	const yt = "https://www.youtube.com"
	id := p.at(1)
	switch {
	case p.host == "youtu.be":
		id = p.at(0)
	case len(p.path) == 0:
		return yt + "/"
	case p.is("watch"):
		id = p.query.Get("v")
	case p.is("playlist"):
		return p.with(yt+"/playlist", "list")
	case p.is("post") && opaque.MatchString(id):
		return p.with(yt+"/post/"+id, "lc")
	case p.is("channel") && p.own("youtube.com/"+strings.ToLower(id)):
		return yt + "/channel/" + id
	case !p.is("shorts", "live", "embed", "v"):
		return ""
	}
	if !opaque.MatchString(id) {
		return ""
	}
	q := url.Values{"v": {id}, "lc": p.query["lc"]}
	return parts{query: q}.with(yt+"/watch", "v", "lc")
}

func twitter(p parts) string {
	last := p.at(-1)
	if len(p.path) == 0 {
		return "https://x.com/"
	}
	for i, s := range p.path {
		if (s == "status" || s == "statuses") && number.MatchString(p.at(i+1)) {
			return "https://x.com/i/status/" + p.at(i+1)
		}
	}
	if p.is("hashtag") && len(p.path) == 2 {
		return "https://x.com/hashtag/" + url.PathEscape(last)
	}
	return ""
}

func telegram(p parts) string {
	name, id := p.at(0), p.at(1)
	switch {
	case len(p.path) == 0:
		return "https://t.me/"
	case name == "s":
		name, id = id, p.at(2)
	case name == "c" && number.MatchString(id) && number.MatchString(p.at(2)):
		return p.with("https://t.me/c/"+id+"/"+p.at(2), "comment")
	}
	if !channelID.MatchString(name) || !p.own("t.me/"+strings.ToLower(name)) || id != "" && !number.MatchString(id) {
		return ""
	}
	form := "https://t.me/" + name
	if id != "" {
		form += "/" + id
	}
	return p.with(form, "comment")
}

func instagram(p parts) string {
	const ig = "https://www.instagram.com"
	if len(p.path) == 0 {
		return ig + "/"
	}
	for i, s := range p.path[:min(2, len(p.path))] {
		switch s {
		case "p", "reel", "reels", "tv":
			if opaque.MatchString(p.at(i + 1)) {
				return ig + "/p/" + p.at(i+1) + "/"
			}
		}
	}
	if p.is("explore") && p.at(1) == "tags" && len(p.path) == 3 {
		return ig + "/explore/tags/" + url.PathEscape(p.at(2)) + "/"
	}
	return ""
}

func threads(p parts) string {
	switch {
	case len(p.path) == 0:
		return "https://www.threads.net/"
	case p.at(1) == "post" && opaque.MatchString(p.at(2)):
		return "https://www.threads.net/t/" + p.at(2)
	case p.is("t") && opaque.MatchString(p.at(1)):
		return "https://www.threads.net/t/" + p.at(1)
	}
	return ""
}

func zalo(p parts) string {
	switch {
	case len(p.path) == 0:
		return "https://zalo.me/"
	case p.host == "zalo.me" && p.is("g") && len(p.path) == 2 && opaque.MatchString(p.at(1)): // invitation to a group
		return "https://zalo.me/g/" + p.at(1)
	}
	return ""
}

func linkedin(p parts) string {
	const li = "https://www.linkedin.com"
	if len(p.path) == 0 {
		return li + "/"
	}
	if p.is("posts", "feed", "embed") {
		if m := activity.FindStringSubmatch(p.at(-1)); m != nil {
			return li + "/feed/update/urn:li:" + m[1] + ":" + m[2] + "/"
		}
	}
	if p.is("jobs", "company") && len(p.path) == 2 {
		return li + "/" + strings.ToLower(p.at(0)) + "/" + url.PathEscape(p.at(1))
	}
	return ""
}

// Channel returns the "host/name" of the public channel that a source's
// address is of, in lower case, or "": what own of [Address] is asked.
func Channel(source string) string {
	u, err := url.Parse(source)
	if err != nil {
		return ""
	}
	path := strings.Split(strings.Trim(u.Path, "/"), "/")
	switch host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www."); host {
	case "t.me", "telegram.me", "telegram.dog":
		if path[0] == "s" && len(path) > 1 {
			path = path[1:]
		}
		if channelID.MatchString(path[0]) {
			return "t.me/" + strings.ToLower(path[0])
		}
	case "youtube.com":
		if id := u.Query().Get("channel_id"); id != "" {
			return "youtube.com/" + strings.ToLower(id)
		}
	}
	return ""
}

var (
	namedAccount = regexp.MustCompile(`(?i)(?:^|[^\pL])(?:stk|so ?tk|so ?tai ?khoan)[^\pL\d]{0,3}\d{6,19}(?:$|\D)`)
	namedPlate   = regexp.MustCompile(`(?i)(?:^|[^\pL\d])[1-9]\d ?[A-Z]\d?[A-Z]? ?\d{3}\.\d{2}(?:$|\D)|(?:^|[^\pL\d])(?:xe|bks|bs|bien so)(?: xe)? [1-9]\d ?[A-Z]\d?[A-Z]? ?\d{3}\.?\d{1,2}(?:$|\D)|^[1-9]\d[A-Z]\d? ?\d{4,5}$`)
	hexName      = regexp.MustCompile(`(?i)^[0-9a-f]+(?:-[0-9a-f]+)*$`)
)

// spaced has one space for what stands between words in addresses.
func spaced(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	between := false
	for i := range len(s) {
		switch c := s[i]; c {
		case '-', '_', '+', ' ':
			if !between {
				b.WriteByte(' ')
			}
			between = true
		default:
			b.WriteByte(c)
			between = false
		}
	}
	return b.String()
}

// Named reports whether an identifier, or one part of an address, holds what
// identifies a person by its form alone: an e-mail address, a telephone or
// citizen's number, a plate, an account behind the word for it. There are no
// words around it to go by, and long numbers of articles are common.
func Named(s string) bool {
	s = nfc.String(s)
	if mayMail(s) && email.MatchString(s) {
		return true
	}
	n, plain := counted(s)
	if n < 4 {
		return false
	}
	words := spaced(bare(strings.ToLower(s)))
	if (strings.Contains(words, "tk") || strings.Contains(words, "khoan")) && namedAccount.MatchString(words) || mayPlate(words) && namedPlate.MatchString(words) {
		return true
	}
	if len(s) >= 16 && strings.ContainsAny(words, "abcdef") && hexName.MatchString(s) {
		return false // a hash or UUID: its digits mean nothing
	}
	if plain && n < 8 && strings.IndexByte(s, '+') < 0 {
		return false // too few for a telephone, with a letter o among them as well
	}
	return numbered(s)
}

// numbered reports whether a telephone or citizen's number is in s.
func numbered(s string) bool {
	rs := []rune(s)
	gs := split(rs)
	for i := range gs {
		run := 1
		for i+run < len(gs) && gs[i+run].joined {
			run++
		}
		if !boundary(rs, gs[i].start) {
			run = 1
		}
		head := gs[i : i+run]
		if dateLike.MatchString(string(rs[head[0].start:head[run-1].end])) {
			continue
		}
		if n := length(head, 12, 12); n > 0 && citizen(join(head[:n])) {
			return true
		}
		if phone(head) > 0 {
			return true
		}
	}
	return false
}

// counted counts the digits of s; plain reports that it is ASCII.
func counted(s string) (n int, plain bool) {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= utf8.RuneSelf:
			return digits([]rune(s)), false
		case c >= '0' && c <= '9':
			n++
		}
	}
	return n, true
}
