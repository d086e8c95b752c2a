package explore

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/check"
)

// Case is one failure that was made small, as it is kept in a file.
type Case struct {
	Scenario *scenarios.Scenario
	Failure  Failure
	// Found says how it was found first: seed, fidelity, engine.
	Found string
	// Rerun is the command that plays it, without the file: "syncproof run"
	// with the flags that it needs; "" is that without any.
	Rerun string
	Stats ShrinkStats
	// Product is the version that found it, Journal the hash of the journal
	// of its run; both may be "".
	Product string
	Journal string
	// Notes are remarks on lines of the timeline, by their index.
	Notes map[int]string
}

// FailuresDir is the folder in which failures are kept.
const FailuresDir = "syncproof-failures"

// Save writes a failure as a scenario file that the command line plays, with
// what is known of it in comments, and returns its path. The name says the
// invariant and what the scenario does, so that a failure which was found
// twice is kept once: a file of the same scenario is left as it is. The folder
// is made if it is missing. Nothing half-written is ever seen under the name.
func Save(dir string, c Case) (path string, err error) {
	own := cloneScenario(c.Scenario)
	own.Path = ""
	if prefix := c.Failure.Invariant + ": "; !strings.HasPrefix(own.Title, prefix) {
		own.Title = prefix + c.origin() + own.Title
	}
	if !c.shrunk() {
		c.Stats.Before, c.Stats.After = ExtentOf(own), ExtentOf(own)
	}
	body, err := own.Marshal()
	if err != nil {
		return "", fmt.Errorf("cannot save the failure of %s: %w", c.Failure.Invariant, err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //syncproof:allow os failures are kept in files
		return "", fmt.Errorf("cannot save the failure of %s: %w", c.Failure.Invariant, err)
	}
	digest, err := digestOf(own)
	if err != nil {
		return "", err
	}
	for length := 6; length <= len(digest); length += 2 {
		path = filepath.Join(dir, fileName(c.Failure.Invariant)+"-"+digest[:length]+".yaml")
		old, err := scenarios.ParseFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return path, write(path, c.file(path, body))
		}
		if err != nil {
			continue // something else is in the way
		}
		if same, err := digestOf(old); err == nil && same == digest {
			return path, nil
		}
	}
	return "", fmt.Errorf("cannot save the failure of %s: every name for it in %s is taken by something else; remove %s", c.Failure.Invariant, dir, path)
}

// shrunk says that the scenario is what a search left.
func (c *Case) shrunk() bool { return c.Stats.Runs > 0 && c.Stats.Ended != NotReproduced }

// origin joins the title of what was found to the failure's.
func (c *Case) origin() string {
	if c.shrunk() {
		return "shrunk from "
	}
	return "found in "
}

// opening is the first line of a failure file.
func (c *Case) opening() string {
	switch {
	case c.shrunk():
		return "A failure that syncproof found and made small. It fails by itself:"
	case c.Stats.Ended == NotReproduced:
		return "A failure that syncproof found, and that did not show again when it was played once more:"
	}
	return "A failure that syncproof found, as it was found:"
}

// digestOf is the hash of what a scenario does, whatever its title.
func digestOf(sc *scenarios.Scenario) (string, error) {
	own := *sc
	own.Title, own.Path = "a failure", ""
	text, err := own.Marshal()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// fileName is an invariant as the beginning of a file's name.
func fileName(invariant string) string {
	safe := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return -1
	}, invariant)
	if safe == "" {
		return "failure"
	}
	return safe
}

// write makes a file under a temporary name and gives it its own when it is complete.
func write(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") //syncproof:allow os failures are kept in files
	if err != nil {
		return fmt.Errorf("cannot save %s: %w", path, err)
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path) //syncproof:allow os failures are kept in files
	}
	if err != nil {
		_ = os.Remove(f.Name()) //syncproof:allow os failures are kept in files
		return fmt.Errorf("cannot save %s: %w", path, err)
	}
	return nil
}

// file is the whole text: the head, then the scenario with its notes.
func (c *Case) file(path string, body []byte) []byte {
	var out bytes.Buffer
	for _, line := range c.head(path) {
		out.WriteString(strings.TrimRight("# "+line, " ") + "\n")
	}
	step := -1 // before the timeline
	for line := range strings.Lines(strings.TrimPrefix(string(body), scenarios.SchemaLine+"\n")) {
		if line == "timeline:\n" {
			step = 0
		} else if step >= 0 && strings.HasPrefix(line, "  - ") {
			if note := c.Notes[step]; note != "" {
				line = strings.TrimSuffix(line, "\n") + " # " + oneLine(note) + "\n"
			}
			step++
		} else {
			step = -1
		}
		out.WriteString(line)
	}
	return out.Bytes()
}

// head says what fails and how it is played. LoadCase reads the lines of the
// form "word: text" back.
func (c *Case) head(path string) []string {
	run := c.Rerun
	if run == "" {
		run = "syncproof run"
	}
	lines := []string{
		c.opening(),
		"",
		"  " + oneLine(run) + " " + quoted(path),
		"  " + oneLine(strings.Replace(run, " run", " replay", 1)) + " " + quoted(path),
		"",
	}
	if sentence := SentenceOf(c.Failure.Invariant); sentence != "" {
		lines = append(lines, c.Failure.Invariant+" asks that "+sentence+".")
	}
	if c.Stats.Ended == Smallest && len(c.Scenario.Timeline) > 1 {
		lines = append(lines, "Without any one line of the timeline it no longer fails this way.")
	}
	lines = append(lines, "")
	for _, f := range c.facts() {
		if text := f.get(); text != "" {
			lines = append(lines, f.name+": "+oneLine(text))
		}
	}
	return lines
}

// SentenceOf is what an invariant says, "" for an expectation.
func SentenceOf(invariant string) string {
	for _, inv := range check.Invariants() {
		if inv.Name == invariant {
			return inv.Sentence
		}
	}
	return ""
}

// quoted is a path as a shell reads it back.
func quoted(path string) string {
	if !filepath.IsAbs(path) && !strings.HasPrefix(path, ".") {
		path = "." + string(filepath.Separator) + path
	}
	if !strings.ContainsAny(path, " \t\n'\"\\$&|;<>()*?[]#~`!") {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
