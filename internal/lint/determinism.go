package lint

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// Rules say which bans apply to a package.
type Rules struct {
	// Pure bans clocks, timers, goroutines, select, randomness, the order of
	// maps, addresses, the machine and its environment.
	Pure bool
	// NoFloats bans floating point, which decisions must not rest on.
	NoFloats bool
	// Quiet bans printing and exiting, which belong to the command line.
	Quiet bool
}

// RulesFor says which bans hold for a package, by its path below the module.
func RulesFor(path string) Rules {
	live := anyMatches([]string{"engine/adapter/adaptertest", "engine/service/...", "engine/queue/...", "engine/store/...", "mocks/host/...", "sim/live/..."}, path) &&
		path != "engine/store/memory" // the simulator's disk
	world := anyMatches([]string{"engine/...", "mocks/...", "scenarios/...", "sim/..."}, path)
	return Rules{
		Pure:     world && !live,
		NoFloats: path == "engine" || matches("engine/resolve/...", path),
		Quiet:    !matches("cmd/...", path),
	}
}

// Determinism makes the analyzer that enforces what rules says for each
// package path.
func Determinism(rules func(path string) Rules) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name: "determinism",
		Doc:  "reports what would make two runs of one scenario differ",
		Run: func(pass *analysis.Pass) (any, error) {
			s := &survey{pass: pass, rules: rules(pass.Pkg.Path()), excused: exceptions(pass)}
			for _, file := range pass.Files {
				ast.PreorderStack(file, nil, s.visit)
			}
			s.excused.unused(pass)
			return nil, nil
		},
	}
}

// survey walks one package.
type survey struct {
	pass    *analysis.Pass
	rules   Rules
	excused *excuses
	floated token.Pos // start of the line of the last float reported
}

// ban reports a breach, unless a comment excuses it.
func (s *survey) ban(at token.Pos, rule, message string) {
	if !s.excused.take(s.pass.Fset.Position(at), rule) {
		s.pass.Reportf(at, "%s: %s", rule, message)
	}
}

func (s *survey) visit(n ast.Node, stack []ast.Node) bool {
	switch n := n.(type) {
	case *ast.GoStmt:
		if s.rules.Pure {
			s.ban(n.Pos(), "go", "a goroutine runs in an order that no seed decides")
		}
	case *ast.SelectStmt:
		if s.rules.Pure {
			s.ban(n.Pos(), "select", "select picks among ready cases at random")
		}
	case *ast.RangeStmt:
		if s.rules.Pure {
			s.mapRange(n, stack)
		}
	case *ast.CallExpr:
		s.call(n, stack)
	case *ast.Ident:
		s.use(n)
	}
	if e, ok := n.(ast.Expr); ok && s.rules.NoFloats {
		s.float(e)
	}
	return true
}

// use looks at what an identifier stands for.
func (s *survey) use(id *ast.Ident) {
	obj := s.pass.TypesInfo.Uses[id]
	if obj == nil || obj.Pkg() == nil {
		if b, ok := obj.(*types.Builtin); ok && s.rules.Quiet && strings.HasPrefix(b.Name(), "print") {
			s.ban(id.Pos(), "print", "only the command line prints")
		}
		return
	}
	name := obj.Name()
	if f, ok := obj.(*types.Func); ok {
		if recv := f.Signature().Recv(); recv != nil {
			name = receiver(recv) + "." + name
		}
	}
	var broken *ban
	if s.rules.Quiet {
		broken = banned(noises, obj, name)
	}
	if broken == nil && s.rules.Pure {
		broken = banned(impurities, obj, name)
	}
	if broken != nil {
		s.ban(id.Pos(), broken.rule, broken.path+"."+name+": "+broken.why)
	}
}

func receiver(v *types.Var) string {
	t := v.Type()
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	if n, ok := t.(*types.Named); ok {
		return n.Obj().Name()
	}
	return ""
}

// call looks at the constant texts that a formatting function gets, and at
// iterators over maps.
func (s *survey) call(c *ast.CallExpr, stack []ast.Node) {
	f := callee(s.pass.TypesInfo, c)
	if f == nil || f.Pkg() == nil || !s.rules.Pure {
		return
	}
	switch f.Pkg().Path() {
	case "fmt", "log", "errors":
		for _, a := range c.Args {
			if v := s.pass.TypesInfo.Types[a].Value; v != nil && v.Kind() == constant.String && printsPointer(constant.StringVal(v)) {
				s.ban(a.Pos(), "pointer", "%p prints an address, which differs in every process")
			}
		}
	case "maps":
		s.mapIterator(c, f.Name(), stack)
	}
}

// callee is the function that a call names, nil for a value or a conversion.
func callee(info *types.Info, c *ast.CallExpr) *types.Func {
	fun := ast.Unparen(c.Fun)
	switch x := fun.(type) {
	case *ast.IndexExpr:
		fun = x.X
	case *ast.IndexListExpr:
		fun = x.X
	}
	var id *ast.Ident
	switch x := fun.(type) {
	case *ast.Ident:
		id = x
	case *ast.SelectorExpr:
		id = x.Sel
	default:
		return nil
	}
	f, _ := info.Uses[id].(*types.Func)
	return f
}

// printsPointer finds the verb %p, flags and width included.
func printsPointer(format string) bool {
	for {
		_, rest, ok := strings.Cut(format, "%")
		if !ok {
			return false
		}
		verb := strings.TrimLeft(rest, "+-# 0123456789.*[]")
		if strings.HasPrefix(verb, "p") {
			return true
		}
		format = rest
		if strings.HasPrefix(rest, "%") {
			format = rest[1:]
		}
	}
}

// float reports the first floating-point expression of a line.
func (s *survey) float(e ast.Expr) {
	t := s.pass.TypesInfo.TypeOf(e)
	if t == nil {
		return
	}
	b, ok := t.Underlying().(*types.Basic)
	if !ok || b.Info()&(types.IsFloat|types.IsComplex) == 0 {
		return
	}
	file := s.pass.Fset.File(e.Pos())
	line := file.LineStart(file.Line(e.Pos()))
	if line == s.floated {
		return
	}
	s.floated = line
	s.ban(e.Pos(), "float", "a decision must not rest on floating point")
}
