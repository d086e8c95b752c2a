//go:build unix

package sqlfile

import "os"

// syncFolder makes a rename in a folder durable.
func syncFolder(path string) error { return syncAt(path, os.O_RDONLY) }
