package mapping

// Spec is a mapping as people write it: the guide's own JSON, or the same in
// YAML (DM-4). Compile with New.
type Spec struct {
	Object string      `json:"object" yaml:"object"`
	Fields []FieldSpec `json:"fields" yaml:"fields"`
}

// FieldSpec is one field of a mapping.
type FieldSpec struct {
	// Name is how scenarios, decisions and ledgers call the field; default:
	// CCField, or CRMField where the contact center has none.
	Name     string `json:"name,omitempty" yaml:"name,omitempty"`
	CRMField string `json:"crmField,omitempty" yaml:"crmField,omitempty"`
	CCField  string `json:"ccField,omitempty" yaml:"ccField,omitempty"`
	// Type is String, Integer, Decimal, Boolean, Date, Instant, Phone, Email,
	// Picklist or MultiPicklist, in any case.
	Type    string `json:"type" yaml:"type"`
	Default any    `json:"default,omitempty" yaml:"default,omitempty"`
	// Direction is Bidirectional (default), ToCRM or ToCC, in any case.
	Direction string `json:"direction,omitempty" yaml:"direction,omitempty"`
	// Purpose is "", Version, Status or Audit_Timestamp. A field named by
	// the guide's version names (Sync_Version__c, sync_version) is a Version
	// and (Sync_Status__c, sync_status) a Status without saying so (DM-1, DM-9).
	Purpose string `json:"purpose,omitempty" yaml:"purpose,omitempty"`

	Required bool `json:"required,omitempty" yaml:"required,omitempty"`
	// MaxLength in Unicode code points and Pattern (RE2, unanchored) speak of
	// the canonical value; an empty value is exempt from Pattern.
	MaxLength int    `json:"maxLength,omitempty" yaml:"maxLength,omitempty"`
	Pattern   string `json:"pattern,omitempty" yaml:"pattern,omitempty"`
	// Values lists a picklist's canonical values; CRMValues and CCValues map a
	// canonical value to what that side calls it, where it differs.
	Values    []string          `json:"values,omitempty" yaml:"values,omitempty"`
	CRMValues map[string]string `json:"crmValues,omitempty" yaml:"crmValues,omitempty"`
	CCValues  map[string]string `json:"ccValues,omitempty" yaml:"ccValues,omitempty"`
	// CRMList and CCList say how that side stores a MultiPicklist: array (a
	// JSON array) or semicolon ("a;b"). The default is semicolon for a native
	// name that ends in __c, and array otherwise.
	CRMList string `json:"crmList,omitempty" yaml:"crmList,omitempty"`
	CCList  string `json:"ccList,omitempty" yaml:"ccList,omitempty"`
	// Region is the ISO country of phone numbers written without one,
	// default US. CRMFormat and CCFormat are e164 (default), international,
	// national, or a mask such as "(###) ###-####", in which each # is one
	// digit; an extension follows as " x123". A number that a format cannot
	// show without loss (of another region, of another length) is written in
	// international form instead (FC-2).
	Region    string `json:"region,omitempty" yaml:"region,omitempty"`
	CRMFormat string `json:"crmFormat,omitempty" yaml:"crmFormat,omitempty"`
	CCFormat  string `json:"ccFormat,omitempty" yaml:"ccFormat,omitempty"`
	// Phone is possible (default) or valid (FC-2): with valid, Check refuses
	// what is not an assigned number. It never changes how values compare.
	Phone string `json:"phone,omitempty" yaml:"phone,omitempty"`
}
