package demo

import (
	"context"
	"embed"
	"encoding/xml"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"strings"
	"time"
)

//go:embed pages
var pages embed.FS

// A Site is one web site of the sample world.
type Site struct {
	ID   string
	Name string
	URL  string // http://127.0.0.1:port
}

var sites = []Site{
	{ID: "portal", Name: "Cổng thông tin phường Thái Hòa (mẫu)"},
	{ID: "paper", Name: "Báo Sông Hiếu (mẫu)"},
	{ID: "community", Name: "Cộng đồng Thái Hòa (mẫu)"},
	{ID: "police", Name: "Cảnh báo an toàn (mẫu)"},
	{ID: "elsewhere", Name: "Báo Đảo Xanh (mẫu)"},
}

// Serve opens every site on a loopback port of its own and returns them; it
// stops serving when ctx is done.
func (w *World) Serve(ctx context.Context) ([]Site, error) {
	tmpl, err := template.New("").Funcs(template.FuncMap{
		"paragraphs": func(s string) []string { return strings.Split(s, "\n\n") },
		"rfc":        func(t time.Time) string { return t.Format(time.RFC3339) },
		"seen":       visibleDate,
	}).ParseFS(pages, "pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	var out []Site
	for _, s := range sites {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("demo: site %s: %w", s.ID, err)
		}
		s.URL = "http://" + l.Addr().String()
		srv := &http.Server{Handler: w.site(s, tmpl), ReadHeaderTimeout: 5 * time.Second}
		context.AfterFunc(ctx, func() { _ = srv.Close() })
		go func() { _ = srv.Serve(l) }()
		out = append(out, s)
	}
	return out, nil
}

type pageData struct {
	Site     Site
	Piece    *Piece
	Pieces   []*Piece
	Comments []*Piece
}

func (w *World) site(s Site, tmpl *template.Template) http.Handler {
	mux := http.NewServeMux()
	show := func(name string, code int, rw http.ResponseWriter, d pageData) {
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		rw.WriteHeader(code)
		d.Site = s
		_ = tmpl.ExecuteTemplate(rw, name, d)
	}
	mux.HandleFunc("GET /robots.txt", func(rw http.ResponseWriter, r *http.Request) {
		fmt.Fprint(rw, "User-agent: *\nDisallow: /private/\n")
	})
	mux.HandleFunc("GET /{$}", func(rw http.ResponseWriter, r *http.Request) {
		posts, _ := split(w.visible(s.ID))
		show("home.html", http.StatusOK, rw, pageData{Pieces: head(posts, 40)})
	})
	mux.HandleFunc("GET /rss.xml", func(rw http.ResponseWriter, r *http.Request) {
		posts, comments := split(w.visible(s.ID))
		w.feed(rw, r, s, head(posts, 30), comments)
	})
	mux.HandleFunc("GET /comments.xml", func(rw http.ResponseWriter, r *http.Request) {
		_, comments := split(w.visible(s.ID))
		w.feed(rw, r, s, head(comments, 30), nil)
	})
	mux.HandleFunc("GET /{kind}/{page}", func(rw http.ResponseWriter, r *http.Request) {
		id, ok := strings.CutSuffix(r.PathValue("page"), ".html")
		all := w.visible(s.ID)
		for _, p := range all {
			if ok && p.ID == id && p.Thread == "" && r.PathValue("kind") == kindOf(s) {
				posts, comments := split(all)
				d := pageData{Piece: p, Pieces: head(posts, 6)}
				for _, c := range comments {
					if c.Thread == p.ID {
						d.Comments = append(d.Comments, c)
					}
				}
				show(kindOf(s)+".html", http.StatusOK, rw, d)
				return
			}
		}
		show("missing.html", http.StatusNotFound, rw, pageData{})
	})
	return mux
}

func kindOf(s Site) string {
	if s.ID == "community" {
		return "bai"
	}
	return "tin"
}

func (s Site) pageURL(p *Piece) string {
	if p.Thread != "" {
		return s.URL + "/" + kindOf(s) + "/" + p.Thread + ".html#" + p.ID
	}
	return s.URL + "/" + kindOf(s) + "/" + p.ID + ".html"
}

func split(all []*Piece) (posts, comments []*Piece) {
	for _, p := range all {
		if p.Thread == "" {
			posts = append(posts, p)
		} else {
			comments = append(comments, p)
		}
	}
	return posts, comments
}

func head(ps []*Piece, n int) []*Piece { return ps[:min(n, len(ps))] }

type rss struct {
	XMLName xml.Name   `xml:"rss"`
	Version string     `xml:"version,attr"`
	DC      string     `xml:"xmlns:dc,attr"`
	Content string     `xml:"xmlns:content,attr"`
	Thr     string     `xml:"xmlns:thr,attr"`
	Slash   string     `xml:"xmlns:slash,attr"`
	Title   string     `xml:"channel>title"`
	Link    string     `xml:"channel>link"`
	Lang    string     `xml:"channel>language"`
	Items   []feedItem `xml:"channel>item"`
}

type feedItem struct {
	Title   string    `xml:"title,omitempty"`
	Link    string    `xml:"link"`
	GUID    string    `xml:"guid"`
	Date    string    `xml:"pubDate"`
	Creator string    `xml:"dc:creator,omitempty"`
	Summary string    `xml:"description"`
	Body    string    `xml:"content:encoded,omitempty"`
	Reply   *replyRef `xml:"thr:in-reply-to,omitempty"`
	Count   int       `xml:"slash:comments,omitempty"`
}

type replyRef struct {
	Ref  string `xml:"ref,attr"`
	Href string `xml:"href,attr"`
}

// feed writes RSS as such sites do: the paper's has summaries, the community
// page's the whole text and the account that wrote it.
func (w *World) feed(rw http.ResponseWriter, r *http.Request, s Site, ps, comments []*Piece) {
	tag := fmt.Sprintf(`"%s-%d-%d"`, s.ID, len(ps), len(comments))
	if len(ps) > 0 {
		tag = fmt.Sprintf(`"%s-%s-%d-%d"`, s.ID, ps[0].ID, ps[0].At.Unix(), len(comments))
	}
	rw.Header().Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		rw.WriteHeader(http.StatusNotModified)
		return
	}
	replies := map[string]int{}
	for _, c := range comments {
		replies[c.Thread]++
	}
	doc := rss{
		Version: "2.0", DC: "http://purl.org/dc/elements/1.1/", Content: "http://purl.org/rss/1.0/modules/content/",
		Thr: "http://purl.org/syndication/thread/1.0", Slash: "http://purl.org/rss/1.0/modules/slash/",
		Title: s.Name, Link: s.URL + "/", Lang: "vi",
	}
	for _, p := range ps {
		it := feedItem{Title: p.Title, Link: s.pageURL(p), GUID: s.pageURL(p), Date: p.At.Format(time.RFC1123Z), Count: replies[p.ID]}
		if s.ID == "community" {
			it.Creator, it.Summary, it.Body = p.By, summary(p.Text), escapeParagraphs(p.Text)
			if p.Thread != "" {
				at := s.URL + "/" + kindOf(s) + "/" + p.Thread + ".html"
				it.Reply = &replyRef{Ref: at, Href: at}
			}
		} else {
			it.Summary = summary(p.Text)
		}
		doc.Items = append(doc.Items, it)
	}
	rw.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
	_, _ = rw.Write([]byte(xml.Header))
	_ = xml.NewEncoder(rw).Encode(doc)
}

func escapeParagraphs(text string) string {
	var b strings.Builder
	for _, p := range strings.Split(text, "\n\n") {
		b.WriteString("<p>" + template.HTMLEscapeString(p) + "</p>")
	}
	return b.String()
}

func summary(text string) string {
	r := []rune(strings.ReplaceAll(text, "\n", " "))
	if len(r) <= 120 {
		return string(r)
	}
	return string(r[:120]) + "…"
}

var weekdays = [...]string{"Chủ nhật", "Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy"}

// visibleDate writes a time as Vietnamese papers print it.
func visibleDate(t time.Time) string {
	t = t.In(Zone)
	return fmt.Sprintf("%s, %s (GMT+7)", weekdays[t.Weekday()], t.Format("02/01/2006 15:04"))
}
