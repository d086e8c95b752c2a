package check

// rightWinner: the result of every conflict, and of every edit on one side
// only, is one that the table gives over some cut of what the engine had read.
func rightWinner(m *model) Result {
	t := &tally{m: m}
	blind := 0
	for _, p := range m.people {
		for _, w := range p.story.writes {
			switch {
			case w.wrong != "":
				t.seen++
				t.fail(p.name, m.chain(w.ev, p), "at %s in %s: %s", clockText(m.ev[w.ev].At), sideNames[w.side], w.wrong)
			case w.unjudged && !w.outlived && p.simple() && len(w.changes) > 0:
				blind++
			case w.conflict:
				t.seen++
			}
		}
	}
	if blind > 0 && t.failed == 0 && m.reads == 0 {
		t.doubt("%d writes rest on states of which the journal does not show that the engine read them", blind)
	}
	return t.verdict(phrase{"conflict ended as the table says", "conflicts ended as the table says"}, "no edit met another")
}
