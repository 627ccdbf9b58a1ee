package forum

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	u, _ := url.Parse("https://dien-dan.example/")
	posts, err := Parse([]byte(`<div itemscope itemtype="https://schema.org/DiscussionForumPosting"><a itemprop="url" href="/t/1">x</a>
<div itemprop="text">Bài gốc.<div itemprop="comment" itemscope itemtype="https://schema.org/Comment"><p itemprop="text">Trả lời trong bài.</p><span itemprop="author">Na</span></div></div>
<div itemprop="author" itemscope itemtype="https://schema.org/Person"><a itemprop="url" href="/u/teo">x</a><span itemprop="name">Tèo</span></div>
<div itemprop="interactionStatistic" itemscope itemtype="https://schema.org/InteractionCounter"><meta itemprop="text" content="99"></div>
<meta itemprop="commentCount" content="5"><meta itemprop="datePublished" content="2026-11-20T08:00:00Z"></div>
<div itemscope itemtype="https://schema.org/Recipe"><p itemprop="text">Không phải bài.</p></div>`), Options{URL: u, Now: time.Now()})
	if err != nil || len(posts) != 2 {
		t.Fatalf("Parse = %+v, %v", posts, err)
	}
	if p := posts[0]; p.Comment || p.Text != "Bài gốc." || p.URL != "https://dien-dan.example/t/1" || p.Author != "/u/teo" || p.Replies != 5 || p.Published.IsZero() || p.Parent != -1 {
		t.Errorf("post %+v", p)
	}
	if p := posts[1]; !p.Comment || p.Text != "Trả lời trong bài." || p.Parent != 0 || p.Author != "Na" {
		t.Errorf("comment %+v", p)
	}
	if _, err := Parse([]byte("<p>x"), Options{}); !errors.Is(err, ErrNoPosts) {
		t.Errorf("err = %v, want ErrNoPosts", err)
	}
}

// An answer points at something before it.
func FuzzParse(f *testing.F) {
	f.Add(`<div itemscope itemtype="https://schema.org/Comment"><p itemprop="text">a<i itemscope itemtype="http://schema.org/Comment">b`)
	f.Add(strings.Repeat(`<b itemscope itemtype="http://schema.org/Comment" itemprop="comment text">`, 60))
	f.Fuzz(func(t *testing.T, doc string) {
		posts, err := Parse([]byte(doc), Options{})
		if err != nil {
			return
		}
		for i, p := range posts {
			if p.Parent >= i {
				t.Errorf("post %d answers %d", i, p.Parent)
			}
		}
	})
}
