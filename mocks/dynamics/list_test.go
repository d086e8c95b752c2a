package dynamics

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/mocks"
)

type listing struct {
	Count int              `json:"@odata.count"`
	Next  string           `json:"@odata.nextLink"`
	Delta string           `json:"@odata.deltaLink"`
	Value []map[string]any `json:"value"`
}

func (w *world) list(query string, headers ...string) listing {
	w.t.Helper()
	resp := w.send("GET", "contacts", query, "", headers...)
	if resp.Status != 200 {
		w.t.Fatalf("%s: %d %s", query, resp.Status, resp.Body)
	}
	var l listing
	w.decode(resp, &l)
	return l
}

// follow asks for a link.
func (w *world) follow(link string, headers ...string) listing {
	w.t.Helper()
	_, query, ok := strings.Cut(link, "https://crm.test/api/data/v9.2/contacts?")
	if !ok {
		w.t.Fatalf("the link %q leads elsewhere", link)
	}
	return w.list(query, headers...)
}

func names(l listing) string {
	var out []string
	for _, row := range l.Value {
		out = append(out, fmt.Sprint(row["lastname"]))
	}
	return strings.Join(out, " ")
}

func queried(t testing.TB) *world {
	w := newWorld(t, nil)
	w.seed("Ada", 1, "c1", map[string]any{"new_score": int64(9), "birthdate": "1815-12-10", "donotphone": true})
	w.seed("bob", 2, "c'2", map[string]any{"new_score": int64(10), "new_tier": "101"})
	w.seed("Cleo", 3, "", map[string]any{"telephone1": "+1 555", "new_joined": "2026-01-31T12:00:00Z"})
	return w
}

func TestFilter(t *testing.T) {
	w := queried(t)
	for filter, want := range map[string]string{
		"new_externalid eq 'c''2'":             "bob",
		"lastname eq 'BOB'":                    "bob",
		"new_score gt 9":                       "bob",
		"new_score ge 9 and new_score lt 10.0": "Ada",
		"new_score eq null":                    "Cleo",
		"new_score ne null":                    "Ada bob",
		"new_score ne 9":                       "bob Cleo",
		"new_tier eq 101":                      "bob",
		"contains(lastname,'O')":               "bob Cleo",
		"startswith(lastname,'c') or endswith(lastname,'a')":                                  "Ada Cleo",
		"not (donotphone eq true)":                                                            "bob Cleo",
		"not contains(lastname,'o') and birthdate lt 1900-01-01":                              "Ada",
		"new_joined le 2026-01-31T13:00:00+01:00":                                             "Cleo",
		"lastname eq 'x' or lastname eq 'Ada' and new_score eq 9":                             "Ada",
		"(lastname eq 'Ada' or lastname eq 'bob') and new_syncversion eq 2":                   "bob",
		"_modifiedby_value eq 00000000-0000-0000-0000-000000000000":                           "",
		"contactid eq " + w.list("$filter=lastname eq 'Cleo'").Value[0]["contactid"].(string): "Cleo",
	} {
		if got := names(w.list("$select=lastname&$filter=" + url.QueryEscape(filter))); got != want {
			t.Errorf("%s: %q, want %q", filter, got, want)
		}
	}
	for _, filter := range []string{
		"", "lastname", "lastname eq", "eq 'x'", "lastname eq 'x' and", "lastname is 'x'", "lastname eq x", "lastname eq 1", "new_score eq '9'",
		"new_score gt null", "(lastname eq 'x'", "lastname eq 'x')", "lastname eq 'x", "contains(lastname)", "contains(lastname,x)", "contains(new_score,'9')",
		"contains('a',lastname)", "shoe eq 'x'", "birthdate lt 1900", "donotphone eq yes", "contactid eq 1", "new_score eq 1e3", "lastname eq 'a' 'b'", ",", "not",
		strings.Repeat("(", 50) + "lastname eq 'x'" + strings.Repeat(")", 50), strings.Repeat("not ", 50) + "lastname eq 'x'", "lastname eq '" + strings.Repeat("x", filterMax) + "'",
	} {
		w.refused(w.send("GET", "contacts", "$filter="+url.QueryEscape(filter), ""), 400, codeQuery)
	}
}

func TestOrderTopAndCount(t *testing.T) {
	w := queried(t)
	for query, want := range map[string]string{
		"$orderby=lastname desc":               "Cleo bob Ada",
		"$orderby=new_score":                   "Cleo Ada bob",
		"$orderby=new_score desc,lastname asc": "bob Ada Cleo",
		"$top=2":                               "Ada bob",
		"$top=0":                               "",
		"$orderby=lastname desc&$top=1":        "Cleo",
	} {
		if got := names(w.list(query)); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	for _, order := range []string{"", "shoe", "lastname up", "lastname asc desc", "lastname,,new_score"} {
		w.refused(w.send("GET", "contacts", "$orderby="+url.QueryEscape(order), ""), 400, codeQuery)
	}
	if l := w.list("$count=true&$top=1"); l.Count != 3 || len(l.Value) != 1 {
		t.Errorf("counted %+v", l)
	}
	if resp := w.send("GET", "contacts/$count", "$filter=new_score ne null", ""); string(resp.Body) != "2" || resp.Header.Get("Content-Type") != "text/plain" {
		t.Errorf("%d %s %v", resp.Status, resp.Body, resp.Header)
	}
}

func TestPages(t *testing.T) {
	w := newWorld(t, func(c *mocks.Config) { c.PageSize = 4 })
	for i := range 10 {
		w.seed(fmt.Sprintf("r%d", i), 1, "", nil)
	}
	l := w.list("$select=lastname&$orderby=lastname desc&$count=true", "Prefer", "odata.maxpagesize=3")
	all := names(l)
	for l.Next != "" {
		l = w.follow(l.Next, "Prefer", "odata.maxpagesize=3")
		all += " | " + names(l)
	}
	if want := "r9 r8 r7 | r6 r5 r4 | r3 r2 r1 | r0"; all != want || l.Count != 10 {
		t.Errorf("pages %s, of %d", all, l.Count)
	}
	if l := w.list(""); len(l.Value) != 4 || l.Next == "" {
		t.Errorf("the organisation's own page holds %d", len(l.Value))
	}
	// $top is ignored where pages are asked for.
	if l := w.list("$top=1", "Prefer", "odata.maxpagesize=3"); len(l.Value) != 3 {
		t.Errorf("$top beside pages gives %d", len(l.Value))
	}
}

func TestDefinitions(t *testing.T) {
	w := newWorld(t, nil)
	type attribute struct {
		LogicalName       string
		MaxLength         int
		AttributeTypeName struct{ Value string }
		RequiredLevel     struct{ Value string }
		OptionSet         struct{ Options []struct{ Value int } }
	}
	var changes struct {
		EntityMetadata []struct{ Attributes []attribute }
	}
	w.decode(w.send("GET", "RetrieveMetadataChanges(Query=@p1)", "@p1="+url.QueryEscape(definitionQuery), ""), &changes)
	var parts struct{ Value []attribute }
	w.decode(w.send("GET", "EntityDefinitions(LogicalName='contact')/Attributes", "", ""), &parts)
	find := func(list []attribute, name string) attribute {
		i := slices.IndexFunc(list, func(a attribute) bool { return a.LogicalName == name })
		if i < 0 {
			t.Fatalf("no column %s", name)
		}
		return list[i]
	}
	for _, list := range [][]attribute{changes.EntityMetadata[0].Attributes, parts.Value} {
		a := find(list, "lastname")
		if a.MaxLength != 50 || a.RequiredLevel.Value != levelApplication || a.AttributeTypeName.Value != "StringType" {
			t.Errorf("lastname is %+v", a)
		}
	}
	options := func(a attribute) string { return fmt.Sprint(a.OptionSet.Options) }
	if got := options(find(changes.EntityMetadata[0].Attributes, "new_tier")); got != "[{100} {101} {102}]" {
		t.Errorf("choices %s", got)
	}
	if got := options(find(parts.Value, "new_tier")); got != "[]" {
		t.Errorf("choices that were not expanded: %s", got)
	}
	w.decode(w.send("GET", "EntityDefinitions(LogicalName='contact')/Attributes/Microsoft.Dynamics.CRM.MultiSelectPicklistAttributeMetadata", "$select=LogicalName&$expand=OptionSet", ""), &parts)
	if len(parts.Value) != 1 || options(parts.Value[0]) != "[{1} {2} {10}]" {
		t.Errorf("by type: %+v", parts)
	}
	var one attribute
	if w.decode(w.send("GET", "EntityDefinitions(LogicalName='contact')/Attributes(LogicalName='description')", "", ""), &one); one.MaxLength != 2000 {
		t.Errorf("one column: %+v", one)
	}
	var table struct {
		ChangeTrackingEnabled bool
		Attributes            []attribute
	}
	if w.decode(w.send("GET", "EntityDefinitions(LogicalName='contact')", "$expand=Attributes", ""), &table); !table.ChangeTrackingEnabled || len(table.Attributes) < 20 {
		t.Errorf("the table: %+v", table)
	}
	if resp := w.send("GET", "EntityDefinitions(LogicalName='contact')/Keys", "", ""); !strings.Contains(string(resp.Body), `"KeyAttributes":["new_externalid"]`) {
		t.Errorf("keys: %s", resp.Body)
	}
	w.m.Faults().Drift = []mocks.Drift{{Field: "new_tier", Remove: true}}
	resp := w.send("GET", "$metadata", "", "")
	if body := string(resp.Body); resp.Header.Get("Content-Type") != "application/xml" || strings.Contains(body, "new_tier") || !strings.Contains(body, `<Property Name="new_score" Type="Edm.Int32" />`) {
		t.Errorf("%v %s", resp.Header, body)
	}
	if resp := w.send("GET", "", "", ""); resp.Status != 200 || !strings.Contains(string(resp.Body), `"url":"contacts"`) {
		t.Errorf("the service document: %d %s", resp.Status, resp.Body)
	}
}

const definitionQuery = `{"Properties":{"AllProperties":false,"PropertyNames":["LogicalName","Attributes"]},` +
	`"Criteria":{"FilterOperator":"And","Conditions":[{"ConditionOperator":"Equals","PropertyName":"LogicalName","Value":{"Type":"System.String","Value":"contact"}}]},` +
	`"AttributeQuery":{"Properties":{"AllProperties":true}}}`
