package web

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"langnghe/rules"
)

type rulesPage struct {
	frame
	Off     bool
	List    rules.List
	File    string     // in the editor
	Editing string     // id of the rule that it is of
	Form    rules.Form // its query as boxes
	Text    string     // its query, when the boxes cannot say it
	Checked *rules.CheckResult
	Preview *rules.Preview
	Hash    string // of the preview that may be saved
	Days    int
	Problem string
}

// Bad lists what is wrong, in the order of the file.
func (p rulesPage) Bad() []rules.Problem {
	if p.Checked == nil {
		return nil
	}
	return p.Checked.Problems
}

// Percent is a share in whole per cent.
func (rulesPage) Percent(share float64) int { return int(math.Round(share * 100)) }

// show puts what was understood of a file into the editor.
func (p *rulesPage) show(c rules.CheckResult) {
	if c.File != "" {
		p.File = c.File
	}
	if c.Form != nil {
		p.Form = *c.Form
	} else {
		p.Text = c.Query
	}
}

// ruleForm reads the boxes, one phrase a line.
func ruleForm(r *http.Request) *rules.Form {
	lines := func(name string) (out []string) {
		for l := range strings.Lines(r.FormValue(name)) {
			if l = strings.TrimSpace(l); l != "" {
				out = append(out, l)
			}
		}
		return out
	}
	n, _ := strconv.Atoi(r.FormValue("within")) // what is no number is 0: side by side
	return &rules.Form{Any: lines("any"), All: lines("all"), None: lines("none"), Near: lines("near"), NearTo: lines("near_to"), Within: n,
		Fold: r.FormValue("fold") != "", Title: r.FormValue("title") != ""}
}

func (s *server) rules(w http.ResponseWriter, r *http.Request) error {
	return s.rulesPage(w, r, http.StatusOK, rulesPage{Editing: r.FormValue("edit")})
}

func (s *server) rulesPage(w http.ResponseWriter, r *http.Request, status int, p rulesPage) error {
	p.frame = s.frame(r, visitorOf(r).t.T("rules.title"))
	p.Days = 30
	if s.Rules == nil {
		p.Off = true
		return s.renderStatus(w, r, status, "rules", p)
	}
	list, err := s.Rules(r.Context())
	if err != nil {
		return fmt.Errorf("rules: %w", err)
	}
	p.List = list
	p.List.Rules = slices.Clone(list.Rules)
	slices.SortStableFunc(p.List.Rules, func(a, b rules.Info) int { return int(b.Level) - int(a.Level) })
	if p.File == "" && p.Editing != "" {
		for _, x := range list.Rules {
			if x.ID == p.Editing {
				p.File = x.Source
			}
		}
		if p.File != "" && s.Check != nil {
			c, err := s.Check(r.Context(), rules.CheckRequest{File: p.File})
			if err != nil {
				return fmt.Errorf("rules: %w", err)
			}
			p.show(c)
		}
	}
	if p.Form.Within == 0 && len(p.Form.Near) == 0 {
		p.Form.Within = 5 // to begin with
	}
	return s.renderStatus(w, r, status, "rules", p)
}

// tryRule puts the query of the boxes into a rule file, checks it, shows what
// it would have flagged, or saves what was previewed. Nothing is saved that nobody has looked at.
func (s *server) tryRule(w http.ResponseWriter, r *http.Request) error {
	if s.Check == nil || s.Preview == nil || s.Save == nil {
		return errOff
	}
	ctx, t := r.Context(), visitorOf(r).t
	p := rulesPage{File: r.FormValue("file"), Editing: r.FormValue("edit")}
	req := rules.CheckRequest{File: p.File}
	if r.FormValue("act") == "form" {
		req.Form = ruleForm(r)
	}
	checked, err := s.Check(ctx, req)
	if err != nil {
		return fmt.Errorf("rules: %w", err)
	}
	p.Checked = &checked
	p.show(checked)
	if len(checked.Problems) > 0 {
		return s.rulesPage(w, r, http.StatusUnprocessableEntity, p)
	}
	switch r.FormValue("act") {
	case "preview":
		preview, err := s.previewRule(r, p.File, 30)
		if err != nil {
			return err
		}
		p.Preview, p.Hash = &preview, preview.Hash
	case "save":
		p.Hash = r.FormValue("hash")
		if p.Hash == "" {
			p.Problem = t.T("rules.preview_first")
			return s.rulesPage(w, r, http.StatusUnprocessableEntity, p)
		}
		saved, err := s.saveRule(r, p.File, p.Hash)
		if err != nil {
			return err
		}
		if len(saved.Problems) > 0 {
			p.Checked, p.Hash = &saved, ""
			return s.rulesPage(w, r, http.StatusUnprocessableEntity, p)
		}
		return seeOther(w, r, "/rules", "rule")
	}
	return s.rulesPage(w, r, http.StatusOK, p)
}

// previewRule shows what a rule would have flagged. It shows items, so it is
// accounted for.
func (s *server) previewRule(r *http.Request, file string, days int) (p rules.Preview, err error) {
	if s.Preview == nil {
		return p, errOff
	}
	if err := s.record(r, "rule.preview", "", strconv.Itoa(days)); err != nil {
		return p, err
	}
	if p, err = s.Preview(r.Context(), rules.PreviewRequest{File: file, Days: days}); err != nil {
		return p, fmt.Errorf("rules: %w", err)
	}
	return p, nil
}

// saveRule stores a rule that was previewed, unless it has problems.
func (s *server) saveRule(r *http.Request, file, hash string) (c rules.CheckResult, err error) {
	if s.Save == nil {
		return c, errOff
	}
	if c, err = s.Save(r.Context(), rules.SaveRequest{File: file, Hash: hash, By: by(r).Name}); err != nil {
		return c, fmt.Errorf("rules: %w", err)
	}
	if len(c.Problems) > 0 {
		return c, nil
	}
	return c, s.record(r, "rule.save", c.Hash, shorten(c.Canonical, 200))
}
