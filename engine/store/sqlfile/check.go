package sqlfile

import (
	"context"
	"fmt"
	"os"
	"sort"
	"strings"
)

// wholeBytes is up to which size a file is read whole before it is used, which
// takes about a second. It is no promise.
const wholeBytes = 256 << 20

// fit refuses a file that is not fit for use. A large one is not read whole:
// that would take minutes in which nothing is acknowledged. What every start
// works on is read, SQLite itself refuses a file that was cut, and the rest is
// refused when it is read, by SQLite or by who decodes it.
func (f *File) fit(ctx context.Context, kind *Kind, o Options) error {
	info, err := os.Stat(f.path)
	if err != nil {
		return err
	}
	most := int64(wholeBytes)
	if o.WholeBytes > 0 {
		most = o.WholeBytes
	}
	if info.Size() <= most {
		return f.check(ctx, kind)
	}
	for _, table := range kind.Working {
		if err := f.sound(ctx, kind, "PRAGMA quick_check('"+table+"')"); err != nil {
			return err
		}
	}
	return f.content(ctx, kind.CheckWorking)
}

// check reads the whole file and refuses it if anything is wrong in it. The
// kind's own check runs beside SQLite's, on another connection, and counts only
// if that one found nothing.
func (f *File) check(ctx context.Context, kind *Kind) error {
	own := make(chan error, 1)
	go func() { own <- f.content(ctx, kind.Check) }()
	err := f.sound(ctx, kind, "PRAGMA quick_check(1)")
	if wrong := <-own; err == nil {
		err = wrong
	}
	return err
}

// content refuses a file whose content the kind finds wrong.
func (f *File) content(ctx context.Context, check func(context.Context, Querier) (string, error)) error {
	if check == nil {
		return nil
	}
	what, err := check(ctx, f.readers)
	if err == nil && what != "" {
		err = f.damaged("%s", what)
	}
	return err
}

// sound says whether the file is what SQLite wrote, as far as a query of
// SQLite's own looks, and has all its tables.
func (f *File) sound(ctx context.Context, kind *Kind, query string) error {
	var found string
	if err := f.readers.QueryRowContext(ctx, query).Scan(&found); err != nil {
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
