package host

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// origins are the users that a test can act as, by the scenario format's words.
var origins = map[string]mocks.Origin{"agent": mocks.Agent, "user": mocks.User, "automation": mocks.Automation}

// who is the part of a request that says who acts.
type who struct {
	As string `json:"as"`
	By string `json:"by"`
}

// origin is that of an actor; what an integration does belongs on the
// vendor's surface.
func (a *who) origin() (mocks.Origin, error) {
	if a.As == "" {
		a.As = "user"
	}
	origin, known := origins[a.As]
	if !known {
		return "", bad("as", "as is agent, user or automation, not "+a.As)
	}
	if a.By == "" {
		a.By = a.As
	}
	return origin, nil
}

// edit is what a user enters: POST /v1/edits.
func (h *Host) edit(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		who
		Object      mocks.Object   `json:"object"` // of a new record
		Record      string         `json:"record"` // "" makes a record
		Set         map[string]any `json:"set"`
		Version     *int64         `json:"version"`
		Bypass      bool           `json:"bypass"`
		CommitAfter span           `json:"commit_after"`
	}
	if err := read(r, &in); err != nil {
		return err
	}
	origin, err := in.origin()
	if err != nil {
		return err
	}
	if err := tidy(in.Set); err != nil {
		return err
	}
	id := ""
	err = h.do(func(now time.Time, s mocks.System) (err error) {
		if in.Record != "" {
			if _, known := s.Peek(in.Record); !known {
				return unknown(in.Record)
			}
		}
		id, err = s.Edit(now, mocks.Edit{
			Object: in.Object, By: in.By, Origin: origin, Record: in.Record, Set: in.Set, Version: in.Version,
			Bypass: in.Bypass, CommitAfter: time.Duration(in.CommitAfter),
		})
		return err
	})
	if err != nil {
		return err
	}
	status := http.StatusOK
	if in.Record == "" {
		status = http.StatusCreated
	}
	return reply(w, status, map[string]string{"id": id})
}

// act is a thing that a user does to one record, as mocks.System has them.
type act func(s mocks.System, now time.Time, by string, origin mocks.Origin, id string, cause uint64) error

// person makes an endpoint of what a user does to one record.
func (h *Host) person(do act) endpoint {
	return func(w http.ResponseWriter, r *http.Request) error {
		var in who
		if err := read(r, &in); err != nil {
			return err
		}
		origin, err := in.origin()
		if err != nil {
			return err
		}
		id := r.PathValue("id")
		return h.act(w, id, func(now time.Time, s mocks.System) error { return do(s, now, in.By, origin, id, 0) })
	}
}

// merge makes another record part of this one: POST /v1/records/{id}/merge.
func (h *Host) merge(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		By    string `json:"by"`
		Loser string `json:"loser"`
	}
	if err := read(r, &in); err != nil {
		return err
	}
	if in.Loser == "" {
		return bad("loser", "loser says which record becomes part of this one")
	}
	if in.By == "" {
		in.By = "agent"
	}
	id := r.PathValue("id")
	return h.act(w, id, func(now time.Time, s mocks.System) error { return s.Merge(now, in.By, id, in.Loser, 0) })
}

func (h *Host) act(w http.ResponseWriter, id string, f func(time.Time, mocks.System) error) error {
	err := h.do(func(now time.Time, s mocks.System) error {
		if _, known := s.Peek(id); !known {
			return unknown(id)
		}
		return f(now, s)
	})
	if err != nil {
		return err
	}
	return h.one(w, http.StatusOK, id)
}

func unknown(id string) error {
	return &problem{Status: http.StatusNotFound, Detail: "there is no record " + id}
}

// tidy turns the JSON values of a set into those that mocks take.
func tidy(set map[string]any) error {
	for name, value := range set {
		switch v := value.(type) {
		case nil, string, bool, json.Number:
		case []any:
			list := make([]string, len(v))
			for i := range v {
				text, ok := v[i].(string)
				if !ok {
					return bad("set."+name, "a list holds strings alone")
				}
				list[i] = text
			}
			set[name] = list
		default:
			return bad("set."+name, "a value is a string, a number, a boolean, a list of strings, or null to clear the field")
		}
	}
	return nil
}

// span is a duration in Go's form, such as 1m30s.
type span time.Duration

// MarshalText writes the form that UnmarshalText reads.
func (s span) MarshalText() ([]byte, error) { return []byte(time.Duration(s).String()), nil }

// UnmarshalText reads 90s or 1m30s.
func (s *span) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil {
		return bad("", "a duration is written like 90s or 1m30s, not "+string(text))
	}
	*s = span(d)
	return nil
}
