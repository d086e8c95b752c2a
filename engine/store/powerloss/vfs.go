package powerloss

import (
	"fmt"
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// The types of SQLite's callbacks that the disk stands in for.
type (
	openFunc     = func(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32
	deleteFunc   = func(tls *libc.TLS, vfs, name uintptr, dir int32) int32
	closeFunc    = func(tls *libc.TLS, file uintptr) int32
	writeFunc    = func(tls *libc.TLS, file, data uintptr, n int32, at int64) int32
	truncateFunc = func(tls *libc.TLS, file uintptr, size int64) int32
	syncFunc     = func(tls *libc.TLS, file uintptr, flags int32) int32
)

// handle is one open file.
type handle struct {
	disk *Disk
	path string
	own  *sqlite3.Tsqlite3_io_methods // of the machine's VFS
}

// registry finds what belongs to the addresses that SQLite calls back with.
var registry = struct {
	sync.Mutex
	disks   map[uintptr]*Disk   // by VFS
	files   map[uintptr]*handle // by open file
	methods map[uintptr]uintptr // ours, by those of the machine's VFS
	machine *sqlite3.Tsqlite3_vfs
	count   int
}{disks: map[uintptr]*Disk{}, files: map[uintptr]*handle{}, methods: map[uintptr]uintptr{}}

// at is what lies at an address of SQLite's memory, which no collector moves.
func at[V any](address uintptr) *V { return *(**V)(unsafe.Pointer(&address)) }

// function is the callback that a field of a table holds.
func function[F any](field *uintptr) F { return *(*F)(unsafe.Pointer(field)) }

// set puts a callback, a function of this package, into a field of a table.
func set[F any](field *uintptr, f F) { *(*F)(unsafe.Pointer(field)) = f }

// New registers a disk. It stays known to SQLite until the process ends.
func New() (*Disk, error) {
	registry.Lock()
	defer registry.Unlock()
	tls := libc.NewTLS()
	defer tls.Close()
	own := sqlite3.Xsqlite3_vfs_find(tls, 0)
	if own == 0 {
		return nil, fmt.Errorf("SQLite knows no VFS of the machine")
	}
	registry.machine = at[sqlite3.Tsqlite3_vfs](own)
	registry.count++
	name := fmt.Sprintf("powerloss%d", registry.count)
	text, err := libc.CString(name)
	if err != nil {
		return nil, err
	}
	address := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_vfs{})))
	if address == 0 {
		return nil, fmt.Errorf("there is no memory for a VFS")
	}
	vfs := at[sqlite3.Tsqlite3_vfs](address)
	*vfs = *registry.machine
	vfs.FpNext, vfs.FzName = 0, text
	set[openFunc](&vfs.FxOpen, open)
	set[deleteFunc](&vfs.FxDelete, remove)
	d := &Disk{name: name, base: map[string][]byte{}, cutAfter: -1, room: -1}
	registry.disks[address] = d
	if rc := sqlite3.Xsqlite3_vfs_register(tls, address, 0); rc != sqlite3.SQLITE_OK {
		return nil, fmt.Errorf("SQLite refuses the VFS with code %d", rc)
	}
	return d, nil
}

// open opens a file by the machine's VFS and puts the disk between.
func open(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32 {
	registry.Lock()
	defer registry.Unlock()
	d := registry.disks[vfs]
	if name != 0 {
		if err := d.opened(libc.GoString(name)); err != nil {
			return sqlite3.SQLITE_CANTOPEN
		}
	}
	rc := function[openFunc](&registry.machine.FxOpen)(tls, vfs, name, file, flags, out)
	f := at[sqlite3.Tsqlite3_file](file)
	if rc != sqlite3.SQLITE_OK || f.FpMethods == 0 || name == 0 {
		return rc
	}
	registry.files[file] = &handle{disk: d, path: libc.GoString(name), own: at[sqlite3.Tsqlite3_io_methods](f.FpMethods)}
	f.FpMethods = between(tls, f.FpMethods)
	return rc
}

// between is a table of methods with the disk's in place of some.
func between(tls *libc.TLS, own uintptr) uintptr {
	if ours, known := registry.methods[own]; known {
		return ours
	}
	address := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_io_methods{})))
	m := at[sqlite3.Tsqlite3_io_methods](address)
	*m = *at[sqlite3.Tsqlite3_io_methods](own)
	set[closeFunc](&m.FxClose, closeFile)
	set[writeFunc](&m.FxWrite, write)
	set[truncateFunc](&m.FxTruncate, truncate)
	set[syncFunc](&m.FxSync, syncFile)
	registry.methods[own] = address
	return address
}

func handleOf(file uintptr) *handle {
	registry.Lock()
	defer registry.Unlock()
	return registry.files[file]
}

func closeFile(tls *libc.TLS, file uintptr) int32 {
	h := handleOf(file)
	registry.Lock()
	delete(registry.files, file)
	registry.Unlock()
	return function[closeFunc](&h.own.FxClose)(tls, file)
}

func write(tls *libc.TLS, file, data uintptr, n int32, offset int64) int32 {
	h := handleOf(file)
	d := h.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.room >= 0 {
		if int64(n) > d.room {
			return sqlite3.SQLITE_FULL
		}
		d.room -= int64(n)
	}
	rc := function[writeFunc](&h.own.FxWrite)(tls, file, data, n, offset)
	if rc == sqlite3.SQLITE_OK {
		bytes := unsafe.Slice(at[byte](data), n)
		d.note(entry{kind: wrote, path: h.path, at: offset, data: append([]byte{}, bytes...)})
	}
	return rc
}

func truncate(tls *libc.TLS, file uintptr, size int64) int32 {
	h := handleOf(file)
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	rc := function[truncateFunc](&h.own.FxTruncate)(tls, file, size)
	if rc == sqlite3.SQLITE_OK {
		h.disk.note(entry{kind: truncated, path: h.path, at: size})
	}
	return rc
}

func syncFile(_ *libc.TLS, file uintptr, _ int32) int32 {
	if h := handleOf(file); !h.disk.sync(h.path) {
		return sqlite3.SQLITE_IOERR_FSYNC
	}
	return sqlite3.SQLITE_OK
}

func remove(tls *libc.TLS, vfs, name uintptr, dir int32) int32 {
	registry.Lock()
	d, machine := registry.disks[vfs], registry.machine
	registry.Unlock()
	d.mu.Lock()
	defer d.mu.Unlock()
	rc := function[deleteFunc](&machine.FxDelete)(tls, vfs, name, dir)
	if rc == sqlite3.SQLITE_OK {
		d.note(entry{kind: deleted, path: libc.GoString(name), synced: dir != 0})
	}
	return rc
}
