package scenarios

var peopleVerbs = []verbSpec{
	{Edit, People, "A person, or automation, changes mapped fields of a record.", []Key{
		recordKey(Edit, `The record, or "*" for every contact that exists then.`),
		onKey(sides...), asKey(), byKey(),
		setKey("Mapped fields and their new values; null clears one."),
		{Name: "version", Doc: "Store this sync_version with the edit, as a data loader can.", slot: func(s *Step) any { return &s.Version }},
		{Name: "bypass", Doc: "Skip the version trigger, as a data loader can.", slot: func(s *Step) any { return &s.Bypass }},
		{Name: "late", Doc: "Stamped now, but committed this much later: a long transaction.", slot: func(s *Step) any { return &s.Late }},
		everyKey(), timesKey(),
	}},
	{Create, People, "A new record appears on one system; the engine carries it to the other.", []Key{
		{Name: string(Create), Doc: "The name that the scenario gives the new record.", Required: true, slot: func(s *Step) any { return &s.Record }},
		objectKey("What the record is; by default a contact."), onKey(sides...), asKey(), byKey(),
		setKey("Mapped fields and their values."),
		{Name: "version", Doc: "The sync_version to store; by default the system's own.", slot: func(s *Step) any { return &s.Version }},
	}},
	{Save, People, "Somebody presses Save without a change: timestamps move, content does not.", []Key{
		recordKey(Save, "The record."), onKey(sides...), asKey(), byKey(), everyKey(), timesKey(),
	}},
	{Delete, People, "A record is deleted on one system.", []Key{
		recordKey(Delete, `The record, or "*" for every contact that exists then.`), onKey(sides...), asKey(), byKey(),
	}},
	{Undelete, People, "A deleted record is brought back under its own id.", []Key{
		recordKey(Undelete, "The record."), onKey(sides...), asKey(), byKey(),
	}},
	{Merge, People, "Two records of the contact center become one.", []Key{
		recordKey(Merge, "The record that remains."),
		{Name: "with", Doc: "The record that becomes part of it.", Required: true, ref: aRecord, slot: func(s *Step) any { return &s.Other }},
		onKey("cc"), asKey(), byKey(),
	}},
	{Review, People, "A person decides a flagged record, or approves a paused mass delete.", []Key{
		recordKey(Review, "The record, or mass-delete."),
		{Name: "choose", Doc: "Whose content to keep, merge with `set`, or approve | reject for mass-delete.", Required: true, One: choices,
			slot: func(s *Step) any { return &s.Choose }},
		setKey("With merge: the values that the person typed."),
		fieldsKey(), byKey(),
	}},
	{Restore, People, "A person takes back what the last decision overwrote.", []Key{
		recordKey(Restore, "The record."), fieldsKey(), byKey(),
	}},
}
