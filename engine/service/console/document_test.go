package console_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service/console"
	"github.com/syncproof/syncproof/engine/service/console/consoletest"
)

const documentPath = "../../../docs/console.openapi.yaml"

// load reads the document, as valid OpenAPI 3.1, with its router. The router
// is given the path alone: where the console is mounted is not at issue.
func load(t testing.TB) (*openapi3.T, routers.Router) {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile(documentPath)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		t.Fatal(err)
	}
	doc.Servers = openapi3.Servers{{URL: console.Root}}
	router, err := legacy.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return doc, router
}

// witness sends requests and judges requests and answers by the document.
type witness struct {
	t      *testing.T
	router routers.Router
	seen   map[string]bool // "METHOD path status"
}

func (w *witness) send(d *desk, r *http.Request) {
	w.t.Helper()
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	resp := d.send(r)
	name := fmt.Sprintf("%s %s %s: %d", r.Method, r.URL, body[:min(len(body), 80)], resp.StatusCode)
	// The router knows no method that the document does not: any of the path's
	// stands for it.
	route, params, err := w.router.FindRoute(r)
	if err != nil {
		other := r.Clone(context.Background())
		other.Method = map[bool]string{true: "GET", false: "POST"}[r.Method == "POST"]
		route, params, err = w.router.FindRoute(other)
	}
	if err != nil {
		w.t.Fatalf("%s: %v", name, err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	in := &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true},
	}
	wellFormed := openapi3filter.ValidateRequest(context.Background(), in) == nil
	switch status := resp.StatusCode; {
	case (status < 300 || status == 304 || status == 409 || status == 504) && !wellFormed:
		w.t.Errorf("%s, though the document refuses the request: %v", name, openapi3filter.ValidateRequest(context.Background(), in))
	case status == 400 && wellFormed:
		w.t.Errorf("%s, though the document accepts the request", name)
	}
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: resp.StatusCode, Header: resp.Header, Body: resp.Body, Options: in.Options,
	}
	if err := openapi3filter.ValidateResponse(context.Background(), out); err != nil {
		w.t.Errorf("%s: %v", name, err)
	}
	w.seen[fmt.Sprintf("%s %s %d", route.Method, route.Path, resp.StatusCode)] = true
}

// TestEveryDocumentedAnswerIsGiven sends something of every kind to every
// operation. Each request and answer must be as the document says, and each
// status that it lists must come.
func TestEveryDocumentedAnswerIsGiven(t *testing.T) {
	doc, router := load(t)
	w := &witness{t: t, router: router, seen: map[string]bool{}}
	for _, method := range []string{"GET", "POST"} {
		for path, item := range doc.Paths.Map() {
			if item.GetOperation(method) != nil {
				w.operation(method, path)
			}
		}
	}
	var missing []string
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			for status := range operation.Responses.Map() {
				if key := method + " " + path + " " + status; !w.seen[key] {
					missing = append(missing, key)
				}
			}
		}
	}
	sort.Strings(missing)
	if missing != nil {
		t.Errorf("documented and never answered:\n%s", strings.Join(missing, "\n"))
	}
	if len(w.seen) < 60 {
		t.Errorf("only %d kinds of answers seen", len(w.seen))
	}
}

// good are bodies that are accepted, by the path's end.
var good = map[string]string{
	"decision": `{"by":"Grace","state":"STATE","choose":"cc","set":{"score":7,"phone":null}}`,
	"restore":  `{"by":"Grace","entry":1,"fields":["notes"],"side":"cc"}`,
	"retry":    `{"by":"Grace","filter":{"all":true},"limit":1,"dry_run":false}`,
	"discard":  `{"by":"Grace","keys":["cc:bob","cc:ada"]}`,
	"approve":  `{"by":"Grace"}`,
}

func (w *witness) operation(method, path string) {
	end := path[strings.LastIndex(path, "/")+1:]
	name := "ada"
	if end == "restore" {
		name = "eve"
	}
	real := strings.ReplaceAll(path, "{key}", "cc:"+name)
	d := newDesk(w.t, world(end))
	body := strings.ReplaceAll(good[end], "STATE", d.record("ada").State)
	w.send(d, request(method, real, body)) // 200
	if end == "restore" {
		d.world.Edit(mapping.CRM, name, map[string]string{"notes": "x"})
	}
	w.send(d, request(method, real, body))                   // 409, where it cannot be done again
	w.send(d, request(method, real+"?page=1&limit=0", body)) // 400, where there are parameters
	w.send(d, request(map[string]string{"GET": "POST", "POST": "GET"}[method], real, ""))
	w.send(d, request(method, strings.ReplaceAll(path, "{key}", "cc:nobody"), body))

	stranger := request(method, real, body)
	stranger.Header.Del("Authorization")
	w.send(d, stranger)

	d.http = handler(w.t, console.Config{Store: broken{}, Decider: d.world, Mapping: consoletest.Mapping, Token: token})
	if end == "approve" {
		d.http = handler(w.t, console.Config{Store: broken{}, Decider: stopped{}, Mapping: consoletest.Mapping, Token: token})
	}
	w.send(d, request(method, real, body)) // 503
	if method == "POST" {
		w.bodies(real, end, body)
	} else if end == "{key}" {
		d = newDesk(w.t, consoletest.Example())
		again := request(method, real, "")
		again.Header.Set("If-None-Match", d.send(request(method, real, "")).Header.Get("ETag"))
		w.send(d, again) // 304
	}
}

// bodies sends what is wrong with a body, and one that the engine leaves
// without an answer.
func (w *witness) bodies(path, end, body string) {
	d := newDesk(w.t, world(end))
	w.send(d, request("POST", path, strings.Replace(body, "{", `{"force":true,`, 1)))
	w.send(d, request("POST", path, strings.Replace(body, "Grace", strings.Repeat("x", 101), 1)))
	w.send(d, request("POST", path, `{"by":"`+strings.Repeat("x", 1<<20)+`"}`))
	text := request("POST", path, body)
	text.Header.Set("Content-Type", "text/plain")
	w.send(d, text)
	d.http = handler(w.t, console.Config{Store: d.world.Store, Decider: silent{}, Mapping: consoletest.Mapping, Token: token, Wait: 1})
	w.send(d, request("POST", path, body)) // 504
}

// world is one in which the operation has something to do.
func world(end string) *consoletest.World {
	if end != "approve" {
		return consoletest.Example()
	}
	w := consoletest.New(1)
	for i := range 3 {
		name := "ada" + strconv.Itoa(i)
		w.Link(name, map[string]string{"name": name})
		w.Delete(mapping.CC, name)
		w.Notice(mapping.CC, name)
	}
	w.Link("ada", map[string]string{"name": "Lovelace"})
	return w
}

// silent never answers; stopped has nobody to answer.
type silent struct{}

func (silent) Decide(ctx context.Context, _ engine.Reviewed) (engine.Reply, error) {
	<-ctx.Done()
	return engine.Reply{}, ctx.Err()
}
func (s silent) Approve(ctx context.Context) (engine.Reply, error) {
	return s.Decide(ctx, engine.Reviewed{})
}

type stopped struct{}

func (stopped) Decide(context.Context, engine.Reviewed) (engine.Reply, error) {
	return engine.Reply{}, errDisk
}
func (s stopped) Approve(ctx context.Context) (engine.Reply, error) {
	return s.Decide(ctx, engine.Reviewed{})
}

// TestTheDocumentNamesEveryField compares the Go types with the schemas: the
// properties, and which of them are always there.
func TestTheDocumentNamesEveryField(t *testing.T) {
	doc, _ := load(t)
	types := []any{
		console.Page{}, console.Summary{}, console.Record{}, console.Flag{}, console.Failure{}, console.Side{}, console.Field{},
		console.Entry{}, console.Loss{}, console.Decision{}, console.Restore{}, console.Letters{}, console.Filter{}, console.Approval{},
		console.Accepted{}, console.Outcomes{}, console.Outcome{}, console.Status{}, console.Queue{}, console.Problem{},
	}
	described := map[string]bool{"SideName": true, "StatusName": true, "By": true}
	for _, v := range types {
		typ := reflect.TypeOf(v)
		described[typ.Name()] = true
		schema := doc.Components.Schemas[typ.Name()]
		if schema == nil {
			t.Errorf("no schema %s", typ.Name())
			continue
		}
		all, always := fields(typ)
		if named := keys(schema.Value.Properties); !slices.Equal(named, all) {
			t.Errorf("%s: the document has %v, the type %v", typ.Name(), named, all)
		}
		required := slices.Sorted(slices.Values(schema.Value.Required))
		if !slices.Equal(required, always) {
			t.Errorf("%s: the document requires %v, the type always has %v", typ.Name(), required, always)
		}
	}
	for name := range doc.Components.Schemas {
		if !described[name] {
			t.Errorf("the schema %s is of no type", name)
		}
	}
}

// fields are the JSON names of a type's fields, sorted, and those without
// omitempty.
func fields(t reflect.Type) (all, always []string) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			a, b := fields(f.Type)
			all, always = append(all, a...), append(always, b...)
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		all = append(all, name)
		if options == "" {
			always = append(always, name)
		}
	}
	slices.Sort(all)
	slices.Sort(always)
	return all, always
}

func keys(m openapi3.Schemas) []string {
	var all []string
	for name := range m {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// TestEveryCodeIsDocumented: the table of codes in the document is that of the
// package, with the same statuses.
func TestEveryCodeIsDocumented(t *testing.T) {
	doc, _ := load(t)
	table := *doc.Components.Responses["Problem"].Value.Description
	listed := doc.Components.Schemas["Problem"].Value.Properties["code"].Value.Enum
	if len(listed) != len(console.Codes()) {
		t.Errorf("the document lists %v, the package %v", listed, console.Codes())
	}
	for code, status := range console.Codes() {
		if !strings.Contains(table, fmt.Sprintf("| `%s` | %d |", code, status)) || !slices.Contains(listed, any(code)) {
			t.Errorf("the document does not list %s with %d", code, status)
		}
	}
}
