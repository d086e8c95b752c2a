package vector

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"path"
)

//go:embed testdata/vectors
var files embed.FS

const folder = "testdata/vectors"

// File is one file of vectors.
type File struct {
	Rule  string `json:"rule"`  // the rule that the cases are about
	About string `json:"about"` // the rule in a sentence
	Cases []Case `json:"cases"`
}

// Case is one vector. Input is what Parse reads, Want what Encode gives.
type Case struct {
	Name  string          `json:"name"`
	Rule  string          `json:"rule"` // that of the file; Want names the one that decided
	Input json.RawMessage `json:"input"`
	Want  json.RawMessage `json:"want"`
}

// Files returns all embedded files, by name.
func Files() ([]File, error) {
	entries, err := files.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var all []File
	for _, e := range entries {
		if path.Ext(e.Name()) != ".json" {
			continue
		}
		data, err := files.ReadFile(path.Join(folder, e.Name()))
		if err != nil {
			return nil, err
		}
		var f File
		if err := json.Unmarshal(data, &f); err != nil {
			return nil, fmt.Errorf("vectors in %s: %w", e.Name(), err)
		}
		for i := range f.Cases {
			f.Cases[i].Rule = f.Rule
		}
		all = append(all, f)
	}
	return all, nil
}

// All returns every vector, in the order of the files.
func All() ([]Case, error) {
	fs, err := Files()
	if err != nil {
		return nil, err
	}
	var cases []Case
	for _, f := range fs {
		cases = append(cases, f.Cases...)
	}
	return cases, nil
}

// Print writes every vector as one line of JSON.
func Print(w io.Writer) error {
	cases, err := All()
	if err != nil {
		return err
	}
	for _, c := range cases {
		var b bytes.Buffer
		enc := json.NewEncoder(&b) // compacts the raw parts
		enc.SetEscapeHTML(false)
		if err := enc.Encode(c); err != nil {
			return fmt.Errorf("vector %q: %w", c.Name, err)
		}
		if _, err := w.Write(b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}
