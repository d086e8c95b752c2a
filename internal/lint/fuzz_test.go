package lint

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var fuzzTarget = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)

// TestFuzzTargetsHaveACorpus: what a parser must survive is kept in the tree,
// so that every test run feeds it, and not only those that fuzz.
func TestFuzzTargetsHaveACorpus(t *testing.T) {
	targets := 0
	err := filepath.WalkDir("../..", func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, match := range fuzzTarget.FindAllSubmatch(source, -1) {
			targets++
			corpus := filepath.Join(filepath.Dir(path), "testdata", "fuzz", string(match[1]))
			if entries, err := os.ReadDir(corpus); err != nil || len(entries) == 0 {
				t.Errorf("%s has no corpus: put seeds into %s", match[1], corpus)
			}
		}
		return nil
	})
	if err != nil || targets == 0 {
		t.Fatalf("found %d fuzz targets (%v)", targets, err)
	}
}
