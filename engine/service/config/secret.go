package config

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
)

// Secret is a reference to a secret, env:NAME or file:/path, and after
// Resolve the secret itself. It prints as its reference, whatever prints it.
type Secret struct {
	Ref          string
	Line, Column int // where the reference stands
	value        string
}

// NewSecret is a secret that a program holds already.
func NewSecret(value string) Secret { return Secret{Ref: "given by the program", value: value} }

// Value is the secret itself, "" before Resolve and where none is configured.
func (s Secret) Value() string { return s.value }

// String is the reference.
func (s Secret) String() string { return s.Ref }

// GoString is the reference, so that %#v shows no more.
func (s Secret) GoString() string { return s.Ref }

// Format prints the reference for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.Ref) }

// LogValue is the reference.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.Ref) }

// MarshalText is the reference.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.Ref), nil }

// Text is what may be a reference, and may also be written out.
type Text struct {
	Ref          string
	Line, Column int
	value        string
}

// NewText is a text that is no reference.
func NewText(value string) Text { return Text{Ref: value, value: value} }

// Value is the text itself, after Resolve.
func (t Text) Value() string { return t.value }

// Environment is where references lead.
type Environment struct {
	Lookup   func(name string) (string, bool)
	ReadFile func(path string) ([]byte, error)
}

// Machine is the process's own environment and files.
func Machine() Environment {
	return Environment{Lookup: os.LookupEnv, ReadFile: readSecretFile}
}

// secretBytesMax bounds a file that holds a secret.
const secretBytesMax = 64 << 10

func readSecretFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, secretBytesMax+1))
	if err == nil && len(text) > secretBytesMax {
		err = fmt.Errorf("%s has more than %d bytes", path, secretBytesMax)
	}
	return text, err
}

var errEmpty = errors.New("it is empty")

// follow returns what a reference leads to. One line end at the end of a file
// is not part of the secret.
func (e Environment) follow(ref string) (string, error) {
	if name, ok := strings.CutPrefix(ref, "env:"); ok {
		value, set := e.Lookup(name)
		if !set {
			return "", fmt.Errorf("the environment variable %s is not set", name)
		}
		return nonEmpty(value)
	}
	data, err := e.ReadFile(strings.TrimPrefix(ref, "file:"))
	if err != nil {
		return "", err
	}
	text := strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")
	return nonEmpty(text)
}

func nonEmpty(value string) (string, error) {
	if value == "" {
		return "", errEmpty
	}
	return value, nil
}

func isReference(text string) bool {
	return strings.HasPrefix(text, "env:") || strings.HasPrefix(text, "file:")
}
