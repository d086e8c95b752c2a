package mocks

import (
	"encoding/binary"
	"encoding/hex"
)

// IDs makes identifiers. The same seed gives the same sequence; nothing else
// takes part. A copy goes on from where it was copied.
type IDs struct {
	seed uint64
	made uint64
}

// NewIDs makes a sequence from a seed.
func NewIDs(seed uint64) *IDs { return &IDs{seed: mix(seed ^ 0x73796e6370726f6f)} }

// Print appends how many identifiers were made.
func (g *IDs) Print(p *Print) { p.Int(int64(g.made)) }

// next is the next 64 bits of the sequence (splitmix64).
func (g *IDs) next() uint64 {
	g.made++
	return mix(g.seed + g.made*0x9e3779b97f4a7c15)
}

func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// UUID is an identifier in the form of a random (version 4) UUID.
func (g *IDs) UUID() string {
	var u [16]byte
	binary.BigEndian.PutUint64(u[:8], g.next())
	binary.BigEndian.PutUint64(u[8:], g.next())
	u[6] = u[6]&0x0f | 0x40
	u[8] = u[8]&0x3f | 0x80
	var s [36]byte
	hex.Encode(s[0:8], u[0:4])
	hex.Encode(s[9:13], u[4:6])
	hex.Encode(s[14:18], u[6:8])
	hex.Encode(s[19:23], u[8:10])
	hex.Encode(s[24:36], u[10:16])
	s[8], s[13], s[18], s[23] = '-', '-', '-', '-'
	return string(s[:])
}

// Secret is an opaque token of 32 hexadecimal digits behind a prefix.
func (g *IDs) Secret(prefix string) string {
	var u [16]byte
	binary.BigEndian.PutUint64(u[:8], g.next())
	binary.BigEndian.PutUint64(u[8:], g.next())
	return prefix + hex.EncodeToString(u[:])
}

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// Salesforce is an 18-character Salesforce id: the object's three-character
// key prefix ("003" for Contact), the instance, a growing number, and the
// checksum that makes the id safe where case is lost.
func (g *IDs) Salesforce(keyPrefix string) string {
	g.made++
	var id [15]byte
	copy(id[:3], keyPrefix)
	instance := mix(g.seed)
	id[3], id[4], id[5] = base62[instance%62], base62[instance/62%62], '0'
	// Numbers start high, so that they hold letters of both cases.
	n := g.seed%(1<<50) + g.made
	for i := 14; i > 5; i-- {
		id[i] = base62[n%62]
		n /= 62
	}
	return string(id[:]) + SalesforceSuffix(string(id[:]))
}

// SalesforceSuffix is the three-character checksum of a 15-character id: each
// character tells which of five are capitals. It is "" for another length.
func SalesforceSuffix(id string) string {
	if len(id) != 15 {
		return ""
	}
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
	var suffix [3]byte
	for i := range suffix {
		bits := 0
		for j := range 5 {
			if c := id[i*5+j]; c >= 'A' && c <= 'Z' {
				bits |= 1 << j
			}
		}
		suffix[i] = digits[bits]
	}
	return string(suffix[:])
}
