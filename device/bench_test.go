package device_test

import (
	"os"
	"testing"

	"smartpos/device"
)

// BenchmarkLine is a question of three bytes and an answer of one, as a printer's status is asked.
func BenchmarkLine(b *testing.B) {
	line, master := openPTY(b, device.FlowNone)
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		question := make([]byte, 3)
		for {
			if _, err := master.Read(question); err != nil {
				return
			}
			if _, err := master.Write(question[:1]); err != nil {
				return
			}
		}
	}()
	answer := make([]byte, 1)
	for b.Loop() {
		if _, err := line.Write([]byte{0x10, 0x04, 0x01}); err != nil {
			b.Fatal(err)
		}
		if _, err := line.Read(answer); err != nil {
			b.Fatal(err)
		}
	}
	master.Close()
	<-answered
}

func BenchmarkParseProfile(b *testing.B) {
	text, err := os.ReadFile("testdata/host.toml")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := device.ParseProfile("host.toml", text); err != nil {
			b.Fatal(err)
		}
	}
}
