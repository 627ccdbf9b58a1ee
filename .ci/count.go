// Command count reads the streams of "go test -json".
//
//	go test -json ./... | tee FILE | count    shows results as they come
//	count FILE…                               prints "N passed, N failed, N skipped"
//
// Tests and subtests count alike. A package that fails without a failed
// test (it does not build, it panics at start) counts as one failure. The
// second form fails when anything failed or nothing ran.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

// An event is one line of the stream; see "go doc test2json".
type event struct {
	Action, Package, ImportPath, Test, Output string
	Elapsed                                   float64
}

// events calls f for each event of the stream; other lines are messages.
func events(r io.Reader, f func(event)) error {
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, 16<<20)
	for sc.Scan() {
		var e event
		if json.Unmarshal(sc.Bytes(), &e) != nil || e.Action == "" {
			fmt.Fprintln(os.Stderr, sc.Text())
			continue
		}
		f(e)
	}
	return sc.Err()
}

// show prints one line for each package, and everything that a failed one
// said.
func show(r io.Reader) error {
	said := map[string]*strings.Builder{} // by package
	tests := map[string]int{}
	return events(r, func(e event) {
		switch {
		case e.Action == "build-output":
			fmt.Print(e.Output)
		case e.Action == "output":
			b := said[e.Package]
			if b == nil {
				b = new(strings.Builder)
				said[e.Package] = b
			}
			if b.Len() < 1<<20 {
				b.WriteString(e.Output)
			}
		case e.Test != "":
			if e.Action == "pass" || e.Action == "fail" || e.Action == "skip" {
				tests[e.Package]++
			}
		case e.Action == "pass":
			fmt.Printf("ok    %-45s %5d tests %7.1fs\n", e.Package, tests[e.Package], e.Elapsed)
			delete(said, e.Package)
		case e.Action == "skip":
			fmt.Printf("–     %-45s no tests\n", e.Package)
		case e.Action == "fail":
			if b := said[e.Package]; b != nil {
				quiet(b.String())
			}
			fmt.Printf("FAIL  %-45s %5d tests %7.1fs\n", e.Package, tests[e.Package], e.Elapsed)
		}
	})
}

// quiet prints what a failed package said, without the lines that only say
// that a test began or passed.
func quiet(s string) {
	for line := range strings.Lines(s) {
		t := strings.TrimSpace(line)
		skip := false
		for _, p := range []string{"=== RUN", "=== PAUSE", "=== CONT", "=== NAME", "--- PASS", "--- SKIP"} {
			skip = skip || strings.HasPrefix(t, p)
		}
		if !skip {
			fmt.Print(line)
		}
	}
}

func count(files []string) (passed, failed, skipped int, err error) {
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return 0, 0, 0, err
		}
		bad := map[string]bool{} // packages with a failed test
		err = events(f, func(e event) {
			switch {
			case e.Test != "" && e.Action == "pass":
				passed++
			case e.Test != "" && e.Action == "skip":
				skipped++
			case e.Test != "" && e.Action == "fail":
				failed++
				bad[e.Package] = true
			case e.Test == "" && e.Action == "fail" && !bad[e.Package]:
				failed++
			}
		})
		f.Close()
		if err != nil {
			return 0, 0, 0, fmt.Errorf("%s: %w", name, err)
		}
	}
	return passed, failed, skipped, nil
}

func main() {
	if len(os.Args) == 1 {
		if err := show(os.Stdin); err != nil {
			fmt.Fprintln(os.Stderr, "count:", err)
			os.Exit(1)
		}
		return
	}
	passed, failed, skipped, err := count(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "count:", err)
		os.Exit(1)
	}
	fmt.Printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped)
	if failed > 0 || passed == 0 {
		os.Exit(1)
	}
}
