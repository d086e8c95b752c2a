package scenarios_test

import (
	"fmt"

	"github.com/syncproof/syncproof/scenarios"
)

// Every problem is one error that says where, what, and what to do.
func ExampleParse() {
	_, err := scenarios.Parse("tie.yaml", []byte(`
scenario: a tie
records:
  - {id: ada, notes: hello}
timeline:
  - {at: 10s, partitoin: [engine, crm], for: 30m}
`))
	fmt.Println(err)
	// Output:
	// tie.yaml:6:15: found the unknown verb "partitoin"; expected what happens, such as edit or partition; did you mean "partition"?
}

// A program builds a scenario from New and NewStep and writes it as a file.
func ExampleScenario_Marshal() {
	s := scenarios.New()
	s.Title = "an agent calls twice"
	s.Records.List = []scenarios.Record{{ID: "ada", On: "both", Linked: true, Base: "known"}}
	step := scenarios.NewStep(scenarios.Edit)
	step.Record, step.On = "ada", "cc"
	step.Set = []scenarios.FieldSet{{Field: "notes", Value: "call {n}"}}
	step.At, step.Every, step.Times = 10e9, 60e9, 2
	s.Timeline = []scenarios.Step{step}
	text, err := s.Marshal()
	fmt.Printf("%s%v", text, err)
	// Output:
	// # yaml-language-server: $schema=../scenario.schema.json
	// scenario: an agent calls twice
	// systems:
	//   cc:  {kind: genesys}
	//   crm: {kind: salesforce}
	// records:
	//   - {id: ada}
	// timeline:
	//   - {at: 10s, edit: ada, on: cc, as: agent, set: {notes: "call {n}"}, every: 1m, times: 2}
	// <nil>
}

// A step prints as the line of YAML that makes it.
func ExampleStep_String() {
	step := scenarios.NewStep(scenarios.CrashEngine)
	step.At, step.On = 15e9, "engine"
	step.Crash.Effect, step.Crash.Torn = "persist", true
	fmt.Println(step)
	// Output:
	// {at: 15s, crash: engine, before: persist, torn: true}
}
