package txn

import "testing"

// The standing line has 38 columns, and what is cut off its end would be the next step. Every text that can
// stand there fits, with the longest that can be put into it.
func TestStandingLineFits(t *testing.T) {
	const most, no = 38, "000123"
	amount := Yuan(5000000)
	lines := map[string][2]string{}
	add := func(name string, text text, args ...any) {
		lines[name] = [2]string{text.in(Chinese, args...), text.in(English, args...)}
	}
	for f, text := range prnFaults {
		add("printer "+string(f), text)
	}
	for f, text := range netFaults {
		add("network "+string(f), text)
	}
	for kind, key := range keyKinds {
		for _, n := range [][2]string{{"支付宝", "WeChat Pay"}, {"聚合码", "All wallets"}} {
			lines["key "+string(kind)+n[1]] = [2]string{stsKeyOut.in(Chinese, n[0], key.zh), stsKeyOut.in(English, n[1], key.en)}
		}
	}
	lines["refused"] = [2]string{stsRefused.in(Chinese, "支付宝"), stsRefused.in(English, "All wallets")}
	for f, text := range stsScanner {
		add("scanner "+string(f), text)
	}
	add("unprinted", stsUnprinted, 50)
	add("unprinted one", stsUnprintedOne, amount, no)
	add("late", stsLate, amount, no)
	add("resolved", stsResolved, amount, no)
	add("not paid", stsNotPaid, amount, no)
	add("mismatch", stsMismatch)
	add("unprinted refund", stsUnprintedRefund, amount, no)
	add("given back", stsGivenBack, amount, no)
	add("refund refused", stsRefundRefused, amount, no)
	add("refund stuck", stsRefundStuck, no)
	add("refund over", errRefundOver, amount)
	add("refund network", errRefundNetwork, "UnionPay")
	add("PIN short", errPINShort, MinPIN, MaxPIN)
	add("disputed", stsDisputed, no)
	add("offline confirmed", stsConfirmed, amount, no)
	add("offline unpaid", stsUnpaid, amount, no)
	add("offline unanswered", stsUnanswered)
	add("offline unseen", stsUnseen)
	add("offline unconfirmed", stsUnconfirmed, 100)
	add("offline left", sayOfflineLeft)
	add("offline renewed", sayRenewed)
	add("offline digits", errOfflineDigits, 8)
	add("room", stsRoom, salesLow)
	add("full", stsFull)
	add("keypad", stsKeypad)
	add("damage", stsDamage)
	standing := func(l Language) string {
		return stsExceptions.in(l, maxExceptions) + " " + stsPending.in(l, maxUnresolved) + " " + stsNearEnd.in(l)
	}
	lines["all that stands"] = [2]string{standing(Chinese), standing(English)}
	offline := func(l Language) string {
		return stsExceptions.in(l, maxExceptions) + " " + stsUnconfirmed.in(l, 99) + " " + stsNearEnd.in(l)
	}
	lines["all that stands offline"] = [2]string{offline(Chinese), offline(English)}
	add("limit", errLimit, amount)
	add("books", stsBooks, 999)
	add("books printing", bookPrinting)
	add("short", errShort, amount)
	add("change", errChange, Yuan(maxChange))
	add("no item", errNoItem, shorten("69012345678901234567890", 15))
	add("owner", errCodeOwner, "UnionPay", "WeChat Pay")
	for name, text := range map[string]text{
		"amount": errAmount, "digits": errDigits, "point": errPoint, "strange": errStrange, "soon": errSoon, "basket": errBasket, "items full": errItemsFull,
		"nobody": errCodeNobody, "used": errCodeUsed, "not": errCodeNot, "early": errCodeEarly, "typing": errCodeTyping, "unasked": errCodeUnasked, "not now": errNotNow, "garbled": errGarbled,
		"too long": errTooLong, "time": errScanTime, "busy": errBusyOrders, "rule": errBusyRule, "no scanner": errNoScanner,
		"intent": errIntent, "nothing": errNothing, "drawer": stsDrawer, "left": sayLeft, "closed": sayClosed, "printing": sayPrinting, "paper QR": sayPaperQR,
		"no receipt": errNoReceipt, "recall": errRecall, "foreign": errRefundForeign, "unknown": errRefundUnknown, "none": errRefundNone,
		"unpaid": errRefundUnpaid, "all": errRefundAll, "old": errRefundLate, "many": errRefundMany, "refunds": errRefundBusy,
		"refund intent": errRefundIntent, "nobody's PIN": errNoSupervisor, "no code": errNoCode, "wrong code": errCode,
		"weak": errPINWeak, "differs": errPINDiffers, "wrong": errPINWrong, "hash": errPINHash, "enrolled": sayEnrolled,
	} {
		add(name, text)
	}
	for name, said := range lines {
		for _, s := range said {
			if n := columns(s); n > most {
				t.Errorf("%s: %d columns of %d: %q", name, n, most, s)
			}
		}
	}
}
