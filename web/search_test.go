package web

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"langnghe/indexer"
	"langnghe/internal/news"
	"langnghe/internal/query"
	"langnghe/review"
)

// fakeSaved keeps searches in a list.
type fakeSaved struct {
	list []SavedSearch
	next int64
}

func (f *fakeSaved) Searches(_ context.Context, owner string) (out []SavedSearch, _ error) {
	for _, s := range f.list {
		if s.Owner == owner || s.Shared {
			out = append(out, s)
		}
	}
	return out, nil
}

func (f *fakeSaved) SaveSearch(_ context.Context, s SavedSearch, most int) (int64, error) {
	if len(f.list) >= most {
		return 0, ErrTooManySearches
	}
	f.next++
	s.ID = f.next
	f.list = append(f.list, s)
	return s.ID, nil
}

func (f *fakeSaved) DropSearch(_ context.Context, id int64, owner string) error {
	n := len(f.list)
	f.list = slices.DeleteFunc(f.list, func(s SavedSearch) bool { return s.ID == id && s.Owner == owner })
	if len(f.list) == n {
		return review.ErrNotFound
	}
	return nil
}

func TestSavedSearches(t *testing.T) {
	saved := &fakeSaved{}
	s := newSite(t, func(o *Options) { o.Saved = saved })
	page := func(who, path string) string { return s.do(who, "GET", path, nil).Body.String() }
	if body := page("lan", "/search"); strings.Contains(body, `name="query"`) {
		t.Error("an empty search can be saved")
	}
	if body := page("lan", "/search?q=m%E1%BA%A5t+n%C6%B0%E1%BB%9Bc&offset=20&topic=water&from="); !strings.Contains(body, `name="query" value="q=m%E1%BA%A5t&#43;n%C6%B0%E1%BB%9Bc&amp;topic=water"`) {
		t.Errorf("what would be saved is not the search alone: %s", body[strings.Index(body, `name="query"`):][:120])
	}
	form := func(name, query, shared string) url.Values {
		return url.Values{"name": {name}, "query": {query}, "shared": {shared}}
	}
	w := s.do("lan", "POST", "/search/saved", form(" Nước  máy ", "q=nước&offset=40&evil=1", "1"))
	if w.Code != 303 || w.Header().Get("Location") != "/search?q=n%C6%B0%E1%BB%9Bc" {
		t.Fatalf("save: %d to %q", w.Code, w.Header().Get("Location"))
	}
	if x := saved.list[0]; x.Name != "Nước máy" || x.Query != "q=n%C6%B0%E1%BB%9Bc" || !x.Shared || x.Owner != "lan" {
		t.Errorf("saved %+v", x)
	}
	for _, bad := range []url.Values{form("", "q=a", ""), form("tên", "offset=3", ""), form("tên", "q=%zz", ""), form(strings.Repeat("x", 61), "q=a", ""), form("tên", "q="+strings.Repeat("x", 5000), "")} {
		if w := s.do("lan", "POST", "/search/saved", bad); w.Code != 422 {
			t.Errorf("%.60v: %d, want 422", bad, w.Code)
		}
	}
	if body := page("chu.tich", "/search"); !strings.Contains(body, "Nước máy") || strings.Contains(body, "/search/saved/1/drop") {
		t.Error("the leader does not see the shared search, or may drop it")
	}
	if w := s.do("chu.tich", "POST", "/search/saved/1/drop", nil); w.Code != 404 {
		t.Errorf("the leader drops the reviewer's search: %d, want 404", w.Code)
	}
	if w := s.do("cong.an", "POST", "/search/saved", form("x", "q=a", "")); w.Code != 403 {
		t.Errorf("the liaison saves a search: %d, want 403", w.Code)
	}
	// A name that is markup stays text.
	s.do("lan", "POST", "/search/saved", form("<script>", "q=<b>", ""))
	if body := page("lan", "/search?q=<b>"); strings.Contains(body, "<script>alert") || strings.Contains(body, "><script></a>") || !strings.Contains(body, "&lt;script&gt;") {
		t.Error("a saved name is not printed as text")
	}
	if w := s.do("lan", "POST", "/search/saved/1/drop", nil); w.Code != 303 || len(saved.list) != 1 {
		t.Errorf("drop: %d, %d left", w.Code, len(saved.list))
	}
	// What was searched for is in the chain as a fingerprint only.
	if log := strings.Join(s.desk.acts, "\n"); strings.Contains(log, "Nước") || !strings.Contains(log, "search.save") || !strings.Contains(log, "search.drop") {
		t.Errorf("audit: %s", log)
	}

	api := func(method, path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.AddCookie(s.as("lan"))
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w
	}
	w = api("POST", "/api/v1/searches", `{"name":"A","query":"?topic=water","shared":true}`)
	var x SavedSearch
	if err := json.Unmarshal(w.Body.Bytes(), &x); err != nil || w.Code != 200 || x.ID == 0 || x.Query != "topic=water" || x.Owner != "lan" {
		t.Errorf("save: %d %s", w.Code, w.Body)
	}
	if w := api("GET", "/api/v1/searches", ""); w.Code != 200 || !strings.Contains(w.Body.String(), `"name":"A"`) {
		t.Errorf("list: %d %s", w.Code, w.Body)
	}
	if w := api("DELETE", "/api/v1/searches/99", ""); w.Code != 404 {
		t.Errorf("drop an unknown one: %d", w.Code)
	}
	if w := api("DELETE", "/api/v1/searches/x", ""); w.Code != 404 {
		t.Errorf("drop no number: %d", w.Code)
	}
	if w := api("DELETE", "/api/v1/searches/3", ""); w.Code != 204 {
		t.Errorf("drop: %d", w.Code)
	}
	for range maxSearches {
		api("POST", "/api/v1/searches", `{"name":"A","query":"q=x"}`)
	}
	if w := api("POST", "/api/v1/searches", `{"name":"A","query":"q=x"}`); w.Code != 409 {
		t.Errorf("one too many: %d, want 409", w.Code)
	}
}

func TestSearchLike(t *testing.T) {
	var asked indexer.Query
	s := newSite(t, func(o *Options) {
		o.Search = func(_ context.Context, q indexer.Query) (indexer.Result, error) {
			asked = q
			return indexer.Result{}, nil
		}
		o.Item = func(context.Context, string) (news.Item, error) {
			return news.Item{ID: "i1", Text: "Mất nước từ sáng"}, nil
		}
	})
	body := s.do("lan", "GET", "/search?like=i1&topic=water", nil).Body.String()
	if asked.Like != "i1" || asked.Newest || asked.Text != "" || !strings.Contains(body, "Mất nước từ sáng") || !strings.Contains(body, `href="/search?topic=water"`) {
		t.Errorf("asked %+v; the page does not say what it is like", asked)
	}
	if s.do("lan", "GET", "/search?like=i1&q=x", nil); asked.Like != "" || asked.Text != "x" {
		t.Errorf("with words too: %+v", asked)
	}
	if body := s.do("lan", "GET", "/items/i1", nil).Body.String(); !strings.Contains(body, "/search?like=i1") {
		t.Error("the page of an item has no way to similar ones")
	}
}

// TestCaret shows the mistake under the query.
func TestCaret(t *testing.T) {
	s := newSite(t, func(o *Options) {
		o.Search = func(_ context.Context, q indexer.Query) (indexer.Result, error) {
			_, err := query.Parse(q.Text, nil)
			e := &indexer.QueryError{Err: err.(*query.Error)}
			if q.Limit == 7 { // as it is where the index is another role's
				return indexer.Result{}, fromAfar{e.Error(), e.Code()}
			}
			return indexer.Result{}, e
		}
	})
	w := s.do("lan", "GET", "/search?q="+url.QueryEscape(`"mất nước" AND (điện OR`), nil)
	if body := w.Body.String(); w.Code != 422 || !strings.Contains(body, "Ở ký tự 16: Ngoặc thiếu hoặc thừa") || !strings.Contains(body, "(điện OR\n               ^") {
		t.Errorf("%d: %s", w.Code, body[max(0, strings.Index(body, "problem")-20):][:600])
	}
	w = s.do("lan", "GET", "/search?q=%22a%22+AND", nil, "language", "en")
	if body := w.Body.String(); !strings.Contains(body, "At character 8: A word or value is missing here – add it or drop the operator") {
		t.Errorf("in English: %s", body[max(0, strings.Index(body, "problem")-20):][:600])
	}
	// A program gets the code and the place, in its language, also from afar.
	for _, limit := range []string{"20", "7"} {
		w = s.do("lan", "GET", "/api/v1/search?limit="+limit+"&q="+url.QueryEscape("nước AND author:x"), nil)
		if body := w.Body.String(); w.Code != 422 || w.Header().Get("Content-Type") != "application/problem+json" || !strings.Contains(body, `"parameter":"q"`) || !strings.Contains(body, `"code":"E_AUTHOR","column":10`) || !strings.Contains(body, "Ở ký tự 10: Không tìm theo người đăng") {
			t.Errorf("limit %s: %d %s", limit, w.Code, body)
		}
	}
}

// fromAfar is an error as another role's arrives: its words and its code.
type fromAfar struct{ msg, code string }

func (e fromAfar) Error() string { return e.msg }
func (e fromAfar) Code() string  { return e.code }

// TestSearchForm: what narrows a search stays when the form is sent again,
// and what cannot be read is not left out in silence.
func TestSearchForm(t *testing.T) {
	var asked indexer.Query
	s := newSite(t, func(o *Options) {
		o.Search = func(_ context.Context, q indexer.Query) (indexer.Result, error) {
			asked = q
			return indexer.Result{}, nil
		}
		o.Item = func(context.Context, string) (news.Item, error) {
			return news.Item{ID: "i1", Text: "Mất nước"}, nil
		}
	})
	body := s.do("lan", "GET", "/search?like=i1&story=s1&strict=1&tone=negative", nil).Body.String()
	for _, want := range []string{`type="hidden" name="like" value="i1"`, `type="hidden" name="story" value="s1"`, `type="hidden" name="tone" value="negative"`, `name="strict" value="1" checked`} {
		if !strings.Contains(body, want) {
			t.Errorf("the form lost %s", want)
		}
	}
	if body := s.do("lan", "GET", "/search?like=i1&q=x&tone=negative", nil).Body.String(); strings.Contains(body, `name="like"`) || strings.Contains(body, `href="/search?like=i1`) {
		t.Error("typed words do not begin anew")
	}
	for path, want := range map[string]string{
		"/search?q=a&from=h%C3%B4m+qua":             "“hôm qua” không phải là ngày",
		"/search?q=a&to=2026-02-30":                 "“2026-02-30” không phải là ngày",
		"/search?q=a&from=2026-11-20&to=2026-11-19": "Ngày đầu sau ngày cuối",
	} {
		asked = indexer.Query{}
		if w := s.do("lan", "GET", path, nil); w.Code != 422 || !strings.Contains(w.Body.String(), want) || asked.Text != "" {
			t.Errorf("%s: %d, searched %+v", path, w.Code, asked)
		}
	}
	if w := s.do("lan", "GET", "/search?q=a&from=2026-11-20&to=2026-11-20", nil); w.Code != 200 || asked.To.Sub(asked.From).Hours() != 24 {
		t.Errorf("one day: %d, %+v", w.Code, asked)
	}
	for path, want := range map[string]int{
		"q=a&strict=true": 200, "q=a&strict=1": 200, "q=a&strict=maybe": 400, "q=a&tone=angry": 400, "q=a&tone=negative": 200,
		"q=a&from=2026-11-20&to=2026-11-19": 400, "q=a&author=x": 400, "q=a&account=p:1": 400, "q=a&limit=201": 400, "q=a&after=x": 400,
	} {
		asked = indexer.Query{}
		w := s.do("lan", "GET", "/api/v1/search?"+path, nil)
		if w.Code != want || want == 200 && strings.Contains(path, "strict") && !asked.Strict || want != 200 && w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s; searched %+v", path, w.Code, w.Body, asked)
		}
	}
}

// TestExamples makes sure that what the help card shows can be searched.
func TestExamples(t *testing.T) {
	for _, e := range examples {
		if _, err := query.Lenient(e.query, nil); err != nil {
			t.Errorf("%s: %v", e.query, err)
		}
	}
}
