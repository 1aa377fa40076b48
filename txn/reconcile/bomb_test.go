package reconcile_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"smartpos/txn/reconcile"
	"smartpos/txn/reconcile/reconciletest"
)

// A small file may say much: what is taken of memory for it is bounded by what a board has, whatever the file says.
func TestBombs(t *testing.T) {
	for _, bomb := range []struct {
		name string
		data []byte
		most uint64 // MiB taken altogether, garbage too
	}{
		{"a table of thousands of columns", wideTable(), 100},
		{"millions of lines without content", []byte(`{"lines":[` + strings.Repeat("{},", 4<<20) + `{}]}`), 200},
		{"a directory of thousands of files", crowded(360_000), 1},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		b, err := reconcile.Read("bomb", bomb.data)
		runtime.ReadMemStats(&after)
		var e *reconcile.Error
		if b != nil || !errors.As(err, &e) {
			t.Errorf("%s: %v, %v", bomb.name, b, err)
		}
		if took := (after.TotalAlloc - before.TotalAlloc) >> 20; took > bomb.most {
			t.Errorf("%s: %d MiB for a file of %d KiB", bomb.name, took, len(bomb.data)>>10)
		}
	}
}

// wideTable is an archive of some kilobytes: a table of Alipay's with as many columns as a line holds, and rows of commas.
func wideTable() []byte {
	head, table, _ := strings.Cut(details(), "支付宝交易号")
	names, _, _ := strings.Cut("支付宝交易号"+table, "\r\n")
	for i := 0; len(names) < 16_000; i++ {
		names += fmt.Sprintf(",%x", i)
	}
	row := strings.Repeat(",", strings.Count(names, ",")) + "\n"
	text := head + names + "\n" + strings.Repeat(row, 15<<20/len(row)) + "#-业务明细列表结束-\n"
	return reconciletest.Zip(map[string][]byte{"a.csv": []byte(reconciletest.GBK(text))})
}

// The lines of all files of an archive count together.
func TestLinesOfAllFiles(t *testing.T) {
	head, table, _ := strings.Cut(details(), "支付宝交易号")
	names, _, _ := strings.Cut("支付宝交易号"+table, "\r\n")
	cells := strings.Split(names, ",")
	for i, name := range cells {
		cells[i] = map[string]string{
			"商户订单号": "T1", "业务类型": "交易", "完成时间": "2026-03-01 09:00:00", "订单金额（元）": "1", "商家实收（元）": "1", "服务费（元）": "0",
		}[name]
	}
	half := []byte(reconciletest.GBK(head + names + "\r\n" + strings.Repeat(strings.Join(cells, ",")+"\n", 100_001) + "#-业务明细列表结束-\n"))
	b, err := reconcile.ReadAlipay("ali.zip", reconciletest.Zip(map[string][]byte{"a.csv": half, "b.csv": half}))
	var e *reconcile.Error
	if b != nil || !errors.Is(err, reconcile.ErrTooLarge) || !errors.As(err, &e) || e.File != "ali.zip/b.csv" {
		t.Errorf("%v, %v", b, err)
	}
}

// details is the text of Alipay's lines.
func details() string {
	for name, text := range reconciletest.AlipayFiles(day, trade(bills[1].kinds...)) {
		if !strings.Contains(name, "汇总") {
			return text
		}
	}
	panic("no lines")
}

// crowded is a directory of so many entries, and nothing else of an archive.
func crowded(entries int) []byte {
	header := append([]byte("PK\x01\x02"), make([]byte, 42)...)
	b := bytes.Repeat(header, entries)
	end := append([]byte("PK\x05\x06"), make([]byte, 18)...)
	binary.LittleEndian.PutUint16(end[8:], uint16(entries))
	binary.LittleEndian.PutUint16(end[10:], uint16(entries))
	binary.LittleEndian.PutUint32(end[12:], uint32(len(b)))
	return append(b, end...)
}
