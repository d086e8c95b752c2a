package serve

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/engine/service"
)

func TestAnEditComesByAChannel(t *testing.T) {
	n := newTenant(t, "", nil)
	cc, crm := n.customer("Lovelace")
	for i := range 5 {
		title := fmt.Sprintf("T%d", i)
		n.edit(cc, title)
		n.arrives(crm, title)
	}
	if c := n.standing(); c.Wanted != 1 || c.Connected != 1 || c.Records != 1 || c.Unwatched != 0 {
		t.Errorf("%+v", c)
	}
	if got := n.metric(`syncproof_channel_messages_total{kind="notice",side="cc"}`); got == "" || got == "0" {
		t.Errorf("%q notices are counted", got)
	}
}

// metric is one line's value, "" if it is not there.
func (n *tenant) metric(name string) string {
	n.t.Helper()
	res, err := http.Get("http://" + n.service.Addrs().Admin + "/metrics")
	if err != nil {
		n.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		n.t.Fatal(err)
	}
	for _, line := range strings.Split(string(text), "\n") {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return value
		}
	}
	return ""
}

// TestNoEditIsLostWhereAChannelBreaks: polls are an hour apart, so that only
// what the service does of itself brings the edit that nobody tells of.
func TestNoEditIsLostWhereAChannelBreaks(t *testing.T) {
	for name, breaks := range map[string]func(n *tenant, cc string){
		"the connection is cut": func(n *tenant, cc string) {
			n.line.Stop()
			n.until("the service sees it", func() bool { return !n.connected() })
			n.edit(cc, "Missed")
			if err := n.line.Start(); err != nil {
				n.t.Fatal(err)
			}
		},
		"the connection is half open": func(n *tenant, cc string) {
			toxic := `{"name":"wall","type":"timeout","stream":"downstream","toxicity":1,"attributes":{"timeout":0}}`
			if _, err := n.line.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
				n.t.Fatal(err)
			}
			n.edit(cc, "Missed")
			n.until("the service sees it", func() bool { return !n.connected() })
			if err := n.line.Toxics.RemoveToxic(n.t.Context(), "wall"); err != nil {
				n.t.Fatal(err)
			}
		},
		"others push it out": func(n *tenant, cc string) {
			n.pushOut()
			n.edit(cc, "Missed")
		},
		"it expires": func(n *tenant, cc string) {
			n.plane(n.t, "PUT", "/v1/clock", map[string]any{"offset": "25h"}, nil)
			n.edit(cc, "Missed")
		},
		"its token is revoked": func(n *tenant, cc string) {
			n.plane(n.t, "POST", "/v1/tokens/revoke", nil, nil)
			n.edit(cc, "Missed")
		},
		"a message is malformed": func(n *tenant, cc string) {
			n.relay.spoil(func(m []byte) []byte { return m[:len(m)/2] })
			n.edit(cc, "Missed")
		},
		"a message is too long": func(n *tenant, cc string) {
			n.relay.spoil(func([]byte) []byte { return make([]byte, 2<<20) })
			n.edit(cc, "Missed")
		},
		"a message names two contacts": func(n *tenant, cc string) {
			n.relay.spoil(func(m []byte) []byte {
				return []byte(strings.Replace(string(m), "contacts."+cc, "contacts.00000000-0000-4000-8000-000000000bad", 1))
			})
			n.edit(cc, "Missed")
		},
	} {
		t.Run(name, func(t *testing.T) {
			n := newTenant(t, "", nil)
			cc, crm := n.customer("Lovelace")
			n.edit(cc, "Before")
			n.arrives(crm, "Before")
			n.until("the service is idle", n.service.Idle)
			breaks(n, cc)
			n.arrives(crm, "Missed")
			n.until("the channel is up again", n.connected)
			n.edit(cc, "After")
			n.arrives(crm, "After")
		})
	}
}

// pushOut makes so many channels that none of before is left.
func (n *tenant) pushOut() {
	n.t.Helper()
	base := n.config.Systems.CC.BaseURL
	call := func(path, auth string, body io.Reader, kind string, into any) {
		n.t.Helper()
		req, err := http.NewRequest("POST", base+path, body)
		if err != nil {
			n.t.Fatal(err)
		}
		req.Header.Set("Authorization", auth)
		req.Header.Set("Content-Type", kind)
		if auth == "" {
			req.SetBasicAuth(clientID, ccSecret)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			n.t.Fatal(err)
		}
		defer res.Body.Close()
		if err := json.NewDecoder(res.Body).Decode(into); err != nil || res.StatusCode != http.StatusOK {
			n.t.Fatalf("POST %s: %d, %v", path, res.StatusCode, err)
		}
	}
	var login struct {
		Token string `json:"access_token"`
	}
	call("/oauth/token", "", strings.NewReader("grant_type=client_credentials"), "application/x-www-form-urlencoded", &login)
	for range 20 {
		var channel struct{ ConnectURI string }
		call("/api/v2/notifications/channels", "Bearer "+login.Token, http.NoBody, "application/json", &channel)
		n.relay.hold(n.t, channel.ConnectURI)
	}
}

// TestAForgedTopicIsIgnored: a channel tells of nothing that it was not asked
// for, whatever comes over it.
func TestAForgedTopicIsIgnored(t *testing.T) {
	n := newTenant(t, "", nil)
	cc, crm := n.customer("Lovelace")
	const other = "00000000-0000-4000-8000-000000000bad"
	n.relay.say(t, `{"topicName":"v2.externalcontacts.contacts.`+other+`","version":"2","eventBody":{"id":"`+other+`"}}`)
	n.until("it is counted", func() bool { return n.metric(`syncproof_channel_messages_total{kind="foreign",side="cc"}`) == "1" })
	n.edit(cc, "After")
	n.arrives(crm, "After")
	if c := n.standing(); c.Records != 1 {
		t.Errorf("%+v", c)
	}
}

// TestTheNextChannelIsThereBeforeTheLastOneEnds: where the vendor says that it
// will close, and before a channel's time is over.
func TestTheNextChannelIsThereBeforeTheLastOneEnds(t *testing.T) {
	t.Run("closing", func(t *testing.T) {
		n := newTenant(t, "", nil)
		cc, crm := n.customer("Lovelace")
		before := n.relay.connections()
		n.relay.say(t, `{"topicName":"v2.system.socket_closing","eventBody":{"message":"maintenance"}}`)
		n.until("another channel is connected", func() bool { return n.relay.connections() == before+1 })
		n.edit(cc, "After")
		n.arrives(crm, "After")
		if got := n.metric(`syncproof_channel_failures_total{side="cc"}`); got != "" {
			t.Errorf("%s connections broke", got)
		}
	})
	t.Run("the end of its life", func(t *testing.T) {
		n := newTenant(t, "-23h59m58s", nil)
		before := n.relay.connections()
		n.until("other channels have followed", func() bool { return n.relay.connections() >= before+2 })
		if got := n.metric(`syncproof_channel_failures_total{side="cc"}`); got != "" {
			t.Errorf("%s connections broke", got)
		}
	})
}

func TestTheCheckTriesAChannel(t *testing.T) {
	n := newTenant(t, "", nil)
	for _, f := range service.Ping(t.Context(), n.config) {
		if f.What == "cc" && (!f.OK || !strings.Contains(f.Text, "a notification channel can be had and connected to")) {
			t.Errorf("%+v", f)
		}
	}
}
