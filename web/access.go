package web

import (
	"slices"

	"langnghe/review"
)

// who is the set of roles that may use a route. The two special sets are
// named; all others list roles.
type who []review.Role

// all the roles, in the order in which pages list them.
var roles = []review.Role{review.Reviewer, review.Leader, review.Justice, review.Liaison, review.Office, review.Editor, review.Khoi, review.Unit, review.Admin}

// Who may use what. The desk refuses again what a role must not do; this
// table keeps people from pages that are not their work. Two lines matter
// most: the police liaison is in handoffs and nowhere else that shows
// content, and the administrator is nowhere that shows content.
var (
	anyone   = who(nil)
	everyone = who(roles)

	reviewers   = who{review.Reviewer}
	judges      = who{review.Reviewer, review.Leader}
	leaders     = who{review.Leader}
	signers     = who{review.Leader, review.Justice} // Justice where the case is kept from the leader
	justices    = who{review.Justice}
	liaisons    = who{review.Liaison}
	admins      = who{review.Admin}
	content     = who{review.Reviewer, review.Leader, review.Justice} // single items
	figures     = who{review.Reviewer, review.Leader, review.Justice, review.Office}
	cases       = who{review.Reviewer, review.Leader, review.Justice, review.Office, review.Editor}                           // see [own]
	caseReaders = who{review.Reviewer, review.Leader, review.Justice, review.Office, review.Editor, review.Unit, review.Khoi} // see [own]
	complaints  = who{review.Reviewer, review.Leader, review.Office, review.Unit, review.Khoi}
	answerers   = who{review.Reviewer, review.Office, review.Unit, review.Khoi}
	handers     = who{review.Unit, review.Khoi}
	publishers  = who{review.Reviewer, review.Editor}
	handoffs    = who{review.Leader, review.Justice, review.Liaison}
	registrars  = who{review.Reviewer, review.Office, review.Justice}
	confirmers  = who{review.Reviewer, review.Office, review.Justice, review.Leader}
	documents   = who{review.Reviewer, review.Leader, review.Justice, review.Office, review.Editor}
	boards      = who{review.Khoi}
	ruleReaders = who{review.Reviewer, review.Leader, review.Justice}
	sources     = who{review.Reviewer, review.Leader, review.Office, review.Admin}
	notices     = who{review.Reviewer, review.Leader, review.Admin}
	auditors    = who{review.Justice, review.Leader}

	// Reports and ledgers: the desk says again which kinds each role sees.
	reportReaders = who{review.Reviewer, review.Leader, review.Justice, review.Office, review.Editor, review.Khoi, review.Unit}
	reportWriters = who{review.Reviewer, review.Leader, review.Justice, review.Office, review.Editor}
	recallers     = who{review.Leader, review.Reviewer, review.Office}
	returners     = who{review.Leader, review.Justice}
	registry      = who{review.Office, review.Reviewer}
	answersRead   = who{review.Reviewer, review.Leader, review.Office, review.Justice}
	ledgerKeepers = who{review.Reviewer, review.Leader, review.Justice, review.Office, review.Editor, review.Khoi, review.Unit}
)

func (w who) has(u *review.User) bool {
	return w == nil || u != nil && slices.Contains(w, u.Role)
}

// can reports whether a person may use a route, for links and buttons.
func (s *server) can(u *review.User, pattern string) bool {
	w, ok := s.access[pattern]
	return ok && w.has(u)
}

// own reports whether a case is the person's work. Units and khối see what
// is assigned to them, editors what is approved for publication.
func own(u review.User, c *review.Case) bool {
	switch u.Role {
	case review.Unit, review.Khoi:
		return u.Unit != "" && c.Unit == u.Unit
	case review.Editor:
		return c.State == review.Approved || c.State == review.Published
	}
	return true
}

// front is the page on which each role starts.
func front(r review.Role) string {
	switch r {
	case review.Reviewer:
		return "/inbox"
	case review.Leader, review.Office, review.Editor:
		return "/cases"
	case review.Justice, review.Liaison:
		return "/handoffs"
	case review.Unit, review.Khoi:
		return "/complaints"
	}
	return "/machine"
}

// nav lists the pages by group, in the order of the menu.
var nav = []struct {
	group string
	pages []struct{ path, key string }
}{
	{"nav.work", []struct{ path, key string }{
		{"/inbox", "nav.inbox"}, {"/cases", "nav.cases"}, {"/complaints", "nav.feedback"}, {"/board", "nav.board"}, {"/handoffs", "nav.handoffs"},
	}},
	{"nav.look", []struct{ path, key string }{
		{"/search", "nav.search"}, {"/trends", "nav.trends"}, {"/documents", "nav.documents"}, {"/rumours", "nav.rumours"}, {"/radar", "nav.radar"},
		{"/reports", "nav.reports"}, {"/ledgers", "nav.ledgers"},
	}},
	{"nav.machine", []struct{ path, key string }{
		{"/alerts", "nav.alerts"}, {"/rules", "nav.rules"}, {"/sources", "nav.sources"}, {"/machine", "nav.machine_state"},
	}},
	{"nav.house", []struct{ path, key string }{
		{"/audit", "nav.audit"}, {"/privacy/requests", "nav.requests"}, {"/users", "nav.users"}, {"/help", "nav.help"},
	}},
}
