package scanner

import "time"

// Frames of the GM65 family (GM65 and GM861 manuals, "Serial communication
// protocol"; Newland EM2000/EM3095 the same). Numbers are big-endian.
//
//	command  7E 00 | type | length | address (2) | data (length) | CRC (2)
//	answer   02 00 | type | length |               data (length) | CRC (2)
//
// In a read command the data is one byte, the number of registers wanted. The
// answer to a heartbeat begins 03 00 instead of 02 00. The CRC runs from type
// to the end of data.
const (
	typeRead      byte = 0x07
	typeWrite     byte = 0x08
	typeHeartbeat byte = 0x0A

	answerDone byte = 0x00 // any other type of answer is an error: 01 bad CRC, 03 unknown command

	commandHead  = 0x7E
	answerHead   = 0x02
	answerHead2  = 0x03
	answerFixed  = 6 // bytes of an answer beside its data
	maxAnswer    = 8 // data bytes in the longest answer that this driver asks for
	answerLength = 3 // index of the length byte
)

// The registers ("zone bits") that this driver uses.
const (
	regMode     uint16 = 0x0000 // bits 1–0: 0 manual (trigger wire), 1 command, 2 continuous, 3 sensor
	regTrigger  uint16 = 0x0002 // bit 0: 1 starts a read, 0 stops it
	regInterval uint16 = 0x0005 // pause between two reads, 0.1 s; 0006 follows it: read time-out, 0.1 s, 0 endless
	regEncoding uint16 = 0x000D // bits 3–2: encoding, 00 GBK; bits 1–0: output port
	regTail     uint16 = 0x0060 // bits 6–5 tail (00 CR), 3 prefix, 2 code id, 1 suffix, 0 tail on
	regSleep    uint16 = 0x00D9 // 00 wakes

	modeMask     = 0x03
	encodingMask = 0x0C
	tailMask     = 0x6F
	tailCR       = 0x01
)

// maxTenths is the longest time that a register in tenths of a second holds.
const maxTenths = 25500 * time.Millisecond

// tenths gives a time as a register holds it, at least 1 for any time above 0:
// 0 means "endless" to some registers.
func tenths(d time.Duration) byte {
	if d <= 0 {
		return 0
	}
	return byte(min(max((d+50*time.Millisecond)/(100*time.Millisecond), 1), 255))
}

// crc16 is CRC-16/XMODEM: polynomial 1021, initial value 0, not reflected.
func crc16(b []byte) uint16 {
	var crc uint16
	for _, c := range b {
		crc ^= uint16(c) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}

// command builds a frame for the engine.
func command(typ byte, address uint16, data ...byte) []byte {
	f := append([]byte{commandHead, 0, typ, byte(len(data)), byte(address >> 8), byte(address)}, data...)
	crc := crc16(f[2:])
	return append(f, byte(crc>>8), byte(crc))
}

// answer is what an engine says to a command.
type answer struct {
	typ  byte
	data []byte
}

// verdict tells what the bytes seen so far can still become.
type verdict uint8

const (
	noAnswer   verdict = iota // they are data
	halfAnswer                // more bytes must tell
	anAnswer                  // a whole answer with a good CRC
)

// judge looks whether b, which grows byte by byte, is an answer. It says
// halfAnswer for at most answerFixed+maxAnswer bytes.
func judge(b []byte) (answer, verdict) {
	if len(b) > 0 && b[0] != answerHead && b[0] != answerHead2 || len(b) > 1 && b[1] != 0 {
		return answer{}, noAnswer
	}
	if len(b) <= answerLength {
		return answer{}, halfAnswer
	}
	n := int(b[answerLength])
	if n > maxAnswer {
		return answer{}, noAnswer
	}
	if len(b) < answerFixed+n {
		return answer{}, halfAnswer
	}
	end := answerLength + 1 + n
	if len(b) != answerFixed+n || crc16(b[2:end]) != uint16(b[end])<<8|uint16(b[end+1]) {
		return answer{}, noAnswer
	}
	return answer{typ: b[2], data: append([]byte(nil), b[answerLength+1:end]...)}, anAnswer
}

// likeAnswer says whether a text that broke off is rather an answer whose CRC
// came out wrong.
func likeAnswer(raw []byte) bool {
	return len(raw) >= 2 && len(raw) <= answerFixed+maxAnswer &&
		(raw[0] == answerHead || raw[0] == answerHead2) && raw[1] == 0
}
