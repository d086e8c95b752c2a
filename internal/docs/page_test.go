package docs

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// root is the top of the repository.
const root = "../.."

// page is one Markdown file, by its path below root.
type page struct {
	name  string
	lines []string
}

// block is one fenced block of a page.
type block struct {
	language string
	file     string // the file that the fence names, "" for none
	first    int    // index of the first line between the fences
	lines    []string
}

// command is one "$ " line of a console block and what is shown below it.
type command struct {
	line  int // index of the "$ " line
	text  string
	shown []string
}

// pages are all Markdown files that a reader is meant to see.
func pages(t *testing.T) []*page {
	t.Helper()
	names := []string{"README.md", "CONTRIBUTING.md", "scenarios/library/README.md"}
	for _, pattern := range []string{"docs/*.md", "docs/decisions/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range found {
			names = append(names, strings.TrimPrefix(filepath.ToSlash(path), root+"/"))
		}
	}
	if len(names) < 10 {
		t.Fatalf("only %d pages found: %v", len(names), names)
	}
	var all []*page
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, &page{name, strings.Split(string(text), "\n")})
	}
	return all
}

func (p *page) save(t *testing.T) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(root, p.name), []byte(strings.Join(p.lines, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
}

// blocks are the fenced blocks of the page, in order.
func (p *page) blocks() []block {
	var all []block
	var open *block
	for i, line := range p.lines {
		info, fence := strings.CutPrefix(line, "```")
		switch {
		case !fence && open != nil:
			open.lines = append(open.lines, line)
		case !fence:
		case open != nil:
			all, open = append(all, *open), nil
		default:
			language, file, _ := strings.Cut(info, " ")
			open = &block{language: language, file: file, first: i + 1}
		}
	}
	return all
}

// commands are the "$ " lines of a console block. Lines before the first one
// belong to none and are an error of the page, reported by the caller.
func (b *block) commands() (all []command, stray bool) {
	for i, line := range b.lines {
		text, ok := strings.CutPrefix(line, "$ ")
		switch {
		case ok:
			all = append(all, command{line: b.first + i, text: text})
		case len(all) > 0:
			last := &all[len(all)-1]
			last.shown = append(last.shown, line)
		case line != "":
			stray = true
		}
	}
	for i := range all {
		all[i].shown = trimEmpty(all[i].shown)
	}
	return all, stray
}

// trimEmpty drops empty lines at the end.
func trimEmpty(lines []string) []string {
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	return slices.Clone(lines)
}
