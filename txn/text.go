package txn

import "fmt"

// text is one message in the terminal's languages. Chinese is written first and English says the same.
type text struct{ zh, en string }

// in returns the message in language l, with its verbs filled in.
func (t text) in(l Language, args ...any) string {
	s := t.zh
	if l == English {
		s = t.en
	}
	if len(args) == 0 {
		return s
	}
	return fmt.Sprintf(s, args...)
}

// Titles and marks.
var (
	txtTest      = text{"测试", "TEST"}
	txtReady     = text{"请输入金额", "Enter amount"}
	txtSale      = text{"收款", "Sale"}
	txtMoreItems = text{"再扫商品", "More items"}
	txtBasket    = text{"商品", "Items"}
	txtShow      = text{"收款码", "Show QR"}
	txtScanTitle = text{"付款码", "Scan code"}
	txtChoose    = text{"选择收款方式", "How to pay"}
	txtCash      = text{"收现金", "Cash"}
	txtPaid      = text{"收款成功", "Paid"}
	txtChange    = text{"收款成功 找零", "Paid: change"}
	txtFailed    = text{"未收款", "Not paid"}
	txtUnknown   = text{"结果未知", "Outcome unknown"}
	txtUndoing   = text{"正在撤销", "Reversing"}
	txtDisputed  = text{"订单异常", "Exception"}
	txtMenu      = text{"菜单", "Menu"}
	txtOrders    = text{"未决订单", "Unresolved"}
	txtExcept    = text{"异常订单", "Exceptions"}
	txtHalted    = text{"停止收款", "Out of service"}
	txtWait      = text{"请稍候", "Please wait"}
)

// Keys and what they do.
var (
	keyShow     = text{"确认 收款码", "OK show QR"}
	keyScan     = text{"扫码 付款码", "SCAN code"}
	keyScanItem = text{"扫码 商品", "SCAN item"}
	keyScanMore = text{"扫码 再扫", "SCAN again"}
	keyClear    = text{"清除 退格", "CLEAR back"}
	keyUnitem   = text{"清除 减一件", "CLEAR one less"}
	keyCancel   = text{"取消 放弃", "CANCEL drop"}
	keyClose    = text{"取消 关闭", "CANCEL close"}
	keyBack     = text{"取消 返回", "CANCEL back"}
	keyCash     = text{"菜单 现金", "MENU cash"}
	keyCashQR   = text{"0 现金", "0 Cash"}
	keyTake     = text{"确认 收到", "OK received"}
	keyMenu     = text{"菜单 更多", "MENU more"}
	keyPrintQR  = text{"菜单 打印", "MENU print"}
	keyReprint  = text{"确认 重打印", "OK reprint"}
	keySkip     = text{"取消 不打印", "CANCEL no slip"}
	keyNext     = text{"确认 下一笔", "OK next"}
	keyLeave    = text{"取消 转后台", "CANCEL leave"}
	keyUndo     = text{"取消 撤销", "CANCEL reverse"}
	keyDone     = text{"确认 知道了", "OK noted"}
	keyPage     = text{"确认 下一页", "OK next page"}
)

// What the screens say.
var (
	sayPieces    = text{"共%d件", "%d pcs"}
	sayPaperQR   = text{"正在打印收款码", "Printing the QR"}
	sayFetching  = text{"正在取收款码", "Asking for a QR"}
	sayShowTo    = text{"请用%s扫码", "Scan with %s"}
	sayAnyWallet = text{"微信、支付宝或云闪付", "WeChat Pay, Alipay or UnionPay"}
	sayPresent   = text{"请顾客出示付款码", "Customer shows the payment code"}
	saySeconds   = text{"%d 秒", "%d s"}
	sayItem      = text{"请扫商品条码", "Scan the item's barcode"}
	sayCharging  = text{"正在收款", "Charging"}
	sayPassword  = text{"请顾客在手机上输入密码", "Customer enters the password on the phone"}
	sayAsking    = text{"网络没有明确答复，正在查询。请勿让顾客重复付款", "No clear answer, querying. Do not charge the customer again"}
	sayUndoing   = text{"正在撤销本单，结果确认前请勿让顾客重复付款", "Being reversed. Do not charge again before it is confirmed"}
	sayLeft      = text{"已转后台处理，结果会显示在这里", "Goes on behind; outcome shows here"}
	sayDisputed  = text{"网络的答复与本机记录不符，请勿交货，请叫主管。单号 %s", "The network contradicts our record. Do not hand over goods; call a supervisor. Order %s"}
	sayPrinting  = text{"正在打印小票", "Printing the receipt"}
	sayPrinted   = text{"小票已打印，请撕下", "Receipt printed, please tear it off"}
	sayNoPrinter = text{"未装打印机，无小票", "No printer, no receipt"}
	sayUnprinted = text{"小票未打印。", "The receipt is not printed. "}
	sayPart      = text{"小票可能只打了一半。", "The receipt may be half printed. "}
	sayWhole     = text{"小票可能已打完，请查看。", "The receipt may be complete: look at it. "}
	sayMended    = text{"打印机已恢复", "The printer is ready again"}
	sayByWhom    = text{"%s  单号 %s", "%s  order %s"}
	sayExact     = text{"正好收到此数：按 确认", "Exactly this amount: press OK"}
	sayTender    = text{"收到更多：输入实收金额", "More: key in what you received"}
	sayDue       = text{"应收 %s", "due %s"}
	sayChange    = text{"找零 %s", "change %s"}
	sayMissing   = text{"还差 %s", "%s missing"}
	sayTendered  = text{"应收 %s  实收 %s", "due %s  received %s"}
	sayByCash    = text{"现金  单号 %s", "Cash  order %s"}
	sayOff       = text{"优惠 %s  实付 %s", "discount %s  paid %s"}
	sayExpired   = text{"收款码已过期，未收到付款", "The QR has expired unpaid"}
	sayDark      = text{"收款码已过期，网络没有明确答复，不知是否已付。请看顾客手机，已付则勿再收", "The QR has expired and the network does not say whether it was paid. Look at the customer's phone: if paid, do not charge again"}
	sayEarlier   = text{"此前的收款码不知是否已付：请看顾客手机，已付则勿再收", "An earlier QR may have been paid: look at the customer's phone; if paid, do not charge again"}
	sayLeftOpen  = text{"本单 %s（单号 %s）可能已付：请看顾客手机，已付则勿再收", "This sale of %s (order %s) may have been paid: look at the customer's phone; if paid, do not charge again"}
	saySlowDisk  = text{"存储没有应答，尚未收款。若一直如此，请重启终端并叫技术员", "The storage does not answer; nothing was charged. If it stays so, restart and call a technician"}
	sayClosed    = text{"已取消，后台正在关闭此单", "Cancelled; the order is being closed"}
)

// Mistakes at the keys and codes that don't fit.
var (
	errAmount      = text{"请先输入金额", "Enter an amount first"}
	errNoNetwork   = text{"无可用支付渠道：请收现金(菜单)", "No network set up: take cash (MENU)"}
	errLimit       = text{"超过单笔限额 %s", "Above the limit of %s"}
	errDigits      = text{"金额最多两位小数", "At most two decimals"}
	errPoint       = text{"已有小数点", "There is a point already"}
	errStrange     = text{"收到无法识别的按键，请检查键盘", "Unknown key: check the keypad"}
	errSoon        = text{"屏幕刚变，此键未用，请再按", "Screen just changed: press it again"}
	errBasket      = text{"已有商品，请先收款或取消", "Items present: pay or cancel first"}
	errItemsFull   = text{"商品太多或超过限额", "Too many items or above the limit"}
	errNoItem      = text{"没有此商品：%s", "No such item: %s"}
	errCodeOwner   = text{"未开通%s，请换%s", "No %s here: use %s"}
	errCodeNobody  = text{"无法识别此付款码，请换一个", "Unknown payment code, try another"}
	errCodeUsed    = text{"此付款码已用过，请顾客刷新后再扫", "Code used already: refresh the phone"}
	errCodeNot     = text{"这不是付款码，请顾客打开付款码", "Not a payment code: open it on phone"}
	errCodeEarly   = text{"请先输入金额，再扫付款码", "Enter the amount, then scan the code"}
	errCodeTyping  = text{"金额还在输入，请再扫付款码", "Amount just keyed in: scan again"}
	errCodeUnasked = text{"请先按 扫码，再扫付款码", "Press SCAN, then scan the code"}
	errNotNow      = text{"此码没有用上：现在不能扫码", "Code not taken: nothing to scan now"}
	errGarbled     = text{"读码失败，请再扫一次", "Could not read the code, scan again"}
	errTooLong     = text{"条码太长，这不是付款码", "Too long to be a payment code"}
	errScannerGone = text{"扫码器未连接：请检查插头，或按 确认 用收款码", "Scanner unplugged: check its plug, or press OK to show a QR"}
	errScannerMute = text{"扫码器无应答：请重新插拔，或按 确认 用收款码", "Scanner silent: plug it in again, or press OK to show a QR"}
	errScanTime    = text{"没有扫到付款码", "No code was scanned"}
	errBusyOrders  = text{"未决订单太多：收现金，先恢复网络", "Too many open: cash, mend the network"}
	errBusyRule    = text{"未决太多：收现金，菜单 2 主管判定", "Too many open: cash; MENU 2 to rule"}
	errNoScanner   = text{"本机没有扫码器，请用收款码", "No scanner here: show a QR"}
	errIntent      = text{"此单未能记账，请重新收款", "Not recorded: start the sale again"}
	errShort       = text{"实收不足，还差 %s", "Not enough: %s missing"}
	errChange      = text{"找零不能超过 %s", "Change is above %s"}
	errNothing     = text{"没有可打印的小票", "No receipt to print"}
)

// Causes from the networks, each with the next step.
var (
	whyNotSent    = text{"网络不通：请检查网线再试，或按 菜单 收现金", "No network: check the cable and try again, or MENU for cash"}
	whyNotSetUp   = text{"支付渠道未就绪，没有扣款：按 菜单 收现金，并叫技术员", "Not set up here, nothing was charged: MENU for cash, call a technician"}
	whyNoAnswer   = text{"网络没有答复：请再试一次，或按 菜单 收现金", "The network does not answer: try again, or MENU for cash"}
	whyUnverified = text{"网络的答复不可信，已拒绝：请检查网络，叫技术员", "The answer can't be trusted and was refused: call a technician"}
	whySystem     = text{"支付平台忙：请稍后再试", "The payment network is busy: try again soon"}
	whyConfig     = text{"%s %s(%s)：请叫技术员，或致电 %s", "%s: %s (%s): call a technician, or %s"}
	whyPerhaps    = text{"%s 可能%s(%s，未验证)：请叫技术员，或致电 %s", "%s: possibly %s (%s, not proved): call a technician, or %s"}
	whyBalance    = text{"顾客余额不足：请换一种付款方式", "Balance too low: use another way to pay"}
	whyCode       = text{"付款码已过期或无效：请顾客刷新后再扫", "Code expired or invalid: refresh it and scan again"}
	whyDeclined   = text{"顾客没有付款", "The customer did not pay"}
	whyNotFound   = text{"支付平台没有收到此单，没有扣款", "The order never reached the network: nothing was charged"}
	whyReversed   = text{"已撤销，没有扣款", "Reversed: nothing was charged"}
	whyClosed     = text{"订单已关闭，没有扣款", "Closed: nothing was charged"}
	whyLimit      = text{"超过顾客的支付限额：请换一种付款方式", "Above the customer's limit: use another way to pay"}
	whyCard       = text{"不支持此银行卡：请顾客换一张卡", "This card is not supported: use another card"}
	whyAccount    = text{"顾客的账户异常：请换一种付款方式", "The customer's account is restricted: pay in another way"}
	whyOther      = text{"支付平台拒绝(%s)：请换一种付款方式", "Refused (%s): use another way to pay"}
)

// The printer's troubles, each with the next step.
var prnFaults = map[PrintFault]text{
	PrintPaperOut: {"打印机缺纸：请装纸", "Paper out: load paper"},
	PrintCover:    {"打印机盖未关：请关好", "Cover open: close it"},
	PrintOffline:  {"打印机离线：请按其进纸键", "Printer offline: press its feed key"},
	PrintSilent:   {"打印机无应答：请检查电源", "Printer silent: check its power"},
	PrintGone:     {"打印机未连接：请检查插头", "Printer unplugged: check its plug"},
	PrintCutter:   {"切纸刀卡住：请清理后关开打印机", "Cutter stuck: clear it, power cycle"},
	PrintHardware: {"打印机故障：请关开一次电源", "Printer fault: switch it off and on"},
	PrintRefused:  {"小票无法打印：请叫技术员", "Slip can't be printed: technician"},
}

// The standing line.
var (
	stsUnprinted    = text{"有%d张小票未打完：按 确认 重打印", "%d slips unfinished: OK reprints"}
	stsUnprintedOne = text{"已收%s 单号%s 小票未打完", "%s paid (%s), slip missing"}
	stsPending      = text{"后台%d单", "%d pending"}
	stsNearEnd      = text{"纸将用完", "Paper low"}
	stsNoNetwork    = text{"支付渠道未就绪：可收现金，叫技术员", "No network: take cash, call technician"}
	stsNetworkOut   = text{"%s无法使用：请叫技术员", "%s can't be used: call a technician"}
	stsKeyOut       = text{"%s%s无法使用：请叫技术员", "%s %s bad: technician"}
	stsExceptions   = text{"异常%d单：按 菜单", "%d exc.: MENU"}
	stsLate         = text{"弃单到账 %s (%s)：请勿再收", "LATE %s (%s): no new charge"}
	stsResolved     = text{"后台到账 %s (单号 %s)", "Paid later: %s (%s)"}
	stsNotPaid      = text{"后台 %s (单号 %s) 未收款", "Order of %s (%s): not paid"}
	stsMismatch     = text{"网络的答复与本单不符，正在重查", "Answer is not about this sale: asking"}
	stsDrawer       = text{"钱箱没有打开：请用钥匙", "Drawer not opened: use its key"}
	stsDisputed     = text{"单号 %s 记录不符：请叫主管", "Order %s disputed: call supervisor"}
	stsRefused      = text{"%s拒绝本商户：请叫技术员", "%s refuses us: technician"}
)

// What the standing line says of a shown code whose network does not answer as it should: the customer may
// have paid, and nobody knows yet.
var netFaults = map[Fault]text{
	FaultNotSent:    {"网络不通，暂查不到付款：请检查网线", "No network, check cable; may be paid"},
	FaultNotSetUp:   {"支付渠道未就绪，查不到付款：叫技术员", "Not set up: technician; may be paid"},
	FaultNoAnswer:   {"网络没有答复，正在重新查询", "No answer, asking again"},
	FaultUnverified: {"网络的答复不可信，已拒绝，正在重查", "Answer not trusted, asking again"},
	FaultSystem:     {"支付平台忙，正在重新查询", "Network busy, asking again"},
}

var stsKeypad = text{"键盘未连接：检查插头，再按任意键", "Keypad unplugged: plug in, press a key"}

var stsScanner = map[ScanFault]text{
	ScanGone:   {"扫码器未连接：请检查插头", "Scanner unplugged: check its plug"},
	ScanSilent: {"扫码器无应答：请重新插拔", "Scanner silent: plug it in again"},
}

// Why nothing is sold.
var (
	haltNewer   = text{"交易记录由更新版本的固件写入，本机未作改动。请升级固件，或叫技术员", "The journal was written by newer firmware and was left untouched. Update the firmware or call a technician"}
	haltDamaged = text{"交易记录读取出错，为保护账目已停止收款。请重启以修复，若仍如此请叫技术员", "The journal can't be read. Selling has stopped to protect the books. Restart to repair it; if it stays so call a technician"}
	haltKey     = text{"密钥不符：交易记录不属于本机，或本机密钥缺失。未作任何改动，请叫技术员", "Wrong key: the journal is another terminal's, or this one's secret is missing. Nothing was changed: call a technician"}
	haltFull    = text{"存储已满，无法记账。请叫技术员清理后重启", "No room left to keep records. Call a technician, then restart"}
	haltBusy    = text{"交易记录被另一程序占用。请重启终端", "The journal is in use by another program. Restart the terminal"}
	haltJournal = text{"无法写入交易记录，已停止收款。请重启，若仍如此请叫技术员", "The journal can't be written. Restart; if it stays so call a technician"}
)

// The menu.
var (
	menuReprint  = text{"1 重打印上一笔", "1 Reprint the last receipt"}
	menuOrders   = text{"2 未决订单 %d", "2 Unresolved %d"}
	menuExcept   = text{"3 异常订单 %d", "3 Exceptions %d"}
	menuCash     = text{"0 收现金", "0 Take cash"}
	menuLanguage = text{"4 English", "4 中文"}
	menuNone     = text{"没有", "none"}
)
