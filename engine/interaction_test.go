package engine_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the expected output of testdata/*.txt")

// TestStories runs the stories in testdata: commands, a line of dashes, and
// what follows from them. Blocks are separated by blank lines, and lines that
// begin with # are for the reader. In the output a line at the margin is what
// happened, and an indented one what the core does next. command_test.go
// lists the commands; go test -run TestStories -update rewrites the output.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := retell(t, file, string(text))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if line, want, have := firstDifference(string(text), got); line > 0 {
				t.Errorf("%s:%d: expected %q, got %q\nrewrite with: go test ./engine -run 'TestStories/%s$' -update",
					file, line, want, have, filepath.Base(t.Name()))
			}
		})
	}
}

const dashes = "----"

// retell is the story with the output that it has now.
func retell(t *testing.T, file, text string) string {
	t.Helper()
	s := &story{}
	var out strings.Builder
	answering := false // between the dashes and the next blank line
	for i, line := range strings.Split(text, "\n") {
		switch {
		case answering && line != "":
			continue
		case line == dashes:
			answering = true
			out.WriteString(dashes + "\n" + s.output())
			continue
		case line == "":
			answering = false
			if len(s.lines) > 0 {
				t.Fatalf("%s:%d: commands without %s after them", file, i+1, dashes)
			}
		case !strings.HasPrefix(line, "#"):
			if err := s.command(line); err != nil {
				t.Fatalf("%s:%d: %v", file, i+1, err)
			}
		}
		out.WriteString(line + "\n")
	}
	return strings.TrimRight(out.String(), "\n") + "\n"
}

// firstDifference compares two texts by line; line is 0 if they are equal.
func firstDifference(want, got string) (line int, wanted, have string) {
	if want == got {
		return 0, "", ""
	}
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(a), len(b)) {
		x, y := lineAt(a, i), lineAt(b, i)
		if x != y {
			return i + 1, x, y
		}
	}
	return len(a), "", "another number of line ends"
}

func lineAt(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(the end)"
}

// story is the interpreter's state.
type story struct {
	driver *driver
	lines  []string
	token  uint64 // of the last notice or review
	silent bool
	shows  string // gates: admissions, messages: their identifiers
}

func (s *story) printf(format string, args ...any) {
	if !s.silent {
		s.lines = append(s.lines, fmt.Sprintf(format, args...))
	}
}

// output is what was printed since the last time.
func (s *story) output() string {
	if len(s.lines) == 0 {
		return "ok\n"
	}
	text := strings.Join(s.lines, "\n") + "\n"
	s.lines = nil
	return text
}

// args are the words of a command: plain ones in order, and those of the form
// key=value.
type args struct {
	words []string
	keys  []string // in order
	named map[string]string
}

// parseArgs splits a line at spaces, save within double quotes.
func parseArgs(line string) args {
	a := args{named: map[string]string{}}
	var words []string
	quoted, fresh := false, true
	for _, r := range line {
		switch {
		case r == '"':
			quoted = !quoted
			if fresh {
				words, fresh = append(words, ""), false
			}
		case r == ' ' && !quoted:
			fresh = true
		default:
			if fresh {
				words, fresh = append(words, ""), false
			}
			words[len(words)-1] += string(r)
		}
	}
	for _, w := range words {
		if key, value, ok := strings.Cut(w, "="); ok {
			a.keys = append(a.keys, key)
			a.named[key] = value
		} else {
			a.words = append(a.words, w)
		}
	}
	return a
}

func (a *args) word(i int) string {
	if i < len(a.words) {
		return a.words[i]
	}
	return ""
}

func (a *args) has(word string) bool {
	for _, w := range a.words[1:] {
		if w == word {
			return true
		}
	}
	return false
}
