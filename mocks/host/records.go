package host

import (
	"net/http"
	"strconv"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// recordsMax is the most records in a page, and the default.
const recordsMax = 1000

// record is one record as the control plane shows it: with the vendor's names
// and native text, whatever the vendor's surface would make of it.
type record struct {
	ID       string            `json:"id"`
	Object   mocks.Object      `json:"object,omitzero"`
	External string            `json:"external,omitempty"`
	Version  int64             `json:"version"`
	Deleted  bool              `json:"deleted,omitempty"`
	MergedTo string            `json:"merged_to,omitempty"`
	Modified time.Time         `json:"modified"`
	Fields   map[string]string `json:"fields"`
}

func shown(s *mocks.Snapshot) record {
	return record{
		ID: s.ID, Object: s.Object, External: s.External, Version: s.Version, Deleted: s.Deleted, MergedTo: s.MergedTo,
		Modified: s.Modified.UTC(), Fields: s.Fields,
	}
}

// list shows records in the order in which they were made, tombstones
// included: GET /v1/records?after=ID&limit=N.
func (h *Host) list(w http.ResponseWriter, r *http.Request) error {
	limit, err := number(r, "limit", recordsMax, recordsMax)
	if err != nil {
		return err
	}
	after := r.URL.Query().Get("after")
	page := struct {
		Records []record `json:"records"`
		Next    string   `json:"next,omitempty"` // the after of the next page
	}{Records: []record{}}
	err = h.see(func(_ time.Time, s mocks.System) error {
		if _, known := s.Peek(after); after != "" && !known {
			return bad("after", "there is no record "+after)
		}
		skipping := after != ""
		s.Each(func(one mocks.Snapshot) bool {
			switch {
			case skipping:
				skipping = one.ID != after
			case len(page.Records) == int(limit):
				page.Next = page.Records[limit-1].ID
				return false
			default:
				page.Records = append(page.Records, shown(&one))
			}
			return true
		})
		return nil
	})
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, page)
}

// show is GET /v1/records/{id}.
func (h *Host) show(w http.ResponseWriter, r *http.Request) error {
	return h.one(w, http.StatusOK, r.PathValue("id"))
}

func (h *Host) one(w http.ResponseWriter, status int, id string) error {
	var found record
	err := h.see(func(_ time.Time, s mocks.System) error {
		one, ok := s.Peek(id)
		if !ok {
			return unknown(id)
		}
		found = shown(&one)
		return nil
	})
	if err != nil {
		return err
	}
	return reply(w, status, found)
}

// lay makes a record as if it had been there before: no notice, no trigger.
// POST /v1/records.
func (h *Host) lay(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		ID       string         `json:"id"`
		Set      map[string]any `json:"set"`
		Version  *int64         `json:"version"`
		External string         `json:"external"`
		Modified time.Time      `json:"modified"`
		By       string         `json:"by"`
		Object   mocks.Object   `json:"object"`
	}
	if err := read(r, &in); err != nil {
		return err
	}
	if err := tidy(in.Set); err != nil {
		return err
	}
	id := ""
	err := h.do(func(now time.Time, s mocks.System) (err error) {
		if _, taken := s.Peek(in.ID); in.ID != "" && taken {
			return &problem{Status: http.StatusConflict, Field: "id", Detail: "there already is a record " + in.ID}
		}
		if in.Modified.IsZero() {
			in.Modified = now
		}
		id, err = s.Seed(mocks.Seed{
			Object: in.Object, ID: in.ID, Set: in.Set, Version: in.Version, External: in.External, Modified: in.Modified, By: in.By,
		})
		return err
	})
	if err != nil {
		return err
	}
	return h.one(w, http.StatusCreated, id)
}

// number reads a parameter that counts, from 1 to most.
func number(r *http.Request, name string, fallback, most uint64) (uint64, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return fallback, nil
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n > most {
		return 0, bad(name, name+" is a number up to "+strconv.FormatUint(most, 10)+", not "+strconv.Quote(text))
	}
	return n, nil
}
