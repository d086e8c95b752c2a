package reports

import (
	"fmt"
	"strings"
)

// layout is the columns of the console's table. The verdict and the name are
// always there; what was decided, how many checks held, the virtual time and
// the title follow in this order as far as the width goes.
type layout struct {
	// Widths in cells, 0 for a column that is left out.
	verdict, name, decided, checks, virtual, title int
	// whole: a title is not cut, as nothing is said of a width.
	whole bool
}

// logWidth is the table's width where the receiving end names none: a log of
// continuous integration wraps what is much longer.
const logWidth = 120

// The columns' greatest, smallest and fixed widths.
const (
	nameMost     = 44
	decidedMost  = 48
	decidedLeast = 14
	decidedRoomy = 34 // the width up to which it goes before any later column
	checksWidth  = 6
	virtualWidth = 12
	titleLeast   = 16
	gap          = 2
)

func newLayout(style Style, names []string) layout {
	l := layout{verdict: len("HARNESS FAULT"), name: len("SCENARIO")}
	if style.Unicode {
		l.verdict += 2
	}
	width := style.Width
	if width <= 0 {
		width = logWidth
	}
	for _, n := range names {
		l.name = max(l.name, Width(Plain(n)))
	}
	l.name = min(l.name, nameMost, max(width/3, len("SCENARIO")))
	room := width - l.verdict - gap - l.name
	take := func(least, most int) int {
		if room < gap+least {
			room = 0 // the columns behind it are left out as well
			return 0
		}
		n := min(room-gap, most)
		room -= gap + n
		return n
	}
	l.decided = take(decidedLeast, decidedRoomy)
	l.checks = take(checksWidth, checksWidth)
	more := min(room, decidedMost-decidedRoomy)
	if l.decided == decidedRoomy && more > 0 {
		l.decided += more
		room -= more
	}
	l.virtual = take(virtualWidth, virtualWidth)
	l.title = take(titleLeast, width)
	l.whole = style.Width <= 0
	return l
}

func (l *layout) heading() string {
	return pad("VERDICT", l.verdict) + "  " + l.cells("SCENARIO", func(int) string { return "DECIDED" }, "CHECKS", "VIRTUAL", "TITLE")
}

// row is a case without its verdict, which may be coloured.
func (l *layout) row(k *Case) string {
	t := k.Tally()
	checks := fmt.Sprintf("%d/%d", t.Pass, t.Pass+t.Fail+t.Unknown)
	what := func(room int) string { return decided(k.Decisions, room) }
	return l.cells(Plain(k.Name), what, checks, Clock(k.Virtual), Plain(k.Title))
}

// cells lays out what follows the verdict. A name that is longer than its
// column is not cut, because it is what a reader copies: it takes its room from
// what was decided. The title comes last and is cut, never padded, so that
// runes of ambiguous width shift nothing.
func (l *layout) cells(name string, what func(room int) string, checks, virtual, title string) string {
	line := pad(name, l.name)
	if l.decided > 0 {
		end := l.name + gap + l.decided
		if room := end - Width(line) - gap; room > 0 {
			line += "  " + what(room)
		}
		line = pad(line, end)
	}
	if l.checks > 0 {
		line += "  " + pad(checks, l.checks)
	}
	if l.virtual > 0 {
		line += "  " + pad(virtual, l.virtual)
	}
	switch {
	case l.title > 0 && l.whole:
		line += "  " + title
	case l.title > 0:
		line += "  " + Fit(title, l.title)
	}
	return strings.TrimRight(line, " ")
}
