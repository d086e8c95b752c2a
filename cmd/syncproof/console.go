package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/syncproof/syncproof/engine/service/console"
)

// The environment variables that name a running service and its token. A token
// is never a flag's value: those are seen by every process of the machine.
const (
	serviceVariable = "SYNCPROOF_SERVICE"
	tokenVariable   = "SYNCPROOF_TOKEN"
	serviceDefault  = "http://127.0.0.1:9090"
)

// desk talks to the review console of a running service.
type desk struct {
	app       *app
	service   string
	tokenFile string
	by        string
}

// flags adds what every verb of the console takes.
func (d *desk) flags(cmd *cobra.Command) {
	at := os.Getenv(serviceVariable)
	if at == "" {
		at = serviceDefault
	}
	f := cmd.PersistentFlags()
	f.StringVar(&d.service, "service", at, "where the service's admin listener is (also: "+serviceVariable+")")
	f.StringVar(&d.tokenFile, "token-file", "", "file with the console's token (also: the token itself in "+tokenVariable+")")
}

// signed adds the name of who decides.
func (d *desk) signed(cmd *cobra.Command) {
	cmd.Flags().StringVar(&d.by, "by", "", "who decides: it enters the ledger and the service's log")
}

// signature is the name of who decides.
func (d *desk) signature() (string, error) {
	if strings.TrimSpace(d.by) == "" {
		return "", misuse("for example --by \"Grace Hopper\"", "say who decides, with --by")
	}
	return d.by, nil
}

// Bounds of an exchange.
const (
	answerMax  = 64 << 20 // bytes
	answerWait = 2 * time.Minute
	tokenMax   = 4 << 10 // bytes
)

// get asks for something; post says something.
func (d *desk) get(ctx context.Context, path string, query url.Values, into any) error {
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return d.exchange(ctx, http.MethodGet, path, nil, into)
}

func (d *desk) post(ctx context.Context, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return d.exchange(ctx, http.MethodPost, path, text, into)
}

// keyPath is the path of one record.
func keyPath(key string) string { return "/records/" + url.PathEscape(key) }

func (d *desk) exchange(ctx context.Context, method, path string, body []byte, into any) error {
	base, err := d.base()
	if err != nil {
		return err
	}
	token, err := d.token()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, answerWait)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, base+console.Root+path, bytes.NewReader(body))
	if err != nil {
		return misuse("", "--service: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	// No proxy and no redirect: the token goes where the user said.
	client := http.Client{
		Transport:     &http.Transport{},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		return unreachable(d.service, err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(resp.Body, answerMax))
	if err != nil {
		return unreachable(d.service, err)
	}
	return answered(d.service, resp, text, into)
}

func unreachable(service string, err error) error {
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	return &exitError{
		code: exitHarness, err: errors.New("no answer from " + service + ": " + err.Error()),
		hint: "is the service running? --service or " + serviceVariable + " says where its admin listener is",
	}
}

// base is where the service is. A token is sent in the clear to this machine only.
func (d *desk) base() (string, error) {
	u, err := url.Parse(d.service)
	if err != nil || u.Host == "" || u.User != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return "", misuse("", "--service: found %q, expected an address such as %s", d.service, serviceDefault)
	}
	ip := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || (ip != nil && ip.IsLoopback())
	if u.Scheme == "http" && !local {
		return "", misuse("use https, or a tunnel to the machine of the service", "--service: the token would cross the network in the clear to %s", u.Host)
	}
	return strings.TrimSuffix(u.Scheme+"://"+u.Host+u.EscapedPath(), "/"), nil
}

// token is the console's token, from the file or the environment.
func (d *desk) token() (string, error) {
	token, from := os.Getenv(tokenVariable), tokenVariable
	if d.tokenFile != "" {
		f, err := os.Open(d.tokenFile)
		if err != nil {
			return "", misuse("", "--token-file: %w", err)
		}
		defer func() { _ = f.Close() }()
		text, err := io.ReadAll(io.LimitReader(f, tokenMax))
		if err != nil {
			return "", misuse("", "--token-file: %w", err)
		}
		token, from = string(text), d.tokenFile
	}
	token = strings.TrimSpace(token)
	switch {
	case token == "":
		return "", misuse("put it into "+tokenVariable+", or name a file with --token-file", "the console needs a token, and %s holds none", from)
	case strings.ContainsFunc(token, func(c rune) bool { return c <= ' ' || c > '~' }):
		return "", misuse("", "the token in %s holds a character that no header can carry", from)
	}
	return token, nil
}

// answered reads an answer, and makes a Problem an error with its exit code.
func answered(service string, resp *http.Response, text []byte, into any) error {
	if resp.StatusCode == http.StatusOK {
		if err := json.Unmarshal(text, into); err != nil {
			return broken("%s answered something else than the console of this release: %w", service, err)
		}
		return nil
	}
	var p console.Problem
	if err := json.Unmarshal(text, &p); err != nil || p.Code == "" {
		return broken("%s answered %s, which no review console does", service, resp.Status)
	}
	e := &exitError{code: exitUsage, err: &p}
	switch p.Code {
	case console.CodeRefused:
		e.code, e.hint = exitFail, "nothing was written"
	case console.CodeUndecided:
		e.code = exitInconclusive
	case console.CodeUnavailable:
		e.code, e.hint = exitHarness, "request "+p.RequestID
	case console.CodeUnauthorized:
		e.hint = "the token comes from " + tokenVariable + " or --token-file"
	}
	return e
}

// shell quotes a word for a command to copy.
func shell(word string) string {
	plain := word != "" && !strings.ContainsFunc(word, func(c rune) bool {
		return c != ':' && c != '-' && c != '_' && c != '.' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')
	})
	if plain {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// completeKeys offers the keys that a list shows.
func (d *desk) completeKeys(query url.Values) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		ctx, cancel := context.WithTimeout(cmd.Context(), 2*time.Second)
		defer cancel()
		var page console.Page
		if d.get(ctx, "/records", query, &page) != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var keys []string
		for i := range page.Records {
			keys = append(keys, page.Records[i].Key)
		}
		return keys, cobra.ShellCompDirectiveNoFileComp
	}
}

// completeSide offers the two sides for a flag.
func completeSide(cmd *cobra.Command, flag string) {
	words := cobra.FixedCompletions([]string{"cc", "crm"}, cobra.ShellCompDirectiveNoFileComp)
	if err := cmd.RegisterFlagCompletionFunc(flag, words); err != nil {
		panic(err) // the flag is not there
	}
}
