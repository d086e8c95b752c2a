package again

import (
	"context"
	"encoding/gob"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"
)

// child is a process that runs Serve.
type child struct {
	cmd      *exec.Cmd
	in       io.WriteCloser
	requests *gob.Encoder
	replies  chan *reply // closed when the process says no more
	said     *words      // its standard error
	exited   func() error
}

func start(c Command, settings []string) (*child, error) {
	cmd := &exec.Cmd{Path: c.Path, Args: c.Args, Env: environment(os.Environ(), settings), WaitDelay: time.Second}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	said := &words{}
	cmd.Stderr = said
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ch := &child{cmd: cmd, in: in, requests: gob.NewEncoder(in), replies: make(chan *reply), said: said, exited: sync.OnceValue(cmd.Wait)}
	go ch.listen(out)
	return ch, nil
}

// environment is base with the settings in the place of its own.
func environment(base, settings []string) []string {
	return append(slices.DeleteFunc(slices.Clone(base), func(entry string) bool {
		return slices.ContainsFunc(settings, func(s string) bool {
			name, _, _ := strings.Cut(s, "=")
			return strings.HasPrefix(entry, name+"=")
		})
	}), settings...)
}

func (c *child) listen(out io.Reader) {
	defer close(c.replies)
	replies := gob.NewDecoder(out)
	for {
		r := &reply{}
		if replies.Decode(r) != nil {
			return
		}
		c.replies <- r
	}
}

// ask sends a request and waits for its answer, at most limit after the last
// sign of life.
func (c *child) ask(ctx context.Context, limit time.Duration, r *request) (*reply, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if c.requests.Encode(r) != nil {
		return nil, c.died(ctx)
	}
	silence := time.NewTimer(limit)
	defer silence.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-silence.C:
			return nil, troublef("it gave no sign of life for %s", limit)
		case answer, ok := <-c.replies:
			switch {
			case !ok:
				return nil, c.died(ctx)
			case answer.Beat:
				silence.Reset(limit)
			case answer.Trouble != nil && ctx.Err() != nil:
				return nil, ctx.Err()
			case answer.Trouble != nil:
				return nil, answer.Trouble
			default:
				return answer, nil
			}
		}
	}
}

// died says how a process ended that should not have. An interrupt reaches
// both processes: then it is no trouble.
func (c *child) died(ctx context.Context) error {
	c.end()
	how := "it ended by itself"
	if err := c.exited(); err != nil {
		how = fmt.Sprintf("it died: %v", err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	t := troublef("%s", how)
	t.Stack = c.said.String()
	return t
}

// end lets the process finish, and kills one that does not.
func (c *child) end() {
	_ = c.in.Close()
	late := time.AfterFunc(patience, func() { _ = c.cmd.Process.Kill() })
	defer late.Stop()
	c.drain()
}

func (c *child) kill() {
	_ = c.in.Close()
	_ = c.cmd.Process.Kill()
	c.drain()
}

// drain takes what is left of the replies, so that nothing waits for a reader.
func (c *child) drain() {
	for ok := true; ok; {
		_, ok = <-c.replies
	}
	_ = c.exited()
}

// wordsBytes is how much of what a process said is kept.
const wordsBytes = 16 << 10

// words keep the beginning of what is written: a crash of the runtime names
// its cause first.
type words struct {
	mu   sync.Mutex
	text []byte
}

func (t *words) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p[:min(len(p), wordsBytes-len(t.text))]...)
	return len(p), nil
}

func (t *words) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.text))
}
