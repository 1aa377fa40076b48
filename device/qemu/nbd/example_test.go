package nbd

import (
	"fmt"
	"os"
	"path/filepath"
)

// The power goes right before a guest's fourth step: its second flush. What it flushed before is there; what it
// wrote since is there or not, sector by sector, as the seed has it.
func Example() {
	dir, err := os.MkdirTemp("", "nbd-")
	check(err)
	defer os.RemoveAll(dir)
	file, err := os.Create(filepath.Join(dir, "disk.img"))
	check(err)
	defer file.Close()
	check(file.Truncate(16 * SectorSize))

	disk, err := NewDisk(file, 16*SectorSize, VolatileCache)
	check(err)
	socket := filepath.Join(dir, "disk.sock") // for QEMU: qemu.Disk{NBD: socket}
	server, err := Serve(disk, socket)
	check(err)

	check(disk.ArmWrite(4, func() { fmt.Println("here the machine is killed") }))
	machine(socket)

	check(server.Close())
	remains, err := disk.Cut(2)
	check(err)
	after, err := os.ReadFile(file.Name())
	check(err)
	fmt.Printf("%s %+v\n", picture(after), remains)
	// Output:
	// here the machine is killed
	// ffffnffn.....nn. {Kept:4 Lost:8}
}

// machine stands for one that saves something, and then something else.
func machine(socket string) {
	c, err := dial(socket)
	check(err)
	defer c.Close()
	check(c.write(0, sectors(8, 'f')))
	check(c.flush())
	check(c.write(4*SectorSize, sectors(12, 'n')))
	_ = c.flush() // there is nobody left to see the error
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
