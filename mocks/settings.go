package mocks

// Administered is a mock of which more can be set up than its configuration
// says: what an administrator of the vendor's would click together. Settings
// are of the vendor's kind, and part of snapshots.
type Administered interface {
	System
	// Settings are all that is set up, as a JSON object.
	Settings() ([]byte, error)
	// SetSettings replaces them. After an error nothing has changed; the error
	// says which setting is wrong, and what was expected.
	SetSettings(text []byte) error
}
