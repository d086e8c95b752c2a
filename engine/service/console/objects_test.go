package console_test

import (
	"context"
	"testing"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service/console"
	"github.com/syncproof/syncproof/engine/service/console/consoletest"
	"github.com/syncproof/syncproof/engine/store/memory"
)

// TestDM11ARecordIsShownByTheMappingOfItsObject: an account has its own fields,
// in what is shown and in what a person may give it, and its key may stand in a
// path.
func TestDM11ARecordIsShownByTheMappingOfItsObject(t *testing.T) {
	accounts, err := mapping.New(mapping.Spec{Object: "Account", Fields: []mapping.FieldSpec{
		{Name: "name", CRMField: "Name", CCField: "name", Type: "String"},
		{Name: "employees", CRMField: "NumberOfEmployees", CCField: "employeeCount", Type: "Integer"},
		{CRMField: "Sync_Version__c", CCField: "sync_version", Type: "Integer"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	side := engine.Base{Known: true, Present: true, Content: []string{"Acme", "12"}}
	kept := memory.Open()
	rec := &engine.Record{
		Key: "cc:account/7", ID: [2]string{"account/7", "account/0017"}, Base: [2]engine.Base{side, side}, Status: engine.Flagged,
		Flag: &engine.FlagState{State: "s", Sides: [2]engine.Base{side, side}},
	}
	if err := kept.Apply(context.Background(), 0, engine.Batch{Ops: []engine.StoreOp{engine.PutRecord{Record: rec}}}); err != nil {
		t.Fatal(err)
	}
	heard := &listener{}
	d := &desk{t: t, http: handler(t, console.Config{
		Store: kept, Decider: heard, Mapping: consoletest.Mapping, Also: []engine.Object{{Name: "account", Mapping: accounts}}, Token: token,
	})}
	var shown console.Record
	d.ask("GET", "/records/cc:account%2F7", "", 200, &shown)
	if len(shown.Fields) != 2 || shown.Fields[1].Name != "employees" || *shown.Fields[1].CC != "12" {
		t.Errorf("shown with %+v", shown.Fields)
	}
	var answer map[string]any
	d.ask("POST", "/records/cc:account%2F7/decision", `{"by":"Grace","state":"s","choose":"cc","set":{"employees":14}}`, 200, &answer)
	if len(heard.heard) != 1 || len(heard.heard[0].Set) != 1 || heard.heard[0].Set[0] != (engine.FieldText{Index: 1, Value: "14"}) {
		t.Errorf("heard %+v", heard.heard)
	}
	var problem console.Problem
	d.ask("POST", "/records/cc:account%2F7/decision", `{"by":"Grace","state":"s","set":{"last_name":"x"}}`, problemStatus, &problem)
}

// problemStatus is that of a request which means nothing.
const problemStatus = 422
