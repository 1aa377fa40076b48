package sim

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// root is the module's folder.
const root = "../../.."

func patches(t *testing.T) (all []patch) {
	paths, err := filepath.Glob("testdata/broken/*.patch")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		p, err := readPatch(path, root)
		if err != nil {
			t.Errorf("%s no longer applies: %v", path, err)
			continue
		}
		all = append(all, p)
	}
	return all
}

// Each rule has a broken build, and each patch applies.
func TestBrokenBuildsApply(t *testing.T) {
	has := map[int]bool{}
	for _, p := range patches(t) {
		has[p.rule] = true
	}
	for rule := 1; rule <= 10; rule++ {
		if !has[rule] {
			t.Errorf("no patch breaks rule %d", rule)
		}
	}
}

// Each broken build is found out by the days of a few seeds, and for the rule that it breaks and no other. The log says
// how short the first of its days could be made.
func TestBrokenBuilds(t *testing.T) {
	if os.Getenv("SMARTPOS_FULL") == "" {
		t.Skip("builds the simulation many times: set SMARTPOS_FULL")
	}
	for _, p := range patches(t) {
		t.Run(p.name, func(t *testing.T) {
			began := time.Now()
			found := p.play(t)
			if len(found) == 0 {
				t.Fatalf("rule %d is broken, and %d days don't show it", p.rule, p.seeds)
			}
			for _, b := range found {
				if b.Rule != p.rule {
					t.Errorf("seed %d: rule %d is broken, it calls rule %d: %s", b.Seed, p.rule, b.Rule, b.What)
				}
			}
			f := found[0]
			t.Logf("rule %d, %d of %d days, seed %d: %d steps, %d are enough, %s", p.rule, len(found), p.seeds, f.Seed, f.Of, len(f.Left),
				time.Since(began).Round(time.Second))
			for _, s := range f.Left {
				t.Logf("%16s  %s", s.Name, s.Text)
			}
			t.Log(f.What)
		})
	}
}

// play builds this test with the patch in it, and returns what its days break.
func (p patch) play(t *testing.T) (found []breach) {
	dir := t.TempDir()
	binary, result := filepath.Join(dir, "sim.test"), filepath.Join(dir, "report.json")
	build := exec.Command("go", "test", "-c", "-overlay", p.overlay(t, dir), "-o", binary, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("it does not build: %v\n%s", err, out)
	}
	// It fails, of course: the report says for what.
	days := exec.Command(binary, "-test.run", "TestSim$", "-test.timeout", "40m", "-seeds", fmt.Sprint(p.seeds), "-report", result)
	out, _ := days.CombinedOutput()
	raw, err := os.ReadFile(result)
	if err == nil {
		err = json.Unmarshal(raw, &found)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return found
}

// overlay writes the changed files, and for the go command in whose place they stand.
func (p patch) overlay(t *testing.T, dir string) string {
	replace := map[string]string{}
	for name, text := range p.files {
		to := filepath.Join(dir, strings.ReplaceAll(name, "/", "_"))
		whose, err := filepath.Abs(filepath.Join(root, name))
		if err == nil {
			err = os.WriteFile(to, []byte(text), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		replace[whose] = to
	}
	path := filepath.Join(dir, "overlay.json")
	raw, err := json.Marshal(map[string]any{"Replace": replace})
	if err == nil {
		err = os.WriteFile(path, raw, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}
