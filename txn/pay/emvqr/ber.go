package emvqr

import (
	"fmt"
	"io"
)

// Data is a value of a consumer's code. It may be a card number: every way of formatting it hides it.
type Data []byte

// String returns the length alone.
func (d Data) String() string { return fmt.Sprintf("(%d bytes)", len(d)) }

// Format implements [fmt.Formatter], so that %x and %#v hide the value too.
func (d Data) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, d.String()) }

// MarshalText implements [encoding.TextMarshaler] with the length alone.
func (d Data) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// A TLV is a data object of a consumer's code, in BER-TLV (EMV Book 3, annex B):
//
//	tag     1–3 bytes: more than one if the low 5 bits of the first are all set, and one more after each
//	        further byte whose top bit is set
//	length  1 byte up to 127; or 81 and 1 byte, 82 and 2 bytes
//	value   that many bytes: data objects again, if bit 6 of the tag's first byte is set
type TLV struct {
	Tag     Tag
	Value   Data  // if the tag is primitive
	Objects []TLV // if it is constructed

	at   int // where it began
	wide int // bytes of the length as it was read, which may be more than it takes
}

// maxDepth is how deep templates may stand in templates; the specification's stand two deep.
const maxDepth = 6

// parse reads a sequence of data objects that begins at offset.
func parse(b []byte, parent string, offset, depth int) ([]TLV, error) {
	var objects []TLV
	for at := 0; at < len(b); {
		o := TLV{at: offset + at}
		var n int
		var err error
		if o.Tag, n, err = readTag(b[at:]); err != nil {
			return nil, &Error{parent, "object", o.at, err}
		}
		path := join(parent, o.Tag.String())
		start := at + n
		length, wide, err := readLength(b[start:])
		if err != nil {
			return nil, &Error{path, o.Tag.name(), o.at, err}
		}
		start += wide
		if length > len(b)-start {
			return nil, &Error{path, o.Tag.name(), o.at, wrong(ErrTruncated, "%d of %d bytes are there", len(b)-start, length)}
		}
		o.wide = wide
		value := b[start : start+length]
		switch {
		case !o.Tag.constructed():
			o.Value = Data(value)
		case depth >= maxDepth:
			return nil, &Error{path, o.Tag.name(), o.at, wrong(ErrSyntax, "templates stand more than %d deep", maxDepth)}
		default:
			if o.Objects, err = parse(value, path, offset+start, depth+1); err != nil {
				return nil, err
			}
		}
		objects = append(objects, o)
		at = start + length
	}
	return objects, nil
}

// readTag reads a tag and returns how many bytes it took.
func readTag(b []byte) (Tag, int, error) {
	switch {
	case len(b) == 0 || b[0] == 0 || b[0] == 0xff:
		return 0, 0, wrong(ErrSyntax, "no tag here")
	case b[0]&0x1f != 0x1f:
		return Tag(b[0]), 1, nil
	}
	tag := Tag(b[0])
	for n := 1; n < len(b); n++ {
		if n == 3 || n == 1 && b[n] == 0x80 {
			return 0, 0, wrong(ErrSyntax, "%02X begins no tag", b[0])
		}
		tag = tag<<8 | Tag(b[n])
		if b[n]&0x80 == 0 {
			return tag, n + 1, nil
		}
	}
	return 0, 0, wrong(ErrTruncated, "in a tag")
}

// bytes returns the tag as it is written.
func (t Tag) bytes() []byte {
	var b []byte
	for shift := 24; shift >= 0; shift -= 8 {
		if rest := t >> shift; rest != 0 {
			b = append(b, byte(rest))
		}
	}
	return b
}

// readLength reads a length and returns how many bytes it took.
func readLength(b []byte) (length, wide int, err error) {
	switch {
	case len(b) == 0:
		return 0, 0, wrong(ErrTruncated, "no length")
	case b[0] < 0x80:
		return int(b[0]), 1, nil
	case b[0] == 0x81 && len(b) >= 2:
		return int(b[1]), 2, nil
	case b[0] == 0x82 && len(b) >= 3:
		return int(b[1])<<8 | int(b[2]), 3, nil
	case b[0] == 0x81, b[0] == 0x82:
		return 0, 0, wrong(ErrTruncated, "in a length")
	}
	return 0, 0, wrong(ErrSyntax, "%02X begins no length", b[0])
}

// appendTLV appends objects as bytes. A length takes as many bytes as it did when it was read, and more only
// if the value has grown.
func appendTLV(b []byte, objects []TLV) []byte {
	for _, o := range objects {
		b = append(b, o.Tag.bytes()...)
		value := []byte(o.Value)
		if o.Tag.constructed() {
			value = appendTLV(nil, o.Objects)
		}
		n := len(value)
		switch {
		case o.wide >= 3 || n > 0xff:
			b = append(b, 0x82, byte(n>>8), byte(n))
		case o.wide == 2 || n > 0x7f:
			b = append(b, 0x81, byte(n))
		default:
			b = append(b, byte(n))
		}
		b = append(b, value...)
	}
	return b
}

// lookup returns the value of the tag's object, nil if there is none.
func lookup(objects []TLV, tag Tag) Data {
	for _, o := range objects {
		if o.Tag == tag {
			return o.Value
		}
	}
	return nil
}

// inside returns the objects of the template with the tag.
func inside(objects []TLV, tag Tag) []TLV {
	for _, o := range objects {
		if o.Tag == tag {
			return o.Objects
		}
	}
	return nil
}
