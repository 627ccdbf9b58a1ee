package web

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"langnghe/alerts"
	"langnghe/indexer"
	"langnghe/internal/news"
	"langnghe/review"
)

// What is kept from the person who asks is neither found, counted nor named.
// The desk says what that is; every question that pages and the API ask the
// index or the alerts goes through this file.

// find searches for a person. What the desk knows to be kept from them is
// left out by the index itself, counts and facets included; what it learns
// only from the words of a hit is left out of a second search.
func (s *server) find(ctx context.Context, q indexer.Query, u review.User) (indexer.Result, error) {
	if !review.Sighted(u.Role) {
		return s.Search(ctx, q)
	}
	if q.Like != "" {
		if _, err := s.itemOf(ctx, q.Like, u); err != nil {
			return indexer.Result{}, err
		}
	}
	ids, err := s.Desk.HiddenIDs(ctx, u)
	if err != nil {
		return indexer.Result{}, err
	}
	q.Without = ids
	for try := 0; ; try++ {
		res, err := s.Search(ctx, q)
		if err != nil {
			return res, err
		}
		items := make([]news.Item, len(res.Hits))
		for i, h := range res.Hits {
			items[i] = h.Item
		}
		hidden, err := s.Desk.Hidden(ctx, items, u)
		if err != nil {
			return indexer.Result{}, err
		}
		if len(hidden) == 0 {
			return res, nil
		}
		if try == 3 { // a page of nothing else
			// How many more there are is not known without a look at each, so
			// nothing is counted that was not looked at.
			res.Hits = slices.DeleteFunc(res.Hits, func(h indexer.Hit) bool { return hidden[h.Item.ID] })
			res.Total, res.More, res.Facets = q.Offset+len(res.Hits), true, nil
			return res, nil
		}
		for id := range hidden {
			q.Without = append(q.Without, id)
		}
	}
}

// itemOf is one item of the index for a person; one that is kept from them
// does not exist.
func (s *server) itemOf(ctx context.Context, id string, u review.User) (news.Item, error) {
	if s.Item == nil {
		return news.Item{}, errOff
	}
	it, err := s.Item(ctx, id)
	if err != nil {
		return it, err
	}
	hidden, err := s.Desk.Hidden(ctx, []news.Item{it}, u)
	if err != nil {
		return news.Item{}, err
	}
	if hidden[it.ID] {
		return news.Item{}, errNotFound
	}
	return it, nil
}

// visible leaves the ids of the items that the person may see.
func (s *server) visible(ctx context.Context, ids []string, u review.User) []string {
	if !review.Sighted(u.Role) || len(ids) == 0 {
		return ids
	}
	var out []string
	for _, id := range ids {
		if _, err := s.itemOf(ctx, id, u); err == nil {
			out = append(out, id)
		}
	}
	return out
}

// maxRecorded bounds the ids that one entry of the log names.
const maxRecorded = 200

// recordShown writes into the audit chain which items a page shows, as one
// entry. Those that are kept from the leader bear a mark, so that the log
// names them to nobody from whom they are kept.
func (s *server) recordShown(r *http.Request, act, object, detail string, items []news.Item) error {
	var b strings.Builder
	b.WriteString(detail)
	for i := range items {
		if i == maxRecorded {
			fmt.Fprintf(&b, " +%d", len(items)-i)
			break
		}
		b.WriteString(" " + review.AuditItem(&items[i]))
	}
	return s.record(r, act, object, strings.TrimSpace(b.String()))
}

func itemsOf(hits []indexer.Hit) []news.Item {
	out := make([]news.Item, len(hits))
	for i, h := range hits {
		out[i] = h.Item
	}
	return out
}

// hubOf is the watch of the inbox that counts what the person may see.
func (s *server) hubOf(u review.User) *hub {
	if review.Sighted(u.Role) {
		return s.narrow
	}
	return s.hub
}

// not reports whether a notice goes past the role of the person.
func not(roles []string, u review.User) bool { return slices.Contains(roles, string(u.Role)) }

// caseIDs finds cases that a text of the program names.
var caseIDs = regexp.MustCompile(`V-\d{4}-\d{4,}`)

// sightOf takes what a person may not know of out of the overview.
func (s *server) sightOf(ctx context.Context, o alerts.Overview, u review.User) (alerts.Overview, error) {
	if !review.Sighted(u.Role) {
		return o, nil
	}
	keeps := func(text string) bool { return s.names(ctx, text, u) }
	o.Watches = slices.DeleteFunc(slices.Clone(o.Watches), func(w alerts.Watch) bool { return not(w.Not, u) || keeps(w.Group) })
	o.Acks = slices.DeleteFunc(slices.Clone(o.Acks), func(q alerts.Quiet) bool { return not(q.Not, u) || keeps(q.Group) })
	o.Silences = s.silencesOf(ctx, o.Silences, u)
	o.Muted = slices.DeleteFunc(slices.Clone(o.Muted), func(m alerts.MutedCount) bool { return keeps(m.Why + m.Reason.VI + m.Reason.EN) })
	return o, nil
}

// names reports whether a text of the program names a case that is kept from
// the person, or of which nobody can say whether it is.
func (s *server) names(ctx context.Context, text string, u review.User) bool {
	return slices.ContainsFunc(caseIDs.FindAllString(text, -1), func(id string) bool {
		hide, err := s.Desk.Keeps(ctx, id, u)
		return hide || err != nil
	})
}

// silencesOf are the silences that a person may know of.
func (s *server) silencesOf(ctx context.Context, list []alerts.Silence, u review.User) []alerts.Silence {
	list = slices.Clone(list)
	if review.Sighted(u.Role) {
		list = slices.DeleteFunc(list, func(x alerts.Silence) bool { return not(x.Not, u) || s.names(ctx, x.Group, u) })
	}
	for i := range list {
		list[i].Not = nil
	}
	return list
}
