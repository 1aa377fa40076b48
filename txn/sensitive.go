package txn

// Sensitive reports whether a record holds what can be searched for a secret, such as a PIN's hash: no journal keeps it in
// clear.
func Sensitive(rec Record) bool {
	_, ok := rec.(interface{ sensitive() })
	return ok
}

// sensitive: a PIN has six digits at most, and a hash of it withstands nobody who has time.
func (*Enrolled) sensitive() {}

// sensitive: an answer has eight digits at most, and its digest withstands nobody who has come by the key of offline codes.
func (*OfflineMade) sensitive() {}

// Sensitive reports whether the order holds what one of its sensitive records has brought.
func (o Order) Sensitive() bool { return o.Offline != nil && o.Offline.Digest != "" }
