package mapping

import "sync"

const (
	// memoEntriesMax bounds one generation; a memo holds at most two.
	memoEntriesMax = 4096
	// memoKeyBytesMax keeps absurd inputs out, so that the bound on entries
	// is a bound on bytes.
	memoKeyBytesMax = 64
)

// memo remembers what a pure function returned. It is purely a cache: no
// result depends on what it holds. When the young generation is full it
// becomes the old one, and what was not asked for since is dropped.
type memo[V any] struct {
	mu         sync.Mutex
	young, old map[string]V
}

func newMemo[V any]() *memo[V] {
	return &memo[V]{young: make(map[string]V)}
}

// get returns f(key), remembered or computed.
func (m *memo[V]) get(key string, f func(string) V) V {
	if len(key) > memoKeyBytesMax {
		return f(key)
	}
	m.mu.Lock()
	v, ok := m.young[key]
	if !ok {
		if v, ok = m.old[key]; ok {
			m.put(key, v)
		}
	}
	m.mu.Unlock()
	if ok {
		return v
	}
	v = f(key) // outside the lock: f is slow, and may ask this memo again
	m.mu.Lock()
	m.put(key, v)
	m.mu.Unlock()
	return v
}

func (m *memo[V]) put(key string, v V) {
	if len(m.young) >= memoEntriesMax {
		m.old, m.young = m.young, make(map[string]V, memoEntriesMax)
	}
	m.young[key] = v
}
