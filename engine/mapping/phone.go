package mapping

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// phoneRule is how one field reads and writes phone numbers (FC-2).
//
// The canonical form is E.164, with ";ext=" and the extension where there is
// one. Text that holds no possible number keeps its trimmed text: it is
// compared and copied like any other text, so nothing that a person typed is
// lost.
type phoneRule struct {
	region  string // of numbers without a country code
	valid   bool   // Check asks for an assigned number
	formats [2]phoneFormat

	// Reading a number takes 10 to 40 us, and each is read many times.
	parsed   *memo[string]
	rendered [2]*memo[string]
}

const extensionMark = ";ext="

// canonical reads a phone number in any form.
func (p *phoneRule) canonical(text string) string {
	text = canonicalText(text)
	if text == "" {
		return ""
	}
	if c, ok := readNorthAmerican(text, p.region); ok {
		return c
	}
	return p.parsed.get(text, p.parse)
}

// parse reads to a fixed point, because E.164 text may read back as another
// number (a national prefix that is stripped twice), and a canonical value
// must be its own canonical value.
func (p *phoneRule) parse(text string) string {
	const roundsMax = 4
	c := text
	for range roundsMax {
		number, ok := readNumber(c, p.region)
		if !ok {
			return text
		}
		next := e164(number)
		if next == c {
			return c
		}
		c = next
	}
	return text
}

// readNumber parses a possible number. A local number, without its area code,
// is possible where it was written; Genesys makes an E.164 number of it, so
// the two must be one value.
func readNumber(text, region string) (*phonenumbers.PhoneNumber, bool) {
	number, err := phonenumbers.Parse(text, region)
	if err != nil {
		return nil, false
	}
	dropMexicanMobilePrefix(number)
	return number, phonenumbers.IsPossibleNumber(number)
}

// dropMexicanMobilePrefix rewrites +52 1 55 ... as +52 55 ...: Mexico gave up
// the 1 before mobile numbers in 2019, systems still hold both spellings, and
// they reach the same telephone.
func dropMexicanMobilePrefix(number *phonenumbers.PhoneNumber) {
	const (
		mexico        = 52
		mobilePrefix  = 1_00_0000_0000
		afterPrefixed = 2_00_0000_0000
	)
	n := number.GetNationalNumber()
	if number.GetCountryCode() == mexico && n >= mobilePrefix && n < afterPrefixed {
		n -= mobilePrefix
		number.NationalNumber = &n
	}
}

// e164 is the canonical form of a number.
func e164(number *phonenumbers.PhoneNumber) string {
	s := phonenumbers.Format(number, phonenumbers.E164)
	if extension := phonenumbers.NormalizeDigitsOnly(number.GetExtension()); extension != "" {
		s += extensionMark + extension
	}
	return s
}

// readNorthAmerican reads the two spellings that make up most of a North
// American data set, ten digits and +1 with ten digits, however punctuated,
// with the same result as the general reader and in a hundredth of its time.
func readNorthAmerican(text, region string) (string, bool) {
	const (
		lengthMax = 20
		digitsMax = 11
	)
	if len(text) > lengthMax {
		return "", false
	}
	var digits [digitsMax]byte
	n := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			if n == digitsMax {
				return "", false
			}
			digits[n] = c
			n++
		case c == '+' && i == 0, c == ' ', c == '-', c == '(', c == ')', c == '.':
		default:
			return "", false
		}
	}
	plus := text[0] == '+'
	switch {
	case plus && n == 11 && text[1] == '1' && digits[1] >= '2':
		if len(text) == len("+14155550123") {
			return text, true
		}
		return "+" + string(digits[:11]), true
	case !plus && n == 10 && region == "US" && digits[0] >= '2':
		return "+1" + string(digits[:10]), true
	}
	return "", false
}

// number is the parsed form of a canonical value, or nil for text.
func (p *phoneRule) number(canonical string) *phonenumbers.PhoneNumber {
	if !strings.HasPrefix(canonical, "+") {
		return nil
	}
	if c, ok := readNorthAmerican(canonical, p.region); ok {
		country, national := int32(1), uint64(0)
		for _, d := range []byte(c[len("+1"):]) {
			national = national*10 + uint64(d-'0')
		}
		return &phonenumbers.PhoneNumber{CountryCode: &country, NationalNumber: &national}
	}
	number, ok := readNumber(canonical, p.region)
	if !ok {
		return nil
	}
	return number
}

// isAssigned reports whether canonical is a number that exists in its
// country's plan, for the option phone: valid.
func (p *phoneRule) isAssigned(canonical string) bool {
	number := p.number(canonical)
	return number != nil && phonenumbers.IsValidNumber(number)
}
