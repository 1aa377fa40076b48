package txn

// What the screens of a backup say.
var (
	txtBackup   = text{"备份", "Backup"}
	txtBackedUp = text{"备份好了", "Backed up"}
	txtNoBackup = text{"没有备份", "No backup"}
	menuBackup  = text{". 备份到U盘", ". Back up to USB"}

	keyAgain = text{"确认 再试", "OK again"}

	bakReady   = text{"U盘已就绪，按 确认 写备份", "The USB stick is ready: OK writes a backup"}
	bakLast    = text{"上次备份 %s", "Last backup %s"}
	bakWriting = text{"正在写备份，写完再读回核对", "Writing the backup, then reading it back"}
	bakStay    = text{"请勿拔出U盘。可先按 取消 去收款，写好会提示", "Do not pull the stick out. CANCEL to sell meanwhile; the end will be told"}
	bakPull    = text{"现在可以拔出U盘", "The USB stick may be pulled out now"}
	bakProved  = text{"已写好%d条记录，读回核对无误", "%d records written, read back and right"}
	bakJournal = text{"交易记录没有受影响", "The terminal's own records are untouched"}
	bakNoKey   = text{"没有恢复公钥：请叫技术员", "No recovery key: call a technician"}

	stsWriting  = text{"正在写备份：请勿拔出U盘", "Backup under way: leave the USB stick"}
	stsBackedUp = text{"备份已写好，可以拔出U盘", "Backed up: the stick may be pulled"}
	stsNoBackup = text{"备份没有写成：请按 菜单 .", "No backup was written: MENU ."}
	stsSpare    = text{"已有一个U盘，第二个不用", "Only one USB stick is used at a time"}
)

// stsStick tells of a stick that was plugged in.
var stsStick = map[StickState]text{
	StickReady:    {"U盘已就绪", "USB stick ready"},
	StickReadOnly: {"U盘已就绪，写保护", "USB stick ready, write-protected"},
	StickUnknown:  {"U盘格式不认：请用FAT32或exFAT", "USB stick: only FAT32 and exFAT"},
	StickBroken:   {"U盘读不出：请换一个", "USB stick unreadable: use another"},
	StickSilent:   {"U盘没有应答：请拔出", "USB stick silent: pull it out"},
}

// stickUnfit says why no backup can be begun with what is in the socket.
var stickUnfit = map[StickState]text{
	StickNone:     {"请先插入U盘", "Plug a USB stick in first"},
	StickReadOnly: {"U盘写保护：拨开开关，或换一个", "Write-protected: move its switch"},
	StickUnknown:  stsStick[StickUnknown],
	StickBroken:   stsStick[StickBroken],
	StickSilent:   stsStick[StickSilent],
}

// backupTroubles say why there is no backup, and what to do.
var backupTroubles = map[BackupTrouble]text{
	BackupNoKey:    {"配置里没有恢复公钥，不能备份。请技术员在 profile.toml 填写 backup.recovery_key", "The profile has no recovery key. A technician sets backup.recovery_key in profile.toml"},
	BackupNoStick:  {"没有插U盘。请插入FAT32或exFAT格式的U盘，再试", "No USB stick is in. Plug one with FAT32 or exFAT in, then again"},
	BackupFull:     {"U盘满了，没有写成。请删掉不用的文件，或换一个U盘，再试", "The stick is full. Delete what nobody needs, or use another, then again"},
	BackupReadOnly: {"U盘只能读，没有写成。请拨开写保护开关，或换一个U盘，再试", "The stick takes no writes. Move its switch, or use another, then again"},
	BackupPulled:   {"还没写完U盘就拔出了，这份备份作废。请重新插入，再试", "The stick was pulled out too early: this backup is void. Plug it in, then again"},
	BackupWrong:    {"读回的与写入的不同，这份备份作废。请换一个U盘，再试", "The stick gives back something else: this backup is void. Use another, then again"},
	BackupStick:    {"U盘写入出错，没有写成。请换一个U盘，再试", "Writing onto the stick failed. Use another, then again"},
	BackupUnknown:  {"U盘格式不认，没有写成。请用FAT32或exFAT格式的U盘，再试", "The stick's format is not taken. Use one with FAT32 or exFAT, then again"},
	BackupSilent:   {"U盘没有应答，没有写成。请拔出，换一个U盘，再试", "The stick does not answer. Pull it out, use another, then again"},
	BackupBeside:   {"它与交易记录在同一个存储上，坏了会一起丢。请插入U盘，再试", "It lies on the medium of the records, and would be lost with them. Plug a USB stick in, then again"},
	BackupJournal:  {"交易记录读取出错，没有写备份。请叫技术员", "The journal can't be read, so nothing was written. Call a technician"},
}
