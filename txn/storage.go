package txn

// Storage is what the machine knows of the journal's medium: how much can still be sold, and whether a check that goes on
// beside the selling has found damage.
type Storage struct {
	Sales   int64 // that fit before no new one is taken
	Damaged bool  // something of before does not hold; what is being sold does
}

func (Storage) event() {}

// How many sales before the end the standing line begins to say so, and to insist.
const (
	salesLow  = 500
	salesFew  = 50
	salesSome = 1_000_000 // before the first [Storage]
)

// stored takes news of the medium.
func (m *Machine) stored(e Storage) {
	if e.Damaged && !m.storage.Damaged {
		m.note("journal: a check found damage", "")
		m.emit(Beep{BeepAlarm})
	}
	m.storage = e
}

// Idle reports whether nobody is being served and nothing is being written: a moment for what can wait. Without room nobody
// can be served, and what waits is what makes some.
func (m *Machine) Idle() bool {
	if len(m.commits) > 0 || m.printing {
		return false
	}
	switch v := m.view.(type) {
	case entry:
		return m.storage.Sales <= 0 || v.keyed.text == "" && m.sale == nil
	case full:
		return true
	}
	return false
}

// storageLine is what the standing line says of the medium on the ready screen, and whether it insists.
func (m *Machine) storageLine() (line string, alarm bool) {
	switch {
	case m.storage.Damaged:
		return m.say(stsDamage), true
	case m.storage.Sales <= 0:
		return m.say(stsFull), true
	case m.storage.Sales < salesLow:
		return m.say(stsRoom, m.storage.Sales), m.storage.Sales < salesFew
	}
	return "", false
}

// hasRoom reports whether a new order can be written down; if not, the screen says what to do.
func (m *Machine) hasRoom() bool {
	if m.storage.Sales > 0 {
		return true
	}
	m.noRoom()
	return false
}

// noRoom says that nothing new can be begun. What has begun goes on; where something of it is on the screen, it stays there.
func (m *Machine) noRoom() {
	m.storage.Sales = 0
	e, ok := m.view.(entry)
	if !ok {
		m.mistake(stsFull)
		return
	}
	m.view = full{back: e}
	m.emit(Beep{BeepAlarm})
}

// full is the screen of a medium that takes no new order. It goes away by itself as soon as there is room.
type full struct{ back entry }

func (v full) key(m *Machine, k Key, _ bool) {
	switch k {
	case KeyCancel, KeyOK, KeyClear:
		m.view = v.back
	case KeyMenu:
		m.view = menu{since: m.now.Mono, back: v.back}
	default:
		m.emit(Beep{BeepMistake})
	}
}

func (v full) tick(m *Machine) {
	if m.storage.Sales > 0 {
		m.view = v.back
	}
}

func (full) screen(m *Machine) Screen {
	return Screen{
		Kind: ScreenText, Title: m.say(txtFull), Tone: ToneBad,
		Lines: []string{m.say(fullWhy), m.say(fullFirst), m.say(fullThen), m.say(fullEnd)},
		Keys:  []string{m.say(keyMenu), m.say(keyBack)},
	}
}

var (
	txtFull   = text{"存储已满", "Storage full"}
	fullWhy   = text{"暂停新收款，已有订单照常完成", "No new sales; open orders go on"}
	fullFirst = text{"第一步：菜单 9 结算", "First: settle, MENU 9"}
	fullThen  = text{"第二步：插U盘，菜单 . 备份", "Then: a stick, back up, MENU ."}
	fullEnd   = text{"有空间后自动恢复收款", "With room, selling goes on by itself"}

	stsRoom   = text{"存储约剩%d笔：请结算并备份", "Room for %d sales: settle, back up"}
	stsFull   = text{"存储已满，暂停新收款：请结算并备份", "Storage full: settle and back up"}
	stsDamage = text{"账本检查发现损坏：请叫技术员", "Damage in the journal: technician"}
)
