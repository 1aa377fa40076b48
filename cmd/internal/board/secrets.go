package board

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"smartpos/cmd/internal/terminal"
	"smartpos/device/secret"
	"smartpos/store"
	"smartpos/txn/pay/paynet"
)

// Where a board keeps its secret and the merchant's sealed keys, in its folder; a board in QEMU has them on its
// settings' medium under the same names. The terminal reads them and writes neither.
const (
	secretFile = "secret/device.secret" // made with the board, and its own: data/ means nothing without it
	sealedFile = "keys.sealed"
)

// secretSettings are the profile's table for them.
func secretSettings() map[string]any {
	return map[string]any{"store": secretFile, "sealed": sealedFile}
}

// sealKeys makes the secret of a new board, and seals for it what the merchant got from the networks. A journal in data
// from before the board had a secret has its key sealed, too.
func sealKeys(dir, data string, net *paynet.Paynet) error {
	path := filepath.Join(dir, secretFile)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	board := secret.File(path)
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		if board, err = secret.NewFile(path); err != nil {
			return err
		}
	}
	files := keyFiles(net)
	if old := filepath.Join(data, store.KeyName); data != "" {
		if _, err := os.Lstat(old); err == nil {
			files[terminal.JournalKeyName] = old
		}
	}
	keys := secret.Bundle{}
	for name, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("sealing %s: %w", name, err)
		}
		keys[name] = secret.NewValue(text)
	}
	return secret.Save(filepath.Join(dir, sealedFile), board, keys)
}

// keyFiles are the secrets that the merchant got from the networks, by their names in the profile.
func keyFiles(net *paynet.Paynet) map[string]string {
	w := net.WeChatMerchant()
	return map[string]string{
		"networks.wechat.private_key":     w.PrivateKey,
		"networks.wechat.api_v3_key":      w.APIv3Key,
		"networks.alipay.private_key":     net.AlipayMerchant().PrivateKey,
		"networks.unionpay.private_key":   net.UnionPayMerchant().PrivateKey,
		"networks.aggregator.private_key": net.AggregatorMerchant().PrivateKey,
		"offline.acquirer.key":            net.AggregatorMerchant().OfflineKey,
	}
}

// JournalKey is the device key of the board's journal: with it, who looks at the data can believe what stands there.
func (b *Board) JournalKey() ([]byte, error) {
	key, err := secret.File(filepath.Join(b.dir, secretFile)).Key(secret.Journal)
	return key.Reveal(), err
}
