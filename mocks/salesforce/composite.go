package salesforce

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// compositeMax is how many subrequests a composite request may hold (S).
const compositeMax = 25

// part is one subrequest of a composite request.
type part struct {
	method, url, reference string
	body                   string
}

// reply is what a subrequest was answered.
type reply struct {
	status int
	body   []byte
}

// composite answers POST composite (S): up to 25 subrequests one after the
// other, each of which may refer to what an earlier one was answered, as
// @{reference.id}. The whole counts as one request. With allOrNone one failure
// undoes all.
func (x *exchange) composite() (int, []byte, *apiError) {
	if x.r.Method != http.MethodPost {
		return 0, nil, errMethod(x.r.Method)
	}
	members, err := x.members()
	if err != nil {
		return 0, nil, err
	}
	b := body{members}
	if err := b.only("composite", "allOrNone", "collateSubrequests", "compositeRequest"); err != nil {
		return 0, nil, err
	}
	parts, err := b.parts()
	if err != nil {
		return 0, nil, err
	}
	all, err := b.flag("allOrNone")
	if err != nil {
		return 0, nil, err
	}
	if x.together = all; all {
		tried := *x
		tried.m = x.m.copied(mute{})
		replies := tried.play(parts)
		if i := failed(replies); i >= 0 {
			return http.StatusOK, halted(parts, replies, i), nil
		}
	}
	return http.StatusOK, appendReplies(parts, x.play(parts)), nil
}

func (b body) parts() ([]part, *apiError) {
	m := b.find("compositeRequest")
	if m == nil || m.Kind != mocks.JSONArray {
		return nil, refuse("REQUIRED_FIELD_MISSING", "Required fields are missing: [compositeRequest]", "compositeRequest")
	}
	elements, bad := mocks.ElementsIn(nil, m.Text)
	if bad != nil {
		return nil, parserError(bad)
	}
	if len(elements) > compositeMax {
		return nil, refuse("LIMIT_EXCEEDED", "Limit exceeded: at most "+strconv.Itoa(compositeMax)+" subrequests, got "+strconv.Itoa(len(elements)))
	}
	parts := make([]part, len(elements))
	seen := map[string]bool{}
	for i := range elements {
		p, err := partOf(elements[i].Text)
		if err != nil {
			return nil, err
		}
		if seen[p.reference] {
			return nil, refuse("INVALID_INPUT", "The referenceId "+p.reference+" is used twice", "referenceId")
		}
		seen[p.reference] = true
		parts[i] = p
	}
	return parts, nil
}

var referenceForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_]*$`)

func partOf(text string) (part, *apiError) {
	members, bad := mocks.MembersIn(nil, text)
	if bad != nil {
		return part{}, parserError(bad)
	}
	b := body{members}
	if err := b.only("compositeSubrequest", "method", "url", "referenceId", "body", "httpHeaders"); err != nil {
		return part{}, err
	}
	var p part
	var err *apiError
	for _, field := range []struct {
		name string
		into *string
	}{{"method", &p.method}, {"url", &p.url}, {"referenceId", &p.reference}} {
		if *field.into, err = b.need(field.name); err != nil {
			return part{}, err
		}
	}
	if !referenceForm.MatchString(p.reference) {
		return part{}, refuse("INVALID_INPUT", "The referenceId "+p.reference+" has to begin with a letter or a digit, and to hold letters, digits and underscores alone", "referenceId")
	}
	if m := b.find("body"); m != nil && m.Kind != mocks.JSONNull {
		p.body = m.Text
	}
	return p, nil
}

// play answers the subrequests in order. After a failure those that refer to
// it fail as well (S: code; M: words).
func (x *exchange) play(parts []part) []reply {
	replies := make([]reply, 0, len(parts))
	answers := map[string]any{}
	for i := range parts {
		r := x.one(&parts[i], answers)
		replies = append(replies, r)
		if !x.together {
			x.m.publish(x.now)
		}
		if r.status < 300 && len(r.body) > 0 {
			var value any
			if json.Unmarshal(r.body, &value) == nil {
				answers[parts[i].reference] = value
			}
		}
	}
	return replies
}

// one answers a subrequest as if it had come by itself.
func (x *exchange) one(p *part, answers map[string]any) reply {
	path, ok := resolve(p.url, answers, url.PathEscape)
	text, ok2 := resolve(p.body, answers, escaped)
	if !ok || !ok2 {
		err := refuse("PROCESSING_HALTED", "Invalid reference specified. No value for it in an answer before "+p.reference)
		return reply{err.status, err.body()}
	}
	at, bad := url.Parse(path)
	if bad != nil || !strings.HasPrefix(at.EscapedPath(), pathData) {
		err := refuse("INVALID_INPUT", "The url of "+p.reference+" has to be a path that begins with "+pathData)
		return reply{err.status, err.body()}
	}
	sub := *x
	sub.r = &mocks.Request{
		Method: p.method, Path: at.EscapedPath(), Query: at.Query(), Body: []byte(text), Call: x.r.Call, Cause: x.r.Cause,
		Header: http.Header{"Content-Type": {"application/json"}, "Sforce-Call-Options": x.r.Header["Sforce-Call-Options"]},
	}
	if !sub.cutVersion(strings.TrimPrefix(sub.r.Path, pathData)) || strings.HasPrefix(sub.path, "composite") && !strings.HasPrefix(sub.path, "composite/sobjects") {
		err := errNotFound()
		return reply{err.status, err.body()}
	}
	status, body, err := sub.route()
	if err != nil {
		return reply{err.status, err.body()}
	}
	return reply{status, body}
}

var referencePattern = regexp.MustCompile(`@\{([A-Za-z0-9_]+)((?:\.[A-Za-z0-9_]+|\[[0-9]+\])*)\}`)
var stepPattern = regexp.MustCompile(`[A-Za-z0-9_]+`)

// resolve puts answers in the place of the references to them; ok is false if
// there is none for one of them.
func resolve(text string, answers map[string]any, escape func(string) string) (_ string, ok bool) {
	ok = true
	text = referencePattern.ReplaceAllStringFunc(text, func(match string) string {
		groups := referencePattern.FindStringSubmatch(match)
		value, known := answers[groups[1]]
		for _, step := range stepPattern.FindAllString(groups[2], -1) {
			switch at := value.(type) {
			case map[string]any:
				value, known = at[step], known && at[step] != nil
			case []any:
				n, err := strconv.Atoi(step)
				if known = known && err == nil && n < len(at); known {
					value = at[n]
				}
			default:
				known = false
			}
		}
		s, isText := value.(string)
		if !known || !isText {
			ok = false
			return match
		}
		return escape(s)
	})
	return text, ok
}

// escaped is a text within a JSON string.
func escaped(s string) string {
	b := mocks.AppendString(nil, s)
	return string(b[1 : len(b)-1])
}

func failed(replies []reply) int {
	for i := range replies {
		if replies[i].status >= 300 {
			return i
		}
	}
	return -1
}

// halted are the replies where the failure of one undid the others (S: code).
func halted(parts []part, replies []reply, cause int) []byte {
	for i := range replies {
		if i != cause {
			err := refuse("PROCESSING_HALTED", "The transaction was rolled back since another operation in the same transaction failed.")
			replies[i] = reply{err.status, err.body()}
		}
	}
	return appendReplies(parts, replies)
}

func appendReplies(parts []part, replies []reply) []byte {
	b := []byte(`{"compositeResponse":[`)
	for i, r := range replies {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"body":`...)
		if len(r.body) == 0 {
			b = append(b, "null"...)
		} else {
			b = append(b, r.body...)
		}
		b = append(b, `,"httpHeaders":{},"httpStatusCode":`...)
		b = strconv.AppendInt(b, int64(r.status), 10)
		b = mocks.AppendString(append(b, `,"referenceId":`...), parts[i].reference)
		b = append(b, '}')
	}
	return append(b, "]}"...)
}
