package aggregator

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"smartpos/txn/pay/paytest"
)

// TestTableInDocs holds the code table in docs/networks.md against the one in the program.
func TestTableInDocs(t *testing.T) {
	paytest.CheckCodeTable(t, "../../../docs/networks.md", "aggregator", codes)
}

// TestRefundTableInDocs does the same for refunds.
func TestRefundTableInDocs(t *testing.T) {
	paytest.CheckCodeTable(t, "../../../docs/networks.md", "aggregator refunds", refundCodes, paytest.RefundOps...)
}

// TestCodesOfProtocol holds that the program knows every error of the protocol, and no other.
func TestCodesOfProtocol(t *testing.T) {
	text, err := os.ReadFile("../../../docs/aggregator.md")
	if err != nil {
		t.Fatal(err)
	}
	_, errors, _ := strings.Cut(string(text), "## Errors")
	errors, _, _ = strings.Cut(errors, "\n## ")
	documented := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([A-Z_]+)` \\|").FindAllStringSubmatch(errors, -1) {
		documented[m[1]] = true
	}
	known := append(codes.Known(), refundCodes.Known()...)
	for _, code := range known {
		if !documented[code] {
			t.Errorf("%s is not in the protocol", code)
		}
	}
	for code := range documented {
		if !strings.Contains(" "+strings.Join(known, " ")+" ", " "+code+" ") {
			t.Errorf("the program does not know %s", code)
		}
	}
	if len(documented) == 0 {
		t.Error("the protocol has no errors")
	}
}
