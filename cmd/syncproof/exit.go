package main

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"github.com/syncproof/syncproof/reports"
)

// The exit codes of the command line.
const (
	exitPass         = 0
	exitFail         = 1
	exitInconclusive = 2
	exitUsage        = 64
	exitHarness      = 70
)

// exitError is an error that knows its exit code. Without a cause it prints
// nothing: the report has already said it.
type exitError struct {
	code int
	err  error
	hint string
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// misuse is an error of whoever called: wrong flags, arguments or input.
func misuse(hint, format string, args ...any) error {
	return &exitError{code: exitUsage, err: fmt.Errorf(format, args...), hint: hint}
}

// broken is a failure of the tool or of the machine under it.
func broken(format string, args ...any) error {
	return &exitError{code: exitHarness, err: fmt.Errorf(format, args...)}
}

// verdictError is nil for a pass. A harness failure outranks a failed check,
// and both outrank what could not be decided.
func verdictError(v reports.Verdict) error {
	switch v {
	case reports.Pass:
		return nil
	case reports.Fail:
		return &exitError{code: exitFail}
	case reports.Inconclusive:
		return &exitError{code: exitInconclusive}
	}
	return &exitError{code: exitHarness}
}

// conclude prints an error where there is something to print and gives the
// exit code. An error that nobody classified is the tool's own failure.
func conclude(w io.Writer, err error) int {
	if err == nil {
		return exitPass
	}
	var e *exitError
	if !errors.As(err, &e) {
		e = &exitError{code: exitHarness, err: err}
	}
	if e.err != nil {
		for line := range strings.SplitSeq(e.err.Error(), "\n") {
			_, _ = fmt.Fprintf(w, "syncproof: %s\n", reports.Plain(line))
		}
	}
	if e.hint != "" {
		_, _ = fmt.Fprintf(w, "  %s\n", e.hint)
	}
	return e.code
}

// guard turns a panic into the exit code of a broken harness, with its stack.
func guard(w io.Writer, code *int) {
	if p := recover(); p != nil {
		_, _ = fmt.Fprintf(w, "syncproof: the harness failed: %v\n%s", p, debug.Stack())
		*code = exitHarness
	}
}
