package mapping

import (
	"strconv"
	"strings"
)

const (
	fieldsMax     = 200
	nameBytesMax  = 255
	valuesMax     = 1000
	patternMax    = 1000 // bytes
	maskMax       = 64   // bytes
	defaultRegion = "US"
)

// New compiles a Spec. Every error is a *SpecError that names the first thing
// that is wrong, in the order of the fields.
func New(spec Spec) (*Mapping, error) {
	if spec.Object == "" {
		return nil, &SpecError{Field: -1, Key: "object", Message: "missing; name what is mapped, such as Contact"}
	}
	if len(spec.Fields) > fieldsMax {
		return nil, &SpecError{Field: -1, Key: "fields", Message: "found " + strconv.Itoa(len(spec.Fields)) +
			" fields, expected at most " + strconv.Itoa(fieldsMax) + "; map only what has to travel"}
	}
	c := compiler{
		mapping: &Mapping{Object: spec.Object},
		names:   map[string]int{},
		natives: [2]map[string]int{{}, {}},
		version: -1, status: -1,
	}
	for i, fs := range spec.Fields {
		if key, message := c.add(i, fs); message != "" {
			return nil, &SpecError{Field: i, Key: key, Message: message}
		}
	}
	if c.version < 0 {
		return nil, &SpecError{Field: -1, Key: "fields", Message: "no field of purpose Version (DM-1); " +
			"add one, such as crmField Sync_Version__c, ccField sync_version, type Integer, default 0"}
	}
	return c.mapping, nil
}

// compiler holds what fields must not share. Its methods return the key and
// message of a SpecError, with an empty message for none.
type compiler struct {
	mapping *Mapping
	names   map[string]int    // logical name to field index
	natives [2]map[string]int // folded native name to field index, by Side
	version int               // index of the version field, -1 if none yet
	status  int
}

func (c *compiler) add(i int, fs FieldSpec) (key, message string) {
	f := Field{
		Name:      fs.Name,
		Native:    [2]string{CC: fs.CCField, CRM: fs.CRMField},
		Required:  fs.Required,
		MaxLength: fs.MaxLength,
	}
	if f.Name == "" {
		f.Name = fs.CCField
	}
	if f.Name == "" {
		f.Name = fs.CRMField
	}
	if key, message = c.claimNames(i, f.Name, f.Native); message != "" {
		return key, message
	}
	kind, ok := lookUp(typeNames, fs.Type)
	if !ok {
		return "type", unknownWord("type", fs.Type, typeNames)
	}
	f.Type = Type(kind)
	if fs.Direction != "" {
		direction, ok := lookUp(directionNames, fs.Direction)
		if !ok {
			return "direction", unknownWord("direction", fs.Direction, directionNames)
		}
		f.Direction = Direction(direction)
	}
	purpose, message := purposeOf(fs)
	if message != "" {
		return "purpose", message
	}
	switch purpose {
	case Version:
		return c.addVersion(i, &f, fs)
	case Status:
		return c.addStatus(i, &f)
	case Audit:
		for side, name := range f.Native {
			if name != "" {
				c.mapping.AuditNames[side] = append(c.mapping.AuditNames[side], name)
			}
		}
		return "", ""
	}
	return c.addBusiness(&f, fs)
}

// claimNames checks a field's names and keeps them from being used again.
// Native names are compared without case: Salesforce does not keep them
// apart, and elsewhere two names that differ in case only are a slip.
func (c *compiler) claimNames(i int, name string, native [2]string) (key, message string) {
	if native[CC] == "" && native[CRM] == "" {
		return "", "neither crmField nor ccField; name the field in both systems"
	}
	if problem := nameProblem(name); problem != "" {
		return "name", problem
	}
	if other, taken := c.names[name]; taken {
		return "name", "the name " + quoted(name) + " belongs to fields[" + strconv.Itoa(other) + "]; names are unique"
	}
	c.names[name] = i
	for side, nativeName := range native {
		if nativeName == "" {
			continue
		}
		key := nativeKeys[side]
		if problem := nameProblem(nativeName); problem != "" {
			return key, problem
		}
		folded := strings.ToLower(nativeName)
		if other, taken := c.nativeOwner(Side(side), folded); taken {
			return key, quoted(nativeName) + " is mapped by fields[" + strconv.Itoa(other) +
				"] already: a mapping loop, in which a value would travel in a circle; map each native field once"
		}
		c.natives[side][folded] = i
	}
	return "", ""
}

var nativeKeys = [2]string{CC: "ccField", CRM: "crmField"}

// nativeOwner finds the field that maps a native name, or a part of it, or
// the whole that it is a part of (address and address.city).
func (c *compiler) nativeOwner(s Side, folded string) (int, bool) {
	if i, ok := c.natives[s][folded]; ok {
		return i, true
	}
	owner := -1
	//syncproof:unordered the smallest index wins in every order
	for name, i := range c.natives[s] {
		related := strings.HasPrefix(name, folded+".") || strings.HasPrefix(folded, name+".")
		if related && (owner < 0 || i < owner) {
			owner = i
		}
	}
	return owner, owner >= 0
}

func nameProblem(name string) string {
	if len(name) > nameBytesMax {
		return "found a name of " + strconv.Itoa(len(name)) + " bytes, expected at most " + strconv.Itoa(nameBytesMax)
	}
	for _, r := range name {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		if !letter && !strings.ContainsRune("_.-$@", r) {
			return "found " + strconv.QuoteRune(r) + " in the name " + quoted(name) + ", expected letters, digits and _ . - $ @"
		}
	}
	return ""
}

// purposeOf reads the purpose, recognises the guide's own names (DM-1, DM-9),
// and refuses a system timestamp in any other part than an audit field.
func purposeOf(fs FieldSpec) (Purpose, string) {
	purpose := Business
	if fs.Purpose != "" {
		found, ok := lookUp(purposeNames, fs.Purpose)
		if !ok {
			return Business, unknownWord("purpose", fs.Purpose, purposeNames)
		}
		purpose = Purpose(found)
	}
	if purpose == Business {
		for _, name := range [...]string{fs.CRMField, fs.CCField} {
			switch strings.ToLower(name) {
			case "sync_version__c", "sync_version":
				purpose = Version
			case "sync_status__c", "sync_status":
				purpose = Status
			}
		}
	}
	if purpose == Audit {
		return purpose, ""
	}
	for _, name := range [...]string{fs.CRMField, fs.CCField} {
		if !isSystemTimestamp(name) {
			continue
		}
		if purpose == Version {
			return purpose, quoted(name) + " is a system timestamp: it moves on saves that change nothing, so it cannot be a version (DM-1, DM-2); " +
				"map an Integer field made for it, such as Sync_Version__c and sync_version"
		}
		return purpose, quoted(name) + " is a system timestamp: it moves on saves that change nothing, so comparing it never ends (DM-2); " +
			"give it the purpose Audit_Timestamp, or leave it out"
	}
	return purpose, ""
}

// isSystemTimestamp knows the names by which systems keep the time of a
// record's last change.
func isSystemTimestamp(name string) bool {
	switch strings.ToLower(name) {
	case "lastmodifieddate", "systemmodstamp", "lastvieweddate", "lastreferenceddate", // Salesforce
		"modifydate", "datemodified", // Genesys Cloud
		"modifiedon", "versionnumber", // Dataverse
		"updated_at", "modified_at", "last_modified", "updatedat", "modifiedat", "lastmodified": // REST customs
		return true
	}
	return false
}

func (c *compiler) addVersion(i int, f *Field, fs FieldSpec) (key, message string) {
	if c.version >= 0 {
		return "purpose", "fields[" + strconv.Itoa(c.version) + "] is the version already; a mapping has one (DM-1)"
	}
	if f.Type != TypeInteger {
		return "type", "found " + f.Type.String() + ", expected Integer: a version counts updates, and a timestamp cannot stand in for it (DM-1, DM-2)"
	}
	for side, name := range f.Native {
		if name == "" {
			return nativeKeys[side], "missing: both systems carry the version (DM-1)"
		}
	}
	if f.Direction != Both {
		return "direction", "found " + f.Direction.String() + ", expected Bidirectional: both systems end with one version (DM-1)"
	}
	if fs.Default != nil {
		n, _ := nativeOf(fs.Default)
		v, ok := readInteger(n.Text)
		if n.Kind != Number && n.Kind != String || !ok || v < 0 {
			return "default", "found " + Shape(n) + ", expected an integer from 0"
		}
		c.mapping.versionDefault = v
	}
	c.version = i
	c.mapping.VersionName = f.Native
	return "", ""
}

func (c *compiler) addStatus(i int, f *Field) (key, message string) {
	if c.status >= 0 {
		return "purpose", "fields[" + strconv.Itoa(c.status) + "] is the status already; a mapping has one (DM-9)"
	}
	if f.Type != TypeString && f.Type != TypePicklist {
		return "type", "found " + f.Type.String() + ", expected String or Picklist: a status is a word such as RESOLVED (DM-9)"
	}
	target := [...]Side{Both: CRM, ToCRM: CRM, ToCC: CC}[f.Direction]
	if f.Direction != Both && f.Native[target] == "" {
		return "direction", "found " + f.Direction.String() + " without " + nativeKeys[target] +
			"; the engine writes the status where it is mapped, so leave the direction out"
	}
	c.status = i
	switch f.Direction {
	case ToCRM:
		c.mapping.StatusName[CRM] = f.Native[CRM]
	case ToCC:
		c.mapping.StatusName[CC] = f.Native[CC]
	default:
		c.mapping.StatusName = f.Native
	}
	return "", ""
}

// lookUp finds a word of a mapping file in any case.
func lookUp(words []string, found string) (int, bool) {
	for i, word := range words {
		if word != "" && strings.EqualFold(word, found) {
			return i, true
		}
	}
	return 0, false
}

func unknownWord(what, found string, known []string) string {
	var words []string
	for _, word := range known {
		if word != "" {
			words = append(words, word)
		}
	}
	if found == "" {
		return "missing; expected " + oneOf(words)
	}
	if hint := didYouMean(found, words); hint != "" {
		return "unknown " + what + " " + quoted(found) + hint
	}
	return "unknown " + what + " " + quoted(found) + "; expected " + oneOf(words)
}
