package lint

import (
	"go/ast"
	"go/types"
	"strings"
)

// mapRange reports a range over a map, unless its body provably gives the
// same result in every order.
func (s *survey) mapRange(r *ast.RangeStmt, stack []ast.Node) {
	t := s.pass.TypesInfo.TypeOf(r.X)
	if t == nil {
		return
	}
	if _, ok := t.Underlying().(*types.Map); !ok {
		return
	}
	if r.Key == nil || unordered(s.pass, r, following(r, stack)) {
		return
	}
	s.ban(r.Pos(), "map", "the order of a map differs from run to run: range over sorted keys")
}

// mapIterator reports maps.Keys and its like, unless the result goes
// straight into a function that sorts it.
func (s *survey) mapIterator(c *ast.CallExpr, name string, stack []ast.Node) {
	if name != "Keys" && name != "Values" && name != "All" {
		return
	}
	if len(stack) > 0 {
		if outer, ok := stack[len(stack)-1].(*ast.CallExpr); ok {
			f := callee(s.pass.TypesInfo, outer)
			if f != nil && f.Pkg() != nil && (f.Pkg().Path() == "slices" && strings.HasPrefix(f.Name(), "Sorted") || f.Pkg().Path() == "maps") {
				return
			}
		}
	}
	s.ban(c.Pos(), "map", "maps."+name+" gives the order of the map, which differs from run to run: use slices.Sorted")
}

// following are the statements after r in its block.
func following(r ast.Stmt, stack []ast.Node) []ast.Stmt {
	if len(stack) == 0 {
		return nil
	}
	var block []ast.Stmt
	switch b := stack[len(stack)-1].(type) {
	case *ast.BlockStmt:
		block = b.List
	case *ast.CaseClause:
		block = b.Body
	}
	for i, stmt := range block {
		if stmt == r {
			return block[i+1:]
		}
	}
	return nil
}
