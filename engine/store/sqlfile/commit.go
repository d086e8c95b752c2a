package sqlfile

import (
	"context"
	"database/sql"
	"slices"

	"github.com/syncproof/syncproof/engine/store"
)

// group bounds how many jobs share a transaction.
const group = 512

// Job is one change of a file.
type Job struct {
	// Do makes the change on the writing connection, within a transaction.
	Do func(ctx context.Context, c *sql.Conn) error
	// Undo takes back what Do changed in memory, nil if that is nothing. It
	// runs after each Do whose transaction was not committed.
	Undo func()
}

// waiting is a job and whom it is answered to.
type waiting struct {
	Job
	done chan error
}

// Write carries the job out in a transaction and returns when that is synced.
// Calls made at once share transactions (group commit); a job that fails takes
// no other with it. After an error nothing of the job is in the file, unless
// the error is one of the disk's in the sync itself: then a power cut decides.
// ctx counts until the job has begun: its outcome is never left open.
func (f *File) Write(ctx context.Context, j Job) error {
	w := &waiting{j, make(chan error, 1)}
	if err := ctx.Err(); err != nil {
		return err
	}
	if f.isClosed() {
		return store.ErrClosed
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-f.closing:
		return store.ErrClosed
	case f.jobs <- w:
	}
	return <-w.done
}

// Between runs do on the writing connection while no transaction is open.
func (f *File) Between(ctx context.Context, do func(ctx context.Context, c *sql.Conn) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if f.isClosed() {
		return store.ErrClosed
	}
	return f.Judge(do(context.WithoutCancel(ctx), f.writer))
}

// commits carries jobs out until the file is closed. While one transaction is
// being synced the next jobs gather.
func (f *File) commits() {
	defer close(f.stopped)
	for {
		select {
		case <-f.closing:
			return
		case first := <-f.jobs:
			f.commit(f.gathered(first))
		}
	}
}

// gathered are the jobs that wait now.
func (f *File) gathered(first *waiting) []*waiting {
	jobs := []*waiting{first}
	for len(jobs) < group {
		select {
		case next := <-f.jobs:
			jobs = append(jobs, next)
		default:
			return jobs
		}
	}
	return jobs
}

// commit carries jobs out in one transaction. If that fails, each gets one of
// its own, so that only those fail which are at fault.
func (f *File) commit(jobs []*waiting) {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.transact(jobs)
	for _, j := range jobs {
		if err != nil && len(jobs) > 1 {
			j.done <- f.Judge(f.transact([]*waiting{j}))
			continue
		}
		j.done <- f.Judge(err)
	}
}

func (f *File) transact(jobs []*waiting) error {
	ctx := context.Background()
	tx, err := f.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	ran := 0
	for _, j := range jobs {
		ran++
		if err = j.Do(ctx, f.writer); err != nil {
			break
		}
	}
	if err == nil {
		err = tx.Commit() // rolls back if it fails
	} else {
		// Errors of the disk roll back by themselves, and then there is nothing
		// left to roll back. If there is, the next transaction cannot begin and
		// says so.
		_ = tx.Rollback()
	}
	if err == nil {
		f.wrote()
		return nil
	}
	for _, j := range slices.Backward(jobs[:ran]) {
		if j.Undo != nil {
			j.Undo()
		}
	}
	return err
}
