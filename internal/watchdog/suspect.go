package watchdog

import (
	"fmt"
	"strings"
)

// Suspect is a goroutine that may be what holds a run up.
type Suspect struct {
	// State as the runtime names it: "sync.Mutex.Lock", "sleep", "running" ...
	State string
	// Function and Place are the innermost frame that belongs neither to the
	// standard library nor to the runtime: the line to look at.
	Function string
	Place    string
	// Stack is the goroutine's whole trace.
	Stack string
}

func (s Suspect) String() string {
	return fmt.Sprintf("%s at %s (%s)", s.Function, s.Place, s.State)
}

// Suspects finds in a dump of all goroutines those that are in the middle of
// a call of one of the marked functions (matched as part of the function's
// name) and do not wait as they should: a coroutine parked by the simulator
// waits for its turn, anything else is a suspect. A goroutine that only
// waits for such a coroutine is not one.
func Suspects(dump string, marks ...string) []Suspect {
	var all []Suspect
	for trace := range strings.SplitSeq(dump, "\n\n") {
		head, frames, ok := strings.Cut(strings.TrimSpace(trace), "\n")
		state := stateOf(head)
		if !ok || state == "coroutine" || !mentions(frames, marks) {
			continue
		}
		function, place := innermost(frames)
		if function == "" {
			continue
		}
		all = append(all, Suspect{State: state, Function: function, Place: place, Stack: strings.TrimSpace(trace)})
	}
	return all
}

// stateOf reads "goroutine 7 [sync.Mutex.Lock, 2 minutes]:".
func stateOf(head string) string {
	_, rest, ok := strings.Cut(head, "[")
	if !ok {
		return ""
	}
	state, _, _ := strings.Cut(rest, "]")
	state, _, _ = strings.Cut(state, ",")
	return strings.TrimSuffix(state, " (durable)")
}

func mentions(frames string, marks []string) bool {
	for _, m := range marks {
		if strings.Contains(frames, m) {
			return true
		}
	}
	return false
}

// innermost returns the first frame outside the standard library. A frame is
// two lines: the function with its arguments, and an indented file and line.
func innermost(frames string) (function, place string) {
	lines := strings.Split(frames, "\n")
	for i := 0; i+1 < len(lines); i += 2 {
		name := lines[i]
		if strings.HasPrefix(name, "created by ") || name == "panic" {
			continue
		}
		if cut := strings.LastIndexByte(name, '('); cut > 0 {
			name = name[:cut]
		}
		if standard(name) {
			continue
		}
		place, _, _ = strings.Cut(strings.TrimSpace(lines[i+1]), " +0x")
		return name, place
	}
	return "", ""
}

// standard reports a function of the standard library: its import path has
// no dot in the first element, and it is not main.
func standard(name string) bool {
	first, _, nested := strings.Cut(name, "/")
	if !nested {
		first, _, _ = strings.Cut(name, ".")
		return first != "main"
	}
	return !strings.Contains(first, ".")
}
