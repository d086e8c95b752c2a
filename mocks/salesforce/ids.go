package salesforce

import "github.com/syncproof/syncproof/mocks"

// Key prefixes of the ids that the mock makes (S; the cursor's: M).
const (
	prefixContact = "003"
	prefixAccount = "001"
	prefixUser    = "005"
	prefixOrg     = "00D"
	prefixQuery   = "01g"

	prefixField         = "00N"
	prefixRule          = "03d"
	prefixTrigger       = "01q"
	prefixPermissionSet = "0PS"
	prefixFieldGrant    = "01k" // (M)
	prefixAssignment    = "0Pa" // (M)
	prefixMember        = "0v8" // (M)
)

// UserID is the 18-character id by which the system knows a user: the name
// given to Edit and its like, or the engine's client id. LastModifiedById
// holds it, and the identity URL of the token answer ends with the engine's.
func UserID(name string) string {
	// A hash of the name (FNV-1a) stands for the number that the vendor
	// would have counted up to when the user was created.
	h := uint64(14695981039346656037)
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * 1099511628211
	}
	return numbered(prefixUser, h)
}

func numbered(prefix string, n uint64) string {
	const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	var id [15]byte
	copy(id[:], prefix)
	for i := len(id) - 1; i >= len(prefix); i-- {
		id[i] = base62[n%62]
		n /= 62
	}
	return string(id[:]) + mocks.SalesforceSuffix(string(id[:]))
}

// canonicalID is the 18-character form of an id given in 15 or 18 characters (S);
// ok is false for what cannot be an id.
func canonicalID(id string) (_ string, ok bool) {
	for i := range len(id) {
		c := id[i]
		if !(c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z') {
			return "", false
		}
	}
	switch len(id) {
	case 15:
		return id + mocks.SalesforceSuffix(id), true
	case 18:
		return id, mocks.SalesforceSuffix(id[:15]) == id[15:]
	}
	return "", false
}
