package disktrace

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The test binary is also the shim and the traced program.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "shim":
			fmt.Fprintln(os.Stderr, Shim(os.Args[2:]))
			os.Exit(1)
		case "writer":
			writer(os.Args[2], os.Args[3])
			os.Exit(0)
		}
	}
	os.Exit(m.Run())
}

// writer appends n records the way a journal does: pwrite, pwrite, fdatasync.
func writer(name, count string) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		panic(err)
	}
	n, _ := strconv.Atoi(count)
	other, _ := os.CreateTemp("", "elsewhere")
	defer os.Remove(other.Name())
	for i := range n {
		other.WriteAt([]byte("not counted"), 0)
		f.WriteAt([]byte{'a'}, int64(2*i))
		f.WriteAt([]byte{'b'}, int64(2*i+1))
		unix.Fdatasync(int(f.Fd()))
		runtime.Gosched()
	}
}

// start runs a traced writer of so many records.
func start(t *testing.T, folder, file string, records int) (*exec.Cmd, *Tracer) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "shim", os.Args[0], "writer", file, strconv.Itoa(records))
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	tracer, err := Prepare(cmd, folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tracer.Abandon()
		t.Fatal(err)
	}
	return cmd, tracer
}

func skipUnsupported(t *testing.T, err error) {
	t.Helper()
	if errors.Is(err, ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestCutFallsBeforeTheNthStep(t *testing.T) {
	// After n-1 steps of pwrite a, pwrite b, fdatasync, the file holds exactly what these wrote.
	for n, want := range map[int]string{1: "", 2: "a", 3: "ab", 4: "ab", 5: "aba", 8: "ababa"} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			folder := t.TempDir()
			file := filepath.Join(folder, "journal")
			cmd, tracer := start(t, folder, file, 1000)
			hit := make(chan Step, 1)
			// Armed before Attach, so that no step can slip past.
			err := tracer.Arm(n, func(s Step) {
				_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
				hit <- s
			})
			if err != nil {
				t.Fatal(err)
			}
			err = tracer.Attach()
			if err != nil {
				_ = cmd.Wait()
			}
			skipUnsupported(t, err)
			_ = cmd.Wait()
			tracer.Close()
			select {
			case s := <-hit:
				if s.N != n || s.File != file {
					t.Errorf("cut at %+v, want step %d of %s", s, n, file)
				}
			default:
				t.Fatalf("the program ended (%v) without a cut", cmd.ProcessState)
			}
			got, err := os.ReadFile(file)
			if err != nil || string(got) != want {
				t.Errorf("file holds %q, %v; want %q", got, err, want)
			}
		})
	}
}

func TestUnarmedProgramRunsThrough(t *testing.T) {
	folder := t.TempDir()
	cmd, tracer := start(t, folder, filepath.Join(folder, "journal"), 50)
	skipUnsupported(t, tracer.Attach())
	if err := cmd.Wait(); err != nil {
		t.Errorf("traced program: %v", err)
	}
	tracer.Close()
	if info, err := os.Stat(filepath.Join(folder, "journal")); err != nil || info.Size() != 100 {
		t.Errorf("file: %v, %v", info, err)
	}
}

func TestOtherFoldersDoNotCount(t *testing.T) {
	folder := t.TempDir()
	cmd, tracer := start(t, t.TempDir(), filepath.Join(folder, "journal"), 10)
	if err := tracer.Arm(1, func(s Step) { t.Errorf("cut at %+v", s) }); err != nil {
		t.Fatal(err)
	}
	skipUnsupported(t, tracer.Attach())
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	tracer.Close()
}

func TestShimThatDiesIsReported(t *testing.T) {
	cmd := exec.Command("/bin/true")
	tracer, err := Prepare(cmd, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	before := time.Now()
	err = tracer.Attach()
	if !errors.Is(err, ErrUnsupported) {
		t.Errorf("Attach = %v, want ErrUnsupported", err)
	}
	if time.Since(before) >= handshake {
		t.Error("the report was waited for although the shim was gone")
	}
	if err := tracer.Arm(1, nil); !errors.Is(err, ErrUnsupported) {
		t.Errorf("Arm = %v, want the reason", err)
	}
	_ = cmd.Wait()
	tracer.Close()
}

func TestArmRefusesNonsense(t *testing.T) {
	tracer := &Tracer{}
	if err := tracer.Arm(0, nil); err == nil {
		t.Error("Arm(0) was taken")
	}
}

// BenchmarkStep is what a traced call costs on top of the call itself: records of two pwrite64 and an fdatasync.
func BenchmarkStep(b *testing.B) {
	for _, traced := range []bool{false, true} {
		b.Run(fmt.Sprintf("traced=%t", traced), func(b *testing.B) {
			const records = 2000
			dir := b.TempDir()
			for i := range b.N {
				file := filepath.Join(dir, fmt.Sprint(i))
				args := []string{"writer", file, fmt.Sprint(records)}
				cmd := exec.Command(os.Args[0], args...)
				if !traced {
					if err := cmd.Run(); err != nil {
						b.Fatal(err)
					}
					continue
				}
				cmd = exec.Command(os.Args[0], append([]string{"shim", os.Args[0]}, args...)...)
				tracer, err := Prepare(cmd, dir)
				if err != nil {
					b.Fatal(err)
				}
				if err := cmd.Start(); err != nil {
					b.Fatal(err)
				}
				if err := tracer.Attach(); err != nil {
					b.Skip(err)
				}
				if err := cmd.Wait(); err != nil {
					b.Fatal(err)
				}
				tracer.Close()
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*records*4), "µs/call")
		})
	}
}
