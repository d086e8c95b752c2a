package service

import "testing"

// TestTokensOfAnEarlierProcess: a token that another process gave out, and that
// a decision in the store still bears, is nobody's here.
func TestTokensOfAnEarlierProcess(t *testing.T) {
	earlier := newAnswers[int]()
	old, _ := earlier.await()
	for range 1000 {
		now := newAnswers[int]()
		token, answer := now.await()
		if token == old || token == 0 {
			t.Fatalf("the token %d was given out twice, or is none", token)
		}
		now.answer(old, 1)
		select {
		case <-answer:
			t.Fatal("an answer to an earlier process's token reached somebody")
		default:
		}
		now.answer(token, 2)
		if got := <-answer; got != 2 {
			t.Fatalf("got %d", got)
		}
	}
}
