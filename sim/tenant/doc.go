// Package tenant holds the tests in which provisioning and inspection meet the
// mocks over real HTTP; it has no code of its own.
package tenant
