// Package reconciletest writes bills as the networks write them, for tests and for the sandbox. It shares no
// code with the parsers of package reconcile: both are written from the formats.
//
//	[]reconcile.Line ──▶ WeChat   UTF-8 with a byte order mark, back-ticks, CRLF, totals
//	                 ──▶ Alipay   zip of two CSVs in GBK, remarks, tabs, totals twice
//	                 ──▶ UnionPay lines of 607 bytes (experimental, like their parser)
//	                 ──▶ Aggregator one JSON object
package reconciletest
