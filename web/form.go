package web

import (
	"bytes"
	"errors"
	"io"
	"net/http"

	"langnghe/official/paper"
	"langnghe/reports/lint"
)

// The form of documents that people make by hand: the file is read, what is
// wrong is listed, and nothing of it is kept.

type formPage struct {
	frame
	Name     string
	Checked  bool
	Findings []lint.Finding
	Problem  string
}

func (s *server) formPage(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, r, "form", formPage{frame: s.frame(r, visitorOf(r).t.T("form.title"))})
}

func (s *server) checkForm(w http.ResponseWriter, r *http.Request) error {
	t := visitorOf(r).t
	p := formPage{frame: s.frame(r, t.T("form.title"))}
	refuse := func(status int, key string) error {
		p.Problem = t.T(key)
		return s.renderStatus(w, r, status, "form", p)
	}
	file, header, err := r.FormFile("file")
	if large := new(http.MaxBytesError); errors.As(err, &large) {
		return refuse(http.StatusRequestEntityTooLarge, "form.large")
	}
	if err != nil {
		return refuse(http.StatusBadRequest, "documents.no_file")
	}
	defer file.Close()
	defer func() { _ = r.MultipartForm.RemoveAll() }()
	data, err := io.ReadAll(io.LimitReader(file, paper.MaxFile+1))
	if err != nil {
		return err
	}
	if len(data) > paper.MaxFile {
		return refuse(http.StatusRequestEntityTooLarge, "form.large")
	}
	p.Name = header.Filename
	if p.Findings, err = lint.File(bytes.NewReader(data), int64(len(data))); err != nil {
		return refuse(http.StatusUnprocessableEntity, "form.unreadable") // whatever is wrong with it, the way out is the same
	}
	p.Checked = true
	return s.render(w, r, "form", p)
}

type formOut struct {
	Findings []lint.Finding `json:"findings"`
}

func (s *server) apiForm(c *call, _ none) (out formOut, err error) {
	data, err := io.ReadAll(c.Body)
	if err != nil {
		return out, err
	}
	found, err := lint.File(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return out, &problem{status: http.StatusUnprocessableEntity, key: "form.unreadable", code: "document"}
	}
	return formOut{append([]lint.Finding{}, found...)}, nil
}
