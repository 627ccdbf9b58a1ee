package store

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"langnghe/internal/news"
)

// A search shows twenty items, and most of its time went into decoding their
// JSON by reflection. parseBody reads what bodyOf wrote; anything that it does
// not expect, such as a field of another version, is left to encoding/json.

// parseBody decodes the body of an item; ok is false when it cannot.
func parseBody(body string) (it news.Item, ok bool) {
	p := &bodyScan{s: body}
	p.item(&it)
	return it, !p.bad && p.i == len(p.s) && utf8.ValidString(body)
}

// bodyScan reads JSON without white space, from left to right. Strings are
// parts of s.
type bodyScan struct {
	s   string
	i   int
	bad bool
}

// take reports whether c comes next, and passes it.
func (p *bodyScan) take(c byte) bool {
	if p.i < len(p.s) && p.s[p.i] == c {
		p.i++
		return true
	}
	return false
}

func (p *bodyScan) want(c byte) {
	if !p.take(c) {
		p.bad = true
	}
}

// object calls f at the value of each key; f must read it.
func (p *bodyScan) object(f func(key string)) {
	p.want('{')
	if p.take('}') {
		return
	}
	for !p.bad {
		key := p.str()
		p.want(':')
		if p.bad {
			return
		}
		f(key)
		if !p.take(',') {
			p.want('}')
			return
		}
	}
}

// array calls f at each element.
func (p *bodyScan) array(f func()) {
	p.want('[')
	if p.take(']') {
		return
	}
	for !p.bad {
		f()
		if !p.take(',') {
			p.want(']')
			return
		}
	}
}

func (p *bodyScan) str() string {
	p.want('"')
	if p.bad {
		return ""
	}
	from := p.i
	n := strings.IndexByte(p.s[from:], '"')
	if n < 0 {
		p.bad = true
		return ""
	}
	if strings.IndexByte(p.s[from:from+n], '\\') < 0 {
		p.i += n + 1
		return p.s[from : from+n]
	}
	p.i-- // an escape: rare
	var out string
	p.raw(&out)
	return out
}

// raw leaves the next value to encoding/json.
func (p *bodyScan) raw(v any) {
	from, depth, quoted := p.i, 0, false
	for ; p.i < len(p.s); p.i++ {
		switch c := p.s[p.i]; {
		case quoted && c == '\\':
			p.i++
		case c == '"':
			quoted = !quoted
			if !quoted && depth == 0 {
				p.i++
				p.unmarshal(from, v)
				return
			}
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				p.i++
				p.unmarshal(from, v)
				return
			}
			if depth < 0 {
				p.unmarshal(from, v)
				return
			}
		case c == ',' && depth == 0:
			p.unmarshal(from, v)
			return
		}
	}
	p.bad = true
}

func (p *bodyScan) unmarshal(from int, v any) {
	p.i = min(p.i, len(p.s))
	if json.Unmarshal([]byte(p.s[from:p.i]), v) != nil {
		p.bad = true
	}
}

func (p *bodyScan) number() string {
	from := p.i
	for p.i < len(p.s) {
		if c := p.s[p.i]; c < '0' && c != '-' && c != '+' && c != '.' || c > '9' && c != 'e' && c != 'E' || c == ',' {
			break
		}
		p.i++
	}
	return p.s[from:p.i]
}

func (p *bodyScan) int() int {
	n, err := strconv.Atoi(p.number())
	if err != nil {
		p.bad = true
	}
	return n
}

func (p *bodyScan) float() float64 {
	x, err := strconv.ParseFloat(p.number(), 64)
	if err != nil {
		p.bad = true
	}
	return x
}

func (p *bodyScan) bool() bool {
	for _, word := range [...]string{"true", "false"} {
		if strings.HasPrefix(p.s[p.i:], word) {
			p.i += len(word)
			return word == "true"
		}
	}
	p.bad = true
	return false
}

func (p *bodyScan) time() (t time.Time) {
	if t.UnmarshalText([]byte(p.str())) != nil {
		p.bad = true
	}
	return t
}

func (p *bodyScan) item(it *news.Item) {
	p.object(func(key string) {
		switch key {
		case "id":
			it.ID = p.str()
		case "kind":
			it.Kind = news.Kind(p.str())
		case "source":
			it.Source = p.str()
		case "platform":
			it.Platform = p.str()
		case "url":
			it.URL = p.str()
		case "title":
			it.Title = p.str()
		case "text":
			it.Text = p.str()
		case "lang":
			it.Lang = p.str()
		case "published":
			it.Published = p.time()
		case "observed":
			it.Observed = p.time()
		case "edited":
			it.Edited = p.time()
		case "account":
			it.Account = p.str()
		case "thread":
			it.Thread = p.str()
		case "parent":
			it.Parent = p.str()
		case "counts":
			p.raw(&it.Counts)
		case "reading":
			it.Reading = new(news.Reading)
			p.reading(it.Reading)
		case "notes":
			p.raw(&it.Notes)
		default:
			p.bad = true
		}
	})
}

func (p *bodyScan) reading(r *news.Reading) {
	p.object(func(key string) {
		switch key {
		case "area":
			p.object(func(key string) {
				switch key {
				case "fit":
					r.Area.Fit = p.str()
				case "score":
					r.Area.Score = p.int()
				case "because":
					r.Area.Because = p.spans()
				default:
					p.bad = true
				}
			})
		case "topics":
			p.array(func() {
				r.Topics = append(r.Topics, news.Topic{})
				t := &r.Topics[len(r.Topics)-1]
				p.object(func(key string) {
					switch key {
					case "id":
						t.ID = p.str()
					case "score":
						t.Score = p.float()
					case "because":
						t.Because = p.spans()
					default:
						p.bad = true
					}
				})
			})
		case "tone":
			p.object(func(key string) {
				switch key {
				case "label":
					r.Tone.Label = p.str()
				case "score":
					r.Tone.Score = p.float()
				case "because":
					r.Tone.Because = p.spans()
				default:
					p.bad = true
				}
			})
		case "impact":
			r.Impact = p.str()
		case "stance":
			r.Stance = news.Stance(p.str())
		case "stance_because":
			r.StanceWhy = p.spans()
		case "cues":
			p.raw(&r.Cues)
		case "values":
			p.raw(&r.Values)
		case "story":
			r.Story = p.str()
		case "again":
			r.Again = p.time()
		case "accentless":
			r.Accentless = p.bool()
		case "version":
			r.Version = p.str()
		default:
			p.bad = true
		}
	})
}

func (p *bodyScan) spans() (out []news.Span) {
	p.array(func() {
		out = append(out, news.Span{})
		s := &out[len(out)-1]
		p.object(func(key string) {
			switch key {
			case "start":
				s.Start = p.int()
			case "end":
				s.End = p.int()
			case "text":
				s.Text = p.str()
			case "in":
				s.In = p.str()
			default:
				p.bad = true
			}
		})
	})
	return out
}
