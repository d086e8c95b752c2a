package docs

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/check"
)

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// TestLinks: every link within the repository leads to a file, and to a
// heading where it names one.
func TestLinks(t *testing.T) {
	links := 0
	for _, p := range pages(t) {
		for i, line := range p.lines {
			for _, m := range link.FindAllStringSubmatch(line, -1) {
				if strings.Contains(m[1], "://") {
					continue
				}
				links++
				path, heading, _ := strings.Cut(m[1], "#")
				target := filepath.Join(root, filepath.Dir(p.name), path)
				if path == "" {
					target = filepath.Join(root, p.name)
				}
				text, err := os.ReadFile(target)
				if info, statErr := os.Stat(target); statErr == nil && info.IsDir() {
					err = nil
				}
				if err != nil {
					t.Errorf("%s:%d: %v", p.name, i+1, err)
				} else if heading != "" && !slices.Contains(headings(string(text)), heading) {
					t.Errorf("%s:%d: %s has no heading #%s", p.name, i+1, target, heading)
				}
			}
		}
	}
	if links < 20 {
		t.Errorf("only %d links found: the rule was not applied", links)
	}
}

var notInAnchor = regexp.MustCompile(`[^a-z0-9 _-]`)

// headings are the anchors of a page.
func headings(text string) []string {
	var all []string
	for line := range strings.SplitSeq(text, "\n") {
		if title := strings.TrimLeft(line, "#"); title != line && strings.HasPrefix(title, " ") {
			anchor := notInAnchor.ReplaceAllString(strings.ToLower(strings.TrimSpace(title)), "")
			all = append(all, strings.ReplaceAll(anchor, " ", "-"))
		}
	}
	return all
}

// TestMakeTargets: what pages call `make X` is in the Makefile.
func TestMakeTargets(t *testing.T) {
	makefile := read(t, "Makefile")
	for _, p := range pages(t) {
		for i, line := range p.lines {
			for _, m := range regexp.MustCompile("(?:\\$ |`|^ {4})make ([a-z]+)").FindAllStringSubmatch(line, -1) {
				if !strings.Contains(makefile, "\n"+m[1]+":") {
					t.Errorf("%s:%d: the Makefile has no target %s", p.name, i+1, m[1])
				}
			}
		}
	}
}

// TestEveryInvariantIsExplained: checks.md has a heading for each.
func TestEveryInvariantIsExplained(t *testing.T) {
	if n := len(check.Invariants()); n != 16 {
		t.Errorf("README.md, CHANGELOG.md and docs/checks.md say sixteen invariants, there are %d", n)
	}
	have := headings(read(t, "docs/checks.md"))
	for _, inv := range check.Invariants() {
		if !slices.Contains(have, inv.Name) {
			t.Errorf("docs/checks.md does not explain %s", inv.Name)
		}
	}
}

// TestEveryKeyIsExplained: scenarios.md names every key of the format but
// those of steps, which are generated.
func TestEveryKeyIsExplained(t *testing.T) {
	text := read(t, "docs/scenarios.md")
	var schema struct {
		Properties map[string]any
		Defs       map[string]struct{ Properties map[string]any } `json:"$defs"`
	}
	if err := json.Unmarshal([]byte(read(t, "scenarios/scenario.schema.json")), &schema); err != nil {
		t.Fatal(err)
	}
	explained := func(where string, properties map[string]any) {
		if len(properties) == 0 {
			t.Errorf("the schema has no keys of %s", where)
		}
		for key := range properties {
			if !strings.Contains(text, "`"+key+"`") {
				t.Errorf("docs/scenarios.md does not explain the key %s of %s", key, where)
			}
		}
	}
	explained("a scenario", schema.Properties)
	for _, name := range []string{"System", "Clock", "Quota", "Engine", "Retry", "Policy", "Record", "Generate", "Mapping", "MappingField"} {
		explained(name, schema.Defs[name].Properties)
	}
}

// TestScenariosParse: each yaml block that begins with `scenario:` is a
// scenario, unless it shows one with a mistake.
func TestScenariosParse(t *testing.T) {
	count := 0
	for _, p := range pages(t) {
		for _, b := range p.blocks() {
			text := strings.Join(b.lines, "\n") + "\n"
			if b.language != "yaml" || !regexp.MustCompile(`(?m)^scenario: `).MatchString(text) || b.file == "misspelt.yaml" {
				continue
			}
			count++
			sc, err := scenarios.Parse(p.name, []byte(text))
			if err == nil {
				err = check.CompileExpect(sc)
			}
			if err != nil {
				t.Errorf("%s:%d: %v", p.name, b.first, err)
			}
		}
	}
	if count == 0 {
		t.Error("no page shows a scenario")
	}
}

// TestEngineWords: engine.md names every phase of a work, every event and
// every effect of the core.
func TestEngineWords(t *testing.T) {
	text := read(t, "docs/engine.md")
	count := 0
	named := func(file, pattern string) {
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(read(t, file), -1) {
			count++
			if !strings.Contains(text, "`"+m[1]+"`") {
				t.Errorf("docs/engine.md does not explain %s of %s", m[1], file)
			}
		}
	}
	named("engine/event.go", `func \((\w+)\) event\(\)`)
	named("engine/effect.go", `func \((\w+)\) effect\(\)`)
	phases := regexp.MustCompile(`phaseNames = [^{]*{([^}]*)}`).FindStringSubmatch(read(t, "engine/work.go"))
	if phases == nil {
		t.Fatal("engine/work.go names no phases")
	}
	for name := range strings.SplitSeq(phases[1], ",") {
		if name = strings.Trim(name, ` "`); !strings.Contains(text, "\n| "+name+" |") {
			t.Errorf("docs/engine.md does not explain the phase %s", name)
		}
	}
	if count < 20 {
		t.Errorf("only %d events and effects found", count)
	}
}

// TestGenesysEndpoints: mocks.md lists every operation of the mock's table.
func TestGenesysEndpoints(t *testing.T) {
	text := read(t, "docs/mocks.md")
	all := regexp.MustCompile(`"([A-Z]+ [a-z/{}]+)": +{permission`).FindAllStringSubmatch(read(t, "mocks/genesys/routes.go"), -1)
	if len(all) < 10 {
		t.Fatalf("only %d operations found", len(all))
	}
	for _, m := range all {
		if op := strings.ReplaceAll(m[1], "{}", "{id}"); !strings.Contains(text, "`"+op+"`") {
			t.Errorf("docs/mocks.md does not list %s", op)
		}
	}
	channels := regexp.MustCompile(`"([A-Z]+) ([a-z/{}]*)": +{"",`).FindAllStringSubmatch(read(t, "mocks/genesys/channelapi.go"), -1)
	if len(channels) < 7 {
		t.Fatalf("only %d operations of channels found", len(channels))
	}
	for _, m := range channels {
		op := m[1] + " /api/v2/notifications/channels" + strings.ReplaceAll(m[2], "{}", "{id}")
		if !strings.Contains(text, "`"+op+"`") {
			t.Errorf("docs/mocks.md does not list %s", op)
		}
	}
}

// TestRESTEndpoints: mocks.md lists every operation of the REST CRM's
// document.
func TestRESTEndpoints(t *testing.T) {
	var doc struct {
		Paths map[string]map[string]any
	}
	if err := yaml.Unmarshal([]byte(read(t, "docs/rest-crm.openapi.yaml")), &doc); err != nil {
		t.Fatal(err)
	}
	text := read(t, "docs/mocks.md")
	count := 0
	for path, methods := range doc.Paths {
		for method := range methods {
			if !slices.Contains([]string{"get", "put", "post", "patch", "delete"}, method) {
				continue
			}
			count++
			if op := strings.ToUpper(method) + " " + path; !strings.Contains(text, "`"+op+"`") {
				t.Errorf("docs/mocks.md does not list %s", op)
			}
		}
	}
	if count == 0 {
		t.Error("no operations found")
	}
}

var benchmarkName = regexp.MustCompile("`(Benchmark[A-Za-z0-9]+)` \\| `([a-z/]+)`")

// TestBenchmarksExist: performance.md names benchmarks that are in the tree.
func TestBenchmarksExist(t *testing.T) {
	all := benchmarkName.FindAllStringSubmatch(read(t, "docs/performance.md"), -1)
	if len(all) < 5 {
		t.Fatalf("only %d benchmarks found", len(all))
	}
	for _, m := range all {
		files, err := filepath.Glob(filepath.Join(root, m[2], "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(files, func(path string) bool {
			text, err := os.ReadFile(path)
			return err == nil && strings.Contains(string(text), "func "+m[1]+"(")
		}) {
			t.Errorf("%s has no %s", m[2], m[1])
		}
	}
}

// TestFoldersExist: the README's map shows every top-level folder, and none
// that is not there.
func TestFoldersExist(t *testing.T) {
	text := read(t, "README.md")
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") && e.Name() != "bin" && !strings.HasPrefix(e.Name(), "syncproof-") &&
			!strings.Contains(text, "| `"+e.Name()+"/` |") {
			t.Errorf("README.md does not show the folder %s", e.Name())
		}
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z/]+)/` \\|").FindAllStringSubmatch(text, -1) {
		if info, err := os.Stat(filepath.Join(root, m[1])); err != nil || !info.IsDir() {
			t.Errorf("README.md shows the folder %s, which is not there", m[1])
		}
	}
}
