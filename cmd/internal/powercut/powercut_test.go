package powercut

import (
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smartpos/cmd/internal/board"
	bootimage "smartpos/cmd/internal/image"
	"smartpos/device/qemu"
	"smartpos/txn/pay/paynet"
)

var (
	cuts  = flag.Int("cuts", 20, "how often the power is cut")
	jobs  = flag.Int("jobs", 1, "how many boards lose their power side by side")
	seed  = flag.Uint64("seed", 1, "of all that is by chance")
	which = flag.String("board", "virt-arm64", "virt-arm64 or virt-armv7")
)

func TestMain(m *testing.M) {
	qemu.RunRelay()
	os.Exit(m.Run())
}

// image is what the board boots: the firmware as it ships.
func image(t *testing.T) *board.Image {
	t.Helper()
	if testing.Short() || os.Getenv("SMARTPOS_QEMU") == "" {
		t.Skip("boots machines: make powercut does")
	}
	b, err := bootimage.LoadBoard(*which)
	if err != nil {
		t.Fatal(err)
	}
	i, err := board.BuildImage(t.Context(), board.ImageOptions{
		Backend: strings.TrimPrefix(*which, "virt-"), Board: b, Dir: filepath.Join(t.TempDir(), "image"), Log: io.Discard,
	})
	if err == nil {
		err = i.Save(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// sandbox is a folder with a sandbox's keys, which take long to make.
func sandbox(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), board.SandboxDir)
	net, err := paynet.Open(dir, paynet.Options{})
	if err == nil {
		err = net.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// folder is a new board's, with such keys. It stays when the test has failed.
func folder(t *testing.T, keys string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "board")
	if err == nil {
		err = os.CopyFS(filepath.Join(dir, board.SandboxDir), os.DirFS(keys))
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the board's folder is %s", dir)
			return
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// The power is cut while the terminal sells, again and again: nothing that anybody was told is ever lost. And a disk
// that does not flush must lose something, or the cuts prove nothing.
func TestMachinePowerCuts(t *testing.T) {
	i, keys := image(t), sandbox(t)
	t.Run("flush ignored", func(t *testing.T) { control(t, i, keys) })
	t.Run("cuts", func(t *testing.T) { series(t, i, keys) })
}

// controls is how many boards with a lying disk get the chance to lose nothing, and cutsOfControl how many cuts each.
const (
	controls      = 3
	cutsOfControl = 5
)

// control fails unless a disk that ignores FLUSH loses what was acknowledged.
func control(t *testing.T, i *board.Image, keys string) {
	for n := range controls {
		_, err := Run(t.Context(), Options{Image: i, Dir: folder(t, keys), Seed: *seed + uint64(n), Cuts: cutsOfControl, Lying: true, Log: t.Logf})
		var loss *Loss
		if errors.As(err, &loss) && loss.OnDisk {
			what, _, _ := strings.Cut(loss.Error(), "\n")
			t.Logf("as it must be: %s", what)
			return
		}
		if err != nil && loss == nil {
			t.Fatal(err)
		}
	}
	t.Errorf("%d boards with a disk that ignores FLUSH lost nothing in %d cuts each: this test sees no losses", controls, cutsOfControl)
}
