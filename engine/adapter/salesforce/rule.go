package salesforce

import (
	"context"
	"strings"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/wire"
)

// formula is the condition under which the validation rule refuses a write:
// the engine's own update names a version that is not the stored one (EV-10).
//
// It speaks of the engine's user alone. The base version stays in the record
// after a write, and a rule that judged everybody would refuse the next edit
// of a person; one that asked whether the base version changed would let a
// write pass that is delivered a second time. A formula knows the short form
// of ids.
func (a *Records) formula() string {
	me := a.me()
	return `AND($User.Id = "` + me[:min(len(me), 15)] + `", NOT(ISNEW()), NOT(ISBLANK(` + a.base + `)), ` +
		a.base + ` <> BLANKVALUE(PRIORVALUE(` + a.layout.names[a.layout.fields()] + `), 0))`
}

// ruleMessage names both fields, by which the refusal is recognised.
func (a *Records) ruleMessage() string {
	return a.base + " is not the stored " + a.layout.names[a.layout.fields()] + ": the record has changed since it was read"
}

func (a *Records) createRule() []byte {
	b := wire.AppendString([]byte(`{"FullName":`), a.object+"."+ruleName)
	b = append(b, `,"Metadata":{"active":true,"description":"Kept by syncproof: refuses its writes to a record that has changed.","errorConditionFormula":`...)
	b = wire.AppendString(b, a.formula())
	b = wire.AppendString(append(b, `,"errorMessage":`...), a.ruleMessage())
	return append(b, "}}"...)
}

// ruleStep is the step that makes the rule, if the tenant is to have one.
func (a *Records) ruleStep(ctx context.Context) ([]adapter.Step, error) {
	if a.base == "" || a.layout.names[a.layout.fields()] == "" {
		return nil, nil
	}
	step := adapter.Step{Kind: kindRule, Name: a.object + "." + ruleName, What: "create the validation rule " + ruleName + " over " + a.base}
	row, err := a.rule(ctx)
	switch {
	case err != nil:
		return nil, err
	case row != nil:
		if step.Blocked = a.ruleDiffers(row); step.Blocked == "" {
			return nil, nil
		}
	case a.me() == "":
		step.Manual = "the token answer names no user: make the rule " + ruleName + " in Setup with the formula " + a.formula() + ", with the engine's user id of 15 characters"
	}
	return []adapter.Step{step}, nil
}

// rule is the tenant's rule of our name, nil if there is none.
func (a *Records) rule(ctx context.Context) (map[string]string, error) {
	rows, err := a.setupRows(ctx, toolingPath+"/query", "SELECT Id, Metadata FROM ValidationRule WHERE EntityDefinition.QualifiedApiName = "+
		quote(a.object)+" AND NamespacePrefix = NULL AND ValidationName = "+quote(ruleName))
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return rows[0], nil
}

// ruleDiffers says what is wrong with the tenant's rule, "" for nothing.
func (a *Records) ruleDiffers(row map[string]string) string {
	if row["Metadata.active"] != "true" {
		return "the validation rule " + ruleName + " is not active: activate it in Setup"
	}
	if plainFormula(row["Metadata.errorConditionFormula"]) != plainFormula(a.formula()) {
		return "the validation rule " + ruleName + " has another formula: delete it in Setup and provision again, or give it the formula " + a.formula()
	}
	return ""
}

// plainFormula is a formula without white space, which means nothing outside of
// texts; ours has none within.
func plainFormula(text string) string { return strings.Join(strings.Fields(text), "") }
