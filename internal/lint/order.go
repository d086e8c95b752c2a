package lint

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// order proves that the body of a range over a map is independent of the
// order. It knows few forms and refuses all others.
type order struct {
	info  *types.Info
	loop  *ast.RangeStmt
	after []ast.Stmt
	// writes: the body stores something outside of itself; leaves: it ends
	// the loop early. Both together depend on which key came first.
	writes, leaves bool
	left           string // the constants that it returns, to be the same everywhere
	// kinds is how each outer variable is written: two ways do not commute.
	kinds map[string]string
	// written are the outer variables that the body writes, and own the uses
	// of them that are part of the writing. Any other use would see how far
	// the loop has come.
	written map[types.Object]bool
	own     map[*ast.Ident]bool
}

func unordered(pass *analysis.Pass, r *ast.RangeStmt, after []ast.Stmt) bool {
	o := &order{
		info: pass.TypesInfo, loop: r, after: after,
		kinds: map[string]string{}, written: map[types.Object]bool{}, own: map[*ast.Ident]bool{},
	}
	return r.Tok != token.ASSIGN && o.all(r.Body.List) && (!o.writes || !o.leaves) && o.blind()
}

// write notes that the body writes target in the given way, with uses of it
// in the expressions self. It refuses a second way.
func (o *order) write(kind string, target ast.Expr, self ...ast.Expr) bool {
	o.writes = true
	for _, e := range append(self, target) {
		if id := root(e); id != nil {
			o.own[id] = true
		}
	}
	id := root(target)
	if id == nil || o.info.Uses[id] == nil {
		return false
	}
	o.written[o.info.Uses[id]] = true
	text := types.ExprString(target)
	if before, ok := o.kinds[text]; ok && before != kind {
		return false
	}
	o.kinds[text] = kind
	return true
}

// blind reports that the body reads nothing that it writes.
func (o *order) blind() bool {
	blind := true
	ast.Inspect(o.loop.Body, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && o.written[o.info.Uses[id]] && !o.own[id] {
			blind = false
		}
		return blind
	})
	return blind
}

// root is the variable that an expression such as a.b[i].c begins with.
func root(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		default:
			return nil
		}
	}
}

func (o *order) all(list []ast.Stmt) bool {
	for _, stmt := range list {
		if !o.statement(stmt) {
			return false
		}
	}
	return true
}

func (o *order) statement(stmt ast.Stmt) bool {
	switch x := stmt.(type) {
	case *ast.BlockStmt:
		return o.all(x.List)
	case *ast.IfStmt:
		return (x.Init == nil || o.statement(x.Init)) && o.pure(x.Cond) && o.all(x.Body.List) &&
			(x.Else == nil || o.statement(x.Else))
	case *ast.BranchStmt:
		return x.Tok == token.CONTINUE && x.Label == nil
	case *ast.ReturnStmt:
		return o.constants(x)
	case *ast.IncDecStmt:
		return o.integer(x.X) && o.pure(x.X) && (o.inner(x.X) || o.write("+", x.X))
	case *ast.AssignStmt:
		return o.assign(x)
	case *ast.ExprStmt:
		call, ok := x.X.(*ast.CallExpr)
		return ok && o.deletes(call)
	}
	return false
}

// constants allows a return only if all returns of the loop give the same
// constants.
func (o *order) constants(r *ast.ReturnStmt) bool {
	text := "return"
	for _, e := range r.Results {
		v := o.info.Types[e]
		switch {
		case v.Value != nil:
			text += " " + v.Value.ExactString()
		case v.IsNil():
			text += " nil"
		default:
			return false
		}
	}
	if o.leaves && text != o.left {
		return false
	}
	o.leaves, o.left = true, text
	return true
}

func (o *order) assign(a *ast.AssignStmt) bool {
	for _, e := range a.Rhs {
		if !o.pure(e) && !o.collects(a) {
			return false
		}
	}
	switch a.Tok {
	case token.DEFINE:
		return true
	case token.ADD_ASSIGN, token.SUB_ASSIGN:
		return o.integer(a.Lhs[0]) && (o.inner(a.Lhs[0]) || o.write("+", a.Lhs[0]))
	case token.OR_ASSIGN, token.AND_ASSIGN, token.XOR_ASSIGN, token.MUL_ASSIGN:
		return o.integer(a.Lhs[0]) && (o.inner(a.Lhs[0]) || o.write(a.Tok.String(), a.Lhs[0]))
	case token.ASSIGN:
		if o.collects(a) || o.extreme(a) {
			return true
		}
		for _, lhs := range a.Lhs {
			dies := o.inner(lhs)
			if !dies && (!o.ownEntry(lhs) || !o.write("entry", lhs)) {
				return false
			}
		}
		return true
	}
	return false
}

// ownEntry is m[k] with the key of the range: each round writes an entry of its own.
func (o *order) ownEntry(e ast.Expr) bool {
	index, ok := e.(*ast.IndexExpr)
	if !ok || !o.pure(index.X) {
		return false
	}
	if _, ok := o.info.TypeOf(index.X).Underlying().(*types.Map); !ok {
		return false
	}
	id, ok := index.Index.(*ast.Ident)
	return ok && o.info.Uses[id] != nil && o.info.Uses[id] == o.defined(o.loop.Key)
}

// inner is a variable that the body declares: it dies with the round.
func (o *order) inner(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	if !ok {
		return false
	}
	obj := o.info.Uses[id]
	return obj != nil && obj.Pos() >= o.loop.Body.Pos() && obj.Pos() < o.loop.Body.End()
}

// collects is s = append(s, ...) of pure values into a slice that is sorted
// after the loop, before anything but further appends touches it.
func (o *order) collects(a *ast.AssignStmt) bool {
	if len(a.Lhs) != 1 || len(a.Rhs) != 1 {
		return false
	}
	call, ok := a.Rhs[0].(*ast.CallExpr)
	if !ok || !o.builtin(call, "append") || types.ExprString(call.Args[0]) != types.ExprString(a.Lhs[0]) {
		return false
	}
	for _, e := range call.Args[1:] {
		if !o.pure(e) {
			return false
		}
	}
	return o.sortedLater(types.ExprString(a.Lhs[0])) && o.write("append", a.Lhs[0], call.Args[0])
}

// sortedLater looks for the sort in the statements after the loop.
func (o *order) sortedLater(slice string) bool {
	for _, stmt := range o.after {
		if o.sorts(stmt, slice) {
			return true
		}
		if !o.onlyAppends(stmt, slice) {
			return false
		}
	}
	return false
}

// onlyAppends reports that a statement neither leaves nor reads the slice,
// save in slice = append(slice, ...).
func (o *order) onlyAppends(stmt ast.Stmt, slice string) bool {
	only := true
	ast.Inspect(stmt, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.ReturnStmt, *ast.BranchStmt:
			only = false
		case *ast.AssignStmt:
			if call, ok := x.Rhs[0].(*ast.CallExpr); ok && len(x.Lhs) == 1 && o.builtin(call, "append") &&
				types.ExprString(x.Lhs[0]) == slice && types.ExprString(call.Args[0]) == slice {
				for _, e := range call.Args[1:] {
					only = only && !strings.Contains(types.ExprString(e), slice)
				}
				return false
			}
		case ast.Expr:
			only = only && types.ExprString(x) != slice
		}
		return only
	})
	return only
}

// sorts is a call of package slices or sort, alone in its statement, on the
// named slice.
func (o *order) sorts(stmt ast.Stmt, slice string) bool {
	x, ok := stmt.(*ast.ExprStmt)
	if !ok {
		return false
	}
	call, ok := x.X.(*ast.CallExpr)
	if !ok || len(call.Args) == 0 || types.ExprString(call.Args[0]) != slice {
		return false
	}
	f := callee(o.info, call)
	return f != nil && f.Pkg() != nil && (f.Pkg().Path() == "sort" || f.Pkg().Path() == "slices" && strings.HasPrefix(f.Name(), "Sort"))
}

// extreme is x = max(x, ...) or min.
func (o *order) extreme(a *ast.AssignStmt) bool {
	if len(a.Lhs) != 1 {
		return false
	}
	call, ok := a.Rhs[0].(*ast.CallExpr)
	if !ok || !o.builtin(call, "max") && !o.builtin(call, "min") {
		return false
	}
	for _, e := range call.Args {
		if types.ExprString(e) == types.ExprString(a.Lhs[0]) {
			return o.integer(a.Lhs[0]) && o.write(call.Fun.(*ast.Ident).Name, a.Lhs[0], e)
		}
	}
	return false
}

// deletes is delete(m, k).
func (o *order) deletes(call *ast.CallExpr) bool {
	return o.builtin(call, "delete") && o.pure(call.Args[1]) && o.write("delete", call.Args[0])
}

func (o *order) defined(e ast.Expr) types.Object {
	if id, ok := e.(*ast.Ident); ok {
		return o.info.Defs[id]
	}
	return nil
}

func (o *order) builtin(call *ast.CallExpr, name string) bool {
	id, ok := call.Fun.(*ast.Ident)
	if !ok {
		return false
	}
	b, ok := o.info.Uses[id].(*types.Builtin)
	return ok && b.Name() == name
}

func (o *order) integer(e ast.Expr) bool {
	b, ok := o.info.TypeOf(e).Underlying().(*types.Basic)
	return ok && b.Info()&types.IsInteger != 0
}

// pure is an expression without calls, save conversions and the builtins
// that only look.
func (o *order) pure(e ast.Expr) bool {
	clean := true
	ast.Inspect(e, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.CallExpr:
			looks := o.builtin(x, "len") || o.builtin(x, "cap") || o.builtin(x, "min") || o.builtin(x, "max")
			clean = clean && (looks || o.info.Types[x.Fun].IsType())
		case *ast.UnaryExpr:
			clean = clean && x.Op != token.ARROW
		case *ast.FuncLit:
			clean = false
		}
		return clean
	})
	return clean
}
