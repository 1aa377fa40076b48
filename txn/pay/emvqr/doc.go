// Package emvqr reads and writes EMVCo payment QR codes: the merchant-presented one (MPM, text) that a
// terminal or a shop shows, and the consumer-presented one (CPM, base64) that a customer's phone shows.
//
//	             ┌─ characters ─▶ id length value … 63 04 CRC ─▶ rules ─▶ Merchant
//	DecodeMerchant                                                          │
//	             └◀── the very same text ◀── Merchant.Encode ◀──────────────┘
//
//	             ┌─ base64 ─▶ BER-TLV: 85 61{4F 50 57 … 63} 62{… 64} ─▶ rules ─▶ Consumer
//	DecodeConsumer                                                                 │
//	             └◀── the very same code ◀── Consumer.Encode ◀─────────────────────┘
//
// Decoding is strict where money depends on it: CRC, lengths, ids given twice, amounts, currencies, tips,
// what must be there and what must not. What it does not know it keeps: writing back what was read gives the
// same text, in the same order, to the last character ("98." stays "98.").
//
// Characters that are not graphic (controls, line breaks, direction marks) are refused everywhere, since
// values end on screens and paper. An [Error] names the data object, where it stands and what is wrong. A
// consumer's code is money: its errors and its values never print what they hold.
//
// # Not done
//
// Deciding which application or account to use, and what a GUID's own objects mean: that is the network's.
//
// # Sources
//
//   - EMV QR Code Specification for Payment Systems, Merchant-Presented Mode, v1.1 (November 2020):
//     "Data Objects Under the Root of a QR Code", "Data Objects for Merchant Account Information",
//     "… for Additional Data Field Template (ID "62")", "… for Merchant Information – Language Template
//     (ID "64")", "… for Unreserved Templates", and in "Requirements": "Payload Length", "Position of Data
//     Objects", "Transaction Amount (ID "54")", "Tip or Convenience Indicator (ID "55")" and what follows,
//     "CRC (ID "63")"
//   - EMV QR Code Specification for Payment Systems, Consumer-Presented Mode, v1.1:
//     "Application Template", "Common Data Template" and their transparent templates
//   - EMV Book 3, annex B: BER-TLV; Book 4, annex B: common character set; annex A of Book 3: formats
//   - ISO 4217: currencies, their numbers and minor units
//
// Sections are named by their titles: the numbers were not to hand.
package emvqr
