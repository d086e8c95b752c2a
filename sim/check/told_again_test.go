package check

import "testing"

// TestToldAgain: a repeat under another identifier is no news, unless something
// happened that a person has to be told of.
func TestToldAgain(t *testing.T) {
	const once = `
		0s   setup ada v41
		12s  agent edits cc ada notes="a" v42
		12s  user edits crm ada notes="b" v42
		13s  told flagged ada id=1 text=decide
		14s  engine writes crm ada status=FLAGGED
`
	for _, c := range []struct {
		name, then string
		want       Verdict
	}{
		{"the same message again", `20s told flagged ada id=1 text=decide`, Pass},
		{"under another identifier", `20s told flagged ada id=2 text=decide`, Fail},
		{"it says something else", `20s told flagged ada id=2 text=later`, Pass},
		{"another topic", `20s told failed ada id=2 text=decide`, Pass},
		{"after an edit", "15s user edits crm ada notes=\"c\" v43\n 20s told flagged ada id=2 text=decide", Pass},
		{"after the flag was gone", "15s engine writes crm ada status=IN_SYNC\n 20s told flagged ada id=2 text=decide", Pass},
	} {
		trial{name: c.name, want: c.want, world: tolerance("10s"), text: once + c.then + `
			90s  end idle`}.run(t, "told")
	}
}
