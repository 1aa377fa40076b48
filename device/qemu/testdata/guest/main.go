// Command guest is process 1 of the boards that device/qemu's tests start. It loads the modules in /modules in the
// order of their names, says on the console what it sees, and does what is typed there, a word a line.
package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/gpio"
	"smartpos/device"
	"smartpos/keypad"
)

var (
	console *os.File
	saying  sync.Mutex
)

// say writes one line on the console.
func say(format string, args ...any) {
	saying.Lock()
	defer saying.Unlock()
	fmt.Fprintf(console, "guest: "+format+"\n", args...)
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == hogArgument {
		for n := 0; ; n++ { // it is there to take the processor away
		}
	}
	for _, m := range []struct{ kind, at string }{{"devtmpfs", "/dev"}, {"proc", "/proc"}, {"sysfs", "/sys"}} {
		_ = os.MkdirAll(m.at, 0o755)
		if err := unix.Mount(m.kind, m.at, m.kind, 0, ""); err != nil {
			panic(err)
		}
	}
	var err error
	if console, err = os.OpenFile("/dev/ttyAMA0", os.O_RDWR, 0); err != nil {
		panic(err)
	}
	say("hello from %s, up %v", runtime.GOARCH, uptime())
	loadModules()
	pad, err := openKeypad()
	if err != nil {
		panic(fmt.Errorf("keypad: %w", err))
	}
	go keys(pad)
	go echo("/dev/ttyS0")
	go watchUSB()
	go watchCable()
	say("ready, up %v", uptime())
	commands()
}

func uptime() time.Duration {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &t)
	return time.Duration(t.Nano()).Round(time.Millisecond)
}

func loadModules() {
	files, _ := filepath.Glob("/modules/*.ko")
	for _, name := range files {
		f, err := os.Open(name)
		if err == nil {
			err = unix.FinitModule(int(f.Fd()), "", 0)
			f.Close()
		}
		if err != nil {
			say("module %s: %v", name, err)
		}
	}
	say("loaded %d modules, up %v", len(files), uptime())
}

// openRaw opens a serial line in raw mode.
func openRaw(path string) (*os.File, error) {
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return nil, err
	}
	t.Iflag, t.Oflag, t.Lflag = 0, 0, 0
	t.Cflag = unix.CS8 | unix.CREAD | unix.CLOCAL | unix.B115200
	t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
	if err := unix.IoctlSetTermios(fd, unix.TCSETS, t); err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), path), nil
}

// echo sends back what comes on a line, in capitals, until the line ends.
func echo(path string) {
	f, err := openRaw(path)
	for ; errors.Is(err, unix.ENXIO); f, err = openRaw(path) { // a node is there a moment before its device
		time.Sleep(time.Millisecond)
	}
	if err != nil {
		say("%s: %v", path, err)
		return
	}
	defer f.Close()
	say("%s open", path)
	buf := make([]byte, 4096)
	for {
		n, err := f.Read(buf)
		if err != nil || n == 0 {
			say("%s gone", path)
			return
		}
		_, _ = f.Write(bytes.ToUpper(buf[:n]))
	}
}

func openKeypad() (*keypad.Matrix, error) {
	if err := device.InitPins(); err != nil {
		return nil, err
	}
	rows, err := device.Pins("ROW0", "ROW1", "ROW2", "ROW3")
	if err != nil {
		return nil, err
	}
	columns, err := device.Pins("COL0", "COL1", "COL2", "COL3")
	if err != nil {
		return nil, err
	}
	return keypad.NewMatrix(keypad.MatrixConfig{
		Rows: rows, Columns: columns, Active: gpio.High, Settle: 2 * time.Millisecond, Debounce: 2,
	})
}

// keys tells the keys of the matrix.
func keys(pad *keypad.Matrix) {
	for {
		event, err := pad.Next(context.Background())
		if err != nil {
			say("keypad: %v", err)
			continue
		}
		say("key %v", event)
	}
}

// watchUSB tells and echoes a serial adapter, and tells a stick.
func watchUSB() {
	stick := false
	for ; ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat("/dev/ttyUSB0"); err == nil {
			echo("/dev/ttyUSB0")
			for ; err == nil; _, err = os.Stat("/dev/ttyUSB0") {
				time.Sleep(20 * time.Millisecond)
			}
		}
		_, err := os.Stat("/dev/sda")
		if is := err == nil; is != stick {
			stick = is
			say("stick %v", stick)
		}
	}
}

// watchCable brings the network up and tells what becomes of its cable.
func watchCable() {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		say("network: %v", err)
		return
	}
	defer unix.Close(s)
	set := func(request uint, put func(*unix.Ifreq) error) {
		r, err := unix.NewIfreq("eth0")
		if err == nil {
			err = put(r)
		}
		if err == nil {
			err = unix.IoctlIfreq(s, request, r)
		}
		if err != nil {
			say("network: %v", err)
		}
	}
	set(unix.SIOCSIFADDR, func(r *unix.Ifreq) error { return r.SetInet4Addr([]byte{10, 0, 2, 15}) })
	set(unix.SIOCSIFNETMASK, func(r *unix.Ifreq) error { return r.SetInet4Addr([]byte{255, 255, 255, 0}) })
	set(unix.SIOCSIFFLAGS, func(r *unix.Ifreq) error { r.SetUint16(unix.IFF_UP | unix.IFF_RUNNING); return nil })
	last := ""
	for ; ; time.Sleep(20 * time.Millisecond) {
		carrier, _ := os.ReadFile("/sys/class/net/eth0/carrier")
		if now := strings.TrimSpace(string(carrier)); now != last {
			last = now
			say("cable %s", now)
		}
	}
}

// commands does what is typed on the console, until it is told to end.
func commands() {
	lines := bufio.NewScanner(console)
	for lines.Scan() {
		switch word, rest, _ := strings.Cut(lines.Text(), " "); word {
		case "ping":
			say("pong %s, up %v", rest, uptime())
		case "draw":
			say("drawn %v", draw())
		case "dial":
			say("dialled %s", dial(rest))
		case "hogs":
			say("hogs %v", setHogs(rest))
		case "off":
			_ = unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF)
		case "panic":
			_ = os.WriteFile("/proc/sysrq-trigger", []byte("c"), 0)
		}
	}
}

// hogArgument is the first argument of a process that only takes the processor away.
const hogArgument = "hog"

var hogs []*exec.Cmd

// setHogs has so many processes take the processor away, and no other.
func setHogs(number string) error {
	for _, h := range hogs {
		_ = h.Process.Kill()
		_ = h.Wait()
	}
	hogs = nil
	n, err := strconv.Atoi(number)
	for ; n > 0 && err == nil; n-- {
		h := exec.Command("/proc/self/exe", hogArgument)
		if err = h.Start(); err == nil {
			hogs = append(hogs, h)
		}
	}
	return err
}

// draw fills the left half of the display red and the right one blue.
func draw() error {
	if tty, err := os.OpenFile("/dev/tty0", os.O_RDWR, 0); err == nil {
		_ = unix.IoctlSetInt(int(tty.Fd()), 0x4b3a /* KDSETMODE */, 1 /* KD_GRAPHICS */)
		defer tty.Close()
	}
	text, err := os.ReadFile("/sys/class/graphics/fb0/virtual_size")
	if err != nil {
		return err
	}
	var width, height int
	if _, err := fmt.Sscanf(string(text), "%d,%d", &width, &height); err != nil {
		return err
	}
	fb, err := os.OpenFile("/dev/fb0", os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer fb.Close()
	row := append(bytes.Repeat([]byte{0, 0, 0xff, 0}, width/2), bytes.Repeat([]byte{0xff, 0, 0, 0}, width/2)...)
	_, err = fb.Write(bytes.Repeat(row, height))
	return err
}

// dial says what a server's first line is.
func dial(address string) string {
	conn, err := net.DialTimeout("tcp", address, 5*time.Second)
	if err != nil {
		return err.Error()
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "hello\n")
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(line)
}
