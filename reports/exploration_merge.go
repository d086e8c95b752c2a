package reports

import (
	"fmt"
	"io"
)

// mergedExploration is an exploration of several shards.
type mergedExploration struct{ x *Exploration }

func (m mergedExploration) Verdict() Verdict                       { return m.x.verdict() }
func (m mergedExploration) Console(w io.Writer, style Style) error { return m.x.Console(w, style) }
func (m mergedExploration) JSON(w io.Writer) error                 { return m.x.JSON(w) }
func (m mergedExploration) JUnit(w io.Writer) error                { return m.x.JUnit(w) }
func (m mergedExploration) Markdown(w io.Writer) error             { return m.x.Markdown(w) }

func mergeExplored(shards []Part) (Merged, error) {
	var all []*Exploration
	for _, s := range shards {
		x, err := readExploration(s)
		if err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	whole, err := MergeExplorations(all)
	if err != nil {
		return nil, fmt.Errorf("these reports cannot be merged: %w", err)
	}
	return mergedExploration{whole}, nil
}

// readExploration reads the document that Exploration.JSON writes.
func readExploration(s Part) (*Exploration, error) {
	x := &Exploration{}
	if err := decode(s, x); err != nil {
		return nil, err
	}
	if x.Schema != ExplorationID {
		return nil, refuse(s, fmt.Sprintf("schema %q", x.Schema), fmt.Sprintf("%q", ExplorationID), "schema")
	}
	if err := x.check(); err != nil {
		return nil, refuse(s, err.Error(), "a report as `syncproof explore` wrote it", "runs")
	}
	said := x.Verdict
	if follows := x.Decide().String(); said != follows {
		return nil, refuse(s, fmt.Sprintf("verdict %q", said), fmt.Sprintf("%q, as its numbers say", follows), "verdict")
	}
	return x, nil
}
