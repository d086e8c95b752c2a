package mapping

// Purpose of a mapped field.
type Purpose uint8

// The purposes. Only Business fields are compared and merged.
const (
	Business Purpose = iota
	Version
	Status
	Audit
)

// purposeNames is how a mapping file spells the purposes; "" is Business.
var purposeNames = []string{"", "Version", "Status", "Audit_Timestamp"}

// Direction in which a field travels.
type Direction uint8

// The directions.
const (
	Both Direction = iota
	ToCRM
	ToCC
)

// directionNames is how a mapping file spells the directions.
var directionNames = []string{"Bidirectional", "ToCRM", "ToCC"}

// String is the direction as a mapping file spells it.
func (d Direction) String() string {
	if int(d) < len(directionNames) {
		return directionNames[d]
	}
	return "unknown"
}

// Mapping is a compiled Spec. It is immutable and safe for concurrent use.
type Mapping struct {
	Object string
	// Fields holds the business fields in the order of the Spec: content is
	// a slice indexed as Fields.
	Fields []Field
	// VersionName and StatusName are the native names by Side, "" where the
	// side has none. AuditNames likewise; they are never read or written.
	VersionName [2]string
	StatusName  [2]string
	AuditNames  [2][]string

	versionDefault int64
}

// Names returns the native names of the business fields on one side, in the
// order of Fields; "" where the side has no such field.
func (m *Mapping) Names(s Side) []string {
	names := make([]string, len(m.Fields))
	for i := range m.Fields {
		names[i] = m.Fields[i].Native[s]
	}
	return names
}

// FieldIndex returns the index in Fields of the field called name.
func (m *Mapping) FieldIndex(name string) (int, bool) {
	for i := range m.Fields {
		if m.Fields[i].Name == name {
			return i, true
		}
	}
	return 0, false
}

// ParseVersion reads a stored sync_version (DM-1). A side that has none yet,
// or holds something that is no integer, counts as the mapping's default,
// with ok false.
func (m *Mapping) ParseVersion(n Native) (v int64, ok bool) {
	if n.Kind != Number && n.Kind != String {
		return m.versionDefault, false
	}
	v, ok = readInteger(n.Text)
	if !ok {
		return m.versionDefault, false
	}
	return v, true
}
