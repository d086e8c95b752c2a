package sim_test

import (
	"strings"

	"github.com/syncproof/syncproof/engine/adapter/dynamics"
	"github.com/syncproof/syncproof/engine/adapter/genesys"
	"github.com/syncproof/syncproof/engine/adapter/restcrm"
	"github.com/syncproof/syncproof/engine/adapter/salesforce"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
	mockdynamics "github.com/syncproof/syncproof/mocks/dynamics"
	mockgenesys "github.com/syncproof/syncproof/mocks/genesys"
	mockrest "github.com/syncproof/syncproof/mocks/restcrm"
	mocksalesforce "github.com/syncproof/syncproof/mocks/salesforce"
)

var tooLong = text(strings.Repeat("é", 40_000))

var restVendor = vendor{
	name: "rest", kind: "rest", mock: func(c mocks.Config) mocks.Direct { return mockrest.New(c) }, adapter: restcrm.New, signals: restcrm.Signals,
	version: "sync_version", status: "sync_status", external: "external_id", mockField: "external_id",
	fields: []field{
		{builtin: true, config: mocks.Field{Name: "last_name"}, good: text("Lovelace"), other: text("King"), bad: []mapping.Native{null, text(""), tooLong, number("1")}},
		{builtin: true, config: mocks.Field{Name: "phone"}, good: text("+1 (415) 555-0123"), other: text("+44 20 7946 0958;ext=7"), bad: []mapping.Native{text("not a phone!")}},
		{builtin: true, config: mocks.Field{Name: "email"}, good: text("ada@example.com"), other: text("Ada.L@Example.com"), bad: []mapping.Native{text("nobody"), truth("true")}},
		{builtin: true, config: mocks.Field{Name: "city"}, good: text(" London "), other: text("Zürich 🎈"), bad: []mapping.Native{tooLong}},
		{builtin: true, config: mocks.Field{Name: "notes"}, good: text("line\r\nline \"two\" \\"), other: text("\u2028"), bad: []mapping.Native{tooLong}},
		{builtin: true, config: mocks.Field{Name: "tier"}, good: text("gold"), other: text("silver"), bad: []mapping.Native{text("lead")}},
		{builtin: true, config: mocks.Field{Name: "do_not_call"}, good: truth("true"), other: truth("false"), bad: []mapping.Native{text("true")}},
		{builtin: true, config: mocks.Field{Name: "birthday"}, good: text("1815-12-10"), other: text("2000-02-29"), bad: []mapping.Native{text("1900-02-29")}},
		{builtin: true, config: mocks.Field{Name: "interests"}, good: list(`["golf","chess"]`), other: list(`["music"]`), bad: []mapping.Native{list(`["golf","golf"]`), list(`["war"]`), text("golf")}},
		{builtin: true, config: mocks.Field{Name: "score"}, good: number("42"), other: number("-7"), bad: []mapping.Native{number("1.5"), number("9007199254740993"), text("1")}},
		{config: mocks.Field{Name: "rate", Type: "decimal"}, good: number("1.50"), other: number("-0.001"), bad: []mapping.Native{number("1e5"), text("1.5")}},
		{config: mocks.Field{Name: "joined", Type: "instant"}, good: text("2026-01-31T12:00:00+02:00"), other: text("2026-01-31T12:00:00.5Z"), bad: []mapping.Native{text("yesterday")}},
	},
}

var dynamicsVendor = vendor{
	name: "dynamics", kind: "dynamics", mock: func(c mocks.Config) mocks.Direct { return mockdynamics.New(c) }, adapter: dynamics.New, signals: dynamics.Signals, narrows: true,
	version: "new_syncversion", status: "new_syncstatus", external: "new_externalid", mockField: "new_externalid", tenant: "/tenant",
	fields: []field{
		{builtin: true, config: mocks.Field{Name: "lastname"}, good: text("Lovelace"), other: text("King"), bad: []mapping.Native{null, text(""), tooLong, number("1")}},
		{builtin: true, config: mocks.Field{Name: "telephone1", Type: "phone"}, good: text("+1 (415) 555-0123"), other: text("+44 20 7946 0958;ext=7"), bad: []mapping.Native{tooLong}},
		{builtin: true, config: mocks.Field{Name: "emailaddress1", Type: "email"}, good: text("ada@example.com"), other: text("Ada.L@Example.com"), bad: []mapping.Native{tooLong, truth("true")}},
		{builtin: true, config: mocks.Field{Name: "address1_city"}, good: text(" London "), other: text("Zürich 🎈"), bad: []mapping.Native{tooLong}},
		{builtin: true, config: mocks.Field{Name: "description", Type: "text"}, good: text("line\r\nline \"two\" \\"), other: text("\u2028"), bad: []mapping.Native{tooLong}},
		{builtin: true, config: mocks.Field{Name: "donotphone", Type: "boolean"}, good: truth("true"), other: truth("false"), bad: []mapping.Native{text("true")}},
		{builtin: true, config: mocks.Field{Name: "birthdate", Type: "date"}, good: text("1815-12-10"), other: text("2000-02-29"), bad: []mapping.Native{text("1900-02-29")}},
		{config: mocks.Field{Name: "new_tier", Type: "picklist", Values: []string{"100000000", "100000001"}}, good: text("100000000"), other: text("100000001"), bad: []mapping.Native{text("gold"), text("7"), number("1.5"), truth("true")}},
		{config: mocks.Field{Name: "new_interests", Type: "multipicklist", Values: []string{"1", "2", "10"}}, good: list(`["1","10"]`), other: list(`["2"]`), bad: []mapping.Native{list(`["10","1","1"]`), list(`["3"]`), text("golf"), number("1")}},
		{config: mocks.Field{Name: "new_score", Type: "integer"}, good: number("42"), other: number("-7"), bad: []mapping.Native{number("1.5"), number("9007199254740993"), text("1")}},
		{config: mocks.Field{Name: "new_rate", Type: "decimal"}, good: number("1.50"), other: number("-0.001"), bad: []mapping.Native{number("1e5"), text("1.5")}},
		{config: mocks.Field{Name: "new_joined", Type: "instant"}, good: text("2026-01-31T12:00:00+02:00"), other: text("2026-01-31T12:00:00.5Z"), bad: []mapping.Native{text("yesterday")}},
	},
}

var salesforceVendor = vendor{
	name: "salesforce", kind: "salesforce", mock: func(c mocks.Config) mocks.Direct { return mocksalesforce.New(c) }, adapter: salesforce.New, signals: salesforce.Signals, narrows: true,
	version: "Sync_Version__c", status: "Sync_Status__c", base: "Sync_Base_Version__c",
	external: "Genesys_Contact_Id__c", mockField: "Genesys_Contact_Id__c",
	fields: []field{
		{builtin: true, config: mocks.Field{Name: "LastName"}, good: text("Lovelace"), other: text("King"), bad: []mapping.Native{null, text(""), tooLong, number("1")}},
		{builtin: true, config: mocks.Field{Name: "Phone"}, good: text("+14155550123"), other: text("(415) 555-0124"), bad: []mapping.Native{tooLong}},
		{builtin: true, config: mocks.Field{Name: "Email"}, good: text("ada@example.com"), other: text(" Ada.L@Example.com"), bad: []mapping.Native{text("nobody"), truth("true")}},
		{builtin: true, config: mocks.Field{Name: "MailingCity"}, good: text(" London "), other: text("Zürich 🎈"), bad: []mapping.Native{tooLong}},
		{builtin: true, config: mocks.Field{Name: "Description"}, good: text("line\r\nline \"two\" \\"), other: text("'"), bad: []mapping.Native{tooLong}},
		{config: mocks.Field{Name: "Tier__c", Type: "picklist", Values: []string{"gold", "silver"}}, good: text("gold"), other: text("silver"), bad: []mapping.Native{text("lead")}},
		{builtin: true, config: mocks.Field{Name: "DoNotCall"}, good: truth("true"), other: truth("false"), bad: []mapping.Native{text("true"), null}},
		{builtin: true, config: mocks.Field{Name: "Birthdate"}, good: text("1815-12-10"), other: text("2000-02-29"), bad: []mapping.Native{text("1900-02-29")}},
		{config: mocks.Field{Name: "Interests__c", Type: "multipicklist", Values: []string{"golf", "chess", "music"}}, good: text("chess;golf"), other: text("music"), bad: []mapping.Native{text("war"), list(`["golf"]`)}},
		{config: mocks.Field{Name: "Score__c", Type: "integer"}, good: number("42"), other: number("-7"), bad: []mapping.Native{number("1.5"), number("9007199254740993000000"), text("1")}},
		{config: mocks.Field{Name: "Rate__c", Type: "decimal"}, good: number("1.50"), other: number("-0.001"), bad: []mapping.Native{number("1e25"), text("1.5")}},
		{config: mocks.Field{Name: "Joined__c", Type: "instant"}, good: text("2026-01-31T12:00:00+02:00"), other: text("2026-01-31T12:00:00.500Z"), bad: []mapping.Native{text("yesterday")}},
	},
}

var genesysVendor = vendor{
	name: "genesys", kind: "genesys", mock: func(c mocks.Config) mocks.Direct { return mockgenesys.New(c) }, adapter: genesys.New, signals: genesys.Signals,
	version: "sync_version", status: "sync_status", external: "crm", mockField: "crm",
	fields: []field{
		{builtin: true, config: mocks.Field{Name: "lastName"}, good: text("Lovelace"), other: text(" King "), bad: []mapping.Native{text(""), tooLong, number("1")}},
		{builtin: true, config: mocks.Field{Name: "workPhone"}, good: text("+1 (415) 555-0123"), other: text("+442079460958;ext=7"), bad: []mapping.Native{text("+14155550123;ext=07"), text("4155550123 ext 9"), text("ask reception"), text(""), tooLong}},
		{builtin: true, config: mocks.Field{Name: "workEmail"}, good: text("ada@example.com"), other: text("Ada.L@Example.com"), bad: []mapping.Native{text("nobody"), truth("true")}},
		{builtin: true, config: mocks.Field{Name: "address.city"}, good: text(" London "), other: text("Zürich 🎈"), bad: []mapping.Native{tooLong}},
		{builtin: true, config: mocks.Field{Name: "surveyOptOut"}, good: truth("true"), other: truth("false"), bad: []mapping.Native{text("true")}},
		{builtin: true, config: mocks.Field{Name: "externalSystemUrl"}, good: text("https://crm.test/1"), other: text("http://x"), bad: []mapping.Native{text("ftp://x")}},
		{config: mocks.Field{Name: "notes", Type: "text"}, good: text("line\r\nline \"two\" \\"), other: text(" "), bad: []mapping.Native{tooLong}},
		{config: mocks.Field{Name: "tier", Type: "picklist", Values: []string{"gold", "silver"}}, good: text("gold"), other: text("silver"), bad: []mapping.Native{text("lead")}},
		{config: mocks.Field{Name: "doNotCall", Type: "boolean"}, good: truth("true"), other: truth("false"), bad: []mapping.Native{text("true")}},
		{config: mocks.Field{Name: "birthday", Type: "date"}, good: text("1815-12-10"), other: text("2000-02-29"), bad: []mapping.Native{text("1900-02-29")}},
		{config: mocks.Field{Name: "interests", Type: "multipicklist", Values: []string{"golf", "chess", "music"}}, good: list(`["golf","chess"]`), other: list(`["music"]`), bad: []mapping.Native{list(`["golf","golf"]`), list(`["war"]`), text("golf")}},
		{config: mocks.Field{Name: "score", Type: "integer"}, good: number("42"), other: number("-7"), bad: []mapping.Native{number("1.5"), text("1")}},
		{config: mocks.Field{Name: "rate", Type: "decimal"}, good: number("1.50"), other: number("-0.001"), bad: []mapping.Native{text("1.5")}},
		{config: mocks.Field{Name: "joined", Type: "instant"}, good: text("2026-01-31T12:00:00Z"), other: text("2026-01-31T12:00:00.500Z"), bad: []mapping.Native{text("2026-01-31T12:00:00+02:00"), text("yesterday")}},
	},
}

var restAccounts = vendor{
	name: "rest accounts", kind: "rest", object: mocks.Account, stranger: map[string]any{"last_name": "Stranger"},
	mock: restVendor.mock, adapter: restcrm.New, signals: restcrm.Signals,
	version: "sync_version", status: "sync_status", external: "external_id", mockField: "external_id",
	fields: []field{
		{builtin: true, config: mocks.Field{Name: "name"}, good: text("Analytical Engines"), other: text("Babbage & Co."), bad: []mapping.Native{null, text(""), tooLong, number("1")}},
		{builtin: true, config: mocks.Field{Name: "phone"}, good: text("+1 (415) 555-0123"), other: text("+44 20 7946 0958;ext=7"), bad: []mapping.Native{text("not a phone!")}},
		{builtin: true, config: mocks.Field{Name: "website"}, good: text("https://engines.test"), other: text("engines.test"), bad: []mapping.Native{tooLong}},
		{builtin: true, config: mocks.Field{Name: "city"}, good: text(" London "), other: text("Zürich 🎈"), bad: []mapping.Native{tooLong}},
		{builtin: true, config: mocks.Field{Name: "notes"}, good: text("line\r\nline \"two\" \\"), other: text("\u2028"), bad: []mapping.Native{tooLong}},
		{builtin: true, config: mocks.Field{Name: "industry"}, good: text("finance"), other: text("retail"), bad: []mapping.Native{text("war")}},
		{builtin: true, config: mocks.Field{Name: "active"}, good: truth("true"), other: truth("false"), bad: []mapping.Native{text("true")}},
		{builtin: true, config: mocks.Field{Name: "employees"}, good: number("42"), other: number("-7"), bad: []mapping.Native{number("1.5"), number("9007199254740993"), text("1")}},
		{config: mocks.Field{Name: "rate", Type: "decimal"}, good: number("1.50"), other: number("-0.001"), bad: []mapping.Native{number("1e5"), text("1.5")}},
		{config: mocks.Field{Name: "founded", Type: "instant"}, good: text("2026-01-31T12:00:00+02:00"), other: text("2026-01-31T12:00:00.5Z"), bad: []mapping.Native{text("yesterday")}},
	},
}

var salesforceAccounts = vendor{
	name: "salesforce accounts", kind: "salesforce", object: mocks.Account, stranger: map[string]any{"LastName": "Stranger"},
	mock: salesforceVendor.mock, adapter: salesforce.New, signals: salesforce.Signals, narrows: true,
	version: "Sync_Version__c", status: "Sync_Status__c", base: "Sync_Base_Version__c",
	external: "Genesys_Organization_Id__c", mockField: "Genesys_Organization_Id__c",
	fields: []field{
		{builtin: true, config: mocks.Field{Name: "Name"}, good: text("Analytical Engines"), other: text("Babbage & Co."), bad: []mapping.Native{null, text(""), tooLong, number("1")}},
		{builtin: true, config: mocks.Field{Name: "Phone"}, good: text("+14155550123"), other: text("(415) 555-0124"), bad: []mapping.Native{tooLong}},
		{builtin: true, config: mocks.Field{Name: "Website"}, good: text("https://engines.test"), other: text("engines.test"), bad: []mapping.Native{tooLong, truth("true")}},
		{builtin: true, config: mocks.Field{Name: "BillingCity"}, good: text(" London "), other: text("Zürich 🎈"), bad: []mapping.Native{tooLong}},
		{builtin: true, config: mocks.Field{Name: "Description"}, good: text("line\r\nline \"two\" \\"), other: text("'"), bad: []mapping.Native{tooLong}},
		{config: mocks.Field{Name: "Tier__c", Type: "picklist", Values: []string{"gold", "silver"}}, good: text("gold"), other: text("silver"), bad: []mapping.Native{text("lead")}},
		{builtin: true, config: mocks.Field{Name: "NumberOfEmployees"}, good: number("42"), other: number("7"), bad: []mapping.Native{number("1.5"), text("1")}},
		{config: mocks.Field{Name: "Interests__c", Type: "multipicklist", Values: []string{"golf", "chess", "music"}}, good: text("chess;golf"), other: text("music"), bad: []mapping.Native{text("war"), list(`["golf"]`)}},
		{config: mocks.Field{Name: "Rate__c", Type: "decimal"}, good: number("1.50"), other: number("-0.001"), bad: []mapping.Native{number("1e25"), text("1.5")}},
		{config: mocks.Field{Name: "Joined__c", Type: "instant"}, good: text("2026-01-31T12:00:00+02:00"), other: text("2026-01-31T12:00:00.500Z"), bad: []mapping.Native{text("yesterday")}},
	},
}

// salesforceTagged are accounts whose writes rest on ETags, with no validation
// rule.
var salesforceTagged = func() vendor {
	v := salesforceAccounts
	v.name, v.base = "salesforce accounts by ETag", ""
	return v
}()

var dynamicsAccounts = vendor{
	name: "dynamics accounts", kind: "dynamics", object: mocks.Account, stranger: map[string]any{"lastname": "Stranger"},
	mock: dynamicsVendor.mock, adapter: dynamics.New, signals: dynamics.Signals, narrows: true,
	version: "new_syncversion", status: "new_syncstatus", external: "new_externalid", mockField: "new_externalid", tenant: "/tenant",
	fields: []field{
		{builtin: true, config: mocks.Field{Name: "name"}, good: text("Analytical Engines"), other: text("Babbage & Co."), bad: []mapping.Native{null, text(""), tooLong, number("1")}},
		{builtin: true, config: mocks.Field{Name: "telephone1", Type: "phone"}, good: text("+1 (415) 555-0123"), other: text("+44 20 7946 0958;ext=7"), bad: []mapping.Native{tooLong}},
		{builtin: true, config: mocks.Field{Name: "websiteurl"}, good: text("https://engines.test"), other: text("engines.test"), bad: []mapping.Native{tooLong, truth("true")}},
		{builtin: true, config: mocks.Field{Name: "address1_city"}, good: text(" London "), other: text("Zürich 🎈"), bad: []mapping.Native{tooLong}},
		{builtin: true, config: mocks.Field{Name: "description", Type: "text"}, good: text("line\r\nline \"two\" \\"), other: text("\u2028"), bad: []mapping.Native{tooLong}},
		{builtin: true, config: mocks.Field{Name: "donotphone", Type: "boolean"}, good: truth("true"), other: truth("false"), bad: []mapping.Native{text("true")}},
		{builtin: true, config: mocks.Field{Name: "numberofemployees", Type: "integer"}, good: number("42"), other: number("7"), bad: []mapping.Native{number("1.5"), number("9007199254740993"), text("1")}},
		{config: mocks.Field{Name: "new_tier", Type: "picklist", Values: []string{"100000000", "100000001"}}, good: text("100000000"), other: text("100000001"), bad: []mapping.Native{text("gold"), text("7"), number("1.5"), truth("true")}},
		{config: mocks.Field{Name: "new_interests", Type: "multipicklist", Values: []string{"1", "2", "10"}}, good: list(`["1","10"]`), other: list(`["2"]`), bad: []mapping.Native{list(`["10","1","1"]`), list(`["3"]`), text("golf"), number("1")}},
		{config: mocks.Field{Name: "new_rate", Type: "decimal"}, good: number("1.50"), other: number("-0.001"), bad: []mapping.Native{number("1e5"), text("1.5")}},
		{config: mocks.Field{Name: "new_joined", Type: "instant"}, good: text("2026-01-31T12:00:00+02:00"), other: text("2026-01-31T12:00:00.5Z"), bad: []mapping.Native{text("yesterday")}},
	},
}

var genesysAccounts = vendor{
	name: "genesys organizations", kind: "genesys", object: mocks.Account, stranger: map[string]any{"lastName": "Stranger"},
	mock: genesysVendor.mock, adapter: genesys.New, signals: genesys.Signals,
	version: "sync_version", status: "sync_status", external: "crm", mockField: "crm",
	fields: []field{
		{builtin: true, config: mocks.Field{Name: "name"}, good: text("Analytical Engines"), other: text("Babbage & Co."), bad: []mapping.Native{null, text(""), tooLong, number("1")}},
		{builtin: true, config: mocks.Field{Name: "phoneNumber"}, good: text("+1 (415) 555-0123"), other: text("+442079460958;ext=7"), bad: []mapping.Native{text("4155550123 ext 9"), text("ask reception"), text(""), tooLong}},
		{builtin: true, config: mocks.Field{Name: "industry"}, good: text("manufacturing"), other: text("retail"), bad: []mapping.Native{tooLong, truth("true")}},
		{builtin: true, config: mocks.Field{Name: "address.city"}, good: text(" London "), other: text("Zürich 🎈"), bad: []mapping.Native{tooLong}},
		{builtin: true, config: mocks.Field{Name: "employeeCount", Type: "integer"}, good: number("42"), other: number("7"), bad: []mapping.Native{number("1.5"), text("1")}},
		{builtin: true, config: mocks.Field{Name: "websites", Type: "multipicklist"}, good: list(`["https://engines.test"]`), other: list(`["engines.test","https://engines.test"]`), bad: []mapping.Native{list(`["x","x"]`), text("golf")}},
		{builtin: true, config: mocks.Field{Name: "externalSystemUrl"}, good: text("https://crm.test/1"), other: text("http://x"), bad: []mapping.Native{text("ftp://x")}},
		{config: mocks.Field{Name: "notes", Type: "text"}, good: text("line\r\nline \"two\" \\"), other: text(" "), bad: []mapping.Native{tooLong}},
		{config: mocks.Field{Name: "tier", Type: "picklist", Values: []string{"gold", "silver"}}, good: text("gold"), other: text("silver"), bad: []mapping.Native{text("lead")}},
		{config: mocks.Field{Name: "active", Type: "boolean"}, good: truth("true"), other: truth("false"), bad: []mapping.Native{text("true")}},
		{config: mocks.Field{Name: "interests", Type: "multipicklist", Values: []string{"golf", "chess", "music"}}, good: list(`["golf","chess"]`), other: list(`["music"]`), bad: []mapping.Native{list(`["golf","golf"]`), list(`["war"]`), text("golf")}},
		{config: mocks.Field{Name: "rate", Type: "decimal"}, good: number("1.50"), other: number("-0.001"), bad: []mapping.Native{text("1.5")}},
		{config: mocks.Field{Name: "joined", Type: "instant"}, good: text("2026-01-31T12:00:00Z"), other: text("2026-01-31T12:00:00.500Z"), bad: []mapping.Native{text("2026-01-31T12:00:00+02:00"), text("yesterday")}},
	},
}
