package scenarios

func betweenKey(verb Verb) Key {
	return Key{Name: string(verb), Doc: "The two ends: the engine and one system.", Required: true, slot: func(s *Step) any { return &s.Between }}
}

var networkVerbs = []verbSpec{
	{Partition, Network, "Nothing gets through between the engine and a system.", []Key{
		betweenKey(Partition), forKey(), wayKey(),
		{Name: "flap", Doc: "The connection goes down and comes back at this interval.", slot: func(s *Step) any { return &s.Flap }},
	}},
	{Latency, Network, "Messages take longer.", []Key{
		betweenKey(Latency), addKey("How much longer one way takes."), forKey(), wayKey(),
	}},
	{Jitter, Network, "Messages take longer by a random amount.", []Key{
		betweenKey(Jitter), addKey("At most how much longer."), forKey(), wayKey(),
	}},
	{Loss, Network, "Messages get lost; the client waits until its timeout.", []Key{
		betweenKey(Loss), rateKey("messages"), forKey(), wayKey(),
	}},
	{Duplicate, Network, "A request is delivered twice.", []Key{
		betweenKey(Duplicate), rateKey("requests"), forKey(),
	}},
	{Reorder, Network, "Messages overtake each other.", []Key{
		betweenKey(Reorder), rateKey("messages"), forKey(), wayKey(),
	}},
	{Truncate, Network, "The body of an answer is cut off.", []Key{
		betweenKey(Truncate), rateKey("answers"), forKey(),
	}},
	{Reset, Network, "The connection is reset before or after the system has handled the request.", []Key{
		betweenKey(Reset), rateKey("requests"), whenKey(), forKey(),
	}},
	{SlowBody, Network, "An answer's body trickles in.", []Key{
		betweenKey(SlowBody), addKey("How long the body takes."), rateKey("answers"), forKey(),
	}},
}

func retryKey(preset string) Key {
	return Key{Name: "retry_after", Doc: "What the Retry-After header says: seconds, none, reset, date (a minute ahead), date+N (N seconds ahead), or any other text, sent as it stands.",
		Default: preset, number: true, slot: func(s *Step) any { return &s.Retry }}
}

var vendorVerbs = []verbSpec{
	{Throttle, Vendor, "The system answers with its limit signal, whatever the quota.", []Key{
		systemKey(Throttle, "The system.", sides...), forKey(), retryKey("none"),
		countKey("How many refusals, 0 for all while it lasts."), rateKey("requests"),
	}},
	{QuotaChange, Vendor, "The system's request quota changes.", []Key{
		systemKey(QuotaChange, "The system.", sides...),
		{Name: "requests", Doc: "Requests allowed in a window.", Required: true, min: 1, max: 1_000_000, slot: func(s *Step) any { return &s.Requests }},
		{Name: "per", Doc: "Length of the window.", Required: true, slot: func(s *Step) any { return &s.Per }},
		retryKey("reset"), lastingKey(),
	}},
	{Concurrency, Vendor, "The system limits requests in progress.", []Key{
		systemKey(Concurrency, "The system.", sides...),
		{Name: "max", Doc: "Requests in progress at most.", Required: true, min: 1, max: 10_000, slot: func(s *Step) any { return &s.Requests }},
		forKey(),
	}},
	{DailyLimit, Vendor, "Only so many requests are left until the daily limit.", []Key{
		systemKey(DailyLimit, "The system.", sides...),
		{Name: "left", Doc: "Requests that are left.", Required: true, max: 1_000_000, slot: func(s *Step) any { return &s.Requests }},
		forKey(),
	}},
	{ServerError, Vendor, "The system answers with a 5xx, before or after it has carried out the request.", []Key{
		systemKey(ServerError, "The system.", sides...),
		{Name: "status", Doc: "The HTTP status.", Default: "503", min: 500, max: 599, slot: func(s *Step) any { return &s.Status }},
		whenKey(), countKey("How many answers, 0 for all while it lasts."), forKey(),
	}},
	{TokenExpiry, Vendor, "Every access token ends now.", []Key{
		systemKey(TokenExpiry, "The system.", sides...),
	}},
	{TokenRevoke, Vendor, "Tokens are revoked and the token endpoint refuses as well.", []Key{
		systemKey(TokenRevoke, "The system.", sides...), forKey(),
	}},
	{Permission, Vendor, "The engine's account loses a permission.", []Key{
		systemKey(Permission, "The system.", sides...),
		objectKey("The object of which it is; by default contacts."),
		{Name: "what", Doc: "A Genesys permission, else create, read, update, delete or a field's native name.", Required: true, slot: func(s *Step) any { return &s.What }},
		forKey(),
	}},
	{Drift, Vendor, "An administrator changes the schema while the engine runs.", []Key{
		systemKey(Drift, "The system.", sides...),
		objectKey("The object that has the field; by default contacts."),
		{Name: "field", Doc: "The field's native name.", Required: true, slot: func(s *Step) any { return &s.What }},
		{Name: "rename", Doc: "Its new native name.", slot: func(s *Step) any { return &s.Drift.Rename }},
		{Name: "remove", Doc: "The field is gone.", slot: func(s *Step) any { return &s.Drift.Remove }},
		{Name: "retype", Doc: "Its new type.", One: []string{"string", "number", "boolean"}, slot: func(s *Step) any { return &s.Drift.Retype }},
		{Name: "length", Doc: "Its new maximum length.", min: 1, max: 1_000_000, slot: func(s *Step) any { return &s.Drift.Length }},
		{Name: "values", Doc: "The values that a picklist has left, in the system's own words.", slot: func(s *Step) any { return &s.Drift.Values }},
		lastingKey(),
	}},
	{PollGap, Vendor, "The system's change feed hides what changes.", []Key{
		systemKey(PollGap, "The system.", sides...), forKey(),
	}},
	{RestartEmpty, Vendor, "The system comes back without its records, and tells nobody.", []Key{
		systemKey(RestartEmpty, "The system.", sides...),
	}},
}

func bySignedKey(doc string) Key {
	return Key{Name: "by", Doc: doc, Required: true, signed: true, slot: func(s *Step) any { return &s.Amount }}
}

var clockVerbs = []verbSpec{
	{ClockStep, Clocks, "A clock jumps, once and for good.", []Key{
		systemKey(ClockStep, "Whose clock.", clocked...), bySignedKey("How far; negative is backwards."),
	}},
	{ClockSkew, Clocks, "A clock is wrong for a while.", []Key{
		systemKey(ClockSkew, "Whose clock.", clocked...), bySignedKey("How far; negative is behind."), forKey(),
	}},
	{ClockDrift, Clocks, "A clock runs too fast or too slow.", []Key{
		systemKey(ClockDrift, "Whose clock.", clocked...),
		{Name: "ppm", Doc: "Parts per million, e.g. 50ppm; negative is slow.", Required: true, slot: func(s *Step) any { return &s.PPM }},
		forKey(),
	}},
	{ClockZone, Clocks, "A system shows local times, with their offset and their daylight saving.", []Key{
		systemKey(ClockZone, "The system.", sides...),
		{Name: "to", Doc: "An IANA zone, e.g. America/New_York.", Required: true, ref: aZone, slot: func(s *Step) any { return &s.To }},
		forKey(),
	}},
}

var webhookVerbs = []verbSpec{
	{LoseWebhooks, Webhook, "Webhook deliveries vanish on the way.", []Key{
		systemKey(LoseWebhooks, "The sender.", "cc"), rateKey("deliveries"), forKey(),
	}},
	{DelayWebhooks, Webhook, "Webhooks come late.", []Key{
		systemKey(DelayWebhooks, "The sender.", "cc"), addKey("How late."), rateKey("deliveries"), forKey(),
	}},
	{RepeatWebhooks, Webhook, "Each webhook is delivered several times.", []Key{
		systemKey(RepeatWebhooks, "The sender.", "cc"),
		{Name: "count", Doc: "Deliveries in all.", Default: "2", min: 2, max: 100, slot: func(s *Step) any { return &s.Count }},
		rateKey("webhooks"), forKey(),
	}},
	{ReorderWebhooks, Webhook, "Webhooks overtake each other.", []Key{
		systemKey(ReorderWebhooks, "The sender.", "cc"), rateKey("deliveries"), forKey(),
	}},
	{ForgeWebhook, Webhook, "Somebody sends a webhook that is not the vendor's.", []Key{
		systemKey(ForgeWebhook, "Whose webhook it pretends to be.", "cc"),
		{Name: "what", Doc: "What is wrong with it.", One: forgeries, Default: "wrong-key", slot: func(s *Step) any { return &s.What }},
		ofKey("The record that it names; by default the first."),
	}},
	{ReplayWebhook, Webhook, "A genuine webhook is sent again, as an attacker would.", []Key{
		systemKey(ReplayWebhook, "Whose webhook.", "cc"),
		ofKey("The record whose last webhook is replayed; by default the last of all."),
		{Name: "count", Doc: "How many times.", Default: "1", min: 1, max: 10_000, slot: func(s *Step) any { return &s.Count }},
	}},
	{MuteWebhooks, Webhook, "The vendor sends no webhooks at all.", []Key{
		systemKey(MuteWebhooks, "The sender.", "cc"), lastingKey(),
	}},
}

func downKey() Key {
	return Key{Name: "down", Doc: "How long the process stays down.", Default: "1s", slot: func(s *Step) any { return &s.Crash.Down }}
}

var engineVerbs = []verbSpec{
	{CrashEngine, EngineIs, "The engine's process dies and is started again.", []Key{
		systemKey(CrashEngine, "Always engine.", "engine"),
		{Name: "before", Doc: "Die just before this effect is carried out, instead of at the instant.", One: effects, slot: func(s *Step) any { return &s.Crash.Effect }},
		{Name: "nth", Doc: "With before: at the n-th such effect.", Default: "1", min: 1, max: 1_000_000, slot: func(s *Step) any { return &s.Crash.Nth }},
		{Name: "of", Doc: "With before: only effects for this record.", ref: aRecord, slot: func(s *Step) any { return &s.Crash.Record }},
		downKey(),
		{Name: "torn", Doc: "The last unsynced disk write is cut in the middle.", slot: func(s *Step) any { return &s.Crash.Torn }},
		{Name: "lost", Doc: "Unsynced disk writes vanish.", slot: func(s *Step) any { return &s.Crash.Lost }},
		{Name: "wipe", Doc: "The disk is empty afterwards.", slot: func(s *Step) any { return &s.Crash.Wipe }},
	}},
	{LoseStore, EngineIs, "The engine dies and comes back with an empty disk.", []Key{
		{Name: string(LoseStore), Doc: "Always true.", Required: true, slot: func(s *Step) any { return &s.Crash.Wipe }},
		downKey(),
	}},
	{DiskFull, EngineIs, "The engine's disk takes no write; what it holds can be read.", []Key{
		systemKey(DiskFull, "Always engine.", "engine"), forKey(),
	}},
	{Redeliver, EngineIs, "The broker delivers again what was already done.", []Key{
		systemKey(Redeliver, "Always engine.", "engine"), ofKey("Only messages for this record."),
		{Name: "count", Doc: "How many of the latest messages.", Default: "1", min: 1, max: 10_000, slot: func(s *Step) any { return &s.Count }},
	}},
}
