package scenarios

import (
	"embed"
	"io/fs"
	"path"
	"strings"
)

//go:embed library
var libraryFiles embed.FS

// libraryPath is where the embedded files live in the source tree; scenarios
// of the library carry it in their Path, so that messages lead to the file.
const libraryPath = "scenarios/library/"

// Folder is one theme of the library.
type Folder struct {
	Name string `json:"name"`
	// Tells says in a few words what its scenarios are about.
	Tells string `json:"tells"`
}

// Folders lists the themes of the library in the order of their names.
func Folders() []Folder {
	return []Folder{
		{"accounts", "accounts beside contacts: one engine, a mapping for each object"},
		{"clocks", "clocks that are wrong, drift, step or change to summer time"},
		{"crashes", "the engine dies, its disk tears or is lost"},
		{"deletes", "deletes, undeletes, deletes against edits, mass deletes"},
		{"guide", "the guide's mapping, its four traps and three edge cases"},
		{"limits", "429 and other limit signals, quotas, tokens, permissions"},
		{"links-and-identity", "first links, new customers, merged contacts, duplicates"},
		{"network", "outages, lost and slow answers, server errors"},
		{"notices", "webhooks, polling and its watermark"},
		{"policies-and-people", "the review queue, restoring, the status, one-way fields"},
		{"table", "the decision table, row by row: versions, tolerance, ties, merges"},
		{"values", "types, phone numbers, empty values, validation, schema drift"},
	}
}

// LibraryFS is the embedded library: a folder for each theme, in it one .yaml
// file for each scenario, and a README.md.
func LibraryFS() fs.FS {
	sub, err := fs.Sub(libraryFiles, "library")
	if err != nil {
		panic(err)
	}
	return sub
}

// Library parses every embedded scenario, ordered by folder and then by name.
// No two share a name. The scenarios are the caller's own.
func Library() ([]*Scenario, error) {
	var all []*Scenario
	err := walkLibrary(func(name string, data []byte) error {
		s, err := Parse(libraryPath+name, data)
		all = append(all, s)
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// LibraryName is what people call a scenario of the library, by its Path: the
// folder and the name, such as table and higher-version-wins. Both are "" for
// a scenario from elsewhere.
func (s *Scenario) LibraryName() (folder, name string) {
	inside, ok := strings.CutPrefix(s.Path, libraryPath)
	if !ok {
		return "", ""
	}
	folder, file := path.Split(inside)
	return strings.TrimSuffix(folder, "/"), strings.TrimSuffix(file, ".yaml")
}

// walkLibrary hands out every scenario file, by its path inside the library.
func walkLibrary(visit func(name string, data []byte) error) error {
	files := LibraryFS()
	return fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".yaml" {
			return err
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		return visit(name, data)
	})
}
