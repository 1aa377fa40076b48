package secret_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"smartpos/device/secret"
)

func Example() {
	dir, err := os.MkdirTemp("", "secret")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	here, _ := secret.NewFile(filepath.Join(dir, "device.secret"))
	there, _ := secret.NewFile(filepath.Join(dir, "another.secret"))
	keys := secret.Bundle{"networks.alipay.private_key": secret.NewValue([]byte("a private key"))}

	path := filepath.Join(dir, "keys.sealed")
	if err := secret.Save(path, here, keys); err != nil {
		fmt.Println(err)
	}
	opened, err := secret.Load(path, here)
	fmt.Println(opened.Names(), opened, err)
	_, err = secret.Load(path, there)
	fmt.Println(errors.Is(err, secret.ErrForeign))
	// Output:
	// [networks.alipay.private_key] map[networks.alipay.private_key:(secret)] <nil>
	// true
}
