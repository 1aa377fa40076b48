package qemu

import (
	"context"
	"errors"
	"fmt"
)

// PlugDisk puts the disk with that number in [Config].Disks, which is Absent, into its slot. The guest sees it some
// 0.2 s later. Disks get their names (/dev/vda …) in the order in which the guest sees them.
func (m *Machine) PlugDisk(ctx context.Context, number int) error {
	op := fmt.Sprintf("plug disk %d", number)
	if number < 0 || number >= len(m.cfg.Disks) {
		return harness(op, fmt.Errorf("the board has %d disks", len(m.cfg.Disks)))
	}
	disk := m.cfg.Disks[number]
	if !disk.Absent {
		return harness(op, errors.New("it has been there from the start"))
	}
	if err := m.qmp.Execute(ctx, "blockdev-add", disk.node(diskID(number)), nil); err != nil {
		return harness(op, err)
	}
	return harness(op, m.qmp.Execute(ctx, "device_add", map[string]any{
		"driver": "virtio-blk-pci", "id": diskID(number) + "-device", "drive": diskID(number), "bus": slotID(number), "romfile": "",
	}, nil))
}
