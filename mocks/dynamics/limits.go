package dynamics

import (
	"net/http"
	"strconv"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// executionMax is the execution time that a user's requests may take together
// in a window (S).
const executionMax = 1200 * time.Second

// execution counts it, in fixed windows as long as those of the requests.
type execution struct {
	allowed time.Duration
	start   time.Time
	used    time.Duration
}

// The times that requests are taken to need (M): the vendor tells no one's.
const (
	costRead  = 50 * time.Millisecond
	costWrite = 100 * time.Millisecond
)

func cost(method string) time.Duration {
	if method == http.MethodGet {
		return costRead
	}
	return costWrite
}

// runs reports whether the window has begun and not ended.
func (e *execution) runs(now time.Time) bool {
	return !e.start.IsZero() && !now.Before(e.start) && now.Sub(e.start) < vendorQuota.Per
}

// take counts a request of so much time and tells what is left, which is
// nothing if the window's time was used up before.
func (e *execution) take(now time.Time, cost time.Duration) (left time.Duration, fits bool) {
	if !e.runs(now) {
		e.start, e.used = now, 0
	}
	fits = e.used < e.allowed
	e.used += cost
	return max(0, e.allowed-e.used), fits
}

// protect counts the request against the limits of its user, which are three
// (S): requests, their execution time, and how many are in progress.
func (x *exchange) protect() *apiError {
	m, f := x.m, &x.m.faults
	quota := f.QuotaInForce(m.config.Quota, vendorQuota)
	x.limit = m.limits.Check(x.now, x.actor, f, quota)
	left, fits := m.execution.take(x.now, cost(x.r.Method))
	x.left = left
	// What others leave of the account's time stands in for a daily limit,
	// which the vendor does not have.
	if others := f.DailyRemaining; others != nil {
		if *others <= 0 {
			fits = false
		} else {
			*others--
		}
	}
	switch {
	case x.limit.Refused:
		return limited(codeRequests, "Number of requests exceeded the limit of "+strconv.Itoa(quota.Requests)+
			" over time window of "+strconv.Itoa(int(quota.Per/time.Second))+" seconds.", x.limit.RetryAfter)
	case !fits:
		reset := mocks.Usage{Reset: m.execution.start.Add(vendorQuota.Per).Sub(x.now)}
		return limited(codeExecution, "Combined execution time of incoming requests exceeded limit of 1,200,000 milliseconds over time window of 300 seconds. Decrease number of concurrent requests or reduce the duration of requests and try again later.", strconv.Itoa(reset.ResetSeconds()))
	case f.TooMany(vendorConcurrent):
		return limited(codeConcurrent, "Number of concurrent requests exceeded the limit of "+strconv.Itoa(max(f.MaxConcurrent, 1))+".", "1")
	}
	return nil
}

// limited is the one status of the three limits; only the code tells which
// (S).
func limited(code, message, retry string) *apiError {
	e := refuse(http.StatusTooManyRequests, code, message)
	e.retry = retry
	return e
}

// seconds writes a time as the header shows it, with two decimals and a comma
// for the thousands (2).
func seconds(d time.Duration) string {
	hundredths := int(d / (10 * time.Millisecond))
	whole, fraction := strconv.Itoa(hundredths/100), strconv.Itoa(100 + hundredths%100)[1:]
	if len(whole) > 3 {
		whole = whole[:len(whole)-3] + "," + whole[len(whole)-3:]
	}
	return whole + "." + fraction
}
