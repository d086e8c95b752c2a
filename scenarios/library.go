package scenarios

import (
	"embed"
	"io/fs"
	"path"
)

//go:embed library/*.yaml
var libraryFiles embed.FS

// libraryPath is where the embedded files live in the source tree; scenarios
// of the library carry it in their Path, so that messages lead to the file.
const libraryPath = "scenarios/library/"

// LibraryFS is the embedded library: one .yaml file for each scenario.
func LibraryFS() fs.FS {
	sub, err := fs.Sub(libraryFiles, "library")
	if err != nil {
		panic(err)
	}
	return sub
}

// Library parses every embedded scenario, in the order of the file names.
// The scenarios are the caller's own.
func Library() ([]*Scenario, error) {
	names, err := fs.Glob(libraryFiles, "library/*.yaml")
	if err != nil {
		return nil, err
	}
	all := make([]*Scenario, len(names))
	for i, name := range names {
		data, err := libraryFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if all[i], err = Parse(libraryPath+path.Base(name), data); err != nil {
			return nil, err
		}
	}
	return all, nil
}
