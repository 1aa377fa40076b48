package printer

import (
	"slices"
	"testing"
)

// kinds is what the parser makes of a stream.
func kinds(stream string) (out []kind) {
	var p replyParser
	for _, b := range []byte(stream) {
		if r, ok := p.feed(b); ok {
			out = append(out, r.kind)
		}
	}
	return out
}

func TestReplies(t *testing.T) {
	for stream, want := range map[string][]kind{
		"\x12\x16\x1A\x1E\x72\x32":             {answerDLE, answerDLE, answerDLE, answerDLE, answerDLE, answerDLE},
		"\x00\x03\x0F\x60":                     {answerGS, answerGS, answerGS, answerGS},
		"\x11\x13":                             {xon, xoff},
		"\x10\x00\x00\x00":                     {answerASB},
		"\x14\x00\x00\x0F\x12":                 {answerASB, answerDLE},
		"\x18\x00\x11\x0C\x0F":                 {xon, answerASB}, // flow control may stand anywhere
		"\x10\x00\x12":                         {answerDLE},      // an ASB that broke off
		"\x10\x00\x10\x00\x00\x00\x00":         {answerASB, answerGS},
		"\x80\xFF\x92":                         {noise, noise, noise},
		"\x12\x10\x00\x00\x00\x00\x12":         {answerDLE, answerASB, answerGS, answerDLE},
		"\x91\x93\x90\x00":                     {noise, noise, noise, answerGS},
		"\x10\x80\x00\x00\x00":                 {noise, answerGS, answerGS, answerGS},
		"\x3C\x08\x0C\x00\x00\x12\x12\x00\x11": {answerASB, answerGS, answerDLE, answerDLE, answerGS, xon},
	} {
		if got := kinds(stream); !slices.Equal(got, want) {
			t.Errorf("% x: got %v, want %v", stream, got, want)
		}
	}
}

func TestStatusBits(t *testing.T) {
	for _, c := range []struct {
		n, b int
		want Status
	}{
		{1, 0x12, Status{Online: true}},
		{1, 0x1A, Status{}},
		{1, 0x52, Status{Online: true, Feeding: true}},
		{2, 0x16, Status{CoverOpen: true}},
		{2, 0x32, Status{PaperOut: true}},
		{2, 0x52, Status{Error: true}},
		{3, 0x1A, Status{Cutter: true, Error: true}},
		{3, 0x32, Status{Fatal: true, Error: true}},
		{4, 0x1E, Status{NearEnd: true}},
		{4, 0x72, Status{PaperOut: true}},
		{4, 0x7E, Status{PaperOut: true, NearEnd: true}},
	} {
		var s Status
		if s.take(c.n, byte(c.b)); s != c.want {
			t.Errorf("DLE EOT %d: %#x: got %+v, want %+v", c.n, c.b, s, c.want)
		}
	}
	var s Status
	s.takeASB([4]byte{0x3C, 0x08, 0x0C, 0})
	if want := (Status{CoverOpen: true, Cutter: true, Error: true, PaperOut: true}); s != want {
		t.Errorf("ASB: %+v", s)
	}
	for want, s := range map[Cause]Status{
		PaperOut: {PaperOut: true, CoverOpen: true}, CoverOpen: {CoverOpen: true}, CutterStuck: {Online: true, Cutter: true, Error: true},
		Hardware: {Fatal: true}, Offline: {}, 0: {Online: true, NearEnd: true},
	} {
		if got, _ := s.Fault(); got != want {
			t.Errorf("%+v: %v, want %v", s, got, want)
		}
	}
}

// Any bytes: every one ends up in exactly one answer, in noise, or in an ASB that broke off.
func FuzzReplies(f *testing.F) {
	f.Add([]byte("\x12\x16\x72\x00\x0F\x11\x13\x10\x00\x00\x00"))
	f.Add([]byte("\x10\x10\x10\x10\x00\xFF\x00\x12"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		var p replyParser
		for _, b := range stream {
			r, ok := p.feed(b)
			if p.n > 3 || ok && p.n > 0 && r.kind != xon && r.kind != xoff {
				t.Fatalf("after %#x: %d bytes of an ASB, and %v", b, p.n, r)
			}
			if !ok && p.n == 0 {
				t.Fatalf("%#x vanished", b)
			}
		}
	})
}
