package printer

// A Receipt is what stands on one piece of paper, from top to bottom. It is a value: it knows nothing of a
// printer, of its width or of bytes, and may be printed any number of times.
type Receipt struct {
	Elements []Element
}

// Add appends elements and returns the receipt, for building one in a row.
func (r *Receipt) Add(e ...Element) *Receipt {
	r.Elements = append(r.Elements, e...)
	return r
}

// An Element is one of [Text], [Pair], [Columns], [Rule], [QR], [Feed] and [Cut].
type Element interface{ element() }

// Align says where a text stands in its line or cell.
type Align uint8

// The alignments; the zero value is Left.
const (
	Left Align = iota
	Center
	Right
)

// Size is the size of characters. Wide and Tall may be combined by |, which is Large.
type Size uint8

// The sizes; a wide character takes twice the columns.
const (
	Normal Size = 0
	Wide   Size = 1
	Tall   Size = 2
	Large  Size = Wide | Tall
)

// width is how many times wider than normal characters are.
func (s Size) width() int { return 1 + int(s&1) }

// Text is a paragraph. It wraps at spaces, or anywhere between characters where a word is too long.
type Text struct {
	S         string
	Align     Align
	Size      Size
	Bold      bool
	Invert    bool // white on black
	Underline bool
}

// Pair is a label at the left edge and its value at the right one. When both do not fit in one line the label
// wraps, and the value takes the end of its last line or a line of its own.
type Pair struct {
	Left, Right string
	Size        Size
	Bold        bool
}

// Columns is one row of a table.
type Columns struct {
	Cells []Cell
	Bold  bool
}

// Cell is one cell of a row. A cell with a width grows where its content, a number for the most part, needs
// more: a number is never broken while a name beside it can give way.
type Cell struct {
	S     string
	Width int // in columns; 0 takes and shares what the others leave, and wraps inside it
	Align Align
}

// Rule is a line across the paper, made of one character; 0 means '-'.
type Rule struct{ Rune rune }

// QR is a QR code, centred, with its quiet zone.
type QR struct {
	Content string // printable UTF-8, no control characters
	Module  int    // width of a module in dots, 1–16; 0 takes the largest of up to 6 that the paper holds
}

// Feed is a number of empty lines, at most 255.
type Feed struct{ Lines int }

// Cut ends a piece of paper, as the model can: by the cutter, or by feeding to the edge where it is torn off.
type Cut struct{}

func (Text) element()    {}
func (Pair) element()    {}
func (Columns) element() {}
func (Rule) element()    {}
func (QR) element()      {}
func (Feed) element()    {}
func (Cut) element()     {}
