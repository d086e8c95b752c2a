//go:build !linux

package live

// diskRefusal is why no process can be kept from its disk here.
const diskRefusal = "only Linux lets one process set the limits of another"

func bar(int, bool) error { return nil }
