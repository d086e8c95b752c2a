package scenarios

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// describe names what a node holds, for messages: bounded, one line.
func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		if len(n.Content) == 0 {
			return "an empty list"
		}
		return "a list"
	case yaml.ScalarNode:
	default:
		return "nothing"
	}
	switch n.ShortTag() {
	case "!!null":
		if n.Value == "" {
			return "nothing"
		}
		return "null"
	case "!!int", "!!float":
		return "the number " + short(n.Value)
	case "!!bool":
		return n.Value
	case "!!timestamp":
		return "the date " + short(n.Value)
	}
	return strconv.Quote(short(n.Value))
}

// short cuts a value to what fits in a message.
func short(text string) string {
	const most = 40
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "..."
}

// text reads a word or sentence. Numbers, dates and truth values are refused
// with the advice to quote them: YAML would lose how they were written.
func (d *decoder) text(n *yaml.Node, key string, f fact) (string, error) {
	number := n.Kind == yaml.ScalarNode && n.ShortTag() == "!!int" && f.number
	if n.Kind != yaml.ScalarNode || (n.ShortTag() != "!!str" && !number) {
		return "", d.notText(n, key, f)
	}
	if f.fold {
		for _, word := range f.one {
			if strings.EqualFold(word, n.Value) {
				return word, nil
			}
		}
	}
	if f.one != nil && !slices.Contains(f.one, n.Value) {
		return "", d.fail(n, ifNear(n.Value, f.one), "found %s for %s; expected %s", describe(n), key, oneOf(f.one))
	}
	if f.required && strings.TrimSpace(n.Value) == "" {
		return "", d.fail(n, "", "found empty text for %s; expected something", key)
	}
	return n.Value, nil
}

// notText explains why a node is no text.
func (d *decoder) notText(n *yaml.Node, key string, f fact) error {
	want := "text"
	if f.one != nil {
		want = oneOf(f.one)
	}
	hint := ""
	if n.Kind == yaml.ScalarNode && f.one == nil {
		switch n.ShortTag() {
		case "!!int", "!!float", "!!timestamp", "!!bool":
			hint = fmt.Sprintf("quote it: %q", n.Value)
		}
	}
	return d.fail(n, hint, "found %s for %s; expected %s", describe(n), key, want)
}

func oneOf(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// integer reads a whole number within the fact's bounds. Without bounds it
// must not be negative.
func (d *decoder) integer(n *yaml.Node, key string, f fact) (int64, error) {
	low, high := f.min, f.max
	if high == 0 {
		high = 1 << 53
	}
	i, err := strconv.ParseInt(strings.ReplaceAll(n.Value, "_", ""), 0, 64)
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" || err != nil || i < low || i > high {
		return 0, d.fail(n, "", "found %s for %s; expected a whole number from %d to %d", describe(n), key, low, high)
	}
	return i, nil
}

func (d *decoder) duration(n *yaml.Node, into *Duration, key string, f fact) error {
	if n.Kind != yaml.ScalarNode {
		return d.fail(n, "", "found %s for %s; expected a duration such as 30s", describe(n), key)
	}
	parsed, err := ParseDuration(n.Value)
	switch {
	case errors.Is(err, errTooLong):
		return d.fail(n, "", "found %s for %s; expected at most 400 days", describe(n), key)
	case err != nil && n.ShortTag() == "!!int":
		return d.fail(n, fmt.Sprintf("with its unit: %ss", n.Value), "found %s for %s; expected a duration such as 30s", describe(n), key)
	case err != nil:
		return d.fail(n, "use d, h, m, s and ms, as in 1h30m or 250ms", "found %s for %s; expected a duration such as 30s", describe(n), key)
	case parsed == Off && !f.off:
		return d.fail(n, "", "found off for %s; expected a duration such as 30s", key)
	case parsed < 0 && parsed != Off && !f.signed:
		return d.fail(n, "", "found the negative %s for %s; expected zero or more", n.Value, key)
	}
	*into = parsed
	return nil
}

func (d *decoder) ppm(n *yaml.Node, into *PPM, key string) error {
	p, err := ParsePPM(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil {
		return d.fail(n, "", "found %s for %s; expected parts per million such as 50ppm", describe(n), key)
	}
	*into = p
	return nil
}

// instant reads RFC 3339; the zone must be written.
func (d *decoder) instant(n *yaml.Node, into *time.Time, key string) error {
	t, err := time.Parse(time.RFC3339Nano, n.Value)
	if n.Kind != yaml.ScalarNode || err != nil || t.Year() < 1970 || t.Year() > 2200 {
		return d.fail(n, "", "found %s for %s; expected an instant with its zone between 1970 and 2200, such as 2023-10-27T10:00:00Z", describe(n), key)
	}
	*into = t.UTC()
	return nil
}

// anything reads a mapping's default: text, a number or a truth value.
func (d *decoder) anything(n *yaml.Node, into *any, key string) error {
	if n.Kind == yaml.ScalarNode {
		switch n.ShortTag() {
		case "!!str", "!!float", "!!timestamp":
			*into = n.Value
			return nil
		case "!!bool":
			*into = strings.EqualFold(n.Value, "true")
			return nil
		case "!!int":
			i, err := d.integer(n, key, fact{min: -1 << 53})
			*into = int(i)
			return err
		}
	}
	return d.fail(n, "", "found %s for %s; expected text, a number, true or false", describe(n), key)
}

// words reads a table of words, such as a picklist's names on one side.
func (d *decoder) words(n *yaml.Node, into *map[string]string, key string) error {
	pairs, _, err := d.object(n, "the "+key)
	if err != nil {
		return err
	}
	table := make(map[string]string, len(pairs))
	for _, p := range pairs {
		if table[p.key.Value], err = d.text(p.value, key+"."+p.key.Value, fact{}); err != nil {
			return err
		}
	}
	*into = table
	return nil
}
