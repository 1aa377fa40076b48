package boot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"smartpos/device/boot"
	"smartpos/device/boot/boottest"
)

// The first screen waits for none of the modules that it can do without.
func TestLateModules(t *testing.T) {
	const late = "load /m/xhci_pci.ko"
	// slow is a terminal that takes this long until it is ready.
	slow := func(b *bench, d time.Duration, ready func()) {
		b.Programs["/init"] = func(c *boottest.Child) boot.Status {
			time.Sleep(d)
			ready()
			return terminal(c)
		}
	}
	on(t, func(b *bench) {
		b.cfg.LateModules = []string{"/m/xhci_pci.ko", "/m/ftdi_sio.ko"}
		slow(b, 2*time.Second, func() {
			if b.did(late) {
				t.Error("a late module was loaded before the terminal was ready")
			}
		})
		b.run(time.Minute)
		b.wantDid(late, "load /m/ftdi_sio.ko")
		events := b.Events()
		if started := slices.IndexFunc(events, func(e string) bool { return strings.HasPrefix(e, "start /init") }); started > slices.Index(events, late) {
			t.Errorf("the terminal was started after the late modules:\n%s", strings.Join(events, "\n"))
		}
	})
	t.Run("a terminal that is not ready does not keep them away", func(t *testing.T) {
		on(t, func(b *bench) {
			b.cfg.LateModules = []string{"/m/xhci_pci.ko"}
			slow(b, 30*time.Second, func() { b.wantDid(late) })
			b.run(time.Minute)
		})
	})
	t.Run("one that is missing is noted", func(t *testing.T) {
		on(t, func(b *bench) {
			b.cfg.LateModules = []string{"/m/xhci_pci.ko", "/m/ftdi_sio.ko"}
			b.Fail[late] = errFault
			b.run(time.Minute)
			b.wantDid("load /m/ftdi_sio.ko")
			b.wantLog("PROBLEM modules: " + late)
		})
	})
}
