package device

import "time"

// recoveryKey is an age X25519 recipient: "age1" and 58 characters of Bech32. Whether it is one is for those to say who
// encrypt to it; a secret key, which begins in another way, is refused here and not repeated.
var recoveryKey = lazy(`^(age1[02-9ac-hj-np-z]{58})?$`)

func (c *checker) backup(b *Backup) {
	if !recoveryKey().MatchString(b.RecoveryKey) {
		c.fail(at("backup.recovery_key"), "must be age1 and 58 characters, the public half of the shop's recovery key")
	}
	c.file(at("backup.folder"), b.Folder, false)
	if b.Folder != "" && b.RecoveryKey == "" {
		c.fail(at("backup.recovery_key"), "is required with backup.folder: nothing leaves the terminal in clear")
	}
	c.wait(at("backup.every"), b.Every, time.Hour, 168*time.Hour)
}
