package lint

import (
	"fmt"
	"slices"
	"strings"
)

// module is the path that all rooms share.
const module = "github.com/syncproof/syncproof/"

// Room is one line of the table of rooms: packages, and what they may import
// of the module. A pattern is a path below the module; one that ends in /...
// matches the whole subtree.
type Room struct {
	Packages string
	May      []string
	// Never lists what even the room's tests must not import.
	Never []string
	// NoIO forbids the packages of the standard library that reach the world.
	NoIO bool
	// Except lists packages that NoIO lets pass, for their types.
	Except []string
	Why    string
}

// Rooms is the architecture. The first room whose pattern matches a package
// is its room.
var Rooms = []Room{
	{Packages: "engine/resolve/...", May: []string{"engine/resolve/..."}, Never: []string{"mocks/...", "sim/..."}, NoIO: true, Why: "decisions are pure functions"},
	{Packages: "engine/mapping/...", May: []string{"engine/mapping/..."}, Never: []string{"mocks/...", "sim/..."}, NoIO: true, Why: "values and mappings are pure functions"},
	{Packages: "engine/adapter/...", May: []string{"engine/adapter/...", "engine/mapping/..."}, Never: []string{"mocks/...", "sim/..."}, Why: "an adapter knows one system, not the engine; its tests do not lean on our own mocks"},
	{Packages: "engine/queue/...", May: []string{"engine/queue/...", "engine/store", "engine/store/sqlfile"}, Why: "the queue is a contract of its own; its embedded default keeps its file as the store does"},
	{Packages: "engine/store/...", May: []string{"engine", "engine/store/...", "engine/adapter", "engine/mapping", "engine/resolve"}, Never: []string{"mocks/...", "sim/..."}, Why: "a store keeps what the core's batches say: it knows their types, and no driver"},
	{Packages: "engine/service/...", May: []string{"engine/..."}, Never: []string{"mocks/..."}, Why: "the live driver knows the engine and its adapters only"},
	{Packages: "engine", May: []string{"engine/resolve", "engine/mapping", "engine/adapter"}, NoIO: true, Except: []string{"net/http"}, Why: "the core is a pure state machine; it knows adapters, and HTTP headers, by their types only"},
	{Packages: "mocks/...", May: []string{"mocks/...", "sim/trace"}, Never: []string{"engine/..."}, Why: "mocks are an oracle independent of the engine"},
	{Packages: "scenarios/...", May: []string{"scenarios/..."}, Why: "the scenario format is a leaf"},
	{Packages: "sim/trace/...", May: []string{"sim/trace/..."}, Why: "the journal is a leaf"},
	{Packages: "sim/fault/...", May: []string{"sim/fault/...", "scenarios/..."}, Why: "the fault catalogue knows the scenario format only"},
	{Packages: "sim/check/...", May: []string{"sim/check/...", "sim/trace", "scenarios"}, Never: []string{"engine/..."}, Why: "a verdict never rests on the code that it judges"},
	{Packages: "sim/...", May: []string{"sim/...", "engine/...", "mocks/...", "scenarios/...", "internal/sketch"}, Why: "the world knows everything but reports and the command line"},
	{Packages: "reports/...", May: []string{"reports/...", "sim/trace", "sim/check", "scenarios", "internal/sketch"}, Why: "reports show journals and verdicts"},
	{Packages: "internal/lint/...", Why: "the lint reads source, it runs nothing"},
	{Packages: "internal/docs/...", Why: "the tests of the documentation read every room; the package holds no code"},
	{Packages: "internal/watchdog/...", Why: "the watchdog is a leaf"},
	{Packages: "internal/again/...", May: []string{"internal/watchdog", "scenarios", "sim", "sim/trace"}, Why: "it plays worlds and compares journals; what to say of a difference is for its caller"},
	{Packages: "internal/sketch/...", Why: "counting is a leaf"},
	{Packages: "cmd/...", May: []string{"..."}, Why: "the command line wires everything"},
}

// worldly are the packages of the standard library that reach the world.
var worldly = []string{"log", "log/slog", "net", "net/http", "os", "os/exec", "os/signal", "syscall", "crypto/rand", "math/rand", "math/rand/v2", "hash/maphash"}

// Package is what the rule needs to know of a package.
type Package struct {
	Path        string // below the module
	Imports     []string
	TestImports []string
}

// Arrows lists the imports that the table forbids, as messages that say the
// rule and the reason.
func Arrows(rooms []Room, packages []Package) []string {
	var problems []string
	for _, p := range packages {
		i := slices.IndexFunc(rooms, func(r Room) bool { return matches(r.Packages, p.Path) })
		if i < 0 {
			problems = append(problems, fmt.Sprintf("%s belongs to no room: add it to Rooms in internal/lint/rooms.go", p.Path))
			continue
		}
		problems = append(problems, rooms[i].judge(p)...)
	}
	return problems
}

func (r *Room) judge(p Package) []string {
	var problems []string
	for _, path := range p.Imports {
		inner, ours := strings.CutPrefix(path, module)
		switch {
		case ours && !anyMatches(r.May, inner):
			problems = append(problems, fmt.Sprintf("%s imports %s, but %s may import %s: %s", p.Path, inner, r.Packages, list(r.May), r.Why))
		case r.NoIO && slices.Contains(worldly, path) && !slices.Contains(r.Except, path):
			problems = append(problems, fmt.Sprintf("%s imports %s, which reaches the world: %s", p.Path, path, r.Why))
		}
	}
	for _, path := range p.TestImports {
		if inner, ours := strings.CutPrefix(path, module); ours && anyMatches(r.Never, inner) {
			problems = append(problems, fmt.Sprintf("a test of %s imports %s: %s", p.Path, inner, r.Why))
		}
	}
	return problems
}

func anyMatches(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, path) })
}

func matches(pattern, path string) bool {
	root, tree := strings.CutSuffix(pattern, "...")
	if !tree {
		return path == pattern
	}
	return root == "" || path == strings.TrimSuffix(root, "/") || strings.HasPrefix(path, root)
}

func list(patterns []string) string {
	if len(patterns) == 0 {
		return "nothing of this module"
	}
	return strings.Join(patterns, ", ")
}
