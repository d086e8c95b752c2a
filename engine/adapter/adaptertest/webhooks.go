package adaptertest

import (
	"errors"
	"maps"
	"net/http"
	"slices"

	"github.com/syncproof/syncproof/engine/adapter"
)

var webhookRules = []rule{
	{"a genuine delivery names its record", func(b *bench) {
		w, id, h, body := b.delivery()
		notices, err := w.Verify(h, body)
		b.must("Verify", err)
		if !slices.ContainsFunc(notices, func(n adapter.Notice) bool { return n.ID == id }) {
			b.Fatalf("the delivery about record %s was read as %d notices, none about it", id, len(notices))
		}
	}},
	{"a delivery without its signature is unauthentic", func(b *bench) {
		w, _, _, body := b.delivery()
		b.unauthentic(w, "no header", http.Header{}, body)
		b.unauthentic(w, "no header and no JSON", http.Header{}, []byte("{"))
	}},
	{"a delivery with another signature is unauthentic", func(b *bench) {
		w, _, h, body := b.delivery()
		name := b.proof(w, h, body)
		value := h.Get(name)
		for i := range value {
			forged := []byte(value)
			forged[i] ^= 1
			altered := h.Clone()
			altered.Set(name, string(forged))
			b.unauthentic(w, name+" with another character", altered, body)
		}
		for _, short := range []string{"", value[:1], value[:len(value)-1], value + "x"} {
			altered := h.Clone()
			altered.Set(name, short)
			b.unauthentic(w, name+" of another length", altered, body)
		}
	}},
	{"a delivery whose body was altered is unauthentic", func(b *bench) {
		w, _, h, body := b.delivery()
		if !b.SignsBody {
			b.Skipf("Tenant.SignsBody is false: the vendor's deliveries carry a key and no signature")
		}
		for i := range body {
			altered := slices.Clone(body)
			altered[i] ^= 1
			b.unauthentic(w, "a body with another byte", h, altered)
		}
		b.unauthentic(w, "a body with a byte more", h, append(slices.Clone(body), ' '))
	}},
	{"an authentic delivery that cannot be read is Malformed", func(b *bench) {
		w, _, h, body := b.delivery()
		if b.SignsBody {
			b.Skipf("Tenant.SignsBody is true: the suite cannot sign another body")
		}
		_, err := w.Verify(h, body[:len(body)/2])
		b.fails("Verify", err, adapter.Malformed, false)
	}},
}

// delivery is a genuine delivery about a record.
func (b *bench) delivery() (w adapter.Webhooks, id string, h http.Header, body []byte) {
	b.Helper()
	w, ok := b.system.(adapter.Webhooks)
	if !ok {
		b.Skipf("the adapter has no Webhooks")
	}
	if b.Delivery == nil {
		b.Skipf("the tenant has no Delivery")
	}
	id = b.make()
	h, body = b.Tenant.Delivery(id)
	return w, id, h, body
}

// proof is the header that makes a delivery authentic.
func (b *bench) proof(w adapter.Webhooks, h http.Header, body []byte) string {
	b.Helper()
	for _, name := range slices.Sorted(maps.Keys(h)) {
		without := h.Clone()
		without.Del(name)
		if _, err := w.Verify(without, body); errors.Is(err, adapter.ErrUnauthentic) {
			return name
		}
	}
	b.Fatalf("Verify takes the delivery whichever of its headers is missing")
	return ""
}

func (b *bench) unauthentic(w adapter.Webhooks, what string, h http.Header, body []byte) {
	b.Helper()
	notices, err := w.Verify(h, body)
	if !errors.Is(err, adapter.ErrUnauthentic) || len(notices) > 0 {
		b.Fatalf("%s: want ErrUnauthentic and no notice, got %v and %d notices", what, err, len(notices))
	}
}
