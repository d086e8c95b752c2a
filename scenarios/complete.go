package scenarios

import (
	"cmp"
	"errors"
	"fmt"
)

// Complete makes a scenario that a program built what Parse would make of its
// file: every default is filled in, every name and every bound is checked, and
// what the file cannot say of a step (the argument of another verb) is gone.
// Lines and columns become those of the file that [Scenario.Marshal] writes;
// the path stays. The error says what no file can express; the scenario is
// then unchanged.
//
// It costs about a millisecond, because it reads what it wrote: so there is
// one set of rules, the parser's.
func (s *Scenario) Complete() error {
	data, err := s.text()
	if err != nil {
		return err
	}
	complete, err := s.read(data)
	if err != nil {
		return err
	}
	complete.Path = s.Path
	*s = *complete
	return nil
}

// read parses what was written for s: a scenario that a program built may hold
// what no file may.
func (s *Scenario) read(data []byte) (*Scenario, error) {
	parsed, err := Parse(cmp.Or(s.Path, "scenario"), data)
	if err != nil {
		return nil, fmt.Errorf("this scenario cannot be written as a file: %w", err)
	}
	return parsed, nil
}

var errTwoKindsOfRecords = errors.New("this scenario cannot be written as a file: found listed and generated records; expected one or the other")
