package salesforce

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// listener is a client of the event stream.
type listener struct {
	*world
	id, cookie string
}

// message is an answer of the stream, or an event.
type message struct {
	Channel, ClientID, Error, Subscription string
	Successful                             bool
	Advice                                 struct{ Reconnect string }
	Ext                                    struct {
		Sfdc struct{ FailureReason string }
	}
	Data struct {
		Schema  string
		Payload map[string]any
		Event   struct{ ReplayID int64 }
	}
}

// header is an event's.
func (m *message) header() (h struct {
	EntityName, ChangeType, ChangeOrigin, TransactionKey, CommitUser string
	RecordIds, ChangedFields                                         []string
	SequenceNumber, CommitTimestamp, CommitNumber                    int64
}) {
	text, _ := json.Marshal(m.Data.Payload["ChangeEventHeader"])
	_ = json.Unmarshal(text, &h)
	return h
}

// capturing is a world in which changes of contacts are told.
func capturing(t testing.TB) *world {
	w := newWorld(t, nil)
	w.set(`{"change_events":["Contact"]}`)
	return w
}

func (w *world) set(settings string) {
	w.t.Helper()
	if err := w.m.SetSettings([]byte(settings)); err != nil {
		w.t.Fatal(err)
	}
}

const streamPath = "/cometd/60.0"

func (w *world) messages(resp *mocks.Response) []message {
	w.t.Helper()
	var list []message
	w.decode(resp, &list)
	return list
}

// shake makes a listener.
func (w *world) shake() *listener {
	w.t.Helper()
	resp := w.send("POST", streamPath, "", `[{"channel":"/meta/handshake","version":"1.0","supportedConnectionTypes":["long-polling"],"id":"1"}]`)
	list := w.messages(resp)
	if len(list) != 1 || !list[0].Successful || list[0].ClientID == "" {
		w.t.Fatalf("the handshake is answered %s", resp.Body)
	}
	cookie, _, _ := strings.Cut(resp.Header.Get("Set-Cookie"), ";")
	return &listener{w, list[0].ClientID, cookie}
}

// say sends a message with the listener's id and cookie.
func (l *listener) say(members string) *mocks.Response {
	l.t.Helper()
	return l.send("POST", streamPath, "", `{"clientId":"`+l.id+`",`+members+`}`, "Cookie", l.cookie)
}

func (l *listener) subscribe(channel, replay string) message {
	l.t.Helper()
	list := l.messages(l.say(`"channel":"/meta/subscribe","subscription":"` + channel + `","ext":{"replay":{"` + channel + `":` + replay + `}}`))
	return list[0]
}

// poll connects without waiting, and returns the events.
func (l *listener) poll() []message {
	l.t.Helper()
	list := l.messages(l.say(`"channel":"/meta/connect","connectionType":"long-polling","advice":{"timeout":0}`))
	last := list[len(list)-1]
	if last.Channel != metaConnect || !last.Successful {
		l.t.Fatalf("a connect is answered %+v", last)
	}
	return list[:len(list)-1]
}

// listen is a listener to all that is kept.
func (w *world) listen() *listener {
	w.t.Helper()
	l := w.shake()
	if m := l.subscribe("/data/ContactChangeEvent", "-2"); !m.Successful {
		w.t.Fatalf("subscribing is answered %+v", m)
	}
	return l
}

func (w *world) create(body string, headers ...string) string {
	w.t.Helper()
	resp := w.send("POST", root+"/sobjects/Contact", "", body, headers...)
	var made struct{ ID string }
	if w.decode(resp, &made); resp.Status != http.StatusCreated {
		w.t.Fatalf("%d %s", resp.Status, resp.Body)
	}
	return made.ID
}

// The refusals of the stream, by what is sent to it; CLIENT is a client's id.
func TestTheStreamRefuses(t *testing.T) {
	const connect, subscribe = `"channel":"/meta/connect","clientId":"CLIENT"`, `"channel":"/meta/subscribe","clientId":"CLIENT"`
	for _, c := range []struct {
		name, path, body string
		headers          []string
		status           int
		error, advice    string
	}{
		{"S: no version", "/cometd", `{"channel":"/meta/handshake"}`, nil, 400, "400::API version in the URI is mandatory", "none"},
		{"S: an old version", "/cometd/36.0", `{"channel":"/meta/handshake"}`, nil, 400, "400::Unsupported API version", "none"},
		{"no such version", "/cometd/999.0", `{"channel":"/meta/handshake"}`, nil, 400, "400::Unsupported API version", "none"},
		{"no such part", "/cometd/60.0/else", `{"channel":"/meta/handshake"}`, nil, 400, "400::API version", "none"},
		{"S: too large", streamPath, `{"channel":"` + strings.Repeat("x", streamBodyMax) + `"}`, nil, 413, "413::Maximum Request Size Exceeded", ""},
		{"not JSON", streamPath, `[{"channel":`, nil, 400, "400::Bad Request", ""},
		{"no message", streamPath, `[]`, nil, 400, "400::Bad Request", ""},
		{"not a message", streamPath, `["/meta/connect"]`, nil, 400, "400::Bad Request", ""},
		{"a member twice", streamPath, `{"channel":"a","channel":"b"}`, nil, 400, "400::Bad Request", ""},
		{"S: no session", streamPath, `{"channel":"/meta/handshake","supportedConnectionTypes":["long-polling"]}`, []string{"Authorization", ""}, 200, streamDenied, "none"},
		{"S: a wrong session", streamPath, `{"channel":"/meta/handshake","supportedConnectionTypes":["long-polling"]}`, []string{"Authorization", "OAuth x"}, 200, streamDenied, "none"},
		{"S: another transport", streamPath, `{"channel":"/meta/handshake","supportedConnectionTypes":["websocket"]}`, nil, 200, "400::Invalid connection type {websocket}", "none"},
		{"S: no handshake", streamPath, `{"channel":"/meta/connect","connectionType":"long-polling"}`, nil, 200, streamNoHandshake, "handshake"},
		{"S: unknown client", streamPath, `{"channel":"/meta/connect","connectionType":"long-polling","clientId":"x"}`, nil, 200, streamUnknown, "handshake"},
		{"S: no cookie", streamPath, `{` + connect + `,"connectionType":"long-polling"}`, []string{"Cookie", ""}, 200, "400::Client ", "none"},
		{"another cookie", streamPath, `{` + connect + `,"connectionType":"long-polling"}`, []string{"Cookie", "BAYEUX_BROWSER=x"}, 200, "400::Client ", "none"},
		{"S: connect without session", streamPath, `{` + connect + `,"connectionType":"long-polling"}`, []string{"Authorization", ""}, 200, streamUnauthenticated, "none"},
		{"S: connect with a wrong one", streamPath, `{` + connect + `,"connectionType":"long-polling"}`, []string{"Authorization", "OAuth x"}, 200, streamInvalid, "none"},
		{"S: connect by another transport", streamPath, `{` + connect + `,"connectionType":"websocket"}`, nil, 200, "400::Invalid connection type {websocket}", "none"},
		{"S: no channel", streamPath, `{` + subscribe + `}`, nil, 200, streamNoChannel, ""},
		{"S: no slash", streamPath, `{` + subscribe + `,"subscription":"data/ContactChangeEvent"}`, nil, 200, streamNoSlash, ""},
		{"S: no such channel", streamPath, `{` + subscribe + `,"subscription":"/data/NoneChangeEvent"}`, nil, 200, "400::The channel you requested", ""},
		{"a wildcard", streamPath, `{` + subscribe + `,"subscription":"/data/*"}`, nil, 200, "400::The channel you requested", ""},
		{"R: unknown replay id", streamPath, `{` + subscribe + `,"subscription":"/data/ContactChangeEvent","ext":{"replay":{"/data/ContactChangeEvent":77}}}`, nil, 200,
			"400::The replayId {77} you provided was invalid.  Please provide a valid ID, -2 to replay all events, or -1 to replay only new events.", ""},
		{"a replay id that is no number", streamPath, `{` + subscribe + `,"subscription":"/data/ContactChangeEvent","ext":{"replay":{"/data/ContactChangeEvent":"x"}}}`, nil, 200, "400::The replayId {x}", ""},
		{"publishing", streamPath, `{"channel":"/data/ContactChangeEvent","clientId":"CLIENT","data":{}}`, nil, 200, streamPublish, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := capturing(t)
			l := w.shake()
			resp := w.send("POST", c.path, "", strings.ReplaceAll(c.body, "CLIENT", l.id), append([]string{"Cookie", l.cookie}, c.headers...)...)
			list := w.messages(resp)
			if resp.Status != c.status || len(list) != 1 || list[0].Successful || !strings.HasPrefix(list[0].Error, c.error) || list[0].Advice.Reconnect != c.advice {
				t.Errorf("%d %s, want %d %s, advice %q", resp.Status, resp.Body, c.status, c.error, c.advice)
			}
			if got := w.last(trace.Answer).Code; got != list[0].Error {
				t.Errorf("the journal's code is %q", got)
			}
		})
	}
}

func TestTheReasonOfADeniedHandshake(t *testing.T) { // S
	w := newWorld(t, nil)
	const body = `[{"channel":"/meta/handshake","supportedConnectionTypes":["long-polling"]}]`
	for header, reason := range map[string]string{"": streamUnauthenticated, "Bearer none": streamInvalid} {
		list := w.messages(w.send("POST", streamPath, "", body, "Authorization", header))
		if got := list[0].Ext.Sfdc.FailureReason; got != reason {
			t.Errorf("Authorization %q: the reason is %q, want %q", header, got, reason)
		}
	}
	for range streamsMax {
		w.shake()
	}
	if got := w.messages(w.send("POST", streamPath, "", body))[0].Ext.Sfdc.FailureReason; got != streamFull {
		t.Errorf("one client too many: the reason is %q", got)
	}
	if resp := w.send("GET", streamPath, "", ""); resp.Status != http.StatusBadRequest {
		t.Errorf("a GET is answered %d", resp.Status)
	}
}

func TestChangesAreTold(t *testing.T) {
	w := capturing(t)
	l := w.listen()
	id := w.create(`{"LastName":"Lovelace","FirstName":"Ada","MailingCity":"London","Seen__c":"2026-01-02T03:04:05Z"}`, "Sforce-Call-Options", "client=syncproof")
	w.send("PATCH", root+"/sobjects/Contact/"+id, "", `{"FirstName":null,"MailingStreet":"1 High St"}`)
	w.edit(id, map[string]any{"Title": "Countess"})
	w.edit(id, map[string]any{"Title": "Dr"}, func(e *mocks.Edit) { e.Origin = mocks.Automation })
	w.send("DELETE", root+"/sobjects/Contact/"+id, "", "")
	if err := w.m.Restore(w.now, "maria", mocks.User, id, 0); err != nil {
		t.Fatal(err)
	}
	events := l.poll()
	engine, maria := UserID("syncproof-engine"), UserID("maria")
	want := []struct {
		kind, origin, user string
		changed            []string
	}{
		{"CREATE", "com/salesforce/api/rest/60.0;client=syncproof", engine, nil},
		{"UPDATE", "com/salesforce/api/rest/60.0", engine, []string{"Name.FirstName", "MailingAddress.Street", "LastModifiedDate", "Sync_Version__c"}},
		{"UPDATE", originPages, maria, []string{"Title", "LastModifiedDate", "LastModifiedById"}},
		{"UPDATE", "", maria, []string{"Title"}},
		{"DELETE", "com/salesforce/api/rest/60.0", engine, nil},
		{"UNDELETE", originPages, maria, nil},
	}
	if len(events) != len(want) {
		t.Fatalf("%d events, want %d", len(events), len(want))
	}
	keys, replay := map[string]bool{}, int64(0)
	for i, c := range want {
		h := events[i].header()
		if h.ChangeType != c.kind || h.ChangeOrigin != c.origin || h.CommitUser != c.user || h.EntityName != "Contact" ||
			!slices.Equal(h.RecordIds, []string{id}) || !slices.Equal(h.ChangedFields, c.changed) && len(h.ChangedFields)+len(c.changed) > 0 {
			t.Errorf("event %d: %+v, want %+v", i, h, c)
		}
		if h.CommitTimestamp != w.now.UnixMilli() || h.SequenceNumber != 1 || keys[h.TransactionKey] || events[i].Data.Event.ReplayID <= replay {
			t.Errorf("event %d is no transaction of its own: %+v", i, h)
		}
		keys[h.TransactionKey], replay = true, events[i].Data.Event.ReplayID
	}
	payload := fmt.Sprint(events[0].Data.Payload)
	for _, part := range []string{"Name:map[FirstName:Ada LastName:Lovelace]", "MailingAddress:map[City:London]", "Seen__c:2026-01-02T03:04:05.000Z", "CreatedDate:2026-01-31T12:00:00.000Z", "DoNotCall:false"} {
		contains(t, payload, part)
	}
	if strings.Contains(payload, "SystemModstamp") || strings.Contains(payload, "IsDeleted") {
		t.Errorf("what events leave out: %s", payload)
	}
	if name, told := events[1].Data.Payload["Name"].(map[string]any)["FirstName"]; !told || name != nil {
		t.Errorf("a field that was cleared is told as %v", events[1].Data.Payload)
	}
	if got := w.last(trace.Feed).Records; len(got) != len(want) {
		t.Errorf("the journal's feed has %v", got)
	}
}

func TestOneTransactionIsMergedWhereItsChangesAreAlike(t *testing.T) { // S
	w := capturing(t)
	ids := []string{w.create(`{"LastName":"One"}`), w.create(`{"LastName":"Two"}`), w.create(`{"LastName":"Three"}`)}
	l := w.shake()
	l.subscribe(channelAll, "-1")
	record := func(id, fields string) string {
		return `{"attributes":{"type":"Contact"},"Id":"` + id + `",` + fields + `}`
	}
	w.send("PATCH", root+"/composite/sobjects", "", `{"records":[`+strings.Join([]string{
		record(ids[0], `"Title":"A"`), record(ids[1], `"Title":"B"`), record(ids[2], `"Title":"A"`)}, ",")+`]}`)
	events := l.poll()
	if len(events) != 2 {
		t.Fatalf("%d events, want 2", len(events))
	}
	first, second := events[0].header(), events[1].header()
	if !slices.Equal(first.RecordIds, []string{ids[0], ids[2]}) || !slices.Equal(second.RecordIds, ids[1:2]) {
		t.Errorf("the records are %v and %v", first.RecordIds, second.RecordIds)
	}
	if first.TransactionKey != second.TransactionKey || first.CommitNumber != second.CommitNumber || first.SequenceNumber != 1 || second.SequenceNumber != 2 {
		t.Errorf("one transaction is told as %+v and %+v", first, second)
	}
	// What is undone was never told.
	w.send("PATCH", root+"/composite/sobjects", "", `{"allOrNone":true,"records":[`+record(ids[0], `"Title":"C"`)+`,`+record(ids[1], `"Tier__c":"none"`)+`]}`)
	if events := l.poll(); len(events) != 0 {
		t.Errorf("told of what was undone: %+v", events)
	}
}

func TestACompositeIsOneTransactionOnlyAsAWhole(t *testing.T) {
	w := capturing(t)
	id := w.create(`{"LastName":"One"}`)
	part := func(reference, title string) string {
		return `{"method":"PATCH","url":"` + root + `/sobjects/Contact/` + id + `","referenceId":"` + reference + `","body":{"Title":"` + title + `"}}`
	}
	l := w.shake()
	l.subscribe(channelAll, "-1")
	for whole, want := range map[string]int{"true": 1, "false": 2} {
		w.send("POST", root+"/composite", "", `{"allOrNone":`+whole+`,"compositeRequest":[`+part("a", "A"+whole)+`,`+part("b", "B"+whole)+`]}`)
		events := l.poll()
		if len(events) != want {
			t.Fatalf("allOrNone %s: %d events, want %d", whole, len(events), want)
		}
		if title := events[want-1].Data.Payload["Title"]; title != "B"+whole {
			t.Errorf("allOrNone %s: the last event says %v", whole, title)
		}
	}
}

func TestGapAndOverflowEvents(t *testing.T) { // S
	w := capturing(t)
	l := w.listen()
	w.m.Faults().ChangeEvents = mocks.ChangesGap
	id := w.create(`{"LastName":"One"}`)
	w.edit(id, map[string]any{"Title": "A"})
	w.send("DELETE", root+"/sobjects/Contact/"+id, "", "")
	if err := w.m.Restore(w.now, "maria", mocks.User, id, 0); err != nil {
		t.Fatal(err)
	}
	w.m.Faults().ChangeEvents = mocks.ChangesOverflow
	w.edit(id, map[string]any{"Title": "B"})
	w.m.Faults().ChangeEvents = ""
	w.m.Faults().MuteNotices = true
	w.edit(id, map[string]any{"Title": "C"})
	var kinds []string
	for _, e := range l.poll() {
		h := e.header()
		kinds = append(kinds, h.ChangeType+" "+strings.Join(h.RecordIds, ","))
		if len(e.Data.Payload) != 1 || len(h.ChangedFields) != 0 {
			t.Errorf("a gap tells more than its header: %+v", e.Data.Payload)
		}
	}
	if want := []string{"GAP_CREATE " + id, "GAP_UPDATE " + id, "GAP_DELETE " + id, "GAP_UNDELETE " + id, "GAP_OVERFLOW 000000000000000AAA"}; !slices.Equal(kinds, want) {
		t.Errorf("told %q, want %q", kinds, want)
	}
}

func TestAnEventThatIsTooLargeIsAGap(t *testing.T) { // S
	w := newWorld(t, func(c *mocks.Config) {
		for i := range 40 {
			c.Fields = append(c.Fields, mocks.Field{Name: fmt.Sprintf("Note%d__c", i), Type: "text"})
		}
	})
	w.set(`{"change_events":["Contact"]}`)
	set := map[string]any{"LastName": "Long"}
	for i := range 40 {
		set[fmt.Sprintf("Note%d__c", i)] = strings.Repeat("x", 32768)
	}
	w.edit("", set)
	if h := w.listen().poll()[0].header(); h.ChangeType != "GAP_CREATE" {
		t.Errorf("an event of more than a megabyte is a %s", h.ChangeType)
	}
}

func TestReplay(t *testing.T) {
	w := capturing(t)
	w.create(`{"LastName":"One"}`)
	all := w.listen().poll()
	first := all[0].Data.Event.ReplayID
	w.now = w.now.Add(retention - time.Second)
	w.login()
	w.create(`{"LastName":"Two"}`)
	l := w.shake()
	for _, c := range []struct {
		replay string
		want   []string
	}{
		{"-2", []string{"One", "Two"}}, {"-1", nil}, {fmt.Sprint(first), []string{"Two"}},
	} {
		if m := l.subscribe("/data/ContactChangeEvent", c.replay); !m.Successful {
			t.Fatalf("replay %s: %+v", c.replay, m)
		}
		var names []string
		for _, e := range l.poll() {
			names = append(names, e.Data.Payload["Name"].(map[string]any)["LastName"].(string))
		}
		if !slices.Equal(names, c.want) {
			t.Errorf("replay %s: told of %v, want %v", c.replay, names, c.want)
		}
	}
	if !l.messages(l.say(`"channel":"/meta/unsubscribe","subscription":"/data/ContactChangeEvent"`))[0].Successful {
		t.Error("unsubscribing is refused")
	}
	w.now = w.now.Add(time.Second) // of the first event three days are over
	if m := l.subscribe("/data/ContactChangeEvent", fmt.Sprint(first)); m.Successful || !strings.HasPrefix(m.Error, "400::The replayId") {
		t.Errorf("an expired replay id: %+v", m)
	}
	l.subscribe("/data/ContactChangeEvent", "-2")
	if events := l.poll(); len(events) != 1 {
		t.Errorf("%d events are kept, want 1", len(events))
	}
}

func TestPermissionsOfTheStream(t *testing.T) { // S
	w := capturing(t)
	w.m.Faults().Revoked = []string{mayViewAll}
	l := w.shake()
	if m := l.subscribe("/data/ContactChangeEvent", "-2"); m.Error != streamForbidden {
		t.Errorf("without the permission: %+v", m)
	}
	if m := l.subscribe(channelAll, "-2"); !m.Successful {
		t.Errorf("the channel of all objects: %+v", m)
	}
	w.create(`{"LastName":"Unseen"}`)
	if events := l.poll(); len(events) != 0 {
		t.Errorf("told of what the account may not see: %+v", events)
	}
	w.m.Faults().Revoked = []string{"Title"}
	w.edit("", map[string]any{"LastName": "Seen", "Title": "Hidden"})
	events := l.poll()
	if len(events) != 1 || events[0].Data.Payload["Title"] != nil {
		t.Errorf("a field that is hidden: %+v", events)
	}
}

// held sends a connect that waits.
func (l *listener) held() uint64 {
	l.t.Helper()
	l.poll() // the first is answered at once
	resp := l.say(`"channel":"/meta/connect","connectionType":"long-polling","id":"w"`)
	if resp.Held == 0 {
		l.t.Fatalf("a connect without news is answered %s", resp.Body)
	}
	return resp.Held
}

func TestAPollWaits(t *testing.T) {
	for name, c := range map[string]struct {
		happens       func(l *listener)
		events        int
		error, advice string
	}{
		"for an event":          {func(l *listener) { l.create(`{"LastName":"New"}`) }, 1, "", ""},
		"for a late edit":       {func(l *listener) { l.now = l.now.Add(time.Minute) }, 1, "", ""},
		"until its time":        {func(l *listener) { l.m.late = mocks.Due[lateCommit]{}; l.now = l.now.Add(pollTimeout) }, 0, "", ""},
		"until another":         {func(l *listener) { l.poll() }, 0, "", ""},
		"until its leave":       {func(l *listener) { l.say(`"channel":"/meta/disconnect"`) }, 0, streamUnknown, "handshake"},
		"S: until a revocation": {func(l *listener) { l.m.Faults().Revocations++ }, 0, streamInvalid, "none"},
	} {
		t.Run(name, func(t *testing.T) {
			w := capturing(t)
			w.edit("", map[string]any{"LastName": "Late"}, func(e *mocks.Edit) { e.CommitAfter = time.Minute })
			l := w.listen()
			held := l.held()
			if at, waits := w.m.NextDue(); !waits || at.After(w.now.Add(pollTimeout)) {
				t.Errorf("the poll's end is not due: %v, %v", at, waits)
			}
			if resp := w.m.Resume(w.now, held, false); resp != nil {
				t.Fatalf("nothing happened, and the answer is %s", resp.Body)
			}
			c.happens(l)
			resp := w.m.Resume(w.now, held, false)
			if resp == nil {
				t.Fatal("it still waits")
			}
			list := w.messages(resp)
			last := list[len(list)-1]
			if len(list)-1 != c.events || last.Channel != metaConnect || last.Error != c.error || last.Advice.Reconnect != c.advice {
				t.Errorf("answered %s", resp.Body)
			}
			if again := w.m.Resume(w.now, held, false); again == nil || again.Status != http.StatusServiceUnavailable {
				t.Errorf("a poll that was answered is answered again: %+v", again)
			}
		})
	}
}

func TestAClientThatStaysAwayIsForgotten(t *testing.T) { // S
	w := capturing(t)
	l := w.listen()
	w.m.Abandon(w.now, l.held())
	w.now = w.now.Add(reconnectTimeout - time.Second)
	l.poll()
	w.m.ClockSet(time.Hour)
	w.now = w.now.Add(time.Hour) // the clock was set, nobody stayed away
	l.poll()
	// A session that has expired carries the stream on; a new one needs another.
	for range 200 {
		w.now = w.now.Add(reconnectTimeout - time.Second)
		l.poll()
	}
	if list := w.messages(w.send("POST", streamPath, "", `{"channel":"/meta/handshake","supportedConnectionTypes":["long-polling"]}`)); list[0].Error != streamDenied {
		t.Errorf("a handshake with an expired session: %+v", list[0])
	}
	w.now = w.now.Add(reconnectTimeout)
	if list := w.messages(l.say(`"channel":"/meta/connect","connectionType":"long-polling"`)); list[0].Error != streamUnknown {
		t.Errorf("a client that stayed away: %+v", list[0])
	}
}

func TestASnapshotHasTheEventsAndNotTheClients(t *testing.T) {
	w := capturing(t)
	l := w.listen()
	w.create(`{"LastName":"One"}`)
	text, err := w.m.State()
	if err != nil {
		t.Fatal(err)
	}
	config := *w.m.config
	fresh := New(config)
	if err := fresh.SetState(text); err != nil {
		t.Fatal(err)
	}
	again, err := fresh.State()
	if err != nil || string(again) != string(text) {
		t.Errorf("a snapshot of the snapshot differs: %v\n%s\n%s", err, text, again)
	}
	w.m = fresh
	if list := w.messages(l.say(`"channel":"/meta/connect","connectionType":"long-polling"`)); list[0].Error != streamUnknown {
		t.Errorf("the client is still known: %+v", list[0])
	}
	w.create(`{"LastName":"Two"}`)
	if events := w.listen().poll(); len(events) != 2 {
		t.Errorf("%d events, want that of before and the new one", len(events))
	}
	for _, spoil := range [][2]string{{`"events":[{"replay":`, `"events":[{"replay":9`}, {`"change_events":["Contact"]`, `"change_events":["Lead"]`}} {
		if err := New(config).SetState([]byte(strings.Replace(string(text), spoil[0], spoil[1], 1))); err == nil {
			t.Errorf("a snapshot with %s is taken up", spoil[1])
		}
	}
}

func TestACopyListensByItself(t *testing.T) {
	w := capturing(t)
	l := w.listen()
	w.create(`{"LastName":"One"}`)
	copied := w.m.Clone(w.journal).(*Mock)
	if a, b := w.m.Fingerprint(w.now, nil), copied.Fingerprint(w.now, nil); string(a) != string(b) {
		t.Error("a copy has another fingerprint")
	}
	before := w.m.Fingerprint(w.now, nil)
	l.poll()
	if string(before) == string(w.m.Fingerprint(w.now, nil)) {
		t.Error("where a client is makes no difference to the fingerprint")
	}
	w.m = copied
	if events := l.poll(); len(events) != 1 {
		t.Errorf("the copy's client gets %d events, want 1", len(events))
	}
}

func FuzzMessages(f *testing.F) {
	for _, seed := range []string{
		`[{"channel":"/meta/handshake","version":"1.0","supportedConnectionTypes":["long-polling"],"id":1}]`,
		`{"channel":"/meta/connect","clientId":"CLIENT","connectionType":"long-polling","advice":{"timeout":0}}`,
		`{"channel":"/meta/subscribe","clientId":"CLIENT","subscription":"/data/ChangeEvents","ext":{"replay":{"/data/ChangeEvents":-2}}}`,
		`[{"channel":"/meta/disconnect","clientId":"CLIENT"},{"channel":"/data/x","clientId":"CLIENT"}]`, `[`, `{}`, `[[]]`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		w := capturing(t)
		l := w.shake()
		w.create(`{"LastName":"One"}`)
		resp := w.send("POST", streamPath, "", strings.ReplaceAll(body, "CLIENT", l.id), "Cookie", l.cookie)
		if resp.Held != 0 {
			resp = w.m.Resume(w.now, resp.Held, true)
		}
		if !json.Valid(resp.Body) || resp.Body[0] != '[' || resp.Status != 200 && resp.Status != 400 && resp.Status != 413 {
			t.Errorf("%q is answered %d %s", body, resp.Status, resp.Body)
		}
	})
}

// accountWorld is one whose organisation has accounts beside contacts.
func accountWorld(t testing.TB) *world {
	return newWorld(t, func(c *mocks.Config) {
		c.Account = &mocks.ObjectConfig{VersionField: "Sync_Version__c", ExternalField: "Genesys_Organization_Id__c", Trigger: true, Mapped: []string{"Name"}}
	})
}

func TestEachObjectIsToldOnItsOwnChannel(t *testing.T) {
	w := accountWorld(t)
	w.set(`{"change_events":["Account","Contact"]}`)
	account := w.made(root+"/sobjects/Account", `{"Name":"Acme","BillingCity":"London"}`)
	contact := w.create(`{"LastName":"Lovelace"}`)
	for channel, want := range map[string][]string{
		"/data/AccountChangeEvent": {account}, "/data/ContactChangeEvent": {contact}, channelAll: {account, contact},
	} {
		l := w.shake()
		if m := l.subscribe(channel, "-2"); !m.Successful {
			t.Fatalf("%s: %+v", channel, m)
		}
		var told []string
		for _, e := range l.poll() {
			told = append(told, e.header().RecordIds...)
			if h := e.header(); h.EntityName == "Account" && (e.Data.Payload["Name"] != "Acme" || e.Data.Payload["BillingAddress"].(map[string]any)["City"] != "London") {
				t.Errorf("an account is told as %v", e.Data.Payload)
			}
		}
		if !slices.Equal(told, want) {
			t.Errorf("%s tells of %v, want %v", channel, told, want)
		}
	}
	w.m.Faults().Revoked = []string{"account.read"}
	l := w.shake()
	if m := l.subscribe("/data/AccountChangeEvent", "-2"); m.Error != streamForbidden {
		t.Errorf("an object that the account may not read: %+v", m)
	}
	l.subscribe(channelAll, "-2")
	if events := l.poll(); len(events) != 1 {
		t.Errorf("of all objects %d events are told, want those of contacts alone", len(events))
	}
}

func TestSettingsSpeakOfOneObject(t *testing.T) {
	w := accountWorld(t)
	w.set(`{"duplicate_rules":[{"name":"Names","object":"Account","fields":["Name"]}],"fields":[{"object":"Account","field":"Phone","required":true}]}`)
	w.refused(w.send("POST", root+"/sobjects/Account", "", `{"Name":"Acme"}`), 400, "REQUIRED_FIELD_MISSING")
	w.made(root+"/sobjects/Account", `{"Name":"Acme","Phone":"1"}`)
	resp := w.send("POST", root+"/sobjects/Account", "", `{"Name":"acme","Phone":"2"}`)
	w.refused(resp, 400, "DUPLICATES_DETECTED")
	contains(t, string(resp.Body), `"duplicateRuleEntityType":"Account"`)
	w.create(`{"LastName":"acme"}`)
	if err := w.m.SetSettings([]byte(`{"fields":[{"object":"Lead","field":"Phone"}]}`)); err == nil || !strings.Contains(err.Error(), `"Lead" is no object`) {
		t.Errorf("an object that is not there: %v", err)
	}
	if err := newWorld(t, nil).m.SetSettings([]byte(`{"change_events":["Account"]}`)); err == nil {
		t.Error("an organisation without accounts selects them")
	}
}
