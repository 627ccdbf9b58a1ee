package social

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"langnghe/internal/news"
)

// gdelt asks the DOC 2.0 API of the GDELT project, an index of the world's
// press, for articles that hold the source's words. It gives addresses and
// titles; the articles are then read from the papers' own pages, each with
// that site's manners. It answers at most one request in five seconds, which a visit keeps, as it
// asks once.
//
// Written from the API's public documentation.
var gdelt = Platform{Name: "gdelt", Items: news.Article, Pages: 1, Start: gdeltStart, Read: gdeltRead, Fault: gdeltFault}

func gdeltStart(u *url.URL, _ bool) ([]Request, error) {
	if len(strings.TrimSpace(u.Query().Get("query"))) < 5 {
		return nil, errors.New(`needs https://api.gdeltproject.org/api/v2/doc/doc?query=WORDS, with words of at least five letters in all, such as query="Thái Hòa" Nghệ An`)
	}
	api := *u
	q := api.Query()
	q.Set("mode", "artlist")
	q.Set("format", "json")
	api.RawQuery = q.Encode()
	return []Request{{URL: with(&api, "maxrecords", "100", "timespan", "1d", "sort", "datedesc")}}, nil
}

var gdeltLangs = map[string]string{"vietnamese": "vi", "english": "en", "chinese": "zh", "french": "fr", "lao": "lo", "thai": "th", "khmer": "km"}

func gdeltRead(data []byte, _ Options) (Page, error) {
	var p Page
	start := bytes.TrimSpace(data)
	if len(start) == 0 || string(start) == "{}" {
		return p, nil // nothing found
	}
	if start[0] != '{' && start[0] != '[' {
		return p, gdeltSays(http.StatusOK, start)
	}
	err := entries("gdelt", data, []string{"articles"}, func(raw json.RawMessage) error {
		p.Read++
		var a struct {
			URL      string `json:"url"`
			Title    string `json:"title"`
			Seen     stamp  `json:"seendate"`
			Language string `json:"language"`
		}
		if err := json.Unmarshal(raw, &a); err != nil {
			p.Notes = append(p.Notes, fmt.Sprintf("entry %d: %v", p.Read, err))
			return nil
		}
		if a.URL == "" {
			return nil
		}
		// The index puts spaces round marks in titles.
		title := strings.NewReplacer(" ,", ",", " .", ".", " :", ":", " ;", ";", " ?", "?", " !", "!", "“ ", "“", " ”", "”").Replace(strings.Join(strings.Fields(a.Title), " "))
		p.Posts = append(p.Posts, Post{
			Kind: news.Article, ID: a.URL, URL: a.URL, Title: title, Page: true,
			Published: a.Seen.Time, Lang: gdeltLangs[strings.ToLower(a.Language)],
		})
		return nil
	}, nil)
	return p, err
}

// gdeltSays makes an error of a sentence that came in place of JSON.
func gdeltSays(status int, data []byte) error {
	message := short(string(data[:min(len(data), 500)]))
	low := strings.ToLower(message)
	switch {
	case strings.Contains(low, "limit requests"), strings.Contains(low, "rate limit"):
		return &Fault{Platform: "gdelt", Why: Quota, Status: status, Message: message, After: 10 * time.Minute}
	case strings.HasPrefix(low, "<"):
		return &Fault{Platform: "gdelt", Why: Trouble, Status: status}
	}
	return fmt.Errorf("gdelt: it does not take the query: %s", message)
}

func gdeltFault(status int, data []byte, _ time.Time) error {
	if status == http.StatusTooManyRequests {
		return &Fault{Platform: "gdelt", Why: Quota, Status: status, After: 10 * time.Minute}
	}
	return nil
}
