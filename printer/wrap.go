package printer

// wrap breaks s into lines of at most cols columns, cols ≥ 2. It breaks at a space where it can, next to a
// Chinese character or, where one word is longer than a line, anywhere. Only the spaces at a break are left
// out; every other character is on one of the lines. The empty text is one empty line.
func wrap(s []rune, cols int) [][]rune {
	var lines [][]rune
	for {
		n := fit(s, cols)
		if n == len(s) {
			return append(lines, s)
		}
		cut := breakBefore(s, n)
		lines = append(lines, trimRight(s[:cut]))
		for cut < len(s) && s[cut] == ' ' {
			cut++
		}
		if s = s[cut:]; len(s) == 0 {
			return lines
		}
	}
}

// fit is how many characters of s fit in cols columns, at least one.
func fit(s []rune, cols int) int {
	w := 0
	for i, r := range s {
		if w += columns(r); w > cols && i > 0 {
			return i
		}
	}
	return len(s)
}

// breakBefore is the last place at or before n, and after 0, where a line may end; n when there is none.
func breakBefore(s []rune, n int) int {
	for i := n; i > 0; i-- {
		if mayBreak(s[i-1], s[i]) {
			if len(trimRight(s[:i])) == 0 {
				break // nothing but the indent would stand on the line
			}
			return i
		}
	}
	return n
}

// mayBreak reports whether a line may end between a and b.
func mayBreak(a, b rune) bool {
	return a == ' ' || b == ' ' || columns(a) == 2 || columns(b) == 2
}

// trimRight cuts the spaces at the end of s.
func trimRight(s []rune) []rune {
	for len(s) > 0 && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	return s
}
