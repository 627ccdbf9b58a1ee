// Package social reads what platforms answer: YouTube, Facebook Pages, Zalo
// Official Accounts, Mastodon, Bluesky, public Telegram channels and the
// GDELT index. It knows addresses and formats and fetches nothing; the
// crawler asks through its one polite door.
//
// Only what anyone may read, or what the owner of a page has given the ward
// a key for, is asked for: no sign-in of a person, no closed group, no
// search for people. Names, handles and pictures of authors are read only as
// far as [Post.Author] needs them to become a pseudonym.
//
// A platform is one file and one line in [Platforms]. The forms of YouTube,
// Facebook, Mastodon, Bluesky and Telegram are checked against recorded
// answers; those of Zalo, of Facebook's webhook and of GDELT are written from the
// public documentation, because no recording was at hand.
package social

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"langnghe/internal/news"
)

// A Platform says how one kind of source is asked and read. Functions that a
// platform does not need are nil.
type Platform struct {
	Name  string    // of the source's kind and of the items' platform
	Items news.Kind // what it mostly brings
	Pages int       // answers read in one visit at most, default 10
	// Order is that of a list which leaves nothing out, so that what is missing
	// between two entries is gone; zero where that cannot be told.
	Order Order

	// Start gives the first questions for the address of a source, or says
	// what is wrong with it. No questions at all means that the platform
	// comes to us.
	Start func(address *url.URL, hasKey bool) ([]Request, error)
	// Read reads one answer. What could be read comes with the error when
	// the rest could not.
	Read func(data []byte, o Options) (Page, error)
	// Sign puts the key into a request's header.
	Sign func(h http.Header, key string)
	// Fault says what an answer that is no success means; nil leaves it to
	// its status.
	Fault func(status int, data []byte, now time.Time) error
}

// Order is how entries stand in an answer. The first answer has the newest.
type Order int

// The orders of answers.
const (
	NewestFirst Order = iota + 1
	OldestFirst
)

// Platforms by kind.
var Platforms = map[string]*Platform{
	"youtube":  &youtube,
	"facebook": &facebook,
	"zalo":     &zalo,
	"mastodon": &mastodon,
	"bluesky":  &bluesky,
	"telegram": &telegram,
	"gdelt":    &gdelt,
}

// A Request is one question to a platform.
type Request struct {
	URL string
	Key bool // signed with the source's key, if it has one
}

// Options says where and when an answer was found.
type Options struct {
	URL    *url.URL       // that it came from; may be nil
	Source *url.URL       // the source's own address; may be nil
	Zone   *time.Location // of times without one
	Now    time.Time
	Header http.Header // of the answer; may be nil
	Of     *Post       // the post whose comments these are; may be nil
}

// A Page is one answer, read.
type Page struct {
	Posts []Post
	Gone  []Post // what the platform reports as deleted: kind, ID, URL and Alias alone
	Next  string // the question that continues it, "" when this was all
	Read  int    // entries looked at, those that are no posts included
	Last  string // where a stream goes on
	Notes []string

	Hub, Self string // WebSub: the hub that a feed names, and its own address
}

// A Post is one thing that somebody or some page published.
type Post struct {
	Kind      news.Kind
	ID        string // the platform's own; no handle in it
	Alias     string // another name by which the platform speaks of it when it is deleted
	URL       string // may hold a handle, the crawler takes it out
	Title     string
	Text      string
	Author    string // becomes a pseudonym and is dropped
	Lang      string
	Published time.Time
	Edited    time.Time
	Parent    string // address of what it answers
	Root      string // address of the post that it belongs to
	ParentID  string // the same by their own ids, where there is no address
	RootID    string
	Counts    news.Counts
	Page      bool     // only a pointer: the text is on the page at URL
	Replies   *Request // question for the comments, nil when there are none
	ReplyMark string   // changes when there are new ones
}

// A Fault is a platform's refusal, in its own words.
type Fault struct {
	Platform string
	Why      Why
	Status   int
	Message  string        // of the platform, shortened; no key in it
	After    time.Duration // when to ask again, 0 when it does not say
}

// Why is the reason of a [Fault].
type Why string

// The reasons that a team can do something about.
const (
	Key        Why = "key"        // the key is wrong, withdrawn or expired
	Permission Why = "permission" // the key does not allow this
	Quota      Why = "quota"      // asked too much
	Gone       Why = "gone"       // there is no such page, channel or post
	Trouble    Why = "trouble"    // the platform is not well
)

var words = map[Why]news.Text{
	Key:        {VI: "mã truy cập sai hoặc đã hết hạn; hãy tạo mã mới và thay trong tệp mã", EN: "the key is wrong or has expired; make a new one and put it into the key file"},
	Permission: {VI: "mã truy cập không có quyền đọc nội dung này; hãy cấp thêm quyền", EN: "the key may not read this; grant it the permission"},
	Quota:      {VI: "đã dùng hết hạn mức; sẽ tự hỏi lại", EN: "the quota is used up; it is asked again later by itself"},
	Gone:       {VI: "không có trang hoặc kênh này", EN: "there is no such page or channel"},
	Trouble:    {VI: "nền tảng đang gặp sự cố; sẽ tự thử lại", EN: "the platform is in trouble; it is tried again by itself"},
}

func (f *Fault) Error() string { return f.Words().EN }

// Words says what happened and what to do.
func (f *Fault) Words() news.Text {
	w := words[f.Why]
	tail := ""
	if f.Message != "" {
		tail = " (" + f.Message + ")"
	}
	return news.Text{VI: f.Platform + ": " + w.VI + tail, EN: f.Platform + ": " + w.EN + tail}
}

// A Broken error is an answer that could not be read to its end.
type Broken struct {
	Platform string
	At       int64 // byte, from 1
	Err      error
}

func (b *Broken) Error() string {
	return fmt.Sprintf("%s: the answer cannot be read at byte %d: %v", b.Platform, b.At, b.Err)
}

// Unwrap returns what the decoder said.
func (b *Broken) Unwrap() error { return b.Err }

func broken(platform string, at int64, err error) error {
	if errors.Is(err, errEnd) || err.Error() == "EOF" || err.Error() == "unexpected EOF" {
		err = errEnd
	}
	return &Broken{platform, at + 1, err}
}

var errEnd = errors.New("it ends too early")

// entries calls f for each element of the arrays that stand under one of the
// named fields of the top-level object, or that is the document itself.
// Elements before a mistake are delivered; the error says where it is. Other
// fields go to rest, whole.
func entries(platform string, data []byte, fields []string, f func(raw json.RawMessage) error, rest func(name string, raw json.RawMessage) error) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	fail := func(err error) error {
		at := dec.InputOffset()
		var s *json.SyntaxError
		if errors.As(err, &s) {
			at = max(s.Offset-1, 0)
		}
		return broken(platform, at, err)
	}
	array := func() error {
		for dec.More() {
			var raw json.RawMessage
			if err := dec.Decode(&raw); err != nil {
				return fail(err)
			}
			if err := f(raw); err != nil {
				return err
			}
		}
		if _, err := dec.Token(); err != nil {
			return fail(err)
		}
		return nil
	}
	t, err := dec.Token()
	if err != nil {
		return fail(err)
	}
	switch t {
	case json.Delim('['):
		return array()
	case json.Delim('{'):
	default:
		return broken(platform, 0, errors.New("it is neither an object nor a list"))
	}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return fail(err)
		}
		name, _ := t.(string)
		if slices.Contains(fields, name) && next(data, dec.InputOffset()) == '[' {
			if _, err := dec.Token(); err != nil {
				return fail(err)
			}
			if err := array(); err != nil {
				return err
			}
			continue
		}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return fail(err)
		}
		if rest != nil {
			if err := rest(name, raw); err != nil {
				return err
			}
		}
	}
	if _, err := dec.Token(); err != nil {
		return fail(err)
	}
	return nil
}

// next is the first byte of the value that follows a field's name.
func next(data []byte, at int64) byte {
	for _, c := range data[min(int(at), len(data)):] {
		if c != ':' && c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return c
		}
	}
	return 0
}

// number reads a count that platforms write as a number or as a string.
type number int

// UnmarshalJSON implements json.Unmarshaler; what is no number counts zero.
func (n *number) UnmarshalJSON(b []byte) error {
	s := strings.Trim(string(b), `"`)
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil || v < 0 || v > 1<<40 {
		v = 0
	}
	*n = number(v)
	return nil
}

// stamp reads a time as platforms write it; a time that is none is zero.
type stamp struct{ time.Time }

var stampForms = []string{time.RFC3339Nano, "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05.999999999-0700", "20060102T150405Z", "2006-01-02 15:04:05"}

// UnmarshalJSON implements json.Unmarshaler.
func (t *stamp) UnmarshalJSON(b []byte) error {
	s := strings.Trim(string(b), `"`)
	for _, form := range stampForms {
		if v, err := time.Parse(form, s); err == nil {
			t.Time = v.UTC()
			return nil
		}
	}
	if v, err := strconv.ParseInt(s, 10, 64); err == nil && v > 0 {
		t.Time = unix(v)
	}
	return nil
}

// unix takes seconds, milliseconds or microseconds since 1970.
func unix(v int64) time.Time {
	switch {
	case v > 1e14:
		return time.UnixMicro(v).UTC()
	case v > 1e11:
		return time.UnixMilli(v).UTC()
	}
	return time.Unix(v, 0).UTC()
}

// short is a platform's message without what does not belong into a log: one
// line, at most 200 bytes, no address with a query and no long token.
func short(s string) string {
	fields := strings.Fields(s)
	for i, f := range fields {
		if strings.ContainsAny(f, "?&=") && len(f) > 20 || len(f) > 60 {
			fields[i] = "…"
		}
	}
	s = strings.Join(fields, " ")
	for len(s) > 200 {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s
}

// with is an address with query parameters set; an empty value leaves what is
// there, and only what is not yet there is set.
func with(u *url.URL, params ...string) string {
	out := *u
	q := out.Query()
	for i := 0; i+1 < len(params); i += 2 {
		if params[i+1] != "" && !q.Has(params[i]) {
			q.Set(params[i], params[i+1])
		}
	}
	out.RawQuery = q.Encode()
	out.Fragment = ""
	return out.String()
}

// at is another path on the host of an address.
func at(u *url.URL, path string) *url.URL {
	return &url.URL{Scheme: u.Scheme, Host: u.Host, Path: path}
}

// segments are the parts of a path that are not empty.
func segments(u *url.URL) []string {
	return strings.FieldsFunc(u.Path, func(r rune) bool { return r == '/' })
}

// is reports whether an address is on a host or below it.
func is(u *url.URL, hosts ...string) bool {
	h := strings.ToLower(u.Hostname())
	return slices.ContainsFunc(hosts, func(d string) bool { return h == d || strings.HasSuffix(h, "."+d) })
}
