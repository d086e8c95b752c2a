package check

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// textOf writes a YAML or JSON scalar as the mocks' journals would.
func textOf(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// clockText shows an instant of the run.
func clockText(at int64) string {
	return time.Duration(at).Round(time.Millisecond).String()
}

// shown quotes a value for a message, cut to a readable length.
func shown(v string) string {
	const most = 48
	if r := []rune(v); len(r) > most {
		v = string(r[:most]) + "…"
	}
	return `"` + strings.ReplaceAll(v, "\n", `\n`) + `"`
}

func number(v int64) string { return strconv.FormatInt(v, 10) }

// phrase says something of one thing, and of several.
type phrase [2]string

// count puts a number before the phrase.
func (p phrase) count(n int) string {
	if n == 1 {
		return "1 " + p[0]
	}
	return strconv.Itoa(n) + " " + p[1]
}

// with adds something to both forms.
func (p phrase) with(more string) phrase { return phrase{p[0] + ", " + more, p[1] + ", " + more} }
