package scenarios

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"sync"
	"time"
)

// zoneinfo is the IANA database as the Go distribution carries it.
//
//go:generate sh -c "cp $(go env GOROOT)/lib/time/zoneinfo.zip zoneinfo.zip"
//go:embed zoneinfo.zip
var zoneinfo []byte

var zones = sync.OnceValues(func() (*zip.Reader, error) {
	return zip.NewReader(bytes.NewReader(zoneinfo), int64(len(zoneinfo)))
})

// Zone is an IANA time zone such as Europe/Berlin, or UTC. Unlike
// time.LoadLocation it never asks the machine, whose rules may be older or
// newer: a scenario means the same everywhere.
func Zone(name string) (*time.Location, error) {
	if name == "UTC" {
		return time.UTC, nil
	}
	all, err := zones()
	if err != nil {
		return nil, fmt.Errorf("the embedded time zones: %w", err)
	}
	for _, file := range all.File {
		if file.Name == name && !file.FileInfo().IsDir() {
			return loadZone(file)
		}
	}
	return nil, fmt.Errorf("unknown time zone %q", name)
}

func loadZone(file *zip.File) (*time.Location, error) {
	r, err := file.Open()
	if err != nil {
		return nil, fmt.Errorf("time zone %s: %w", file.Name, err)
	}
	defer func() { _ = r.Close() }()
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("time zone %s: %w", file.Name, err)
	}
	return time.LoadLocationFromTZData(file.Name, data)
}
