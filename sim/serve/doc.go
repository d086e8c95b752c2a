// Package serve tests the live driver end to end: the service against both
// mocks over real loopback HTTP. Its tests stand here because the driver's own
// room must not know the mocks; sim/live plays whole scenarios.
package serve
