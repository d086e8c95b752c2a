package dynamics

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
)

// UserID is the id of the system user with a name: the name given to Edit and
// its like, or the engine's client id. It stands for the one that the vendor
// would have drawn when the user was created.
func UserID(name string) string {
	var u [16]byte
	h := uint64(14695981039346656037) // FNV-1a
	for half := range 2 {
		for i := range len(name) {
			h = (h ^ uint64(name[i])) * 1099511628211
		}
		h = (h ^ uint64(half+1)) * 1099511628211
		binary.BigEndian.PutUint64(u[8*half:], h)
	}
	u[6] = u[6]&0x0f | 0x40
	u[8] = u[8]&0x3f | 0x80
	s := hex.EncodeToString(u[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// fullName is what the vendor calls a user: an application user is shown
// behind a number sign (2).
func (m *Mock) fullName(by string) string {
	if by == m.config.ClientID {
		return "# " + by
	}
	return by
}

// guid is the lower-case form of an id; ok is false for what is none.
func guid(text string) (_ string, ok bool) {
	if len(text) != 36 {
		return "", false
	}
	for i := range len(text) {
		c := text[i] | 0x20
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if text[i] != '-' {
				return "", false
			}
		case c >= '0' && c <= '9' && text[i] == c || c >= 'a' && c <= 'f':
		default:
			return "", false
		}
	}
	return strings.ToLower(text), true
}
