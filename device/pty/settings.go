package pty

import "golang.org/x/sys/unix"

// rates are the line rates that a termios can name, in bits a second.
var rates = map[uint32]int{
	unix.B1200: 1200, unix.B2400: 2400, unix.B4800: 4800, unix.B9600: 9600, unix.B19200: 19200,
	unix.B38400: 38400, unix.B57600: 57600, unix.B115200: 115200, unix.B230400: 230400,
	unix.B460800: 460800, unix.B921600: 921600,
}

// Baud returns the rate that the firmware set, in bits a second, or 0 for one that is not known here. An emulated
// device paces itself by it, and hears garbage when it stands at another.
func (m *Master) Baud() (int, error) {
	t, err := m.termios()
	if err != nil {
		return 0, m.fail("settings", err)
	}
	return rates[t.Cflag&unix.CBAUD], nil
}

// XonXoff reports whether the firmware obeys XON and XOFF. [Master.Write] of 0x13 then holds it until 0x11.
func (m *Master) XonXoff() (bool, error) {
	t, err := m.termios()
	if err != nil {
		return false, m.fail("settings", err)
	}
	return t.Iflag&unix.IXON != 0, nil
}

func (m *Master) termios() (*unix.Termios, error) {
	_, slave, err := m.current()
	if err != nil {
		return nil, err
	}
	var t *unix.Termios
	err = onFD(slave, func(fd int) (err error) {
		t, err = unix.IoctlGetTermios(fd, unix.TCGETS)
		return err
	})
	return t, err
}
