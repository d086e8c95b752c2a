package explore

import (
	"regexp"
	"slices"
	"strings"

	"github.com/syncproof/syncproof/sim/check"
)

// Failure is one violated invariant in one role: what happened, without
// names, ids and numbers.
type Failure struct {
	// Invariant is its id, or "expect" for an expectation of the scenario.
	Invariant string `json:"invariant"`
	// Role is the finding's message with records, fields, ids, values and
	// numbers blanked: two findings of one role are one kind of failure. The
	// sides and the rules stay, so that a mirrored failure is another one.
	Role string `json:"role"`
	// Message is the first finding in full.
	Message string `json:"message"`
	// Record is the one that the finding is about, "" for none.
	Record string `json:"record,omitempty"`
}

// Same reports whether two failures are of one kind.
func (f Failure) Same(g Failure) bool { return f.Invariant == g.Invariant && f.Role == g.Role }

// FailuresOf lists the failed checks of a judged run, one for each invariant
// and role, in the order of the results.
func FailuresOf(results []check.Result) []Failure {
	var all []Failure
	add := func(r *check.Result, message, record string) {
		f := Failure{Invariant: r.Name, Role: roleOf(r.Name, message, record), Message: message, Record: record}
		if !slices.ContainsFunc(all, f.Same) {
			all = append(all, f)
		}
	}
	for i := range results {
		r := &results[i]
		if r.Verdict != check.Fail {
			continue
		}
		if len(r.Findings) == 0 {
			add(r, r.Reason, "")
		}
		for _, finding := range r.Findings {
			add(r, finding.Message, finding.Record)
		}
	}
	return all
}

// blank stands for what differs between two failures of one kind.
const blank = "_"

// roleOf is a message without what may change while a scenario shrinks.
func roleOf(invariant, message, record string) string {
	if invariant == "expect" {
		return roleOfExpectation(message)
	}
	message, _, _ = strings.Cut(message, ", with answers of ") // evidence of prompt-ack
	if at := stuckList.FindStringIndex(message); at != nil {
		message = message[:at[0]]
	}
	text := withoutWord(quotedText.ReplaceAllString(message, blank+"$1"), record)
	text = token.ReplaceAllStringFunc(text, withoutNumbers)
	for _, field := range fieldNames {
		text = field.in.ReplaceAllString(text, field.out)
	}
	return held.ReplaceAllStringFunc(text, func(said string) string {
		if strings.HasSuffix(said, " version "+blank) {
			return said
		}
		side, _, _ := strings.Cut(said, " ")
		return side + " holds " + blank + " " + blank
	})
}

// held is what a side holds of a field, or its version.
var held = regexp.MustCompile(`\b(cc|crm) holds [^:,]+? _`)

var (
	// quotedText ends at a quote that something ends behind: values hold
	// quotes of their own.
	quotedText = regexp.MustCompile(`".*?"($|[ ,;:.)])`)
	// stuckList begins what liveness says of records one by one.
	stuckList = regexp.MustCompile(`; \S+ is stuck since `)
	token     = regexp.MustCompile(`[^\s,;:()']+`)
	ruleID    = regexp.MustCompile(`^[A-Z]{2}-[0-9]+$`)
)

// withoutNumbers blanks a word that is a number, a duration, an instant, an
// id or a path. Rules keep their number: they say what was broken.
func withoutNumbers(word string) string {
	if ruleID.MatchString(word) || !strings.ContainsAny(word, "0123456789") && !strings.HasPrefix(word, "/") {
		return word
	}
	return blank
}

// withoutWord blanks a name wherever it stands as a word.
func withoutWord(text, name string) string {
	if name == "" {
		return text
	}
	var out strings.Builder
	done := 0
	for {
		i := strings.Index(text[done:], name)
		if i < 0 {
			return out.String() + text[done:]
		}
		from, to := done+i, done+i+len(name)
		out.WriteString(text[done:from])
		if inWord(text[:from], text[to:]) {
			out.WriteString(name)
		} else {
			out.WriteString(blank)
		}
		done = to
	}
}

// inWord says that what stands between two texts is a part of a longer word.
func inWord(before, after string) bool {
	letter := func(c byte) bool {
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c >= 0x80
	}
	return before != "" && letter(before[len(before)-1]) || after != "" && letter(after[0])
}

// fieldNames are the places where the messages of sim/check name a field of
// the mapping, with everything else that varies already blank.
var fieldNames = []struct {
	in  *regexp.Regexp
	out string
}{
	{regexp.MustCompile(`'s .+? in (cc|crm)\b`), `'s _ in $1`},
	{regexp.MustCompile(`(^|: )[^:]+? of (cc|crm)( became|: the write put)`), `${1}_ of $2$3`},
	{regexp.MustCompile(`(^|: )(field )?[^:]+? travels from (cc|crm) only`), `${1}${2}_ travels from $3 only`},
	{regexp.MustCompile(`changed .+?( \(|: the table| and the table)`), `changed _$1`},
	{regexp.MustCompile(`empty .+? of `), `empty _ of `},
	{regexp.MustCompile(`chose the .+? of `), `chose the _ of `},
	{regexp.MustCompile(`whose .+? had been edited`), `whose _ had been edited`},
	{regexp.MustCompile(`(^|: )[^:]+? went from _ back`), `${1}_ went from _ back`},
	{regexp.MustCompile(`stands for two messages \(.*\)`), `stands for two messages`},
}

var (
	spokenRecord = regexp.MustCompile(`[\p{L}_][\p{L}\p{N}_]*\.(winner|rule|status|conflicts|cc|crm)\b`)
	indexed      = regexp.MustCompile(`record\[[^\]]*\]`)
)

// roleOfExpectation is the expression without the names of its records; what
// follows it are the values that made it false.
func roleOfExpectation(message string) string {
	text, _, _ := strings.Cut(message, ": ")
	return spokenRecord.ReplaceAllString(indexed.ReplaceAllString(text, blank), blank+".$1")
}
