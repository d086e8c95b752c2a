package check

import "fmt"

// maxFindings bounds the evidence that one check returns.
const maxFindings = 20

// tally gathers what a check saw and found, and turns it into a verdict.
type tally struct {
	m        *model
	seen     int
	failed   int
	findings []Finding
	unsure   string // why a pass cannot be given, "" if it can
}

// fail adds a violation with its causal chain, oldest operation first.
func (t *tally) fail(record string, ops []uint64, format string, args ...any) {
	t.failed++
	if len(t.findings) < maxFindings {
		t.findings = append(t.findings, Finding{Record: record, Message: fmt.Sprintf(format, args...), Ops: ops})
	}
}

// doubt notes evidence that is missing; the first reason is kept.
func (t *tally) doubt(format string, args ...any) {
	if t.unsure == "" {
		t.unsure = fmt.Sprintf(format, args...)
	}
}

// verdict closes the tally. A violation that was seen is a failure whatever
// else is missing; a journal that was cut short never passes.
func (t *tally) verdict(passed phrase, nothing string) Result {
	r := Result{Seen: t.seen, Findings: t.findings}
	switch {
	case t.failed > 0:
		r.Verdict, r.Reason = Fail, t.findings[0].Message
		if t.failed > 1 {
			r.Reason = fmt.Sprintf("%s (and %d more)", r.Reason, t.failed-1)
		}
	case t.unsure != "":
		r.Verdict, r.Reason = Unknown, t.unsure
	case t.m.end < 0:
		r.Verdict, r.Reason = Unknown, "the journal has no end: the run was cut short"
	case t.seen == 0:
		r.Verdict, r.Reason = NotApplicable, nothing
	default:
		r.Verdict, r.Reason = Pass, passed.count(t.seen)
	}
	return r
}
