package txn

// Sensitive reports whether a record holds what can be searched for a secret, such as a PIN's hash: no journal keeps it in
// clear.
func Sensitive(rec Record) bool {
	_, ok := rec.(interface{ sensitive() })
	return ok
}

// sensitive: a PIN has six digits at most, and a hash of it withstands nobody who has time.
func (*Enrolled) sensitive() {}
