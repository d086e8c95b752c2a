package explore

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"unicode"

	"github.com/syncproof/syncproof/scenarios"
)

// fact is one line of a failure file's head.
type fact struct {
	name string
	must bool // a failure file has it
	get  func() string
	set  func(string) error
}

// facts are what a failure file says of its case, in the order of the file.
func (c *Case) facts() []fact {
	text := func(name string, must bool, p *string) fact {
		return fact{name, must, func() string { return *p }, func(v string) error { *p = v; return nil }}
	}
	extent := func(name string, p *Extent) fact {
		return fact{name, true, p.String, p.parse}
	}
	return []fact{
		text("invariant", true, &c.Failure.Invariant),
		text("message", true, &c.Failure.Message),
		text("role", true, &c.Failure.Role),
		text("record", false, &c.Failure.Record),
		text("found", false, &c.Found),
		text("rerun", false, &c.Rerun),
		extent("before", &c.Stats.Before),
		extent("after", &c.Stats.After),
		{"trials", true, func() string { return strconv.Itoa(c.Stats.Runs) }, func(v string) (err error) {
			if c.Stats.Runs, err = strconv.Atoi(v); err != nil {
				return errors.New("expected a number")
			}
			return nil
		}},
		text("ended", false, &c.Stats.Ended),
		text("version", false, &c.Product),
		text("journal", false, &c.Journal),
	}
}

// String is an extent as a failure file says it: "1 record, 2 steps, 0 faults".
func (e *Extent) String() string {
	count := func(n int, what string) string {
		if n != 1 {
			what += "s"
		}
		return strconv.Itoa(n) + " " + what
	}
	return count(e.Records, "record") + ", " + count(e.Steps, "step") + ", " + count(e.Faults, "fault")
}

func (e *Extent) parse(text string) error {
	var got Extent
	if words := strings.Fields(text); len(words) == 6 {
		for i, n := range []*int{&got.Records, &got.Steps, &got.Faults} {
			*n, _ = strconv.Atoi(words[2*i]) // another form is seen below
		}
	}
	if got.String() != text {
		return errors.New(`expected the form "1 record, 2 steps, 0 faults"`)
	}
	*e = got
	return nil
}

// LoadCase reads a file that Save wrote. A file that cannot be read is the
// operating system's error; everything else is a *scenarios.Error that names
// the line.
func LoadCase(path string) (Case, error) {
	var c Case
	sc, err := scenarios.ParseFile(path)
	if err != nil {
		return c, err
	}
	data, err := os.ReadFile(path) //syncproof:allow os failures are kept in files
	if err != nil {
		return c, err
	}
	c.Scenario = sc
	facts := c.facts()
	said := map[string]bool{}
	n := 0
	for line := range strings.Lines(string(data)) {
		if n++; !strings.HasPrefix(line, "#") {
			break
		}
		if err := readFact(facts, said, strings.TrimSpace(line[1:])); err != nil {
			return Case{}, &scenarios.Error{Path: path, Line: n, Column: 1, Message: err.Error(), Hint: "shrink the failure again, or play the file as a plain scenario"}
		}
	}
	for _, f := range facts {
		if f.must && !said[f.name] {
			return Case{}, &scenarios.Error{Path: path, Line: 1, Column: 1,
				Message: fmt.Sprintf("found no comment %q at the head of the file; expected a failure that syncproof saved", "# "+f.name+": ..."),
				Hint:    "play it as a plain scenario"}
		}
	}
	return c, nil
}

// readFact takes one line of the head, if it is a fact.
func readFact(facts []fact, said map[string]bool, line string) error {
	name, text, ok := strings.Cut(line, ": ")
	if !ok {
		return nil
	}
	for _, f := range facts {
		if f.name != name {
			continue
		}
		if said[name] {
			return fmt.Errorf("found %q a second time; expected it once", name)
		}
		said[name] = true
		plain, err := manyLines(text)
		if err == nil {
			err = f.set(plain)
		}
		if err != nil {
			return fmt.Errorf("found %q for %s; %w", text, name, err)
		}
	}
	return nil
}

// oneLine writes text so that it stays in its comment: what does not print is
// escaped.
func oneLine(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\\':
			b.WriteString(`\\`)
		case r == ' ' || unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return b.String()
}

// manyLines takes back what oneLine did.
func manyLines(text string) (string, error) {
	var b strings.Builder
	for text != "" {
		r, _, rest, err := strconv.UnquoteChar(text, 0)
		if err != nil {
			return "", errors.New(`expected \\ for a backslash`)
		}
		b.WriteRune(r)
		text = rest
	}
	return b.String(), nil
}
