package scenarios

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// maxLibraryLines keeps a library file readable at a glance: comments and
// expectations included.
const maxLibraryLines = 30

// maxLibraryFiles keeps the library one in which people find their way: what
// differs in a detail only is a record of a scenario that is there.
const maxLibraryFiles = 120

func TestLibraryFilesAreModels(t *testing.T) {
	err := walkLibrary(func(name string, data []byte) error {
		s, err := Parse(libraryPath+name, data)
		if err != nil {
			t.Error(err)
			return nil
		}
		lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
		if len(lines) > maxLibraryLines {
			t.Errorf("%s: %d lines; expected at most %d", name, len(lines), maxLibraryLines)
		}
		schema, ok := strings.CutPrefix(lines[0], "# yaml-language-server: $schema=")
		if !ok || path.Join("library", path.Dir(name), schema) != "scenario.schema.json" {
			t.Errorf("%s: the first line does not lead editors to scenarios/scenario.schema.json: %s", name, lines[0])
		}
		if !strings.HasPrefix(lines[1], "#") || !strings.HasPrefix(lines[2], "# ") {
			t.Errorf("%s: no comment says what the scenario teaches", name)
		}
		if len(s.Requirements) == 0 || len(s.Expect) == 0 {
			t.Errorf("%s: needs requirements and expectations", name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestLibraryNamesAreUnique: people call a scenario by its name alone, and a
// folder by its own.
func TestLibraryNamesAreUnique(t *testing.T) {
	all, err := Library()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) > maxLibraryFiles {
		t.Errorf("%d scenarios; expected at most %d: make it a record of one that is there", len(all), maxLibraryFiles)
	}
	where := map[string]string{}
	for _, f := range Folders() {
		where[f.Name] = "the folder " + f.Name
	}
	for _, s := range all {
		_, name := s.LibraryName()
		if other, taken := where[name]; taken {
			t.Errorf("%s is called like %s", s.Path, other)
		}
		where[name] = s.Path
	}
}

// TestLibraryOrder: by folder, then by name, each in a folder that is listed.
func TestLibraryOrder(t *testing.T) {
	all, err := Library()
	if err != nil {
		t.Fatal(err)
	}
	var folders, paths []string
	for _, s := range all {
		folder, name := s.LibraryName()
		if want := libraryPath + folder + "/" + name + ".yaml"; s.Path != want {
			t.Errorf("%s belongs into a folder of the library, not deeper", s.Path)
		}
		folders, paths = append(folders, folder), append(paths, folder+" "+name)
	}
	if !slices.IsSorted(paths) {
		t.Errorf("the scenarios are out of order: %v", paths)
	}
	var listed []string
	for _, f := range Folders() {
		listed = append(listed, f.Name)
	}
	if got := slices.Compact(folders); !slices.Equal(got, listed) {
		t.Errorf("scenarios stand in %v, the folders listed are %v", got, listed)
	}
}

// TestLibraryUsesEveryVerb: whatever can go wrong or be done, a story shows it.
func TestLibraryUsesEveryVerb(t *testing.T) {
	all, err := Library()
	if err != nil {
		t.Fatal(err)
	}
	used := map[Verb]bool{}
	for _, s := range all {
		for i := range s.Timeline {
			used[s.Timeline[i].Verb] = true
		}
	}
	for _, v := range Verbs() {
		if !used[v] {
			t.Errorf("no scenario of the library uses %s", v)
		}
	}
}

// TestLibraryReadme: it names every folder, says what each tells, and names
// scenarios that are there.
func TestLibraryReadme(t *testing.T) {
	text, err := fs.ReadFile(LibraryFS(), "README.md")
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, f := range Folders() {
		want = append(want, fmt.Sprintf("| [%s](%s) | %s |", f.Name, f.Name, f.Tells))
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "| [") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("scenarios/library/README.md has the rows\n%s\nexpected\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	all, err := Library()
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range regexp.MustCompile("`[a-z]+(-[a-z]+)+`").FindAllString(string(text), -1) {
		known := func(s *Scenario) bool { _, name := s.LibraryName(); return name == strings.Trim(word, "`") }
		if !slices.ContainsFunc(all, known) {
			t.Errorf("scenarios/library/README.md names %s, which is no scenario", word)
		}
	}
}

func TestLibraryNameOfOthers(t *testing.T) {
	s := New()
	s.Path = "tests/first.yaml"
	if folder, name := s.LibraryName(); folder != "" || name != "" {
		t.Errorf("%s is called %q in the folder %q of the library", s.Path, name, folder)
	}
}
