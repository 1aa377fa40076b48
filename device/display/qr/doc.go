// Package qr turns text into the modules of a QR code (ISO/IEC 18004, versions 1–40), for the screen and for
// printers that have no QR command of their own.
//
//	content ──▶ mode chosen here ──▶ boombuler/barcode/qr ──▶ Matrix (modules, no quiet zone)
//	            digits only: numeric
//	            its 45 characters only: alphanumeric
//	            anything else: bytes (UTF-8, no ECI, as payment QRs are)
//
// The encoder underneath is github.com/boombuler/barcode v1.1.0. Its automatic and numeric modes corrupt
// content with signs without a word ("+8613800138000" becomes "08613800138000"), so the mode is never left
// to it; and its errors repeat the whole content, so they are replaced by ones that carry lengths alone.
// An encoding takes 1–2 ms.
//
// Sources: ISO/IEC 18004:2015, §7.3 (modes), table 7 (capacities), §9.1 (quiet zone of 4 modules).
package qr
