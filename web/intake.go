package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"langnghe/crawler"
	"langnghe/crawler/intake"
	"langnghe/internal/news"
	"langnghe/review"
)

// What an import over the web may carry; the command line takes more.
const (
	importBytes = 16 << 20
	importRows  = 20_000
	uploadsKept = 6
	uploadFor   = 20 * time.Minute
	previewRows = 6
	batchItems  = 200
	batchBytes  = 1 << 20
)

// An upload waits between the preview and the import.
type upload struct {
	user, name string
	table      *intake.Table
	lines      []intake.Row // of JSON Lines, which needs no mapping
	refused    []crawler.Refusal
	until      time.Time
}

// intakes is what the pages of intake remember: in memory, for a while.
type intakes struct {
	mu      sync.Mutex
	uploads map[string]*upload
	seen    map[string][]time.Time // reports by peer
	key     [32]byte
	once    sync.Once
}

func (s *intakes) init() {
	s.once.Do(func() {
		s.uploads, s.seen = map[string]*upload{}, map[string][]time.Time{}
		rand.Read(s.key[:]) // never fails
	})
}

// put keeps an upload, in place of the user's last one and, when there are
// too many, of the oldest.
func (s *intakes) put(u *upload) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.init()
	oldest := ""
	for k, x := range s.uploads {
		if x.user == u.user {
			delete(s.uploads, k)
		} else if oldest == "" || x.until.Before(s.uploads[oldest].until) {
			oldest = k
		}
	}
	if len(s.uploads) >= uploadsKept {
		delete(s.uploads, oldest)
	}
	token := rand.Text()
	s.uploads[token] = u
	return token
}

func (s *intakes) take(token, user string, now time.Time) *upload {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.init()
	u := s.uploads[token]
	if u == nil || u.user != user || now.After(u.until) {
		return nil
	}
	return u
}

func (s *intakes) drop(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.uploads, token)
}

type importField struct {
	Name   string
	Column int // from 1; 0 is none
}

type importPage struct {
	frame
	Problem  string
	Token    string
	Name     string
	Sheet    string
	Sheets   []string
	Columns  []string
	Fields   []importField
	Preview  [][]string
	Rows     int
	Items    []news.Item // of JSON Lines, the first
	Done     bool
	Taken    int
	Refused  []crawler.Refusal
	More     int // refusals that are not shown
	MaxBytes int
}

func (s *server) importPage(w http.ResponseWriter, r *http.Request) error {
	return s.showImport(w, r, http.StatusOK, importPage{})
}

func (s *server) showImport(w http.ResponseWriter, r *http.Request, status int, p importPage) error {
	p.frame, p.MaxBytes = s.frame(r, visitorOf(r).t.T("import.title")), importBytes>>20
	if n := len(p.Refused); n > 200 {
		p.Refused, p.More = p.Refused[:200], n-200
	}
	return s.renderStatus(w, r, status, "import", p)
}

// upload reads a file and shows what is in it; nothing is taken yet.
func (s *server) upload(w http.ResponseWriter, r *http.Request) error {
	data, name, err := oneFile(r)
	var p importPage
	if large := new(http.MaxBytesError); errors.As(err, &large) || len(data) > importBytes {
		err = tooLarge
	} else {
		p, err = s.openUpload(name, data, r.FormValue("sheet"), by(r))
	}
	var refused *problem
	if errors.As(err, &refused) && refused != errOff {
		return s.showImport(w, r, refused.status, importPage{Problem: visitorOf(r).t.T(refused.key, refused.args...)})
	}
	if err != nil {
		return err
	}
	return s.showImport(w, r, http.StatusOK, p)
}

var tooLarge = &problem{status: http.StatusRequestEntityTooLarge, key: "import.too_large", args: []any{importBytes >> 20}, code: "too_large"}

// openUpload keeps a file for a while and says what is in it.
func (s *server) openUpload(name string, data []byte, sheet string, by review.User) (p importPage, err error) {
	bad := func(key string, args ...any) (importPage, error) {
		return p, &problem{status: http.StatusUnprocessableEntity, key: key, args: args, code: "file"}
	}
	switch {
	case s.Fetch == nil:
		return p, errOff
	case len(data) > importBytes:
		return p, tooLarge
	case len(data) == 0:
		return bad("import.no_file")
	}
	u := &upload{user: by.Name, name: name, until: s.Clock().Add(uploadFor)}
	rows := 0
	if intake.Kind(name, data) == "jsonl" {
		u.lines, u.refused = intake.Lines(data)
		rows = len(u.lines)
	} else if u.table, err = intake.Open(name, data, sheet); err != nil {
		return bad("import.unreadable", err.Error())
	} else {
		rows = len(u.table.Rows)
	}
	if rows > importRows {
		return bad("import.too_many", rows, importRows)
	}
	return u.page(s.intakes.put(u)), nil
}

// oneFile reads the file of an upload, in memory.
func oneFile(r *http.Request) ([]byte, string, error) {
	if err := r.ParseMultipartForm(importBytes); err != nil {
		return nil, "", err
	}
	defer r.MultipartForm.RemoveAll()
	f, head, err := r.FormFile("file")
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	return data, head.Filename, err
}

func (u *upload) page(token string) importPage {
	p := importPage{Token: token, Name: u.name}
	if u.table == nil {
		p.Rows, p.Refused = len(u.lines), u.refused
		for _, x := range u.lines[:min(len(u.lines), previewRows)] {
			p.Items = append(p.Items, x.Item)
		}
		return p
	}
	t := u.table
	p.Sheet, p.Sheets, p.Columns, p.Rows, p.Refused = t.Sheet, t.Sheets, t.Columns, len(t.Rows), t.Broken
	guess := intake.Guess(t.Columns)
	for _, f := range intake.Fields {
		field := importField{Name: f}
		if c, ok := guess[f]; ok {
			field.Column = c + 1
		}
		p.Fields = append(p.Fields, field)
	}
	for _, row := range t.Rows[:min(len(t.Rows), previewRows)] {
		cells := make([]string, len(t.Columns))
		for i := range cells {
			if i < len(row) {
				cells[i] = short(row[i], 160)
			}
		}
		p.Preview = append(p.Preview, cells)
	}
	return p
}

func short(s string, n int) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) <= n {
		return string(r)
	}
	return string(r[:n]) + "…"
}

// runImport takes the rows of an upload in, with the columns that the person
// has chosen, and reports what was refused row by row.
func (s *server) runImport(w http.ResponseWriter, r *http.Request) error {
	columns := map[string]int{}
	for _, f := range intake.Fields {
		if n, err := strconv.Atoi(r.FormValue("field_" + f)); err == nil {
			columns[f] = n
		}
	}
	p, err := s.takeUpload(r.Context(), r.PathValue("token"), columns, by(r))
	var refused *problem
	if errors.As(err, &refused) && refused != errOff {
		p.Problem = visitorOf(r).t.T(refused.key)
		return s.showImport(w, r, refused.status, p)
	}
	if err != nil {
		return err
	}
	return s.showImport(w, r, http.StatusOK, p)
}

// takeUpload takes in the rows of a file that was opened before. Columns
// count from 1; a file of JSON Lines needs none.
func (s *server) takeUpload(ctx context.Context, token string, columns map[string]int, by review.User) (p importPage, err error) {
	if s.Fetch == nil {
		return p, errOff
	}
	u := s.intakes.take(token, by.Name, s.Clock())
	if u == nil {
		return p, &problem{status: http.StatusGone, key: "import.gone", code: "gone"}
	}
	rows, refused := u.lines, u.refused
	if u.table != nil {
		m := intake.Mapping{}
		for _, f := range intake.Fields {
			if c := columns[f]; c >= 1 && c <= len(u.table.Columns) {
				m[f] = c - 1
			}
		}
		if _, ok := m["text"]; !ok {
			return u.page(token), &problem{status: http.StatusUnprocessableEntity, key: "import.no_text", field: "columns", code: "no_text"}
		}
		rows, refused = u.table.Items(m, zone, s.Now())
	}
	p = importPage{Done: true, Name: u.name}
	taken, more, err := s.takeRows(ctx, rows, by.Name)
	if err != nil {
		return p, fmt.Errorf("import: %w", err)
	}
	s.intakes.drop(token)
	p.Taken, p.Refused = taken, append(slices.Clone(refused), more...)
	slices.SortStableFunc(p.Refused, func(a, b crawler.Refusal) int { return a.Row - b.Row })
	return p, nil
}

// takeRows hands rows to the crawler in parts that a message can carry.
func (s *server) takeRows(ctx context.Context, rows []intake.Row, who string) (taken int, refused []crawler.Refusal, err error) {
	for len(rows) > 0 {
		n, size := 0, 0
		for n < len(rows) && n < batchItems && (n == 0 || size+len(rows[n].Item.Text) < batchBytes) {
			size += len(rows[n].Item.Text) + len(rows[n].Item.Title)
			n++
		}
		q := crawler.FetchRequest{By: who, Source: "import"}
		for _, x := range rows[:n] {
			q.Items = append(q.Items, x.Item)
		}
		res, err := s.Fetch(ctx, q)
		if err != nil {
			return taken, refused, err
		}
		taken += len(res.Taken)
		for _, x := range res.Refused {
			if x.Row >= 1 && x.Row <= n {
				refused = append(refused, crawler.Refusal{Row: rows[x.Row-1].Row, Reason: x.Reason})
			}
		}
		rows = rows[n:]
	}
	return taken, refused, nil
}

// Reports of people, without and with an account.
const (
	reportLetters = 4000
	reportsPeer   = 5   // an hour, from one place
	reportsAll    = 120 // an hour, together
	sourceCitizen = "citizens"
	sourceKhoi    = "khoi"
)

type reportPage struct {
	frame
	Board   bool // of a khối, signed in
	Unit    string
	Text    string
	Place   string
	Nonce   string
	Done    bool
	Problem string
	Max     int
}

func (s *server) showReport(w http.ResponseWriter, r *http.Request, status int, p reportPage) error {
	key := "report.title"
	if p.Board {
		key = "board.title"
		p.Unit = by(r).Unit
	}
	p.frame, p.Max, p.Nonce = s.frame(r, visitorOf(r).t.T(key)), reportLetters, rand.Text()
	p.Done = p.Done || r.Method == http.MethodGet && r.URL.Query().Get("done") != ""
	return s.renderStatus(w, r, status, "report", p)
}

// citizenPage is the form on which anyone may report, if the ward has opened
// it.
func (s *server) citizenPage(w http.ResponseWriter, r *http.Request) error {
	if !s.Citizens {
		return errNotFound
	}
	return s.showReport(w, r, http.StatusOK, reportPage{})
}

func (s *server) citizenReport(w http.ResponseWriter, r *http.Request) error {
	if !s.Citizens {
		return errNotFound
	}
	if r.FormValue("website") != "" { // a field that people do not see
		http.Redirect(w, r, "/report?done=1", http.StatusSeeOther)
		return nil
	}
	p, err := readReport(r.FormValue("text"), r.FormValue("place"))
	if err != nil {
		p.Problem, _ = refused(err, visitorOf(r).t)
		return s.showReport(w, r, http.StatusUnprocessableEntity, p)
	}
	if !s.intakes.may(peer(r), s.Clock()) {
		p.Problem = visitorOf(r).t.T("report.often")
		return s.showReport(w, r, http.StatusTooManyRequests, p)
	}
	_, err = s.takeReport(r.Context(), p.Text, sourceCitizen, "", p.Place, r.FormValue("nonce"))
	return s.reported(w, r, p, "/report?done=1", err)
}

// reported answers whoever sent a report.
func (s *server) reported(w http.ResponseWriter, r *http.Request, p reportPage, next string, err error) error {
	if text, ok := refused(err, visitorOf(r).t); ok {
		p.Problem = text
		return s.showReport(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// boardPage is where the board of a khối reports what its residents say.
func (s *server) boardPage(w http.ResponseWriter, r *http.Request) error {
	return s.showReport(w, r, http.StatusOK, reportPage{Board: true})
}

func (s *server) boardReport(w http.ResponseWriter, r *http.Request) error {
	p := reportPage{Board: true, Text: r.FormValue("text"), Place: r.FormValue("place")}
	_, err := s.fromBoard(r.Context(), p.Text, p.Place, r.FormValue("nonce"), by(r))
	return s.reported(w, r, p, "/board?done=1", err)
}

// fromBoard takes in what the board of a khối reports.
func (s *server) fromBoard(ctx context.Context, text, place, nonce string, by review.User) (id string, err error) {
	p, err := readReport(text, place)
	if err != nil {
		return "", err
	}
	title := by.Unit
	if p.Place != "" {
		title = strings.TrimPrefix(title+", "+p.Place, ", ")
	}
	return s.takeReport(ctx, p.Text, sourceKhoi, by.Name, title, nonce)
}

func readReport(text, place string) (reportPage, error) {
	p := reportPage{Text: strings.TrimSpace(text), Place: strings.TrimSpace(place)}
	n := utf8.RuneCountInString(p.Text)
	switch {
	case n < 10:
		return p, &problem{status: http.StatusUnprocessableEntity, key: "report.short", field: "text", code: "short"}
	case n > reportLetters || utf8.RuneCountInString(p.Place) > 200:
		return p, &problem{status: http.StatusUnprocessableEntity, key: "report.long", args: []any{reportLetters}, field: "text", code: "long"}
	}
	return p, nil
}

// takeReport hands a report on. Sent twice, by an impatient finger, it is one
// report; the id is made so that nobody can name an item of others.
func (s *server) takeReport(ctx context.Context, text, source, who, title, nonce string) (id string, err error) {
	if s.Fetch == nil {
		return "", errOff
	}
	if nonce == "" || len(nonce) > 64 {
		nonce = rand.Text()
	}
	s.intakes.mu.Lock()
	s.intakes.init()
	sum := sha256.Sum256(append(s.intakes.key[:], nonce+"\x00"+source+"\x00"+who...))
	s.intakes.mu.Unlock()
	it := news.Item{ID: hex.EncodeToString(sum[:10]), Kind: news.Tip, Platform: "web", Title: title, Text: text}
	res, err := s.Fetch(ctx, crawler.FetchRequest{Items: []news.Item{it}, Source: source, By: who})
	if err != nil {
		return "", fmt.Errorf("report: %w", err)
	}
	if len(res.Taken) == 0 {
		return "", &problem{status: http.StatusUnprocessableEntity, key: "report.refused", code: "refused"}
	}
	return it.ID, nil
}

// may reports whether one more report from a place is let through, and
// counts it.
func (s *intakes) may(peer string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.init()
	hour := now.Add(-time.Hour)
	all := 0
	for k, times := range s.seen {
		times = slices.DeleteFunc(times, func(t time.Time) bool { return t.Before(hour) })
		if len(times) == 0 {
			delete(s.seen, k)
			continue
		}
		s.seen[k] = times
		all += len(times)
	}
	if all >= reportsAll || len(s.seen[peer]) >= reportsPeer {
		return false
	}
	s.seen[peer] = append(s.seen[peer], now)
	return true
}
