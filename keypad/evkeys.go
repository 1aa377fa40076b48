package keypad

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// evRuns lists the keys of include/uapi/linux/input-event-codes.h that a keyboard or number pad can have, as runs
// of consecutive codes; the names are without KEY_.
var evRuns = map[uint16]string{
	1: "ESC 1 2 3 4 5 6 7 8 9 0 MINUS EQUAL BACKSPACE TAB Q W E R T Y U I O P LEFTBRACE RIGHTBRACE ENTER" +
		" LEFTCTRL A S D F G H J K L SEMICOLON APOSTROPHE GRAVE LEFTSHIFT BACKSLASH Z X C V B N M COMMA DOT" +
		" SLASH RIGHTSHIFT KPASTERISK LEFTALT SPACE CAPSLOCK F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 NUMLOCK" +
		" SCROLLLOCK KP7 KP8 KP9 KPMINUS KP4 KP5 KP6 KPPLUS KP1 KP2 KP3 KP0 KPDOT",
	86: "102ND F11 F12",
	96: "KPENTER RIGHTCTRL KPSLASH SYSRQ RIGHTALT LINEFEED HOME UP PAGEUP LEFT RIGHT END DOWN PAGEDOWN INSERT" +
		" DELETE MACRO MUTE VOLUMEDOWN VOLUMEUP POWER KPEQUAL KPPLUSMINUS PAUSE SCALE KPCOMMA",
	125: "LEFTMETA RIGHTMETA COMPOSE STOP",
	139: "MENU CALC",
	158: "BACK",
	179: "KPLEFTPAREN KPRIGHTPAREN",
	183: "F13 F14 F15 F16 F17 F18 F19 F20 F21 F22 F23 F24",
	223: "CANCEL",
	352: "OK SELECT",
	355: "CLEAR",
	512: "NUMERIC_0 NUMERIC_1 NUMERIC_2 NUMERIC_3 NUMERIC_4 NUMERIC_5 NUMERIC_6 NUMERIC_7 NUMERIC_8" +
		" NUMERIC_9 NUMERIC_STAR NUMERIC_POUND",
}

// evCode returns the code of a name.
func evCode(name string) (code uint16, ok bool) {
	codes, _ := evTables()
	code, ok = codes[name]
	return code, ok
}

// evTables are evRuns in both directions, with KEY_. A board without such a keypad never makes them.
var evTables = sync.OnceValues(func() (codes map[string]uint16, names map[uint16]string) {
	codes, names = map[string]uint16{}, map[uint16]string{}
	for first, run := range evRuns {
		for i, name := range strings.Fields(run) {
			code := first + uint16(i)
			codes["KEY_"+name], names[code] = code, "KEY_"+name
		}
	}
	return codes, names
})

// DefaultInputKeys is how the keys of a USB number pad are used unless InputConfig.Keys says otherwise:
//
//	KEY_KP0…KEY_KP9, KEY_KPDOT    0…9, .
//	KEY_KPENTER                   OK
//	KEY_BACKSPACE                 CLEAR
//	KEY_ESC, KEY_KPMINUS          CANCEL   most pads have no Esc
//	KEY_KPSLASH                   MENU
//	KEY_KPPLUS, KEY_KPASTERISK    SCAN     + is the big one
//	KEY_NUMLOCK                   ignored  pads made for notebooks send it around every digit
//
// The digits above the letters of a full keyboard are left out on purpose: a wedge scanner types with those, and
// a customer's payment code must never become an amount.
func DefaultInputKeys() map[string]string {
	keys := map[string]string{
		"KEY_KPDOT": ".", "KEY_KPENTER": "OK", "KEY_BACKSPACE": "CLEAR",
		"KEY_ESC": "CANCEL", "KEY_KPMINUS": "CANCEL", "KEY_KPSLASH": "MENU",
		"KEY_KPPLUS": "SCAN", "KEY_KPASTERISK": "SCAN", "KEY_NUMLOCK": "",
	}
	for k := Digit0; k <= Digit9; k++ {
		keys["KEY_KP"+k.String()] = k.String()
	}
	return keys
}

// parseInputKeys resolves evdev names and key names; a name of "" gives the zero Key, which is ignored. All
// faults are reported at once.
func parseInputKeys(names map[string]string) (map[uint16]Key, error) {
	keys := make(map[uint16]Key, len(names))
	var faults []error
	for _, ev := range slices.Sorted(maps.Keys(names)) {
		code, ok := evCode(ev)
		if !ok {
			faults = append(faults, fmt.Errorf("no input key is named %q", ev))
			continue
		}
		var key Key
		if name := names[ev]; name != "" {
			var err error
			if key, err = ParseKey(name); err != nil {
				faults = append(faults, fmt.Errorf("%s: %w", ev, err))
				continue
			}
		}
		keys[code] = key
	}
	return keys, errors.Join(faults...)
}

// evName names a code for an error.
func evName(code uint16) string {
	_, names := evTables()
	if name, ok := names[code]; ok {
		return name
	}
	return fmt.Sprintf("input key %d", code)
}
