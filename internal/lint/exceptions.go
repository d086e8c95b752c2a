package lint

import (
	"go/token"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// excuses are the exceptions that comments of a package ask for.
type excuses struct{ all []*excuse }

type excuse struct {
	at   token.Pos
	file string
	line int
	rule string
	used bool
}

// exceptions collects the comments, and reports those without a reason.
func exceptions(pass *analysis.Pass) *excuses {
	x := &excuses{}
	for _, file := range pass.Files {
		for _, group := range file.Comments {
			for _, c := range group.List {
				rule, reason, ok := parseException(c.Text)
				switch {
				case !ok:
				case reason == "":
					pass.Reportf(c.Pos(), "an exception needs a reason: //syncproof:unordered why, or //syncproof:allow RULE why")
				default:
					p := pass.Fset.Position(c.Pos())
					x.all = append(x.all, &excuse{at: c.Pos(), file: p.Filename, line: p.Line, rule: rule})
				}
			}
		}
	}
	return x
}

func parseException(comment string) (rule, reason string, ok bool) {
	comment, _, _ = strings.Cut(comment, " // ") // a comment on the comment
	if rest, found := strings.CutPrefix(comment, "//syncproof:unordered"); found {
		return "map", strings.TrimSpace(rest), true
	}
	if rest, found := strings.CutPrefix(comment, "//syncproof:allow"); found {
		rule, reason, _ = strings.Cut(strings.TrimSpace(rest), " ")
		return rule, strings.TrimSpace(reason), true
	}
	return "", "", false
}

// take finds the exception for a rule on this line or the line above.
func (x *excuses) take(at token.Position, rule string) bool {
	i := slices.IndexFunc(x.all, func(e *excuse) bool {
		return e.rule == rule && e.file == at.Filename && (e.line == at.Line || e.line == at.Line-1)
	})
	if i < 0 {
		return false
	}
	x.all[i].used = true
	return true
}

func (x *excuses) unused(pass *analysis.Pass) {
	for _, e := range x.all {
		if !e.used {
			pass.Reportf(e.at, "this exception excuses nothing: remove it")
		}
	}
}
