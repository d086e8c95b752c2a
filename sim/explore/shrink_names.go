package explore

import (
	"regexp"
	"slices"
	"strings"

	"github.com/syncproof/syncproof/scenarios"
)

// castNames are what records are called when they may be called anything.
var castNames = []string{"ada", "bob", "cleo", "dan", "eve", "fay", "gus", "hal", "ida", "jan"}

// recordIDs are the records of a scenario in the order in which a reader
// meets them.
func recordIDs(sc *scenarios.Scenario) []string {
	var ids []string
	for i := range sc.Records.List {
		ids = append(ids, sc.Records.List[i].ID)
	}
	for i := range sc.Timeline {
		if sc.Timeline[i].Verb == scenarios.Create {
			ids = append(ids, sc.Timeline[i].Record)
		}
	}
	return ids
}

// renameRecords gives all records canonical names, or as many as the failure lets.
func renameRecords(s *shrinker) bool {
	ids := recordIDs(s.best)
	if len(ids) > len(castNames) || slices.Equal(ids, castNames[:len(ids)]) {
		return false
	}
	all := map[string]string{}
	for i, id := range ids {
		all[id] = castNames[i]
	}
	if s.first([]edit{func(sc *scenarios.Scenario) { rename(sc, all) }}) >= 0 {
		return true
	}
	return s.each(func(sc *scenarios.Scenario) []edit {
		var edits []edit
		for i, id := range recordIDs(sc) {
			if id != castNames[i] && !slices.Contains(recordIDs(sc), castNames[i]) {
				edits = append(edits, func(sc *scenarios.Scenario) { rename(sc, map[string]string{id: castNames[i]}) })
			}
		}
		return edits
	})
}

// rename gives records new names wherever they are named.
func rename(sc *scenarios.Scenario, names map[string]string) {
	change := func(at *string) {
		if now, ok := names[*at]; ok {
			*at = now
		}
	}
	for i := range sc.Records.List {
		change(&sc.Records.List[i].ID)
		change(&sc.Records.List[i].Mirrors)
	}
	for i := range sc.Timeline {
		for _, name := range namesOf(&sc.Timeline[i]) {
			change(name)
		}
	}
	for i := range sc.Expect {
		sc.Expect[i].Text = word.ReplaceAllStringFunc(sc.Expect[i].Text, func(w string) string {
			change(&w)
			return w
		})
	}
}

var word = regexp.MustCompile(`[\p{L}_][\p{L}\p{N}_-]*`)

// canonicalField is the one that values go to when they may go anywhere.
const canonicalField = "notes"

// setsOf are all places of a scenario where fields get values.
func setsOf(sc *scenarios.Scenario) []*[]scenarios.FieldSet {
	var all []*[]scenarios.FieldSet
	for i := range sc.Records.List {
		r := &sc.Records.List[i]
		all = append(all, &r.Fields, &r.CC, &r.CRM)
	}
	for i := range sc.Timeline {
		all = append(all, &sc.Timeline[i].Set)
	}
	return all
}

// renameFields moves what is said of another field to notes, field by field.
func renameFields(s *shrinker) bool {
	return s.each(func(sc *scenarios.Scenario) []edit {
		if _, ok := sc.Field(canonicalField); !ok {
			return nil
		}
		var edits []edit
		var seen []string
		for _, sets := range setsOf(sc) {
			for _, set := range *sets {
				if set.Field != canonicalField && !slices.Contains(seen, set.Field) {
					seen = append(seen, set.Field)
					edits = append(edits, func(sc *scenarios.Scenario) { renameField(sc, set.Field) })
				}
			}
		}
		return edits
	})
}

// renameField moves a field's values to notes, where notes are not set beside it.
func renameField(sc *scenarios.Scenario, from string) {
	for _, sets := range setsOf(sc) {
		if slices.ContainsFunc(*sets, func(set scenarios.FieldSet) bool { return set.Field == canonicalField }) {
			continue
		}
		for i := range *sets {
			if (*sets)[i].Field == from {
				(*sets)[i].Field = canonicalField
			}
		}
	}
	for i := range sc.Timeline {
		fields := sc.Timeline[i].Fields
		if at := slices.Index(fields, from); at >= 0 && !slices.Contains(fields, canonicalField) {
			fields[at] = canonicalField
		}
	}
}

// renameValues gives texts one-letter values, equal ones the same: all at
// once, then one by one. A text that must be longer becomes less long.
func renameValues(s *shrinker) bool {
	texts := textsOf(s.best)
	all := map[string]string{}
	for i, text := range texts {
		if i < 26 {
			all[text] = letter(i, text)
		}
	}
	helped := s.first([]edit{func(sc *scenarios.Scenario) { replaceTexts(sc, all) }}) >= 0
	return s.each(func(sc *scenarios.Scenario) []edit {
		var edits []edit
		texts := textsOf(sc)
		for i, text := range texts {
			if i < 26 && !slices.Contains(texts, letter(i, text)) {
				edits = append(edits, func(sc *scenarios.Scenario) {
					replaceTexts(sc, map[string]string{text: letter(i, text)})
				})
			}
			if runes := []rune(text); len(runes) > longText {
				for _, most := range []int{len(runes) / 2, len(runes) * 3 / 4} {
					edits = append(edits, func(sc *scenarios.Scenario) {
						replaceTexts(sc, map[string]string{text: string(runes[:most])})
					})
				}
			}
		}
		return edits
	}) || helped
}

// longText is what is cut where it may not be one letter.
const longText = 8

// letter is the i-th canonical text; one that numbers its repetitions still does.
func letter(i int, text string) string {
	short := string(rune('a' + i))
	if strings.Contains(text, "{n}") {
		short += "{n}"
	}
	return short
}

// textsOf are the distinct values of text fields, in order.
func textsOf(sc *scenarios.Scenario) []string {
	var texts []string
	for _, sets := range setsOf(sc) {
		for _, set := range *sets {
			if isText(sc, set) && !slices.Contains(texts, set.Value) {
				texts = append(texts, set.Value)
			}
		}
	}
	return texts
}

func isText(sc *scenarios.Scenario, set scenarios.FieldSet) bool {
	field, ok := sc.Field(set.Field)
	return ok && field.Kind() == "string" && !set.Clear
}

func replaceTexts(sc *scenarios.Scenario, texts map[string]string) {
	for _, sets := range setsOf(sc) {
		for i := range *sets {
			set := &(*sets)[i]
			if now, ok := texts[set.Value]; ok && isText(sc, *set) {
				set.Value = now
			}
		}
	}
}
