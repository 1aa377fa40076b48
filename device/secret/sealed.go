package secret

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// The header of a sealed file; docs/secrets.md draws it.
const (
	magic       = "SPSEALED"
	version     = 1
	aesGCM      = 1
	nameSize    = 8
	saltSize    = 32
	tagSize     = 16
	lengthAt    = 8 + 4 + nameSize + saltSize
	headerSize  = lengthAt + 4
	maxBody     = MaxSecrets * (1 + MaxName + 4 + MaxSecret)
	maxFileSize = headerSize + maxBody + tagSize
)

// infoFile is how a file's own key comes from the board's. It is on disk by its effect: never change it.
const infoFile = "smartpos sealed file 1: AES-256-GCM"

var (
	// ErrForeign is returned for a file that was sealed for another board.
	ErrForeign = errors.New("sealed for another board: seal the keys again with this board's secret")
	// ErrDamaged is returned for a file that is not what was sealed.
	ErrDamaged = errors.New("damaged")
	// ErrNewer is returned for a file that newer firmware has sealed.
	ErrNewer = errors.New("made by newer firmware: update this one, or seal the keys again")
)

func damaged(why string) error {
	return fmt.Errorf("%w: %s; copy the file again, or seal the keys again", ErrDamaged, why)
}

// Seal returns the bytes of a file that holds the secrets, and that only a board with this secret opens.
func Seal(s Store, b Bundle) ([]byte, error) {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails: crypto/rand ends the program instead
	return seal(s, b, salt)
}

func seal(s Store, b Bundle, salt []byte) ([]byte, error) {
	body, err := b.encode()
	if err != nil {
		return nil, err
	}
	board, aead, err := unlock(s, salt)
	if err != nil {
		return nil, err
	}
	head := append([]byte(magic), version, aesGCM, 0, 0)
	head = append(append(head, board...), salt...)
	head = binary.BigEndian.AppendUint32(head, uint32(len(body)+tagSize))
	return aead.Seal(head, make([]byte, aead.NonceSize()), body, head), nil
}

// Open returns the secrets in the bytes of a sealed file. Its errors are [ErrForeign], [ErrDamaged], [ErrNewer] and
// [ErrStore]. No byte of a secret is believed, or in an error, before the whole file has been authenticated.
func Open(s Store, file []byte) (Bundle, error) {
	switch {
	case len(file) < len(magic)+1 || !bytes.HasPrefix(file, []byte(magic)):
		return nil, damaged("it is no sealed file")
	case file[len(magic)] > version:
		return nil, ErrNewer
	case len(file) < headerSize+tagSize || len(file) > maxFileSize,
		int64(binary.BigEndian.Uint32(file[lengthAt:])) != int64(len(file)-headerSize):
		return nil, damaged("its length is not what it says")
	}
	head := file[:headerSize]
	board, aead, err := unlock(s, head[lengthAt-saltSize:lengthAt])
	if err != nil {
		return nil, err
	}
	// The name only chooses the error: nothing is believed for it.
	if !bytes.Equal(board, head[12:12+nameSize]) {
		return nil, ErrForeign
	}
	body, err := aead.Open(nil, make([]byte, aead.NonceSize()), file[headerSize:], head)
	if err != nil || !bytes.Equal(head[len(magic):12], []byte{version, aesGCM, 0, 0}) {
		return nil, damaged("its seal doesn't hold")
	}
	return decodeBundle(body)
}

// unlock returns the board's name and the cipher of the file with that salt. A file's key is used once, so its nonce
// may be zero.
func unlock(s Store, salt []byte) (board []byte, aead cipher.AEAD, err error) {
	id, err := s.Key(name)
	if err != nil {
		return nil, nil, err
	}
	master, err := s.Key(Merchant)
	if err != nil {
		return nil, nil, err
	}
	key, err := hkdf.Key(sha256.New, master.Reveal(), salt, infoFile, Size)
	if err != nil {
		return nil, nil, fmt.Errorf("deriving a key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, nil, err
	}
	aead, err = cipher.NewGCM(block)
	return id.Reveal()[:nameSize], aead, err
}
