package mapping

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// addBusiness compiles a field whose values travel.
func (c *compiler) addBusiness(f *Field, fs FieldSpec) (key, message string) {
	for side, name := range f.Native {
		if name == "" {
			return nativeKeys[side], "missing: a value of " + quoted(f.Name) + " would have nowhere to go; name the field in both systems"
		}
	}
	if f.MaxLength < 0 {
		return "maxLength", "found " + strconv.Itoa(f.MaxLength) + ", expected a number of characters from 1, or no maxLength"
	}
	if key, message = foreignKey(f.Type, fs); message != "" {
		return key, message
	}
	for _, compile := range [...]func(*Field, FieldSpec) (string, string){
		compileChoices, compileLists, compilePhone, compileOwnPattern, compileDefault,
	} {
		if key, message = compile(f, fs); message != "" {
			return key, message
		}
	}
	c.mapping.Fields = append(c.mapping.Fields, *f)
	return "", ""
}

// foreignKey finds a key that means nothing for the type: it would be
// silently without effect.
func foreignKey(t Type, fs FieldSpec) (key, message string) {
	phone := t == TypePhone
	list := t == TypeMultiPicklist
	choice := t == TypePicklist || list
	for _, k := range [...]struct {
		name    string
		present bool
		applies bool
		to      string
	}{
		{"values", fs.Values != nil, choice, "Picklist and MultiPicklist"},
		{"crmValues", fs.CRMValues != nil, choice, "Picklist and MultiPicklist"},
		{"ccValues", fs.CCValues != nil, choice, "Picklist and MultiPicklist"},
		{"crmList", fs.CRMList != "", list, "MultiPicklist"},
		{"ccList", fs.CCList != "", list, "MultiPicklist"},
		{"region", fs.Region != "", phone, "Phone"},
		{"crmFormat", fs.CRMFormat != "", phone, "Phone"},
		{"ccFormat", fs.CCFormat != "", phone, "Phone"},
		{"phone", fs.Phone != "", phone, "Phone"},
	} {
		if k.present && !k.applies {
			return k.name, "belongs to fields of type " + k.to + ", and this one is " + t.String() + "; remove it, or change the type"
		}
	}
	return "", ""
}

func compileChoices(f *Field, fs FieldSpec) (key, message string) {
	if fs.Values == nil {
		if fs.CRMValues != nil {
			return "crmValues", "there is no values; list the canonical values first"
		}
		if fs.CCValues != nil {
			return "ccValues", "there is no values; list the canonical values first"
		}
		return "", ""
	}
	if len(fs.Values) == 0 || len(fs.Values) > valuesMax {
		return "values", "found " + strconv.Itoa(len(fs.Values)) + " values, expected 1 to " + strconv.Itoa(valuesMax)
	}
	seen := map[string]bool{}
	for _, v := range fs.Values {
		if problem := choiceProblem(f.Type, v); problem != "" {
			return "values", problem
		}
		if seen[v] {
			return "values", quoted(v) + " stands twice; list each value once"
		}
		seen[v] = true
	}
	built := &choices{values: slices.Clone(fs.Values)}
	for side, aliases := range [2]map[string]string{CC: fs.CCValues, CRM: fs.CRMValues} {
		key := [2]string{CC: "ccValues", CRM: "crmValues"}[side]
		if message := built.name(Side(side), f.Type, aliases); message != "" {
			return key, message
		}
	}
	f.rules.choices = built
	return "", ""
}

// choiceProblem says why a value or a side's name of it could not be told
// apart after a round trip, "" if it could.
func choiceProblem(t Type, v string) string {
	switch {
	case v == "":
		return "found an empty value; an empty field needs none"
	case len(v) > nameBytesMax:
		return "found a value of " + strconv.Itoa(len(v)) + " bytes, expected at most " + strconv.Itoa(nameBytesMax)
	case canonicalText(v) != v:
		return quoted(v) + " has white space at an end or is not in Unicode normal form C; write it as " + quoted(canonicalText(v))
	case t == TypeMultiPicklist && strings.Contains(v, ";"):
		return quoted(v) + " holds a semicolon, which separates the values of a MultiPicklist"
	}
	return ""
}

// name fills one side's tables.
func (c *choices) name(s Side, t Type, aliases map[string]string) string {
	for _, canonical := range slices.Sorted(maps.Keys(aliases)) {
		if !c.has(canonical) {
			return quoted(canonical) + " is none of the values" + didYouMean(canonical, c.values)
		}
		if problem := choiceProblem(t, aliases[canonical]); problem != "" {
			return problem
		}
	}
	c.toNative[s] = make(map[string]string, len(c.values))
	c.fromNative[s] = make(map[string]string, len(c.values))
	c.folded[s] = make(map[string]string, len(c.values))
	ambiguous := map[string]bool{}
	for _, v := range c.values {
		native, ok := aliases[v]
		if !ok {
			native = v
		}
		if other, taken := c.fromNative[s][native]; taken {
			return quoted(other) + " and " + quoted(v) + " are both " + quoted(native) +
				" there, and could not be told apart; give each its own name"
		}
		c.toNative[s][v] = native
		c.fromNative[s][native] = v
		folded := strings.ToLower(native)
		if _, taken := c.folded[s][folded]; taken {
			ambiguous[folded] = true
		}
		c.folded[s][folded] = v
	}
	maps.DeleteFunc(c.folded[s], func(folded, _ string) bool { return ambiguous[folded] })
	return ""
}

func compileLists(f *Field, fs FieldSpec) (key, message string) {
	for side, given := range [2]string{CC: fs.CCList, CRM: fs.CRMList} {
		form := listArray
		if strings.HasSuffix(f.Native[side], "__c") {
			form = listSemicolon
		}
		if given != "" {
			found, ok := lookUp(listFormNames, given)
			if !ok {
				return [2]string{CC: "ccList", CRM: "crmList"}[side], unknownWord("list form", given, listFormNames)
			}
			form = listForm(found)
		}
		f.rules.list[side] = form
	}
	return "", ""
}

func compilePhone(f *Field, fs FieldSpec) (key, message string) {
	if f.Type != TypePhone {
		return "", ""
	}
	p := &phoneRule{region: strings.ToUpper(fs.Region), parsed: newMemo[string]()}
	if p.region == "" {
		p.region = defaultRegion
	}
	if !phonenumbers.GetSupportedRegions()[p.region] {
		return "region", "unknown region " + quoted(fs.Region) + "; expected an ISO country code of two letters, such as US"
	}
	options := []string{"possible", "valid"}
	if fs.Phone != "" {
		option, ok := lookUp(options, fs.Phone)
		if !ok {
			return "phone", unknownWord("phone rule", fs.Phone, options)
		}
		p.valid = options[option] == "valid"
	}
	for side, given := range [2]string{CC: fs.CCFormat, CRM: fs.CRMFormat} {
		p.rendered[side] = newMemo[string]()
		format, message := p.compileFormat(given)
		if message != "" {
			return [2]string{CC: "ccFormat", CRM: "crmFormat"}[side], message
		}
		p.formats[side] = format
	}
	f.rules.phone = p
	return "", ""
}

func (p *phoneRule) compileFormat(given string) (phoneFormat, string) {
	if given == "" {
		return phoneFormat{style: styleE164}, ""
	}
	if style, ok := lookUp(phoneStyleNames, given); ok {
		return phoneFormat{style: phoneStyle(style)}, ""
	}
	if !strings.Contains(given, "#") {
		if hint := didYouMean(given, phoneStyleNames); hint != "" {
			return phoneFormat{}, "unknown format " + quoted(given) + hint
		}
		return phoneFormat{}, "unknown format " + quoted(given) + "; expected e164, international, national or a mask such as \"(###) ###-####\""
	}
	if len(given) > maskMax {
		return phoneFormat{}, "found a mask of " + strconv.Itoa(len(given)) + " bytes, expected at most " + strconv.Itoa(maskMax)
	}
	if problem := p.maskProblem(given); problem != "" {
		return phoneFormat{}, "bad mask " + quoted(given) + ": " + problem
	}
	return phoneFormat{style: styleMask, mask: given}, ""
}

func compileOwnPattern(f *Field, fs FieldSpec) (key, message string) {
	if fs.Pattern == "" {
		return "", ""
	}
	if len(fs.Pattern) > patternMax {
		return "pattern", "found a pattern of " + strconv.Itoa(len(fs.Pattern)) + " bytes, expected at most " + strconv.Itoa(patternMax)
	}
	re, err := regexp.Compile(fs.Pattern)
	if err != nil {
		return "pattern", "not a regular expression of the RE2 kind: " + strings.TrimPrefix(err.Error(), "error parsing regexp: ") +
			"; RE2 has no look-around and no back-references"
	}
	if f.rules.choices != nil && f.Type == TypePicklist {
		for _, v := range f.rules.choices.values {
			if !re.MatchString(v) {
				return "pattern", "contradicts values: " + quoted(v) + " does not match; a picklist needs no pattern"
			}
		}
	}
	f.rules.pattern = re
	return "", ""
}

func compileDefault(f *Field, fs FieldSpec) (key, message string) {
	if fs.Default == nil {
		return "", ""
	}
	n, found := nativeOf(fs.Default)
	if n.Kind == Null {
		return "", ""
	}
	unnamed := *f // a default is written canonically, not by a side's names
	unnamed.rules.choices = nil
	value, ok := unnamed.read(CC, n)
	if n.Kind == Absent || !ok {
		hint := ""
		if (n.Kind == Number || n.Kind == Bool) && f.Type.kind() == String {
			hint = "; put it in quotes"
		}
		return "default", "found " + found + ", expected a value of type " + f.Type.String() + hint
	}
	if value == "" {
		return "", ""
	}
	if rule := f.breaks(value); rule != "" {
		return "default", "breaks the field's own rule " + rule
	}
	f.Default = value
	return "", ""
}

// nativeOf is a default as a native value, with a word for what was found.
// Absent is a default of a kind that no field can have.
func nativeOf(value any) (Native, string) {
	switch v := value.(type) {
	case nil:
		return Native{Kind: Null}, "null"
	case string:
		return Native{Kind: String, Text: v}, "text"
	case bool:
		return Native{Kind: Bool, Text: strconv.FormatBool(v)}, "a boolean"
	case int:
		return Native{Kind: Number, Text: strconv.Itoa(v)}, "a number"
	case int64:
		return Native{Kind: Number, Text: strconv.FormatInt(v, 10)}, "a number"
	case float64:
		return Native{Kind: Number, Text: strconv.FormatFloat(v, 'f', -1, 64)}, "a number"
	case json.Number:
		return Native{Kind: Number, Text: v.String()}, "a number"
	case []string, []any:
		text, err := json.Marshal(v)
		if err != nil {
			return Native{}, "a list"
		}
		return Native{Kind: List, Text: string(text)}, "a list"
	}
	return Native{}, "a value of a kind that no field has"
}
