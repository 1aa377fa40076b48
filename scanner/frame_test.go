package scanner

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
	"time"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The frames that the manuals print.
func TestCommandFrames(t *testing.T) {
	for _, tc := range []struct {
		name string
		got  []byte
		want string
	}{
		{"read a register", command(typeRead, 0x000A, 1), "7E 00 07 01 00 0A 01 EE 8A"},
		{"write a register", command(typeWrite, 0x000A, 0x3E), "7E 00 08 01 00 0A 3E 4C CF"},
		{"trigger", command(typeWrite, regTrigger, 1), "7E 00 08 01 00 02 01 02 DA"},
		{"stop", command(typeWrite, regTrigger, 0), "7E 00 08 01 00 02 00 12 FB"},
		{"save to flash", command(0x09, 0, 0), "7E 00 09 01 00 00 00 DE C8"},
		{"heartbeat", command(typeHeartbeat, 0, 0), "7E 00 0A 01 00 00 00 30 1A"},
		{"115200 baud", command(typeWrite, 0x002A, 0x1A, 0x00), "7E 00 08 02 00 2A 1A 00 E4 7E"},
		{"factory defaults", command(typeWrite, regSleep, 0x55), "7E 00 08 01 00 D9 55 D1 76"},
	} {
		if !bytes.Equal(tc.got, unhex(t, tc.want)) {
			t.Errorf("%s: % X, want %s", tc.name, tc.got, tc.want)
		}
	}
}

func TestAnswerFrames(t *testing.T) {
	for _, tc := range []struct {
		name, bytes string
		want        verdict
		typ         byte
		data        string
	}{
		{"value of a register", "02 00 00 01 3E E4 AC", anAnswer, 0, "3E"},
		{"done", "02 00 00 01 00 33 31", anAnswer, 0, "00"},
		{"heartbeat", "03 00 00 01 00 33 31", anAnswer, 0, "00"},
		{"Newland: CRC", "02 00 01 01 00 04 01", anAnswer, 1, "00"},
		{"Newland: unknown", "02 00 03 01 00 6A 61", anAnswer, 3, "00"},
		{"wrong CRC", "02 00 00 01 00 33 32", noAnswer, 0, ""},
		{"second byte", "02 01", noAnswer, 0, ""},
		{"text", "31", noAnswer, 0, ""},
		{"longer than any", "02 00 00 09", noAnswer, 0, ""},
		{"half", "02 00 00 01 00 33", halfAnswer, 0, ""},
		{"nothing", "", halfAnswer, 0, ""},
	} {
		a, v := judge(unhex(t, tc.bytes))
		if v != tc.want || a.typ != tc.typ || !bytes.Equal(a.data, unhex(t, tc.data)) {
			t.Errorf("%s: %v %+v, want %v", tc.name, v, a, tc.want)
		}
	}
}

func TestTenths(t *testing.T) {
	for d, want := range map[time.Duration]byte{
		0: 0, 1: 1, 100 * time.Millisecond: 1, 149 * time.Millisecond: 1, 150 * time.Millisecond: 2,
		time.Second: 10, maxTenths: 255, time.Hour: 255, -time.Second: 0,
	} {
		if got := tenths(d); got != want {
			t.Errorf("tenths(%v) = %d, want %d", d, got, want)
		}
	}
}

// sorted runs bytes through a demux in pieces.
type sorted struct {
	answers []answer
	texts   []string
	reasons []Reason
}

func sortOut(max int, tailOnly, expecting bool, pieces ...[]byte) sorted {
	var s sorted
	d := demux{
		max: max, tailOnly: tailOnly, expecting: expecting,
		answer: func(a answer) { s.answers = append(s.answers, a) },
		text: func(raw []byte, r Reason) {
			s.texts = append(s.texts, string(raw))
			s.reasons = append(s.reasons, r)
		},
	}
	for _, p := range pieces {
		d.write(p)
		if len(d.hold) > answerFixed+maxAnswer || len(d.raw) >= max {
			panic("unbounded")
		}
	}
	d.expecting = false
	d.gap()
	if d.open() {
		panic("open after a gap")
	}
	return s
}

func TestDemux(t *testing.T) {
	const done = "\x02\x00\x00\x01\x00\x33\x31"
	for _, tc := range []struct {
		name      string
		in        string
		expecting bool
		answers   int
		texts     []string
	}{
		{"a text", "abc\r", false, 0, []string{"abc"}},
		{"all tails", "a\rb\nc\r\nd\n\re\r\r\r", false, 0, []string{"a", "b", "c", "d", "e"}},
		{"answer then text", done + "abc\r", true, 1, []string{"abc"}},
		{"answer that nobody waits for", done + "abc\r", false, 1, []string{"abc"}},
		{"inside, waited for", "ab" + done + "c\r", true, 1, []string{"abc"}},
		{"inside, not waited for", "ab" + done + "c\r", false, 0, []string{"ab" + done + "c"}},
		{"wrong CRC", "\x02\x00\x00\x01\x00\x33\x30abc\r", true, 0, []string{"\x02\x00\x00\x01\x00\x33\x30abc"}},
		{"false start", "\x02\x02\x00" + done + "abc\r", true, 1, []string{"\x02\x02\x00abc"}},
		{"tail inside what looked like an answer", "\x02\x00\r", true, 0, []string{"\x02\x00"}},
		{"half an answer at the end", "\x02\x00\x00", true, 0, []string{"\x02\x00\x00"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			whole := sortOut(64, false, tc.expecting, []byte(tc.in))
			if len(whole.answers) != tc.answers || strings.Join(whole.texts, "|") != strings.Join(tc.texts, "|") {
				t.Errorf("%d answers, texts %q; want %d, %q", len(whole.answers), whole.texts, tc.answers, tc.texts)
			}
			bits := sortOut(64, false, tc.expecting, bytes.SplitAfter([]byte(tc.in), nil)...)
			if len(bits.answers) != tc.answers || strings.Join(bits.texts, "|") != strings.Join(tc.texts, "|") {
				t.Errorf("byte by byte: %d answers, texts %q", len(bits.answers), bits.texts)
			}
		})
	}
}

// However the bytes are cut and whatever they are: nothing is unbounded, no
// text holds a tail or exceeds the limit, and the next text comes through.
func FuzzDemux(f *testing.F) {
	f.Add([]byte("\x02\x00\x00\x01\x00\x33\x31134567890123456789\r"), 3, true)
	f.Add([]byte("69\x02\x00\x00\x01\x00\x33\x3101234\x03\x00\x00\x08"), 1, true)
	f.Add([]byte("\x02\x02\x02\x00\x00\x00\x00\x00"), 2, false)
	f.Add(bytes.Repeat([]byte("7"), 100), 7, false)
	f.Fuzz(func(t *testing.T, in []byte, step int, expecting bool) {
		const max = 32
		if step < 1 || step > 64 {
			step = 5
		}
		var pieces [][]byte
		for b := in; len(b) > 0; {
			n := min(step, len(b))
			pieces = append(pieces, b[:n])
			b = b[n:]
		}
		got := sortOut(max, true, expecting, pieces...)
		whole := sortOut(max, true, expecting, in)
		if strings.Join(got.texts, "\r") != strings.Join(whole.texts, "\r") || len(got.answers) != len(whole.answers) {
			t.Errorf("cut up: %q, in one piece: %q", got.texts, whole.texts)
		}
		for i, text := range got.texts {
			if text == "" || strings.ContainsAny(text, "\r\n") || len(text) > max {
				t.Errorf("text %q", text)
			}
			if long := len(text) == max; long != (got.reasons[i] == TooLong) {
				t.Errorf("%d bytes: %v", len(text), got.reasons[i])
			}
		}
		after := sortOut(max, true, false, in, []byte("\r6901234567892\r"))
		if n := len(after.texts); n == 0 || after.texts[n-1] != "6901234567892" {
			t.Errorf("the next text was lost: %q", after.texts)
		}
	})
}

func BenchmarkDemux(b *testing.B) {
	in := []byte("\x02\x00\x00\x01\x00\x33\x31134567890123456789\r")
	d := demux{max: 4096, answer: func(answer) {}, text: func(raw []byte, _ Reason) { _, _ = decode(raw, Auto) }}
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		d.expecting = true
		d.write(in)
	}
}
