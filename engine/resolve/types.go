package resolve

import "time"

// Side is one system of the pair.
type Side uint8

// The two sides, and the absence of a choice.
const (
	CC   Side = 0
	CRM  Side = 1
	None Side = 2
)

// Other is the opposite side.
func (s Side) Other() Side { return 1 - s }

// Origin of an edit, higher is stronger (spec: edit).
type Origin uint8

// The origins.
const (
	System Origin = iota
	User
	Agent
)

// Versioning says who moves a system's stored version (DM-8).
type Versioning uint8

// The two ways.
const (
	NoTrigger Versioning = iota
	Trigger
)

// State is one side as last read, in canonical form.
type State struct {
	// Present is false for a record that was deleted or never existed.
	Present bool
	// Content is indexed as Input.Fields; "" is an empty field.
	Content []string
	// Version is the stored one (DM-1); 0 when the system has none yet.
	Version int64
	// OwnVersion: an earlier decision stored that version, and is yet to be
	// carried to the other side. What was changed here before has not moved it.
	OwnVersion bool
	// Time is the system's own time of the last change that was not the
	// engine's; the zero Time is unknown (DM-10).
	Time   time.Time
	Origin Origin
}

// Base is the merge base of one side (spec: base). Known is false before the
// first link and after a lost store (CR-12).
type Base struct {
	Known   bool
	Present bool
	Content []string
	Version int64
}

// SystemTraits is what is fixed for a system.
type SystemTraits struct {
	Versioning Versioning
	Resolution time.Duration // of its timestamps
	Priority   int           // priority id, lower wins
}

// FieldTraits is what is fixed for a field.
type FieldTraits struct {
	Name string
	// OneWay is None for a two-way field, or the side that the field travels to.
	OneWay Side
	// Empty is the canonical value of an empty field: "", but "false" for a
	// check box, which has no other way of being empty (CR-12).
	Empty string
}

// Policy is what the operator chose.
type Policy struct {
	// Tolerance of CR-5; negative means the default: 1000 ms, or twice the
	// coarser resolution where that is more.
	Tolerance    time.Duration
	Simultaneous Simultaneous
	Granularity  Granularity
	DeleteVsEdit DeleteVsEdit
	WrongSide    WrongSide
}

// Simultaneous says what CR-6 does.
type Simultaneous uint8

// The policies of CR-6.
const (
	Review Simultaneous = iota
	MergeFields
	Hierarchy
)

// Granularity says what the table decides (CR-3).
type Granularity uint8

// The granularities.
const (
	ByField Granularity = iota
	ByRecord
)

// DeleteVsEdit says what happens when one side deleted and the other edited (CR-13).
type DeleteVsEdit uint8

// The policies of CR-13.
const (
	ReviewDelete DeleteVsEdit = iota
	DeleteWins
	RestoreWins
)

// WrongSide says what happens to a one-way field edited where it may not be (FC-2).
type WrongSide uint8

// The policies for one-way fields.
const (
	OverwriteWrongSide WrongSide = iota
	ReviewWrongSide
)

// Input is everything that a decision rests on (CR-8).
type Input struct {
	Fields []FieldTraits
	Traits [2]SystemTraits // by Side
	Sides  [2]State
	Bases  [2]Base
	Policy Policy
}

// Action is what a decision asks for.
type Action uint8

// The actions.
const (
	Nothing  Action = iota // the sides agree (CR-1)
	Align                  // only versions differ (CR-1)
	Push                   // the winner's content goes to the other side
	Merge                  // both sides get something
	Flag                   // a person decides
	Remove                 // the deletion travels
	Recreate               // the surviving side is created again on the other
	Forget                 // gone on both sides
)

// Status of a record after the decision is carried out (spec: status).
type Status uint8

// The statuses that a decision can lead to.
const (
	InSync Status = iota
	Resolved
	Overwritten
	Flagged
)

// Decision is the whole outcome. The same Input gives the same Decision,
// byte for byte (CR-8).
type Decision struct {
	Action Action
	// Winner of the conflict, or the only side that changed; None where
	// neither or both are.
	Winner Side
	// Rule is the identifier of the rule that decided, e.g. "CR-4".
	Rule   string
	Status Status
	// Result is the content that both sides should end with (nil for Flag
	// and Remove). One-way fields keep each side's own value where the rule
	// says so: see Writes.
	Result []string
	// Version that every write carries and both sides end with (CR-3). For
	// Flag it is what a decision by a person on this state will carry; for
	// Remove and Forget no write carries it.
	Version int64
	Writes  [2]SideWrite // by Side
	// Lost lists what the decision overwrites (CR-11), by field index.
	Lost []Loss
	// Effective versions and the time difference that the table saw, for
	// the explanation.
	Effective [2]int64
	Apart     time.Duration // |tS - tT| at the coarser resolution; -1 unknown
	// Conflicts are the fields that both sides changed to different values.
	Conflicts []int
	// Warnings of the policy (a tolerance under which review can never fire).
	Warnings []string
}

// SideWrite is what one side has to get.
type SideWrite struct {
	// Needed is false when the side already is as it should be, version included.
	Needed bool
	// Fields are the indexes whose content changes there, ascending.
	Fields []int
	Delete bool
	Create bool
}

// Loss is one overwritten value.
type Loss struct {
	Field int
	Side  Side // whose value was lost
	Value string
	Rule  string
}
