package docs

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/check"
	"github.com/syncproof/syncproof/sim/fault"
)

// generated are the sections that pages take from the code.
var generated = map[string]func(*testing.T) []string{
	"faults":      faultSection,
	"verbs":       verbSection,
	"invariants":  invariantSection,
	"chain":       chainSection,
	"fault index": faultIndex,
}

// TestGeneratedSections: what pages take from the code is what the code says.
func TestGeneratedSections(t *testing.T) {
	found := map[string]bool{}
	for _, p := range pages(t) {
		changed := false
		for i := 0; i < len(p.lines); i++ {
			name, ok := strings.CutPrefix(p.lines[i], "<!-- generated: ")
			if !ok {
				continue
			}
			name = strings.TrimSuffix(name, " -->")
			section := generated[name]
			end := slices.Index(p.lines[i:], "<!-- end -->")
			if section == nil || end < 0 {
				t.Fatalf("%s:%d: no such section, or no end: %q", p.name, i+1, name)
			}
			found[name] = true
			want := append(append([]string{""}, section(t)...), "")
			if have := p.lines[i+1 : i+end]; !slices.EqualFunc(have, want, volatile.same) || *update {
				if !*update {
					t.Errorf("%s:%d: the section %q is not what the code says: go test ./internal/docs -update", p.name, i+1, name)
				}
				p.lines, changed = slices.Replace(p.lines, i+1, i+end, want...), true
			}
		}
		if changed && *update {
			p.save(t)
		}
	}
	for name := range generated {
		if !found[name] {
			t.Errorf("no page has the section %q", name)
		}
	}
}

// titles of the groups of verbs.
var titles = map[scenarios.Group]string{
	scenarios.Network: "Network", scenarios.Vendor: "Vendors", scenarios.Clocks: "Clocks",
	scenarios.Webhook: "Webhooks", scenarios.EngineIs: "Engine",
}

// faultSection is the catalogue: each fault with its example and its keys.
func faultSection(*testing.T) []string {
	var out []string
	group := scenarios.Group("")
	for _, e := range fault.Catalogue() {
		if e.Group != group {
			group = e.Group
			out = append(out, "## "+titles[group], "")
		}
		out = append(out,
			"### `"+string(e.Verb)+"`", "",
			e.Does+" Stands for "+e.StandsFor+".", "",
			"```yaml", "- "+e.Example, "```", "")
		out = append(out, keyTable(e.Keys)...)
		out = append(out, "")
	}
	return out[:len(out)-1]
}

// faultIndex is the catalogue on one screen.
func faultIndex(*testing.T) []string {
	out := []string{"| group | faults |", "|---|---|"}
	var names []string
	entries := fault.Catalogue()
	for i, e := range entries {
		names = append(names, fmt.Sprintf("[`%s`](#%s)", e.Verb, e.Verb))
		if i+1 == len(entries) || entries[i+1].Group != e.Group {
			out = append(out, "| "+titles[e.Group]+" | "+strings.Join(names, ", ")+" |")
			names = nil
		}
	}
	return out
}

func keyTable(keys []scenarios.Key) []string {
	out := []string{"| key | meaning | values | default |", "|---|---|---|---|"}
	for _, k := range keys {
		preset := k.Default
		if k.Required {
			preset = "required"
		}
		out = append(out, fmt.Sprintf("| `%s` | %s | %s | %s |", k.Name, cell(k.Doc), cell(strings.Join(k.One, ", ")), cell(preset)))
	}
	return out
}

// cell is text that a table's cell can hold.
func cell(text string) string { return strings.ReplaceAll(text, "|", "\\|") }

// verbSection lists what people do.
func verbSection(*testing.T) []string {
	out := []string{"| verb | what happens | keys |", "|---|---|---|"}
	for _, v := range scenarios.Verbs() {
		if v.Fault() {
			continue
		}
		var keys []string
		for _, k := range v.Keys()[1:] {
			name := "`" + k.Name + "`"
			if k.Required {
				name += " (required)"
			}
			keys = append(keys, name)
		}
		out = append(out, fmt.Sprintf("| `%s` | %s | %s |", v, cell(v.Doc()), strings.Join(keys, ", ")))
	}
	return out
}

// invariantSection is the specification's table.
func invariantSection(*testing.T) []string {
	out := []string{"| invariant | what it says | rules |", "|---|---|---|"}
	for _, inv := range check.Invariants() {
		out = append(out, fmt.Sprintf("| [%s](#%s) | %s | %s |", inv.Name, inv.Name, cell(inv.Sentence), strings.Join(inv.Rules, " ")))
	}
	return out
}
