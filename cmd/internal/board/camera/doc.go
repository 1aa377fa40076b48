// Package camera reads QR codes out of pictures, as a customer's phone does: from pixels alone.
//
//	picture ─▶ windows, bottom first ─▶ black and white ─▶ finder patterns ─▶ text
//
// A roll of paper is many times taller than wide and may carry several codes; the customer means the one that
// was printed last. So a tall picture is looked at in overlapping windows from its bottom upwards, and the
// lowest code in the first window that has one wins.
//
// Decoding is by gozxing, a port of ZXing (ISO/IEC 18004); it shares no code with the encoder of the terminal.
package camera
