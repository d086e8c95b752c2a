package salesforce

import (
	"net/http"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

const (
	// updatedDays and deletedDays are how far back the replication resources
	// reach (S).
	updatedDays = 30
	deletedDays = 15
)

// replication answers sobjects/Contact/updated and deleted (S). Both take the
// instants start and end with their seconds ignored, and want more than a
// minute between them (M).
func (x *exchange) replication(deleted bool) (int, []byte, *apiError) {
	if !x.may("read") {
		return 0, nil, errAccess()
	}
	start, startOK := parseInstant(x.r.Query.Get("start"))
	end, endOK := parseInstant(x.r.Query.Get("end"))
	if !startOK || !endOK {
		return 0, nil, refuse("MALFORMED_QUERY", "start and end must be ISO 8601 instants with a time zone")
	}
	days := updatedDays
	if deleted {
		days = deletedDays
	}
	start, end = start.Truncate(time.Minute), end.Truncate(time.Minute)
	switch {
	case !start.Before(end):
		return 0, nil, refuse("INVALID_REPLICATION_DATE", "startDate must precede endDate by more than one minute")
	case start.Before(x.now.AddDate(0, 0, -days)):
		return 0, nil, refuse("INVALID_REPLICATION_DATE", "startDate is out of range")
	}
	index, name := &x.m.store.modified, "ids"
	if deleted {
		index, name = &x.m.store.removed, "deletedRecords"
	}
	rows := x.m.changed(index, start.Unix(), end.Unix(), deleted)
	x.discloseRows(rows, true)
	b := append([]byte(`{"`), name...)
	b = append(b, `":[`...)
	for i, r := range rows {
		if i > 0 {
			b = append(b, ',')
		}
		b = x.m.appendReplicated(b, r, deleted)
	}
	b = append(b, ']')
	if deleted {
		b = append(b, `,"earliestDateAvailable":"`...)
		b = append(x.m.appendInstant(b, x.now.AddDate(0, 0, -days).Unix()), '"')
	}
	b = append(b, `,"latestDateCovered":"`...)
	covered := min(end.Unix(), x.now.Truncate(time.Minute).Unix())
	return http.StatusOK, append(x.m.appendInstant(b, covered), `"}`...), nil
}

func (m *Mock) appendReplicated(b []byte, r *record, deleted bool) []byte {
	if !deleted {
		return mocks.AppendString(b, r.id)
	}
	b = append(b, `{"id":`...)
	b = mocks.AppendString(b, r.id)
	b = append(b, `,"deletedDate":"`...)
	return append(m.appendInstant(b, r.deletedAt), `"}`...)
}

// changed are the records of an index whose stamp lies in [start, end).
func (m *Mock) changed(index *stampIndex, start, end int64, deleted bool) []*record {
	var rows []*record
	index.from(start, func(r *record) bool {
		if at, _ := index.stamp(r); at >= end {
			return false
		}
		if r.deleted == deleted && !m.hiddenByGap(r) {
			rows = append(rows, r)
		}
		return true
	})
	return rows
}
