package genesys

import (
	"net/url"
	"testing"
)

// FuzzPut: whatever an engine writes, the answer is one that the vendor would
// give, and what was stored is well-formed on its way out and can be written
// back as it is.
func FuzzPut(f *testing.F) {
	for _, body := range []string{
		`{"firstName":"Ada","lastName":"x","workPhone":{"display":"(415) 555-0123"},"customFields":{"score":12,"interests":["golf"]}}`,
		`{"workPhone":{"display":"+44 20 7946 0958","extension":7},"externalIds":[{"externalSource":{"id":"crm"},"value":"003"}]}`,
		`{"address":{"city":null},"notes":"\u0000"}`, `{"workPhone":5}`, `[]`, `{"notes":"a","notes":"b"}`, `{`,
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		w := newWorld(t)
		id := w.seed()
		resp := w.call("PUT", "contacts/"+id, body)
		if resp.Status < 200 || resp.Status > 499 {
			t.Fatalf("%q: %d %s", body, resp.Status, resp.Body)
		}
		w.must("GET", "contacts/"+id, "")
	})
}

// FuzzPhoneNumber: a number that the server rewrote is rewritten to itself.
func FuzzPhoneNumber(f *testing.F) {
	for _, text := range []string{"+14155550123", "(415) 555-0123", "+1 415-555-0123 ext. 7", "555", "+52 1 55 1234 5678", "", "\x00"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		b := newPhoneBook("US")
		once := b.read(phoneInput{display: text})
		if once.number == "" {
			return
		}
		if twice := b.read(phoneInput{display: once.number}); twice.number != once.number {
			t.Fatalf("%q becomes %s, and then %s", text, once.number, twice.number)
		}
	})
}

// FuzzScan: a page of the feed, or a refusal, whatever cursor and limit ask.
func FuzzScan(f *testing.F) {
	for _, c := range [][2]string{{"", "10"}, {"0", "10"}, {"zzz", "200"}, {"", "-1"}, {"", "9999999999999999999"}} {
		f.Add(c[0], c[1])
	}
	f.Fuzz(func(t *testing.T, cursor, limit string) {
		w := newWorld(t)
		w.seed()
		resp := w.call("GET", "scan/contacts?cursor="+url.QueryEscape(cursor)+"&limit="+url.QueryEscape(limit), "")
		if resp.Status != 200 && resp.Status != 400 {
			t.Fatalf("cursor %q, limit %q: %d %s", cursor, limit, resp.Status, resp.Body)
		}
		decode(t, resp.Body)
	})
}
