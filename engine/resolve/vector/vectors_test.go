package vector

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/engine/resolve"
)

var update = flag.Bool("update", false, "write the vectors from the lines in testdata/cases")

// TestVectorsMatchCode writes every case from its line, decides it and
// compares the whole file: the code, the lines and the vectors are equal.
func TestVectorsMatchCode(t *testing.T) {
	paths, err := filepath.Glob("testdata/cases/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no lines: %v", err)
	}
	mirrored := lineFile{rule: "CR-9", about: "No side is favoured by construction: every case of the other files with the sides, priority ids and origins swapped has the swapped outcome."}
	for _, path := range paths {
		f := readLines(t, path)
		for _, c := range f.cases {
			m := c.swapped()
			m.name = f.rule + ": " + m.name
			mirrored.cases = append(mirrored.cases, m)
		}
		compareFile(t, f)
	}
	compareFile(t, mirrored)
}

func compareFile(t *testing.T, f lineFile) {
	t.Helper()
	path := filepath.Join(folder, f.rule+".json")
	want := renderFile(t, f)
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what the lines and the code give (first difference: %s); if that is intended, run: go test ./engine/resolve/vector -run TestVectorsMatchCode -update",
			path, firstDifference(string(got), want))
	}
}

func renderFile(t *testing.T, f lineFile) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "{\n  \"rule\": %s,\n  \"about\": %s,\n  \"cases\": [", quote(f.rule), quote(f.about))
	for i, c := range f.cases {
		if i > 0 {
			b.WriteString(",")
		}
		input := c.json()
		in, err := Parse([]byte(input))
		if err != nil {
			t.Fatalf("%s, %q: %v", f.rule, c.name, err)
		}
		fmt.Fprintf(&b, "\n    {\n      \"name\": %s,\n      \"input\": %s,\n      \"want\": %s\n    }",
			quote(c.name), input, spread(t, Encode(in, resolve.Decide(in))))
	}
	b.WriteString("\n  ]\n}\n")
	return b.String()
}

// spread writes an object with one member a line.
func spread(t *testing.T, object []byte) string {
	t.Helper()
	n, err := parseTree(object)
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(object, &members); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, key := range n.keys {
		lines = append(lines, "        "+quote(key)+": "+string(members[key]))
	}
	return "{\n" + strings.Join(lines, ",\n") + "\n      }"
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range g {
		if i >= len(w) || g[i] != w[i] {
			return fmt.Sprintf("line %d: %s", i+1, g[i])
		}
	}
	return "the end is missing"
}

// TestEmbeddedVectors reads the vectors as a vendor would, and decides each.
func TestEmbeddedVectors(t *testing.T) {
	cases, err := All()
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) < 300 {
		t.Errorf("%d vectors, want at least 300", len(cases))
	}
	names := map[string]bool{}
	inputs := map[string]string{}
	for _, c := range cases {
		name := c.Rule + ": " + c.Name
		if names[name] {
			t.Errorf("two cases are called %q", name)
		}
		names[name] = true
		in, err := Parse(c.Input)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if same, ok := inputs[string(c.Input)]; ok && c.Rule != "CR-9" {
			t.Errorf("%q and %q are the same case", same, name)
		}
		inputs[string(c.Input)] = name
		var got, want any
		if json.Unmarshal(Encode(in, resolve.Decide(in)), &got) != nil || json.Unmarshal(c.Want, &want) != nil {
			t.Fatalf("%s: not JSON", name)
		}
		if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
			t.Errorf("%s:\n got %s\nwant %s", name, g, w)
		}
	}
}

// TestPrint checks that each printed line is a case whose input can be read.
func TestPrint(t *testing.T) {
	var b strings.Builder
	if err := Print(&b); err != nil {
		t.Fatal(err)
	}
	cases, err := All()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if len(lines) != len(cases) {
		t.Fatalf("%d lines for %d cases", len(lines), len(cases))
	}
	for i, line := range lines {
		var c Case
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		if c.Name != cases[i].Name || c.Rule != cases[i].Rule {
			t.Errorf("line %d is %s %q, want %s %q", i+1, c.Rule, c.Name, cases[i].Rule, cases[i].Name)
		}
		if _, err := Parse(c.Input); err != nil {
			t.Errorf("line %d: %v", i+1, err)
		}
	}
}
