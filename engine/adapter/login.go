package adapter

import (
	"fmt"
	"sync"
)

// Login is one account's standing with one system: adapters that are built
// with the same one share its token, and so a refresh (RL-5). The zero value is
// ready. It belongs to one process, as an adapter does.
type Login struct {
	mu     sync.Mutex
	of     string
	source any
}

// Source returns the token source that the first adapter made. It refuses an
// adapter for another account or system, which of names.
func (l *Login) Source(of string, first func() any) (any, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.source == nil {
		l.of, l.source = of, first()
	}
	if l.of != of {
		return nil, fmt.Errorf("adapter: one Login is for one account of one system, %s, and not for %s as well", l.of, of)
	}
	return l.source, nil
}
