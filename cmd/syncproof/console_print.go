package main

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/syncproof/syncproof/engine/service/console"
	"github.com/syncproof/syncproof/reports"
)

// closing prints the last line of a verb, unless nobody wants it.
func (d *desk) closing(line string) error {
	if d.app.quiet {
		return nil
	}
	_, err := fmt.Fprintln(d.app.out, reports.Plain(line))
	return err
}

// table lays rows out in columns.
func table(rows [][]string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		for i := range row {
			row[i] = reports.Plain(row[i])
		}
		_, _ = fmt.Fprintln(w, strings.Join(row, "\t")) // a Builder takes everything
	}
	_ = w.Flush()
	lines := strings.SplitAfter(b.String(), "\n")
	for i := range lines {
		if text, whole := strings.CutSuffix(lines[i], "\n"); whole {
			lines[i] = strings.TrimRight(text, " ") + "\n"
		}
	}
	return strings.Join(lines, "")
}

func clockTime(t time.Time) string { return t.Format(time.RFC3339) }

// printList prints records, one a line.
func (d *desk) printList(all []console.Summary, none string) error {
	if d.app.json {
		return d.app.writeJSON(console.Page{Records: all})
	}
	if len(all) == 0 {
		return d.closing(none)
	}
	var rows [][]string
	for i := range all {
		s := &all[i]
		row := []string{s.Key, s.Status, "", "", ""}
		switch {
		case s.Flag != nil:
			row[2], row[3], row[4] = clockTime(s.Flag.Since), s.Flag.Rule, s.Flag.Why
		case s.Failure != nil:
			row[2], row[3], row[4] = clockTime(s.Failure.Since), s.Failure.Rule, inWords(s.Failure)
		}
		rows = append(rows, row)
	}
	_, err := fmt.Fprint(d.app.out, table(rows))
	return err
}

// inWords says what a dead letter is about.
func inWords(f *console.Failure) string {
	text := strings.TrimSuffix(f.Side+"."+f.Field, ".")
	if f.Shape != "" {
		text += ": " + f.Shape
	}
	if f.Discarded != nil {
		text += ", discarded " + clockTime(*f.Discarded)
	}
	return text
}

// printRecord shows all that a person needs to decide.
func (d *desk) printRecord(rec *console.Record) error {
	if d.app.json {
		return d.app.writeJSON(rec)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s", reports.Plain(rec.Key), rec.Status)
	if rec.State != "" {
		fmt.Fprintf(&b, "  state %s", reports.Plain(rec.State))
	}
	b.WriteByte('\n')
	if f := rec.Flag; f != nil {
		fmt.Fprintf(&b, "  flagged %s by %s: %s\n", clockTime(f.Since), f.Rule, reports.Plain(f.Why))
	}
	if f := rec.Failure; f != nil {
		fmt.Fprintf(&b, "  failed %s by %s: %s\n", clockTime(f.Since), reports.Plain(f.Rule), reports.Plain(inWords(f)))
	}
	if rec.Writing != "" {
		fmt.Fprintf(&b, "  being written: %s\n", reports.Plain(rec.Writing))
	}
	b.WriteByte('\n')
	b.WriteString(table(sideRows(rec)))
	if len(rec.Ledger) > 0 {
		b.WriteByte('\n')
		printLedger(&b, rec)
	}
	if rec.Flag != nil && rec.Flag.MassDelete == 0 {
		fmt.Fprintf(&b, "\ndecide: syncproof review resolve %s --state %s --choose cc|crm --by NAME\n", reports.Plain(shell(rec.Key)), reports.Plain(shell(rec.State)))
	}
	_, err := fmt.Fprint(d.app.out, b.String())
	return err
}

// sideRows are the rows that set both sides against each other; a mark stands
// where they differ.
func sideRows(rec *console.Record) [][]string {
	rows := [][]string{{"", "", "cc", "crm", "base of cc", "base of crm"}}
	rows = append(rows, []string{"", "id", rec.CC.ID, rec.CRM.ID, "", ""})
	rows = append(rows, []string{"", "version", sideVersion(&rec.CC), sideVersion(&rec.CRM), "", ""})
	rows = append(rows, []string{"", "edited", sideEdited(&rec.CC), sideEdited(&rec.CRM), "", ""})
	for i := range rec.Fields {
		f := &rec.Fields[i]
		mark := ""
		if f.Differs {
			mark = "*"
		}
		rows = append(rows, []string{mark, f.Name, fieldValue(f.CC), fieldValue(f.CRM), fieldValue(f.CCBase), fieldValue(f.CRMBase)})
	}
	return rows
}

func sideVersion(s *console.Side) string {
	switch {
	case !s.Known:
		return "not read"
	case !s.Present:
		return "gone"
	}
	return strconv.FormatInt(s.Version, 10)
}

func sideEdited(s *console.Side) string {
	if s.Edited == nil {
		return "-"
	}
	return clockTime(*s.Edited)
}

func fieldValue(value *string) string {
	if value == nil {
		return "-"
	}
	return strconv.Quote(*value)
}

func printLedger(b *strings.Builder, rec *console.Record) {
	if rec.Older {
		b.WriteString("older entries are not shown\n")
	}
	for i := range rec.Ledger {
		e := &rec.Ledger[i]
		fmt.Fprintf(b, "entry %d  %s  %s  %s\n    %s\n", e.Number, clockTime(e.At), e.Status, e.Rule, reports.Plain(e.Why))
		for _, l := range e.Lost {
			fmt.Fprintf(b, "    lost %s of %s: %s\n", reports.Plain(l.Field), l.Side, reports.Plain(strconv.Quote(l.Value)))
		}
	}
}

func (d *desk) printOutcomes(out *console.Outcomes, would, done string) error {
	if d.app.json {
		return d.app.writeJSON(out)
	}
	if len(out.Letters) == 0 {
		return d.closing("no dead letter matches")
	}
	words := map[string]string{
		console.WouldDo: would, console.Done: done, console.Refused: "refused", console.Undecided: "no answer yet",
	}
	var rows [][]string
	for i := range out.Letters {
		o := &out.Letters[i]
		text := o.Why
		if text == "" && o.Failure != nil {
			text = o.Failure.Rule + " " + inWords(o.Failure)
		}
		rows = append(rows, []string{o.Key, words[o.Result], text})
	}
	_, err := fmt.Fprint(d.app.out, table(rows))
	return err
}

func (d *desk) printStatus(s *console.Status) error {
	if d.app.json {
		return d.app.writeJSON(s)
	}
	more := ""
	if s.More {
		more = " or more"
	}
	rows := [][]string{
		{"flagged", strconv.Itoa(s.Flagged) + more},
		{"dead letters", strconv.Itoa(s.Failed) + more},
		{"discarded", strconv.Itoa(s.Discarded) + more},
		{"deletions that wait for approval", strconv.Itoa(s.MassDelete) + more},
		{"being worked on", strconv.Itoa(s.Queue.Leased)},
		{"waiting, fresh", strconv.Itoa(s.Queue.Fresh)},
		{"waiting, backlog", strconv.Itoa(s.Queue.Backlog)},
		{"waiting for a retry", strconv.Itoa(s.Queue.Delayed)},
	}
	_, err := fmt.Fprint(d.app.out, table(rows))
	return err
}
