package resolve

// align is CR-1, and CR-12 for identical content: nothing is pushed. Stored
// versions that differ are raised to the higher one, or to a base where
// somebody lowered both; equal ones are left alone, so it happens at most once.
func align(in *Input, c *comparison, d Decision) Decision {
	d.Rule, d.Status = "CR-1", InSync
	if c.noBase {
		d.Rule = "CR-12"
	}
	d.Result = agreedContent(in)
	d.Version = in.Sides[CC].Version
	if in.Sides[CRM].Version == d.Version {
		return d
	}
	d.Action, d.Version = Align, highest(in)
	needWrites(in, &d)
	return d
}

// agreedContent is the content of both sides; a one-way field that differs
// and is left alone shows what its destination has.
func agreedContent(in *Input) []string {
	cc := in.Sides[CC].Content
	same := len(cc) == len(in.Fields)
	for i := range in.Fields {
		same = same && cc[i] == agreedValue(in, i)
	}
	if same {
		return cc
	}
	content := make([]string, len(in.Fields))
	for i := range in.Fields {
		content[i] = agreedValue(in, i)
	}
	return content
}
