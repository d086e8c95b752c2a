package sqlite

import (
	"os"
	"syscall"
)

// datasync syncs what was appended.
func datasync(f *os.File) error { return syscall.Fdatasync(int(f.Fd())) }
