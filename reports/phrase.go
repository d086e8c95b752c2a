package reports

import (
	"fmt"
	"strings"
	"time"

	"github.com/syncproof/syncproof/sim/trace"
)

// phrase says what one event reports, by the fields that its kind fills.
func (j *Journal) phrase(e *trace.Event) string {
	switch e.Kind {
	case trace.Send, trace.Arrive, trace.Answer, trace.Receive, trace.Lose:
		return exchange(e)
	case trace.Read:
		return fmt.Sprintf("%s at version %d shown to %s (call %d)", j.Name(e), e.Version, e.Actor, e.Call)
	case trace.Feed:
		return fmt.Sprintf("%s shown to %s (call %d)", plural(len(e.Records), "changed record"), e.Actor, e.Call)
	case trace.Commit:
		return j.commit(e)
	case trace.Notify:
		return fmt.Sprintf("%s: notice %d because of #%d", j.Name(e), e.Notice, e.Cause)
	case trace.Deliver, trace.Ack, trace.Missed:
		return j.webhook(e)
	case trace.FaultBegin, trace.FaultEnd:
		return words(e.Code, e.Text)
	case trace.Crash, trace.Restart, trace.Idle, trace.Output, trace.End:
		return words(e.Code, e.Text)
	case trace.Person:
		return words(e.Verb, e.Alias, e.Text)
	case trace.Told:
		return words(e.Verb, firstOf(e.Alias, e.Record), e.Text)
	case trace.Gauge:
		return fmt.Sprintf("%s %d of at most %d", e.Code, e.Version, e.Before)
	case trace.ClaimDecision:
		return claim(e)
	case trace.ClaimStatus, trace.ClaimState:
		return words(firstOf(e.Alias, e.Record), e.Code)
	}
	return words(e.Verb, e.Code, e.Text)
}

func exchange(e *trace.Event) string {
	call := fmt.Sprintf("call %d", e.Call)
	switch e.Kind {
	case trace.Send:
		if e.Attempt > 1 {
			call += fmt.Sprintf(", attempt %d", e.Attempt)
		}
		return fmt.Sprintf("%s %s from %s (%s)", e.Method, e.Path, e.Actor, call)
	case trace.Arrive:
		return fmt.Sprintf("%s %s by %s (%s)", e.Method, e.Path, e.Actor, call)
	case trace.Lose:
		return fmt.Sprintf("no answer: %s (%s)", e.Code, call)
	}
	s := fmt.Sprintf("HTTP %d", e.Status)
	if e.Code != "" {
		s += " " + e.Code
	}
	if e.RetryAfter != "" {
		s += ", Retry-After " + e.RetryAfter
	}
	return s + " (" + call + ")"
}

func (j *Journal) commit(e *trace.Event) string {
	s := fmt.Sprintf("%s %sed by %s", j.Name(e), strings.TrimSuffix(e.Verb, "e"), e.Actor)
	switch e.Verb {
	case trace.Setup:
		s = j.Name(e) + " as it stands before the run"
	case trace.Merge:
		s += " into " + e.External
	}
	if e.Before != e.Version {
		s += fmt.Sprintf(", version %d -> %d", e.Before, e.Version)
	} else {
		s += fmt.Sprintf(", version %d", e.Version)
	}
	if e.Stamp != 0 {
		s += ", stamped " + time.Unix(0, e.Stamp).UTC().Format("15:04:05.000")
	}
	return s + changes(e.Changes)
}

// changes lists fields with their values before and after.
func changes(all []trace.Change) string { return list(all, change) }

func change(c *trace.Change) string {
	return fmt.Sprintf("%s %s -> %s", c.Field, value(c.Before, c.Had), value(c.After, c.Has))
}

// list is a colon and the words for each change, "" if there is none.
func list(all []trace.Change, words func(*trace.Change) string) string {
	var b strings.Builder
	for i := range all {
		if i == 0 {
			b.WriteString(": ")
		} else {
			b.WriteString(", ")
		}
		b.WriteString(words(&all[i]))
	}
	return b.String()
}

func value(text string, present bool) string {
	if !present {
		return "none"
	}
	return fmt.Sprintf("%q", Fit(text, 60))
}

func (j *Journal) webhook(e *trace.Event) string {
	s := fmt.Sprintf("%s: notice %d, attempt %d", j.Name(e), e.Notice, e.Attempt)
	if e.Status != 0 {
		s += fmt.Sprintf(", HTTP %d", e.Status)
	}
	if e.Code != "" {
		s += ", " + e.Code
	}
	return s
}

func claim(e *trace.Event) string {
	s := fmt.Sprintf("%s: %s by %s", firstOf(e.Alias, e.Record), e.Verb, e.Code)
	if e.Origin != "" {
		s += ", winner " + e.Origin
	}
	if e.Text != "" {
		s += ", " + e.Text
	}
	return s + list(e.Changes, func(c *trace.Change) string {
		if !c.Has {
			return fmt.Sprintf("%s lost %s", c.Field, value(c.Before, c.Had))
		}
		return change(c)
	})
}

// words joins what is not empty.
func words(parts ...string) string {
	kept := parts[:0:0]
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, " ")
}
