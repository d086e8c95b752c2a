package genesys

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

const adaTopic = topicPrefix + "00000000-0000-4000-8000-00000000ada1"

// notifications sends a request below channelsPrefix.
func (w *world) notifications(method, target, body string) *mocks.Response {
	h := http.Header{"Authorization": {"Bearer " + w.token}, "Content-Type": {"application/json"}}
	return w.do(method, channelsPrefix+target, body, h)
}

// open makes a channel with topics.
func (w *world) open(topics ...string) (id string) {
	w.t.Helper()
	resp := w.notifications("POST", "", "")
	var out struct {
		ID, ConnectURI string
		Expires        time.Time
	}
	if err := json.Unmarshal(resp.Body, &out); err != nil || resp.Status != http.StatusOK {
		w.t.Fatalf("no channel: %d %s", resp.Status, resp.Body)
	}
	if out.ConnectURI != "wss://cc.test/channels/"+out.ID || !out.Expires.Equal(w.now.Add(24*time.Hour).Truncate(time.Millisecond)) {
		w.t.Fatalf("the channel is %s", resp.Body)
	}
	if len(topics) > 0 {
		if resp := w.notifications("POST", "/"+out.ID+"/subscriptions", topicList(topics...)); resp.Status != http.StatusOK {
			w.t.Fatalf("no subscription: %d %s", resp.Status, resp.Body)
		}
	}
	return out.ID
}

// attach connects to a channel.
func (w *world) attach(id string) uint64 {
	w.t.Helper()
	n, ok := w.Connect(w.now, "/channels/"+id)
	if !ok {
		w.t.Fatalf("channel %s cannot be connected to", id)
	}
	return n
}

// pushed is what a connection is sent, and why it is over.
func (w *world) pushed(connection uint64) (texts []string, over string) {
	messages, over := w.Outgoing(w.now, connection)
	for _, m := range messages {
		texts = append(texts, string(m))
	}
	return texts, over
}

func topicList(topics ...string) string {
	for i := range topics {
		topics[i] = `{"id":"` + topics[i] + `"}`
	}
	return "[" + strings.Join(topics, ",") + "]"
}

func channelWorld(t testing.TB) *world {
	return newWorld(t, func(c *mocks.Config) { c.BaseURL, c.WebhookURL = "https://cc.test", "" })
}

func manyTopics(n int) string {
	topics := make([]string, n)
	for i := range topics {
		topics[i] = fmt.Sprintf("%s00000000-0000-4000-8000-%012d", topicPrefix, i)
	}
	return topicList(topics...)
}

func TestChannelRefusals(t *testing.T) {
	w := channelWorld(t)
	id := w.open(adaTopic)
	one := "/" + id + "/subscriptions"
	for _, c := range []struct {
		status               int
		method, target, body string
		says                 string
	}{
		{404, "HEAD", "/none", "", ""},
		{404, "GET", "/none/subscriptions", "", "The channel none was not found"},
		{404, "PUT", "/none/subscriptions", "[]", "The channel none was not found"},
		{404, "POST", "/none/subscriptions", "[]", "The channel none was not found"},
		{404, "DELETE", "/none/subscriptions", "", "The channel none was not found"},
		{404, "GET", "/" + id, "", "The resource was not found"},
		{404, "DELETE", "/" + id, "", "The resource was not found"},
		{404, "GET", "s", "", "The resource was not found"},
		{404, "GET", "/", "", "The resource was not found"},
		{404, "GET", one + "/more", "", "The resource was not found"},
		{400, "GET", "?includechannels=all", "", "token or oauthclient"},
		{400, "PUT", one, `{"id":"` + adaTopic + `"}`, "malformed"},
		{400, "PUT", one, `["` + adaTopic + `"]`, "expected object"},
		{400, "PUT", one, `[{}]`, "topic 1 of the list"},
		{400, "PUT", one, `[{"id":5}]`, "topic 1 of the list"},
		{400, "PUT", one, `[{"topic":"x"}]`, "topic is not known"},
		{400, "PUT", one, `[{"id":"` + adaTopic + `","id":"` + adaTopic + `"}]`, "twice"},
		{400, "POST", one, `[{"id":"` + adaTopic + `"},{"id":"v2.users.me.presence"}]`, "topic 2 of the list"},
		{400, "POST", one, `[{"id":"v2.externalcontacts.contacts.{id}"}]`, "topic 1 of the list"},
		{400, "POST", one, `[{"id":"v2.externalcontacts.contacts.00000000000040008000000000000000ada1"}]`, "topic 1 of the list"},
		{400, "PUT", one, manyTopics(1001), "at most 1000 topics"},
		{400, "POST", one, manyTopics(1000), "at most 1000 topics"},
	} {
		resp := w.notifications(c.method, c.target, c.body)
		if resp.Status != c.status || !strings.Contains(string(resp.Body), c.says) {
			t.Errorf("%s %s %.80s: %d %s, want %d and %q", c.method, c.target, c.body, resp.Status, resp.Body, c.status, c.says)
		}
	}
	for _, token := range []string{"", "Bearer wrong"} {
		if resp := w.do("POST", channelsPrefix, "", http.Header{"Authorization": {token}}); resp.Status != http.StatusUnauthorized {
			t.Errorf("with the token %q: %d", token, resp.Status)
		}
	}
	if resp := w.do("PUT", channelsPrefix+one, "[]", http.Header{"Authorization": {"Bearer " + w.token}}); resp.Status != http.StatusUnsupportedMediaType {
		t.Errorf("without a content type: %d", resp.Status)
	}
	if got := string(w.notifications("GET", one, "").Body); got != `{"entities":[{"id":"`+adaTopic+`","state":"Permitted"}]}` {
		t.Errorf("a refusal changed the subscriptions: %s", got)
	}
}

func TestSubscriptionsAreAddedAndReplaced(t *testing.T) {
	w := channelWorld(t)
	other := strings.Replace(adaTopic, "ada1", "ada2", 1)
	id := w.open(adaTopic)
	one := "/" + id + "/subscriptions"
	both := `{"entities":[{"id":"` + adaTopic + `","state":"Permitted"},{"id":"` + other + `","state":"Permitted"}]}`
	if got := string(w.notifications("POST", one, topicList(other, adaTopic)).Body); got != both {
		t.Errorf("added: %s", got)
	}
	// What was read can be written back.
	back := strings.TrimSuffix(strings.TrimPrefix(both, `{"entities":`), "}")
	if got := string(w.notifications("PUT", one, back).Body); got != both {
		t.Errorf("written back: %s", got)
	}
	if got := w.notifications("PUT", one, manyTopics(1000)); got.Status != http.StatusOK {
		t.Errorf("1000 topics: %d %s", got.Status, got.Body)
	}
	if got := w.notifications("DELETE", one, ""); got.Status != http.StatusNoContent || len(got.Body) > 0 {
		t.Errorf("removed: %d %s", got.Status, got.Body)
	}
	if got := string(w.notifications("GET", one, "").Body); got != `{"entities":[]}` {
		t.Errorf("after the removal: %s", got)
	}
}

func TestATopicNeedsThePermissionToView(t *testing.T) {
	w := channelWorld(t)
	one := "/" + w.open() + "/subscriptions"
	w.Faults().Revoked = []string{permissionView}
	if got := w.notifications("PUT", one, topicList(adaTopic)); got.Status != http.StatusForbidden || !strings.Contains(string(got.Body), permissionView) {
		t.Errorf("without the permission: %d %s", got.Status, got.Body)
	}
	got := w.notifications("PUT", one+"?ignoreErrors=true", topicList(adaTopic))
	if got.Status != http.StatusOK || !strings.Contains(string(got.Body), `"state":"Rejected"`) {
		t.Errorf("with ignoreErrors: %d %s", got.Status, got.Body)
	}
	if got := string(w.notifications("GET", one, "").Body); got != `{"entities":[]}` {
		t.Errorf("a rejected topic is a subscription: %s", got)
	}
}

func TestAChannelCarriesWhatItSubscribedTo(t *testing.T) {
	w := channelWorld(t)
	id := w.seed()
	ch := w.open(topicPrefix + id)
	w.edit(mocks.Edit{Record: id, Set: map[string]any{"notes": "before anybody listens"}})
	n := w.attach(ch)
	w.edit(mocks.Edit{Record: id, Set: map[string]any{"notes": "heard"}})
	w.edit(mocks.Edit{Set: map[string]any{"firstName": "Another"}})
	texts, over := w.pushed(n)
	if len(texts) != 1 || over != "" {
		t.Fatalf("pushed %q, over %q", texts, over)
	}
	event := decode(t, []byte(texts[0]))
	if at(event, "topicName") != topicPrefix+id || at(event, "version") != "2" ||
		at(event, "eventBody", "customFields", "notes") != "heard" || at(event, "metadata", "CorrelationId") == nil || len(event) != 4 {
		t.Errorf("the notification is %s", texts[0])
	}
	w.Faults().MuteNotices = true
	w.edit(mocks.Edit{Record: id, Set: map[string]any{"notes": "muted"}})
	if texts, _ := w.pushed(n); len(texts) > 0 {
		t.Errorf("a muted mock pushes %q", texts)
	}
}

func TestAClientsMessages(t *testing.T) {
	w := channelWorld(t)
	n := w.attach(w.open())
	for _, c := range [][2]string{
		{`{"message":"ping"}`, pongMessage}, {` {"message": "ping"} `, pongMessage},
		{`{"message":"pong"}`, refusedMessage}, {`{"message":["ping"]}`, refusedMessage}, {`ping`, refusedMessage}, {``, refusedMessage},
	} {
		message, want := c[0], c[1]
		w.Received(w.now, n, []byte(message))
		if texts, over := w.pushed(n); len(texts) != 1 || texts[0] != want || over != "" {
			t.Errorf("%q is answered by %q, over %q", message, texts, over)
		}
	}
	for range backlogMax + 1 {
		w.Received(w.now, n, []byte(`{"message":"ping"}`))
	}
	if texts, over := w.pushed(n); len(texts) > 0 || over == "" {
		t.Errorf("a client that does not read is sent %d messages, over %q", len(texts), over)
	}
}

func TestAChannelHasOneConnection(t *testing.T) {
	w := channelWorld(t)
	id := w.open()
	first := w.attach(id)
	second := w.attach(id)
	if _, over := w.pushed(first); over == "" {
		t.Error("the first connection goes on beside the second")
	}
	w.Disconnected(first)
	if _, over := w.pushed(second); over != "" {
		t.Errorf("the second connection ended with the first: %s", over)
	}
	if _, ok := w.Connect(w.now, "/channels/none"); ok {
		t.Error("a channel that does not exist can be connected to")
	}
}

func TestThe21stChannelTakesThePlaceOfTheIdlest(t *testing.T) {
	w := channelWorld(t)
	ids := make([]string, channelsMax)
	for i := range ids {
		ids[i] = w.open()
		w.now = w.now.Add(time.Second)
	}
	n := w.attach(ids[0])                                     // held
	w.notifications("PUT", "/"+ids[1]+"/subscriptions", "[]") // used again
	w.open()
	for i, want := range map[int]int{0: 200, 1: 200, 2: 404, 3: 200} {
		if got := w.notifications("HEAD", "/"+ids[i], "").Status; got != want {
			t.Errorf("channel %d: %d, want %d", i, got, want)
		}
	}
	held := make([]uint64, 0, channelsMax)
	for _, c := range w.channels {
		if c.id != ids[0] {
			held = append(held, w.attach(c.id))
		}
	}
	w.open() // all are held: the one that is used least goes
	if _, over := w.pushed(n); over == "" {
		t.Error("the channel used the longest ago stays")
	}
	for _, one := range held {
		if _, over := w.pushed(one); over != "" {
			t.Errorf("connection %d is over: %s", one, over)
		}
	}
}

func TestAChannelEnds(t *testing.T) {
	w := channelWorld(t)
	w.now = w.now.Add(time.Hour)
	w.token = w.login() // lives an hour longer than the first
	w.now = w.now.Add(-time.Minute)
	id := w.open()
	n := w.attach(id)
	born := w.now
	if at, ok := w.NextDue(); !ok || !at.Equal(born.Add(channelLife).Truncate(time.Millisecond)) {
		t.Fatalf("next due at %v, %t", at, ok)
	}
	w.now = born.Add(channelLife - time.Millisecond)
	if _, over := w.pushed(n); over != "" {
		t.Fatalf("over too early: %s", over)
	}
	w.notifications("PUT", "/"+id+"/subscriptions", "[]") // prolongs it
	w.now = born.Add(channelLife)
	if _, over := w.pushed(n); over != "" {
		t.Fatalf("over though it was prolonged: %s", over)
	}
	if at, ok := w.NextDue(); !ok || !at.Equal(born.Add(channelLife+time.Minute)) {
		t.Errorf("next due at %v, %t: the token's end comes first", at, ok)
	}
	w.now = born.Add(channelLife + time.Minute)
	if _, over := w.pushed(n); over == "" {
		t.Error("the channel outlives its token")
	}
}

func TestARevokedTokenEndsItsChannels(t *testing.T) {
	w := channelWorld(t)
	n := w.attach(w.open())
	w.Faults().Revocations++
	if _, over := w.pushed(n); over == "" {
		t.Error("the channel goes on")
	}
}

func TestChannelsOfOtherTokensAreShownWithoutTheirIDs(t *testing.T) {
	w := channelWorld(t)
	w.open()
	w.token = w.login()
	id := w.open()
	own := decode(t, w.notifications("GET", "", "").Body)
	if list := at(own, "entities").([]any); len(list) != 1 || at(list[0], "id") != id {
		t.Errorf("the token's own: %v", own)
	}
	all := decode(t, w.notifications("GET", "?includechannels=oauthclient", "").Body)
	if list := at(all, "entities").([]any); len(list) != 2 || at(list[0], "id") != nil || at(list[0], "expires") == nil {
		t.Errorf("all: %v", all)
	}
}

func TestChannelsInASnapshot(t *testing.T) {
	w := channelWorld(t)
	id := w.seed()
	ch := w.open(topicPrefix + id)
	text, err := w.State()
	if err != nil {
		t.Fatal(err)
	}
	restored := channelWorld(t)
	if err := restored.SetState(text); err != nil {
		t.Fatal(err)
	}
	if a, b := w.Fingerprint(w.now, nil), restored.Fingerprint(w.now, nil); string(a) != string(b) {
		t.Errorf("the fingerprints differ:\n%q\n%q", a, b)
	}
	restored.token = w.token
	n := restored.attach(ch)
	restored.edit(mocks.Edit{Record: id, Set: map[string]any{"notes": "x"}})
	if texts, over := restored.pushed(n); len(texts) != 1 || over != "" {
		t.Errorf("pushed %q, over %q", texts, over)
	}
	if restored.open() != w.open() {
		t.Error("the restored mock makes other ids")
	}
	for _, broken := range []string{
		`[{"id":""}]`, `[{"id":"a"},{"id":"a"}]`, `[{"id":"a","topics":["v2.users.x"]}]`,
		`[` + strings.Repeat(`{"id":"a"},`, channelsMax) + `{"id":"b"}]`,
	} {
		if err := channelWorld(t).SetState([]byte(`{"channels":` + broken + `}`)); err == nil {
			t.Errorf("the channels %s are taken up", broken)
		}
	}
}

// A copy has channels of its own.
func TestClonesShareNoChannel(t *testing.T) {
	w := channelWorld(t)
	before := string(w.Fingerprint(w.now, nil))
	n := w.attach(w.open())
	clone := w.Clone(w.log).(*Mock)
	w.Received(w.now, n, []byte(`{"message":"ping"}`))
	if messages, over := clone.Outgoing(w.now, n); len(messages) > 0 || over != "" {
		t.Errorf("the clone pushes %q, over %q", messages, over)
	}
	if string(w.Fingerprint(w.now, nil)) == before {
		t.Error("the fingerprint does not tell that there is a channel")
	}
}

// FuzzSubscribe: whatever a client subscribes to, the answer is a list or a
// refusal, and what is listed can be written back.
func FuzzSubscribe(f *testing.F) {
	for _, body := range []string{topicList(adaTopic), `[]`, `{}`, `[{"id":null}]`, `[{"id":"` + topicPrefix + `"}]`, `[`} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		w := channelWorld(t)
		one := "/" + w.open() + "/subscriptions"
		resp := w.notifications("POST", one, body)
		if resp.Status != 200 && resp.Status != 400 {
			t.Fatalf("%q: %d %s", body, resp.Status, resp.Body)
		}
		listed := decode(t, w.notifications("GET", one, "").Body)["entities"]
		back, err := json.Marshal(listed)
		if err != nil {
			t.Fatal(err)
		}
		if resp := w.notifications("PUT", one, string(back)); resp.Status != 200 {
			t.Fatalf("%s cannot be written back: %d %s", back, resp.Status, resp.Body)
		}
	})
}
