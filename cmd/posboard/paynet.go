package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"smartpos/cmd/internal/board"
	"smartpos/txn/pay/paynet"
)

// paynetCommand runs the sandbox of the payment networks alone, until SIGINT or SIGTERM, for any client that
// wants to pay there. It returns the exit code: 2 for wrong arguments, 1 for anything else that fails.
func paynetCommand(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	return runPaynet(ctx, args, stdout, stderr)
}

func runPaynet(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("posboard paynet", flag.ContinueOnError)
	f.SetOutput(stderr)
	addr := f.String("addr", "127.0.0.1:9443", "where the networks listen, HTTPS")
	control := f.String("control", "127.0.0.1:9444", "where phones and faults are steered, HTTP; empty for nowhere")
	dir := f.String("dir", "", "folder for keys, ids and state (needed)")
	expose := f.Bool("expose", false, "allow addresses that are not loopback")
	scale := f.Float64("scale", 1, "divide the networks' own waits by this")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if *dir == "" || f.NArg() > 0 {
		fmt.Fprintln(stderr, "posboard paynet: --dir FOLDER is needed, and nothing after the flags")
		return 2
	}
	if err := servePaynet(ctx, *addr, *control, *dir, paynet.Options{Expose: *expose, Scale: *scale}, stdout); err != nil {
		fmt.Fprintln(stderr, "posboard paynet:", err)
		return 1
	}
	return 0
}

func servePaynet(ctx context.Context, addr, control, dir string, opt paynet.Options, stdout io.Writer) (err error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	sandbox, err := paynet.Open(abs, opt)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sandbox.Close()) }()
	if _, err := sandbox.Start(addr); err != nil {
		return err
	}
	printMerchants(stdout, sandbox)
	if err := writeTables(sandbox, abs, stdout); err != nil {
		return err
	}
	if control == "" {
		<-ctx.Done()
		return nil
	}
	return serveControl(ctx, control, opt.Expose, paynetControl(sandbox), stdout)
}

// tablesFile has the profile's tables for the sandbox, to be put at the end of a board profile.
const tablesFile = "networks.toml"

func writeTables(sandbox *paynet.Paynet, dir string, stdout io.Writer) error {
	text, err := board.NetworkTables(sandbox)
	if err != nil {
		return err
	}
	name := filepath.Join(dir, tablesFile)
	fmt.Fprintf(stdout, "The same as tables of a board profile: %s\n", name)
	return os.WriteFile(name, text, 0o600)
}

// printMerchants says what a client needs, in the words of the board profile.
func printMerchants(w io.Writer, sandbox *paynet.Paynet) {
	m, a, u := sandbox.WeChatMerchant(), sandbox.AlipayMerchant(), sandbox.UnionPayMerchant()
	all := sandbox.AggregatorMerchant()
	fmt.Fprintf(w, `paynet listens at %s
A merchant of WeChat Pay would have got:
  base_url            %s
  ca                  %s
  merchant_id         %s
  app_id              %s
  serial              %s
  private_key         %s
  certificate         %s
  api_v3_key          %s
  public_key_id       %s
  public_key          %s
  platform_serial     %s
  platform_cert       %s
A merchant of Alipay would have got:
  base_url            %s
  gateway             %s
  ca                  %s
  app_id              %s
  seller_id           %s
  private_key         %s
  public_key          %s
A merchant of UnionPay would have got:
  base_url            %s
  ca                  %s
  merchant_id         %s
  private_key         %s
  certificate         %s
  root                %s
  middle              %s
A merchant of the aggregator would have got:
  base_url            %s
  ca                  %s
  merchant_id         %s
  key_id              %s
  private_key         %s
  platform_key_id     %s
  platform_key        %s
`, m.BaseURL, m.BaseURL, m.CA, m.MerchantID, m.AppID, m.Serial, m.PrivateKey, m.Certificate, m.APIv3Key,
		m.PublicKeyID, m.PublicKey, m.PlatformSerial, m.PlatformCertificate,
		a.BaseURL, a.Gateway, a.CA, a.AppID, a.SellerID, a.PrivateKey, a.AlipayPublicKey,
		u.BaseURL, u.CA, u.MerchantID, u.PrivateKey, u.Certificate, u.Root, u.Middle,
		all.BaseURL, all.CA, all.MerchantID, all.KeyID, all.PrivateKey, all.PlatformKeyID, all.PlatformKey)
}

// serveControl serves h on addr until ctx ends.
func serveControl(ctx context.Context, addr string, expose bool, h http.Handler, stdout io.Writer) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) && !expose {
		return fmt.Errorf("control address %s is not loopback: use --expose to allow it", addr)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "phones and faults are steered at http://%s (POST /phone, GET /phone, POST /faults, POST /bill, GET /ledger)\n", l.Addr())
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	return srv.Close()
}

// phoneOrder is the body of POST /phone.
type phoneOrder struct {
	Wallet string `json:"wallet"`
	Do     string `json:"do"`   // scan, code, confirm, decline, idle, balance, coupon, password
	Text   string `json:"text"` // scan: the QR code's text; password: always, never, above-limit
	Fen    int64  `json:"fen"`  // balance, coupon, password's limit
}

// faultOrder is the body of POST /faults.
type faultOrder struct {
	Network string `json:"network"` // a paynet.FaultKind
	At      string `json:"at"`      // only requests to this network: wechat, alipay, unionpay, aggregator; empty for all
	Op      string `json:"op"`
	Count   int    `json:"count"`
	DelayMS int64  `json:"delay_ms"`
}

// billOrder is the body of POST /bill.
type billOrder struct {
	Do     string `json:"do"`                // a paynet.BillBend; empty: none
	AtOnce *bool  `json:"at_once,omitempty"` // whether bills are given out at any time
}

func steerBills(sandbox *paynet.Paynet, o billOrder) error {
	if o.AtOnce != nil {
		sandbox.BillsAtOnce(*o.AtOnce)
	}
	if o.Do == "" {
		return nil
	}
	return sandbox.BendBill(paynet.BillBend(o.Do))
}

// paynetControl is the control surface. Bodies are JSON and said to be, so that no web page elsewhere can
// send them.
func paynetControl(sandbox *paynet.Paynet) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ledger", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, sandbox.Ledger()) })
	mux.HandleFunc("GET /phone", func(w http.ResponseWriter, r *http.Request) {
		ph, err := sandbox.Phone(r.URL.Query().Get("wallet"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		writeJSON(w, ph.Page())
	})
	mux.HandleFunc("POST /phone", func(w http.ResponseWriter, r *http.Request) {
		var o phoneOrder
		if !readJSON(w, r, &o) {
			return
		}
		out, err := steerPhone(sandbox, o)
		if err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
			return
		}
		writeJSON(w, out)
	})
	mux.HandleFunc("POST /bill", func(w http.ResponseWriter, r *http.Request) {
		var o billOrder
		if !readJSON(w, r, &o) {
			return
		}
		if err := steerBills(sandbox, o); err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
			return
		}
		writeJSON(w, o)
	})
	mux.HandleFunc("POST /faults", func(w http.ResponseWriter, r *http.Request) {
		var o faultOrder
		if !readJSON(w, r, &o) {
			return
		}
		f := paynet.Fault{
			Kind: paynet.FaultKind(o.Network), Network: o.At, Op: o.Op, Count: o.Count,
			Delay: time.Duration(o.DelayMS) * time.Millisecond,
		}
		if err := sandbox.SetFault(f); err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
			return
		}
		writeJSON(w, o)
	})
	return mux
}

// phoneAnswer is what POST /phone answers: the page, and the code where one was asked for.
type phoneAnswer struct {
	paynet.Page
	Code string `json:"code,omitempty"`
}

func steerPhone(sandbox *paynet.Paynet, o phoneOrder) (a phoneAnswer, err error) {
	ph, err := sandbox.Phone(o.Wallet)
	if err != nil {
		return a, err
	}
	switch o.Do {
	case "scan":
		_, err = ph.Scan(o.Text)
	case "code":
		a.Code, err = ph.Code()
	case "confirm":
		err = ph.Confirm()
	case "decline":
		err = ph.Decline()
	case "idle":
		ph.Idle()
	case "balance":
		ph.SetBalance(o.Fen)
	case "coupon":
		ph.SetCoupon(o.Fen)
	case "password":
		err = ph.SetPassword(paynet.Password(o.Text), o.Fen)
	default:
		err = fmt.Errorf("do %.20q: scan, code, confirm, decline, idle, balance, coupon or password", o.Do)
	}
	a.Page = ph.Page()
	return a, err
}

func readJSON(w http.ResponseWriter, r *http.Request, into any) bool {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "application/json" {
		http.Error(w, "Content-Type must be application/json", http.StatusUnsupportedMediaType)
		return false
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 8<<10))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return false
	}
	return true
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // the client is gone: nobody to tell
}
