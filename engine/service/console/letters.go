package console

import (
	"context"
	"net/http"
	"strconv"
	"sync"

	"github.com/syncproof/syncproof/engine"
)

// inFlightMax bounds the words that one request gives the engine at a time.
const inFlightMax = 16

func (c *Console) retry(w http.ResponseWriter, r *http.Request) error {
	return c.letters(w, r, "retry", engine.RetryLetter)
}

func (c *Console) discard(w http.ResponseWriter, r *http.Request) error {
	return c.letters(w, r, "discard", engine.DiscardLetter)
}

// letters does something with dead letters, or with DryRun says what it would do.
func (c *Console) letters(w http.ResponseWriter, r *http.Request, verb string, do engine.LetterVerb) error {
	ask, err := readLetters(r)
	if err != nil {
		return err
	}
	chosen, out, err := c.choose(r.Context(), ask)
	if err != nil {
		return err
	}
	out.DryRun = ask.DryRun
	if !ask.DryRun {
		c.sayAll(w, r, verb, chosen, out.Letters, engine.Reviewed{By: ask.By, Choose: neither, Letter: do, State: ask.State})
	}
	send(w, typeJSON, http.StatusOK, out)
	return nil
}

func readLetters(r *http.Request) (*Letters, error) {
	in, err := body(r)
	if err != nil {
		return nil, err
	}
	ask := &Letters{}
	members(in, map[string]func(){
		"by":      func() { ask.By = in.Str() },
		"keys":    func() { ask.Keys = texts(in) },
		"state":   func() { ask.State = in.Str() },
		"dry_run": func() { ask.DryRun = in.Bool() },
		"after":   func() { ask.After = in.Str() },
		"limit":   func() { ask.Limit = count(in) },
		"filter": func() {
			ask.Filter = &Filter{}
			members(in, map[string]func(){
				"all":   func() { ask.Filter.All = in.Bool() },
				"side":  func() { ask.Filter.Side = in.Str() },
				"field": func() { ask.Filter.Field = in.Str() },
				"rule":  func() { ask.Filter.Rule = in.Str() },

				"discarded": func() { ask.Filter.Discarded = in.Bool() },
			})
		},
	})
	if err := first(finish(in), person(ask.By)); err != nil {
		return nil, err
	}
	return ask, ask.check()
}

func (ask *Letters) check() error {
	f := ask.Filter
	switch {
	case (f == nil) == (len(ask.Keys) == 0):
		return problem(CodeInvalid, "keys", "name dead letters by `keys`, or choose them by a `filter`")
	case ask.State != "" && len(ask.Keys) != 1:
		return problem(CodeInvalid, "state", "`state` goes with exactly one key")
	case ask.Limit > limitMax:
		return problem(CodeInvalid, "limit", "expected a limit between 1 and "+strconv.Itoa(limitMax))
	case f == nil:
		return nil
	case f.All == (f.Side != "" || f.Field != "" || f.Rule != ""):
		return problem(CodeInvalid, "filter", "filter by `side`, `field` or `rule`, or say `all`")
	}
	if ask.Limit == 0 {
		ask.Limit = limitDefault
	}
	return sideOrNone(CodeInvalid, f.Side)
}

// choose finds the letters that were asked for. A key without a letter is an
// outcome of its own; of these chosen holds nil.
func (c *Console) choose(ctx context.Context, ask *Letters) (chosen []*engine.Record, out Outcomes, err error) {
	out.Letters = []Outcome{}
	if ask.Filter != nil {
		m := match{statuses: []engine.Status{engine.Failed}, filter: *ask.Filter, discarded: ask.Filter.Discarded}
		if chosen, out.Next, err = c.find(ctx, m, ask.After, ask.Limit); err != nil {
			return nil, out, err
		}
		for _, rec := range chosen {
			out.Letters = append(out.Letters, Outcome{Key: rec.Key, Failure: summary(rec).Failure, Result: WouldDo})
		}
		return chosen, out, nil
	}
	for _, key := range ask.Keys {
		rec, err := c.cfg.Store.Record(ctx, key)
		if err != nil {
			return nil, out, err
		}
		o := Outcome{Key: key, Result: WouldDo}
		if rec == nil || rec.Failure == nil {
			o.Result, o.Why, rec = Refused, "the record is not a dead letter", nil
		} else {
			o.Failure = summary(rec).Failure
		}
		chosen, out.Letters = append(chosen, rec), append(out.Letters, o)
	}
	return chosen, out, nil
}

// sayAll gives the engine one word for each letter, several at a time, and
// notes in outcomes what became of each.
func (c *Console) sayAll(w http.ResponseWriter, r *http.Request, verb string, chosen []*engine.Record, outcomes []Outcome, word engine.Reviewed) {
	ctx, cancel := context.WithTimeout(r.Context(), c.cfg.Wait)
	defer cancel()
	var all sync.WaitGroup
	request := numbered(w)
	slots := make(chan struct{}, inFlightMax)
	for i, rec := range chosen {
		if rec == nil {
			continue
		}
		said := word
		said.Ref = refOf(rec)
		switch {
		case said.Letter == engine.RetryLetter:
			said.State = ""
		case said.State == "":
			said.State = rec.Failure.Letter()
		}
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			reply, err := c.cfg.Decider.Decide(ctx, said)
			err = c.judge(r.Context(), request, verb, rec.Key, said.By, reply, err)
			outcomes[i].settle(reply, err)
		})
	}
	all.Wait()
}

func (o *Outcome) settle(reply engine.Reply, err error) {
	switch {
	case err == nil:
		o.Result = Done
	case reply.Why != "":
		o.Result, o.Why = Refused, reply.Why
	default:
		o.Result, o.Why = Undecided, "the engine has not answered: look at the record again"
	}
}
