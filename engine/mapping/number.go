package mapping

import (
	"strconv"
	"strings"
)

const (
	decimalDigitsMax  = 400 // of a number written out in full
	decimalLiteralMax = 1000
)

// readDecimal normalises a number on its text, so that no digit is lost to
// floating point: "-1.50e3" becomes "-1500", "007.10" becomes "7.1", "-0"
// becomes "0". It refuses what is not a plain number, and numbers of absurd
// size.
func readDecimal(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if len(s) > decimalLiteralMax {
		return "", false
	}
	negative := false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		negative = s[0] == '-'
		s = s[1:]
	}
	mantissa, exponent, ok := cutExponent(s)
	if !ok {
		return "", false
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if whole+fraction == "" || !allDigits(whole) || !allDigits(fraction) {
		return "", false
	}
	whole, fraction = shift(whole, fraction, exponent)
	whole = strings.TrimLeft(whole, "0")
	fraction = strings.TrimRight(fraction, "0")
	if len(whole)+len(fraction) > decimalDigitsMax {
		return "", false
	}
	if whole == "" {
		whole = "0"
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if negative && whole != "0" {
		whole = "-" + whole
	}
	return whole, true
}

// cutExponent splits "1.5e3" into "1.5" and 3. Exponents beyond the size of
// any accepted number are refused before anything is written out.
func cutExponent(s string) (mantissa string, exponent int, ok bool) {
	at := strings.IndexAny(s, "eE")
	if at < 0 {
		return s, 0, true
	}
	exponent, err := strconv.Atoi(s[at+1:])
	if err != nil || exponent > decimalDigitsMax || exponent < -decimalDigitsMax {
		return "", 0, false
	}
	return s[:at], exponent, true
}

// shift moves the decimal point by exponent places to the right.
func shift(whole, fraction string, exponent int) (string, string) {
	switch {
	case exponent > 0:
		if pad := exponent - len(fraction); pad > 0 {
			fraction += strings.Repeat("0", pad)
		}
		return whole + fraction[:exponent], fraction[exponent:]
	case exponent < 0:
		places := -exponent
		if pad := places - len(whole); pad > 0 {
			whole = strings.Repeat("0", pad) + whole
		}
		return whole[:len(whole)-places], whole[len(whole)-places:] + fraction
	}
	return whole, fraction
}

// readInteger reads an integer in any spelling that a system may give it:
// Salesforce answers 42.0 for a number without decimals.
func readInteger(s string) (int64, bool) {
	if v, err := strconv.ParseInt(s, 10, 64); err == nil {
		return v, true
	}
	d, ok := readDecimal(s)
	if !ok {
		return 0, false
	}
	v, err := strconv.ParseInt(d, 10, 64)
	return v, err == nil
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
