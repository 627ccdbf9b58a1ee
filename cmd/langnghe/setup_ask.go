package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// errInput ends a wizard whose input ends before its questions do.
var errInput = errors.New("the input ended before the last question; nothing was written")

// A dialogue asks on a terminal. Nothing that is typed wrong ends it: it says
// why and asks again. With yes it asks nobody and takes the defaults.
type dialogue struct {
	in   *bufio.Reader
	out  io.Writer
	lang string
	yes  bool
	hide func() (show func()) // of what is typed, for passwords; nil hides nothing
}

// say prints one line in the person's language.
func (d *dialogue) say(vi, en string, args ...any) {
	fmt.Fprintf(d.out, d.in2(vi, en)+"\n", args...)
}

func (d *dialogue) in2(vi, en string) string {
	if d.lang == "en" {
		return en
	}
	return vi
}

// line reads one answer, cleaned of what a terminal may send beside text.
func (d *dialogue) line() (string, error) {
	s, err := d.in.ReadString('\n')
	if err != nil && s == "" {
		return "", errInput
	}
	return cleanLine(s), nil
}

func cleanLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '\t' {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, norm.NFC.String(strings.ToValidUTF8(s, "")))
	return strings.TrimSpace(s)
}

// ask asks until check takes the answer; an empty answer is def. given, from
// a flag, answers without asking; when check refuses it, the person is asked,
// or without a person the error ends the dialogue.
func (d *dialogue) ask(given *string, vi, en, def string, check func(string) error) (string, error) {
	if check == nil {
		check = func(string) error { return nil }
	}
	if given != nil {
		answer := cleanLine(*given)
		err := check(answer)
		if err == nil {
			return answer, nil
		}
		if d.yes {
			return "", usagef("%s: %v", d.in2(vi, en), err)
		}
		d.say("  ✗ %v", "  ✗ %v", err)
	}
	if d.yes {
		if err := check(def); err != nil {
			return "", usagef("%s: %v", d.in2(vi, en), err)
		}
		return def, nil
	}
	for {
		if def != "" {
			fmt.Fprintf(d.out, "%s [%s]: ", d.in2(vi, en), def)
		} else {
			fmt.Fprintf(d.out, "%s: ", d.in2(vi, en))
		}
		answer, err := d.line()
		if err != nil {
			return "", err
		}
		if answer == "" {
			answer = def
		}
		err = check(answer)
		var u usageError
		if errors.As(err, &u) || errors.Is(err, errInput) {
			return "", err
		}
		if err == nil {
			return answer, nil
		}
		d.say("  ✗ %v", "  ✗ %v", err)
	}
}

// askHidden asks for what nobody behind the person should read.
func (d *dialogue) askHidden(vi, en string, check func(string) error) (string, error) {
	if d.hide != nil {
		defer d.hide()()
	}
	return d.ask(nil, vi, en, "", check)
}

// confirm asks for yes or no.
func (d *dialogue) confirm(vi, en string, def bool) (bool, error) {
	word := d.in2("k", "n")
	if def {
		word = d.in2("c", "y")
	}
	out := def
	_, err := d.ask(nil, vi+" (c/k)", en+" (y/n)", word, func(s string) error {
		switch strings.ToLower(s) {
		case "c", "có", "co", "y", "yes":
			out = true
		case "k", "không", "khong", "n", "no":
			out = false
		default:
			return errors.New(d.in2("trả lời c (có) hoặc k (không)", "answer y (yes) or n (no)"))
		}
		return nil
	})
	return out, err
}

// choose asks for one of several, by number or by word.
func (d *dialogue) choose(given *string, vi, en, def string, words []string, about func(i int) string) (string, error) {
	if !d.yes && given == nil {
		for i, word := range words {
			fmt.Fprintf(d.out, "  %d) %-16s %s\n", i+1, word, about(i))
		}
	}
	out := def
	_, err := d.ask(given, vi, en, def, func(s string) error {
		for i, word := range words {
			if strings.EqualFold(s, word) || s == fmt.Sprint(i+1) {
				out = word
				return nil
			}
		}
		return fmt.Errorf(d.in2("%q không có trong danh sách: %s", "%q is not on the list: %s"), s, strings.Join(words, ", "))
	})
	return out, err
}
