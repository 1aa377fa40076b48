package terminal

import (
	"context"
	"os"
	"path/filepath"

	"smartpos/device"
	"smartpos/device/boot"
	"smartpos/txn"
)

// Stick is the USB stick as the terminal uses it. It may be pulled out at any time.
type Stick interface {
	// Look says how far it can be used now, and whether another one is in that is not used. It waits for nothing.
	Look() (state txn.StickState, spare bool)
	// Lend has it take writes until giveBack has returned: without an error it may be pulled out then.
	Lend(ctx context.Context) (giveBack func() error, err error)
}

// boardStick is the one that process 1 mounts.
type boardStick struct{ socket *boot.Socket }

func (b boardStick) Look() (txn.StickState, bool) {
	s, err := b.socket.Look()
	if err != nil {
		return txn.StickBroken, false
	}
	return stickStates[s.State], s.Spare
}

func (b boardStick) Lend(ctx context.Context) (func() error, error) { return b.socket.Lend(ctx) }

// stickStates are process 1's, as the machine calls them. One that is being looked at is none yet.
var stickStates = map[boot.StickState]txn.StickState{
	boot.StickReady: txn.StickReady, boot.StickLent: txn.StickReady, boot.StickProtected: txn.StickReadOnly,
	boot.StickUnknown: txn.StickUnknown, boot.StickBroken: txn.StickBroken, boot.StickSilent: txn.StickSilent,
}

// folderStick is a folder where somebody else mounts a stick: where it is there, one is in.
type folderStick string

func (f folderStick) Look() (txn.StickState, bool) {
	if !isDir(string(f)) {
		return txn.StickNone, false
	}
	return txn.StickReady, false
}

func (folderStick) Lend(context.Context) (func() error, error) {
	return func() error { return nil }, nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// openStick is the stick of the board, or where a profile says that one is mounted.
func openStick(p *device.Profile, socket *boot.Socket) Stick {
	if socket != nil {
		return boardStick{socket}
	}
	return folderStick(p.Path(p.Stick))
}

// stickDir is where the stick's files are: on a board, where process 1 mounts it, whatever the profile says.
func stickDir(p *device.Profile, socket *boot.Socket) string {
	if socket != nil {
		return boot.StickDir
	}
	return p.Path(p.Stick)
}

// below reports whether a path lies in a folder, or is it.
func below(folder, path string) bool {
	name, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(name)
}
