package wire

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/syncproof/syncproof/engine/adapter"
)

// MaxMessage bounds the vendor's words in an error, in bytes.
const MaxMessage = 200

const maxName = 120 // bytes of a code, field or permission

// redactor keeps secrets out of errors (SE-1), in the forms in which a server
// could echo them.
type redactor struct{ secrets []string }

func newRedactor(clientID string, secrets ...string) redactor {
	var r redactor
	for _, s := range secrets {
		if s == "" {
			continue
		}
		r.add(s)
		r.add(base64.StdEncoding.EncodeToString([]byte(clientID + ":" + s)))
		r.add(base64.StdEncoding.EncodeToString([]byte(s)))
		r.add(url.QueryEscape(s))
		if quoted, err := json.Marshal(s); err == nil {
			r.add(string(quoted[1 : len(quoted)-1]))
		}
	}
	return r
}

func (r *redactor) add(s string) {
	for _, have := range r.secrets {
		if have == s {
			return
		}
	}
	r.secrets = append(r.secrets, s)
}

// clean bounds all texts of e to one short line each, without secrets.
func (r *redactor) clean(e *adapter.Error, token string) {
	e.Message = r.line(e.Message, token, MaxMessage)
	e.Code = r.line(e.Code, token, maxName)
	e.Field = r.line(e.Field, token, maxName)
	e.Permission = r.line(e.Permission, token, maxName)
}

func (r *redactor) line(s, token string, max int) string {
	if s == "" {
		return ""
	}
	if token != "" {
		s = strings.ReplaceAll(s, token, "[redacted]")
	}
	for _, secret := range r.secrets {
		s = strings.ReplaceAll(s, secret, "[redacted]")
	}
	s = strings.Join(strings.FieldsFunc(s, func(c rune) bool {
		return unicode.IsSpace(c) || unicode.IsControl(c)
	}), " ")
	if len(s) <= max {
		return s
	}
	s = s[:max-len("…")]
	for !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s + "…"
}
