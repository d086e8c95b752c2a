package salesforce

import (
	"bytes"
	"io"
	"net/http"
	"strings"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/wire"
)

// signalBody is how much of a 403's body is looked at.
const signalBody = 4 << 10

// Signals implements adapter.Signals: 403 with the code
// REQUEST_LIMIT_EXCEEDED (or a 429), and Sforce-Limit-Info: api-usage=18/5000
// on every answer, which counts the organisation's requests of 24 hours.
func Signals(res *http.Response) adapter.Signal {
	s := adapter.Signal{
		Limited:    res.StatusCode == http.StatusTooManyRequests,
		RetryAfter: wire.RetryAfter(res.Header),
		Allowed:    -1,
		Remaining:  -1,
		Reset:      -1,
	}
	if res.StatusCode == http.StatusForbidden && res.Body != nil {
		head := peek(res)
		code, _, _ := readRefusal(head)
		s.Limited = code == "REQUEST_LIMIT_EXCEEDED"
	}
	used, allowed := usage(res.Header.Get("Sforce-Limit-Info"))
	if used >= 0 && allowed >= 0 {
		s.Allowed, s.Remaining = allowed, max(allowed-used, 0)
	}
	return s
}

// usage reads api-usage=18/5000, which other entries may surround; -1, -1 if
// it is not there.
func usage(header string) (used, allowed int) {
	for entry := range strings.FieldsFuncSeq(header, func(c rune) bool { return c == ';' || c == ',' || c == ' ' }) {
		counts, ours := strings.CutPrefix(entry, "api-usage=")
		if !ours {
			continue
		}
		a, b, _ := strings.Cut(counts, "/")
		return wire.ParseCount(a), wire.ParseCount(b)
	}
	return -1, -1
}

// peek reads the beginning of the body and leaves the whole body readable,
// with the error at its end if there was one.
func peek(res *http.Response) []byte {
	head, err := io.ReadAll(io.LimitReader(res.Body, signalBody))
	rest := io.Reader(res.Body)
	if err != nil {
		rest = failing{err}
	}
	res.Body = body{io.MultiReader(bytes.NewReader(head), rest), res.Body}
	return head
}

type body struct {
	io.Reader
	io.Closer
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
