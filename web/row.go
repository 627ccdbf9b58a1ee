package web

import (
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"time"

	"langnghe/internal/news"
	"langnghe/review"
)

// A pen writes the rows of the inbox in one language. They are the same on
// every page that shows an entry; templates call them by name, see
// [pen.funcs].
type pen struct {
	*server
	t *tongue
}

func (p pen) funcs() template.FuncMap {
	return template.FuncMap{
		"mark":      p.t.marks(),
		"moment":    func(at time.Time) template.HTML { return p.moment(at) },
		"pieces":    pieces,
		"entryline": p.line(p.t.marks()),
		"entryhead": p.head(p.t.marks()),
		"entrytop":  p.top,
		"entrybody": p.body,
		"source":    func(e entryView) template.HTML { return p.source(e) },
		"known":     p.known,
		"citation":  func(c news.Citation) template.HTML { return p.citation(c) },
		"decide":    p.decide(p.t.choices()),
	}
}

func (p pen) moment(at time.Time) template.HTML { return p.t.moment(at, p.Now()) }

// in is a text of a rule in the language of the page.
func (p pen) in(x news.Text) string { return guard(x.In(p.t.lang)) }

// headline is what an entry is called: a trend by its rule.
func (p pen) headline(v entryView) string {
	if !v.Signal {
		return v.Head
	}
	if len(v.Reasons) == 0 {
		return ""
	}
	return p.in(v.Reasons[0].Title)
}

// line is an entry in the list beside the stack.
func (p pen) line(mark func(news.Level) template.HTML) func(entryView) template.HTML {
	return func(v entryView) template.HTML {
		m := &markup{}
		m.add(`<li data-row="%"><a href="#%">`, v.ID, v.Anchor).put(mark(v.Level))
		m.add(`<b dir="auto">%</b><span class="soft small">`, p.headline(v)).put(p.moment(v.at()))
		if v.Copies > 0 {
			m.add(` · +%`, strconv.Itoa(v.Copies))
		}
		if v.Topic != "" {
			m.add(` · %`, p.t.Label("topic", v.Topic))
		}
		if v.Held != "" {
			m.add(` · %`, v.Held)
		}
		if v.Late {
			m.add(` <b class="late">%</b>`, p.t.T("entry.late"))
		}
		return m.add(`</span></a></li>`).html()
	}
}

// at is the time of the text, or when a trend came in.
func (v *entryView) at() time.Time {
	if v.Item != nil {
		return v.Item.At()
	}
	return v.Received
}

// head is the line above an entry: level, topic, where it was said.
func (p pen) head(mark func(news.Level) template.HTML) func(entryView) template.HTML {
	return func(v entryView) template.HTML {
		m := &markup{}
		m.add(`<div class="line">`).put(mark(v.Level))
		if v.Topic != "" {
			m.add(`<span class="topic">%</span>`, p.t.Label("topic", v.Topic))
		}
		if v.Trial {
			m.add(`<span class="tag">%</span>`, p.t.T("entry.trial"))
		}
		if v.Copies > 0 {
			m.add(`<span class="tag">%</span>`, p.t.N("entry.similar", v.Copies))
		}
		return m.add(`<span class="soft src">`).put(p.source(v)).add(`</span></div>`).html()
	}
}

// source says where and when an entry was said, with the way there.
func (p pen) source(v entryView) template.HTML {
	m := &markup{}
	if v.Item == nil {
		return m.add(`% · `, p.t.T("entry.signal")).put(p.moment(v.Received)).html()
	}
	m.add(`<span dir="auto">%</span> · % · `, guard(shorten(p.sourceName(v.Item.Source), 80)), p.t.Label("kind", v.Item.Kind)).put(p.moment(v.Item.At()))
	if link := p.itemLink(v.Item); link != "" {
		m.add(` · <a href="%" rel="noreferrer noopener external" target="_blank">% ↗</a>`, link, p.t.T("entry.original"))
	}
	return m.html()
}

// top is the headline of an entry of the stack.
func (p pen) top(v entryView) template.HTML {
	m := &markup{}
	m.add(`<h2 id="h%" dir="auto">`, v.Anchor)
	switch {
	case v.Signal:
		m.add(`%`, p.headline(v))
	case len(v.Title) > 0:
		m.put(pieces(v.Title))
	default:
		m.add(`<span class="vh">%</span>`, v.Head)
	}
	return m.add(`</h2>`).html()
}

// body is what an entry says and why it is here.
func (p pen) body(v entryView) template.HTML {
	m := &markup{}
	if v.Signal {
		for _, r := range v.Reasons {
			if len(r.Items) > 0 {
				m.add(`<p class="small"><a href="/search?topic=%&amp;sort=new&amp;from=%">% →</a></p>`, url.QueryEscape(r.Topic), r.At.In(zone).Format(time.DateOnly), p.t.N("entry.evidence", len(r.Items)))
			}
		}
	} else {
		m.add(`<div class="text" dir="auto">`).put(pieces(v.Parts)).add(`</div>`)
		if v.Cut {
			m.add(`<p class="small"><a href="/inbox/%" data-open>%</a></p>`, url.PathEscape(v.ID), p.t.T("entry.whole"))
		}
	}
	if len(v.Reasons) > 0 {
		m.add(`<section class="reasons"><h2>%</h2><ul>`, p.t.T("entry.why"))
		for _, r := range v.Reasons {
			p.reason(m, r)
		}
		m.add(`</ul></section>`)
	}
	m.put(p.known(v.Known))
	p.chips(m, v)
	if v.Locked {
		m.add(`<p class="lock small"><svg viewBox="0 0 16 16" aria-hidden="true"><path d="M4 7V5a4 4 0 0 1 8 0v2h1v8H3V7zm2 0h4V5a2 2 0 0 0-4 0z"/></svg>%</p>`, p.t.T("msg.handoff_locked"))
	}
	return m.html()
}

func (p pen) reason(m *markup, r reason) {
	m.add(`<li><p class="why">%</p>`, p.in(r.Why))
	if len(r.Words) > 0 {
		m.add(`<p class="words">`)
		for _, w := range r.Words {
			m.add(`<mark dir="auto">%</mark> `, guard(shorten(w, 80)))
		}
		m.add(`</p>`)
	}
	m.add(`<p class="soft small">% <a href="/rules#%">%</a> <span class="nowrap">v%</span>`, p.t.T("entry.rule"), anchor(r.Rule), p.in(r.Title), strconv.Itoa(r.Version))
	more := func(s string) { m.add(` · %`, s) }
	if r.Status != "" {
		more(p.t.Label("rulestatus", r.Status))
	}
	if r.Count > 1 {
		more(p.t.N("entry.voices", r.Count))
	}
	if r.Late {
		more(p.t.T("entry.seen_late"))
	}
	if r.Retro {
		more(p.t.T("entry.retro"))
	}
	if r.Muted != "" {
		more(p.t.T("entry.muted", r.Muted))
	}
	m.add(`</p>`)
	if doubt := p.in(r.Doubt); doubt != "" {
		m.add(`<p class="doubt"><b>%</b> %</p>`, p.t.T("entry.doubt"), doubt)
	}
	if r.Citation != nil {
		m.put(p.citation(*r.Citation))
	}
	m.add(`</li>`)
}

// citation is the clause of a document beside what is said.
func (p pen) citation(c news.Citation) template.HTML {
	m := &markup{}
	m.add(`<figure class="clause"><figcaption>%</figcaption>`, p.t.T("official.clause"))
	if c.Text != "" {
		m.add(`<blockquote class="text" dir="auto">%</blockquote>`, c.Text)
	} else {
		m.add(`<p class="soft">%</p>`, p.t.T("official.no_clause"))
	}
	m.add(`<p class="soft"><cite>%</cite>`, c.Document)
	if c.Clause != "" {
		m.add(`, %`, c.Clause)
	}
	if c.From != "" {
		m.add(` · %`, p.t.T("documents.from", p.t.Day(c.From)))
	}
	if c.To != "" {
		m.add(` %`, p.t.T("documents.to", p.t.Day(c.To)))
	}
	return m.add(`</p></figure>`).html()
}

// known are the claims of the register that a text repeats.
func (p pen) known(list []review.Known) template.HTML {
	m := &markup{}
	for _, k := range list {
		by := p.t.T("machine")
		if k.Person {
			by = p.t.T("rumours.person_same")
		}
		m.add(`<p class="known small"><span class="auto">%</span> % <a href="/rumours/%" dir="auto">%</a>`, by, p.t.Label("known", knownAs(k)), url.PathEscape(k.Claim.ID), guard(shorten(k.Claim.Text, 120)))
		switch c := k.Claim; {
		case !k.Travels():
		case c.Verdict != "":
			m.add(` · %: <b>%</b>`, p.t.T("rumours.verdict"), p.t.Label("verdict", c.Verdict))
			if c.Cite.Document != "" {
				m.add(` (%)`, c.Cite.Document)
			}
		case c.Says != "":
			m.add(` · %: <b dir="auto">%</b>`, p.t.Label("rumoursource", c.Source), guard(shorten(c.Says, 120)))
		}
		m.add(` <span class="soft">%</span></p>`, p.t.T("rumours.wrong"))
	}
	return m.html()
}

// chips are what the machine suggests about an item.
func (p pen) chips(m *markup, v entryView) {
	if v.Signal {
		return
	}
	m.add(`<p class="chips"><span class="auto">%</span>`, p.t.T("machine"))
	if v.Area != "" {
		m.add(`<span>%</span>`, p.t.Label("area", v.Area))
	}
	for _, topic := range v.Topics {
		m.add(`<span>%</span>`, p.t.Label("topic", topic))
	}
	for _, c := range [][2]string{{"stance", v.Stance}, {"tone", v.Tone}, {"impact", v.Impact}} {
		if c[1] != "" {
			m.add(`<span>%: %</span>`, p.t.T("entry."+c[0]), p.t.Label(c[0], c[1]))
		}
	}
	m.add(`</p>`)
}

// decide is the form of a decision, with the cases that it may join.
func (p pen) decide(choices func(news.Choice) template.HTML) func(entryView) template.HTML {
	return func(v entryView) template.HTML {
		m := &markup{}
		m.add(`<form class="decide" method="post" action="/inbox/%/decision">`, url.PathEscape(v.ID))
		if v.Copies > 0 {
			m.add(`<label class="fold"><input type="checkbox" name="similar" value="1" checked> %</label>`, p.t.N("entry.fold", v.Copies))
		}
		if len(v.Joins) > 0 {
			m.add(`<label class="fold">% <select name="case"><option value="">%</option>`, p.t.T("entry.join"), p.t.T("entry.join_new"))
			for _, c := range v.Joins {
				m.add(`<option value="% %">%: % (%)</option>`, string(c.Kind), c.ID, p.t.Label("choice", c.Kind), p.careFor(&c).guard(guard(shorten(c.Title, 60))), c.ID)
			}
			m.add(`</select></label>`)
		}
		return m.put(choices(v.Suggest)).add(`</form>`).html()
	}
}

// markup builds a piece of a page without the reflection of templates, which
// on a page of thirty entries takes longer than everything else. Texts are
// escaped by [markup.add], the one way by which they get into it.
type markup struct{ b strings.Builder }

// add appends HTML that is written in this package, with a text for every %,
// escaped for content and for quoted attributes.
func (m *markup) add(html string, texts ...string) *markup {
	for _, text := range texts {
		at := strings.IndexByte(html, '%')
		m.b.WriteString(html[:at])
		_, _ = escaper.WriteString(&m.b, text) // into memory
		html = html[at+1:]
	}
	m.b.WriteString(html)
	return m
}

// put appends a piece that is markup already.
func (m *markup) put(piece template.HTML) *markup { m.b.WriteString(string(piece)); return m }

func (m *markup) html() template.HTML { return template.HTML(m.b.String()) }

// escaper is that of html/template: no text can end an attribute or begin an
// element.
var escaper = strings.NewReplacer("\x00", "\uFFFD", `"`, "&#34;", "'", "&#39;", "&", "&amp;", "<", "&lt;", ">", "&gt;", "+", "&#43;")
