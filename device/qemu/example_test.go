package qemu_test

import (
	"context"
	"fmt"
	"image"
	"image/png"
	"log"
	"os"
	"time"

	"smartpos/device/qemu"
)

// A board boots, a key is pressed, and the display is looked at.
func ExampleStart() {
	qemu.RunRelay() // not needed without a network; first thing in main, then

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	m, err := qemu.Start(ctx, qemu.Config{
		Arch:     qemu.ARM64,
		Kernel:   "Image",
		Initrd:   "initramfs",
		PinNames: []string{"ROW0", "ROW1", "ROW2", "ROW3", "COL0", "COL1", "COL2", "COL3"},
		Display:  image.Pt(320, 240),
	})
	if err != nil {
		log.Fatal(err) // of this side: the guest has had no time to fail
	}
	defer m.Close()
	if err := m.Console().Await(ctx, "terminal: ready"); err != nil {
		log.Fatal(err) // the guest's failure comes with the end of its console
	}
	keypad, err := m.Keypad(qemu.MatrixPins())
	if err != nil {
		log.Fatal(err)
	}
	if err := keypad.Tap(ctx, 0, 2, 0); err != nil {
		log.Fatal(err)
	}
	fmt.Println("the guest has taken the key in row 0, column 2")

	picture, err := m.Screenshot(ctx)
	if err != nil {
		log.Fatal(err)
	}
	if err := png.Encode(os.Stdout, picture); err != nil {
		log.Fatal(err)
	}
}
