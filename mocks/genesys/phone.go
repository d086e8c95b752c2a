package genesys

import (
	"strconv"
	"strings"
	"sync"

	"github.com/nyaruka/phonenumbers"

	"github.com/syncproof/syncproof/mocks"
)

// phone is a stored phone number. The client writes display; the server moves
// what it got to userInput, rewrites display in international form, and sets
// e164 and countryCode, if and only if the number can be read as E.164 (S).
type phone struct {
	native string // e164[;ext=N], or what was typed where it cannot be read
	json   string // the whole object as the API shows it
	number string // e164, "" if it cannot be read
}

// phoneInput is what a client may write.
type phoneInput struct {
	display       string
	extension     string // digits, "" for none
	sms           string // "true", "false" or "" where not said
	normalization string // normalizationCountryCode
}

// phoneBook rewrites phone numbers. Parsing is dear, so it remembers the last
// phonesMax rewritings; what it remembers never changes what it answers.
type phoneBook struct {
	region string     // where a number without a country code is taken to be
	mu     sync.Mutex // clones of the organisation, which may run at once, share the book
	known  map[phoneInput]*phone
	order  []phoneInput
	oldest int
}

const phonesMax = 16384

func newPhoneBook(region string) *phoneBook {
	if region == "" {
		region = "US" // default +1 (S)
	}
	return &phoneBook{region: region, known: make(map[phoneInput]*phone)}
}

func (b *phoneBook) rewrite(in phoneInput) *phone {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p := b.known[in]; p != nil {
		return p
	}
	// The key stays: it must not hold the request that it came in.
	in.display, in.extension = strings.Clone(in.display), strings.Clone(in.extension)
	in.sms, in.normalization = strings.Clone(in.sms), strings.Clone(in.normalization)
	p := b.read(in)
	if len(b.order) < phonesMax {
		b.order = append(b.order, in)
	} else {
		delete(b.known, b.order[b.oldest])
		b.order[b.oldest] = in
		b.oldest = (b.oldest + 1) % phonesMax
	}
	b.known[in] = p
	return p
}

func (b *phoneBook) read(in phoneInput) *phone {
	display, extension := in.display, in.extension
	var e164, country string
	number, err := phonenumbers.Parse(in.display, b.regionOf(in.normalization))
	if err == nil && phonenumbers.IsPossibleNumber(number) {
		// An extension typed after the number moves to its own field (M).
		if typed := strings.TrimLeft(number.GetExtension(), "0"); typed != "" && extension == "" {
			extension = typed
		}
		number.Extension = nil
		e164 = phonenumbers.Format(number, phonenumbers.E164)
		display = phonenumbers.Format(number, phonenumbers.INTERNATIONAL)
		country = phonenumbers.GetRegionCodeForNumber(number)
		if country == "" || country == "ZZ" {
			country = phonenumbers.GetRegionCodeForCountryCode(int(number.GetCountryCode()))
		}
	}
	p := &phone{number: e164, native: display}
	if e164 != "" {
		p.native = e164
	}
	if extension != "" {
		p.native += ";ext=" + extension
	}
	p.json = phoneJSON(in, display, extension, e164, country)
	return p
}

// regionOf reads normalizationCountryCode: a region such as FR, or a calling
// code such as 33 or +33.
func (b *phoneBook) regionOf(code string) string {
	if code == "" {
		return b.region
	}
	if calling, err := strconv.Atoi(strings.TrimPrefix(code, "+")); err == nil {
		return phonenumbers.GetRegionCodeForCountryCode(calling)
	}
	return strings.ToUpper(code)
}

func phoneJSON(in phoneInput, display, extension, e164, country string) string {
	b := mocks.AppendString([]byte(`{"display":`), display)
	if extension != "" {
		b = append(append(b, `,"extension":`...), extension...)
	}
	if in.sms != "" {
		b = append(append(b, `,"acceptsSMS":`...), in.sms...)
	}
	if in.normalization != "" {
		b = mocks.AppendString(append(b, `,"normalizationCountryCode":`...), in.normalization)
	}
	b = mocks.AppendString(append(b, `,"userInput":`...), in.display)
	if e164 != "" {
		b = mocks.AppendString(append(b, `,"e164":`...), e164)
		b = mocks.AppendString(append(b, `,"countryCode":`...), country)
	}
	return string(append(b, '}'))
}
