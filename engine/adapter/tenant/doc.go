// Package tenant prepares a vendor's tenant for the engine, and checks it
// before go-live: provisioning and inspection over the optional interfaces of
// the adapters, and what can be told without them from the described schema,
// the headers of answers and the mapping.
//
// It reads no clock and prints nothing: the command line gives it both.
package tenant
