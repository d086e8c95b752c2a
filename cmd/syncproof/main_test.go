package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/internal/again"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"syncproof": main, "syncproof-shaky": shaky, "syncproof-brittle": brittle, "syncproof-stuck": stuck})
}

// shaky is syncproof with an engine whose interval of polling is drawn from
// the order of a map.
func shaky() {
	poll := func(c *engine.Config) {
		numbers := map[int]bool{}
		for i := range 100 {
			numbers[i] = true
		}
		drawn := 0
		for n := range numbers {
			drawn = (31*drawn + n) % 600_000
		}
		c.Systems[0].Poll = 20*time.Second + time.Duration(drawn)*time.Millisecond
	}
	alter(func(ctx context.Context, sc *scenarios.Scenario, o sim.Options) (*sim.Result, error) {
		o.Variation = &sim.Variation{Config: poll}
		return sim.Run(ctx, sc, o)
	})
}

// brittle is syncproof whose process dies in every second run of a world.
func brittle() {
	if slices.Contains(os.Args, againVerb) {
		alter(func(context.Context, *scenarios.Scenario, sim.Options) (*sim.Result, error) {
			os.Exit(9)
			return nil, nil
		})
	}
	main()
}

// stuck is syncproof with an engine that waits for something that never comes.
func stuck() { alter(waitsForNothing) }

func waitsForNothing(context.Context, *scenarios.Scenario, sim.Options) (*sim.Result, error) {
	<-make(chan struct{})
	return nil, nil
}

// alter is main with another simulator.
func alter(simulate again.Simulate) {
	root := newRoot(&app{in: os.Stdin, out: os.Stdout, errors: os.Stderr, simulate: simulate})
	root.SetArgs(os.Args[1:])
	os.Exit(conclude(os.Stderr, root.ExecuteContext(context.Background())))
}

// TestScripts is the executable manual: every verb and every exit code.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup:               serveConsole,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "obeys": obeys, "world": worldly, "keeps": keeps,
		},
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
	})
}

// exits runs a command that must end with the given code: exits 64 syncproof run --jbos.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// obeys holds a document to the JSON Schema of its format: obeys detection report.json.
func obeys(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: obeys FORMAT FILE")
	}
	_, texts := schemas()
	if texts[args[0]] == nil {
		ts.Fatalf("no schema of %q", args[0])
	}
	text, err := texts[args[0]]()
	ts.Check(err)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	ts.Check(err)
	c := jsonschema.NewCompiler()
	ts.Check(c.AddResource("schema.json", doc))
	schema, err := c.Compile("schema.json")
	ts.Check(err)
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(ts.ReadFile(args[1])))
	ts.Check(err)
	ts.Check(schema.Validate(value))
}

// BenchmarkStart is the cost of everything that happens before a verb does its work.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		if code := run(context.Background(), []string{"version"}, nil, io.Discard, io.Discard); code != 0 {
			b.Fatal(code)
		}
	}
}
