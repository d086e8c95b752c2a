package live

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/sim"
)

// readyWithin is the longest real time that a process may take to get ready.
const readyWithin = 30 * time.Second

// process is an engine outside of this process: one that a command starts, or
// one that runs already. It gets what it needs in environment variables, and
// says that it is ready, and whether it is idle, at its status address
// (docs/foreign-engines.md).
type process struct {
	w       *world
	command []string // nil for one that runs already
	environ []string
	dir     string // holds its state and its log
	status  string // URL of its status
	client  *http.Client
	log     *os.File
	tail    *tail

	mu      sync.Mutex
	running *exec.Cmd
	ended   chan struct{} // closed when running has ended
	killed  bool
	dead    chan error
	asked   bool // its status tells whether it is idle
	full    bool // its disk takes no write
}

// newForeign makes an engine of the forms Command and ByURL.
func newForeign(w *world) (*process, error) {
	o := w.options
	p := &process{w: w, command: o.Command, dead: make(chan error, 1), tail: &tail{}, client: &http.Client{Timeout: 5 * time.Second}}
	if o.Form == ByURL {
		at, err := url.Parse(o.URL)
		if err != nil || at.Host == "" || at.Scheme != "http" {
			return nil, &sim.HarnessError{Inconclusive: true, Message: fmt.Sprintf("the engine's address is %q, expected http://host:port/path of its webhooks", o.URL)}
		}
		w.net.endpoint, w.net.hookPath = at.Host, at.RequestURI()
		p.status = "http://" + at.Host + statusPath
		return p, nil
	}
	var err error
	if w.net.endpoint, err = freeAddress(); err != nil {
		return nil, &sim.HarnessError{Message: err.Error()}
	}
	p.status = "http://" + w.net.endpoint + statusPath
	if err := p.makeDir(); err != nil {
		return nil, &sim.HarnessError{Message: err.Error()}
	}
	return p, nil
}

// makeDir makes the folder of the process, with its log.
func (p *process) makeDir() error {
	var err error
	if p.dir, err = os.MkdirTemp(p.w.options.Dir, "engine-"); err != nil {
		return err
	}
	if err := os.Mkdir(p.stateDir(), 0o700); err != nil {
		return err
	}
	p.log, err = os.Create(filepath.Join(p.dir, "engine.log"))
	return err
}

func (p *process) stateDir() string { return filepath.Join(p.dir, "state") }

// lay writes down what a foreign engine is to know: it begins without a store.
func (p *process) lay([]*engine.Record, []engine.PutCursor) error {
	if p.command == nil {
		return nil
	}
	settings := filepath.Join(p.dir, "settings.json")
	text, err := json.MarshalIndent(settingsOf(p.w.sc), "", "  ")
	if err == nil {
		err = os.WriteFile(settings, text, 0o600)
	}
	if err != nil {
		return &sim.HarnessError{Message: err.Error()}
	}
	p.environ = append(Environment(p.w.sc, p.w.net.places(), p.w.net.endpoint, p.w.options.Speed), "SYNCPROOF_SETTINGS="+settings, "SYNCPROOF_STATE_DIR="+p.stateDir())
	return nil
}

func (p *process) start(ctx context.Context) error {
	if p.command != nil {
		if err := p.run(); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		s, err := p.ask(ctx)
		if err == nil {
			return p.agrees(s)
		}
		select {
		case <-again.C:
		case why := <-p.dead:
			return why
		case <-ctx.Done():
			return fmt.Errorf("nothing answered 200 at %s within %s: %w%s", p.status, readyWithin, err, p.tail.last())
		}
	}
}

// run starts the command in a process group of its own.
func (p *process) run() error {
	cmd := exec.Command(p.command[0], p.command[1:]...)
	cmd.Env = append(os.Environ(), p.environ...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out := io.MultiWriter(p.log, &output{w: p.w}, p.tail)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("cannot start the engine: %w", err)
	}
	ended := make(chan struct{})
	p.mu.Lock()
	p.running, p.ended, p.killed = cmd, ended, false
	full := p.full
	p.mu.Unlock()
	if full {
		if err := bar(cmd.Process.Pid, true); err != nil {
			return err
		}
	}
	go func() {
		err := cmd.Wait()
		p.mu.Lock()
		killed := p.killed
		p.mu.Unlock()
		if !killed {
			if err == nil {
				err = errors.New("exit status 0")
			}
			p.dead <- fmt.Errorf("the engine's process ended by itself: %w%s", err, p.tail.last())
		}
		close(ended)
	}()
	return nil
}

// statusPath is where an engine says that it is ready.
const statusPath = "/syncproof/status"

// status is what an engine may say of itself; any other answer of 200 says
// that it is ready.
type status struct {
	Ready *bool    `json:"ready"`
	Idle  *bool    `json:"idle"`
	Speed *float64 `json:"speed"`
}

// statusMax bounds the answer of an engine's status, in bytes.
const statusMax = 64 << 10

func (p *process) ask(ctx context.Context) (*status, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.status, nil)
	if err != nil {
		return nil, err
	}
	res, err := p.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, statusMax))
	if err != nil {
		return nil, err
	}
	s := &status{}
	if json.Unmarshal(body, s) != nil {
		s = &status{} // it need not say more than 200
	}
	if res.StatusCode != http.StatusOK || s.Ready != nil && !*s.Ready {
		return nil, fmt.Errorf("it answered %d", res.StatusCode)
	}
	return s, nil
}

// agrees holds the speed that is asked for against the one that an engine
// declares: time is scaled for nobody who does not scale it.
func (p *process) agrees(s *status) error {
	p.asked = s.Idle != nil
	declared := 1.0
	if s.Speed != nil {
		declared = *s.Speed
	}
	if declared != p.w.options.Speed {
		return fmt.Errorf("the engine runs at speed %g and the scenario at %g: an engine declares in \"speed\" of %s that it scales time; else leave --speed out", declared, p.w.options.Speed, statusPath)
	}
	return nil
}

func (p *process) kill() {
	p.mu.Lock()
	cmd, ended := p.running, p.ended
	p.killed, p.running = true, nil
	p.mu.Unlock()
	if cmd == nil {
		return
	}
	// The group is the command's own: what it started goes with it.
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	<-ended
}

func (p *process) wipe() {
	err := os.RemoveAll(p.stateDir())
	if err == nil {
		err = os.Mkdir(p.stateDir(), 0o700)
	}
	if err != nil {
		p.w.failed(&sim.HarnessError{Message: "the engine's state cannot be removed: " + err.Error()})
	}
}

func (p *process) setFull(full bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.full = full
	if p.running == nil {
		return nil
	}
	return bar(p.running.Process.Pid, full)
}

func (p *process) idle() bool {
	if !p.asked {
		return true
	}
	s, err := p.ask(p.w.net.ctx)
	return err == nil && s.Idle != nil && *s.Idle
}

func (p *process) died() <-chan error { return p.dead }

func (p *process) stop() {
	p.kill()
	if p.log != nil {
		_ = p.log.Close()
		p.log = nil
	}
	if p.dir != "" && p.w.options.Dir == "" {
		_ = os.RemoveAll(p.dir)
	}
}

// tail keeps the last lines of an output, for messages.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailMax = 2000

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if over := len(t.text) - tailMax; over > 0 {
		t.text = bytes.Clone(t.text[over:])
	}
	return len(p), nil
}

// last is the end of the output, as the end of a message.
func (t *tail) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := strings.TrimSpace(string(t.text))
	if text == "" {
		return "; it wrote nothing"
	}
	return "; its last words: " + text
}
