package store

import (
	"bytes"
	"math/rand/v2"
	"path/filepath"
	"testing"
)

// However the pages are damaged that say what comes last, a backup of before the last record never takes the journal's place
// without a supervisor's word.
func TestOlderBackupOverAnyDamage(t *testing.T) {
	for name, base := range map[string]func(testing.TB) string{"whole": worn, "pruned": pruned} {
		dir := base(t)
		older := outgrow(t, dir)
		f := load(t, dir)
		newest := f.meta.transaction % 2
		pages := []uint64{newest, newest, f.meta.root, f.meta.freelist, f.bucketRoot(bucketRecords)}
		for _, value := range [][]byte{f.value(bucketMeta, []byte(keyState)), f.value(bucketRecords, u64(wornRecords+1))} {
			pages = append(pages, uint64(bytes.Index(f.b, value))/uint64(f.size))
		}
		rng := rand.New(rand.NewPCG(1, 1))
		for i := range 100 {
			damaged := &file{t, bytes.Clone(f.b), f.pages}
			for range 1 + rng.IntN(2) {
				page := damaged.page(pages[rng.IntN(len(pages))])
				switch rng.IntN(3) {
				case 0:
					clear(page)
				case 1:
					clear(page[rng.IntN(len(page)/512)*512:][:512])
				case 2:
					for range 8 {
						page[rng.IntN(len(page))] ^= 1 << rng.IntN(8)
					}
				}
			}
			write(t, filepath.Join(dir, FileName), damaged.b)
			if done, err := restore(dir, older, RestoreOptions{}); err == nil {
				t.Fatalf("%s, damage %d: a backup of %d records is restored, and there were %d", name, i, done.Records, wornRecords+1)
			}
		}
		write(t, filepath.Join(dir, FileName), f.b)
	}
}
