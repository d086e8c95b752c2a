package scenarios

import (
	"errors"
	"os"
	"strings"
	"testing"
)

// badCase is one entry of testdata/errors.txt.
type badCase struct{ name, text, want string }

const badCasesPath = "testdata/errors.txt"

// badCases reads the golden table: `=== name`, the file, `---`, the error.
func badCases(t testing.TB) (head string, all []badCase) {
	t.Helper()
	data, err := os.ReadFile(badCasesPath)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(data), "\n=== ")
	for _, part := range parts[1:] {
		name, rest, _ := strings.Cut(part, "\n")
		cut := strings.LastIndex("\n"+rest, "\n---\n")
		if cut < 0 {
			t.Fatalf("%s: %q has no error", badCasesPath, name)
		}
		all = append(all, badCase{name, strings.TrimSuffix(rest[:cut], "\n"), strings.TrimSpace(rest[cut+len("---\n"):])})
	}
	return parts[0], all
}

func TestErrors(t *testing.T) {
	head, all := badCases(t)
	if len(all) < 40 {
		t.Fatalf("only %d bad inputs", len(all))
	}
	var b strings.Builder
	b.WriteString(head)
	for _, c := range all {
		_, err := Parse("bad.yaml", []byte(c.text))
		if err == nil {
			t.Errorf("%s: no error", c.name)
			continue
		}
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%s: %T is not an *Error", c.name, err)
		} else if e.Line < 1 || e.Column < 1 {
			t.Errorf("%s: no line and column in %q", c.name, err)
		}
		if !*update && err.Error() != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, err, c.want)
		}
		b.WriteString("\n=== " + c.name + "\n" + c.text + "\n---\n" + err.Error() + "\n")
	}
	if *update {
		if err := os.WriteFile(badCasesPath, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
