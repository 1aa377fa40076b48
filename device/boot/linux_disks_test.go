package boot_test

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"smartpos/device/boot"
)

// sysfs is a tree as the kernel has it: files by their paths, and the links of the block devices.
func sysfs(t *testing.T, links, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	block := filepath.Join(root, "block")
	if err := os.MkdirAll(block, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, to := range links {
		if err := os.Symlink("../"+to, filepath.Join(block, name)); err != nil {
			t.Fatal(err)
		}
	}
	return block
}

// Disks on USB are told from all others by where they hang, on a PC's bus as on a Raspberry Pi's.
func TestDisks(t *testing.T) {
	const (
		pci  = "devices/pci0000:00/0000:00:03.0/usb1/1-1/1-1:1.0/host0/target0:0:0/0:0:0:0/block/sda"
		pi   = "devices/platform/soc/3f980000.usb/usb1/1-1/1-1.2/1-1.2:1.0/host0/target0:0:0/0:0:0:0/block/sdb"
		virt = "devices/pci0000:00/0000:00:01.0/virtio0/block/vda"
		card = "devices/platform/soc/3f202000.mmc/mmc_host/mmc0/mmc0:aaaa/block/mmcblk0"
		sata = "devices/pci0000:00/0000:00:1f.2/ata1/host1/target1:0:0/1:0:0:0/block/sdc"
	)
	dir := sysfs(t, map[string]string{"sda": pci, "sdb": pi, "vda": virt, "mmcblk0": card, "sdc": sata, "sdd": "devices/pci/usb2/gone"}, map[string]string{
		pci + "/size": "15728640", pci + "/ro": "0", pci + "/diskseq": "7",
		pci + "/sda1/partition": "1", pci + "/sda1/size": "15726592", pci + "/queue/size": "1",
		pi + "/size": "0", pi + "/ro": "1", pi + "/diskseq": "9",
		virt + "/size": "8192", card + "/size": "8192", sata + "/size": "8192",
	})
	got, err := boot.DisksIn(dir)
	want := []boot.Disk{
		{Name: "sda", Sequence: 7, Size: 15728640 * 512, Parts: []boot.Part{{Name: "sda1", Size: 15726592 * 512}}},
		{Name: "sdb", Sequence: 9, Protected: true},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	bad := sysfs(t, map[string]string{"sda": pci}, map[string]string{pci + "/size": "many", pci + "/ro": "0", pci + "/diskseq": "7"})
	if _, err := boot.DisksIn(bad); err == nil {
		t.Error("a size that is no number was taken")
	}
}

func FuzzFileSystem(f *testing.F) {
	f.Add(fat)
	f.Add(exfat)
	f.Add(noise()[:512])
	f.Fuzz(func(t *testing.T, p []byte) {
		sector := make([]byte, 512)
		copy(sector, p)
		if kind := boot.FileSystem(sector); kind != "" && (sector[510] != 0x55 || sector[511] != 0xaa) {
			t.Errorf("%s without its mark", kind)
		}
	})
}
