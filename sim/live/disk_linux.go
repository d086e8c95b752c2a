package live

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// diskRefusal is why no process can be kept from its disk here, "" if one can.
const diskRefusal = ""

// bar lets no write of a process reach a file, or lets them again: as far as it
// can tell the file system has no room. Pipes and sockets stay open to it.
func bar(pid int, full bool) error {
	var limit unix.Rlimit
	if err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, nil, &limit); err != nil {
		return fmt.Errorf("the engine's disk cannot be filled: %w", err)
	}
	if limit.Cur = limit.Max; full {
		limit.Cur = 0
	}
	if err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, &limit, nil); err != nil {
		return fmt.Errorf("the engine's disk cannot be filled: %w", err)
	}
	return nil
}
