package restcrm_test

import (
	"net/http"
	"reflect"
	"testing"

	"github.com/jarcoal/httpmock"

	"github.com/syncproof/syncproof/engine/adapter"
)

func TestChanges(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt).(adapter.Feed)
	for _, tc := range []struct {
		after adapter.Cursor
		limit int
		query string
		body  string
		want  adapter.Page
	}{
		{"", 2, "limit=2", `{"changes":[
		  {"sequence":4,"id":"k1","deleted":false,"updated_at":"2026-03-01T10:00:00.000Z","updated_by":"syncproof-engine","sync_version":1},
		  {"sequence":9,"id":"k2","deleted":true,"updated_at":"2026-03-01T09:00:00.000Z","updated_by":"maria","sync_version":1}],"next_cursor":"n 9","more":true}`,
			adapter.Page{Next: "n 9", More: true, Changed: []adapter.Change{
				{ID: "k1", Stamp: "4", By: "syncproof-engine", Own: true},
				{ID: "k2", Stamp: "9", By: "maria", Deleted: true},
			}}},
		{"n 9", 5000, "after=n+9&limit=1000", `{"changes":[],"next_cursor":"n 9","more":false}`, adapter.Page{Next: "n 9"}},
	} {
		mt.RegisterResponder("GET", v1+"/changes", func(r *http.Request) (*http.Response, error) {
			if got := r.URL.Query().Encode(); got != tc.query {
				t.Errorf("query %s, expected %s", got, tc.query)
			}
			return httpmock.NewStringResponse(200, tc.body), nil
		})
		if got, err := s.Changes(t.Context(), tc.after, tc.limit); err != nil || !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%+v, %v, expected %+v", got, err, tc.want)
		}
	}
	if _, rewinds := s.(adapter.Rewinder); rewinds {
		t.Error("a feed of sequence numbers has nothing to rewind")
	}
}

func TestFeedErrors(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt).(adapter.Feed)
	for _, tc := range []struct {
		status int
		body   string
		kind   adapter.Kind
	}{
		{400, `{"code":"invalid_cursor","field":"after"}`, adapter.Malformed},
		{200, `{"changes":[],"more":false}`, adapter.Malformed},
		{200, `{"changes":[{"sequence":1}],"next_cursor":"1","more":false}`, adapter.Malformed},
		{200, `{"changes":[{"id":"k1"}],"next_cursor":"1","more":false}`, adapter.Malformed},
		{200, `{`, adapter.Malformed},
		{503, ``, adapter.Unavailable},
	} {
		mt.RegisterResponder("GET", v1+"/changes", httpmock.NewStringResponder(tc.status, tc.body))
		if _, err := s.Changes(t.Context(), "x", 2); err == nil || adapter.As(err).Kind != tc.kind || adapter.As(err).Indefinite {
			t.Errorf("%d %s: %v", tc.status, tc.body, err)
		}
	}
}
