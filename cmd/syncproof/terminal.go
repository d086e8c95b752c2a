package main

import (
	"io"
	"os"

	"golang.org/x/term"

	"github.com/syncproof/syncproof/reports"
)

// terminal is the file behind w if that is a terminal.
func terminal(w io.Writer) (*os.File, bool) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil, false
	}
	return f, true
}

// style is what standard output can show: width, marks and colours only on a
// terminal, colours only where nobody forbade them.
func (a *app) style() reports.Style {
	s := reports.Style{Quiet: a.quiet}
	f, ok := terminal(a.out)
	if !ok {
		return s
	}
	if width, _, err := term.GetSize(int(f.Fd())); err == nil {
		s.Width = width
	}
	dumb := os.Getenv("TERM") == "dumb"
	s.Unicode = !dumb
	s.Colour = !dumb && !a.noColor && os.Getenv("NO_COLOR") == ""
	return s
}
