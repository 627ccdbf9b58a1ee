package web

import (
	"io"
	"net/http"
	"slices"
	"time"

	"langnghe/indexer"
	"langnghe/internal/news"
	"langnghe/official"
	"langnghe/official/paper"
	"langnghe/official/rumour"
	"langnghe/review"
	"langnghe/rules/patterns"
	"langnghe/rules/trend"
	"langnghe/web/api"
)

// What is looked up: items, trends, the register of documents and claims.

func (s *server) lookEndpoints() []endpoint {
	return []endpoint{
		op(s, "GET /api/v1/search", content, "search", "Tìm tin", "Search items", s.apiSearch),
		op(s, "GET /api/v1/searches", content, "search", "Các tìm kiếm đã lưu", "Saved searches", s.apiSearches),
		op(s, "POST /api/v1/searches", content, "search", "Lưu một tìm kiếm", "Save a search", s.apiSaveSearch),
		op(s, "DELETE /api/v1/searches/{id}", content, "search", "Bỏ một tìm kiếm đã lưu", "Drop a saved search", func(c *call, _ none) (none, error) {
			return none{}, s.dropSearch(c.Request)
		}),
		op(s, "GET /api/v1/items/{id}", content, "search", "Một tin, với những gì hệ thống đọc được", "One item with what the program read in it", s.apiItem),
		op(s, "GET /api/v1/trends", figures, "trends", "Xu hướng: số đếm, dấu bất thường, dự báo", "Trends: counts, marks of the unusual, forecasts", s.apiTrends),
		op(s, "GET /api/v1/counts", figures, "trends", "Số tin theo giờ hoặc ngày", "How much was said, by hour or day", s.apiCounts),
		op(s, "GET /api/v1/radar", content, "trends", "Điều dân hỏi chưa có văn bản; mùa lừa đảo", "What people ask and no document answers; seasons of scams", s.apiRadar),

		op(s, "GET /api/v1/documents", documents, "register", "Sổ văn bản và dữ kiện", "Official documents with their facts", s.apiDocuments),
		op(s, "POST /api/v1/documents", registrars, "register.write", "Vào sổ một văn bản", "Put a document into the register", s.apiAddDocument, created),
		op(s, "POST /api/v1/documents/read", registrars, "register.write", "Đọc một tệp văn bản; chưa ghi gì", "Read a file of a document; nothing is kept", s.apiReadDocument,
			raw("application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "text/plain", "application/octet-stream")),
		op(s, "POST /api/v1/documents/fact", confirmers, "register.write", "Xác nhận một dữ kiện", "Confirm that a fact was read right", func(c *call, in struct {
			Fact string `json:"fact" required:"true" max:"400"`
		}) (none, error) {
			return none{}, s.Desk.ConfirmFact(c.ctx(), in.Fact, c.by)
		}),
		op(s, "POST /api/v1/documents/facts", confirmers, "register.write", "Xác nhận nhiều dữ kiện", "Confirm several facts of one document", func(c *call, in struct {
			Facts []string `json:"facts" required:"true" min:"1" max:"500"`
		}) (none, error) {
			return none{}, s.Desk.ConfirmFacts(c.ctx(), in.Facts, c.by)
		}),

		op(s, "POST /api/v1/documents/check", documents, "register", "So một câu với sổ văn bản", "Compare a text with the register of documents: agrees, contradicts, outdated or not covered, with both spans; nothing is kept", s.apiOfficialCheck),

		op(s, "GET /api/v1/rumours", content, "register", "Sổ tin đồn đã biết", "Known claims, newest first", s.apiRumours),
		op(s, "POST /api/v1/rumours", reviewers, "register.write", "Thêm một tin đồn đã được kiểm chứng", "Add a claim that somebody has checked", s.apiAddRumour, created),
		op(s, "GET /api/v1/rumours/{id}", content, "register", "Một tin đồn: nơi, lúc, tốc độ lan", "One claim: where it is said, since when, how fast", s.apiRumour),
		op(s, "POST /api/v1/rumours/{id}/take", reviewers, "register.write", "Nhận hoặc bỏ một tin đồn máy đề xuất", "Take or refuse a claim that a machine proposed", func(c *call, in struct {
			Text string `json:"text,omitempty" max:"2000" doc:"The claim in a person's words"`
			Keep bool   `json:"keep" required:"true"`
		}) (none, error) {
			return none{}, s.Desk.TakeRumour(c.ctx(), c.PathValue("id"), in.Text, in.Keep, c.by)
		}),
		op(s, "POST /api/v1/rumours/{id}/link", judges, "register.write", "Nói một tin có lặp lại tin đồn không", "Say whether an item repeats a claim", func(c *call, in struct {
			Item string `json:"item" required:"true" max:"200"`
			Same bool   `json:"same" required:"true"`
		}) (none, error) {
			return none{}, s.Desk.LinkRumour(c.ctx(), c.PathValue("id"), in.Item, in.Same, c.by)
		}),
	}
}

type searchIn struct {
	Query   string   `json:"-" query:"q" max:"4000" doc:"Words, or the rule language"`
	Strict  bool     `json:"-" query:"strict" doc:"The rule language exactly: words side by side are one phrase, diacritics count"`
	Like    string   `json:"-" query:"like" doc:"Id of an item: those about the same, instead of words"`
	Topics  []string `json:"-" query:"topic"`
	Areas   []string `json:"-" query:"area" enum:"in_area ambiguous out_of_area"`
	Tones   []string `json:"-" query:"tone" enum:"negative neutral positive mixed"`
	Stances []string `json:"-" query:"stance" enum:"complaint question suggestion opinion satire praise warning denial report rumour_query claim other"`
	Sources []string `json:"-" query:"source"`
	Kinds   []string `json:"-" query:"kind" enum:"article post comment official tip"`
	Story   string   `json:"-" query:"story"`
	From    string   `json:"-" query:"from" format:"date"`
	To      string   `json:"-" query:"to" format:"date" doc:"The day itself belongs to it"`
	Sort    string   `json:"-" query:"sort" enum:"new relevance" doc:"new is newest first"`
	Offset  int      `json:"-" query:"offset" min:"0" max:"10000" doc:"Rows to skip; after is the better way"`
	Limit   int      `json:"-" query:"limit" min:"1" max:"200" default:"20" doc:"Rows in the answer"`
	After   string   `json:"-" query:"after" max:"2000" doc:"The cursor next of the answer before"`
}

type searchOut struct {
	indexer.Result
	api.More
}

// searchMark is where a search goes on: what has come since its first page
// does not move the others.
type searchMark struct {
	Offset int       `json:"o"`
	AsOf   time.Time `json:"t"`
}

func (s *server) apiSearch(c *call, in searchIn) (out searchOut, err error) {
	if s.Search == nil {
		return out, errOff
	}
	q := searchQuery(c.Request)
	q.Limit = in.Limit
	if !q.From.IsZero() && !q.To.IsZero() && !q.From.Before(q.To) {
		return out, &api.Invalid{Status: http.StatusBadRequest, Places: []api.Place{{Parameter: "to", Say: news.Text{VI: "đứng trước from", EN: "is before from"}}}}
	}
	mark := searchMark{q.Offset, s.Now()}
	if err := api.Keys(in.After, &mark); err != nil {
		return out, err
	}
	q.Offset = min(max(mark.Offset, 0), 10_000)
	if in.After != "" && (q.To.IsZero() || q.To.After(mark.AsOf)) {
		q.To = mark.AsOf
	}
	out.Result, err = s.find(c.ctx(), q, c.by)
	if err := s.recordShown(c.Request, "item.search", "", s.searchedLike(c.ctx(), c.Form), itemsOf(out.Hits)); err != nil {
		return out, err
	}
	if m, ok := indexer.Mistake(err); ok {
		return out, &api.Invalid{Status: http.StatusUnprocessableEntity, Places: []api.Place{{Parameter: "q", Say: s.mistaken(m), Code: m.Code(), Column: m.Column()}}}
	}
	if err != nil {
		return out, err
	}
	if out.Hits == nil {
		out.Hits = []indexer.Hit{}
	}
	if at := q.Offset + len(out.Hits); len(out.Hits) > 0 && at < 10_000 && (at < out.Total || out.Result.More) {
		out.Next = api.Cursor(searchMark{at, mark.AsOf})
	}
	return out, nil
}

type searchesOut struct {
	Searches []SavedSearch `json:"searches"`
	api.More
}

func (s *server) apiSearches(c *call, in api.Page) (out searchesOut, err error) {
	if s.Saved == nil {
		return out, errOff
	}
	list, err := s.Saved.Searches(c.ctx(), c.by.Name)
	if err != nil {
		return out, err
	}
	out.Searches, out.More, err = api.Cut(list, in, func(x SavedSearch) string { return x.Name + "\x00" + x.Owner }, func(x SavedSearch, key string) bool { return x.Name+"\x00"+x.Owner < key })
	return out, err
}

func (s *server) apiSaveSearch(c *call, in struct {
	Name   string `json:"name" required:"true" max:"60"`
	Query  string `json:"query" required:"true" max:"4000" doc:"Parameters of the search, as a URL has them"`
	Shared bool   `json:"shared,omitempty"`
}) (SavedSearch, error) {
	return s.keepSearch(c.Request, SavedSearch{Name: in.Name, Query: in.Query, Shared: in.Shared})
}

type itemOut struct {
	Item  news.Item      `json:"item"`
	Known []review.Known `json:"known"` // claims of the register beside it
	// Official is what the register of documents says beside it, the machine's
	// word; null when the item is not compared.
	Official *official.Finding `json:"official"`
}

func (s *server) apiItem(c *call, _ none) (out itemOut, err error) {
	id := c.PathValue("id")
	if out.Item, err = s.viewItem(c.Request, id); err != nil {
		return out, err
	}
	found, err := s.Desk.KnownFor(c.ctx(), []news.Item{out.Item}, c.by)
	if err != nil {
		s.Log.Warn("known claims", "err", err) // a hint, which may be missing
	}
	out.Known = append([]review.Known{}, found[id]...)
	if m := s.compareItem(c.ctx(), &out.Item); m != nil {
		out.Official = &m.Finding
	}
	return out, nil
}

type (
	trendsOut struct {
		From    time.Time      `json:"from"`
		To      time.Time      `json:"to"` // the last day
		All     seriesOut      `json:"all"`
		Topics  []seriesOut    `json:"topics"` // those that are unusual first, then by the last week
		Rising  []trend.Trend  `json:"rising"` // what rises, with its forecast
		Signals []review.Entry `json:"signals"`
		// Seasons of scams that touch today or the two weeks to come.
		Seasons []patterns.Season `json:"seasons"`
	}
	seriesOut struct {
		Topic  string    `json:"topic,omitempty"`
		Days   []dayOut  `json:"days"`
		Week   int       `json:"week"`   // the last seven days
		Before int       `json:"before"` // the seven days before
		Median float64   `json:"median"` // of the days before the last week
		Few    bool      `json:"few"`    // too little to say anything
		Change string    `json:"change"` // up, down, same
		Ahead  *aheadOut `json:"ahead,omitempty"`
	}
	dayOut struct {
		Day   string `json:"day"`
		Items int    `json:"items"`
		Mark  bool   `json:"mark,omitempty"` // a signal fired
	}
	aheadOut struct {
		Days    []fanDay `json:"days"`
		Word    string   `json:"word"`
		Percent int      `json:"percent"` // that tomorrow brings twice the usual
		Hit     int      `json:"hit"`     // how often that word was right
		Tried   int      `json:"tried"`
	}
)

func (s *server) apiTrends(c *call, _ struct {
	Days int `json:"-" query:"days" enum:"14 60" default:"60"`
}) (out trendsOut, err error) {
	p, err := s.trendsOf(c.Request)
	if err != nil {
		return out, err
	}
	if p.Off {
		return out, errOff
	}
	series := func(x chart) seriesOut {
		o := seriesOut{Topic: x.Topic, Week: x.Week, Before: x.Before, Median: x.Median, Few: x.Few, Change: x.Change(), Days: []dayOut{}}
		for _, d := range x.Days {
			o.Days = append(o.Days, dayOut{d.At.In(zone).Format(time.DateOnly), d.Items, d.Mark})
		}
		if f := p.Fans[x.Topic]; f != nil {
			o.Ahead = &aheadOut{f.Days, f.Word, f.Percent, f.Hit, f.Tried}
		}
		return o
	}
	out = trendsOut{From: p.From, To: p.To, All: series(p.All), Topics: []seriesOut{}, Rising: []trend.Trend{}, Signals: []review.Entry{}, Seasons: []patterns.Season{}}
	for _, x := range p.Seasons {
		out.Seasons = append(out.Seasons, x.Season)
	}
	for _, x := range p.Charts {
		out.Topics = append(out.Topics, series(x))
	}
	for _, x := range p.Rising {
		x.Window.Items = x.First // posts that began it, for those who may read them
		out.Rising = append(out.Rising, x.Trend)
	}
	for _, x := range p.Signals {
		out.Signals = append(out.Signals, x.Entry)
	}
	return out, nil
}

func (s *server) apiCounts(c *call, in struct {
	By     string `json:"-" query:"by" enum:"topic area tone stance source" doc:"What is told apart; empty counts all together"`
	Bucket string `json:"-" query:"bucket" enum:"hour day" default:"day"`
	Topic  string `json:"-" query:"topic"`
	From   string `json:"-" query:"from" required:"true" format:"date"`
	To     string `json:"-" query:"to" required:"true" format:"date" doc:"The day itself belongs to it"`
}) (out indexer.Counts, err error) {
	if s.Counts == nil {
		return out, errOff
	}
	from, _ := time.ParseInLocation(time.DateOnly, in.From, zone) // checked by their format
	to, _ := time.ParseInLocation(time.DateOnly, in.To, zone)
	days := 3660
	if in.Bucket == "hour" {
		days = 92
	}
	if to.Before(from) || to.Sub(from) > time.Duration(days)*24*time.Hour {
		return out, &api.Invalid{Status: http.StatusUnprocessableEntity, Places: []api.Place{{Parameter: "to", Say: news.Text{VI: "phải sau from, nhiều nhất 10 năm theo ngày hoặc 92 ngày theo giờ", EN: "must be after from, at most ten years by day or 92 days by hour"}}}}
	}
	out, err = s.Counts(c.ctx(), indexer.CountQuery{By: in.By, Bucket: in.Bucket, Topic: in.Topic, From: from, To: to.AddDate(0, 0, 1)})
	if out.Rows == nil {
		out.Rows = []indexer.Count{}
	}
	return out, err
}

type radarOut struct {
	Off     bool              `json:"off,omitempty"` // the index does not answer
	Open    []openQuestion    `json:"open"`
	Seasons []patterns.Season `json:"seasons"` // of the next sixty days
}

func (s *server) apiRadar(c *call, _ none) (radarOut, error) {
	p, err := s.radarOf(c.Request)
	out := radarOut{Off: p.Off, Open: append([]openQuestion{}, p.Open...), Seasons: []patterns.Season{}}
	for _, x := range p.Seasons {
		out.Seasons = append(out.Seasons, x.Season)
	}
	return out, err
}

type (
	documentOut struct {
		official.Document
		State string `json:"state"` // in_force, coming, over
	}
	documentsOut struct {
		Documents []documentOut `json:"documents"`
		api.More
	}
)

func (s *server) apiDocuments(c *call, in struct {
	api.Page
	No string `json:"-" query:"docno" doc:"Only the document with this number"`
}) (out documentsOut, err error) {
	docs, err := s.Desk.Documents(c.ctx())
	if err != nil {
		return out, err
	}
	if in.No != "" {
		docs = slices.DeleteFunc(slices.Clone(docs), func(d official.Document) bool { return d.No != in.No })
	}
	page, more, err := api.Cut(docs, in.Page, func(d official.Document) string { return d.Date + " " + d.No }, func(d official.Document, key string) bool { return d.Date > key[:min(len(key), 10)] })
	out.More, out.Documents = more, []documentOut{}
	today := s.Now().In(zone).Format(time.DateOnly)
	for _, d := range page {
		out.Documents = append(out.Documents, documentOut{d, stateOn(d, today)})
	}
	return out, err
}

type documentIn struct {
	No         string `json:"docno" required:"true" max:"100"`
	Issuer     string `json:"issuer,omitempty" max:"300"`
	Date       string `json:"date" required:"true" format:"date"`
	From       string `json:"effective_from,omitempty" format:"date" doc:"The date when left out"`
	To         string `json:"effective_to,omitempty" format:"date"`
	Supersedes string `json:"supersedes,omitempty" max:"100"`
	Title      string `json:"title" required:"true" max:"1000"`
	Text       string `json:"text,omitempty"`
	URL        string `json:"url,omitempty" max:"2000"`
}

type pausedOut struct {
	Paused []string `json:"paused"` // cases whose answers cite what was superseded
}

func (s *server) apiAddDocument(c *call, in documentIn) (pausedOut, error) {
	d := official.Document{No: in.No, Issuer: in.Issuer, Date: in.Date, From: in.From, To: in.To, Supersedes: in.Supersedes, Title: in.Title, Text: in.Text, URL: in.URL}
	paused, err := s.Desk.AddDocument(c.ctx(), inForce(d), c.by)
	return pausedOut{append([]string{}, paused...)}, err
}

func (s *server) apiReadDocument(c *call, in struct {
	Name string `json:"-" query:"name" required:"true" max:"300" doc:"Name of the file, whose end says what it is"`
}) (official.Document, error) {
	data, err := io.ReadAll(c.Body)
	if err != nil {
		return official.Document{}, err
	}
	return openPaper(in.Name, data)
}

// openPaper reads a file of a document. What it cannot read is the sender's
// to mend.
func openPaper(name string, data []byte) (official.Document, error) {
	d, err := paper.Read(name, data)
	if err != nil {
		return d, &api.Invalid{Status: http.StatusUnprocessableEntity, Places: []api.Place{{Parameter: "file", Say: whyNotRead(err)}}}
	}
	return d, nil
}

type rumoursOut struct {
	Claims   []rumour.Claim `json:"claims"`
	Proposed []rumour.Claim `json:"proposed"` // by a machine, waiting for a person
	api.More
}

func (s *server) apiRumours(c *call, in api.Page) (out rumoursOut, err error) {
	list, err := s.Desk.RumoursFor(c.ctx(), c.by)
	if err != nil {
		return out, err
	}
	proposed, err := s.Desk.ProposedRumours(c.ctx())
	if err != nil {
		return out, err
	}
	out.Proposed = append([]rumour.Claim{}, proposed...)
	out.Claims, out.More, err = api.Cut(list, in, func(x rumour.Claim) string { return x.ID }, nil)
	return out, err
}

type addedOut struct {
	Added int `json:"added"` // that were not known
}

func (s *server) apiAddRumour(c *call, in struct {
	Text   string `json:"text,omitempty" max:"2000" doc:"The claim"`
	Source string `json:"source,omitempty" max:"60"`
	Says   string `json:"says,omitempty" max:"300" doc:"What the checker calls it"`
	URL    string `json:"url,omitempty" max:"2000" doc:"Of the check"`
	Paste  string `json:"paste,omitempty" max:"100000" doc:"A ClaimReview as JSON-LD, instead of the others"`
}) (addedOut, error) {
	n, err := s.enterRumour(c.ctx(), rumour.Claim{Text: in.Text, Source: in.Source, Says: in.Says, URL: in.URL}, in.Paste, c.by)
	return addedOut{n}, err
}

type (
	rumourOut struct {
		Claim   rumour.Claim `json:"claim"`
		Off     bool         `json:"off,omitempty"` // the index does not answer
		More    bool         `json:"more"`          // than were looked at
		First   time.Time    `json:"first,omitzero"`
		Copies  int          `json:"copies"`
		Sources int          `json:"sources"`
		Busiest int          `json:"busiest"` // items in the busiest 24 hours
		Before  int          `json:"before"`  // items before the answer, none without one
		After   int          `json:"after"`   // and since
		Days    []spreadOut  `json:"days"`
		Items   []repeatOut  `json:"items"`
	}
	spreadOut struct {
		Day   string `json:"day"`
		Count int    `json:"count"`
		After bool   `json:"after,omitempty"` // after the answer
	}
	repeatOut struct {
		Item   news.Item   `json:"item"`
		Tier   rumour.Tier `json:"tier,omitempty"`
		Denies bool        `json:"denies,omitempty"`
		Person string      `json:"person,omitempty"` // what a person said: same, other
	}
)

func (s *server) apiRumour(c *call, _ none) (rumourOut, error) {
	p, err := s.spreadOf(c.Request)
	out := rumourOut{Claim: p.Claim, Off: p.Off, More: p.More, First: p.First, Copies: p.Copies, Sources: p.Sources, Busiest: p.Speed, Before: p.Before, After: p.After, Days: []spreadOut{}, Items: []repeatOut{}}
	for _, d := range p.Days {
		out.Days = append(out.Days, spreadOut{d.Day, d.Count, d.After})
	}
	for _, x := range p.Items {
		out.Items = append(out.Items, repeatOut{x.Hit.Item, x.Tier, x.Denies, x.Person})
	}
	return out, err
}
