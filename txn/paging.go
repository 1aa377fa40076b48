package txn

// paging is which page of a list is on the screen, from 0 on. Each page has so many rows of the n entries; a digit picks
// one of them, and 确认 turns the page.
type paging int

// within is the page as far as the list goes: it may have become shorter.
func (p paging) within(rows, n int) paging { return min(p, paging(max(0, n-1)/rows)) }

// next is the page after this one, or the first.
func (p paging) next(rows, n int) paging {
	if p = p.within(rows, n) + 1; int(p)*rows >= n {
		return 0
	}
	return p
}

// pick returns which entry a digit means, if there is one.
func (p paging) pick(k Key, rows, n int) (at int, ok bool) {
	digit, ok := k.digit()
	at = int(p.within(rows, n))*rows + digit - 1
	return at, ok && digit >= 1 && digit <= rows && at < n
}

// span returns the first entry on the page, and that behind its last.
func (p paging) span(rows, n int) (first, behind int) {
	first = int(p.within(rows, n)) * rows
	return first, min(first+rows, n)
}

// listScreen is the frame of a list; its lines are still to come.
func (m *Machine) listScreen(title text, rows, n int) Screen {
	s := Screen{Kind: ScreenText, Title: m.say(title), Keys: []string{m.say(keyBack)}}
	if n == 0 {
		s.Lines = []string{m.say(menuNone)}
	}
	if n > rows {
		s.Keys = append([]string{m.say(keyPage)}, s.Keys...)
	}
	return s
}
