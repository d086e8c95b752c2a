package genesys_test

import (
	"net/http"
	"testing"

	"github.com/jarcoal/httpmock"
)

// BenchmarkRead is a whole read: request, http.Client, decode.
func BenchmarkRead(b *testing.B) {
	mt := httpmock.NewMockTransport()
	s := contacts(b, mt)
	mt.RegisterResponder("GET", api+"contacts/c1", httpmock.NewStringResponder(200, ada))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Read(b.Context(), "c1"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBareExchange is the same exchange without the adapter.
func BenchmarkBareExchange(b *testing.B) {
	mt := httpmock.NewMockTransport()
	mt.RegisterResponder("GET", api+"contacts/c1", httpmock.NewStringResponder(200, ada))
	c := http.Client{Transport: mt}
	for b.Loop() {
		res, err := c.Get(api + "contacts/c1")
		if err != nil {
			b.Fatal(err)
		}
		res.Body.Close()
	}
}

func BenchmarkVerify(b *testing.B) {
	w, h := hooks(b), signed(changed)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.Verify(h, []byte(changed)); err != nil {
			b.Fatal(err)
		}
	}
}
