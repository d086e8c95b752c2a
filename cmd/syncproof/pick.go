package main

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/check"
)

// job is one scenario to run under the name that people use for it: the
// library's, or the path of its file.
type job struct {
	name string
	sc   *scenarios.Scenario
	// theme is the library's folder, "" for a file.
	theme string
}

// pick finds, reads and checks the scenarios that the arguments name: files,
// folders (all *.yaml below, hidden ones left out), and names and folders of
// the library; none means the whole library. What is on the disk goes before
// the library. Nothing runs unless all of them are sound; every file that is
// not gets its message.
func pick(args []string) ([]job, error) {
	var jobs []job
	var problems []error
	seen := map[string]bool{}
	add := func(found []job, err error) {
		if err != nil {
			problems = append(problems, err)
		}
		for _, j := range found {
			if !seen[j.name] {
				seen[j.name] = true
				jobs = append(jobs, j)
			}
		}
	}
	if len(args) == 0 {
		add(library())
	}
	for _, arg := range args {
		info, err := os.Stat(arg)
		switch {
		case err != nil && (!looksLikePath(arg) || inLibrary(arg)):
			add(byName(arg))
		case err != nil:
			add(nil, unreadable(arg, err))
		case info.IsDir():
			add(folder(arg))
		default:
			add(file(arg))
		}
	}
	for _, j := range jobs {
		if err := check.CompileExpect(j.sc); err != nil {
			problems = append(problems, err)
		}
	}
	if len(problems) > 0 {
		return nil, &exitError{code: exitUsage, err: errors.Join(problems...)}
	}
	return jobs, nil
}

// unreadable is a file that could not be opened, in a person's words.
func unreadable(name string, err error) error {
	var at *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return misuse("", "%s: no such file or folder", name)
	case errors.As(err, &at):
		err = at.Err
	}
	return misuse("", "%s: %w", name, err)
}

// looksLikePath tells a misspelt path from a misspelt name of the library.
func looksLikePath(arg string) bool {
	return strings.ContainsAny(arg, `/\`) || path.Ext(arg) == ".yaml" || path.Ext(arg) == ".yml"
}

func file(name string) ([]job, error) {
	sc, err := scenarios.ParseFile(name)
	var at *fs.PathError
	switch {
	case errors.As(err, &at):
		return nil, unreadable(name, err)
	case err != nil:
		return nil, err
	}
	return []job{{name: filepath.Clean(name), sc: sc}}, nil
}

func folder(root string) ([]job, error) {
	var jobs []job
	var problems []error
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := name != root && strings.HasPrefix(entry.Name(), ".")
		if entry.IsDir() && hidden {
			return fs.SkipDir
		}
		if entry.IsDir() || hidden || filepath.Ext(name) != ".yaml" {
			return nil
		}
		found, err := file(name)
		if err != nil {
			problems = append(problems, err)
		}
		jobs = append(jobs, found...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(jobs)+len(problems) == 0 {
		return nil, misuse("", "no *.yaml files in %s", root)
	}
	return jobs, errors.Join(problems...)
}

// library is every embedded scenario.
func library() ([]job, error) {
	all, err := scenarios.Library()
	if err != nil {
		return nil, broken("the embedded library: %w", err)
	}
	jobs := make([]job, 0, len(all))
	for _, sc := range all {
		theme, name := sc.LibraryName()
		jobs = append(jobs, job{name: name, sc: sc, theme: theme})
	}
	return jobs, nil
}

// inLibrary tells table/higher-version-wins, as `syncproof requirements`
// writes it, from a path that leads nowhere.
func inLibrary(arg string) bool {
	theme, _, _ := strings.Cut(arg, "/")
	return path.Ext(arg) == "" && slices.ContainsFunc(scenarios.Folders(), func(f scenarios.Folder) bool { return f.Name == theme })
}

// byName finds one scenario of the library by its name, with or without its
// folder, or a whole folder by its own.
func byName(arg string) ([]job, error) {
	all, err := library()
	if err != nil {
		return nil, err
	}
	arg = strings.TrimSuffix(arg, "/")
	known := make([]string, 0, len(all))
	var found []job
	for _, j := range all {
		if arg == j.name || arg == j.theme || arg == j.theme+"/"+j.name {
			found = append(found, j)
		}
		known = append(known, j.name)
	}
	if len(found) > 0 {
		return found, nil
	}
	for _, f := range scenarios.Folders() {
		known = append(known, f.Name)
	}
	hint := "; `syncproof run --list` shows the library"
	if near := nearest(path.Base(arg), known); near != "" {
		hint = "; did you mean " + near + "?"
	}
	return nil, misuse("", "%s is neither a file nor a scenario of the library%s", arg, hint)
}

// pickOne is pick for the verbs that look at a single scenario.
func pickOne(arg string) (job, error) {
	jobs, err := pick([]string{arg})
	if err != nil {
		return job{}, err
	}
	if len(jobs) != 1 {
		return job{}, misuse("name one file", "%s holds %d scenarios", arg, len(jobs))
	}
	return jobs[0], nil
}
