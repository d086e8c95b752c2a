package vector

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// The inputs of the vectors are written as lines, because several hundred
// JSON objects that differ in one place each cannot be read:
//
//	rule: CR-4
//	about: the rule in a sentence
//	* | base v41 notes=x
//	name of the case | cc v43 notes=a | crm v42 notes=b | policy granularity=record
//
// The line that begins with * gives the parts that a case below it does not
// name. A side is `cc` or `crm` with: vN, @TIME (a time of 2026-03-01, a whole
// instant, or ? for unknown), an origin, pN for the priority id, trigger or
// none, rN for the resolution in ms, deleted, absent, only, and FIELD=VALUE
// (~ is null). What a side does not say is as in its base, and its version is
// the base's. `only` leaves unsaid fields out of the JSON. `base none` is no
// base; `base.cc` and `base.crm` give one for each side. `oneway tier=crm`
// names the side that a field travels to.
type lineFile struct {
	rule, about string
	cases       []caseLine
}

type caseLine struct {
	name   string
	sides  [2]sideLine
	bases  [2]baseLine
	shared bool     // one base for both sides
	policy []string // "key=value", in order
	oneWay []string
}

type sideLine struct {
	absent, deleted, only bool
	version               int64
	time                  string
	origin, versioning    string
	priority, resolution  int
	fields                []string
}

type baseLine struct {
	none, deleted bool
	version       int64
	fields        []string
}

func readLines(t *testing.T, path string) lineFile {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var f lineFile
	defaults := map[string]string{}
	for i, line := range strings.Split(string(data), "\n") {
		line = strings.TrimSpace(line)
		fail := func(what string) {
			t.Fatalf("%s:%d: %s", path, i+1, what)
		}
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "rule: "):
			f.rule = line[len("rule: "):]
		case strings.HasPrefix(line, "about: "):
			f.about = line[len("about: "):]
		case strings.HasPrefix(line, "*"):
			defaults = parts(line, map[string]string{})
		default:
			c, err := parseLine(line, defaults)
			if err != nil {
				fail(err.Error())
			}
			f.cases = append(f.cases, c)
		}
	}
	if f.rule+".txt" != filepath.Base(path) {
		t.Fatalf("%s: rule is %q", path, f.rule)
	}
	return f
}

// parts splits a line into its parts by their first word, over defaults.
func parts(line string, defaults map[string]string) map[string]string {
	m := map[string]string{}
	for k, v := range defaults {
		m[k] = v
	}
	for _, p := range strings.Split(line, " | ")[1:] {
		word, rest, _ := strings.Cut(strings.TrimSpace(p), " ")
		if word == "base" {
			delete(m, "base.cc")
			delete(m, "base.crm")
		}
		if word == "base.cc" || word == "base.crm" {
			delete(m, "base")
		}
		m[word] = rest
	}
	return m
}

func parseLine(line string, defaults map[string]string) (caseLine, error) {
	c := caseLine{name: strings.TrimSpace(strings.Split(line, " | ")[0])}
	m := parts(line, defaults)
	var err error
	if shared, ok := m["base"]; ok {
		c.shared = true
		c.bases[0], err = parseBase(shared)
		c.bases[1] = c.bases[0]
	} else {
		for s, word := range []string{"base.cc", "base.crm"} {
			if err == nil {
				c.bases[s], err = parseBase(m[word])
			}
		}
	}
	for s, word := range []string{"cc", "crm"} {
		if err == nil {
			c.sides[s], err = parseSide(m[word], s, c.bases[s])
		}
	}
	c.policy = strings.Fields(m["policy"])
	c.oneWay = strings.Fields(m["oneway"])
	for _, word := range []string{"base", "base.cc", "base.crm", "cc", "crm", "policy", "oneway"} {
		delete(m, word)
	}
	if err == nil && len(m) > 0 {
		err = fmt.Errorf("unknown parts %v", m)
	}
	return c, err
}

func parseBase(words string) (baseLine, error) {
	var b baseLine
	for _, w := range strings.Fields(words) {
		switch {
		case w == "none":
			b.none = true
		case w == "deleted":
			b.deleted = true
		case strings.Contains(w, "="):
			b.fields = append(b.fields, w)
		default:
			v, err := strconv.ParseInt(strings.TrimPrefix(w, "v"), 10, 64)
			if err != nil {
				return b, fmt.Errorf("base: %q", w)
			}
			b.version = v
		}
	}
	return b, nil
}

func parseSide(words string, side int, base baseLine) (sideLine, error) {
	s := sideLine{
		version: base.version, time: "2026-03-01T10:00:00Z", versioning: "trigger",
		origin: []string{"agent", "user"}[side], priority: side + 1, resolution: 1,
	}
	var err error
	for _, w := range strings.Fields(words) {
		switch {
		case strings.Contains(w, "="):
			s.fields = append(s.fields, w)
		case w == "deleted":
			s.deleted = true
		case w == "absent":
			s.absent = true
		case w == "only":
			s.only = true
		case w == "agent" || w == "user" || w == "system":
			s.origin = w
		case w == "trigger" || w == "none":
			s.versioning = w
		case w == "@?":
			s.time = ""
		case strings.HasPrefix(w, "@") && strings.Contains(w, "T"):
			s.time = w[1:]
		case strings.HasPrefix(w, "@"):
			s.time = "2026-03-01T" + w[1:] + "Z"
		case w[0] == 'v':
			s.version, err = strconv.ParseInt(w[1:], 10, 64)
		case w[0] == 'p':
			s.priority, err = strconv.Atoi(w[1:])
		case w[0] == 'r':
			s.resolution, err = strconv.Atoi(w[1:])
		default:
			err = fmt.Errorf("unknown word %q", w)
		}
		if err != nil {
			return s, err
		}
	}
	return s, nil
}

// swapped is the case with the sides exchanged, traits and all.
func (c caseLine) swapped() caseLine {
	m := c
	m.name = c.name + " (sides swapped)"
	m.sides = [2]sideLine{c.sides[1], c.sides[0]}
	if c.sides[0].absent || c.sides[1].absent {
		// null has no priority id, and none is asked for.
		m.sides[0].priority, m.sides[1].priority = c.sides[0].priority, c.sides[1].priority
	}
	m.bases = [2]baseLine{c.bases[1], c.bases[0]}
	m.oneWay = nil
	for _, w := range c.oneWay {
		field, to, _ := strings.Cut(w, "=")
		m.oneWay = append(m.oneWay, field+"="+map[string]string{"cc": "crm", "crm": "cc"}[to])
	}
	return m
}

// json writes the input with one part a line.
func (c caseLine) json() string {
	names := c.fieldNames()
	var b strings.Builder
	b.WriteString("{")
	if len(c.policy) > 0 {
		b.WriteString("\n        \"policy\": {" + pairs(c.policy, true) + "},")
	}
	for s, word := range []string{"cc", "crm"} {
		b.WriteString("\n        \"" + word + "\": " + c.sides[s].json(names, c.bases[s]) + ",")
	}
	if c.shared {
		b.WriteString("\n        \"base\": " + c.bases[0].json())
	} else {
		b.WriteString("\n        \"base\": {\"cc\": " + c.bases[0].json() + ", \"crm\": " + c.bases[1].json() + "}")
	}
	if len(c.oneWay) > 0 {
		b.WriteString(",\n        \"one_way\": {" + pairs(c.oneWay, false) + "}")
	}
	b.WriteString("\n      }")
	return b.String()
}

// fieldNames are those of all parts, in order of appearance.
func (c caseLine) fieldNames() []string {
	var names []string
	seen := map[string]bool{}
	for _, list := range [][]string{c.bases[0].fields, c.bases[1].fields, c.sides[0].fields, c.sides[1].fields} {
		for _, w := range list {
			name, _, _ := strings.Cut(w, "=")
			if !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	return names
}

func (s sideLine) json(names []string, base baseLine) string {
	if s.absent {
		return "null"
	}
	time := "null"
	if s.time != "" {
		time = quote(s.time)
	}
	head := fmt.Sprintf(`{"version": %d, "time": %s, "origin": %q, "priority": %d, "versioning": %q, "resolution_ms": %d, `,
		s.version, time, s.origin, s.priority, s.versioning, s.resolution)
	if s.deleted {
		return head + `"deleted": true, "fields": {}}`
	}
	fields := s.fields
	if !s.only {
		fields = nil
		for _, name := range names {
			fields = append(fields, name+"="+lookup(name, s.fields, base.fields))
		}
	}
	return head + `"deleted": false, "fields": {` + pairs(fields, false) + "}}"
}

func (b baseLine) json() string {
	if b.none {
		return "null"
	}
	deleted := ""
	if b.deleted {
		deleted = `"deleted": true, `
	}
	return fmt.Sprintf(`{"version": %d, %s"fields": {%s}}`, b.version, deleted, pairs(b.fields, false))
}

// lookup finds the value of a field in the first list that names it.
func lookup(name string, lists ...[]string) string {
	for _, list := range lists {
		for _, w := range list {
			if n, v, _ := strings.Cut(w, "="); n == name {
				return v
			}
		}
	}
	return ""
}

// pairs writes "key=value" words as the members of an object.
func pairs(words []string, numbers bool) string {
	var members []string
	for _, w := range words {
		name, value, _ := strings.Cut(w, "=")
		text := quote(value)
		if _, err := strconv.Atoi(value); numbers && err == nil {
			text = value
		}
		if value == "~" {
			text = "null"
		}
		members = append(members, quote(name)+": "+text)
	}
	return strings.Join(members, ", ")
}

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}
