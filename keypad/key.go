package keypad

import "fmt"

// Key is one of the sixteen keys of the terminal. The zero Key is none of them, so that a forgotten error
// check can't type a digit.
type Key uint8

// The keys. Digit0 to Digit9 are consecutive.
const (
	Digit0 Key = iota + 1
	Digit1
	Digit2
	Digit3
	Digit4
	Digit5
	Digit6
	Digit7
	Digit8
	Digit9
	Dot
	Cancel // 取消
	Clear  // 清除
	Menu   // 菜单
	Scan   // 扫码
	OK     // 确认

	keyEnd // one past the last key
)

// NumKeys is the number of keys.
const NumKeys = int(keyEnd) - 1

var keyNames = [keyEnd]string{
	Digit0: "0", Digit1: "1", Digit2: "2", Digit3: "3", Digit4: "4",
	Digit5: "5", Digit6: "6", Digit7: "7", Digit8: "8", Digit9: "9",
	Dot: ".", Cancel: "CANCEL", Clear: "CLEAR", Menu: "MENU", Scan: "SCAN", OK: "OK",
}

// Layout is the place of each key on the keypad, by row and column.
var Layout = [4][4]Key{
	{Digit1, Digit2, Digit3, Cancel},
	{Digit4, Digit5, Digit6, Clear},
	{Digit7, Digit8, Digit9, Menu},
	{Dot, Digit0, Scan, OK},
}

// Valid reports whether k is one of the sixteen keys.
func (k Key) Valid() bool { return k > 0 && k < keyEnd }

// String returns the key's name: "0" to "9", ".", "CANCEL", "CLEAR", "MENU", "SCAN" or "OK".
func (k Key) String() string {
	if !k.Valid() {
		return fmt.Sprintf("Key(%d)", uint8(k))
	}
	return keyNames[k]
}

// Digit returns the value of a digit key, 0 to 9; ok is false for every other key.
func (k Key) Digit() (value int, ok bool) {
	if k < Digit0 || k > Digit9 {
		return 0, false
	}
	return int(k - Digit0), true
}

// ParseKey returns the key with the given name, which is written exactly as [Key.String] writes it.
func ParseKey(name string) (Key, error) {
	for k := Digit0; k < keyEnd; k++ {
		if keyNames[k] == name {
			return k, nil
		}
	}
	return 0, fmt.Errorf("keypad: no key is named %q", name)
}

// Keys returns all keys, in the order of the constants.
func Keys() []Key {
	keys := make([]Key, 0, NumKeys)
	for k := Digit0; k < keyEnd; k++ {
		keys = append(keys, k)
	}
	return keys
}
