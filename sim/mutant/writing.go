package mutant

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// writing are the mutants that talk to the systems wrongly: the client of a
// system is wrapped.
var writing = []Mutant{
	{
		Name:       "metadata-bumps-version",
		Defect:     "counts the version up when it writes nothing but the status",
		Source:     "Step 1",
		KilledBy:   []string{"within-tolerance-a-person-decides"},
		Invariants: []string{"review-isolation"},
		Vary:       through(func(_ mapping.Side, c client) adapter.System { return &bumping{c} }),
	},
	{
		Name:       "version-not-written-back",
		Defect:     "writes the content and leaves the version to the systems",
		Source:     "Step 1",
		KilledBy:   []string{"a-trigger-on-one-side-only", "nobody-moves-the-version"},
		Invariants: []string{"convergence", "right-winner"},
		Vary:       through(func(_ mapping.Side, c client) adapter.System { return &versionless{c} }),
	},
	{
		Name:       "null-not-propagated",
		Defect:     "leaves empty values out of what it sends, so that a cleared field stays",
		Source:     "field report",
		KilledBy:   []string{"cleared-field-is-cleared-everywhere"},
		Invariants: []string{"convergence", "no-lost-edit"},
		Vary:       through(func(_ mapping.Side, c client) adapter.System { return &nullless{c} }),
	},
	{
		Name:       "always-says-done",
		Defect:     "reports every write as done and sends none",
		Source:     "field report",
		KilledBy:   []string{"higher-version-wins", "reformatted-phone-does-not-echo"},
		Invariants: []string{"convergence", "no-lost-edit"},
		Vary:       through(func(_ mapping.Side, c client) adapter.System { return &boasting{c} }),
	},
	{
		Name:       "blind-create-retry",
		Defect:     "sends a create again when its answer was lost",
		Source:     "field report",
		KilledBy:   []string{"contact-created-answer-reset"},
		Invariants: []string{"no-duplicates"},
		Vary:       through(func(_ mapping.Side, c client) adapter.System { return &insisting{c} }),
	},
	{
		Name:       "signature-unchecked",
		Defect:     "believes every webhook, whoever sent it",
		Source:     "Step 2",
		KilledBy:   []string{"webhooks-forged-and-replayed"},
		Invariants: []string{"prompt-ack"},
		Vary:       through(func(_ mapping.Side, c client) adapter.System { return &credulous{c} }),
	},
	{
		Name:       "schema-unread",
		Defect:     "sends values unchecked and leaves it to the system to refuse them",
		Source:     "Edge Case 3",
		KilledBy:   []string{"values-that-do-not-fit"},
		Invariants: []string{"valid-payloads"},
		Vary:       varyUnchecked,
	},
	{
		Name:       "truncates-to-fit",
		Defect:     "cuts a value off where it does not fit, and says nothing",
		Source:     "Edge Case 3",
		KilledBy:   []string{"values-that-do-not-fit"},
		Invariants: []string{"convergence", "right-winner", "no-lost-edit"},
		Vary:       varyCutting,
	},
	{
		Name:       "token-expiry-loses-batch",
		Defect:     "drops the writes that were under way when their token ended, and counts them as done",
		Source:     "field report",
		KilledBy:   []string{"token-expires-in-mid-batch"},
		Invariants: []string{"convergence"},
		Vary:       varyTokenExpiry,
	},
	{
		Name:       "credentials-in-a-message",
		Defect:     "quotes the last request in what it tells people, its credentials included",
		Source:     "Prerequisites",
		KilledBy:   []string{"values-that-do-not-fit", "within-tolerance-a-person-decides"},
		Invariants: []string{"secrecy"},
		Vary:       varyIndiscreet,
	},
	{
		Name:       "local-time-as-utc",
		Defect:     "drops the offset of a timestamp, and takes local times for UTC",
		Source:     "field report",
		KilledBy:   []string{"the-hour-that-happens-twice", "the-hour-that-does-not-happen"},
		Invariants: []string{"right-winner"},
		Vary:       varyOffsetless,
	},
	{
		Name:       "watermark-strictly-greater",
		Defect:     "polls for changes after its watermark, and so passes over those that share its timestamp",
		Source:     "field report",
		KilledBy:   []string{"many-records-share-one-timestamp"},
		Invariants: []string{"convergence", "no-lost-edit"},
		Vary:       through(func(_ mapping.Side, c client) adapter.System { return &strictlyAfter{client: c} }),
	},
}

type bumping struct{ client }

func (c *bumping) Update(ctx context.Context, id string, w adapter.Write) (adapter.Record, error) {
	if !w.SetVersion && w.Status != "" {
		w.Version, w.SetVersion = w.If.Version+1, true
	}
	return c.System.Update(ctx, id, w)
}

type versionless struct{ client }

func (c *versionless) Update(ctx context.Context, id string, w adapter.Write) (adapter.Record, error) {
	w.SetVersion = false
	if len(w.Fields) == 0 && w.Status == "" && w.External == "" {
		return c.System.Read(ctx, id)
	}
	return c.System.Update(ctx, id, w)
}

func (c *versionless) Create(ctx context.Context, w adapter.Write) (adapter.Record, error) {
	w.SetVersion = false
	return c.System.Create(ctx, w)
}

type nullless struct{ client }

func (c *nullless) Update(ctx context.Context, id string, w adapter.Write) (adapter.Record, error) {
	w.Fields = slices.DeleteFunc(slices.Clone(w.Fields), func(f adapter.FieldValue) bool { return f.Value.Kind == mapping.Null })
	return c.System.Update(ctx, id, w)
}

type boasting struct{ client }

func (c *boasting) Update(_ context.Context, id string, _ adapter.Write) (adapter.Record, error) {
	return adapter.Record{ID: id}, nil
}

func (c *boasting) Create(_ context.Context, w adapter.Write) (adapter.Record, error) {
	return adapter.Record{ID: "done-" + w.External}, nil
}

func (c *boasting) Delete(context.Context, string, adapter.Precondition) error { return nil }

type insisting struct{ client }

func (c *insisting) Create(ctx context.Context, w adapter.Write) (adapter.Record, error) {
	rec, err := c.System.Create(ctx, w)
	if err != nil && adapter.As(err).Indefinite {
		return c.System.Create(ctx, w)
	}
	return rec, err
}

type credulous struct{ client }

func (c *credulous) Verify(h http.Header, body []byte) ([]adapter.Notice, error) {
	notices, err := c.client.Verify(h, body)
	if err == nil {
		return notices, nil
	}
	var event struct {
		TopicName string `json:"topicName"`
	}
	if json.Unmarshal(body, &event) != nil {
		return nil, err
	}
	id := event.TopicName[strings.LastIndexByte(event.TopicName, '.')+1:]
	return []adapter.Notice{{ID: id}}, nil
}

// strictlyAfter remembers the last stamp of each page and passes over changes
// that do not come after it.
type strictlyAfter struct {
	client
	last string
}

func (c *strictlyAfter) Rewind(at adapter.Cursor, _ time.Duration) adapter.Cursor { return at }

func (c *strictlyAfter) Changes(ctx context.Context, after adapter.Cursor, limit int) (adapter.Page, error) {
	page, err := c.client.Changes(ctx, after, limit)
	passed := c.last
	page.Changed = slices.DeleteFunc(page.Changed, func(ch adapter.Change) bool {
		stamp, _, _ := strings.Cut(ch.Stamp, "/")
		c.last = max(c.last, stamp)
		return after != "" && stamp != "" && stamp <= passed
	})
	return page, err
}
