package scenarios

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/nyaruka/phonenumbers"
)

// Expand lists the records that exist before the run: those of the file, or
// the generated ones, the same for the same seed. A required text field that
// the file leaves out holds the record's id, so that the systems accept it;
// null leaves it empty. Each record is the caller's own.
// For many records range over All instead.
func (s *Scenario) Expand() []Record { return slices.Collect(s.All()) }

// All ranges over the records of Expand without holding them.
func (s *Scenario) All() iter.Seq[Record] {
	return func(yield func(Record) bool) {
		business := map[string][]MappingField{}
		for _, object := range s.Named() {
			business[object] = s.MappingOf(object).Business()
		}
		for i := range s.Records.List {
			r := s.Records.List[i]
			r.Fields, r.CC, r.CRM = slices.Clone(r.Fields), slices.Clone(r.CC), slices.Clone(r.CRM)
			r.Fields = append(r.Fields, required(business[r.Object], &r)...)
			if !yield(r) {
				return
			}
		}
		g := s.Records.Generate
		if g == nil {
			return
		}
		person := peopleDataset
		if g.Dataset == "phones" {
			person = phonesDataset()
		}
		mapping := s.MappingOrDefault()
		for i := range g.Count {
			if !yield(g.record(i, mapping, person(s.Seed, i))) {
				return
			}
		}
	}
}

// required are those of the fields that hold text, that a system insists on and
// that the record leaves out.
func required(fields []MappingField, r *Record) []FieldSet {
	var missing []FieldSet
	for _, f := range fields {
		said := func(set FieldSet) bool { return set.Field == f.Label() }
		if f.Required && f.Kind() == "string" && !slices.ContainsFunc(r.Fields, said) &&
			!slices.ContainsFunc(r.CC, said) && !slices.ContainsFunc(r.CRM, said) {
			missing = append(missing, FieldSet{Field: f.Label(), Value: r.ID})
		}
	}
	return missing
}

// Count is how many records exist before the run.
func (r *Records) Count() int {
	if r.Generate != nil {
		return r.Generate.Count
	}
	return len(r.List)
}

// record is the i-th generated one, with what the mapping has room for.
func (g *Generate) record(i int, m *Mapping, fields []FieldSet) Record {
	r := Record{ID: generatedID(i), On: g.On, Linked: g.On == "both", Base: "lost"}
	if r.Linked {
		r.Base = "known"
	}
	if g.Version != 0 {
		version := g.Version
		r.Version = &version
	}
	r.Fields = slices.DeleteFunc(fields, func(set FieldSet) bool {
		field, ok := m.Field(set.Field)
		return !ok || field.Role() != RoleBusiness
	})
	return r
}

// dataset makes the i-th person of a seed.
type dataset func(seed uint64, i int) []FieldSet

// draw is the n-th random number of the i-th record: keyed, so that one more
// record or field shifts no other.
func draw(seed uint64, i, n int) uint64 {
	x := seed ^ uint64(i)*0x9e3779b97f4a7c15 ^ uint64(n)*0xd1b54a32d192ed03
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func pick[T any](from []T, seed uint64, i, n int) T {
	return from[draw(seed, i, n)%uint64(len(from))]
}

// peopleDataset makes ordinary American customers, each with a phone number
// of its own.
func peopleDataset(seed uint64, i int) []FieldSet {
	first, last := pick(firstNames, seed, i, 1), pick(lastNames, seed, i, 2)
	area := areaCodes[i/8_000_000%len(areaCodes)]
	return []FieldSet{
		{Field: "first_name", Value: first},
		{Field: "last_name", Value: last},
		{Field: "phone", Value: fmt.Sprintf("+1%d%d", area, 2_000_000+(i+int(seed%4_000_000))%8_000_000)},
		{Field: "email", Value: strings.ToLower(first+"."+strings.ReplaceAll(last, "'", "")) + strconv.Itoa(i+1) + "@example.com"},
		{Field: "city", Value: pick(cities, seed, i, 3)},
	}
}

// example is one number of the real numbering plans.
type example struct {
	region, kind, e164 string
}

// phoneKinds are the number types of the metadata, with their names.
var phoneKinds = []struct {
	name string
	kind phonenumbers.PhoneNumberType
}{
	{"fixed line", phonenumbers.FIXED_LINE}, {"mobile", phonenumbers.MOBILE},
	{"toll free", phonenumbers.TOLL_FREE}, {"premium rate", phonenumbers.PREMIUM_RATE},
	{"shared cost", phonenumbers.SHARED_COST}, {"voip", phonenumbers.VOIP},
	{"personal", phonenumbers.PERSONAL_NUMBER}, {"pager", phonenumbers.PAGER},
	{"company", phonenumbers.UAN}, {"voicemail", phonenumbers.VOICEMAIL},
}

// examples holds one number for each region and type, ordered by both.
var examples = sync.OnceValue(func() []example {
	var regions []string
	for region := range phonenumbers.GetSupportedRegions() {
		regions = append(regions, region)
	}
	slices.Sort(regions)
	var all []example
	for _, region := range regions {
		for _, k := range phoneKinds {
			number := phonenumbers.GetExampleNumberForType(region, k.kind)
			if number == nil || number.GetNationalNumber() == 0 {
				continue
			}
			all = append(all, example{region, k.name, phonenumbers.Format(number, phonenumbers.E164)})
		}
	}
	return all
})

// phonesDataset makes customers from every numbering plan, one for each
// region and type in turn, with names and cities in many scripts.
func phonesDataset() dataset {
	numbers := examples()
	return func(seed uint64, i int) []FieldSet {
		number := numbers[i%len(numbers)]
		person := scripts[(i+int(seed%uint64(len(scripts))))%len(scripts)]
		phone := "phone"
		if number.kind == "mobile" {
			phone = "mobile"
		}
		return []FieldSet{
			{Field: "first_name", Value: person.first},
			{Field: "last_name", Value: person.last},
			{Field: phone, Value: number.e164},
			{Field: "city", Value: person.city},
			{Field: "notes", Value: person.script + ", " + number.kind + " in " + number.region},
		}
	}
}
