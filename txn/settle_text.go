package txn

// What the screens of a settlement say.
var (
	txtBatch      = text{"结算", "Settlement"}
	txtBatchAllow = text{"确认结算", "Allow settlement"}
	txtBatchDone  = text{"结算完成", "Batch settled"}

	keyBatchClose = text{"确认 结算", "OK settle"}
	keyBatchPage  = text{"1 明细", "1 Details"}

	batchNo      = text{"批次 %d", "Batch %d"}
	batchNothing = text{"本批没有交易", "Nothing in this batch"}
	batchAnyway  = text{"再按 确认 仍然结算", "OK again settles it all the same"}
	batchAgain   = text{"2 重打印批次%d结算单", "2 Reprint the slip of batch %d"}
	batchWriting = text{"正在结算", "Settling"}
	batchSlow    = text{"存储没有应答。若一直如此，请重启终端并叫技术员", "The storage does not answer. If it stays so, restart and call a technician"}
	batchPrints  = text{"正在打印汇总", "Printing the summary"}

	batchCash  = text{"现金", "Cash"}
	batchCount = text{"%d笔 %s", "%d %s"}

	batchSales       = text{"收款 %d笔 %s", "Sales %d  %s"}
	batchRefunds     = text{"退款 %d笔 %s", "Refunds %d  %s"}
	batchNet         = text{"净额 %s", "Net %s"}
	batchVoids       = text{"撤销 %d笔 %s", "Voids %d  %s"}
	batchUnconfirmed = text{"离线待确认 %d笔 %s", "Unconfirmed %d  %s"}
	batchOpen        = text{"未决结转 %d笔 %s", "Carried over %d  %s"}
	batchRefunding   = text{"退款未决 %d笔 %s", "Refunds open %d  %s"}

	errBatchSale = text{"先完成或取消眼前这一单", "Finish or cancel this sale first"}
	errBatchBusy = text{"正在记账：请稍候再按", "Keeping books: try again in a moment"}
	errBatch     = text{"未能结算：请再看一次", "Not settled: look again"}

	stsUnprintedBatch = text{"批次%d结算单未打完：按 确认 重打印", "Slip of batch %d missing: OK reprints"}
)

// batchParts name the sums of a batch on screens, in full and in short, and batchLabels on slips, in the order of
// [BatchRow.sums].
var (
	batchParts = []text{
		batchSales, batchRefunds, batchVoids, batchUnconfirmed, batchOpen, batchRefunding,
	}
	batchShorts = []text{
		{}, {"退%d", "back %d"}, {"撤%d", "void %d"}, {"待确认%d", "unconf. %d"}, {"未决%d", "open %d"}, {"退款未决%d", "going %d"},
	}
	batchLabels = []string{"收款", "退款", "撤销", "离线待确认", "未决结转", "退款未决"}
)
