package txn

// What is said of refunds, supervisors and what people must look at.

// Titles and keys.
var (
	txtRefund       = text{"退款", "Refund"}
	txtAllowRefund  = text{"确认退款", "Allow the refund"}
	txtRefundAmount = text{"退款金额", "Refund amount"}
	txtRefundPick   = text{"退哪一单", "Refund which"}
	txtRefunding    = text{"正在退款", "Refunding"}
	txtRefunded     = text{"退款成功", "Refunded"}
	txtRefundFailed = text{"退款未成", "Not refunded"}
	txtSupervisor   = text{"主管", "Supervisor"}
	txtByCash       = text{"现金", "Cash"}

	menuRefund     = text{"5 退款", "5 Refund"}
	menuSupervisor = text{"7 主管PIN", "7 Supervisor's PIN"}

	keyRecent    = text{"确认 最近的单", "OK latest"}
	keyFind      = text{"确认 查找", "OK find"}
	keyGoOn      = text{"确认 下一步", "OK next"}
	keyAllow     = text{"确认 授权", "OK allow"}
	keyForgotten = text{"菜单 忘记PIN", "MENU forgotten"}
)

// Finding the order.
var (
	sayFindScan   = text{"请扫小票上的二维码", "Scan the QR on the receipt"}
	sayFindOr     = text{"或输入单号的后几位", "or key in the last digits of the order number"}
	sayFindDigits = text{"请输入单号的后几位", "Key in the last digits of the order number"}
	sayFindKeyed  = text{"单号 …%s", "Order …%s"}
	sayFinding    = text{"正在查找", "Looking it up"}

	errNoReceipt     = text{"这不是小票上的单号码", "Not the code on a receipt"}
	errRecall        = text{"交易记录读不出：请重启终端", "Journal unreadable: restart"}
	errRefundForeign = text{"这是别的终端的单：请到那台退款", "Another terminal's: refund it there"}
	errRefundUnknown = text{"本机没有此单：请核对单号", "No such order here: check the number"}
	errRefundNone    = text{"本机还没有收款", "Nothing has been paid here yet"}
	errRefundUnpaid  = text{"此单没有收到款，不能退", "Not paid: nothing to refund"}
	errRefundAll     = text{"此单已全部退款", "Refunded in full already"}
	errRefundLate    = text{"收款已超过一年，不能退", "Paid more than a year ago"}
	errRefundMany    = text{"此单退款次数已满", "No more refunds of this order"}
	errRefundNetwork = text{"%s现在不能退款：请叫技术员", "%s can't refund: technician"}
	errRefundBusy    = text{"未决退款太多，请等结果或恢复网络", "Too many refunds open: wait, mend net"}
	errRefundOver    = text{"最多还能退 %s", "At most %s can go back"}
	errRefundIntent  = text{"退款未能记账，请重新退款", "Not recorded: start the refund again"}
)

// The order and how its refund stands.
var (
	sayOrderNo    = text{"单号 %s  %s", "Order %s  %s"}
	sayOrderShort = text{"单号 %s", "Order %s"}
	sayOrderPaid  = text{"%s  收款 %s", "%s  paid %s"}
	sayOrderBack  = text{"已退或在退 %s", "refunded or under way %s"}
	sayRefundPart = text{"只退一部分：输入金额", "Only a part: key in the amount"}

	sayRefundSent    = text{"正在请支付平台退款", "Asking the network"}
	sayRefundTaken   = text{"平台已受理，钱到顾客账上后打印退款单。不必等，可按 取消 转后台", "Accepted. The slip prints when the money has gone back. No need to wait: CANCEL leaves it to the background"}
	sayRefundAsking  = text{"网络没有明确答复，正在查询。不会重复退", "No clear answer, asking. It can't go back twice"}
	sayRefundOffline = text{"网络不通：接通后自动退款，不会重复退", "No network: refunded when it is back, and only once"}
	sayRefundSetUp   = text{"支付渠道未就绪：就绪后自动退款，不会重复退。请叫技术员", "Not set up: refunded when it is, and only once. Call a technician"}
	sayRefundConfig  = text{"还没退成。%s", "Nothing went back yet. %s"}
	sayRefundDoubt   = text{"平台没有接受，正在核实是否真的没退", "Not accepted; making sure that nothing went back"}
	sayHandBack      = text{"请把现金交给顾客  单号 %s", "Hand the cash back  order %s"}
	saySlowRefund    = text{"存储没有应答，尚未退款。若一直如此，请重启终端并叫技术员", "The storage does not answer; nothing went back. If it stays so, restart and call a technician"}

	stsUnprintedRefund = text{"已退%s 单号%s 小票未打完", "%s back (%s), slip missing"}
	stsGivenBack       = text{"已退款 %s (单号 %s)", "Refunded: %s (%s)"}
	stsRefundRefused   = text{"退款被拒 %s (单号 %s)", "Refund of %s (%s) refused"}
	stsRefundStuck     = text{"单号 %s 退款异常：请叫主管", "Refund of %s stuck: supervisor"}
)

// Why nothing was given back, by the networks' codes.
var (
	whyRefundFunds = text{"商户账户余额不足，没有退：充值后请重新退款", "The shop's account is too low, nothing went back: top it up, then refund again"}
	whyRefundDone  = text{"支付平台说此单已退过或不能退，没有再退", "The network says that it was refunded before or can't be: nothing went back now"}
	whyRefundLate  = text{"已过支付平台的退款期限，没有退", "Too late for this network: nothing went back"}
	whyRefundStuck = text{"平台退款异常，钱没有送到顾客：请主管联系支付平台", "The network could not deliver the money: the supervisor calls the network"}
	whyRefundOdd   = text{"平台的答复与本机记录不符：请主管联系支付平台", "The network contradicts our record: the supervisor calls the network"}
	whyRefundOther = text{"支付平台拒绝退款(%s)，没有退：请叫主管", "The network refused (%s), nothing went back: call a supervisor"}
)

var refundCauses = map[string]text{
	"NOT_ENOUGH": whyRefundFunds, "NOTENOUGH": whyRefundFunds, "ACQ.SELLER_BALANCE_NOT_ENOUGH": whyRefundFunds,
	"MERCHANT_BALANCE":                whyRefundFunds,
	"ACQ.REASON_TRADE_REFUND_FEE_ERR": whyRefundDone, "ACQ.TRADE_HAS_CLOSE": whyRefundDone,
	"REFUND_OVER": whyRefundDone, "ORDER_ENDED": whyRefundDone,
	"ACQ.TRADE_HAS_FINISHED": whyRefundLate, "REFUND_EXPIRED": whyRefundLate, "TRADE_OVERDUE": whyRefundLate,
	"mismatch": whyRefundOdd, "exists": whyRefundOdd,
}

// refundWhy returns what the cashier is told of a refund that gave nothing back.
func (m *Machine) refundWhy(r Refund) string {
	if t, ok := refundCauses[r.Code]; ok {
		return m.say(t)
	}
	if r.State == RefundDisputed {
		return m.say(whyRefundStuck)
	}
	return m.say(whyRefundOther, shorten(orElse(r.Code, "?"), 32))
}

// The supervisor's PIN.
var (
	sayPIN       = text{"主管PIN ", "Supervisor's PIN "}
	sayChecking  = text{"正在核对", "Checking"}
	sayLocked    = text{"错误太多，已锁定，还要等 %s", "Too many wrong tries: locked for %s"}
	sayHours     = text{"%d小时%d分", "%d h %d min"}
	sayMinutes   = text{"%d分%d秒", "%d min %d s"}
	sayOldPIN    = text{"更改PIN：先输入现在的PIN", "Change the PIN: key in the present one first"}
	sayNewPIN    = text{"新PIN，%d到%d位数字", "New PIN, %d to %d digits"}
	sayPINAgain  = text{"再输入一次新PIN", "The new PIN once more"}
	sayEnrolCode = text{"本机还没有主管，或PIN已忘记。请技术员输入开通码", "No supervisor yet, or PIN forgotten. A technician keys in the enrolment code"}
	sayEnrolled  = text{"主管PIN已设好", "Supervisor's PIN set"}

	errNoSupervisor = text{"还没有主管：请按 菜单 7 开通", "No supervisor yet: MENU 7"}
	errNoCode       = text{"配置里没有开通码：请叫技术员", "No enrol_code set: call a technician"}
	errCode         = text{"开通码不对", "Wrong code"}
	errPINShort     = text{"PIN要%d到%d位", "A PIN has %d to %d digits"}
	errPINWeak      = text{"PIN太简单，请换一个", "Too easy to guess: choose another"}
	errPINDiffers   = text{"两次不一样，请重新输入", "Not the same: start again"}
	errPINWrong     = text{"PIN不对，已记下", "Wrong PIN; it was counted"}
	errPINHash      = text{"PIN没有设好，请重试", "PIN not set: try again"}
)

// The exception list.
var (
	txtSettle = text{"了结异常", "Settle"}
	keyRefund = text{"确认 退款", "OK refund"}
	keySettle = text{"清除 了结", "CLEAR settle"}

	saySettling     = text{"了结后不再列为异常，记下授权的主管", "It leaves the list; who allowed it is recorded"}
	saySettled      = text{"已了结", "Settled"}
	sayLateSuccess  = text{"放弃以后顾客才付款。货没有交就退款，交了就了结", "Paid after it was given up. Goods not handed over: refund. Handed over: settle"}
	sayOverTotal    = text{"这一笔生意已由另一单付清，这一单是重复付款：请退款", "Another order has paid this sale; this one was paid on top: refund it"}
	sayGoneBack     = text{"平台说收到过钱，又已退回顾客。请核对账单后了结", "The network says it was paid and has gone back. Check the bill, then settle"}
	sayExists       = text{"首次请求平台就说单号已存在。请核对账单后了结", "The network knew the number before it was asked. Check the bill, then settle"}
	sayRefundStuck  = text{"退款送不到顾客，或平台说法不一。请联系支付平台，办好后了结", "A refund can't be delivered, or the network contradicts us. Call the network; when done, settle"}
	sayRuledUnpaid  = text{"平台问不到，主管判定未付。请核对账单后了结", "Nobody could be asked; a supervisor ruled it unpaid. Check the bill, then settle"}
	sayContradicted = text{"平台的答复与本机记录不符。请联系支付平台，核对后了结", "The network contradicts our record. Call the network, check, then settle"}
)

// What is unresolved, and verdicts on it.
var (
	txtVerdict = text{"主管判定", "Verdict"}

	sayNextNow      = text{"正在查询", "asking now"}
	sayNextRule     = text{"等主管判定", "for a supervisor"}
	sayNextIn       = text{"%s后查询", "asked in %s"}
	sayAge          = text{"%s前，", "%s ago, "}
	sayWholeSeconds = text{"%d秒", "%d s"}
	sayDays         = text{"%d天", "%d days"}
	sayWholeHours   = text{"%d小时", "%d h"}
	sayWholeMinutes = text{"%d分钟", "%d min"}
	sayResolved     = text{"已有结果", "Resolved"}
	sayRuleOrder    = text{"问不到了？核对账单后由主管判定：1 已付 2 未付", "Nobody to ask? Check the bill; a supervisor rules: 1 paid 2 not paid"}
	sayRuleRefund   = text{"问不到了？核对账单后由主管判定：1 已退 2 未退", "Nobody to ask? Check the bill; a supervisor rules: 1 refunded 2 not"}
	sayRulePaid     = text{"判定：已付。小票注明由主管判定", "Verdict: paid. The slip says who ruled"}
	sayRuleUnpaid   = text{"判定：未付。留在异常订单里", "Verdict: not paid. It stays an exception"}
	sayRuleBack     = text{"判定：钱已退给顾客", "Verdict: the money went back"}
	sayRuleNotBack  = text{"判定：钱没有退，可重新退款", "Verdict: nothing went back; it can be refunded again"}
)
