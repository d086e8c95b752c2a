package sim

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"time"
)

// BareRun is what a BareLoop did.
type BareRun struct {
	Exchanges int
	Virtual   time.Duration
}

// BareLoop runs n JSON exchanges of the given number of coroutines over
// http.Client and http.ServeMux under virtual time, with nothing around them:
// no engine, no mock, no journal, no check. It is what the harness is
// measured against. oneWay is the latency of each leg.
func BareLoop(workers, n int, oneWay time.Duration) BareRun {
	w := &agenda[func()]{}
	pool := &tasks{}
	defer pool.close()
	mux := http.NewServeMux()
	mux.HandleFunc("PATCH /contacts/{id}", func(rw http.ResponseWriter, r *http.Request) {
		var contact bareContact
		if json.NewDecoder(r.Body).Decode(&contact) != nil {
			rw.WriteHeader(http.StatusBadRequest)
			return
		}
		contact.Version++
		rw.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(rw).Encode(contact)
	})
	client := &http.Client{Transport: &bareTransport{w: w, pool: pool, mux: mux, oneWay: int64(oneWay)}}
	done := 0
	for i := range workers {
		pool.start(uint64(i), 0, func() {
			for done < n {
				done++
				bareExchange(client)
			}
		})
	}
	for {
		do, ok := w.next()
		if !ok {
			return BareRun{Exchanges: done, Virtual: time.Duration(w.now)}
		}
		do()
	}
}

// bareContact has the size of the contacts that the benchmarks' worlds hold.
type bareContact struct {
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Title     string `json:"title"`
	Phone     string `json:"phone"`
	Mobile    string `json:"mobile"`
	Email     string `json:"email"`
	City      string `json:"city"`
	Notes     string `json:"notes"`
	Tier      string `json:"tier"`
	Score     int    `json:"score"`
	Version   int    `json:"sync_version"`
}

func bareExchange(client *http.Client) {
	body, err := json.Marshal(bareContact{
		FirstName: "Ada", LastName: "Lovelace", Title: "Director", Phone: "+14155550123", Mobile: "+14155550124",
		Email: "ada@example.com", City: "San Francisco", Notes: "called back", Tier: "gold", Score: 7, Version: 41,
	})
	if err != nil {
		panic(err)
	}
	req, err := http.NewRequest(http.MethodPatch, "https://crm.test/contacts/1234567890", bytes.NewReader(body))
	if err != nil {
		panic(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := client.Do(req)
	if err != nil {
		panic(err)
	}
	defer res.Body.Close()
	var contact bareContact
	if err := json.NewDecoder(res.Body).Decode(&contact); err != nil {
		panic(err)
	}
}

type bareTransport struct {
	w    *agenda[func()]
	pool *tasks
	mux  *http.ServeMux

	oneWay int64
}

func (b *bareTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	t := b.pool.current
	rec := httptest.NewRecorder()
	b.w.at(b.w.now+b.oneWay, func() {
		b.mux.ServeHTTP(rec, req)
		b.w.at(b.w.now+b.oneWay, func() { b.pool.resume(t) })
	})
	if !t.park() {
		return nil, io.ErrClosedPipe
	}
	return rec.Result(), nil
}
