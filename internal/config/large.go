package config

import (
	"bytes"
	"regexp"
	"slices"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"

	"langnghe/crawler"
)

// largeFile is from which size on a file is read in parts. The tree of a
// document takes a hundred times its size, which nobody notices below that.
var largeFile = 256 << 10

// partSize is how much of the sources is read at a time.
const partSize = 64 << 10

// away is what keeps a file from being read in parts: anchors, aliases and
// tags, which may stand in another part, tabs, directives and more than one
// document.
var away = regexp.MustCompile(`(?m)[:,\[{-][ \t]*[&*!]|^[ ]*[&*!]|\t|^%|^---|^\.\.\.|\r`)

// parseLarge reads a large file as [Parse] does, but the entries of sources, of
// which there may be ten thousand, a few at a time, so that the memory of the
// process stays small. Whatever is out of the ordinary, and every mistake, it
// leaves to the one that can name the place: ok is false then.
func parseLarge(data []byte) (c Config, ok bool) {
	if away.Match(data) {
		return c, false
	}
	entries, rest, ok := cutSources(data)
	if !ok {
		return c, false
	}
	c = Default()
	if tree, err := parser.ParseBytes(rest, 0); err != nil || len(tree.Docs) > 1 {
		return c, false
	} else if len(tree.Docs) == 1 && tree.Docs[0].Body != nil {
		dec := yaml.NewDecoder(bytes.NewReader(rest), yaml.Strict(), yaml.DisallowUnknownField())
		if err := dec.Decode(&c); err != nil || c.Sources != nil {
			return c, false
		}
	}
	for _, part := range entries {
		var some []crawler.Source
		if err := yaml.NewDecoder(bytes.NewReader(part), yaml.Strict(), yaml.DisallowUnknownField()).Decode(&some); err != nil {
			return c, false
		}
		c.Sources = append(c.Sources, some...)
	}
	c.Sources = slices.Clip(c.Sources)
	return c, true
}

// cutSources cuts the block sequence under the key sources out of data, in
// parts of whole entries; rest is everything else.
func cutSources(data []byte) (parts [][]byte, rest []byte, ok bool) {
	var part []byte
	dash := "" // what an entry begins with
	inside, found := false, false
	for line := range bytes.Lines(data) {
		text := bytes.TrimRight(line, "\r\n ")
		switch {
		case !inside && !found && sourcesKey.Match(text):
			inside, found = true, true
			continue
		case inside && len(text) > 0 && text[0] != ' ' && text[0] != '#' && !bytes.HasPrefix(text, []byte("- ")):
			inside = false
		}
		if !inside {
			rest = append(rest, line...)
			continue
		}
		if dash == "" {
			entry := bytes.TrimLeft(text, " ")
			if len(entry) == 0 || entry[0] == '#' {
				continue
			}
			if !bytes.HasPrefix(entry, []byte("- ")) {
				return nil, nil, false
			}
			dash = string(text[:len(text)-len(entry)+2])
		}
		if bytes.HasPrefix(text, []byte(dash)) && len(part) >= partSize {
			parts, part = append(parts, part), nil
		}
		part = append(part, line...)
	}
	if len(part) > 0 {
		parts = append(parts, part)
	}
	return parts, rest, dash != ""
}

var sourcesKey = regexp.MustCompile(`^sources:(?:[ ]+#.*)?$`)
