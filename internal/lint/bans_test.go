package lint

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestEveryBanIsTested: each name that a ban lists, and each package that one
// bans as a whole, is in testdata as a breach to be found.
func TestEveryBanIsTested(t *testing.T) {
	wanted := wants(t)
	n := 0
	for _, ban := range banLiterals(t) {
		names, listed := listedBy(ban.Elts[1])
		path, rule := literal(t, ban.Elts[0]), literal(t, ban.Elts[2])
		if !listed {
			names = []string{""}
		}
		for _, name := range names {
			n++
			want := fmt.Sprintf("%s: %s.%s", rule, path, name)
			if listed {
				want += ":" // After is not AfterFunc
			}
			if !strings.Contains(wanted, want) {
				t.Errorf("no breach in testdata is marked with want `%s...`", want)
			}
		}
	}
	if n < 50 {
		t.Errorf("only %d bans found: the source was not read as it is written", n)
	}
	for _, rule := range []string{"go: a goroutine", "select: select picks", "pointer: %p", "map: the order of a map", "map: maps.Keys", "map: maps.Values", "float: a decision", "print: only the command line"} {
		if !strings.Contains(wanted, rule) {
			t.Errorf("no breach in testdata is marked with want `%s`", rule)
		}
	}
}

// banLiterals are the entries of the tables in bans.go.
func banLiterals(t *testing.T) []*ast.CompositeLit {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "bans.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []*ast.CompositeLit
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.CompositeLit); ok && lit.Type == nil && len(lit.Elts) == 4 {
			all = append(all, lit)
		}
		return true
	})
	return all
}

// listedBy are the names in a call of oneOf; false for any other predicate.
func listedBy(e ast.Expr) ([]string, bool) {
	call, ok := e.(*ast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return nil, false
	}
	lit, ok := call.Args[0].(*ast.BasicLit)
	if !ok {
		return nil, false
	}
	text, err := strconv.Unquote(lit.Value)
	return strings.Fields(text), err == nil
}

func literal(t *testing.T, e ast.Expr) string {
	t.Helper()
	text, err := strconv.Unquote(e.(*ast.BasicLit).Value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// wants are the marks of testdata, one a line.
func wants(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("testdata/src/*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile("// want `([^`]*)`").FindAllStringSubmatch(string(text), -1) {
			all.WriteString(m[1] + ":\n")
		}
	}
	return all.String()
}
