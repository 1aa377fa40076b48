package keypad

import "testing"

func TestKeyNames(t *testing.T) {
	seen := map[Key]bool{}
	for r, row := range [4][4]string{
		{"1", "2", "3", "CANCEL"},
		{"4", "5", "6", "CLEAR"},
		{"7", "8", "9", "MENU"},
		{".", "0", "SCAN", "OK"},
	} {
		for c, name := range row {
			k, err := ParseKey(name)
			if err != nil || Layout[r][c] != k || k.String() != name || seen[k] {
				t.Errorf("row %d column %d: %v, %v; want %s", r, c, k, err, name)
			}
			seen[k] = true
		}
	}
	if len(seen) != NumKeys || len(Keys()) != NumKeys {
		t.Errorf("%d keys on the keypad, %d in Keys, want %d", len(seen), len(Keys()), NumKeys)
	}
	for _, name := range []string{"", "ok", "ENTER", "10", "Key(0)", "OK "} {
		if k, err := ParseKey(name); err == nil {
			t.Errorf("ParseKey(%q) = %v", name, k)
		}
	}
}

func TestKeyDigit(t *testing.T) {
	for _, k := range append(Keys(), 0, keyEnd, 255) {
		value, ok := k.Digit()
		if want := k >= Digit0 && k <= Digit9; ok != want || ok && value != int(k.String()[0]-'0') {
			t.Errorf("%v.Digit() = %d, %v", k, value, ok)
		}
	}
	if Key(0).Valid() || keyEnd.Valid() || Key(0).String() != "Key(0)" {
		t.Error("the zero Key is a key")
	}
}
