package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"langnghe/crawler"
)

// papers are the sources that setup offers: public feeds of the province and
// the country. Their addresses change; each is asked before it is written.
var papers = []crawler.Source{
	{ID: "baonghean", Name: "Báo Nghệ An", URL: "https://baonghean.vn/rss/home.rss", Prior: 1},
	{ID: "tingia", Name: "Trung tâm Xử lý tin giả Việt Nam (VAFC)", URL: "https://tingia.gov.vn/rss", Reference: true, Claims: "vafc"},
	{ID: "baochinhphu", Name: "Báo Chính phủ", URL: "https://baochinhphu.vn/rss", Reference: true},
	{ID: "vnexpress-thoi-su", Name: "VnExpress – Thời sự", URL: "https://vnexpress.net/rss/thoi-su.rss"},
	{ID: "tuoitre", Name: "Tuổi Trẻ", URL: "https://tuoitre.vn/rss/tin-moi-nhat.rss"},
	{ID: "dantri-xa-hoi", Name: "Dân trí – Xã hội", URL: "https://dantri.com.vn/rss/xa-hoi.rss"},
	{ID: "thanhnien", Name: "Thanh Niên", URL: "https://thanhnien.vn/rss/home.rss"},
	{ID: "vietnamnet-phap-luat", Name: "VietNamNet – Pháp luật", URL: "https://vietnamnet.vn/rss/phap-luat.rss"},
}

// probe asks a site what there is to listen to, and makes a source of it.
func (w *wizard) probe(ctx context.Context, address string) (crawler.Source, error) {
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	s := crawler.Source{ID: w.freeID(sourceID(address)), Kind: "site", URL: address, Internal: w.internal}
	if u, err := url.Parse(address); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return s, fmt.Errorf(w.in2("%q không phải địa chỉ trang web", "%q is no address of a web site"), address)
	}
	if w.offline {
		return s, nil
	}
	w.say("  … đang hỏi %s, mỗi yêu cầu cách nhau 2 giây", "  … asking %s, a request every 2 seconds", address)
	o := crawler.DiscoverOptions{URL: address, Contact: w.cfg.Contact, Internal: w.internal}
	if w.internal {
		o.Pace = 100 * time.Millisecond
	}
	offers, err := crawler.Discover(ctx, o)
	if err != nil {
		return s, err
	}
	offers = slices.DeleteFunc(offers, func(o crawler.Offer) bool { return o.Error != "" || o.Items == 0 })
	if len(offers) == 0 {
		return s, errors.New(w.in2("trang này không có RSS, sitemap hay danh sách bài nào đọc được", "the site has no feed, sitemap or list of articles that can be read"))
	}
	offers = offers[:min(5, len(offers))]
	var words []string
	for i := range offers {
		words = append(words, strconv.Itoa(i+1))
	}
	pick, err := w.choose(nil, "Nghe địa chỉ nào", "Listen to which", "1", words, func(i int) string {
		o := offers[i]
		return fmt.Sprintf("%s %s, %d %s", o.Kind, o.URL, o.Items, w.in2("mục", "items"))
	})
	if err != nil {
		return s, err
	}
	n, _ := strconv.Atoi(pick)
	best := offers[n-1]
	s.Kind, s.URL, s.Name = best.Kind, best.URL, cleanLine(best.Title)
	w.say("  ✓ %s: %d mục", "  ✓ %s: %d items", best.URL, best.Items)
	return s, nil
}

func (w *wizard) freeID(id string) string {
	taken := func(id string) bool {
		return slices.ContainsFunc(w.cfg.Sources, func(s crawler.Source) bool { return s.ID == id })
	}
	if !taken(id) {
		return id
	}
	for i := 2; ; i++ {
		if next := fmt.Sprintf("%s-%d", id[:min(len(id), 36)], i); !taken(next) {
			return next
		}
	}
}

// none reports whether an answer says that there is no such thing.
func none(s string) bool {
	switch strings.ToLower(s) {
	case "", "none", "no", "n", "không", "khong", "k", "-":
		return true
	}
	return false
}

func (w *wizard) portal(ctx context.Context) error {
	_, err := w.ask(w.flags["portal"], "Địa chỉ cổng thông tin của phường (bỏ trống nếu chưa có)", "Address of the ward's portal (may be empty)", "", func(s string) error {
		if none(s) {
			return nil
		}
		src, err := w.probe(ctx, s)
		if err != nil {
			return err
		}
		if src.Name == "" {
			src.Name = "Cổng thông tin điện tử phường"
		}
		src.Items, src.Prior, src.Reference = "official", 3, true
		w.cfg.Sources = append(w.cfg.Sources, src)
		return nil
	})
	return err
}

// papers offers the list one by one, and asks those that are wanted.
func (w *wizard) papers(ctx context.Context) error {
	want := map[string]bool{}
	if given := w.flags["papers"]; given != nil || w.yes {
		ids := "all"
		if given != nil {
			ids = *given
		}
		for _, p := range papers {
			want[p.ID] = ids == "all"
		}
		if ids != "all" && !none(ids) {
			for id := range strings.SplitSeq(ids, ",") {
				id = strings.TrimSpace(id)
				if _, ok := want[id]; !ok {
					return usagef("-papers: there is no %q", id)
				}
				want[id] = true
			}
		}
	} else {
		w.say("Báo chí (đọc qua RSS công khai):", "Papers (read by their public feeds):")
		for _, p := range papers {
			ok, err := w.confirm("  "+p.Name+"?", "  "+p.Name+"?", true)
			if err != nil {
				return err
			}
			want[p.ID] = ok
		}
	}
	for _, p := range papers {
		if !want[p.ID] {
			continue
		}
		p.Kind = "feed"
		if !w.offline {
			offers, err := crawler.Discover(ctx, crawler.DiscoverOptions{URL: p.URL, Contact: w.cfg.Contact})
			if err == nil && (len(offers) == 0 || offers[0].Items == 0 || offers[0].Error != "") {
				err = errors.New(w.in2("không có mục nào", "it lists nothing"))
			}
			if err != nil {
				w.say("  ! %s: %v. Vẫn ghi vào; trang Nguồn tin sẽ báo nếu còn lỗi.", "  ! %s: %v. It is written all the same; the page Sources tells when that stays so.", p.Name, err)
			} else {
				w.say("  ✓ %s: %d mục", "  ✓ %s: %d items", p.Name, offers[0].Items)
			}
		}
		w.cfg.Sources = append(w.cfg.Sources, p)
	}
	return nil
}

func (w *wizard) sites(ctx context.Context) error {
	for i := 0; ; i++ {
		var given *string
		if list := w.lists["site"]; i < len(list) {
			given = &list[i]
		} else if w.yes || len(list) > 0 {
			return nil
		}
		more := false
		_, err := w.ask(given, "Trang web khác muốn nghe (bỏ trống để đi tiếp)", "Another site to listen to (empty to go on)", "", func(s string) error {
			if s == "" {
				return nil
			}
			src, err := w.probe(ctx, s)
			if err == nil {
				w.cfg.Sources, more = append(w.cfg.Sources, src), true
			}
			return err
		})
		if err != nil || !more {
			return err
		}
	}
}
