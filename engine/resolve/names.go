package resolve

// The names below are the words of the specification. They appear in
// ledgers, journals and decision vectors, so they never change.

var (
	sideNames   = [...]string{"cc", "crm", "none"}
	originNames = [...]string{"system", "user", "agent"}
	actionNames = [...]string{"nothing", "align", "push", "merge", "flag", "delete", "recreate", "forget"}
	statusNames = [...]string{"IN_SYNC", "RESOLVED", "OVERWRITTEN", "FLAGGED"}
)

func (s Side) String() string { return sideNames[s] }

func (o Origin) String() string { return originNames[o] }

func (a Action) String() string { return actionNames[a] }

// String gives the status as it is written to a Sync_Status field (DM-9).
func (s Status) String() string { return statusNames[s] }
