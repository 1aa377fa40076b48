package txn

// What is said of a journal that was damaged.
var (
	txtRepairing = text{"正在修复", "Repairing"}
	txtRepaired  = text{"交易记录已修复", "Journal repaired"}
	txtRestored  = text{"交易记录已恢复", "Journal restored"}
	txtLossy     = text{"交易记录损坏", "Journal damaged"}

	sayRepairing     = text{"交易记录有损坏，正在检查并修复。请勿断电", "The journal is damaged and is being repaired. Leave the power on"}
	sayRepairTime    = text{"已用%s", "For %s so far"}
	sayRepairedSoFar = text{"已写回 %d/%d 条", "%d of %d records written again"}
	txtRepairStuck   = text{"修复没有完成", "Not repaired"}
	sayRepairStuck   = text{"存储没有应答。请关机再开，不会因此丢失记录；若仍如此请叫技术员更换存储", "The storage does not answer. Switch off and on again, which loses nothing; if it stays so a technician must replace it"}
	sayRepairedWhole = text{"交易记录曾有损坏，已全部修复，没有丢失。可以继续收款。若再出现请叫技术员", "The journal was damaged. All of it was repaired, nothing is lost: go on selling. If it happens again call a technician"}
	sayRepairedLossy = text{"一部分交易记录已丢失，由主管同意继续", "Some records are lost; a supervisor chose to go on without them"}
	sayRestored      = text{"交易记录已从 %s 的备份恢复，其后的不在内", "The journal was restored from the backup of %s; what came later is not in it"}
	sayCompareBills  = text{"请按 菜单 6 与平台账单核对", "Compare with the bills: MENU 6"}

	sayLossy        = text{"完好记录 %d/%s 条，订单 %d 单。其余可能已收款", "%d of %s records hold, %d orders. The rest may have been paid"}
	sayUnknownCount = text{"不详", "?"}
	sayLossyHelp    = text{"请技术员恢复最近的备份。没有备份时主管可按 菜单 从完好部分继续", "A technician should restore the latest backup. Without one a supervisor may go on with what holds: MENU"}
	sayGoOnLossy    = text{"放弃损坏的记录，从完好部分继续？", "Go on without the damaged records?"}
	keyGoOnLossy    = text{"菜单 从完好部分继续", "MENU go on with the rest"}
)
