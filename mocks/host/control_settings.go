package host

import (
	"io"
	"net/http"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// administered lets f at the settings of a mock that has any.
func (h *Host) administered(use func(f func(time.Time, mocks.System) error) error, f func(mocks.Administered) error) error {
	return use(func(_ time.Time, s mocks.System) error {
		a, ok := s.(mocks.Administered)
		if !ok {
			return &problem{Status: http.StatusNotImplemented, Detail: "the " + h.options.Kind + " mock has no settings"}
		}
		return f(a)
	})
}

// showSettings is GET /v1/settings.
func (h *Host) showSettings(w http.ResponseWriter, _ *http.Request) error {
	var text []byte
	err := h.administered(h.see, func(a mocks.Administered) (err error) {
		text, err = a.Settings()
		return err
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(append(text, '\n')) // the client may be gone
	return nil
}

// setSettings is PUT /v1/settings: what it does not name is not set up.
func (h *Host) setSettings(w http.ResponseWriter, r *http.Request) error {
	text, err := io.ReadAll(io.LimitReader(r.Body, mocks.MaxBody+1))
	if err != nil {
		return bad("", "the body could not be read: "+err.Error())
	}
	if err := h.administered(h.do, func(a mocks.Administered) error { return a.SetSettings(text) }); err != nil {
		return err
	}
	return h.showSettings(w, r)
}
