package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/mocks/host"
	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/trace"
)

// mockKinds are the systems that can stand alone, with the side they play.
var mockKinds = map[string]mapping.Side{"genesys": mapping.CC, "salesforce": mapping.CRM, "dynamics": mapping.CRM, "rest": mapping.CRM}

// Environment variables that hold what must not be on a command line.
const (
	envMockSecret  = "SYNCPROOF_MOCK_CLIENT_SECRET"
	envMockWebhook = "SYNCPROOF_MOCK_WEBHOOK_SECRET"
	envMockToken   = "SYNCPROOF_MOCK_TOKEN"
)

// mockFlags are what `mock` can be told.
type mockFlags struct {
	listen, control string
	scenario        string
	people          []string
	seed            uint64
	clientID        string
	webhook         string
	data            string
	settings        string
	bare            bool
}

func newMock(a *app) *cobra.Command {
	var f mockFlags
	kinds := mockNames()
	cmd := &cobra.Command{
		Use:   "mock " + strings.Join(kinds, "|"),
		Short: "serve a mock of one vendor, with a control plane beside it",
		Long: `Serves one vendor's API on a port, as strictly as the vendor, for any client.
Beside it, on a port of its own and for those who hold its token, a control
plane: act as the system's users, switch faults on, set the clock, read or
follow the journal, take and restore snapshots (GET /openapi.yaml there).

Records, schema, quota and seed are those of a scenario file; without one the
system is empty and has the fields of the default mapping. Equal seeds give
equal ids.

Both surfaces are on loopback unless an address says otherwise. The secrets
come from ` + envMockSecret + `, ` + envMockWebhook + ` and
` + envMockToken + `; those that are not set are drawn and printed.`,
		Example: `  syncproof mock genesys
  syncproof mock salesforce --listen 127.0.0.1:8080 --control 127.0.0.1:8081
  syncproof mock salesforce --settings tenant.json
  syncproof mock rest --scenario my-scenario.yaml --data ./tenant
  syncproof mock genesys --webhook http://127.0.0.1:9000/webhooks/cc --json`,
		Args:      exactly("KIND"),
		ValidArgs: kinds,
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, known := mockKinds[args[0]]; !known {
				hint := "known are " + strings.Join(kinds, ", ")
				if near := nearest(args[0], kinds); near != "" {
					hint = "did you mean " + near + "?"
				}
				return misuse(hint, "there is no mock of %q", args[0])
			}
			if !cmd.Flags().Changed("seed") {
				f.seed = 0
			}
			return a.mock(cmd.Context(), args[0], &f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.listen, "listen", "127.0.0.1:0", "address of the vendor's API; port 0 takes a free one")
	flags.StringVar(&f.control, "control", "127.0.0.1:0", "address of the control plane")
	flags.StringVar(&f.scenario, "scenario", "", "scenario file or name whose records, schema and quota the system has")
	flags.Uint64Var(&f.seed, "seed", 0, "seed of the ids, instead of the scenario's")
	flags.StringVar(&f.clientID, "client-id", "syncproof", "the client id that may log in")
	flags.StringVar(&f.webhook, "webhook", "", "URL to which signed webhooks go (genesys, dynamics)")
	flags.StringSliceVar(&f.people, "person", nil, "`NAME=agent|user|automation` who logs in with NAME as client id and the same secret (not rest)")
	flags.BoolVar(&f.bare, "bare", false, "a tenant as the vendor delivers it, for provision and doctor")
	flags.StringVar(&f.settings, "settings", "", "JSON file of the settings that the control plane takes as well (salesforce)")
	flags.StringVar(&f.data, "data", "", "folder in which the state is kept between runs")
	return cmd
}

func mockNames() []string {
	names := make([]string, 0, len(mockKinds))
	for name := range mockKinds {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// peopleOf reads NAME=agent|user|automation.
func peopleOf(kind string, given []string) ([]mocks.Person, error) {
	var people []mocks.Person
	for _, text := range given {
		name, role, _ := strings.Cut(text, "=")
		origin := map[string]mocks.Origin{"agent": mocks.Agent, "user": mocks.User, "automation": mocks.Automation}[role]
		switch {
		case kind == "rest":
			return nil, misuse("let people act through the control plane", "the rest mock has one account, and --person asks for more")
		case name == "" || origin == "":
			return nil, misuse("", "--person is %q, expected NAME=agent, NAME=user or NAME=automation", text)
		}
		people = append(people, mocks.Person{Name: name, Origin: origin})
	}
	return people, nil
}

// mockSecrets are those of the environment, or drawn.
type mockSecrets struct{ client, webhook, token string }

func newMockSecrets() mockSecrets {
	or := func(name string) string {
		if v := os.Getenv(name); v != "" {
			return v
		}
		return rand.Text()
	}
	return mockSecrets{client: or(envMockSecret), webhook: or(envMockWebhook), token: or(envMockToken)}
}

func (a *app) mock(ctx context.Context, kind string, f *mockFlags) (err error) {
	sc, err := mockScenario(kind, f)
	if err != nil {
		return err
	}
	people, err := peopleOf(kind, f.people)
	if err != nil {
		return err
	}
	vendor, control, err := listenBoth(f.listen, f.control)
	if err != nil {
		return err
	}
	defer func() { _ = errors.Join(vendor.Close(), control.Close()) }() // the servers may have done so
	secrets := newMockSecrets()
	settings, err := readMockSettings(f.settings)
	if err != nil {
		return err
	}
	h, err := newMockHost(kind, sc, settings, sim.Account{
		ClientID: f.clientID, ClientSecret: secrets.client, BaseURL: urlOf(vendor),
		WebhookURL: f.webhook, WebhookSecret: secrets.webhook, People: people, Bare: f.bare,
	})
	if err != nil {
		return err
	}
	if f.data != "" {
		keep, err := openKeep(f.data, kind, h)
		if err != nil {
			return err
		}
		defer keep.unlock()
		defer func() { err = errors.Join(err, keep.save()) }()
		go keep.run(ctx)
	}
	a.announceMock(kind, vendor, control, f, secrets)
	return serveMock(ctx, h, vendor, control, secrets.token)
}

// mockScenario is the scenario that describes the tenant.
func mockScenario(kind string, f *mockFlags) (*scenarios.Scenario, error) {
	text := []byte("scenario: a mock on its own\n")
	if mockKinds[kind] == mapping.CRM {
		text = append(text, "systems:\n  crm: {kind: "+kind+"}\n"...)
	}
	sc, err := scenarios.Parse("mock", text)
	if err != nil {
		return nil, err
	}
	sc.Start = time.Now().UTC().Truncate(time.Second)
	if f.scenario != "" {
		jobs, err := pick([]string{f.scenario})
		if err != nil {
			return nil, err
		}
		if len(jobs) != 1 {
			return nil, misuse("", "%s holds %d scenarios: name one", f.scenario, len(jobs))
		}
		start := sc.Start
		sc = jobs[0].sc
		sc.Start = start
	}
	system := &sc.Systems.CRM
	if mockKinds[kind] == mapping.CC {
		system = &sc.Systems.CC
	}
	if system.Kind != kind {
		return nil, misuse("", "%s: its system is %s, not %s", sc.Path, system.Kind, kind)
	}
	if f.seed != 0 {
		sc.Seed = f.seed
	}
	return sc, nil
}

// mockSettings are what an administrator of the system set up, nil for nothing.
type mockSettings struct {
	path string
	text []byte
}

func readMockSettings(path string) (*mockSettings, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, misuse("", "--settings: %w", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	text, err := io.ReadAll(io.LimitReader(file, mocks.MaxBody+1))
	if err != nil {
		return nil, misuse("", "--settings %s: %w", path, err)
	}
	return &mockSettings{path, text}, nil
}

// apply sets the system up.
func (s *mockSettings) apply(kind string, m mocks.System) error {
	if s == nil {
		return nil
	}
	a, ok := m.(mocks.Administered)
	if !ok {
		return misuse("leave --settings out", "--settings %s: the %s mock has no settings", s.path, kind)
	}
	if err := a.SetSettings(s.text); err != nil {
		return misuse("PUT /v1/settings in the control plane's document says what is expected", "%s: %w", s.path, err)
	}
	return nil
}

func newMockHost(kind string, sc *scenarios.Scenario, settings *mockSettings, account sim.Account) (*host.Host, error) {
	side := mockKinds[kind]
	on := trace.CC
	if side == mapping.CRM {
		on = trace.CRM
	}
	// Made once to see that it can be: the host makes it again at every reset.
	tried, err := sim.MockOf(sc, side, host.NewLog(time.Now, 1), account)
	if err != nil {
		return nil, misuse("", "%s: %w", sc.Path, err)
	}
	if err := settings.apply(kind, tried); err != nil {
		return nil, err
	}
	return host.New(host.Options{
		Kind: kind, On: on, Zone: scenarios.Zone, Lines: func(w io.Writer, events []trace.Event) error {
			return reports.Records(w, "", events)
		},
		New: func(j mocks.Journal) mocks.System {
			m, err := sim.MockOf(sc, side, j, account)
			if err == nil {
				err = settings.apply(kind, m)
			}
			if err != nil {
				panic("the mock was made before and cannot be made again: " + err.Error())
			}
			return m
		},
	}), nil
}

func listenBoth(vendor, control string) (v, c net.Listener, err error) {
	if v, err = listen("--listen", vendor); err != nil {
		return nil, nil, err
	}
	if c, err = listen("--control", control); err != nil {
		_ = v.Close()
		return nil, nil, err
	}
	return v, c, nil
}

func listen(flag, address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, misuse("port 0 takes a free one", "%s %s: the port is in use", flag, address)
	case err != nil:
		return nil, misuse("an address is written like 127.0.0.1:8080", "%s %s: %w", flag, address, err)
	}
	return l, nil
}

func urlOf(l net.Listener) string { return "http://" + l.Addr().String() }

// announceMock says where everything is, once both ports are open.
func (a *app) announceMock(kind string, vendor, control net.Listener, f *mockFlags, s mockSecrets) {
	if a.json {
		_ = json.NewEncoder(a.out).Encode(map[string]string{
			"kind": kind, "url": urlOf(vendor), "client_id": f.clientID, "client_secret": s.client, "webhook_secret": s.webhook,
			"control_url": urlOf(control), "control_token": s.token,
		})
		return
	}
	if a.quiet {
		return
	}
	lines := [][2]string{{kind, urlOf(vendor)}, {"client id", f.clientID}, {"client secret", s.client}}
	if f.webhook != "" {
		lines = append(lines, [2]string{"webhooks to", f.webhook}, [2]string{"webhook secret", s.webhook})
	}
	lines = append(lines, [2]string{"control plane", urlOf(control)}, [2]string{"control token", s.token})
	for _, l := range lines {
		_, _ = fmt.Fprintf(a.out, "%-15s %s\n", l[0], l[1])
	}
}

// stopTimeout is how long requests in progress may take after a signal.
const stopTimeout = 5 * time.Second

// serveMock serves until a signal comes or the context ends.
func serveMock(ctx context.Context, h *host.Host, vendor, control net.Listener, token string) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	api := &http.Server{Handler: h.Vendor(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute}
	plane := &http.Server{Handler: h.Control(token), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	failed := make(chan error, 2)
	go func() { failed <- api.Serve(vendor) }()
	go func() { failed <- plane.Serve(control) }()
	ran := make(chan struct{})
	go func() { defer close(ran); h.Run(ctx) }()
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
		stop()
	}
	<-ran
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	_ = api.Shutdown(end)
	_ = plane.Close() // who follows the journal would never have enough
	if err != nil && !errors.Is(err, http.ErrServerClosed) {
		return broken("the mock can serve no more: %w", err)
	}
	return nil
}
