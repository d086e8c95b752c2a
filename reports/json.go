package reports

import (
	"encoding/json"
	"io"
	"time"

	"github.com/syncproof/syncproof/sim/check"
)

// SchemaID names the version of the JSON report. Fields may be added under
// the same name; none changes its meaning or goes away.
const SchemaID = "syncproof.report/v1"

// KindRun is the kind of the report that `syncproof run` writes. A report
// without a kind is one.
const KindRun = "run"

// decisionsMax bounds the decisions of one scenario in the report: generated
// load has hundreds of thousands.
const decisionsMax = 1000

// Document is the JSON report. Durations are in seconds.
type Document struct {
	Schema  string         `json:"schema" jsonschema:"enum=syncproof.report/v1"`
	Kind    string         `json:"kind,omitempty" jsonschema:"enum=run,description=what wrote the report; run where it is left out"`
	Tool    string         `json:"tool" jsonschema:"description=version of syncproof that wrote the report"`
	Verdict string         `json:"verdict" jsonschema:"enum=pass,enum=inconclusive,enum=fail,enum=harness-failure"`
	Wall    float64        `json:"wall_seconds" jsonschema:"minimum=0"`
	Counts  DocumentCounts `json:"counts" jsonschema:"description=scenarios by verdict"`
	Cases   []DocumentCase `json:"scenarios"`
	// NotApplicable are no part of the counts.
	NotApplicable []NotApplicable `json:"not_applicable,omitempty" jsonschema:"description=scenarios that were left out because they tell nothing of the CRM that was asked for or cannot be made live"`
}

// DocumentCounts are the scenarios by verdict.
type DocumentCounts struct {
	Pass         int `json:"pass" jsonschema:"minimum=0"`
	Inconclusive int `json:"inconclusive" jsonschema:"minimum=0"`
	Fail         int `json:"fail" jsonschema:"minimum=0"`
	Harness      int `json:"harness_failure" jsonschema:"minimum=0"`
	NotRun       int `json:"not_run" jsonschema:"minimum=0"`
}

// DocumentCase is one scenario.
type DocumentCase struct {
	Name      string             `json:"name"`
	Title     string             `json:"title"`
	Path      string             `json:"path,omitempty"`
	Seed      uint64             `json:"seed"`
	Hash      string             `json:"hash,omitempty" jsonschema:"description=hash of the journal: the same scenario and seed give the same one"`
	Fidelity  string             `json:"fidelity,omitempty" jsonschema:"enum=wire,enum=model,enum=live,description=how much of each exchange was played"`
	Verdict   string             `json:"verdict" jsonschema:"enum=pass,enum=inconclusive,enum=fail,enum=harness-failure"`
	Ended     string             `json:"ended,omitempty" jsonschema:"description=idle or deadline or until"`
	Virtual   float64            `json:"virtual_seconds" jsonschema:"minimum=0"`
	Wall      float64            `json:"wall_seconds" jsonschema:"minimum=0"`
	Events    int                `json:"events" jsonschema:"minimum=0"`
	Exchanges int                `json:"exchanges" jsonschema:"minimum=0"`
	Results   []DocumentResult   `json:"results"`
	Decided   int                `json:"decisions_total" jsonschema:"minimum=0"`
	Decisions []DocumentDecision `json:"decisions,omitempty" jsonschema:"description=the first 1000 decisions"`
	Fault     *DocumentFault     `json:"fault,omitempty"`
	Rerun     string             `json:"rerun,omitempty" jsonschema:"description=the command that repeats this run"`
}

// DocumentResult is one check.
type DocumentResult struct {
	Name     string            `json:"name"`
	Sentence string            `json:"sentence,omitempty"`
	Verdict  string            `json:"verdict" jsonschema:"enum=pass,enum=fail,enum=unknown,enum=not-applicable"`
	Reason   string            `json:"reason,omitempty"`
	Seen     int               `json:"seen" jsonschema:"description=how many things the check looked at"`
	Line     int               `json:"line,omitempty"`
	Column   int               `json:"column,omitempty"`
	Findings []DocumentFinding `json:"findings,omitempty"`
}

// DocumentFinding is one violation with its evidence.
type DocumentFinding struct {
	Record  string          `json:"record,omitempty"`
	Message string          `json:"message"`
	Chain   []DocumentEvent `json:"chain,omitempty" jsonschema:"description=the causal chain with the oldest event first"`
}

// DocumentEvent is one event of a causal chain.
type DocumentEvent struct {
	Op   uint64 `json:"op"`
	Text string `json:"text"`
}

// DocumentDecision is one decision that shows in the journal.
type DocumentDecision struct {
	Op        uint64   `json:"op" jsonschema:"description=the first write that carried it out"`
	At        float64  `json:"at_seconds"`
	Record    string   `json:"record"`
	Winner    string   `json:"winner" jsonschema:"enum=cc,enum=crm,enum=merged,enum=flagged"`
	Conflict  bool     `json:"conflict" jsonschema:"description=both sides had been edited"`
	Rule      string   `json:"rule,omitempty" jsonschema:"description=the rule that the engine names"`
	ModelRule string   `json:"model_rule,omitempty" jsonschema:"description=the rule that the independent model found"`
	Agrees    bool     `json:"agrees"`
	Fields    []string `json:"fields,omitempty"`
	Wrong     string   `json:"wrong,omitempty" jsonschema:"description=why the model refuses it"`
}

// DocumentFault is a run that the harness could not finish.
type DocumentFault struct {
	Inconclusive bool   `json:"inconclusive"`
	Message      string `json:"message"`
	Stack        string `json:"stack,omitempty"`
}

// JSON writes the report as one indented document of schema SchemaID.
func JSON(w io.Writer, s *Suite) error { return s.Document().write(w) }

func (d *Document) write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(d)
}

// Document is the suite in the form that JSON writes.
func (s *Suite) Document() *Document {
	d := &Document{
		Schema: SchemaID, Kind: KindRun, Tool: s.Tool, Verdict: s.Verdict().String(), Wall: s.Wall.Seconds(),
		Counts: DocumentCounts{
			Pass: s.Count(Pass), Inconclusive: s.Count(Inconclusive),
			Fail: s.Count(Fail), Harness: s.Count(HarnessFailure), NotRun: s.NotRun,
		},
		Cases: make([]DocumentCase, 0, len(s.Cases)), NotApplicable: s.NotApplicable,
	}
	for i := range s.Cases {
		d.Cases = append(d.Cases, s.document(&s.Cases[i]))
	}
	return d
}

func (s *Suite) document(c *Case) DocumentCase {
	d := DocumentCase{
		Name: c.Name, Title: c.Title, Path: c.Path, Seed: c.Seed, Hash: c.Hash, Fidelity: c.Fidelity,
		Verdict: c.Verdict().String(), Ended: c.Ended, Virtual: c.Virtual.Seconds(), Wall: c.Wall.Seconds(),
		Events: c.Events, Exchanges: c.Exchanges, Rerun: c.Rerun,
		Results: make([]DocumentResult, 0, len(c.Results)),
	}
	if c.Fault != nil {
		d.Fault = &DocumentFault{Inconclusive: c.Fault.Inconclusive, Message: c.Fault.Message, Stack: c.Fault.Stack}
	}
	journal := c.journal()
	for i := range c.Results {
		d.Results = append(d.Results, s.result(journal, &c.Results[i]))
	}
	d.Decided = len(c.Decisions)
	for i := range min(len(c.Decisions), decisionsMax) {
		d.Decisions = append(d.Decisions, decisionDocument(&c.Decisions[i]))
	}
	return d
}

func decisionDocument(c *check.Decision) DocumentDecision {
	return DocumentDecision{
		Op: c.Op, At: time.Duration(c.At).Seconds(), Record: c.Record, Winner: c.Winner, Conflict: c.Conflict,
		Rule: c.Rule, ModelRule: c.ModelRule, Agrees: c.Agrees, Fields: c.Fields, Wrong: c.Wrong,
	}
}

func (s *Suite) result(journal *Journal, r *check.Result) DocumentResult {
	d := DocumentResult{
		Name: r.Name, Sentence: s.Sentence(r.Name), Verdict: r.Verdict.String(), Reason: r.Reason,
		Seen: r.Seen, Line: r.Line, Column: r.Column,
	}
	for _, f := range r.Findings {
		x := DocumentFinding{Record: f.Record, Message: f.Message}
		for i, text := range journal.Chain(f.Ops) {
			x.Chain = append(x.Chain, DocumentEvent{Op: f.Ops[i], Text: text})
		}
		d.Findings = append(d.Findings, x)
	}
	return d
}
