package client

// Secret reads a key that two sides share: a PEM block of that type.
func (s Source) Secret(f Form, kind string) ([]byte, error) {
	b, _, err := s.der(f, kind)
	return b, err
}
