// Command testinit is a terminal that lives through everything process 1 has to deal with, in one run of the machine.
// As process 1 it is package boot; as the child it goes through these lives, and tells each on its output:
//
//	boot 1, life 1  writes to the data partition, beats, and kills itself
//	boot 1, life 2  waits for the scan engine's line and an address, then hangs: the watchdog resets the board
//	boot 2, life 1  finds what it wrote, and asks for power-off
//
// With testinit=short on the kernel's command line life 2 waits for the line and asks for power-off.
//
// It is for the test of images in QEMU, and no part of any product.
package main

import (
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"smartpos/device/boot"
)

const (
	bootsFile = "/data/boots"    // a line a boot, on the disk
	livesFile = "/run/testlives" // a line a life, gone with the boot
)

func main() {
	if os.Getpid() == 1 {
		boot.Main(boot.Options{Show: func(n boot.Notice) { fmt.Println("testinit: screen:", n.Lines("zh")[0]) }})
	}
	if err := live(); err != nil {
		fmt.Fprintln(os.Stderr, "testinit:", err)
		os.Exit(1)
	}
}

func live() error {
	pulse := boot.OpenPulse()
	pulse.Beat()
	life, err := note(livesFile)
	if err != nil {
		return err
	}
	boots := 0
	if life == 1 {
		if boots, err = note(bootsFile); err != nil {
			return err
		}
	}
	problems, _ := os.ReadFile("/run/smartpos/problems")
	fmt.Printf("testinit: boot %d life %d at %s problems %q\n", boots, life, time.Now().Format(time.RFC3339), problems)
	pulse.Ready()
	switch {
	case boots > 1:
		boot.Exit(boot.PowerOff)
	case life == 1:
		return syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
	wait(pulse, "line", line)
	if short() {
		boot.Exit(boot.PowerOff)
	}
	wait(pulse, "address", address)
	fmt.Println("testinit: hanging")
	time.Sleep(time.Hour) // no beat, no end
	return nil
}

// wait tells what process 1 brings up beside the terminal, once it is there. USB takes seconds on a busy host.
func wait(pulse *boot.Pulse, what string, look func() string) {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); pulse.Beat() {
		if found := look(); found != "" {
			fmt.Println("testinit:", what, found)
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	fmt.Println("testinit: PROBLEM no", what)
}

// line is the node of the scan engine's line.
func line() string {
	const node = "/dev/ttyUSB0"
	if _, err := os.Stat(node); err != nil {
		return ""
	}
	return node
}

func short() bool {
	line, err := os.ReadFile("/proc/cmdline")
	return err == nil && strings.Contains(string(line), "testinit=short")
}

// note adds a line to a file, on the disk when it returns, and counts them.
func note(name string) (int, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	if _, err := fmt.Fprintln(f, "here"); err != nil {
		return 0, err
	}
	if err := f.Sync(); err != nil {
		return 0, err
	}
	if err := f.Close(); err != nil {
		return 0, err
	}
	text, err := os.ReadFile(name)
	return strings.Count(string(text), "\n"), err
}

func address() string {
	i, err := net.InterfaceByName("eth0")
	if err != nil {
		return ""
	}
	addresses, err := i.Addrs()
	if err != nil {
		return ""
	}
	for _, a := range addresses {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.To4() != nil {
			return a.String()
		}
	}
	return ""
}
