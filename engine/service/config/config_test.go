package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
)

const whole = `systems:
  cc:
    kind: genesys
    base_url: https://api.mypurecloud.com
    login_url: https://login.mypurecloud.com
    client_id: engine
    client_secret: env:CC_SECRET
    webhook_secret: file:/run/secrets/hook
    versioning: none
    automation: [flow]
  crm:
    kind: salesforce
    base_url: https://acme.my.salesforce.com
    client_id: env:CRM_ID
    client_secret: env:CRM_SECRET
    poll: 20s
mapping:
  object: Contact
  fields:
    - {crmField: LastName, ccField: lastName, type: String}
    - {crmField: Sync_Version__c, ccField: sync_version, type: Integer}
policy: {tolerance: 2s, simultaneous: merge}
limits:
  audit: off
listen: {admin: "127.0.0.1:9999"}
`

var noFile = func(string) ([]byte, error) { return nil, os.ErrNotExist }

func environment(pairs ...string) Environment {
	values := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values[pairs[i]] = pairs[i+1]
	}
	return Environment{
		Lookup: func(name string) (string, bool) { v, ok := values[name]; return v, ok },
		ReadFile: func(path string) ([]byte, error) {
			if v, ok := values[path]; ok {
				return []byte(v), nil
			}
			return nil, os.ErrNotExist
		},
	}
}

func TestParse(t *testing.T) {
	c, err := Parse("syncproof.yaml", []byte(whole), noFile)
	if err != nil {
		t.Fatal(err)
	}
	cc, crm := &c.Systems.CC, &c.Systems.CRM
	if cc.Versioning != "none" || cc.Priority != 1 || cc.Concurrency != 8 || cc.Poll.Std() != 5*time.Minute || *cc.Conditional || cc.ExternalField != "crm" {
		t.Errorf("cc: %+v", cc)
	}
	if crm.Poll.Std() != 20*time.Second || !*crm.Conditional || crm.LoginURL != crm.BaseURL || crm.BaseVersionField != "Sync_Base_Version__c" {
		t.Errorf("crm: %+v", crm)
	}
	if c.Limits.Audit != Off || c.Limits.Audit.Std() != 0 || c.Limits.WorkingSet != 256 || c.Policy.Tolerance.Std() != 2*time.Second {
		t.Errorf("limits %+v, policy %+v", c.Limits, c.Policy)
	}
	if len(c.Mapping.Compiled.Fields) != 1 || c.Mapping.Compiled.VersionName[1] != "Sync_Version__c" {
		t.Errorf("mapping: %+v", c.Mapping.Compiled)
	}
	if c.Listen.Webhooks != "127.0.0.1:8080" || c.Listen.Admin != "127.0.0.1:9999" {
		t.Errorf("listen: %+v", c.Listen)
	}
}

func TestTheMappingMayBeAFileAndJSON(t *testing.T) {
	guide := `{"object":"Contact","fields":[{"crmField":"LastName","ccField":"lastName","type":"String"},{"crmField":"Sync_Version__c","ccField":"sync_version","type":"Integer","default":0}]}`
	for name, text := range map[string]string{
		"a file":   strings.Replace(whole, cutMapping(), "mapping: maps/contact.json\n", 1),
		"in place": strings.Replace(whole, cutMapping(), "mapping: "+guide+"\n", 1),
	} {
		t.Run(name, func(t *testing.T) {
			c, err := Parse("/etc/syncproof.yaml", []byte(text), func(path string) ([]byte, error) {
				if path != filepath.FromSlash("/etc/maps/contact.json") {
					return nil, fmt.Errorf("asked for %s", path)
				}
				return []byte(guide), nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if len(c.Mapping.Compiled.Fields) != 1 {
				t.Errorf("mapping: %+v", c.Mapping.Compiled)
			}
		})
	}
}

func cutMapping() string {
	from := strings.Index(whole, "mapping:")
	return whole[from:strings.Index(whole, "policy:")]
}

// TestRefusals: each file is one edit of the whole one, refused with its place.
func TestRefusals(t *testing.T) {
	tests := []struct{ name, from, to, want string }{
		{"channels of Salesforce", "poll: 20s", "feed: channel", `syncproof.yaml:16:11: found feed: channel for systems.crm; expected webhook or poll, because salesforce has no notification channels`},
		{"channels and no polls", "automation: [flow]", "feed: channel\n    poll: off", `syncproof.yaml:11:11: found poll: off with feed: channel for systems.cc; expected an interval, because a channel tells of known contacts alone and repeats nothing; leave it out for 5m`},
		{"webhooks that nobody can check", "poll: 20s", "feed: webhook", `syncproof.yaml:16:11: found feed: webhook without webhook_secret for systems.crm; expected both, because a webhook that cannot be checked is refused; give webhook_secret`},
		{"polls with a secret", "automation: [flow]", "feed: poll", `syncproof.yaml:10:11: found feed: poll with webhook_secret for systems.cc; expected no secret, because nothing would be checked with it; remove one of them`},
		{"a number of channels without them", "automation: [flow]", "channels: 3", `syncproof.yaml:10:15: found channels for systems.cc with feed: webhook; expected them with feed: channel alone; set feed: channel`},
		{"no such feed", "poll: 20s", "feed: socket", `syncproof.yaml:16:11: found "socket" for systems.crm.feed; expected webhook, channel or poll`},
		{"an unknown key", "automation:", "automations:", `syncproof.yaml:10:5: found the unknown key "automations"; expected a key of systems.cc; did you mean "automation"?`},
		{"a bad duration", "poll: 20s", "poll: 20", `syncproof.yaml:16:11: found the number 20 for systems.crm.poll; expected a duration such as 30s; with its unit: 20s`},
		{"a duration of words", "poll: 20s", "poll: soon", `syncproof.yaml:16:11: found "soon" for systems.crm.poll; expected a duration such as 30s; use d, h, m, s and ms, as in 1h30m or 250ms`},
		{"too short a poll", "poll: 20s", "poll: 2ms", `syncproof.yaml:16:11: found "2ms" for systems.crm.poll; expected at least 1s`},
		{"a secret written out", "env:CC_SECRET", "hunter2", `syncproof.yaml:7:20: found no reference for systems.cc.client_secret; expected env:NAME or file:/path; a secret is never written into the file: put it into an environment variable or a file`},
		{"a reference without a name", "env:CC_SECRET", `"env:"`, `syncproof.yaml:7:20: found no name of an environment variable for systems.cc.client_secret; expected env:NAME`},
		{"a relative secret file", "file:/run", "file:run", `syncproof.yaml:8:21: found no absolute path for systems.cc.webhook_secret; expected file:/path`},
		{"no kind", "    kind: salesforce\n", "", `syncproof.yaml:12:5: found no kind; expected systems.crm to have one`},
		{"a kind of the other side", "kind: salesforce", "kind: genesys", `syncproof.yaml:12:11: found the kind genesys for crm; expected `},
		{"no address", "https://acme.my.salesforce.com", "acme", `syncproof.yaml:13:15: found no web address for systems.crm.base_url`},
		{"http to elsewhere", "https://acme", "http://acme", `syncproof.yaml:13:15: found http for systems.crm.base_url; expected https, because the client secret would travel in clear; or allow it with plain_http: true`},
		{"a number out of bounds", "audit: off", "working_set: 1", `syncproof.yaml:24:16: found the number 1 for limits.working_set; expected a whole number from 4 to 100000`},
		{"no changes would be seen", "poll: 20s", "poll: off", `syncproof.yaml:16:11: found neither webhooks`},
		{"twice", "policy:", "limits: {}\npolicy:", `syncproof.yaml:24:1: found the key "limits" twice; expected it once; remove one of them`},
		{"a bad port", `127.0.0.1:9999`, `127.0.0.1:99999`, `syncproof.yaml:25:17: found "127.0.0.1:99999" for listen.admin; expected host:port`},
		{"a mapping problem in place", "type: Integer", "type: Intege", `syncproof.yaml:21:64: unknown type "Intege"; did you mean "Integer"?`},
		{"tls by half", `{admin`, `{tls_key: x, admin`, `syncproof.yaml:25:9: found one of tls_cert and tls_key; expected both`},
		{"an alias", "versioning: none", "versioning: &x none", `syncproof.yaml:9:17: found an anchor or alias`},
		{"no YAML", "listen: {", "listen: }", `syncproof.yaml:25:`},
		{"nothing", whole, "", `syncproof.yaml:1:1: found an empty file; expected systems and a mapping`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(whole, tt.from, tt.to, 1)
			_, err := Parse("syncproof.yaml", []byte(text), noFile)
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Fatalf("got  %v\nwant %s", err, tt.want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Error("the message shows the secret")
			}
		})
	}
}

func TestResolve(t *testing.T) {
	c, err := Parse("syncproof.yaml", []byte(whole), noFile)
	if err != nil {
		t.Fatal(err)
	}
	again := *c
	err = again.Resolve(environment("CC_SECRET", "a", "CRM_SECRET", "", "/run/secrets/hook", "line\n"))
	var problem *Error
	if !errors.As(err, &problem) || problem.Line == 0 {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{
		"syncproof.yaml:14:16: found no secret at env:CRM_ID for systems.crm.client_id: the environment variable CRM_ID is not set; set it before the service starts",
		"found no secret at env:CRM_SECRET for systems.crm.client_secret: it is empty",
		"found no store.path, and no folder for it: neither XDG_DATA_HOME nor HOME is set",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nlacks %s", err, want)
		}
	}
	if err := c.Resolve(environment("CC_SECRET", "a", "CRM_SECRET", "b", "CRM_ID", "me", "/run/secrets/hook", "line\n", "XDG_DATA_HOME", "/data")); err != nil {
		t.Fatal(err)
	}
	if c.Systems.CC.WebhookSecret.Value() != "line" || c.Systems.CRM.ClientID.Value() != "me" || c.Systems.CC.ClientID.Value() != "engine" {
		t.Errorf("systems: %v", c.Systems)
	}
	if want := filepath.FromSlash("/data/syncproof/store.db"); c.Store.Path != want {
		t.Errorf("store %q, want %q", c.Store.Path, want)
	}
}

// TestASecretPrintsAsItsReference, whatever prints it (SE-1).
func TestASecretPrintsAsItsReference(t *testing.T) {
	s := Secret{Ref: "env:X", value: "canary"}
	encoded, err := json.Marshal(map[string]any{"s": s, "p": &s})
	if err != nil {
		t.Fatal(err)
	}
	system := System{ClientSecret: s}
	for _, text := range []string{fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %q %x %s", s, s, s, s, s, &s), fmt.Sprintf("%+v %#v", system, system), string(encoded), s.LogValue().String()} {
		if strings.Contains(text, "canary") || strings.Contains(text, "63616e617279") {
			t.Errorf("%s shows the secret", text)
		}
	}
}

// TestSchema: it is the one in docs, and accepts what Parse accepts.
func TestSchema(t *testing.T) {
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "config.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, kept) {
		t.Error("docs/config.schema.json is stale: run make schema")
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(SchemaID, doc); err != nil {
		t.Fatal(err)
	}
	schema := compiler.MustCompile(SchemaID)
	for text, ok := range map[string]bool{whole: true, strings.Replace(whole, "env:CC_SECRET", "hunter2", 1): false, strings.Replace(whole, "automation", "automations", 1): false} {
		var value any
		if err := yaml.Load([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		encoded, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(encoded))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(instance); (err == nil) != ok {
			t.Errorf("the schema says %v of\n%s", err, text)
		}
	}
}

func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{"30s": 30 * time.Second, "1d12h": 36 * time.Hour, "2d": 48 * time.Hour, "250ms": 250 * time.Millisecond, "1h30m": 90 * time.Minute, "0s": 0} {
		d, err := ParseDuration(text)
		if err != nil || d.Std() != want || d.String() != text {
			t.Errorf("%s: %v %v %s", text, d.Std(), err, d)
		}
	}
	for _, text := range []string{"", "1", "d", "-3s", "401d", "1d-1h", "soon"} {
		if d, err := ParseDuration(text); err == nil {
			t.Errorf("%q is taken for %v", text, d)
		}
	}
}

// FuzzParse: no file makes the parser panic, a refusal names the file, and an
// accepted configuration is complete.
func FuzzParse(f *testing.F) {
	f.Add([]byte(whole))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("f.yaml", data, noFile)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f.yaml") {
				t.Fatalf("the refusal names no file: %v", err)
			}
			return
		}
		if c.Mapping.Compiled == nil || c.Limits.WorkingSet < 4 || c.Systems.CC.Conditional == nil || c.Listen.Admin == "" {
			t.Fatalf("not complete: %+v", c)
		}
	})
}

// withAccounts is whole with accounts in the middle of the file.
var withAccounts = strings.Replace(whole, "policy:", `objects:
  account:
    mapping:
      object: Account
      fields:
        - {crmField: Name, ccField: name, type: String}
        - {crmField: Sync_Version__c, ccField: sync_version, type: Integer}
    crm: {external_field: Org__c}
policy:`, 1)

// TestDM11AccountsHaveAMappingOfTheirOwn: in place or in a file, beside that of
// contacts, with the vendors' names where the file is silent.
func TestDM11AccountsHaveAMappingOfTheirOwn(t *testing.T) {
	c, err := Parse("c.yaml", []byte(withAccounts), noFile)
	if err != nil {
		t.Fatal(err)
	}
	a := c.Objects.Account
	if len(a.Mapping.Compiled.Fields) != 1 || a.Mapping.Compiled.Fields[0].Name != "name" || len(c.Mapping.Compiled.Fields) != 1 {
		t.Errorf("accounts are mapped by %+v", a.Mapping.Compiled.Fields)
	}
	if a.CC.ExternalField != "crm" || a.CRM.ExternalField != "Org__c" || a.CRM.BaseVersionField != "Sync_Base_Version__c" {
		t.Errorf("their own are %+v and %+v", a.CC, a.CRM)
	}
	file := `{"object": "Account", "fields": [{"crmField": "Name", "ccField": "name", "type": "String"}, {"crmField": "Sync_Version__c", "ccField": "sync_version", "type": "Integer"}]}`
	text := whole + "objects: {account: {mapping: accounts.json}}\n"
	again, err := Parse("/etc/c.yaml", []byte(text), func(path string) ([]byte, error) {
		if path != "/etc/accounts.json" {
			t.Errorf("read %s", path)
		}
		return []byte(file), nil
	})
	if err != nil || again.Objects.Account.Mapping.File != "accounts.json" {
		t.Fatal(again, err)
	}
}

// TestDM11AccountsAreNoLiveKey: another object, or another mapping of it, asks
// for a restart, and the same one is no change.
func TestDM11AccountsAreNoLiveKey(t *testing.T) {
	parse := func(text string) *Config {
		c, err := Parse("c.yaml", []byte(text), noFile)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	before := parse(withAccounts)
	if keys := Changes(before, parse(withAccounts)); keys != nil {
		t.Errorf("the same file differs in %v", keys)
	}
	for _, other := range []string{whole, strings.Replace(withAccounts, "crmField: Name", "crmField: Label", 1)} {
		keys := Changes(before, parse(other))
		if len(keys) != 1 || !strings.HasPrefix(keys[0], "objects") || Live(keys[0]) {
			t.Errorf("changed: %v", keys)
		}
	}
}

func TestDM11RefusedAccountsAreShownWhereTheyStand(t *testing.T) {
	for text, want := range map[string]string{
		strings.Replace(withAccounts, "ccField: name, type: String", "ccField: name, type: Sring", 1): "c.yaml:27:49: unknown type",
		whole + "objects: {account: {}}\n":                               "c.yaml:26:20: found no mapping",
		whole + "objects: {acount: {mapping: a.yaml}}\n":                 "c.yaml:26:11: found the unknown key \"acount\"",
		whole + "objects: {account: {mapping: a.yaml, base: 1}}\n":       "found the unknown key \"base\"",
		whole + "objects: {account: {mapping: nowhere.yaml, crm: {}}}\n": "the mapping's file cannot be read",
	} {
		_, err := Parse("c.yaml", []byte(text), noFile)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v; want %s", err, want)
		}
	}
}
