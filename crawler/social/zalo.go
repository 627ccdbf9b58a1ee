package social

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"

	"langnghe/internal/news"
)

// zalo is the ward's own Official Account. Zalo sends what residents write to
// it as webhook events; there is nothing to ask for. A message is written to
// the ward and not to the public, so it is a tip: no account, not even a
// pseudonym, stays with it. Pictures, files, places, contact forms and calls
// are not read.
//
// Written from Zalo's public documentation of OA webhook events.
var zalo = Platform{Name: "zalo", Items: news.Tip, Start: zaloStart, Read: zaloRead}

var zaloID = regexp.MustCompile(`^\d{5,25}$`)

func zaloStart(u *url.URL, _ bool) ([]Request, error) {
	if p := segments(u); len(p) != 1 || !zaloID.MatchString(p[0]) {
		return nil, errors.New("needs the address of the ward's Official Account, https://zalo.me/NUMBER, with its OA id")
	}
	return nil, nil
}

// ZaloOA is the id of the account that a source's address names.
func ZaloOA(u *url.URL) string {
	if p := segments(u); len(p) == 1 {
		return p[0]
	}
	return ""
}

type zaloEvent struct {
	Name      string `json:"event_name"`
	Time      stamp  `json:"timestamp"`
	Recipient struct {
		ID text `json:"id"`
	} `json:"recipient"`
	OA      text `json:"oa_id"`
	Message struct {
		ID   text   `json:"msg_id"`
		Text string `json:"text"`
	} `json:"message"`
}

// text is a string that may be written as a number.
type text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *text) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) != nil {
		s = string(b)
	}
	*t = text(s)
	return nil
}

func zaloRead(data []byte, o Options) (Page, error) {
	var p Page
	one := func(raw json.RawMessage) error {
		p.Read++
		var e zaloEvent
		if err := json.Unmarshal(raw, &e); err != nil {
			p.Notes = append(p.Notes, fmt.Sprintf("event %d: %v", p.Read, err))
			return nil
		}
		if o.Source != nil && is(o.Source, "zalo.me") {
			to := e.Recipient.ID
			if to == "" {
				to = e.OA
			}
			if to != "" && string(to) != ZaloOA(o.Source) {
				p.Notes = append(p.Notes, fmt.Sprintf("event %d is for another account", p.Read))
				return nil
			}
		}
		switch e.Name {
		case "user_send_text", "user_send_image", "user_send_link", "user_send_file", "user_send_video", "anonymous_send_text":
		default:
			return nil
		}
		if e.Message.Text != "" {
			p.Posts = append(p.Posts, Post{Kind: news.Tip, ID: string(e.Message.ID), Text: e.Message.Text, Published: e.Time.Time})
		}
		return nil
	}
	fields := 0
	err := entries("zalo", data, []string{"events"}, one, func(string, json.RawMessage) error { fields++; return nil })
	if err == nil && p.Read == 0 && fields > 0 {
		err = one(data)
	}
	return p, err
}
