package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"langnghe/crawler"
	"langnghe/internal/news"
	"langnghe/internal/reading"
	"langnghe/official"
)

// lines calls f for each non-empty line of JSON Lines input; an error names
// the file and the line.
func (c *call) lines(name string, f func(line []byte) error) error {
	in, err := c.input(name)
	if err != nil {
		return err
	}
	defer in.Close()
	if name == "" || name == "-" {
		name = "standard input"
	}
	sc := bufio.NewScanner(in)
	sc.Buffer(make([]byte, 0, 64<<10), 16<<20)
	n := 0
	for sc.Scan() {
		n++
		if len(bytes.TrimSpace(sc.Bytes())) == 0 {
			continue
		}
		if err := f(sc.Bytes()); err != nil {
			return fmt.Errorf("%s:%d: %w", name, n, err)
		}
	}
	if err := sc.Err(); err != nil {
		return fmt.Errorf("%s:%d: %w", name, n+1, err)
	}
	return nil
}

// items is lines for Items: unknown fields are ignored, a missing text is an
// error.
func (c *call) items(name string, f func(news.Item) error) error {
	return c.lines(name, func(line []byte) error {
		it, err := decodeItem(line)
		if err != nil {
			return err
		}
		return f(it)
	})
}

func decodeItem(line []byte) (news.Item, error) {
	var probe struct {
		Text *string `json:"text"`
	}
	var it news.Item
	if err := json.Unmarshal(line, &it); err != nil {
		return it, err
	}
	if err := json.Unmarshal(line, &probe); err != nil {
		return it, err
	}
	if probe.Text == nil {
		return it, errors.New(`the item has no "text"`)
	}
	return it, nil
}

func jsonLines(w io.Writer) (*json.Encoder, func() error) {
	b := bufio.NewWriter(w)
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	return enc, b.Flush
}

// kindsHelp lists the kinds of documents, one a line.
func kindsHelp() string {
	var b strings.Builder
	for _, k := range crawler.Kinds {
		fmt.Fprintf(&b, "\n  %-9s %s", k, crawler.KindWords[k])
	}
	return b.String()
}

func runParse(_ context.Context, c *call) error {
	var as, url, source string
	fs, err := c.flags("zone", func(fs *flag.FlagSet) {
		fs.StringVar(&as, "as", "", "`kind` of document:"+kindsHelp())
		fs.StringVar(&url, "url", "", "`address` that the document was saved from")
		fs.StringVar(&source, "source", "", "`id` of the source")
	})
	if err != nil {
		return err
	}
	if as == "" || url == "" || fs.NArg() == 0 {
		return usagef("needs -as, -url and a file (- for the standard input)")
	}
	zone, err := time.LoadLocation(c.zone)
	if err != nil {
		return usagef("there is no time zone %q", c.zone)
	}
	enc, flush := jsonLines(c.out)
	var errs []error
	for _, name := range fs.Args() {
		in, err := c.input(name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		data, err := io.ReadAll(in)
		_ = in.Close()
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
			continue
		}
		found, err := crawler.Parse(as, url, data, crawler.ParseOptions{Zone: zone, Source: crawler.Source{ID: source}})
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err)) // the rest goes on
		}
		for _, it := range found {
			if err := enc.Encode(it); err != nil {
				return err
			}
		}
	}
	return errors.Join(append(errs, flush())...)
}

func runRead(_ context.Context, c *call) error {
	var explain bool
	var lexicons string
	fs, err := c.flags("profile lang", func(fs *flag.FlagSet) {
		fs.BoolVar(&explain, "explain", false, "say in words, for people, what is read and why")
		fs.StringVar(&lexicons, "lexicons", "", "`folder` of lexicons in place of the built-in ones of the same name")
	})
	if err != nil {
		return err
	}
	var r *reading.Reader
	if lexicons == "" {
		r, err = reading.New(c.profile)
	} else {
		r, err = reading.NewDir(lexicons, c.profile)
	}
	if err != nil {
		return usageError{err}
	}
	enc, flush := jsonLines(c.out)
	err = c.items(fs.Arg(0), func(it news.Item) error {
		read := r.Read(&it, 0)
		if explain {
			return r.Explain(c.out, &it, &read, c.lang)
		}
		return enc.Encode(struct {
			ID      string       `json:"id"`
			Reading news.Reading `json:"reading"`
		}{it.ID, read})
	})
	return errors.Join(err, flush())
}

func runStories(_ context.Context, c *call) error {
	fs, err := c.flags("", nil)
	if err != nil {
		return err
	}
	stories := reading.NewStories(0)
	enc, flush := jsonLines(c.out)
	err = c.items(fs.Arg(0), func(it news.Item) error {
		text := it.Text
		if it.Title != "" {
			text = it.Title + "\n" + text
		}
		return enc.Encode(struct {
			ID    string `json:"id"`
			Story string `json:"story"`
		}{it.ID, stories.Add(it.ID, text, it.At())})
	})
	return errors.Join(err, flush())
}

// documents reads every official document of a folder; all mistakes at once.
func documents(dir string) ([]official.Document, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return nil, err
	}
	var docs []official.Document
	var errs []error
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil || info.IsDir() || strings.HasPrefix(filepath.Base(name), ".") {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		doc, err := official.ParseDocument(name, data)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		docs = append(docs, doc)
	}
	if len(docs) == 0 && len(errs) == 0 {
		return nil, fmt.Errorf("%s: there is no document in this folder", dir)
	}
	return docs, errors.Join(errs...)
}

func runOfficial(_ context.Context, c *call) error {
	if len(c.args) == 0 {
		return usagef("needs facts or check")
	}
	verb := c.args[0]
	c.args = c.args[1:]
	dir := ""
	fs, err := c.flags("", func(fs *flag.FlagSet) {
		fs.StringVar(&dir, "documents", "", "`folder` of official documents")
	})
	if err != nil {
		return err
	}
	if dir == "" {
		return usagef("needs -documents DIR")
	}
	docs, derr := documents(dir)
	if len(docs) == 0 {
		return derr
	}
	enc, flush := jsonLines(c.out)
	switch verb {
	case "facts":
		for _, doc := range docs {
			for _, f := range official.Extract(doc) {
				if err := enc.Encode(f); err != nil {
					return err
				}
			}
		}
		return errors.Join(derr, flush())
	case "check":
		for i := range docs {
			docs[i].Facts = official.Extract(docs[i])
			for j := range docs[i].Facts {
				docs[i].Facts[j].Status = "confirmed" // whoever names the folder vouches for it
			}
		}
		checker := official.NewChecker(docs)
		err := c.lines(fs.Arg(0), func(line []byte) error {
			var claim official.Claim
			if err := json.Unmarshal(line, &claim); err != nil {
				return err
			}
			return enc.Encode(checker.Check(claim))
		})
		return errors.Join(derr, err, flush())
	default:
		return usagef("needs facts or check, not %q", verb)
	}
}
