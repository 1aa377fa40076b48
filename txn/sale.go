package txn

// Sale is what a customer owes. It holds orders, and at most one of them can be paid at a time: the others
// are final or closing.
type Sale struct {
	No    OrderNo // its first order's number, once there is one
	Total Money
	Items []Item
}

// add puts one piece of item into the sale and reports whether it fits the limits: a second bottle counts.
func (s *Sale) add(item Item, limit Money) bool {
	items := append([]Item(nil), s.Items...)
	at := -1
	for i := range items {
		if items[i].Barcode == item.Barcode {
			at = i
		}
	}
	if at < 0 {
		item.Quantity = 0
		items, at = append(items, item), len(items)
	}
	items[at].Quantity++
	total := Money{Currency: limit.Currency}
	for _, i := range items {
		total.Fen += i.Amount().Fen
	}
	if len(items) > maxItems || items[at].Quantity > maxQuantity || total.Fen > limit.Fen {
		return false
	}
	// The line that was touched comes last, so that the screen shows it and 清除 takes it back.
	touched := items[at]
	items = append(append(items[:at:at], items[at+1:]...), touched)
	s.Items, s.Total = items, total
	return true
}

// remove takes one piece of the last line back.
func (s *Sale) remove() {
	if len(s.Items) == 0 {
		return
	}
	items := append([]Item(nil), s.Items...)
	last := &items[len(items)-1]
	s.Total.Fen -= last.Price.Fen
	if last.Quantity--; last.Quantity == 0 {
		items = items[:len(items)-1]
	}
	s.Items = items
}
