package reports

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// ExhaustionID names the version of the document of an exhaustive search.
const ExhaustionID = "syncproof.exhaustion/v1"

// Exhaustion is an exhaustive search through the orders of one scenario.
type Exhaustion struct {
	Schema   string `json:"schema" jsonschema:"enum=syncproof.exhaustion/v1"`
	Tool     string `json:"tool"`
	Verdict  string `json:"verdict" jsonschema:"enum=pass,enum=inconclusive,enum=fail,enum=harness-failure"`
	Scenario string `json:"scenario"`
	Engine   string `json:"engine"`
	// What the search may place wherever it hurts.
	Crashes      int `json:"crashes"`
	LostWebhooks int `json:"lost_webhooks"`
	LostMessages int `json:"lost_messages"`
	DepthMax     int `json:"depth_max" jsonschema:"description=0 for no bound"`
	StatesMax    int `json:"states_max"`

	States   int     `json:"states" jsonschema:"description=distinct states"`
	Again    int     `json:"revisited" jsonschema:"description=ways that led to a known state once more"`
	Runs     int     `json:"ends" jsonschema:"description=ends that were judged"`
	Depth    int     `json:"depth" jsonschema:"description=the deepest level that is complete"`
	Cut      int     `json:"cut" jsonschema:"description=states at the bound on depth that were not followed"`
	Frontier int     `json:"waiting,omitempty" jsonschema:"description=states that were left when the search was stopped"`
	Complete bool    `json:"complete"`
	Wall     float64 `json:"wall_seconds"`

	Failures []ExhaustionFailure `json:"failures,omitempty"`
	Way      []string            `json:"way,omitempty" jsonschema:"description=the choices that lead to the failure"`
	File     string              `json:"file,omitempty"`
	Rerun    string              `json:"rerun,omitempty"`
	// Stopped says why the search is not complete.
	Stopped string `json:"stopped,omitempty"`
}

// ExhaustionFailure is one invariant that the end of the way violates.
type ExhaustionFailure struct {
	Invariant string `json:"invariant"`
	Message   string `json:"message"`
}

// Decide sets the verdict: a search that was stopped, or that left out what
// lies beyond its bound on depth, has not shown that every order holds.
func (x *Exhaustion) Decide() Verdict {
	v := Pass
	switch {
	case len(x.Failures) > 0:
		v = Fail
	case x.Stopped != "" || x.Cut > 0 || x.Runs == 0:
		v = Inconclusive
	}
	x.Verdict = v.String()
	return v
}

// JSON writes the search as one indented document.
func (x *Exhaustion) JSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(x)
}

// wayShown bounds the choices of a way on a console.
const wayShown = 60

// Console writes the search for people.
func (x *Exhaustion) Console(w io.Writer, style Style) error {
	c := &Console{w: w, style: style}
	for _, f := range x.Failures {
		c.print(fmt.Sprintf("%s  %s\n    %s\n", c.colour(Fail, wordMarks[Fail]), Plain(f.Invariant), Plain(f.Message)))
	}
	for i, step := range x.Way {
		if i == wayShown {
			c.print(fmt.Sprintf("    and %d more; --json has all\n", len(x.Way)-i))
			break
		}
		c.print(fmt.Sprintf("    %2d. %s\n", i+1, Plain(step)))
	}
	if x.File != "" {
		c.print("    case:   " + Plain(x.File) + "\n")
	}
	if x.Rerun != "" {
		c.print("    rerun:  " + Plain(x.Rerun) + "\n")
	}
	v := x.Decide()
	c.print(c.colour(v, c.mark(v)) + ": " + x.summary() + "\n")
	return c.err
}

func (x *Exhaustion) summary() string {
	line := fmt.Sprintf("%s, %s judged, to depth %d", plural(x.States, "state"), plural(x.Runs, "end"), x.Depth)
	switch {
	case x.Complete:
		line += ", every order of messages"
	case x.Stopped != "":
		line += "; " + x.Stopped
	case x.Cut > 0:
		line += fmt.Sprintf("; %s at the bound of depth %d not followed: raise --depth", plural(x.Cut, "state"), x.DepthMax)
	}
	line += fmt.Sprintf(" (with %s, %s and %s placed everywhere)",
		crashes(x.Crashes), plural(x.LostWebhooks, "lost webhook"), plural(x.LostMessages, "lost message"))
	wall := time.Duration(x.Wall * float64(time.Second))
	return line + "; " + wall.Round(10*time.Millisecond).String()
}

func crashes(n int) string {
	if n == 1 {
		return "1 crash"
	}
	return fmt.Sprintf("%d crashes", n)
}
