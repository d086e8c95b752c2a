package scenarios

import (
	"io/fs"
	"strings"
	"testing"
)

// maxLibraryLines keeps a library file readable at a glance: comments and
// expectations included.
const maxLibraryLines = 28

func TestLibraryFilesAreModels(t *testing.T) {
	files := LibraryFS()
	names, err := fs.Glob(files, "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Parse(libraryPath+name, data)
		if err != nil {
			t.Error(err)
			continue
		}
		lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
		if len(lines) > maxLibraryLines {
			t.Errorf("%s: %d lines; expected at most %d", name, len(lines), maxLibraryLines)
		}
		if lines[0] != SchemaLine {
			t.Errorf("%s: the first line is not the schema line", name)
		}
		if !strings.HasPrefix(lines[1], "#") || !strings.HasPrefix(lines[2], "# ") {
			t.Errorf("%s: no comment says what the scenario teaches", name)
		}
		if len(s.Requirements) == 0 || len(s.Expect) == 0 {
			t.Errorf("%s: needs requirements and expectations", name)
		}
	}
}
