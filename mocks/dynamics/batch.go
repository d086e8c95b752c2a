package dynamics

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// batchMax is how many requests a batch may hold (S).
const batchMax = 1000

// batchPart is one request of a batch, or a change set of several.
type batchPart struct {
	request *mocks.Request
	changes []batchPart // of a change set
	set     bool
	id      string // Content-ID
}

var errBatch = errors.New("the batch is malformed")

// batch answers POST $batch: requests one after the other, and change sets
// that take effect as a whole or not at all (S).
func (x *exchange) batch() (reply, *apiError) {
	if bad := x.parameters(); bad != nil {
		return reply{}, bad
	}
	parts, err := x.parts(x.r.Header.Get("Content-Type"), bytes.NewReader(x.r.Body), false)
	if err != nil {
		return reply{}, badQuery("The batch request is not a well-formed multipart/mixed message.")
	}
	if size(parts) > batchMax {
		return reply{}, badQuery("The batch request holds more than " + strconv.Itoa(batchMax) + " requests.")
	}
	goOn := strings.Contains(strings.Join(x.r.Header["Prefer"], ","), "odata.continue-on-error")
	boundary := "batchresponse_" + x.boundary()
	var out bytes.Buffer
	for _, p := range parts {
		failed := false
		if p.set {
			failed = x.changeSet(&out, boundary, p.changes)
		} else {
			resp := x.inner(x.m, p.request)
			failed = resp.Status >= http.StatusBadRequest
			writePart(&out, boundary, resp, "")
		}
		if failed && !goOn {
			break // the rest is not carried out (S)
		}
	}
	out.WriteString("--" + boundary + "--\r\n")
	return reply{status: http.StatusOK, body: out.Bytes(), typ: "multipart/mixed; boundary=" + boundary}, nil
}

// boundary is the part of a boundary that the vendor draws: clients tell a
// batch's answer by the words before it (R).
func (x *exchange) boundary() string {
	return fmt.Sprintf("%08x-0000-4000-8000-%012x", x.m.config.Seed&0xffffffff, x.r.Call)
}

func size(parts []batchPart) int {
	n := 0
	for _, p := range parts {
		n += max(1, len(p.changes))
	}
	return n
}

// parts reads a multipart message.
func (x *exchange) parts(contentType string, body io.Reader, inSet bool) ([]batchPart, error) {
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil || media != "multipart/mixed" || params["boundary"] == "" {
		return nil, errBatch
	}
	r := multipart.NewReader(body, params["boundary"])
	var out []batchPart
	for {
		raw, err := r.NextRawPart()
		if err == io.EOF { //nolint:errorlint // the end is io.EOF itself: a message that was cut wraps it
			return out, nil
		}
		if err != nil || len(out) > batchMax {
			return nil, errBatch
		}
		p, err := x.part(raw, inSet)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
}

func (x *exchange) part(raw *multipart.Part, inSet bool) (batchPart, error) {
	contentType := raw.Header.Get("Content-Type")
	media, _, err := mime.ParseMediaType(contentType)
	switch {
	case err == nil && media == "multipart/mixed" && !inSet:
		changes, err := x.parts(contentType, raw, true)
		return batchPart{changes: changes, set: true}, err
	case err != nil || media != "application/http":
		return batchPart{}, errBatch
	}
	body, err := io.ReadAll(raw)
	if err != nil {
		return batchPart{}, errBatch
	}
	r, err := x.parseInner(body)
	if err == nil && inSet && r.Method == http.MethodGet {
		err = errBatch // a change set holds changes only (S)
	}
	return batchPart{request: r, id: raw.Header.Get("Content-Id")}, err
}

// parseInner reads the request within a part.
func (x *exchange) parseInner(text []byte) (*mocks.Request, error) {
	r := textproto.NewReader(bufio.NewReader(bytes.NewReader(text)))
	line, err := r.ReadLine()
	if err != nil {
		return nil, errBatch
	}
	method, rest, ok := strings.Cut(line, " ")
	target, proto, ok2 := strings.Cut(rest, " ")
	if !ok || !ok2 || proto != "HTTP/1.1" {
		return nil, errBatch
	}
	header, err := r.ReadMIMEHeader()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, errBatch
	}
	u, err := url.Parse(strings.TrimPrefix(target, x.m.config.BaseURL))
	if err != nil || u.Host != "" {
		return nil, errBatch
	}
	path := u.EscapedPath()
	if !strings.HasPrefix(path, "/") {
		path = version92 + path
	}
	body, err := io.ReadAll(r.R)
	if err != nil {
		return nil, errBatch
	}
	return &mocks.Request{
		Method: method, Path: path, Query: u.Query(), Header: http.Header(header), Body: bytes.TrimRight(body, "\r\n"),
		Call: x.r.Call, Cause: x.r.Cause,
	}, nil
}

// inner carries one request of a batch out. It has no place of its own in the
// journal but what it commits and discloses.
func (x *exchange) inner(m *Mock, r *mocks.Request) *mocks.Response {
	y := &exchange{
		m: m, now: x.now, r: r, actor: x.actor, arrive: x.arrive, limit: mocks.Limit{}, lost: x.lost,
		ifMatch: r.Header.Get("If-Match"), ifNone: ifNone(r.Header),
	}
	m.execution.used += cost(r.Method)
	path, versioned := cutVersion(r.Path)
	y.path = strings.Trim(path, "/")
	y.choose()
	var out reply
	bad := errNoSegment(y.path)
	if versioned && y.path != "$batch" {
		if y.prefer, bad = parsePrefer(r.Header); bad == nil {
			out, bad = y.route()
		}
	}
	if bad != nil {
		return y.renderError(bad)
	}
	return y.render(out)
}

// nowhere is the journal of a trial.
type nowhere struct{}

func (nowhere) Emit(trace.Event) uint64 { return 0 }

// changeSet carries several changes out if all of them can be; else the first
// refusal is its only answer (S).
func (x *exchange) changeSet(out *bytes.Buffer, boundary string, changes []batchPart) (failed bool) {
	trial := x.m.copied(nowhere{})
	for _, p := range changes {
		if resp := x.inner(trial, p.request); resp.Status >= http.StatusBadRequest {
			writePart(out, boundary, resp, p.id)
			return true
		}
	}
	inner := "changesetresponse_" + x.boundary()
	out.WriteString("--" + boundary + "\r\nContent-Type: multipart/mixed; boundary=" + inner + "\r\n\r\n")
	for _, p := range changes {
		writePart(out, inner, x.inner(x.m, p.request), p.id)
	}
	out.WriteString("--" + inner + "--\r\n")
	return false
}

func writePart(out *bytes.Buffer, boundary string, resp *mocks.Response, id string) {
	out.WriteString("--" + boundary + "\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n")
	if id != "" {
		out.WriteString("Content-ID: " + id + "\r\n")
	}
	out.WriteString("\r\nHTTP/1.1 " + strconv.Itoa(resp.Status) + " " + http.StatusText(resp.Status) + "\r\n")
	for _, name := range slices.Sorted(maps.Keys(resp.Header)) {
		out.WriteString(name + ": " + resp.Header.Get(name) + "\r\n")
	}
	out.WriteString("\r\n")
	out.Write(resp.Body)
	out.WriteString("\r\n")
}
