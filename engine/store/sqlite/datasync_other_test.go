//go:build !linux

package sqlite

import "os"

// datasync syncs what was appended.
func datasync(f *os.File) error { return f.Sync() }
