package pay_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"smartpos/txn"
	"smartpos/txn/pay"
)

func ExampleError() {
	err := error(&pay.Error{
		Network: txn.WeChat, Op: txn.OpScan, Order: "T0000001A0001",
		Fault: txn.FaultSystem, Code: "SYSTEM_ERROR", Err: errors.New("try again"),
	})
	fmt.Println(err)
	fmt.Println(pay.FaultOf(fmt.Errorf("charging: %w", err)))
	// Output:
	// wechat scan T0000001A0001: system SYSTEM_ERROR: try again
	// system
}

// TestFaultOf reads a stranger's error in the most careful way: the request may have arrived.
func TestFaultOf(t *testing.T) {
	for err, want := range map[error]txn.Fault{
		nil:                         txn.FaultNone,
		errors.New("x"):             txn.FaultNoAnswer,
		context.DeadlineExceeded:    txn.FaultNoAnswer,
		&pay.Error{Fault: "config"}: txn.FaultConfig,
	} {
		if got := pay.FaultOf(err); got != want {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
	cause := errors.New("cause")
	if !errors.Is(&pay.Error{Err: cause}, cause) {
		t.Error("the cause is not wrapped")
	}
}
