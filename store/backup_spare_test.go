package store

import (
	"slices"
	"strings"
	"testing"
)

func TestSpare(t *testing.T) {
	m := Manifest{Terminal: "T0000001", Incarnation: "7Q3KZ9XB"}
	name := func(gone, records uint64) string {
		m := m
		m.Gone, m.Records = gone, records
		return "/mnt/stick/" + m.Name()
	}
	file := func(numbers string) string { return "/mnt/stick/smartpos-T0000001-7Q3KZ9XB-" + numbers + ".age" }
	foreign := file("mine")
	for _, test := range []struct {
		about       string
		names, want []string
	}{
		{"none", nil, nil},
		{"as many as are kept", []string{name(0, 10), name(0, 20)}, nil},
		{"one more", []string{name(0, 10), name(0, 20), name(0, 30)}, []string{name(0, 10)}},
		{"what is none of ours", []string{foreign, name(0, 20), name(0, 30), name(0, 40)}, []string{name(0, 20)}},
		{"the last that holds what went", []string{name(0, 10), name(0, 20), name(8, 30), name(8, 40), name(8, 50)}, []string{name(0, 10), name(8, 30)}},
		{"of many, as few as hold all", []string{name(0, 20), name(8, 30), name(18, 40), name(28, 50), name(38, 60), name(48, 70)},
			[]string{name(8, 30), name(28, 50)}},
		{"nothing that holds what another lacks", []string{name(0, 20), name(40, 60), name(40, 70), name(40, 80)}, []string{name(40, 60)}},
		{"a name with a number that no record has", []string{file("00000001-18446744073709551615"), name(0, 20), name(8, 30), name(8, 40)}, nil},
		{"a name that ends before it begins", []string{file("00000050-00000000"), name(0, 20), name(90, 100), name(200, 210), name(200, 220), name(200, 230)},
			[]string{name(200, 210)}},
		{"more than eight digits", []string{name(0, 99_999_999), name(0, 100_000_000), name(0, 100_000_001)}, []string{name(0, 99_999_999)}},
	} {
		got := m.Spare(test.names, 2)
		slices.Sort(got)
		slices.Sort(test.want)
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %q are spare, should be %q", test.about, got, test.want)
		}
	}
}

// FuzzSpare has a stick full of names: it ends, and what is spare is a name that was there, with a later one beside it.
func FuzzSpare(f *testing.F) {
	m := Manifest{Terminal: "T1", Incarnation: "7Q3KZ9XB"}
	f.Add("00000010 00000020 00000009-00000030 mine")
	f.Add("18446744073709551615 9223372036854775807 00000021-00000000")
	f.Fuzz(func(t *testing.T, text string) {
		var names []string
		for _, numbers := range strings.Fields(text) {
			names = append(names, "smartpos-T1-7Q3KZ9XB-"+numbers+".age")
		}
		spare := m.Spare(names, 2)
		if len(spare) > max(0, len(names)-2) {
			t.Errorf("of %q %q are spare", names, spare)
		}
		for _, name := range spare {
			if s, ok := m.span(name); !ok || s.first == 0 || s.last+1 < s.first || !slices.Contains(names, name) {
				t.Errorf("%q is spare", name)
			}
		}
	})
}
