package txn

// Offline codes: titles and keys.
var (
	txtOffline     = text{"离线收款", "Offline"}
	txtOfflineCode = text{"离线码", "Offline QR"}
	txtUnconfirmed = text{"离线待确认", "Unconfirmed"}
	txtRenew       = text{"离线收款续期", "Renew offline"}

	menuOffline  = text{"8 离线收款", "8 Offline payment"}
	keyScheme    = text{"0 %s", "0 %s"}
	keySeen      = text{"确认 顾客已付", "OK customer paid"}
	keySeenYes   = text{"确认 看到了", "OK I saw it"}
	keySeenNo    = text{"取消 没看到", "CANCEL not yet"}
	keyOfflineOK = text{"确认 出离线码", "OK show QR"}
	keyCheck     = text{"确认 核对", "OK check"}
	keyRenew     = text{"9 主管续期", "9 renew"}
	keyRenewOK   = text{"确认 续期", "OK renew"}
)

// What the screens of offline codes say.
var (
	sayOfflineTry    = text{"顾客手机能上网时，可按 8 出离线码", "If the customer's phone is online: 8 for an offline QR"}
	sayOfflineUse    = text{"待确认 %d/%d 笔，%s/%s", "unconfirmed %d of %d, %s of %s"}
	sayOfflineRisk   = text{"顾客用自己的网络付款，手机显示答案。网络恢复前只是待确认", "The phone pays by its own network and shows an answer. Unconfirmed until the network is back"}
	sayOfflineOpen   = text{"输入 %s 的答案 %s", "answer for %s, %s"}
	sayOfflineScan   = text{"顾客手机扫码付款 再输入答案", "Scan, pay, key in the answer"}
	sayOfflineAnswer = text{"答案 %s", "Answer %s"}
	sayOfflineTries  = text{"还可试%d次", "%d tries left"}
	sayOfflineWrong  = text{"答案错 还可试%d次", "wrong, %d left"}
	sayOfflineOver   = text{"码 %s 已过期。顾客已付的，请输入答案", "Code %s has expired. If the customer has paid, key in the answer"}
	sayOfflineGone   = text{"码 %s 不再显示。顾客已付的，请输入答案", "Code %s is shown no more. If the customer has paid, key in the answer"}
	sayOfflineLeft   = text{"已放弃离线码：到期前仍可能付款", "Given up; may be paid until it expires"}
	sayByOffline     = text{"离线码  单号 %s", "Offline QR  order %s"}
	sayWillConfirm   = text{"网络恢复后自动确认", "Confirmed when the network is back"}
	saySchemeRisk    = text{"0 %s码：没有答案，只看顾客手机", "0: %s QR has no answer to check"}
	saySchemeOpen    = text{"%s 付了吗 %s", "has %s been paid? %s"}
	saySchemeScan    = text{"%s 扫码", "Use %s"}
	saySchemeLook    = text{"看顾客手机", "See the phone"}
	saySchemeAsk     = text{"您亲眼看到顾客手机付款成功，是这个金额吗？", "Did you see the customer's phone say it has paid this amount?"}
	saySchemeOver    = text{"%s码 %s 已过期。顾客手机显示已付的，按 确认", "%s QR %s has expired. If the phone says it is paid, press OK"}
	saySchemeGone    = text{"%s码 %s 不再显示。顾客手机显示已付的，按 确认", "%s QR %s is shown no more. If the phone says it is paid, press OK"}
	saySchemeBy      = text{"%s码  单号 %s", "%s QR  order %s"}
	saySeen          = text{"只凭收银员所见，", "On the cashier's word alone. "}
	sayWillRule      = text{"由主管对账后判定", "A supervisor rules on it by the bill"}
	sayUnbacked      = text{"收银员见顾客手机显示已付，平台说没有人付款。请主管查清，对账后了结", "The cashier saw it paid on the phone; the network says nobody paid. Find out why, check the bill, then settle"}
	sayRenew         = text{"答错 %d 次。此前已续期 %d 次", "%d wrong answers. Renewed %d times before"}
	sayRenewKey      = text{"有离线单给出了答案却没有人付款：密钥可能已泄露，请先换密钥", "An answer was given that nobody paid for: the key may be known to others. Replace it first"}
	sayUnpaid        = text{"离线单给出了答案，平台说没有人付款。请叫主管查清，并更换离线密钥，再了结", "An offline QR was answered and nobody paid it. Find out why, replace the offline key, then settle"}
	sayRenewed       = text{"离线收款已续期", "Offline payment renewed"}
)

// Why there is no offline code, or why one has ended, each with the next step.
var (
	whyNotOffline       = text{"网络可用：请按 确认 出收款码", "Not offline: take an ordinary QR"}
	whyNoOfflineKey     = text{"离线收款无法使用：请收现金，叫技术员", "Offline payment can't be used: take cash, call a technician"}
	whyOfflineUnpaid    = text{"离线收款已停用：有一单给出了答案却没有付款。请收现金，叫主管", "Offline payment has ended: an answer was given that nobody paid for. Take cash, call a supervisor"}
	whyOfflineUnpaidNow = text{"离线收款已停用：有一单给出了答案却没有付款。请看顾客手机：已付则勿再收，叫主管；未付请收现金", "Offline payment has ended: an answer was given that nobody paid for. Look at the phone: if paid, do not charge again, call a supervisor; if not, take cash"}
	whyOfflineEnded     = text{"离线收款已停用：答错 %d 次。请收现金，叫主管续期", "Offline payment has ended after %d wrong answers. Take cash; a supervisor renews it"}
	whyOfflineClock     = text{"时钟不对，不能出离线码：请收现金，叫技术员", "The clock is wrong: take cash, call a technician"}
	whyOfflineEach      = text{"离线码单笔最多 %s：请收现金", "At most %s for an offline QR: take cash"}
	whyOfflineLimit     = text{"待确认已达上限：请收现金，先恢复网络", "Too much is unconfirmed: take cash, mend the network"}
	whyOfflineRule      = text{"待确认已达上限：请收现金，主管在 菜单 2 判定", "Too much is unconfirmed: take cash; a supervisor rules at MENU 2"}
	whyOfflineAgain     = text{"此单的离线码还可能被付款：请收现金", "This sale's offline QR may still be paid: take cash"}
	whyOfflineVoid      = text{"答错太多，此码作废。请看顾客手机：已付则勿再收，叫主管；未付请收现金", "Too many wrong answers, the code is void. Look at the phone: if paid, do not charge again, call a supervisor; if not, take cash"}
	whyOfflineModeEnded = text{"答错太多，离线收款已停用。请看顾客手机：已付则勿再收，叫主管；未付请收现金", "Too many wrong answers: offline payment has ended. Look at the phone: if paid, do not charge again, call a supervisor; if not, take cash"}
	whyOfflineExpired   = text{"离线码已过期。请看顾客手机：已付则勿再收，叫主管；未付请收现金", "The offline QR has expired. Look at the phone: if paid, do not charge again, call a supervisor; if not, take cash"}
	whyOfflineNothing   = text{"离线码已过期，没有扣款", "The offline QR has expired, nothing was charged"}
	whyNoCode           = text{"离线码无法生成：请收现金，叫技术员", "The offline QR can't be made: take cash, call a technician"}
	whyNoRenewal        = text{"还有 %d 笔待确认：请先恢复网络", "%d still unconfirmed: mend the network first"}
	whyNoRenewalRule    = text{"还有 %d 笔待确认：请主管先在 菜单 2 判定", "%d still unconfirmed: a supervisor rules at MENU 2 first"}
	whyNoRenewalOffline = text{"续期需要网络：请先恢复网络", "Renewing needs the network: mend it first"}

	errOfflineDigits = text{"答案是%d位数字，见顾客手机", "%d digits, as on the customer's phone"}

	stsConfirmed   = text{"离线单已确认 %s (%s)", "Offline %s (%s) confirmed"}
	stsUnpaid      = text{"离线单 %s (%s) 未付：叫主管", "%s (%s) UNPAID: supervisor"}
	stsUnanswered  = text{"有离线码待输答案：菜单 8", "Offline answer due: MENU 8"}
	stsUnseen      = text{"有离线码待看手机：菜单 8", "Was an offline QR paid? MENU 8"}
	stsUnconfirmed = text{"待确认%d单", "%d unconf."}
)
