package printer

import "testing"

// A picture whose dots spell a real-time command is moved aside until they do not.
func TestQuietRaster(t *testing.T) {
	for _, command := range [][2]byte{{0x10, 0x04}, {0x10, 0x05}, {0x10, 0x14}} {
		at := func(x, y int) bool {
			return y == 3 && x < 16 && command[x/8]&(0x80>>(x%8)) != 0
		}
		if _, rows := drawRaster(21, at, 1, 0); !realTime(rows) {
			t.Fatalf("% x: the picture does not hold it", command)
		}
		stride, rows := quietRaster(21, at, 1)
		if realTime(rows) {
			t.Errorf("% x is in the raster", command)
		}
		if stride > 4 || len(rows) != stride*21 {
			t.Errorf("%d bytes in rows of %d", len(rows), stride)
		}
	}
	for data, want := range map[string]bool{"": false, "\x10": false, "\x04": false, "\x10\x10\x04": true, "\x10\x03\x10": false} {
		if realTime([]byte(data)) != want {
			t.Errorf("%q: %v", data, !want)
		}
	}
}
