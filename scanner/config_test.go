package scanner_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"smartpos/scanner"
	"smartpos/scanner/scannertest"
)

func TestConfigsThatCannotWork(t *testing.T) {
	pin := scannertest.New(scannertest.Config{}).TriggerPin()
	for _, tc := range []struct {
		says string
		cfg  scanner.Config
	}{
		{"engine", scanner.Config{}},
		{"engine", scanner.Config{Protocol: "zebra"}},
		{"mode", scanner.Config{Protocol: scanner.GM65, Mode: "sensor"}},
		{"takes no commands", scanner.Config{Protocol: scanner.Plain, Mode: scanner.Command}},
		{"trigger pin", scanner.Config{Protocol: scanner.GM65, Mode: scanner.Trigger}},
		{"trigger_pulse", scanner.Config{Protocol: scanner.GM65, Trigger: scanner.TriggerPin{Pin: pin, Pulse: time.Microsecond}}},
		{"encoding", scanner.Config{Protocol: scanner.GM65, Encoding: "big5"}},
		{"max_bytes", scanner.Config{Protocol: scanner.GM65, MaxBytes: 8}},
		{"baud", scanner.Config{Protocol: scanner.GM65, Baud: 300}},
		{"baud", scanner.Config{Protocol: scanner.GM65, Bauds: []int{9600, -1}}},
		{"reread", scanner.Config{Protocol: scanner.GM65, Reread: 26 * time.Second}},
		{"reread", scanner.Config{Protocol: scanner.GM65, Reread: -1}},
		{"read time-out", scanner.Config{Protocol: scanner.GM65, ReadTimeout: time.Minute}},
		{"gap", scanner.Config{Protocol: scanner.GM65, Gap: time.Millisecond}},
		{"answer time-out", scanner.Config{Protocol: scanner.GM65, AnswerTimeout: time.Minute}},
		{"check interval", scanner.Config{Protocol: scanner.GM65, CheckEvery: time.Millisecond}},
		{"retry", scanner.Config{Protocol: scanner.GM65, Retry: time.Hour}},
	} {
		tc.cfg.Name = "scan-1"
		_, err := scanner.Open(newCable(), tc.cfg)
		if !errors.Is(err, scanner.ErrConfig) || !strings.Contains(err.Error(), tc.says) || !strings.HasPrefix(err.Error(), "scan-1: ") {
			t.Errorf("%+v: %v, want an error about %q", tc.cfg, err, tc.says)
		}
	}
}
