// Command syncproof plays synchronisation scenarios in simulated worlds and
// judges what the engine did in them.
//
// Exit codes: 0 every check held, 1 a check failed, 2 inconclusive, 64 wrong
// usage or input, 70 the harness itself failed.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
