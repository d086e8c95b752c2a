package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/engine/adapter/tenant"
)

// bareTenants are two mocks without anything of the engine's, and the
// configuration that names them.
type bareTenants struct {
	t       *testing.T
	cc, crm *standing
	path    string
}

const restMapping = `
  object: contact
  fields:
    - {crmField: last_name, ccField: lastName, type: String}
    - {crmField: sync_version, ccField: sync_version, type: Integer}
    - {crmField: sync_status, ccField: sync_status, type: String}
`

const salesforceMapping = `
  object: contact
  fields:
    - {crmField: LastName, ccField: lastName, type: String}
    - {crmField: Sync_Version__c, ccField: sync_version, type: Integer}
    - {crmField: Sync_Status__c, ccField: sync_status, type: String}
`

func standBare(t *testing.T, crm string) *bareTenants {
	b := &bareTenants{t: t, cc: stand(t, "genesys", "--bare"), crm: stand(t, crm, "--bare"), path: filepath.Join(t.TempDir(), "syncproof.yaml")}
	t.Cleanup(func() { b.cc.stop(); b.crm.stop() })
	t.Setenv("CC_SECRET", b.cc.ClientSecret)
	t.Setenv("CRM_SECRET", b.crm.ClientSecret)
	b.configure(crm, "crm")
	return b
}

func (b *bareTenants) configure(crm, source string) {
	b.t.Helper()
	mapped := salesforceMapping
	if crm == "rest" {
		mapped = restMapping
	}
	text := fmt.Sprintf(`systems:
  cc: {kind: genesys, base_url: %q, client_id: syncproof, client_secret: "env:CC_SECRET", external_field: %s, versioning: none}
  crm: {kind: %s, base_url: %q, client_id: syncproof, client_secret: "env:CRM_SECRET", versioning: none}
mapping:%s
store: {path: data/store.db}
`, b.cc.URL, source, crm, b.crm.URL, mapped)
	if err := os.WriteFile(b.path, []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// says runs a verb and returns its exit code and all that it wrote.
func (b *bareTenants) says(args ...string) (int, string) {
	b.t.Helper()
	var out, errors strings.Builder
	code := run(b.t.Context(), append(args, "--config", b.path), strings.NewReader(""), &out, &errors)
	for _, secret := range []string{b.cc.ClientSecret, b.crm.ClientSecret} {
		if strings.Contains(out.String()+errors.String(), secret) {
			b.t.Errorf("%q shows a secret", args)
		}
	}
	return code, out.String() + errors.String()
}

func (b *bareTenants) expect(want int, texts []string, args ...string) string {
	b.t.Helper()
	code, said := b.says(args...)
	if code != want {
		b.t.Fatalf("%q: exit %d, expected %d:\n%s", args, code, want, said)
	}
	for _, text := range texts {
		if !strings.Contains(said, text) {
			b.t.Errorf("%q does not say %q:\n%s", args, text, said)
		}
	}
	return said
}

func TestATenantFromBareToSound(t *testing.T) {
	for crm, planned := range map[string]int{"salesforce": 14, "rest": 5} {
		t.Run(crm, func(t *testing.T) {
			b := standBare(t, crm)
			b.expect(exitFail, []string{"fail  cc    version", "fail  crm   version", "run `syncproof provision`"}, "doctor")
			first := b.expect(exitPass, []string{fmt.Sprintf("%d to make, 0 blocked", planned), "cc    planned  add the integer field sync_version"}, "provision", "--dry-run")
			if again := b.expect(exitPass, nil, "provision", "--dry-run"); again != first {
				t.Errorf("a dry run changed the plan:\n%s", again)
			}
			b.expect(exitUsage, []string{"no terminal to ask on", "--dry-run"}, "provision")
			made := b.expect(exitPass, []string{fmt.Sprintf("%d made, 0 failed", planned), "set external_field of this system to that id"}, "provision", "--yes")
			b.configure(crm, regexp.MustCompile(`has the id (\S+):`).FindStringSubmatch(made)[1])
			b.expect(exitPass, []string{"nothing to make, 0 for a person"}, "provision", "--yes")
			said := b.expect(exitPass, []string{"ok    cc    version", "ok    crm   external id", "ok    both  clock"}, "doctor", "--write-probe")
			if strings.Contains(said, "fail ") {
				t.Errorf("it fails all the same:\n%s", said)
			}
		})
	}
}

func TestTenantVerbsInJSON(t *testing.T) {
	b := standBare(t, "rest")
	var plan []tenant.Outcome
	if err := json.Unmarshal([]byte(b.expect(exitPass, nil, "provision", "--dry-run", "--json")), &plan); err != nil || len(plan) != 5 || plan[0].State != tenant.Planned {
		t.Errorf("%v: %+v", err, plan)
	}
	if err := json.Unmarshal([]byte(b.expect(exitPass, nil, "provision", "--yes", "--json")), &plan); err != nil || tenant.Count(plan, tenant.Made) != 5 {
		t.Errorf("%v: %+v", err, plan)
	}
	var lines []tenant.Line
	if err := json.Unmarshal([]byte(b.expect(exitFail, nil, "doctor", "--json")), &lines); err != nil || len(lines) < 10 || tenant.Worst(lines) != "fail" {
		t.Errorf("%v: %+v", err, lines)
	}
}

func TestATenantThatIsGoneIsOneLine(t *testing.T) {
	b := standBare(t, "rest")
	b.crm.stop()
	b.crm.stop = func() int { return 0 }
	said := b.expect(exitFail, []string{"fail  crm   reach"}, "doctor", "--quiet")
	if n := strings.Count(said, " crm "); n != 1 {
		t.Errorf("%d lines about it:\n%s", n, said)
	}
	b.expect(exitFail, []string{"crm: unavailable", "Check base_url"}, "provision", "--dry-run")
}
