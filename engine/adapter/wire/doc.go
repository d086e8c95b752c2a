// Package wire is what the HTTP adapters share: an authorised exchange with a
// shared token refresh (RL-5), bounded bodies (SE-2), the classification of
// failures into definite and indefinite (EV-7), messages without secrets
// (SE-1), native values to and from JSON, and the reading of limit headers.
//
// It knows no vendor: what a vendor's error body means is the adapter's
// Refine. It never retries, except that a refused token is replaced and the
// request repeated once.
package wire
