package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"langnghe/indexer"
	"langnghe/internal/news"
	"langnghe/review"
)

type searchPage struct {
	frame
	Text       string
	Query      indexer.Query
	From, To   string // 2006-01-02
	Asked      bool
	Off        bool // the index does not answer
	Result     indexer.Result
	Hits       []hitView
	Facets     []facetGroup
	Prev, Next string
	First      int
	Problem    string
	Caret      string // the query with a caret under the mistake; empty without one
	Filters    []filter
	Like       string // id of the item that what is found is like
	Examples   []example
	Saved      []savedView
	Query0     string // what can be saved; empty when there is nothing
}

// An example is one line of the help card: what to type, and the key of what
// it finds.
type example struct{ Query, Key, Path string }

type savedView struct {
	SavedSearch
	Mine, Here bool
}

// examples are what the help card shows. Each is a search that works.
var examples = []struct{ query, key string }{
	{"mất nước khối 5", "search.example_words"},
	{"mat nuoc", "search.example_accentless"},
	{`"mất nước" AND ("khối 5" OR "khối 6")`, "search.example_phrase"},
	{`"vỡ đập" AND NOT "diễn tập"`, "search.example_not"},
	{`"phí vệ sinh" NEAR/6 MONEY>=500k`, "search.example_near"},
	{"title:\"mất điện\" OR topic:electricity", "search.example_field"},
	{"=\"UBND phường\"", "search.example_raw"},
	{"site:gov.vn AND \"sáp nhập\"", "search.example_site"},
}

type hitView struct {
	indexer.Hit
	Head         []part
	Parts        []part
	Topics       []string
	Tone, Stance string
	Area         string
}

type facetGroup struct {
	Name   string // topic, area, tone, stance, source, kind
	Values []facetValue
}

type facetValue struct {
	indexer.Facet
	Path string // of the search narrowed to it, or widened again
	Here bool
}

type filter struct{ Name, Value, Path string }

// facetNames are what a search can be narrowed by, in the order of the page.
var facetNames = []string{"topic", "area", "tone", "stance", "source", "kind"}

const hitsPerPage = 20

// searchQuery reads a search. Lists are repeated parameters.
func searchQuery(r *http.Request) indexer.Query {
	_ = r.ParseForm()
	offset, _ := strconv.Atoi(r.FormValue("offset"))
	strict, _ := strconv.ParseBool(r.FormValue("strict"))
	q := indexer.Query{
		Text: strings.TrimSpace(r.FormValue("q")), Like: r.FormValue("like"), Strict: strict,
		Topics: r.Form["topic"], Areas: r.Form["area"], Tones: r.Form["tone"], Stances: r.Form["stance"],
		Sources: r.Form["source"], Kinds: r.Form["kind"], Story: r.FormValue("story"),
		Newest: r.FormValue("sort") == "new", Facets: true, Offset: min(max(offset, 0), 10_000), Limit: hitsPerPage,
	}
	// What is no day is refused by whoever asked: badDays, or the API.
	if at, err := time.ParseInLocation(time.DateOnly, r.FormValue("from"), zone); err == nil {
		q.From = at
	}
	if at, err := time.ParseInLocation(time.DateOnly, r.FormValue("to"), zone); err == nil {
		q.To = at.AddDate(0, 0, 1) // the day itself belongs to it
	}
	if q.Text != "" {
		q.Like = "" // whoever types starts anew
	} else if q.Like == "" {
		q.Newest = true // nothing to be relevant for
	}
	return q
}

// badDays says what is wrong with the days of a search. A search that left
// them out in silence would show what was not asked for.
func badDays(r *http.Request, q *indexer.Query, t *tongue) (why string, bad bool) {
	for _, name := range []string{"from", "to"} {
		if v := r.FormValue(name); v != "" {
			if _, err := time.Parse(time.DateOnly, v); err != nil {
				return t.T("search.bad_day", shorten(v, 40)), true
			}
		}
	}
	if !q.From.IsZero() && !q.To.IsZero() && !q.From.Before(q.To) {
		return t.T("search.bad_days"), true
	}
	return "", false
}

// searched says for the audit chain what was searched: the filters as they
// are, the words as a fingerprint. The chain can never forget, and what is
// typed may be a name or a number.
func searched(form url.Values) string {
	v := url.Values{}
	for k, vs := range form {
		if k == "q" && vs[0] != "" {
			sum := sha256.Sum256([]byte(vs[0]))
			vs = []string{"sha256:" + hex.EncodeToString(sum[:8])}
		}
		if vs[0] != "" {
			v[k] = vs
		}
	}
	return shorten(v.Encode(), 300)
}

// searchedLike is searched of a search for items like another, which stands
// as [review.AuditItem] has it.
func (s *server) searchedLike(ctx context.Context, form url.Values) string {
	like := form.Get("like")
	if like == "" || s.Item == nil {
		return searched(form)
	}
	it, err := s.Item(ctx, like)
	if err != nil || review.AuditItem(&it) == like {
		return searched(form)
	}
	form = clone(form)
	form.Del("like")
	return strings.TrimSpace(searched(form) + " like " + review.AuditItem(&it))
}

func (s *server) search(w http.ResponseWriter, r *http.Request) error {
	t := visitorOf(r).t
	q := searchQuery(r)
	p := searchPage{frame: s.frame(r, t.T("search.title")), Text: q.Text, Query: q, From: r.FormValue("from"), To: r.FormValue("to"), Asked: len(r.Form) > 0}
	for _, e := range examples {
		p.Examples = append(p.Examples, example{e.query, e.key, "/search?q=" + url.QueryEscape(e.query)})
	}
	p.Query0, _ = savable(r.URL.RawQuery)
	if s.Saved != nil {
		list, err := s.Saved.Searches(r.Context(), by(r).Name)
		if err != nil {
			return err
		}
		for _, x := range list {
			p.Saved = append(p.Saved, savedView{x, strings.EqualFold(x.Owner, by(r).Name), x.Query == p.Query0})
		}
	}
	if why, bad := badDays(r, &q, t); bad {
		p.Problem = why
		return s.renderStatus(w, r, http.StatusUnprocessableEntity, "search", p)
	}
	if s.Search == nil {
		p.Off = true
		return s.render(w, r, "search", p)
	}
	res, err := s.find(r.Context(), q, by(r))
	if p.Asked || len(res.Hits) > 0 {
		if err := s.recordShown(r, "item.search", "", s.searchedLike(r.Context(), r.Form), itemsOf(res.Hits)); err != nil {
			return err
		}
	}
	if err != nil {
		status, text := explain(err, t)
		if m, ok := indexer.Mistake(err); ok {
			status, text, p.Caret = http.StatusUnprocessableEntity, s.mistaken(m).In(t.lang), m.Err.Caret(q.Text)
		}
		if status == http.StatusInternalServerError {
			return err
		}
		p.Problem = text
		return s.renderStatus(w, r, status, "search", p)
	}
	p.Result, p.First = res, q.Offset+1
	for _, h := range res.Hits {
		v := hitView{Hit: h}
		care := s.careOf(&h.Item)
		v.Head = care.marked(h.Item.Title, spansIn(h.Because, "title"))
		v.Head, _ = clip(v.Head, titleLimit)
		if h.Item.Title == "" {
			v.Head = []part{{Text: s.headline(&h.Item)}}
		}
		v.Parts, _ = clip(care.marked(h.Item.Text, spansIn(h.Because, "text")), 260)
		if rd := h.Item.Reading; rd != nil {
			v.Tone, v.Stance, v.Area = rd.Tone.Label, string(rd.Stance), rd.Area.Fit
			for _, tp := range rd.Topics {
				v.Topics = append(v.Topics, tp.ID)
			}
		}
		p.Hits = append(p.Hits, v)
	}
	here := r.URL.Query()
	here.Del("done")
	if q.Like == "" {
		here.Del("like")
	}
	for _, name := range facetNames {
		g := facetGroup{Name: name}
		for _, f := range res.Facets[name] {
			if f.Count == 0 && !slices.Contains(here[name], f.Value) {
				continue
			}
			g.Values = append(g.Values, facetValue{f, toggle(here, name, f.Value), slices.Contains(here[name], f.Value)})
			if len(g.Values) == 12 {
				break
			}
		}
		if len(g.Values) > 0 {
			p.Facets = append(p.Facets, g)
		}
		for _, v := range here[name] {
			p.Filters = append(p.Filters, filter{name, v, toggle(here, name, v)})
		}
	}
	if q.Like != "" {
		without := clone(here)
		without.Del("like")
		name := q.Like
		p.Like = q.Like
		if it, err := s.itemOf(r.Context(), q.Like, by(r)); err == nil {
			name = s.headline(&it)
		}
		p.Filters = append(p.Filters, filter{"like", name, "/search?" + without.Encode()})
	}
	if q.Story != "" {
		without := clone(here)
		without.Del("story")
		p.Filters = append(p.Filters, filter{"story", q.Story, "/search?" + without.Encode()})
	}
	at := func(offset int) string {
		v := clone(here)
		v.Set("offset", strconv.Itoa(offset))
		return "/search?" + v.Encode()
	}
	if q.Offset > 0 {
		p.Prev = at(max(q.Offset-hitsPerPage, 0))
	}
	if q.Offset+len(res.Hits) < res.Total || res.More {
		p.Next = at(q.Offset + hitsPerPage)
	}
	return s.render(w, r, "search", p)
}

// mistaken says what is wrong with a query, at which code point and what to do
// about it, in both languages.
func (s *server) mistaken(m *indexer.QueryError) news.Text {
	return news.Text{
		VI: s.tongues["vi"].T("search.at", m.Column(), m.Err.Text("vi")),
		EN: s.tongues["en"].T("search.at", m.Column(), m.Err.Text("en")),
	}
}

// toggle is the address of a search with a value added or taken away.
func toggle(here url.Values, name, value string) string {
	v := clone(here)
	v.Del("offset")
	if i := slices.Index(v[name], value); i >= 0 {
		v[name] = slices.Delete(v[name], i, i+1)
	} else {
		v.Add(name, value)
	}
	return "/search?" + v.Encode()
}

func clone(v url.Values) url.Values {
	out := url.Values{}
	for k, x := range v {
		out[k] = slices.Clone(x)
	}
	return out
}

type itemPage struct {
	frame
	Item  *news.Item
	Head  []part // the title, marked
	Parts []part
	Cues  []news.Cue
	Known []review.Known
	// Compared is what official documents say beside it.
	Compared *comparison
}

// viewItem is one item for the person who asks, accounted for.
func (s *server) viewItem(r *http.Request, id string) (news.Item, error) {
	it, err := s.itemOf(r.Context(), id, by(r))
	if err != nil {
		return it, err
	}
	return it, s.recordShown(r, "item.view", id, "", []news.Item{it})
}

// item shows one stored item with everything that the program read in it.
func (s *server) item(w http.ResponseWriter, r *http.Request) error {
	it, err := s.viewItem(r, r.PathValue("id"))
	if err != nil {
		return err
	}
	var spans []news.Span
	p := itemPage{frame: s.frame(r, s.headline(&it)), Item: &it}
	if rd := it.Reading; rd != nil {
		spans = append(spans, rd.Area.Because...)
		spans = append(spans, rd.StanceWhy...)
		for _, c := range rd.Cues {
			spans = append(spans, c.Because...)
		}
		for _, tp := range rd.Topics {
			spans = append(spans, tp.Because...)
		}
		for _, c := range rd.Cues {
			c.Because = slices.Clone(c.Because)
			for i := range c.Because {
				c.Because[i].Text = s.careOf(&it).guard(c.Because[i].Text)
			}
			p.Cues = append(p.Cues, c)
		}
	}
	care := s.careOf(&it)
	p.Head = care.marked(it.Title, spansIn(spans, "title"))
	p.Parts = care.marked(it.Text, spansIn(spans, "text"))
	if found, err := s.Desk.KnownFor(r.Context(), []news.Item{it}, by(r)); err == nil {
		p.Known = found[it.ID]
	} else {
		s.Log.Warn("known claims", "err", err)
	}
	p.Compared = s.compareItem(r.Context(), &it)
	return s.render(w, r, "item", p)
}
