//go:build unix

package sqlite

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/syncproof/syncproof/engine/store"
)

// TestReadOnly: a file or folder that cannot be written is refused when it is
// opened. The superuser may write anything, so the test then looks at it as
// somebody else.
func TestReadOnly(t *testing.T) {
	for name, protect := range map[string]func(t *testing.T, folder string){
		"folder": func(t *testing.T, folder string) { chmod(t, folder, 0o555) },
		"file":   func(t *testing.T, folder string) { chmod(t, filepath.Join(folder, "store.db"), 0o444) },
	} {
		t.Run(name, func(t *testing.T) {
			top, err := os.MkdirTemp("", "readonly")
			if err != nil {
				t.Fatal(err)
			}
			folder := filepath.Join(top, "data")
			t.Cleanup(func() {
				chmod(t, folder, 0o755)
				if err := os.RemoveAll(top); err != nil {
					t.Error(err)
				}
			})
			chmod(t, top, 0o755)
			if err := os.Mkdir(folder, 0o755); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(folder, "store.db")
			full(t, path)
			if err := os.Remove(path + ".lock"); err != nil {
				t.Fatal(err)
			}
			chmod(t, folder, 0o777)
			protect(t, folder)
			look := exec.Command(copyOfThisBinary(t, top), "-test.run=^TestOpenForParent$", "-test.v")
			look.Env = append(os.Environ(), "OPEN_STORE="+path)
			look.Dir = top
			if os.Getuid() == 0 {
				look.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
			}
			out, err := look.CombinedOutput()
			if err != nil || !strings.Contains(string(out), "refused as read-only") {
				t.Fatalf("%v\n%s", err, out)
			}
		})
	}
}

// TestOpenForParent opens the store of TestReadOnly as somebody else.
func TestOpenForParent(t *testing.T) {
	path := os.Getenv("OPEN_STORE")
	if path == "" {
		return // there is nothing to look at
	}
	s, err := Open(context.Background(), path)
	if err == nil {
		t.Fatal(errors.Join(errors.New("the store was opened"), s.Close()))
	}
	if !errors.Is(err, store.ErrReadOnly) || !strings.HasPrefix(err.Error(), path+": the store cannot be written") {
		t.Fatalf("got %v, want ErrReadOnly", err)
	}
	t.Log("refused as read-only")
}

// copyOfThisBinary is where somebody else may run it.
func copyOfThisBinary(t *testing.T, folder string) string {
	t.Helper()
	content, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "test")
	if err := os.WriteFile(path, content, 0o755); err != nil { //nolint:gosec // another user runs it
		t.Fatal(err)
	}
	return path
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}
