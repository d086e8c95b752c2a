// Package floats decides by floating point.
package floats

func decide(a, b int64) bool {
	ratio := float64(a) / float64(b) // want `float: a decision`
	const half = 0.5                 // want `float: a decision`
	return ratio > half              // want `float: a decision`
}

func whole(a, b int64) bool { return a*2 > b }
