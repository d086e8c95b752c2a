package vector

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/syncproof/syncproof/engine/resolve"
)

// MaxLine is the longest case that Run reads, in bytes.
const MaxLine = 1 << 20

// Run reads one case a line and writes one decision a line, until the end of
// the input or the first case that cannot be read, which is an *Error with
// its line. Empty lines are skipped.
func Run(r io.Reader, w io.Writer) error {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(make([]byte, 0, 64<<10), MaxLine)
	out := bufio.NewWriter(w)
	line := 0
	for scanner.Scan() {
		line++
		if len(bytes.TrimSpace(scanner.Bytes())) == 0 {
			continue
		}
		in, err := Parse(scanner.Bytes())
		if err != nil {
			return errors.Join(numbered(err, line), out.Flush())
		}
		if _, err := out.Write(append(Encode(in, resolve.Decide(in)), '\n')); err != nil {
			return fmt.Errorf("write the decision of line %d: %w", line, err)
		}
	}
	if err := scanner.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			err = &Error{Line: line + 1, Found: "a longer line", Expected: fmt.Sprintf("at most %d bytes", MaxLine)}
		}
		return errors.Join(err, out.Flush())
	}
	return out.Flush()
}

func numbered(err error, line int) error {
	var e *Error
	if errors.As(err, &e) {
		e.Line = line
	}
	return err
}
