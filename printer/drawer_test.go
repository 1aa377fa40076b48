package printer_test

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"smartpos/printer"
	"smartpos/printer/printertest"
)

func TestKick(t *testing.T) {
	for want, m := range map[string]printer.Model{
		"\x1Bp\x00\x32\xC8": {Drawer: printer.DrawerPin2},
		"\x1Bp\x01\x0A\x28": {Drawer: printer.DrawerPin5, Pulse: printer.MinPulse},
		"\x1Bp\x01\xFA\xFF": {Drawer: printer.DrawerPin5, Pulse: printer.MaxPulse},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := connect(t, printertest.New(printertest.Config{Baud: 9600}), m, printer.Options{Baud: 9600})
			for i := range 2 {
				if err := r.Kick(t.Context()); err != nil {
					t.Fatal(err)
				}
				if r.p.Kicks() != i+1 {
					t.Errorf("%d kicks after call %d", r.p.Kicks(), i+1)
				}
			}
			if err := r.Print(t.Context(), slip("A")); err != nil || r.p.Kicks() != 2 {
				t.Errorf("a receipt after the drawer: %v, %d kicks", err, r.p.Kicks())
			}
			if raw := r.p.Paper().Raw(); bytes.Count(raw, []byte(want)) != 2 {
				t.Errorf("sent % x, want % x twice", raw, want)
			}
		})
	}
}

// A printer that can't open the drawer now doesn't do it later either, when nobody counts money any more.
func TestKickFault(t *testing.T) {
	for fault, cause := range map[printertest.Fault]printer.Cause{
		printertest.PaperOut:  printer.PaperOut,
		printertest.CoverOpen: printer.CoverOpen,
		printertest.Unplugged: printer.NoAnswer,
	} {
		synctest.Test(t, func(t *testing.T) {
			r := connect(t, printertest.New(printertest.Config{}), printer.Model{Drawer: printer.DrawerPin2}, printer.Options{})
			r.p.Set(fault)
			wantFault(t, r.Kick(t.Context()), cause, printer.NothingPrinted)
			r.p.Set(printertest.OK)
			settle()
			if err := r.Print(t.Context(), slip("A")); err != nil || r.p.Kicks() != 0 {
				t.Errorf("%v: printing afterwards: %v, %d kicks", cause, err, r.p.Kicks())
			}
		})
	}
}

func TestKickWithoutDrawer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, m := range []printer.Model{{}, {Drawer: "pin3"}, {Drawer: printer.DrawerPin2, Pulse: time.Second}} {
			r := connect(t, printertest.New(printertest.Config{}), m, printer.Options{})
			wantFault(t, r.Kick(t.Context()), printer.Unprintable, printer.NothingPrinted)
			if n := r.p.Received(); n != 0 {
				t.Errorf("%d bytes sent", n)
			}
		}
	})
}
