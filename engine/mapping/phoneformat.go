package mapping

import (
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
)

// phoneFormat is how a side writes numbers.
type phoneFormat struct {
	style phoneStyle
	mask  string // of styleMask
}

type phoneStyle uint8

const (
	styleE164 phoneStyle = iota
	styleInternational
	styleNational
	styleMask
)

// phoneStyleNames is how a mapping file spells the styles; anything with a #
// is a mask.
var phoneStyleNames = []string{"e164", "international", "national"}

// render writes a canonical value in the side's format. It keeps
// canonical(render(x)) = x by trying: a format that does not read back as
// the same number gives way to the international one, and that to E.164.
func (p *phoneRule) render(s Side, canonical string) string {
	canonical = p.canonical(canonical)
	if p.formats[s].style == styleE164 {
		return canonical
	}
	return p.rendered[s].get(canonical, func(canonical string) string {
		number := p.number(canonical)
		if number == nil {
			return canonical
		}
		text := p.formats[s].apply(number)
		if text != "" && p.canonical(text) == canonical {
			return text
		}
		text = phonenumbers.Format(number, phonenumbers.INTERNATIONAL)
		if p.canonical(text) == canonical {
			return text
		}
		return canonical
	})
}

// apply formats a number, or returns "" where the format cannot show it.
func (f phoneFormat) apply(number *phonenumbers.PhoneNumber) string {
	switch f.style {
	case styleInternational:
		return phonenumbers.Format(number, phonenumbers.INTERNATIONAL)
	case styleNational:
		return phonenumbers.Format(number, phonenumbers.NATIONAL)
	case styleMask:
		return fillMask(f.mask, number)
	}
	return e164(number)
}

// fillMask puts the digits of the national number in the places of #, and an
// extension behind as " x123".
func fillMask(mask string, number *phonenumbers.PhoneNumber) string {
	digits := phonenumbers.GetNationalSignificantNumber(number)
	if len(digits) != strings.Count(mask, "#") {
		return ""
	}
	var b strings.Builder
	for _, r := range mask {
		if r == '#' {
			b.WriteByte(digits[0])
			digits = digits[1:]
			continue
		}
		b.WriteRune(r)
	}
	if extension := number.GetExtension(); extension != "" {
		b.WriteString(" x" + extension)
	}
	return b.String()
}

// maskProblem says what is wrong with a mask for numbers of a region, "" if
// nothing is. A mask is wrong if no number of the region fits it, or if what
// it writes reads back as another number: then every number would fall back
// to international form, which is surely not what its author meant.
func (p *phoneRule) maskProblem(mask string) string {
	if strings.IndexFunc(mask, isNoMaskRune) >= 0 {
		return "a mask holds #, digits, spaces and punctuation only; the extension is added by itself"
	}
	fits := false
	format := phoneFormat{style: styleMask, mask: mask}
	for kind := phonenumbers.FIXED_LINE; kind <= phonenumbers.UAN; kind++ {
		number := phonenumbers.GetExampleNumberForType(p.region, kind)
		if number == nil {
			continue
		}
		text := format.apply(number)
		if text == "" {
			continue
		}
		fits = true
		if p.canonical(text) == e164(number) {
			return ""
		}
	}
	if !fits {
		return "no number of region " + p.region + " has as many digits as the mask has #"
	}
	return "what this mask writes reads back as another number; a mask for region " + p.region +
		" writes a national number with its trunk prefix, if there is one"
}

func isNoMaskRune(r rune) bool {
	return r != ' ' && r != '#' && (unicode.IsLetter(r) || unicode.IsSpace(r) || unicode.IsControl(r) || r == ';' || r > unicode.MaxASCII)
}
