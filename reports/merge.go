package reports

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Part is one JSON report of several that are parts of one whole, as the jobs
// of a CI write them.
type Part struct {
	Path string // for messages
	Data []byte
}

// Merged is the whole, of whatever kind.
type Merged interface {
	Verdict() Verdict
	Console(w io.Writer, style Style) error
	JSON(w io.Writer) error
	JUnit(w io.Writer) error
	Markdown(w io.Writer) error
}

// kinds are the reports that can be merged, by the document's kind.
var kinds = map[string]func([]Part) (Merged, error){
	KindRun:     mergeRuns,
	KindExplore: mergeExplored,
}

// Merge makes one report of several. All must be of one kind and written by
// one version of syncproof. The error is a *ReadError for a file that is no
// report, and says otherwise which two do not fit together.
func Merge(shards []Part) (Merged, error) {
	var first heading
	for i, s := range shards {
		h, err := readHeading(s)
		switch {
		case err != nil:
			return nil, err
		case i == 0:
			first = h
		case h.Kind != first.Kind:
			return nil, fmt.Errorf("%s is a report of `syncproof %s`, %s of `syncproof %s`; expected reports of one kind: merge each kind by itself",
				shards[0].Path, first.Kind, s.Path, h.Kind)
		case h.Tool != first.Tool:
			return nil, fmt.Errorf("%s was written by syncproof %s, %s by %s; expected one version, because another one may judge otherwise: run all parts with the same",
				shards[0].Path, first.Tool, s.Path, h.Tool)
		}
	}
	if len(shards) == 0 {
		return nil, fmt.Errorf("found no report to merge; expected at least one")
	}
	return kinds[first.Kind](shards)
}

// heading is what all kinds of reports have in common.
type heading struct {
	Schema *string `json:"schema"`
	Kind   string  `json:"kind"`
	Tool   string  `json:"tool"`
}

func readHeading(s Part) (heading, error) {
	h := heading{}
	if err := decode(s, &h); err != nil {
		return h, err
	}
	h.Kind = cmp.Or(h.Kind, KindRun)
	switch {
	case h.Schema == nil:
		return h, refuse(s, "an object without a schema", fmt.Sprintf("a report with \"schema\": %q", SchemaID))
	case kinds[h.Kind] == nil:
		known := strings.Join(slices.Sorted(maps.Keys(kinds)), ", ")
		return h, refuse(s, fmt.Sprintf("a report of kind %q", h.Kind), "one of: "+known, "kind")
	case h.Tool == "":
		return h, refuse(s, "no version of the tool", "the version of syncproof that wrote the report", "tool")
	}
	return h, nil
}

// mergedRuns is the merged report of `syncproof run`.
type mergedRuns struct {
	document *Document
	suite    *Suite
}

func (m *mergedRuns) Verdict() Verdict           { return m.suite.Verdict() }
func (m *mergedRuns) JSON(w io.Writer) error     { return m.document.write(w) }
func (m *mergedRuns) JUnit(w io.Writer) error    { return JUnit(w, m.suite) }
func (m *mergedRuns) Markdown(w io.Writer) error { return Markdown(w, m.suite) }

func (m *mergedRuns) Console(w io.Writer, style Style) error {
	names := make([]string, len(m.suite.Cases))
	for i := range names {
		names[i] = m.suite.Cases[i].Name
	}
	c := NewConsole(w, style, names)
	for i := range m.suite.Cases {
		c.Case(&m.suite.Cases[i])
	}
	return c.Close(m.suite)
}

// mergeRuns puts the scenarios of several runs one after another. One that is
// in two reports counts once if both say the same of it, but for how long it
// took; otherwise neither can be believed, and both are refused.
func mergeRuns(shards []Part) (Merged, error) {
	whole := &Document{Schema: SchemaID, Kind: KindRun, Cases: []DocumentCase{}}
	type origin struct{ shard, at int }
	seen := map[string]origin{}
	for n, s := range shards {
		d, err := readRun(s)
		if err != nil {
			return nil, err
		}
		whole.Tool = d.Tool
		whole.Wall += d.Wall
		whole.Counts.NotRun += d.Counts.NotRun
		whole.NotApplicable = append(whole.NotApplicable, d.NotApplicable...)
		for i := range d.Cases {
			c := &d.Cases[i]
			before, twice := seen[c.Name]
			if !twice {
				seen[c.Name] = origin{n, len(whole.Cases)}
				whole.Cases = append(whole.Cases, *c)
				continue
			}
			if other := &whole.Cases[before.at]; !same(other, c) {
				return nil, refuse(s, fmt.Sprintf("scenario %s with %s", c.Name, gist(c)),
					fmt.Sprintf("what %s says of it, %s, or another name", shards[before.shard].Path, gist(other)), "scenarios", i)
			}
		}
	}
	suite := whole.suite()
	whole.Verdict = suite.Verdict().String()
	whole.Counts = suite.Document().Counts
	return &mergedRuns{whole, suite}, nil
}

// same compares two cases in all but the wall time.
func same(a, b *DocumentCase) bool {
	x, y := *a, *b
	x.Wall, y.Wall = 0, 0
	return reflect.DeepEqual(x, y)
}

// gist tells two runs of one scenario apart.
func gist(c *DocumentCase) string {
	return fmt.Sprintf("seed %d, hash %s, verdict %s", c.Seed, cmp.Or(c.Hash, "none"), c.Verdict)
}

// readRun reads one report of `syncproof run` and checks that its verdicts
// follow from its results.
func readRun(s Part) (*Document, error) {
	d := &Document{}
	if err := decode(s, d); err != nil {
		return nil, err
	}
	if d.Schema != SchemaID {
		return nil, refuse(s, fmt.Sprintf("schema %q", d.Schema), fmt.Sprintf("%q", SchemaID), "schema")
	}
	if d.Cases == nil {
		return nil, refuse(s, "no list of scenarios", "the scenarios that were run", "scenarios")
	}
	for i := range d.Cases {
		c := &d.Cases[i]
		if c.Name == "" {
			return nil, refuse(s, "a scenario without a name", "its name", "scenarios", i)
		}
		for k := range c.Results {
			if _, ok := verdictOf(c.Results[k].Verdict); !ok {
				return nil, refuse(s, fmt.Sprintf("verdict %q", c.Results[k].Verdict), "pass, fail, unknown or not-applicable", "scenarios", i, "results", k, "verdict")
			}
		}
		whole := c.read()
		if follows := whole.Verdict().String(); c.Verdict != follows {
			return nil, refuse(s, fmt.Sprintf("verdict %q of scenario %s", c.Verdict, c.Name), fmt.Sprintf("%q, as its results say", follows), "scenarios", i, "verdict")
		}
	}
	return d, nil
}

// decode reads JSON into a value, with the place of what is wrong.
func decode(s Part, into any) error {
	if len(strings.TrimSpace(string(s.Data))) == 0 {
		return refuseAt(s, "an empty file", "a JSON report", 0)
	}
	err := json.Unmarshal(s.Data, into)
	if err == nil {
		return nil
	}
	return decodeError(s, err)
}
