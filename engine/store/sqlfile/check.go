package sqlfile

import (
	"context"
	"fmt"
	"sort"
	"strings"
)

// check reads the whole file and refuses it if anything is wrong in it. The
// kind's own check runs beside SQLite's, on another connection, and counts only
// if that one found nothing.
func (f *File) check(ctx context.Context, kind *Kind) error {
	type judgement struct {
		what string
		err  error
	}
	own := make(chan judgement, 1)
	go func() {
		what, err := kind.Check(ctx, f.readers)
		own <- judgement{what, err}
	}()
	err := f.sound(ctx, kind)
	j := <-own
	if err == nil {
		err = j.err
	}
	if err == nil && j.what != "" {
		err = f.damaged("%s", j.what)
	}
	return err
}

// sound says whether the file is what SQLite wrote and has all its tables.
func (f *File) sound(ctx context.Context, kind *Kind) error {
	var found string
	if err := f.readers.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&found); err != nil {
		return err
	}
	if found != "ok" {
		return f.damaged("%s", strings.TrimSpace(found))
	}
	missing, err := f.missing(ctx, kind)
	if err == nil && missing != "" {
		err = f.damaged("%s is missing", missing)
	}
	return err
}

// missing names a table or index that the migrations make and the file lacks.
func (f *File) missing(ctx context.Context, kind *Kind) (string, error) {
	rows, err := f.readers.QueryContext(ctx, "SELECT type || ' ' || name FROM sqlite_schema")
	if err != nil {
		return "", err
	}
	there := map[string]bool{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return "", closing(rows, err)
		}
		there[name] = true
	}
	if err := closing(rows, rows.Err()); err != nil {
		return "", err
	}
	for _, name := range made(kind.Migrations) {
		if !there[name] {
			return name, nil
		}
	}
	return "", nil
}

// made lists the tables and indexes that migrations leave, by their first
// words: CREATE TABLE name, CREATE INDEX name, DROP TABLE name.
func made(migrations []string) []string {
	left := map[string]bool{}
	for _, m := range migrations {
		for _, statement := range strings.Split(m, ";") {
			var verb, kind, name string
			if n, _ := fmt.Sscan(statement, &verb, &kind, &name); n < 3 {
				continue
			}
			switch verb {
			case "CREATE":
				left[strings.ToLower(kind)+" "+name] = true
			case "DROP":
				delete(left, strings.ToLower(kind)+" "+name)
			}
		}
	}
	names := make([]string, 0, len(left))
	for name := range left {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
