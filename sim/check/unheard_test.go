package check

import "testing"

// An engine answers for what it was told: a refusal that never reached it, that
// arrived without its body, or that died with its process was not told.
func TestRefusalsThatNobodyHeard(t *testing.T) {
	const revoked = `
		0s   setup ada v1
		1s   begin revoke crm
`
	const restored = `
		4s   over revoke crm
		5s   restart
		9s   end idle`
	for _, c := range []trial{
		{name: "RL-6 the process died before the answer came", want: NotApplicable, text: revoked + `
			2s     engine fails crm ada answer=403 code=INSUFFICIENT_ACCESS unheard
			2100ms crash` + restored},
		{name: "RL-6 the process died with the answer", want: NotApplicable, text: revoked + `
			2s     engine fails crm ada answer=403 code=INSUFFICIENT_ACCESS
			2001ms crash` + restored},
		{name: "RL-6 the process had time to tell", want: Fail, says: "permission", text: revoked + `
			2s     engine fails crm ada answer=403 code=INSUFFICIENT_ACCESS
			3s     crash` + restored},
		{name: "RL-6 the next process heard it too", want: Fail, says: "permission", text: revoked + `
			2s     engine fails crm ada answer=403 code=INSUFFICIENT_ACCESS
			2001ms crash
			3s     restart
			3s     engine fails crm ada answer=403 code=INSUFFICIENT_ACCESS
			9s     over revoke crm
			9s     end idle`},
	} {
		c.run(t, "told")
	}
	const drifted = `
		0s   setup ada v1
		1s   begin drift crm
`
	for _, c := range []trial{
		{name: "FC-3 bodies were cut", want: NotApplicable, text: drifted + `
			1s   begin truncate engine
			2s   engine fails crm ada answer=400 code=INVALID_FIELD
			4s   engine fails crm ada answer=400 code=INVALID_FIELD
			8s   over truncate engine
			9s   end idle`},
		{name: "FC-3 bodies were cut at first", want: Fail, says: "INVALID_FIELD at 6s", text: drifted + `
			1s   begin truncate engine
			2s   engine fails crm ada answer=400 code=INVALID_FIELD
			3s   over truncate engine
			4s   engine fails crm ada answer=400 code=INVALID_FIELD
			6s   engine fails crm ada answer=400 code=INVALID_FIELD
			9s   end idle`},
		{name: "FC-3 the process died with the answer", want: NotApplicable, text: drifted + `
			2s     engine fails crm ada answer=400 code=INVALID_FIELD
			2001ms crash
			3s     restart
			4s     engine fails crm ada answer=400 code=INVALID_FIELD
			9s     end idle`},
	} {
		c.run(t, "valid-payloads")
	}
}
