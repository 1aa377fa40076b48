package store

import (
	"slices"
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
