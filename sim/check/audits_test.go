package check

import (
	"testing"

	"github.com/syncproof/syncproof/scenarios"
)

func auditsOff(sc *scenarios.Scenario) { sc.Engine.Audit = scenarios.Off }

// EV-8: where no notice and no feed shows a change, the engine has until the
// next audit.
func TestWhatOnlyAuditsShow(t *testing.T) {
	const dropped = `
		0s   setup ada v1
		1s   agent deletes cc ada
`
	const late = `
		20h  engine fails cc ada answer=404
		20h  engine deletes crm ada
		21h  end idle`
	for _, c := range []trial{
		{name: "a deletion that the feed does not show", want: Pass, text: dropped + late},
		{name: "its notice was acknowledged", want: Fail, says: "still worked", text: dropped + `
			1s   notify cc ada n=1
			2s   deliver cc ada n=1
			2s   ack cc ada n=1 status=200` + late},
		{name: "its notice was acknowledged, and lost with the store", want: Pass, text: dropped + `
			1s   notify cc ada n=1
			2s   deliver cc ada n=1
			2s   ack cc ada n=1 status=200
			3s   crash
			3s   begin lose_store engine
			3s   over lose_store engine
			4s   restart` + late},
		{name: "the engine had asked for the record", want: Fail, says: "still worked", text: dropped + `
			60s  engine fails cc ada answer=404` + late},
		{name: "audits are off", want: Fail, says: "still worked", world: auditsOff, text: dropped + late},
		{name: "a deletion that the feed shows", want: Fail, says: "still worked", text: `
			0s   setup ada v1
			1s   user deletes crm ada
			20h  engine fails crm ada answer=404
			20h  engine deletes cc ada
			21h  end idle`},
		{name: "a change stamped below the overlap", want: Pass, text: `
			0s    setup ada v1
			590s  engine reads crm ada date="Tue, 14 Nov 2023 22:23:10 GMT"
			600s  user edits crm ada notes="new" v2 stamp=0s
			20h   engine reads crm ada
			20h   engine writes cc ada notes="new" v2
			21h   end idle`},
		{name: "a change stamped as one before it", want: Pass, text: `
			0s    setup ada v1
			590s  user edits crm ada notes="first" v2
			591s  engine reads crm ada
			592s  engine writes cc ada notes="first" v2
			620s  user edits crm ada notes="new" v2 stamp=590s
			20h   engine reads crm ada
			20h   engine writes cc ada notes="new" v3
			21h   end idle`},
		{name: "a change stamped below one of the future", want: Pass, text: `
			0s    setup ada v1
			0s    setup bob v1
			590s  user edits crm bob notes="new" v2 stamp=1200s
			591s  engine reads crm bob
			592s  engine writes cc bob notes="new" v2
			600s  user edits crm ada notes="new" v2
			20h   engine reads crm ada
			20h   engine writes cc ada notes="new" v2
			21h   end idle`},
		{name: "a change stamped within the overlap", want: Fail, says: "still worked", text: `
			0s    setup ada v1
			590s  engine reads crm ada date="Tue, 14 Nov 2023 22:23:10 GMT"
			600s  user edits crm ada notes="new" v2 stamp=595s
			20h   engine reads crm ada
			20h   engine writes cc ada notes="new" v2
			21h   end idle`},
	} {
		c.run(t, "liveness")
	}
	for _, c := range []trial{
		{name: "nothing showed a deletion", want: Pass, says: "excused", world: auditsOff, text: dropped + `
			2h  end idle`},
		{name: "an audit would have shown it", want: Fail, says: "lives in crm", text: dropped + `
			2h  end idle`},
		{name: "the engine had asked", want: Fail, says: "lives in crm", world: auditsOff, text: dropped + `
			1m  engine fails cc ada answer=404
			2h  end idle`},
	} {
		c.run(t, "convergence")
	}
}
