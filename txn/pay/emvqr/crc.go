package emvqr

// CRC returns the checksum of a merchant's code: CRC-16/CCITT-FALSE, polynomial 1021, first value FFFF, no
// reflection, over the UTF-8 bytes of everything up to and with the literal "6304" (MPM, Requirements, "CRC
// (ID "63")", after ISO/IEC 13239). CRC("123456789") is 29B1.
func CRC(s string) uint16 {
	crc := uint16(0xffff)
	for i := range len(s) {
		crc ^= uint16(s[i]) << 8
		for range 8 {
			carry := crc & 0x8000
			crc <<= 1
			if carry != 0 {
				crc ^= 0x1021
			}
		}
	}
	return crc
}
