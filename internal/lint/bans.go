package lint

import (
	"go/types"
	"slices"
	"strings"
)

// ban forbids some names of one package. A method goes by its receiver's type
// and its name: Time.Local.
type ban struct {
	path  string
	names func(obj types.Object, name string) bool
	rule  string
	why   string
}

// impurities are the bans on what no seed decides.
var impurities = []ban{
	{"time", oneOf("Now Since Until Sleep After AfterFunc NewTimer NewTicker Tick Local Time.Local"), "clock", "the time comes from the caller"},
	{"time", oneOf("LoadLocation"), "clock", "the machine's table of zones; scenarios.Zone reads that of the binary"},
	{"context", oneOf("WithTimeout WithTimeoutCause WithDeadline WithDeadlineCause"), "clock", "a deadline of the wall clock; the harness gives virtual ones"},
	{"net/http", fieldOf("Timeout"), "clock", "it starts a wall-clock timer"},
	{"sync", oneOf("WaitGroup.Go"), "go", "a goroutine runs in an order that no seed decides"},
	{"context", oneOf("AfterFunc"), "go", "a goroutine runs in an order that no seed decides"},
	{"math/rand", global, "rand", "it draws from the process's own source; randomness is keyed by the seed"},
	{"math/rand/v2", global, "rand", "it draws from the process's own source; randomness is keyed by the seed"},
	{"crypto/rand", anything, "rand", "it draws from the machine; randomness is keyed by the seed"},
	{"hash/maphash", anything, "rand", "its seed differs in every process"},
	{"sync", oneOf("Map.Range"), "map", "its order differs from run to run"},
	{"reflect", oneOf("Value.MapKeys Value.MapRange Value.Seq Value.Seq2"), "map", "its order differs from run to run"},
	{"reflect", oneOf("Value.Pointer Value.UnsafePointer Value.UnsafeAddr"), "pointer", "an address differs in every process"},
	{"runtime", oneOf("NumCPU GOMAXPROCS NumGoroutine NumCgoCall Gosched GC ReadMemStats SetFinalizer AddCleanup"), "machine", "it depends on the machine"},
	{"os", reaching, "os", "it reaches the machine or its environment"},
}

// noises are the bans on printing and exiting.
var noises = []ban{
	{"fmt", oneOf("Print Printf Println"), "print", "only the command line prints"},
	{"os", oneOf("Stdout Stderr"), "print", "only the command line prints"},
	{"log", oneOf("Print Printf Println Panic Panicf Panicln"), "print", "only the command line prints"},
	{"os", oneOf("Exit"), "exit", "only main exits; return an error"},
	{"syscall", oneOf("Exit"), "exit", "only main exits; return an error"},
	{"log", oneOf("Fatal Fatalf Fatalln"), "exit", "only main exits; return an error"},
}

// banned finds the ban that a use of an object breaks, nil for none.
func banned(bans []ban, obj types.Object, name string) *ban {
	for i := range bans {
		if b := &bans[i]; b.path == obj.Pkg().Path() && b.names(obj, name) {
			return b
		}
	}
	return nil
}

func oneOf(list string) func(types.Object, string) bool {
	names := strings.Fields(list)
	return func(_ types.Object, name string) bool { return slices.Contains(names, name) }
}

func anything(types.Object, string) bool { return true }

func fieldOf(field string) func(types.Object, string) bool {
	return func(obj types.Object, name string) bool { return isField(obj) && name == field }
}

func isField(obj types.Object) bool {
	v, ok := obj.(*types.Var)
	return ok && v.IsField()
}

// seeded are the parts of math/rand that draw from a source of one's own.
var seeded = oneOf("New NewSource NewZipf NewPCG NewChaCha8 Rand Source Source64 Zipf PCG ChaCha8")

// global is what draws from the source that all of a process shares.
func global(obj types.Object, name string) bool {
	return !seeded(obj, name) && !strings.Contains(name, ".") && !isField(obj)
}

// reaching are the functions of package os, but not its methods, types and
// errors.
func reaching(obj types.Object, name string) bool {
	_, function := obj.(*types.Func)
	return function && !strings.Contains(name, ".") || name == "Args" || name == "Stdin"
}
