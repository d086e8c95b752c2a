package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/reports"
)

func TestConclude(t *testing.T) {
	tests := []struct {
		err  error
		code int
		text string
	}{
		{nil, 0, ""},
		{verdictError(reports.Pass), 0, ""},
		{verdictError(reports.Fail), 1, ""},
		{verdictError(reports.Inconclusive), 2, ""},
		{verdictError(reports.HarnessFailure), 70, ""},
		{misuse("do this", "no %s", "way"), 64, "syncproof: no way\n  do this\n"},
		{fmt.Errorf("wrapped: %w", misuse("", "no")), 64, "syncproof: no\n"},
		{errors.New("nobody classified this"), 70, "syncproof: nobody classified this\n"},
		{errors.New("evil \x1b[2J"), 70, `syncproof: evil \x1b[2J` + "\n"},
	}
	for _, tt := range tests {
		var b bytes.Buffer
		if code := conclude(&b, tt.err); code != tt.code || b.String() != tt.text {
			t.Errorf("%v: code %d text %q, want %d %q", tt.err, code, b.String(), tt.code, tt.text)
		}
	}
}

func TestGuardTurnsAPanicIntoAHarnessFailure(t *testing.T) {
	var b bytes.Buffer
	code := func() (code int) {
		defer guard(&b, &code)
		panic("boom")
	}()
	if code != exitHarness || !strings.Contains(b.String(), "the harness failed: boom") {
		t.Errorf("code %d text %q", code, b.String())
	}
}

func TestWriteFileIsAllOrNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.json")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	boom := errors.New("boom")
	err := writeFile(path, func(w io.Writer) error {
		_, _ = io.WriteString(w, "half")
		return boom
	})
	if !errors.Is(err, boom) {
		t.Errorf("error %v", err)
	}
	if text, _ := os.ReadFile(path); string(text) != "old" {
		t.Errorf("a failed write left %q", text)
	}
	if err := writeFile(path, func(w io.Writer) error { _, err := io.WriteString(w, "new"); return err }); err != nil {
		t.Fatal(err)
	}
	if text, _ := os.ReadFile(path); string(text) != "new" {
		t.Errorf("a write left %q", text)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) > 0 {
		t.Errorf("temporary files remain: %v", left)
	}
}

func TestNearest(t *testing.T) {
	known := []string{"run", "replay", "requirements", "report"}
	for in, want := range map[string]string{"rnu": "run", "relpay": "replay", "requirement": "requirements", "zebra": "", "req": "requirements"} {
		if got := nearest(in, known); got != want {
			t.Errorf("nearest(%q) = %q, want %q", in, got, want)
		}
	}
}
