package txn

// What the screens of a reconciliation say.
var (
	txtBooks       = text{"对账", "Books"}
	txtDifferences = text{"对账差异", "Differences"}
	menuBooks      = text{"6 对账  9 结算", "6 Reconcile bills  9 Settle batch"}

	keyBegin     = text{"确认 开始", "OK begin"}
	keyMeanwhile = text{"取消 先去收款", "CANCEL sell meanwhile"}
	keyDetails   = text{"确认 明细", "OK details"}

	bookDays     = []text{{"今天", "today"}, {"昨天", "yesterday"}}
	bookDay      = text{"%d天前", "%d days ago"}
	bookOther    = text{"1 前一天  2 后一天", "1 earlier day  2 later day"}
	bookLast     = text{"3 上次结果 %s", "3 Last result: %s"}
	bookRunning  = text{"正在取账单核对，可先按 取消 去收款，结果会提示", "Fetching and comparing bills. CANCEL to sell meanwhile; the result will be told"}
	bookAgreed   = text{"%s %d笔 %s 相符", "%s %d %s agreed"}
	bookOpen     = text{"%s %d笔 %s 差异%d笔", "%s %d %s, %d differ"}
	bookUnreadAt = text{"%s 账单第%d行有误：请重新下载", "%s bill, line %d: download it again"}
	bookCounts   = text{"短款%d 长款%d 金额不符%d", "Short %d  Surplus %d  Amount %d"}
	bookCounts2  = text{"状态不符%d 重复%d 存疑%d", "Status %d  Twice %d  In doubt %d"}
	bookSides    = text{"  本机 %s 账单 %s", "  here %s, bill %s"}
	bookRefund   = text{"退款", "refund"}
	bookPrinting = text{"正在打印对账单", "Printing the summary"}
	stsNoBooks   = text{"对账没有结果：请按 菜单 6 再试", "Books: no result, MENU 6 tries again"}
	stsBooks     = text{"对账完成，差异%d笔：按 菜单 6", "Books done, %d differ: MENU 6"}
)

// classTexts name the classes, as the field does.
var classTexts = [Classes]text{
	{"相符", "Agreed"}, {"短款", "Short"}, {"长款", "Surplus"}, {"金额不符", "Amount"}, {"状态不符", "Status"},
	{"重复", "Twice"}, {"存疑", "In doubt"},
}

// bookTroubles say why a network has no result, and what to do.
var bookTroubles = map[BooksTrouble]text{
	BillNotReady: {"账单未出：次日10点后再对", "bill not made: after 10:00 next day"},
	BillNoAnswer: {"取不到账单：查网络，或插U盘", "no bill: check the network, or USB"},
	BillRefused:  {"平台拒绝：请叫技术员", "refused: call a technician"},
	BillUnread:   {"账单读不懂：请重新下载", "bill unreadable: download it again"},
	BillForeign:  {"不是本店当日账单：请换文件", "another shop's or day's bill"},
	BooksFailed:  {"本机记录读取出错：叫技术员", "journal unreadable: technician"},
}
