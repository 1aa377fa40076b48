package reconcile

// Read reads a bill of any network that this package knows, by what it is: a zip archive with a ZM file is
// UnionPay's, any other is Alipay's; a file named like a ZM file is UnionPay's; one that begins with a brace is the
// aggregator's; all others are WeChat's.
// Errors are of type [*Error].
func Read(name string, data []byte) (*Bill, error) {
	if !isZip(data) {
		if upName.MatchString(name) {
			return ReadUnionPay(name, data)
		}
		if isJSON(data) {
			return ReadAggregator(name, data)
		}
		return ReadWeChat(name, data)
	}
	members, err := unzip(name, data)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		if upName.MatchString(m.name) {
			return readUnionPay(name, members)
		}
	}
	return readAlipay(name, members)
}
