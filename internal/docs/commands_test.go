package docs

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

var update = flag.Bool("update", false, "write generated sections and the numbers of shown output anew")

// instead maps a command that needs the repository to the same work of the
// built binary.
var instead = map[string]string{
	"make run": "syncproof run",
}

// notRun lists the commands that the test leaves out, with the reason.
var notRun = map[string]string{
	"make test":  "it would run this test within itself",
	"make lint":  "minutes on a first run, which builds the linter; continuous integration runs it",
	"make bench": "minutes",
	".ci/run":    "it would run this test within itself",
	"syncproof live --engine-cmd 'python3 docs/examples/engine.py' --speed 10x docs/examples/scenarios": "it needs the repository's files; TestForeignEngine plays the same",

	"syncproof doctor --config syncproof.yaml --write-probe":                  tenantsNeeded,
	"syncproof provision --config syncproof.yaml --dry-run":                   tenantsNeeded,
	"syncproof provision --config syncproof.yaml":                             tenantsNeeded,
	"syncproof mock genesys --listen 127.0.0.1:8080 --control 127.0.0.1:8081": "it serves until it is stopped; TestAMockStandsAlone runs it",
	"syncproof mock salesforce --scenario my-scenario.yaml --data ./tenant":   "it serves until it is stopped; TestAMockHasTheRecordsOfItsScenario runs it",
}

const tenantsNeeded = "two tenants must run beside it: the tests of cmd/syncproof play it against bare mocks"

// TestCommands runs what the pages tell a reader to run.
func TestCommands(t *testing.T) {
	bin := build(t)
	ran := map[string]bool{}
	var mu sync.Mutex
	t.Run("pages", func(t *testing.T) {
		for _, p := range pages(t) {
			t.Run(p.name, func(t *testing.T) {
				t.Parallel()
				s := &session{t: t, page: p, bin: bin, folder: t.TempDir(), env: reviewConsole(t)}
				s.play()
				mu.Lock()
				defer mu.Unlock()
				for text := range s.seen {
					ran[text] = true
				}
			})
		}
	})
	for text := range notRun {
		if !ran[text] {
			t.Errorf("no page says %q any more: remove it from notRun", text)
		}
	}
}

// build makes the binary and returns its folder. It looks at every source
// file, so that the go command does not take the test's result from its cache
// when one has changed.
func build(t *testing.T) string {
	t.Helper()
	for _, room := range []string{"cmd", "engine", "internal", "mocks", "reports", "scenarios", "sim"} {
		err := filepath.WalkDir(filepath.Join(root, room), func(path string, e fs.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				_, err = os.Stat(path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	folder := t.TempDir()
	cmd := exec.Command("go", "build", "-o", filepath.Join(folder, "syncproof"), "./cmd/syncproof")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return folder
}

// session plays one page.
type session struct {
	t           *testing.T
	page        *page
	bin, folder string
	env         []string
	exit        int
	seen        map[string]bool
	changed     bool
}

func (s *session) play() {
	s.seen = map[string]bool{}
	for i, line := range s.page.lines {
		if strings.HasPrefix(strings.TrimLeft(line, " \t"), "```") && !strings.HasPrefix(line, "```") {
			s.t.Errorf("%s:%d: an indented fence is not looked into: begin it at the line's start", s.page.name, i+1)
		}
	}
	for _, b := range s.page.blocks() {
		if b.file != "" {
			s.write(&b)
		}
		if b.language != "console" {
			continue
		}
		commands, stray := b.commands()
		if stray || len(commands) == 0 {
			s.t.Errorf("%s:%d: a console block begins with a line `$ command`", s.page.name, b.first)
		}
		for i := range commands {
			s.run(&commands[i], i+1 < len(commands) && commands[i+1].text == "echo $?")
		}
	}
	if s.changed {
		s.page.save(s.t)
	}
}

func (s *session) write(b *block) {
	path := filepath.Join(s.folder, b.file)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.Join(b.lines, "\n")+"\n"), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// run runs one command and compares what it prints. mayFail: the exit code is
// shown next.
func (s *session) run(c *command, mayFail bool) {
	s.seen[c.text] = true
	if _, skip := notRun[c.text]; skip {
		return
	}
	text := c.text
	if other, ok := instead[text]; ok {
		text = other
	}
	cmd := exec.Command("sh", "-c", fmt.Sprintf("(exit %d)\n%s", s.exit, text))
	cmd.Dir = s.folder
	cmd.Env = append(os.Environ(), "PATH="+s.bin+string(os.PathListSeparator)+os.Getenv("PATH"), "NO_COLOR=1")
	cmd.Env = append(cmd.Env, s.env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	where := fmt.Sprintf("%s:%d", s.page.name, c.line+1)
	var exit *exec.ExitError
	switch {
	case err == nil:
		s.exit = 0
	case errors.As(err, &exit):
		s.exit = exit.ExitCode()
	default:
		s.t.Fatalf("%s: %v", where, err)
	}
	if s.exit != 0 && !mayFail {
		s.t.Errorf("%s: `%s` exits %d and the page does not show it:\n%s", where, c.text, s.exit, tail(out.String()))
		return
	}
	if len(c.shown) > 0 {
		s.compare(where, c, trimEmpty(strings.Split(out.String(), "\n")))
	}
}

func (s *session) compare(where string, c *command, actual []string) {
	if _, ok := volatile.align(c.shown, actual); ok && !*update {
		return
	}
	at, ok := digits.align(c.shown, actual)
	if !ok || !*update {
		s.t.Errorf("%s: `%s` prints something else. Shown:\n%s\nprinted:\n%s", where, c.text, strings.Join(c.shown, "\n"), tail(strings.Join(actual, "\n")))
		return
	}
	for i, from := range at {
		line := c.line + 1 + i
		if from >= 0 && !strings.Contains(s.page.lines[line], "...") && s.page.lines[line] != actual[from] {
			s.page.lines[line], s.changed = actual[from], true
		}
	}
}

// tail is the end of a long text.
func tail(text string) string {
	const most = 3000
	if len(text) > most {
		return "[...]" + text[len(text)-most:]
	}
	return text
}
